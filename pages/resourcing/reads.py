"""Cached reads: what comes to a unit, and the scenarios saved."""

from datetime import date
from pathlib import Path

import streamlit as st

from pages.shared.reads import READS_KEPT, VERSION, contents_of
from vulncore import store as stores
from vulncore.findings.resourcing.demand import UnitDemand, case_subjects, measured_shares, unit_demand
from vulncore.resourcing.scenario.addresses import Address
from vulncore.resourcing.scenario.locked import is_locked
from vulncore.resourcing.scenario.saved import saved_scenarios, saved_state, unreadable_scenarios
from vulncore.resourcing.scenario.scenario import Assumption, Scenario
from vulncore.store.manifest import Publish

KINDS_OF_CASE = {Scenario: lambda scenario: (scenario.case_types, scenario.unit)}


@st.cache_resource(
    max_entries=READS_KEPT,
    show_spinner="Counting what comes to the unit …",
    hash_funcs={**VERSION, **KINDS_OF_CASE},
)
def unit_demand_of(store: Path, publish: Publish, force: str, scenario: Scenario, month: date) -> UnitDemand:
    """Return what comes to a unit, by kind of case; nobody may change it."""
    snapshot = stores.open_version(store, publish.dataset, publish.number)
    return unit_demand(snapshot, force, contents_of(store, publish), scenario, month)


@st.cache_resource(max_entries=READS_KEPT, show_spinner=False, hash_funcs={**VERSION, **KINDS_OF_CASE})
def shares_of(
    store: Path, publish: Publish, force: str, scenario: Scenario, month: date
) -> dict[Address, Assumption]:
    """Return which share of each kind of case was allocated to the unit, where the records say so."""
    snapshot = stores.open_version(store, publish.dataset, publish.number)
    return measured_shares(
        snapshot, force, case_subjects(contents_of(store, publish), scenario), scenario, month
    )


def scenarios_of(store: Path) -> dict[str, Scenario]:
    """Return the scenarios saved in the store, by name."""
    return _saved(store, saved_state(store))[0]


def unreadable_scenarios_of(store: Path) -> tuple[str, ...]:
    """Return the names of files among those saved that can't be read any more."""
    return _saved(store, saved_state(store))[1]


def locks_of(store: Path) -> frozenset[str]:
    """Return the names of the scenarios saved in the store that are locked as what went to the board."""
    return _saved(store, saved_state(store))[2]


@st.cache_resource(max_entries=4, show_spinner=False)
def _saved(
    store: Path,
    state: tuple[object, ...],  # noqa: ARG001
) -> tuple[dict[str, Scenario], tuple[str, ...], frozenset[str]]:
    scenarios = saved_scenarios(store)
    locked = frozenset(name for name in scenarios if is_locked(store, name))
    return scenarios, unreadable_scenarios(store), locked
