"""A Parquet file as raw rows, read in batches, each value as text."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyarrow.types as pt

from vulncore.domain.delivery import printable
from vulncore.domain.errors import UnreadableSourceError, first_five
from vulncore.sources.extract.heading import column_names
from vulncore.sources.extract.packed import MAX_COLUMNS, MAX_ROWS
from vulncore.sources.extract.record import RawRows, Row, number_text

BATCH_ROWS: Final = 1_000  # so many of the longest texts fit into memory
ZONE: Final = "Europe/London"

_MIDNIGHT = " 00:00:00"
_NO_TIME = "<value out of range"  # what Arrow writes of a moment beyond all calendars
_OF_TEXT = (pt.is_string, pt.is_large_string, pt.is_binary, pt.is_large_binary)
_OF_NUMBERS = (pt.is_null, pt.is_boolean, pt.is_integer, pt.is_floating, pt.is_decimal)
_OF_CELLS = (*_OF_TEXT, *_OF_NUMBERS, pt.is_date, pt.is_time, pt.is_timestamp)


def parquet_rows(path: Path, name: str, wanted: Collection[str] | None, closing: ExitStack) -> RawRows:
    """Return the raw rows of a Parquet file: dates, times and numbers as they would stand in a spreadsheet.

    Raises:
        UnreadableSourceError: It breaks off, is damaged, has too many rows or columns, or a wanted column holds lists
            or other things that are no cells.
    """
    with _damage_as_refusal(name):
        metadata = pq.read_metadata(path)
        schema = metadata.schema.to_arrow_schema()
    names = tuple(schema.names)
    _refuse_numbers(metadata, names, name)
    columns, _ = column_names([Row(1, list(names))], (), name)
    chosen = [index for index, column in enumerate(columns) if wanted is None or column in wanted]
    nested = [columns[index] for index in chosen if not _is_any(schema.field(index).type, _OF_CELLS)]
    if nested:
        raise UnreadableSourceError(
            f"{len(nested)} columns of {name} hold lists, structures or bytes: {first_five(nested)}. "
            "Leave these columns out, or write each as text."
        )
    texts = [names[index] for index in chosen if _is_any(schema.field(index).type, _OF_TEXT)]
    with _damage_as_refusal(name):
        file = closing.enter_context(
            pq.ParquetFile(path, read_dictionary=texts, buffer_size=1 << 20, pre_buffer=False)
        )
    done = [0]
    zoned = [printable(names[index]) for index in chosen if getattr(schema.field(index).type, "tz", None)]
    notes = [f"Times with a time zone were turned into UK time in {len(zoned)} columns: {first_five(zoned)}."]
    return RawRows(
        kind="Parquet",
        rows=_rows(file, [(index, names[index]) for index in chosen], len(columns), name, done),
        share=lambda: min(1.0, done[0] / max(metadata.num_rows, 1)),
        names=names,
        timestamps=tuple(columns[i] for i in chosen if pt.is_timestamp(schema.field(i).type)),
        notes=lambda: notes if zoned else [],
    )


@contextmanager
def _damage_as_refusal(name: str) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, ValueError) as problem:
        raise UnreadableSourceError(f"{name} breaks off or is damaged. Export the file again.") from problem


def _rows(
    file: pq.ParquetFile, chosen: list[tuple[int, str]], width: int, name: str, done: list[int]
) -> Iterator[Row]:
    """Yield rows as wide as the file, with nothing in the columns that aren't read."""
    batches = file.iter_batches(BATCH_ROWS, columns=[column for _, column in chosen])
    while True:
        with _damage_as_refusal(name):
            batch = next(batches, None)
            if batch is None:
                break
            texts = [cell_texts(batch.column(column)) for _, column in chosen]
        for cells in zip(*texts, strict=True):
            row = [""] * width
            for (index, _), cell in zip(chosen, cells, strict=True):
                row[index] = cell
            done[0] += 1
            yield Row(1 + done[0], row)  # the names count as the first line
    if done[0] != file.metadata.num_rows:
        raise UnreadableSourceError(
            f"{name} should have {file.metadata.num_rows:,} rows and has {done[0]:,}. Export the file again."
        )


def drop_midnights(table: pa.Table, columns: Iterable[str]) -> tuple[pa.Table, list[str]]:
    """Return the table with midnights taken off columns that have no other time, and which columns these are.

    Many programs have no type for a date alone, and write midnight; read as a time it would be a false one.
    """
    changed = []
    for name in columns:
        place = table.schema.get_field_index(name)
        column = table.column(place)
        midnights = pc.or_(pc.equal(column, ""), pc.ends_with(column, _MIDNIGHT))
        if column.num_chunks and pc.all(midnights).as_py():
            table = table.set_column(place, name, pc.replace_substring(column, _MIDNIGHT, ""))
            changed.append(name)
    return table, changed


def cell_texts(column: pa.Array) -> list[str]:
    """Return each value of a column as text, "" where there is none.

    Times with a zone become British civil time. Fractions of a second are cut off.

    >>> cell_texts(pa.array([532650.0, 0.5, None])), cell_texts(pa.array([True, False]))
    (['532650', '0.5', ''], ['TRUE', 'FALSE'])
    """
    kind = column.type
    if pt.is_dictionary(kind):
        texts = cell_texts(column.dictionary)
        return ["" if index is None else texts[index] for index in column.indices.to_pylist()]
    if pt.is_boolean(kind):
        return [("FALSE", "TRUE")[value] if value is not None else "" for value in column.to_pylist()]
    if pt.is_floating(kind):
        digits = 15 if kind.bit_width == 64 else 7
        return [
            "" if value is None or math.isnan(value) else number_text(float(value), digits)
            for value in column.to_pylist()
        ]
    if pt.is_decimal(kind):
        return [_decimal(value) for value in column.to_pylist()]
    if pt.is_timestamp(kind):
        local = pc.local_timestamp(column.cast(pa.timestamp(kind.unit, ZONE))) if kind.tz else column
        column = local.cast(pa.timestamp("s"), safe=False)
    elif pt.is_time(kind):
        column = column.cast(pa.time64("ns")).cast(pa.time32("s"), safe=False)
    elif pt.is_date(kind):
        column = column.cast(pa.date32())
    texts = [value or "" for value in column.cast(pa.string()).to_pylist()]
    if _is_any(kind, _OF_TEXT):
        return [text.replace("\0", "") for text in texts]
    return ["" if text.startswith(_NO_TIME) else text for text in texts]


def _decimal(value: Decimal | None) -> str:
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _is_any(kind: pa.DataType, kinds: Iterable[Any]) -> bool:
    kind = kind.value_type if pt.is_dictionary(kind) else kind
    return any(is_kind(kind) for is_kind in kinds)


def _refuse_numbers(metadata: pq.FileMetaData, names: tuple[str, ...], name: str) -> None:
    bounds = {
        "rows": (metadata.num_rows, MAX_ROWS),
        "columns": (max(metadata.num_columns, len(names)), MAX_COLUMNS),
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
