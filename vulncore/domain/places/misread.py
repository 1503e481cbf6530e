"""Whether points that lie nowhere near a force would lie there once they are read another way.

Looked at is first where the force polices, where a boundary ships or its name says it, and then all land of Great Britain, Northern Ireland and Man.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from vulncore.domain.arrays import Booleans, Floats
from vulncore.domain.geography import boundary, district_shapes, metres_from
from vulncore.domain.places.written import PlaceUnit, Reading, fits
from vulncore.domain.shipped import shipped

NEAR_FORCE_M: Final = 10_000.0
NEAR_LAND_M: Final = (
    3_000.0  # a harbour, and the kilometre by which the coast is drawn more simply than it is
)
NOWHERE: Final = 0.1  # of the points: with so few near, the reading is wrong for all
THERE: Final = 0.9
FEWEST: Final = 5  # different points
LOOKED_AT: Final = 2_000
COAST_FILE: Final = "scotland-and-northern-ireland.geojson"
PARTS: Final = {
    "Police Scotland": "Scotland",
    "Police Service of Scotland": "Scotland",
    "Police Service of Northern Ireland": "Northern Ireland",
    "PSNI": "Northern Ireland",
}


def better_reading(x: Floats, y: Floats, force: str, now: Reading) -> Reading | None:
    """Return how two columns of numbers are to be read to say places where a force polices; None where they do, or never do.

    Args:
        x: Eastings or longitudes as they are mapped; NaN where there is no number.
        y: Northings or latitudes, in the same order.
        force: Whose records they are of; of a force without a boundary all land is looked at.
        now: How they are read.

    Returns:
        The reading that changes least, where hardly a point lies near the force now, and nearly all do then.

    Misleads when:
        a force has records of abroad alone.

    >>> north, east = np.linspace(150_000, 160_000, 20), np.linspace(570_000, 580_000, 20)
    >>> better_reading(north, east, "Kent Police", Reading(is_grid=True))
    Reading(is_grid=True, unit=None, swapped=True)
    """
    numbers = np.unique(np.column_stack([x, y])[np.isfinite(x) & np.isfinite(y)], axis=0)
    numbers = numbers[(numbers != 0).any(axis=1)]
    if len(numbers) < FEWEST:
        return None
    if len(numbers) > LOOKED_AT:
        numbers = numbers[np.linspace(0, len(numbers) - 1, LOOKED_AT).astype(int)]
    across, up = numbers.T
    for area, reach in _areas(force):
        if _near(area, reach, *now.degrees(across, up)).mean() > NOWHERE:
            return None
        for way in _ways(now):
            if _near(area, reach, *way.degrees(across, up)).mean() >= THERE:
                return way
    return None


def is_near(force: str, longitudes: Floats, latitudes: Floats) -> Booleans:
    """Return which points lie where a force polices or near it; of a force without a boundary, on land or near it."""
    (area, reach), *_ = _areas(force)
    return _near(area, reach, longitudes, latitudes)


def _areas(force: str) -> list[tuple[BaseGeometry, float]]:
    """Return where a force polices and then all land, each with how near to it is near, in metres."""
    whole = [(_land(""), NEAR_LAND_M)]
    area = boundary(force)
    if area is not None:
        return [(area, NEAR_FORCE_M), *whole]
    return [(_land(PARTS[force]), NEAR_LAND_M), *whole] if force in PARTS else whole


def _near(area: BaseGeometry, reach: float, longitudes: Floats, latitudes: Floats) -> Booleans:
    near: Booleans = np.nan_to_num(metres_from(area, longitudes, latitudes), nan=np.inf) <= reach
    return near


def _ways(now: Reading) -> Iterator[Reading]:
    """Yield other readings, those that change least first."""
    units = [None, *PlaceUnit]
    for is_grid in (now.is_grid, not now.is_grid):
        for swapped in (False, True):
            for unit in units:
                way = Reading(is_grid, unit, now.swapped ^ swapped)
                if way != now and fits(unit, is_grid=is_grid):
                    yield way


@cache
def _land(part: str) -> BaseGeometry:
    """Return the land of a part of the country by its name, or all of it."""
    document = json.loads(shipped(COAST_FILE).read_text(encoding="utf-8"))
    parts = {
        feature["properties"]["name"]: shapely.geometry.shape(feature["geometry"])
        for feature in document["features"]
    }
    if part:
        return parts[part]
    return shapely.GeometryCollection([*parts.values(), *district_shapes()])
