"""How a force's own vector tiles are drawn: quietly, between land and boundaries, so that numbers on them stay readable."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from vulncore.charts.theme import DARK, Palette

TILES: Final = "tiles"
MAJOR: Final = ("motorway", "trunk", "primary", "highway", "major_road", "Motorway", "Primary", "A Road")
"""Roads that are seen from afar, in the words of all the schemas."""
GREEN: Final = (
    "park",
    "wood",
    "forest",
    "grass",
    "grassland",
    "nature_reserve",
    "cemetery",
    "recreation_ground",
    "meadow",
    "heath",
    "scrub",
    "allotments",
    "garden",
    "golf_course",
    "pitch",
    "playground",
)
SMALLER: Final = (
    "village",
    "hamlet",
    "suburb",
    "neighbourhood",
    "quarter",
    "Village",
    "Hamlet",
    "Suburban Area",
    "Small Settlements",
)
"""Places; larger ones are among the map's own names."""
WORDS: Final = ("class", "kind", "type", "fclass")  # properties that say what a feature is
STREET_NAMES_FROM, PLACE_NAMES_FROM = 14, 11  # zoom


@dataclass(frozen=True)
class GroundColours:
    """What is drawn in which colour: none stands out from its ground as much as the map's own lines do."""

    water: str
    green: str
    road: str
    major: str
    words: str
    halo: str


DAY: Final = GroundColours("#dae5ef", "#eaf1e8", "#d9dfe5", "#bcc5ce", "#56616d", "#ffffff")
NIGHT: Final = GroundColours("#152c42", "#1c2d2a", "#33404c", "#465462", "#a9b4bf", "#1d262f")

# layers by name: OS Open Zoomstack, OpenMapTiles, Protomaps and Shortbread
WATER: Final = ("sea", "surfacewater", "water", "water_polygons", "ocean")
WATERLINES: Final = ("waterlines", "waterway", "water_lines")
ALL_GREEN: Final = ("greenspace", "greenspaces", "woodland", "park")
SOME_GREEN: Final = ("landcover", "landuse", "land")
ROADS: Final = ("roads", "transportation", "streets")
MINOR_ROADS: Final = ("roads_local", "roads_regional")
MAJOR_ROADS: Final = ("roads_national",)
STREET_NAMES: Final = ("roads_local", "roads_regional", "transportation_name", "street_labels", "roads")
PLACES: Final = ("names", "place", "places", "place_labels")
DRAWN: Final = {
    *(
        *WATER,
        *WATERLINES,
        *ALL_GREEN,
        *SOME_GREEN,
        *ROADS,
        *MINOR_ROADS,
        *MAJOR_ROADS,
        *STREET_NAMES,
        *PLACES,
    )
}
"""Layers of which anything is drawn."""


def ground_style(
    beneath: Mapping[str, Any],
    tiles: str,
    layers: Sequence[str],
    zooms: tuple[int, int],
    bounds: tuple[float, float, float, float],
    palette: Palette,
) -> dict[str, Any]:
    """Return a MapLibre style: the ground that ships, and a force's tiles on its land, beneath its boundaries.

    Args:
        beneath: The style that ships.
        tiles: The address of a tile, with {z}, {x} and {y}.
        layers: The layers that the tiles have; what is not known by its name is not drawn.
        zooms: The least and the greatest zoom that there are tiles of.
        bounds: West, south, east and north in degrees; no tile beyond is asked for.
        palette: The colours of the page.
    """
    colours = NIGHT if palette.ground == DARK.ground else DAY
    source = {
        "type": "vector",
        "tiles": [tiles],
        "minzoom": zooms[0],
        "maxzoom": zooms[1],
        "bounds": list(bounds),
    }
    ships = list(beneath["layers"])
    coast = next(place for place, layer in enumerate(ships) if layer["id"] == "coast") + 1
    return {
        **beneath,
        "sources": {**beneath["sources"], TILES: source},
        "layers": [*ships[:coast], *_shapes(layers, colours), *ships[coast:], *_names(layers, colours)],
    }


def _shapes(layers: Sequence[str], colours: GroundColours) -> Iterator[dict[str, Any]]:
    for layer in _there(ALL_GREEN, layers):
        yield _fill(layer, colours.green)
    for layer in _there(SOME_GREEN, layers):
        yield {**_fill(layer, colours.green), "filter": _is_any(GREEN)}
    for layer in _there(WATER, layers):
        yield _fill(layer, colours.water)
    for layer in _there(WATERLINES, layers):
        yield _line(layer, colours.water, 0.6, 2)
    for layer in (*_there(MINOR_ROADS, layers), *_there(ROADS, layers)):
        yield _line(layer, colours.road, 0.4, 5)
    for layer in _there(ROADS, layers):
        yield {**_line(layer, colours.major, 0.8, 7), "id": f"major {layer}", "filter": _is_any(MAJOR)}
    for layer in _there(MAJOR_ROADS, layers):
        yield _line(layer, colours.major, 0.8, 7)


def _names(layers: Sequence[str], colours: GroundColours) -> Iterator[dict[str, Any]]:
    for layer in _there(STREET_NAMES, layers):
        along = {"symbol-placement": "line", "text-size": 12}
        yield _symbol(f"names of {layer}", layer, along, STREET_NAMES_FROM, colours)
    for layer in _there(PLACES, layers):
        at = {"text-size": 13}
        yield {
            **_symbol(f"places of {layer}", layer, at, PLACE_NAMES_FROM, colours),
            "filter": _is_any(SMALLER),
        }


def _there(known: Sequence[str], layers: Sequence[str]) -> list[str]:
    return [layer for layer in known if layer in layers]


def _is_any(values: Sequence[str]) -> list[Any]:
    """Return whether a feature is of one of these kinds, whichever property says so."""
    return ["any", *(["in", ["coalesce", ["get", word], ""], ["literal", list(values)]] for word in WORDS)]


def _fill(layer: str, colour: str) -> dict[str, Any]:
    area = ["==", ["geometry-type"], "Polygon"]
    paint = {"fill-color": colour, "fill-antialias": True}
    return {
        "id": f"own {layer}",
        "type": "fill",
        "source": TILES,
        "source-layer": layer,
        "filter": area,
        "paint": paint,
    }


def _line(layer: str, colour: str, thin: float, broad: float) -> dict[str, Any]:
    return {
        "id": f"own {layer}",
        "type": "line",
        "source": TILES,
        "source-layer": layer,
        "layout": {"line-cap": "round", "line-join": "round"},
        "paint": {
            "line-color": colour,
            "line-width": ["interpolate", ["exponential", 1.5], ["zoom"], 9, thin, 17, broad],
        },
    }


def _symbol(
    name: str, layer: str, layout: Mapping[str, Any], zoom: int, colours: GroundColours
) -> dict[str, Any]:
    text = ["coalesce", *(["get", word] for word in ("name", "name1", "name_en")), ""]
    return {
        "id": name,
        "type": "symbol",
        "source": TILES,
        "source-layer": layer,
        "minzoom": zoom,
        "layout": {"text-field": text, "text-font": ["Source Sans"], **layout},
        "paint": {"text-color": colours.words, "text-halo-color": colours.halo, "text-halo-width": 1.5},
    }
