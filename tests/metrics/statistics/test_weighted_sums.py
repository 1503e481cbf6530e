"""What vulncore.metrics.statistics.weighted_sums promises."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from vulncore.metrics.statistics.intervals import poisson_interval, rate_ratio_interval, rate_ratio_p_value
from vulncore.metrics.statistics.weighted_sums import (
    sums_compared,
    weighted_sum,
    weighted_sum_interval,
)

counts = st.integers(0, 2_000)
weights = st.floats(0.01, 8_000)
days = st.integers(28, 3_700)
GRAVE = np.array([7_973.0, 459.0, 36.0, 13.5])
MEANS = np.array([0.3, 4.0, 30.0, 60.0])


def test_the_limits_are_those_published_for_downs_syndrome_by_mothers_age():
    # Fay and Feuer (1997), table II, births of fifth and later children, Michigan 1950 to 1964; limits as the R package
    # dsrTest 1.0.0 prints them in its vignette
    cases = np.array([0, 8, 63, 112, 262, 295])
    births = np.array([327, 30_666, 123_419, 149_919, 104_088, 34_392])
    standard = np.array([319_933, 931_318, 786_511, 488_235, 237_863, 61_313])
    rate = weighted_sum(cases, 1e5 * standard / births / standard.sum())
    assert rate.total == pytest.approx(75.52901, abs=5e-6)
    assert weighted_sum_interval(rate) == pytest.approx((67.70212, 188.30017), abs=5e-6)


@given(counts, weights)
def test_with_one_weight_the_limits_are_garwoods_times_it(count, weight):
    low, high = poisson_interval(count)
    limits = weighted_sum_interval(weighted_sum([count], [weight]))
    assert limits == pytest.approx((low.item() * weight, high.item() * weight), rel=1e-9)


@given(counts, counts, days, days, weights, st.floats(1, 20))
def test_with_one_weight_the_ratio_is_the_exact_one_of_two_counts(
    now, before, days_now, days_before, weight, spread
):
    compared = sums_compared(
        weighted_sum([now], [weight]), weighted_sum([before], [weight]), days_now, days_before, spread
    )
    low, high = rate_ratio_interval(now, before, days_now, days_before, spread)
    assert (compared.low, compared.high) == pytest.approx((low.item(), high.item()), rel=1e-5)
    p_value = rate_ratio_p_value(now, before, days_now, days_before, spread).item()
    assert compared.p_value == pytest.approx(p_value, rel=1e-6, abs=1e-12)


some = st.lists(st.integers(0, 300), min_size=4, max_size=4)


@given(some, some, days, days, st.floats(0.001, 0.2))
def test_the_limits_of_a_ratio_hold_one_exactly_where_chance_explains_it(
    now, before, days_now, days_before, alpha
):
    compared = sums_compared(
        weighted_sum(now, GRAVE), weighted_sum(before, GRAVE), days_now, days_before, alpha=alpha
    )
    if abs(compared.p_value - alpha) > 1e-6:
        assert (compared.low <= 1 <= compared.high) == (compared.p_value > alpha)


@given(some, st.floats(0.001, 1_000))
def test_in_another_unit_everything_is_so_many_times_as_large(seen, unit):
    low, high = weighted_sum_interval(weighted_sum(seen, GRAVE))
    scaled = weighted_sum_interval(weighted_sum(seen, GRAVE * unit))
    assert scaled == pytest.approx((low * unit, high * unit), rel=1e-9)


def test_the_upper_limit_allows_for_one_more_of_the_gravest_that_was_not_seen():
    seen = weighted_sum([20], [5.0])
    with_grave = weighted_sum([20, 0], [5.0, 1_000.0])
    assert weighted_sum_interval(with_grave)[0] == weighted_sum_interval(seen)[0]
    # by Fay and Feuer's formula, with the chi-squared distribution
    mean, variance = 100 + 1_000, 20 * 25 + 1_000**2
    upper = variance / (2 * mean) * chi2.ppf(0.975, 2 * mean**2 / variance)
    assert weighted_sum_interval(with_grave)[1] == pytest.approx(upper)


def test_nothing_recorded_weighs_nothing_and_may_still_happen():
    low, high = weighted_sum_interval(weighted_sum([0, 0], [10.0, 2.0]))
    assert low == 0
    assert high == pytest.approx(36.89, abs=0.01)  # 3.689 of the heaviest
    assert weighted_sum_interval(weighted_sum([], [])) == (0.0, 0.0)


@pytest.mark.parametrize("kept", [1.0, 0.75])
def test_the_limits_hold_the_mean_at_least_as_often_as_they_say(kept):
    generator = np.random.default_rng(1997)
    shown = kept * MEANS + (1 - kept) * MEANS.mean()
    sharpened = (GRAVE - (1 - kept) * GRAVE.mean()) / kept
    draws = generator.poisson(shown, (1_000, 4))
    limits = [weighted_sum_interval(weighted_sum(draw, sharpened)) for draw in draws]
    held = np.mean([low <= GRAVE @ MEANS <= high for low, high in limits])
    assert held >= 0.95


def test_where_nothing_changed_few_changes_are_called_one():
    generator = np.random.default_rng(1999)
    pairs = generator.poisson(MEANS, (1_000, 2, 4))
    called = [
        sums_compared(weighted_sum(now, GRAVE), weighted_sum(before, GRAVE), 365, 365).p_value <= 0.05
        for now, before in pairs
    ]
    assert np.mean(called) <= 0.05


def test_what_is_taken_away_widens_both_limits_as_zou_and_donner_have_it():
    added, taken = weighted_sum([40, 10], [20.0, 90.0]), weighted_sum([30], [9.0])
    (low, high), (least, most) = weighted_sum_interval(added), weighted_sum_interval(taken)
    left = added.total - taken.total
    limits = weighted_sum_interval(weighted_sum([40, 10, 30], [20.0, 90.0, -9.0]))
    below = ((added.total - low) ** 2 + (most - taken.total) ** 2) ** 0.5
    above = ((high - added.total) ** 2 + (taken.total - least) ** 2) ** 0.5
    assert limits == pytest.approx((left - below, left + above))


def test_counts_that_scatter_more_have_wider_limits():
    seen = weighted_sum([10, 40], [60.0, 10.0])
    narrow, wide = weighted_sum_interval(seen), weighted_sum_interval(seen, dispersion=3.0)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]
    assert weighted_sum_interval(seen, dispersion=0.4) == narrow


def test_from_nothing_there_is_no_ratio_and_no_upper_limit():
    compared = sums_compared(weighted_sum([12], [3.0]), weighted_sum([0], [3.0]), 30, 30)
    assert np.isnan(compared.ratio)
    assert compared.high == np.inf
    assert compared.p_value == pytest.approx(2 * 0.5**12)
