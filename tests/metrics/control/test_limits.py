"""What vulncore.metrics.control.limits promises."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import expon

from vulncore.domain.errors import InvalidRowsError
from vulncore.metrics.control.limits import (
    gap_limits,
    mean_range,
    scatter_beyond_chance,
    u_limits,
    xmr_limits,
)

# NHSRplotthedots, test-ptd_spc_standard.R: set.seed(123); rnorm(20)
NHSR_VALUES = np.array(
    [-0.56047565, -0.23017749, 1.55870831, 0.07050839, 0.12928774, 1.71506499, 0.46091621, -1.26506123,
     -0.68685285, -0.44566197, 1.22408180, 0.35981383, 0.40077145, 0.11068272, -0.55584113, 1.78691314,
     0.49785048, -1.96661716, 0.70135590, -0.47279141]
)  # fmt: skip
# Montgomery, Introduction to statistical quality control: nonconformities of 26 samples of printed circuit boards
BOARDS = np.array(
    [21, 24, 16, 12, 15, 5, 28, 20, 31, 25, 20, 24, 16, 19, 10, 17, 13, 22, 18, 39, 30, 24, 16, 19, 17, 15.0]
)
# the same book: errors in 20 weeks of 50 shipments; nonconformities of rolls of cloth, and 50 square metres in each
SHIPMENTS = np.array([2, 3, 8, 1, 1, 4, 1, 4, 5, 1, 8, 2, 4, 3, 4, 1, 8, 3, 7, 4.0])
CLOTH = np.array([14, 12, 20, 11, 7, 10, 21, 16, 19, 23.0])
ROLLS = np.array([10, 8, 13, 10, 9.5, 10, 12, 10.5, 12, 12.5])
# the same book: hours between failures of a valve
VALVE = np.array(
    [286, 948, 536, 124, 816, 729, 4, 143, 431, 8, 2837, 596, 81, 227, 603, 492, 1199, 1214, 2831, 96.0]
)
MONTHS = st.lists(st.integers(0, 500), min_size=3, max_size=60).map(lambda counts: np.array(counts, float))


def lines(limits, at: int = 0) -> tuple[float, float, float]:
    return float(limits.low[at]), float(limits.mean[at]), float(limits.high[at])


def test_one_to_eight_fixed_at_the_first_three_has_the_published_limits():
    assert lines(xmr_limits(np.arange(1.0, 9.0), baseline=3), at=7) == pytest.approx((-0.66, 2, 4.66))


def test_an_xmr_chart_has_the_limits_that_nhsrplotthedots_prints():
    assert lines(xmr_limits(NHSR_VALUES)) == pytest.approx((-3.01, 0.142, 3.29), abs=0.006)


def test_a_c_chart_has_the_published_limits_of_printed_circuit_boards():
    assert lines(u_limits(BOARDS, np.ones(26))) == pytest.approx((6.48, 19.85, 33.22), abs=0.01)
    revised = np.where(np.isin(BOARDS, [5, 39]), np.nan, BOARDS)  # the two samples that had a reason
    assert lines(u_limits(revised, np.ones(26))) == pytest.approx((6.36, 19.67, 32.97), abs=0.01)


def test_a_u_chart_has_the_published_limits_of_shipments():
    rates = np.array(lines(u_limits(SHIPMENTS, np.full(20, 50.0)))) / 50
    assert rates == pytest.approx([-0.0414, 0.0740, 0.1894], abs=0.0001)


@pytest.mark.parametrize(
    ("roll", "low", "high"), [(0, 0.29, 2.55), (1, 0.16, 2.68), (2, 0.43, 2.41), (8, 0.39, 2.45)]
)
def test_a_u_chart_has_the_published_limits_of_rolls_of_different_size(roll, low, high):
    rates = np.array(lines(u_limits(CLOTH, ROLLS), roll)) / ROLLS[roll]
    assert rates == pytest.approx([low, 1.42, high], abs=0.011)


def test_laneys_width_follows_the_published_steps():
    counts, days = np.array([12, 30, 9, 41, 22, 18.0]), np.array([31, 28, 31, 30, 31, 30.0])
    rate = sum(counts) / sum(days)
    z = [(c / n - rate) / (rate / n) ** 0.5 for c, n in zip(counts, days, strict=True)]
    beyond = sum(abs(b - a) for a, b in pairwise(z)) / 5 / 1.128
    plain, wide = u_limits(counts, days), u_limits(counts, days, wider=True)
    assert wide.high - wide.mean == pytest.approx((plain.high - plain.mean) * beyond)


@given(MONTHS)
def test_widened_limits_are_never_narrower_than_those_of_chance(counts):
    days = np.resize([31.0, 28.0, 30.0], len(counts))
    assert np.all(u_limits(counts, days, wider=True).high >= u_limits(counts, days).high)


def test_the_scatter_put_in_comes_out():
    counts = np.random.default_rng(3).negative_binomial(40 / (2.25 - 1), 1 / 2.25, (400, 36)).astype(float)
    scatter = [scatter_beyond_chance(row, np.full(36, row.mean())) for row in counts]
    assert np.mean(scatter) == pytest.approx(1.5, rel=0.04)  # the root of a dispersion of 2.25


def test_a_t_charts_lines_are_the_xmr_lines_of_the_roots():
    limits = gap_limits(VALVE)
    assert float(limits.mean[0]) ** (1 / 3.6) == pytest.approx(5.386, abs=0.01)  # as the book has it
    assert not np.any((limits.high < VALVE) | (limits.low > VALVE))  # the book: in control


def test_a_t_chart_of_exponential_times_is_crossed_by_chance_once_in_hundreds():
    days = expon(scale=20).rvs(20_000, random_state=4)
    limits = gap_limits(days)
    assert np.mean((days > limits.high) | (days < limits.low)) < 0.002


@given(MONTHS, st.integers(1, 300))
def test_adding_a_constant_moves_all_lines_by_it(counts, constant):
    before, after = xmr_limits(counts), xmr_limits(counts + constant)
    for old, new in zip(before, after, strict=True):
        assert new == pytest.approx(old + constant)


@given(MONTHS)
def test_turning_the_series_round_leaves_its_limits(counts):
    assert lines(xmr_limits(counts[::-1])) == pytest.approx(lines(xmr_limits(counts)))


def test_a_range_out_of_line_is_screened_once():
    values = np.array([1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1.0])
    assert mean_range(values) == 1  # without the ranges of 8 and 9


def test_no_range_is_taken_across_a_month_not_known():
    assert xmr_limits(np.array([10, 12, np.nan, 30, 32.0])).high[0] == pytest.approx(21 + 2.66 * 2)


def test_a_series_that_never_moves_has_limits():
    assert lines(xmr_limits(np.full(12, 5.0))) == (5, 5, 5)


@pytest.mark.parametrize("values", [[], [5.0], [5.0, np.nan, 6.0]])
def test_without_two_months_next_to_each_other_there_are_no_limits(values):
    with pytest.raises(InvalidRowsError, match="No two months next to each other"):
        xmr_limits(np.array(values))


def test_an_exposure_that_is_none_is_refused():
    with pytest.raises(InvalidRowsError, match=r"1 of 2 exposures are not above 0"):
        u_limits([1, 2], [30, 0])
    with pytest.raises(InvalidRowsError, match="None of the counts is known"):
        u_limits([np.nan, np.nan], [30, 31])
