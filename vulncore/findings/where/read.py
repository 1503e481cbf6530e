"""What a question about places reads from a version: records by point and month, and the area that they lie in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from shapely.geometry.base import BaseGeometry

from vulncore.domain.arrays import Booleans, Floats, Integers, Moments
from vulncore.domain.errors import VulncoreError
from vulncore.domain.geography import outside
from vulncore.domain.periods import Window
from vulncore.findings.shared.which_records import EVERY_HOUR, HoursChosen
from vulncore.metrics.data_quality.piled_points import point_piles
from vulncore.metrics.hotspots.assumed_area import assumed_area
from vulncore.metrics.hotspots.cells import cells
from vulncore.metrics.hotspots.point_counts import every_point, point_counts, records_found
from vulncore.metrics.hotspots.zones import OUTSIDE, Zones, parts, zone_of
from vulncore.metrics.week.day_hour import RecordFilter
from vulncore.metrics.week.known_times import midnights
from vulncore.store import Snapshot, datasets, open_version
from vulncore.store.areas import Area, area_of

FEWEST: Final = 20
"""Records with a place: a map of fewer would be one of persons."""


class NoPlacesError(VulncoreError):
    """A dataset says that things happened, and not where."""


@dataclass(frozen=True)
class WhereAsked:
    """Which records: those of `records`, in some hours of the week; and the smallest number shown of a place."""

    records: RecordFilter
    hours: HoursChosen = EVERY_HOUR
    smallest: int = 5


@dataclass(frozen=True)
class WhereRead:
    """Where records lie, as they are: never to be shown.

    Arrays have one entry per point (none missing) and month that hold `records`; the month is that in which they were
    recorded. `found` counts the records of the window asked for (`vulncore.metrics.hotspots.point_counts.records_found`). `history` runs back beyond the window.
    """

    asked: WhereAsked
    area: Area
    drawn: bool
    snapped: bool
    history: Window
    longitudes: Floats
    latitudes: Floats
    month: Moments
    records: Floats
    found: pd.Series

    @property
    def window(self) -> Window:
        """The months asked for."""
        return self.asked.records.window


@dataclass(frozen=True)
class Placed:
    """The records in pieces of the area: `zone`, `month` and `records` have one entry per row."""

    zones: Zones
    zone: Integers
    month: Moments
    records: Floats

    def within(self, window: Window) -> Floats:
        """Return how many records each piece has in a window."""
        rows = (self.zone != OUTSIDE) & in_window(self.month, window)
        return np.bincount(
            self.zone[rows], weights=self.records[rows], minlength=len(self.zones.names)
        ).astype(float)

    def outside(self, window: Window) -> float:
        """Return how many records of a window lie in no piece."""
        return float(self.records[(self.zone == OUTSIDE) & in_window(self.month, window)].sum())

    def by_month(self, months: Sequence[date]) -> Floats:
        """Return how many records each piece has in each month: months x pieces."""
        wanted = np.array(months, dtype="datetime64[M]")
        at = np.minimum(np.searchsorted(wanted, self.month), len(wanted) - 1)
        rows = (self.zone != OUTSIDE) & (wanted[at] == self.month)
        flat = at[rows] * len(self.zones.names) + self.zone[rows]
        sums = np.bincount(flat, weights=self.records[rows], minlength=len(wanted) * len(self.zones.names))
        return sums.astype(float).reshape(len(wanted), len(self.zones.names))


def where_read(snapshot: Snapshot, store: Path, asked: WhereAsked, history: Window) -> WhereRead:
    """Return where the records asked for lie.

    Args:
        snapshot: A published version.
        store: Where the data lives, and the boundaries that forces brought.
        asked: Which records; their window ends the history.
        history: The months to read: the window and those before it that anything is compared with.

    Raises:
        NoPlacesError: No record of these measures, or too few of the force's records, have a point.
    """
    force = asked.records.force
    points = every_point(snapshot.incidents, force)
    area, drawn = _area(store, force, points, asked.smallest)
    if area is None:
        raise NoPlacesError(
            f"Nothing can be said about places: fewer than {max(asked.smallest, 1)} records of {force} in dataset "
            f"'{snapshot.publish.dataset}' have a point on the map. Choose a dataset with places, such as a force's own "
            "extract with coordinates."
        )
    midnight = midnights(snapshot.incidents, force) if asked.hours.cells else None
    long = replace(asked.records, window=history)
    rows = point_counts(snapshot.incidents, snapshot.coverage, long, asked.hours.cells, midnight)
    rows = rows[rows["longitude"].notna() & (rows["records"] > 0)]
    return WhereRead(
        asked=asked,
        area=area,
        drawn=drawn,
        snapped=_snapped(snapshot, force),
        history=history,
        longitudes=rows["longitude"].to_numpy(dtype=float),
        latitudes=rows["latitude"].to_numpy(dtype=float),
        month=rows["month"].to_numpy(dtype="datetime64[M]"),
        records=rows["records"].to_numpy(dtype=float),
        found=records_found(snapshot.incidents, snapshot.coverage, asked.records, midnight),
    )


def measures_with_places(snapshot: Snapshot, force: str) -> tuple[str, ...]:
    """Return the keys of the measures of which at least one record has a point, in alphabetical order."""
    rows = snapshot.incidents.filter(
        snapshot.incidents.force == force, snapshot.incidents.longitude.notnull()
    )
    return tuple(sorted(rows.select("measure").distinct().to_pandas()["measure"]))


def points_within(store: Path, force: str, area: Area) -> tuple[int, int, tuple[str, ...]]:
    """Return how many of a force's records with a place lie in an area, of how many, and which forces have any.

    All datasets of the store count, each in its newest version.
    """
    inside = every = 0
    forces: set[str] = set()
    for dataset in datasets(store):
        incidents = open_version(store, dataset).incidents
        with_place = incidents.filter(incidents.longitude.notnull()).select("force").distinct()
        forces |= set(with_place.to_pandas()["force"])
        points = every_point(incidents, force)
        longitudes, latitudes, records = (
            points[name].to_numpy(dtype=float) for name in ("longitude", "latitude", "records")
        )
        every += int(records.sum())
        inside += int(records[~outside(area.shape, longitudes, latitudes)].sum())
    return inside, every, tuple(sorted(forces))


def placed(read: WhereRead, zones: Zones) -> Placed:
    """Return the records in pieces of the area."""
    return Placed(zones, zone_of(zones, read.longitudes, read.latitudes), read.month, read.records)


def cells_of(area: Area, resolution: int) -> Zones:
    """Return the cells of an area."""
    return _cells(area.key, area.shape, resolution)


def wards_of(area: Area) -> Zones:
    """Return the named parts of an area."""
    return parts(area.shape, area.parts)


def in_window(months: Moments, window: Window) -> Booleans:
    """Return which months lie in a window."""
    first, last = np.datetime64(window.start, "M"), np.datetime64(window.end, "M")
    return np.asarray((months >= first) & (months <= last))


@lru_cache(maxsize=16)
def _cells(_key: str, shape: BaseGeometry, resolution: int) -> Zones:
    return cells(shape, resolution)


def _area(store: Path, force: str, points: pd.DataFrame, smallest: int) -> tuple[Area | None, bool]:
    brought = area_of(store, force)
    if brought is not None:
        return brought, True
    x, y, held = (points[name].to_numpy(dtype=float) for name in ("longitude", "latitude", "records"))
    assumed = assumed_area(x, y, held, max(smallest, 1))
    return None if assumed is None else Area(assumed, {}, f"assumed {assumed.wkb_hex[-64:]}"), False


def _snapped(snapshot: Snapshot, force: str) -> bool:
    piles = point_piles(snapshot.incidents.filter(snapshot.incidents.force == force))
    return bool(piles["snapped"].any())
