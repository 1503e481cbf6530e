"""Whether a feed has gone silent: months of zero where many records were to be expected."""

import numpy as np
import pandas as pd

from vulncore.metrics.statistics.dispersion import month_grid
from vulncore.metrics.strands.signal import FALL_TO_ZERO_FROM

YEAR_BEFORE = 12  # the months that say what was to be expected; a whole year holds every season


def silence(monthly: pd.DataFrame) -> pd.DataFrame:
    """Return how long each measure has read zero, and whether that is hard to believe.

    A window of twelve months can hold five that were counted and seven that were not: its fall looks
    like any other. The months at the end of the series tell.

    Months are as `vulncore.metrics.statistics.dispersion` takes them.

    Returns:
        One row per measure, in order of appearance: `measure`; `silent_months` (delivered months of
        zero at the end of its series); `expected` (count at the mean of up to twelve delivered months
        before them; missing where there are none); `silent` (ten or more were expected).

    Misleads when:
        something ended on purpose, as when a category of crime is replaced by another.

    >>> months = pd.date_range("2023-01-01", periods=15, freq="MS")
    >>> stopped = pd.DataFrame({"measure": "a", "month": months, "count": [6] * 12 + [0] * 3})
    >>> silence(stopped).values.tolist()
    [['a', 3, 18.0, True]]
    """
    grid = month_grid(monthly)
    rows = [_end_of(months[~np.isnan(months)]) for months in grid.to_numpy(dtype=float)]
    ends = pd.DataFrame(rows, columns=["silent_months", "expected"]).astype(
        {"silent_months": "int64", "expected": float}
    )
    ends.insert(0, "measure", grid.index)
    return ends.assign(silent=ends["expected"] >= FALL_TO_ZERO_FROM)


def silent_start(counts: pd.Series) -> int:
    """Return how many months of zero a series begins with, where chance can't explain them; else 0.

    The mirror of `silence`: ten or more were to be expected at the mean of up to twelve months after them. Counts are one for
    each month known, oldest first.

    >>> silent_start(pd.Series([0] * 5 + [6] * 12)), silent_start(pd.Series([0, 2, 1])), silent_start(pd.Series([0, 0]))
    (5, 0, 0)
    """
    months, expected = _end_of(counts.to_numpy(dtype=float)[::-1])
    return int(months) if expected >= FALL_TO_ZERO_FROM else 0


def _end_of(counts: np.ndarray) -> tuple[int, float]:
    last_heard = np.flatnonzero(counts > 0)
    if not last_heard.size:
        return len(counts), float("nan")
    heard, silent_months = counts[: last_heard[-1] + 1], len(counts) - last_heard[-1] - 1
    return silent_months, heard[-YEAR_BEFORE:].mean() * silent_months
