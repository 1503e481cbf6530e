"""Which subjects can be forecast, and their forecasts on both bases as the work on them goes on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic

import pandas as pd

from vulncore.domain.periods import month_name, months_between
from vulncore.findings.forecast.demand import Demand
from vulncore.findings.forecast.kept import keep_forecast, kept_forecast
from vulncore.findings.shared.words import agree, number_of
from vulncore.forecasting.backtest import LEAST_AHEAD, enough_known, origins
from vulncore.forecasting.forecast import (
    Forecast,
    ForecastTask,
    Label,
    PieceResult,
    assemble,
    drawn_paths,
    run_tasks,
)
from vulncore.forecasting.models.all import Model
from vulncore.forecasting.past import FEWEST_MONTHS, Basis, Past, basis_months
from vulncore.forecasting.paths import Paths, months_ahead
from vulncore.forecasting.steady_range import SteadyRange, steady_range
from vulncore.metrics.strands.change import TOO_FEW_FOR_TREND_A_YEAR, has_trend
from vulncore.metrics.strands.silence import silence

YEARS = 4
MOST_BEHIND = 6  # months between the last delivered and the as-at month: beyond, too much is not known
VOLUME_MONTHS = 36  # the recent months that say whether there are enough records for a trend


@dataclass(frozen=True)
class NoForecast:
    """Why a subject is not forecast, and what to expect instead where anything can be."""

    finding: str
    action: str
    detail: str = ""
    expected: SteadyRange | None = None

    @property
    def why(self) -> str:
        """All of it in a row."""
        return " ".join(sentence for sentence in (self.finding, self.detail, self.action) if sentence)


@dataclass(frozen=True)
class ForecastProgress(Generic[Label]):
    """How far the work is: the share done, the paths of each task as soon as they are there, and in the end all."""

    share: float
    paths: Mapping[Label, Mapping[Model, Paths]]
    forecasts: Mapping[Label, Forecast]


def why_no_forecast(demand: Demand) -> NoForecast | None:
    """Return why no model may speak of a subject; None where one may."""
    name, known = demand.subject.name, demand.months.dropna(subset="count")
    counts = demand.past.counts
    seen = pd.Series(counts)
    series = known.assign(measure=demand.subject.key)[["measure", "month", "count"]]
    quiet = silence(series).iloc[0]
    if quiet["silent"]:
        last_record = month_name(known.loc[known["count"] > 0, "month"].iloc[-1])
        return NoForecast(
            f"{name}: nothing was recorded after {last_record}.",
            "Ask the records team whether this is still recorded here. Until then there is no forecast.",
            f"About {quiet['expected']:,.0f} were expected since.",
        )
    last = known["month"].iloc[-1].date()
    if months_between(last, demand.as_at) > MOST_BEHIND:
        return NoForecast(
            f"{name}: nothing was delivered after {month_name(last)}.",
            f"Choose {month_name(last)} as the last month.",
        )
    if has_trend(seen.tail(VOLUME_MONTHS)) is False:
        return NoForecast(
            f"{name}: fewer than {TOO_FEW_FOR_TREND_A_YEAR} a year, too few for a trend.",
            "Plan for as many as now.",
            expected=steady_range(counts[-VOLUME_MONTHS:]),
        )
    if not all(_can_be_tested(demand.past, basis) for basis in Basis):
        since = f" since counting changed in {month_name(demand.broken)}" if demand.broken else ""
        return NoForecast(
            f"{name}: {_months(int(seen.notna().sum()))} recorded{since}, too few to test a forecast.",
            f"Come back when there are {FEWEST_MONTHS + LEAST_AHEAD} months.",
            "A forecast is tested on past months first.",
            steady_range(counts),
        )
    return None


def forecast_task(demand: Demand, basis: Basis, years: int = YEARS) -> ForecastTask:
    """Return the task of forecasting a subject: its months, and how far ahead."""
    return ForecastTask(demand.past, demand.final, basis, months_ahead(demand.as_at, years))


def forecast_progress(
    demand: Demand,
    bases: Sequence[Basis] = tuple(Basis),
    years: int = YEARS,
    workers: int | None = None,
    home: Path | None = None,
) -> Iterator[ForecastProgress[Basis]]:
    """Yield how far the forecasts of a subject are, each time a piece of the work is done; the last is whole.

    Args:
        demand: The subject's months, of which `why_no_forecast` says nothing.
        bases: Which bases.
        years: Calendar years ahead.
        workers: Processes; as many as there are cores by default.
        home: The dataset's folder, where forecasts are kept; without one none is.
    """
    return tasks_progress(_tasks(demand, bases, years), workers, home)


def finished_forecasts(
    demand: Demand, bases: Sequence[Basis] = tuple(Basis), years: int = YEARS
) -> Mapping[Basis, Forecast]:
    """Return the forecasts of a subject when all of the work is done."""
    *_, last = forecast_progress(demand, bases, years)
    return last.forecasts


def ready_forecasts(demand: Demand, home: Path) -> Mapping[Basis, Forecast] | None:
    """Return the forecasts of a subject on all bases where they are kept in a dataset's folder; None where one is not."""
    return ready_tasks(_tasks(demand, tuple(Basis), YEARS), home)


def tasks_progress(
    tasks: Mapping[Label, ForecastTask], workers: int | None = None, home: Path | None = None
) -> Iterator[ForecastProgress[Label]]:
    """Yield how far some forecasts are, each time a piece of the work is done; the last is whole.

    What is kept is not fitted again, and what was fitted is kept; where all are kept, the first is the last.

    Args:
        tasks: What is to be forecast.
        workers: Processes; as many as there are cores by default.
        home: The dataset's folder, where forecasts are kept; without one none is.
    """
    kept = _kept(tasks, home) if home else {}
    left = {label: task for label, task in tasks.items() if label not in kept}
    before = {label: forecast.paths for label, forecast in kept.items()}
    results: Mapping[Label, Sequence[PieceResult]] = {}
    for share, results in run_tasks(left, workers):
        if share < 1:
            yield ForecastProgress(share, {**before, **drawn_paths(results)}, {})
    fitted = {label: assemble(task, results[label]) for label, task in left.items()}
    if home:
        for forecast in fitted.values():
            keep_forecast(home, forecast)
    every = {**kept, **fitted}
    whole = {label: every[label] for label in tasks}
    yield ForecastProgress(1.0, {label: forecast.paths for label, forecast in whole.items()}, whole)


def ready_tasks(tasks: Mapping[Label, ForecastTask], home: Path) -> Mapping[Label, Forecast] | None:
    """Return forecasts where all of them are kept in a dataset's folder; None where one is not."""
    kept = _kept(tasks, home)
    return kept if len(kept) == len(tasks) else None


def _kept(tasks: Mapping[Label, ForecastTask], home: Path) -> dict[Label, Forecast]:
    kept = {label: kept_forecast(home, task) for label, task in tasks.items()}
    return {label: forecast for label, forecast in kept.items() if forecast is not None}


def _tasks(demand: Demand, bases: Sequence[Basis], years: int) -> dict[Basis, ForecastTask]:
    return {basis: forecast_task(demand, basis, years) for basis in bases}


def _months(number: int) -> str:
    return f"{number_of(number, 'month')} {agree(number, 'is', 'are')}"


def _can_be_tested(past: Past, basis: Basis) -> bool:
    return bool(origins(past, basis)) and enough_known(basis_months(basis, past))
