"""What vulncore.forecasting.scores promises."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import ive
from scipy.stats import kstest, norm, poisson

from tests.forecasting.planted import crps_by_a_loop
from vulncore.forecasting.scores import crps, randomised_pit, yearly_scale

some_paths = arrays(np.int64, st.tuples(st.integers(1, 9), st.just(3)), elements=st.integers(0, 40))
some_counts = arrays(float, 3, elements=st.integers(0, 60).map(float))


@given(some_paths, some_counts)
def test_crps_is_that_of_a_loop_over_all_pairs_of_paths(paths, actual):
    expected = [crps_by_a_loop(paths[:, month].tolist(), actual[month]) for month in range(3)]
    assert crps(paths, actual) == pytest.approx(expected)


@pytest.mark.parametrize("actual", [5_000, 5_650, 3_900])
def test_crps_is_that_of_the_normal_distribution(actual):
    mean, deviation = 5_000, 500
    paths = np.random.default_rng(1).normal(mean, deviation, (200_000, 1)).round().astype(np.int64)
    z = (actual - mean) / deviation
    closed = deviation * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))
    assert crps(paths, np.array([float(actual)])).item() == pytest.approx(closed, rel=0.01)


@pytest.mark.parametrize(("mean", "actual"), [(0.5, 0), (0.5, 3), (4.0, 4), (30.0, 21)])
def test_crps_is_that_of_the_poisson_distribution(mean, actual):
    paths = np.random.default_rng(2).poisson(mean, (200_000, 1))
    theirs = poisson(mean)
    closed = (actual - mean) * (2 * theirs.cdf(actual) - 1) + 2 * mean * theirs.pmf(actual)
    closed -= mean * (ive(0, 2 * mean) + ive(1, 2 * mean))  # Wei and Held 2014, Test 23, 787-805
    assert crps(paths, np.array([float(actual)])).item() == pytest.approx(closed, rel=0.02)


def test_a_forecast_that_is_certain_is_scored_by_its_error():
    paths = np.array([[7, 7, 7]] * 5)
    assert crps(paths, np.array([7.0, 10.0, 1.0])).tolist() == pytest.approx([0, 3, 6])


def test_a_month_not_known_has_no_score_and_no_place():
    paths, actual = np.array([[1, 2], [3, 4]]), np.array([np.nan, 3.0])
    assert np.isnan(crps(paths, actual)).tolist() == [True, False]
    assert np.isnan(randomised_pit(paths, actual, np.random.default_rng(0))).tolist() == [True, False]


@pytest.mark.parametrize("mean", [0.2, 1.5, 60.0])
def test_places_are_even_where_the_forecast_is_right(mean):
    rng = np.random.default_rng(3)
    paths, actual = rng.poisson(mean, (999, 3_000)), rng.poisson(mean, 3_000).astype(float)
    assert kstest(randomised_pit(paths, actual, rng), "uniform").pvalue > 0.01


@pytest.mark.parametrize("mean", [1.5, 60.0])
def test_places_are_not_even_where_counts_scatter_more_than_foretold(mean):
    rng = np.random.default_rng(4)
    actual = rng.negative_binomial(mean / 2, 1 / 3, 3_000).astype(float)  # thrice a Poisson count's variance
    place = randomised_pit(rng.poisson(mean, (999, 3_000)), actual, rng)
    assert kstest(place, "uniform").pvalue < 1e-6


def test_a_count_beyond_all_paths_lies_at_the_end_but_not_outside():
    paths = np.arange(100, 199)[:, None].repeat(2, axis=1)
    low, high = randomised_pit(paths, np.array([5.0, 900.0]), np.random.default_rng(5))
    assert 0 < low < 0.01
    assert 0.99 < high < 1


def test_the_yearly_scale_is_the_mean_change_over_a_year_of_months_known_a_year_apart():
    counts = np.array([10.0] * 12 + [13, 6, np.nan] + [10] * 9)
    mean, root_mean_square = yearly_scale(counts)
    assert mean == pytest.approx((3 + 4) / 11)
    assert root_mean_square == pytest.approx(((9 + 16) / 11) ** 0.5)


@pytest.mark.parametrize(
    "counts",
    [np.full(40, 6.0), np.arange(12.0), np.r_[np.arange(12.0), [np.nan] * 12], np.array([])],
    ids=["no change", "one year", "no pair known", "nothing"],
)
def test_without_a_change_over_a_year_the_scale_is_missing_not_zero(counts):
    assert np.isnan(yearly_scale(counts)).all()
