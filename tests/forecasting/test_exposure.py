"""What vulncore.forecasting.past promises."""

from calendar import monthrange
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vulncore.domain.periods import add_months
from vulncore.forecasting.past import EVEN, DayWeights, bank_holidays, day_weights, exposure

MEAN_MONTH = 365.25 / 12
IN_2024 = [(1, 1), (3, 29), (4, 1), (5, 6), (5, 27), (8, 26), (12, 25), (12, 26)]  # gov.uk/bank-holidays
WEEK = np.array([0.7, 0.8, 0.9, 1.0, 1.1, 1.4, 1.1])  # Monday first, 1 on average
HOLIDAY = 0.5


def days_by_kind(level: float, years: int, seed: int = 1) -> pd.Series:
    """Records by day, with a weekday's weight and half of it on bank holidays."""
    days = pd.date_range("2010-01-01", f"{2009 + years}-12-31")
    free = days.isin(pd.DatetimeIndex(bank_holidays(2010, 2009 + years)))
    mean = level * WEEK[days.dayofweek] * np.where(free, HOLIDAY, 1.0)
    return pd.Series(np.random.default_rng(seed).poisson(mean), index=days)


def test_where_all_days_weigh_the_same_a_month_weighs_its_days():
    months = [add_months(date(2022, 11, 1), step) for step in range(30)]
    days = [monthrange(month.year, month.month)[1] for month in months]
    assert exposure(date(2022, 11, 1), 30) == pytest.approx(np.array(days) / MEAN_MONTH)


@pytest.mark.parametrize(("year", "days"), [(2023, 28), (2024, 29), (1900, 28), (2000, 29)])
def test_february_of_a_leap_year_weighs_a_day_more(year, days):
    assert exposure(date(year, 2, 1), 1).item() * MEAN_MONTH == pytest.approx(days)


def test_four_years_of_months_weigh_one_each_on_average():
    assert exposure(date(2021, 1, 1), 48).mean() == pytest.approx(1.0)


def test_englands_bank_holidays_of_2024_are_those_that_the_government_lists():
    assert bank_holidays(2024, 2024) == tuple(date(2024, month, day) for month, day in IN_2024)


@pytest.mark.parametrize(
    "day",
    [date(2024, 8, 26), date(2022, 9, 19), date(2023, 5, 8), date(2020, 5, 8), date(2021, 12, 28)],
    ids=["summer", "the Queen's funeral", "the coronation", "VE Day moved", "in place of a Sunday"],
)
def test_a_bank_holiday_is_known(day):
    assert day in bank_holidays(2020, 2024)


@pytest.mark.parametrize("day", [date(2020, 5, 4), date(2022, 5, 30), date(2024, 8, 5), date(2024, 3, 18)])
def test_a_day_moved_or_kept_elsewhere_is_no_bank_holiday_of_england(day):
    assert day not in bank_holidays(2020, 2024)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0.1, 3), min_size=7, max_size=7), st.floats(0.1, 2), st.integers(1, 12), st.data())
def test_a_month_weighs_what_its_days_weigh_added_up_one_by_one(weekdays, holiday, month, data):
    months = data.draw(st.integers(1, 13 - month))
    free = {date(2024, *day) for day in IN_2024}
    expected = [0.0] * months
    day = date(2024, month, 1)
    while day.year == 2024 and day.month < month + months:
        weight = weekdays[day.weekday()] * (holiday if day in free else 1.0)
        expected[day.month - month] += weight / MEAN_MONTH
        day += timedelta(days=1)
    found = exposure(date(2024, month, 1), months, DayWeights(tuple(weekdays), holiday))
    assert found == pytest.approx(expected)


def test_bank_holidays_of_every_year_that_the_months_lie_in_are_weighed():
    found = exposure(date(2023, 12, 1), 2, DayWeights(bank_holiday=0.0)) * MEAN_MONTH
    assert found == pytest.approx([31 - 2, 31 - 1])  # Christmas and the day after, and New Year's Day


def test_weights_of_weekdays_and_bank_holidays_are_found_again():
    found = day_weights(days_by_kind(level=150, years=12))
    assert found.weekdays == pytest.approx(WEEK, rel=0.02)
    assert found.bank_holiday == pytest.approx(HOLIDAY, rel=0.05)


def test_with_few_records_every_kind_of_day_weighs_about_the_same():
    days = days_by_kind(level=0.1, years=2)
    drawn = days.groupby(days.index.dayofweek).mean() / days.mean()
    assert (drawn - 1).abs().max() > 0.4  # by chance more than by the week
    assert day_weights(days).weekdays == pytest.approx([1] * 7, abs=0.15)
    assert day_weights(days).bank_holiday == pytest.approx(1, abs=0.1)


def test_the_fewer_the_records_the_nearer_to_even():
    base = pd.Series([1, 1, 1, 1, 1, 4, 1] * 110, index=pd.date_range("2024-01-01", periods=770))
    saturdays = [day_weights(base * times).weekdays[5] for times in (1, 3, 30, 3_000)]
    assert 1 < saturdays[0] < saturdays[1] < saturdays[2] < saturdays[3] < 4 / (10 / 7) + 0.1


@pytest.mark.parametrize("length", [0, 800])
def test_days_without_any_record_weigh_the_same(length):
    days = pd.Series(0, index=pd.date_range("2024-01-01", periods=length))
    assert day_weights(days) == EVEN


def test_it_takes_two_years_of_days_to_weigh_them():
    days = days_by_kind(level=150, years=3)
    assert day_weights(days.iloc[:729]) == EVEN
    assert day_weights(days.iloc[:730]).weekdays == pytest.approx(WEEK, rel=0.05)


def test_days_of_a_source_that_dates_every_record_by_its_month_weigh_the_same():
    days = days_by_kind(level=150, years=3)
    assert day_weights(days.where(days.index.day == 1, 0)) == EVEN


def test_weights_may_be_whole_numbers():
    even = exposure(date(2024, 2, 1), 1)
    assert exposure(date(2024, 2, 1), 1, DayWeights((1, 1, 1, 1, 1, 1, 1))) == pytest.approx(even)


def test_a_bank_holiday_at_a_weekend_is_its_substitute_alone():
    found = bank_holidays(2021, 2022)
    assert date(2021, 12, 25) not in found
    assert {date(2021, 12, 27), date(2021, 12, 28), date(2022, 1, 3)} <= set(found)
