"""False discovery: which of many tests stand when they are judged together (Benjamini and Hochberg)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from vulncore.domain.arrays import Booleans


class Discoveries(NamedTuple):
    """Which tests stand, in the order given, and the p-value up to which they do."""

    stands: Booleans
    alpha: float


def discoveries(p_values: ArrayLike, rate: float) -> Discoveries:
    """Return the tests that stand when at most `rate` of those found may be false, on average.

    With m tests of which R stand, `alpha` is max(R, 1) x rate / m. Intervals at the level 1 - alpha
    agree with the verdicts: a test stands exactly where its p-value is at most `alpha`. No p-value is missing, and the rate
    lies between 0 and 1.

    Source:
        Benjamini and Hochberg (1995); for the intervals Benjamini and Yekutieli (2005), who show that
        at this level the rate of wrong intervals among the discoveries is held as well.

    Misleads when:
        the tests lean against each other strongly. Measures that rise together are no trouble.

    >>> discoveries([0.001, 0.03, 0.2, 0.9], rate=0.05)
    Discoveries(stands=array([ True, False, False, False]), alpha=0.0125)
    """
    p = np.asarray(p_values, dtype=float)
    tests = max(len(p), 1)
    stand = np.flatnonzero(np.sort(p) <= rate * np.arange(1, len(p) + 1) / tests)
    alpha = rate * (int(stand[-1]) + 1 if stand.size else 1) / tests
    return Discoveries(p <= alpha, alpha)
