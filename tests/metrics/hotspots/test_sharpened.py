"""What vulncore.metrics.hotspots.sharpened promises: that the blur of counts is undone as far as it can be."""

from functools import cache

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from vulncore.domain.blur import STAYING, TRIES, _moved_points
from vulncore.domain.geography import boundary
from vulncore.metrics.hotspots.cells import cells
from vulncore.metrics.hotspots.sharpened import moves, sharpened, unbiased
from vulncore.metrics.hotspots.zones import Zones, zone_of

CITY = boundary("City of London Police")
WIDE = shapely.box(-0.20, 51.45, -0.10, 51.51)  # 7 km each way
COUNTS = st.integers(0, 2**32 - 1).map(
    lambda seed: np.random.default_rng(seed).poisson(3, 1_000).astype(float)
)


@cache
def city(size: int) -> Zones:
    return cells(CITY, size)


@cache
def between(size: int):
    return moves(city(size))


def of(counts: np.ndarray, size: int = 9) -> np.ndarray:
    return counts[: len(city(size).names)]


def blurred(held: np.ndarray, matrix) -> np.ndarray:
    """Return what counts become on average."""
    return STAYING * held + (1 - STAYING) * (held @ matrix)


@pytest.mark.parametrize("size", [9, 10])
def test_whoever_moves_goes_somewhere(size):
    matrix = between(size)
    assert (matrix.data >= 0).all()
    assert matrix.sum(axis=1) == pytest.approx(np.ones(len(city(size).names)))


@pytest.mark.parametrize(("size", "own_cell"), [(10, 0.03), (9, 0.03)])
def test_moves_are_those_of_records_spread_evenly_in_a_cell(size, own_cell):
    zones, matrix = city(size), between(size).toarray()
    chance = np.random.default_rng(size)
    picked = chance.choice(len(zones.names), 20, replace=False)
    staying, apart = [], []
    for zone in picked:
        west, south, east, north = zones.shapes[zone].bounds
        points = chance.uniform((west, south), (east, north), (20_000, 2))
        points = points[shapely.contains_xy(zones.shapes[zone], points)]
        numbers = chance.integers(65_536, size=(len(points), 2 + 3 * TRIES), dtype=np.uint16)
        numbers[:, 0] = 65_535  # each of them moves
        ends = zone_of(zones, *_moved_points(points, numbers, CITY).T)
        shares = np.bincount(ends[ends >= 0], minlength=len(zones.names)) / len(points)
        assert (ends >= 0).all()
        staying.append(matrix[zone, zone] - shares[zone])
        by_chance = np.sqrt(shares / len(points)).sum() / 2
        apart.append(abs(matrix[zone] - shares).sum() / 2 - by_chance)
    assert abs(np.mean(staying)) < own_cell  # zones are no discs, and at the edge some find no way to go
    assert np.mean(apart) < 0.08


@given(COUNTS)
def test_the_blur_of_known_counts_is_undone(counts):
    held = of(counts)
    back = unbiased(blurred(held, between(9)), between(9))
    assert back == pytest.approx(held, abs=0.02 * held.max() + 1e-9)


@given(COUNTS, COUNTS, st.floats(-3, 3))
def test_unbiased_counts_add_up_over_months(one, other, times):
    first, second, matrix = of(one), of(other), between(9)
    together = unbiased(first + times * second, matrix)
    assert together == pytest.approx(unbiased(first, matrix) + times * unbiased(second, matrix), abs=1e-6)


@given(COUNTS)
def test_totals_are_kept_and_nothing_shown_is_below_nothing(counts):
    counted, matrix = of(counts), between(9)
    assert unbiased(counted, matrix).sum() == pytest.approx(counted.sum())
    about = sharpened(counted, matrix)
    assert about.sum() == pytest.approx(counted.sum())
    assert (about >= 0).all()


@given(COUNTS, COUNTS)
def test_no_other_counts_of_that_total_are_nearer_to_the_unbiased_ones(counts, others):
    counted, matrix = of(counts), between(9)
    guess = unbiased(counted, matrix)
    another = of(others) / max(of(others).sum(), 1) * counted.sum()
    nearest = ((sharpened(counted, matrix) - guess) ** 2).sum()
    assert nearest <= ((another - guess) ** 2).sum() + 1e-9


def test_of_nothing_there_is_nothing():
    nothing = np.zeros(len(city(9).names))
    assert (sharpened(nothing, between(9)) == 0).all()


def test_an_even_map_stays_even_away_from_the_edge():
    zones = cells(WIDE, 9)
    even = zones.areas_m2 / zones.areas_m2.mean() * 10
    about = sharpened(even, moves(zones))
    edge = shapely.transform(WIDE, lambda points: points * zones.scale).exterior
    inner = shapely.distance(shapely.points(zones.centres_m), edge) > 2_000
    assert inner.sum() > 50
    assert about[inner] == pytest.approx(even[inner], rel=0.01)
