"""The months that a model learns from."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from vulncore.domain.periods import add_months
from vulncore.forecasting.exposure import EVEN, DayWeights, day_weights, exposure
from vulncore.forecasting.paths import Floats

SEASON_MONTHS = 36
"""Three whole years before a season is fitted. With two, every month of the year has two values, and a
season drawn through them is mostly chance."""

SETTLED_MONTHS = 3
"""A change of level counts once there are so many months after it: before, nobody could have approved it, and a level
would be made of a month or two."""


@dataclass(frozen=True)
class Past:
    """Consecutive monthly counts, the last of them the month from which a forecast looks ahead.

    `counts` holds one number per calendar month from `first`, NaN where the month was not delivered or is set
    aside; it is never filled with zero. `steps` are the places at which the level was changed: a model may
    let the level jump there. `weights` say what each kind of day weighs; they were learnt from `daily`, the
    records of each day, where there are days.
    """

    first: date
    counts: Floats
    steps: tuple[int, ...] = ()
    weights: DayWeights = EVEN
    daily: pd.Series | None = None

    @property
    def known(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Which months have a count."""
        return ~np.isnan(self.counts)

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
        shown = replace(
            self,
            counts=self.counts[:length],
            steps=tuple(step for step in self.steps if step <= length - SETTLED_MONTHS),
        )
        if self.daily is None:
            return shown
        end = pd.Timestamp(add_months(self.first, length))
        daily = self.daily[pd.DatetimeIndex(self.daily.index) < end]
        return replace(shown, weights=day_weights(daily), daily=daily)

    def last(self, length: int) -> "Past":
        """Return the last `length` months, or all where there are no more."""
        cut = max(len(self.counts) - length, 0)
        return replace(
            self,
            first=add_months(self.first, cut),
            counts=self.counts[cut:],
            steps=tuple(step - cut for step in self.steps if step > cut),
        )
