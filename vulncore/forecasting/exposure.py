"""What a month weighs: how many days it has, which weekdays they are, and how many are bank holidays."""

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import pandas as pd

from vulncore.forecasting.paths import Floats

SATURDAY = 5
MEAN_MONTH_DAYS = 365.25 / 12
FEWEST_DAYS = 730
"""Two years: with less, a kind of day would be weighed by a season."""
SHRINK_TO_EVEN = 50.0
"""A kind of day moves away from the mean only as its records outweigh this many at the mean rate."""


@dataclass(frozen=True)
class DayWeights:
    """What each weekday, Monday first, and a bank holiday weigh beside a mean day of weight 1."""

    weekdays: tuple[float, ...] = (1.0,) * 7
    bank_holiday: float = 1.0


EVEN = DayWeights()


def exposure(first: date, months: int, weights: DayWeights = EVEN) -> Floats:
    """Return the weight of each of some months, in mean months of 30.44 days.

    >>> exposure(date(2024, 1, 1), 2).round(3).tolist()
    [1.018, 0.953]
    """
    start = pd.Timestamp(first)
    end = start + pd.DateOffset(months=months)
    days = pd.date_range(start, end, inclusive="left", freq="D")
    weight = np.array(weights.weekdays, dtype=float)[days.dayofweek]
    weight[days.isin(_bank_holidays(start.year, end.year))] *= weights.bank_holiday
    place = (days.year - start.year) * 12 + days.month - start.month
    return np.bincount(place, weights=weight, minlength=months) / MEAN_MONTH_DAYS


def day_weights(days: pd.Series) -> DayWeights:
    """Return what each kind of day weighs, from how many records fell on each day.

    Args:
        days: Records by day (a DatetimeIndex), every day delivered, those without a record too.

    Returns:
        Weights drawn towards 1 where there are few records, so that they change little in a small series; 1 for all
        where there are fewer than `FEWEST_DAYS`, or where every record stands on the first of a month: a source of
        months, whose days mean nothing.

    >>> days = pd.Series(1, index=pd.date_range("2024-01-01", periods=1_092))
    >>> day_weights(days) == EVEN
    True
    """
    index = pd.DatetimeIndex(days.index)
    if len(days) < FEWEST_DAYS or not days[index.day != 1].sum():
        return EVEN
    free = index.isin(_bank_holidays(int(index.year.min()), int(index.year.max())))
    mean = float(days[~free].mean())
    weekdays = [_drawn_in(days[(index.dayofweek == day) & ~free], mean) for day in range(7)]
    usual = np.array(weekdays)[index.dayofweek[free]]
    holiday = _drawn_in(days[free], mean, float(usual.mean()) if len(usual) else 1.0)
    return DayWeights(tuple(weekdays), holiday)


def bank_holidays(first_year: int, last_year: int) -> tuple[date, ...]:
    """Return the bank holidays of England in some years, as far as they are known or follow a rule."""
    from holidays import country_holidays  # noqa: PLC0415 - a large import, needed where days are weighed alone

    years = range(first_year, last_year + 1)
    listed = country_holidays("GB", subdiv="ENG", years=years, observed=True)
    return tuple(
        day for day in sorted(listed) if day.weekday() < SATURDAY
    )  # one at a weekend has its substitute


def _drawn_in(days: pd.Series, mean: float, usual: float = 1.0) -> float:
    if not len(days) or mean <= 0:
        return 1.0
    expected = mean * usual * len(days)
    return float((days.sum() + SHRINK_TO_EVEN) / (expected + SHRINK_TO_EVEN))


@cache
def _bank_holidays(first_year: int, last_year: int) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(bank_holidays(first_year, last_year))
