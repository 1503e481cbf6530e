"""When in the week things happen: the map of its hours, the stretches that stand out, the night-time economy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vulncore.disclosure import shown
from vulncore.findings.week_read import WeekRead
from vulncore.metrics.day_hour import HOURS, hours_in
from vulncore.metrics.night_time import Night
from vulncore.metrics.week_scan import week_windows

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

BAND: Final = 3
FEWEST: Final = 20
"""Records with a time: of fewer, three-hour bands mostly hold none or one, and their map would be one of persons."""


class Stretch(NamedTuple):
    """A stretch of the week that stands out: see `vulncore.metrics.week_scan.week_windows`."""

    start: int
    hours: int
    weight: float
    even: float
    p_value: float


@dataclass(frozen=True)
class Week:
    """Sums over the hours of the week, of which those that can be shown are there and the others missing.

    `sums` has one row per sum: `kind` ("hour", "band", "day", "night row", "hour of day", "band of day", "nights",
    "night", "stretch"), `at` (first hour of the week, or of the day), `weight` (missing where hidden), `hidden`.
    `stretches` are those that stand out, in order of the week.
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
    masks = every_sum(read.week, night, stretches)
    kept = shown(read.week, [np.ones(HOURS), *(mask for *_, mask in masks)], smallest)[1:]
    kept &= not too_few(read, smallest)
    rows = [(kind, at, float(mask @ read.week)) for kind, at, mask in masks]
    sums = pd.DataFrame(rows, columns=["kind", "at", "weight"])
    sums["hidden"] = ~kept
    sums["weight"] = sums["weight"].where(kept)
    order = {kind: number for number, kind in enumerate(dict.fromkeys(kind for kind, *_ in masks))}
    ordered = sums.assign(order=sums["kind"].map(order)).sort_values(["order", "at"], ignore_index=True)
    return Week(read, night, smallest, ordered.drop(columns="order"), stretches)


def too_few(read: WeekRead, smallest: int) -> bool:
    """Return whether there are too few times to draw a week of them; of those that hide nothing, whether there is none."""
    return read.timed < (max(FEWEST, smallest) if smallest else 1)


def every_sum(weights: Floats, night: Night, found: Sequence[Stretch]) -> list[tuple[str, int, Floats]]:
    """Return every sum that is ever shown, as kind, place and hours: what is decided by before what is looked up."""
    of_day = np.arange(HOURS) % 24
    stretches = [("stretch", each.start, mask_of(each.start, each.hours)) for each in found]
    return [
        *_largest_first(weights, [("night row", 24 * day, mask_of(24 * day + 6, 24)) for day in range(7)]),
        *_largest_first(weights, [("band", at, mask_of(at, BAND)) for at in range(0, HOURS, BAND)]),
        *_largest_first(weights, stretches),
        ("nights", 0, night.mask.astype(float)),
        *_largest_first(
            weights,
            [("band of day", at, (of_day // BAND == at // BAND).astype(float)) for at in range(0, 24, BAND)],
        ),
        *_largest_first(weights, [("day", 24 * day, mask_of(24 * day, 24)) for day in range(7)]),
        *_largest_first(weights, [("night", 24 * day, night.of(day).astype(float)) for day in range(7)]),
        *_largest_first(weights, [("hour", at, mask_of(at, 1)) for at in range(HOURS)]),
        *_largest_first(weights, [("hour of day", at, (of_day == at).astype(float)) for at in range(24)]),
    ]


def mask_of(start: int, hours: int) -> Floats:
    """Return a stretch of the week as 1 for each hour in it and 0 for the others."""
    mask = np.zeros(HOURS)
    mask[np.arange(start, start + hours) % HOURS] = 1.0
    return mask


def hidden_in_words(smallest: int) -> str:
    """Return what a number is that is hidden for itself alone.

    >>> hidden_in_words(5)
    'fewer than 5'
    """
    return f"fewer than {smallest}"


def hidden_as(smallest: int) -> str:
    """Return what a mark stands for that hides a number for itself or for another's sake: not told apart on purpose.

    >>> hidden_as(5)
    'fewer than 5, or would give one away'
    """
    return f"{hidden_in_words(smallest)}, or would give one away"


HIDDEN: Final = "–"
"""The mark that stands for a hidden number where there is no room for words."""


def known_shown(reads: Mapping[str, float], smallest: int) -> pd.Series:
    """Return records by what is known of their time; missing where too few to show, or where that would tell them."""
    names, values = list(reads), np.array(list(reads.values()))
    order = np.argsort(-values, kind="stable")
    each = np.eye(len(values))
    kept = shown(values, [np.ones(len(values)), *(each[at] for at in order)], smallest)[1:]
    visible = np.zeros(len(values), dtype=bool)
    visible[order] = kept
    return pd.Series(values, index=names).where(visible)


def _largest_first(
    weights: Floats, masks: Sequence[tuple[str, int, Floats]]
) -> list[tuple[str, int, Floats]]:
    return sorted(masks, key=lambda each: -float(each[2] @ weights))
