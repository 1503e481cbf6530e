"""Whether a measure has enough records to speak of a trend."""

import pandas as pd

TOO_FEW_FOR_TREND_A_YEAR = 10
"""Below ten records a year most months hold none, and a line through them shows only when the few fell.
The report gives no trend for such volumes (paragraph 27)."""


def has_trend(counts: pd.Series) -> bool | None:
    """Return whether monthly counts come to `TOO_FEW_FOR_TREND_A_YEAR` or more in a year.

    Args:
        counts: One count per month known; missing months are left out or missing.

    Returns:
        None where no month is known: nothing can then be said of its volume.

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
