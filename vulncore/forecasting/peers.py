"""How the levels of a force's series move from year to year: what that teaches of how wide a forecast of one of them has to be."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import ndtri

from vulncore.domain.arrays import Floats
from vulncore.forecasting.paths import ANSCOMBE, Paths, whole_numbers

YEAR: Final = 12
KNOWN_OF_A_YEAR: Final = 6  # months, for a year to have a total
FEWEST_A_YEAR: Final = 12  # records: smaller totals move by chance
HALF: Final = 0.5  # records, added before a logarithm is taken
SCATTER: Final = 1.5  # variance of a year's records over their mean, where nothing but chance moves them
MODEL_ERRS: Final = (
    0.8  # of the variance by which a year differs from the one before, a forecast leaves so much
)
HEEDED: Final = 0.5  # how far a spread is drawn to what peers teach, where there are many changes
CHANGES_FOR_HALF: Final = 20  # of so many changes half of that is heeded
NARROWEST: Final = 0.82
"""No spread is drawn together further, nor spread further than by its inverse."""
LATER: Final = 1.05
"""By so much levels lie further apart after the first year: there ranges of totals held less than in it, on eleven of twelve trials."""
Z80: Final = float(ndtri(0.9))


@dataclass(frozen=True)
class LevelMoves:
    """How levels move from one year to the next beyond chance: the variance of their logarithm, from so many changes."""

    variance: float
    changes: int


def usual_moves(counts: Floats) -> LevelMoves:
    """Return how a force's series move from year to year.

    Args:
        counts: Monthly counts, one row per series; missing where not known. Years are counted back from the last column.

    Source:
        Of the changes of the logarithm of a year's total four in five lie within the 80 % range of a normal distribution with
        this variance, chance added: a quantile, so that a few broken series change nothing. Borrowing it from all series of a
        force is partial pooling: Gelman and Hill (2007), Data Analysis Using Regression and Multilevel Models, chapter 12.

    >>> usual_moves(np.full((3, 36), 50.0)).changes
    6
    >>> usual_moves(np.zeros((3, 36)))
    LevelMoves(variance=0.0, changes=0)
    """
    years = counts.shape[1] // YEAR
    months = counts[:, counts.shape[1] - years * YEAR :].reshape(len(counts), years, YEAR)
    known = (~np.isnan(months)).sum(axis=2)
    totals = np.nansum(months, axis=2) * YEAR / np.maximum(known, 1)
    totals = np.where((known >= KNOWN_OF_A_YEAR) & (totals >= FEWEST_A_YEAR), totals + HALF, np.nan)
    before, after = totals[:, :-1], totals[:, 1:]
    beyond = (np.log(after / before) / Z80) ** 2 - SCATTER * (1 / before + 1 / after)
    beyond = beyond[~np.isnan(beyond)]
    if not len(beyond):
        return LevelMoves(0.0, 0)
    return LevelMoves(max(float(np.quantile(beyond, 0.8)), 0.0), len(beyond))


def drawn_to_peers(paths: Paths, moves: LevelMoves, rng: np.random.Generator) -> Paths:
    """Return paths whose levels lie nearly as far apart as the force's series move, and a little further after the first year.

    Each month's own scatter stays.

    Args:
        paths: Simulated counts, one column per month; shorter than a year they come back as they are.
        moves: What `usual_moves` returns.
        rng: Where chance comes from.
    """
    if paths.shape[1] < YEAR or not moves.changes:
        return paths
    factor = _factor(paths, moves) * np.where(np.arange(paths.shape[1]) < YEAR, 1.0, LATER)
    roots = np.sqrt(paths + ANSCOMBE)
    apart = roots - np.median(roots, axis=0)
    windows = np.lib.stride_tricks.sliding_window_view(apart, YEAR, axis=1).mean(axis=-1)
    level = np.pad(windows, ((0, 0), (YEAR // 2 - 1, YEAR // 2)), mode="edge")
    if not level.any() or (factor == 1).all():
        return paths
    return whole_numbers(np.maximum(roots + (factor - 1) * level, 0.0) ** 2 - ANSCOMBE, rng)


def _factor(paths: Paths, moves: LevelMoves) -> float:
    """Return by how much the spread of a year's level is to be multiplied; 1 leaves all as it is."""
    low, middle, high = np.quantile(paths[:, :YEAR].sum(axis=1) + HALF, [0.1, 0.5, 0.9])
    spread = float(np.log(high / low)) / (2 * Z80)
    if not spread:
        return 1.0
    usual = float(np.sqrt(MODEL_ERRS * moves.variance + SCATTER / middle))
    heeded = HEEDED * moves.changes / (moves.changes + CHANGES_FOR_HALF)
    return float(np.clip((usual / spread) ** heeded, NARROWEST, 1 / NARROWEST))
