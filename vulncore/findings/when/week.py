"""When in the week things happen: the map of its hours, the stretches that stand out, the night-time economy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Booleans, Floats
from vulncore.domain.disclosure import visible_mask
from vulncore.findings.shared.which_records import WeekRead
from vulncore.metrics.week.hours import HOURS, hours_from, hours_in
from vulncore.metrics.week.known_times import USED, Known
from vulncore.metrics.week.night_time import Night
from vulncore.metrics.week.scan import week_windows

BAND: Final = 3
NOTHING: Final = 1e-6  # of a record: what rounding leaves
FEWEST: Final = 20
"""Records with a time: of fewer, three-hour bands mostly hold none or one, and their map would be one of persons."""


class Stretch(NamedTuple):
    """A stretch of the week that stands out: see `vulncore.metrics.week.scan.week_windows`."""

    start: int
    hours: int
    weight: float
    even: float
    p_value: float


PARTS_OF: Final = {
    "hour": 0,
    "band": 1,
    "stretch": 1,
    "hour of day": 1,
    "night row": 2,
    "day": 2,
    "band of day": 2,
}
"""How large a kind of sum is: of the larger, the smaller are parts."""

CELLS: Final = ("hour", "band")


@dataclass(frozen=True)
class Week:
    """Sums over the hours of the week, of which those that can be shown are there and the others missing.

    `sums` has one row per sum: `kind` (of `PARTS_OF`), `at` (its first hour of the week, or of the day), `weight`
    (missing where hidden), `hidden`, `about` (what a hidden total or stretch holds, to the nearest `smallest`; missing
    where that is a small number, too). `stretches` are those that stand out, in order of the week.
    """

    read: WeekRead
    night: Night
    smallest: int
    sums: pd.DataFrame
    stretches: tuple[Stretch, ...]

    @property
    def too_few(self) -> bool:
        """Whether there are too few times to draw a week of them."""
        return too_few(self.read, self.smallest)

    def of(self, kind: str) -> pd.DataFrame:
        """Return the sums of a kind, in order."""
        return self.sums[self.sums["kind"] == kind].reset_index(drop=True)


def week(read: WeekRead, night: Night, smallest: int) -> Week:
    """Return what can be shown of the hours of the week.

    Args:
        read: The records' hours.
        night: The hours of the night-time economy.
        smallest: The smallest sum that is shown; 0 hides nothing.
    """
    found = week_windows(read.week, read.shapes, hours_in(read.asked.window)).itertuples(
        index=False, name=None
    )
    stretches = tuple(Stretch(*row) for row in found)
    masks = every_sum(read.week, stretches)
    kept = _kept(read.week, masks, smallest) & (not too_few(read, smallest))
    rows = [(kind, at, float(mask @ read.week)) for kind, at, mask in masks]
    sums = pd.DataFrame(rows, columns=["kind", "at", "weight"])
    sums["hidden"] = ~kept
    said_about = (
        ~kept & ~sums["kind"].isin(CELLS) & (sums["weight"] >= smallest) & (not too_few(read, smallest))
    )
    sums["about"] = (sums["weight"] / max(smallest, 1)).round().mul(max(smallest, 1)).where(said_about)
    sums["weight"] = sums["weight"].where(kept)
    order = {kind: number for number, kind in enumerate(dict.fromkeys(kind for kind, *_ in masks))}
    ordered = sums.assign(order=sums["kind"].map(order)).sort_values(["order", "at"], ignore_index=True)
    return Week(read, night, smallest, ordered.drop(columns="order"), stretches)


def too_few(read: WeekRead, smallest: int) -> bool:
    """Return whether there are too few times to draw a week of them; of those that hide nothing, whether there is none."""
    return read.timed < (max(FEWEST, smallest) if smallest else 1)


def every_sum(weights: Floats, found: Sequence[Stretch]) -> list[tuple[str, int, Floats]]:
    """Return every sum that is ever shown, as kind, place and hours: what is decided by before what is looked up."""
    of_day = np.arange(HOURS) % 24
    stretches = [("stretch", each.start, mask_of(each.start, each.hours)) for each in found]
    return [
        *_largest_first(weights, [("night row", 24 * day, mask_of(24 * day + 6, 24)) for day in range(7)]),
        *_largest_first(weights, [("band", at, mask_of(at, BAND)) for at in range(0, HOURS, BAND)]),
        *_largest_first(weights, stretches),
        *_largest_first(
            weights,
            [("band of day", at, (of_day // BAND == at // BAND).astype(float)) for at in range(0, 24, BAND)],
        ),
        *_largest_first(weights, [("day", 24 * day, mask_of(24 * day, 24)) for day in range(7)]),
        *_largest_first(weights, [("hour", at, mask_of(at, 1)) for at in range(HOURS)]),
        *_largest_first(weights, [("hour of day", at, (of_day == at).astype(float)) for at in range(24)]),
    ]


def mask_of(start: int, hours: int) -> Floats:
    """Return a stretch of the week as 1 for each hour in it and 0 for the others."""
    mask = np.zeros(HOURS)
    mask[hours_from(start, hours)] = 1.0
    return mask


def known_shown(read: WeekRead, smallest: int) -> pd.Series:
    """Return records by what is known of their time, and as "unknown" those without an hour; missing where hidden.

    For a force as a whole they say how good its data are, and none is hidden; of a place or a group of victims they
    are protected as everything else is. A kind without records is 0.
    """
    known = {kind.value: read.known.get(kind, 0.0) for kind in Known}
    there = [kind for kind in known if known[kind] > 0]
    parts = np.array([known[kind] for kind in there])
    unused = np.array([float(kind not in USED) for kind in there])
    each = sorted(zip(there, np.eye(len(there)), strict=True), key=lambda pair: -known[pair[0]])
    sums = [("", np.ones(len(there))), ("unknown", unused), *each]
    kept = visible_mask(parts, [mask for _, mask in sums if mask.any()], smallest if read.asked.where else 0)
    names = [name for name, mask in sums if mask.any()]
    visible = {name: float(mask @ parts) for name, mask in sums}
    hidden = {name for name, seen in zip(names, kept, strict=True) if not seen}
    return pd.Series(
        {name: np.nan if name in hidden else visible.get(name, 0.0) for name in ("unknown", *known)}
    )


def _kept(weights: Floats, masks: Sequence[tuple[str, int, Floats]], smallest: int) -> Booleans:
    """Return which sums can be shown, so that what is left of each, without the parts shown, is not small either."""
    sums = [np.ones(HOURS), *(mask for *_, mask in masks)]
    left: list[Floats] = []
    while True:
        kept = visible_mask(weights, [*sums, *left], smallest)[1 : len(sums)]
        more = [rest for rest in _left_over(weights, masks, kept, smallest) if not _among(rest, left)]
        if not more:
            return kept
        left += more


def _left_over(
    weights: Floats, masks: Sequence[tuple[str, int, Floats]], kept: Booleans, smallest: int
) -> list[Floats]:
    """Return what is left of each sum shown, without the bands shown in it or the hours, where that is small."""
    seen = {"hour": np.zeros(HOURS), "band": np.zeros(HOURS)}
    for (kind, _, mask), visible in zip(masks, kept, strict=True):
        if visible and kind in seen:
            seen[kind] += mask
    left = []
    for (kind, _, mask), visible in zip(masks, kept, strict=True):
        for part in [part for part in seen if visible and PARTS_OF[kind] >= PARTS_OF[part] and kind != part]:
            rest = mask * (1 - seen[part])
            if NOTHING < rest @ weights < smallest:  # that nothing is left tells of no one
                left.append(rest)
    return left


def _among(rest: Floats, others: Sequence[Floats]) -> bool:
    return any(np.array_equal(rest, other) for other in others)


def _largest_first(
    weights: Floats, masks: Sequence[tuple[str, int, Floats]]
) -> list[tuple[str, int, Floats]]:
    return sorted(masks, key=lambda each: -float(each[2] @ weights))
