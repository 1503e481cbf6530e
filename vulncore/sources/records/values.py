"""The texts of an extract's columns as dates, moments, numbers, or any other type."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from vulncore.domain.arrays import Booleans, Floats, Moments
from vulncore.sources.records.mapping import Moment
from vulncore.sources.records.moments import (
    DateOrder,
    parse_hour,
    parse_moment,
    parse_month_alone,
    parse_time,
)

HOUR_S = 3_600
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:([, ])\d{3})(?:\1\d{3})*(?:\.\d*)?", re.ASCII)
_DECIMALS = re.compile(r"[+-]?(?:\d+|[1-9]\d{0,2}(?:[. ]\d{3})+),\d+", re.ASCII)


def column_dates(column: pa.ChunkedArray, order: DateOrder) -> Moments:
    """Return a column's dates, the time beside them left away and a month as its first day; NaT where there is none."""

    def day(text: str) -> date | None:
        moment = parse_moment(text, order)
        return moment[0] if moment else parse_month_alone(text)

    return np.asarray(read_values(column, day, pa.date32()).to_numpy(zero_copy_only=False), "datetime64[D]")


def months_alone(column: pa.ChunkedArray) -> Booleans:
    """Return which values of a column of dates give a month and no day."""
    alone = read_values(column, lambda text: parse_month_alone(text) is not None, pa.bool_())
    return np.asarray(alone.to_numpy(zero_copy_only=False), bool)


def column_moments(table: pa.Table, where: Moment, order: DateOrder) -> tuple[Moments, Floats, float]:
    """Return the day of each row's moment, its seconds into the day, and for how many seconds it stands.

    The day is NaT where it can't be read, the seconds NaN where there is no time of day. A moment given by
    its hour stands for that hour, any other for itself.
    """
    hour = "" if where.at else where.hour

    def seconds(text: str) -> float | None:
        clock = parse_hour(text) if hour else parse_time(text) if not where.at else None
        if not clock and not hour and (moment := parse_moment(text, order)):
            clock = moment[1]  # a spreadsheet may give a column of times the date 1899-12-30
        return None if clock is None else float(clock.hour * HOUR_S + clock.minute * 60 + clock.second)

    days, clock = where.at or where.date, where.at or hour or where.time
    return (
        column_dates(table[days], order) if days else np.full(table.num_rows, np.datetime64("NaT", "D")),
        column_numbers(table[clock], seconds) if clock else np.full(table.num_rows, np.nan),
        HOUR_S if hour else 0,
    )


def column_numbers(column: pa.ChunkedArray, read: Callable[[str], float | None]) -> Floats:
    """Return a column's values as numbers, to be changed at will; NaN where `read` returns None."""
    return np.array(read_values(column, read, pa.float64()).to_numpy(zero_copy_only=False), float)


def place_numbers(column: pa.ChunkedArray, *, degrees: bool) -> Floats:
    """Return a column's numbers of a place; decimals may follow a comma, as `number_reader` says."""
    return column_numbers(column, number_reader(column.unique().to_pylist(), degrees=degrees))


def parse_number(text: str) -> float | None:
    """Return a text's number, commas or spaces between its thousands and all; None where it is none.

    >>> parse_number("532,650.5"), parse_number("532650,5"), parse_number("#N/A")
    (532650.5, None, None)
    """
    try:
        if "," in text or " " in text:
            return float(re.sub("[, ]", "", text)) if _THOUSANDS.fullmatch(text) else None
        return float(text) if text.isascii() else None
    except ValueError:
        return None


def number_reader(texts: Iterable[str], *, degrees: bool = False) -> Callable[[str], float | None]:
    """Return what reads the numbers of a column: a comma stands before decimals where the whole column says so.

    It does where commas stand where no thousands end, as in 532650,5 or 0,091, and none stands where thousands alone do, as
    in 1,234,567 or 532,650.5. Of `degrees` no thousands can be.

    >>> number_reader(["532650,5", "532,650"])("532650,5"), number_reader(["532,650"])("532,650")
    (532650.5, 532650.0)
    """
    with_comma = [text for text in texts if "," in text]
    thousands = [bool(_THOUSANDS.fullmatch(text)) for text in with_comma]
    decimals = [bool(_DECIMALS.fullmatch(text)) for text in with_comma]
    only_decimals = any(d and not t for d, t in zip(decimals, thousands, strict=True))
    only_thousands = any(t and not d for d, t in zip(decimals, thousands, strict=True))
    if not any(decimals) or only_thousands or not (only_decimals or degrees):
        return parse_number

    def read(text: str) -> float | None:
        if _DECIMALS.fullmatch(text):
            whole, _, decimal = text.partition(",")
            return float(f"{re.sub('[. ]', '', whole)}.{decimal}")
        return parse_number(text)

    return read


def filled_rows(column: pa.ChunkedArray) -> Booleans:
    """Return which rows have something in a column."""
    return np.asarray(pa.compute.not_equal(column, "").to_numpy(), bool)


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
