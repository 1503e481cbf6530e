"""Hours of the week in words: by the calendar, and by the night that they belong to."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from vulncore.domain.arrays import Floats
from vulncore.domain.periods import WEEKDAYS
from vulncore.metrics.week.hours import HOURS, hours_from
from vulncore.metrics.week.night_time import Night

EARLY: Final = "early hours"
PARTS: Final = ((6, EARLY), (12, "morning"), (18, "afternoon"), (24, "evening"))
"""Parts of the day, each with the hour before which it ends."""
MOSTLY: Final = 0.6  # of a stretch: with so much of it after midnight, it is called by that
HARDLY: Final = 0.2  # of a stretch: a part that holds less is not in its name


def moment(hour: int) -> str:
    """Return an hour of the week as its weekday and time.

    >>> moment(92), moment(168)
    ('Thursday 20:00', 'Monday 00:00')
    """
    return f"{WEEKDAYS[hour % HOURS // 24]} {hour % 24:02d}:00"


def stretch(start: int, hours: int) -> str:
    """Return a stretch of hours from its first minute to its last.

    >>> stretch(92, 8), stretch(120, 4), stretch(167, 1)
    ('Thursday 20:00 to Friday 03:59', 'Saturday 00:00 to 03:59', 'Sunday 23:00 to 23:59')
    """
    last = (start + hours - 1) % HOURS
    same_day = start // 24 == last // 24 and last >= start
    return f"{moment(start)} to {'' if same_day else f'{WEEKDAYS[last // 24]} '}{last % 24:02d}:59"


def night_name(start: int, hours: int, night: Night) -> str:
    """Return the night that most of a stretch lies in; "" where most of it lies in none.

    >>> night_name(92, 8, Night()), night_name(120, 4, Night()), night_name(85, 6, Night())
    ('Thursday night', 'Friday night', '')
    """
    every = hours_from(start, hours)
    within = [int(night.of(day)[every].sum()) for day in range(7)]
    return f"{WEEKDAYS[int(np.argmax(within))]} night" if 2 * max(within) > hours else ""


def stretch_name(start: int, hours: int, week: Floats) -> str:
    """Return what people call a stretch: by the part of the day where most of what it holds lies.

    >>> week = np.ones(168)
    >>> stretch_name(92, 6, week), stretch_name(120, 4, week), stretch_name(117, 7, week)
    ('Thursday evening into early Friday', 'early hours of Saturday', 'Friday evening into early Saturday')
    """
    every = hours_from(start, hours)
    held = week[every] if week[every].sum() > 0 else np.ones(hours)
    named = [_part(int(hour)) for hour in every]
    parts = list(dict.fromkeys(named))
    shares = [sum(held[at] for at, part in enumerate(named) if part == each) / held.sum() for each in parts]
    most = int(np.argmax(shares))
    if shares[most] >= (MOSTLY if parts[most][1] == EARLY else 1 - HARDLY):
        return _called(parts[most])
    told = [part for part, share in zip(parts, shares, strict=True) if share >= HARDLY] or parts
    return _called(told[0]) if len(told) == 1 else _from_to(told)


def _part(hour: int) -> tuple[str, str]:
    return WEEKDAYS[hour // 24], next(name for before, name in PARTS if hour % 24 < before)


def _called(part: tuple[str, str]) -> str:
    day, name = part
    return f"early hours of {day}" if name == EARLY else f"{day} {name}"


def _from_to(told: Sequence[tuple[str, str]]) -> str:
    (first_day, first), (last_day, last) = told[0], told[-1]
    if last == EARLY:
        return f"{_called(told[0])} into early {last_day}"
    begins = f"early {first_day}" if first == EARLY else f"{first_day} {first}"
    return f"{begins} to {last}" if first_day == last_day else f"{begins} to {last_day} {last}"
