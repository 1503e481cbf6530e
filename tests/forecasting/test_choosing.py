"""What vulncore.forecasting.backtest promises."""

import numpy as np
import pandas as pd
import pytest

from vulncore.forecasting.backtest import Chosen, Why, chosen_model
from vulncore.forecasting.models.all import Model

ORDER = list(Model)


def scores(**mase: float) -> pd.DataFrame:
    """One row per model; those not named do worse than last year again."""
    named = {name.replace("_", "-"): value for name, value in mase.items()}
    return pd.DataFrame(
        {"model": ORDER, "mase": [named.get(str(model), 1.5) for model in ORDER], "crps": 1.0}
    )


def test_the_combination_speaks_where_it_beats_last_year_again():
    chosen = chosen_model(scores(combination=0.89, seasonal_naive=0.9))
    assert chosen == Chosen(Model.COMBINATION, Why.COMBINATION)


def test_the_combination_speaks_even_where_a_single_model_did_better():
    chosen = chosen_model(scores(combination=0.89, seasonal_naive=0.9, drift=0.4))
    assert chosen == Chosen(Model.COMBINATION, Why.COMBINATION)


def test_the_best_single_model_speaks_where_the_combination_does_not_beat_last_year_again():
    chosen = chosen_model(scores(combination=0.95, seasonal_naive=0.9, prophet=0.8, smoothing=0.7))
    assert chosen == Chosen(Model.SMOOTHING, Why.SINGLE)


@pytest.mark.parametrize("others", [0.9, 1.2])
def test_last_year_again_speaks_where_nothing_beats_it(others):
    rows = scores(**{str(model).replace("-", "_"): others for model in Model} | {"seasonal_naive": 0.9})
    assert chosen_model(rows) == Chosen(Model.SEASONAL_NAIVE, Why.NOTHING_BETTER)


def test_the_combination_speaks_where_errors_cannot_be_scaled():
    assert chosen_model(scores().assign(mase=np.nan)) == Chosen(Model.COMBINATION, Why.NO_SCALE)


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_the_scores_makes_no_difference(seed):
    rows = scores(combination=0.95, seasonal_naive=0.9, prophet=0.8, drift=0.7)
    assert chosen_model(rows.sample(frac=1, random_state=seed)) == chosen_model(rows)
