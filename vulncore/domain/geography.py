"""Where a force's area ends, and which points lie outside it.

Distances are metres on a plane laid through the middle of the area. Within an area of a city's size
they are right to a few parts in ten thousand; hundreds of kilometres away only to about one in a hundred.
"""

import json
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from vulncore.domain.shipped import shipped

Floats = npt.NDArray[np.float64]

EDGE_TOLERANCE_M: Final = 50.0
"""How far beyond the boundary a point still counts as within the area.

data.police.uk moves every record to an anonymous point in the middle of a street, each standing for at
least eight addresses. What happened on the force's own side of a boundary street may so be shown across
it. 50 m takes in the width of such a street and part of its length."""

BOUNDARY_FILES: Final = {"City of London Police": "city-of-london-boundary.geojson"}


@cache
def boundary(force: str) -> BaseGeometry | None:
    """Return a force's area as one geometry in longitude and latitude; None where no boundary ships.

    >>> boundary("City of London Police").geom_type, boundary("Kent Police")
    ('Polygon', None)
    """
    if force not in BOUNDARY_FILES:
        return None
    document = json.loads(shipped(BOUNDARY_FILES[force]).read_text(encoding="utf-8"))
    return shapely.union_all(
        [shapely.geometry.shape(feature["geometry"]) for feature in document["features"]]
    )


def outside(
    area: BaseGeometry, longitudes: Floats, latitudes: Floats, tolerance_m: float = EDGE_TOLERANCE_M
) -> npt.NDArray[np.bool_]:
    """Return, point by point, whether it lies more than the tolerance beyond the area.

    Args:
        area: The area, in longitude and latitude (WGS 84).
        longitudes: Degrees; NaN where a point has no place.
        latitudes: Degrees, in the same order.
        tolerance_m: Metres beyond the edge that still count as within.

    Returns:
        True where the point lies outside. A point without a place is False: ask for its place first.

    Misleads when:
        points stand for streets, as those of data.police.uk do: near the edge it is the street that
        lies outside, not the event.

    >>> city = boundary("City of London Police")
    >>> outside(city, np.array([-0.0922, -0.1276]), np.array([51.5155, 51.5072])).tolist()
    [False, True]
    """
    return np.nan_to_num(metres_from(area, longitudes, latitudes), nan=0.0) > tolerance_m


def metres_from(area: BaseGeometry, longitudes: Floats, latitudes: Floats) -> Floats:
    """Return, point by point, the metres to the nearest part of the area: 0 within, NaN without a place.

    >>> city = boundary("City of London Police")
    >>> metres_from(city, np.array([-0.0922, -0.1276]), np.array([51.5155, 51.5072])).round(-2).tolist()
    [0.0, 1200.0]
    """
    scale = metres_per_degree(area.centroid.y)
    plane = shapely.transform(area, lambda degrees: degrees * scale)
    shapely.prepare(plane)
    points = shapely.points(np.column_stack([longitudes, latitudes]) * scale)
    placed = np.isfinite(longitudes) & np.isfinite(latitudes)
    distances = np.full(len(points), np.nan)
    distances[placed] = shapely.distance(plane, points[placed])
    return distances


def metres_per_degree(latitude: float) -> Floats:
    """Return the metres in one degree of longitude and in one of latitude, there.

    Source: series for the meridian and the parallel on the WGS 84 ellipsoid, to a metre.

    >>> metres_per_degree(51.5155).round().tolist()
    [69417.0, 111258.0]
    """
    phi = np.radians(latitude)
    return np.array(
        [
            111_412.84 * np.cos(phi) - 93.5 * np.cos(3 * phi) + 0.118 * np.cos(5 * phi),
            111_132.954 - 559.822 * np.cos(2 * phi) + 1.175 * np.cos(4 * phi),
        ]
    )
