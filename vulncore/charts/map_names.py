"""The names on a map: which ground an area lies on, what stands on it in words, and whose these are."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from vulncore.charts.map_chart import CITY, FORCES
from vulncore.domain.geography import boundary, place_names
from vulncore.domain.shipped import dashboard

Label = Mapping[str, Any]
Bounds = tuple[float, float, float, float]
"""West, south, east and north, in degrees (WGS 84)."""

MARGIN: Final = 0.02  # of a degree beyond the area: names of stations across the river
REACH: Final = 0.05  # of a degree beyond the City: how far its ground is drawn
BESIDE: Final = (
    0.5  # of an area's width and height: towns across its edge, as far as a map shows them at first
)
HOT_FIRST: Final = 800  # before a town's name, after a cell's number
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


def drawn_on(bounds: Bounds, force: str) -> DrawnOn:
    """Return what the map of an area of a force is drawn on: the City on its streets, all others on districts, coast and towns."""
    if _lies_in_the_city(bounds):
        labels = _within(bounds, _labels_of_the_city(), MARGIN, MARGIN)
        return DrawnOn(CITY, labels, OF_THE_CITY if labels else "")
    west, south, east, north = bounds
    labels = _within(bounds, _labels_of(force), BESIDE * (east - west), BESIDE * (north - south))
    return DrawnOn(FORCES, labels, OF_A_FORCE if labels else "")


def names_on(ground: DrawnOn, hot: str) -> tuple[Label, ...]:
    """Return the names on a ground, of a force with those of hot places, which stand before the same name of a town.

    `hot` is a GeoJSON feature with the `names` of hot places, or "". The City has its streets' names around each.
    """
    if not hot or ground.styles == CITY:
        return ground.labels
    names = [
        {**name, "kind": "hotspot", "priority": HOT_FIRST - place}
        for place, name in enumerate(json.loads(hot)["properties"]["names"])
    ]
    taken = {name["name"] for name in names}
    return (*names, *(label for label in ground.labels if label["name"] not in taken))


def _lies_in_the_city(bounds: Bounds) -> bool:
    city = boundary("City of London Police")
    if city is None:
        return False
    west, south, east, north = city.bounds
    reach = (west - REACH, south - REACH, east + REACH, north + REACH)
    return bool(
        bounds[0] > reach[0] and bounds[1] > reach[1] and bounds[2] < reach[2] and bounds[3] < reach[3]
    )


def _within(bounds: Bounds, labels: tuple[Label, ...], beyond_x: float, beyond_y: float) -> tuple[Label, ...]:
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
    """Return the names of the City's streets and stations; none in a package that was installed without its dashboard's files."""
    try:
        labels = dashboard() / "pages" / "static" / "geography" / "labels.json"
        return tuple(json.loads(labels.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return ()


@cache
def _labels_of(force: str) -> tuple[Label, ...]:
    return tuple(name._asdict() for name in place_names(force))
