"""Near repeats: is an event followed by others near by and soon (Knox)?"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from scipy.spatial import KDTree

from vulncore.domain.arrays import Floats, Integers
from vulncore.domain.errors import InvalidRowsError, VulncoreError, first_five

LEVEL: Final = 0.05
PERMUTATIONS: Final = 999
MOST_PAIRS: Final = 250_000
"""Pairs of near records compared in each shuffle. Of more, records are drawn at random until so many are left."""
MOST_WORK: Final = 100_000_000
"""Pairs compared in all shuffles together: of 250,000 there are 400 instead of 999."""
MOST_RECORDS: Final = 100_000  # of which pairs are so much as counted
FIRST_LOOK: Final = 5_000  # records, by whose pairs one guesses how many records have as many as may be
LOOKS: Final = 4


class NearRepeats(NamedTuple):
    """The Knox test band by band, how many records it rests on, of how many, and how many shuffles."""

    table: pd.DataFrame
    used: int
    of: int
    permutations: int


def near_repeats(
    points_m: Floats,
    days: Integers,
    distances_m: Sequence[float],
    days_apart: Sequence[int],
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> NearRepeats:
    """Return how many pairs of records lie near in place and time, beside what shuffled dates give.

    Args:
        points_m: One row per record: where it happened, in metres on a plane.
        days: The day of each, counted from any day.
        distances_m: How far each band of distance reaches. The first begins at 0, each other beyond the one before;
            a first of 0 is the same place.
        days_apart: How many days each band of time reaches, in the same way: 3 and 7 are 0 to 3 and 4 to 7 days.
        permutations: How often dates are dealt out anew over the records, at most: of many pairs less often.
        seed: What the dice start from. The order of the records makes no difference.

    Returns:
        `table`, one row per band of distance and of time: `distance_from_m`, `distance_to_m`, `days_from`, `days_to`,
        `observed` (pairs), `expected` (pairs, exactly the mean of all ways to deal out the dates), `ratio` (of the
        two; missing where none is expected), `p_value` (how rarely dealing gives as many or more), `p_adjusted` (how
        rarely it gives any band as far beyond its mean, in standard deviations) and `clear` (`p_adjusted` at most
        0.05). Then the records `used`, `of` how many, and the `permutations`.

    Raises:
        InvalidRowsError: A record has no place, or there is not one day for each.
        VulncoreError: Bands don't rise, or there is no band or shuffle at all.

    Source:
        Knox (1964), The detection of space-time interactions; for near repeats Johnson and others (2007), Space-time
        patterns of risk. Dates are dealt out over records as in the R package NearRepeat (Steenbeek). Judging the
        bands together: the single-step maximum of Westfall and Young (1993), Resampling-Based Multiple Testing.

    Misleads when:
        points are snapped to streets (the same place is then a street, and the nearest bands hold what lies between
        streets), dates are those of recording, not of the event, or one part of the area rises while another falls:
        the test takes such a shift for repeats.

    >>> places = np.array([[0.0, 0.0], [30.0, 0.0], [900.0, 0.0], [950.0, 0.0]])
    >>> repeats = near_repeats(places, np.array([1, 2, 40, 80]), distances_m=[100], days_apart=[3])
    >>> repeats.table[["observed", "expected", "ratio"]].values.tolist()
    [[1.0, 0.3333333333333333, 3.0]]
    """
    reach_m, reach_days = np.asarray(distances_m, dtype=float), np.asarray(days_apart, dtype=np.int64)
    _check(points_m, days, reach_m, reach_days, permutations)
    rng = np.random.default_rng(seed)
    in_order = np.lexsort((days, points_m[:, 1], points_m[:, 0]))
    kept = in_order[_kept(points_m[in_order], float(reach_m[-1]), rng)]
    place, day = points_m[kept], days[kept]
    first, second, distance_band = _near_pairs(place, reach_m)
    permutations = min(permutations, MOST_WORK // max(len(first), 1))

    shape = (len(reach_m), len(reach_days))
    partners = np.bincount(first, minlength=len(day))
    band_of_gap = np.searchsorted(reach_days, np.arange(reach_days[-1] + 1))

    def counted(dealt: Integers) -> Integers:
        narrow = dealt.astype(np.int32)  # half the memory to go through, twice as fast
        gap = np.abs(np.repeat(narrow, partners) - narrow[second])
        soon = np.flatnonzero(gap <= reach_days[-1])
        band = distance_band[soon] * shape[1] + band_of_gap[gap[soon]]
        return np.bincount(band, minlength=shape[0] * shape[1]).reshape(shape)

    observed = counted(day)
    dealt_counts = np.array([counted(rng.permutation(day)) for _ in range(permutations)])
    near = np.bincount(distance_band, minlength=shape[0])
    expected = np.outer(near, _pairs_by_gap(day, reach_days)) / max(len(day) * (len(day) - 1) / 2, 1)
    columns = {
        "distance_from_m": np.append(0.0, reach_m[:-1])[:, None],
        "distance_to_m": reach_m[:, None],
        "days_from": np.append(0, reach_days[:-1] + 1),
        "days_to": reach_days,
        "observed": observed,
        "expected": expected,
        "ratio": np.divide(observed, expected, out=np.full(shape, np.nan), where=expected > 0),
        "p_value": (1 + (dealt_counts >= observed).sum(axis=0)) / (1 + permutations),
        "p_adjusted": _adjusted(observed, dealt_counts, expected),
    }
    table = pd.DataFrame({name: np.broadcast_to(of, shape).ravel() for name, of in columns.items()})
    return NearRepeats(table.assign(clear=table["p_adjusted"] <= LEVEL), len(day), len(days), permutations)


def _check(
    points_m: Floats, days: Integers, reach_m: Floats, reach_days: Integers, permutations: int
) -> None:
    if points_m.shape != (len(days), 2):
        raise InvalidRowsError(
            f"Places are of shape {points_m.shape}, and there are {len(days):,} days. Give each record both."
        )
    placeless = np.flatnonzero(~np.isfinite(points_m).all(axis=1))
    if placeless.size:
        raise InvalidRowsError(
            f"{placeless.size:,} of {len(days):,} records have no place (rows {first_five(placeless)}). Leave them out."
        )
    for what, reach in (("Distances", reach_m), ("Days apart", reach_days)):
        if not reach.size or not np.isfinite(reach).all() or reach[0] < 0 or (np.diff(reach) <= 0).any():
            raise VulncoreError(
                f"{what} are {reach.tolist()}: give one or more, none below 0, each beyond the one before."
            )
    if permutations < 1:
        raise VulncoreError(
            f"{permutations} permutations judge nothing: give at least 1, better {PERMUTATIONS}."
        )


def _kept(points_m: Floats, reach_m: float, rng: np.random.Generator) -> Integers:
    """Return which records to use, in order: all of them, or as many drawn at random as the work allows."""
    drawn = rng.permutation(len(points_m))[:MOST_RECORDS]
    size = min(FIRST_LOOK, len(drawn))
    pairs = _pairs(points_m[drawn[:size]], reach_m)
    for _ in range(LOOKS):
        if 0.96 * MOST_PAIRS <= pairs <= MOST_PAIRS or (pairs <= MOST_PAIRS and size == len(drawn)):
            break
        size = min(int(size * np.sqrt(0.98 * MOST_PAIRS / max(pairs, 1))), len(drawn))
        pairs = _pairs(points_m[drawn[:size]], reach_m)
    while pairs > MOST_PAIRS:
        size = int(0.99 * size)
        pairs = _pairs(points_m[drawn[:size]], reach_m)
    return np.sort(drawn[:size])


def _pairs(points_m: Floats, reach_m: float) -> int:
    tree = KDTree(points_m)
    return (int(tree.count_neighbors(tree, _just_beyond(reach_m))) - len(points_m)) // 2


def _near_pairs(points_m: Floats, reach_m: Floats) -> tuple[Integers, Integers, Integers]:
    """Return both records of each pair within reach, in order of the first, and the pair's band of distance."""
    pairs = KDTree(points_m).query_pairs(_just_beyond(float(reach_m[-1])), output_type="ndarray")
    first, second = pairs[np.argsort(pairs[:, 0])].T
    band = np.searchsorted(reach_m, np.hypot(*(points_m[first] - points_m[second]).T))
    within = band < len(reach_m)
    return first[within], second[within], band[within]


def _just_beyond(reach_m: float) -> float:
    """Return a radius that the tree's own rounding can't bring below the reach."""
    return reach_m * (1 + 1e-9)


def _pairs_by_gap(day: Integers, reach_days: Integers) -> Integers:
    """Return how many of all pairs, near or far, lie in each band of time."""
    ordered, rank = np.sort(day), np.arange(1, len(day) + 1)
    within = [
        int((np.searchsorted(ordered, ordered + reach, side="right") - rank).sum()) for reach in reach_days
    ]
    return np.diff(within, prepend=0)


def _adjusted(observed: Integers, dealt_counts: Integers, expected: Floats) -> Floats:
    """Return how rarely dealing gives any band as many standard deviations beyond its mean."""
    beyond = np.concatenate([observed[None], dealt_counts]) - expected
    # the dates as they were are one way to deal them: with them in the deviation the level is exact
    deviation = np.sqrt((beyond**2).mean(axis=0))
    score = np.divide(beyond, deviation, out=np.zeros(beyond.shape), where=deviation > 0)
    furthest = score[1:].max(axis=(1, 2))
    as_far = (furthest[:, None, None] >= score[0]).sum(axis=0)
    adjusted: Floats = (1 + as_far) / (1 + len(dealt_counts))
    return adjusted
