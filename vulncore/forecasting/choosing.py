"""Which model speaks for a series."""

from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from vulncore.forecasting.models.all import Model


class Why(StrEnum):
    """Why a model speaks."""

    COMBINATION = "combination"  # the combination beats last year again
    SINGLE = "single"  # the combination doesn't, another model does
    NOTHING_BETTER = "nothing-better"  # nothing beats last year again
    NO_SCALE = "no-scale"  # no year-on-year change to set errors against


@dataclass(frozen=True)
class Chosen:
    """The model that speaks, and why."""

    model: Model
    why: Why


def chosen_model(scores: pd.DataFrame) -> Chosen:
    """Return the model that speaks for a series: the combination, unless last year again did better than it.

    The best of a series' own back-test is not chosen: with so few origins it is best by luck, and over the 64
    series it forecast worse than the combination (docs/forecast-accuracy.md).

    Args:
        scores: One row per model: `model`, `mase` (missing where errors can't be scaled), `crps`.
    """
    mase = scores.set_index("model")["mase"]
    if mase.isna().any():
        return Chosen(Model.COMBINATION, Why.NO_SCALE)
    naive = mase[Model.SEASONAL_NAIVE]
    if mase[Model.COMBINATION] < naive:
        return Chosen(Model.COMBINATION, Why.COMBINATION)
    best = Model(str(mase.idxmin()))
    if mase[best] < naive:
        return Chosen(best, Why.SINGLE)
    return Chosen(Model.SEASONAL_NAIVE, Why.NOTHING_BETTER)
