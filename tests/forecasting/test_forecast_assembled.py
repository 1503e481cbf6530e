"""What vulncore.forecasting.forecast promises."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from tests.forecasting.planted import past, poisson, unknown
from vulncore.forecasting.backtest import Why, origins, trial
from vulncore.forecasting.forecast import ForecastTask, assembled, forecast, gathered, pieces, work
from vulncore.forecasting.models.all import Model, simulate
from vulncore.forecasting.past import Basis

COUNTS = poisson(12, 34)
ASKED = ForecastTask(past(COUNTS), COUNTS, Basis.FIVE_YEAR, ahead=15, seed=9)
PATHS = {model: np.full((10, 15), place) for place, model in enumerate(Model)}


def made(origin: int, horizons: int, naive: float = 2.0) -> pd.DataFrame:
    """The rows of a trial in which last year again has another error than the rest."""
    rows = [
        {
            "model": model,
            "origin": origin,
            "horizon": horizon,
            "span": span,
            "actual": 1.0,
            "crps": 1.0,
            "pit": 0.5,
            "absolute": 99.0 if span == 12 else naive if model is Model.SEASONAL_NAIVE else 1.0,
            "squared": 1.0,
        }
        for model in Model
        for horizon, span in [*((month, 1) for month in range(1, horizons + 1)), (12, 12)]
    ]
    return pd.DataFrame(rows)


def same(one, other) -> None:
    pd.testing.assert_frame_equal(one.trials, other.trials)
    pd.testing.assert_frame_equal(one.scores, other.scores)
    assert (one.chosen, one.tested_to) == (other.chosen, other.tested_to)
    for model in Model:
        assert np.array_equal(one.paths[model], other.paths[model])


def test_the_forecast_comes_first_and_then_a_trial_from_every_origin():
    assert [piece.origin for piece in pieces(ASKED)] == [None, *origins(ASKED.past, ASKED.basis)]


def test_trials_may_come_in_any_order():
    trials = [made(origin, horizons, naive=origin) for origin, horizons in ((24, 18), (30, 12), (36, 6))]
    first = assembled(ASKED, PATHS, trials)
    assert first.trials["origin"].is_monotonic_increasing
    for order in permutations(trials):
        same(assembled(ASKED, PATHS, list(order)), first)
        same(gathered(ASKED, [*order[:1], PATHS, *order[1:]]), first)


@pytest.mark.parametrize(
    ("reached", "tested_to"),
    [([18, 12, 6], 6), ([30, 24, 18, 12, 6], 18), ([60, 60, 60], 60), ([18, 12], 0)],
)
def test_a_horizon_is_tested_where_three_origins_reach_it(reached, tested_to):
    trials = [made(24 + 6 * place, horizons) for place, horizons in enumerate(reached)]
    assert assembled(ASKED, PATHS, trials).tested_to == tested_to


def test_a_month_that_fewer_origins_reach_is_counted_by_origin_not_by_model():
    trials = [made(24, 18), made(30, 12), made(36, 6)]
    trials[2] = trials[2][
        trials[2]["horizon"] != 6
    ]  # not delivered: this origin tests the sixth month no more
    assert assembled(ASKED, PATHS, trials).tested_to == 5


def test_models_are_judged_by_months_and_not_by_the_totals_of_years():
    found = assembled(ASKED, PATHS, [made(24, 6), made(30, 6), made(36, 6)])
    assert found.scores.set_index("model")["mase"].to_dict() == {
        model: 2.0 if model is Model.SEASONAL_NAIVE else 1.0 for model in Model
    }
    assert found.scores["months"].tolist() == [18] * len(Model)


@pytest.mark.parametrize(
    ("naive", "speaks", "why"),
    [(2.0, Model.COMBINATION, Why.COMBINATION), (0.5, Model.SEASONAL_NAIVE, Why.NOTHING_BETTER)],
)
def test_the_paths_spoken_are_those_of_the_model_that_speaks(naive, speaks, why):
    found = assembled(ASKED, PATHS, [made(24, 6, naive)])
    assert (found.chosen.model, found.chosen.why) == (speaks, why)
    assert found.spoken.tolist() == PATHS[speaks].tolist()


def test_the_same_question_has_the_same_answer_and_its_parts_are_those_of_the_trials():
    one, other = forecast(ASKED), forecast(ASKED)
    same(one, other)
    expected = [
        trial(ASKED.past, ASKED.actual, origin, Basis.FIVE_YEAR, seed=9)
        for origin in origins(ASKED.past, ASKED.basis)
    ]
    pd.testing.assert_frame_equal(one.trials, pd.concat(expected, ignore_index=True))
    assert {paths.shape for paths in one.paths.values()} == {(len(one.spoken), 15)}
    assert all((paths >= 0).all() for paths in one.paths.values())


def test_another_seed_rolls_other_dice_and_expects_the_same():
    asked = [ForecastTask(past(COUNTS), COUNTS, Basis.FIVE_YEAR, 6, seed) for seed in (1, 2)]
    one, other = (work(pieces(each)[0])[Model.COMBINATION] for each in asked)
    assert not np.array_equal(one, other)
    assert one.mean() == pytest.approx(other.mean(), rel=0.05)


def test_a_forecast_learns_from_the_months_of_its_basis():
    counts = np.r_[np.full(40, 500.0), poisson(12, 26)]
    own = past(counts, steps=(40,))
    asked = ForecastTask(own, counts, Basis.CURRENT_PROCESS, 6)
    found = assembled(asked, work(pieces(asked)[0]), [made(24, 6)])
    assert found.learnt_from.counts.tolist() == counts[40:].tolist()
    assert found.paths[Model.DRIFT].mean() < 50
    alone = simulate(found.learnt_from, 6, 200, 0)[Model.DRIFT]
    assert found.paths[Model.DRIFT].mean() == pytest.approx(alone.mean(), rel=0.25)


def test_months_not_delivered_at_the_end_move_the_last_trial_before_them():
    counts = unknown(poisson(20, 42), slice(36, 42))
    found = forecast(ForecastTask(past(counts), counts, Basis.FIVE_YEAR, 6))
    assert found.trials["origin"].unique().tolist() == [24, 30]


def test_an_origin_before_which_hardly_a_month_is_known_is_passed_over():
    counts = unknown(poisson(20, 60), slice(1, 30))
    found = forecast(ForecastTask(past(counts), counts, Basis.FIVE_YEAR, 6))
    assert found.trials["origin"].min() > 30
