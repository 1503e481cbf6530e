"""How wide forecasts have to be: each model's spread, calibrated on how often its ranges held on real series."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from scipy.special import ndtri

from vulncore.domain.arrays import Floats
from vulncore.forecasting.models.all import Model
from vulncore.forecasting.paths import ANSCOMBE, Paths, whole_numbers
from vulncore.forecasting.peers import drawn_to_peers, usual_moves

LEARNT: Final = Path(__file__).parents[1] / "reference" / "forecast_spread.toml"
"""The factors: learnt by `benchmarks/forecast_accuracy.py --write`."""

BANDS = ((1, 12), (13, 24), (25, 36), (37, 60))
"""Months ahead that share one factor."""

WIDEST = 2.5
"""And none is made narrower: months that hold more than they have to say little of a year's total. Peers do that."""


def calibrate_spread(
    paths_by_model: Mapping[Model, Paths], rng: np.random.Generator, peers: Floats | None = None
) -> dict[Model, Paths]:
    """Return every model's paths as wide as real series showed that they have to be.

    The spread of the combination's levels is drawn to what `peers` teach, the monthly counts of the force's series.
    """
    wide = {
        model: widen(paths, spread_factors(model, paths.shape[1]), rng)
        for model, paths in paths_by_model.items()
    }
    if peers is not None and Model.COMBINATION in wide:
        wide[Model.COMBINATION] = drawn_to_peers(wide[Model.COMBINATION], usual_moves(peers), rng)
    return wide


def widen(paths: Paths, factors: Floats, rng: np.random.Generator) -> Paths:
    """Return paths whose spread about each month's middle is multiplied, on the scale of square roots.

    What is added is an error of level that all months of a path share: it is what models that hold their fit for
    the truth leave out, and, unlike more scatter of single months, it does not vanish in a year's total.

    Args:
        paths: Simulated counts, one column per month.
        factors: One per month, 1 or more; 1 leaves the month as it is.
        rng: Where chance comes from.
    """
    changed = factors != 1
    if not changed.any():
        return paths
    factor = factors[changed]
    roots = np.sqrt(paths[:, changed] + ANSCOMBE)
    level = rng.standard_normal((len(paths), 1)) * _spread(roots) * np.sqrt(factor**2 - 1)
    squares = np.maximum(roots + level, 0.0) ** 2
    squares -= level.var(axis=0)  # what is expected stays what it was
    wide = paths.copy()
    wide[:, changed] = whole_numbers(squares - ANSCOMBE, rng)
    return wide


def _spread(roots: Floats) -> Floats:
    """Return how far the middle of each month's roots scatters, in standard deviations: a few paths that run away widen no others."""
    low, high = np.quantile(roots, [0.1, 0.9], axis=0)
    spread: Floats = (high - low) / (2 * ndtri(0.9))
    return spread


def learnt_factor(pit: Floats) -> float:
    """Return by how much forecasts must be widened for four in five counts to lie in their 80 % range.

    Args:
        pit: Where each count lay in its forecast (`vulncore.forecasting.backtest.randomised_pit`), 0 to 1.

    Source:
        Split-conformal scaling (Lei et al. 2018, Journal of the American Statistical Association 113), with the
        normal score of the count's place as its distance from the middle.

    >>> learnt_factor(np.linspace(0.0005, 0.9995, 1_000)).__round__(2)
    1.0
    """
    distance = np.abs(ndtri(np.clip(pit, 0.0005, 0.9995)))
    return float(np.clip(np.quantile(distance, 0.8) / ndtri(0.9), 1.0, WIDEST))


def spread_factors(model: Model, ahead: int) -> Floats:
    """Return the factor of each month ahead, as the last back-test on real series taught it."""
    return factor_per_month(_shipped_factors()[model], ahead)


def factor_per_month(factors: list[float], ahead: int) -> Floats:
    """Return one factor per month ahead from one per band; the last band's holds beyond it."""
    band = np.searchsorted([last for _, last in BANDS], np.arange(1, ahead + 1))
    return np.asarray(factors)[np.minimum(band, len(BANDS) - 1)]


@cache
def _shipped_factors() -> dict[str, list[float]]:
    factors: dict[str, list[float]] = tomllib.loads(LEARNT.read_text(encoding="utf-8"))["factor"]
    return factors
