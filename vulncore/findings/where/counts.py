"""Where records lie and how many there are, month by month: of blurred records unless nothing is hidden.

Nothing in here is shown as it is. What may be shown comes out through `vulncore.findings.where.protection`.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from vulncore.domain.arrays import Booleans, Floats, Integers
from vulncore.domain.blur import STAYING, is_blurred
from vulncore.domain.periods import Window, month_end
from vulncore.domain.shipped import shipped
from vulncore.domain.vocabulary import Measure
from vulncore.findings.shared.blurred import blurred_records, made_from
from vulncore.findings.shared.by_version import MANY, once_a_version
from vulncore.findings.shared.counted import counted_of
from vulncore.findings.where.area import Ground, moves_between, read_ground, street_of, zones_of
from vulncore.findings.where.question import MapSelection, OfQuestion, where_question
from vulncore.metrics.hotspots.density import MANY as MANY_POINTS
from vulncore.metrics.hotspots.density import SIDE_OF_MANY, gathered, kernel_density, share_inside, squares
from vulncore.metrics.hotspots.placed_records import placed_records, records_known
from vulncore.metrics.hotspots.sharpened import sharpened, unbiased
from vulncore.metrics.hotspots.zones import OUTSIDE, Zones, zone_of
from vulncore.metrics.week.counted import Chosen, CountedRecords, month_number
from vulncore.store import Snapshot

T = TypeVar("T")

GAZETTEERS: Final = {"City of London Police": "city-places.csv"}
"""Files that ship with a force's streets and a point of each."""
DECIMALS: Final = 6
"""Of a sum of shares of records: what is left beyond depends on the order in which rows came."""


@dataclass(frozen=True)
class RecordCounts(OfQuestion):
    """How many records lie at each point, by month.

    `placed` are the records with a point over the question's whole history, `records` how much of each lies in the hours
    selected; `known` counts the records of the window alone (`vulncore.metrics.hotspots.placed_records.records_known`).
    `streets` is what `street_points` returns.
    """

    ground: Ground
    placed: Chosen
    records: Floats
    known: pd.Series
    streets: pd.DataFrame
    by_size: dict[int | None, "ZoneCounts"] = field(
        init=False, default_factory=dict, compare=False, repr=False
    )
    """What `zone_counts` has worked out."""

    @property
    def counted(self) -> CountedRecords:
        """All records of the force."""
        return self.placed.records

    @property
    def blurred(self) -> bool:
        """Whether the records are blurred: they are as they were where nothing is hidden."""
        return is_blurred(self.smallest)


@dataclass(frozen=True)
class ZoneCounts:
    """The records by zone and month.

    `counts` has a row for each month of `history`, a column for what lies in no zone, and one for each zone. `moves` says how
    the blur moves records between the zones (`vulncore.metrics.hotspots.sharpened.moves`); None where they are not blurred.
    """

    zones: Zones
    history: Window
    counts: Floats
    moves: csr_array | None

    def about(self, window: Window) -> Floats:
        """Return about how many records each zone had in a window before the blur: what is shown."""
        counts = self.within(window)
        return counts if self.moves is None else sharpened(counts, self.moves)

    def within(self, window: Window) -> Floats:
        """Return how many records each zone has in a window: what is tested."""
        return self._of(window)[1:].round(DECIMALS)

    def outside(self, window: Window) -> float:
        """Return how many records of a window lie in no zone."""
        return float(self._of(window)[0])

    def by_month(self, months: Sequence[date]) -> Floats:
        """Return about how many records each zone had in each month, to be added up (`unbiased`): months x zones."""
        counts = np.array([self.within(Window(month, month_end(month))) for month in months])
        return counts if self.moves is None else unbiased(counts.T, self.moves).T

    def _of(self, window: Window) -> Floats:
        total: Floats = self.counts[_in_window(self.history, window)].sum(axis=0)
        return total


def record_counts(
    snapshot: Snapshot, store: Path, selection: MapSelection, measures: Sequence[Measure]
) -> RecordCounts:
    """Return where the records of a selection lie, blurred unless it hides nothing, within the boundaries that `store` keeps.

    Raises:
        NoPlacesError: No record of these measures, or too few of the force's records, have a point.
        UnknownNameError: No measure is named.
    """
    wanted, smallest = selection.records, selection.smallest
    question = where_question(snapshot, selection, measures)
    history = counted_of(snapshot, wanted.force, smallest).chosen(replace(wanted, window=question.history))
    rows, records = placed_records(history, selection.hours.cells)
    return RecordCounts(
        question=question,
        ground=read_ground(snapshot, store, wanted.force, smallest),
        placed=rows,
        records=records,
        known=records_known(history.within(wanted.window)),
        streets=_street_points(snapshot, wanted.force, smallest, made_from(snapshot, smallest)),
    )


def zone_counts(counts: RecordCounts, resolution: int | None) -> ZoneCounts:
    """Return the records by cell of a size, or by ward where no size is named."""
    if resolution not in counts.by_size:
        zones, history = zones_of(counts.ground, resolution), counts.question.history
        columns = len(zones.names) + 1
        column = zone_of_records(counts.counted, zones)[counts.placed.at] - OUTSIDE
        flat = months_from(history.start, counts.placed) * columns + column
        sums = np.bincount(flat, counts.records, len(history.months) * columns).astype(float)
        moves = moves_between(counts.ground, resolution) if counts.blurred else None
        counts.by_size[resolution] = ZoneCounts(zones, history, sums.reshape(-1, columns), moves)
    return counts.by_size[resolution]


def spread_of(*parts: tuple[ZoneCounts, Window]) -> Floats:
    """Return the variance of `ZoneCounts.about` over its mean, in these windows together, where chance decides: at least 1.

    Sharpening weighs each zone's own records by at most 1 / `STAYING`, and those of each other zone by next to nothing.
    """
    about, seen = (
        np.sum([of_zone(by_zone, window) for by_zone, window in parts], axis=0)
        for of_zone in (ZoneCounts.about, ZoneCounts.within)
    )
    if all(by_zone.moves is None for by_zone, _ in parts):
        return np.ones_like(about)
    spread: Floats = np.maximum(seen / STAYING**2 / np.maximum(about, 1.0), 1.0)
    return spread


def months_from(first: date, rows: Chosen) -> Integers:
    """Return how many months after a first one each row's lies."""
    months: Integers = rows.numbers("month") - month_number(first)
    return months


def zone_of_records(counted: CountedRecords, zones: Zones) -> NDArray[np.int16]:
    """Return which zone each record of a force lies in; `OUTSIDE` where in none, as one without a point."""

    def worked_out() -> NDArray[np.int16]:
        of_point = np.append(zone_of(zones, *counted.points), OUTSIDE).astype(np.int16)
        return np.take(of_point, counted.numbers("point"))

    size = None if zones.cells is None else zones.cells.resolution
    return kept_with(counted, (zones.area.wkb, size, zones.names), worked_out)


def kept_with(counted: CountedRecords, key: tuple[object, ...], make: Callable[[], T]) -> T:
    """Return what was worked out of a force's records before, else what is now: it is kept for as long as these are."""
    kept: dict[tuple[object, ...], T] = _kept.setdefault(counted, {})
    if key not in kept:
        kept[key] = make()
    return kept[key]


_kept: WeakKeyDictionary[CountedRecords, dict[tuple[object, ...], Any]] = WeakKeyDictionary()


def density_per_km2(
    counts: RecordCounts, zones: Zones, bandwidth_m: int, windows: Sequence[Window]
) -> list[Floats]:
    """Return how dense records lie around the middle of each zone in each of several windows.

    It is added up of the densities of the parts that windows share, so that years that overlap take no more than one that is as long.
    """
    inside = share_inside(zones.centres_m, zones.plane(zones.area), bandwidth_m)
    first = min(window.start for window in windows)
    span = Window(first, max(window.end for window in windows))
    within = np.column_stack([_in_window(span, window) for window in windows])
    parts, part_of = np.unique(within, axis=0, return_inverse=True)
    month = months_from(first, counts.placed)
    there = (month >= 0) & (month < len(span.months))
    rows = counts.placed.only(there)
    points_m = points_of(rows, zones)
    square = _squares_of(counts.counted, zones, bandwidth_m)[rows.at] if len(rows.at) > MANY_POINTS else None
    gathered_m, weights = gathered(
        points_m, counts.records[there], part_of.ravel()[month[there]], len(parts), bandwidth_m, square
    )
    per_km2 = kernel_density(gathered_m, weights, zones.centres_m, bandwidth_m, inside)
    return list(np.nan_to_num(per_km2 @ parts.astype(float)).T)


def points_of(rows: Chosen, zones: Zones) -> Floats:
    """Return where records lie on the plane of some zones, in metres."""
    return np.column_stack([rows.numbers("longitude"), rows.numbers("latitude")]) * zones.scale


def _squares_of(counted: CountedRecords, zones: Zones, bandwidth_m: float) -> Integers:
    """Return in which square of a density of many points each record of a force lies."""

    def worked_out() -> Integers:
        every = Chosen(counted, np.arange(counted.table.num_rows), np.ones(0))
        return squares(points_of(every, zones), bandwidth_m, SIDE_OF_MANY)

    return kept_with(counted, (zones.area.wkb, bandwidth_m), worked_out)


def _in_window(span: Window, window: Window) -> Booleans:
    """Return which months of a span lie in a window."""
    return np.array([window.start <= month <= window.end for month in span.months])


@once_a_version(MANY)
def _street_points(snapshot: Snapshot, force: str, smallest: int, _made_from: Hashable) -> pd.DataFrame:
    return street_points(blurred_records(snapshot, smallest, force), force)


def street_points(snapshot: Snapshot, force: str) -> pd.DataFrame:
    """Return where streets are: those that records name, and those of the force that ship.

    Returns:
        One row per street and point: `street`, `longitude`, `latitude`, `records` (of every measure and month; 0 where
        only the list that ships has it), `kind` ("site" for a kind of place, such as Supermarket, or a road's number).
    """
    rows = snapshot.incidents
    rows = rows.filter(rows.force == force, rows.place.notnull(), rows.longitude.notnull())
    points = (
        rows.group_by("place", "longitude", "latitude")
        .agg(records=lambda every: every.record_id.nunique())
        .to_pandas()
    )
    street_by_place = {place: street_of(place) for place in points["place"].unique()}
    points = points.assign(street=points["place"].map(street_by_place).astype(str), kind="street")
    if force in GAZETTEERS:
        listed_points = pd.read_csv(shipped(GAZETTEERS[force])).rename(columns={"place": "street"})
        listed_points["kind"] = listed_points["kind"].replace("road", "site")  # A10 says less than a name
        sites = set(listed_points.loc[listed_points["kind"] == "site", "street"])
        points["kind"] = np.where(points["street"].isin(sites - {""}), "site", "street")
        points = pd.concat([points, listed_points.assign(records=0)], ignore_index=True)
    named: pd.DataFrame = points[points["street"] != ""]
    return named[["street", "longitude", "latitude", "records", "kind"]]
