"""What vulncore.resourcing.workload promises of many amounts added up."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import gamma, norm

from vulncore.resourcing.workload import gamma_quantile, scattered

SHAPES = st.floats(0, 1e5)
Z = st.floats(-5, 5)
EVENLY = norm.ppf((np.arange(20_000) + 0.5) / 20_000)


def quantile(shape: float, z: float) -> float:
    return float(gamma_quantile(np.array([shape]), np.array([z]))[0])


@pytest.mark.parametrize("shape", [1, 1.5, 2, 5, 20, 100, 5_000])
def test_from_a_shape_of_1_on_nineteen_in_twenty_lie_within_three_hundredths_of_their_scatter(shape):
    z = np.linspace(-2, 2, 61)
    exact = gamma.ppf(norm.cdf(z), shape)
    assert gamma_quantile(np.full(61, float(shape)), z) == pytest.approx(exact, abs=0.03 * np.sqrt(shape))


@pytest.mark.parametrize(
    ("shape", "within"), [(1, 0.02), (2, 0.013), (5, 0.006), (20, 0.0015), (100, 0.0002)]
)
def test_the_upper_half_is_the_gamma_quantile_within_two_percent_and_far_less_of_many(shape, within):
    z = np.linspace(0, 3, 50)
    exact = gamma.ppf(norm.cdf(z), shape)
    assert gamma_quantile(np.full(50, float(shape)), z) == pytest.approx(exact, rel=within)


@settings(deadline=None)
@given(SHAPES, st.floats(0, 1e4), Z)
def test_more_is_never_less_whatever_the_chance(shape, more, z):
    low, high = quantile(shape, z), quantile(shape + more, z)
    assert 0 <= low <= high * (1 + 1e-12)


@settings(deadline=None)
@given(SHAPES, Z, Z)
def test_a_higher_chance_is_never_less(shape, one, other):
    low, high = sorted((one, other))
    assert quantile(shape, low) <= quantile(shape, high)


def test_nothing_is_nothing_whatever_the_chance():
    assert gamma_quantile(np.zeros(3), np.array([-5.0, 0, 5])).tolist() == [0, 0, 0]
    assert scattered(np.zeros((3, 1)), 2.0, np.array([[-5.0], [0], [5]])).tolist() == [[0], [0], [0]]


@pytest.mark.parametrize("ratio", [0.02, 0.5, 1, 3, 25])
@pytest.mark.parametrize("shape", [1, 3, 40])
def test_amounts_have_the_mean_and_the_variance_asked_for(shape, ratio):
    found = scattered(np.full(len(EVENLY), shape * ratio), ratio, EVENLY)
    assert found.mean() == pytest.approx(shape * ratio, rel=0.005)
    assert found.var() == pytest.approx(shape * ratio * ratio, rel=0.02)


@pytest.mark.parametrize(("shape", "low"), [(1 / 3, 0.97), (1 / 5, 0.93)])
def test_of_less_than_a_third_of_a_case_the_mean_is_as_much_too_low_as_said(shape, low):
    assert gamma_quantile(np.full(len(EVENLY), shape), EVENLY).mean() == pytest.approx(low * shape, rel=0.006)


def test_each_path_can_have_a_ratio_of_its_own():
    ratios = np.array([[0.5], [4.0]])
    found = scattered(np.full((2, len(EVENLY)), 30.0), ratios, np.vstack([EVENLY, EVENLY]))
    assert found.var(axis=1) == pytest.approx([15, 120], rel=0.01)


@settings(deadline=None)
@given(st.floats(0, 1e6), st.floats(0, 30))
def test_without_chance_an_amount_is_its_mean(mean, ratio):
    assert scattered(np.array([[mean]]), ratio, None).tolist() == [[mean]]


@settings(deadline=None)
@given(st.floats(0, 1e6), Z)
def test_what_does_not_scatter_is_its_mean(mean, z):
    assert scattered(np.array([[mean]]), 0.0, np.array([[z]])).tolist() == [[mean]]


@settings(deadline=None)
@given(st.floats(0, 1e4), st.floats(0, 1e4), st.floats(0, 30), Z)
def test_a_higher_mean_never_comes_to_less(mean, more, ratio, z):
    low, high = (
        float(scattered(np.array([[each]]), ratio, np.array([[z]]))[0, 0]) for each in (mean, mean + more)
    )
    assert 0 <= low <= high * (1 + 1e-12)
