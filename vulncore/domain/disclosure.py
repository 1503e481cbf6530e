"""Disclosure control: which small numbers are hidden, and which others with them so that nobody can work them out."""

import os
from collections.abc import Sequence
from typing import Final

import numpy as np

from vulncore.domain.arrays import Booleans, Floats
from vulncore.domain.errors import VulncoreError

SMALLEST_SHOWN: Final = 5
"""Records: under five, somebody who knows of one event can guess the others. The Office for National Statistics and
NHS England begin at five as well."""
SETTING: Final = "VULNCORE_SMALLEST_SHOWN"
LARGEST_SETTING: Final = 1_000
NEGLIGIBLE: Final = 1e-9  # of a vector's length: what is left of it once it can be worked out


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


def visible_mask(parts: Floats, sums: Sequence[Floats], smallest: float) -> Booleans:
    """Return which sums over the same parts can be shown, so that none of the others can be worked out.

    A sum under `smallest` is hidden. The rest are taken in the order given, and one is left out if with it and those
    already taken a hidden one would follow by adding and subtracting.

    Args:
        parts: What is added up: the hours of a week, say. None is below 0.
        sums: For each sum 1 where a part belongs to it and 0 where not; what matters most first.
        smallest: The smallest sum that is shown. The first sum is always shown.

    Returns:
        True for each sum that is shown.

    Source:
        The rule of primary and secondary suppression: Willenborg and de Waal (2001), Elements of Statistical
        Disclosure Control. What follows from what is linear algebra: whether a sum lies in the span of others.

    Misleads when:
        somebody sets two selections against each other that differ by a few records, or knows that a hidden one is 0.

    >>> hours = [np.eye(3)[at] for at in range(3)]
    >>> visible_mask(np.array([2.0, 7.0, 9.0]), [np.ones(3), *hours], smallest=5).tolist()
    [True, False, True, False]
    """
    every = np.asarray(sums, dtype=float)
    small = every @ parts < smallest
    small[0] = False
    hidden = every[small]
    lengths = np.linalg.norm(hidden, axis=1)
    known = np.zeros((0, every.shape[1]))
    taken = np.zeros(len(every), dtype=bool)
    for at in np.flatnonzero(~small):
        new = _outside_span(every[at], known)
        length = np.linalg.norm(new)
        if length > NEGLIGIBLE * np.linalg.norm(every[at]):
            direction = new / length
            left = hidden - np.outer(hidden @ direction, direction)
            if (np.linalg.norm(left, axis=1) <= NEGLIGIBLE * lengths).any():
                continue
            hidden, known = left, np.vstack([known, direction])
        taken[at] = True
    return taken


def rounded(counts: Floats, smallest: float, total: float | None = None) -> Floats:
    """Return counts to the nearest `smallest`, and missing where one is under it: what is safe to show of many places.

    Rounded, a count that overlaps others (another size of cell, another month, other hours) can't be set against them
    to single out a few records. Where those hidden, with the total known, could not each be anything from 0 to just
    under `smallest`, the smallest of the others is hidden as well, until they could.

    Args:
        counts: Parts that don't overlap, each at least 0. Sums of shares of records may lie between whole numbers.
        smallest: The smallest count that is shown. Up to 1 nothing is hidden, and counts are rounded to whole numbers.
        total: The parts' sum, where it is known to who sees them.

    Returns:
        Same order: multiples of `smallest`, missing where hidden. Hidden may be nothing at all.

    Source:
        Rounding to a fixed base, and suppression under it: NHS England (2024), HES disclosure control; ONS (2019),
        Policy on protecting confidentiality in tables.

    Misleads when:
        added up: rounded parts don't give the rounded total.

    >>> rounded(np.array([0.0, 3.0, 7.0, 23.0]), smallest=5, total=33.0).tolist()
    [nan, nan, 5.0, 25.0]
    """
    base = max(smallest, 1.0)
    values = np.round(np.asarray(counts, dtype=float) / base) * base
    if smallest <= 1:
        return values
    values[np.asarray(counts) < smallest] = np.nan
    while total is not None and _narrows(values, base, total):
        values[np.nanargmin(values)] = np.nan
    return values


def _narrows(values: Floats, base: float, total: float) -> bool:
    """Whether a hidden part can be told more closely than as 0 to under `base`, from what is shown and the total."""
    hidden, seen = int(np.isnan(values).sum()), values[~np.isnan(values)]
    if not hidden or not len(seen):
        return False
    away = np.ceil(base / 2) - 1  # as far as a whole count surely may lie from its multiple
    most_seen, least_seen = float(np.sum(seen + away)), float(np.sum(np.maximum(seen - away, base)))
    most_left, least_left = total - least_seen, max(total - most_seen, 0.0)
    largest = base - 1
    return least_left > (hidden - 1) * largest or most_left < largest


def _outside_span(wanted: Floats, known: Floats) -> Floats:
    """Return the part of a vector that lies outside the span of orthonormal rows; twice, as rounding wants it."""
    once = wanted - known.T @ (known @ wanted)
    twice: Floats = once - known.T @ (known @ once)
    return twice
