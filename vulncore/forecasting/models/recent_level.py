"""The recent level, carried on: for how long it has held nobody knows, so several memories of it have a voice each."""

from typing import Final

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats, Integers
from vulncore.forecasting.levels import levelled, shared_errors
from vulncore.forecasting.past import Past
from vulncore.forecasting.paths import Paths, draw_counts, pearson_dispersion

MEMORIES: Final = (3, 6, 12)
"""Months: the level is the mean of so many. Which of them serves best differs from set to set (docs/forecast-accuracy.md)."""

YEAR: Final = 12
FEWEST_OF_A_YEAR: Final = 6  # known months for a year, or the months around one, to have a level
JEFFREYS: Final = 0.5  # records: the prior of a Poisson rate
USUAL_WANDER: Final = 0.01
"""Variance of the logarithm from one year to the next: a tenth. It counts as much as so many years' changes of the series itself:"""
YEARS_OF_USUAL: Final = 4
LEAST_WANDER: Final = USUAL_WANDER / 10
MOST_CHANGED: Final = np.log(2)
"""A year is taken to be no further from the year before than twice or half: one in which a feed fell silent tells nothing of how levels move."""


def recent_level(past: Past, ahead: int, paths: int, rng: np.random.Generator) -> Paths:
    """Return paths about the level of the last months, which wanders on as it has from year to year, with a yearly season.

    Path by path the level is that of another of `MEMORIES`. It has no trend: what had risen went on rising in the months ahead too
    seldom for that to pay, on any set that was looked at.

    Source:
        A local level (Harvey 1989, Forecasting, Structural Time Series Models and the Kalman Filter, section 2.3) of counts, its
        posterior that of a Poisson rate with Jeffreys' prior, as wide as months scatter. Averages over several windows, since breaks
        can't be dated: Pesaran and Timmermann (2007), Journal of Econometrics 137.
    """
    past, unsure = levelled(past)
    length = len(past.counts)
    weight = past.exposure(ahead) * (season(past)[past.months(ahead).month - 1] if past.has_season else 1.0)
    last = np.flatnonzero(past.known)
    records, months = (np.cumsum(of[last][::-1]) for of in (past.counts, weight[:length]))
    memory = np.minimum(MEMORIES, len(last)) - 1
    of_path = memory[np.arange(paths) % len(memory)]
    year = last[-YEAR:]
    scatter = pearson_dispersion(
        past.counts[year], (records[len(year) - 1] + JEFFREYS) / months[len(year) - 1] * weight[year], 1
    )
    shape, scale = (records[of_path] + JEFFREYS) / scatter, scatter / months[of_path]
    level = rng.gamma(shape, scale)[:, None] * shared_errors(unsure, paths, rng)
    steps = rng.standard_normal((paths, ahead)) * np.sqrt(
        _wander(past.counts, weight[:length], scatter) / YEAR
    )
    return draw_counts(level * np.exp(np.cumsum(steps, axis=1)) * weight[length:], scatter, rng)


def season(past: Past) -> Floats:
    """Return by what a rate is multiplied in each calendar month, January first; their mean is 1.

    Each is the month's records over what the months around it let expect, drawn towards 1 as far as chance explains how they differ.

    Source:
        Empirical Bayes of means: Efron and Morris (1975), Journal of the American Statistical Association 70.
    """
    exposure = past.exposure()
    frame = pd.DataFrame({"counts": past.counts, "exposure": np.where(past.known, exposure, np.nan)})
    around = frame.rolling(YEAR + 1, center=True, min_periods=FEWEST_OF_A_YEAR).sum()
    expected = (around["counts"] / around["exposure"]).to_numpy() * exposure
    counted = past.known & (np.nan_to_num(expected) > 0)
    of_year: Integers = past.months().month.to_numpy()[counted] - 1
    recorded, usual = (np.bincount(of_year, of[counted], YEAR) for of in (past.counts, expected))
    index = np.divide(recorded, usual, out=np.ones(YEAR), where=usual > 0)
    scatter = pearson_dispersion(np.where(counted, past.counts, np.nan), np.where(counted, expected, 1.0), 1)
    chance = scatter / np.maximum(usual, JEFFREYS)
    between = max(float(index.var() - chance.mean()), 0.0)
    shrunk = 1 + between / (between + chance) * (index - 1)
    factors: Floats = shrunk / shrunk.mean()
    return factors


def _wander(counts: Floats, weight: Floats, scatter: float) -> float:
    """Return the variance by which the logarithm of the level moves in a year: the usual, and what whole years show beyond chance."""
    ends = np.arange(len(counts), YEAR - 1, -YEAR)
    known = ~np.isnan(counts)
    years = [slice(end - YEAR, end) for end in ends if known[end - YEAR : end].sum() >= FEWEST_OF_A_YEAR]
    records = np.array([np.nansum(counts[year]) for year in years]) + JEFFREYS
    rates = records / np.array([weight[year][known[year]].sum() for year in years])
    moved = np.clip(np.diff(np.log(rates)), -MOST_CHANGED, MOST_CHANGED)
    changes = moved**2 - scatter * (1 / records[1:] + 1 / records[:-1])
    variance = (changes.sum() + USUAL_WANDER * YEARS_OF_USUAL) / (len(changes) + YEARS_OF_USUAL)
    return max(float(variance), LEAST_WANDER)
