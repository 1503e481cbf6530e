"""What the values of a Parquet column say, as text: the same as the cells of a spreadsheet would."""

import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from vulncore.sources.extract.bounds import MAX_CELL_CHARACTERS

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


def text_of(column: pa.Array) -> list[str]:
    """Return each value of a column as text, "" where there is none.

    Times with a zone become British civil time. Fractions of a second are cut off.

    >>> text_of(pa.array([532650.0, 0.5, None])), text_of(pa.array([True, False]))
    (['532650', '0.5', ''], ['TRUE', 'FALSE'])
    """
    if pt.is_dictionary(column.type):
        texts = text_of(column.dictionary)
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


def has_text(kind: pa.DataType) -> bool:
    """Return whether values of a type are cells, and no lists, structures or raw bytes."""
    if pt.is_dictionary(kind):
        return has_text(kind.value_type)
    return any(is_kind(kind) for is_kind in _OF_CELLS)


def is_string(kind: pa.DataType) -> bool:
    """Return whether values of a type are texts, which are then read as references to each distinct one."""
    return any(is_kind(kind.value_type if pt.is_dictionary(kind) else kind) for is_kind in _OF_TEXT)


def shortened(column: pa.Array) -> pa.Array:
    """Return a column with its texts cut just beyond what a cell may hold, so that none of them costs more."""
    if pt.is_dictionary(column.type):
        return pa.DictionaryArray.from_arrays(column.indices, shortened(column.dictionary))
    if not is_string(column.type) or not len(column):
        return column
    if (pc.max(pc.binary_length(column)).as_py() or 0) <= MAX_CELL_CHARACTERS:
        return column
    return pc.utf8_slice_codeunits(column.cast(pa.large_string()), 0, MAX_CELL_CHARACTERS + 1)


def characters(column: pa.Array) -> int:
    """Return about how many characters the texts of a column have, each counted as often as it comes."""
    if pt.is_dictionary(column.type) and is_string(column.type):
        lengths = pc.binary_length(column.dictionary).take(column.indices)
    elif is_string(column.type):
        lengths = pc.binary_length(column)
    else:
        return 20 * len(column)
    return int(pc.sum(lengths.cast(pa.int64())).as_py() or 0)


def dates_where_all_is_midnight(table: pa.Table, columns: Iterable[str]) -> tuple[pa.Table, list[str]]:
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
