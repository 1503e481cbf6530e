"""Whether two measures changed differently: the ratio of two rate ratios."""

from typing import Final, NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

FEWEST: Final = 5
"""The smallest of the four counts: of fewer, the logarithm of a ratio is too far from normal."""


class CountsCompared(NamedTuple):
    """A measure's counts in a window and in the one that it is compared with, and the variance of such counts over their mean."""

    current: float
    earlier: float
    days_current: float
    days_earlier: float
    dispersion: float = 1.0


class DifferenceOfChanges(NamedTuple):
    """How many times as far one measure's rate changed as another's, the limits of that, and how likely chance alone does as much."""

    ratio: float
    low: float
    high: float
    p_value: float


def difference_of_changes(
    first: CountsCompared, other: CountsCompared, alpha: float = 0.05
) -> DifferenceOfChanges | None:
    """Return whether the first measure's rate changed by another factor than the other's; None where a count is under `FEWEST`.

    Counts are 0 or more, days above 0, and no record of the other is one of the first; `alpha` is one minus the confidence
    level of the limits.

    Source:
        Altman and Bland (2003), Interaction revisited: the difference between two estimates, BMJ 326:219, on the logarithms of two rate
        ratios, each with the variance 1/current + 1/earlier (that of a Poisson regression's interaction) times its dispersion.

    >>> measured = difference_of_changes(CountsCompared(80, 40, 365, 365), CountsCompared(55, 50, 365, 365))
    >>> [round(figure, 3) for figure in measured]
    [1.818, 1.06, 3.117, 0.03]
    """
    if min(first[:2] + other[:2]) < FEWEST:
        return None
    logs = [
        np.log(counts.current / counts.days_current) - np.log(counts.earlier / counts.days_earlier)
        for counts in (first, other)
    ]
    variance = sum(
        max(counts.dispersion, 1.0) * (1 / counts.current + 1 / counts.earlier) for counts in (first, other)
    )
    difference, error = float(logs[0] - logs[1]), float(np.sqrt(variance))
    reach = float(ndtri(1 - alpha / 2)) * error
    return DifferenceOfChanges(
        ratio=float(np.exp(difference)),
        low=float(np.exp(difference - reach)),
        high=float(np.exp(difference + reach)),
        p_value=float(2 * ndtr(-abs(difference) / error)),
    )
