"""The simple forecasts that any other has to beat: last year again, and the straight line."""

import numpy as np
from scipy.optimize import nnls

from vulncore.domain.arrays import Floats
from vulncore.forecasting.past import Past
from vulncore.forecasting.paths import Paths, whole_numbers

SMALLEST_MEAN = 0.5  # below it a count's own scatter is taken as that of half a record
LONGEST_LAG = 24  # months


def seasonal_naive(past: Past, ahead: int, paths: int, rng: np.random.Generator) -> Paths:
    """Return paths about the same months of the last year known.

    Each further year adds one more year-on-year change, drawn from those seen and with either sign; a change
    grows with the square root of the level, as counts do.

    Source:
        Hyndman and Athanasopoulos (2021), Forecasting: Principles and Practice, 3rd edition, section 5.2.
    """
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
    return whole_numbers(centre + moved, rng)


def drift(past: Past, ahead: int, paths: int, rng: np.random.Generator) -> Paths:
    """Return paths about the line from the first month known to the last.

    How far they scatter is read off changes over one month, two and so on to two years: the part that does not
    grow with the time between is each month's own scatter, the part that does is a level that wanders.

    Source:
        As for `seasonal_naive`: the drift method. Its textbook variance takes all scatter for wandering, which for
        noisy counts is several times too wide.
    """
    place = np.flatnonzero(past.known)
    first, last = past.counts[place[0]], past.counts[place[-1]]
    span = max(int(place[-1] - place[0]), 1)
    month = np.arange(1, ahead + 1) + (len(past.counts) - 1 - place[-1])
    slope = (last - first) / span
    noise_variance, wandering = _scatter(past.counts)
    walk = np.cumsum(rng.standard_normal((paths, ahead)), axis=1) * np.sqrt(wandering)
    ends = rng.standard_normal((paths, 1)) * np.sqrt(noise_variance) * (1 + month / span)
    noise = rng.standard_normal((paths, ahead)) * np.sqrt(noise_variance)
    moved = (walk + ends + noise) * np.sqrt(max(float(np.nanmean(past.counts)), SMALLEST_MEAN))
    return whole_numbers(last + slope * month + moved, rng)


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


def _scatter(counts: Floats) -> tuple[float, float]:
    """Return the variance of each month's own scatter, and of a month's wandering, in units of the level."""
    lags = np.arange(1, min(LONGEST_LAG, len(counts) // 2) + 1)
    variance = np.array([float((_scaled_changes(counts, int(lag)) ** 2).mean()) for lag in lags])
    noise, wandering = nnls(np.column_stack([2 * np.ones(len(lags)), lags.astype(float)]), variance)[0]
    return float(noise), float(wandering)
