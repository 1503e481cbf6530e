"""The list of models, and their combination in equal parts."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType

import numpy as np

from vulncore.forecasting.models.naive import seasonal_naive
from vulncore.forecasting.models.prophet import prophet
from vulncore.forecasting.models.recent_level import MEMORIES, recent_level
from vulncore.forecasting.past import Past
from vulncore.forecasting.paths import Paths


class Model(StrEnum):
    """What can forecast a series, by the name that files and links give it."""

    COMBINATION = "combination"
    RECENT_LEVEL = "recent-level"
    PROPHET = "prophet"
    SEASONAL_NAIVE = "seasonal-naive"


SINGLE: Mapping[Model, Callable[[Past, int, int, np.random.Generator], Paths]] = MappingProxyType(
    {Model.RECENT_LEVEL: recent_level, Model.PROPHET: prophet, Model.SEASONAL_NAIVE: seasonal_naive}
)


def simulate(past: Past, ahead: int, paths: int, seed: int) -> dict[Model, Paths]:
    """Return each model's simulated paths, and those of their combination: whole numbers from 0, `paths` by `ahead` months.

    The combination takes as many whole paths from each memory of the recent level as from Prophet: a mixture, so that what they disagree
    about is part of how unsure it is. Last year again is what all have to beat, and no part of it. The same seed gives the same paths.

    Source:
        Equal weights: Bates and Granger (1969), Operational Research Quarterly 20, and the finding ever since that
        weights learnt from few errors do worse (Claeskens et al. 2016, International Journal of Forecasting 32).
    """
    drawn = {
        model: forecast(past, ahead, paths, np.random.default_rng([seed, place]))
        for place, (model, forecast) in enumerate(SINGLE.items())
    }
    of_prophet = paths // (len(MEMORIES) + 1)
    voices = drawn[Model.RECENT_LEVEL][of_prophet:], drawn[Model.PROPHET][:of_prophet]
    return {Model.COMBINATION: np.concatenate(voices), **drawn}
