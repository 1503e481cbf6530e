"""What vulncore.forecasting.past promises."""

from calendar import monthrange
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.forecasting.planted import past, unknown
from vulncore.domain.periods import add_months, month_of, months_between
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.past import (
    EVEN,
    LOCKDOWN_MONTHS,
    DayWeights,
    Past,
    bank_holidays,
    basis_months,
    day_weights,
    exposure,
)

COUNTS = np.arange(40.0)
MONTHS = 100
ALL = past(np.arange(float(MONTHS)))
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


def test_a_month_not_delivered_is_not_known_and_a_month_of_zero_is():
    assert past([np.nan, 0, 3]).known.tolist() == [False, True, True]


@pytest.mark.parametrize(("known", "season"), [(35, False), (36, True)])
def test_a_season_takes_three_years_of_months_that_are_known(known, season):
    counts = unknown(np.ones(48), slice(6, 6 + 48 - known))
    assert past(counts).has_season == season


def test_until_gives_the_months_and_changes_known_by_then():
    then = past(COUNTS, steps=(5, 20, 30)).until(20)
    assert then.counts.tolist() == list(range(20))
    assert then.steps == (5,)


def test_the_last_months_keep_their_dates_and_changes_of_level_their_months():
    kept = past(COUNTS, steps=(5, 28, 30), first=date(2021, 11, 1)).last(12)
    assert kept.counts.tolist() == list(range(28, 40))
    assert kept.first == date(2024, 3, 1)
    assert kept.steps == (2,)  # one that comes with the first month changes nothing


def test_more_months_than_there_are_are_all():
    assert past(COUNTS, steps=(3,)).last(100).counts.tolist() == COUNTS.tolist()
    assert past(COUNTS, steps=(3,)).last(100).steps == (3,)


def test_days_are_weighed_by_the_records_known_by_then():
    days = pd.Series(100, index=pd.date_range("2021-01-01", "2024-12-31"))
    days[(days.index.dayofweek == 5) & (days.index < "2024-01-01")] = 200  # Saturdays, until 2024
    whole = Past(date(2021, 1, 1), np.ones(48), weights=day_weights(days), daily=days)
    then = whole.until(36)
    assert then.weights == day_weights(days[:"2023-12-31"])
    assert then.weights.weekdays[5] == pytest.approx(200 / (800 / 7), rel=0.02)
    assert then.weights.weekdays[5] > whole.weights.weekdays[5] + 0.1
    assert whole.last(24).weights == whole.weights


def test_weights_stay_where_no_days_are_known():
    weights = DayWeights((1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 1.0))
    assert Past(date(2021, 1, 1), np.ones(48), weights=weights).until(36).weights == weights


def test_months_and_their_weights_reach_ahead():
    weights = DayWeights((1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 1.0))
    whole = Past(date(2023, 12, 1), np.ones(2), weights=weights)
    assert whole.months(1).strftime("%Y-%m-%d").tolist() == ["2023-12-01", "2024-01-01", "2024-02-01"]
    assert whole.exposure(1) == pytest.approx(exposure(date(2023, 12, 1), 3, weights))
    assert whole.exposure() * 365.25 / 12 == pytest.approx([31 + 5, 31 + 4])  # five Saturdays, then four


@pytest.mark.parametrize("steps", [(), (10,), (60,), (95,)])
def test_five_years_are_the_last_sixty_months_whatever_changed(steps):
    learnt = basis_months(Basis.FIVE_YEAR, past(ALL.counts, steps))
    assert learnt.counts.tolist() == list(range(40, 100))
    assert learnt.first == add_months(ALL.first, 40)
    assert learnt.steps == tuple(step - 40 for step in steps if step > 40)


def test_five_years_of_a_shorter_history_are_all_of_it():
    assert basis_months(Basis.FIVE_YEAR, past(np.ones(30))).counts.tolist() == [1.0] * 30


@pytest.mark.parametrize(
    ("steps", "months"),
    [((), 100), ((60,), 40), ((76,), 24), ((90,), 24), ((20, 60), 40), ((60, 90), 24)],
    ids=["none", "40 months ago", "24 months ago", "10 months ago", "two", "two, one of late"],
)
def test_the_current_process_runs_from_the_last_change_but_two_years_at_least(steps, months):
    learnt = basis_months(Basis.CURRENT_PROCESS, past(ALL.counts, steps))
    assert learnt.counts.tolist() == list(range(MONTHS - months, MONTHS))


def test_a_change_within_the_two_years_stays_known_to_the_models():
    assert basis_months(Basis.CURRENT_PROCESS, past(ALL.counts, (60, 90))).steps == (14,)
    assert basis_months(Basis.CURRENT_PROCESS, past(ALL.counts, (60,))).steps == ()


def test_the_months_of_lockdown_are_those_of_which_most_days_were_under_one():
    # the stay-at-home orders of England, until shops, pubs or outdoor meetings were allowed again
    orders = [
        (date(2020, 3, 26), date(2020, 6, 30)),
        (date(2020, 11, 5), date(2020, 12, 1)),
        (date(2021, 1, 6), date(2021, 3, 28)),
    ]
    under = [first + timedelta(days=day) for first, last in orders for day in range((last - first).days + 1)]
    months = [add_months(date(2020, 1, 1), step) for step in range(24)]
    mostly = [month for month in months if sum(month_of(day) == month for day in under) > 20]
    assert mostly == list(LOCKDOWN_MONTHS)
    assert months_between(LOCKDOWN_MONTHS[0], LOCKDOWN_MONTHS[-1]) == 11


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


@settings(max_examples=25)
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
    weighed = exposure(date(2024, month, 1), months, DayWeights(tuple(weekdays), holiday))
    assert weighed == pytest.approx(expected)


def test_bank_holidays_of_every_year_that_the_months_lie_in_are_weighed():
    days = exposure(date(2023, 12, 1), 2, DayWeights(bank_holiday=0.0)) * MEAN_MONTH
    assert days == pytest.approx([31 - 2, 31 - 1])  # Christmas and the day after, and New Year's Day


def test_weights_of_weekdays_and_bank_holidays_are_found_again():
    weights = day_weights(days_by_kind(level=150, years=12))
    assert weights.weekdays == pytest.approx(WEEK, rel=0.02)
    assert weights.bank_holiday == pytest.approx(HOLIDAY, rel=0.05)


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
    holidays = bank_holidays(2021, 2022)
    assert date(2021, 12, 25) not in holidays
    assert {date(2021, 12, 27), date(2021, 12, 28), date(2022, 1, 3)} <= set(holidays)
