"""What a page shows, as statements about unknown counts: one function for each kind of view.

An atom is a month's records of a measure in an hour of the week, `(month, measure, hour)`, or in a cell, `(month,
measure, cell)`. Nothing is taken from a view but what a reader of the page, of its file or of its command sees.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final

import numpy as np

from tests.attack.solving import Statement, sum_of
from vulncore.domain.arrays import Floats
from vulncore.domain.periods import WEEKDAYS
from vulncore.findings.when.view import Patrols, Week
from vulncore.metrics.week.hours import HOURS, hours_from
from vulncore.metrics.week.patrols import covered_hours

BANDS, DAY = 3, 24
TENTH: Final = 0.05  # what rounding to a tenth leaves
JUST_UNDER: Final = 1e-3  # of a record
ROW_FROM: Final = 6


def selected(
    months: Sequence[object], measures: Sequence[str], places: Sequence[object]
) -> dict[object, float]:
    """Return the sum of what a selection of months and measures holds in some hours or cells."""
    return sum_of(product(months, measures, places))


def force_total(
    months: Sequence[object], measures: Sequence[str], places: Sequence[object], number: float
) -> Statement:
    """Return a force's total of a selection: published elsewhere, and known to the record."""
    return Statement(selected(months, measures, places), number, number)


def week_statements(week: Week, months: Sequence[object], measures: Sequence[str]) -> Iterator[Statement]:
    """Return what the map of the week, its totals, its table and its file say of the hours."""
    if not math.isnan(week.timed):
        yield force_total(months, measures, range(HOURS), week.timed)
    lengths = {stretch.start: stretch.hours for stretch in week.stretches}
    for row in week.sums.itertuples():
        parts = selected(months, measures, _hours_of(row.kind, row.at, lengths))
        if not row.hidden:
            yield Statement(parts, max(row.weight - TENTH, 0.0), row.weight + TENTH)
        elif not math.isnan(row.about):
            half = week.smallest / 2
            yield Statement(parts, max(row.about - half, week.smallest), row.about + half)
        elif row.kind not in {"hour", "band"} and not week.too_few:
            yield Statement(parts, 0.0, week.smallest - JUST_UNDER)


def patrol_statements(
    patrols: Patrols, months: Sequence[object], measures: Sequence[str]
) -> Iterator[Statement]:
    """Return what the shares of shifts say of their hours, where records are not weighed by harm."""
    shown = zip(
        [*((start,) for start in patrols.starts), patrols.starts], [*patrols.shares, patrols.met], strict=True
    )
    for starts, share in shown:
        hours = np.flatnonzero(covered_hours(starts, patrols.hours)).tolist()
        half = patrols.step / 2
        low, high = ((share + side * half) * patrols.timed / 100 for side in (-1, 1))
        yield Statement(selected(months, measures, hours), max(low - TENTH, 0.0), high + TENTH)


def zone_statements(
    numbers: Floats,
    smallest: int,
    months: Sequence[object],
    measures: Sequence[str],
    zones: Sequence[Sequence[object]],
    more: float = 0.0,
) -> Iterator[Statement]:
    """Return what numbers to the nearest `smallest` say of zones, or of parts of the week, each made of some atoms.

    `more` is how much further from its number a sum of shares of records may lie than one of whole records.
    """
    away = math.ceil(smallest / 2) - 1 + more
    shown = numbers[~np.isnan(numbers)]
    most_hidden = (
        smallest - 1 + more if not len(shown) or (shown == smallest).any() else float(shown.min()) + away
    )
    for number, cells in zip(numbers, zones, strict=True):
        parts = selected(months, measures, cells)
        if math.isnan(number):
            yield Statement(parts, 0.0, most_hidden)
        else:
            yield Statement(parts, max(number - away, smallest - more), number + away)


def hours_of_part(day: str, part: str) -> list[int]:
    """Return the hours of the week in a part of a place's week: a day from 06:00, or every day, and its hours.

    >>> hours_of_part("Monday", "03–06"), len(hours_of_part("Every day", "18–00"))
    ([27, 28, 29], 42)
    """
    start, end = (int(hour) for hour in part.split("–"))
    first = start + (DAY if start < ROW_FROM else 0)
    days = range(len(WEEKDAYS)) if day not in WEEKDAYS else [WEEKDAYS.index(day)]
    length = (end - start) % DAY
    return [(DAY * at + first + hour) % HOURS for at in days for hour in range(length)]


def _hours_of(kind: str, at: int, lengths: dict[int, int]) -> list[int]:
    hours = {
        "hour": lambda: [at],
        "band": lambda: range(at, at + BANDS),
        "stretch": lambda: hours_from(at, lengths[at]),
        "day": lambda: range(at, at + DAY),
        "night row": lambda: hours_from(at + ROW_FROM, DAY),
        "hour of day": lambda: range(at, HOURS, DAY),
        "band of day": lambda: [hour for hour in range(HOURS) if hour % DAY // BANDS == at // BANDS],
    }
    return [int(hour) for hour in hours[kind]()]
