"""The list of models, and their equal-weight combination."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType

import numpy as np

from vulncore.forecasting.models.count_trend import count_trend
from vulncore.forecasting.models.naive import drift, seasonal_naive
from vulncore.forecasting.models.prophet import prophet
from vulncore.forecasting.models.smoothing import smoothing
from vulncore.forecasting.past import Past
from vulncore.forecasting.paths import Paths


class Model(StrEnum):
    """What can forecast a series, by the name that files and links give it."""

    COMBINATION = "combination"
    PROPHET = "prophet"
    SMOOTHING = "smoothing"
    COUNT_TREND = "count-trend"
    DRIFT = "drift"
    SEASONAL_NAIVE = "seasonal-naive"


SINGLE: Mapping[Model, Callable[[Past, int, int, np.random.Generator], Paths]] = MappingProxyType(
    {
        Model.PROPHET: prophet,
        Model.SMOOTHING: smoothing,
        Model.COUNT_TREND: count_trend,
        Model.DRIFT: drift,
        Model.SEASONAL_NAIVE: seasonal_naive,
    }
)


def simulate(past: Past, ahead: int, paths: int, seed: int) -> dict[Model, Paths]:
    """Return each model's simulated paths, and those of their combination: whole numbers from 0, `paths` by `ahead` months.

    The combination takes as many whole paths from every model: a mixture, so that what the models disagree about
    is part of how unsure it is. `paths` is a multiple of the number of models; the same seed gives the same paths.

    Source:
        Equal weights: Bates and Granger (1969), Operational Research Quarterly 20, and the finding ever since that
        weights learnt from few errors do worse (Claeskens et al. 2016, International Journal of Forecasting 32).
    """
    drawn = {
        model: forecast(past, ahead, paths, np.random.default_rng([seed, place]))
        for place, (model, forecast) in enumerate(SINGLE.items())
    }
    from_each_model = paths // len(SINGLE)
    combination = np.concatenate([of_model[:from_each_model] for of_model in drawn.values()])
    return {Model.COMBINATION: combination, **drawn}
