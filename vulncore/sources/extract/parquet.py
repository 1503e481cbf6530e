"""A Parquet file as raw rows: refused where it would take too much memory, then read in batches, each value as text."""

import math
import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyarrow.types as pt

from vulncore.domain.delivery import printable
from vulncore.domain.errors import UnreadableSourceError, first_five
from vulncore.sources.extract.heading import column_names
from vulncore.sources.extract.packed import (
    BATCH_ROWS,
    MAX_CELL_CHARACTERS,
    MAX_COLUMNS,
    MAX_FOOTER_BYTES,
    MAX_PAGE_BYTES,
    MAX_PAGES_BYTES,
    MAX_ROW_GROUPS,
    MAX_ROWS,
    PARQUET,
)
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
ZONE: Final = "Europe/London"

_MIDNIGHT = " 00:00:00"
_OF_TEXT = (pt.is_string, pt.is_large_string, pt.is_binary, pt.is_large_binary)
_OF_CELLS = (
    *_OF_TEXT,
    pt.is_null,
    pt.is_boolean,
    pt.is_integer,
    pt.is_floating,
    pt.is_decimal,
    pt.is_date,
    pt.is_time,
    pt.is_timestamp,
)
_MAX_HEADER_BYTES: Final = 65_536  # statistics in it hold the least and the greatest value of a page
_UNPACKED, _PACKED = 2, 3  # fields of a page's header
_MOST_NESTED: Final = 8


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
        raise _damaged(name) from problem
    names = tuple(schema.names)
    _refuse_numbers(metadata, names, name)
    columns, _ = column_names([Row(1, list(names))], (), name)
    chosen = [index for index, column in enumerate(columns) if wanted is None or column in wanted]
    nested = [columns[index] for index in chosen if not is_cell_type(schema.field(index).type)]
    if nested:
        raise UnreadableSourceError(
            f"{len(nested)} columns of {name} hold lists, structures or bytes: {first_five(nested)}. "
            "Leave these columns out, or write each as text."
        )
    leaves = _leaves(schema)
    try:
        refuse_swollen_pages(path, metadata, [leaves[index] for index in chosen], name)
        texts = [
            metadata.schema.column(leaves[index]).path
            for index in chosen
            if is_text_type(schema.field(index).type)
        ]
        reader = closing.enter_context(
            pq.ParquetFile(path, read_dictionary=texts, buffer_size=1 << 20, pre_buffer=False)
        )
    except (pa.ArrowException, OSError, IndexError) as problem:
        raise _damaged(name) from problem
    done = [0]
    return RawRows(
        kind="Parquet",
        rows=_rows(reader, [(index, schema.field(index).name) for index in chosen], len(columns), name, done),
        share=lambda: min(1.0, done[0] / max(metadata.num_rows, 1)),
        names=names,
        timestamps=tuple(columns[i] for i in chosen if pa.types.is_timestamp(schema.field(i).type)),
        notes=lambda: [zoned] if (zoned := _zone_note(schema, chosen)) else [],
    )


def _rows(
    file: pq.ParquetFile, chosen: list[tuple[int, str]], width: int, name: str, done: list[int]
) -> Iterator[Row]:
    """Yield rows as wide as the file, with nothing in the columns that aren't read."""
    try:
        for batch in file.iter_batches(BATCH_ROWS, columns=[column for _, column in chosen]):
            for piece in _small_batches(batch):
                texts = [cell_texts(piece.column(column)) for _, column in chosen]
                for cells in zip(*texts, strict=True):
                    row = [""] * width
                    for (index, _), cell in zip(chosen, cells, strict=True):
                        row[index] = cell
                    done[0] += 1
                    yield Row(FIRST_ROW - 1 + done[0], row)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as problem:
        raise _damaged(name) from problem
    if done[0] != file.metadata.num_rows:
        raise UnreadableSourceError(
            f"{name} should have {file.metadata.num_rows:,} rows and has {done[0]:,}. Export the file again."
        )


def _small_batches(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """Yield a batch in pieces none of which holds too many characters, its overlong texts cut just beyond the bound."""
    cut = pa.RecordBatch.from_arrays([shorten_texts(column) for column in batch.columns], batch.schema.names)
    waiting = [cut]
    while waiting:
        piece = waiting.pop()
        if piece.num_rows > 1 and sum(map(character_count, piece.columns)) > MOST_OF_A_BATCH:
            half = piece.num_rows // 2
            waiting += [piece.slice(half), piece.slice(0, half)]
        else:
            yield piece


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


def _zone_note(schema: pa.Schema, chosen: list[int]) -> str:
    zoned = [
        printable(field.name)
        for field in map(schema.field, chosen)
        if pa.types.is_timestamp(field.type) and field.type.tz
    ]
    return (
        f"Times with a time zone were turned into UK time in {len(zoned)} columns: {first_five(zoned)}."
        if zoned
        else ""
    )


def drop_midnights(table: pa.Table, columns: Iterable[str]) -> tuple[pa.Table, list[str]]:
    """Return the table with midnights taken off columns that have no other time, and which columns these are.

    Many programs have no type for a date alone, and write midnight; read as a time it would be a false one.
    """
    changed = []
    for name in columns:
        place = table.schema.get_field_index(name)
        column = table.column(place)
        if (
            column.num_chunks
            and pc.all(pc.or_(pc.equal(column, ""), pc.ends_with(column, _MIDNIGHT))).as_py()
        ):
            table = table.set_column(place, name, pc.replace_substring(column, _MIDNIGHT, ""))
            changed.append(name)
    return table, changed


def cell_texts(column: pa.Array) -> list[str]:
    """Return each value of a column as text, "" where there is none.

    Times with a zone become British civil time. Fractions of a second are cut off.

    >>> cell_texts(pa.array([532650.0, 0.5, None])), cell_texts(pa.array([True, False]))
    (['532650', '0.5', ''], ['TRUE', 'FALSE'])
    """
    if pt.is_dictionary(column.type):
        texts = cell_texts(column.dictionary)
        return ["" if index is None else texts[index] for index in column.indices.to_pylist()]
    kind = column.type
    if pt.is_boolean(kind):
        return [("FALSE", "TRUE")[value] if value is not None else "" for value in column.to_pylist()]
    if pt.is_floating(kind):
        digits = 15 if kind.bit_width == 64 else 7
        return [_number(value, digits) for value in column.to_pylist()]
    if pt.is_decimal(kind):
        return [_decimal(value) for value in column.to_pylist()]
    if pt.is_timestamp(kind):
        local = pc.local_timestamp(column.cast(pa.timestamp(kind.unit, ZONE))) if kind.tz else column
        column = local.cast(pa.timestamp("s"), safe=False)
    elif pt.is_time(kind):
        column = column.cast(pa.time64("ns")).cast(pa.time32("s"), safe=False)
    elif pt.is_date(kind):
        column = column.cast(pa.date32())
    return [value or "" for value in column.cast(pa.string()).to_pylist()]


def _number(value: Any, digits: int) -> str:
    if value is None or math.isnan(value):
        return ""
    number = float(value)
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    return f"{number:.{digits}g}"


def _decimal(value: Decimal | None) -> str:
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_cell_type(kind: pa.DataType) -> bool:
    """Return whether values of a type are cells, and no lists, structures or raw bytes."""
    if pt.is_dictionary(kind):
        return is_cell_type(kind.value_type)
    return any(is_kind(kind) for is_kind in _OF_CELLS)


def is_text_type(kind: pa.DataType) -> bool:
    """Return whether values of a type are texts, which are then read as references to each distinct one."""
    return any(is_kind(kind.value_type if pt.is_dictionary(kind) else kind) for is_kind in _OF_TEXT)


def shorten_texts(column: pa.Array) -> pa.Array:
    """Return a column with its texts cut just beyond what a cell may hold, so that none of them costs more."""
    if pt.is_dictionary(column.type):
        return pa.DictionaryArray.from_arrays(column.indices, shorten_texts(column.dictionary))
    if not is_text_type(column.type) or not len(column):
        return column
    if (pc.max(pc.binary_length(column)).as_py() or 0) <= MAX_CELL_CHARACTERS:
        return column
    return pc.utf8_slice_codeunits(column.cast(pa.large_string()), 0, MAX_CELL_CHARACTERS + 1)


def character_count(column: pa.Array) -> int:
    """Return about how many characters the texts of a column have, each counted as often as it comes."""
    if pt.is_dictionary(column.type) and is_text_type(column.type):
        lengths = pc.binary_length(column.dictionary).take(column.indices)
    elif is_text_type(column.type):
        lengths = pc.binary_length(column)
    else:
        return 20 * len(column)
    return int(pc.sum(lengths.cast(pa.int64())).as_py() or 0)


def _refuse_long_footer(path: Path, name: str) -> None:
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - 8))
        end = stream.read()
    if size < 12 or end[4:] != PARQUET:
        raise UnreadableSourceError(
            f"{name} breaks off: the end of a Parquet file is missing. Export the file again."
        )
    if int.from_bytes(end[:4], "little") > MAX_FOOTER_BYTES:
        raise UnreadableSourceError(
            f"{name} lists more parts than an extract has. Check where the file came from."
        )


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
        raise _damaged(name) from problem
    if tried.returncode < 0:  # ended by a signal; what it could say itself the reader here will say
        raise _damaged(name)


def _refuse_numbers(metadata: pq.FileMetaData, names: tuple[str, ...], name: str) -> None:
    bounds = {
        "rows": (metadata.num_rows, MAX_ROWS),
        "columns": (max(metadata.num_columns, len(names)), MAX_COLUMNS),
        "row groups": (metadata.num_row_groups, MAX_ROW_GROUPS),
    }
    for what, (count, most) in bounds.items():
        if count > most:
            raise UnreadableSourceError(
                f"{name} has {count:,} {what}. An extract has at most {most:,}. Give fewer months at a time, or "
                "check that you chose the right file."
            )
    repeated = [text for text, count in Counter(names).items() if count > 1]
    if repeated:
        raise UnreadableSourceError(
            f"{len(repeated)} column names are in {name} twice: {first_five(repeated)}. Give every column another name."
        )


def refuse_swollen_pages(path: Path, metadata: pq.FileMetaData, leaves: list[int], name: str) -> None:
    """Refuse a file whose pages unpack to more than can be held, before any of them is unpacked.

    Args:
        path: The file.
        metadata: Its footer.
        leaves: Which of its columns will be read.
        name: What to call it.

    Raises:
        UnreadableSourceError: A page claims too much, all of them together do, or a header can't be read.
    """
    total = 0
    with path.open("rb") as stream:
        for group in range(metadata.num_row_groups):
            if not metadata.row_group(group).num_rows:
                continue  # nothing of it is read, and some writers leave no page in it
            for leaf in leaves:
                chunk = metadata.row_group(group).column(leaf)
                for size in _page_sizes(stream, chunk, name):
                    total += size
                    if size > MAX_PAGE_BYTES or total > MAX_PAGES_BYTES:
                        raise UnreadableSourceError(
                            f"{name} unpacks to more than can be held at once: {total:,} bytes by row group {group + 1}, "
                            f"column {chunk.path_in_schema[:60]!r}. Give fewer months at a time, or check where the file came from."
                        )


def _page_sizes(stream: IO[bytes], chunk: pq.ColumnChunkMetaData, name: str) -> list[int]:
    starts = [chunk.data_page_offset]
    if chunk.has_dictionary_page and chunk.dictionary_page_offset:
        starts.append(chunk.dictionary_page_offset)
    at, end = min(starts), min(starts) + chunk.total_compressed_size
    sizes: list[int] = []
    while at < end:
        stream.seek(at)
        header = _Header(stream.read(_MAX_HEADER_BYTES))
        try:
            fields = header.numbers()
            unpacked, packed = fields[_UNPACKED], fields[_PACKED]
        except (IndexError, KeyError, RecursionError, OverflowError) as problem:
            raise UnreadableSourceError(
                f"{name} breaks off or is damaged: a page of its column {chunk.path_in_schema[:60]!r} can't be read. "
                "Export the file again."
            ) from problem
        if min(unpacked, packed) < 0:
            raise UnreadableSourceError(
                f"{name} is damaged: the size of a page is below zero. Export the file again."
            )
        sizes.append(unpacked)
        at += header.at + packed
    return sizes


class _Header:
    def __init__(self, content: bytes) -> None:
        self._content, self.at = content, 0

    def numbers(self) -> dict[int, int]:
        """Return the whole numbers of a struct by their field's id, and stand behind it."""
        numbers: dict[int, int] = {}
        field = 0
        while (byte := self._byte()) != 0:
            step, kind = byte >> 4, byte & 0x0F
            field = field + step if step else self._zigzag()
            if kind in {4, 5, 6}:
                numbers[field] = self._zigzag()
            else:
                self._pass(kind, 0)
        return numbers

    def _pass(self, kind: int, depth: int) -> None:
        if depth > _MOST_NESTED:
            raise IndexError
        if kind == 3:
            self.at += 1
        elif kind in {4, 5, 6}:
            self._varint()
        elif kind == 7:
            self.at += 8
        elif kind == 8:
            length = self._varint()
            self.at += length
        elif kind in {9, 10}:
            self._pass_list(depth)
        elif kind == 12:
            while (byte := self._byte()) != 0:
                if not byte >> 4:
                    self._varint()
                self._pass(byte & 0x0F, depth + 1)
        elif kind not in {1, 2}:  # true and false are in the kind itself
            raise IndexError

    def _pass_list(self, depth: int) -> None:
        byte = self._byte()
        count = byte >> 4 if byte >> 4 < 15 else self._varint()
        for _ in range(min(count, _MAX_HEADER_BYTES)):
            self._byte() if byte & 0x0F in {1, 2} else self._pass(byte & 0x0F, depth + 1)

    def _byte(self) -> int:
        self.at += 1
        return self._content[self.at - 1]

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
            if shift > 63:
                raise IndexError

    def _zigzag(self) -> int:
        value = self._varint()
        return value >> 1 ^ -(value & 1)


def _damaged(name: str) -> UnreadableSourceError:
    return UnreadableSourceError(f"{name} breaks off or is damaged. Export the file again.")
