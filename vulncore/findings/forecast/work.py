"""Forecasts of a subject on both bases, their work spread over the machine's cores."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import pandas as pd

from vulncore.domain.periods import month_name, months_between
from vulncore.findings.forecast.demand import Demand
from vulncore.findings.shared.words import agree, number_of
from vulncore.forecasting.backtest import LEAST_AHEAD, enough_known, origins
from vulncore.forecasting.forecast import Forecast, ForecastTask, Key, gathered, key_of, pieces, work
from vulncore.forecasting.models.all import Model
from vulncore.forecasting.past import FEWEST_MONTHS, Basis, Past, months_of
from vulncore.forecasting.paths import Paths, months_ahead
from vulncore.forecasting.pool import in_parallel
from vulncore.forecasting.steady_range import SteadyRange, steady_range
from vulncore.metrics.strands.change import TOO_FEW_FOR_TREND_A_YEAR, has_trend
from vulncore.metrics.strands.silence import silence

YEARS = 4
MOST_BEHIND = 6  # months between the last delivered and the as-at month: beyond, too much is not known
VOLUME_MONTHS = 36  # the recent months that say whether there are enough records for a trend
Label = TypeVar("Label", bound=Hashable)
Result = Mapping[Model, Paths] | pd.DataFrame  # of a piece of work: what comes, or a trial


@dataclass(frozen=True)
class NoForecast:
    """Why a subject is not forecast, and what to expect instead where anything can be."""

    why: str
    expected: SteadyRange | None


def why_not(found: Demand) -> NoForecast | None:
    """Return why no model may speak of a subject; None where one may."""
    name, known = found.subject.name, found.months.dropna(subset="count")
    counts = found.past.counts
    seen = pd.Series(counts)
    quiet = silence(known.assign(measure=found.subject.key)[["measure", "month", "count"]]).iloc[0]
    if quiet["silent"]:
        heard = month_name(known.loc[known["count"] > 0, "month"].iloc[-1])
        return NoForecast(
            f"{name}: nothing was recorded after {heard}, where about {quiet['expected']:,.0f} were to be expected since. Confirm "
            "that records still arrive; until then nothing is forecast.",
            None,
        )
    last = known["month"].iloc[-1].date()
    if months_between(last, found.as_at) > MOST_BEHIND:
        return NoForecast(
            f"{name}: nothing was delivered after {month_name(last)}. Choose that month to look ahead from.",
            None,
        )
    if has_trend(seen.tail(VOLUME_MONTHS)) is False:
        return NoForecast(
            f"{name}: fewer than {TOO_FEW_FOR_TREND_A_YEAR} a year, too few to speak of a trend, so no line is drawn.",
            steady_range(counts[-VOLUME_MONTHS:]),
        )
    if not all(_can_be_tried(found.past, basis) for basis in Basis):
        since = f" since the way of counting changed in {month_name(found.broken)}" if found.broken else ""
        return NoForecast(
            f"{name}: {_months(int(seen.notna().sum()))} known{since}. A forecast has to be tried on earlier months before "
            f"it is shown, which takes {FEWEST_MONTHS + LEAST_AHEAD} months.",
            steady_range(counts),
        )
    return None


def asked_of(found: Demand, basis: Basis, years: int = YEARS) -> ForecastTask:
    """Return what is asked of the models: the subject's months, and how far ahead."""
    return ForecastTask(found.past, found.final, basis, months_ahead(found.as_at, years))


@dataclass(frozen=True)
class Arrived:
    """How far the work is: the share done, the paths of each basis as soon as they are there, and in the end all."""

    share: float
    paths: Mapping[Basis, Mapping[Model, Paths]]
    forecasts: Mapping[Basis, Forecast]


def forecasts(
    found: Demand, bases: Sequence[Basis] = tuple(Basis), years: int = YEARS, workers: int | None = None
) -> Iterator[Arrived]:
    """Yield how far the forecasts of a subject are, each time a piece of the work is done; the last is whole.

    Args:
        found: The subject's months, of which `why_not` says nothing.
        bases: Which bases.
        years: Calendar years ahead.
        workers: Processes; as many as there are cores unless told.
    """
    asked = {basis: asked_of(found, basis, years) for basis in bases}
    for share, done in worked(asked, workers):
        if share < 1:
            yield Arrived(share, drawn_paths(done), {})
    whole = {basis: gathered(asked[basis], done[basis]) for basis in bases}
    yield Arrived(1.0, {basis: forecast.paths for basis, forecast in whole.items()}, whole)


def worked(
    asked: Mapping[Label, ForecastTask], workers: int | None = None
) -> Iterator[tuple[float, Mapping[Label, Sequence[Result]]]]:
    """Yield the share of the work on several questions that is done, and its results so far, each time a piece is.

    What two questions about one series have alike is done once. Forecasts come before their trials, so that there is
    something to see.

    Args:
        asked: The questions.
        workers: Processes; as many as there are cores unless told.
    """
    parts = {
        label: {(key_of(piece), id(own.past)): piece for piece in pieces(own)} for label, own in asked.items()
    }
    once = {key: piece for own in parts.values() for key, piece in own.items()}
    todo = sorted(once.items(), key=lambda item: item[0])
    done: dict[tuple[Key, int], Result] = {}
    for place, result in in_parallel(work, [piece for _, piece in todo], workers):
        done[todo[place][0]] = result
        yield (
            len(done) / len(todo),
            {label: [done[key] for key in own if key in done] for label, own in parts.items()},
        )


def every_forecast(
    found: Demand, bases: Sequence[Basis] = tuple(Basis), years: int = YEARS
) -> Mapping[Basis, Forecast]:
    """Return the forecasts of a subject when all of the work is done."""
    *_, last = forecasts(found, bases, years)
    return last.forecasts


def drawn_paths(done: Mapping[Label, Sequence[Result]]) -> Mapping[Label, Mapping[Model, Paths]]:
    """Return each question's paths by model, of those whose forecast is among the results."""
    found = {
        label: [each for each in own if not isinstance(each, pd.DataFrame)] for label, own in done.items()
    }
    return {label: own[0] for label, own in found.items() if own}


def _months(number: int) -> str:
    return f"{number_of(number, 'month')} {agree(number, 'is', 'are')}"


def _can_be_tried(past: Past, basis: Basis) -> bool:
    return bool(origins(past, basis)) and enough_known(months_of(basis, past))
