"""Cached reads: how a strand stands, what drives its change, who is harmed, and its own panels."""

from datetime import date
from pathlib import Path

import streamlit as st

from pages.shared.reads import QUESTION, READS_KEPT, Boundaries, contents_of
from vulncore.domain.periods import Window
from vulncore.findings.shared.subject import Subject
from vulncore.findings.strand.drivers import Drivers, strand_drivers
from vulncore.findings.strand.harm import CRIME, Harm, harm_of
from vulncore.findings.strand.panels import Panel, PanelFigures, panel_figures
from vulncore.findings.strand.standing import Standing, standing
from vulncore.findings.strand.victims import Victims, strand_victims
from vulncore.store import open_version
from vulncore.store.manifest import Publish

STRAND = {**QUESTION, Panel: repr, Subject: repr, Window: repr}


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


@st.cache_resource(max_entries=READS_KEPT, show_spinner="Taking the change apart …", hash_funcs=STRAND)
def drivers_of(
    store: Path,
    publish: Publish,
    force: str,
    subject: Subject,
    now: Window,
    before: Window,
    smallest: int,
    boundaries: Boundaries,  # noqa: ARG001
) -> Drivers:
    """Return what drives a change between two periods."""
    snapshot = open_version(store, publish.dataset, publish.number, forces=(force,))
    return strand_drivers(snapshot, force, subject, now, before, smallest)


@st.cache_resource(max_entries=READS_KEPT, show_spinner="Looking up the victims …", hash_funcs=STRAND)
def victims_of(
    store: Path,
    publish: Publish,
    force: str,
    subject: Subject,
    window: Window,
    smallest: int,
    boundaries: Boundaries,  # noqa: ARG001
) -> Victims:
    """Return who was harmed in a period."""
    snapshot = open_version(store, publish.dataset, publish.number, forces=(force,))
    return strand_victims(snapshot, force, subject, window, smallest)


@st.cache_resource(max_entries=READS_KEPT, show_spinner="Weighing offences …", hash_funcs=STRAND)
def harm_of_crimes(
    store: Path,
    publish: Publish,
    force: str,
    window: Window,
    before: Window,
    smallest: int,
    boundaries: Boundaries,  # noqa: ARG001
    weights: str,  # noqa: ARG001 - what tells one table of weights from another
) -> Harm:
    """Return how grave a force's crimes are."""
    snapshot = open_version(store, publish.dataset, publish.number, forces=(force,))
    measures = [one for one in contents_of(store, publish).measures if one.record_kind == CRIME]
    return harm_of(snapshot, force, measures, window, before, smallest)
