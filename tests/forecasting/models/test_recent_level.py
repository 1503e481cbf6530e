"""What vulncore.forecasting.models.recent_level promises."""

import numpy as np
import pytest
from scipy.stats import nbinom

from tests.forecasting.planted import FIRST, past, poisson, unknown, wave
from vulncore.forecasting.models.recent_level import MEMORIES, recent_level, season
from vulncore.forecasting.past import Past, exposure

PATHS = 20_000


def drawn(counts: np.ndarray, ahead: int = 12, steps: tuple[int, ...] = (), paths: int = PATHS) -> np.ndarray:
    return recent_level(past(counts, steps), ahead, paths, np.random.default_rng(2))


def a_month(paths: np.ndarray, months: int) -> np.ndarray:
    """What is expected of each month ahead, per mean month."""
    return paths.mean(axis=0) / exposure(FIRST, months + paths.shape[1])[months:]


def test_path_by_path_the_level_is_that_of_another_memory():
    counts = np.r_[np.full(23, 10_000.0), np.full(12, 40_000.0)] * exposure(
        FIRST, 35
    )  # too short for a season
    paths = drawn(counts, ahead=1)[:, 0] / exposure(FIRST, 36)[35]
    for place, memory in enumerate(MEMORIES):
        months = min(memory, 35)
        expected = (min(months, 12) * 40_000 + max(months - 12, 0) * 10_000) / months
        assert paths[place :: len(MEMORIES)].mean() == pytest.approx(expected, rel=0.02)


def test_a_level_that_stood_still_comes_as_it_was_for_years_and_grows_less_sure():
    counts = poisson(100, 84)
    paths = drawn(counts, ahead=48)
    assert a_month(paths, 84) == pytest.approx(np.full(48, 100), rel=0.06)
    first, last = (paths[:, months].sum(axis=1) for months in (slice(0, 12), slice(36, 48)))
    assert last.std() > 1.3 * first.std()


def test_a_month_ahead_scatters_as_a_poisson_count_of_a_rate_learnt_from_so_many_months():
    counts = np.full(60, 20.0)  # which scatters less than chance: taken as chance
    paths = drawn(counts, ahead=1)[:, 0]
    weights = exposure(FIRST, 61)
    for place, months in enumerate(MEMORIES):
        shape, share = 20 * months + 0.5, weights[60 - months : 60].sum() / weights[60 - months :].sum()
        of_memory = paths[place :: len(MEMORIES)]
        # and a month's wandering: a tenth a year, a hundredth of the variance of the logarithm over twelve
        variance = nbinom.var(shape, share) + (20**2) * 0.01 / 12
        assert of_memory.var() == pytest.approx(variance, rel=0.1)


def test_the_season_is_that_of_the_years_before():
    counts = 400 * wave(96) * exposure(FIRST, 96)
    expected = wave(108)[96:] / wave(108)[96:].mean()
    assert season(past(poisson(counts, 96))) == pytest.approx(
        np.roll(expected, (FIRST.month - 1) % 12), abs=0.05
    )
    rates = a_month(drawn(poisson(counts, 96)), 96)
    assert rates / rates.mean() == pytest.approx(expected, abs=0.06)


def test_where_chance_explains_how_months_differ_there_is_next_to_no_season():
    drawn_seasons = [np.ptp(season(past(poisson(4, 48, seed=seed)))) for seed in range(40)]
    assert np.median(drawn_seasons) < 0.25
    assert season(past(np.zeros(48))).tolist() == [1.0] * 12


def test_a_level_that_moved_a_lot_from_year_to_year_is_less_sure():
    steady = poisson(300, 96)
    restless = poisson(300 * np.repeat([1, 1.6, 0.9, 1.5, 1, 1.7, 0.9, 1.0], 12), 96)
    still, moved = (drawn(counts, ahead=24)[:, 12:].sum(axis=1) for counts in (steady, restless))
    assert moved.std() / moved.mean() > 2 * still.std() / still.mean()


def test_an_approved_change_of_level_is_where_it_starts_from():
    counts = np.r_[poisson(60, 54), poisson(30, 6)]
    assert drawn(counts, steps=(54,)).sum(axis=1).mean() == pytest.approx(360, rel=0.1)
    assert drawn(counts).sum(axis=1).mean() > 1.15 * 360  # the twelve months remember the level before


def test_months_not_delivered_are_passed_over():
    counts = poisson(100, 72)
    whole, gaps = (drawn(some).sum(axis=1).mean() for some in (counts, unknown(counts, slice(66, 70))))
    assert gaps == pytest.approx(whole, rel=0.05)


@pytest.mark.parametrize("months", [1, 2, 5, 24])
def test_a_series_shorter_than_a_memory_is_all_that_is_remembered(months):
    paths = recent_level(Past(FIRST, np.full(months, 8.0)), 12, 500, np.random.default_rng(0))
    assert paths.sum(axis=1).mean() == pytest.approx(96, rel=0.15)


@pytest.mark.parametrize("silent", [6, 8, 12])
def test_a_silent_stretch_long_ago_runs_no_future_away(silent):
    counts = poisson(50, 60)
    counts[24 : 24 + silent] = 0
    fourth = drawn(counts, ahead=48)[:, 36:].sum(axis=1)
    assert np.median(fourth) == pytest.approx(600, rel=0.2)
    assert fourth.mean() < 1.5 * 600
    low, high = np.quantile(fourth, [0.1, 0.9])
    assert high < 6 * low
