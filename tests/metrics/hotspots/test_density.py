"""What vulncore.metrics.hotspots.density promises."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vulncore.domain.errors import VulncoreError
from vulncore.metrics.hotspots.density import (
    BINS,
    MANY,
    SIDE_OF_MANY,
    gathered,
    kernel_density,
    share_inside,
    squares,
)

BANDWIDTH_M = 200.0
SQUARE = shapely.box(0, 0, 1_000, 1_000)
BENT = shapely.Polygon(
    [(0, 0), (300, 40), (900, 0), (800, 700), (450, 300), (100, 900)],
    [[(200, 150), (300, 150), (250, 250)]],
)


def naive_density(points, weights, places, bandwidth_m=BANDWIDTH_M):
    """Records per km², place by place."""
    density = []
    for place in places:
        distance = np.hypot(*(points - place).T)
        near = distance < bandwidth_m
        kernel = 3 / (np.pi * bandwidth_m**2) * (1 - (distance[near] / bandwidth_m) ** 2) ** 2
        density.append(1e6 * float((weights[near] * kernel).sum()))
    return np.array(density)


def lattice(low: float, high: float, step: float) -> np.ndarray:
    """The middles of squares, `step` metres wide."""
    middles = np.arange(low + step / 2, high, step)
    return np.stack(np.meshgrid(middles, middles), axis=-1).reshape(-1, 2)


def scattered(count: int, seed: int, low: float = 0, high: float = 2_000) -> np.ndarray:
    return np.random.default_rng(seed).uniform(low, high, (count, 2))


def shares_by_lattice(places, area, bandwidth_m=BANDWIDTH_M):
    offsets = lattice(-bandwidth_m, bandwidth_m, bandwidth_m / 150)
    mass = np.maximum(1 - (offsets**2).sum(axis=1) / bandwidth_m**2, 0) ** 2
    inside = [shapely.contains_xy(area, *(offsets + place).T) for place in places]
    return np.array([mass[within].sum() for within in inside]) / mass.sum()


@given(
    arrays(float, st.tuples(st.integers(0, 30), st.just(2)), elements=st.floats(-900, 900)),
    arrays(float, st.tuples(st.integers(0, 12), st.just(2)), elements=st.floats(-900, 900)),
    st.sampled_from([30.0, 200.0, 1_500.0]),
)
def test_of_few_points_the_density_is_the_naive_sum(points, places, bandwidth_m):
    weights = np.random.default_rng(len(points)).uniform(0, 3, len(points))
    naive = naive_density(points, weights, places, bandwidth_m)
    assert kernel_density(points, weights, places, bandwidth_m) == pytest.approx(
        naive, rel=1e-9, abs=1e-9 * 1e6 / bandwidth_m**2
    )


def clustered(rng):
    return rng.normal(rng.uniform(0, 2_000, (25, 2))[rng.integers(25, size=20_000)], 15)


def snapped(rng):
    return rng.uniform(0, 2_000, (300, 2))[rng.integers(300, size=20_000)]


def far_flung(rng):
    return np.vstack([rng.uniform(0, 1_000, (20_000, 2)), [[-4e6, 3e6], [5e6, 5e6]]])


@pytest.mark.parametrize("lay", [clustered, snapped, far_flung])
def test_of_many_points_the_density_is_right_to_a_thousandth_of_its_peak(lay):
    rng = np.random.default_rng(8)
    points = lay(rng)
    weights = rng.uniform(0, 2, len(points))
    places = np.vstack([scattered(150, 9, -100, 2_100), points[:50]])
    naive = naive_density(points, weights, places)
    assert kernel_density(points, weights, places, BANDWIDTH_M) == pytest.approx(
        naive, abs=1e-3 * naive.max()
    )


def test_not_even_points_laid_to_defeat_the_squares_move_a_place_by_a_thousandth_of_the_peak():
    """A circle of squares about the place, two points in far corners of each, where the kernel bends most."""
    square = BANDWIDTH_M / BINS
    angle = np.arange(0, 2 * np.pi, 1 / 400)
    ring = BANDWIDTH_M * np.column_stack([np.cos(angle), np.sin(angle)])
    low = np.unique(np.floor(ring / square), axis=0) * square + square / 1_000
    high = low + 0.998 * square
    outward = low.prod(axis=1, keepdims=True) > 0
    pairs = [np.where(outward, low, np.column_stack([low[:, 0], high[:, 1]]))]
    pairs.append(np.where(outward, high, np.column_stack([high[:, 0], low[:, 1]])))
    corner = np.full((1, 2), -2 * BANDWIDTH_M)  # squares are laid from the lowest point on
    points = np.vstack([corner, *pairs * 10])
    places = np.vstack([np.zeros((1, 2)), ring[::50], scattered(50, 1, -20, 20)])
    naive = naive_density(points, np.ones(len(points)), places)
    density = kernel_density(points, np.ones(len(points)), places, BANDWIDTH_M)
    assert len(points) > 10_000
    assert np.abs(density - naive).max() > 0  # the squares were in use
    assert density == pytest.approx(naive, abs=1e-3 * naive.max())


def test_over_the_whole_plane_the_density_adds_up_to_the_records():
    points, weights = scattered(60, 2, 0, 400), np.random.default_rng(2).uniform(0, 3, 60)
    places = lattice(-250, 650, 5)
    assert kernel_density(points, weights, places, BANDWIDTH_M).sum() * 5**2 / 1e6 == pytest.approx(
        weights.sum(), rel=1e-4
    )


def test_evenly_spread_records_stay_even_up_to_the_edge_and_fall_by_half_without_the_correction():
    points = lattice(0, 1_000, 5)  # 40,000 a square kilometre
    places = np.array(
        [[500.0, 500.0], [150.0, 500.0], [0.0, 500.0], [20.0, 30.0], [0.0, 0.0], [1_000.0, 700.0]]
    )
    inside = share_inside(places, SQUARE, BANDWIDTH_M)
    corrected = kernel_density(points, np.ones(len(points)), places, BANDWIDTH_M, inside)
    plain = kernel_density(points, np.ones(len(points)), places, BANDWIDTH_M)
    assert corrected == pytest.approx(np.full(len(places), 40_000), rel=0.005)
    assert plain[[0, 2, 4, 5]] == pytest.approx([40_000, 20_000, 10_000, 20_000], rel=0.005)


@pytest.mark.parametrize("count", [400, 12_000], ids=["few", "many"])
def test_a_plane_moved_and_turned_gives_the_same_density(count):
    points, places = scattered(count, 3), scattered(60, 4)
    turn = np.array([[np.cos(0.7), -np.sin(0.7)], [np.sin(0.7), np.cos(0.7)]])
    moved = [part @ turn + [531_000.0, 181_000.0] for part in (points, places)]
    here = kernel_density(points, np.ones(count), places, BANDWIDTH_M)
    there = kernel_density(moved[0], np.ones(count), moved[1], BANDWIDTH_M)
    assert there == pytest.approx(here, abs=(1e-9 if count == 400 else 1e-3) * here.max())


@pytest.mark.parametrize("count", [400, 12_000], ids=["few", "many"])
def test_records_that_count_twice_double_the_density(count):
    points, weights, places = scattered(count, 5), np.random.default_rng(5).random(count), scattered(60, 6)
    once, twice = (kernel_density(points, times * weights, places, BANDWIDTH_M) for times in (1, 2))
    assert twice == pytest.approx(2 * once, rel=1e-12)


def test_records_without_weight_are_as_if_they_were_not_there():
    points, places = scattered(24_000, 5), scattered(40, 6)
    weights = np.repeat([1.0, 0.0], 12_000)
    with_them = kernel_density(points, weights, places, BANDWIDTH_M)
    without = kernel_density(points[:12_000], weights[:12_000], places, BANDWIDTH_M)
    assert with_them == pytest.approx(without, abs=1e-3 * without.max())
    assert kernel_density(points, np.zeros(24_000), places, BANDWIDTH_M).tolist() == [0.0] * 40


def test_a_place_whose_surroundings_all_lie_outside_is_missing_not_zero():
    places = np.array([[500.0, 500.0], [5_000.0, 500.0]])
    inside = share_inside(places, SQUARE, BANDWIDTH_M)
    density = kernel_density(places, np.ones(2), places, BANDWIDTH_M, inside)
    assert inside.tolist() == [1.0, 0.0]
    assert density[0] > 0
    assert np.isnan(density[1])


@pytest.mark.parametrize("bandwidth_m", [0.0, -5.0, float("nan")])
def test_a_bandwidth_that_is_none_is_refused(bandwidth_m):
    places = np.zeros((1, 2))
    with pytest.raises(VulncoreError, match=rf"bandwidth of {bandwidth_m} m can't be used"):
        kernel_density(places, np.ones(1), places, bandwidth_m)
    with pytest.raises(VulncoreError, match=r"above 0"):
        share_inside(places, SQUARE, bandwidth_m)


@pytest.mark.parametrize(
    ("place", "share"),
    [
        ((500, 500), 1),
        ((200, 500), 1),
        ((0, 500), 1 / 2),
        ((500, 1_000), 1 / 2),
        ((0, 0), 1 / 4),
        ((1_000, 1_000), 1 / 4),
        ((-200, 500), 0),
        ((9_000, 500), 0),
        ((-150, -150), 0),  # less than a bandwidth from both sides' lines, more from the corner
    ],
)
def test_shares_are_those_that_symmetry_gives(place, share):
    assert share_inside(np.array([place], dtype=float), SQUARE, BANDWIDTH_M) == pytest.approx(
        [share], abs=1e-12
    )


@pytest.mark.parametrize("off", [-0.9, -0.4, 0.0, 0.1, 0.5, 0.99])
def test_beside_a_straight_edge_the_share_is_the_kernel_s_integral_up_to_it(off):
    """Of the quartic kernel's mass along one axis, 16/(5 pi) (1 - x²)^2.5 lies at x, in bandwidths."""
    at = np.linspace(-1, off, 200_001)
    expected = np.trapezoid(16 / (5 * np.pi) * np.maximum(1 - at**2, 0) ** 2.5, at)
    share = share_inside(np.array([[off * BANDWIDTH_M, 500.0]]), SQUARE, BANDWIDTH_M)
    assert share == pytest.approx([expected], abs=1e-8)


@pytest.mark.parametrize(
    "area",
    [
        BENT,
        shapely.MultiPolygon([shapely.box(0, 0, 400, 400), shapely.box(450, 100, 900, 900)]),
        BENT.reverse(),
    ],
    ids=["bent and with a hole", "two parts", "drawn the other way round"],
)
def test_shares_are_those_counted_on_a_lattice(area):
    places = np.vstack([scattered(60, 7, -150, 1_050), shapely.get_coordinates(area)])
    counted = shares_by_lattice(places, area)
    assert share_inside(places, area, BANDWIDTH_M) == pytest.approx(counted, abs=0.005)


def test_a_small_area_within_the_kernel_holds_its_part_of_it():
    circle = shapely.Point(0, 0).buffer(100, quad_segs=500)
    held = 1 - (1 - 0.5**2) ** 3  # the kernel's mass within half the bandwidth
    assert share_inside(np.zeros((1, 2)), circle, BANDWIDTH_M) == pytest.approx([held], abs=0.002)


def test_a_boundary_with_a_thousand_small_bends_is_right_to_half_a_per_cent():
    at = np.linspace(0, 1_000, 5_001)
    jagged = shapely.Polygon(
        np.vstack(
            [np.column_stack([np.where(np.arange(5_001) % 2, 0.15, -0.15), at]), [[1_000, 1_000], [1_000, 0]]]
        )
    )
    places = np.array([[0.0, 500.0], [60.0, 300.0], [500.0, 500.0]])
    straight = share_inside(places, SQUARE, BANDWIDTH_M)
    assert share_inside(places, jagged, BANDWIDTH_M) == pytest.approx(straight, abs=0.005)


@pytest.mark.parametrize("count", [500, 30_000, 250_000])
def test_parts_put_together_are_as_dense_as_each_alone_and_add_up(count):
    rng = np.random.default_rng(count)
    points, places = rng.uniform(0, 2_000, (count, 2)), rng.uniform(0, 2_000, (40, 2))
    weights, part = rng.integers(1, 4, count).astype(float), rng.integers(0, 3, count)
    held = kernel_density(*gathered(points, weights, part, 3, 200), places, 200)
    for number in range(3):
        alone = kernel_density(points[part == number], weights[part == number], places, 200)
        assert held[:, number] == pytest.approx(alone, abs=0.005 * alone.max())
    whole = kernel_density(points, weights, places, 200)
    assert held.sum(axis=1) == pytest.approx(whole, rel=1e-9)


def test_of_no_points_nothing_is_put_together():
    points, weights = gathered(np.zeros((0, 2)), np.zeros(0), np.zeros(0, dtype=int), 3, 200)
    assert (points.shape, weights.shape) == ((0, 2), (0, 3))


def test_points_whose_squares_are_known_stand_together_as_if_they_were_worked_out_now():
    rng = np.random.default_rng(4)
    points = rng.uniform(0, 4_000, size=(MANY + 2_000, 2))
    chosen = np.sort(rng.choice(len(points), MANY + 500, replace=False))
    weights, part = rng.random(len(chosen)), rng.integers(2, size=len(chosen))
    known = squares(points, 500.0, SIDE_OF_MANY)[chosen]
    places = rng.uniform(500, 3_500, size=(40, 2))
    anew, kept = (
        kernel_density(*gathered(points[chosen], weights, part, 2, 500.0, square), places, 500.0)
        for square in (None, known)
    )
    assert np.abs(kept - anew).max() <= 0.001 * anew.max()


def test_a_missing_point_lies_in_no_square_and_squares_are_numbered_without_a_gap():
    points = np.array([[0.0, 0.0], [np.nan, np.nan], [0.5, 0.5], [90.0, 0.0], [0.0, 90.0]])
    assert squares(points, 100.0, side=2).tolist() == [0, -1, 0, 1, 2]
