"""The change between two counts: its percentage, symbol and colour by the report's rule, and whether a trend shows."""

from fractions import Fraction
from typing import NamedTuple

import pandas as pd

COLOUR_THRESHOLD = 10  # per cent; the report: "more than 10% increase" is red, "decrease" green
TOO_FEW_FOR_TREND_A_YEAR = 10
"""Below ten records a year most months hold none, and a line through them shows only when the few fell.
The report gives no trend for such volumes (paragraph 27)."""


class Change(NamedTuple):
    """A change between two counts. `percent` is exact, and None from 0 to more; `colour` then is ""."""

    difference: int
    percent: Fraction | None
    symbol: str
    colour: str


def change(earlier: int, current: int) -> Change:
    """Return the change from an earlier count to the current one.

    Source:
        City of London Police vulnerability report 2024, notes beneath its table. From 0 to 0 is 0 %;
        from 0 to more has no percentage. The colour goes by the unrounded percentage.

    >>> change(15, 27)
    Change(difference=12, percent=Fraction(80, 1), symbol='↑', colour='red')
    >>> change(798, 718).colour  # -10.03 %
    'green'
    """
    difference = current - earlier
    symbol = "↑" if difference > 0 else "↓" if difference < 0 else "●"
    if earlier == 0:
        return Change(difference, None if difference else Fraction(0), symbol, "" if difference else "orange")
    percent = Fraction(100 * difference, earlier)
    colour = "orange"
    if abs(percent) > COLOUR_THRESHOLD:
        colour = "red" if percent > 0 else "green"
    return Change(difference, percent, symbol, colour)


def rounded(percent: Fraction) -> int:
    """Return a percentage to the nearest whole one, halves away from zero, as the report prints it.

    >>> rounded(Fraction(-5, 2))
    -3
    """
    size = int(abs(percent) + Fraction(1, 2))
    return size if percent >= 0 else -size


def percent_text(percent: Fraction) -> str:
    """Return the size of a percentage with as many decimals as its colour needs to be understood.

    >>> percent_text(Fraction(-8000, 798)), percent_text(Fraction(80)), percent_text(Fraction(-10))
    ('10.03', '80', '10')
    """
    size = abs(percent)
    for decimals in range(5):
        shown = f"{float(round(size, decimals)) if decimals else rounded(size):,.{decimals}f}"
        if size <= COLOUR_THRESHOLD or float(shown.replace(",", "")) > COLOUR_THRESHOLD:
            return shown
    return f"just over {COLOUR_THRESHOLD}"


def has_trend(counts: pd.Series) -> bool | None:
    """Return whether monthly counts come to `TOO_FEW_FOR_TREND_A_YEAR` or more in a year.

    Months not known are left out or missing; None where no month is known: nothing can then be said of its volume.

    >>> has_trend(pd.Series([0, 1, 0, 0])), has_trend(pd.Series([1, 0, 1, 1]))
    (False, False)
    >>> has_trend(pd.Series([1, 1, 1, 1, 1, 0]))
    True
    >>> has_trend(pd.Series([None, None])) is None
    True
    """
    known = counts.dropna()
    if known.empty:
        return None
    return float(known.mean()) * 12 >= TOO_FEW_FOR_TREND_A_YEAR
