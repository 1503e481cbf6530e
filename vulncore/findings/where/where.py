"""Where do these things happen? What is read for a map, and over which periods it is held."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import pandas as pd

from vulncore.domain.periods import Window, add_months, month_end
from vulncore.domain.vocabulary import Measure
from vulncore.findings.shared.compared import (
    breaks_by_name,
    missing_in_words,
    months_delivered,
    why_not_compared,
)
from vulncore.findings.shared.which_records import COLUMNS, check_records, unit_of, window_before
from vulncore.findings.shared.words import listed
from vulncore.findings.where.names import Names, street_names, street_points
from vulncore.findings.where.read import (
    FEWEST,
    NoPlacesError,
    Placed,
    WhereAsked,
    WhereRead,
    cells_of,
    measures_with_places,
    placed,
    wards_of,
    where_read,
)
from vulncore.metrics.hotspots.cells import COARSEST, FINEST, MOST_ZONES
from vulncore.metrics.hotspots.classes import FEWEST_PERIODS
from vulncore.metrics.hotspots.zones import Zones
from vulncore.store import Snapshot

CELL_KM2: Final = {5: 252.9, 6: 36.13, 7: 5.161, 8: 0.7373, 9: 0.1053, 10: 0.01505}
"""The average size of H3's cells by resolution (Uber, H3 documentation)."""
FEWEST_CELLS: Final = 12  # of fewer, a map says no more than the name of the force
PERIODS: Final = 12
LONGEST_PERIOD: Final = 3  # months
TESTED: Final = 12  # months, each by the twelve before it
FEWEST_TESTED: Final = 3


@dataclass(frozen=True)
class Where:
    """Where the records asked for lie, and what a map of them is held against.

    `about` says which records, `question` also whose and from when, `unit` what they are, in the plural. `before` is the
    window that theirs is set against: None where `not_compared` says why. `periods` are equal parts of the past, the
    last of them newest, over which hotspots are classed; `tested` the months on which a map is tried. Both are empty
    where too few months were delivered without a break. `read` and `streets` are never to be shown.
    """

    read: WhereRead
    streets: pd.DataFrame
    question: str
    about: str
    unit: str
    before: Window | None
    not_compared: str
    periods: tuple[Window, ...]
    tested: tuple[date, ...]
    notes: tuple[str, ...]

    @property
    def smallest(self) -> int:
        """The smallest number of a place that is shown."""
        return self.read.asked.smallest

    @property
    def too_few(self) -> bool:
        """Whether there are too few records with a place to draw a map of them."""
        there = float(self.placed(self.finest).within(self.read.window).sum())
        return there < (FEWEST if self.smallest else 1)

    @property
    def resolutions(self) -> tuple[int, ...]:
        """The sizes of cells that can be chosen, finest first."""
        return resolutions(self.read.area.km2)

    @property
    def finest(self) -> int:
        """The finest size of cells that can be chosen."""
        return self.resolutions[0]

    def zones(self, resolution: int | None) -> Zones:
        """Return the cells of a size, or the wards."""
        return wards_of(self.read.area) if resolution is None else cells_of(self.read.area, resolution)

    def placed(self, resolution: int | None) -> Placed:
        """Return the records in cells of a size, or in wards."""
        return placed(self.read, self.zones(resolution))

    def names(self, zones: Zones) -> Names:
        """Return the streets of each piece."""
        return street_names(self.streets, zones, self.smallest)


def where(snapshot: Snapshot, store: Path, asked: WhereAsked, measures: Sequence[Measure]) -> Where:
    """Return where the records asked for lie.

    Args:
        snapshot: A published version.
        store: Where the data lives, and the boundaries that forces brought.
        asked: Which records.
        measures: The measures of the version, for their names.

    Raises:
        NoPlacesError: No record has a point.
        UnknownNameError: No measure is named.
    """
    records = asked.records
    check_records(snapshot, records)
    if not set(measures_with_places(snapshot, records.force)) & set(records.measures):
        raise NoPlacesError(
            f"Nothing can be mapped: dataset '{snapshot.publish.dataset}' has no place of these records of {records.force}. "
            "Choose a dataset or measures with coordinates, such as a force's own extract."
        )
    usable = _unbroken(snapshot, asked, measures)
    before = window_before(records.window)
    first = min([records.window.start, before.start, *usable[-PERIODS * LONGEST_PERIOD :]])
    read = where_read(snapshot, store, asked, Window(first, records.window.end))
    why = why_not_compared(snapshot, records, before, measures)
    about = about_records(asked, measures)
    unit = unit_of({measure.key: measure for measure in measures}, records.measures)
    outside = placed(read, cells_of(read.area, resolutions(read.area.km2)[0])).outside(records.window)
    delivered = months_delivered(snapshot, records)
    missing = sum(month not in delivered for month in records.window.months)
    return Where(
        read=read,
        streets=street_points(snapshot, records.force),
        question=f"{records.force}: {about}, {records.window}",
        about=about,
        unit=unit,
        before=None if why else before,
        not_compared=why,
        periods=_periods(usable),
        tested=tuple(usable[TESTED:][-TESTED:]) if len(usable) >= TESTED + FEWEST_TESTED else (),
        notes=(*missing_in_words(records.window, missing), *cannot_say(read, unit, outside)),
    )


def resolutions(km2: float) -> tuple[int, ...]:
    """Return the sizes of H3 cells of which an area has a dozen to twenty thousand, finest first.

    >>> resolutions(2.9), resolutions(3_500.0)
    ((10, 9), (8, 7, 6, 5))
    """
    fitting = [
        size for size in range(FINEST, COARSEST - 1, -1) if FEWEST_CELLS <= km2 / CELL_KM2[size] <= MOST_ZONES
    ]
    return tuple(fitting) or ((FINEST,) if km2 < 1 else (COARSEST,))


def _unbroken(snapshot: Snapshot, asked: WhereAsked, measures: Sequence[Measure]) -> list[date]:
    """Return the months up to the window's end that were delivered without a gap or a break of the series."""
    window, delivered = asked.records.window, months_delivered(snapshot, asked.records)
    breaks = breaks_by_name(snapshot, asked.records, measures).values()
    broken = max((month for months in breaks for month in months if month <= window.end), default=date.min)
    months: list[date] = []
    month = window.months[-1]
    while month in delivered and month >= broken:
        months.append(month)
        month = add_months(month, -1)
    return months[::-1]


def _periods(usable: Sequence[date]) -> tuple[Window, ...]:
    """Return up to twelve equal periods that end with the newest month, each as long as there are months for."""
    months = min(LONGEST_PERIOD, max(1, len(usable) // PERIODS))
    count = min(PERIODS, len(usable) // months)
    if count < FEWEST_PERIODS:
        return ()
    firsts = usable[len(usable) - count * months :: months]
    return tuple(Window(first, month_end(add_months(first, months - 1))) for first in firsts)


MOST_NAMED: Final = 4


def about_records(asked: WhereAsked, measures: Sequence[Measure]) -> str:
    """Return which records are asked for."""
    names = [measure.name for measure in measures if measure.key in asked.records.measures]
    said = listed(names) if len(names) <= MOST_NAMED else f"{len(names)} measures"
    narrowed = "".join(f", {COLUMNS[column]} {value}" for column, value in asked.records.where)
    hours = f", {asked.hours.words}" if asked.hours.cells else ""
    return said + narrowed + hours


def cannot_say(read: WhereRead, unit: str, outside: float) -> tuple[str, ...]:
    """Return what a map can't say: records without a place or an hour, outside the area, or moved to a street's middle."""
    base = max(read.asked.smallest, 1)
    said = []
    unplaced = int(read.found["records"] - read.found["placed"])
    if unplaced:
        said.append(
            f"{_many(unplaced, base)} of {read.found['records']:,.0f} {unit} have no place and are on no map."
        )
    if read.asked.hours.cells:
        untimed = int(read.found["placed"] - read.found["timed"])
        if untimed:
            said.append(
                f"{_many(untimed, base)} with a place have no known hour, and are left out of these hours."
            )
    if outside >= base:
        said.append(
            f"{_many(outside, base)} lie outside the {'boundary' if read.drawn else 'area'}, and are not drawn."
        )
    if not read.drawn:
        said.append(
            f"No boundary is known of {read.asked.records.force}, so its area is assumed: where its records lie. Bring one: "
            "vulncore boundary FILE.geojson --force NAME."
        )
    if read.snapped:
        said.append(
            "Points are snapped: the source moves every record to one of a few places, each standing for a street or an "
            "area. A cell is hot because such a place lies in it; the cell beside it may be as hot in truth."
        )
    return tuple(said)


def _many(number: float, base: int) -> str:
    about = base * round(number / base)
    return f"Fewer than {base}" if number < base else f"{about:,}" if base == 1 else f"About {about:,}"
