"""Cached reads: how a strand stands, and its own panels."""

from datetime import date
from pathlib import Path

import streamlit as st

from pages.shared.reads import QUESTION, READS_KEPT, Boundaries, contents_of
from vulncore.findings.shared.subject import Subject
from vulncore.findings.strand.panels import Panel, PanelFigures, panel_figures
from vulncore.findings.strand.standing import Standing, standing
from vulncore.store import open_version
from vulncore.store.manifest import Publish

STRAND = {**QUESTION, Panel: repr, Subject: repr}


@st.cache_resource(max_entries=READS_KEPT, show_spinner="Counting …", hash_funcs=STRAND)
def standing_of(store: Path, publish: Publish, force: str, subject: Subject, month: date) -> Standing:
    """Return how a strand or measure stands."""
    snapshot = open_version(store, publish.dataset, publish.number, forces=(force,))
    return standing(snapshot, force, subject, month)


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
