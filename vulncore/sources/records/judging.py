"""Which rows of an extract count, towards what, and why the others do not."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pyarrow as pa

from vulncore.domain.arrays import Booleans, Floats, Integers, Moments
from vulncore.domain.errors import Reject, TooManyRejectsError, UnreadableSourceError
from vulncore.domain.periods import month_name, month_of
from vulncore.sources.extract import Extract
from vulncore.sources.records.mapping import Coding, Mapping, Moment, parts_of
from vulncore.sources.records.moments import DateOrder, parse_date, parse_hour, parse_moment, parse_time

DAY_S, HOUR_S = 86_400, 3_600


def read_values(column: pa.ChunkedArray, read: Callable[[str], Any], wanted: pa.DataType) -> pa.Array:
    """Return a column of text as another type; null where `read` returns None.

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


def parse_number(text: str) -> float | None:
    """Return a text's number, thousands separators and all; None where it is none.

    >>> parse_number("532,650.5"), parse_number("#N/A")
    (532650.5, None)
    """
    try:
        return float(text.replace(",", "")) if text.isascii() else None
    except ValueError:
        return None


def filled(column: pa.ChunkedArray) -> Booleans:
    """Return which rows have something in a column."""
    flags: Booleans = np.asarray(pa.compute.not_equal(column, "").to_numpy())
    return flags


def dates(column: pa.ChunkedArray, order: DateOrder) -> Moments:
    """Return a column's dates, the time beside them left away; NaT where there is none."""

    def day(text: str) -> date | None:
        moment = parse_moment(text, order)
        return moment[0] if moment else None

    return np.asarray(read_values(column, day, pa.date32()).to_numpy(zero_copy_only=False), "datetime64[D]")


def moments(table: pa.Table, where: Moment, order: DateOrder) -> tuple[Moments, Floats, float]:
    """Return the day of each row's moment, its seconds into the day, and for how many seconds it stands.

    The day is NaT where it can't be read, the seconds NaN where there is no time of day. A moment given by
    its hour stands for that hour, any other for itself.
    """
    if where.at:
        column = table[where.at]
        clock = read_values(column, lambda text: _seconds_of(parse_moment(text, order)), pa.float64())
        return dates(column, order), _seconds(clock), 0
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


NO_DATE: Final = "no date recorded"
BAD_DATE: Final = "a date recorded that cannot be read"
NOT_COVERED: Final = "recorded in a month that is not covered"
NO_CODE: Final = "no code that says what it counts towards"
BAD_CODE: Final = "a code that the mapping does not explain"
NOTHING: Final = "its codes count towards nothing, as the mapping says"
REPEATED: Final = "a further row of a record that is counted already"


@dataclass(frozen=True)
class Judged:
    """What became of each row of a table.

    `row` and `measure` go together: one entry for each row and measure that it counts towards, in the order of
    the rows. `recorded_on` has a day for every row of the table. `rejected` says, by row, the reason and the
    value at fault; `left_out` counts by reason.
    """

    row: Integers
    measure: tuple[str, ...]
    recorded_on: Moments
    rejected: tuple[tuple[int, str, str], ...]
    left_out: Counter[str]


def judged(table: pa.Table, mapping: Mapping) -> Judged:
    """Return what becomes of each row under a mapping.

    Of a record's rows those without a date of being no-crimed come first. A row that only has codes that count towards nothing is left out, whatever else it holds. One without a
    date recorded that can be read and is covered, or with a code that nobody has explained, is rejected. A
    record counts once towards a measure, however many rows it has: extracts often have a row per victim.
    """
    kinds, kind = _kinds(table, mapping.counts)
    recorded = dates(table[mapping.columns["recorded_on"]], mapping.date_order)
    rejected: list[tuple[int, str, str]] = []
    left_out: Counter[str] = Counter()
    meaning = [_meaning(cells, mapping.counts) for cells in kinds]

    nothing = np.array([not keys and not fault for keys, fault, _ in meaning], bool)[kind]
    left_out[NOTHING] = int(nothing.sum())
    standing = ~nothing
    for reason, falls, shown in _date_faults(table, mapping, recorded):
        falling = np.flatnonzero(standing & falls)
        rejected.extend((int(row), reason, shown[int(row)].as_py()) for row in falling)
        standing &= ~falls
    faulty = np.array([bool(fault) for _, fault, _ in meaning], bool)[kind]
    for row in np.flatnonzero(standing & faulty):
        _, fault, value = meaning[kind[row]]
        rejected.append((int(row), fault, value))
    standing &= ~faulty

    counting = np.flatnonzero(standing)
    many = np.array([len(keys) for keys, _, _ in meaning], np.int64)[kind[counting]]
    rows = np.repeat(counting, many)
    measure = [key for row in counting for key in meaning[kind[row]][0]]
    first = _first_of_each(table, mapping, rows, measure)
    kept = rows[first]
    left_out[REPEATED] = len(counting) - len(np.unique(kept))
    return Judged(
        row=kept,
        measure=tuple(measure[index] for index in first),
        recorded_on=recorded,
        rejected=tuple(sorted(rejected)),
        left_out=+left_out,
    )


def _kinds(table: pa.Table, counts: tuple[Coding, ...]) -> tuple[list[tuple[str, ...]], Integers]:
    """Return every combination of cells in the columns of codes, and which one each row has."""
    encoded = [table[coding.column].combine_chunks().dictionary_encode() for coding in counts]
    indices = np.column_stack([column.indices.to_numpy() for column in encoded]) if table.num_rows else None
    if indices is None:
        return [], np.zeros(0, np.int64)
    unique, which = np.unique(indices, axis=0, return_inverse=True)
    texts = [column.dictionary.to_pylist() for column in encoded]
    return [tuple(text[i] for text, i in zip(texts, row, strict=True)) for row in unique], which.reshape(-1)


def _meaning(cells: tuple[str, ...], counts: tuple[Coding, ...]) -> tuple[tuple[str, ...], str, str]:
    """Return the measures that a combination of cells counts towards, or what is wrong and the value at fault."""
    keys: dict[str, None] = {}
    said = False
    for cell, coding in zip(cells, counts, strict=True):
        for value in parts_of(cell, coding.separator):
            said = True
            if value in coding.codes:
                keys.update(dict.fromkeys(coding.codes[value]))
            elif value not in coding.leave_out:
                return (), BAD_CODE, f"{coding.column}: {value}"
    return (tuple(keys), "", "") if said else ((), NO_CODE, "")


def _date_faults(
    table: pa.Table, mapping: Mapping, recorded: Moments
) -> list[tuple[str, Booleans, pa.ChunkedArray]]:
    column = table[mapping.columns["recorded_on"]]
    empty = pa.compute.equal(column, "").to_numpy()
    unread = np.isnat(recorded)
    covered = np.isin(recorded.astype("datetime64[M]"), np.array(mapping.months, "datetime64[M]"))
    return [(NO_DATE, empty, column), (BAD_DATE, unread, column), (NOT_COVERED, ~covered, column)]


def _first_of_each(table: pa.Table, mapping: Mapping, rows: Integers, measure: list[str]) -> Integers:
    """Return the positions at which a record counts towards a measure for the first time."""
    if "record_id" not in mapping.columns:
        return np.arange(len(rows))
    ids = table[mapping.columns["record_id"]].take(pa.array(rows)).to_pylist()
    order = np.arange(len(rows))
    if "no_crimed_on" in mapping.columns:  # a record stands as long as one of its rows does
        order = np.argsort(filled(table[mapping.columns["no_crimed_on"]])[rows], kind="stable")
    seen: set[tuple[str, str]] = set()
    first = []
    for position in order:
        pair = ids[position], measure[position]
        if not pair[0] or pair not in seen:
            first.append(position)
            seen.add(pair)
    return np.sort(np.array(first, np.int64))


FEW: Final = 5  # of a month: so many rows at fault are slips, whatever share of a small month they are

_SHORTENED = re.compile(r"\d(\.\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)


def refuse_shortened_references(extract: Extract, mapping: Mapping) -> None:
    """Refuse references that a spreadsheet has shortened: many records then have the same one.

    Raises:
        UnreadableSourceError: Some stand as 1.23457E+11.
    """
    column = mapping.columns.get("record_id")
    if column is None:
        return
    values = Counter(extract.table[column].to_pylist())
    shortened = [value for value in values if _SHORTENED.fullmatch(value)]
    if shortened:
        raise UnreadableSourceError(
            f"{sum(values[value] for value in shortened):,} references in column {column[:60]} of {extract.file.name} were "
            f"shortened by a spreadsheet, like {shortened[0]}: they no longer tell records apart. Take the extract from "
            "the system again, with that column as text."
        )


def refuse_spoilt_months(
    extract: Extract, told: Judged, mapping: Mapping, rejects: tuple[Reject, ...]
) -> None:
    """Refuse an extract one month of which would come out too low, though few of all its rows are rejected.

    Raises:
        TooManyRejectsError: More of a month's rows have no known code than may be rejected.
    """
    at_fault = [row for row, reason, _ in told.rejected if reason in (BAD_CODE, NO_CODE)]
    rejected = Counter(month_of(told.recorded_on[row].astype(object)) for row in at_fault)
    if not rejected or max(rejected.values()) <= FEW:
        return
    accepted = Counter(
        month_of(day) for day in told.recorded_on[sorted(set(told.row.tolist()))].astype(object)
    )
    share = mapping.most_rejected_percent / 100
    for month, count in sorted(rejected.items()):
        whole = count + accepted[month]
        if count > max(FEW, share * whole):
            raise TooManyRejectsError(
                f"{count:,} of {whole:,} rows of {month_name(month)} in {extract.file.name} have codes that the mapping does "
                f"not explain, more than {mapping.most_rejected_percent:g} %: the month would look quieter than it was. "
                "Explain them in the mapping; nothing was published.",
                rejects,
            )
