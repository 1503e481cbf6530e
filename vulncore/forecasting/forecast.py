"""A forecast of one series on one basis: the work that it takes, spread over the machine's cores, and what it says."""

import os
from collections.abc import Callable, Generator, Hashable, Mapping, Sequence
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias, TypeVar

import pandas as pd
from loky import get_reusable_executor

from vulncore.domain.arrays import Floats
from vulncore.forecasting.backtest import YEAR, ChosenModel, choose_model, first_year_scores, origins, trial
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.models.all import Model
from vulncore.forecasting.past import Past, basis_months
from vulncore.forecasting.paths import Paths
from vulncore.forecasting.whole import draw, spread_chance

PATHS = 2_000
FEWEST_ORIGINS = 3  # a horizon that fewer origins reach has not been tested

MOST_WORKERS = 8
IDLE_S = 600  # after so long without work the processes end, and give their memory back
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Each process keeps to one core: threads of linear algebra in every one of them would wait for one another."""

OnProgress: TypeAlias = Callable[[float], None]
PathsByModel: TypeAlias = Mapping[Model, Paths]
PieceKey: TypeAlias = tuple[int, tuple[date, ...], int, int, int]
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
    paths: PathsByModel
    trials: pd.DataFrame
    scores: pd.DataFrame
    chosen: ChosenModel
    tested_to: int

    @property
    def months_tried(self) -> pd.DataFrame:
        """The rows of `trials` of the model that speaks, for single months."""
        return self.trials[(self.trials["span"] == 1) & (self.trials["model"] == self.chosen.model)]

    @property
    def years_tried(self) -> pd.DataFrame:
        """The rows of `trials` of the model that speaks, for the total of the first twelve months."""
        return self.trials[(self.trials["span"] == YEAR) & (self.trials["model"] == self.chosen.model)]

    @property
    def spoken(self) -> Paths:
        """The paths of the model that speaks."""
        return self.paths[self.chosen.model]


def run(task: ForecastTask, on_progress: OnProgress | None = None, workers: int | None = None) -> Forecast:
    """Return the forecast of a task, as `run_tasks` returns those of several."""
    return run_tasks({"it": task}, on_progress, workers=workers)["it"]


def run_tasks(
    tasks: Mapping[Label, ForecastTask],
    on_progress: OnProgress | None = None,
    untried: Callable[[Mapping[Label, PathsByModel]], None] | None = None,
    workers: int | None = None,
) -> dict[Label, Forecast]:
    """Return the forecasts of several tasks; what two of them on one series have alike is worked out once.

    Where somebody who is told raises, the work ends: no further piece of it is begun.

    Args:
        tasks: The tasks.
        on_progress: Is told the share of the work that is done: none at first, then as each piece is, 1 in the end.
        untried: Is told, once, each task's paths by model, as soon as all are drawn and before they have been tried.
        workers: Processes; as many as there are cores by default.
    """
    # by task and then by key: the forecast itself first, then its trials
    pieces_of = {label: {piece_key(piece): piece for piece in pieces(task)} for label, task in tasks.items()}
    once = {key: piece for of_task in pieces_of.values() for key, piece in of_task.items()}
    todo = sorted(once)  # what is to come before its trials, so that there is something to see
    drawn: dict[PieceKey, PathsByModel] = {}
    trials: dict[PieceKey, pd.DataFrame] = {}
    if on_progress:
        on_progress(0.0)
    with closing(in_parallel(do_piece, [once[key] for key in todo], workers)) as arriving:
        for number, (place, result) in enumerate(arriving, start=1):
            if on_progress:
                on_progress(number / len(todo))
            if isinstance(result, pd.DataFrame):
                trials[todo[place]] = result
                continue
            drawn[todo[place]] = result
            if untried and all(first in drawn for first, *_ in pieces_of.values()):
                untried({label: drawn[first] for label, (first, *_) in pieces_of.items()})
    return {
        label: assemble(tasks[label], drawn[first], [trials[key] for key in rest])
        for label, (first, *rest) in pieces_of.items()
    }


def pieces(task: ForecastTask) -> list[TaskPiece]:
    """Return the work that a task takes: the forecast itself first, so that it can be shown, then each trial."""
    return [TaskPiece(task, None), *(TaskPiece(task, origin) for origin in origins(task.past, task.basis))]


def piece_key(piece: TaskPiece) -> PieceKey:
    """Return what tells a piece from others: of one series, two bases that show the same months ask for the same work."""
    task = piece.task
    known = len(task.past.counts) if piece.origin is None else piece.origin
    shown = basis_months(task.basis, task.past.until(known))
    learnt = (shown.first, *(part.first for part in shown.parts))
    return -1 if piece.origin is None else known, learnt, task.ahead, task.seed, id(task.past)


def do_piece(piece: TaskPiece) -> PathsByModel | pd.DataFrame:
    """Return the result of a piece: paths by model, or the rows of a trial."""
    task = piece.task
    if piece.origin is not None:
        return trial(task.past, task.actual, piece.origin, task.basis, task.seed)
    return draw(basis_months(task.basis, task.past), task.ahead, PATHS, task.seed, spread_chance(task.seed))


def assemble(task: ForecastTask, paths: PathsByModel, trials: Sequence[pd.DataFrame]) -> Forecast:
    """Return the forecast that a task's paths and its trials make, in whatever order these come."""
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
) -> Generator[tuple[int, Result]]:
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
