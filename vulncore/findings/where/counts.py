"""Where records lie and how many there are, month by month: of blurred records unless nothing is hidden.

Nothing in here is shown as it is. What may be shown comes out through `vulncore.findings.where.protection`.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from vulncore.domain.arrays import Booleans, Floats, Integers, Moments
from vulncore.domain.blur import STAYING, is_blurred
from vulncore.domain.periods import Window
from vulncore.domain.shipped import shipped
from vulncore.domain.vocabulary import Measure
from vulncore.findings.shared.blurred import blurred_records, made_from
from vulncore.findings.shared.by_version import MANY, once_a_version
from vulncore.findings.shared.counted import counted_of
from vulncore.findings.where.area import Ground, moves_between, read_ground, street_of, zones_of
from vulncore.findings.where.question import MapSelection, WhereQuestion, where_question
from vulncore.metrics.hotspots.density import gathered, kernel_density, share_inside
from vulncore.metrics.hotspots.point_counts import point_counts, records_known
from vulncore.metrics.hotspots.sharpened import sharpened, unbiased
from vulncore.metrics.hotspots.zones import OUTSIDE, Zones, zone_of
from vulncore.metrics.week.counted import CountedRecords
from vulncore.store import Snapshot

GAZETTEERS: Final = {"City of London Police": "city-places.csv"}
"""Files that ship with a force's streets and a point of each."""
DECIMALS: Final = (
    6  # of a sum of shares of records: what is left beyond depends on the order in which rows came
)


@dataclass(frozen=True)
class RecordCounts:
    """How many records lie at each point, by month.

    `point`, `longitudes`, `latitudes`, `month` and `records` have one entry per record with a point; the month is that in
    which it was recorded, `point` the point's number among those of all records (`counted`), `records` how much of it lies
    in the hours selected. They run over the question's whole history. `known` counts the records of the window alone
    (`vulncore.metrics.hotspots.point_counts.records_known`). `streets` is what `street_points` returns.
    """

    question: WhereQuestion
    ground: Ground
    counted: CountedRecords
    point: Integers
    longitudes: Floats
    latitudes: Floats
    month: Moments
    records: Floats
    known: pd.Series
    streets: pd.DataFrame

    @property
    def window(self) -> Window:
        """The months selected."""
        return self.question.selection.window

    @property
    def smallest(self) -> int:
        """The smallest number of a place that may be shown."""
        return self.question.selection.smallest

    @property
    def blurred(self) -> bool:
        """Whether the records are blurred: they are as they were where nothing is hidden."""
        return is_blurred(self.smallest)


@dataclass(frozen=True)
class ZoneCounts:
    """The records by zone and month; `zone`, `month` and `records` have one entry per record with a point.

    `moves` says how the blur moves records between the zones (`vulncore.metrics.hotspots.sharpened.moves`); None where they
    are not blurred.
    """

    zones: Zones
    zone: Integers
    month: Moments
    records: Floats
    moves: csr_array | None

    def about(self, window: Window) -> Floats:
        """Return about how many records each zone had in a window before the blur: what is shown."""
        counts = self.within(window)
        return counts if self.moves is None else sharpened(counts, self.moves)

    def spread(self, *windows: Window) -> Floats:
        """Return the variance of `about` over its mean, in these windows together, where chance decides: at least 1.

        Sharpening weighs each zone's own records by at most 1 / `STAYING`, and those of each other zone by next to nothing.
        """
        about = sum((self.about(window) for window in windows), np.zeros(len(self.zones.names)))
        if self.moves is None:
            return np.ones_like(about)
        seen = sum((self.within(window) for window in windows), np.zeros(len(self.zones.names)))
        spread: Floats = np.maximum(seen / STAYING**2 / np.maximum(about, 1.0), 1.0)
        return spread

    def within(self, window: Window) -> Floats:
        """Return how many records each zone has in a window: what is tested."""
        rows = (self.zone != OUTSIDE) & in_window(self.month, window)
        sums = np.bincount(self.zone[rows], weights=self.records[rows], minlength=len(self.zones.names))
        return sums.astype(float).round(DECIMALS)

    def outside(self, window: Window) -> float:
        """Return how many records of a window lie in no zone."""
        return float(self.records[(self.zone == OUTSIDE) & in_window(self.month, window)].sum())

    def by_month(self, months: Sequence[date]) -> Floats:
        """Return about how many records each zone had in each month, to be added up (`unbiased`): months x zones."""
        wanted = np.array(months, dtype="datetime64[M]")
        at = np.minimum(np.searchsorted(wanted, self.month), len(wanted) - 1)
        rows = (self.zone != OUTSIDE) & (wanted[at] == self.month)
        flat = at[rows] * len(self.zones.names) + self.zone[rows]
        sums = np.bincount(flat, weights=self.records[rows], minlength=len(wanted) * len(self.zones.names))
        counts = sums.astype(float).round(DECIMALS).reshape(len(wanted), len(self.zones.names))
        return counts if self.moves is None else unbiased(counts.T, self.moves).T


def record_counts(
    snapshot: Snapshot, store: Path, selection: MapSelection, measures: Sequence[Measure]
) -> RecordCounts:
    """Return where the records of a selection lie, blurred unless the selection hides nothing.

    Args:
        snapshot: A published version.
        store: Where the data lives, and the boundaries that forces brought.
        selection: Which records.
        measures: The measures of the version, for their names.

    Raises:
        NoPlacesError: No record of these measures, or too few of the force's records, have a point.
        UnknownNameError: No measure is named.
    """
    question = where_question(snapshot, selection, measures)
    ground = read_ground(snapshot, store, selection.force, selection.smallest)
    counted = counted_of(snapshot, selection.force, selection.smallest)
    history = counted.chosen(replace(selection.records, window=question.history))
    rows = point_counts(history, selection.hours.cells)
    rows = rows[rows["point"] >= 0]
    return RecordCounts(
        question=question,
        ground=ground,
        counted=counted,
        point=rows["point"].to_numpy(dtype=np.int64),
        longitudes=rows["longitude"].to_numpy(dtype=float),
        latitudes=rows["latitude"].to_numpy(dtype=float),
        month=rows["month"].to_numpy(dtype="datetime64[M]"),
        records=rows["records"].to_numpy(dtype=float),
        known=records_known(counted.chosen(selection.records)),
        streets=_street_points(
            snapshot, selection.force, selection.smallest, made_from(snapshot, selection.smallest)
        ),
    )


def zone_counts(counts: RecordCounts, resolution: int | None) -> ZoneCounts:
    """Return the records by cell of a size, or by ward where no size is named."""
    zones = zones_of(counts.ground, resolution)
    return ZoneCounts(
        zones,
        zone_of_points(counts.counted, zones)[counts.point],
        counts.month,
        counts.records,
        moves_between(counts.ground, resolution) if counts.blurred else None,
    )


def zone_of_points(counted: CountedRecords, zones: Zones) -> Integers:
    """Return which zone each point of the records lies in, by its number; `OUTSIDE` where in none."""
    key = (zones.area.wkb, None if zones.cells is None else zones.cells.resolution, zones.names)
    by_zones = _zone_of_points.setdefault(counted, {})
    if key not in by_zones:
        by_zones[key] = zone_of(zones, *counted.points)
    return by_zones[key]


_zone_of_points: WeakKeyDictionary[CountedRecords, dict[object, Integers]] = WeakKeyDictionary()


def density_per_km2(
    counts: RecordCounts, zones: Zones, bandwidth_m: int, windows: Sequence[Window]
) -> list[Floats]:
    """Return how dense records lie around the middle of each zone in each of several windows.

    It is added up of the densities of the parts that windows share, so that years that overlap take no more than one that is as long.
    """
    inside = share_inside(zones.centres_m, zones.plane(zones.area), bandwidth_m)
    points_m = np.column_stack([counts.longitudes, counts.latitudes]) * zones.scale
    first = min(window.start for window in windows)
    months = Window(first, max(window.end for window in windows)).months
    within = np.column_stack([in_window(np.array(months, "datetime64[M]"), window) for window in windows])
    parts, part_of = np.unique(within, axis=0, return_inverse=True)
    month = (counts.month - np.datetime64(first, "M")).astype(np.int64)
    rows = np.flatnonzero((month >= 0) & (month < len(months)))
    gathered_m, weights = gathered(
        points_m[rows], counts.records[rows], part_of.ravel()[month[rows]], len(parts), bandwidth_m
    )
    per_km2 = kernel_density(gathered_m, weights, zones.centres_m, bandwidth_m, inside)
    return list(np.nan_to_num(per_km2 @ parts.astype(float)).T)


def in_window(months: Moments, window: Window) -> Booleans:
    """Return which months lie in a window."""
    first, last = np.datetime64(window.start, "M"), np.datetime64(window.end, "M")
    return np.asarray((months >= first) & (months <= last))


@once_a_version(MANY)
def _street_points(snapshot: Snapshot, force: str, smallest: int, _made_from: Hashable) -> pd.DataFrame:
    return street_points(blurred_records(snapshot, smallest), force)


def street_points(snapshot: Snapshot, force: str) -> pd.DataFrame:
    """Return where streets are: those that records name, and those of the force that ship.

    Args:
        snapshot: The version, of blurred records unless nothing is hidden.
        force: Whose streets they are.

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
    columns = ["street", "longitude", "latitude", "records", "kind"]
    named: pd.DataFrame = points.loc[points["street"] != "", columns]
    return named
