"""Exact limits for small counts: of the ratio of two rates, with its p-value, and of a Poisson mean."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, betaincinv, gammaincinv

from vulncore.domain.arrays import Floats

NOTHING = 1e-9  # of a record: its lower limit is 0 to the last digit


def rate_ratio_p_value(
    current: ArrayLike,
    earlier: ArrayLike,
    days_current: ArrayLike,
    days_earlier: ArrayLike,
    dispersion: ArrayLike = 1.0,
) -> Floats:
    """Return the two-sided p-value of a rate ratio: of "the rate per day did not change".

    Given the total of both counts, the current one is binomial, its share of the exposure the
    probability. The smaller tail is doubled, which is what an interval with equal tails inverts.

    Counts are >= 0 and days of exposure > 0. With a dispersion (variance of a count over its mean) up to 1 the test is exact.
    Above, the beta distributions of its tails are widened by it: their parameters are divided.

    Returns:
        p-values between 0 and 1, of the arguments' common shape; 1 where both counts are 0.

    Source:
        Przyborowski and Wilenski (1940), the conditional test of two Poisson means. Widened, the
        false alarms match those of the exact test for negative binomial counts (docs/signal.md).

    >>> rate_ratio_p_value(27, 15, 214, 214).round(4).item()
    0.0884
    """
    now, before, scale = _counts(current, earlier, dispersion)
    here, there = np.asarray(days_current, dtype=float), np.asarray(days_earlier, dtype=float)
    share = here / (here + there)
    # a count of 0 is its tail's whole distribution, for which betainc has no parameters: 1 stands in
    as_few = np.where(before > 0, betainc(np.maximum(before, 1) / scale, (now + 1) / scale, 1 - share), 1.0)
    as_many = np.where(now > 0, betainc(np.maximum(now, 1) / scale, (before + 1) / scale, share), 1.0)
    p_value: Floats = np.minimum(1.0, 2 * np.minimum(as_few, as_many))
    return p_value


def rate_ratio_interval(
    current: ArrayLike,
    earlier: ArrayLike,
    days_current: ArrayLike,
    days_earlier: ArrayLike,
    dispersion: ArrayLike = 1.0,
    alpha: ArrayLike = 0.05,
) -> tuple[Floats, Floats]:
    """Return the confidence limits of a rate ratio, the current daily rate over the earlier one.

    It takes what `rate_ratio_p_value` takes, and `alpha`: one minus the confidence level, half of it in each tail.

    Returns:
        Lower and upper limits. The lower is 0 where `current` is 0, the upper infinite where
        `earlier` is 0. They enclose 1 exactly where the p-value is above `alpha`.

    Source:
        Clopper and Pearson (1934) for the share, turned into a ratio of rates.

    >>> low, high = rate_ratio_interval(27, 15, 214, 214)
    >>> low.round(2).item(), high.round(2).item()
    (0.92, 3.64)
    """
    now, before, scale = _counts(current, earlier, dispersion)
    tail = np.asarray(alpha, dtype=float) / 2
    per_day = np.asarray(days_earlier, dtype=float) / np.asarray(days_current, dtype=float)
    least_now = betaincinv(np.maximum(now, 1) / scale, (before + 1) / scale, tail)
    # the upper limit by the least share of the earlier count, which stays exact where that nears 0
    least_before = betaincinv(np.maximum(before, 1) / scale, (now + 1) / scale, tail)
    with np.errstate(divide="ignore", over="ignore"):
        low = np.where(now > 0, least_now / (1 - least_now), 0.0) * per_day
        high = np.where(before > 0, (1 - least_before) / least_before, np.inf) * per_day
    return low, high


def poisson_interval(count: ArrayLike, alpha: float = 0.05) -> tuple[Floats, Floats]:
    """Return the exact confidence limits of a Poisson mean, one for each count.

    Counts, or sums of weights, are >= 0: between whole numbers the limits run smoothly, and of a missing one they are missing.
    `alpha` is one minus the confidence level, half of it in each tail.

    Returns:
        Lower and upper limits. At 0 the lower is 0 and the upper 3.69 (95 %): nothing seen is not nothing there.

    Source:
        Garwood (1936), through the gamma distribution: the mean that would give as many or more with chance alpha/2
        is gamma distributed with shape `count`, the one that would give as few, with shape `count` + 1.

    Misleads when:
        events come in bursts, or weights are spread over long windows: then the limits are not those of independent
        events.

    >>> low, high = poisson_interval([0, 10])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.0, 4.795], [3.689, 18.39])
    """
    seen = np.asarray(count, dtype=float)
    some = ~(seen <= NOTHING)
    low = np.where(some, gammaincinv(np.where(some, seen, 1.0), alpha / 2), 0.0)
    return low, np.asarray(gammaincinv(seen + 1, 1 - alpha / 2), dtype=float)


def _counts(current: ArrayLike, earlier: ArrayLike, dispersion: ArrayLike) -> tuple[Floats, Floats, Floats]:
    now, before = np.asarray(current, dtype=float), np.asarray(earlier, dtype=float)
    return now, before, np.maximum(np.asarray(dispersion, dtype=float), 1.0)
