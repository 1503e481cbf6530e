"""What comes to a unit: its kinds of case as series that can be forecast, each record in one of them alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from vulncore.findings.choices import Choices
from vulncore.findings.forecast_read import Demand, Subject, demand
from vulncore.findings.forecast_work import YEARS, asked_of, drawn_paths, why_not, worked
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.forecast import PATHS, Forecast, gathered
from vulncore.forecasting.intervals import months_ahead
from vulncore.forecasting.models import Model
from vulncore.forecasting.paths import Floats, Paths
from vulncore.forecasting.steady_range import steady_paths
from vulncore.resourcing.chain import Incoming
from vulncore.resourcing.scenario import CaseType, Scenario
from vulncore.store import Snapshot
from vulncore.vocabulary import Flow

BEFORE = 120  # recorded months that the open caseload of today is worked out from


@dataclass(frozen=True)
class KindDemand:
    """One kind of case: what is known of it, why it is not forecast (empty where it is), and whether it comes at all.

    `found` is missing where no month of it is known, `steady` says that its recent rate is carried on.
    """

    subject: Subject
    found: Demand | None
    why: str
    steady: bool

    @property
    def forecast(self) -> bool:
        """Whether models speak of it."""
        return self.found is not None and not self.why


@dataclass(frozen=True)
class UnitDemand:
    """What comes to a unit, before any of it is forecast, by kind of case; `missing` has those that the data don't have."""

    force: str
    as_at: date
    kinds: Mapping[str, KindDemand]
    missing: tuple[CaseType, ...]

    @property
    def known(self) -> Mapping[str, Demand]:
        """The kinds of case that models speak of."""
        return {
            key: kind.found for key, kind in self.kinds.items() if kind.found is not None and not kind.why
        }

    @property
    def told_twice(self) -> tuple[str, ...]:
        """The kinds known as totals alone: a record of theirs that belongs to another kind, too, can't be told."""
        return tuple(
            kind.subject.name
            for kind in self.kinds.values()
            if kind.found is not None
            and kind.found.daily is None
            and (kind.subject.without or len(kind.subject.measures) > 1)
        )


@dataclass(frozen=True)
class UnitForecast:
    """What is to come to a unit on one basis. `forecasts` are those tried, `tested_to` the months ahead that all were tried for."""

    demand: UnitDemand
    basis: Basis
    paths: Mapping[str, Paths]
    forecasts: Mapping[str, Forecast]

    @property
    def tested_to(self) -> int:
        """How many months ahead every forecast was tried; 0 before they were."""
        return min((forecast.tested_to for forecast in self.forecasts.values()), default=0)

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


def case_subjects(choice: Choices, scenario: Scenario) -> dict[str, Subject]:
    """Return each kind of case that the dataset has measures of, as what can be forecast.

    A record that several kinds could claim belongs to the first of them.
    """
    by_key = {measure.key: measure for measure in choice.measures if measure.flow is Flow.FLOW}
    found: dict[str, Subject] = {}
    claimed: list[str] = []
    for kind in scenario.case_types:
        own = [key for key in kind.measures if key in by_key and key not in claimed]
        if own:
            others = tuple(by_key[key] for key in claimed)
            found[kind.key] = Subject(
                f"case-{kind.key}", kind.name, "cases", tuple(by_key[key] for key in own), others
            )
            claimed += own
    return found


def unit_demand(
    snapshot: Snapshot, force: str, choice: Choices, scenario: Scenario, as_at: date
) -> UnitDemand:
    """Return what comes to a unit, by kind of case.

    Args:
        snapshot: A published version.
        force: The force.
        choice: What the dataset can show.
        scenario: Which kinds of case there are.
        as_at: The last month.
    """
    kinds = {}
    for key, subject in case_subjects(choice, scenario).items():
        found = demand(snapshot, force, subject, as_at)
        if found is None:
            kinds[key] = KindDemand(subject, None, f"{subject.name}: no month of it is known.", steady=False)
            continue
        refused = why_not(found)
        steady = refused is not None and refused.expected is not None
        kinds[key] = KindDemand(subject, found, refused.why if refused else "", steady)
    comes = {key for key, kind in kinds.items() if kind.forecast or kind.steady}
    missing = tuple(
        kind for kind in scenario.case_types if kind.key not in kinds and kind.derived_from not in comes
    )
    return UnitDemand(force, as_at, kinds, missing)


def unit_forecasts(
    wanted: UnitDemand, basis: Basis, workers: int | None = None
) -> Iterator[tuple[float, UnitForecast | None]]:
    """Yield the share of the work that is done, and what is to come: untried once every kind has paths, in the end tried.

    Args:
        wanted: What comes to the unit.
        basis: Which months the models learn from.
        workers: Processes; as many as there are cores unless told.
    """
    ahead = months_ahead(wanted.as_at, YEARS)
    steady = {
        key: steady_paths(kind.found.past.counts, ahead, PATHS)
        for key, kind in wanted.kinds.items()
        if kind.steady and kind.found is not None
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
    yield (
        1.0,
        UnitForecast(wanted, basis, steady | {key: each.spoken for key, each in whole.items()}, whole),
    )


def recorded_months(found: Demand) -> Floats:
    """Return a kind's recorded months, oldest first, up to BEFORE of them; one not known lies between those beside it."""
    counts = found.actual[-BEFORE:]
    known = ~np.isnan(counts)
    places = np.arange(len(counts))
    return np.interp(places, places[known], counts[known])
