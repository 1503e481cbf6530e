"""What vulncore.charts.ground_style promises: a force's tiles lie on land and beneath boundaries, as quiet as the ground that ships."""

import json
from pathlib import Path

import pytest

from vulncore.charts.ground_style import DAY, NIGHT, ground_style
from vulncore.charts.map_chart import rgb
from vulncore.charts.theme import DARK, LIGHT

STATIC = Path(__file__).parents[2] / "pages" / "static"
TILES = "https://city.test/ground/a/b/{z}/{x}/{y}"
SCHEMAS = {
    "Open Zoomstack": ("sea", "surfacewater", "waterlines", "greenspaces", "woodland", "roads", "contours"),
    "OpenMapTiles": ("water", "waterway", "landcover", "park", "transportation", "poi"),
    "Protomaps": ("water", "landuse", "landcover", "roads", "pois"),
    "Shortbread": ("ocean", "water_polygons", "water_lines", "land", "streets", "addresses"),
    "made of a GeoPackage": ("surfacewater", "greenspace", "roads_national", "roads_regional", "roads_local"),
}


def style(layers, palette=LIGHT, theme="light"):
    beneath = json.loads((STATIC / f"basemap-forces-{theme}.json").read_text("utf-8"))
    return ground_style(beneath, TILES, layers, (5, 14), (0.4, 51.1, 0.6, 51.3), palette)


@pytest.mark.parametrize("layers", SCHEMAS.values(), ids=SCHEMAS)
def test_water_green_and_roads_of_each_schema_are_drawn_between_coast_and_districts(layers):
    drawn = style(layers)["layers"]
    ids = [layer["id"] for layer in drawn]
    assert len(set(ids)) == len(ids)
    brought = [layer for layer in drawn if layer.get("source") == "tiles"]
    assert {layer["source-layer"] for layer in brought} == {*layers} - {
        "contours",
        "poi",
        "pois",
        "addresses",
    }
    assert ids[ids.index("coast") + 1 : ids.index("districts")] == [layer["id"] for layer in brought]
    kinds = [layer["type"] for layer in brought]
    assert kinds == sorted(kinds)  # all areas before all lines


def test_no_tile_is_asked_for_where_the_file_has_none():
    source = style(("water",))["sources"]["tiles"]
    assert (source["tiles"], source["minzoom"], source["maxzoom"]) == ([TILES], 5, 14)
    assert source["bounds"] == [0.4, 51.1, 0.6, 51.3]


def luminance(colour):
    parts = [value / 255 for value in rgb(colour)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    dim, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize(("colours", "palette"), [(DAY, LIGHT), (NIGHT, DARK)], ids=["light", "dark"])
def test_numbers_stay_readable_on_everything_and_nothing_stands_out(colours, palette):
    for colour in vars(colours).values():
        assert contrast(colour, palette.ink) >= 4.5
        assert contrast(colour, palette.ground) < 3
