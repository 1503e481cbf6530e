"""Cached reads: the map and what stands around it. Counts stay in here; views alone leave."""

from pathlib import Path

import streamlit as st

from pages.shared.reads import READS_KEPT, VERSION, contents_of
from vulncore import store as stores
from vulncore.findings.shared.headline import Briefing, Headline
from vulncore.findings.where.beside import maps_beside
from vulncore.findings.where.counts import RecordCounts, record_counts
from vulncore.findings.where.layers import MapChoice
from vulncore.findings.where.map import hot_outline, map_view
from vulncore.findings.where.place import place_view, two_places
from vulncore.findings.where.protection import layer_view, where_summary, where_view
from vulncore.findings.where.question import MapSelection
from vulncore.findings.where.repeats import repeats_view
from vulncore.findings.where.sentences import where_briefing, where_headlines
from vulncore.findings.where.trial import map_trial
from vulncore.findings.where.view import (
    MapsBeside,
    MapTrial,
    MapView,
    PlaceView,
    RepeatsView,
    TwoPlaces,
    WhereView,
)
from vulncore.store.manifest import Publish

MAPS_KEPT = 24  # each holds where its records lie
MAP_QUESTION = {**VERSION, MapSelection: repr, MapChoice: repr}
"""How a cached read tells questions apart: by all their fields, as they are written."""


@st.cache_resource(max_entries=MAPS_KEPT, show_spinner="Placing the records …", hash_funcs=MAP_QUESTION)
def _counts_of(store: Path, publish: Publish, selection: MapSelection, area: str) -> RecordCounts:  # noqa: ARG001
    """Return where the records of a selection lie, as they are counted; nobody may change or show it."""
    snapshot = stores.open_version(store, publish.dataset, publish.number)
    return record_counts(snapshot, store, selection, contents_of(store, publish).measures)


@st.cache_resource(max_entries=MAPS_KEPT, show_spinner="Placing the records …", hash_funcs=MAP_QUESTION)
def where_of(store: Path, publish: Publish, selection: MapSelection, area: str) -> WhereView:
    """Return what may be said of a selection before a layer is drawn."""
    return where_view(_counts_of(store, publish, selection, area))


@st.cache_resource(
    max_entries=READS_KEPT, show_spinner="Looking for what stands out …", hash_funcs=MAP_QUESTION
)
def where_briefing_of(
    store: Path, publish: Publish, selection: MapSelection, area: str
) -> tuple[Briefing, tuple[Headline, ...], str]:
    """Return what a map's records say: what the page opens with, the lines of its working, and the outline of what is hot.

    The test on past months stands in a part of its own, and is worked out for who opens that.
    """
    summary = where_summary(_counts_of(store, publish, selection, area))
    return where_briefing(summary), where_headlines(summary), hot_outline(summary)


@st.cache_resource(max_entries=MAPS_KEPT, show_spinner="Drawing the map …", hash_funcs=MAP_QUESTION)
def map_of(store: Path, publish: Publish, selection: MapSelection, area: str, choice: MapChoice) -> MapView:
    """Return a layer as it is drawn, listed and downloaded."""
    layer = layer_view(_counts_of(store, publish, selection, area), choice)
    return map_view(where_of(store, publish, selection, area), layer, publish)


@st.cache_resource(max_entries=READS_KEPT, show_spinner="Looking at the place …", hash_funcs=MAP_QUESTION)
def place_of(
    store: Path, publish: Publish, selection: MapSelection, area: str, resolution: int | None, cell: str
) -> PlaceView:
    """Return what can be shown of one place."""
    return place_view(_counts_of(store, publish, selection, area), resolution, cell)


@st.cache_resource(max_entries=READS_KEPT, show_spinner="Comparing the places …", hash_funcs=MAP_QUESTION)
def two_places_of(
    store: Path,
    publish: Publish,
    selection: MapSelection,
    area: str,
    resolution: int | None,
    cells: tuple[str, str],
) -> TwoPlaces:
    """Return what can be shown of two places, and whether they differ."""
    return two_places(_counts_of(store, publish, selection, area), resolution, cells)


@st.cache_resource(
    max_entries=READS_KEPT, show_spinner="Testing the map on later months …", hash_funcs=MAP_QUESTION
)
def trial_of(store: Path, publish: Publish, selection: MapSelection, area: str) -> MapTrial:
    """Return the test of maps on past months."""
    return map_trial(_counts_of(store, publish, selection, area))


@st.cache_resource(max_entries=READS_KEPT, show_spinner="Shuffling dates …", hash_funcs=MAP_QUESTION)
def repeats_of(store: Path, publish: Publish, selection: MapSelection, area: str) -> RepeatsView:
    """Return whether events are followed by others near by and soon."""
    return repeats_view(_counts_of(store, publish, selection, area))


@st.cache_resource(max_entries=MAPS_KEPT, show_spinner="Comparing the maps …", hash_funcs=MAP_QUESTION)
def maps_beside_of(
    store: Path,
    pinned: tuple[Publish, MapSelection, str],
    shown: tuple[Publish, MapSelection, str],
    choice: MapChoice,
) -> MapsBeside:
    """Return what tells one map from another, and both; each is named by its version, its selection and its area."""
    (its_publish, *its_question), (publish, *question) = pinned, shown
    its_version, version = (
        stores.open_version(store, one.dataset, one.number) for one in (its_publish, publish)
    )
    measures = {one.key: one for side in (its_publish, publish) for one in contents_of(store, side).measures}
    return maps_beside(
        (its_version, _counts_of(store, its_publish, *its_question)),
        (version, _counts_of(store, publish, *question)),
        tuple(measures.values()),
        choice,
    )
