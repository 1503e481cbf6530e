"""A map as a picture: its zones where they lie, its marks, its legend, and nothing that the map on screen doesn't show."""

import json
import re
from datetime import date
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import shapely
from shapely.geometry import Point, shape

from vulncore.charts.map_chart import fill
from vulncore.charts.picture import PictureKind, picture
from vulncore.charts.theme import LIGHT
from vulncore.domain.periods import rolling_12
from vulncore.domain.vocabulary import report_measures
from vulncore.findings.shared.layer import Layer
from vulncore.findings.shared.words import PLACES_BLURRED
from vulncore.findings.where.counts import record_counts
from vulncore.findings.where.layers import MapChoice
from vulncore.findings.where.map import NAMED, hot_outline, map_view
from vulncore.findings.where.map_picture import HIGHEST, WIDE, map_picture
from vulncore.findings.where.protection import layer_view, where_summary, where_view
from vulncore.findings.where.question import MapSelection
from vulncore.findings.where.sentences import where_briefing
from vulncore.metrics.week.counted import RecordFilter
from vulncore.store import open_version

FORCE = "City of London Police"
BANK = {"name": "Bank", "kind": "station", "longitude": -0.0886, "latitude": 51.5133, "priority": 300}
FAR = {**BANK, "name": "Paris", "latitude": 48.9}


@cache
def counts_in(store: Path):
    records = RecordFilter(FORCE, ("other-sexual-offences", "rape"), rolling_12(date(2024, 10, 1)))
    return record_counts(open_version(store, "demo"), store, MapSelection(records), report_measures())


@pytest.fixture(scope="module")
def shown(shipped_store):
    """Returns what a map of a layer is of, and the map."""

    def of(layer: Layer = Layer.CELLS):
        counts = counts_in(shipped_store)
        publish = open_version(shipped_store, "demo").publish
        return where_view(counts), map_view(where_view(counts), layer_view(counts, MapChoice(layer)), publish)

    return of


def drawn(where, map_shown, labels=(BANK,), hot=None) -> ElementTree.Element:
    chart = map_picture(where, map_shown, labels, hot)
    return ElementTree.fromstring(picture(chart, "Version 1.", PictureKind.SVG))


def words(svg: ElementTree.Element) -> list[str]:
    """Return what is written, without what is written beneath it once more to be read from."""
    written = [element for element in svg.iter() if re.search(r"\}t(ext|span)$", element.tag)]
    return [element.text for element in written if element.text and not element.get("stroke")]


def paths(svg: ElementTree.Element) -> list[tuple[str, list[np.ndarray]]]:
    """Return the shapes of zones: the colour of each, and its rings."""
    shapes = []
    for element in svg.iter():
        if element.tag.endswith("path") and (element.get("fill") or "").startswith("rgb("):
            rings = [re.findall(r"-?[\d.]+", ring) for ring in element.get("d", "").split("M") if "L" in ring]
            shapes.append((element.get("fill"), [np.array(ring, float).reshape(-1, 2) for ring in rings]))
    return [(colour, rings) for colour, rings in shapes if rings]


def test_each_zone_is_filled_itself_where_it_lies_and_not_all_around_it(shown):
    where, cells = shown()
    zones = paths(drawn(where, cells))
    assert len(zones) == len(cells.features)
    west, south, east, north = cells.bounds
    narrow = np.cos(np.radians((south + north) / 2))
    pixels = []
    for (_, rings), feature in zip(zones, cells.features, strict=True):
        area = sum(shapely.Polygon(ring).area for ring in rings)
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        pixels.append(area / (shape.area * narrow))
        assert area < 0.5 * WIDE * HIGHEST
        middle = rings[0].mean(axis=0) / [WIDE, HIGHEST]
        assert (middle >= 0).all()
        assert (middle <= 1).all()
    assert np.ptp(pixels) < 0.02 * np.median(pixels)  # one scale for all of them
    wide = np.sqrt(np.median(pixels)) * (east - west) * narrow
    assert 0.9 * WIDE < wide < WIDE  # as large as there is room


def test_north_is_up_and_east_is_right(shown):
    where, cells = shown()
    zones = [rings[0].mean(axis=0) for _, rings in paths(drawn(where, cells))]
    middles = np.array([feature["properties"]["middle"] for feature in cells.features])
    assert np.corrcoef([x for x, _ in zones], middles[:, 0])[0, 1] > 0.99
    assert np.corrcoef([y for _, y in zones], middles[:, 1])[0, 1] < -0.98


@pytest.mark.parametrize("layer", Layer)
def test_every_layer_says_its_title_whose_it_is_its_legend_its_marks_and_its_colours(layer, shown):
    where, zones = shown(layer)
    svg = drawn(where, zones)
    said = " ".join(words(svg)).replace("\u00a0", " ")
    for part in (zones.title, FORCE, PLACES_BLURRED, "Version 1.", *(entry.words for entry in zones.legend)):
        assert part in said
    numbers = sorted(
        mark for mark in (feature["properties"]["mark"] for feature in zones.features) if mark.isdigit()
    )
    assert sorted(word for word in words(svg) if word.isdigit()) == numbers
    for feature in zones.features:
        red, green, blue, _ = fill(feature["properties"]["key"], LIGHT)
        assert f"rgb({red}, {green}, {blue})" in {colour for colour, _ in paths(svg)}
    assert ("Numbers:" in said) == (layer in (Layer.CELLS, Layer.WARDS))


def test_a_picture_has_no_more_than_the_map_shows(shown):
    where, cells = shown()
    text = ElementTree.tostring(drawn(where, cells), encoding="unicode")
    assert not [feature for feature in cells.features if feature["properties"]["cell"] in text]
    expected = {*(mark for feature in cells.features if (mark := feature["properties"]["mark"])), "Bank"}
    below = words(drawn(where, cells))
    heading_and_legend = {*(entry.words for entry in cells.legend)}
    beyond = [word for word in below if word not in expected | heading_and_legend]
    said = f"{cells.title} {FORCE} Numbers: {where.unit} in each cell · {PLACES_BLURRED} · Version 1."
    assert " ".join(beyond).replace("\u00a0", " ") == said


def test_what_is_hot_is_outlined_and_said_and_names_off_the_map_are_left_out(shown, shipped_store):
    where, cells = shown()
    summary = where_summary(counts_in(shipped_store))
    outlined = json.loads(hot_outline(summary))
    hot, names = outlined["geometry"], outlined["properties"]["names"]
    with_hot, without = drawn(where, cells, (BANK, FAR), hot), drawn(where, cells, (BANK, FAR))
    assert 0 < len(names) <= NAMED
    briefing = where_briefing(summary)
    assert names[0]["name"].replace(" and ", " with ") in f"{briefing.finding} {briefing.also}"
    for name in names:
        assert shape(hot).convex_hull.distance(Point(name["longitude"], name["latitude"])) < 1e-3
    assert "Outlined: hotspot" in words(with_hot)
    assert "Outlined: hotspot" not in words(without)
    assert "Bank" in words(without)
    assert "Paris" not in words(without)


def test_signs_are_drawn_as_shapes_which_need_no_font(shown):
    where, zones = shown(Layer.STANDS_OUT)
    svg = drawn(where, zones)
    assert not re.search("[▲▽]", "".join(words(svg)))
    hot = sum(feature["properties"]["mark"] == "▲" for feature in zones.features)
    triangles = [element.get("d") or "" for element in svg.iter() if element.tag.endswith("path")]
    triangles = [d for d in triangles if re.fullmatch(r"M0,-[\d.]+L[\d.]+,[\d.]+L-[\d.]+,[\d.]+Z", d)]
    assert len(triangles) == hot + 1  # and one in the legend
