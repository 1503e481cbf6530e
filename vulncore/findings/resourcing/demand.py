"""What comes to a unit, each record in one kind of case alone: recorded, the share that is the unit's, and forecast."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats
from vulncore.domain.disclosure import smallest_shown
from vulncore.domain.errors import UnknownNameError, first_five
from vulncore.domain.periods import add_months, month_end, month_name
from vulncore.domain.vocabulary import Flow
from vulncore.findings.forecast.demand import Demand, subject_demand
from vulncore.findings.forecast.work import YEARS, forecast_task, ready_tasks, run_kept, why_no_forecast
from vulncore.findings.shared.contents import DatasetContents
from vulncore.findings.shared.subject import Subject
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.forecast import PATHS, Forecast, ForecastTask, OnProgress, PathsByModel
from vulncore.forecasting.models.all import Model
from vulncore.forecasting.paths import Paths, months_ahead
from vulncore.forecasting.steady_range import carried_on
from vulncore.metrics.records.counts import monthly_records, records_by_team
from vulncore.resourcing.chain import Incoming
from vulncore.resourcing.scenario.addresses import Address
from vulncore.resourcing.scenario.scenario import Assumption, CaseType, Scenario
from vulncore.store import Snapshot

RECORDED_MONTHS = 120  # that the open caseload of today is worked out from
TEAM_MONTHS = 60  # how far back teams are looked up
FEWEST_WITH_TEAM = 30  # records with a team: of fewer the share is as good as assumed
TRIANGLE_END = 6**0.5  # standard deviations from the middle of a triangle to each of its ends


@dataclass(frozen=True)
class KindDemand:
    """One kind of case: its months, and why models don't forecast it (empty where they do).

    `steady` says that its recent rate is carried forward instead; without either it is left out. `recent` are the records of
    the last twelve months, missing where one of them is; `rounded` where with an earlier kind it has so few in common that they
    could be found by subtracting. `whole` are those records with what an earlier kind counts, as the Overview has them.
    """

    subject: Subject
    demand: Demand
    why_not: str
    steady: bool
    recent: int | None
    rounded: bool
    whole: int | None

    @property
    def included(self) -> bool:
        """Whether it is in the unit's figures."""
        return not self.why_not or self.steady


@dataclass(frozen=True)
class UnitDemand:
    """What comes to a unit, before any of it is forecast, by kind of case; `missing` has those that the data don't have."""

    force: str
    as_at: date
    kinds: Mapping[str, KindDemand]
    missing: tuple[CaseType, ...]

    @property
    def modelled(self) -> Mapping[str, Demand]:
        """The kinds of case that models forecast."""
        return {key: kind.demand for key, kind in self.kinds.items() if not kind.why_not}

    @property
    def may_count_twice(self) -> tuple[str, ...]:
        """The kinds recorded as totals alone: a record of theirs that belongs to another kind, too, can't be left out."""
        return tuple(
            kind.subject.name
            for kind in self.kinds.values()
            if kind.demand.daily is None and (kind.subject.without or len(kind.subject.measures) > 1)
        )


@dataclass(frozen=True)
class KindTrial:
    """How the forecast of a kind of case did on past months: which model is used, how often its 80 % range held."""

    model: Model
    within80: float
    tested_to: int


@dataclass(frozen=True)
class UnitForecast:
    """What is to come to a unit on one basis: simulated months of each kind of case, and how their forecasts did before.

    `trials` is empty before they were tried, and has no kind whose recent rate is carried forward.
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
        recorded = {key: recorded_months(kind.demand) for key, kind in self.demand.kinds.items()}
        paths = {key: np.asarray(months, float) for key, months in self.paths.items()}
        return Incoming(self.demand.as_at, recorded, paths)


def case_subjects(choice: DatasetContents, scenario: Scenario) -> dict[str, Subject]:
    """Return each kind of case that the dataset has measures of, as what can be forecast.

    A record that several kinds could claim belongs to the first of them.
    """
    by_key = {measure.key: measure for measure in choice.measures if measure.flow is Flow.FLOW}
    subjects: dict[str, Subject] = {}
    claimed: list[str] = []
    for kind in scenario.case_types:
        keys = [key for key in kind.measures if key in by_key and key not in claimed]
        if keys:
            measures, earlier = (tuple(by_key[key] for key in some) for some in (keys, claimed))
            subjects[kind.key] = Subject(f"case-{kind.key}", kind.name, "cases", measures, earlier)
            claimed += keys
    return subjects


def unit_demand(
    snapshot: Snapshot, force: str, choice: DatasetContents, scenario: Scenario, as_at: date
) -> UnitDemand:
    """Return what comes to a unit up to a month, by kind of case."""
    kinds = {}
    for key, subject in case_subjects(choice, scenario).items():
        months = subject_demand(snapshot, force, subject, as_at)
        if months is None:
            continue
        refused = why_no_forecast(months)
        steady = refused is not None and refused.expected is not None
        kinds[key] = KindDemand(
            subject, months, refused.why if refused else "", steady, *_recent(snapshot, force, months)
        )
    included = {key for key, kind in kinds.items() if kind.included}
    missing = tuple(
        kind for kind in scenario.case_types if kind.key not in kinds and kind.derived_from not in included
    )
    return UnitDemand(force, as_at, kinds, missing)


def recorded_months(months: Demand) -> Floats:
    """Return a kind's recorded months, oldest first, up to RECORDED_MONTHS; a month not delivered lies between its neighbours."""
    counts = months.actual[-RECORDED_MONTHS:]
    delivered = ~np.isnan(counts)
    places = np.arange(len(counts))
    return np.interp(places, places[delivered], counts[delivered])


def measured_shares(
    snapshot: Snapshot, force: str, subjects: Mapping[str, Subject], scenario: Scenario, as_at: date
) -> dict[Address, Assumption]:
    """Return the share of each kind of case that was allocated to the unit.

    A share is left out where under FEWEST_WITH_TEAM records name a team, or where those that went to the unit, or those that
    didn't, are so few that they have to be hidden.

    Source:
        The ends are those of a triangle that scatters as much as the posterior of a share under Jeffreys' prior (Brown, Cai
        and DasGupta 2001, Statistical Science 16, 101-133).
    """
    from scipy.stats import beta  # noqa: PLC0415 - slow to import

    first, last = add_months(as_at, 1 - TEAM_MONTHS), month_end(as_at)
    shares: dict[Address, Assumption] = {}
    for key, subject in subjects.items():
        keys = [measure.key for measure in subject.measures]
        without = [measure.key for measure in subject.without]
        teams = records_by_team(snapshot.incidents, force, keys, without, first, last)
        of_unit = teams["team"].str.strip().str.casefold() == scenario.unit.strip().casefold()
        there, elsewhere = (int(teams.loc[some, "records"].sum()) for some in (of_unit, ~of_unit))
        if there + elsewhere < FEWEST_WITH_TEAM or min(there, elsewhere) < smallest_shown():
            continue
        share, sd = 100 * there / (there + elsewhere), 100 * float(beta.std(there + 0.5, elsewhere + 0.5))
        shares[Address("share", case=key)] = Assumption(
            round(max(share - TRIANGLE_END * sd, 0.0), 1),
            round(share, 1),
            round(min(share + TRIANGLE_END * sd, 100.0), 1),
            f"measured: records that name a team, {month_name(first)} to {month_name(as_at)}",
            measured=True,
        )
    return shares


def with_measured(scenario: Scenario, measured: Mapping[Address, Assumption]) -> Scenario:
    """Return a scenario whose numbers that are to be measured are, where the data know them."""
    replaced = {
        address: assumption
        for address, assumption in measured.items()
        if address in scenario.assumptions and scenario.assumptions[address].measured
    }
    return replace(scenario, assumptions={**scenario.assumptions, **replaced})


def unit_forecast(
    unit: UnitDemand,
    basis: Basis,
    on_progress: OnProgress | None = None,
    untried: Callable[[UnitForecast], None] | None = None,
    workers: int | None = None,
    home: Path | None = None,
) -> UnitForecast:
    """Return what is to come to a unit.

    Args:
        unit: What comes to the unit.
        basis: Which months the models learn from.
        on_progress: Is told the share of the work that is done.
        untried: Is told what is to come, once, before the forecasts of it have been tried.
        workers: Processes; as many as there are cores by default.
        home: The dataset's folder, where forecasts are kept; without one none is.

    Raises:
        UnknownNameError: The data have none of what comes to the unit.
    """
    refuse_nothing(unit)

    def drawn(paths: Mapping[str, PathsByModel]) -> None:
        if untried:
            combined = {key: by_model[Model.COMBINATION] for key, by_model in paths.items()}
            untried(UnitForecast(unit, basis, _steady(unit) | combined, {}))

    return _whole(unit, basis, run_kept(_tasks(unit, basis), on_progress, drawn, workers, home))


def ready_unit_forecast(unit: UnitDemand, basis: Basis, home: Path) -> UnitForecast | None:
    """Return what is to come to a unit where the forecast of each kind is kept in a dataset's folder; None where one is not.

    Raises:
        UnknownNameError: The data have none of what comes to the unit.
    """
    refuse_nothing(unit)
    forecasts = ready_tasks(_tasks(unit, basis), home)
    return None if forecasts is None else _whole(unit, basis, forecasts)


def refuse_nothing(unit: UnitDemand) -> None:
    """Refuse data of which nothing that comes to the unit can be forecast.

    Raises:
        UnknownNameError: There is none.
    """
    if not unit.kinds:
        names = first_five(kind.name for kind in unit.missing)
        raise UnknownNameError(
            f"This dataset has no monthly figures for the unit's kinds of case: {names}. "
            "Choose a dataset that records them by month."
        )
    if not any(kind.included for kind in unit.kinds.values()):
        reasons = " ".join(kind.why_not for kind in unit.kinds.values())
        raise UnknownNameError(f"Nothing that comes to this unit can be forecast. {reasons}")


def _tasks(unit: UnitDemand, basis: Basis) -> dict[str, ForecastTask]:
    return {key: forecast_task(months, basis) for key, months in unit.modelled.items()}


def _steady(unit: UnitDemand) -> dict[str, Paths]:
    ahead = months_ahead(unit.as_at, YEARS)
    return {
        key: carried_on(kind.demand.past, ahead, PATHS) for key, kind in unit.kinds.items() if kind.steady
    }


def _whole(unit: UnitDemand, basis: Basis, forecasts: Mapping[str, Forecast]) -> UnitForecast:
    paths = {key: forecast.spoken for key, forecast in forecasts.items()}
    trials = {}
    for key, forecast in forecasts.items():
        model, within80 = forecast.chosen.model, forecast.scores.set_index("model")["within80"]
        trials[key] = KindTrial(model, float(within80[model]), forecast.tested_to)
    return UnitForecast(unit, basis, _steady(unit) | paths, trials)


def _recent(snapshot: Snapshot, force: str, months: Demand) -> tuple[int | None, bool, int | None]:
    """Return the records of the last twelve months, whether they had to be rounded, and those with an earlier kind's."""
    recent = months.actual[-12:]
    if len(recent) < 12 or np.isnan(recent).any():
        return None, False, None
    total, subject, smallest = int(recent.sum()), months.subject, smallest_shown()
    if not subject.without or months.daily is None:
        return total, False, total
    keys = [measure.key for measure in subject.measures]
    whole = monthly_records(snapshot.incidents, snapshot.coverage, force, keys)
    since = pd.Timestamp(add_months(months.as_at, -11))
    in_year = whole["month"].between(since, pd.Timestamp(months.as_at))
    every = int(whole.loc[in_year, "count"].sum())
    if 0 < every - total < smallest:
        return smallest * round(total / smallest), True, every
    return total, False, every
