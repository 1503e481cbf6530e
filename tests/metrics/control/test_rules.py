"""What vulncore.metrics.control.rules promises."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vulncore.metrics.control.limits import Limits
from vulncore.metrics.control.rules import Rule, rules_broken

NAN = math.nan
VALUES = st.lists(st.one_of(st.integers(-4, 4), st.just(NAN)), max_size=40)


def broken(values) -> tuple[list[str], list[int]]:
    size = len(values)
    rule, side = rules_broken(
        np.array(values, dtype=float), Limits(*(np.full(size, line) for line in (0.0, -3.0, 3.0)))
    )
    return rule.tolist(), side.tolist()


def naive(values: list[float]) -> list[set[str]]:
    """The rules point by point, as they are written."""
    rules: list[set[str]] = [set() for _ in values]
    for i, value in enumerate(values):
        if abs(value) > 3:
            rules[i].add(Rule.OUTSIDE)
        seven, three = values[i : i + 7], values[i : i + 3]
        for sign in (1, -1):
            if len(seven) == 7 and all(sign * v > 0 for v in seven):
                for j in range(i, i + 7):
                    rules[j].add(Rule.SHIFT)
            if len(seven) == 7 and all(sign * (b - a) > 0 for a, b in pairwise(seven)):
                for j in range(i, i + 7):
                    rules[j].add(Rule.TREND)
            if len(three) == 3 and all(sign * v > 0 for v in three):
                near = [k for k, v in enumerate(three) if 2 < sign * v <= 3]
                for k in near if len(near) >= 2 else ():
                    rules[i + k].add(Rule.NEAR_LIMIT)
    return rules


@given(VALUES)
def test_the_rules_equal_a_naive_loop_the_gravest_first(values):
    gravest = [next((r.value for r in Rule if r in rules), "") for rules in naive(values)]
    assert broken(values)[0] == gravest


@given(VALUES)
def test_turning_the_deviations_over_mirrors_the_rules(values):
    (rule, side), (mirrored, other) = broken(values), broken([-value for value in values])
    assert rule == mirrored
    assert other == [-one for one in side]


@pytest.mark.parametrize(
    ("signs", "shifted"),  # NHSRplotthedots, test-ptd_calculate_point_type.R, its runs marked throughout
    [([1] * 6, 0), ([1] * 6 + [-1], 0), ([1] * 8 + [-1], 8), ([-1] * 8 + [1], 8), ([-1] + [1] * 8 + [-1], 8)],
)
def test_a_shift_is_seven_in_a_row_on_one_side(signs, shifted):
    assert broken(signs)[0].count(Rule.SHIFT) == shifted


@pytest.mark.parametrize(
    ("values", "rising"),  # the same file
    [
        ([1, 2, 3, 4, 5, 6], 0),
        ([1, 2, 3, 3, 4, 5, 6], 0),
        ([1, 2, 3, 4, 5, 6, 7], 7),
        ([2, 7, 6, 5, 4, 3, 2, 1, 3], 7),
    ],
)
def test_a_trend_is_seven_values_each_further_than_the_last(values, rising):
    small = [(value - 4) / 10 for value in values]
    assert broken(small)[0].count(Rule.TREND) == rising


def test_two_near_opposite_limits_are_nothing_and_a_value_on_the_mean_ends_a_run():
    assert not any(broken([0, 2.5, -2.5])[0])
    assert not any(broken([1, 1, 1, 0, 1, 1, 1, 1])[0])
    assert broken([0.5, 2.5, 2.5])[0] == ["", Rule.NEAR_LIMIT, Rule.NEAR_LIMIT]


def test_no_pattern_crosses_a_month_not_known():
    assert not any(broken([1, 1, 1, NAN, 1, 1, 1, 1])[0])
