"""A map as a picture to take away: what `MapView` shows and nothing else, with its heading and what its colours mean."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import altair as alt
import numpy as np
import shapely
from shapely.geometry import mapping, shape

from vulncore.charts.hot_marks import RING, hot_marks
from vulncore.charts.map_chart import CAPITALS, MARKED_TO, OUTLINED, OUTLINED_TO, QUIET, fill
from vulncore.charts.picture import PADDING, WIDTH
from vulncore.charts.theme import LETTERS, LIGHT, Palette, heading
from vulncore.domain.blur import is_blurred
from vulncore.findings.shared.layer import Layer
from vulncore.findings.shared.words import PLACES_BLURRED
from vulncore.findings.where.layers import LegendEntry
from vulncore.findings.where.view import MapView, WhereView

WIDE: Final = WIDTH - 2 * PADDING
HIGHEST: Final = 760  # pixels: a map that is taller than wide gets narrower
MARGIN: Final = 0.03  # of the area's width and height, around it
LETTER: Final = 0.56  # of a text's size: how wide a letter is on average
LINE: Final = 26  # pixels of a row of the legend
SWATCH, GAP = 18, 26
SMALLEST_MARK, LARGEST_MARK = 8, 19
OF_A_ZONE: Final = 0.42  # of a zone's width: how large its mark may be
SHAPES: Final = {
    "▲": "M0,-1L1,0.8L-1,0.8Z",
    "▼": "M0,1L1,-0.8L-1,-0.8Z",
    "▽": "M0,1L1,-0.8L-1,-0.8Z",
    "■": "M-0.8,-0.8L0.8,-0.8L0.8,0.8L-0.8,0.8Z",
    "◆": "M0,-1.1L0.8,0L0,1.1L-0.8,0Z",
    "○": "M-0.8,0A0.8,0.8,0,1,0,0.8,0A0.8,0.8,0,1,0,-0.8,0Z",
    "★": "M0,-1L0.235,-0.324L0.951,-0.309L0.38,0.124L0.588,0.809L0,0.4L-0.588,0.809L-0.38,0.124L-0.951,-0.309L-0.235,-0.324Z",
}
"""Marks that the font of pictures may lack, as paths of which the unit is half a mark."""
HOLLOW: Final = ("▽", "○")

Row = dict[str, Any]


def map_picture(
    where: WhereView,
    shown: MapView,
    labels: Sequence[Mapping[str, Any]],
    hot: Mapping[str, Any] | None,
    palette: Palette = LIGHT,
) -> alt.LayerChart:
    """Return a map as a chart: its zones with their marks, the names around them, and beneath it what its colours mean.

    `labels` and `hot` are those of `vulncore.charts.map_chart.hotspot_map`.
    """
    ground = _Ground(shown.bounds)
    legend, legend_high = _legend(shown, hot is not None, ground.high, palette)
    marks = _marks(shown, ground)
    layers = [
        _zones(shown, ground, palette),
        _line(ground.drawn(shown.outline["geometry"]), palette.ink, 2),
        *([] if hot is None else _outlined(ground.drawn(hot), palette)),
        *_texts(_names(labels, marks, ground), palette),
        *_drawn_marks(marks, palette),
        *legend,
    ]
    return alt.LayerChart(
        layer=layers,
        width=WIDE,
        height=ground.high + legend_high,
        title=heading([shown.title, where.force], _how_to_read(where, shown), palette),
    )


class _Ground:
    """Where places of the area lie on the picture, in pixels from its upper left: as tall as it is wide there (equirectangular)."""

    def __init__(self, bounds: tuple[float, float, float, float]) -> None:
        self.west, south, east, self.north = bounds
        self.narrowing = math.cos(math.radians((south + self.north) / 2))
        wide, tall = max((east - self.west) * self.narrowing, 1e-9), max(self.north - south, 1e-9)
        self.scale = min(WIDE / wide, HIGHEST / tall) / (1 + 2 * MARGIN)
        self.high = round(tall * self.scale * (1 + 2 * MARGIN))
        self.left = (WIDE - wide * self.scale) / 2
        self.top = tall * self.scale * MARGIN

    def at(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Return where a place lies."""
        x = self.left + (longitude - self.west) * self.narrowing * self.scale
        return x, self.top + (self.north - latitude) * self.scale

    def drawn(self, geometry: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return polygons in pixels, wound so that their holes stay holes."""
        placed = shapely.transform(
            shape(geometry), lambda points: np.round(np.column_stack(self.at(points[:, 0], points[:, 1])), 1)
        )
        return dict(mapping(shapely.orient_polygons(placed, exterior_cw=True)))


def _how_to_read(where: WhereView, shown: MapView) -> list[str]:
    zone = {Layer.CELLS: "cell", Layer.WARDS: where.ground.part}.get(shown.choice.layer)
    lines = [f"Numbers: {where.unit} in each {zone}"] if zone else []
    return [*lines, PLACES_BLURRED] if is_blurred(where.smallest) else lines


def _zones(shown: MapView, ground: _Ground, palette: Palette) -> alt.Chart:
    zones = [
        {
            "type": "Feature",
            "geometry": ground.drawn(feature["geometry"]),
            **_filled(feature["properties"]["key"], palette),
        }
        for feature in shown.features
    ]
    edge = 0.0 if len(zones) > OUTLINED_TO else 0.7
    chart: alt.Chart = (
        _shapes(zones)
        .mark_geoshape(stroke=palette.missing, strokeWidth=edge, strokeOpacity=0.45)
        .encode(fill=alt.Fill("fill:N", scale=None), fillOpacity=alt.FillOpacity("opaque:Q", scale=None))
    )
    return chart


def _filled(key: str, palette: Palette) -> Row:
    red, green, blue, opaque = fill(key, palette)
    return {"fill": f"rgb({red}, {green}, {blue})", "opaque": round(opaque / 255, 2)}


def _shapes(features: list[Row]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=features)).properties(
        projection=alt.Projection(type="identity", scale=1, translate=[0, 0])
    )


def _line(shape_drawn: Mapping[str, Any], colour: str, width: float) -> alt.Chart:
    chart: alt.Chart = _shapes([{"type": "Feature", "geometry": shape_drawn}]).mark_geoshape(
        filled=False, stroke=colour, strokeWidth=width
    )
    return chart


def _outlined(shape_drawn: Mapping[str, Any], palette: Palette) -> list[alt.Chart]:
    """Return the outlines of what is hot: lines on broader ones of the ground's colour, so that they are seen on any cell."""
    marks = hot_marks(shape(shape_drawn))
    rings = [mark.shape.buffer(max(mark.radius, RING)) if mark.radius else mark.shape for mark in marks]
    lines = mapping(shapely.union_all(rings))
    return [
        _line(lines, palette.ground if width == max(OUTLINED) else palette.ink, width) for width in OUTLINED
    ]


def _marks(shown: MapView, ground: _Ground) -> list[Row]:
    """Return the zones' marks, as large as their zones have room for; none where there are too many to be read."""
    marked = [feature for feature in shown.features if feature["properties"]["mark"]]
    if not marked or len(shown.features) > MARKED_TO:
        return []
    areas = [shapely.area(shape(ground.drawn(feature["geometry"]))) for feature in marked]
    size = min(LARGEST_MARK, max(SMALLEST_MARK, OF_A_ZONE * math.sqrt(float(np.median(areas)))))
    zones = [feature["properties"] for feature in marked]
    return [_row(zone["mark"], *ground.at(*zone["middle"]), size) for zone in zones]


def _row(text: str, x: float, y: float, size: float) -> Row:
    return {
        "text": text,
        "x": round(x, 1),
        "y": round(y, 1),
        "size": round(size, 1),
        "area": round(size * size * 0.8),
    }


def _names(labels: Sequence[Mapping[str, Any]], marks: Sequence[Row], ground: _Ground) -> list[Row]:
    """Return the names that lie on the map, on no mark and on no name that matters more."""
    taken, names = [_box(mark) for mark in marks], []
    for label in sorted(labels, key=lambda label: -label["priority"]):
        name = label["name"].upper() if label["kind"] in CAPITALS else label["name"]
        x, y = ground.at(label["longitude"], label["latitude"])
        above = RING + LETTERS if label["kind"] == "hotspot" else 0
        row = _row(name, x, y - above, LETTERS - 2)
        left, top, right, bottom = box = _box(row)
        seen = left >= 0 and top >= 0 and right <= WIDE and bottom <= ground.high
        if seen and not any(_overlap(box, other) for other in taken):
            taken.append(box)
            names.append({**row, "quiet": label["kind"] in QUIET})
    return names


def _box(row: Row) -> tuple[float, float, float, float]:
    half_wide, half_high = LETTER * row["size"] * (len(row["text"]) + 1) / 2, 0.75 * row["size"]
    return row["x"] - half_wide, row["y"] - half_high, row["x"] + half_wide, row["y"] + half_high


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _placed(rows: Sequence[Row]) -> alt.Chart:
    """Return rows where they lie, in pixels."""
    return alt.Chart(alt.InlineData(values=list(rows))).encode(
        x=alt.X("x:Q", scale=None, axis=None), y=alt.Y("y:Q", scale=None, axis=None)
    )


def _texts(
    rows: Sequence[Row], palette: Palette, weight: Literal["normal", "bold"] = "normal"
) -> list[alt.Chart]:
    """Return words, and beneath them the ground that they are read from."""
    if not rows:
        return []
    words = _placed(rows).encode(text=alt.Text("text:N"), size=alt.Size("size:Q", scale=None))
    return [
        words.mark_text(
            stroke=palette.ground, strokeWidth=4, strokeOpacity=0.85, strokeJoin="round", fontWeight=weight
        ),
        words.mark_text(fontWeight=weight).encode(
            color=alt.ColorValue(palette.ink, condition={"test": "datum.quiet", "value": palette.quiet})
        ),
    ]


def _drawn_marks(marks: Sequence[Row], palette: Palette) -> list[alt.Chart]:
    """Return marks: numbers as words, and signs as shapes."""
    signs = [mark for mark in marks if mark["text"] in SHAPES]
    drawn = _texts([mark for mark in marks if mark["text"] not in SHAPES], palette, "bold")
    for text in sorted({sign["text"] for sign in signs}):
        inside, edge = (palette.ground, palette.ink) if text in HOLLOW else (palette.ink, palette.ground)
        points = _placed([sign for sign in signs if sign["text"] == text]).mark_point(
            shape=SHAPES[text],
            filled=text not in HOLLOW,
            color=palette.ink,
            stroke=edge,
            fill=inside,
            strokeWidth=1.4,
            opacity=1,
        )
        drawn.append(points.encode(size=alt.Size("area:Q", scale=None)))
    return drawn


def _legend(shown: MapView, outlined: bool, top: float, palette: Palette) -> tuple[list[alt.Chart], int]:
    """Return what the colours mean, in rows as wide as the map, and how high all of them are."""
    swatches, words, marks = [], [], []
    x, y = 0.0, top + GAP
    line = {"fill": palette.ground, "opaque": 0, "line": palette.ink, "width": 3}
    for entry in (*shown.legend, *([LegendEntry("outlined", "Outlined: hotspot")] if outlined else [])):
        text = shown.counted(entry)
        wide = SWATCH + 8 + LETTER * LETTERS * len(text) + GAP
        if x and x + wide > WIDE:
            x, y = 0.0, y + LINE
        filled = {**_filled(entry.key, palette), "line": palette.missing, "width": 1}
        swatches.append({"x": x + SWATCH / 2, "y": y, **(line if entry.key == "outlined" else filled)})
        words.append({"text": text, "x": x + SWATCH + 8, "y": y, "size": LETTERS})
        if entry.mark:
            marks.append(_row(entry.mark, x + SWATCH / 2, y, 11))
        x += wide
    squares = _placed(swatches).encode(
        fill=alt.Fill("fill:N", scale=None),
        fillOpacity=alt.FillOpacity("opaque:Q", scale=None),
        stroke=alt.Stroke("line:N", scale=None),
        strokeWidth=alt.StrokeWidth("width:Q", scale=None),
    )
    drawn = [
        squares.mark_point(shape="square", size=SWATCH**2, opacity=1),
        _placed(words)
        .mark_text(align="left", baseline="middle", fontSize=LETTERS, color=palette.ink)
        .encode(text=alt.Text("text:N")),
        *_drawn_marks(marks, palette),
    ]
    return drawn, round(y - top) + LINE
