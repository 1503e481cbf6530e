"""Cached reads: the months that a forecast learns from."""

from datetime import date
from pathlib import Path

import streamlit as st

from pages.shared.reads import READS_KEPT, VERSION
from vulncore import store as stores
from vulncore.findings.forecast.demand import Demand, Subject, subject_demand
from vulncore.store.manifest import Publish


@st.cache_data(max_entries=READS_KEPT, show_spinner="Counting …", hash_funcs=VERSION)
def demand_of(
    store: Path, publish: Publish, force: str, subject: Subject, month: date, lockdowns: bool
) -> Demand | None:
    """Return the months of what is to be forecast."""
    return subject_demand(
        stores.open_version(store, publish.dataset, publish.number), force, subject, month, lockdowns
    )
