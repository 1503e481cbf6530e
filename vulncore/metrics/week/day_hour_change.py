"""Which parts of the week changed between two periods, beyond chance."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vulncore.metrics.statistics.false_discovery import discoveries
from vulncore.metrics.statistics.intervals import rate_ratio_interval, rate_ratio_p_value

Floats = NDArray[np.float64]

FALSE_DISCOVERIES = 0.05


def day_hour_change(now: Floats, before: Floats, days_now: int, days_before: int) -> pd.DataFrame:
    """Return how each part of the week changed, and where by more than chance explains.

    Args:
        now: What the parts weigh in the current period, in any order.
        before: The same in the earlier period.
        days_now: How long the current period is.
        days_before: How long the earlier one is.

    Returns:
        One row per part, in order: `now`, `before` (weights), `expected` (`before`, as long as the current period),
        `ratio` (of the daily rates, current to earlier; missing from 0), `low`, `high` (limits that agree with the
        verdict), `p_value`, `clear` (stands when all parts are judged together, 5 % of those found false).

    Source:
        The exact conditional test of `vulncore.metrics.statistics.intervals`; Benjamini and Hochberg (1995).

    Misleads when:
        the share of unknown times changed, or recording did: the whole week then seems to change.

    >>> day_hour_change(np.array([30.0, 9.0]), np.array([8.0, 10.0]), 366, 365)[["clear"]].values.tolist()
    [[True], [False]]
    """
    p_value = rate_ratio_p_value(now, before, days_now, days_before)
    found = discoveries(p_value, FALSE_DISCOVERIES)
    low, high = rate_ratio_interval(now, before, days_now, days_before, alpha=found.alpha)
    expected = before * days_now / days_before
    ratio = np.divide(now, expected, out=np.full_like(expected, np.nan), where=expected > 0)
    return pd.DataFrame(
        {
            "now": now,
            "before": before,
            "expected": expected,
            "ratio": ratio,
            "low": low,
            "high": high,
            "p_value": p_value,
            "clear": found.found,
        }
    )
