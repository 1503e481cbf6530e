"""The sum of many amounts that scatter, without drawing each of them."""

import numpy as np

from vulncore.resourcing.scenario.assumption import Floats


def gamma_quantile(shape: Floats, z: Floats) -> Floats:
    """Return where a standard gamma variable lies that a standard normal one has the probability of.

    Args:
        shape: Its shape, from 0: also its mean and its variance.
        z: Standard normal numbers, within five of 0.

    Returns:
        Never below 0; 0 where the shape is. It never falls as `shape` or `z` rises (within those five), so that what comes
        of more is never less.

    Source:
        Wilson and Hilferty (1931), Proceedings of the National Academy of Sciences 17, 684-688: the cube root of a gamma
        variable is nearly normal.

    Misleads when:
        the shape is under a third: the mean is then too low, by 3 % there and by 7 % at a fifth.

    >>> gamma_quantile(np.array([50.0]), np.array([0.0])).round(2).tolist()
    [49.67]
    """
    some = np.maximum(shape, 1e-9)
    root = np.maximum(1 - 1 / (9 * some) + z / (3 * np.sqrt(some)), 0.0)
    return np.asarray(np.where(shape > 0, some * root**3, 0.0), dtype=float)


def scattered(mean: Floats, ratio: float | Floats, z: Floats | None) -> Floats:
    """Return amounts with a mean and a variance of `ratio` times that mean; the mean itself without chance.

    Args:
        mean: The mean, from 0.
        ratio: Variance over mean.
        z: Standard normal numbers, or none.

    Source:
        A gamma variable. The sum of n cases' hours, each gamma, is one exactly; the number of cases still open comes so
        close to one that its mean and variance are all that matter.
    """
    if z is None:
        return mean
    scale = np.maximum(ratio, 1e-9)
    return np.asarray(np.where(scale > 1e-6, scale * gamma_quantile(mean / scale, z), mean), dtype=float)
