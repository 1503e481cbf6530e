"""What the check for odd months promises: one that its neighbours don't explain, and a last one that is nearly empty."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.metrics.data_quality.test_months import FIRST, series
from vulncore.metrics.data_quality.month_rows import RESTRICTED_MONTHS
from vulncore.metrics.data_quality.odd_months import nearly_empty_at_the_end, odd_months, standing_out

TWENTIES = np.resize([20.0, 23, 19, 22, 17, 21, 24, 18], 48)


def with_month(place: int, count: float, counts=TWENTIES) -> np.ndarray:
    changed = counts.copy()
    changed[place] = count
    return changed


def odd_places(counts: np.ndarray) -> list[int]:
    return np.flatnonzero(standing_out(counts, FIRST)[0]).tolist()


@pytest.mark.parametrize("place", [3, 20, 46, 47])
@pytest.mark.parametrize("count", [90.0, 320.0, 800.0])
def test_a_month_of_many_times_its_neighbours_is_odd_wherever_it_stands(place, count):
    assert odd_places(with_month(place, count)) == [place]


def test_what_was_expected_is_the_level_of_the_months_around():
    high, expected = standing_out(with_month(20, 320), FIRST)
    assert expected[high] == pytest.approx([20], abs=3)


def test_a_month_that_comes_again_a_year_later_is_a_season():
    assert odd_places(with_month(32, 200, with_month(20, 320))) == []


def test_a_level_that_stays_is_no_odd_month():
    assert odd_places(np.r_[TWENTIES, TWENTIES[:6] * 6]) == []
    assert odd_places(np.r_[TWENTIES, TWENTIES[:2] * 6]) == []


def test_a_gap_beside_it_hides_no_month_and_no_gap_is_odd():
    counts = with_month(20, 320)
    counts[[19, 22, 30]] = np.nan
    assert odd_places(counts) == [20]


def test_two_or_three_where_none_or_one_comes_is_chance():
    assert odd_places(with_month(20, 3, np.resize([0.0, 1, 0, 0, 1], 48))) == []


@given(st.floats(0.2, 200), st.integers(0, 10_000))
def test_chance_alone_makes_no_month_odd(level, seed):
    assert odd_places(np.random.default_rng(seed).poisson(level, 60).astype(float)) == []


def test_months_under_restrictions_are_passed_over():
    place = 20
    first = RESTRICTED_MONTHS[0] - place + 2
    assert odd_months(series(with_month(place, 320), first=first)).empty
    row = odd_months(series(with_month(place, 320))).iloc[0]
    assert (row["month"], row["count"]) == (FIRST + place, 320)


@pytest.mark.parametrize(
    ("last", "is_empty"), [(0.0, True), (1.0, True), (2.0, True), (11.0, False), (20.0, False)]
)
def test_a_last_month_near_zero_is_nearly_empty(last, is_empty):
    assert nearly_empty_at_the_end(with_month(47, last), FIRST) is is_empty


def test_a_series_that_ends_in_a_gap_is_judged_by_its_last_known_month():
    assert nearly_empty_at_the_end(np.r_[with_month(47, 0), np.nan, np.nan], FIRST)
    assert not nearly_empty_at_the_end(np.r_[TWENTIES, np.nan], FIRST)


def test_of_a_few_months_nothing_is_told():
    assert not nearly_empty_at_the_end(np.array([60.0, 60, 60, 60, 0]), FIRST)
    assert odd_places(np.array([20.0, 320, 20])) == []


@pytest.mark.parametrize("levels", [(20.0, 9.0, 4.0, 1.0), (40.0, 30.0, 20.0, 10.0)])
def test_a_fast_decay_is_no_empty_month(levels):
    assert not nearly_empty_at_the_end(np.r_[TWENTIES, levels], FIRST)
