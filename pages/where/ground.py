"""What a map is drawn on: a ground that ships, the force's own over it, and whose they are."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urljoin

import streamlit as st

from pages.shared.reads import store_path
from vulncore.charts.ground_style import ground_style
from vulncore.charts.map_chart import FORCES, THEMES
from vulncore.charts.map_names import OF_A_FORCE, OF_THE_CITY, drawn_on
from vulncore.charts.theme import DARK, LIGHT, Palette
from vulncore.findings.where.view import MapView
from vulncore.store.areas import area_kept_on
from vulncore.store.grounds import KeptGround, ground_of

STATIC: Final = Path(__file__).parents[1] / "static"
PALETTES: Final = {THEMES[palette.ground]: palette for palette in (LIGHT, DARK)}


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
    brought, ships = own_ground(force), drawn_on(shown.bounds, force).credit
    if area_kept_on(store_path(), force):
        ships = f"Area and its parts: from a file that the force brought. {ships}".rstrip()
    if brought is None:
        return ships
    if ships.endswith(OF_THE_CITY):  # whose names stay on it
        ships = f"{ships} {OF_A_FORCE}"
    return f"Streets, water and green: {brought.kept.credit or 'from a file that the force brought'}. {ships}".rstrip()
