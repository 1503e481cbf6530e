"""The forecasts of a series by every model; that of a whole is the sum of its parts', so that they add up."""

from collections.abc import Sequence

import numpy as np

from vulncore.forecasting.models.all import Model, simulate
from vulncore.forecasting.past import Past
from vulncore.forecasting.paths import Paths
from vulncore.forecasting.spread import calibrate_spread

TOGETHER = 0.5
"""Of the futures of parts, so many are drawn by the same chance. On real series sums of parts drawn apart were too narrow, and of
parts drawn together too wide (docs/forecast-accuracy.md)."""


def draw(past: Past, ahead: int, paths: int, seed: int, rng: np.random.Generator) -> dict[Model, Paths]:
    """Return every model's paths, as wide as they have to be; the combination's are the sum of its parts', where it has any.

    A part that is too short to be drawn leaves the whole to be drawn as one series. A part is drawn as it would be alone with the same
    `seed`.

    Source:
        Bottom-up, on whole paths: Panagiotelis et al. (2023), Probabilistic forecast reconciliation, European Journal of Operational
        Research 306.
    """
    drawn = calibrate_spread(simulate(past, ahead, paths, seed), rng, past.peers)
    if past.parts and all(part.is_enough for part in past.parts):
        parts = [
            draw(part, ahead, paths, seed, spread_chance(seed))[Model.COMBINATION] for part in past.parts
        ]
        drawn[Model.COMBINATION] = added_up(parts, rng)
    return drawn


def added_up(parts: Sequence[Paths], rng: np.random.Generator) -> Paths:
    """Return the sums of the paths of some parts: of `TOGETHER` those in the same places, of the rest those in any.

    >>> added_up([np.array([[1], [2]]), np.array([[10], [20]])], np.random.default_rng(0)).tolist()
    [[11], [22]]
    """
    total: Paths = np.zeros_like(parts[0])
    together = int(len(total) * TOGETHER)
    for part in parts:
        total = total + np.concatenate([part[:together], rng.permutation(part[together:])])
    return total


def spread_chance(seed: int) -> np.random.Generator:
    """Return where the chance comes from by which forecasts are widened: the same for a series alone and as a part."""
    return np.random.default_rng([seed, 1])
