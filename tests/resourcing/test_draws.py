"""What vulncore.resourcing.draws promises of chance: evenly spread, common to all scenarios, kinds moving together."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest, norm, spearmanr

from tests.resourcing.made_units import at
from vulncore.resourcing.draws import assumption_draws, levels, normals, paired_order, uniforms
from vulncore.resourcing.scenario.scenario import Assumption, fixed

PATHS = 2_000
KEYS = [
    "unit.leave",
    "role.pip2.leavers",
    "role.soit.leavers",
    "case.rape.hours.pip2",
    "together",
    "apart rape",
]


@settings(deadline=None)
@given(st.text(max_size=30), st.integers(1, 300))
def test_levels_are_evenly_spread_one_in_each_part(key, paths):
    spread = levels(key, paths)
    assert spread.shape == (paths, 1)
    assert np.sort(spread[:, 0]) == pytest.approx((np.arange(paths) + 0.5) / paths)


def test_levels_of_different_numbers_have_nothing_to_do_with_each_other():
    every = np.hstack([levels(key, PATHS) for key in KEYS])
    assert np.abs(np.corrcoef(every, rowvar=False) - np.eye(len(KEYS))).max() < 4 / np.sqrt(PATHS)


def test_the_same_seed_gives_the_same_chance_and_another_seed_another():
    for of in (levels, normals, uniforms):
        size = (50,) if of is levels else (50, 4)
        first = of("unit.leave", *size).copy()
        of.cache_clear()
        assert np.array_equal(of("unit.leave", *size), first)
        assert not np.array_equal(of("unit.leave", *size, seed=8), first)
        assert not np.array_equal(of("unit.court", *size), first)


def test_a_number_is_drawn_in_proportion_to_its_triangle_and_a_certain_one_once():
    numbers = assumption_draws(at("unit.leave"), Assumption(0, 10, 20), PATHS)
    assert numbers.shape == (PATHS, 1)
    assert numbers.mean() == pytest.approx(10, abs=0.001)
    assert numbers.var() == pytest.approx(400 / 24, rel=0.001)
    assert assumption_draws(at("unit.leave"), fixed(7), PATHS).tolist() == [[7]]


def test_two_uncertain_numbers_have_nothing_to_do_with_each_other():
    one, other = (
        assumption_draws(at(key), Assumption(0, 1, 2), PATHS)[:, 0] for key in ("unit.leave", "unit.court")
    )
    assert abs(np.corrcoef(one, other)[0, 1]) < 4 / np.sqrt(PATHS)


def test_two_assumptions_of_one_number_stand_at_the_same_level_on_each_path():
    one, other = (
        assumption_draws(at("unit.leave"), assumption, PATHS)
        for assumption in (Assumption(0, 1, 2), Assumption(5, 6, 9))
    )
    assert spearmanr(one, other).statistic == pytest.approx(1)


def test_normal_numbers_are_normal_and_within_five():
    numbers = normals("effort rape", 5_000, 4)
    assert numbers.shape == (5_000, 4)
    assert np.abs(numbers).max() <= 5
    assert kstest(numbers.ravel(), norm.cdf).pvalue > 0.01


@pytest.mark.parametrize("memory", [0.3, 0.8, 0.99])
def test_normal_numbers_with_a_memory_are_as_normal_in_every_month_and_close_to_those_before(memory):
    numbers = normals("open rape", 5_000, 6, memory)
    assert np.abs(numbers).max() <= 5
    assert numbers.std(axis=0) == pytest.approx(np.ones(6), abs=0.04)
    assert numbers.mean(axis=0) == pytest.approx(np.zeros(6), abs=0.06)
    for apart in (1, 3):
        nearby = [
            np.corrcoef(numbers[:, month], numbers[:, month + apart])[0, 1] for month in range(6 - apart)
        ]
        assert nearby == pytest.approx([memory**apart] * len(nearby), abs=0.05)


def test_uniform_numbers_are_even_between_0_and_1():
    numbers = uniforms("leave pip2", 5_000, 4)
    assert kstest(numbers.ravel(), "uniform").pvalue > 0.01
    assert ((numbers >= 0) & (numbers < 1)).all()


@settings(max_examples=50)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=60), st.text(max_size=9), st.floats(0, 1))
def test_every_path_is_taken_once_so_that_a_kind_by_itself_stays_as_it_was(totals, name, together):
    assert sorted(paired_order(np.array(totals, dtype=float), name, together)) == list(range(len(totals)))


@pytest.mark.parametrize("together", [0, 0.3, 0.5, 0.8, 1])
def test_kinds_rise_and_fall_together_as_much_as_asked(together):
    rng = np.random.default_rng(2)
    one, other = rng.gamma(3, 1, PATHS), rng.poisson(400, PATHS).astype(float)
    numbers = spearmanr(
        one[paired_order(one, "rape", together)], other[paired_order(other, "fraud", together)], axis=0
    ).statistic
    assert numbers == pytest.approx(6 / np.pi * np.arcsin(together / 2), abs=0.06)  # of a normal copula


def test_kinds_that_move_together_wholly_meet_highest_with_highest():
    one, other = np.random.default_rng(3).random((2, PATHS))
    pairs = one[paired_order(one, "a", 1.0)], other[paired_order(other, "b", 1.0)]
    assert spearmanr(*pairs).statistic == 1
