"""Months before an approved change of level, brought to the level that came after: for models that know no steps."""

from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np

from vulncore.domain.arrays import Floats
from vulncore.forecasting.past import Past

YEAR: Final = 12
FEWEST_PAIRS: Final = 3
HALF_A_RECORD: Final = 0.5  # so that a level of nothing has a ratio


def levelled(past: Past) -> tuple[Past, float]:
    """Return a past whose months before each change of level are at the present level, and how unsure that is.

    The change is the months since against the same months of the year before; months in pairs carry no season into it. Where fewer
    than three pairs are known, it is the year since against the year before.

    Returns:
        The past, its counts no longer whole and without steps; and the standard deviation of the level's logarithm, 0 without a step. A
        model adds that to each of its paths as one error that all months of it share.

    Source:
        The variance of the logarithm of a ratio of two counts is the sum of their reciprocals, times their dispersion.

    >>> from datetime import date
    >>> past = Past(date(2022, 1, 1), np.array([20.0] * 24 + [10.0] * 6), steps=(24,))
    >>> level, unsure = levelled(past)
    >>> level.counts[[0, 23, 29]].round().tolist(), round(unsure, 2)
    ([10.0, 10.0, 10.0], 0.16)
    """
    counts, exposure, variance = past.counts.copy(), past.exposure(), 0.0
    for step, end in pairwise((*past.steps, len(counts))):
        after, before = _compared(counts, exposure, step, end)
        if after is None or before is None:
            continue
        counts[:step] *= (after[0] + HALF_A_RECORD) / (before[0] + HALF_A_RECORD) * before[1] / after[1]
        scatter = _scatter(counts)
        variance += scatter * (1 / (after[0] + HALF_A_RECORD) + 1 / (before[0] + HALF_A_RECORD))
    return replace(past, counts=counts, steps=()), float(np.sqrt(variance))


def shared_errors(unsure: float, paths: int, rng: np.random.Generator) -> Floats:
    """Return a factor for each path, by how unsure its level is: a column, of ones where it is sure."""
    if not unsure:
        return np.ones((paths, 1))
    factors: Floats = np.exp(unsure * rng.standard_normal((paths, 1)) - unsure**2 / 2)
    return factors


def _scatter(counts: Floats) -> float:
    """Return the variance of counts over their mean, by changes over a year, in which no season is; 1 or more."""
    later, earlier = counts[YEAR:], counts[:-YEAR]
    both = ~np.isnan(later + earlier) & (later + earlier > 0)
    if both.sum() < FEWEST_PAIRS:
        return 1.0
    return max(float(np.mean(((later - earlier) ** 2 / (later + earlier))[both])), 1.0)


Side = tuple[float, float]


def _compared(counts: Floats, exposure: Floats, step: int, end: int) -> tuple[Side | None, Side | None]:
    """Return the records and the exposure after a step and before it."""
    since = np.arange(step, min(end, step + YEAR))
    pairs = since[(since >= YEAR)]
    pairs = pairs[~np.isnan(counts[pairs]) & ~np.isnan(counts[pairs - YEAR])]
    if len(pairs) >= FEWEST_PAIRS:
        return _side(counts, exposure, pairs), _side(counts, exposure, pairs - YEAR)
    return _side(counts, exposure, since), _side(counts, exposure, np.arange(max(step - YEAR, 0), step))


def _side(
    counts: Floats, exposure: Floats, months: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
) -> Side | None:
    known = months[~np.isnan(counts[months])]
    return (float(counts[known].sum()), float(exposure[known].sum())) if len(known) else None
