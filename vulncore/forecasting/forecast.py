"""A forecast of one series on one basis: what comes, by which model, and how that model did before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats
from vulncore.forecasting.backtest import Chosen, chosen_model, first_year, origins, trial
from vulncore.forecasting.models.all import Model, simulate
from vulncore.forecasting.past import Basis, Past, months_of
from vulncore.forecasting.paths import Paths
from vulncore.forecasting.spread import made_honest

PATHS = 2_000
FEWEST_ORIGINS = 3  # a horizon that fewer origins reach has not been tested


@dataclass(frozen=True)
class ForecastTask:
    """What is to be forecast: all months known, those that models don't see set aside; and what they counted."""

    past: Past
    actual: Floats
    basis: Basis
    ahead: int
    seed: int = 0


@dataclass(frozen=True)
class Piece:
    """A part of the work that can be done by itself: the trial from an origin, or the forecast (None)."""

    asked: ForecastTask
    origin: int | None


@dataclass(frozen=True)
class Forecast:
    """What comes: each model's `paths`, one column per month ahead, and what the back-test says of them.

    `trials` has the rows of `vulncore.forecasting.backtest.trial`, `scores` one row per model
    (`vulncore.forecasting.backtest.first_year`), `tested_to` is the longest horizon, in months, that
    at least `FEWEST_ORIGINS` origins reach.
    """

    asked: ForecastTask
    learnt_from: Past
    paths: Mapping[Model, Paths]
    trials: pd.DataFrame
    scores: pd.DataFrame
    chosen: Chosen
    tested_to: int

    @property
    def spoken(self) -> Paths:
        """The paths of the model that speaks."""
        return self.paths[self.chosen.model]


Key = tuple[int, date]


def key_of(piece: Piece) -> Key:
    """Return what tells the work on one series apart: where two bases show the same months, it is the same."""
    asked = piece.asked
    known = len(asked.past.counts) if piece.origin is None else piece.origin
    return -1 if piece.origin is None else known, months_of(asked.basis, asked.past.until(known)).first


def pieces(asked: ForecastTask) -> list[Piece]:
    """Return the work that a forecast takes: the forecast itself first, so that it can be shown, then each trial."""
    return [Piece(asked, None), *(Piece(asked, origin) for origin in origins(asked.past, asked.basis))]


def work(piece: Piece) -> Mapping[Model, Paths] | pd.DataFrame:
    """Return a piece of work, done: paths by model, or the rows of a trial."""
    asked = piece.asked
    if piece.origin is not None:
        return trial(asked.past, asked.actual, piece.origin, asked.basis, asked.seed)
    drawn = simulate(months_of(asked.basis, asked.past), asked.ahead, PATHS, asked.seed)
    return made_honest(drawn, np.random.default_rng([asked.seed, 1]))


def assembled(asked: ForecastTask, paths: Mapping[Model, Paths], trials: Sequence[pd.DataFrame]) -> Forecast:
    """Return the forecast that some pieces of work make."""
    rows = pd.concat(trials, ignore_index=True).sort_values("origin", kind="stable", ignore_index=True)
    months = rows[rows["span"] == 1]
    scores = first_year(months)
    reached = months.groupby("horizon")["origin"].nunique()
    tested = reached.index[reached >= FEWEST_ORIGINS]
    return Forecast(
        asked=asked,
        learnt_from=months_of(asked.basis, asked.past),
        paths=paths,
        trials=rows,
        scores=scores,
        chosen=chosen_model(scores),
        tested_to=int(max(tested, default=0)),
    )


def forecast(asked: ForecastTask) -> Forecast:
    """Return a forecast, all of its work done here."""
    return gathered(asked, map(work, pieces(asked)))


def gathered(asked: ForecastTask, results: Iterable[Mapping[Model, Paths] | pd.DataFrame]) -> Forecast:
    """Return the forecast that the pieces' results make, in whatever order they come."""
    trials: list[pd.DataFrame] = []
    paths: Mapping[Model, Paths] = {}
    for result in results:
        if isinstance(result, pd.DataFrame):
            trials.append(result)
        else:
            paths = result
    return assembled(asked, paths, trials)
