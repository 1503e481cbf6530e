"""Limits: how far from their mean counts lie when nothing but chance moves them."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from vulncore.domain.arrays import Floats
from vulncore.domain.errors import InvalidRowsError

SIGMAS: Final = 3.0
RANGES: Final = 2.66
"""Mean moving ranges that make three standard deviations: 3 / 1.128, as Making Data Count rounds it."""
SPREAD_OF_RANGES: Final = 1.128
"""The mean moving range of normal values, in standard deviations (d2 of two)."""
WILD_RANGE: Final = 3.267
"""Mean moving ranges: a range that reaches so far is no noise, and is left out of the mean (D4 of two)."""
GAP_POWER: Final = 1 / 3.6
"""Days between events, raised to it, lie about like normal values."""


class Limits(NamedTuple):
    """The mean and the limits of each value, of the values' shape. The lower one can lie below zero."""

    mean: Floats
    low: Floats
    high: Floats


def xmr_limits(values: ArrayLike, baseline: int | None = None) -> Limits:
    """Return the limits of single values: their mean ± 2.66 mean moving ranges, wild ranges left out.

    Args:
        values: In order of time; missing ones are skipped, and no range crosses them.
        baseline: How many of the first values the limits come from; all, unless given.

    Returns:
        The same three numbers for each value.

    Raises:
        InvalidRowsError: Fewer than two values next to each other are known.

    Source:
        Wheeler (1993), Understanding variation; the screening as NHS England's Making Data Count has it.

    Misleads when:
        values drift or follow each other: neighbours are then more alike than values far apart, and the limits too narrow.

    >>> [round(float(of[0]), 2) for of in xmr_limits([1, 2, 3, 4, 5, 6, 7, 8], baseline=3)]
    [2.0, -0.66, 4.66]
    """
    every = np.asarray(values, dtype=float)
    used = every[:baseline]
    centre, reach = _mean(used), RANGES * mean_range(used)
    return Limits(*(np.full(every.shape, number) for number in (centre, centre - reach, centre + reach)))


def u_limits(
    counts: ArrayLike, exposure: ArrayLike, baseline: int | None = None, *, wider: bool = False
) -> Limits:
    """Return the limits of counts that chance alone scatters about one rate per exposure: a u chart; of even exposure a c chart.

    Args:
        counts: In order of time; missing ones are skipped.
        exposure: Of each count, above 0: days of its month.
        baseline: How many of the first counts the limits come from; all, unless given.
        wider: Whether to widen the limits where counts scatter by more than chance has it: Laney's u'. They are never narrowed.

    Returns:
        In counts, so that limits follow the exposure.

    Raises:
        InvalidRowsError: An exposure is not above 0, or no count is known; to widen, fewer than two next to each other.

    Source:
        Montgomery (2012), Introduction to statistical quality control, chapter 7; Laney (2002), Improved control charts for
        attributes.

    Misleads when:
        counts are few: under about nine a month the lower limit lies below zero.

    >>> limits = u_limits([10, 12, 8, 10], [31, 28, 31, 30])
    >>> limits.mean.round(2).tolist(), limits.high.round(2).tolist()
    ([10.33, 9.33, 10.33, 10.0], [19.98, 18.5, 19.98, 19.49])
    """
    every, of = np.asarray(counts, dtype=float), np.asarray(exposure, dtype=float)
    if not (of > 0).all():
        raise InvalidRowsError(
            f"{(~(of > 0)).sum()} of {of.size} exposures are not above 0. Give each month its days."
        )
    known = ~np.isnan(every[:baseline])
    if not known.any():
        raise InvalidRowsError("None of the counts is known. Limits need months that were delivered.")
    rate = every[:baseline][known].sum() / of[:baseline][known].sum()
    mean = rate * of
    chance = np.sqrt(mean)
    beyond = scatter_beyond_chance(every[:baseline], mean[:baseline]) if wider else 1.0
    reach = SIGMAS * chance * max(beyond, 1.0)
    return Limits(mean, mean - reach, mean + reach)


def scatter_beyond_chance(counts: Floats, mean: Floats) -> float:
    """Return by how much counts scatter more than chance has it about their means: 1 is plain chance, by their moving ranges.

    Raises:
        InvalidRowsError: Fewer than two counts next to each other are known.
    """
    scores = np.divide(counts - mean, np.sqrt(mean), out=np.zeros_like(counts), where=mean > 0)
    return mean_range(scores) / SPREAD_OF_RANGES


def gap_limits(days: ArrayLike, baseline: int | None = None) -> Limits:
    """Return the limits of days between events: a t chart.

    Args:
        days: Between one event and the next, above 0, in order of time; missing ones are skipped.
        baseline: How many of the first the limits come from; all, unless given.

    Returns:
        In days; the centre is about the median. A lower limit under zero is 0.

    Raises:
        InvalidRowsError: Fewer than two gaps next to each other are known.

    Source:
        Nelson (1994), A control chart for parts-per-million nonconforming items: times between events of a Poisson process
        raised to 1/3.6 are nearly normal.

    >>> [round(float(of[0]), 1) for of in gap_limits([20, 35, 12, 28, 16, 40, 22])]
    [23.4, 1.2, 115.5]
    """
    straightened = xmr_limits(np.asarray(days, dtype=float) ** GAP_POWER, baseline)
    return Limits(*(np.maximum(of, 0.0) ** (1 / GAP_POWER) for of in straightened))


def mean_range(values: Floats) -> float:
    """Return the mean moving range of values, ranges of `WILD_RANGE` means and more left out.

    Raises:
        InvalidRowsError: Fewer than two values next to each other are known.
    """
    ranges = np.abs(np.diff(values))
    ranges = ranges[~np.isnan(ranges)]
    if not ranges.size:
        raise InvalidRowsError("No two months next to each other are known. Limits need at least two.")
    kept = ranges[ranges < WILD_RANGE * ranges.mean()]
    return float(kept.mean()) if kept.size else 0.0


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")
