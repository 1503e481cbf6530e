"""The area of a force that brought no boundary: where its records lie."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from h3ronpy.vector import cells_to_wkb_polygons, coordinates_to_cells
from shapely.geometry.base import BaseGeometry

from vulncore.domain.arrays import Floats
from vulncore.domain.geography import metres_per_degree
from vulncore.metrics.data_quality.far_towns import in_far_towns
from vulncore.metrics.data_quality.places_off import FAR_KM, TIMES_THE_USUAL

RESOLUTIONS: Final = (8, 7, 6, 5)
"""Of H3, finest first: 0.7 km² and more, a mile across corner to corner. What is drawn so coarsely tells of no single
place."""
ENOUGH: Final = 0.95  # of the records: with fewer in cells that are kept, larger cells are tried
BETWEEN_M: Final = 1_500.0  # across which cells still belong together: a park or an airfield lies between
LEAST_PART: Final = 0.005  # of the whole


def assumed_area(
    longitudes: Floats, latitudes: Floats, records: Floats, smallest: float
) -> BaseGeometry | None:
    """Return the cells that hold at least so many records and what lies between them; None where there is none.

    Points far from all others are left out, unless they are a town, as `vulncore.metrics.data_quality.places_off` judges them.

    Args:
        longitudes: Degrees, one per point.
        latitudes: Degrees, in the same order.
        records: How many records lie there, of every measure and month: the area must not depend on which are selected.
        smallest: The fewest records of a cell.

    Misleads when:
        parts of the area have few records: they are left out, and shares of the area come out too large.

    >>> assumed_area(np.array([-0.09, -0.09]), np.array([51.51, 51.51]), np.array([2.0, 3.0]), 5).geom_type
    'Polygon'
    """
    if not len(records):
        return None
    middle_x, middle_y = float(np.median(longitudes)), float(np.median(latitudes))
    scale = metres_per_degree(middle_y)
    km = np.hypot((longitudes - middle_x) * scale[0], (latitudes - middle_y) * scale[1]) / 1_000
    near = km <= (limit := max(FAR_KM, TIMES_THE_USUAL * float(np.median(km))))
    turned = np.hypot((latitudes - middle_x) * scale[0], (longitudes - middle_y) * scale[1]) <= limit * 1_000
    apart = np.flatnonzero(~near & ~turned)
    towns = apart[in_far_towns(longitudes[apart], latitudes[apart], records[apart])]
    near[towns] = True
    held = _held(longitudes[near], latitudes[near], records[near], smallest)
    if not len(held):
        return None
    polygons = pa.array(cells_to_wkb_polygons(held)).to_numpy(zero_copy_only=False)
    there = shapely.multipoints(np.column_stack([longitudes[towns], latitudes[towns]]) * scale)
    return _closed(shapely.union_all(shapely.from_wkb(polygons)), scale, there)


def _held(longitudes: Floats, latitudes: Floats, records: Floats, smallest: float) -> npt.NDArray[np.uint64]:
    """Return the smallest cells of which those with enough records hold nearly all of them."""
    held = np.zeros(0, dtype=np.uint64)
    for resolution in RESOLUTIONS:
        cells = np.asarray(coordinates_to_cells(latitudes, longitudes, resolution))
        every, at = np.unique(cells, return_inverse=True)
        counts = np.bincount(at, weights=records)
        held = every[counts >= smallest]
        if counts[counts >= smallest].sum() >= ENOUGH * records.sum():
            break
    return held


def _closed(cells: BaseGeometry, scale: Floats, towns: BaseGeometry) -> BaseGeometry:
    """Return the cells with what lies between them, without small parts that lie apart and are no far town."""
    plane = shapely.transform(cells, lambda degrees: degrees * scale)
    closed = plane.buffer(BETWEEN_M, join_style="mitre").buffer(-BETWEEN_M, join_style="mitre")
    parts = shapely.get_parts(shapely.union(closed, plane))
    kept = [
        shapely.Polygon(part.exterior)
        for part in parts
        if part.area >= LEAST_PART * plane.area or shapely.intersects(part, towns)
    ]
    return shapely.transform(shapely.union_all(kept), lambda metres: metres / scale)
