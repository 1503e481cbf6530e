"""The shifts of the week that meet most of what happens."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from vulncore.domain.arrays import Booleans, Floats
from vulncore.domain.errors import InvalidPeriodError
from vulncore.metrics.week.hours import HOURS, hours_from

LONGEST_SHIFT: Final = 24
NEVER: Final = -1.0  # below any sum of weights


def best_shifts(week: Floats, shifts: int, hours: int) -> tuple[int, ...]:
    """Return when to start a number of shifts so that together they hold as much of the week as can be.

    What each of the 168 hours from Monday 00:00 weighs is >= 0. Of shifts there is 1 or more, of 1 to 24 hours each. They start
    on the hour, don't overlap, and may run past the week's end.

    Returns:
        The hours at which they start, in order. Of several choices as good, one with early starts.

    Raises:
        InvalidPeriodError: There are no such shifts, or the week has no room for them.

    Source:
        Dynamic programming over the hours, for each place at which the circle can be cut: of as many neighbouring
        places as a shift is long, some shift covers all but one.

    >>> week = np.zeros(168)
    >>> week[[92, 93, 94, 120, 121]] = 5
    >>> best_shifts(week, 2, 3)
    (92, 119)
    """
    if shifts < 1 or not 1 <= hours <= LONGEST_SHIFT or shifts * hours > HOURS:
        raise InvalidPeriodError(
            f"A week of {HOURS} hours has no room for {shifts} shifts of {hours} hours. Ask for at least one shift "
            f"of 1 to {LONGEST_SHIFT} hours, and for no more than {HOURS} hours in all."
        )
    held = np.add.reduce([np.roll(week, -step) for step in range(hours)])
    best, chosen = NEVER, tuple[int, ...]()
    for cut in range(hours):
        total, starts = _in_a_line(np.roll(held, -cut), shifts, hours)
        if total > best + 1e-9:
            best, chosen = total, tuple(sorted((start + cut) % HOURS for start in starts))
    return chosen


def covered_hours(starts: Sequence[int], hours: int) -> Booleans:
    """Return which of the 168 hours lie in one of some runs of the same length, such as shifts.

    >>> np.flatnonzero(covered_hours([167], 2)).tolist()
    [0, 167]
    """
    mask = np.zeros(HOURS, dtype=bool)
    for start in starts:
        mask[hours_from(start, hours)] = True
    return mask


def _in_a_line(held: Floats, shifts: int, hours: int) -> tuple[float, list[int]]:
    """Return the most that so many shifts hold, none across the line's end, and where they start."""
    most = np.full((shifts + 1, HOURS + 1), NEVER)  # of so many shifts, ended by this hour
    most[0] = 0.0
    for count in range(1, shifts + 1):
        for end in range(hours, HOURS + 1):
            before = most[count - 1, end - hours]
            with_one = before + held[end - hours] if before >= 0 else NEVER
            most[count, end] = max(most[count, end - 1], with_one)
    starts, end = [], HOURS
    for count in range(shifts, 0, -1):
        while most[count, end] == most[count, end - 1]:
            end -= 1
        end -= hours
        starts.append(end)
    return float(most[shifts, HOURS]), starts
