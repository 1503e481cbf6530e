"""What is sent again as it was drawn is what would be drawn now, whatever is chosen; and nobody changes what a read returned."""

import pickle
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import streamlit as st

from pages.overview import reads as overview_reads
from pages.overview.question import OverviewChoices
from pages.shared import drawn as drawing
from pages.shared import reads as shared_reads
from pages.shared.choices import Choices
from pages.shared.sidebar import SidebarChoices
from pages.when import reads as when_reads
from pages.when.question import WhenChoices
from pages.where import reads as where_reads
from pages.where.question import WhereChoices
from tests.pages.visiting import Visit, visit
from vulncore.domain.disclosure import SETTING
from vulncore.domain.schemas import ANNOTATIONS
from vulncore.store import annotate
from vulncore.store.store import open_version

Link = dict[str, str]
NEW_EACH_RUN = {"download_button"}
"""A file that is made when somebody asks for it has another name in each run."""
SIDEBAR = {
    "dataset": "city-open-counts",
    "version": "1",
    "month": "2023-04",
    "strand": "hate-crime",
    "beside": "dataset=demo&version=1&month=2023-04&strand=mental-health-and-suicide",
}
RECORDS = {
    "measures": "hate-crime",
    "period": "60",
    "kind": "licensed premises",
    "place": "Liverpool Street",
    "victims": "visiting the City",
    "night": "20-04",
    "hours": "night",
}
OTHERS: dict[str, tuple[type[Choices], Link]] = {
    "overview": (OverviewChoices, {"measure": "hate-crime"}),
    "when": (
        WhenChoices,
        {
            **RECORDS,
            "cells": "hour",
            "rows": "day",
            "shifts": "3",
            "length": "6",
            "harm": "rape=5",
            "part": "changed",
        },
    ),
    "where": (
        WhereChoices,
        {
            **RECORDS,
            "layer": "density",
            "size": "10",
            "bandwidth": "200",
            "cell": "",
            "against": "",
            "part": "tried",
        },
    ),
}
"""Another value of each choice that a page has."""
SHOWN_WITH = {"shifts": {"part": "patrols"}, "length": {"part": "patrols"}, "harm": {"part": "patrols"}}
SHOWN_WITH["bandwidth"] = {"layer": "density"}
READS = [
    (overview_reads, "overview"),
    (shared_reads, "when"),
    (shared_reads, "week_choices"),
    (when_reads, "patrol_hours"),
    *((where_reads, name) for name in ("where_view", "map_view", "place_view", "map_trial", "repeats_view")),
]


@pytest.fixture(scope="module")
def store(shipped_store, tmp_path_factory) -> Path:
    """Return the shipped store with a second version of the demo."""
    own = Path(shutil.copytree(shipped_store, tmp_path_factory.mktemp("drawn") / "store"))
    note = {
        "kind": "comment",
        "force": open_version(own, "demo").coverage.force.execute()[0],
        "measure": None,
        "month": date(2024, 5, 1),
        "text": "Recorded in another way since.",
        "author": "Tests",
        "written_on": datetime(2024, 11, 1, tzinfo=UTC).date(),
    }
    annotate(own, "demo", pa.Table.from_pylist([note], schema=ANNOTATIONS), "Tests", 1)
    return own


def picture(page: Visit) -> list[bytes]:
    """Return what a page draws, element by element."""
    every = [element for element in page.app._tree if element.type not in NEW_EACH_RUN]
    return [
        element.proto.SerializeToString(deterministic=True)
        for element in every
        if getattr(element, "proto", None)
    ]


def links_of(page: str, cells: Sequence[str]) -> list[Link]:
    """Return a page's link, and one for each choice that differs in nothing else; of `cells` one is picked, and one beside it."""
    kind, others = OTHERS[page]
    assert {item.name for item in fields(kind)} == {"unread", *others}
    assert {item.name for item in fields(SidebarChoices)} == {
        "unread",
        "force",
        *SIDEBAR,
    }  # there is one force
    others = {**SIDEBAR, **others} | dict(zip(("cell", "against"), cells, strict=False))
    links: list[Link] = [{}]
    for name, value in others.items():
        base = {"cell": cells[0]} if name == "against" else SHOWN_WITH.get(name, {})
        links += [base, {**base, name: value}] if base else [{name: value}]
    return links


@dataclass
class Theme:
    """A visitor's theme."""

    type: str


def alike(one: Any, other: Any) -> bool:
    """Return whether two things hold the same, down to the cells of their frames."""
    if isinstance(one, pd.DataFrame | pd.Series):
        return one.equals(other)
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if is_dataclass(one):
        return all(alike(getattr(one, item.name), getattr(other, item.name)) for item in fields(one))
    if isinstance(one, Mapping):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    return bool(one == other) or (one != one and other != other)  # noqa: PLR0124 - missing


@pytest.mark.parametrize("page", OTHERS)
def test_whatever_is_chosen_what_is_sent_again_is_what_would_be_drawn_now(page, store, monkeypatch):
    returned = kept_reads(monkeypatch)
    st.cache_resource.clear()
    cells: list[str] = []
    if page == "where":
        first = visit(store, monkeypatch, page)
        for place in first.table("Places of crimes")[:2]:
            first.pick("Place", place[0])
            cells.append(first.choices["cell"])
    links = links_of(page, cells)
    settings = [(link, theme, "5") for link in links for theme in ("light",)]
    settings += [({}, "dark", "5"), ({}, "light", "1"), ({}, "light", "20")]

    def pictures() -> list[list[bytes]]:
        every = []
        for link, theme, smallest in settings:
            monkeypatch.setenv(SETTING, smallest)
            monkeypatch.setattr(type(st.context), "theme", property(lambda _, kind=theme: Theme(kind)))
            every.append(picture(visit(store, monkeypatch, page, link)))
        return every

    first = pictures()
    assert pictures() == first
    monkeypatch.setattr(drawing, "_sent", lambda _, draw, made_from: draw(*made_from))
    fresh = pictures()
    assert [setting for setting, kept, now in zip(settings, first, fresh, strict=True) if kept != now] == []
    undrawn = [
        setting
        for setting, now in zip(settings[1:], fresh[1:], strict=True)
        if setting[0] and now == fresh[0]
    ]
    assert undrawn == []
    assert [name for name, now, then in returned if not alike(now, pickle.loads(then))] == []
    assert returned


def kept_reads(monkeypatch) -> list[tuple[str, object, bytes]]:
    """Return a list that fills with what pages read, and what it is as it comes."""
    returned: list[tuple[str, object, bytes]] = []

    def keeping(name, read):
        def keep(*words, **named):
            found = read(*words, **named)
            returned.append((name, found, pickle.dumps(found)))
            return found

        return keep

    for module, name in READS:
        monkeypatch.setattr(module, name, keeping(name, getattr(module, name)))
    return returned
