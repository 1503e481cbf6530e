"""Odd months: a single month that the months around it don't explain, and a last month that is nearly empty."""

from typing import Final

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Booleans, Floats
from vulncore.metrics.data_quality.month_rows import (
    RESTRICTED_MONTHS,
    month_date,
    series_by_month,
)

NEIGHBOURS: Final = 3  # on each side, as of short months
TRIPLE: Final = 3.0
"""Times the higher of both sides. The Met's 906 series of an offence in a borough, 2010 to 2023, have six such months in a thousand
years: most are operations against drugs, and one a backlog of sexual offences."""
THIRD: Final = 1 / 3
BEYOND_CHANCE: Final = 8.0  # standard deviations, the scatter of the series included
EMPTY_BEYOND_CHANCE: Final = 4.0
"""The same for a last month. Of the Met's series, ended at any month, four ends in ten thousand are so."""
SEASON: Final = (
    0.5  # of the excess: where the same month of a year before or after has so much, it is a season
)
MEDIAN_OF_SQUARES: Final = (
    0.455  # of a standard normal variable: the median of chi-squared with one degree of freedom
)


def odd_months(months: pd.DataFrame) -> pd.DataFrame:
    """Return the months of `month_rows` in which a measure has far more than the months around let expect.

    Returns:
        One row per such month: `force`, `measure`, `month`, `count`, `expected`. Months under the restrictions of 2020 and 2021
        are passed over.

    Misleads when:
        something real happened in one month and no other. It can't be told from a backlog that was entered at once.

    >>> months = pd.DataFrame({"force": "F", "measure": "a", "month": range(24_000, 24_024), "covered": True, "count": 20.0})
    >>> months.loc[months["month"].eq(24_010), "count"] = 320.0
    >>> odd_months(months)[["month", "count"]].values.tolist()
    [[24010, 320]]
    """
    odd = []
    for (force,), grid in series_by_month(months, ["force"]):
        numbers = [int(month) for month in grid.columns]
        spared = np.isin(numbers, list(RESTRICTED_MONTHS))
        for measure, row in grid.iterrows():
            counts = np.where(spared, np.nan, row.to_numpy(dtype=float))
            high, expected = standing_out(counts, numbers[0])
            odd += [
                (force, measure, numbers[place], int(counts[place]), float(expected[place]))
                for place in np.flatnonzero(high).tolist()
            ]
    return pd.DataFrame(odd, columns=["force", "measure", "month", "count", "expected"])


def standing_out(counts: Floats, first: int) -> tuple[Booleans, Floats]:
    """Return which months have far more than the months around let expect, and how much these let expect.

    What is expected is, per day, the higher of two levels: the median of the three months before, and of the three after; near an
    end, where another level may have begun, the highest of what is there. A month is odd that has three times as much and lies eight standard deviations
    above it. A month that has a twin a year away is a season.

    Args:
        counts: Consecutive monthly counts, missing where not known.
        first: The number of their first month (`month_number`).

    Source:
        The scatter about the median of the months around is told by the median of squares, which one odd month can't move
        (Rousseeuw and Croux 1993, Alternatives to the median absolute deviation).
    """
    days = _days(first, len(counts))
    before, after = _sides(counts / days)
    expected = np.fmax(before, after) * days
    above = (counts - expected) / np.sqrt(np.maximum(_spread(counts, days) * expected, 1.0))
    high = (counts >= TRIPLE * np.maximum(expected, 1.0)) & (above >= BEYOND_CHANCE)
    for place in np.flatnonzero(high).tolist():
        excess = counts[place] - expected[place]
        twins = [counts[at] for at in (place - 12, place + 12) if 0 <= at < len(counts)]
        high[place] = not any(twin - expected[place] >= SEASON * excess for twin in twins)
    return high, expected


def nearly_empty_at_the_end(counts: Floats, first: int) -> bool:
    """Return whether the last known month has less than a third of each of the three before, as chance doesn't make it.

    Args:
        counts: Consecutive monthly counts, missing where not known.
        first: The number of their first month (`month_number`).

    Source:
        Counts on the scale on which their variance is one (Anscombe 1948), over the scatter of the series.

    >>> nearly_empty_at_the_end(np.array([60.0] * 12 + [2]), 24_000), nearly_empty_at_the_end(np.array([60.0] * 12 + [40]), 24_000)
    (True, False)
    """
    known = np.flatnonzero(~np.isnan(counts))
    if len(known) <= 2 * NEIGHBOURS:
        return False
    days = _days(first, len(counts))
    last, near = known[-1], known[-1 - NEIGHBOURS : -1]
    expected = float(np.min(counts[near] / days[near])) * days[last]
    fallen = 2 * (np.sqrt(expected + 3 / 8) - np.sqrt(counts[last] + 3 / 8)) / np.sqrt(_spread(counts, days))
    return bool(counts[last] <= THIRD * expected and fallen >= EMPTY_BEYOND_CHANCE)


def _days(first: int, months: int) -> Floats:
    start = pd.Period(month_date(first), "M")
    days: Floats = pd.period_range(start, periods=months, freq="M").days_in_month.to_numpy(dtype=float)
    return days


def _sides(rate: Floats) -> tuple[Floats, Floats]:
    """Return the level before each known month, and after it: the median of the nearest three.

    Near an end of the series, where fewer than three come on one side, it is there the highest of these and of the three on the other: another
    level may have begun. Missing where there are fewer than three on both.
    """
    before, after = np.full(len(rate), np.nan), np.full(len(rate), np.nan)
    known = np.flatnonzero(~np.isnan(rate))
    for rank, place in enumerate(known.tolist()):
        earlier, later = known[max(rank - NEIGHBOURS, 0) : rank], known[rank + 1 : rank + 1 + NEIGHBOURS]
        if len(earlier) == NEIGHBOURS:
            before[place] = np.median(rate[earlier])
        elif len(later) == NEIGHBOURS:
            before[place] = np.max(rate[np.r_[earlier, later]])
        if len(later) == NEIGHBOURS:
            after[place] = np.median(rate[later])
        elif len(earlier) == NEIGHBOURS:
            after[place] = np.max(rate[np.r_[earlier, later]])
    return before, after


def _spread(counts: Floats, days: Floats) -> float:
    """Return how many times chance the months scatter about the months around them, 1 or more."""
    before, after = _sides(counts / days)
    usual = np.fmax(np.where(np.isnan(before), after, (before + after) / 2) * days, 0.5)
    squares = ((counts - usual) ** 2 / usual)[~np.isnan(counts)]
    return max(float(np.median(squares)) / MEDIAN_OF_SQUARES, 1.0) if len(squares) else 1.0
