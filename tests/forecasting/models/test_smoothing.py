"""What vulncore.forecasting.models.smoothing promises."""

import numpy as np
import pytest
from statsforecast.models import AutoCES, AutoETS, DynamicOptimizedTheta

from tests.forecasting.planted import FIRST, past, poisson, unknown, wave
from vulncore.forecasting.models.smoothing import METHODS, smoothing
from vulncore.forecasting.past import exposure

PATHS = 3_000


def drawn(counts: np.ndarray, ahead: int = 12, steps: tuple[int, ...] = (), seed: int = 2) -> np.ndarray:
    return smoothing(past(counts, steps), ahead, PATHS, np.random.default_rng(seed))


def test_every_third_path_is_of_another_method_as_the_library_has_it():
    counts = poisson(900, 60)
    paths = drawn(counts, ahead=3)
    weights = exposure(FIRST, 63)
    root = np.sqrt((counts + 3 / 8) / weights[:60])
    methods = (
        AutoETS(season_length=12, model="ANZ"),
        AutoCES(season_length=12),
        DynamicOptimizedTheta(season_length=12),
    )
    assert len(methods) == METHODS
    for number, method in enumerate(methods):
        expected = method.fit(root).predict(3)["mean"] ** 2 * weights[60:]
        assert np.median(paths[number::METHODS], axis=0) == pytest.approx(expected, rel=0.02)


def test_counts_about_a_level_come_as_they_were():
    rates = drawn(poisson(100, 72)).mean(axis=0) / exposure(FIRST, 84)[72:]
    assert rates == pytest.approx(np.full(12, 100), rel=0.08)


def test_a_season_comes_again():
    rates = drawn(poisson(400 * wave(96), 96)).mean(axis=0) / exposure(FIRST, 108)[96:]
    expected = wave(108)[96:]
    assert np.corrcoef(rates, expected)[0, 1] > 0.95


def test_an_approved_change_of_level_is_where_it_starts_from():
    counts = np.r_[poisson(60, 54), poisson(30, 6)]
    assert drawn(counts, steps=(54,)).sum(axis=1).mean() == pytest.approx(360, rel=0.15)


def test_months_not_delivered_are_passed_over():
    counts = poisson(100, 72)
    whole, gaps = (drawn(some).sum(axis=1).mean() for some in (counts, unknown(counts, slice(60, 64))))
    assert gaps == pytest.approx(whole, rel=0.06)


def test_the_same_seed_draws_the_same_and_another_others():
    counts = poisson(20, 40)
    assert np.array_equal(drawn(counts), drawn(counts))
    assert not np.array_equal(drawn(counts), drawn(counts, seed=3))


def test_no_month_is_taken_for_more_than_nine_times_the_highest_there_was():
    counts = np.r_[np.zeros(23), 500.0]
    assert drawn(counts, ahead=48).max() <= 9 * 520
