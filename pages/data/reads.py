"""Cached reads: what is odd, what was delivered, what changed."""

from pathlib import Path

import streamlit as st

from pages.shared.reads import READS_KEPT, VERSION
from vulncore import store as stores
from vulncore.findings.data.changes import Changes, changes, published_changes
from vulncore.findings.data.checks import DataFinding, data_checks
from vulncore.findings.data.coverage import CoveragePicture, coverage_picture
from vulncore.store.manifest import Publish


@st.cache_resource(max_entries=READS_KEPT, show_spinner="Checking the data …", hash_funcs=VERSION)
def checks_of(store: Path, publish: Publish, force: str) -> tuple[DataFinding, ...]:
    """Return what is odd about a version's data of a force."""
    return data_checks(stores.open_version(store, publish.dataset, publish.number, forces=(force,)), force)


@st.cache_resource(max_entries=READS_KEPT, show_spinner="Looking up the months …", hash_funcs=VERSION)
def coverage_of(store: Path, publish: Publish, force: str) -> CoveragePicture:
    """Return which months of a force were delivered."""
    return coverage_picture(
        stores.open_version(store, publish.dataset, publish.number, forces=(force,)), force
    )


@st.cache_resource(max_entries=READS_KEPT, show_spinner="Comparing versions …", hash_funcs=VERSION)
def changes_of(store: Path, publish: Publish) -> Changes:
    """Return what a version changed of the one before."""
    return changes(store, publish.dataset, publish.number)


@st.cache_resource(max_entries=READS_KEPT, show_spinner="Comparing versions …", hash_funcs=VERSION)
def changes_back(store: Path, newest: Publish, before: Publish) -> Changes:
    """Return what would change if the newest version were undone."""
    return published_changes(store, newest.dataset, newest.number, before.number)
