"""How much happened in each hour of the week, and how that changed between two periods.

Many times are known only roughly: a record that lies between two of them gives each hour in between its share.
"""

from typing import Final

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats
from vulncore.metrics.statistics.parts import parts_compared
from vulncore.metrics.week.counted import KINDS, Chosen
from vulncore.metrics.week.hours import HOURS

DECIMALS: Final = 9  # of a weight: adding up in another order moves the digits after these
PLACES: Final = HOURS + 1  # of the week and, last, of no known hour
LONGEST_MINUTES: Final = 7 * 24 * 60 + 1


def day_hour(chosen: Chosen) -> pd.DataFrame:
    """Return each hour of the week's weight: of a record known to lie between two times, each hour gets its share.

    Every record, chosen once, adds up to 1, in the hours or as unknown.

    Returns:
        One row per kind of `Known` and hour of the week that holds something: `known`, `cell` (0 is Monday 00:00 to
        00:59, 167 Sunday 23:00; missing where the hour is unknown), `weight` (records), `harm` (weight x harm).

    Source:
        Ratcliffe (2002), Aoristic signatures and the spatio-temporal analysis of high volume crime patterns.

    Misleads when:
        windows are long: a burglary found after a weekend spreads evenly over it, and flattens peaks.
    """
    known = chosen.numbers("known").astype(np.int64)
    counts, cell, share = chosen.hours()
    place = np.repeat(known * PLACES, counts) + cell
    unknown = known[~chosen.timed] * PLACES + HOURS
    size = len(KINDS) * PLACES
    weight = np.bincount(place, share, size) + np.bincount(unknown, minlength=size)
    harm = weight
    if (chosen.harm != 1).any():
        harm = np.bincount(place, share * np.repeat(chosen.harm, counts), size)
        harm = harm + np.bincount(unknown, chosen.harm[~chosen.timed], size)
    held = np.flatnonzero(weight)
    cells = held % PLACES
    weights = pd.DataFrame(
        {
            "known": [KINDS[at].value for at in held // PLACES],
            "cell": pd.array(np.where(cells < HOURS, cells, 0), dtype="Int64"),
            "weight": weight[held].round(DECIMALS),
            "harm": harm[held].round(DECIMALS),
        }
    )
    weights.loc[cells == HOURS, "cell"] = pd.NA
    return weights


def shapes(chosen: Chosen) -> pd.DataFrame:
    """Return how the windows lie to the hours: what is needed to move them about the week.

    Returns:
        One row per shape: `first_minute` (of its first hour, 0 to 59), `minutes` (that it lasts), `records`. Those
        that lie within one hour are one shape, with 0 and 1.
    """
    first, minutes = (
        chosen.numbers(name)[chosen.timed].astype(np.int64) for name in ("first_minute", "minutes")
    )
    shape, records = np.unique(first * LONGEST_MINUTES + minutes, return_counts=True)
    return pd.DataFrame(
        {"first_minute": shape // LONGEST_MINUTES, "minutes": shape % LONGEST_MINUTES, "records": records}
    )


def week_of(weights: pd.DataFrame, column: str = "weight") -> np.ndarray:
    """Return the 168 hours' totals over every way of knowing, from Monday 00:00.

    >>> weights = pd.DataFrame({"known": ["a", "b", "c"], "cell": [0, 0, None], "weight": [1.0, 0.5, 9.0]})
    >>> week_of(weights)[:2].tolist()
    [1.5, 0.0]
    """
    timed = weights[weights["cell"].notna()]
    return np.bincount(timed["cell"].astype(int), weights=timed[column].astype(float), minlength=HOURS)


def day_hour_change(now: Floats, before: Floats, days_now: float, days_before: float) -> pd.DataFrame:
    """Return how each part of the week changed, and where by more than chance explains.

    Parts are in any order, the same in both periods; instead of days any other exposure will do.

    Returns:
        One row per part, in order: `now`, `before` (weights), `expected` (`before`, as long as the current period),
        `ratio` (of the daily rates, current to earlier; missing from 0), `low`, `high` (limits that agree with the
        verdict), `p_value`, `clear` (stands when all parts are judged together, 5 % of those found false).

    Source:
        `vulncore.metrics.statistics.parts`.

    Misleads when:
        the share of unknown times changed, or recording did: the whole week then seems to change.

    >>> day_hour_change(np.array([30.0, 9.0]), np.array([8.0, 10.0]), 366, 365)[["clear"]].values.tolist()
    [[True], [False]]
    """
    compared = parts_compared(now, before, days_now, days_before)._asdict()
    expected = before * days_now / days_before
    return pd.DataFrame({"now": now, "before": before, "expected": expected, **compared})
