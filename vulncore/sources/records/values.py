"""The texts of an extract's columns as dates, moments, numbers, or any other type."""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from vulncore.domain.arrays import Booleans, Floats, Moments
from vulncore.sources.records.mapping import Moment
from vulncore.sources.records.moments import DateOrder, parse_date, parse_hour, parse_moment, parse_time

DAY_S, HOUR_S = 86_400, 3_600


def column_dates(column: pa.ChunkedArray, order: DateOrder) -> Moments:
    """Return a column's dates, the time beside them left away; NaT where there is none."""

    def day(text: str) -> date | None:
        moment = parse_moment(text, order)
        return moment[0] if moment else None

    return np.asarray(read_values(column, day, pa.date32()).to_numpy(zero_copy_only=False), "datetime64[D]")


def column_moments(table: pa.Table, where: Moment, order: DateOrder) -> tuple[Moments, Floats, float]:
    """Return the day of each row's moment, its seconds into the day, and for how many seconds it stands.

    The day is NaT where it can't be read, the seconds NaN where there is no time of day. A moment given by
    its hour stands for that hour, any other for itself.
    """
    if where.at:
        column = table[where.at]
        clock = read_values(column, lambda text: _seconds_of(parse_moment(text, order)), pa.float64())
        return column_dates(column, order), _seconds(clock), 0
    days = read_values(
        table[where.date], lambda text: parse_date(text, order) or _date_of(text, order), pa.date32()
    )
    if where.hour:
        clock, length = (
            read_values(table[where.hour], lambda text: _into_day(parse_hour(text)), pa.float64()),
            HOUR_S,
        )
    elif where.time:
        clock, length = (
            read_values(
                table[where.time],
                lambda text: _into_day(parse_time(text) or _time_of(text, order)),
                pa.float64(),
            ),
            0,
        )
    else:
        clock, length = pa.nulls(table.num_rows, pa.float64()), 0
    return np.asarray(days.to_numpy(zero_copy_only=False), "datetime64[D]"), _seconds(clock), length


def parse_number(text: str) -> float | None:
    """Return a text's number, thousands separators and all; None where it is none.

    >>> parse_number("532,650.5"), parse_number("#N/A")
    (532650.5, None)
    """
    try:
        return float(text.replace(",", "")) if text.isascii() else None
    except ValueError:
        return None


def filled_rows(column: pa.ChunkedArray) -> Booleans:
    """Return which rows have something in a column."""
    flags: Booleans = np.asarray(pa.compute.not_equal(column, "").to_numpy())
    return flags


def read_values(column: pa.ChunkedArray, read: Callable[[str], Any], wanted: pa.DataType) -> pa.Array:
    """Return a column of text converted value by value; null where `read` returns None.

    >>> read_values(pa.chunked_array([["1", "x", "1"]]), lambda text: int(text) if text.isdigit() else None, pa.int8())
    <pyarrow.lib.Int8Array object at ...>
    [
      1,
      null,
      1
    ]
    """
    encoded = column.combine_chunks().dictionary_encode()
    return pa.array([read(text) for text in encoded.dictionary.to_pylist()], wanted).take(encoded.indices)


def _seconds(clock: pa.Array) -> Floats:
    return np.asarray(clock.to_numpy(zero_copy_only=False), float)


def _seconds_of(moment: tuple[date, Any] | None) -> float | None:
    return _into_day(moment[1]) if moment else None


def _into_day(clock: Any) -> float | None:
    return None if clock is None else float(clock.hour * 3_600 + clock.minute * 60 + clock.second)


def _date_of(text: str, order: DateOrder) -> date | None:
    moment = parse_moment(text, order)  # a spreadsheet may give a date column the time 00:00:00
    return moment[0] if moment else None


def _time_of(text: str, order: DateOrder) -> Any:
    moment = parse_moment(text, order)  # and a time column the date 1899-12-30
    return moment[1] if moment else None
