"""Cached reads: the map and what stands around it."""

from pathlib import Path

import streamlit as st

from pages.shared.reads import READS_KEPT, VERSION, contents_of
from vulncore import store as stores
from vulncore.findings.shared.headline import Headline
from vulncore.findings.where.map import MapChosen, MapShown, map_shown
from vulncore.findings.where.place import PlaceFound, place_found
from vulncore.findings.where.prediction import MapTrial, tried
from vulncore.findings.where.read import WhereAsked
from vulncore.findings.where.repeats import Repeats, repeats
from vulncore.findings.where.sentences import where_headline
from vulncore.findings.where.where import Where, where
from vulncore.store.manifest import Publish

MAPS_KEPT = 24  # each holds where its records lie


@st.cache_resource(max_entries=MAPS_KEPT, show_spinner="Placing the records …", hash_funcs=VERSION)
def where_of(store: Path, line: Publish, asked: WhereAsked, area: str) -> Where:  # noqa: ARG001
    """Return where the records asked for lie; nobody may change it."""
    snapshot = stores.open_version(store, line.dataset, line.number)
    return where(snapshot, store, asked, contents_of(store, line).measures)


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


@st.cache_data(max_entries=READS_KEPT, show_spinner="Testing the map on later months …", hash_funcs=VERSION)
def tried_of(store: Path, line: Publish, asked: WhereAsked, area: str) -> MapTrial:
    """Return whether maps would have been right."""
    return tried(where_of(store, line, asked, area))


@st.cache_data(max_entries=READS_KEPT, show_spinner="Shuffling dates 999 times …", hash_funcs=VERSION)
def repeats_of(store: Path, line: Publish, asked: WhereAsked, area: str) -> Repeats:
    """Return whether events are followed by others near by and soon."""
    snapshot = stores.open_version(store, line.dataset, line.number)
    return repeats(snapshot, where_of(store, line, asked, area))
