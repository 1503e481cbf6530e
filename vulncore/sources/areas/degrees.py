"""Coordinates of any system as longitude and latitude."""

from collections.abc import Sequence

import numpy as np
import shapely
from pyproj import CRS, Transformer
from shapely.geometry.base import BaseGeometry

from vulncore.domain.arrays import Floats
from vulncore.domain.delivery import printable
from vulncore.domain.errors import UnreadableSourceError
from vulncore.domain.geography import EAST_END_M, NORTH_END_M, to_wgs84

WGS84, BRITISH_GRID = 4326, 27700
DECIMALS = 7  # of a degree: a centimetre


def in_degrees(
    shapes: Sequence[BaseGeometry], system: CRS | None, file_name: str
) -> tuple[list[BaseGeometry], bool]:
    """Return shapes in longitude and latitude (WGS 84), and whether their system was taken from their numbers alone.

    Where no system is named, numbers that are no degrees and lie in the rectangle of the British National Grid are of it.

    Raises:
        UnreadableSourceError: Their numbers are of no place.
    """
    points = shapely.get_coordinates(shapes)
    if not len(points) or not np.isfinite(points).all():
        raise UnreadableSourceError(
            f"{printable(file_name)} has coordinates that are no numbers, or none. Export the areas again."
        )
    number = system.to_epsg() if system else None
    are_degrees = bool((np.abs(points) <= [180, 90]).all())
    assumed = system is None and not are_degrees
    if assumed and not ((points >= 0) & (points <= [EAST_END_M, NORTH_END_M])).all():
        (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
        raise UnreadableSourceError(
            f"{printable(file_name)} names no system of coordinates, and its numbers ({west:,.0f} to {east:,.0f} and {south:,.0f} to "
            f"{north:,.0f}) are neither degrees nor the British National Grid. Save the areas in longitude and latitude (WGS 84)."
        )
    if number == WGS84 or (system is None and are_degrees):
        moved = points
    elif (
        assumed
        or number == BRITISH_GRID
        or (system is not None and "british national grid" in system.name.casefold().replace("_", " "))
    ):
        moved = np.column_stack(to_wgs84(points[:, 0], points[:, 1]))
    else:
        moved = _transformed(points, system)
    if not np.isfinite(moved).all():
        raise UnreadableSourceError(
            f"{printable(file_name)} has coordinates that are outside its own system ({system.name if system else 'the British grid'}). "
            "Export the areas again, in longitude and latitude (WGS 84)."
        )
    return list(
        shapely.set_coordinates(shapely.force_2d(np.array(shapes, dtype=object)), moved.round(DECIMALS))
    ), assumed


def _transformed(points: Floats, system: CRS | None) -> Floats:
    transformer = Transformer.from_crs(system, WGS84, always_xy=True)
    return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))
