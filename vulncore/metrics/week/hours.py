"""The 168 hours of the week, numbered from Monday 00:00."""

from typing import Final

import numpy as np

from vulncore.domain.arrays import Floats, Integers
from vulncore.domain.periods import WEEKDAYS, Window

HOURS: Final = 168


def hours_from(start: int, hours: int) -> Integers:
    """Return the hours of a run, past the end of the week to its beginning.

    >>> hours_from(166, 4).tolist()
    [166, 167, 0, 1]
    """
    return np.arange(start, start + hours) % HOURS


def hours_in(window: Window) -> Floats:
    """Return how often each hour of the week occurs in a window, from Monday 00:00; clock changes left out.

    >>> from datetime import date
    >>> october = hours_in(Window(date(2024, 10, 1), date(2024, 10, 31)))
    >>> october[[0, 24, 167]].tolist()
    [4.0, 5.0, 4.0]
    """
    days = (window.start.weekday() + np.arange(window.days)) % len(WEEKDAYS)
    return np.repeat(np.bincount(days, minlength=len(WEEKDAYS)).astype(float), HOURS // len(WEEKDAYS))
