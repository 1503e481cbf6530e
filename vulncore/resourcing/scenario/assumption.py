"""A number that somebody assumed: how far apart it may lie, where it comes from, who changed it."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vulncore.domain.errors import InvalidScenarioError
from vulncore.domain.periods import FIRST_YEAR, LAST_YEAR

Floats = NDArray[np.float64]

ASSUMED: Final = "assumed"
SOURCE_LETTERS: Final = 200
BY_LETTERS: Final = 60


@dataclass(frozen=True)
class Assumption:
    """A number between `low` and `high`, `likely` nearest; all three equal where it is taken as certain.

    `measured` says that it is read off the data wherever they know it. `by` and `on` say who changed it and when;
    nobody has where they are empty.
    """

    low: float
    likely: float
    high: float
    source: str = ASSUMED
    measured: bool = False
    by: str = ""
    on: date | None = None

    def __post_init__(self) -> None:
        if not (
            np.isfinite([self.low, self.likely, self.high]).all() and self.low <= self.likely <= self.high
        ):
            raise InvalidScenarioError(
                f"Lowest {self.low:,.6g}, likeliest {self.likely:,.6g} and highest {self.high:,.6g} do not rise. "
                "Give three numbers, none smaller than the one before."
            )
        if self.on is not None and not FIRST_YEAR <= self.on.year <= LAST_YEAR:
            raise InvalidScenarioError(
                f"A number changed in the year {self.on.year} is refused. Give {FIRST_YEAR} to {LAST_YEAR}."
            )
        for text, letters, what in ((self.source, SOURCE_LETTERS, "source"), (self.by, BY_LETTERS, "name")):
            if len(text) > letters or not (text.isprintable() or not text):
                raise InvalidScenarioError(
                    f"A {what} of {len(text)} letters, or with signs that can't be printed, is refused. "
                    f"Write up to {letters} letters on one line."
                )

    @property
    def certain(self) -> bool:
        """Whether it is one number."""
        return self.low == self.high

    @property
    def mean(self) -> float:
        """What it is on average.

        >>> Assumption(10, 20, 60).mean
        30.0
        """
        return self.likely if self.certain else (self.low + self.likely + self.high) / 3

    def at(self, levels: Floats) -> Floats:
        """Return the number at each level between 0 and 1: it lies below with that probability.

        Source:
            The quantile function of the triangular distribution, which is what a lowest, a likeliest and a highest number
            say by themselves (Johnson 1997, The Statistician 46, 387-398). It never falls as any of the three rises.

        >>> Assumption(0, 1, 2).at(np.array([0.0, 0.5, 1.0])).tolist()
        [0.0, 1.0, 2.0]
        """
        if self.certain:
            return np.full_like(np.asarray(levels, dtype=float), self.likely)
        width = self.high - self.low
        rising = self.low + np.sqrt(levels * width * (self.likely - self.low))
        falling = self.high - np.sqrt((1 - levels) * width * (self.high - self.likely))
        return np.asarray(np.where(levels * width < self.likely - self.low, rising, falling), dtype=float)


def fixed(value: float, source: str = ASSUMED) -> Assumption:
    """Return a number that is taken as certain.

    >>> fixed(8).certain
    True
    """
    return Assumption(value, value, value, source)
