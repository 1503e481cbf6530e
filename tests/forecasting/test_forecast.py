"""What vulncore.forecasting.forecast promises."""

import os
import time
from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from tests.forecasting.plain import forecast_plainly
from tests.forecasting.planted import past, poisson, unknown
from vulncore.forecasting import forecast
from vulncore.forecasting.backtest import ModelReason, origins, trial
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.forecast import (
    ForecastTask,
    assemble,
    do_piece,
    in_parallel,
    pieces,
    run,
    run_tasks,
)
from vulncore.forecasting.models.all import Model, simulate
from vulncore.forecasting.steady_range import steady_range

COUNTS = poisson(12, 34)
TASK = ForecastTask(past(COUNTS), COUNTS, Basis.FIVE_YEAR, ahead=15, seed=9)
PATHS = {model: np.full((10, 15), place) for place, model in enumerate(Model)}
SERIES = [poisson(level, 24, seed=level) for level in range(1, 25)]


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
    assert [piece.origin for piece in pieces(TASK)] == [None, *origins(TASK.past, TASK.basis)]


def test_trials_may_come_in_any_order():
    trials = [made(origin, horizons, naive=origin) for origin, horizons in ((24, 18), (30, 12), (36, 6))]
    first = assemble(TASK, PATHS, trials)
    assert first.trials["origin"].is_monotonic_increasing
    for order in permutations(trials):
        same(assemble(TASK, PATHS, order), first)


@pytest.mark.parametrize("turned", [iter, reversed], ids=["as begun", "last first"])
def test_pieces_may_be_done_in_any_order_and_what_comes_is_told_once_before_all_is_returned(
    turned, monkeypatch
):
    forecast_plainly(monkeypatch)
    tasks = {seed: ForecastTask(past(COUNTS), COUNTS, Basis.FIVE_YEAR, 15, seed) for seed in (1, 2)}
    expected = {seed: run(task) for seed, task in tasks.items()}
    work_out = forecast.in_parallel

    def in_parallel(*work):
        yield from turned(list(work_out(*work)))

    monkeypatch.setattr(forecast, "in_parallel", in_parallel)
    shares, early = [], []
    forecasts = run_tasks(tasks, shares.append, early.append)
    assert shares == [number / 4 for number in range(5)]
    for seed, made_together in forecasts.items():
        same(made_together, expected[seed])
        assert all(early[0][seed][model] is made_together.paths[model] for model in Model)
    assert len(early) == 1


class Left(BaseException):
    """Somebody left, as a page is told."""


@pytest.mark.parametrize(("listens", "worked"), [("on_progress", 0), ("untried", 1)])
def test_whoever_is_told_may_end_the_work(listens, worked, monkeypatch):
    done = forecast_plainly(monkeypatch)

    def leave(_: object) -> None:
        raise Left

    with pytest.raises(Left):
        run_tasks({"it": TASK}, **{listens: leave})
    assert len(done) == worked


@pytest.mark.usefixtures("forecast_anew")
def test_no_process_goes_on_with_what_nobody_waits_for_any_more(monkeypatch, tmp_path):
    def begin(piece: object) -> None:
        (tmp_path / str(time.monotonic_ns())).touch()
        time.sleep(0.05)

    def leave(share: float) -> None:
        if share:
            raise Left

    monkeypatch.setattr(forecast, "do_piece", begin)
    tasks = {seed: ForecastTask(past(COUNTS), COUNTS, Basis.FIVE_YEAR, 15, seed) for seed in range(40)}
    with pytest.raises(Left):
        run_tasks(tasks, leave, workers=2)
    assert dict(in_parallel(int, ["1", "2"], workers=2)) == {0: 1, 1: 2}
    begun = len(list(tmp_path.iterdir()))
    time.sleep(0.3)
    assert len(list(tmp_path.iterdir())) == begun < 10


@pytest.mark.parametrize(
    ("reached", "tested_to"),
    [([18, 12, 6], 6), ([30, 24, 18, 12, 6], 18), ([60, 60, 60], 60), ([18, 12], 0)],
)
def test_a_horizon_is_tested_where_three_origins_reach_it(reached, tested_to):
    trials = [made(24 + 6 * place, horizons) for place, horizons in enumerate(reached)]
    assert assemble(TASK, PATHS, trials).tested_to == tested_to


def test_a_month_that_fewer_origins_reach_is_counted_by_origin_not_by_model():
    trials = [made(24, 18), made(30, 12), made(36, 6)]
    trials[2] = trials[2][
        trials[2]["horizon"] != 6
    ]  # not delivered: this origin tests the sixth month no more
    assert assemble(TASK, PATHS, trials).tested_to == 5


def test_models_are_judged_by_months_and_not_by_the_totals_of_years():
    result = assemble(TASK, PATHS, [made(24, 6), made(30, 6), made(36, 6)])
    assert result.scores.set_index("model")["mase"].to_dict() == {
        model: 2.0 if model is Model.SEASONAL_NAIVE else 1.0 for model in Model
    }
    assert result.scores["months"].tolist() == [18] * len(Model)


@pytest.mark.parametrize(
    ("naive", "speaks", "why"),
    [
        (2.0, Model.COMBINATION, ModelReason.COMBINATION),
        (0.5, Model.SEASONAL_NAIVE, ModelReason.NOTHING_BETTER),
    ],
)
def test_the_paths_spoken_are_those_of_the_model_that_speaks(naive, speaks, why):
    result = assemble(TASK, PATHS, [made(24, 6, naive)])
    assert (result.chosen.model, result.chosen.why) == (speaks, why)
    assert result.spoken.tolist() == PATHS[speaks].tolist()


@pytest.mark.usefixtures("forecast_anew")
def test_the_same_question_has_the_same_answer_and_its_parts_are_those_of_the_trials():
    one, other = run(TASK, workers=1), run(TASK, workers=1)
    same(one, other)
    expected = [
        trial(TASK.past, TASK.actual, origin, Basis.FIVE_YEAR, seed=9)
        for origin in origins(TASK.past, TASK.basis)
    ]
    pd.testing.assert_frame_equal(one.trials, pd.concat(expected, ignore_index=True))
    assert {paths.shape for paths in one.paths.values()} == {(len(one.spoken), 15)}
    assert all((paths >= 0).all() for paths in one.paths.values())


def test_another_seed_rolls_other_dice_and_expects_the_same():
    tasks = [ForecastTask(past(COUNTS), COUNTS, Basis.FIVE_YEAR, 6, seed) for seed in (1, 2)]
    one, other = (do_piece(pieces(task)[0])[Model.COMBINATION] for task in tasks)
    assert not np.array_equal(one, other)
    assert one.mean() == pytest.approx(other.mean(), rel=0.05)


def test_a_forecast_learns_from_the_months_of_its_basis():
    counts = np.r_[np.full(40, 500.0), poisson(12, 26)]
    history = past(counts, steps=(40,))
    task = ForecastTask(history, counts, Basis.CURRENT_PROCESS, 6)
    result = assemble(task, do_piece(pieces(task)[0]), [made(24, 6)])
    assert result.learnt_from.counts.tolist() == counts[40:].tolist()
    assert result.paths[Model.RECENT_LEVEL].mean() < 50
    alone = simulate(result.learnt_from, 6, 200, 0)[Model.RECENT_LEVEL]
    assert result.paths[Model.RECENT_LEVEL].mean() == pytest.approx(alone.mean(), rel=0.25)


def test_months_not_delivered_at_the_end_move_the_last_trial_before_them():
    counts = unknown(poisson(20, 42), slice(36, 42))
    result = run(ForecastTask(past(counts), counts, Basis.FIVE_YEAR, 6))
    assert result.trials["origin"].unique().tolist() == [24, 30]


def test_an_origin_before_which_hardly_a_month_is_known_is_passed_over():
    counts = unknown(poisson(20, 60), slice(1, 30))
    result = run(ForecastTask(past(counts), counts, Basis.FIVE_YEAR, 6))
    assert result.trials["origin"].min() > 30


@pytest.mark.parametrize("workers", [1, 2])
def test_every_result_comes_back_with_the_place_of_its_piece(workers):
    results = list(in_parallel(steady_range, SERIES, workers))
    assert sorted(place for place, _ in results) == list(range(len(SERIES)))
    assert dict(results) == {place: steady_range(counts) for place, counts in enumerate(SERIES)}


def test_forecasts_are_the_same_in_two_processes_as_in_one():
    counts = poisson(12, 30)
    task = ForecastTask(past(counts), counts, Basis.FIVE_YEAR, 6, seed=3)
    one, two = (dict(in_parallel(do_piece, pieces(task), workers)) for workers in (1, 2))
    assert set(one) == set(two) == {0, 1}
    for model, paths in one[0].items():
        assert np.array_equal(paths, two[0][model])
    assert one[1].equals(two[1])


@pytest.mark.parametrize("workers", [1, 2])
def test_work_that_raises_raises(workers):
    with pytest.raises(ValueError, match="invalid literal for int"):
        list(in_parallel(int, ["1", "2", "three", "4"], workers))


@pytest.mark.parametrize("workers", [1, 2])
def test_work_goes_on_after_work_that_raised(workers):
    with pytest.raises(ValueError, match="invalid literal for int"):
        list(in_parallel(int, ["one", "two"], workers))
    assert dict(in_parallel(int, ["1", "2"], workers)) == {0: 1, 1: 2}


@pytest.mark.parametrize("workers", [1, 2, None])
@pytest.mark.parametrize("pieces_of_work", [[], ["7"]])
def test_nothing_to_do_and_one_thing_to_do_need_no_processes(workers, pieces_of_work):
    assert list(in_parallel(int, pieces_of_work, workers)) == [(0, 7)][: len(pieces_of_work)]


def test_what_a_process_that_died_left_undone_is_done_here():
    here = os.getpid()

    def dies_elsewhere(piece: int) -> int:
        if os.getpid() != here and piece == 2:
            os._exit(1)
        return piece**2

    assert dict(in_parallel(dies_elsewhere, range(6), workers=2)) == {n: n**2 for n in range(6)}
    assert dict(in_parallel(int, ["1", "2"], workers=2)) == {0: 1, 1: 2}


def test_what_nobody_waits_for_any_more_does_not_hold_up_what_comes_next():
    first = in_parallel(steady_range, SERIES, workers=2)
    next(first)
    first.close()
    assert dict(in_parallel(int, ["1", "2"], workers=2)) == {0: 1, 1: 2}
