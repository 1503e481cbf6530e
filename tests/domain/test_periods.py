"""What vulncore.domain.periods promises."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vulncore.domain.errors import InvalidPeriodError
from vulncore.domain.periods import (
    Window,
    add_months,
    calendar_year,
    comparison_windows,
    financial_year,
    financial_year_name,
    format_month,
    fytd,
    month_end,
    months_between,
    parse_month,
    rolling_12,
)

MONTHS = st.dates(date(1950, 1, 1), date(2090, 12, 31)).map(lambda day: day.replace(day=1))


def test_the_reports_windows_are_those_of_october_2024():
    windows = comparison_windows(date(2024, 10, 1))
    assert {name: (window.start, window.end) for name, window in windows.items()} == {
        "fytd_previous": (date(2023, 4, 1), date(2023, 10, 31)),
        "fytd_current": (date(2024, 4, 1), date(2024, 10, 31)),
        "fytd_baseline": (date(2019, 4, 1), date(2019, 10, 31)),
        "rolling12_previous": (date(2022, 11, 1), date(2023, 10, 31)),
        "rolling12_current": (date(2023, 11, 1), date(2024, 10, 31)),
    }


def test_a_financial_year_ends_on_31_march_and_starts_on_1_april():
    assert fytd(date(2024, 3, 1)) == Window(date(2023, 4, 1), date(2024, 3, 31))
    assert fytd(date(2024, 4, 1)) == Window(date(2024, 4, 1), date(2024, 4, 30))
    assert (financial_year(date(2024, 3, 31)), financial_year(date(2024, 4, 1))) == (2023, 2024)


def test_a_window_that_crosses_the_year_end_keeps_its_length():
    assert [str(fytd(date(2025, 1, 1), back)) for back in (0, 1)] == [
        "April 2024 to January 2025",
        "April 2023 to January 2024",
    ]


@pytest.mark.parametrize(("year", "days"), [(2023, 28), (2024, 29), (1900, 28), (2000, 29)])
def test_february_has_the_days_of_its_year(year, days):
    assert Window(date(year, 2, 1), month_end(date(year, 2, 1))).days == days


def test_exposure_counts_the_leap_day_once():
    assert (rolling_12(date(2024, 2, 1)).days, rolling_12(date(2024, 2, 1), 1).days) == (366, 365)
    assert (fytd(date(2024, 3, 1)).days, fytd(date(2023, 3, 1)).days) == (366, 365)
    assert [calendar_year(year).days for year in (2023, 2024)] == [365, 366]


def test_a_baseline_that_does_not_lie_before_the_current_year_is_none():
    assert comparison_windows(date(2020, 3, 1))["fytd_baseline"] is None
    assert comparison_windows(date(2018, 6, 1))["fytd_baseline"] is None
    assert comparison_windows(date(2020, 4, 1))["fytd_baseline"] == Window(
        date(2019, 4, 1), date(2019, 4, 30)
    )


@given(MONTHS, st.integers(0, 30))
def test_windows_of_other_years_hold_the_same_months(month, years):
    now, then = fytd(month), fytd(month, years)
    assert [m.month for m in now.months] == [m.month for m in then.months]
    assert months_between(then.start, now.start) == 12 * years
    assert now.end == month_end(month)


@given(MONTHS)
def test_twelve_months_and_the_twelve_before_touch_without_overlap(month):
    now, before = rolling_12(month), rolling_12(month, 1)
    assert (len(now.months), len(before.months)) == (12, 12)
    assert (now.start - before.end).days == 1


@given(MONTHS, st.integers(-600, 600))
def test_adding_months_is_undone_by_taking_them_away(month, count):
    assert add_months(add_months(month, count), -count) == month
    assert months_between(month, add_months(month, count)) == count


@given(MONTHS)
def test_a_month_reads_back_as_it_was_written(month):
    assert parse_month(format_month(month)) == month


@pytest.mark.parametrize(
    "text", ["2024-13", "2024-00", "24-10", "2024-10-01", "October 2024", "", "9999-01", "2024-1\u0660"]
)
def test_what_is_no_month_is_refused_with_the_way_to_write_one(text):
    with pytest.raises(
        InvalidPeriodError, match=r"is not a month. Write the year and the month, like 2024-10"
    ):
        parse_month(text)


def test_a_window_of_part_months_is_refused():
    with pytest.raises(InvalidPeriodError, match="does not hold whole months"):
        Window(date(2024, 4, 2), date(2024, 4, 30))
    with pytest.raises(InvalidPeriodError, match="ends before it starts"):
        Window(date(2024, 5, 1), date(2024, 4, 30))


def test_financial_years_are_named_as_the_home_office_names_them():
    assert [financial_year_name(year) for year in (2019, 2009, 1999)] == ["2019/20", "2009/10", "1999/00"]
