"""A Parquet file as raw rows, in batches and within bounds."""

import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from vulncore.domain.delivery import printable
from vulncore.domain.errors import UnreadableSourceError, first_five
from vulncore.sources.extract.bounds import (
    BATCH_ROWS,
    MAX_COLUMNS,
    MAX_FOOTER_BYTES,
    MAX_ROW_GROUPS,
    MAX_ROWS,
)
from vulncore.sources.extract.heading import column_names
from vulncore.sources.extract.kinds import PARQUET
from vulncore.sources.extract.parquet_pages import refuse_swollen_pages
from vulncore.sources.extract.parquet_text import characters, has_text, is_string, shortened, text_of
from vulncore.sources.extract.record import RawRows, Row

MAX_SECONDS_TO_OPEN: Final = 60
OPEN_IT: Final = """
import sys
import pyarrow.parquet as pq
file = pq.ParquetFile(sys.argv[1], thrift_string_size_limit=100_000_000, thrift_container_size_limit=10_000_000)
for group in range(file.metadata.num_row_groups):
    for column in range(file.metadata.num_columns):
        file.metadata.row_group(group).column(column).statistics
"""
MOST_OF_A_BATCH: Final = 32_000_000  # characters: a batch that would hold more is taken apart
FIRST_ROW: Final = 2  # the names count as the first line


def parquet_rows(path: Path, name: str, wanted: Collection[str] | None, closing: ExitStack) -> RawRows:
    """Return the raw rows of a Parquet file: dates, times and numbers as they would stand in a spreadsheet.

    Raises:
        UnreadableSourceError: It breaks off, is damaged, unpacks to too much, has too many rows or columns, or a
            wanted column holds lists or other things that are no cells.
    """
    _refuse_long_footer(path, name)
    _refuse_what_kills_its_reader(path, name)
    try:
        file = closing.enter_context(
            pq.ParquetFile(
                path,
                thrift_string_size_limit=MAX_FOOTER_BYTES,
                thrift_container_size_limit=MAX_FOOTER_BYTES // 10,
                buffer_size=1 << 20,
                pre_buffer=False,
            )
        )
        metadata, schema = file.metadata, file.schema_arrow
    except (pa.ArrowException, OSError, ValueError) as problem:
        raise _damaged(name, problem) from problem
    names = tuple(schema.names)
    _refuse_numbers(metadata, names, name)
    columns, _ = column_names([Row(1, list(names))], (), name)
    chosen = [index for index, column in enumerate(columns) if wanted is None or column in wanted]
    nested = [columns[index] for index in chosen if not has_text(schema.field(index).type)]
    if nested:
        raise UnreadableSourceError(
            f"{len(nested)} columns of {name} hold lists, structures or bytes, which are no cells: {first_five(nested)}. "
            "Leave them out, or write each as text."
        )
    leaves = _leaves(schema)
    try:
        refuse_swollen_pages(path, metadata, [leaves[index] for index in chosen], name)
        texts = [
            metadata.schema.column(leaves[index]).path
            for index in chosen
            if is_string(schema.field(index).type)
        ]
        reader = closing.enter_context(
            pq.ParquetFile(path, read_dictionary=texts, buffer_size=1 << 20, pre_buffer=False)
        )
    except (pa.ArrowException, OSError, IndexError) as problem:
        raise _damaged(name, problem) from problem
    done = [0]
    return RawRows(
        kind="Parquet",
        rows=_rows(reader, [(index, schema.field(index).name) for index in chosen], len(columns), name, done),
        share=lambda: min(1.0, done[0] / max(metadata.num_rows, 1)),
        names=names,
        timestamps=tuple(columns[i] for i in chosen if pa.types.is_timestamp(schema.field(i).type)),
        notes=lambda: [zoned] if (zoned := _zoned(schema, chosen)) else [],
    )


def _rows(
    file: pq.ParquetFile, chosen: list[tuple[int, str]], width: int, name: str, done: list[int]
) -> Iterator[Row]:
    """Yield rows as wide as the file, with nothing in the columns that aren't read."""
    try:
        for batch in file.iter_batches(BATCH_ROWS, columns=[column for _, column in chosen]):
            for piece in _apart(batch):
                texts = [text_of(piece.column(column)) for _, column in chosen]
                for cells in zip(*texts, strict=True):
                    row = [""] * width
                    for (index, _), cell in zip(chosen, cells, strict=True):
                        row[index] = cell
                    done[0] += 1
                    yield Row(FIRST_ROW - 1 + done[0], row)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as problem:
        raise _damaged(name, problem) from problem
    if done[0] != file.metadata.num_rows:
        raise UnreadableSourceError(
            f"{name} says that it has {file.metadata.num_rows:,} rows and has {done[0]:,}. Fetch it again."
        )


def _apart(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """Yield a batch in pieces none of which holds too many characters, its overlong texts cut just beyond the bound."""
    cut = pa.RecordBatch.from_arrays([shortened(column) for column in batch.columns], batch.schema.names)
    waiting = [cut]
    while waiting:
        piece = waiting.pop()
        if piece.num_rows > 1 and sum(map(characters, piece.columns)) > MOST_OF_A_BATCH:
            half = piece.num_rows // 2
            waiting += [piece.slice(half), piece.slice(0, half)]
        else:
            yield piece


def _refuse_what_kills_its_reader(path: Path, name: str) -> None:
    """Open the file in a process of its own first: a spoilt footer can end the whole process, and can't be caught."""
    try:
        tried = subprocess.run(  # noqa: S603 - this interpreter, our own lines, the path as an argument
            [sys.executable, "-I", "-c", OPEN_IT, str(path)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=MAX_SECONDS_TO_OPEN,
            check=False,
        )
    except subprocess.TimeoutExpired as problem:
        raise _damaged(name, problem) from problem
    if tried.returncode < 0:  # ended by a signal; what it could say itself the reader here will say
        raise _damaged(name, OSError("its end is spoilt"))


def _refuse_long_footer(path: Path, name: str) -> None:
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - 8))
        end = stream.read()
    if size < 12 or end[4:] != PARQUET:
        raise UnreadableSourceError(
            f"{name} breaks off: the end of a Parquet file is missing. Fetch it again."
        )
    if int.from_bytes(end[:4], "little") > MAX_FOOTER_BYTES:
        raise UnreadableSourceError(
            f"{name} describes more parts than an extract has. Check where it came from."
        )


def _refuse_numbers(metadata: pq.FileMetaData, names: tuple[str, ...], name: str) -> None:
    bounds = {
        "rows": (metadata.num_rows, MAX_ROWS),
        "columns": (max(metadata.num_columns, len(names)), MAX_COLUMNS),
        "row groups": (metadata.num_row_groups, MAX_ROW_GROUPS),
    }
    for what, (count, most) in bounds.items():
        if count > most:
            raise UnreadableSourceError(
                f"{name} has {count:,} {what}, and an extract has at most {most:,}. Give fewer months at a time, or "
                "check that it is the right file."
            )
    repeated = [text for text, count in Counter(names).items() if count > 1]
    if repeated:
        raise UnreadableSourceError(
            f"{len(repeated)} names of columns of {name} stand there twice: {first_five(repeated)}. Give each its own."
        )


def _leaves(schema: pa.Schema) -> list[int]:
    """Return, for each column, the place of its first leaf among all leaves, of which a nested one has several."""
    places, at = [], 0
    for field in schema:
        places.append(at)
        at += _leaf_count(field.type)
    return places


def _leaf_count(kind: pa.DataType) -> int:
    if not pa.types.is_nested(kind):
        return 1
    return sum(_leaf_count(kind.field(index).type) for index in range(kind.num_fields))


def _zoned(schema: pa.Schema, chosen: list[int]) -> str:
    zoned = [
        printable(field.name)
        for field in map(schema.field, chosen)
        if pa.types.is_timestamp(field.type) and field.type.tz
    ]
    return (
        f"Times of a zone were turned into British ones in {len(zoned)} columns: {first_five(zoned)}."
        if zoned
        else ""
    )


def _damaged(name: str, problem: Exception) -> UnreadableSourceError:
    return UnreadableSourceError(
        f"{name} breaks off or is damaged: {printable(str(problem).splitlines()[0] if str(problem) else '')}. Fetch it again."
    )
