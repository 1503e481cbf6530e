"""The zones of an area, its cells or its wards, and which zone a point lies in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from h3ronpy.vector import coordinates_to_cells
from scipy.sparse import csr_array
from shapely.geometry.base import BaseGeometry

from vulncore.domain.arrays import Booleans, Floats, Integers
from vulncore.domain.geography import EDGE_TOLERANCE_M, metres_from, metres_per_degree

Objects = npt.NDArray[np.object_]

OUTSIDE: Final = -1
DECIMALS: Final = 6  # of a degree: a tenth of a metre
MEETING_M: Final = 5.0  # apart: parts drawn one by one don't meet to the metre


class Cells(NamedTuple):
    """H3 cells that reach an area, in order: which zone each went to, and whether the area's edge runs through it."""

    resolution: int
    members: npt.NDArray[np.uint64]
    zone_of_cell: Integers
    at_edge: Booleans


@dataclass(frozen=True)
class Zones:
    """Zones of an area, in an order that stays: each array has one entry per zone.

    `names` are H3 indexes or names of wards; `shapes` lie within the area, in longitude and latitude; `areas_m2` are
    theirs; `centres_m` their centres of gravity on the plane of `scale` (metres per degree); `near` has a 1 where the
    column's zone lies next to the row's or is the same. `cells` are what the zones were made of; None where wards.
    """

    area: BaseGeometry
    scale: Floats
    names: tuple[str, ...]
    shapes: Objects
    areas_m2: Floats
    centres_m: Floats
    near: csr_array
    cells: Cells | None

    def plane(self, degrees: BaseGeometry) -> BaseGeometry:
        """Return a shape of longitudes and latitudes on the plane, in metres."""
        return shapely.transform(degrees, lambda points: points * self.scale)

    @cached_property
    def geometries(self) -> list[dict[str, Any]]:
        """Each zone's shape as `geojson` returns it; nobody may change it."""
        return [geojson(shape) for shape in self.shapes]


def parts(area: BaseGeometry, shapes: Mapping[str, BaseGeometry]) -> Zones:
    """Return an area's named parts, its wards say, cut off at its edge; one outside is left out. All in degrees (WGS 84)."""
    scale = metres_per_degree(area.centroid.y)
    within = {name: shapely.intersection(shape, area) for name, shape in sorted(shapes.items())}
    there = {name: shape for name, shape in within.items() if shape.area > 0}
    kept = np.fromiter(there.values(), dtype=object, count=len(there))
    tree = shapely.STRtree(kept)
    apart = np.full(len(kept), MEETING_M / scale[1])
    rows, columns = tree.query(kept, predicate="dwithin", distance=apart)
    near = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(kept), len(kept)))
    return made_zones(area, tuple(there), kept, near)


def zone_of(zones: Zones, longitudes: Floats, latitudes: Floats) -> Integers:
    """Return which zone each point lies in, `OUTSIDE` where in none. Degrees, none missing.

    A point up to 50 m beyond the area's edge belongs to the zone that the cell around it went to, or to the nearest
    ward: see `vulncore.domain.geography.EDGE_TOLERANCE_M`.
    """
    if not len(zones.names) or not len(longitudes):
        return np.full(len(longitudes), OUTSIDE)
    if zones.cells is None:
        return _ward_of(zones, longitudes, latitudes)
    resolution, members, zone_of_cell, at_edge = zones.cells
    cells = np.asarray(coordinates_to_cells(latitudes, longitudes, resolution))
    at = np.minimum(np.searchsorted(members, cells), len(members) - 1)
    zone = np.where(members[at] == cells, zone_of_cell[at], OUTSIDE)
    unsure = np.flatnonzero((zone != OUTSIDE) & at_edge[at])
    beyond = metres_from(zones.area, longitudes[unsure], latitudes[unsure]) > EDGE_TOLERANCE_M
    zone[unsure[beyond]] = OUTSIDE
    return zone


def made_zones(
    area: BaseGeometry,
    names: tuple[str, ...],
    shapes: Objects,
    near: csr_array,
    cells: Cells | None = None,
) -> Zones:
    """Return zones of an area with what follows from their shapes."""
    scale = metres_per_degree(area.centroid.y)
    on_plane = shapely.transform(shapes, lambda points: points * scale)
    centres = shapely.get_coordinates(shapely.centroid(on_plane))
    return Zones(area, scale, names, shapes, shapely.area(on_plane), centres, near, cells)


def geojson(shape: BaseGeometry) -> dict[str, Any]:
    """Return a shape in longitude and latitude as GeoJSON has it, to a tenth of a metre."""
    to_a_tenth = shapely.transform(shape, lambda degrees: np.round(degrees, DECIMALS))
    geometry: dict[str, Any] = json.loads(shapely.to_geojson(to_a_tenth))
    return geometry


def _ward_of(zones: Zones, longitudes: Floats, latitudes: Floats) -> Integers:
    shapes = np.array([zones.plane(shape) for shape in zones.shapes], dtype=object)
    points = shapely.points(np.column_stack([longitudes, latitudes]) * zones.scale)
    tree, zone = shapely.STRtree(shapes), np.full(len(points), OUTSIDE)
    near = tree.query_nearest(points, max_distance=EDGE_TOLERANCE_M, all_matches=False)
    zone[near[0]] = near[1]
    rest = np.flatnonzero(zone == OUTSIDE)  # wards may leave parts of the area out
    within = rest[metres_from(zones.area, longitudes[rest], latitudes[rest]) <= EDGE_TOLERANCE_M]
    zone[within] = tree.query_nearest(points[within], all_matches=False)[1]
    return zone
