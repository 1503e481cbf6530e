"""Which records a question about times or places is of: what can be chosen, periods, hours of the week."""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from vulncore.domain.disclosure import SMALLEST_SHOWN
from vulncore.domain.errors import UnknownNameError, VulncoreError, first_five
from vulncore.domain.periods import (
    Window,
    add_months,
    fytd,
    month_end,
    month_name,
    months_earlier,
    parse_month,
)
from vulncore.domain.strands.strand_list import StrandList, name_of
from vulncore.domain.vocabulary import Measure
from vulncore.findings.shared.blurred import blurred_records, made_from
from vulncore.findings.shared.by_version import MANY, once_a_version
from vulncore.findings.shared.words import listed as in_a_sentence
from vulncore.metrics.week.counted import RecordFilter
from vulncore.store import Snapshot

COLUMNS: Final = {
    "place": "street or venue",
    "location_type": "type of place",
    "victim_residency": "group of victims",
}
"""What records can be narrowed to, by column of the incidents, in words."""

YEAR, TO_DATE, ALL = "12", "fytd", "all"
PERIODS: Final = {
    YEAR: "Last 12 months",
    TO_DATE: "This financial year",
    "36": "Last 3 years",
    "60": "Last 5 years",
    ALL: "All months",
}
"""What can be chosen besides a first month, written `YYYY-MM`; a number is one of months."""

EVERY: Final = "every"
MOST_NAMED: Final = 4  # measures


class NoTimesError(VulncoreError):
    """A dataset says in which month things happened, and not when in the week."""


@dataclass(frozen=True)
class WeekChoices:
    """What a map of the week can be made of: measures by key, and values by column of `COLUMNS`."""

    measures: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class HoursChosen:
    """Some hours of the week: their `key` in a link, how they are called, and which they are; none means all."""

    key: str
    words: str
    cells: tuple[int, ...] = ()


EVERY_HOUR: Final = HoursChosen(EVERY, "Every hour")


def week_choices(snapshot: Snapshot, force: str, smallest: int = SMALLEST_SHOWN) -> WeekChoices:
    """Return what a map of the week can be made of: measures with a time, and values that enough records have."""
    return WeekChoices(
        measures_with_times(snapshot, force),
        {column: _values(snapshot, force, column, smallest) for column in COLUMNS},
    )


@once_a_version(MANY)
def measures_with_times(snapshot: Snapshot, force: str) -> tuple[str, ...]:
    """Return the keys of the measures of which at least one record has a time, in alphabetical order."""
    rows = snapshot.incidents.filter(
        snapshot.incidents.force == force, snapshot.incidents.occurred_from.notnull()
    )
    return tuple(sorted(rows.select("measure").distinct().to_pandas()["measure"]))


def unit_of(measures: Iterable[Measure]) -> str:
    """Return what these measures count, in one word."""
    units = {measure.unit for measure in measures}
    return units.pop() if len(units) == 1 else "records"


def records_named(
    records: RecordFilter, measures: Sequence[Measure], counted: Collection[str], listed: StrandList
) -> str:
    """Return what the measures chosen are called: their strand, a view across strands, or all strands, where they are all of it that is counted.

    `listed` is the version's list of strands, and `counted` are the keys of those of the version's measures that can be chosen: that have a time, or a place.
    """
    chosen = [measure for measure in measures if measure.key in records.measures]
    offered = [measure for measure in measures if measure.key in counted]
    strands_chosen = {measure.strand for measure in chosen}
    if chosen == offered and len(strands_chosen) > 1:
        return "All strands"
    if len(strands_chosen) > 1:
        for view in listed.views:
            if chosen == [measure for measure in offered if measure.key in view.measures]:
                return view.name
    strand = chosen[0].strand if len(chosen) > 1 and len(strands_chosen) == 1 else None
    if strand and chosen == [measure for measure in offered if measure.strand == strand]:
        return name_of(listed, strand)
    names = [measure.name for measure in chosen]
    return in_a_sentence(names) if len(names) <= MOST_NAMED else f"{len(names)} measures"


def check_records(snapshot: Snapshot, record_filter: RecordFilter, smallest: int) -> None:
    """Refuse a filter with no measure, a column that nothing is narrowed by, or a value that no, or few, records have.

    Of a value that is refused nobody learns whether a record has it.

    Raises:
        UnknownNameError: It has one of these.
    """
    if not record_filter.measures:
        raise UnknownNameError("No measure is chosen. Choose at least one.")
    unknown = [column for column, _ in record_filter.where if column not in COLUMNS]
    if unknown:
        raise UnknownNameError(
            f"Records can't be narrowed by {first_five(unknown)}. Choose one of: {first_five(COLUMNS)}."
        )
    for column, value in record_filter.where:
        if value not in _values(snapshot, record_filter.force, column, smallest):
            few = f", or fewer than {smallest} records have it" if smallest > 1 else ""
            raise UnknownNameError(
                f"No {COLUMNS[column]} is called '{value[:60]}' here{few}. Write the name as the records have it."
            )


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
    """Return the months that a window is compared with: the same ones, as many whole years earlier as leave no overlap.

    >>> str(window_before(Window(date(2024, 4, 1), date(2024, 10, 31))))
    'April 2023 to October 2023'
    """
    count = len(window.months)
    earlier = -(-count // 12) * 12
    return months_earlier(window, earlier)


def _values(snapshot: Snapshot, force: str, column: str, smallest: int) -> tuple[str, ...]:
    """Return a column's values, the most frequent first; of those that few records have, the name would tell them."""
    return _values_of(snapshot, force, column, smallest, made_from(snapshot, smallest))


@once_a_version(MANY)
def _values_of(
    snapshot: Snapshot, force: str, column: str, smallest: int, _made_from: Hashable
) -> tuple[str, ...]:
    incidents = blurred_records(snapshot, smallest, force).incidents
    rows = incidents.filter(incidents.force == force, incidents[column].notnull())
    counted = rows.group_by(column).agg(records=rows.record_id.nunique())
    kept = counted.filter(counted.records >= smallest).to_pandas()
    ordered = kept.sort_values(["records", column], ascending=[False, True])
    return tuple(str(value) for value in ordered[column])
