"""Cached reads: a strand's own panels."""

from datetime import date
from pathlib import Path

import streamlit as st

from pages.shared.reads import QUESTION, READS_KEPT, Boundaries, contents_of
from vulncore.findings.strand.panels import Panel, PanelFigures, panel_figures
from vulncore.store import open_version
from vulncore.store.manifest import Publish

STRAND = {**QUESTION, Panel: repr}


@st.cache_resource(max_entries=READS_KEPT, show_spinner="Counting …", hash_funcs=STRAND)
def panel_of(
    store: Path,
    publish: Publish,
    force: str,
    panel: Panel,
    month: date,
    bar: str,
    smallest: int,
    boundaries: Boundaries,  # noqa: ARG001
) -> PanelFigures | None:
    """Return what can be shown of a panel."""
    snapshot = open_version(store, publish.dataset, publish.number, forces=(force,))
    return panel_figures(snapshot, force, contents_of(store, publish).measures, panel, month, smallest, bar)
