"""What vulncore.metrics.hotspots.getis_ord promises."""

import h3
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_array
from scipy.stats import binom, norm
from scipy.stats import t as student

from vulncore.metrics.hotspots.getis_ord import getis_ord, hot_and_cold

MIDDLE = h3.latlng_to_cell(51.5155, -0.0922, 10)


def hexagons(rings: int, reach: int = 1) -> csr_array:
    """Surroundings within `reach` steps, of hexagonal cells that lie in rings about a middle; this is the first."""
    cells = [cell for ring in range(rings + 1) for cell in sorted(h3.grid_ring(MIDDLE, ring))]
    at = {cell: number for number, cell in enumerate(cells)}
    pairs = [(at[cell], at[other]) for cell in cells for other in h3.grid_disk(cell, reach) if other in at]
    rows, columns = zip(*pairs, strict=True)
    return csr_array((np.ones(len(pairs)), (rows, columns)), shape=(len(cells), len(cells)))


NEAR = hexagons(7)  # 169 cells
CELLS = NEAR.shape[0]


def at_random(zones: int, share: float, rng: np.random.Generator) -> csr_array:
    return csr_array((rng.random((zones, zones)) < share) | np.eye(zones, dtype=bool)).astype(float)


def groups(size: int, count: int) -> csr_array:
    """Zones in groups: each one's surroundings are its group."""
    return csr_array(np.kron(np.eye(count), np.ones((size, size))))


def esda_s_z(values: np.ndarray, near: csr_array) -> np.ndarray:
    esda = pytest.importorskip("esda.getisord", reason="esda is not installed")
    weights = pytest.importorskip("libpysal.weights", reason="libpysal is not installed")
    neighbours = {
        zone: near.indices[near.indptr[zone] : near.indptr[zone + 1]].tolist() for zone in range(len(values))
    }
    binary = weights.W(neighbours, silence_warnings=True)
    return esda.G_Local(values, binary, transform="B", permutations=0, star=True).Zs


@pytest.mark.parametrize("near", [NEAR, hexagons(4, 2), at_random(60, 0.1, np.random.default_rng(4))])
@pytest.mark.parametrize("mean", [0.5, 20.0])
def test_z_is_that_of_esda(near, mean):
    values = np.random.default_rng(1).negative_binomial(1, 1 / (1 + mean), near.shape[0]).astype(float)
    assert getis_ord(values, near)["z"].to_numpy() == pytest.approx(
        esda_s_z(values, near), rel=1e-9, abs=1e-9
    )


def test_one_cell_with_forty_records_among_cells_with_about_one_is_hot():
    values = np.random.default_rng(5).poisson(1, CELLS).astype(float)
    values[0] = 40
    scores = getis_ord(values, NEAR)
    signs = hot_and_cold(scores)
    assert scores["z"].iloc[0] == pytest.approx(4.6, abs=0.3)
    assert scores["p_hot"].iloc[0] < 1e-9
    assert set(np.flatnonzero(signs > 0)) == set(NEAR[[0]].indices)
    assert not (signs < 0).any()


@pytest.mark.parametrize("hotspots", [2, 3, 5, 8])
def test_hotspots_don_t_hide_one_another(hotspots):
    rng = np.random.default_rng(hotspots)
    values = rng.poisson(1, CELLS).astype(float)
    at = rng.choice(CELLS, hotspots, replace=False)
    values[at] = 40
    signs = hot_and_cold(getis_ord(values, NEAR))
    untouched = NEAR[at].sum(axis=0) == 0
    assert (signs[at] == 1).all()
    assert np.count_nonzero(signs[untouched]) <= 3  # one in twenty of those found may be false


@pytest.mark.parametrize("others", [0.0, 1.0], ids=["no others", "one in every other cell"])
@pytest.mark.parametrize(("more", "hot"), [(1, False), (2, False), (40, True)])
def test_a_cell_alone_is_hot_by_how_many_records_it_holds(others, more, hot):
    values = np.full(CELLS, others)
    values[0] += more
    assert hot_and_cold(getis_ord(values, NEAR))[0] == int(hot)


def test_a_hole_in_a_full_map_is_cold_and_a_filled_patch_hot():
    values = np.random.default_rng(6).poisson(20, CELLS).astype(float)
    far = CELLS - 1
    values[NEAR[[0]].indices] = 2
    values[NEAR[[far]].indices] = 60
    signs = hot_and_cold(getis_ord(values, NEAR))
    assert (signs[0], signs[far]) == (-1, 1)


@pytest.mark.parametrize("held", [0, 1, 3, 7, 12])
def test_where_no_other_zone_scatters_chance_is_that_of_records_that_fall_evenly(held):
    """All others hold one each: the first holds more or fewer."""
    values = np.ones(CELLS)
    values[0] = held
    row = getis_ord(values, NEAR).iloc[0]
    even = binom(int(values.sum()), 7 / CELLS)
    total = 6 + held
    assert row["p_hot"] == pytest.approx(even.sf(total - 1) if held > 1 else 1.0)
    assert row["p_cold"] == pytest.approx(even.cdf(total) if held < 1 else 1.0)


@pytest.mark.parametrize("more", [4.0, 8.0, 12.0, 30.0])
def test_where_zones_scatter_evenly_about_their_mean_chance_is_student_s(more):
    """Seven zones against many that scatter as the normal curve does, far more than records that fall evenly."""
    size, count = 7, 30
    spread = norm.ppf((np.arange(size * (count - 1)) + 0.5) / (size * (count - 1)))
    outside = 100 + 15 * np.random.default_rng(3).permutation(spread)
    values = np.concatenate([np.full(size, 100 + more), outside])
    t_value = more * size / np.sqrt(outside.var(ddof=1) * size * (1 + size / len(outside)))
    p_hot = getis_ord(values, groups(size, count))["p_hot"].iloc[0]
    assert p_hot == pytest.approx(student.sf(t_value, len(outside) - 1), rel=1e-3)


def test_of_skewed_zones_chance_is_the_share_of_draws_that_bring_as_much_and_the_normal_curve_s_is_not():
    rng = np.random.default_rng(7)
    size, count = 7, 400
    outside = np.round(rng.lognormal(4, 1, size * (count - 1)))
    by_draws, by_curve, by_normal = [], [], []
    drawn = np.sort([rng.choice(outside, size, replace=False, shuffle=False).sum() for _ in range(200_000)])
    near = groups(size, count)
    for quantile in (0.9, 0.99, 0.999, 0.9997):
        total = drawn[int(quantile * len(drawn))]
        scores = getis_ord(np.concatenate([np.full(size, total / size), outside]), near)
        by_draws.append((drawn >= total).mean())
        by_curve.append(scores["p_hot"].iloc[0])
        by_normal.append(norm.sf((total - size * outside.mean()) / np.sqrt(size * outside.var())))
    assert by_curve[:2] == pytest.approx(by_draws[:2], rel=0.25)
    assert by_curve[2:] == pytest.approx(by_draws[2:], rel=0.7)
    assert max(by_normal[2:]) < min(by_draws[2:]) / 10


def share_of_maps_with_any(mean: float, maps: int, near: csr_array, seed: int) -> float:
    rng = np.random.default_rng(seed)
    made = rng.poisson(mean, (maps, near.shape[0])).astype(float)
    return float(np.mean([hot_and_cold(getis_ord(values, near)).any() for values in made]))


@pytest.mark.parametrize("mean", [0.02, 0.5, 50.0])
@pytest.mark.parametrize("rings", [2, 7])
def test_of_maps_on_which_records_fell_evenly_no_more_than_one_in_twenty_has_a_hot_or_cold_cell(mean, rings):
    maps = 250
    share = share_of_maps_with_any(mean, maps, hexagons(rings), seed=11)
    assert share <= binom.ppf(0.99, maps, 0.05) / maps


@given(st.permutations(range(19)), arrays(float, 19, elements=st.integers(0, 40).map(float)))
def test_the_order_of_zones_doesn_t_matter(order, values):
    near = hexagons(2)
    here = getis_ord(values, near).iloc[order].to_numpy()
    there = getis_ord(values[order], csr_array(near.toarray()[np.ix_(order, order)])).to_numpy()
    assert there == pytest.approx(here, rel=1e-6, abs=1e-9)


@given(arrays(float, 19, elements=st.integers(0, 3).map(float)), st.sampled_from([0, 1, 2, 3, 4]))
def test_whatever_the_map_chances_lie_between_0_and_1(values, reach):
    scores = getis_ord(values, hexagons(2, reach))
    assert np.isfinite(scores.to_numpy()).all()
    assert scores[["p_hot", "p_cold"]].ge(0).all(axis=None)
    assert scores[["p_hot", "p_cold"]].le(1).all(axis=None)
    assert set(hot_and_cold(scores).tolist()) <= {-1, 0, 1}


@pytest.mark.parametrize(
    ("values", "near"),
    [
        (np.zeros(CELLS), NEAR),
        (np.full(CELLS, 0.1), NEAR),
        (np.array([7.0]), csr_array(np.ones((1, 1)))),
        (np.arange(9.0), csr_array(np.ones((9, 9)))),
    ],
    ids=["empty", "all equal", "one zone", "everything a neighbour"],
)
def test_where_nothing_can_stand_out_z_is_0_and_chance_certain(values, near):
    scores = getis_ord(values, near)
    assert scores["z"].tolist() == [0.0] * len(values)
    assert scores[["p_hot", "p_cold"]].eq(1.0).all(axis=None)
    assert not hot_and_cold(scores).any()


def test_a_zone_without_neighbours_is_judged_by_itself():
    values = np.random.default_rng(2).poisson(4, 50).astype(float)
    values[0] = 30
    scores = getis_ord(values, csr_array(np.eye(50)))
    assert scores["z"].to_numpy() == pytest.approx((values - values.mean()) / values.std())
    assert hot_and_cold(scores).tolist() == [1] + [0] * 49


def test_zones_are_judged_together():
    p_hot = [0.001, 0.012, 0.02, 0.9]
    scores = pd.DataFrame({"p_hot": p_hot, "p_cold": [1 - p for p in p_hot]})
    assert hot_and_cold(scores).tolist() == [
        1,
        1,
        0,
        0,
    ]  # two-sided 0.002 and 0.024 of four; 0.04 is over 0.0375
    assert hot_and_cold(scores, rate=0.08).tolist() == [1, 1, 1, 0]
    assert hot_and_cold(scores).dtype == np.int8
