"""The hexagons of an area (H3), cut off at its edge; slivers at the edge join a neighbour."""

from typing import Final

import h3ronpy
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from h3ronpy import ContainmentMode
from h3ronpy.vector import cells_to_wkb_polygons, geometry_to_cells
from scipy.sparse import csr_array
from shapely.geometry.base import BaseGeometry

from vulncore.domain.arrays import Floats, Integers
from vulncore.domain.errors import VulncoreError
from vulncore.domain.geography import EDGE_TOLERANCE_M, metres_per_degree
from vulncore.metrics.hotspots.zones import OUTSIDE, Cells, Zones, made_zones

Objects = npt.NDArray[np.object_]
Members = npt.NDArray[np.uint64]

FINEST: Final = 10
"""The finest resolution of H3 that is shown: cells of about 15,000 m², 65 m a side. Finer ones would be houses."""
COARSEST: Final = 5
LEAST_SHARE: Final = 1 / 3
"""Of a cell that lies within the area: with less it joins the neighbour that has most, so that no sliver at the edge
looks empty for being small."""
MOST_ZONES: Final = 20_000
FEWEST_ZONES: Final = 12  # of fewer, a map says no more than the name of the force
MEAN_KM2: Final = {5: 252.9, 6: 36.13, 7: 5.161, 8: 0.7373, 9: 0.1053, 10: 0.01505}
"""The mean size of H3's cells by resolution (Uber, H3 documentation)."""
LARGEST: Final = 1.25  # of the mean: no cell of a resolution is larger
MOST_AROUND: Final = 8  # of an area: how large the boxes around its parts may be to be looked through
ROUNDING: Final = 1e-9  # of a cell


def cells(area: BaseGeometry, resolution: int) -> Zones:
    """Return the H3 cells of an area, cut off at its edge; what little remains of a cell joins a neighbour.

    Args:
        area: Polygons in longitude and latitude (WGS 84).
        resolution: Of H3, from `COARSEST` to `FINEST`.

    Raises:
        VulncoreError: The resolution is none of these, or gives more than `MOST_ZONES` cells.

    Source:
        H3, a hierarchy of hexagons on the globe (Uber 2018).

    >>> from vulncore.domain.geography import boundary
    >>> city = cells(boundary("City of London Police"), 9)
    >>> len(city.names), round(city.areas_m2.sum() / 1e6, 2)
    (33, np.float64(2.89))
    """
    if not COARSEST <= resolution <= FINEST:
        raise VulncoreError(f"There are no cells of resolution {resolution}: choose {COARSEST} to {FINEST}.")
    members = _reached(area, resolution)
    if len(members) > MOST_ZONES:
        raise VulncoreError(
            f"Resolution {resolution} gives {len(members):,} cells here, more than {MOST_ZONES:,}. Choose a smaller number."
        )
    parts, share = _cut_off(members, area)
    root = _joined(members, share)
    kept = np.unique(root[root >= 0])
    zone_of_cell = np.where(root >= 0, np.searchsorted(kept, root), OUTSIDE)
    shapes = np.fromiter((_united(parts[zone_of_cell == zone]) for zone in range(len(kept))), dtype=object)
    names = tuple(pa.array(h3ronpy.cells_to_string(members[kept])).to_pylist())
    at_edge = share < 1 - ROUNDING
    return made_zones(
        area,
        names,
        shapes,
        _near(members, np.where(share > 0, zone_of_cell, OUTSIDE), len(kept)),
        Cells(resolution, members, zone_of_cell, at_edge),
    )


def sizes_that_fit(area: BaseGeometry) -> tuple[int, ...]:
    """Return the resolutions of which an area has a dozen cells to `MOST_ZONES`, finest first; one at least.

    Cells are counted: over the globe those of one resolution differ in size by up to two thirds, and an edge or an island
    reaches into many that its square kilometres don't fill.

    >>> from vulncore.domain.geography import boundary
    >>> sizes_that_fit(boundary("City of London Police"))
    (10, 9)
    """
    km2 = shapely.transform(area, lambda points: points * metres_per_degree(area.centroid.y)).area / 1e6
    sizes = [size for size in range(FINEST, COARSEST - 1, -1) if km2 <= _largest_km2(size)]
    finest = next((size for size in sizes if len(_reached(area, size)) <= MOST_ZONES), COARSEST)
    worth = (size for size in range(finest, COARSEST - 1, -1) if km2 / MEAN_KM2[size] >= FEWEST_ZONES)
    return tuple(worth) or (finest,)


def _reached(area: BaseGeometry, resolution: int) -> Members:
    """Return the cells that an area reaches, with what lies up to the tolerance beyond its edge, in order."""
    scale = metres_per_degree(area.centroid.y)
    beyond = shapely.transform(area, lambda points: points * scale).buffer(EDGE_TOLERANCE_M)
    reach = shapely.transform(beyond, lambda points: points / scale)
    boxes = shapely.box(*shapely.bounds(shapely.get_parts(reach)).T)
    if shapely.area(boxes).sum() > MOST_AROUND * reach.area or beyond.area / 1e6 > _largest_km2(resolution):
        return np.sort(np.asarray(geometry_to_cells(reach, resolution, ContainmentMode.Covers)))
    # the same cells; along a coast of many edges a box's cells, tried by an index, are there five times as fast
    around = np.unique(
        np.concatenate([geometry_to_cells(box, resolution, ContainmentMode.Covers) for box in boxes])
    )
    shapely.prepare(reach)
    members: Members = around[shapely.intersects(reach, _hexagons(around))]
    return members


def _largest_km2(resolution: int) -> float:
    """Return the size of an area that no more cells of a resolution than `MOST_ZONES` can fill."""
    return LARGEST * MOST_ZONES * MEAN_KM2[resolution]


def _cut_off(members: Members, area: BaseGeometry) -> tuple[Objects, Floats]:
    """Return what of each cell lies within the area, and which share of it that is."""
    hexagons = _hexagons(members)
    shapely.prepare(area)
    parts = hexagons.copy()
    cut = ~shapely.covers(area, hexagons)
    parts[cut] = shapely.intersection(hexagons[cut], area)
    return parts, shapely.area(parts) / shapely.area(hexagons)


def _joined(members: Members, share: Floats) -> Integers:
    """Return the cell that each cell joins: itself if enough of it lies within the area; -1 where none is there."""
    around, itself = _around(members), np.arange(len(members))
    reaches = (around >= 0) & (share[around] > 0)
    root = itself
    while True:  # a sliver may join one that joins another in turn, and several together may still be one
        held = np.bincount(root, weights=share, minlength=len(members))
        beside = root[around]
        theirs = np.where(reaches & (beside != root[:, None]), held[beside], -1.0)
        theirs[(share == 0) & (root != itself)] = -1.0  # across what is empty nothing lies next to another
        most, best = theirs.max(axis=1), beside[itself, theirs.argmax(axis=1)]
        order = np.argsort(most, kind="stable")
        top, into = np.full(len(members), -1.0), itself.copy()
        top[root[order]], into[root[order]] = (
            most[order],
            best[order],
        )  # of a zone's cells the last one counts
        joins = (held < LEAST_SHARE) & ((top > held) | ((top == held) & (held > 0) & (into > itself)))
        if not joins.any():
            return np.where(share[root] > 0, root, OUTSIDE)
        joined = np.where(joins, into, itself)
        while (joined != joined[joined]).any():
            joined = joined[joined]
        root = joined[root]


def _around(members: Members) -> Integers:
    """Return each cell's six neighbours as positions, -1 where one is no member."""
    disks = pa.array(h3ronpy.grid_disk(members, 1))
    sizes = np.diff(disks.offsets.to_numpy())
    flat = disks.values.to_numpy()
    at = np.minimum(np.searchsorted(members, flat), len(members) - 1)
    neighbours = np.where(members[at] == flat, at, OUTSIDE)
    around = np.full((len(members), sizes.max()), OUTSIDE)
    around[np.arange(sizes.max()) < sizes[:, None]] = neighbours
    around[around == np.arange(len(members))[:, None]] = OUTSIDE
    return around


def _near(members: Members, zone_of_cell: Integers, zones: int) -> csr_array:
    around = _around(members)
    rows = np.repeat(zone_of_cell, around.shape[1])
    columns = np.where(around.ravel() >= 0, zone_of_cell[around.ravel()], OUTSIDE)
    there = (rows >= 0) & (columns >= 0)
    both = np.unique(np.column_stack([rows[there], columns[there]]), axis=0)
    itself = np.column_stack([np.arange(zones)] * 2)
    pairs = np.unique(np.concatenate([both, itself]), axis=0)
    return csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(zones, zones))


def _hexagons(members: Members) -> Objects:
    polygons = pa.array(cells_to_wkb_polygons(members)).to_numpy(zero_copy_only=False)
    hexagons: Objects = shapely.from_wkb(polygons)
    return hexagons


def _united(parts: Objects) -> BaseGeometry:
    there = parts[shapely.area(parts) > 0]
    return there[0] if len(there) == 1 else shapely.union_all(there)
