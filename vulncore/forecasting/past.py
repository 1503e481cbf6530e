"""The months that a model learns from: their counts, what each of them weighs, and which of them a basis takes."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Final

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats
from vulncore.domain.periods import add_months
from vulncore.forecasting.basis import Basis

SATURDAY = 5
MEAN_MONTH_DAYS = 365.25 / 12
FIVE_YEARS = 60

FEWEST_MONTHS = 24
"""A forecast learns from two years at least: with less, a good half-year is taken for a rise."""

FEWEST_KNOWN = 12
"""Of the months that a basis shows: a year."""

FEWEST_DAYS = 730
"""Two years: with less, a kind of day would be weighed by a season."""

SHRINK_TO_EVEN = 50.0
"""A kind of day moves away from the mean only as its records outweigh this many at the mean rate."""

SEASON_MONTHS = 36
"""Three whole years before a season is fitted. With two, every month of the year has two values, and a
season drawn through them is mostly chance."""

SETTLED_MONTHS = 3
"""A change of level counts once there are so many months after it: before, nobody could have approved it, and a level
would be made of a month or two."""

LOCKDOWN_MONTHS: Final = tuple(
    date(year, month, 1) for year, months in ((2020, (4, 5, 6, 11)), (2021, (1, 2, 3))) for month in months
)
"""Whole months, or all but a few days of them, under the three national lockdowns of England.

Source: Institute for Government, Timeline of UK government coronavirus lockdowns and measures: 26 March to June 2020,
5 November to 2 December 2020, 6 January to 29 March 2021.
"""


@dataclass(frozen=True)
class DayWeights:
    """What each weekday, Monday first, and a bank holiday weigh beside a mean day of weight 1."""

    weekdays: tuple[float, ...] = (1.0,) * 7
    bank_holiday: float = 1.0


EVEN = DayWeights()


@dataclass(frozen=True)
class Past:
    """Consecutive monthly counts, the last of them the month from which a forecast looks ahead.

    `counts` holds one number per calendar month from `first`, NaN where the month was not delivered or is set
    aside; it is never filled with zero. `steps` are the places at which the level was changed: a model may
    let the level jump there. `weights` say what each kind of day weighs; they were learnt from `daily`, the
    records of each day, where there are days. `peers` are the monthly counts of all the force's series, one row each, their last
    column the last month here: what they teach of how levels move. `parts` are series that add up to this one, to the same last
    month.
    """

    first: date
    counts: Floats
    steps: tuple[int, ...] = ()
    weights: DayWeights = EVEN
    daily: pd.Series | None = None
    peers: Floats | None = None
    parts: tuple["Past", ...] = ()

    @property
    def known(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Which months have a count."""
        return ~np.isnan(self.counts)

    @property
    def is_enough(self) -> bool:
        """Whether enough months are known for a model to learn from."""
        return int(self.known.sum()) >= FEWEST_KNOWN

    @property
    def has_season(self) -> bool:
        """Whether there is enough history to fit a yearly season."""
        return int(self.known.sum()) >= SEASON_MONTHS

    def exposure(self, ahead: int = 0) -> Floats:
        """Return the weight of each month of the past, and of `ahead` months after it; 1 is a mean month."""
        return exposure(self.first, len(self.counts) + ahead, self.weights)

    def months(self, ahead: int = 0) -> pd.DatetimeIndex:
        """Return the first day of each month of the past, and of `ahead` months after it."""
        return pd.date_range(self.first, periods=len(self.counts) + ahead, freq="MS")

    def until(self, length: int) -> "Past":
        """Return the first `length` months, as they stood then."""
        later = len(self.counts) - length
        earlier = replace(
            self,
            counts=self.counts[:length],
            steps=tuple(step for step in self.steps if step <= length - SETTLED_MONTHS),
            peers=None if self.peers is None else self.peers[:, : self.peers.shape[1] - later],
            parts=tuple(part.until(max(len(part.counts) - later, 0)) for part in self.parts),
        )
        if self.daily is None:
            return earlier
        end = pd.Timestamp(add_months(self.first, length))
        daily = self.daily[pd.DatetimeIndex(self.daily.index) < end]
        return replace(earlier, weights=day_weights(daily), daily=daily)

    def last(self, length: int) -> "Past":
        """Return the last `length` months, or all where there are no more."""
        cut = max(len(self.counts) - length, 0)
        return replace(
            self,
            first=add_months(self.first, cut),
            counts=self.counts[cut:],
            steps=tuple(step - cut for step in self.steps if step > cut),
        )


def basis_months(basis: Basis, past: Past) -> Past:
    """Return the months that a forecast on this basis learns from.

    The current process is all since the last approved change of level, or all there is without one; never fewer
    than `FEWEST_MONTHS`.

    Source:
        City of London Police vulnerability report 2024, paragraph 39: "using the current process of performance
        and then five years".
    """
    past = replace(past, parts=tuple(basis_months(basis, part) for part in past.parts))
    if basis is Basis.FIVE_YEAR:
        return past.last(FIVE_YEARS)
    if not past.steps:
        return past
    return past.last(max(len(past.counts) - past.steps[-1], FEWEST_MONTHS))


def exposure(first: date, months: int, weights: DayWeights = EVEN) -> Floats:
    """Return the weight of each of some months, in mean months of 30.44 days.

    >>> exposure(date(2024, 1, 1), 2).round(3).tolist()
    [1.018, 0.953]
    """
    start = pd.Timestamp(first)
    end = start + pd.DateOffset(months=months)
    days = pd.date_range(start, end, inclusive="left", freq="D")
    weight = np.array(weights.weekdays, dtype=float)[days.dayofweek]
    weight[days.isin(_bank_holiday_index(start.year, end.year))] *= weights.bank_holiday
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
    free = index.isin(_bank_holiday_index(int(index.year.min()), int(index.year.max())))
    mean = float(days[~free].mean())
    weekdays = [_shrunk_weight(days[(index.dayofweek == day) & ~free], mean) for day in range(7)]
    usual = np.array(weekdays)[index.dayofweek[free]]
    holiday = _shrunk_weight(days[free], mean, float(usual.mean()) if len(usual) else 1.0)
    return DayWeights(tuple(weekdays), holiday)


def bank_holidays(first_year: int, last_year: int) -> tuple[date, ...]:
    """Return the bank holidays of England in some years, as far as they are known or follow a rule."""
    from holidays import country_holidays  # noqa: PLC0415 - a large import, needed where days are weighed alone

    years = range(first_year, last_year + 1)
    listed = country_holidays("GB", subdiv="ENG", years=years, observed=True)
    # one at a weekend has its substitute
    return tuple(day for day in sorted(listed) if day.weekday() < SATURDAY)


def _shrunk_weight(days: pd.Series, mean: float, usual: float = 1.0) -> float:
    if not len(days) or mean <= 0:
        return 1.0
    expected = mean * usual * len(days)
    return float((days.sum() + SHRINK_TO_EVEN) / (expected + SHRINK_TO_EVEN))


@cache
def _bank_holiday_index(first_year: int, last_year: int) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(bank_holidays(first_year, last_year))
