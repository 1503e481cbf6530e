"""What is hot on a map, marked so that it is seen: by its outline, or by a ring where that would be a blot of a few pixels."""

from typing import Final, NamedTuple

import shapely
from shapely.geometry.base import BaseGeometry

RING: Final = 11.0  # pixels: the least radius of a ring
BLOT: Final = 2.5 * RING  # pixels: the outline of what is no wider can't be told from a blot
INLET: Final = 5.0  # pixels: half of what is narrower along a coast isn't drawn


class HotMark(NamedTuple):
    """An outline, or the middle of a ring and how far what it stands around reaches; of an outline that is 0."""

    shape: BaseGeometry
    radius: float


def hot_marks(hot: BaseGeometry, pixel: float = 1.0) -> tuple[HotMark, ...]:
    """Return how what is hot is marked, on a plane of which a pixel is so many units.

    What lies so near together that its rings would touch is marked as one.

    >>> cell = shapely.box(0, 0, 10, 10)
    >>> [mark.shape.geom_type for pixel in (1, 0.1) for mark in hot_marks(cell, pixel)]
    ['Point', 'Polygon']
    """
    parts = shapely.get_parts(hot)
    groups = shapely.get_parts(shapely.union_all(shapely.buffer(parts, RING * pixel)))
    marks = []
    for group in groups:
        together = shapely.union_all(parts[shapely.contains(group, parts)])
        west, south, east, north = together.bounds
        if max(east - west, north - south) > BLOT * pixel:
            closed = together.buffer(INLET * pixel, join_style="mitre").buffer(
                -INLET * pixel, join_style="mitre"
            )
            marks.append(HotMark(closed.union(together), 0.0))
        else:
            circle = shapely.minimum_bounding_circle(together)
            marks.append(HotMark(circle.centroid, float(shapely.minimum_bounding_radius(together))))
    return tuple(marks)
