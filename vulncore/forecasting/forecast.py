"""A forecast of one series on one basis: the work that it takes, spread over the machine's cores, and what it says."""

import os
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TypeAlias, TypeVar

import numpy as np
import pandas as pd
from loky import get_reusable_executor

from vulncore.domain.arrays import Floats
from vulncore.forecasting.backtest import ChosenModel, choose_model, first_year_scores, origins, trial
from vulncore.forecasting.models.all import Model, simulate
from vulncore.forecasting.past import Basis, Past, basis_months
from vulncore.forecasting.paths import Paths
from vulncore.forecasting.spread import calibrate_spread, factors_to_hold, widen

PATHS = 2_000
WIDENING_SEED = 3  # the same chance for the same forecast
FEWEST_ORIGINS = 3  # a horizon that fewer origins reach has not been tested

MOST_WORKERS = 8
IDLE_S = 600  # after so long without work the processes end, and give their memory back
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Each process keeps to one core: threads of linear algebra in every one of them would wait for one another."""

PieceKey: TypeAlias = tuple[int, date]
PieceResult: TypeAlias = Mapping[Model, Paths] | pd.DataFrame  # paths of what comes, or the rows of a trial
Label = TypeVar("Label", bound=Hashable)
Given = TypeVar("Given")
Result = TypeVar("Result")


@dataclass(frozen=True)
class ForecastTask:
    """What is to be forecast: a series, on which basis, and how many months ahead.

    `past` has all months known, without those that models are not to see; `actual` what was counted in each of
    them, missing where it is not known or not final: what a trial is judged by.
    """

    past: Past
    actual: Floats
    basis: Basis
    ahead: int
    seed: int = 0


@dataclass(frozen=True)
class TaskPiece:
    """A part of a task that can be done by itself: the trial from an origin, or the forecast (None)."""

    task: ForecastTask
    origin: int | None


@dataclass(frozen=True)
class Forecast:
    """What comes: each model's `paths`, one column per month ahead, and what the back-test says of them.

    `trials` has the rows of `vulncore.forecasting.backtest.trial`, `scores` one row per model
    (`vulncore.forecasting.backtest.first_year_scores`), `tested_to` is the longest horizon, in months, that
    at least `FEWEST_ORIGINS` origins reach.
    """

    task: ForecastTask
    learnt_from: Past
    paths: Mapping[Model, Paths]
    trials: pd.DataFrame
    scores: pd.DataFrame
    chosen: ChosenModel
    tested_to: int

    @cached_property
    def widened(self) -> Floats:
        """By how much the paths of the model that speaks are widened in each month ahead, so that their ranges hold."""
        tested = self.trials[
            (self.trials["span"] == 1)
            & (self.trials["model"] == self.chosen.model)
            & (self.trials["horizon"] <= self.tested_to)
        ]
        ahead = self.paths[self.chosen.model].shape[1]
        return factors_to_hold(tested["pit"].to_numpy(), tested["horizon"].to_numpy(), ahead)

    @cached_property
    def spoken(self) -> Paths:
        """The paths of the model that speaks, as wide as the series' own back-test showed that they have to be."""
        rng = np.random.default_rng([WIDENING_SEED, self.task.seed])
        return widen(self.paths[self.chosen.model], self.widened, rng)


def forecast(task: ForecastTask) -> Forecast:
    """Return a forecast, all of its work done here."""
    return assemble(task, map(do_piece, pieces(task)))


def run_tasks(
    tasks: Mapping[Label, ForecastTask], workers: int | None = None
) -> Iterator[tuple[float, Mapping[Label, Sequence[PieceResult]]]]:
    """Yield the share of the work on several tasks that is done, and its results so far, each time a piece is.

    What two tasks on one series have alike is done once. Forecasts come before their trials, so that there is
    something to see.

    Args:
        tasks: The tasks.
        workers: Processes; as many as there are cores by default.
    """
    parts = {
        label: {(piece_key(piece), id(task.past)): piece for piece in pieces(task)}
        for label, task in tasks.items()
    }
    once = {key: piece for by_key in parts.values() for key, piece in by_key.items()}
    todo = sorted(once.items(), key=lambda item: item[0])
    done: dict[tuple[PieceKey, int], PieceResult] = {}
    for place, result in in_parallel(do_piece, [piece for _, piece in todo], workers):
        done[todo[place][0]] = result
        yield (
            len(done) / len(todo),
            {label: [done[key] for key in by_key if key in done] for label, by_key in parts.items()},
        )


def drawn_paths(results: Mapping[Label, Sequence[PieceResult]]) -> Mapping[Label, Mapping[Model, Paths]]:
    """Return each task's paths by model, of the tasks whose forecast is among the results."""
    return {
        label: result
        for label, of_task in results.items()
        for result in of_task
        if not isinstance(result, pd.DataFrame)
    }


def pieces(task: ForecastTask) -> list[TaskPiece]:
    """Return the work that a task takes: the forecast itself first, so that it can be shown, then each trial."""
    return [TaskPiece(task, None), *(TaskPiece(task, origin) for origin in origins(task.past, task.basis))]


def piece_key(piece: TaskPiece) -> PieceKey:
    """Return what tells the work on one series apart: where two bases show the same months, it is the same."""
    task = piece.task
    known = len(task.past.counts) if piece.origin is None else piece.origin
    return -1 if piece.origin is None else known, basis_months(task.basis, task.past.until(known)).first


def do_piece(piece: TaskPiece) -> PieceResult:
    """Return the result of a piece: paths by model, or the rows of a trial."""
    task = piece.task
    if piece.origin is not None:
        return trial(task.past, task.actual, piece.origin, task.basis, task.seed)
    drawn = simulate(basis_months(task.basis, task.past), task.ahead, PATHS, task.seed)
    return calibrate_spread(drawn, np.random.default_rng([task.seed, 1]))


def assemble(task: ForecastTask, results: Iterable[PieceResult]) -> Forecast:
    """Return the forecast that the results of its pieces make, in whatever order they come."""
    trials: list[pd.DataFrame] = []
    paths: Mapping[Model, Paths] = {}
    for result in results:
        if isinstance(result, pd.DataFrame):
            trials.append(result)
        else:
            paths = result
    rows = pd.concat(trials, ignore_index=True).sort_values("origin", kind="stable", ignore_index=True)
    months = rows[rows["span"] == 1]
    scores = first_year_scores(months)
    reached = months.groupby("horizon")["origin"].nunique()
    tested = reached.index[reached >= FEWEST_ORIGINS]
    return Forecast(
        task=task,
        learnt_from=basis_months(task.basis, task.past),
        paths=paths,
        trials=rows,
        scores=scores,
        chosen=choose_model(scores),
        tested_to=int(max(tested, default=0)),
    )


def in_parallel(
    work: Callable[[Given], Result], items: Sequence[Given], workers: int | None = None
) -> Iterator[tuple[int, Result]]:
    """Yield the place and the result of each item of work as it is done, in several processes.

    The processes stay for the next time. With one worker or one item, or where processes can't be started or die, the
    work is done here, with the same results. What nobody waits for any more is not begun.

    Args:
        work: A function of a module, fit to be sent to a process.
        items: What it is given, one after the other.
        workers: How many processes; as many as there are cores by default.

    Raises:
        Exception: What the work raises.
    """
    workers = min(workers or os.cpu_count() or 1, MOST_WORKERS)
    left = set(range(len(items)))
    if workers > 1 and len(items) > 1:
        futures = {}
        try:
            # not the standard library's: its processes run the main script again, which under Streamlit is a page
            pool = get_reusable_executor(max_workers=workers, timeout=IDLE_S, env=ONE_THREAD)
            futures = {pool.submit(work, item): place for place, item in enumerate(items)}
            for done in as_completed(futures):
                result = done.result()
                left.discard(futures[done])
                yield futures[done], result
        except (BrokenProcessPool, OSError):
            pass
        finally:
            for future in futures:
                future.cancel()
    for place in sorted(left):
        yield place, work(items[place])
