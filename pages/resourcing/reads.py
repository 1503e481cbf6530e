"""Cached reads: what comes to a unit, and what scenarios make of it, in memory and on the disk; the scenarios saved."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import streamlit as st

from pages.shared.reads import READS_KEPT, VERSION, contents_of, store_path
from pages.shared.sidebar import View
from pages.shared.turns import waited_for
from vulncore import store as stores
from vulncore.findings.resourcing.demand import (
    UnitDemand,
    UnitForecast,
    case_subjects,
    measured_shares,
    refuse_nothing,
    unit_demand,
    unit_forecast,
)
from vulncore.findings.resourcing.outlook import ResourcingOutlook, StaffingQuestion, resourcing_outlook
from vulncore.findings.shared.by_version import Kept
from vulncore.forecasting.basis import Basis
from vulncore.resourcing.scenario.addresses import Address
from vulncore.resourcing.scenario.locked import is_locked
from vulncore.resourcing.scenario.saved import saved_scenarios, saved_state, unreadable_scenarios
from vulncore.resourcing.scenario.scenario import Assumption, Scenario
from vulncore.resourcing.scenario.toml import scenario_text
from vulncore.store.manifest import Publish

KINDS_OF_CASE = {Scenario: lambda scenario: (scenario.case_types, scenario.unit)}
WORDS = ("Forecasting what comes to the unit …", "Testing the forecasts on past months …")
FORECASTS_KEPT, OUTLOOKS_KEPT = 24, 8  # each takes some four megabytes, or fifteen


@st.cache_resource(
    max_entries=READS_KEPT,
    show_spinner="Counting what comes to the unit …",
    hash_funcs={**VERSION, **KINDS_OF_CASE},
)
def unit_demand_of(store: Path, publish: Publish, force: str, scenario: Scenario, month: date) -> UnitDemand:
    """Return what comes to a unit, by kind of case; nobody may change it."""
    snapshot = stores.open_version(store, publish.dataset, publish.number, forces=(force,))
    return unit_demand(snapshot, force, contents_of(store, publish), scenario, month)


@st.cache_resource(max_entries=READS_KEPT, show_spinner=False, hash_funcs={**VERSION, **KINDS_OF_CASE})
def shares_of(
    store: Path, publish: Publish, force: str, scenario: Scenario, month: date
) -> dict[Address, Assumption]:
    """Return which share of each kind of case was allocated to the unit, where the records say so."""
    snapshot = stores.open_version(store, publish.dataset, publish.number, forces=(force,))
    return measured_shares(
        snapshot, force, case_subjects(contents_of(store, publish), scenario), scenario, month
    )


def scenarios_of(store: Path) -> dict[str, Scenario]:
    """Return the scenarios saved in the store, by name."""
    return _saved(store, saved_state(store)).scenarios


def unreadable_scenarios_of(store: Path) -> tuple[str, ...]:
    """Return the names of files among those saved that can't be read any more."""
    return _saved(store, saved_state(store)).unreadable


def locks_of(store: Path) -> frozenset[str]:
    """Return the names of the scenarios saved in the store that are locked as what went to the board."""
    return _saved(store, saved_state(store)).locked


@dataclass(frozen=True)
class SavedScenarios:
    """The scenarios saved in a store, by name; the names of files that can't be read, and of scenarios that are locked."""

    scenarios: dict[str, Scenario]
    unreadable: tuple[str, ...]
    locked: frozenset[str]


@st.cache_resource(max_entries=4, show_spinner=False)
def _saved(store: Path, state: tuple[object, ...]) -> SavedScenarios:  # noqa: ARG001
    scenarios = saved_scenarios(store)
    locked = frozenset(name for name in scenarios if is_locked(store, name))
    return SavedScenarios(scenarios, unreadable_scenarios(store), locked)


def check_demand(view: View, plan: Scenario) -> None:
    """Refuse data that have none of what comes to the unit.

    Raises:
        UnknownNameError: They have none.
    """
    refuse_nothing(_demand(view, plan))


def forecast_of(
    view: View, plan: Scenario, basis: Basis, draw: Callable[[UnitForecast], None] | None = None
) -> UnitForecast:
    """Return what is to come to a unit, kept or forecast now: with progress.

    `draw` draws what the models expect before they were tried.

    Raises:
        UnknownNameError: The data have none of what comes to the unit.
    """
    key = (*view.key, plan.case_types, basis)
    fit = partial(unit_forecast, _demand(view, plan), basis, home=store_path() / view.publish.dataset)
    return _forecasts().kept_or_made(key, lambda: waited_for(fit, WORDS, draw))


def outlook_of(
    forecast: UnitForecast, plan: Scenario, view: View, question: StaffingQuestion
) -> ResourcingOutlook:
    """Return what a scenario comes to, kept or worked out now."""
    key = (*view.key, forecast.basis, bool(forecast.trials), scenario_text(plan), question)

    def worked_out() -> ResourcingOutlook:
        measured = shares_of(store_path(), view.publish, view.force, plan, view.month)
        return resourcing_outlook(forecast, plan, measured, question)

    return _outlooks().kept_or_made(key, worked_out)


def _demand(view: View, plan: Scenario) -> UnitDemand:
    return unit_demand_of(store_path(), view.publish, view.force, plan, view.month)


@st.cache_resource
def _forecasts() -> Kept[UnitForecast]:
    return Kept(FORECASTS_KEPT)


@st.cache_resource
def _outlooks() -> Kept[ResourcingOutlook]:
    return Kept(OUTLOOKS_KEPT)
