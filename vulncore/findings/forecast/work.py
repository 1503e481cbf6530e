"""Which subjects can be forecast, and their forecasts on both bases: kept, or made now."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vulncore.domain.periods import month_name, months_between
from vulncore.findings.forecast.demand import VOLUME_MONTHS, Demand
from vulncore.findings.forecast.kept import keep_forecast, kept_forecast
from vulncore.findings.shared.words import agree, number_of
from vulncore.forecasting.backtest import LEAST_AHEAD, origins
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.forecast import Forecast, ForecastTask, Label, OnProgress, PathsByModel, run_tasks
from vulncore.forecasting.past import FEWEST_MONTHS, Past, basis_months
from vulncore.forecasting.paths import months_ahead
from vulncore.forecasting.steady_range import SteadyRange, is_of_one_month, level_range, steady_range
from vulncore.metrics.strands.change import TOO_FEW_FOR_TREND_A_YEAR

YEARS = 4
MOST_BEHIND = 6  # months between the last delivered and the as-at month: beyond, too much is not known


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


def why_no_forecast(demand: Demand) -> NoForecast | None:
    """Return why no model may speak of a subject; None where one may."""
    name, known = demand.subject.name, demand.months.dropna(subset="count")
    counts = demand.past.counts
    if demand.is_silent:
        last_record = month_name(known.loc[known["count"] > 0, "month"].iloc[-1])
        return NoForecast(
            f"{name}: nothing was recorded after {last_record}.",
            "Ask the records team whether this is still recorded here. Until then there is no forecast.",
            f"About {demand.silence['expected']:,.0f} were expected since.",
        )
    last = known["month"].iloc[-1].date()
    if months_between(last, demand.as_at) > MOST_BEHIND:
        return NoForecast(
            f"{name}: nothing was delivered after {month_name(last)}.",
            f"Choose {month_name(last)} as the last month.",
        )
    if demand.is_too_few:
        return NoForecast(
            f"{name}: fewer than {TOO_FEW_FOR_TREND_A_YEAR} a year, too few for a trend.",
            "Plan for as many as now.",
            _left_out(demand).strip(),
            expected=steady_range(counts[-VOLUME_MONTHS:]),
        )
    if not all(_can_be_tested(demand.past, basis) for basis in Basis):
        months = len(known)
        how_many = f"{number_of(months, 'month')} {agree(months, 'is', 'are')}"
        since = f" since counting changed in {month_name(demand.broken)}" if demand.broken else ""
        expected = None if is_of_one_month(counts) else level_range(demand.past)
        range_of_one = "" if expected else " A year's range would be made from next to one month."
        return NoForecast(
            f"{name}: {how_many} recorded{since}, too few to test a forecast.",
            "Come back when more months are final."
            if months >= FEWEST_MONTHS + LEAST_AHEAD
            else f"Come back when there are {FEWEST_MONTHS + LEAST_AHEAD} months.",
            f"A forecast is tested on past months first.{range_of_one}{_left_out(demand)}",
            expected,
        )
    return None


def other_way(demand: Demand) -> Demand | None:
    """Return a subject with the proposed change of level taken for approved; None where none is proposed, or nothing could be forecast then."""
    if demand.proposed is None or why_no_forecast(demand.as_if_changed):
        return None
    return demand.as_if_changed


def forecast_task(demand: Demand, basis: Basis, years: int = YEARS) -> ForecastTask:
    """Return the task of forecasting a subject: its months, and how far ahead."""
    return ForecastTask(demand.past, demand.final, basis, months_ahead(demand.as_at, years))


def subject_forecasts(
    demand: Demand,
    bases: Sequence[Basis] = tuple(Basis),
    years: int = YEARS,
    on_progress: OnProgress | None = None,
    untried: Callable[[Mapping[Basis, PathsByModel]], None] | None = None,
    workers: int | None = None,
    home: Path | None = None,
) -> Mapping[Basis, Forecast]:
    """Return the forecasts of a subject on some bases, so many calendar years ahead, as `run_kept` does.

    `why_no_forecast` says nothing of the subject's months.
    """
    return run_kept(_tasks(demand, bases, years), on_progress, untried, workers, home)


def ready_forecasts(demand: Demand, home: Path) -> Mapping[Basis, Forecast] | None:
    """Return the forecasts of a subject on all bases where they are kept in a dataset's folder; None where one is not."""
    return ready_tasks(_tasks(demand, tuple(Basis), YEARS), home)


def run_kept(
    tasks: Mapping[Label, ForecastTask],
    on_progress: OnProgress | None = None,
    untried: Callable[[Mapping[Label, PathsByModel]], None] | None = None,
    workers: int | None = None,
    home: Path | None = None,
) -> Mapping[Label, Forecast]:
    """Return some forecasts, as `run_tasks` does: what is kept is not fitted again, and what was fitted is kept.

    Args:
        tasks: What is to be forecast.
        on_progress: Is told 1 alone where all are kept.
        untried: Is told nothing where all are kept.
        workers: Processes; as many as there are cores by default.
        home: The dataset's folder, where forecasts are kept; without one none is.
    """
    kept = _kept(tasks, home) if home else {}
    left = {label: task for label, task in tasks.items() if label not in kept}
    if not left:
        if on_progress:
            on_progress(1.0)
        return kept

    def with_kept(drawn: Mapping[Label, PathsByModel]) -> None:
        if untried:
            untried({label: kept[label].paths if label in kept else drawn[label] for label in tasks})

    fitted = run_tasks(left, on_progress, with_kept, workers)
    if home:
        for forecast in fitted.values():
            keep_forecast(home, forecast)
    return {label: (kept if label in kept else fitted)[label] for label in tasks}


def ready_tasks(tasks: Mapping[Label, ForecastTask], home: Path) -> Mapping[Label, Forecast] | None:
    """Return forecasts where all of them are kept in a dataset's folder; None where one is not."""
    kept = _kept(tasks, home)
    return kept if len(kept) == len(tasks) else None


def _kept(tasks: Mapping[Label, ForecastTask], home: Path) -> dict[Label, Forecast]:
    kept = {label: kept_forecast(home, task) for label, task in tasks.items()}
    return {label: forecast for label, forecast in kept.items() if forecast is not None}


def _tasks(demand: Demand, bases: Sequence[Basis], years: int) -> dict[Basis, ForecastTask]:
    return {basis: forecast_task(demand, basis, years) for basis in bases}


def _left_out(demand: Demand) -> str:
    return "".join(f" {one.in_words}, and was left out." for one in demand.held)


def _can_be_tested(past: Past, basis: Basis) -> bool:
    return bool(origins(past, basis)) and basis_months(basis, past).is_enough
