"""The night-time economy: which hours it has, which night an hour belongs to, and how much of the week it holds."""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from scipy.special import betaincinv

from vulncore.domain.arrays import Booleans
from vulncore.domain.errors import InvalidPeriodError
from vulncore.metrics.week.hours import HOURS
from vulncore.metrics.week.patrols import covered_hours

DAY_HOURS = 24
STARTS, ENDS = range(16, 24), range(2, 9)
"""When a night may start and end: hours that somebody would call a night."""


@dataclass(frozen=True)
class Night:
    """A night's hours: from `first` o'clock, through midnight, to before `end` o'clock.

    The design's are 18:00 to 05:59.
    """

    first: int = 18
    end: int = 6

    def __post_init__(self) -> None:
        if self.first not in STARTS or self.end not in ENDS:
            raise InvalidPeriodError(
                f"A night can't run from {self.first}:00 to {self.end}:00. Let it start at {STARTS[0]}:00 to "
                f"{STARTS[-1]}:00 and end at {ENDS[0]}:00 to {ENDS[-1]}:00, like 18:00 to 06:00."
            )

    @property
    def hours(self) -> int:
        """How many hours long it is."""
        return DAY_HOURS - self.first + self.end

    @property
    def mask(self) -> Booleans:
        """Which of the 168 hours from Monday 00:00 belong to a night."""
        of_day = np.arange(HOURS) % DAY_HOURS
        return (of_day >= self.first) | (of_day < self.end)

    def of(self, weekday: int) -> Booleans:
        """Return which hours belong to the night that starts on a weekday (0 is Monday).

        >>> np.flatnonzero(Night(22, 2).of(6)).tolist()
        [0, 1, 166, 167]
        """
        return covered_hours([weekday * DAY_HOURS + self.first], self.hours)

    def __str__(self) -> str:
        return f"{self.first:02d}:00 to {self.end - 1:02d}:59"


DEFAULT: Final = Night()


class Share(NamedTuple):
    """A share with its limits, all between 0 and 1."""

    share: float
    low: float
    high: float


def share(part: float, of: float, alpha: float = 0.05) -> Share:
    """Return what share a part is of more than 0 records, or weight, with exact limits.

    `alpha` is one minus the confidence level, half of it in each tail.

    Source:
        Clopper and Pearson (1934); between whole numbers the limits run smoothly.

    >>> [round(value, 3) for value in share(10, 40)]
    [0.25, 0.127, 0.412]
    """
    rest = max(of - part, 0.0)
    low = betaincinv(part, rest + 1, alpha / 2) if part > 0 else 0.0
    high = betaincinv(part + 1, rest, 1 - alpha / 2) if rest > 0 else 1.0
    return Share(part / of, float(low), float(high))


def share_change(part: float, of: float, earlier_part: float, earlier_of: float) -> Share:
    """Return by how much a share changed, with 95 % limits; each between -1 and 1.

    Source:
        Newcombe (1998), Interval estimation for the difference between independent proportions, method 10:
        Wilson's limits of both, drawn together.

    >>> [round(value, 4) for value in share_change(56, 70, 48, 80)]
    [0.2, 0.0524, 0.3339]
    """
    now, before = part / of, earlier_part / earlier_of
    low, high = _wilson(now, of)
    earlier_low, earlier_high = _wilson(before, earlier_of)
    change = now - before
    return Share(
        change,
        change - float(np.hypot(now - low, earlier_high - before)),
        change + float(np.hypot(high - now, before - earlier_low)),
    )


def _wilson(observed: float, of: float, z: float = 1.959964) -> tuple[float, float]:
    centre = (observed + z * z / (2 * of)) / (1 + z * z / of)
    reach = z / (1 + z * z / of) * float(np.sqrt(observed * (1 - observed) / of + z * z / (4 * of * of)))
    return centre - reach, centre + reach
