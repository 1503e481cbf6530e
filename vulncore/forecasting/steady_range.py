"""The range to expect of a series that is too small or too short for a forecast: its rate, carried on."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from vulncore.domain.arrays import Floats
from vulncore.forecasting.models.recent_level import recent_level
from vulncore.forecasting.past import Past
from vulncore.forecasting.paths import LIMITS, Paths, draw_counts, pearson_dispersion, summary

AHEAD = 12
FEW_A_YEAR: Final = 10.0
"""Records: of fewer all months together tell the rate best. Of more it moves, and what came last tells more."""
PATHS: Final = 2_000
FEWEST_KNOWN: Final = 6
"""Months, and records of which one month may hold no more than half."""


@dataclass(frozen=True)
class SteadyRange:
    """How many records the next twelve months bring if nothing changes: `mean` and whole-number limits.

    `moves` says that the limits allow for a level that moves as levels usually do, and not for chance alone.
    """

    mean: float
    low80: int
    high80: int
    low95: int
    high95: int
    months_known: int
    moves: bool = False


def level_range(past: Past) -> SteadyRange:
    """Return the range of the next twelve months' total by the recent level of a series that is too short to be tested.

    Of real series' stretches of 14 to 29 months it held 60 to 89 %, set by set, and that of one rate for all months 34 to 76 %
    (docs/forecast.md).
    """
    total = recent_level(past, AHEAD, PATHS, np.random.default_rng(0)).sum(axis=1, keepdims=True)
    row = summary(total).iloc[0]
    low80, high80, low95, high95 = (int(row[name]) for name in LIMITS)
    known = int(past.known.sum())
    return SteadyRange(float(row["mean"]), low80, high80, low95, high95, known, moves=True)


def carried_on(past: Past, ahead: int, paths: int) -> Paths:
    """Return simulated paths of a series that models can't forecast: of the rate of all months where records are few, else of the recent level."""
    if np.nanmean(past.counts) * AHEAD < FEW_A_YEAR:
        return steady_paths(past.counts, ahead, paths)
    return recent_level(past, ahead, paths, np.random.default_rng(0))


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


def is_of_one_month(counts: Floats) -> bool:
    """Return whether a year's range would be made from next to one month: of fewer than six known, or of one that holds more than half.

    >>> is_of_one_month(np.array([4.0, 6, 5, 5, 6, 4, 6_000])), is_of_one_month(np.full(12, 5.0))
    (True, False)
    """
    known = counts[~np.isnan(counts)]
    return len(known) < FEWEST_KNOWN or bool(known.sum() >= FEWEST_KNOWN and known.max() > known.sum() / 2)


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
