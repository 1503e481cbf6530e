"""What the adjustments of vulncore.forecasting.what_if promise."""

from datetime import date
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vulncore.domain.errors import InvalidPeriodError
from vulncore.forecasting.what_if import DEFAULT_NAMES, Adjustment, AdjustmentKind, bent

APRIL = date(2025, 4, 1)
MONTHS = pd.date_range("2025-02-01", periods=18, freq="MS")
LEVEL, PATHS = 50, 20_000
PLAIN = np.random.default_rng(1).poisson(LEVEL, (PATHS, len(MONTHS)))
THREE = [
    Adjustment(AdjustmentKind.GROWTH, APRIL, 30),
    Adjustment(AdjustmentKind.VENUE, date(2025, 9, 1), -8),
    Adjustment(AdjustmentKind.CAMPAIGN, date(2025, 6, 1), 40, 2),
]


def changed(*adjustments: Adjustment, paths: np.ndarray = PLAIN, seed: int = 2) -> np.ndarray:
    return bent(paths, MONTHS, adjustments, np.random.default_rng(seed))


def test_without_adjustments_the_paths_stay_the_same():
    assert changed() is PLAIN


def test_growth_is_a_percent_a_year_month_by_month():
    factors = Adjustment(AdjustmentKind.GROWTH, APRIL, 12).factors(MONTHS)
    expected = [1.0, 1.0, *(1.12 ** (month / 12) for month in range(1, 17))]
    assert list(factors) == pytest.approx(expected)
    assert factors[13] == pytest.approx(1.12)  # April 2025 to March 2026: a year's growth


def test_a_change_in_recording_is_for_good():
    factors = Adjustment(AdjustmentKind.RECORDING, APRIL, -20).factors(MONTHS)
    assert list(factors) == pytest.approx([1, 1, *[0.8] * 16])


def test_a_campaign_lasts_its_months_and_fades_over_six():
    factors = Adjustment(AdjustmentKind.CAMPAIGN, APRIL, 60, 3).factors(MONTHS)
    assert list(factors) == pytest.approx([1, 1, 1.6, 1.6, 1.6, 1.5, 1.4, 1.3, 1.2, 1.1, *[1] * 8])


def test_a_campaign_of_no_said_length_lasts_a_year():
    factors = Adjustment(AdjustmentKind.CAMPAIGN, APRIL, 60).factors(MONTHS)
    assert list(factors) == pytest.approx([1, 1, *[1.6] * 12, 1.5, 1.4, 1.3, 1.2])


def test_a_venue_adds_so_many_a_month_and_multiplies_nothing():
    venue = Adjustment(AdjustmentKind.VENUE, APRIL, 7.5)
    assert list(venue.factors(MONTHS)) == [1] * 18
    assert venue.added(MONTHS).tolist() == [0, 0, *[7.5] * 16]


@pytest.mark.parametrize("kind", [AdjustmentKind.GROWTH, AdjustmentKind.CAMPAIGN, AdjustmentKind.RECORDING])
def test_what_multiplies_adds_nothing(kind):
    assert not Adjustment(kind, APRIL, 50).added(MONTHS).any()


@pytest.mark.parametrize("kind", AdjustmentKind)
def test_an_adjustment_that_starts_after_the_last_month_changes_nothing_yet(kind):
    later = Adjustment(kind, date(2030, 1, 1), -90)
    assert np.array_equal(changed(later), PLAIN)


@pytest.mark.parametrize("adjustment", THREE, ids=lambda each: each.kind)
def test_the_mean_is_multiplied_and_added_to_exactly(adjustment):
    expected = PLAIN.mean(axis=0) * adjustment.factors(MONTHS) + adjustment.added(MONTHS)
    error = 5 * np.sqrt((0.25 + 8) / PATHS)  # of rounding, and of what comes or goes by chance
    assert changed(adjustment).mean(axis=0) == pytest.approx(expected, abs=error)


def test_what_is_multiplied_spreads_in_proportion():
    found = changed(Adjustment(AdjustmentKind.RECORDING, MONTHS[0].date(), 200))
    assert found.std(axis=0) == pytest.approx(3 * PLAIN.std(axis=0), rel=0.01)


@pytest.mark.parametrize("size", [12, -12])
def test_what_is_added_or_goes_comes_by_chance(size):
    found = changed(Adjustment(AdjustmentKind.VENUE, MONTHS[0].date(), size))
    assert (found - PLAIN).var(axis=0) == pytest.approx(np.full(18, 12), rel=0.05)


def test_several_adjustments_work_together_in_any_order():
    factors = np.prod([each.factors(MONTHS) for each in THREE], axis=0)
    expected = PLAIN.mean(axis=0) * factors - 8.0 * (pd.Timestamp(2025, 9, 1) <= MONTHS)
    for seed, order in enumerate(permutations(THREE)):
        assert changed(*order, seed=seed).mean(axis=0) == pytest.approx(expected, rel=0.005)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(AdjustmentKind), st.integers(0, 30), st.floats(-100, 500), st.integers(1, 24)
        ),
        min_size=1,
        max_size=4,
    ),
    st.integers(0, 5),
)
def test_nothing_makes_a_count_negative_or_broken(drawn, level):
    adjustments = [
        Adjustment(
            kind,
            (MONTHS[0] + pd.DateOffset(months=start)).date(),
            size,
            months if kind is AdjustmentKind.CAMPAIGN else None,
        )
        for kind, start, size, months in drawn
    ]
    paths = np.random.default_rng(3).poisson(level, (20, len(MONTHS)))
    before = paths.copy()
    found = changed(*adjustments, paths=paths)
    assert (found.shape, found.dtype) == (paths.shape, np.int64)
    assert found.min() >= 0
    assert np.array_equal(paths, before)


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        (AdjustmentKind.GROWTH, 500.1),
        (AdjustmentKind.GROWTH, -100.1),
        (AdjustmentKind.CAMPAIGN, 1e9),
        (AdjustmentKind.VENUE, 10_001),
        (AdjustmentKind.VENUE, -10_001),
        (AdjustmentKind.RECORDING, float("nan")),
        (AdjustmentKind.RECORDING, float("inf")),
    ],
)
def test_a_size_out_of_range_is_refused_and_the_range_said(kind, size):
    with pytest.raises(InvalidPeriodError, match=r"out of range\. Give -1\d*,?00\d* to (500|10,000)\."):
        Adjustment(kind, APRIL, size)


@pytest.mark.parametrize("months", [0, -3, 121])
def test_a_campaign_of_no_or_too_many_months_is_refused(months):
    with pytest.raises(InvalidPeriodError, match=rf"of {months} months is out of range\. Give 1 to 120\."):
        Adjustment(AdjustmentKind.CAMPAIGN, APRIL, 10, months)


@pytest.mark.parametrize("kind", AdjustmentKind)
def test_an_adjustment_without_a_name_is_called_by_its_kind(kind):
    assert Adjustment(kind, APRIL, 10).called == DEFAULT_NAMES[kind]
    assert Adjustment(kind, APRIL, 10, name="Late bars").called == "Late bars"
