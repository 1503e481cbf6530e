"""Hours of the week that a map is asked for: all, the night-time economy's, one night's, or a stretch that stands out."""

from collections.abc import Sequence

import numpy as np

from vulncore.domain.arrays import Booleans
from vulncore.domain.periods import WEEKDAYS
from vulncore.findings.shared.which_records import EVERY_HOUR, HoursChosen
from vulncore.findings.when.week import Stretch
from vulncore.findings.when.words import stretch
from vulncore.metrics.week.hours import hours_from
from vulncore.metrics.week.night_time import Night

NIGHT, DAY, ONE_NIGHT, STRETCH = "night", "day", "night-of-", "stretch-"


def hours_offered(night: Night, stretches: Sequence[Stretch] = ()) -> list[HoursChosen]:
    """Return the hours that can be chosen: few, so that what differs by an hour can't be set against each other.

    Args:
        night: The night-time economy's hours.
        stretches: Those of the week that stand out.
    """
    nights = [
        HoursChosen(f"{ONE_NIGHT}{name[:3].lower()}", f"{name} night, {night}", _those(night.of(day)))
        for day, name in enumerate(WEEKDAYS)
    ]
    found = [
        HoursChosen(
            f"{STRETCH}{each.start}-{each.hours}",
            stretch(each.start, each.hours),
            tuple(sorted(hours_from(each.start, each.hours).tolist())),
        )
        for each in stretches
    ]
    return [
        EVERY_HOUR,
        HoursChosen(NIGHT, f"Night-time economy, {night}", _those(night.mask)),
        HoursChosen(DAY, "The rest of the day", _those(~night.mask)),
        *found,
        *nights,
    ]


def _those(mask: Booleans) -> tuple[int, ...]:
    return tuple(np.flatnonzero(mask).tolist())
