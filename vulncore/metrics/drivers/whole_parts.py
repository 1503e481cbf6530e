"""Whole parts: whole numbers near to fractions, that add up to a whole exactly."""

from typing import Final

import numpy as np

from vulncore.domain.arrays import Floats, Integers
from vulncore.domain.errors import VulncoreError

DECIMALS: Final = 6  # parts that end alike to so many do so
HALF: Final = 0.5


def whole_parts(parts: Floats, total: int) -> Integers:
    """Return whole numbers for parts, that add up to the total exactly; each is its part, rounded up or down.

    Parts may be below zero, and their sum rounds to the total. Of parts that end alike the earlier is rounded up.

    Raises:
        VulncoreError: The parts are too far from the total to be rounded to it, or one is missing.

    Source:
        The method of largest remainders (Hamilton); Balinski and Young (1982), Fair representation.

    Misleads when:
        parts are set beside those of another total: of a part that stayed as it was, the one can be rounded up
        and the other down.

    >>> whole_parts(np.array([40.4, 15.4, 0.2]), 56).tolist()
    [41, 15, 0]
    >>> whole_parts(np.array([-2.5, 1.0, 0.5]), -1).tolist()
    [-2, 1, 0]
    """
    if not abs(float(np.sum(parts)) - total) <= HALF + 10.0**-DECIMALS:
        raise VulncoreError(
            f"{len(parts)} parts add up to {float(np.sum(parts)):g} and can't be rounded to {total}. "
            "Give the total of these parts."
        )
    lower = np.floor(parts)
    short = total - int(lower.sum())
    up = np.argsort((lower - parts).round(DECIMALS), kind="stable")[:short]
    whole: Integers = lower.astype(np.int64)
    whole[up] += 1
    return whole
