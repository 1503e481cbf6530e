"""What a map is drawn on: a ground that ships, the force's own over it, the names on it, and whose they are."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urljoin

import streamlit as st

from pages.shared.reads import store_path
from vulncore.charts.ground_style import ground_style
from vulncore.charts.map_chart import CITY, FORCES, THEMES
from vulncore.charts.theme import DARK, LIGHT, Palette
from vulncore.domain.geography import boundary, place_names
from vulncore.findings.where.view import MapView
from vulncore.store.areas import area_kept_on
from vulncore.store.grounds import KeptGround, ground_of

Label = Mapping[str, Any]

STATIC: Final = Path(__file__).parents[1] / "static"
LABELS: Final = STATIC / "geography" / "labels.json"
MARGIN: Final = 0.02  # of a degree beyond the area: names of stations across the river
REACH: Final = 0.05  # of a degree beyond the City: how far its ground is drawn
BESIDE: Final = (
    0.5  # of an area's width and height: towns across its edge, as far as a map shows them at first
)
HOT_FIRST: Final = 800  # before a town's name, after a cell's number
PALETTES: Final = {THEMES[palette.ground]: palette for palette in (LIGHT, DARK)}
OF_THE_CITY: Final = (
    "Streets © OpenStreetMap contributors (ODbL). Boundaries and river: OS data © Crown copyright (OGL)."
)
OF_A_FORCE: Final = (
    "Boundaries and coast: Office for National Statistics (OGL). Towns: OS Open Names (OGL). "
    "Contains OS data © Crown copyright and database right."
)


@dataclass(frozen=True)
class DrawnOn:
    """A map's ground: the name of its styles, the names on it, and the line on whose they are ("" where it has no names)."""

    styles: str
    labels: tuple[Label, ...]
    credit: str


@dataclass(frozen=True)
class OwnGround:
    """The ground that a force brought, and the page's address, which its tiles' addresses begin with."""

    kept: KeptGround
    page: str

    def style_address(self, colours: Palette) -> str:
        """Return the address of how it is drawn, from the page's own."""
        address = f"ground/{self.kept.key}/{self.kept.edition}/{THEMES[colours.ground]}.json"
        return f"{address}?{urlencode({'page': self.page})}"


def style_of(kept: KeptGround, theme: str, page: str) -> Mapping[str, Any]:
    """Return how a ground is drawn on a `light` or `dark` page of an address: over land and coast, which stay where its tiles end."""
    beneath = json.loads((STATIC / f"{FORCES}-{theme}.json").read_text(encoding="utf-8"))
    # whole, for a browser asks for tiles from a process of its own, which has no address that theirs could go on from
    tiles = urljoin(page, f"ground/{kept.key}/{kept.edition}/") + "{z}/{x}/{y}"
    return ground_style(beneath, tiles, kept.layers, kept.zooms, kept.bounds, PALETTES[theme])


def own_ground(force: str) -> OwnGround | None:
    """Return the ground that a force brought; None where it brought none, or the browser does not say where the page is."""
    kept, page = ground_of(store_path(), force), st.context.url
    return None if kept is None or not page else OwnGround(kept, page)


def credits_of(shown: MapView, force: str) -> str:
    """Return the line on whose a map's ground is, with whose the force's own ground and boundary are."""
    brought, ships = own_ground(force), drawn_on(shown, force).credit
    if area_kept_on(store_path(), force):
        ships = f"Area and its parts: from a file that the force brought. {ships}".rstrip()
    if brought is None:
        return ships
    if ships.endswith(OF_THE_CITY):  # whose names stay on it
        ships = f"{ships} {OF_A_FORCE}"
    return f"Streets, water and green: {brought.kept.credit or 'from a file that the force brought'}. {ships}".rstrip()


def drawn_on(shown: MapView, force: str) -> DrawnOn:
    """Return what a force's map is drawn on: the City on its streets, all others on districts, coast and towns."""
    if _lies_in_the_city(shown.bounds):
        labels = _within(shown.bounds, _labels_of_the_city(), MARGIN, MARGIN)
        return DrawnOn(CITY, labels, OF_THE_CITY if labels else "")
    west, south, east, north = shown.bounds
    labels = _within(shown.bounds, _labels_of(force), BESIDE * (east - west), BESIDE * (north - south))
    return DrawnOn(FORCES, labels, OF_A_FORCE if labels else "")


def names_on(ground: DrawnOn, hot: str) -> tuple[Label, ...]:
    """Return the names on a ground, of a force with those of hot places, which stand before the same name of a town.

    `hot` is what `vulncore.findings.where.map.hot_outline` returns. The City has its streets' names around each.
    """
    if not hot or ground.styles == CITY:
        return ground.labels
    names = [
        {**name, "kind": "hotspot", "priority": HOT_FIRST - place}
        for place, name in enumerate(json.loads(hot)["properties"]["names"])
    ]
    taken = {name["name"] for name in names}
    return (*names, *(label for label in ground.labels if label["name"] not in taken))


def _lies_in_the_city(bounds: tuple[float, float, float, float]) -> bool:
    city = boundary("City of London Police")
    if city is None:
        return False
    west, south, east, north = city.bounds
    reach = (west - REACH, south - REACH, east + REACH, north + REACH)
    return bounds[0] > reach[0] and bounds[1] > reach[1] and bounds[2] < reach[2] and bounds[3] < reach[3]


def _within(
    bounds: tuple[float, float, float, float], labels: tuple[Label, ...], beyond_x: float, beyond_y: float
) -> tuple[Label, ...]:
    """Return the names that stand in the area or near it."""
    west, south, east, north = bounds
    return tuple(
        label
        for label in labels
        if west - beyond_x < label["longitude"] < east + beyond_x
        and south - beyond_y < label["latitude"] < north + beyond_y
    )


@cache
def _labels_of_the_city() -> tuple[Label, ...]:
    return tuple(json.loads(LABELS.read_text(encoding="utf-8")))


@cache
def _labels_of(force: str) -> tuple[Label, ...]:
    return tuple(name._asdict() for name in place_names(force))
