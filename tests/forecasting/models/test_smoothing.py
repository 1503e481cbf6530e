"""What vulncore.forecasting.models.smoothing promises."""

import numpy as np
import pytest

from tests.forecasting.planted import FIRST, past, poisson, unknown, wave
from vulncore.forecasting.models.smoothing import smoothing
from vulncore.forecasting.past import exposure
from vulncore.forecasting.paths import ANSCOMBE


def foretold(counts: np.ndarray, ahead: int = 12, paths: int = 2_000) -> np.ndarray:
    return smoothing(past(counts), ahead, paths, np.random.default_rng(3))


@pytest.mark.parametrize("level", [4, 60])
def test_a_level_that_stays_stays_with_a_poisson_counts_scatter(level):
    series = [poisson(level, 30, seed) for seed in range(8)]
    paths = np.concatenate([foretold(counts) for counts in series])
    assert paths.mean() == pytest.approx(np.mean(series), rel=0.08)
    assert paths.std(axis=0).mean() == pytest.approx(np.sqrt(level), rel=0.35)


def test_a_season_put_in_comes_again():
    days = exposure(FIRST, 72)
    counts = poisson(500 * wave(60) * days[:60], 60)
    assert foretold(counts).mean(axis=0) / days[60:] == pytest.approx(500 * wave(12), rel=0.1)


def test_a_level_that_moved_is_followed():
    counts = poisson(np.r_[np.full(14, 100.0), np.full(16, 300.0)], 30)
    assert foretold(counts)[:, 0].mean() == pytest.approx(300, rel=0.1)


def test_months_not_known_are_passed_over_along_a_straight_line():
    days = exposure(FIRST, 30)
    whole = poisson(80, 30)
    gap = [10, 11, 12, 28, 29]
    root = np.sqrt((whole + ANSCOMBE) / days)
    rise = (root[13] - root[9]) / 4
    for step, month in enumerate(gap[:3], start=1):
        whole[month] = (root[9] + rise * step) ** 2 * days[month] - ANSCOMBE
    whole[28:] = root[27] ** 2 * days[28:] - ANSCOMBE  # after the last month known: its rate
    assert foretold(unknown(whole, gap)).mean(axis=0) == pytest.approx(foretold(whole).mean(axis=0), rel=0.01)


def test_longer_months_bring_more():
    days = exposure(FIRST, 42)
    counts = (3_000 * days[:30]).round()
    assert foretold(counts).mean(axis=0) / days[30:] == pytest.approx(np.full(12, 3_000), rel=0.005)
