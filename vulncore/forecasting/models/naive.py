"""The simple forecast that any other has to beat: last year again."""

import numpy as np

from vulncore.domain.arrays import Floats
from vulncore.forecasting.levels import levelled, shared_errors
from vulncore.forecasting.past import Past
from vulncore.forecasting.paths import Paths, whole_numbers

SMALLEST_MEAN = 0.5  # below it a count's own scatter is taken as that of half a record


def seasonal_naive(past: Past, ahead: int, paths: int, rng: np.random.Generator) -> Paths:
    """Return paths about the same months of the last year known.

    Each further year adds one more year-on-year change, drawn from those seen and with either sign; a change
    grows with the square root of the level, as counts do.

    Source:
        Hyndman and Athanasopoulos (2021), Forecasting: Principles and Practice, 3rd edition, section 5.2.
    """
    past, unsure = levelled(past)
    counts = past.counts
    level = _last_year(counts)
    months = np.arange(ahead)
    centre = level[months % 12]
    changes = _scaled_changes(counts, 12)
    years = months // 12 + 1
    drawn = rng.choice(changes, (paths, int(years.max()), ahead))
    drawn = drawn * rng.choice([-1.0, 1.0], drawn.shape)
    counted = np.arange(int(years.max()))[:, None] < years[None, :]
    moved = (drawn * counted).sum(axis=1) * np.sqrt(np.maximum(centre, SMALLEST_MEAN))
    return whole_numbers((centre + moved) * shared_errors(unsure, paths, rng), rng)


def _last_year(counts: Floats) -> Floats:
    """Return the last count known of each of the twelve months that come next; the mean where there is none."""
    padded = np.concatenate([np.full(-len(counts) % 12, np.nan), counts]).reshape(-1, 12)
    last = np.full(12, np.nanmean(counts))
    for year in padded:
        last = np.where(np.isnan(year), last, year)
    return last


def _scaled_changes(counts: Floats, apart: int) -> Floats:
    """Return changes over some months in units of the root of their level; a Poisson pair's where too few."""
    later, earlier = counts[apart:], counts[:-apart]
    both = ~np.isnan(later + earlier)
    mean = np.maximum((later + earlier)[both] / 2, SMALLEST_MEAN)
    changes: Floats = (later - earlier)[both] / np.sqrt(mean)
    few = np.array([np.sqrt(2.0), -np.sqrt(2.0)])
    return changes if len(changes) >= 6 and changes.any() else few
