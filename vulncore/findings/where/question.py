"""What a map of places is asked: which records, what they are called, and which months they are compared with."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count, takewhile
from typing import Final

from vulncore.domain.errors import VulncoreError
from vulncore.domain.periods import Window, add_months, month_end
from vulncore.domain.strands.strand_list import StrandList
from vulncore.domain.vocabulary import Measure
from vulncore.findings.shared.by_version import MANY, once_a_version
from vulncore.findings.shared.compared import (
    breaks_by_name,
    missing_in_words,
    months_delivered,
    why_not_compared,
)
from vulncore.findings.shared.counted import no_times_among
from vulncore.findings.shared.which_records import (
    COLUMNS,
    EVERY_HOUR,
    HoursChosen,
    check_records,
    records_named,
    unit_of,
    window_before,
)
from vulncore.metrics.hotspots.classes import FEWEST_PERIODS
from vulncore.metrics.week.counted import RecordFilter
from vulncore.metrics.week.no_times import NoTime
from vulncore.store import Snapshot

PERIODS: Final = 12
LONGEST_PERIOD: Final = 3  # months
TESTED: Final = 12  # months, each by the twelve before it
FEWEST_TESTED: Final = 3


class NoPlacesError(VulncoreError):
    """A dataset says that things happened, and not where."""


@dataclass(frozen=True)
class MapSelection:
    """Which records a map is of: those of a filter, in some hours of the week; and the smallest number that it shows."""

    records: RecordFilter
    hours: HoursChosen = EVERY_HOUR
    smallest: int = 5


@dataclass(frozen=True)
class WhereQuestion:
    """A selection in words, and the months that its map is compared with. Nothing in it depends on where records lie.

    `about` says which records, `unit` what they are, in the plural. `before` is the window that theirs is compared with:
    None where `not_compared` says why. `periods` are equal parts of the past, the last of them newest, over which hotspots
    are classed; `tested` the months on which a map is tested. Both are empty where too few months were delivered without
    a break. `history` is every month that one of these needs. `notes` say which months were not delivered.
    `no_times` are the times of these measures that are none, where hours are selected.
    """

    selection: MapSelection
    about: str
    unit: str
    before: Window | None
    not_compared: str
    periods: tuple[Window, ...]
    tested: tuple[date, ...]
    history: Window
    notes: tuple[str, ...]
    no_times: tuple[NoTime, ...] = ()

    @property
    def text(self) -> str:
        """Whose records, which, and from when."""
        return f"{self.selection.records.force}: {self.about}, {self.selection.records.window}"


@dataclass(frozen=True)
class OfQuestion:
    """What is of the records of a question, and names them as it does."""

    question: WhereQuestion

    @property
    def selection(self) -> MapSelection:
        """Which records."""
        return self.question.selection

    @property
    def force(self) -> str:
        """The force whose records they are."""
        return self.selection.records.force

    @property
    def window(self) -> Window:
        """The months selected."""
        return self.selection.records.window

    @property
    def smallest(self) -> int:
        """The smallest number of a place that is shown."""
        return self.selection.smallest

    @property
    def unit(self) -> str:
        """What the records are, in the plural."""
        return self.question.unit


def where_question(snapshot: Snapshot, selection: MapSelection, measures: Sequence[Measure]) -> WhereQuestion:
    """Return what a map of a selection is called and compared with; `measures` are those of the version.

    Raises:
        NoPlacesError: No record has a point.
        UnknownNameError: No measure is named, or records can't be narrowed in this way.
    """
    records = selection.records
    check_records(snapshot, records, selection.smallest)
    placed = measures_with_places(snapshot, records.force)
    if not set(placed) & set(records.measures):
        raise NoPlacesError(
            f"Dataset '{snapshot.publish.dataset}' has no places for these records of {records.force}, so there is no map. "
            "Choose a dataset or measures with coordinates, such as a force's own extract."
        )
    usable = _unbroken_months(snapshot, records, measures)
    before = window_before(records.window)
    first = min([records.window.start, before.start, *usable[-PERIODS * LONGEST_PERIOD :]])
    not_compared = why_not_compared(snapshot, records, before, measures)
    delivered = months_delivered(snapshot, records)
    missing = sum(month not in delivered for month in records.window.months)
    return WhereQuestion(
        selection=selection,
        about=records_in_words(selection, measures, placed, snapshot.publish.strand_list),
        unit=unit_of(measure for measure in measures if measure.key in records.measures),
        before=None if not_compared else before,
        not_compared=not_compared,
        periods=_equal_periods(usable),
        tested=tuple(usable[TESTED:][-TESTED:]) if len(usable) >= TESTED + FEWEST_TESTED else (),
        history=Window(first, records.window.end),
        notes=missing_in_words(records.window, missing),
        no_times=no_times_among(snapshot, records, selection.smallest) if selection.hours.cells else (),
    )


@once_a_version(MANY)
def measures_with_places(snapshot: Snapshot, force: str) -> tuple[str, ...]:
    """Return the keys of the measures of which at least one record has a point, in alphabetical order."""
    rows = snapshot.incidents.filter(
        snapshot.incidents.force == force, snapshot.incidents.longitude.notnull()
    )
    return tuple(sorted(rows.select("measure").distinct().to_pandas()["measure"]))


def records_in_words(
    selection: MapSelection, measures: Sequence[Measure], placed: Collection[str], listed: StrandList
) -> str:
    """Return which records a map is of: their measures, those of them `placed` by key, what they are narrowed to, and the hours.

    `listed` is the version's list of strands.
    """
    narrowed = "".join(f", {COLUMNS[column]} {value}" for column, value in selection.records.where)
    hours = f", {selection.hours.words}" if selection.hours.cells else ""
    return records_named(selection.records, measures, placed, listed) + narrowed + hours


def _unbroken_months(snapshot: Snapshot, records: RecordFilter, measures: Sequence[Measure]) -> list[date]:
    """Return the months up to the window's end that were delivered without a gap or a break of the series."""
    window, delivered = records.window, months_delivered(snapshot, records)
    breaks = breaks_by_name(snapshot, records, measures).values()
    broken = max((month for months in breaks for month in months if month <= window.end), default=date.min)
    newest_first = (add_months(window.months[-1], -back) for back in count())
    return list(takewhile(lambda month: month in delivered and month >= broken, newest_first))[::-1]


def _equal_periods(usable: Sequence[date]) -> tuple[Window, ...]:
    """Return up to twelve equal periods that end with the newest month, each as long as there are months for."""
    months = min(LONGEST_PERIOD, max(1, len(usable) // PERIODS))
    periods = equal_parts(usable, months)[-PERIODS:]
    return tuple(periods) if len(periods) >= FEWEST_PERIODS else ()


def equal_parts(months: Sequence[date], length: int) -> list[Window]:
    """Return equal parts of months in a row that end with the last; what is left over at the start is left out."""
    firsts = months[len(months) % length :: length]
    return [Window(first, month_end(add_months(first, length - 1))) for first in firsts]
