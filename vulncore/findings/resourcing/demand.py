"""What comes to a unit: its kinds of case as series that can be forecast, each record in one of them alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.stats import beta

from vulncore.domain.arrays import Floats
from vulncore.domain.disclosure import smallest_shown
from vulncore.domain.errors import UnknownNameError, first_five
from vulncore.domain.periods import add_months, month_end, month_name
from vulncore.domain.vocabulary import Flow
from vulncore.findings.forecast.demand import Demand, Subject, subject_demand
from vulncore.findings.forecast.work import YEARS, forecast_task, why_no_forecast
from vulncore.findings.shared.contents import DatasetContents
from vulncore.forecasting.forecast import PATHS, Forecast, PieceResult, assemble, drawn_paths, run_tasks
from vulncore.forecasting.models.all import Model
from vulncore.forecasting.past import Basis
from vulncore.forecasting.paths import Paths, months_ahead
from vulncore.forecasting.steady_range import steady_paths
from vulncore.metrics.records.counts import monthly_records, records_by_team
from vulncore.resourcing.chain import Incoming
from vulncore.resourcing.scenario.scenario import Assumption, CaseType, Scenario
from vulncore.store import Snapshot

BEFORE = 120  # recorded months that the open caseload of today is worked out from


@dataclass(frozen=True)
class KindDemand:
    """One kind of case: its months, and why models don't speak of it (empty where they do).

    `steady` says that its recent rate is carried on instead; without either it is not in the figures. `recent` are the records of
    the last twelve months, missing where one of them is; `rounded` where with an earlier kind it has so few in common that they
    could be told by subtracting.
    """

    subject: Subject
    found: Demand
    why: str
    steady: bool
    recent: int | None
    rounded: bool

    @property
    def comes(self) -> bool:
        """Whether it is in the figures."""
        return not self.why or self.steady


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
            if kind.found.daily is None and (kind.subject.without or len(kind.subject.measures) > 1)
        )


def case_subjects(choice: DatasetContents, scenario: Scenario) -> dict[str, Subject]:
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
    snapshot: Snapshot, force: str, choice: DatasetContents, scenario: Scenario, as_at: date
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
        found = subject_demand(snapshot, force, subject, as_at)
        if found is None:
            continue
        refused = why_no_forecast(found)
        steady = refused is not None and refused.expected is not None
        recent, is_rounded = _recent(snapshot, force, found)
        kinds[key] = KindDemand(subject, found, refused.why if refused else "", steady, recent, is_rounded)
    comes = {key for key, kind in kinds.items() if kind.comes}
    missing = tuple(
        kind for kind in scenario.case_types if kind.key not in kinds and kind.derived_from not in comes
    )
    return UnitDemand(force, as_at, kinds, missing)


def _recent(snapshot: Snapshot, force: str, found: Demand) -> tuple[int | None, bool]:
    """Return the records of the last twelve months, and whether they had to be rounded."""
    recent = found.actual[-12:]
    if len(recent) < 12 or np.isnan(recent).any():
        return None, False
    total, subject, smallest = int(recent.sum()), found.subject, smallest_shown()
    if not subject.without or found.daily is None:
        return total, False
    keys = [measure.key for measure in subject.measures]
    whole = monthly_records(snapshot.incidents, snapshot.coverage, force, keys)
    since = pd.Timestamp(add_months(found.as_at, -11))
    months = whole["month"].between(since, pd.Timestamp(found.as_at))
    common = int(whole.loc[months, "count"].sum()) - total
    return (smallest * round(total / smallest), True) if 0 < common < smallest else (total, False)


def nothing_known(wanted: UnitDemand) -> str:
    """Return why nothing of what comes to the unit can be forecast."""
    names = first_five(kind.name for kind in wanted.missing)
    if not wanted.kinds:
        return (
            f"This dataset has none of what comes to the unit: {names}. Choose one that counts them by month."
        )
    return "Nothing of what comes to the unit can be forecast. " + " ".join(
        kind.why for kind in wanted.kinds.values()
    )


def recorded_months(found: Demand) -> Floats:
    """Return a kind's recorded months, oldest first, up to BEFORE of them; one not known lies between those beside it."""
    counts = found.actual[-BEFORE:]
    known = ~np.isnan(counts)
    places = np.arange(len(counts))
    return np.interp(places, places[known], counts[known])


MONTHS = 60  # how far back teams are looked up
ENDS = 6**0.5  # standard deviations from the middle of a triangle to each of its ends
FEWEST = 30  # records with a team: of fewer the share is as good as assumed


def measured_shares(
    snapshot: Snapshot, force: str, subjects: Mapping[str, Subject], scenario: Scenario, as_at: date
) -> dict[str, Assumption]:
    """Return the share of each kind of case that was allocated to the unit, by the number's key.

    A share is left out where under FEWEST records name a team, or where those that went to the unit, or those that didn't, are
    so few that they have to be hidden.

    Source:
        The ends are those of a triangle that scatters as much as the posterior of a share under Jeffreys' prior (Brown, Cai
        and DasGupta 2001, Statistical Science 16, 101-133).
    """
    first, last = add_months(as_at, 1 - MONTHS), month_end(as_at)
    found: dict[str, Assumption] = {}
    for key, subject in subjects.items():
        keys = [measure.key for measure in subject.measures]
        without = [measure.key for measure in subject.without]
        teams = records_by_team(snapshot.incidents, force, keys, without, first, last)
        own = teams["team"].str.strip().str.casefold() == scenario.unit.strip().casefold()
        there, elsewhere = int(teams.loc[own, "records"].sum()), int(teams.loc[~own, "records"].sum())
        if there + elsewhere < FEWEST or min(there, elsewhere) < smallest_shown():
            continue
        share, sd = 100 * there / (there + elsewhere), 100 * float(beta.std(there + 0.5, elsewhere + 0.5))
        found[f"case.{key}.share"] = Assumption(
            round(max(share - ENDS * sd, 0.0), 1),
            round(share, 1),
            round(min(share + ENDS * sd, 100.0), 1),
            f"measured: records that name a team, {month_name(first)} to {month_name(as_at)}",
            measured=True,
        )
    return found


def with_measured(scenario: Scenario, measured: Mapping[str, Assumption]) -> Scenario:
    """Return a scenario whose numbers that are to be measured are, where the data know them."""
    known = {
        key: own
        for key, own in measured.items()
        if key in scenario.assumptions and scenario.assumptions[key].measured
    }
    return replace(scenario, assumptions={**scenario.assumptions, **known})


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
    asked = {key: forecast_task(found, basis) for key, found in wanted.known.items()}
    done: Mapping[str, Sequence[PieceResult]] = {}
    for share, done in run_tasks(asked, workers):
        untried = drawn_paths(done)
        if share < 1:
            ready = len(untried) == len(asked)
            paths = {key: own[Model.COMBINATION] for key, own in untried.items()}
            yield share, UnitForecast(wanted, basis, steady | paths, {}) if ready else None
    whole = {key: assemble(own, done[key]) for key, own in asked.items()}
    spoken = {key: each.spoken for key, each in whole.items()}
    yield (
        1.0,
        UnitForecast(wanted, basis, steady | spoken, {key: _trial(each) for key, each in whole.items()}),
    )


def _trial(forecast: Forecast) -> KindTrial:
    scores = forecast.scores.set_index("model")
    model = forecast.chosen.model
    return KindTrial(model, float(scores["within80"][model]), forecast.tested_to)
