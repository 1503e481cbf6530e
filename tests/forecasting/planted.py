"""Series whose level, season and growth are known because tests planted them, and a score in its plainest form."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from vulncore.forecasting.past import Past

FIRST = date(2014, 1, 1)


def past(counts: Sequence[float] | np.ndarray, steps: tuple[int, ...] = (), first: date = FIRST) -> Past:
    return Past(first, np.asarray(counts, dtype=float), steps)


def poisson(level: float | np.ndarray, months: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).poisson(level, months).astype(float)


def wave(months: int, size: float = 0.4) -> np.ndarray:
    """A yearly season about 1 that is highest in April and lowest in October, from January on."""
    return 1 + size * np.sin(2 * np.pi * np.arange(months) / 12)


def unknown(counts: np.ndarray, months: slice | list[int]) -> np.ndarray:
    gap = np.array(counts, dtype=float)
    gap[months] = np.nan
    return gap


def crps_by_a_loop(drawn: list[int], actual: float) -> float:
    far = [abs(one - actual) for one in drawn]
    apart = [abs(one - other) for one in drawn for other in drawn]
    return sum(far) / len(far) - sum(apart) / len(apart) / 2
