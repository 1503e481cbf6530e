"""Cached reads of the store: one for each finding that a page shows."""

import os
from datetime import date
from pathlib import Path

import streamlit as st

from vulncore import store as stores
from vulncore.domain.shipped import default_store
from vulncore.findings.data.changes import Changes, changes
from vulncore.findings.data.checks import DataFinding, data_checks
from vulncore.findings.data.coverage import CoveragePicture, coverage_picture
from vulncore.findings.forecast.demand import Demand, Subject, demand
from vulncore.findings.overview.overview import Overview, overview
from vulncore.findings.overview.sentences import Headline
from vulncore.findings.resourcing.demand import UnitDemand, case_subjects, unit_demand
from vulncore.findings.resourcing.resourcing_shares import measured_shares
from vulncore.findings.shared.choices import Choices, choices
from vulncore.findings.shared.which_records import WeekChoices, week_choices
from vulncore.findings.when.when import When, when
from vulncore.findings.where.map import MapChosen, MapShown, map_shown
from vulncore.findings.where.place import PlaceFound, place_found
from vulncore.findings.where.prediction import Tried, tried
from vulncore.findings.where.read import WhereAsked, measures_with_places
from vulncore.findings.where.repeats import Repeats, repeats
from vulncore.findings.where.sentences import where_headline
from vulncore.findings.where.where import Where, where
from vulncore.metrics.week.day_hour import Asked
from vulncore.metrics.week.night_time import Night
from vulncore.resourcing.scenario.assumption import Assumption
from vulncore.resourcing.scenario.saved import saved_scenarios, saved_state, unreadable_scenarios
from vulncore.resourcing.scenario.scenario import Scenario
from vulncore.store.areas import area_of
from vulncore.store.manifest import Publish

MAPS_KEPT = 24  # each holds where its records lie
READS_KEPT = 128  # a version never changes, so what was read from it stays true
VERSION = {Publish: lambda line: (line.dataset, line.number, line.published_at)}


def store_path() -> Path:
    """Return the folder of the store that this server shows."""
    return Path(os.environ.get("VULNCORE_STORE") or default_store())


@st.cache_data(max_entries=READS_KEPT, show_spinner="Reading what was published …", hash_funcs=VERSION)
def choices_of(store: Path, line: Publish) -> Choices:
    """Return what a version can show."""
    return choices(stores.open_version(store, line.dataset, line.number))


@st.cache_data(max_entries=READS_KEPT, show_spinner="Counting …", hash_funcs=VERSION)
def overview_of(store: Path, line: Publish, force: str, month: date) -> Overview:
    """Return the strand table of a version."""
    return overview(store, line.dataset, number=line.number, force=force, as_at=month)


@st.cache_data(max_entries=READS_KEPT, show_spinner="Checking the data …", hash_funcs=VERSION)
def checks_of(store: Path, line: Publish, force: str) -> tuple[DataFinding, ...]:
    """Return what is odd about a version's data of a force."""
    return data_checks(stores.open_version(store, line.dataset, line.number), force)


@st.cache_data(max_entries=READS_KEPT, show_spinner="Looking up the months …", hash_funcs=VERSION)
def coverage_of(store: Path, line: Publish, force: str) -> CoveragePicture:
    """Return which months of a force were delivered."""
    return coverage_picture(stores.open_version(store, line.dataset, line.number), force)


@st.cache_data(max_entries=READS_KEPT, show_spinner="Comparing versions …", hash_funcs=VERSION)
def changes_of(store: Path, line: Publish) -> Changes:
    """Return what a version changed of the one before."""
    return changes(store, line.dataset, line.number)


@st.cache_data(max_entries=READS_KEPT, show_spinner="Looking up the times …", hash_funcs=VERSION)
def week_choices_of(store: Path, line: Publish, force: str, smallest: int) -> WeekChoices:
    """Return what a map of the week can be made of."""
    return week_choices(stores.open_version(store, line.dataset, line.number), force, smallest)


@st.cache_data(max_entries=READS_KEPT, show_spinner="Weighing the hours of the week …", hash_funcs=VERSION)
def when_of(store: Path, line: Publish, asked: Asked, night: Night, smallest: int) -> When:
    """Return when in the week the records asked for happened."""
    snapshot = stores.open_version(store, line.dataset, line.number)
    return when(snapshot, asked, choices_of(store, line).measures, night, smallest)


@st.cache_data(max_entries=READS_KEPT, show_spinner="Looking up the places …", hash_funcs=VERSION)
def placed_measures_of(store: Path, line: Publish, force: str) -> tuple[str, ...]:
    """Return the measures of which records have a place."""
    return measures_with_places(stores.open_version(store, line.dataset, line.number), force)


def area_key(store: Path, force: str) -> str:
    """Return which boundary of a force is in use: a new one makes old maps stale."""
    area = area_of(store, force)
    return "" if area is None else area.key


@st.cache_resource(max_entries=MAPS_KEPT, show_spinner="Placing the records …", hash_funcs=VERSION)
def where_of(store: Path, line: Publish, asked: WhereAsked, area: str) -> Where:  # noqa: ARG001
    """Return where the records asked for lie; nobody may change it."""
    snapshot = stores.open_version(store, line.dataset, line.number)
    return where(snapshot, store, asked, choices_of(store, line).measures)


@st.cache_data(max_entries=READS_KEPT, show_spinner="Looking for what stands out …", hash_funcs=VERSION)
def where_headline_of(store: Path, line: Publish, asked: WhereAsked, area: str) -> tuple[Headline, ...]:
    """Return what a map's records say in a few sentences."""
    return where_headline(where_of(store, line, asked, area))


@st.cache_data(max_entries=MAPS_KEPT, show_spinner="Drawing the map …", hash_funcs=VERSION)
def map_of(store: Path, line: Publish, asked: WhereAsked, area: str, chosen: MapChosen) -> MapShown:
    """Return what a map shows."""
    return map_shown(where_of(store, line, asked, area), chosen, line)


@st.cache_data(max_entries=READS_KEPT, show_spinner="Looking at the place …", hash_funcs=VERSION)
def place_of(
    store: Path, line: Publish, asked: WhereAsked, area: str, resolution: int | None, cell: str
) -> PlaceFound:
    """Return what can be shown of one place."""
    snapshot = stores.open_version(store, line.dataset, line.number)
    return place_found(snapshot, where_of(store, line, asked, area), resolution, cell)


@st.cache_data(
    max_entries=READS_KEPT, show_spinner="Trying the map on the months after it …", hash_funcs=VERSION
)
def tried_of(store: Path, line: Publish, asked: WhereAsked, area: str) -> Tried:
    """Return whether maps would have been right."""
    return tried(where_of(store, line, asked, area))


@st.cache_data(max_entries=READS_KEPT, show_spinner="Shuffling dates 999 times …", hash_funcs=VERSION)
def repeats_of(store: Path, line: Publish, asked: WhereAsked, area: str) -> Repeats:
    """Return whether events are followed by others near by and soon."""
    snapshot = stores.open_version(store, line.dataset, line.number)
    return repeats(snapshot, where_of(store, line, asked, area))


@st.cache_data(max_entries=READS_KEPT, show_spinner="Counting …", hash_funcs=VERSION)
def demand_of(
    store: Path, line: Publish, force: str, subject: Subject, month: date, lockdowns: bool
) -> Demand | None:
    """Return the months of what is to be forecast."""
    return demand(stores.open_version(store, line.dataset, line.number), force, subject, month, lockdowns)


KINDS_OF_CASE = {Scenario: lambda scenario: (scenario.case_types, scenario.unit)}


@st.cache_resource(
    max_entries=READS_KEPT,
    show_spinner="Counting what comes to the unit …",
    hash_funcs={**VERSION, **KINDS_OF_CASE},
)
def unit_demand_of(store: Path, line: Publish, force: str, scenario: Scenario, month: date) -> UnitDemand:
    """Return what comes to a unit, by kind of case; nobody may change it."""
    snapshot = stores.open_version(store, line.dataset, line.number)
    return unit_demand(snapshot, force, choices_of(store, line), scenario, month)


@st.cache_data(max_entries=READS_KEPT, show_spinner=False, hash_funcs={**VERSION, **KINDS_OF_CASE})
def shares_of(
    store: Path, line: Publish, force: str, scenario: Scenario, month: date
) -> dict[str, Assumption]:
    """Return which share of each kind of case was allocated to the unit, where the records say so."""
    snapshot = stores.open_version(store, line.dataset, line.number)
    return measured_shares(snapshot, force, case_subjects(choices_of(store, line), scenario), scenario, month)


def scenarios_of(store: Path) -> dict[str, Scenario]:
    """Return the scenarios saved in the store, by name."""
    return _scenarios_of(store, saved_state(store))


def unreadable_scenarios_of(store: Path) -> tuple[str, ...]:
    """Return the names of files among those saved that can't be read any more."""
    return _unreadable_of(store, saved_state(store))


@st.cache_resource(max_entries=4, show_spinner=False)
def _scenarios_of(store: Path, state: tuple[object, ...]) -> dict[str, Scenario]:  # noqa: ARG001
    return saved_scenarios(store)


@st.cache_resource(max_entries=4, show_spinner=False)
def _unreadable_of(store: Path, state: tuple[object, ...]) -> tuple[str, ...]:  # noqa: ARG001
    return unreadable_scenarios(store)
