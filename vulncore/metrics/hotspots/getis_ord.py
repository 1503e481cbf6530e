"""Which zones hold more records, together with those around them, than chance and the rest of the map explain."""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import betainc, betaincc
from scipy.stats import pearson3

from vulncore.domain.arrays import Booleans, Floats
from vulncore.metrics.statistics.false_discovery import discoveries

Signs = NDArray[np.int8]

RATE: Final = 0.05
FEWEST_OUTSIDE: Final = 4  # zones: of fewer, how they scatter and lean can't be told
NO_SPREAD: Final = 1e-12  # of all zones' mean square: what rounding leaves of zones that are equal


def getis_ord(values: Floats, near: csr_array) -> pd.DataFrame:
    """Return how far each zone's surroundings stand out, and how rarely chance would bring it.

    The surroundings are the zone and its neighbours. `z` is Gi*: their sum against as many zones drawn from the map.
    As a measure of chance it fails on counts: by the normal curve one map in eight has a false hotspot (at one record
    a zone); drawn exactly, a zone that holds all records has none, as it is part of its own measure. So the chance is
    judged apart, and the larger of two counts: that of a sum as high if records fell evenly over all zones, and if
    the surroundings scattered as the zones outside do that are themselves neither hot nor cold. Which these are is
    found from the half that stands out least: zones join it until all that are left stand out.

    Args:
        values: Records of each zone, >= 0, none missing. Of zones of unequal area: records per average zone
            (records / area x the average area), so that they still add up to about the records.
        near: One row per zone: 1 for those in its surroundings, itself included; else 0.

    Returns:
        One row per zone, in order: `z` (0 where nothing can stand out), `p_hot` and `p_cold` (the chance of a sum as
        high, as low; 1 where all values are equal or all zones are near).

    Source:
        Getis and Ord (1992), Ord and Getis (1995) for Gi*. Records that fall evenly: the binomial. Zones that scatter
        as those outside: their mean, variance and skewness, Pearson's type III curve for the sum (the gamma), and
        Wallace (1959) for that the variance is estimated. That they are found from the quiet half outwards: the
        forward search of Atkinson and Riani (2000).

    Misleads when:
        values are counts of unequal areas; at the edge of the area, where there are fewer neighbours and so less to go
        by; when zones are few (twenty or so) and several are hot: then no half of them is quiet.

    >>> row = csr_array(np.eye(20) + np.eye(20, k=1) + np.eye(20, k=-1))
    >>> records = np.array([1.0, 2.0] * 6 + [9.0] * 3 + [1.0] * 5)
    >>> getis_ord(records, row).round(4).iloc[13].tolist()
    [4.3032, 0.0, 1.0]
    """
    counted = np.asarray(near.sum(axis=1), dtype=float)
    level = values - np.median(values)  # equal values are exactly 0
    even = _even_scatter(values, near, counted)
    extreme = even.min(axis=1)
    measure = extreme >= np.median(extreme)
    while True:
        chances = np.maximum(even, _as_measured(level, near, counted, measure))
        joining = (_signs(chances[:, 0], chances[:, 1], RATE) == 0) & ~measure
        if not joining.any():
            break
        measure |= joining
    hot, cold = chances.T
    return pd.DataFrame({"z": gi_star(values, near), "p_hot": hot, "p_cold": cold})


def gi_star(values: Floats, near: csr_array) -> Floats:
    """Return Gi* alone, the `z` of `getis_ord`: to put zones in an order, not to say what stands out."""
    level, counted = values - np.median(values), np.asarray(near.sum(axis=1), dtype=float)
    zones = len(level)
    about = level - level.mean()
    spread = np.mean(about**2) * counted * (zones - counted) / max(zones - 1, 1)
    can = (spread > 0) & (np.ptp(level) > 0)
    return np.where(can, near @ about / np.sqrt(np.where(can, spread, 1.0)), 0.0)


def hot_and_cold(scores: pd.DataFrame, rate: float = RATE) -> Signs:
    """Return for each zone 1 if it is a hotspot, -1 if a cold spot, 0 if neither.

    All zones are judged together by their `getis_ord`: of those found, at most `rate` (0 to 1) are false on average.

    Source:
        Benjamini and Hochberg (1995); for neighbours, whose sums rise and fall together, Benjamini and Yekutieli
        (2001).

    >>> hot_and_cold(pd.DataFrame({"p_hot": [0.001, 0.6, 0.999], "p_cold": [0.999, 0.4, 0.002]})).tolist()
    [1, 0, -1]
    """
    return _signs(scores["p_hot"].to_numpy(), scores["p_cold"].to_numpy(), rate)


def _signs(hot: Floats, cold: Floats, rate: float) -> Signs:
    stands_out = discoveries(np.minimum(2 * np.minimum(hot, cold), 1.0), rate).stands
    return np.where(stands_out, np.where(hot < cold, 1, -1), 0).astype(np.int8)


def _even_scatter(values: Floats, near: csr_array, counted: Floats) -> Floats:
    """Return the binomial chances of as many and of as few (columns), run on smoothly between whole numbers."""
    total, share = values.sum(), counted / len(values)
    held = near @ values
    rest = np.maximum(total - held, 0.0)
    some, others = held > 0, rest > 0
    hot = np.where(some, betainc(np.where(some, held, 1.0), rest + 1, share), 1.0)
    cold = np.where(others, betaincc(held + 1, np.where(others, rest, 1.0), share), 1.0)
    return np.column_stack([hot, cold])


def _as_measured(level: Floats, near: csr_array, counted: Floats, measure: Booleans) -> Floats:
    """Return the chances of as much and as little, of zones that scatter as the measure's do outside.

    They are 0 where there are too few of these: then the even scatter alone decides.
    """
    powers = level[:, None] ** np.array([0, 1, 2, 3]) * measure[:, None]
    outside, *sums = (powers.sum(axis=0) - near @ powers).T
    zones = np.maximum(outside, FEWEST_OUTSIDE)
    mean, square, cube = (power / zones for power in sums)
    beyond = near @ level - counted * mean
    variance = square - mean**2
    no_spread = NO_SPREAD * float(np.mean(level**2))
    flat = variance <= no_spread
    scale = np.where(flat, 1.0, variance)
    share = counted / zones
    t = beyond / np.sqrt(scale * counted * (1 + share) * zones / (zones - 1))
    skewed = np.where(flat, 0.0, cube - 3 * mean * square + 2 * mean**3) / scale**1.5
    skew = skewed * (1 - share**2) / np.sqrt(counted) / (1 + share) ** 1.5
    normal = _as_normal(t, zones - 1)
    curve = np.column_stack([pearson3.sf(normal, skew), pearson3.cdf(normal, skew)])
    tiny = np.sqrt(no_spread) * counted
    certain = np.column_stack([beyond <= tiny, beyond >= -tiny]).astype(float)
    chances = np.where(flat[:, None], certain, curve)
    return np.where(outside[:, None] < FEWEST_OUTSIDE, 0.0, chances)


def _as_normal(t: Floats, freedom: Floats) -> Floats:
    """Return the normal quantile of Student's t: the tails of a variance that was estimated."""
    widened = np.sqrt(freedom * np.log1p(t**2 / freedom))
    return np.asarray(np.sign(t) * widened * (8 * freedom + 1) / (8 * freedom + 3), dtype=float)
