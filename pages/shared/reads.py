"""Cached reads of the store: one for each finding that a page shows."""

import os
from pathlib import Path

import streamlit as st

from vulncore import store as stores
from vulncore.domain.shipped import default_store
from vulncore.findings.shared.choices import Choices, choices
from vulncore.findings.shared.which_records import WeekChoices, week_choices
from vulncore.findings.when.when import When, when
from vulncore.findings.where.question import measures_with_places
from vulncore.metrics.week.day_hour import RecordFilter
from vulncore.metrics.week.night_time import Night
from vulncore.store.areas import area_of
from vulncore.store.manifest import Publish

READS_KEPT = 128  # a version never changes, so what was read from it stays true
VERSION = {Publish: lambda line: (line.dataset, line.number, line.published_at)}


def store_path() -> Path:
    """Return the folder of the store that this server shows."""
    return Path(os.environ.get("VULNCORE_STORE") or default_store())


@st.cache_data(max_entries=READS_KEPT, show_spinner="Reading what was published …", hash_funcs=VERSION)
def choices_of(store: Path, line: Publish) -> Choices:
    """Return what a version can show."""
    return choices(stores.open_version(store, line.dataset, line.number))


@st.cache_data(max_entries=READS_KEPT, show_spinner="Looking up the times …", hash_funcs=VERSION)
def week_choices_of(store: Path, line: Publish, force: str, smallest: int) -> WeekChoices:
    """Return what a map of the week can be made of."""
    return week_choices(stores.open_version(store, line.dataset, line.number), force, smallest)


@st.cache_data(max_entries=READS_KEPT, show_spinner="Weighing the hours of the week …", hash_funcs=VERSION)
def when_of(store: Path, line: Publish, asked: RecordFilter, night: Night, smallest: int) -> When:
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
