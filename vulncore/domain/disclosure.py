"""Small numbers: from which on a figure by hour, place or person is shown. What protects records is `vulncore.domain.blur`."""

import os
from typing import Final, NamedTuple

import numpy as np

from vulncore.domain.arrays import Floats
from vulncore.domain.errors import VulncoreError

SMALLEST_SHOWN: Final = 5
"""Records: under five, somebody who knows of one event can guess the others. The Office for National Statistics and
NHS England begin at five as well."""
SETTING: Final = "VULNCORE_SMALLEST_SHOWN"
LARGEST_SETTING: Final = 1_000


class Coarseness(NamedTuple):
    """From how many records on a document shows a number, and to how many it rounds it."""

    smallest: int
    rounding: int


def smallest_shown() -> int:
    """Return from how many records on a figure by hour, place or person is shown: the server's setting, else 5.

    Raises:
        VulncoreError: The setting is no whole number from 1.
    """
    text = os.environ.get(SETTING, "").strip()
    if not text:
        return SMALLEST_SHOWN
    if text.isascii() and text.isdigit() and 1 <= int(text) <= LARGEST_SETTING:
        return int(text)
    raise VulncoreError(
        f"{SETTING} is '{text[:20]}', not a whole number from 1 to {LARGEST_SETTING:,}. "
        f"Correct the setting, or remove it: then figures under {SMALLEST_SHOWN} are hidden."
    )


def to_nearest(counts: Floats, step: int) -> Floats:
    """Return counts to the nearest multiple of a step, halves up; missing ones stay missing.

    >>> to_nearest(np.array([2.0, 2.5, 7.0, np.nan]), step=5).tolist()
    [0.0, 5.0, 5.0, nan]
    """
    multiples: Floats = np.floor(counts / step + 0.5) * step
    return multiples


def rounded(counts: Floats, smallest: float) -> Floats:
    """Return counts to the nearest `smallest`, and missing where one is under it.

    Args:
        counts: Each at least 0; sums of shares of records may lie between whole numbers.
        smallest: The smallest count that is shown. Up to 1 nothing is hidden, and counts are rounded to whole numbers.

    Returns:
        Same order: multiples of `smallest`, missing where hidden.

    Misleads when:
        added up: rounded parts don't give the rounded total.

    >>> rounded(np.array([0.0, 3.0, 7.0, 23.0]), smallest=5).tolist()
    [nan, nan, 5.0, 25.0]
    """
    base = max(smallest, 1.0)
    values = np.round(np.asarray(counts, dtype=float) / base) * base
    if smallest > 1:
        values[np.asarray(counts) < smallest] = np.nan
    return values
