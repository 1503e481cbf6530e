"""What a question about the week reads from a version: once for the months asked for, once for those before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import ibis.expr.types as ir
import pandas as pd

from vulncore.domain.arrays import Floats
from vulncore.domain.disclosure import SMALLEST_SHOWN
from vulncore.domain.errors import UnknownNameError, VulncoreError, first_five
from vulncore.domain.periods import Window, add_months, fytd, month_end, month_name, parse_month
from vulncore.domain.vocabulary import Measure
from vulncore.findings.shared.compared import months_missing
from vulncore.metrics.week.day_hour import RecordFilter, day_hour, shapes, timed_records, week_of
from vulncore.metrics.week.known_times import USED, Known, midnights
from vulncore.store import Snapshot

MINUTES = 60
COLUMNS = {
    "place": "street or venue",
    "location_type": "type of place",
    "victim_residency": "group of victims",
}
"""What records can be narrowed to, by column of the incidents, in words."""


class NoTimesError(VulncoreError):
    """A dataset says in which month things happened, and not when in the week."""


@dataclass(frozen=True)
class WeekRead:
    """The hours of the week of some records, as they are: not to be shown before small numbers are hidden.

    `week` and `harm` are the 168 hours from Monday 00:00, in records and weighed by harm; `known` the records by what
    is known of their time; `shapes` how their windows lie to the hours; `missing` how many months of the window were
    not delivered for every measure.
    """

    asked: RecordFilter
    week: Floats
    harm: Floats
    known: Mapping[Known, float]
    shapes: pd.DataFrame
    missing: int

    @property
    def timed(self) -> float:
        """How many records have an hour."""
        return float(sum(self.known.get(known, 0.0) for known in USED))

    @property
    def spread(self) -> int:
        """How many records are spread over more than one hour."""
        several = self.shapes["first_minute"] + self.shapes["minutes"] > MINUTES
        return int(self.shapes.loc[several, "records"].sum())

    @property
    def records(self) -> float:
        """How many records there are."""
        return float(sum(self.known.values()))


@dataclass(frozen=True)
class WeekChoices:
    """What a map of the week can be made of: measures by key, and values by column of `COLUMNS`."""

    measures: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]]


def week_read(snapshot: Snapshot, asked: RecordFilter) -> WeekRead:
    """Return the hours of the week of the records asked for, as they are.

    Args:
        snapshot: A published version.
        asked: Which records.

    Raises:
        NoTimesError: No record of the force, of these measures, has a time.
        UnknownNameError: No measure is named, or records can't be narrowed to what is asked.
    """
    return week_reads(snapshot, asked, (asked.window,))[0]


def week_reads(snapshot: Snapshot, asked: RecordFilter, windows: Sequence[Window]) -> tuple[WeekRead, ...]:
    """Return the same as `week_read` for each of several windows, in order."""
    _check(snapshot, asked)
    midnight = midnights(snapshot.incidents, asked.force)
    return tuple(_read(snapshot, replace(asked, window=window), midnight) for window in windows)


def week_choices(snapshot: Snapshot, force: str, smallest: int = SMALLEST_SHOWN) -> WeekChoices:
    """Return what a map of the week can be made of: measures with a time, and values that enough records have."""
    return WeekChoices(
        measures_with_times(snapshot, force),
        {column: _values(snapshot, force, column, smallest) for column in COLUMNS},
    )


def measures_with_times(snapshot: Snapshot, force: str) -> tuple[str, ...]:
    """Return the keys of the measures of which at least one record has a time, in alphabetical order."""
    rows = snapshot.incidents.filter(
        snapshot.incidents.force == force, snapshot.incidents.occurred_from.notnull()
    )
    return tuple(sorted(rows.select("measure").distinct().to_pandas()["measure"]))


def unit_of(measures: Mapping[str, Measure], keys: tuple[str, ...]) -> str:
    """Return what these measures count, in one word."""
    units = {measures[key].unit for key in keys if key in measures}
    return units.pop() if len(units) == 1 else "records"


def check_records(snapshot: Snapshot, asked: RecordFilter) -> None:
    """Refuse what can't be asked for: no measure, a column that nothing is narrowed by, a value that no record has.

    Raises:
        UnknownNameError: It is one of these.
    """
    if not asked.measures:
        raise UnknownNameError("No measure is chosen. Choose at least one.")
    unknown = [column for column, _ in asked.where if column not in COLUMNS]
    if unknown:
        raise UnknownNameError(
            f"Records can't be narrowed by {first_five(unknown)}. By: {first_five(COLUMNS)}."
        )
    of_force = snapshot.incidents.filter(snapshot.incidents.force == asked.force)
    for column, value in asked.where:
        if not (of_force[column] == value).any().fill_null(False).execute():
            raise UnknownNameError(
                f"No {COLUMNS[column]} is called '{value[:60]}' here. Write it as the records have it."
            )


def _check(snapshot: Snapshot, asked: RecordFilter) -> None:
    check_records(snapshot, asked)
    of_force = snapshot.incidents.filter(snapshot.incidents.force == asked.force)
    if not _have_times(of_force.filter(of_force.measure.isin(asked.measures))):
        raise NoTimesError(
            f"Nothing can be said about weekdays or hours: dataset '{snapshot.publish.dataset}' has the month of these "
            f"records of {asked.force} and no time of day. Choose a dataset or measures with times, such as a force's "
            "own extract."
        )


def _read(snapshot: Snapshot, asked: RecordFilter, midnight: Mapping[str, Known]) -> WeekRead:
    timed = timed_records(snapshot.incidents, snapshot.coverage, asked, midnight)
    weights = day_hour(timed)
    by_kind = weights.groupby("known")["weight"].sum()
    return WeekRead(
        asked=asked,
        week=week_of(weights),
        harm=week_of(weights, "harm"),
        known={Known(str(known)): round(float(weight), 6) for known, weight in by_kind.items()},
        shapes=shapes(timed),
        missing=months_missing(snapshot, asked),
    )


def _values(snapshot: Snapshot, force: str, column: str, smallest: int) -> tuple[str, ...]:
    """Return a column's values, the most frequent first; of those that few records have, the name would tell them."""
    rows = snapshot.incidents.filter(snapshot.incidents.force == force, snapshot.incidents[column].notnull())
    counted = rows.group_by(column).agg(records=rows.record_id.nunique())
    kept = counted.filter(counted.records >= smallest).to_pandas()
    ordered = kept.sort_values(["records", column], ascending=[False, True])
    return tuple(str(value) for value in ordered[column])


def _have_times(rows: ir.Table) -> bool:
    return bool(rows.occurred_from.notnull().any().fill_null(False).execute())


YEAR, TO_DATE, ALL = "12", "fytd", "all"
PERIODS: Final = {
    YEAR: "Last 12 months",
    TO_DATE: "This financial year",
    "36": "Last 3 years",
    "60": "Last 5 years",
    ALL: "All months",
}
"""What can be chosen besides a first month, written `YYYY-MM`; a number is one of months."""


def period_window(period: str, as_at: date, months: Sequence[date]) -> Window:
    """Return the months of a period that ends with the as-at month.

    Args:
        period: One of `PERIODS`, or a first month.
        as_at: The month with which it ends.
        months: The months delivered.

    Raises:
        InvalidPeriodError: It is none of these, or begins after it ends.

    >>> str(period_window("fytd", date(2024, 10, 1), []))
    'April 2024 to October 2024'
    """
    if period == TO_DATE:
        return fytd(as_at)
    if period == ALL:
        first = min(months)
    else:
        first = add_months(as_at, 1 - int(period)) if period in PERIODS else parse_month(period)
    return Window(first, month_end(as_at))


def period_name(period: str) -> str:
    """Return a period as people write it.

    >>> period_name("12"), period_name("2024-03")
    ('Last 12 months', 'Since March 2024')
    """
    return PERIODS.get(period) or f"Since {month_name(parse_month(period))}"


def window_before(window: Window) -> Window:
    """Return the months that a window is set against: the same ones, as many whole years earlier as leave no overlap.

    >>> str(window_before(Window(date(2024, 4, 1), date(2024, 10, 31))))
    'April 2023 to October 2023'
    """
    count = len(window.months)
    earlier = -(-count // 12) * 12
    return Window(add_months(window.start, -earlier), month_end(add_months(window.months[-1], -earlier)))


EVERY = "every"


@dataclass(frozen=True)
class HoursChosen:
    """Some hours of the week: their `key` in a link, how they are called, and which they are; none means all."""

    key: str
    words: str
    cells: tuple[int, ...] = ()


EVERY_HOUR: Final = HoursChosen(EVERY, "Every hour")
