"""How a force's own vector tiles are drawn: quietly, between land and boundaries, so that numbers on them stay readable.

Names in tiles are not drawn: a browser would need letters of a font as pictures for them. The map's own names stay.
"""

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
WORDS: Final = ("class", "kind", "type", "fclass")  # properties that say what a feature is


@dataclass(frozen=True)
class GroundColours:
    """What is drawn in which colour: none stands out from its ground as much as the map's own lines do."""

    water: str
    green: str
    road: str
    major: str


DAY: Final = GroundColours("#dae5ef", "#eaf1e8", "#d9dfe5", "#bcc5ce")
NIGHT: Final = GroundColours("#152c42", "#1c2d2a", "#33404c", "#465462")

# layers by name: OS Open Zoomstack, OpenMapTiles, Protomaps and Shortbread
WATER: Final = ("sea", "surfacewater", "water", "water_polygons", "ocean")
WATERLINES: Final = ("waterlines", "waterway", "water_lines")
ALL_GREEN: Final = ("greenspace", "greenspaces", "woodland", "park")
SOME_GREEN: Final = ("landcover", "landuse", "land")
ROADS: Final = ("roads", "transportation", "streets")
MINOR_ROADS: Final = ("roads_local", "roads_regional")
MAJOR_ROADS: Final = ("roads_national",)


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
        "layers": [*ships[:coast], *_shapes(layers, colours), *ships[coast:]],
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
