"""What vulncore.forecasting.what_if promises of adjustments, and of how links and commands write them."""

from datetime import date
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vulncore.domain.errors import InvalidPeriodError, UnknownNameError, VulncoreError
from vulncore.forecasting.what_if import (
    DEFAULT_NAMES,
    NAME_LETTERS,
    Adjustment,
    AdjustmentKind,
    apply_adjustments,
    check_start,
    format_adjustment,
    parse_adjustment,
)

APRIL = date(2025, 4, 1)
MONTHS = pd.date_range("2025-02-01", periods=18, freq="MS")
LEVEL, PATHS = 50, 20_000
PLAIN = np.random.default_rng(1).poisson(LEVEL, (PATHS, len(MONTHS)))
THREE = [
    Adjustment(AdjustmentKind.GROWTH, APRIL, 30),
    Adjustment(AdjustmentKind.VENUE, date(2025, 9, 1), -8),
    Adjustment(AdjustmentKind.CAMPAIGN, date(2025, 6, 1), 40, 2),
]
some_adjustments = st.builds(
    lambda kind, start, size, months, name: Adjustment(
        kind, start, size, months if kind is AdjustmentKind.CAMPAIGN else None, name
    ),
    st.sampled_from(AdjustmentKind),
    st.dates(date(1900, 1, 1), date(2100, 12, 31)).map(lambda day: day.replace(day=1)),
    st.integers(-1_000, 5_000).map(lambda tenths: tenths / 10),
    st.none() | st.integers(1, 120),
    st.text(st.sampled_from("aé:7+-'<&🙂"), max_size=NAME_LETTERS),
)


def changed(*adjustments: Adjustment, paths: np.ndarray = PLAIN, seed: int = 2) -> np.ndarray:
    return apply_adjustments(paths, MONTHS, adjustments, np.random.default_rng(seed))


def read_or_refused(text: str) -> Adjustment | str:
    try:
        return parse_adjustment(text)
    except VulncoreError as refused:
        return str(refused)


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


@pytest.mark.parametrize("adjustment", THREE, ids=lambda adjustment: adjustment.kind)
def test_the_mean_is_multiplied_and_added_to_exactly(adjustment):
    expected = PLAIN.mean(axis=0) * adjustment.factors(MONTHS) + adjustment.added(MONTHS)
    error = 5 * np.sqrt((0.25 + 8) / PATHS)  # of rounding, and of what comes or goes by chance
    assert changed(adjustment).mean(axis=0) == pytest.approx(expected, abs=error)


def test_what_is_multiplied_spreads_in_proportion():
    bent = changed(Adjustment(AdjustmentKind.RECORDING, MONTHS[0].date(), 200))
    assert bent.std(axis=0) == pytest.approx(3 * PLAIN.std(axis=0), rel=0.01)


@pytest.mark.parametrize("size", [12, -12])
def test_what_is_added_or_goes_comes_by_chance(size):
    bent = changed(Adjustment(AdjustmentKind.VENUE, MONTHS[0].date(), size))
    assert (bent - PLAIN).var(axis=0) == pytest.approx(np.full(18, 12), rel=0.05)


def test_several_adjustments_work_together_in_any_order():
    factors = np.prod([adjustment.factors(MONTHS) for adjustment in THREE], axis=0)
    expected = PLAIN.mean(axis=0) * factors - 8.0 * (pd.Timestamp(2025, 9, 1) <= MONTHS)
    for seed, order in enumerate(permutations(THREE)):
        assert changed(*order, seed=seed).mean(axis=0) == pytest.approx(expected, rel=0.005)


@settings(max_examples=60)
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
    bent = changed(*adjustments, paths=paths)
    assert (bent.shape, bent.dtype) == (paths.shape, np.int64)
    assert bent.min() >= 0
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
    assert Adjustment(kind, APRIL, 10).label == DEFAULT_NAMES[kind]
    assert Adjustment(kind, APRIL, 10, name="Late bars").label == "Late bars"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("growth:2025-04:+10", Adjustment(AdjustmentKind.GROWTH, date(2025, 4, 1), 10)),
        ("recording:2024-12:-2.5", Adjustment(AdjustmentKind.RECORDING, date(2024, 12, 1), -2.5)),
        ("campaign:2025-04:20:6", Adjustment(AdjustmentKind.CAMPAIGN, date(2025, 4, 1), 20, 6)),
        (
            "campaign:2025-04:+20::Safer",
            Adjustment(AdjustmentKind.CAMPAIGN, date(2025, 4, 1), 20, None, "Safer"),
        ),
        (
            "campaign:2025-04:+20:Safer",
            Adjustment(AdjustmentKind.CAMPAIGN, date(2025, 4, 1), 20, None, "Safer"),
        ),
        (
            "campaign:2025-04:3:12:Bar: late",
            Adjustment(AdjustmentKind.CAMPAIGN, date(2025, 4, 1), 3, 12, "Bar: late"),
        ),
        ("venue:2025-04:+1234.567", Adjustment(AdjustmentKind.VENUE, date(2025, 4, 1), 1234.567)),
        (
            "venue:2025-04:3:Bar: late",
            Adjustment(AdjustmentKind.VENUE, date(2025, 4, 1), 3, None, "Bar: late"),
        ),
        ("growth:2025-04:+10:", Adjustment(AdjustmentKind.GROWTH, date(2025, 4, 1), 10)),
    ],
)
def test_an_adjustment_is_read_as_it_is_written(text, expected):
    assert parse_adjustment(text) == expected


@given(some_adjustments)
def test_an_adjustment_written_and_read_again_is_the_same(adjustment):
    assert parse_adjustment(format_adjustment(adjustment)) == adjustment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "growth",
        "growth:2025-04",
        "famine:2025-04:+10",
        "GROWTH:2025-04:+10",
        "💥" * 300,
        "::::",
        "a:b:c:d",
    ],
)
def test_what_is_no_adjustment_is_refused_with_how_to_write_one(text):
    with pytest.raises(
        UnknownNameError, match=r"Write KIND:YYYY-MM:SIZE.*growth, campaign, recording, venue"
    ):
        parse_adjustment(text)


@pytest.mark.parametrize(
    "size", ["", "ten", "1e3", "nan", "inf", "--5", "0x10", "٣", "9999999", "1" * 5_000, "1.23456", "+ 5"]
)
def test_what_is_no_size_is_refused(size):
    with pytest.raises(UnknownNameError, match=r"is not a size\. Write a number, like \+10 or -2\.5\."):
        parse_adjustment(f"growth:2025-04:{size}")


@pytest.mark.parametrize("size", ["501", "-101", "999999"])
def test_a_size_beyond_all_reason_is_refused(size):
    with pytest.raises(InvalidPeriodError, match=r"out of range\. Give -100 to 500\."):
        parse_adjustment(f"growth:2025-04:{size}")


@pytest.mark.parametrize("month", ["2025-13", "2025", "soon", "", "9" * 400])
def test_what_is_no_month_is_refused(month):
    with pytest.raises(InvalidPeriodError, match=r"is not a month\. Write the year and the month"):
        parse_adjustment(f"growth:{month}:+10")


@pytest.mark.parametrize("months", ["0", "121", "9999", "99999", "9" * 400])
def test_a_campaign_of_a_length_beyond_all_reason_is_refused(months):
    with pytest.raises(InvalidPeriodError, match=r"months is out of range\. Give 1 to 120\."):
        parse_adjustment(f"campaign:2025-04:+10:{months}")


def test_only_a_campaign_ends_after_some_months():
    with pytest.raises(InvalidPeriodError, match=r"Only a campaign ends after some months"):
        parse_adjustment("venue:2025-04:3:12:Bar")


def test_a_name_cut_after_a_space_stays_the_same_when_read_again():
    read = parse_adjustment("campaign:2025-04:+20::" + "a" * 59 + " b")
    assert parse_adjustment(format_adjustment(read)) == read


@pytest.mark.parametrize(
    ("start", "message"), [("2024-10", "not in the future"), ("2029-01", "after the last month")]
)
def test_what_begins_in_no_month_to_come_is_refused(start, message):
    adjustment = parse_adjustment(f"growth:{start}:+10")
    with pytest.raises(InvalidPeriodError, match=message):
        check_start(adjustment, date(2024, 10, 1), 50)
    assert check_start(parse_adjustment("growth:2028-12:+10"), date(2024, 10, 1), 50).size == 10


def test_a_name_loses_what_cannot_be_seen_and_is_cut():
    hostile = "campaign:2025-04:+10::Bar\x00\x1b[31m\u202e\n\u200b  and <b>club</b>"
    assert parse_adjustment(hostile).name == "Bar[31m and <b>club</b>"
    assert parse_adjustment("growth:2025-04:+1::" + "x" * 10_000).name == "x" * 60


@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from([*AdjustmentKind, "2025-04", "+10", "6", ":", "x\n"])).map(":".join)
)
def test_any_text_is_read_or_refused_with_a_sentence(text):
    adjustment = read_or_refused(text)
    if isinstance(adjustment, str):
        assert adjustment.endswith(".")
        assert len(adjustment) < 250
    else:
        assert len(adjustment.name) <= NAME_LETTERS
        assert adjustment.name.isprintable()
