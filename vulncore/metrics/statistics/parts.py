"""Where the parts of a whole (hours of a week, cells of a map) differ between two counts of it, all parts judged together."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from vulncore.domain.arrays import Booleans, Floats
from vulncore.metrics.statistics.false_discovery import discoveries
from vulncore.metrics.statistics.intervals import rate_ratio_interval, rate_ratio_p_value

FALSE_DISCOVERIES: Final = 0.05
"""Of the parts said to differ, how many may do so by chance, on average."""


class PartsCompared(NamedTuple):
    """How many times as much each part has for its exposure (missing from 0), the limits that agree with the verdict, and that."""

    ratio: Floats
    low: Floats
    high: Floats
    p_value: Floats
    clear: Booleans


def parts_compared(
    now: Floats,
    before: Floats,
    exposure_now: float,
    exposure_before: float,
    dispersion: ArrayLike = 1.0,
    judged: Booleans | None = None,
) -> PartsCompared:
    """Return how each part differs, and where by more than chance explains.

    Parts are in any order, the same in both; an exposure is their days, or the whole of which they are. Dispersion is that of
    each part or of all: the variance of a count over its mean. All are judged, unless it is given which; of the others
    nothing is clear.

    Source:
        The exact conditional test of `vulncore.metrics.statistics.intervals`; Benjamini and Hochberg (1995).

    >>> parts_compared(np.array([30.0, 9.0]), np.array([8.0, 10.0]), 366, 365).clear.tolist()
    [True, False]
    """
    p_value = rate_ratio_p_value(now, before, exposure_now, exposure_before, dispersion)
    together = discoveries(p_value if judged is None else np.where(judged, p_value, 1.0), FALSE_DISCOVERIES)
    low, high = rate_ratio_interval(now, before, exposure_now, exposure_before, dispersion, together.alpha)
    expected = before * exposure_now / exposure_before
    ratio = np.divide(now, expected, out=np.full_like(expected, np.nan), where=expected > 0)
    return PartsCompared(ratio, low, high, p_value, together.stands)
