"""What vulncore.metrics.statistics.intervals promises."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom, binomtest
from statsmodels.stats.proportion import proportion_confint

from vulncore.metrics.statistics.intervals import rate_ratio_interval, rate_ratio_p_value

COUNT_PAIRS = [(27, 15), (187, 131), (0, 12), (12, 0), (5, 5), (711, 730), (1, 9)]
EXPOSURES = [(214, 214), (366, 365), (90, 275)]

counts = st.integers(0, 5_000)
days = st.integers(28, 3_700)
dispersions = st.floats(0, 60)


@pytest.mark.parametrize(("now", "before"), COUNT_PAIRS)
@pytest.mark.parametrize(("days_now", "days_before"), EXPOSURES)
def test_the_p_value_is_the_smaller_binomial_tail_doubled(now, before, days_now, days_before):
    share = days_now / (days_now + days_before)
    tails = [binomtest(now, now + before, share, alternative=side).pvalue for side in ("less", "greater")]
    assert rate_ratio_p_value(now, before, days_now, days_before).item() == pytest.approx(
        min(1, 2 * min(tails)), rel=1e-9
    )


@pytest.mark.parametrize(("now", "before"), COUNT_PAIRS)
@pytest.mark.parametrize(("days_now", "days_before"), EXPOSURES)
@pytest.mark.parametrize("alpha", [0.05, 0.0045])
def test_the_interval_is_clopper_and_pearsons_as_a_ratio(now, before, days_now, days_before, alpha):
    low, high = proportion_confint(now, now + before, alpha=alpha, method="beta")
    per_day = days_before / days_now
    as_ratio = low / (1 - low) * per_day, (high / (1 - high) if high < 1 else np.inf) * per_day
    limits = rate_ratio_interval(now, before, days_now, days_before, alpha=alpha)
    assert [limit.item() for limit in limits] == pytest.approx(as_ratio, rel=1e-6)


@pytest.mark.parametrize("phi", [1.3, 2, 4])
@pytest.mark.parametrize(("now", "before"), [(15, 27), (20, 40), (60, 90), (131, 187), (30, 31)])
def test_with_extra_scatter_it_stays_near_the_exact_negative_binomial_test(now, before, phi):
    size = (now + before) / 2 / (phi - 1)  # given the total, one of two such counts is beta-binomial
    exact = 2 * betabinom.cdf(now, now + before, size, size)
    assert rate_ratio_p_value(now, before, 1, 1, phi).item() == pytest.approx(min(1, exact), abs=0.02)


@given(counts, counts, days, days, dispersions, st.floats(0.0005, 0.3))
def test_the_interval_leaves_1_out_exactly_when_the_p_value_is_under_alpha(now, before, d1, d2, phi, alpha):
    p_value = rate_ratio_p_value(now, before, d1, d2, phi).item()
    low, high = (limit.item() for limit in rate_ratio_interval(now, before, d1, d2, phi, alpha))
    if p_value < alpha * (1 - 1e-6):
        assert low > 1 or high < 1
    if p_value > alpha * (1 + 1e-6):
        assert low < 1 < high


@given(counts, counts, days, days, dispersions)
def test_the_other_way_round_the_p_value_is_the_same_and_the_limits_are_turned_over(now, before, d1, d2, phi):
    p_value, turned = (
        rate_ratio_p_value(now, before, d1, d2, phi),
        rate_ratio_p_value(before, now, d2, d1, phi),
    )
    assert p_value.item() == pytest.approx(turned.item(), rel=1e-6)
    low, high = rate_ratio_interval(now, before, d1, d2, phi)
    turned_low, turned_high = rate_ratio_interval(before, now, d2, d1, phi)
    if np.isfinite(high) and low > 0:
        assert (low * turned_high).item() == pytest.approx(1, rel=1e-6)
        assert (high * turned_low).item() == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize("phi", [0, 0.4, 1])
def test_less_scatter_than_chance_earns_no_bonus(phi):
    assert rate_ratio_p_value(27, 15, 214, 214, phi) == rate_ratio_p_value(27, 15, 214, 214)


def test_more_scatter_asks_for_more_evidence():
    phis = [1, 1.1, 1.5, 2, 4, 10]
    assert (np.diff(rate_ratio_p_value(187, 131, 214, 214, phis)) > 0).all()
    low, high = rate_ratio_interval(187, 131, 214, 214, phis)
    assert (np.diff(low) < 0).all()
    assert (np.diff(high) > 0).all()


def test_nothing_in_either_window_says_nothing():
    low, high = rate_ratio_interval(0, 0, 214, 214)
    assert (rate_ratio_p_value(0, 0, 214, 214).item(), low.item(), high.item()) == (1, 0, np.inf)
