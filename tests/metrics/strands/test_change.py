"""What vulncore.metrics.strands.change promises."""

import csv
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vulncore.domain.shipped import shipped
from vulncore.metrics.strands.change import change, has_trend, percent_text, rounded

COUNTS = st.integers(0, 100_000)
PAIRS = [
    ("fytd_previous", "fytd_current", "fytd"),
    ("fytd_2019_20", "fytd_current", "baseline"),
    ("rolling12_previous", "rolling12_current", "rolling12"),
]


def test_every_change_and_percentage_of_the_report_comes_out_as_printed():
    with shipped("strand-table-2024-10.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        for earlier, current, key in PAIRS:
            made = change(int(row[earlier]), int(row[current]))
            assert made.difference == int(row[f"{key}_change"])
            assert made.percent is not None
            assert rounded(made.percent) == int(row[f"{key}_change_pct"])
    assert len(rows) == 19


@pytest.mark.parametrize(
    ("earlier", "current", "symbol", "colour"),
    [
        (100, 111, "↑", "red"),
        (100, 110, "↑", "orange"),
        (100, 100, "●", "orange"),
        (100, 90, "↓", "orange"),
        (100, 89, "↓", "green"),
        (798, 718, "↓", "green"),
        (1000, 1101, "↑", "red"),
        (0, 0, "●", "orange"),
        (0, 5, "↑", ""),
        (5, 0, "↓", "green"),
    ],
    ids=["+11", "+10", "0", "-10", "-11", "-10.03", "+10.1", "0 to 0", "0 to 5", "5 to 0"],
)
def test_colour_goes_by_the_exact_percentage_and_ten_itself_is_orange(earlier, current, symbol, colour):
    made = change(earlier, current)
    assert (made.symbol, made.colour) == (symbol, colour)


def test_from_nothing_to_more_has_no_percentage():
    assert change(0, 5).percent is None
    assert change(0, 0).percent == 0


@pytest.mark.parametrize(
    ("percent", "shown"),
    [
        (Fraction(-8000, 798), "10.03"),
        (Fraction(10), "10"),
        (Fraction(101, 10), "10.1"),
        (Fraction(99, 10), "10"),
        (Fraction(1500), "1,500"),
        (Fraction(-1, 3), "0"),
        (Fraction(10) + Fraction(1, 10**7), "just over 10"),
    ],
)
def test_decimals_are_shown_only_where_they_tell_the_side_of_the_line(percent, shown):
    assert percent_text(percent) == shown


@given(COUNTS, COUNTS)
def test_a_fall_is_told_as_plainly_as_the_rise_that_undoes_it(earlier, current):
    there, back = change(earlier, current), change(current, earlier)
    assert there.difference == -back.difference
    assert {there.symbol, back.symbol} in ({"↑", "↓"}, {"●"})


@given(COUNTS.filter(bool), COUNTS, st.integers(2, 50))
def test_colour_does_not_depend_on_the_size_of_the_counts(earlier, current, times):
    assert change(earlier, current).colour == change(earlier * times, current * times).colour


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([1] * 10 + [0, 0], True),
        ([1] * 9 + [0, 0, 0], False),
        ([1, None, 1, None, 1, 0], False),
        ([1, None, 1, None, 1, 1], True),
        ([], None),
        ([None, None], None),
    ],
    ids=["ten a year", "nine a year", "nine, months missing", "twelve, months missing", "none", "unknown"],
)
def test_a_trend_needs_ten_records_a_year_and_missing_months_are_not_zeros(counts, expected):
    assert has_trend(pd.Series(counts, dtype=float)) is expected
