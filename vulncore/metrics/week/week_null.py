"""Weeks in which the hour means nothing: what chance alone makes of the same records."""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vulncore.metrics.week.hours import HOURS

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MOST_MOVED: Final = 4_000
"""Windows moved one by one in each made week. Of more, so many stand for all, and what they deviate by is scaled:
the sum of thousands is normal enough."""
WEEKS_AT_ONCE: Final = 100  # bounds the memory


def shuffled_weeks(
    shapes: pd.DataFrame, weeks: int, rng: np.random.Generator, occurs: Floats | None = None
) -> Floats:
    """Return made weeks in which each record, its window as long as it is, starts in an hour drawn evenly.

    Args:
        shapes: What `vulncore.metrics.week.day_hour.shapes` returns.
        weeks: How many weeks to make.
        rng: The dice.
        occurs: How often each hour of the week occurs in the period; all as often, unless told.

    Returns:
        One row per week: the weight of each of the 168 hours.

    >>> alone = pd.DataFrame({"first_minute": [0], "minutes": [1], "records": [50]})
    >>> made = shuffled_weeks(alone, 3, np.random.default_rng(0))
    >>> made.shape, made.sum(axis=1).tolist()
    ((3, 168), [50.0, 50.0, 50.0])
    """
    within = (shapes["first_minute"] + shapes["minutes"] <= 60).to_numpy()
    singles = int(shapes.loc[within, "records"].sum())
    chance = np.full(HOURS, 1 / HOURS) if occurs is None else occurs / occurs.sum()
    made = rng.multinomial(singles, chance, size=weeks).astype(float)
    windows = shapes[~within]
    count = int(windows["records"].sum())
    if count == 0:
        return made
    moved, scale = _moved(windows, min(count, MOST_MOVED), rng), count / min(count, MOST_MOVED)
    mean = _mean(moved, chance)
    for start in range(0, weeks, WEEKS_AT_ONCE):
        stop = min(start + WEEKS_AT_ONCE, weeks)
        placed = _placed(moved, stop - start, chance, rng)
        made[start:stop] += mean * scale + (placed - mean) * np.sqrt(scale)
    weeks_made: Floats = np.maximum(made, 0.0)
    return weeks_made


def _moved(windows: pd.DataFrame, count: int, rng: np.random.Generator) -> tuple[Integers, Integers, Floats]:
    """Return, for each hour that each window touches, the window, how many hours in, and its share."""
    which = np.repeat(np.arange(len(windows)), windows["records"])
    if count < len(which):
        which = rng.choice(which, count, replace=False)
    first, minutes = (windows[name].to_numpy()[which] for name in ("first_minute", "minutes"))
    hours = -(-(first + minutes) // 60)
    window = np.repeat(np.arange(len(which)), hours)
    step = np.arange(len(window)) - np.repeat(np.cumsum(hours) - hours, hours)
    begins = np.maximum(60 * step, first[window])
    ends = np.minimum(60 * (step + 1), (first + minutes)[window])
    return window, step, (ends - begins) / minutes[window]


def _mean(moved: tuple[Integers, Integers, Floats], chance: Floats) -> Floats:
    """Return what each hour holds on average: the shares of every step into a window, begun wherever it may."""
    _, step, share = moved
    hours = np.zeros(HOURS)
    for at, weight in enumerate(np.bincount(step, weights=share)):
        hours += weight * np.roll(chance, at)
    return hours


def _placed(
    moved: tuple[Integers, Integers, Floats], weeks: int, chance: Floats, rng: np.random.Generator
) -> Floats:
    window, step, share = moved
    start = rng.choice(HOURS, size=(weeks, int(window[-1]) + 1), p=chance)
    cell = (start[:, window] + step) % HOURS + HOURS * np.arange(weeks)[:, None]
    flat = np.bincount(cell.ravel(), weights=np.tile(share, weeks), minlength=HOURS * weeks)
    return flat.astype(float).reshape(weeks, HOURS)
