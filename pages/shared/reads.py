"""Cached reads of the store: one for each finding that a page shows."""

import os
from datetime import date
from pathlib import Path

import streamlit as st

from vulncore import store as stores
from vulncore.findings.choices import Choices, choices
from vulncore.findings.overview import Overview, overview
from vulncore.shipped import default_store

VERSIONS_KEPT = 128  # a version never changes, so what was read from it stays true


def store_path() -> Path:
    """Return the folder of the store that this server shows."""
    return Path(os.environ.get("VULNCORE_STORE") or default_store())


@st.cache_data(max_entries=VERSIONS_KEPT, show_spinner="Reading what was published …")
def choices_of(store: Path, dataset: str, number: int) -> Choices:
    """Return what a version can show."""
    return choices(stores.open_version(store, dataset, number))


@st.cache_data(max_entries=VERSIONS_KEPT, show_spinner="Counting …")
def overview_of(store: Path, dataset: str, number: int, force: str, month: date) -> Overview:
    """Return the strand table of a version."""
    return overview(store, dataset, number=number, force=force, as_at=month)
