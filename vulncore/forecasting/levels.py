"""Months before an approved change of level, brought to the level that came after: for models that know no steps."""

from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np

from vulncore.domain.arrays import Floats
from vulncore.forecasting.past import Past

YEAR: Final = 12
FEWEST_PAIRS: Final = 3
FEWEST_RECORDS: Final = 10  # on both sides of a step: of fewer no ratio is known
LEANT_ON: Final = (
    24  # months: models stand on levels of the last two years, and an older step is no part of them
)


def levelled(past: Past) -> tuple[Past, float]:
    """Return a past whose months before each change of level are at the present level, and how unsure that is.

    The change is the months since against the same months of the year before; months in pairs carry no season into it. Where fewer
    than three pairs are known, it is the year since against the year before. A step with fewer than ten records on either side is passed over.

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
    scatter = _scatter(past)
    for step, end in pairwise((*past.steps, len(counts))):
        after, before = _compared(counts, exposure, step, end)
        if min(after[0], before[0]) < FEWEST_RECORDS:
            continue  # a ratio of next to nothing would make a level of it
        counts[:step] *= after[0] / before[0] * before[1] / after[1]
        if step >= len(counts) - LEANT_ON:
            variance += scatter * (1 / after[0] + 1 / before[0])
    return replace(past, counts=counts, steps=()), float(np.sqrt(variance))


def shared_errors(unsure: float, paths: int, rng: np.random.Generator) -> Floats:
    """Return a factor for each path, by how unsure its level is: a column, of ones where it is sure."""
    if not unsure:
        return np.ones((paths, 1))
    factors: Floats = np.exp(unsure * rng.standard_normal((paths, 1)) - unsure**2 / 2)
    return factors


def _scatter(past: Past) -> float:
    """Return the variance of counts over their mean, by changes over a year within a level, in which no season is; 1 or more."""
    level = np.searchsorted(past.steps, np.arange(len(past.counts)), side="right")
    later, earlier = past.counts[YEAR:], past.counts[:-YEAR]
    both = ~np.isnan(later + earlier) & (later + earlier > 0) & (level[YEAR:] == level[:-YEAR])
    if both.sum() < FEWEST_PAIRS:
        return 1.0
    return max(float(np.mean((later - earlier)[both] ** 2 / (later + earlier)[both])), 1.0)


Side = tuple[float, float]


def _compared(counts: Floats, exposure: Floats, step: int, end: int) -> tuple[Side, Side]:
    """Return the records and the exposure after a step and before it."""
    since = np.arange(step, min(end, step + YEAR))
    pairs = since[since >= YEAR]
    pairs = pairs[~np.isnan(counts[pairs]) & ~np.isnan(counts[pairs - YEAR])]
    if len(pairs) >= FEWEST_PAIRS:
        return _side(counts, exposure, pairs), _side(counts, exposure, pairs - YEAR)
    return _side(counts, exposure, since), _side(counts, exposure, np.arange(max(step - YEAR, 0), step))


def _side(counts: Floats, exposure: Floats, months: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Side:
    known = months[~np.isnan(counts[months])]
    return float(counts[known].sum()), float(exposure[known].sum())
