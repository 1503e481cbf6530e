"""The range to expect of a series that is too small or too short for a forecast: its rate, carried on."""

from dataclasses import dataclass

import numpy as np

from vulncore.domain.arrays import Floats
from vulncore.forecasting.paths import LIMITS, Paths, draw_counts, pearson_dispersion

AHEAD = 12


@dataclass(frozen=True)
class SteadyRange:
    """How many records the next twelve months bring if nothing changes: `mean` and whole-number limits."""

    mean: float
    low80: int
    high80: int
    low95: int
    high95: int
    months_known: int


def steady_range(counts: Floats) -> SteadyRange | None:
    """Return the range of the next twelve months' total if the rate stays what it was; None if no month is known.

    Args:
        counts: Monthly counts, missing where not known.

    Source:
        The predictive distribution of a Poisson count with Jeffreys' prior for its rate, which is negative binomial
        (Gelman et al. 2013, Bayesian Data Analysis, section 2.6). Where months scatter more than chance its
        variance is raised by as much.

    >>> steady_range(np.zeros(24)).high95
    2
    """
    from scipy.stats import nbinom  # noqa: PLC0415 - slow to import

    known = counts[~np.isnan(counts)]
    months = len(known)
    if not months:
        return None
    rate, scatter = _rate_and_scatter(known)
    mean = rate * AHEAD
    share = 1 / (scatter * (1 + AHEAD / months))
    low80, high80, low95, high95 = (
        int(nbinom.ppf(level, mean * share / (1 - share), share)) for level in LIMITS.values()
    )
    return SteadyRange(mean, low80, high80, low95, high95, months)


def steady_paths(counts: Floats, ahead: int, paths: int, seed: int = 0) -> Paths:
    """Return `paths` simulated paths of the months ahead if the rate stays what it was, by the chance of a seed.

    Twelve months together have the range of `steady_range`, which says what `counts` are; at least one month is known.
    """
    known = counts[~np.isnan(counts)]
    rate, scatter = _rate_and_scatter(known)
    rng = np.random.default_rng(seed)
    level = rng.gamma(rate * len(known) / scatter, scatter / len(known), size=(paths, 1))
    return draw_counts(np.repeat(level, ahead, axis=1), scatter, rng)


def _rate_and_scatter(known: Floats) -> tuple[float, float]:
    """Return the expected count of a month, and how many times chance months scatter."""
    scatter = pearson_dispersion(known, np.full(len(known), known.mean()), 1) if known.sum() else 1.0
    return (float(known.sum()) + 0.5) / len(known), scatter
