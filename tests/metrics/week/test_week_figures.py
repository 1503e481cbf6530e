"""What intervals, nights, shares, patrol shifts and compared weeks promise."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, chi2, false_discovery_control
from statsmodels.stats.proportion import confint_proportions_2indep

from vulncore.domain.errors import InvalidPeriodError
from vulncore.metrics.statistics.intervals import poisson_interval, rate_ratio_p_value
from vulncore.metrics.week.day_hour import day_hour_change
from vulncore.metrics.week.night_time import Night, share, share_change
from vulncore.metrics.week.patrols import best_shifts, covered_hours


@pytest.mark.parametrize("count", [0, 1, 4, 27, 1_000])
def test_limits_are_the_exact_ones_by_the_chi_squared_distribution(count):
    low, high = poisson_interval(count)
    assert low == pytest.approx(chi2.ppf(0.025, 2 * count) / 2 if count else 0.0)
    assert high == pytest.approx(chi2.ppf(0.975, 2 * (count + 1)) / 2)


def test_nothing_seen_is_not_nothing_there():
    low, high = poisson_interval(0)
    assert (low.item(), round(high.item(), 2)) == (0.0, 3.69)


@given(st.floats(0, 500), st.floats(0.001, 5))
def test_limits_rise_with_the_weight_and_hold_it(weight, more):
    (low, higher_low), (high, higher_high) = poisson_interval([weight, weight + more])
    assert low <= weight <= high
    assert low <= higher_low
    assert high < higher_high


@pytest.mark.parametrize(("part", "of"), [(0, 12), (3, 12), (12, 12), (130, 169)])
def test_a_share_has_the_limits_of_clopper_and_pearson(part, of):
    limits = binomtest(part, of).proportion_ci(method="exact")
    interval = share(part, of)
    assert (interval.share, interval.low, interval.high) == pytest.approx(
        (part / of, limits.low, limits.high)
    )


@pytest.mark.parametrize(("now", "before"), [((56, 70), (48, 80)), ((9, 10), (3, 10)), ((0, 20), (0, 30))])
def test_a_change_of_share_has_newcombes_limits(now, before):
    low, high = confint_proportions_2indep(*now, *before, method="newcomb", compare="diff")
    interval = share_change(*now, *before)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=1e-6)


def test_a_night_belongs_to_the_day_it_starts_on_and_every_night_hour_to_one_night():
    night = Night(18, 6)
    saturday_two = 5 * 24 + 2
    assert night.of(4)[saturday_two]  # Friday's
    assert not night.of(5)[saturday_two]
    assert (np.sum([night.of(day) for day in range(7)], axis=0) == night.mask).all()
    assert night.mask.sum() == 84


@pytest.mark.parametrize(("first", "end"), [(6, 18), (24, 6), (18, 18), (18, 1), (15, 6)])
def test_a_night_at_other_hours_is_refused(first, end):
    with pytest.raises(InvalidPeriodError, match=r"start at 16:00 to 23:00 and end at 2:00 to 8:00"):
        Night(first, end)


@settings(max_examples=25)
@given(st.lists(st.integers(0, 9), min_size=12, max_size=12), st.integers(1, 3), st.integers(1, 4))
def test_no_choice_of_shifts_meets_more(few, shifts, hours):
    # all that weighs lies around the week's end, so that every choice that matters can be tried
    week = np.zeros(168)
    week[np.arange(162, 174) % 168] = few
    starts = [start % 168 for start in range(162 - hours + 1, 174)]
    most = max(
        week[covered_hours(choice, hours)].sum()
        for choice in combinations(starts, shifts)
        if covered_hours(choice, hours).sum() == shifts * hours
    )
    chosen = best_shifts(week, shifts, hours)
    assert len(set(chosen)) == shifts
    assert covered_hours(chosen, hours).sum() == shifts * hours
    assert week[covered_hours(chosen, hours)].sum() == most


def test_shifts_that_fill_the_week_meet_all_of_it():
    week = np.arange(168.0)
    assert week[covered_hours(best_shifts(week, 21, 8), 8)].sum() == week.sum()


@pytest.mark.parametrize(("shifts", "hours"), [(0, 4), (5, 0), (22, 8), (1, 25)])
def test_shifts_that_a_week_has_no_room_for_are_refused(shifts, hours):
    with pytest.raises(InvalidPeriodError, match=rf"no room for {shifts} shifts of {hours} hours"):
        best_shifts(np.ones(168), shifts, hours)


def test_parts_that_changed_are_those_that_stand_when_all_are_judged_together():
    rng = np.random.default_rng(1)
    before, now = rng.poisson(20, 56).astype(float), rng.poisson(20, 56).astype(float)
    now[:6] *= 2.2
    change = day_hour_change(now, before, 366, 365)
    p_values = rate_ratio_p_value(now, before, 366, 365)
    assert change["clear"].tolist() == (false_discovery_control(p_values) <= 0.05).tolist()
    assert 0 < change["clear"].sum() < 56
    clear = change[change["clear"]]
    assert ((clear["low"] > 1) | (clear["high"] < 1)).all()
    assert ((change["low"] <= 1) & (change["high"] >= 1))[~change["clear"]].all()


def test_a_part_is_set_against_the_earlier_one_as_if_it_had_been_as_long():
    change = day_hour_change(np.array([10.0]), np.array([10.0]), days_now=730, days_before=365)
    assert (change["expected"].item(), change["ratio"].item()) == (20.0, 0.5)
