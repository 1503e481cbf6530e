"""Rules: which patterns of a control chart chance hardly makes."""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vulncore.domain.arrays import Booleans, Floats, Integers
from vulncore.metrics.control.limits import Limits

RUN: Final = 7
"""Values on one side of the mean, or each beyond the last one: chance makes either once in 64 runs, or less."""
NEAR: Final = 2 / 3  # of the way from the mean to a limit


class Rule(StrEnum):
    """The four patterns of Making Data Count."""

    OUTSIDE = "outside the limits"
    SHIFT = "seven in a row on one side of the mean"
    TREND = "seven in a row, each further than the last"
    NEAR_LIMIT = "two of three close to a limit"


def rules_broken(values: Floats, limits: Limits) -> tuple[NDArray[np.object_], Integers]:
    """Return which rule each value breaks, the gravest first, and to which side.

    A missing value ends every pattern. A value on the mean ends a shift, an equal value a trend; where values are whole
    numbers, both come about by chance.

    Args:
        values: In order of time, missing where not known or not to be judged.
        limits: Of each value.

    Returns:
        Of each value: a `Rule`, "" where it breaks none, that every value of a pattern has; and 1 above, -1 below, 0.
        A trend's side is where it leads.

    Source:
        NHS England, Making data count; run lengths as in NHSRplotthedots, where a trend is seven values and two of three
        close to a limit need all three on that side.

    >>> limits = Limits(np.full(8, 10.0), np.full(8, 1.0), np.full(8, 19.0))
    >>> rules_broken(np.array([9, 11, 12, 11, 12, 11, 12, 11.0]), limits)[1].tolist()
    [0, 1, 1, 1, 1, 1, 1, 1]
    """
    side = np.nan_to_num(np.sign(values - limits.mean)).astype(np.int64)
    above, below = values > limits.high, values < limits.low
    reach = limits.mean + NEAR * (limits.high - limits.mean), limits.mean - NEAR * (limits.mean - limits.low)
    near = ((values > reach[0]) | (values < reach[1])) & ~above & ~below
    step = np.nan_to_num(np.sign(np.diff(values, prepend=np.nan))).astype(np.int64)
    trend = np.zeros(len(values), dtype=np.int64)
    shift = np.zeros(len(values), dtype=np.int64)
    close = np.zeros(len(values), dtype=np.int64)
    for way in (1, -1):
        shift[_in_runs(side == way, RUN)] = way
        rising = _in_runs(step == way, RUN - 1)
        trend[rising | np.append(rising[1:] & ~rising[:-1], False)] = way
        for first in range(len(values) - 2):
            three = slice(first, first + 3)
            if (side[three] == way).all() and near[three].sum() >= 2:
                close[three] = np.where(near[three], way, close[three])
    rule = np.full(len(values), "", dtype=object)
    way_of = np.zeros(len(values), dtype=np.int64)
    outside = above.astype(np.int64) - below
    for name, broken in (
        (Rule.NEAR_LIMIT, close),
        (Rule.TREND, trend),
        (Rule.SHIFT, shift),
        (Rule.OUTSIDE, outside),
    ):
        rule[broken != 0] = name.value
        way_of = np.where(broken != 0, broken, way_of)
    return rule, way_of


def _in_runs(mask: Booleans, length: int) -> Booleans:
    """Return which entries lie in an unbroken run of so many or more."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    inside = np.zeros(len(mask), dtype=bool)
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        inside[first:end] = end - first >= length
    return inside
