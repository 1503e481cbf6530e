"""How densely records lie around a place, with what the edge of the area takes away made good."""

from typing import Final

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from vulncore.domain.arrays import Floats, Integers
from vulncore.domain.errors import VulncoreError

M2_PER_KM2: Final = 1e6
FEW: Final = 10_000  # points: so many are summed one by one
BINS: Final = 128
"""Squares to a bandwidth. Records in one stand at their mean, so what is lost is second order: at most 2/128² of what
they would give in the kernel's middle, and of what lies within reach of a place more than an eighth counts towards
some peak. Records on a circle about a place come nearest to it: they are 0.03 % of the peak out, and would be 0.3 %
with 40 squares."""
MANY: Final = 200_000
"""Points: of more, a quarter as many squares to a bandwidth. What that moves, 0.5 % of the peak at most, chance moves more."""
SIDE_OF_MANY: Final = BINS // 4
FEW_PAIRS: Final = 2_000_000  # of a place and a point: so many are looked at all at once
PAIRS: Final = 500_000  # of a place and a point, held at once: bounds the memory
EDGES: Final = 1_000_000  # the same of a place and a side of the area
DETAIL: Final = 1_000  # a boundary's bends of less than a thousandth of the bandwidth are left out


def kernel_density(
    points_m: Floats, weights: Floats, at_m: Floats, bandwidth_m: float, inside: Floats | None = None
) -> Floats:
    """Return the records per square kilometre at each place, by the quartic kernel.

    Up to 10,000 points the sum is exact. Of more, those near one another stand together (`gathered`): wherever they lie, the
    density is right to 0.1 % of its peak, and of over 200,000 to 0.5 %. With a column for each of several sums, put them together
    before.

    Args:
        points_m: One row per record: metres east and north on a plane, none missing.
        weights: What each counts, >= 0; a column for each of several sums.
        at_m: The places, on the same plane.
        bandwidth_m: Metres from which on a record no longer counts, above 0.
        inside: For each place the share of the kernel that lies within the area, as `share_inside` returns it: the
            density is divided by it. Without it, it falls to about half at the edge.

    Returns:
        The density at each place, in as many columns as there are of weights; missing where none of the kernel lies
        within the area.

    Raises:
        VulncoreError: The bandwidth is not above 0.

    Source:
        Silverman (1986), Density Estimation, for the kernel; Diggle (1985) and Jones (1993) for the division.

    Misleads when:
        points stand for streets or blocks, as those of data.police.uk do, and the bandwidth is shorter than these;
        or near the edge, where what lies across it counted for nothing, as if that side were like this one.

    >>> one = np.array([[0.0, 0.0]])
    >>> kernel_density(one, np.ones(1), np.array([[0.0, 0.0], [100.0, 0.0], [200.0, 0.0]]), 200).round(2).tolist()
    [23.87, 13.43, 0.0]
    """
    _refuse_no_bandwidth(bandwidth_m)
    points, places, held = points_m / bandwidth_m, at_m / bandwidth_m, weights
    if held.ndim == 1 and len(points) > FEW:
        gathered_m, held = gathered(points_m, weights, np.zeros(len(points), dtype=np.int64), 1, bandwidth_m)
        points, held = gathered_m / bandwidth_m, held[:, 0]
    density = _summed(points, held, places) * (3 * M2_PER_KM2 / (np.pi * bandwidth_m**2))
    if inside is None:
        return density
    within = inside if held.ndim == 1 else inside[:, None]
    return np.where(within > 0, density / np.where(within > 0, within, 1.0), np.nan)


def share_inside(at_m: Floats, area: BaseGeometry, bandwidth_m: float) -> Floats:
    """Return, place by place, which share of the kernel lies within the area.

    Seen from the place, the area is the triangles from it to the area's sides, those seen clockwise taken away; over
    each the kernel has a closed form. So the share is exact but for the boundary's bends of less than a thousandth of
    the bandwidth, which are left out: together they move it by 0.002 at most.

    Args:
        at_m: The places: metres east and north on a plane.
        area: A polygon or several, on the same plane.
        bandwidth_m: Metres at which the kernel ends, above 0.

    Returns:
        Shares from 0 to 1: 1 a bandwidth and more within, half on a straight edge.

    Raises:
        VulncoreError: The bandwidth is not above 0.

    Source:
        Diggle (1985), for what it corrects; the closed form is the integral of 1 - (1 - r²)³, the kernel's mass
        within the radius r, over the angle under which a side is seen.

    >>> square = shapely.box(0, 0, 1_000, 1_000)
    >>> places = np.array([[500.0, 500.0], [0.0, 500.0], [0.0, 0.0], [-200.0, 500.0]])
    >>> share_inside(places, square, 200).round(6).tolist()
    [1.0, 0.5, 0.25, 0.0]
    """
    _refuse_no_bandwidth(bandwidth_m)
    places = shapely.points(at_m)
    shapely.prepare(area)
    shares = np.asarray(shapely.intersects(area, places), dtype=float)
    edge = area.boundary
    shapely.prepare(edge)
    near = np.flatnonzero(shapely.dwithin(edge, places, bandwidth_m))
    starts, ends = _sides(shapely.simplify(area, bandwidth_m / DETAIL))
    at_once = max(1, EDGES // max(1, len(starts)))
    for first in range(0, len(near), at_once):
        some = near[first : first + at_once]
        here = at_m[some, None, :]
        shares[some] = _seen((starts - here) / bandwidth_m, (ends - here) / bandwidth_m).sum(axis=1)
    return np.asarray(np.clip(shares, 0.0, 1.0), dtype=float)


def _refuse_no_bandwidth(bandwidth_m: float) -> None:
    if not bandwidth_m > 0:
        raise VulncoreError(f"A bandwidth of {bandwidth_m} m can't be used. Give one above 0.")


def squares(points_m: Floats, bandwidth_m: float, side: int = BINS) -> Integers:
    """Return which square each point (metres east and north) lies in, from 0 without a gap, `side` of them to a bandwidth.

    It is -1 for a point that is missing.
    """
    there = np.isfinite(points_m[:, 0])
    columns, rows = (
        np.floor((along - np.nanmin(along, initial=np.inf)) * (side / bandwidth_m)) for along in points_m.T
    )
    code = columns * (np.nanmax(rows, initial=0.0) + 1) + rows
    square: Integers = np.full(len(points_m), -1, dtype=np.int32)
    square[there] = pd.factorize(code[there].astype(np.int64))[0]
    return square


def gathered(
    points_m: Floats,
    weights: Floats,
    part: Integers,
    parts: int,
    bandwidth_m: float,
    square: Integers | None = None,
) -> tuple[Floats, Floats]:
    """Return points put together for the densities of several parts of them, in one square each at their weighted mean.

    Points, weights and bandwidth are as `kernel_density` takes them; `part` is to which of so many `parts` each belongs, from 0.
    Up to 10,000 points stay where they are; of more, those in one square of a 128th of the bandwidth stand together, and of over
    200,000 in one of a 32nd: `square` is in which of these each lies, where that is known.

    Returns:
        The points, and what each counts: a column for each part.

    >>> points, weights = gathered(np.array([[0.0, 0.0], [9.0, 0.0]]), np.array([1.0, 2.0]), np.array([0, 1]), 2, 100)
    >>> weights.tolist()
    [[1.0, 0.0], [0.0, 2.0]]
    """
    if not weights.any():
        return points_m[:0], np.zeros((0, parts))
    if len(points_m) <= FEW:
        code, places = np.arange(len(points_m)), points_m
    else:
        side = SIDE_OF_MANY if len(points_m) > MANY else BINS
        code = squares(points_m, bandwidth_m, side) if square is None else square
        held = np.bincount(code, weights)
        there = held > 0
        code = np.maximum(np.cumsum(there) - 1, 0)[code]  # what weighs nothing may stand anywhere
        places = np.column_stack([np.bincount(code, weights * along) for along in points_m.T])
        places /= held[there, None]
    flat = code * np.int64(parts) + part
    by_part: Floats = np.bincount(flat, weights, minlength=len(places) * parts).astype(float)
    return places, by_part.reshape(len(places), parts)


def _summed(points: Floats, weights: Floats, places: Floats) -> Floats:
    """Return the sum of w (1 - d²)² at each place, in tiles of half a bandwidth; both in bandwidths."""
    sums = np.zeros((len(places), *weights.shape[1:]))
    if not len(points) or not len(places):
        return sums
    if len(points) * len(places) <= FEW_PAIRS:
        return _kernel(points, places, places.mean(axis=0)) @ weights
    west, width = points[:, 0].min(), np.ptp(points[:, 0]) + 1.0
    keys = np.floor(points[:, 1] * 2) * width + (points[:, 0] - west)
    order = np.argsort(keys)
    keys, points, weights = keys[order], points[order], weights[order]
    tiles, tile_of = np.unique(np.floor(places * 2), axis=0, return_inverse=True)
    by_tile = np.split(np.argsort(tile_of), np.cumsum(np.bincount(tile_of))[:-1])
    for tile, mine in zip(tiles, by_tile, strict=True):
        strips = (tile[1] + np.arange(-2, 3)) * width
        left, right = np.clip(np.array([-1.0, 1.5]) + tile[0] / 2 - west, 0.0, width - 0.5)
        runs = zip(np.searchsorted(keys, strips + left), np.searchsorted(keys, strips + right), strict=True)
        near = np.concatenate([np.arange(start, stop) for start, stop in runs])
        middle = (tile + 0.5) / 2
        at_once = max(1, PAIRS // max(1, len(near)))
        for first in range(0, len(mine), at_once):
            some = mine[first : first + at_once]
            sums[some] = _kernel(points[near], places[some], middle) @ weights[near]
    return sums


def _kernel(points: Floats, places: Floats, middle: Floats) -> Floats:
    """Return (1 - d²)² of each place (rows) and point, 0 from a distance of 1 on; `middle` is amidst them."""
    there, here = points - middle, places - middle
    side = np.vstack([2 * there.T, -(there**2).sum(axis=1), np.ones(len(there))])
    within: Floats = np.column_stack([here, np.ones(len(here)), 1 - (here**2).sum(axis=1)]) @ side
    np.maximum(within, 0.0, out=within)
    return np.square(within, out=within)


def _sides(area: BaseGeometry) -> tuple[Floats, Floats]:
    """Return where each side of the area starts and ends, the area always on its left."""
    rings = shapely.get_rings(shapely.get_parts(shapely.orient_polygons(area)))
    corners, ring_of = shapely.get_coordinates(rings, return_index=True)
    same = (ring_of[1:] == ring_of[:-1]) & (corners[1:] != corners[:-1]).any(axis=1)
    return corners[:-1][same], corners[1:][same]


def _seen(starts: Floats, ends: Floats) -> Floats:
    """Return the kernel's mass in each triangle from the origin to a side, below 0 if seen clockwise."""
    along = ends - starts
    lengths = np.hypot(along[..., 0], along[..., 1])
    cross = (starts[..., 0] * ends[..., 1] - starts[..., 1] * ends[..., 0]) / lengths
    off = np.abs(cross)
    reach = np.sqrt(np.maximum(1 - off**2, 0.0))  # half of what the kernel's circle cuts off the side's line
    mass = np.zeros_like(off)
    for corner, sign in ((ends, 1), (starts, -1)):
        at = (corner * along).sum(axis=-1) / lengths
        mass += sign * (np.arctan2(at, off) - _beyond(np.clip(at, -reach, reach), off))
    return np.asarray(np.sign(cross) * mass / (2 * np.pi))


def _beyond(at: Floats, off: Floats) -> Floats:
    """Return the integral of (1 - r²)³ over the angle, from the line's nearest point to `at` along it."""
    by_two = off**2 * at + at**3 / 3
    by_four = off**4 * at + 2 * off**2 * at**3 / 3 + at**5 / 5
    return np.asarray(np.arctan2(at, off) + off * (3 * by_two - 3 * at - by_four))
