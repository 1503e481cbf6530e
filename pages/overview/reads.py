"""Cached reads: the strand table."""

from datetime import date
from pathlib import Path

import streamlit as st

from pages.shared.reads import READS_KEPT, VERSION
from vulncore.findings.overview.across import records_once
from vulncore.findings.overview.overview import Overview, overview
from vulncore.findings.shared.sides import Sharing, measures_sharing
from vulncore.store import open_version
from vulncore.store.manifest import Publish


@st.cache_resource(max_entries=READS_KEPT, show_spinner="Counting …", hash_funcs=VERSION)
def overview_of(store: Path, publish: Publish, force: str, month: date) -> Overview:
    """Return the strand table of a version."""
    return overview(store, publish.dataset, number=publish.number, force=force, as_at=month)


@st.cache_resource(max_entries=READS_KEPT, show_spinner="Counting …", hash_funcs=VERSION)
def records_once_of(store: Path, publish: Publish, force: str, month: date, across: str) -> str:
    """Return how many records the measures of a view across strands have together."""
    return records_once(
        open_version(store, publish.dataset, publish.number, forces=(force,)), force, month, across
    )


@st.cache_resource(max_entries=READS_KEPT, show_spinner=False, hash_funcs=VERSION)
def sharing_of(store: Path, publish: Publish, force: str) -> Sharing:
    """Return which measures of a force share records in a version."""
    return measures_sharing(open_version(store, publish.dataset, publish.number, forces=(force,)), force)
