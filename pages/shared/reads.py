"""Cached reads of the store: one for each finding that a page shows."""

import os
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import streamlit as st

from vulncore import store as stores
from vulncore.domain.shipped import default_store
from vulncore.findings.shared.contents import DatasetContents, dataset_contents
from vulncore.findings.shared.which_records import WeekChoices, week_choices
from vulncore.findings.when.view import When
from vulncore.findings.when.when import when
from vulncore.findings.where.question import measures_with_places
from vulncore.metrics.week.counted import RecordFilter
from vulncore.metrics.week.night_time import Night
from vulncore.store.areas import area_of, boundaries_kept
from vulncore.store.manifest import Publish

READS_KEPT = 128  # a version never changes, so what was read from it stays true
VERSION = {Publish: lambda line: (line.dataset, line.number, line.published_at)}
QUESTION = {**VERSION, RecordFilter: repr, Night: repr}
"""How a cached read tells questions apart: by all their fields, as they are written. Streamlit's own way takes far longer."""

Boundaries = tuple[tuple[str, int, int], ...]
"""What tells which boundaries the store keeps: records are blurred within them, so others make other figures."""


def store_path() -> Path:
    """Return the folder of the store that this server shows."""
    return Path(os.environ.get("VULNCORE_STORE") or default_store())


def contents_of(store: Path, publish: Publish) -> DatasetContents:
    """Return what a version can show."""
    return _contents_of(store, publish.dataset, publish.number, publish.published_at)


# Streamlit's caches serve pages alone; addresses are completed before a page runs
@lru_cache(maxsize=READS_KEPT)
def _contents_of(store: Path, dataset: str, number: int, published_at: datetime) -> DatasetContents:  # noqa: ARG001
    return dataset_contents(stores.open_version(store, dataset, number, forces=()))


@st.cache_resource(max_entries=READS_KEPT, show_spinner="Looking up the times …", hash_funcs=VERSION)
def week_choices_of(
    store: Path,
    publish: Publish,
    force: str,
    smallest: int,
    boundaries: Boundaries,  # noqa: ARG001
) -> WeekChoices:
    """Return what a map of the week can be made of."""
    snapshot = stores.open_version(store, publish.dataset, publish.number, forces=(force,))
    return week_choices(snapshot, force, smallest)


@st.cache_resource(
    max_entries=READS_KEPT, show_spinner="Weighing the hours of the week …", hash_funcs=QUESTION
)
def when_of(
    store: Path,
    publish: Publish,
    records: RecordFilter,
    night: Night,
    smallest: int,
    boundaries: Boundaries,  # noqa: ARG001
) -> When:
    """Return when in the week the records asked for happened."""
    snapshot = stores.open_version(store, publish.dataset, publish.number, forces=(records.force,))
    return when(snapshot, records, contents_of(store, publish).measures, night, smallest)


@st.cache_resource(max_entries=READS_KEPT, show_spinner="Looking up the places …", hash_funcs=VERSION)
def placed_measures_of(store: Path, publish: Publish, force: str) -> tuple[str, ...]:
    """Return the measures of which records have a place."""
    return measures_with_places(
        stores.open_version(store, publish.dataset, publish.number, forces=(force,)), force
    )


def boundaries_of(store: Path) -> Boundaries:
    """Return which boundaries the store keeps: what was read of blurred records holds for as long as they are the same."""
    return boundaries_kept(store)


def area_key(store: Path, force: str) -> str:
    """Return which boundary of a force is in use, and which others records are blurred within: a new one makes old maps stale."""
    area = area_of(store, force)
    return f"{'' if area is None else area.key} {boundaries_kept(store)}"
