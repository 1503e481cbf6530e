"""The list of models, and the combination of them."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType

import numpy as np

from vulncore.forecasting.models.naive import seasonal_naive
from vulncore.forecasting.models.prophet import prophet
from vulncore.forecasting.models.recent_level import recent_level
from vulncore.forecasting.models.smoothing import smoothing
from vulncore.forecasting.past import Past
from vulncore.forecasting.paths import Paths


class Model(StrEnum):
    """What can forecast a series, by the name that files and links give it."""

    COMBINATION = "combination"
    RECENT_LEVEL = "recent-level"
    SMOOTHING = "smoothing"
    PROPHET = "prophet"
    SEASONAL_NAIVE = "seasonal-naive"


SINGLE: Mapping[Model, Callable[[Past, int, int, np.random.Generator], Paths]] = MappingProxyType(
    {
        Model.RECENT_LEVEL: recent_level,
        Model.SMOOTHING: smoothing,
        Model.PROPHET: prophet,
        Model.SEASONAL_NAIVE: seasonal_naive,
    }
)

VOICES: Mapping[Model, int] = MappingProxyType({Model.RECENT_LEVEL: 2, Model.SMOOTHING: 3, Model.PROPHET: 1})
"""How many parts of the combination come from each: as close on average as equal parts of level and smoothing, and nowhere further off
than an ensemble (docs/forecast-accuracy.md). Last year again is what all have to beat, and no part of it."""


def simulate(past: Past, ahead: int, paths: int, seed: int) -> dict[Model, Paths]:
    """Return each model's simulated paths, and those of their combination: whole numbers from 0, `paths` by `ahead` months.

    The combination takes whole paths from each model, as many as `VOICES` says: a mixture, so that what they disagree about is part of how
    unsure it is. The same seed gives the same paths.

    Source:
        Simple weights, the same for all series: Bates and Granger (1969), Operational Research Quarterly 20, and the finding ever
        since that weights learnt from few errors do worse (Claeskens et al. 2016, International Journal of Forecasting 32).
    """
    drawn = {
        model: forecast(past, ahead, paths, np.random.default_rng([seed, place]))
        for place, (model, forecast) in enumerate(SINGLE.items())
    }
    ends = np.cumsum([0, *VOICES.values()]) * paths // sum(VOICES.values())
    voices = [drawn[model][first:end] for model, first, end in zip(VOICES, ends[:-1], ends[1:], strict=True)]
    return {Model.COMBINATION: np.concatenate(voices), **drawn}
