"""What vulncore.forecasting.steady_range promises."""

from datetime import date

import numpy as np
import pytest
from scipy.stats import nbinom

from tests.forecasting.planted import poisson, unknown
from vulncore.forecasting.past import Past
from vulncore.forecasting.steady_range import (
    carried_on,
    is_of_one_month,
    level_range,
    steady_paths,
    steady_range,
)

LEVELS = [0.1, 0.9, 0.025, 0.975]


def limits(counts: np.ndarray) -> list[int]:
    expected = steady_range(counts)
    return [expected.low80, expected.high80, expected.low95, expected.high95]


@pytest.mark.parametrize("months", [1, 12, 31, 120])
@pytest.mark.parametrize("count", [0, 1, 4, 30])
def test_a_rate_that_stays_has_the_predictive_limits_of_a_poisson_count(months, count):
    # gamma prior of shape 1/2, so a gamma of shape total + 1/2 and rate months; twelve more months are drawn from it
    theirs = nbinom(count * months + 0.5, months / (months + 12))
    assert limits(np.full(months, float(count))) == theirs.ppf(LEVELS).tolist()
    assert steady_range(np.full(months, float(count))).mean == pytest.approx(theirs.mean())


def test_the_limits_are_those_of_simulated_rates_and_counts():
    rng = np.random.default_rng(1)
    rates = rng.gamma(36 * 2 + 0.5, 1 / 36, 400_000)
    drawn = np.quantile(rng.poisson(12 * rates), LEVELS)
    assert limits(np.full(36, 2.0)) == pytest.approx(drawn.tolist(), abs=1)


def test_where_months_scatter_more_than_chance_the_variance_is_raised_by_as_much():
    counts = np.tile([2.0, 18.0], 18)
    scatter = ((counts - 10) ** 2 / 10).sum() / 35  # Pearson's: 6.6
    mean = (360 + 0.5) * 12 / 36
    variance = mean * (1 + 12 / 36) * scatter
    theirs = nbinom(mean**2 / (variance - mean), mean / variance)
    assert limits(counts) == theirs.ppf(LEVELS).tolist()
    steady = limits(np.full(36, 10.0))
    assert limits(counts)[0] < steady[0] < steady[1] < limits(counts)[1]
    assert steady_range(counts).mean == pytest.approx(mean)


@pytest.mark.parametrize("months", [12, 30])
@pytest.mark.parametrize("rate", [0.2, 2.0, 9.0])
def test_the_ranges_hold_as_many_totals_as_they_are_meant_to(months, rate):
    rng = np.random.default_rng(2)
    held = np.zeros(2)
    tries = 1_500
    for counts, total in zip(rng.poisson(rate, (tries, months)), rng.poisson(12 * rate, tries), strict=True):
        expected = steady_range(counts.astype(float))
        held += [expected.low80 <= total <= expected.high80, expected.low95 <= total <= expected.high95]
    low80, low95 = np.array([0.8, 0.95]) - 4 * np.sqrt([0.8 * 0.2 / tries, 0.95 * 0.05 / tries])
    assert held[0] / tries > low80
    assert held[1] / tries > low95


def test_nothing_so_far_is_not_nothing_to_come():
    assert limits(np.zeros(6))[0] == 0
    assert limits(np.zeros(6))[3] > limits(np.zeros(60))[3] > 0


def test_a_month_not_delivered_is_not_a_month_of_zero():
    counts = poisson(8, 36)
    gap = unknown(counts, slice(10, 22))
    kept = np.delete(counts, slice(10, 22))
    assert steady_range(gap) == steady_range(kept)
    assert steady_range(gap).months_known == 24
    assert steady_range(np.nan_to_num(gap)).mean < 0.8 * steady_range(gap).mean


@pytest.mark.parametrize("counts", [np.array([]), np.full(5, np.nan)])
def test_where_no_month_is_known_there_is_no_range(counts):
    assert steady_range(counts) is None


@pytest.mark.parametrize(
    ("counts", "of_one"),
    [
        ([4.0, 6, 5, 5, 6, 4, 6_000], True),
        ([20.0] * 5, True),
        ([np.nan] * 20 + [300.0], True),
        ([0.0, 0, 0, 1, 0, 0, 2], False),
        ([5.0] * 12, False),
    ],
)
def test_a_range_of_a_year_is_not_made_of_one_month(counts, of_one):
    assert is_of_one_month(np.array(counts)) is of_one


@pytest.mark.parametrize("mean", [0.3, 4.0])
def test_twelve_months_of_steady_paths_have_the_range_that_is_told(mean):
    counts = np.random.default_rng(5).poisson(mean, 40).astype(float)
    expected = steady_range(counts)
    totals = steady_paths(counts, 12, 20_000).sum(axis=1)
    assert totals.mean() == pytest.approx(expected.mean, rel=0.03)
    low, high = np.quantile(totals, [0.1, 0.9])
    assert abs(low - expected.low80) <= 1
    assert abs(high - expected.high80) <= 1


def test_steady_paths_are_whole_and_none_is_negative():
    paths = steady_paths(np.array([0.0, np.nan, 0.0, 0.0]), 6, 100)
    assert paths.shape == (100, 6)
    assert paths.dtype == np.int64
    assert (paths >= 0).all()


def test_a_short_series_is_carried_on_as_unsure_as_levels_move():
    past = Past(date(2022, 1, 1), np.random.default_rng(0).poisson(60, 26).astype(float))
    expected, steady = level_range(past), steady_range(past.counts)
    assert expected.moves
    assert not steady.moves
    assert expected.mean == pytest.approx(720, rel=0.05)
    assert expected.low80 < steady.low80 < steady.high80 < expected.high80
    assert expected.months_known == 26
    totals = carried_on(past, 12, 20_000).sum(axis=1)
    assert np.quantile(totals, [0.1, 0.9]) == pytest.approx([expected.low80, expected.high80], rel=0.02)


def test_what_is_few_is_carried_on_at_the_rate_of_all_months():
    past = Past(date(2022, 1, 1), np.array([1.0, 0, 0, 2] * 6 + [0, 0]))
    assert np.array_equal(carried_on(past, 12, 300), steady_paths(past.counts, 12, 300))
