"""Simulated paths: whole numbers from 0, one row per path and one column per month ahead."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Paths = NDArray[np.int64]

LARGEST = 1e7  # no month of any force comes near it; what runs away stops here


def whole_numbers(values: Floats, rng: np.random.Generator) -> Paths:
    """Return values as whole numbers from 0 with the same means: each is rounded up as often as its fraction says.

    >>> whole_numbers(np.array([3.0, -2.5, 0.0]), np.random.default_rng(0)).tolist()
    [3, 0, 0]
    """
    kept = np.clip(np.nan_to_num(values, nan=0.0, posinf=LARGEST), 0.0, LARGEST)
    down = np.floor(kept)
    return (down + (rng.random(kept.shape) < kept - down)).astype(np.int64)


def observed(expected: Floats, dispersion: float, rng: np.random.Generator) -> Paths:
    """Return counts that scatter about their expected values.

    Args:
        expected: What is expected in each month of each path; below 0 is taken as 0.
        dispersion: Variance over mean. Up to 1 the counts are Poisson, above it negative binomial with a
            variance in proportion to the mean.
        rng: Where chance comes from.

    Source:
        The negative binomial of type 1: Cameron and Trivedi (2013), Regression Analysis of Count Data, section 3.3.
    """
    mean = np.clip(np.nan_to_num(expected, nan=0.0, posinf=LARGEST), 0.0, LARGEST)
    if dispersion <= 1.0 + 1e-6:
        return rng.poisson(mean)
    rate = rng.gamma(np.maximum(mean, 1e-12) / (dispersion - 1), dispersion - 1)
    return rng.poisson(np.minimum(rate, LARGEST))


def pearson_dispersion(counts: Floats, expected: Floats, parameters: int) -> float:
    """Return the variance of counts over what was expected of them; never below 1, plain chance.

    Args:
        counts: Monthly counts, NaN where not known.
        expected: What a model expected of each.
        parameters: How many parameters the model spent on them.
    """
    known = ~np.isnan(counts)
    freedom = max(int(known.sum()) - parameters, 1)
    mean = np.maximum(expected[known], 0.1)
    return max(float(((counts[known] - mean) ** 2 / mean).sum() / freedom), 1.0)
