"""Shuffles: how far each part's share moved between two periods, and how far shares move where the periods mean nothing."""

from typing import Final, NamedTuple

import numpy as np

from vulncore.domain.arrays import Booleans, Floats, Integers
from vulncore.metrics.drivers.dimensions import DimensionParts

SHUFFLES: Final = 2_000
SEED: Final = 1993  # the same data give the same answer
MOST_SHUFFLED: Final = 5_000
"""Records: more are not shuffled one by one. Their parts' shares then lie on a normal distribution closely enough, and what
counts is how parts go together, which is known without shuffling."""
LEVEL: Final = 0.05
TIE: Final = 1e-5  # statistics as close are the same one, added up in another order


class Moves(NamedTuple):
    """How far parts' shares moved, in standard deviations, up above zero: of the periods (one value per part), and shuffled.

    `shuffled` has one row per shuffle and one column per part.
    """

    real: Floats
    shuffled: Floats


def moves(parts: DimensionParts, now: Booleans, dispersion: float, shuffles: int, seed: int) -> Moves:
    """Return how far the share of each part moved from the earlier period to the later, and how far by chance.

    In a shuffle the same number of records, drawn evenly, is later: all that is known of a record stays together, so that parts
    go together as they do. Of more than 5,000 records, normal variables are drawn that go together as shuffled parts do.

    Args:
        parts: The parts.
        now: Which records are later: some, and not all.
        dispersion: The variance of counts over their mean; up to 1 plain chance. It makes what moved less certain.
        shuffles: How many.
        seed: What the dice start from.

    Source:
        The difference of two shares on the scale where its variance doesn't depend on them, Anscombe (1948), The
        transformation of Poisson, binomial and negative-binomial data.
    """
    rng = np.random.default_rng(seed)
    width = np.sqrt(_spread(parts))
    real = _differences(parts, now[None, :].astype(np.float32)) / width
    made = (
        _differences(parts, rng.permuted(np.tile(now, (shuffles, 1)), axis=1).astype(np.float32)) / width
        if len(now) <= MOST_SHUFFLED
        else rng.standard_normal((shuffles, len(parts.names))) @ _root(_correlation(parts)).T
    )
    return Moves(real[0] / np.sqrt(max(dispersion, 1.0)), made)


def adjusted_p_values(real: Floats, shuffled: Floats) -> Floats:
    """Return how likely chance alone moves any of the parts as far, for each part; those that moved farther are set aside.

    What is large is far; each is one value per part, `shuffled` with one row per shuffle.

    Source:
        Westfall and Young (1993), Resampling-based multiple testing, algorithm 4.1 (step-down maxT). A real change counts
        as one more shuffle: Phipson and Smyth (2010), Permutation p-values should never be zero.

    >>> shuffled = np.array([[0.0, 1.0], [2.0, 0.0], [0.5, 0.0]])
    >>> adjusted_p_values(np.array([2.5, 0.9]), shuffled).tolist()
    [0.25, 0.5]
    """
    order: Integers = np.argsort(-real, kind="stable")
    farthest = np.maximum.accumulate(shuffled[:, order[::-1]], axis=1)[:, ::-1]
    as_far = (farthest >= real[order] - TIE).sum(axis=0)
    p_values = np.empty(len(real))
    p_values[order] = np.maximum.accumulate((1 + as_far) / (1 + len(shuffled)))
    return p_values


def _differences(parts: DimensionParts, labels: Floats) -> Floats:
    """Return how far shares move, for each row of labels that say which records are later."""
    held, of = parts.weights.sum(axis=0), parts.wholes.sum(axis=0)
    later = labels @ parts.weights.astype(np.float32)
    later_of = (labels @ parts.wholes.astype(np.float32))[:, parts.whole]
    earlier, earlier_of = held - later, of[parts.whole] - later_of
    scale = np.sqrt(1 / (later_of + 0.5) + 1 / (earlier_of + 0.5))
    return np.asarray((_angle(later, later_of) - _angle(earlier, earlier_of)) / scale, dtype=float)


def _angle(held: Floats, of: Floats) -> Floats:
    return np.asarray(2 * np.arcsin(np.sqrt(np.clip((held + 0.375) / (of + 0.75), 0.0, 1.0))))


def _spread(parts: DimensionParts) -> Floats:
    """Return the variance of records' weights over that of records that lie in a part or don't: less than 1 for shares."""
    of = parts.wholes.sum(axis=0)[parts.whole]
    mean = parts.weights.sum(axis=0) / np.maximum(of, 1)
    square = np.einsum("rp,rp->p", parts.weights, parts.weights) / np.maximum(of, 1)
    whole = mean * (1 - mean)
    spread: Floats = np.divide(square - mean**2, whole, out=np.ones_like(mean), where=whole > 0)
    return spread.clip(1e-12)


def _correlation(parts: DimensionParts) -> Floats:
    """Return how shuffled parts go together: as their records' weights, less what the whole would put there."""
    share = parts.weights.sum(axis=0) / np.maximum(parts.wholes.sum(axis=0)[parts.whole], 1)
    off = parts.weights - parts.wholes[:, parts.whole] * share
    together = off.T @ off
    size = np.sqrt(np.diag(together).clip(1e-12))
    return np.asarray(together / np.outer(size, size), dtype=float)


def _root(correlation: Floats) -> Floats:
    """Return a matrix that, times its transpose, is the correlation: parts of a dimension add up, so it has no Cholesky root."""
    values, vectors = np.linalg.eigh(correlation)
    return np.asarray(vectors * np.sqrt(values.clip(0.0)), dtype=float)
