"""How sure a count is of the rate behind it."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincinv

Floats = NDArray[np.float64]
NOTHING = 1e-9  # of a record: its lower limit is 0 to the last digit


def poisson_interval(count: ArrayLike, alpha: float = 0.05) -> tuple[Floats, Floats]:
    """Return the exact limits of the mean that lies behind Poisson counts.

    Args:
        count: Counts or sums of weights, >= 0. Between whole numbers the limits run smoothly; of a missing one they
            are missing.
        alpha: One minus the confidence level, half of it in each tail.

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
