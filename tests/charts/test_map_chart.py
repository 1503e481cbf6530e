"""What the map of places promises before a browser draws it."""

import itertools
import json
import math
import re
from pathlib import Path

import pandas as pd
import pytest
from shapely.geometry import Point, shape

from vulncore.charts.hot_marks import RING
from vulncore.charts.map_chart import (
    ABOVE,
    CITY,
    FORCES,
    HALF,
    MARKED_TO,
    NARROW,
    OUTLINED_TO,
    WIDE,
    ZONES,
    fill,
    hotspot_map,
    rgb,
)
from vulncore.charts.theme import DARK, LIGHT
from vulncore.domain.geography import metres_per_degree
from vulncore.findings.where.charts import place_hours_chart, place_months_chart, trial_chart
from vulncore.findings.where.layers import STEPS
from vulncore.findings.where.protection import protected_trial

BOUNDS = (-0.1138, 51.5078, -0.0727, 51.5233)
SQUARE = {"type": "Polygon", "coordinates": [[[-0.1, 51.51], [-0.09, 51.51], [-0.09, 51.52], [-0.1, 51.51]]]}


def zone(cell: str, key: str = "s1", mark: str = "5") -> dict:
    middle = [-0.095, 51.515]
    properties = {
        "cell": cell,
        "place": "Long Lane",
        "words": "About 5",
        "key": key,
        "mark": mark,
        "middle": middle,
    }
    return {"geometry": SQUARE, "properties": properties}


def drawn(features, bounds=BOUNDS, **more) -> dict:
    outline = {"type": "Feature", "properties": {}, "geometry": SQUARE}
    return json.loads(hotspot_map(features, [], outline, bounds, **more).to_json())


def layer_of(deck: dict, name: str) -> dict:
    return next(layer for layer in deck["layers"] if layer["id"] == name)


@pytest.mark.parametrize("ground", [CITY, FORCES])
def test_the_ground_is_our_own_in_both_themes(ground):
    root = Path(__file__).parents[2] / "pages" / "static"
    for palette, name in ((LIGHT, f"{ground}-light.json"), (DARK, f"{ground}-dark.json")):
        text = json.dumps(drawn([zone("a")], palette=palette, ground=ground))
        assert f"app/static/{name}" in text
        assert (root / name).is_file()
        assert not re.search(r"https?://", text)


def test_a_zone_sends_its_name_its_words_and_its_colours_and_nothing_else():
    sent = layer_of(drawn([zone("a")]), ZONES)["data"]["features"][0]
    assert set(sent["properties"]) == {"cell", "place", "words", "fill", "line", "width"}


def test_the_zone_picked_stands_out_by_its_outline():
    wide, narrow = layer_of(drawn([zone("a"), zone("b")], picked="a"), ZONES)["data"]["features"]
    assert wide["properties"]["width"] > narrow["properties"]["width"]


def test_colour_never_stands_alone():
    words = layer_of(drawn([zone("a", "hot", "▲"), zone("b", "even", "")]), "words")["data"]
    assert [word["name"].strip("\u00a0") for word in words] == ["▲"]


def test_more_stands_out_more_from_either_ground_and_the_least_of_the_night_from_what_is_hidden():
    def luminance(colour, ground):
        *shown, opaque = colour
        seen = [
            part * opaque / 255 + under * (1 - opaque / 255)
            for part, under in zip(shown, ground, strict=True)
        ]
        return 0.05 + sum(
            weight * (part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4)
            for weight, part in zip((0.2126, 0.7152, 0.0722), seen, strict=True)
        )

    for palette in (LIGHT, DARK):
        ground = rgb(palette.ground)
        keys = ["", "hidden", *(f"s{step}" for step in range(1, STEPS + 1))]
        seen = [luminance(fill(key, palette), ground) for key in keys]
        assert seen == sorted(seen, reverse=palette is LIGHT)
    assert seen[2] > 1.4 * seen[1]
    assert all(more > 1.3 * less for less, more in itertools.pairwise(seen[2:]))


def test_a_large_map_leaves_out_outlines_and_marks_that_nobody_could_read():
    many = drawn([zone(str(n)) for n in range(OUTLINED_TO + 1)])
    assert layer_of(many, ZONES)["data"]["features"][0]["properties"]["line"][3] == 0
    assert layer_of(many, "words")["data"] == []
    assert len(layer_of(drawn([zone(str(n)) for n in range(MARKED_TO)]), "words")["data"]) == MARKED_TO


def test_the_whole_area_is_seen_and_farther_off_on_a_telephone():
    wide, half, narrow = (
        drawn([zone("a")], width=width)["initialViewState"] for width in (WIDE, HALF, NARROW)
    )
    assert wide["zoom"] > half["zoom"] > narrow["zoom"]
    assert wide["zoom"] > narrow["zoom"] + 0.9
    assert wide["longitude"] == pytest.approx((BOUNDS[0] + BOUNDS[2]) / 2)
    pixels = (BOUNDS[2] - BOUNDS[0]) / 360 * 512 * 2 ** wide["zoom"]
    assert 600 < pixels <= 1_000


def test_where_the_map_looks_first_is_the_area_s_alone():
    first = drawn([zone("a")])["initialViewState"]
    other = drawn([zone("b", "hot", "▲"), zone("c", "even", "")], picked="b", palette=DARK, layer_id="gi 10")
    assert other["initialViewState"] == first


def test_hidden_months_and_hours_are_dashes_and_not_bars_of_nothing():
    months = pd.DataFrame(
        {"label": ["Jan 2024", "Feb 2024"], "start": pd.Timestamp("2024-01-01"), "records": [10.0, None]}
    )
    values = place_months_chart(months, ["Months"], "legend", "crimes").to_dict()
    rows = next(iter(values["datasets"].values()))
    assert [row["mark"] for row in rows] == ["", "–"]
    assert rows[1]["records"] is None
    hours = pd.DataFrame(
        {"row": 0, "column": [0, 1], "day": "Monday", "part": ["06:00", "09:00"], "records": [5.0, None]}
    )
    rows = next(iter(place_hours_chart(hours, ["Hours"], "legend", "crimes").to_dict()["datasets"].values()))
    assert [row["words"] for row in rows] == ["about 5", "hidden: too few"]


def test_the_chart_of_tested_maps_sends_shares_in_steps_and_rounded_limits():
    hits = pd.DataFrame(
        {
            "method": ["A", "B"],
            "share": [0.05, 0.05],
            "hits": [41.37, 20.1],
            "happened": [106.0, 106.0],
            "hit_rate_low": [0.331234, None],
            "hit_rate_high": [0.4412, None],
            "pei_star": [0.61234, 0.5],
            "better_low": [0.01, None],
            "better_high": [0.2, None],
        }
    )
    protected = protected_trial(hits, 5)
    sent = next(iter(trial_chart(protected, ["t"], ["l"]).to_dict()["datasets"].values()))
    assert [row["percent"] for row in sent] == [40, 20]
    assert [row["low"] for row in sent] == [33.0, None]
    assert "41.37" not in json.dumps(sent)
    assert protected["against_naive"].tolist() == ["better", "–"]


def test_a_wheel_over_the_map_scrolls_the_page():
    assert drawn([zone("a")])["views"] == [{"@@type": "MapView", "controller": {"scrollZoom": False}}]


def test_no_street_is_named_on_a_number():
    outline = {"type": "Feature", "properties": {}, "geometry": SQUARE}
    on_it, off_it = (
        {"name": name, "kind": "street", "longitude": -0.095, "latitude": latitude, "priority": 1}
        for name, latitude in (("On Street", 51.515), ("Off Street", 51.511))
    )
    deck = json.loads(hotspot_map([zone("a")], [on_it, off_it], outline, BOUNDS).to_json())
    texts = {text["name"].strip() for text in layer_of(deck, "words")["data"]}
    assert texts == {"5", "Off Street"}


def test_what_is_hot_is_outlined_on_any_layer_over_the_cells_and_under_the_words():
    outlined = drawn([zone("a")], hot=SQUARE)
    names = [layer["id"] for layer in outlined["layers"]]
    assert names.index(ZONES) < names.index("hot 8") < names.index("hot 4") < names.index("words")
    (mark,) = layer_of(outlined, "hot 4")["data"]["features"]
    assert shape(mark["geometry"]).hausdorff_distance(shape(SQUARE)) < 1e-4
    assert not [layer for layer in drawn([zone("a")])["layers"] if layer["id"].startswith("hot")]


def test_what_would_be_a_blot_has_a_ring_that_stays_as_wide_as_can_be_seen():
    county = (BOUNDS[0] - 1, BOUNDS[1] - 1, BOUNDS[2] + 1, BOUNDS[3] + 1)
    layer = layer_of(drawn([zone("a")], bounds=county, hot=SQUARE), "hot 4")
    (mark,) = layer["data"]["features"]
    assert mark["geometry"]["type"] == "Point"
    assert shape(mark["geometry"]).distance(Point(-0.095, 51.515)) < 1e-5
    west, south, east, north = shape(SQUARE).bounds
    across, up = metres_per_degree((south + north) / 2) * (east - west, north - south)
    assert abs(mark["properties"]["radius"] - math.hypot(across, up) / 2) <= 1
    assert (layer["pointRadiusMinPixels"], layer["getPointRadius"]) == (RING, "@@=properties.radius")


def test_names_of_hot_places_stand_above_their_rings_and_give_way_to_none_but_one_before_them():
    outline = {"type": "Feature", "properties": {}, "geometry": SQUARE}
    hot = [
        {"name": name, "kind": "hotspot", "longitude": longitude, "latitude": 51.515, "priority": 800}
        for name, longitude in (("Ashford", -0.1), ("Ashford East", -0.0999), ("Tenterden", -0.08))
    ]
    town = {"name": "Wye", "kind": "town", "longitude": -0.1, "latitude": 51.5157, "priority": 500}
    deck = json.loads(hotspot_map([], [*hot, town, {**town, "latitude": 51.51}], outline, BOUNDS).to_json())
    layer = layer_of(deck, "hot names")
    assert [text["name"] for text in layer["data"]] == ["Ashford", "Tenterden"]
    assert (layer["getPixelOffset"], "collisionEnabled" in layer) == ([0, -ABOVE], False)
    assert [text["latitude"] for text in layer_of(deck, "words")["data"]] == [51.51]


def test_beyond_the_area_no_name_lies_on_one_that_matters_more_and_within_it_all_stay():
    west, south, east, _ = BOUNDS
    names = [
        {"name": name, "kind": "town", "longitude": x, "latitude": south, "priority": priority}
        for name, x, priority in (
            ("Within", west + 0.01, 1),
            ("Within too", west + 0.01, 2),
            ("Beyond", east + 0.01, 3),
            ("Beyond too", east + 0.01, 4),
        )
    ]
    outline = {"type": "Feature", "properties": {}, "geometry": SQUARE}
    deck = json.loads(hotspot_map([], names, outline, BOUNDS, ground=FORCES).to_json())
    assert {word["name"] for word in layer_of(deck, "words")["data"]} == {
        "Within",
        "Within too",
        "Beyond too",
    }
