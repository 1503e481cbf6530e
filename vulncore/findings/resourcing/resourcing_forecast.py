"""What is to come to a unit: its kinds of case forecast together, their work spread over the machine's cores."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from vulncore.domain.errors import UnknownNameError
from vulncore.findings.forecast.work import YEARS, asked_of, drawn_paths, worked
from vulncore.findings.resourcing.demand import UnitDemand, nothing_known, recorded_months
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.forecast import PATHS, Forecast, gathered
from vulncore.forecasting.intervals import months_ahead
from vulncore.forecasting.models.all import Model
from vulncore.forecasting.paths import Paths
from vulncore.forecasting.steady_range import steady_paths
from vulncore.resourcing.chain import Incoming


@dataclass(frozen=True)
class KindTrial:
    """How the forecast of a kind of case did on earlier months: which model speaks, how often its 80 % range held."""

    model: Model
    within80: float
    tested_to: int


@dataclass(frozen=True)
class UnitForecast:
    """What is to come to a unit on one basis: simulated months of each kind of case, and how their forecasts did before.

    `trials` is empty before they were tried, and has no kind whose recent rate is carried on.
    """

    demand: UnitDemand
    basis: Basis
    paths: Mapping[str, Paths]
    trials: Mapping[str, KindTrial]

    @property
    def tested_to(self) -> int:
        """How many months ahead every forecast was tried; 0 before they were."""
        return min((trial.tested_to for trial in self.trials.values()), default=0)

    @cached_property
    def incoming(self) -> Incoming:
        """The demand as `vulncore.resourcing` takes it."""
        recorded = {
            key: recorded_months(kind.found)
            for key, kind in self.demand.kinds.items()
            if kind.found is not None
        }
        return Incoming(
            self.demand.as_at, recorded, {key: np.asarray(own, float) for key, own in self.paths.items()}
        )


def unit_forecasts(
    wanted: UnitDemand, basis: Basis, workers: int | None = None
) -> Iterator[tuple[float, UnitForecast | None]]:
    """Yield the share of the work that is done, and what is to come: untried once every kind has paths, in the end tried.

    Args:
        wanted: What comes to the unit.
        basis: Which months the models learn from.
        workers: Processes; as many as there are cores unless told.

    Raises:
        UnknownNameError: The data have none of what comes to the unit.
    """
    if not any(kind.comes for kind in wanted.kinds.values()):
        raise UnknownNameError(nothing_known(wanted))
    ahead = months_ahead(wanted.as_at, YEARS)
    steady = {
        key: steady_paths(kind.found.past.counts, ahead, PATHS)
        for key, kind in wanted.kinds.items()
        if kind.steady
    }
    asked = {key: asked_of(found, basis) for key, found in wanted.known.items()}
    done: Mapping[str, Sequence[Mapping[Model, Paths] | pd.DataFrame]] = {}
    for share, done in worked(asked, workers):
        untried = drawn_paths(done)
        if share < 1:
            ready = len(untried) == len(asked)
            paths = {key: own[Model.COMBINATION] for key, own in untried.items()}
            yield share, UnitForecast(wanted, basis, steady | paths, {}) if ready else None
    whole = {key: gathered(own, done[key]) for key, own in asked.items()}
    spoken = {key: each.spoken for key, each in whole.items()}
    yield (
        1.0,
        UnitForecast(wanted, basis, steady | spoken, {key: _trial(each) for key, each in whole.items()}),
    )


def _trial(forecast: Forecast) -> KindTrial:
    scores = forecast.scores.set_index("model")
    model = forecast.chosen.model
    return KindTrial(model, float(scores["within80"][model]), forecast.tested_to)
