"""A map of an area's zones on our own ground: no tile, name or style is asked from another host."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pydeck
import shapely
import shapely.geometry
from pydeck.types import String

from vulncore.charts.hot_marks import RING, hot_marks
from vulncore.charts.theme import DARK, LIGHT, Palette
from vulncore.domain.geography import metres_per_degree

ZONES: Final = "zones"
CITY, FORCES = "basemap", "basemap-forces"
"""The grounds: the City's streets, and all forces' districts. Each has a style for a light page and one for a dark one."""
THEMES: Final = {LIGHT.ground: "light", DARK.ground: "dark"}
QUIET: Final = ("borough", "river", "district", "neighbour")  # kinds of names that stand back
CAPITALS: Final = ("borough", "neighbour")
TILE: Final = 512  # pixels that the world is wide at zoom 0
HOTSPOT: Final = "hotspot"
"""The kind of a name that stands above its ring, whatever else is there."""
ABOVE: Final = 25  # pixels
OUTLINED_TO: Final = 3_000  # zones; of more, outlines are all that would be seen
MARKED_TO: Final = 600
OUTLINED: Final = (8.0, 4.0)  # pixels: of the ground, and of the line on it
MARK_FIRST: Final = 900  # a zone's number matters more than a street's name
WIDE, HALF, NARROW, HIGH = (
    1_000,
    530,
    350,
    475,
)  # pixels that a map has at least: alone on a screen, beside another, on a telephone
ROOM: Final = "\u00a0" * 3  # spaces that keep street names off a mark
LETTER, LINE_HEIGHT = 0.53, 1.5  # of a text's size: how wide a letter is on average, and how high a line
UNSEEN: Final = "\u2060"  # a word joiner
FONT: Final = {"sdf": True, "fontSize": 64, "buffer": 18, "radius": 18}

GIVE_WAY: Final = {
    "extensions": [{"@@type": "CollisionFilterExtension"}],
    "collision_enabled": True,
    "get_collision_priority": "priority",
}
"""What makes a text that would lie on a more important one fade."""

Colour = tuple[int, int, int]

DAY: Final = ("#fde725", "#5ec962", "#21918c", "#3b528b", "#440154")
NIGHT: Final = ("#8d6be0", "#5b86e8", "#33a9b5", "#6fd06a", "#fde725")
"""Both from little to much, so that more stands out from its ground: viridis, and its hues the other way round, bright enough
for a dark ground."""
MORE, FEWER = (
    ("#8e3fb0", "#c79ae0"),
    ("#0b7a75", "#4fc1b9"),
)  # as where two periods are compared, light and dark
DIVERGING: Final = {
    "hot": (MORE, 190),
    "up": (MORE, 190),
    "new": (MORE, 210),
    "intensifying": (MORE, 150),
    "cold": (FEWER, 120),
    "down": (FEWER, 190),
    "fading": (FEWER, 150),
    "persistent": (("#1f4e79", "#8bbbe4"), 190),
    "sporadic": (("#1f4e79", "#8bbbe4"), 80),
}
OPAQUE: Final = (90, 120, 145, 165, 185)  # of 255: streets are seen through, and little stays pale


def hotspot_map(
    features: Sequence[Mapping[str, Any]],
    labels: Sequence[Mapping[str, Any]],
    outline: Mapping[str, Any],
    bounds: tuple[float, float, float, float],
    picked: str | None = None,
    palette: Palette = LIGHT,
    width: int = WIDE,
    layer_id: str = ZONES,
    hot: Mapping[str, Any] | None = None,
    ground: str = CITY,
    style: str = "",
) -> pydeck.Deck:
    """Return a map of zones that say what they are when pointed at, and can be picked.

    Where it looks at first depends on the area alone: another layer leaves a map where somebody moved it.

    Args:
        features: GeoJSON features, one per zone: `cell`, `key` (of a kind of `vulncore.findings.where.layers`),
            `mark`, `words`, `place`, and `middle` (longitude and latitude of a point for its mark).
        labels: Names for orientation: `name`, `kind`, `longitude`, `latitude`, `priority`.
        outline: The area's boundary as GeoJSON.
        bounds: The area's west, south, east and north in degrees.
        picked: The zone that stands out, by its `cell`.
        palette: The colours that suit the ground.
        width: How many pixels it has at least: `WIDE`, `HALF` or `NARROW`.
        layer_id: What the layer of zones is called. A browser forgets which zone is picked when the name changes.
        hot: The shape that is outlined, as GeoJSON has it; None for none.
        ground: What it is drawn on: `CITY` or `FORCES`.
        style: The address of its style, where a force brought its own (`vulncore.charts.ground_style`).
    """
    unoutlined = len(features) > OUTLINED_TO
    zones = [_drawn(feature, picked, palette, unoutlined) for feature in features]
    marks = [_marked(feature, palette) for feature in features if feature["properties"]["mark"]]
    marks = [] if len(features) > MARKED_TO else marks
    middle, zoom = _first_look(bounds, width)
    hot_names = _apart([_named(label, palette) for label in labels if label["kind"] == HOTSPOT], zoom)
    names: Sequence[Mapping[str, Any]]
    names = [_named(label, palette) for label in labels if label["kind"] != HOTSPOT]
    if ground == FORCES:  # the City's are placed so that none lies on another
        names = _clear_outside(names, bounds, zoom)
    return pydeck.Deck(
        # a wheel over the map scrolls the page, and its buttons zoom
        views=[pydeck.View("MapView", controller={"scrollZoom": False})],
        map_provider="carto",
        map_style=style or f"app/static/{ground}-{THEMES[palette.ground]}.json",
        initial_view_state=pydeck.ViewState(
            longitude=middle[0],
            latitude=middle[1],
            zoom=zoom,
            min_zoom=zoom - 2,
            max_zoom=18,
            pitch=0,
            bearing=0,
        ),
        layers=[
            pydeck.Layer(
                "GeoJsonLayer",
                id=layer_id,
                data={"type": "FeatureCollection", "features": zones},
                pickable=True,
                get_fill_color="properties.fill",
                get_line_color="properties.line",
                get_line_width="properties.width",
                line_width_units=String("pixels"),
            ),
            pydeck.Layer(
                "GeoJsonLayer",
                id="outline",
                data=outline,
                stroked=True,
                filled=False,
                get_line_color=[*rgb(palette.ink), 200],
                get_line_width=2,
                line_width_units=String("pixels"),
            ),
            *([] if hot is None else _outlined(hot, palette, zoom)),
            *_texts("words", [*marks, *_off(names, [*marks, *hot_names], zoom)], palette, GIVE_WAY),
            *(
                _texts("hot names", hot_names, palette, {"get_pixel_offset": [0, -ABOVE]})
                if hot_names
                else []
            ),
        ],
        tooltip={"text": "{place}\n{words}", "style": _tooltip(palette)},
        parameters={"depthTest": False},
    )


def _outlined(hot: Mapping[str, Any], palette: Palette, zoom: float) -> list[pydeck.Layer]:
    """Return the outlines of what is hot: lines on broader ones of the ground's colour, so that they are seen on any cell."""
    shape = shapely.geometry.shape(hot)
    scale = metres_per_degree(shape.centroid.y)
    pixel_m = 360 / TILE / 2**zoom * float(scale[0])
    features = [
        {
            "type": "Feature",
            "properties": {"radius": math.ceil(mark.radius)},
            "geometry": json.loads(
                shapely.to_geojson(shapely.transform(mark.shape, lambda at: (at / scale).round(6)))
            ),
        }
        for mark in hot_marks(shapely.transform(shape, lambda at: at * scale), pixel_m)
    ]
    return [
        pydeck.Layer(
            "GeoJsonLayer",
            id=f"hot {width:g}",
            data={"type": "FeatureCollection", "features": features},
            stroked=True,
            filled=False,
            get_line_color=[*rgb(colour), 255],
            get_line_width=width,
            line_width_units=String("pixels"),
            get_point_radius="properties.radius",
            point_radius_min_pixels=RING,
        )
        for width, colour in zip(OUTLINED, (palette.ground, palette.ink), strict=True)
    ]


def _tooltip(palette: Palette) -> dict[str, str]:
    return {
        "color": palette.ink,
        "backgroundColor": palette.ground,
        "border": f"1px solid {palette.missing}",
        "maxWidth": "13rem",
        "whiteSpace": "pre-wrap",
        "fontSize": "0.9rem",
    }


def _drawn(
    feature: Mapping[str, Any], picked: str | None, palette: Palette, unoutlined: bool
) -> dict[str, Any]:
    properties = feature["properties"]
    stands_out = properties["cell"] == picked
    quiet = [*rgb(palette.missing), 0 if unoutlined else 110]
    return {
        "type": "Feature",
        "geometry": feature["geometry"],
        "properties": {
            **{name: inert(str(properties[name])) for name in ("cell", "place", "words")},
            "fill": fill(properties["key"], palette),
            "line": [*rgb(palette.ink), 255] if stands_out else quiet,
            "width": 4 if stands_out else 0.8,
        },
    }


def inert(text: str) -> str:
    r"""Return a text that a map takes for nothing but a text: one that begins with @@ would be worked out in the browser.

    >>> inert("@@=Long Lane"), inert("Long Lane")
    ('\u2060@@=Long Lane', 'Long Lane')
    """
    return f"{UNSEEN}{text}" if text.startswith("@@") else text


def _marked(feature: Mapping[str, Any], palette: Palette) -> dict[str, Any]:
    longitude, latitude = feature["properties"]["middle"]
    return {
        "name": f"{ROOM}{feature['properties']['mark']}{ROOM}",
        "longitude": longitude,
        "latitude": latitude,
        "priority": MARK_FIRST,
        "size": 22,
        "colour": [*rgb(palette.ink), 255],
    }


def _named(label: Mapping[str, Any], palette: Palette) -> dict[str, Any]:
    kind, name = label["kind"], str(label["name"])
    quiet = kind in QUIET
    return {
        **label,
        "name": name.upper() if kind in CAPITALS else f"{name}\n " if kind == "station" else name,
        "colour": [*rgb(palette.quiet if quiet else palette.ink), 255],
        "size": 16 if quiet else 18,
    }


def _off(
    names: Sequence[Mapping[str, Any]], marks: Sequence[Mapping[str, Any]], zoom: float
) -> list[Mapping[str, Any]]:
    """Return the names that lie on no mark as the map is first seen: the marks are what it is for."""
    boxes = [_box(mark, zoom) for mark in marks]
    return [name for name in names if not any(_overlap(_box(name, zoom), box) for box in boxes)]


def _apart(names: Sequence[Mapping[str, Any]], zoom: float) -> list[Mapping[str, Any]]:
    """Return the names that lie on none before them, as the map is first seen."""
    kept: list[Mapping[str, Any]] = []
    for name in names:
        kept += _off([name], kept, zoom)
    return kept


def _clear_outside(
    names: Sequence[Mapping[str, Any]], bounds: tuple[float, float, float, float], zoom: float
) -> list[Mapping[str, Any]]:
    """Return the names but for those beyond the area that lie on one that matters more, as the map is first seen.

    Within the area they stay: the browser shows them where somebody zooms in.
    """
    west, south, east, north = bounds
    kept: list[Mapping[str, Any]] = []
    for name in sorted(names, key=lambda name: -name["priority"]):
        inside = west <= name["longitude"] <= east and south <= name["latitude"] <= north
        if inside or _off([name], kept, zoom):
            kept.append(name)
    return kept


def _box(text: Mapping[str, Any], zoom: float) -> tuple[float, float, float, float]:
    """Return about where a text lies: left, top, right and bottom, in pixels of the world at a zoom (Web Mercator)."""
    world = TILE * 2**zoom
    latitude = math.radians(text["latitude"])
    x = (text["longitude"] + 180) / 360 * world
    y = (1 - math.log(math.tan(latitude) + 1 / math.cos(latitude)) / math.pi) / 2 * world
    y -= ABOVE if text.get("kind") == HOTSPOT else 0
    lines = str(text["name"]).split("\n")
    half_wide = LETTER * text["size"] * max(map(len, lines)) / 2
    half_high = LINE_HEIGHT * text["size"] * len(lines) / 2
    return x - half_wide, y - half_high, x + half_wide, y + half_high


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _texts(
    name: str, texts: Sequence[Mapping[str, Any]], palette: Palette, more: Mapping[str, Any]
) -> list[pydeck.Layer]:
    """Return a layer of words and, beneath them, the ground that they are read from."""
    shared: dict[str, Any] = {
        "data": list(texts),
        "get_position": ["longitude", "latitude"],
        "get_text": "name",
        "get_size": "size",
        "size_units": String("pixels"),
        "font_family": String('"Source Sans", sans-serif'),
        "font_weight": 600,
        "line_height": LINE_HEIGHT,
        "character_set": String("auto"),
        "pickable": False,
        "background": True,
        "get_background_color": [0, 0, 0, 0],
        "background_padding": [5, 2],
        **more,
    }
    ground = [*rgb(palette.ground), 235]
    return [
        pydeck.Layer(
            "TextLayer",
            id=f"ground of {name}",
            collision_group=String(f"ground of {name}"),
            get_color=ground,
            outline_color=ground,
            outline_width=12,
            font_settings=FONT,
            collision_test_props={"sizeScale": 2.1},
            **shared,
        ),
        pydeck.Layer(
            "TextLayer",
            id=name,
            collision_group=String(name),
            get_color="colour",
            font_settings={**FONT, "smoothing": 0.1},
            collision_test_props={"sizeScale": 1.6},
            **shared,
        ),
    ]


def _first_look(bounds: tuple[float, float, float, float], width: int) -> tuple[tuple[float, float], float]:
    """Return the middle of an area and the zoom at which the whole area is seen."""
    west, south, east, north = bounds
    middle = ((west + east) / 2, (south + north) / 2)
    tall = (north - south) / math.cos(math.radians(middle[1]))  # as wide as a degree of longitude on the map
    room = (
        width * 360 / TILE / max(east - west, 1e-6),
        HIGH * 360 / TILE / max(tall, 1e-6),
    )
    return middle, round(min(17.0, math.log2(min(room)) - 0.1), 2)


def fill(key: str, palette: Palette = LIGHT) -> tuple[int, int, int, int]:
    """Return the colour of a kind of zone, as red, green, blue and how opaque, each up to 255.

    >>> fill("s1"), fill("hidden")[3]
    ((253, 231, 37, 90), 18)
    """
    dark = palette.ground == DARK.ground
    if key[:1] == "s" and key[1:].isdigit():
        steps = NIGHT if dark else DAY
        step = min(int(key[1:]), len(steps))
        return (*rgb(steps[step - 1]), OPAQUE[step - 1])
    if key in DIVERGING:
        colours, opaque = DIVERGING[key]
        return (*rgb(colours[int(dark)]), opaque)
    return (*rgb(palette.missing), 18 if key in ("hidden", "few") else 0)


def rgb(colour: str) -> Colour:
    """Return a colour's red, green and blue.

    >>> rgb("#1f6fa8")
    (31, 111, 168)
    """
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
