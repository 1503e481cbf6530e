"""What vulncore.forecasting.paths promises."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.stats import chisquare, nbinom, poisson

from vulncore.forecasting.paths import LARGEST, observed, pearson_dispersion, whole_numbers

some_values = arrays(float, array_shapes(max_dims=2, max_side=8), elements=st.floats(-50, 5_000))
DRAWS = 40_000


def fits(drawn: np.ndarray, theirs, cells: int = 12) -> float:
    """The p-value of counts against a distribution, over cells that each hold about as much of it."""
    edges = np.unique(np.r_[-1, theirs.ppf(np.arange(1, cells) / cells), np.inf])
    expected = np.diff(theirs.cdf(edges)) * len(drawn)
    return chisquare(np.histogram(drawn, edges + 0.5)[0], expected).pvalue


@given(some_values, st.integers(0, 99))
def test_numbers_become_whole_and_none_falls_below_0_or_moves_by_1(values, seed):
    whole = whole_numbers(values, np.random.default_rng(seed))
    assert whole.dtype == np.int64
    assert whole.shape == values.shape
    assert (whole >= 0).all()
    assert (np.abs(whole - np.maximum(values, 0)) < 1).all()


@given(arrays(float, 5, elements=st.integers(0, 10**6).map(float)), st.integers(0, 99))
def test_a_number_that_is_whole_already_stays(values, seed):
    assert whole_numbers(values, np.random.default_rng(seed)).tolist() == values.tolist()


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 1_000), st.integers(0, 99))
def test_rounding_keeps_the_mean(value, seed):
    whole = whole_numbers(np.full(DRAWS, value), np.random.default_rng(seed))
    assert whole.mean() == pytest.approx(value, abs=6 * 0.5 / np.sqrt(DRAWS))


def test_what_is_no_number_is_nothing_and_what_runs_away_stops():
    wild = np.array([np.nan, -np.inf, np.inf, 1e300])
    assert whole_numbers(wild, np.random.default_rng(0)).tolist() == [0, 0, LARGEST, LARGEST]


@pytest.mark.parametrize("mean", [0.4, 3.0, 55.0])
@pytest.mark.parametrize("dispersion", [0.5, 1.0])
def test_counts_scatter_as_poisson_where_nothing_says_that_they_scatter_more(mean, dispersion):
    drawn = observed(np.full(DRAWS, mean), dispersion, np.random.default_rng(1))
    assert fits(drawn, poisson(mean)) > 0.001


@pytest.mark.parametrize("mean", [0.4, 3.0, 55.0])
@pytest.mark.parametrize("dispersion", [1.3, 4.0])
def test_counts_that_scatter_more_are_negative_binomial_of_type_1(mean, dispersion):
    drawn = observed(np.full(DRAWS, mean), dispersion, np.random.default_rng(2))
    theirs = nbinom(mean / (dispersion - 1), 1 / dispersion)
    assert (theirs.mean(), theirs.var()) == pytest.approx((mean, dispersion * mean))
    assert fits(drawn, theirs) > 0.001
    assert drawn.mean() == pytest.approx(mean, abs=5 * np.sqrt(dispersion * mean / DRAWS))
    assert drawn.var() == pytest.approx(dispersion * mean, rel=0.08)


@pytest.mark.parametrize("dispersion", [1.0, 2.5])
def test_where_nothing_is_expected_nothing_comes(dispersion):
    expected = np.array([[0.0, -3.0, np.nan, -np.inf]] * 50)
    assert not observed(expected, dispersion, np.random.default_rng(3)).any()


@pytest.mark.parametrize("dispersion", [1.0, 2.5])
def test_an_expectation_without_end_stops_at_the_largest(dispersion):
    drawn = observed(np.full(50, np.inf), dispersion, np.random.default_rng(4))
    assert drawn.max() < 1.01 * LARGEST


def test_dispersion_is_pearsons_over_the_months_left_by_the_parameters():
    counts, expected = np.array([10.0, 14.0, np.nan, 6.0]), np.full(4, 10.0)
    assert pearson_dispersion(counts, expected, 1) == pytest.approx((0 + 16 + 16) / 10 / (3 - 1))


def test_dispersion_is_that_of_statsmodels():
    rng = np.random.default_rng(5)
    design = np.column_stack([np.ones(80), np.linspace(0, 1, 80)])
    counts = rng.negative_binomial(12, 0.4, 80).astype(float)
    fitted = sm.GLM(counts, design, family=sm.families.Poisson()).fit()
    theirs = fitted.pearson_chi2 / fitted.df_resid
    assert theirs > 1.5
    assert pearson_dispersion(counts, fitted.fittedvalues, 2) == pytest.approx(theirs)


@pytest.mark.parametrize("counts", [np.full(20, 8.0), np.full(20, np.nan), np.array([8.0])])
def test_dispersion_is_never_below_plain_chance(counts):
    assert pearson_dispersion(counts, np.full(len(counts), 8.0), 1) == 1.0
