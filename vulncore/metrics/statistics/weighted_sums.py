"""Limits of weighted sums of counts, of which few weigh much: of one sum, and of the ratio of two rates."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtrc, fdtri, gammaincinv

from vulncore.domain.arrays import Floats


class WeightedSum(NamedTuple):
    """A sum of counts times their weights, in two parts: what weights above 0 add, and what weights below 0 take away.

    Each has its variance by chance alone, and the heaviest weight that one count more can add to it.
    """

    added: float
    variance_added: float
    heaviest: float
    taken: float = 0.0
    variance_taken: float = 0.0
    heaviest_taken: float = 0.0

    @property
    def total(self) -> float:
        """What is left."""
        return self.added - self.taken

    @property
    def variance(self) -> float:
        """The variance of what is left."""
        return self.variance_added + self.variance_taken


def weighted_sum(counts: ArrayLike, weights: ArrayLike) -> WeightedSum:
    """Return the sum of counts, each times its weight.

    Counts are independent, each with a Poisson distribution of its own, so that the variance is the sum of squared weights times
    counts. Where nothing was counted a weight still tells how heavy the next one can be. Weights below 0 are those that take a
    blur away.

    >>> weighted_sum([10, 0], [1.0, 5.0])[:3]
    (10.0, 10.0, 5.0)
    """
    seen, weight = np.asarray(counts, dtype=float), np.asarray(weights, dtype=float)
    parts = [
        (float(part @ seen), float(part**2 @ seen), float(part.max(initial=0.0))) for part in _signs(weight)
    ]
    return WeightedSum(*parts[0], *parts[1])


def weighted_sum_interval(
    summed: WeightedSum, alpha: float = 0.05, dispersion: float = 1.0
) -> tuple[float, float]:
    """Return the confidence limits of the mean of a weighted sum of counts, which is not below 0.

    Args:
        summed: The sum.
        alpha: One minus the confidence level, half of it in each tail.
        dispersion: The variance of a count over its mean; 1 where it is below.

    Returns:
        Lower and upper limit; both 0 where nothing weighs anything. With equal weights they are Garwood's, times the weight.

    Source:
        Fay and Feuer (1997), Confidence intervals for directly standardized rates: a method based on the gamma distribution,
        Statistics in Medicine 16:791-801. Where weights take away, the limits of both parts are brought together as Zou and Donner
        (2008, Statistics in Medicine 27:1693-1702) do for a difference. Dobson, Kuulasmaa, Eberle and Scherer (1991) scale Garwood's
        limits instead: these are narrower, and hold less than they say where the heaviest weights have few counts (docs/harm.md).

    Misleads when:
        something heavier than `heaviest` can happen and is not among the weights: the upper limit is then too low.

    >>> [round(limit, 2) for limit in weighted_sum_interval(weighted_sum([10, 0], [2.0, 2.0]))]
    [9.59, 36.78]
    """
    scale = max(dispersion, 1.0)
    low, high = _gamma_limits(*summed[:3], alpha, scale)
    if not summed.heaviest_taken:
        return low, high
    least_taken, most_taken = _gamma_limits(*summed[3:], alpha, scale)
    below = np.hypot(summed.added - low, most_taken - summed.taken)
    above = np.hypot(high - summed.added, summed.taken - least_taken)
    return max(0.0, summed.total - float(below)), max(0.0, summed.total + float(above))


class SumsCompared(NamedTuple):
    """How many times the earlier daily rate the current one is (missing from 0), the limits of that, and how likely chance does as much."""

    ratio: float
    low: float
    high: float
    p_value: float


def sums_compared(
    current: WeightedSum,
    earlier: WeightedSum,
    days_current: float,
    days_earlier: float,
    dispersion: float = 1.0,
    alpha: float = 0.05,
) -> SumsCompared:
    """Return how the rate of one weighted sum compares with that of another, of counts that share none.

    Days are above 0; `alpha` is one minus the confidence level; `dispersion` the variance of a count over its mean.

    Returns:
        The limits enclose 1 exactly where the p-value is above `alpha`. The lower is 0 from nothing now, the upper infinite from
        nothing earlier.

    Source:
        Fay (1999), Approximate confidence intervals for rate ratios from directly standardized rates with sparse data,
        Communications in Statistics, Theory and Methods 28:2141-2160. With equal weights these are the exact limits of
        `vulncore.metrics.statistics.intervals.rate_ratio_interval`.

    Misleads when:
        weights take nearly all away that others add: what is left then scatters otherwise than the distribution assumed.

    >>> measured = sums_compared(weighted_sum([27], [3.0]), weighted_sum([15], [3.0]), 214, 214)
    >>> [round(figure, 2) for figure in measured]
    [1.8, 0.92, 3.64, 0.09]
    """
    scale, per_day = max(dispersion, 1.0), days_earlier / days_current
    low, rise = _least_ratio(current, earlier, scale, per_day, alpha)
    least_back, fall = _least_ratio(earlier, current, scale, 1 / per_day, alpha)
    high = 1 / least_back if least_back > 0 else float("inf")
    ratio = per_day * current.total / earlier.total if current.total >= 0 < earlier.total else float("nan")
    return SumsCompared(ratio, low, high, min(1.0, 2 * min(rise, fall)))


def _least_ratio(
    one: WeightedSum, other: WeightedSum, scale: float, per_day: float, alpha: float
) -> tuple[float, float]:
    """Return the lower limit of one rate over another, and how likely the limit's tail reaches 1."""
    total, variance = _one_more(other)
    if one.total <= 0 or one.variance <= 0 or total <= 0 or variance <= 0:
        return 0.0, 1.0
    above, below = 2 * one.total**2 / (scale * one.variance), 2 * total**2 / (scale * variance)
    quotient = per_day * one.total / total
    # scipy's inverse fails far in the lower tail of few degrees: the upper tail of the reciprocal is the same
    limit = quotient / float(fdtri(below, above, 1 - alpha / 2))
    return limit, float(fdtrc(below, above, quotient))


def _one_more(summed: WeightedSum) -> tuple[float, float]:
    return max(summed.total, 0.0) + summed.heaviest, summed.variance + summed.heaviest**2


def _gamma_limits(
    total: float, variance: float, heaviest: float, alpha: float, scale: float
) -> tuple[float, float]:
    """Return the limits of a sum of which no weight is below 0."""
    low = 0.0
    if variance > 0:
        shape, unit = _gamma(total, variance, scale)
        low = unit * float(gammaincinv(shape, alpha / 2))
    if not heaviest:
        return low, 0.0
    shape, unit = _gamma(total + heaviest, variance + heaviest**2, scale)
    return low, unit * float(gammaincinv(shape, 1 - alpha / 2))


def _gamma(mean: float, variance: float, scale: float) -> tuple[float, float]:
    """Return the shape and the unit of the gamma distribution with a mean and a variance that is so many times as large."""
    return mean**2 / (scale * variance), scale * variance / mean


def _signs(weight: Floats) -> tuple[Floats, Floats]:
    return np.maximum(weight, 0.0), np.maximum(-weight, 0.0)
