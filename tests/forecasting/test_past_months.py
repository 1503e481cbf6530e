"""What vulncore.forecasting.past promises."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from tests.forecasting.planted import past, unknown
from vulncore.forecasting.past import DayWeights, Past, day_weights, exposure

COUNTS = np.arange(40.0)


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
    own = Past(date(2021, 1, 1), np.ones(48), weights=day_weights(days), daily=days)
    then = own.until(36)
    assert then.weights == day_weights(days[:"2023-12-31"])
    assert then.weights.weekdays[5] == pytest.approx(200 / (800 / 7), rel=0.02)
    assert then.weights.weekdays[5] > own.weights.weekdays[5] + 0.1
    assert own.last(24).weights == own.weights


def test_weights_stay_where_no_days_are_known():
    weights = DayWeights((1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 1.0))
    assert Past(date(2021, 1, 1), np.ones(48), weights=weights).until(36).weights == weights


def test_months_and_their_weights_reach_ahead():
    weights = DayWeights((1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 1.0))
    own = Past(date(2023, 12, 1), np.ones(2), weights=weights)
    assert own.months(1).strftime("%Y-%m-%d").tolist() == ["2023-12-01", "2024-01-01", "2024-02-01"]
    assert own.exposure(1) == pytest.approx(exposure(date(2023, 12, 1), 3, weights))
    assert own.exposure() * 365.25 / 12 == pytest.approx([31 + 5, 31 + 4])  # five Saturdays, then four
