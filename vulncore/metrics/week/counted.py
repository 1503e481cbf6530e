"""The records of a force that count, as arrays, each with the hours in which it may have happened: a question is a sum.

What no question changes is worked out once, for all of them: what is known of a time, which hours of the week it may lie
in and with which share, the month, the measure, the point. `counted_records` does that, `CountedRecords.chosen` takes out
what a question wants.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vulncore.domain.arrays import Booleans, Floats, Integers
from vulncore.domain.blur import DETAILS, MOVED_HOURS, REPEATS
from vulncore.domain.periods import Window
from vulncore.metrics.week.hours import HOURS
from vulncore.metrics.week.known_times import USED, Known, known_times
from vulncore.metrics.week.no_times import NoTime, no_time_of

KINDS: Final = tuple(Known)
USED_KINDS: Final = np.array([known in USED for known in KINDS])
FROM_A_MONDAY: Final = 3 * 24 + HOURS * 100_000
"""Hours added to those since 1970, which began on a Thursday: a multiple of the week from Monday 00:00, and so far
back that none is negative."""
WORDS: Final = ("place", "location_type", "victim_residency", *DETAILS, *REPEATS)
"""The columns of words: what is told of records beside when and where they happened."""
DAY_S: Final = 86_400
NO_DAY: Final = np.iinfo(np.int32).min
ROWS_AT_ONCE: Final = 1_000_000  # whose hours are worked out together

COUNTED: Final = pa.schema(
    [
        pa.field("month", pa.int32(), nullable=False),
        pa.field("measure", pa.dictionary(pa.int32(), pa.string()), nullable=False),
        pa.field("record", pa.int32(), nullable=False),
        pa.field("several", pa.uint8(), nullable=False),
        *(pa.field(name, pa.dictionary(pa.int32(), pa.string())) for name in WORDS),
        pa.field("point", pa.int32(), nullable=False),
        pa.field("longitude", pa.float64(), nullable=False),
        pa.field("latitude", pa.float64(), nullable=False),
        pa.field("day", pa.int32(), nullable=False),
        pa.field("known", pa.uint8(), nullable=False),
        pa.field("first_minute", pa.int16(), nullable=False),
        pa.field("minutes", pa.int32(), nullable=False),
        pa.field("cells", pa.large_list(pa.field("cell", pa.uint8(), nullable=False)), nullable=False),
        pa.field("shares", pa.large_list(pa.field("share", pa.float64(), nullable=False)), nullable=False),
    ]
)
"""One row per record and measure that it counts towards, in the order of months: those that were delivered, without what
turned out to be no crime. `month` (since January 1970), `record` (a number of its own for each), `several` (1 where the
record has more rows than this), `point` (a number of its own for each; -1 without one; `longitude` and `latitude` are NaN
then), `day` (since 1970, on which it began, if known to within a day; else the smallest number), `known` (its place in
`Known`), `first_minute` and `minutes` (how its window lies to the hours: 0 and 1 within one hour), `cells` (the hours of the
week that it may lie in, 0 is Monday 00:00; none where no hour is known) and `shares` (of the record in each, 1 together)."""


@dataclass(frozen=True)
class RecordFilter:
    """Which records are wanted: a force's, of these measures, recorded in a window of whole months.

    `where` names columns of the incidents and the value that each has to have; `harm` what a record of a measure
    weighs, 1 unless given. A record of several measures counts once, as the heaviest of them.
    """

    force: str
    measures: tuple[str, ...]
    window: Window
    where: tuple[tuple[str, str], ...] = ()
    harm: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, eq=False)
class CountedRecords:
    """A force's records that count, as columns of `COUNTED`; nothing of it is to be shown as it is."""

    table: pa.Table

    def numbers(self, name: str) -> np.ndarray:
        """Return a column of numbers, one for each row; of `cells` and `shares` one for each hour of each row.

        A row's hours begin at its place in `starts`, which is one longer than the rows and ends with the last row's end.
        """
        return self._columns[name]

    def words(self, name: str) -> tuple[str, ...]:
        """Return the values that a column of words has, by code."""
        return self._words[name]

    def chosen(self, wanted: RecordFilter) -> "Chosen":
        """Return the rows that a filter wants: a record of several measures once, with the heaviest of its weights.

        The filter's force is not looked at: all records here are of one.
        """
        months = self.numbers("month")
        first, last = month_number(wanted.window.start), month_number(wanted.window.end)
        begin, end = np.searchsorted(months, [first, last + 1])
        measure = self.numbers("measure")[begin:end]
        mask = np.array([key in wanted.measures for key in self.words("measure")], dtype=bool)[measure]
        for column, value in wanted.where:
            is_value = np.array([*(word == value for word in self.words(column)), False])  # -1 is no word
            mask &= is_value[self.numbers(column)[begin:end]]
        at = np.flatnonzero(mask) + begin
        weights = dict(wanted.harm)
        by_measure = np.array([weights.get(key, 1.0) for key in self.words("measure")], dtype=float)
        harm = by_measure[self.numbers("measure")[at]] if weights else np.ones(len(at))
        if len(wanted.measures) > 1:
            at, harm = self._once(at, harm)
        return Chosen(self, at, harm)

    @cached_property
    def points(self) -> tuple[Floats, Floats]:
        """The longitude and the latitude of each point, by its number."""
        point = self.numbers("point")
        there = point >= 0
        at = np.zeros(int(point.max(initial=-1)) + 1, dtype=np.int64)
        at[point[there]] = np.flatnonzero(there)
        return self.numbers("longitude")[at], self.numbers("latitude")[at]

    def _once(self, at: Integers, harm: Floats) -> tuple[Integers, Floats]:
        """Return rows with each record under the first of its measures alone, as heavy as the heaviest of them."""
        several = np.flatnonzero(self.numbers("several")[at])
        if not len(several):
            return at, harm
        record, measure = (self.numbers(name)[at[several]] for name in ("record", "measure"))
        order = np.lexsort((measure, record))
        begins = np.flatnonzero(np.diff(record[order], prepend=-1))
        which = np.cumsum(np.diff(record[order], prepend=-1) != 0) - 1
        heaviest = np.maximum.reduceat(harm[several][order], begins)
        harm = harm.copy()
        harm[several[order]] = heaviest[which]
        kept = np.ones(len(at), dtype=bool)
        kept[several[order]] = measure[order] == measure[order][begins][which]
        return at[kept], harm[kept]

    @cached_property
    def _words(self) -> dict[str, tuple[str, ...]]:
        return {name: tuple(self._whole(name).dictionary.to_pylist()) for name in ("measure", *WORDS)}

    @cached_property
    def _columns(self) -> dict[str, np.ndarray]:
        columns = {}
        for field in COUNTED:
            whole = self._whole(field.name)
            if pa.types.is_dictionary(field.type):
                codes = whole.indices
                columns[field.name] = (codes.fill_null(-1) if codes.null_count else codes).to_numpy()
            elif pa.types.is_large_list(field.type):
                columns[field.name] = whole.values.to_numpy()
                columns["starts"] = whole.offsets.to_numpy()
            else:
                columns[field.name] = whole.to_numpy()
        return columns

    def _whole(self, name: str) -> pa.Array:
        column = self.table.column(name)
        return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


@dataclass(frozen=True, eq=False)
class Chosen:
    """The rows of counted records that a question wants (`at`, their positions), and the harm that each weighs."""

    records: CountedRecords
    at: Integers
    harm: Floats

    def numbers(self, name: str) -> np.ndarray:
        """Return a column of numbers, one for each row wanted."""
        return self.records.numbers(name)[self.at]

    @cached_property
    def timed(self) -> Booleans:
        """Which of the rows have an hour."""
        return np.asarray(USED_KINDS[self.numbers("known")], dtype=bool)

    def only(self, mask: Booleans) -> "Chosen":
        """Return those of the rows that a mask has."""
        return Chosen(self.records, self.at[mask], self.harm[mask])

    def within(self, window: Window) -> "Chosen":
        """Return those of the rows that were recorded in a window of whole months."""
        months = self.records.numbers("month")
        rows = np.searchsorted(months, [month_number(window.start), month_number(window.end) + 1])
        first, last = np.searchsorted(self.at, rows)
        return Chosen(self.records, self.at[first:last], self.harm[first:last])

    def drawn(self, most: int, seed: int = 0) -> "Chosen":
        """Return at most so many of the rows, drawn at random, always the same ones."""
        if len(self.at) <= most:
            return self
        drawn = np.sort(np.random.default_rng(seed).choice(len(self.at), most, replace=False, shuffle=False))
        return Chosen(self.records, self.at[drawn], self.harm[drawn])

    def hours(self) -> tuple[Integers, Integers, Floats]:
        """Return how many hours each of the rows has, and, one row's after the other's, which of the week and which share."""
        starts = self.records.numbers("starts")
        counts = starts[self.at + 1] - starts[self.at]
        cells, shares = (self.records.numbers(name) for name in ("cells", "shares"))
        if len(self.at) and self.at[-1] - self.at[0] + 1 == len(self.at):  # as they lie
            whole = slice(starts[self.at[0]], starts[self.at[-1] + 1])
            return counts, cells[whole], shares[whole]
        place = np.arange(counts.sum()) + np.repeat(starts[self.at] - np.cumsum(counts) + counts, counts)
        return counts, cells[place], shares[place]


def counted_records(
    incidents: ir.Table, coverage: ir.Table, force: str, verdict: Iterable[NoTime]
) -> CountedRecords:
    """Return the records of a force that count, each with the hours in which it may have happened.

    Counted as `vulncore.metrics.strands.counts` counts: by `recorded_on`, in months that were delivered, without those
    that turned out to be no crime. Of a record known to lie between two times each hour gets its share of the minutes in
    between, as the clocks in London ran: an hour that they skipped gets nothing, one that they showed twice gets both. A
    blurred record's hours are moved about the week once all else is known of them (`vulncore.domain.blur`).

    Which times are none, `vulncore.metrics.week.no_times.no_times` says.

    Source:
        Ratcliffe (2002), Aoristic signatures and the spatio-temporal analysis of high volume crime patterns.
    """
    delivered = coverage.filter(coverage.table == "incidents").select("force", "measure", "month")
    rows = incidents.filter(incidents.force == force, incidents.no_crimed_on.isnull())
    rows = rows.mutate(month=rows.recorded_on.truncate("M"))
    rows = rows.semi_join(delivered, ["force", "measure", "month"])
    return counted(known_times(rows.mutate(no_time=no_time_of(rows, verdict))))


def counted(timed: ir.Table) -> CountedRecords:
    """Return records as arrays, of one row per record and measure.

    They are as `known_times` returns them, with `record_id`, `measure`, `month` (its first day), `longitude`, `latitude`, those of
    `WORDS` that are known, and `moved_hours` where they are blurred.
    """
    begins, ends = timed.occurred_from, timed.occurred_to
    within_a_day = begins.notnull() & (ends.epoch_seconds() - begins.epoch_seconds() <= DAY_S).fill_null(True)
    several_hours = timed.start // 60 != (timed.end - 1) // 60
    used = timed.known.isin([known.value for known in USED])
    rows = (
        timed.select(
            "record_id",
            "measure",
            *(name for name in WORDS if name in timed.columns),
            "known",
            month=((timed.month.year() - 1970) * 12 + timed.month.month() - 1).cast("int32"),
            longitude=timed.longitude.fill_null(np.nan),
            latitude=timed.latitude.fill_null(np.nan),
            day=ibis.ifelse(within_a_day, begins.epoch_seconds() // DAY_S, NO_DAY)
            .fill_null(NO_DAY)
            .cast("int32"),
            first_minute=ibis.ifelse(used & several_hours, timed.start % 60, 0).fill_null(0).cast("int16"),
            minutes=ibis.ifelse(used & several_hours, timed.end - timed.start, 1).fill_null(1).cast("int32"),
            start=ibis.ifelse(used, timed.start, 0).fill_null(0),
            end=ibis.ifelse(used, timed.end, 0).fill_null(0),
            summer_start=timed.summer_start.fill_null(0),
            summer_end=timed.summer_end.fill_null(0),
            moved=timed[MOVED_HOURS] if MOVED_HOURS in timed.columns else ibis.literal(0),
        )
        .order_by("month", "measure", "record_id")
        .to_pyarrow()
    )
    record = pc.rank(rows["record_id"], tiebreaker="dense").to_numpy().astype(np.int32) - 1
    known = pc.index_in(rows["known"], value_set=pa.array([known.value for known in KINDS], pa.string()))
    cells, shares = _hours(rows)
    unknown = pa.chunked_array([pa.nulls(rows.num_rows, pa.string())])
    columns = {
        **dict(zip(rows.column_names, rows.columns, strict=True)),
        "record": record,
        "several": (np.bincount(record, minlength=1)[record] > 1).astype(np.uint8),
        **{
            name: _in_order(rows[name] if name in rows.column_names else unknown)
            for name in ("measure", *WORDS)
        },
        "known": known.cast(pa.uint8()),
        "point": _points(rows["longitude"].to_numpy(), rows["latitude"].to_numpy()),
        "cells": cells,
        "shares": shares,
    }
    arrays = {field.name: _array(columns[field.name], field.type) for field in COUNTED}
    return CountedRecords(pa.table(arrays, schema=COUNTED))


def _hours(rows: pa.Table) -> tuple[pa.Array, pa.Array]:
    """Return which hours of the week each row may lie in, and the share of it that fell into each."""
    counts, cells, shares = [], [], []
    for first in range(0, max(rows.num_rows, 1), ROWS_AT_ONCE):  # once where there is no row
        part = rows.slice(first, ROWS_AT_ONCE)
        start, end, begins, ends, moved = (
            part[name].to_numpy().astype(np.int64)
            for name in ("start", "end", "summer_start", "summer_end", "moved")
        )
        count = np.where(end > start, (end - 1) // 60 - start // 60 + 1, 0)
        row = np.repeat(np.arange(len(count)), count)
        hour = (start // 60)[row] + np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
        minute = hour * 60
        minutes = np.minimum(end[row], minute + 60) - np.maximum(start[row], minute)
        summer = (minute >= begins[row]) & (minute < ends[row])
        counts.append(count)
        cells.append(((hour + summer + moved[row] + FROM_A_MONDAY) % HOURS).astype(np.uint8))
        shares.append(minutes / (end - start)[row])
    offsets = pa.array(np.concatenate([[0], np.cumsum(np.concatenate(counts))]), pa.int64())
    return tuple(
        pa.LargeListArray.from_arrays(offsets, pa.array(np.concatenate(parts)), type=COUNTED.field(name).type)
        for name, parts in (("cells", cells), ("shares", shares))
    )


def _points(longitudes: Floats, latitudes: Floats) -> Integers:
    """Return a number for each point, the same for the same one; -1 where there is none."""
    point: Integers = np.full(len(longitudes), -1)
    there = np.flatnonzero(~np.isnan(longitudes) & ~np.isnan(latitudes))
    pairs = longitudes[there] + 1j * latitudes[there]
    point[there] = np.unique(pairs, return_inverse=True)[1]
    return point


def _in_order(words: pa.ChunkedArray) -> pa.DictionaryArray:
    """Return words by code, in the order of the alphabet."""
    values = sorted(value for value in words.unique().to_pylist() if value is not None)
    codes = pc.index_in(words, value_set=pa.array(values, pa.string())).combine_chunks()
    return pa.DictionaryArray.from_arrays(codes.cast(pa.int32()), pa.array(values, pa.string()))


def _array(values: object, kind: pa.DataType) -> pa.Array:
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    return values if isinstance(values, pa.Array) and values.type == kind else pa.array(values, kind)


def month_number(day: date) -> int:
    """Return how many months a day lies after January 1970."""
    return (day.year - 1970) * 12 + day.month - 1
