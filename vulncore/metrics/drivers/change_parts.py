"""Change parts: a rise or fall between two periods, taken apart, and the parts that drive it beyond chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Booleans, Floats, Integers
from vulncore.domain.errors import InvalidPeriodError
from vulncore.metrics.drivers.dimensions import SMALLEST, Dimension, DimensionParts, parts_of
from vulncore.metrics.drivers.shuffles import LEVEL, SEED, SHUFFLES, adjusted_p_values, moves
from vulncore.metrics.drivers.whole_parts import whole_parts
from vulncore.metrics.statistics.intervals import poisson_interval, rate_ratio_p_value

A_LEAP_DAY: Final = 1  # by which the same months of two years differ


@dataclass(frozen=True)
class NamedPart:
    """A part that drives a change, as a sentence names it.

    Attributes:
        dimension: The column's name.
        value: Its value, or which half of a share.
        change: By how many records it changed, in whole records that add up within the dimension.
        low: The least that the records are likely to have changed by (95 %).
        high: The most.
        p_value: How likely chance moves any part as far: of the parts left, among records of no part that is named before.
    """

    dimension: str
    value: str
    change: int
    low: float
    high: float
    p_value: float


@dataclass(frozen=True)
class ChangeParts:
    """A change between two periods and its parts.

    Attributes:
        before: Records of the earlier period.
        now: Records of the later period.
        exposure: What the earlier counts are multiplied by before they are taken off: 1 for periods as long, or a leap day apart.
        change: By how many records they changed.
        p_value: How likely chance alone changes the total as far, either way.
        clear: Whether that is 5 % or less. Where it isn't, say first that the change could be chance; parts in `named` then
            say that the mix changed all the same, some up and some down.
        parts: One row per part, as `change_parts` says.
        named: The parts to name, the one that explains most first.
    """

    before: int
    now: int
    exposure: float
    change: float
    p_value: float
    clear: bool
    parts: pd.DataFrame
    named: tuple[NamedPart, ...]


def change_parts(
    records: pd.DataFrame,
    days_now: int,
    days_before: int,
    dimensions: Sequence[Dimension],
    dispersion: float = 1.0,
    smallest: int = SMALLEST,
    shuffles: int = SHUFFLES,
    seed: int = SEED,
) -> ChangeParts:
    """Return what a change between two periods is made of, and which of its parts drive it.

    A part drives a change if it changed the same way, and its share of the records moved with it further than chance moves the
    share of any part: in no more than 5 % of changes whose mix stayed the same is anything called a driver. Where the total itself
    could be chance, which way it went means nothing, and shares that moved either way are looked for. Of drivers that are
    partly the same records the one that explains most is named; the others are named if, among the records that
    are left, they still are drivers.

    Args:
        records: One row per distinct record: `now` (true in the later period), and a column per dimension: text, missing where
            not recorded, or a share of the record between 0 and 1.
        days_now: How long the later period is.
        days_before: How long the earlier one is. Up to a day apart, counts are compared as they are.
        dimensions: The columns to take the change apart by, and how they were blurred.
        dispersion: The variance of counts over their mean; up to 1 is plain chance.
        smallest: Records that a value holds in both periods together to stand alone; the others are put together. A part that
            holds less than a twentieth of the records, and fewer than 50, stands alone but is not judged.
        shuffles: How often to shuffle.
        seed: What the dice start from.

    Returns:
        The total, its parts and what to name. `parts` has one row per part, in the order of the dimensions, the largest part
        first: `dimension`, `value`; `before` and `now` (records, the blur undone, never below zero; they add up to all
        records in each dimension), `change` (now − before × exposure), `share_of_change` (missing where nothing changed);
        `low` and `high` (95 % limits of the change); `expected` (the change, had each part changed in proportion to what it
        was before), `beyond` (change − expected); `p_value` (judged together; missing where the part is not judged) and `driver`;
        `whole_before`, `whole_now`, `whole_change` (whole records, which add up).

    Raises:
        InvalidRowsError: A column is absent, `now` is not true or false, or a value is none of its dimension's.
        InvalidPeriodError: A period has no days.
        VulncoreError: A dimension is given twice, can't have been blurred so, or lacks its values.

    Source:
        Westfall and Young (1993), Resampling-based multiple testing; the blur undone as in Warner (1965), Randomized
        response; limits by Zou and Donner (2008), Construction of confidence limits about effect measures.

    Misleads when:
        recording changed: what is written into a field more often seems to drive a rise. Of blurred dimensions a quarter of
        a driver's records pass for others, so that what is named after it can still hold some of them. Several parts that all
        grew by a little can make a rise without any being named.

    >>> rows = pd.DataFrame({"now": [False] * 50 + [True] * 100,
    ...     "offence": ["public order"] * 10 + ["assault"] * 40 + ["public order"] * 50 + ["assault"] * 50})
    >>> taken_apart = change_parts(rows, 365, 365, [Dimension("offence")])
    >>> taken_apart.parts[["value", "whole_change", "driver"]].values.tolist()
    [['assault', 10, False], ['public order', 40, True]]
    >>> [(part.value, part.change) for part in taken_apart.named]
    [('public order', 40)]
    """
    if not (days_now > 0 and days_before > 0):
        raise InvalidPeriodError(
            f"Periods of {days_now} and {days_before} days can't be compared. Give each at least one day."
        )
    parts = parts_of(records, dimensions, smallest)
    now = records["now"].to_numpy(dtype=bool)
    later, earlier = int(now.sum()), int((~now).sum())
    exposure = 1.0 if abs(days_now - days_before) <= A_LEAP_DAY else days_now / days_before
    total = later - earlier * exposure
    p_value = rate_ratio_p_value(later, earlier, days_now, days_before, dispersion).item()
    frame = _arithmetic(parts, now, exposure, dispersion, [dimension.name for dimension in dimensions])
    test = _Test(
        parts, now, p_value <= LEVEL, 1.0 if total >= 0 else -1.0, exposure, dispersion, shuffles, seed
    )
    everybody: Booleans = np.ones(len(now), dtype=bool)
    frame["p_value"], frame["driver"] = test.drivers(everybody, np.flatnonzero(parts.judged))
    return ChangeParts(
        earlier, later, exposure, total, p_value, p_value <= LEVEL, frame, _named(frame, test, everybody)
    )


def _arithmetic(
    parts: DimensionParts, now: Booleans, exposure: float, dispersion: float, names: Sequence[str]
) -> pd.DataFrame:
    total = now.sum() - exposure * (~now).sum()
    before, later = (_none_below_zero(parts.sharpened(rows), parts) for rows in (~now, now))
    change = later - exposure * before
    low, high = _limits(parts, now, exposure, dispersion)
    expected = before * total / (~now).sum() if not now.all() else np.full_like(before, np.nan)
    whole_before, whole_now, whole_change = (np.zeros(len(before), dtype=np.int64) for _ in range(3))
    for rows in (np.flatnonzero(parts.dimension == at) for at in range(len(names))):
        whole_before[rows] = whole_parts(before[rows], int((~now).sum()))
        whole_now[rows] = whole_parts(later[rows], int(now.sum()))
        whole_change[rows] = (
            whole_now[rows] - whole_before[rows] if exposure == 1 else whole_parts(change[rows], round(total))
        )
    return pd.DataFrame(
        {
            "dimension": [names[at] for at in parts.dimension],
            "value": list(parts.names),
            "before": before,
            "now": later,
            "change": change,
            "share_of_change": change / total if total else np.nan,
            "low": np.minimum(low, change),
            "high": np.maximum(high, change),
            "expected": expected,
            "beyond": change - expected,
            "whole_before": whole_before,
            "whole_now": whole_now,
            "whole_change": whole_change,
        }
    )


def _none_below_zero(estimates: Floats, parts: DimensionParts) -> Floats:
    """Return estimates that add up to the same within what a dimension records, none of them below zero."""
    positive = np.maximum(estimates, 0.0)
    recorded = parts.whole == parts.dimension
    for at in range(int(parts.dimension.max(initial=-1)) + 1):
        rows = recorded & (parts.dimension == at)
        if positive[rows].sum() > 0:
            positive[rows] *= max(estimates[rows].sum(), 0.0) / positive[rows].sum()
    return positive


def _limits(
    parts: DimensionParts, now: Booleans, exposure: float, dispersion: float
) -> tuple[Floats, Floats]:
    """Return 95 % limits of each part's change.

    An estimate is (1 − strays) × the part's counts − strays × the other counts, over kept: of counts that chance moves
    for themselves, and the limits of each are put together.
    """
    estimate, below, above = (np.zeros(len(parts.names)) for _ in range(3))
    for rows, sign in ((now, 1.0), (~now, -exposure)):
        held, of = parts.counted(rows)
        for count, factor in (
            (held, sign * (1 - parts.strays) / parts.kept),
            (of - held, -sign * parts.strays / parts.kept),
        ):
            low, high = poisson_interval(np.maximum(count, 0.0))
            under, over = np.abs(factor) * (count - low), np.abs(factor) * (high - count)
            estimate += factor * count
            below += np.where(factor > 0, under, over) ** 2
            above += np.where(factor > 0, over, under) ** 2
    width = np.sqrt(max(dispersion, 1.0))
    return estimate - width * np.sqrt(below), estimate + width * np.sqrt(above)


@dataclass(frozen=True)
class _Test:
    """The test of which parts drive the change, of any of the records."""

    parts: DimensionParts
    now: Booleans
    clear: bool
    direction: float
    exposure: float
    dispersion: float
    shuffles: int
    seed: int

    def drivers(self, records: Booleans, which: Integers) -> tuple[Floats, Booleans]:
        """Return p-values of some parts, judged together (missing for the others), and which are drivers."""
        p_values, driver = np.full(len(self.parts.names), np.nan), np.zeros(len(self.parts.names), dtype=bool)
        now = self.now[records]
        if not len(which) or now.all() or not now.any():
            return p_values, driver
        parts = self.parts.among(records, which)
        real, shuffled = moves(parts, now, self.dispersion, self.shuffles, self.seed)
        change = parts.sharpened(now) - self.exposure * parts.sharpened(~now)
        if self.clear:
            far, shuffled_far = real * self.direction, shuffled * self.direction
            same_way = change * self.direction > 0
        else:
            far, shuffled_far = np.abs(real), np.abs(shuffled)
            same_way = change * real > 0
        p_values[which] = adjusted_p_values(far, shuffled_far)
        driver[which] = (p_values[which] <= LEVEL) & same_way
        return p_values, driver

    def without(self, records: Booleans, part: int) -> Booleans:
        """Return the records that lie in another part, most of them."""
        return records & (self.parts.weights[:, part] <= 0.5)


def _named(frame: pd.DataFrame, test: _Test, everybody: Booleans) -> tuple[NamedPart, ...]:
    named: list[NamedPart] = []
    records, p_values, driver = everybody, frame["p_value"].to_numpy(), frame["driver"].to_numpy()
    # as it was counted: of two parts that are the same records, the one that was not blurred leaves nothing of the other
    beyond = frame["beyond"].abs().to_numpy() * test.parts.kept
    while driver.any():
        part = int(np.argmax(np.where(driver, beyond, -np.inf)))
        row = frame.iloc[part]
        named.append(
            NamedPart(
                row["dimension"],
                row["value"],
                int(row["whole_change"]),
                row["low"],
                row["high"],
                p_values[part],
            )
        )
        records = test.without(records, part)
        candidates = driver.copy()
        candidates[part] = False
        p_values, driver = test.drivers(records, np.flatnonzero(candidates))
        driver &= candidates
    return tuple(named)
