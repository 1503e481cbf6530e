"""What comes to a unit: its kinds of case as series that can be forecast, each record in one of them alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from vulncore.domain.disclosure import smallest_shown
from vulncore.domain.errors import first_five
from vulncore.domain.periods import add_months
from vulncore.domain.vocabulary import Flow
from vulncore.findings.forecast.demand import Demand, Subject, demand
from vulncore.findings.forecast.work import why_not
from vulncore.findings.shared.choices import Choices
from vulncore.forecasting.paths import Floats
from vulncore.metrics.records.counts import monthly_records
from vulncore.resourcing.scenario.scenario import CaseType, Scenario
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
            continue
        refused = why_not(found)
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
