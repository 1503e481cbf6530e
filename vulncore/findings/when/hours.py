"""Hours of the week: how they are called, and which of them can be picked for a map."""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from vulncore.domain.arrays import Floats
from vulncore.domain.periods import WEEKDAYS
from vulncore.findings.shared.which_records import EVERY, EVERY_HOUR, HoursChosen
from vulncore.findings.shared.words import capital_first
from vulncore.findings.when.view import Stretch
from vulncore.metrics.week.hours import HOURS, hours_from
from vulncore.metrics.week.night_time import Night
from vulncore.metrics.week.patrols import covered_hours

EARLY: Final = "early hours"
PARTS: Final = ((6, EARLY), (12, "morning"), (18, "afternoon"), (24, "evening"))
"""Parts of the day, each with the hour before which it ends."""
MOSTLY: Final = 0.6  # of a stretch: with so much of it after midnight, it is called by that
HARDLY: Final = 0.2  # of a stretch: a part that holds less is not in its name
NIGHT, DAY, ONE_NIGHT, STRETCH = "night", "day", "night-of-", "stretch-"
"""How the keys of hours that can be picked are written, or begin."""
STRETCH_KEY: Final = re.compile(rf"{STRETCH}(\d{{1,3}})-(\d{{1,3}})", flags=re.ASCII)


def from_to(start: int, hours: int) -> str:
    """Return a stretch of hours from its first minute to its last.

    >>> from_to(92, 8), from_to(120, 4), from_to(167, 1)
    ('Thursday 20:00 to Friday 03:59', 'Saturday 00:00 to 03:59', 'Sunday 23:00 to 23:59')
    """
    last = (start + hours - 1) % HOURS
    same_day = start // 24 == last // 24 and last >= start
    return f"{weekday_time(start)} to {'' if same_day else f'{WEEKDAYS[last // 24]} '}{last % 24:02d}:59"


def times_of_day(start: int, hours: int) -> str:
    """Return a stretch of the day from its first minute to its last.

    >>> times_of_day(22, 4)
    '22:00 to 01:59'
    """
    return f"{start:02d}:00 to {(start + hours - 1) % 24:02d}:59"


def weekday_time(hour: int) -> str:
    """Return an hour of the week as its weekday and time.

    >>> weekday_time(92), weekday_time(168)
    ('Thursday 20:00', 'Monday 00:00')
    """
    return f"{WEEKDAYS[hour % HOURS // 24]} {hour % 24:02d}:00"


def night_name(start: int, hours: int, night: Night) -> str:
    """Return the night that most of a stretch lies in; "" where most of it lies in none.

    >>> night_name(92, 8, Night()), night_name(120, 4, Night()), night_name(85, 6, Night())
    ('Thursday night', 'Friday night', '')
    """
    stretch = hours_from(start, hours)
    within = [int(night.of(day)[stretch].sum()) for day in range(7)]
    return f"{WEEKDAYS[int(np.argmax(within))]} night" if 2 * max(within) > hours else ""


def stretch_name(start: int, hours: int, by_hour: Floats) -> str:
    """Return what people call a stretch: by the part of the day where most of what it holds lies.

    >>> by_hour = np.ones(168)
    >>> stretch_name(92, 6, by_hour), stretch_name(120, 4, by_hour), stretch_name(117, 7, by_hour)
    ('Thursday evening into early Friday', 'Early hours of Saturday', 'Friday evening into early Saturday')
    """
    stretch = hours_from(start, hours)
    held = by_hour[stretch] if by_hour[stretch].sum() > 0 else np.ones(hours)
    part_of_hour = [_part(int(hour)) for hour in stretch]
    parts = list(dict.fromkeys(part_of_hour))
    shares = [held[[other == part for other in part_of_hour]].sum() / held.sum() for part in parts]
    most = int(np.argmax(shares))
    if shares[most] >= (MOSTLY if parts[most][1] == EARLY else 1 - HARDLY):
        name = _part_name(parts[most])
    else:
        named = [part for part, share in zip(parts, shares, strict=True) if share >= HARDLY] or parts
        name = _part_name(named[0]) if len(named) == 1 else _names_joined(named)
    return capital_first(name)


def hours_offered(night: Night, stretches: Sequence[Stretch] = (), chosen: str = EVERY) -> list[HoursChosen]:
    """Return the hours that can be picked: any, the night's and the others, stretches that stand out, and single nights.

    Where `chosen` is the key of a stretch it is offered too: what a link or another page names may stand out no more.
    """
    named = dict.fromkeys((stretch.start, stretch.hours) for stretch in stretches)
    if its_hours := STRETCH_KEY.fullmatch(chosen):
        start, hours = map(int, its_hours.groups())
        named |= {(start, hours): None} if start < HOURS and 0 < hours < HOURS else {}
    offered = [
        (NIGHT, f"Night-time economy, {night}", night.mask),
        (DAY, "The rest of the day", ~night.mask),
        *(
            (f"{STRETCH}{start}-{hours}", from_to(start, hours), covered_hours([start], hours))
            for start, hours in named
        ),
        *(
            (f"{ONE_NIGHT}{weekday[:3].lower()}", f"{weekday} night, {night}", night.of(day))
            for day, weekday in enumerate(WEEKDAYS)
        ),
    ]
    by_key = (HoursChosen(key, words, tuple(np.flatnonzero(mask).tolist())) for key, words, mask in offered)
    return [EVERY_HOUR, *by_key]


def _part(hour: int) -> tuple[str, str]:
    """Return the weekday and the part of the day that an hour of the week lies in."""
    return WEEKDAYS[hour // 24], next(name for before, name in PARTS if hour % 24 < before)


def _part_name(part: tuple[str, str]) -> str:
    weekday, name = part
    return f"early hours of {weekday}" if name == EARLY else f"{weekday} {name}"


def _names_joined(parts: Sequence[tuple[str, str]]) -> str:
    (first_day, first), (last_day, last) = parts[0], parts[-1]
    if last == EARLY:
        return f"{_part_name(parts[0])} into early {last_day}"
    begins = f"early {first_day}" if first == EARLY else f"{first_day} {first}"
    return f"{begins} to {last}" if first_day == last_day else f"{begins} to {last_day} {last}"
