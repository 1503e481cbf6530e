"""Cached reads: the map and what stands around it. Counts stay in here; views alone leave."""

from pathlib import Path
from typing import NamedTuple

import streamlit as st

from pages.shared.reads import READS_KEPT, VERSION, area_key, contents_of, store_path
from pages.shared.sidebar import View
from vulncore import store as stores
from vulncore.findings.shared.headline import Briefing, Headline
from vulncore.findings.where.beside import maps_beside
from vulncore.findings.where.counts import RecordCounts, record_counts
from vulncore.findings.where.layers import MapChoice
from vulncore.findings.where.map import hot_outline, map_view
from vulncore.findings.where.place import place_view, two_places
from vulncore.findings.where.protection import layer_view, where_summary, where_view
from vulncore.findings.where.question import MapSelection
from vulncore.findings.where.sentences import where_briefing, where_headlines
from vulncore.findings.where.trial import map_trial, repeats_view
from vulncore.findings.where.view import (
    MapsBeside,
    MapTrial,
    MapView,
    PlaceView,
    RepeatsView,
    TwoPlaces,
    WhereView,
)
from vulncore.store import Snapshot
from vulncore.store.manifest import Publish

MAPS_KEPT = 24  # each holds where its records lie
MAP_QUESTION = {**VERSION, MapSelection: repr, MapChoice: repr}
"""How a cached read tells questions apart: by all their fields, as they are written."""


class MapQuestion(NamedTuple):
    """What a map is asked for: which version of a store, which of its records, and what area they lie in (`area_key`)."""

    store: Path
    publish: Publish
    selection: MapSelection
    area: str


def map_question(view: View, selection: MapSelection) -> MapQuestion:
    """Return what is asked of a view's version."""
    return MapQuestion(store_path(), view.publish, selection, area_key(store_path(), view.force))


@st.cache_resource(max_entries=MAPS_KEPT, show_spinner="Placing the records …", hash_funcs=MAP_QUESTION)
def _counts_of(question: MapQuestion) -> RecordCounts:
    """Return where the records of a selection lie, as they are counted; nobody may change or show it."""
    measures = contents_of(question.store, question.publish).measures
    return record_counts(_version_of(question), question.store, question.selection, measures)


def _version_of(question: MapQuestion) -> Snapshot:
    line, force = question.publish, question.selection.records.force
    return stores.open_version(question.store, line.dataset, line.number, forces=(force,))


@st.cache_resource(max_entries=MAPS_KEPT, show_spinner="Placing the records …", hash_funcs=MAP_QUESTION)
def where_of(question: MapQuestion) -> WhereView:
    """Return what may be said of a selection before a layer is drawn."""
    return where_view(_counts_of(question))


@st.cache_resource(
    max_entries=READS_KEPT, show_spinner="Looking for what stands out …", hash_funcs=MAP_QUESTION
)
def where_briefing_of(question: MapQuestion) -> tuple[Briefing, tuple[Headline, ...], str]:
    """Return what a map's records say: what the page opens with, the lines of its working, and the outline of what is hot.

    The test on past months stands in a part of its own, and is worked out for who opens that.
    """
    summary = where_summary(_counts_of(question))
    return where_briefing(summary), where_headlines(summary), hot_outline(summary)


@st.cache_resource(max_entries=MAPS_KEPT, show_spinner="Drawing the map …", hash_funcs=MAP_QUESTION)
def map_of(question: MapQuestion, choice: MapChoice) -> MapView:
    """Return a layer as it is drawn, listed and downloaded."""
    return map_view(where_of(question), layer_view(_counts_of(question), choice), question.publish)


@st.cache_resource(max_entries=READS_KEPT, show_spinner="Looking at the place …", hash_funcs=MAP_QUESTION)
def place_of(question: MapQuestion, resolution: int | None, cell: str) -> PlaceView:
    """Return what can be shown of one place."""
    return place_view(_counts_of(question), resolution, cell)


@st.cache_resource(max_entries=READS_KEPT, show_spinner="Comparing the places …", hash_funcs=MAP_QUESTION)
def two_places_of(question: MapQuestion, resolution: int | None, cells: tuple[str, str]) -> TwoPlaces:
    """Return what can be shown of two places, and whether they differ."""
    return two_places(_counts_of(question), resolution, cells)


@st.cache_resource(
    max_entries=READS_KEPT, show_spinner="Testing the map on later months …", hash_funcs=MAP_QUESTION
)
def trial_of(question: MapQuestion) -> MapTrial:
    """Return the test of maps on past months."""
    return map_trial(_counts_of(question))


@st.cache_resource(max_entries=READS_KEPT, show_spinner="Shuffling dates …", hash_funcs=MAP_QUESTION)
def repeats_of(question: MapQuestion) -> RepeatsView:
    """Return whether events are followed by others near by and soon."""
    return repeats_view(_counts_of(question))


@st.cache_resource(max_entries=MAPS_KEPT, show_spinner="Comparing the maps …", hash_funcs=MAP_QUESTION)
def maps_beside_of(pinned: MapQuestion, shown: MapQuestion, choice: MapChoice) -> MapsBeside:
    """Return what tells one map from another, and both."""
    both = pinned, shown
    measures = {one.key: one for side in both for one in contents_of(side.store, side.publish).measures}
    its_side, side = ((_version_of(one), _counts_of(one)) for one in both)
    return maps_beside(its_side, side, tuple(measures.values()), choice)
