"""What vulncore.findings.where.where and its neighbours promise."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from tests.conftest import SHARED
from tests.making import FORCE, covered, delivery, incident, months
from vulncore.domain.errors import UnknownNameError, VulncoreError
from vulncore.domain.geography import EDGE_TOLERANCE_M, metres_per_degree
from vulncore.domain.periods import Window, month_end, rolling_12
from vulncore.domain.vocabulary import report_measures
from vulncore.findings.overview.overview import overview
from vulncore.findings.when.counts import read_week
from vulncore.findings.when.hours import hours_offered
from vulncore.findings.when.when import when
from vulncore.findings.where.layers import Layer, density, fitting_bandwidth_m, fitting_resolution, how_many
from vulncore.findings.where.map import MapChosen, MapShown, layers_offered, map_shown
from vulncore.findings.where.names import called, every_name, street_names, street_of, street_points
from vulncore.findings.where.place import hours_table, months_table, place_found
from vulncore.findings.where.prediction import NAIVE, prediction_table, tried
from vulncore.findings.where.read import NoPlacesError, WhereAsked, measures_with_places
from vulncore.findings.where.repeats import repeats, repeats_table
from vulncore.findings.where.sentences import touching, where_headline
from vulncore.findings.where.tested_layers import change, hot_states, over_time
from vulncore.findings.where.where import Where, where
from vulncore.metrics.week.day_hour import RecordFilter
from vulncore.metrics.week.night_time import DEFAULT
from vulncore.sources.demo.description import description
from vulncore.sources.police_uk import deliver as police_uk
from vulncore.store import open_version, publish
from vulncore.store.areas import keep_area

CITY = "City of London Police"
SEXUAL = ("other-sexual-offences", "rape")
OCTOBER = date(2024, 10, 1)
HOUSTON = SHARED / "data" / "incidents" / "houston-2010-01-to-08.csv.gz"
MIDDLE = (-0.0900, 51.5150)  # in the City, far from its edge
STEP = 0.0005  # degrees: 35 m east, 56 m north


@pytest.fixture(scope="module")
def demo(shipped_store: Path) -> Where:
    return asked_demo(shipped_store)


@cache
def asked_demo(store: Path, hours: str = "every", measures: tuple[str, ...] = SEXUAL) -> Where:
    snapshot = open_version(store, "demo")
    records = RecordFilter(CITY, measures, rolling_12(OCTOBER))
    chosen = {each.key: each for each in hours_offered(DEFAULT)}[hours]
    return where(snapshot, store, WhereAsked(records, chosen), report_measures())


@cache
def demo_map(store: Path, layer: Layer, resolution: int | None = None) -> MapShown:
    found = asked_demo(store)
    return map_shown(found, MapChosen(layer, resolution), open_version(store, "demo").publish)


def made(tmp_path: Path, rows: list[dict[str, object]], first: date = date(2022, 1, 1), count: int = 36):
    publish(tmp_path, "made", delivery(rows, covered(months(first, count))), "tests")
    return open_version(tmp_path, "made")


def at(number: int, month: date, longitude: float, latitude: float, **more: object) -> dict[str, object]:
    return incident(number, month, force=CITY, longitude=longitude, latitude=latitude, **more)


def city(tmp_path: Path, rows: list[dict[str, object]]) -> Where:
    coverage = [{**row, "force": CITY} for row in covered(months(date(2022, 1, 1), 36))]
    publish(tmp_path, "made", delivery(rows, coverage), "tests")
    records = RecordFilter(CITY, ("rape",), rolling_12(date(2024, 12, 1)))
    return where(open_version(tmp_path, "made"), tmp_path, WhereAsked(records), report_measures())


def night_streets() -> set[str]:
    return set(description("places")["setting"]["nightlife"]["streets"])


# what lies where


def test_every_record_of_the_strand_table_is_on_the_map_or_said_not_to_be(demo, shipped_store):
    table = overview(shipped_store, "demo", as_at=OCTOBER).table.set_index("measure")
    assert demo.read.found["records"] == table.loc[list(SEXUAL), "rolling12_current"].sum()
    placed = demo.placed(demo.finest)
    window = demo.read.window
    assert placed.within(window).sum() + placed.outside(window) == demo.read.found["placed"]
    missing = demo.read.found["records"] - demo.read.found["placed"]
    assert any(f"About {5 * round(missing / 5)} of 190 crimes have no place" in note for note in demo.notes)


def test_cells_of_every_size_hold_the_same_records(demo):
    sums = {size: demo.placed(size).within(demo.read.window).sum() for size in (*demo.resolutions, None)}
    assert len(set(sums.values())) == 1


def test_the_hottest_places_of_the_demo_are_streets_of_the_night_that_its_description_names(demo):
    placed = demo.placed(demo.finest)
    names = demo.names(placed.zones)
    groups = touching(placed.zones, hot_states(placed, demo.read.window, 5) > 0)
    assert groups
    for group in groups:
        assert set(called(names, group).split(" and ")) & (night_streets() | hotels_and_stations())


def hotels_and_stations() -> set[str]:
    settings = description("places")["setting"]
    return set(settings["hotels"]["streets"]) | set(settings["stations"]["streets"])


def test_a_hot_cell_holds_points_that_the_demo_s_description_puts_there(demo):
    placed = demo.placed(demo.finest)
    hot = np.flatnonzero(hot_states(placed, demo.read.window, 5) > 0)
    named = demo.names(placed.zones)
    around = {name for piece in hot for near in placed.zones.near[[piece]].indices for name in named[near]}
    assert night_streets() & around


def test_hours_carried_over_hold_the_weight_that_the_week_gives_them(shipped_store):
    snapshot = open_version(shipped_store, "demo")
    night = asked_demo(shipped_store, "night")
    week = read_week(snapshot, RecordFilter(CITY, SEXUAL, rolling_12(OCTOBER))).by_hour
    placed = night.placed(night.finest)
    on_map = placed.within(night.read.window).sum() + placed.outside(night.read.window)
    all_day = asked_demo(shipped_store).read.found
    assert 0 < on_map <= week[DEFAULT.mask].sum() + 1e-6
    assert on_map == pytest.approx(
        week[DEFAULT.mask].sum(), abs=float(all_day["records"] - all_day["placed"])
    )
    assert "Night-time economy, 18:00 to 05:59" in night.question
    assert any("have no known hour" in note for note in night.notes)


def test_night_and_the_rest_of_the_day_add_up_to_all_that_has_an_hour(shipped_store):
    parts = [asked_demo(shipped_store, key) for key in ("night", "day")]
    sums = [found.placed(found.finest) for found in parts]
    window = parts[0].read.window
    total = sum(each.within(window).sum() + each.outside(window) for each in sums)
    assert total == pytest.approx(parts[0].read.found["timed"], abs=1e-6)


def test_stretches_of_the_week_can_be_chosen_by_the_words_that_the_week_says(shipped_store):
    found = when(
        open_version(shipped_store, "demo"),
        RecordFilter(CITY, SEXUAL, rolling_12(OCTOBER)),
        report_measures(),
    )
    offered = hours_offered(DEFAULT, found.now.stretches)
    assert [each.words for each in offered if each.key.startswith("stretch-")] == [
        "Thursday 20:00 to Friday 01:59",
        "Friday 21:00 to Saturday 03:59",
        "Sunday 00:00 to 03:59",
    ]
    thursday = next(each for each in offered if each.key == "night-of-thu")
    assert thursday.words == "Thursday night, 18:00 to 05:59"
    assert thursday.cells == (*range(90, 96), *range(96, 102))


# small numbers


@pytest.mark.parametrize("layer", list(Layer))
def test_no_number_of_a_place_under_five_or_between_fives_leaves_the_server(layer, shipped_store):
    for resolution in (9, 10):
        shown = demo_map(shipped_store, layer, resolution)
        for column in ("records", "now", "before"):
            if column in shown.rows:
                numbers = shown.rows[column].dropna()
                assert (numbers >= 5).all()
                assert (numbers % 5 == 0).all()
        for feature in shown.features:
            assert set(feature["properties"]) == {"cell", "place", "said", "key", "mark", "middle"}


@pytest.mark.parametrize("layer", list(Layer))
def test_no_record_s_coordinates_are_in_anything_that_is_shown_or_exported(layer, shipped_store):
    shown = demo_map(shipped_store, layer)
    seen = numbers_in([shown.features, shown.outline, json.loads(shown.geojson)])
    read = asked_demo(shipped_store).read
    own = {round(float(value), 6) for value in (*read.longitudes, *read.latitudes)}
    assert len(own) > 300
    together = {(x, y) for x, y in zip(read.longitudes, read.latitudes, strict=True)}
    assert not together & pairs_in([shown.features, shown.outline, json.loads(shown.geojson)])
    assert len(seen) > 50


def numbers_in(value: object) -> set[float]:
    if isinstance(value, dict):
        return set().union(*map(numbers_in, value.values())) if value else set()
    if isinstance(value, list | tuple):
        return set().union(*map(numbers_in, value)) if value else set()
    return {float(value)} if isinstance(value, int | float) and not isinstance(value, bool) else set()


def pairs_in(value: object) -> set[tuple[float, float]]:
    if isinstance(value, dict):
        return set().union(*map(pairs_in, value.values())) if value else set()
    if isinstance(value, list | tuple):
        if len(value) == 2 and all(isinstance(each, float) for each in value):
            return {(value[0], value[1])}
        return set().union(*map(pairs_in, value)) if value else set()
    return set()


def test_a_heap_of_few_is_neither_hot_nor_dense_nor_counted(tmp_path):
    rng = np.random.default_rng(0)
    rows = [
        at(number, date(2024, 6, 1), rng.uniform(-0.108, -0.078), rng.uniform(51.5125, 51.5185))
        for number in range(60)
    ]
    heap = [at(100 + number, date(2024, 7, 1), *MIDDLE) for number in range(15)]
    found = city(tmp_path, [*rows, *heap])
    placed, window = found.placed(found.finest), found.read.window
    here = int(np.argmax(placed.within(Window(date(2024, 7, 1), date(2024, 7, 31)))))
    assert hot_states(placed, window, 5)[here] == 1
    assert density(found.read, placed, 100, 5).frame["key"].iloc[here] == "s5"
    most_around = int((placed.zones.near @ placed.within(window))[here])
    assert hot_states(placed, window, most_around + 1)[here] == 0
    assert density(found.read, placed, 100, most_around + 9).frame["key"].iloc[here] == "few"
    assert how_many(placed, window, 20).frame["key"].iloc[here] == "hidden"


def test_too_few_records_get_a_sentence_and_no_map(tmp_path):
    found = city(tmp_path, [at(number, date(2024, 6, 1), *MIDDLE) for number in range(19)])
    assert found.too_few
    assert [line.lead for line in where_headline(found)] == ["Too few places"]
    with pytest.raises(VulncoreError, match="Too few crimes with a place"):
        map_shown(found, MapChosen(), open_version(tmp_path, "made").publish)


def test_a_ranking_does_not_tell_hidden_places_apart(shipped_store):
    shown = demo_map(shipped_store, Layer.CELLS)
    numbers = shown.rows.set_index("cell")["records"]
    listed = numbers[shown.listing["cell"]]
    assert listed.notna().all()
    assert listed.is_monotonic_decreasing
    for _, tied in shown.listing.assign(records=listed.to_numpy()).groupby("records"):
        assert tied["Place"].tolist() == sorted(tied["Place"])


# what the layers say


def test_counts_are_the_records_in_the_cell_to_the_nearest_five(demo):
    placed = demo.placed(9)
    frame = how_many(placed, demo.read.window, 5).frame
    counts = placed.within(demo.read.window)
    shown = frame["records"].notna()
    assert (abs(frame["records"] - counts)[shown] <= 2.5).all()
    assert (counts[~shown.to_numpy()] < 5).all()
    assert frame.loc[shown, "mark"].tolist() == [f"{each:.0f}" for each in frame.loc[shown, "records"]]


def test_a_place_that_doubled_beyond_chance_is_marked_and_one_that_stayed_is_not(tmp_path):
    rows = []
    for number in range(60):
        rows.append(at(number, date(2024, 5, 1), *MIDDLE))
        rows.append(at(1_000 + number, date(2024, 5, 1), MIDDLE[0] + 30 * STEP, MIDDLE[1]))
        rows.append(at(2_000 + number, date(2023, 5, 1), MIDDLE[0] + 30 * STEP, MIDDLE[1]))
        if number < 15:
            rows.append(at(3_000 + number, date(2023, 5, 1), *MIDDLE))
    found = city(tmp_path, rows)
    placed = found.placed(found.finest)
    frame = change(placed, found.read.window, found.before, 5).frame
    order = np.argsort(-placed.within(found.read.window))[:2]
    first, second = sorted(order, key=lambda piece: placed.zones.centres_m[piece, 0])
    assert frame["verdict"].iloc[first] == "more"
    assert frame["low"].iloc[first] > 1
    assert frame["ratio"].iloc[first] == pytest.approx(4, rel=0.02)
    assert frame["verdict"].iloc[second] == "no clear change"
    assert frame["low"].iloc[second] < 1 < frame["high"].iloc[second]


def test_a_change_is_judged_from_the_rounded_numbers_alone(tmp_path):
    def verdicts(extra: int):
        rows = [at(number, date(2024, 5, 1), *MIDDLE) for number in range(38 + extra)]
        rows += [at(500 + number, date(2023, 5, 1), *MIDDLE) for number in range(21 - extra)]
        (tmp_path / str(extra)).mkdir()
        found = city(tmp_path / str(extra), rows)
        return change(found.placed(10), found.read.window, found.before, 5).frame

    pd.testing.assert_frame_equal(verdicts(0), verdicts(2))


def test_a_place_hot_in_the_newest_periods_alone_is_new(tmp_path):
    rows, number = [], 0
    rng = np.random.default_rng(3)
    for month in months(date(2022, 1, 1), 36):
        for _ in range(12):
            longitude, latitude = rng.uniform(-0.108, -0.078), rng.uniform(51.5125, 51.5185)
            rows.append(at(number, month, longitude, latitude))
            number += 1
        if month >= date(2024, 4, 1):
            for _ in range(8):
                rows.append(at(number, month, *MIDDLE))
                number += 1
    found = city(tmp_path, rows)
    placed = found.placed(found.finest)
    classes = over_time(placed, found.periods, 5).frame["class"]
    here = int(np.argmax(placed.within(found.read.window)))
    assert classes.iloc[here] == "new"
    assert any("New: " in line.text for line in where_headline(found))
    assert [len(period.months) for period in found.periods] == [3] * 12


def test_every_layer_of_the_demo_can_be_shown_and_says_so_in_words(shipped_store, demo):
    assert layers_offered(demo) == list(Layer)
    for layer in Layer:
        shown = demo_map(shipped_store, layer)
        assert shown.alt.startswith("Map. ")
        assert sum(shown.counts.values()) == len(shown.features) == len(shown.rows)
        assert set(shown.rows["layer"]) == {layer.value}


def test_a_density_reaches_no_less_than_a_hundred_metres_and_suits_the_area(demo):
    assert fitting_bandwidth_m(demo.zones(10)) == 200


def test_sizes_that_are_not_there_are_refused_with_those_that_are(shipped_store, demo):
    with pytest.raises(UnknownNameError, match=r"no cells of resolution 12 here\. There are: 10, 9"):
        map_shown(demo, MapChosen(Layer.CELLS, 12), open_version(shipped_store, "demo").publish)


def test_cells_are_the_finest_in_which_half_of_the_records_can_be_shown(demo, shipped_store):
    assert fitting_resolution(demo, Layer.CELLS) == 9
    many = asked_demo(shipped_store, measures=measures_with_places(open_version(shipped_store, "demo"), CITY))
    assert fitting_resolution(many, Layer.CELLS) == 10


# files


@pytest.mark.parametrize("layer", [Layer.CELLS, Layer.WARDS, Layer.CLASS])
def test_geojson_opens_and_tiles_the_area(layer, shipped_store, demo):
    shown = demo_map(shipped_store, layer)
    document = json.loads(shown.geojson)
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in document["features"]]
    assert all(shape.is_valid for shape in shapes)
    whole = demo.read.area.shape
    assert shapely.union_all(shapes).area == pytest.approx(whole.area, rel=0.01)
    properties = [feature["properties"] for feature in document["features"]]
    assert [each["place"] for each in properties] == shown.rows["place"].tolist()
    assert all(each["note"].startswith("Made data") for each in properties)
    assert not any(
        isinstance(value, float) and np.isnan(value) for each in properties for value in each.values()
    )


# names


def test_streets_are_named_and_houses_never(tmp_path):
    rows = [
        at(number, date(2024, 6, 1), *MIDDLE, place=f"Flat {number}, {number} Ironmonger Lane")
        for number in range(30)
    ]
    rows += [at(100 + number, date(2024, 6, 1), *MIDDLE, place="7 Secret Mews") for number in range(4)]
    found = city(tmp_path, rows)
    placed = found.placed(found.finest)
    names = found.names(placed.zones)
    here = int(np.argmax(placed.within(found.read.window)))
    assert names[here].most_common(1) == [("Ironmonger Lane", 30)]
    assert "Secret Mews" not in names[here]
    assert not any(char.isdigit() for name in names[here] for char in name)


@pytest.mark.parametrize(
    ("place", "street"),
    [
        ("221B Baker Street", "Baker Street"),
        ("Flat 3/1, Tower Block 9, Long Lane", "Long Lane"),
        ("A1210", "A1210"),
        ("12", ""),
        ("  on or near   Alderman'S Walk ", "Alderman's Walk"),
        ("QUEEN STREET", "Queen Street"),
        ("x" * 500, "X" + "x" * 59),
    ],
)
def test_a_street_is_what_is_left_of_an_address_without_numbers(place, street):
    assert street_of(place) == street


def test_a_cell_without_a_street_is_called_by_the_nearest(demo):
    zones = demo.zones(10)
    names = demo.names(zones)
    assert any(not each for each in names)
    called_so = every_name(zones, names)
    assert all(called_so)
    assert any(name.startswith("Near ") for name in called_so)


def test_without_any_street_a_cell_is_called_by_where_it_lies(demo):
    zones = demo.zones(9)
    nothing = street_names(demo.streets.iloc[:0], zones, 5)
    assert all(name.endswith("of the middle") for name in every_name(zones, nothing))


def test_streets_of_records_are_counted_to_the_nearest_five(demo, shipped_store):
    points = street_points(open_version(shipped_store, "demo"), CITY)
    assert points["records"].sum() > 1_000
    for counter in street_names(points, demo.zones(9), 5):
        assert all(many % 5 == 0 for many in counter.values())


# one place


def test_one_place_has_its_streets_its_months_its_hours_and_its_share(shipped_store):
    many = asked_demo(shipped_store, measures=measures_with_places(open_version(shipped_store, "demo"), CITY))
    placed = many.placed(9)
    counts = placed.within(many.read.window)
    top = int(np.argmax(counts))
    place = place_found(open_version(shipped_store, "demo"), many, 9, placed.zones.names[top])
    about = 5 * round(counts[top] / 5)
    assert place.said == f"About {about:,} records, {100 * about / counts.sum():.0f} % of all on the map."
    assert "Bishopsgate" in place.streets
    assert place.months["records"].dropna().mod(5).eq(0).all()
    assert place.months["records"].sum() == pytest.approx(
        placed.within(many.read.history)[top], abs=2.5 * len(place.months)
    )
    assert place.hours["records"].min() >= 5
    timed = place.hours["records"].sum()
    assert timed == pytest.approx(counts[top], rel=0.25)
    assert hours_table(place).shape == (7, 9)
    assert months_table(place)["Months"].is_unique


def test_a_place_with_few_shows_no_hours_of_its_own(demo, shipped_store):
    placed = demo.placed(10)
    few = int(np.flatnonzero(placed.within(demo.read.window) == 2)[0])
    place = place_found(open_version(shipped_store, "demo"), demo, 10, placed.zones.names[few])
    assert place.hours.empty
    assert place.said.startswith("Fewer than 5 crimes")
    assert "Fewer than 5 crimes lie here" in place.no_hours


# would it have been right, and repeats


def test_a_map_of_the_year_before_is_tried_on_each_of_the_last_twelve_months(demo):
    found = tried(demo)
    assert found.months == demo.tested
    assert (found.months[0], found.months[-1], len(found.months)) == (date(2023, 11, 1), OCTOBER, 12)
    placed = demo.placed(demo.finest)
    assert found.frame["happened"].iloc[0] == placed.by_month(demo.tested).sum()
    assert "Would the map have been right?" in found.headline.lead
    naive = found.frame[found.frame["method"] == NAIVE]
    assert naive["better_low"].isna().all()


def test_counts_of_the_naive_map_equal_a_plain_loop(demo):
    placed = demo.placed(demo.finest)
    areas = placed.zones.areas_m2
    held = 0.0
    for month in demo.tested:
        before = (pd.Timestamp(month) - pd.DateOffset(months=1)).date()
        known = placed.within(Window(before, month_end(before))) / areas
        happened = placed.within(Window(month, month_end(month)))
        left = 0.05 * areas.sum()
        for score in sorted(set(known), reverse=True):
            tied = known == score
            part = min(1.0, left / areas[tied].sum())
            held += part * happened[tied].sum()
            left -= part * areas[tied].sum()
            if left <= 1e-9:
                break
    row = tried(demo).frame.query("method == @NAIVE and share == 0.05").iloc[0]
    assert row["hits"] == pytest.approx(held)


def test_shares_held_are_said_in_steps_worth_five_records(demo):
    frame = tried(demo).frame
    step = int(np.ceil(100 * 5 / frame["happened"].iloc[0]))
    assert (frame["percent"] % step == 0).all()
    assert prediction_table(tried(demo)).shape == (12, 7)


def test_a_year_and_two_months_are_too_few_to_try_a_map_on(tmp_path):
    rows = [incident(n, date(2024, 6, 1), longitude=0.5 + n % 5 / 100, latitude=51.2) for n in range(60)]
    snapshot = made(tmp_path, rows, date(2023, 11, 1), 14)
    found = where(
        snapshot,
        tmp_path,
        WhereAsked(RecordFilter(FORCE, ("rape",), rolling_12(date(2024, 12, 1)))),
        report_measures(),
    )
    assert "15 months" in tried(found).not_tried
    assert len(found.periods) == 12


def test_repeats_that_were_planted_are_found_and_months_alone_get_a_sentence(tmp_path, shipped_store):
    rng = np.random.default_rng(1)
    rows = []
    for number in range(80):
        longitude, latitude = rng.uniform(-0.108, -0.078), rng.uniform(51.5125, 51.5185)
        day = pd.Timestamp("2024-01-01") + pd.Timedelta(days=int(rng.integers(330)))
        for again in range(2 if number < 30 else 1):
            moment = (day + pd.Timedelta(days=2 * again)).to_pydatetime()
            rows.append(
                at(
                    2 * number + again,
                    moment.date(),
                    longitude + again * STEP / 2,
                    latitude,
                    occurred_from=moment,
                )
            )
    found = city(tmp_path, rows)
    said = repeats(open_version(tmp_path, "made"), found)
    assert said.headline.lead == "Near repeats"
    assert "up to 100 m away within 7 days" in said.headline.text
    table = repeats_table(said)
    assert table.loc[table["Apart"] == "Up to 100 m", "Within 7 days"].item().endswith("beyond chance")
    assert table.loc[table["Apart"] == "Same place", "Within 7 days"].item() == "too few"

    months_alone = [{**row, "occurred_from": None, "row_id": f"m{n}"} for n, row in enumerate(rows)]
    (tmp_path / "months").mkdir()
    without = city(tmp_path / "months", months_alone)
    assert "no day" in repeats(open_version(tmp_path / "months", "made"), without).not_said


# other areas


def square(west: float, south: float, side: float = 0.05) -> dict[str, object]:
    ring = [
        [west, south],
        [west + side, south],
        [west + side, south + side],
        [west, south + side],
        [west, south],
    ]
    return {"type": "Polygon", "coordinates": [ring]}


def elsewhere(tmp_path: Path) -> Where:
    rng = np.random.default_rng(0)
    rows = [
        incident(
            n, date(2024, 6, 1), longitude=0.50 + rng.uniform(0, 0.1), latitude=51.20 + rng.uniform(0, 0.05)
        )
        for n in range(300)
    ]
    snapshot = open_version(tmp_path, "made") if (tmp_path / "made").exists() else made(tmp_path, rows)
    records = RecordFilter(FORCE, ("rape",), rolling_12(date(2024, 12, 1)))
    return where(snapshot, tmp_path, WhereAsked(records), report_measures())


def test_a_force_without_a_boundary_is_mapped_where_its_records_lie_and_told_so(tmp_path):
    found = elsewhere(tmp_path)
    assert not found.read.drawn
    assert any("No boundary is known of Ruritania Police" in note for note in found.notes)
    assert Layer.WARDS not in layers_offered(found)
    shown = map_shown(found, MapChosen(), open_version(tmp_path, "made").publish)
    assert shown.features


def test_a_force_that_brings_its_boundary_is_mapped_within_it(tmp_path):
    elsewhere(tmp_path)
    file = tmp_path / "area.geojson"
    file.write_text(json.dumps(square(0.50, 51.20)))
    keep_area(tmp_path, FORCE, file)
    found = elsewhere(tmp_path)
    assert found.read.drawn
    placed = found.placed(found.finest)
    inside = sum(
        count
        for longitude, count in Counter(float(each) for each in found.read.longitudes).items()
        if longitude <= 0.55 + EDGE_TOLERANCE_M / metres_per_degree(51.225)[0]
    )
    assert placed.within(found.read.window).sum() == inside
    assert any("lie outside the boundary" in note for note in found.notes)


def test_places_missing_everywhere_get_a_sentence(tmp_path):
    snapshot = made(tmp_path, [incident(n, date(2024, 6, 1)) for n in range(30)])
    with pytest.raises(NoPlacesError, match="has no place of these records"):
        where(
            snapshot,
            tmp_path,
            WhereAsked(RecordFilter(FORCE, ("rape",), rolling_12(date(2024, 12, 1)))),
            report_measures(),
        )


# real data


def test_the_city_s_real_points_are_said_to_be_snapped_and_counted_like_a_plain_count(street_zip, tmp_path):
    publish(tmp_path, "city", police_uk([street_zip]), "tests")
    snapshot = open_version(tmp_path, "city")
    key = "violence-and-sexual-offences"
    records = RecordFilter(CITY, (key,), rolling_12(date(2024, 12, 1)))
    found = where(snapshot, tmp_path, WhereAsked(records), report_measures())
    assert "Points are snapped" in [line.lead for line in where_headline(found)]
    assert any("snapped" in note for note in found.notes)
    rows = snapshot.incidents.filter(snapshot.incidents.measure == key).to_pandas()
    year = rows[pd.to_datetime(rows["recorded_on"]).dt.year == 2024]
    inside = year[year["longitude"].notna() & (year["outside_area"] == False)]  # noqa: E712
    placed = found.placed(found.finest)
    assert placed.within(found.read.window).sum() == len(inside)
    assert "no day" in repeats(snapshot, found).not_said


def test_houston_is_mapped_without_a_boundary_and_with_one(tmp_path):
    if not HOUSTON.exists():
        pytest.skip("the Houston incidents are not beside this checkout (../shared/data/incidents)")
    frame = pd.read_csv(HOUSTON)
    rapes = frame[frame["offense"] == "rape"].dropna(subset=["lon", "lat"]).reset_index(drop=True)
    days = pd.to_datetime(rapes["date"], format="%m/%d/%Y")
    rows = [
        incident(n, day.date(), longitude=lon, latitude=lat)
        for n, (day, lon, lat) in enumerate(zip(days, rapes["lon"], rapes["lat"], strict=True))
    ]
    snapshot = made(tmp_path, rows, date(2010, 1, 1), 8)
    asked = WhereAsked(RecordFilter(FORCE, ("rape",), Window(date(2010, 1, 1), date(2010, 8, 31))))
    bare = where(snapshot, tmp_path, asked, report_measures())
    assert not bare.read.drawn
    assert not bare.too_few
    for layer in layers_offered(bare):
        assert map_shown(bare, MapChosen(layer), snapshot.publish).features

    file = tmp_path / "houston.geojson"
    file.write_text(json.dumps(square(-95.60, 29.60, 0.40)))
    keep_area(tmp_path, FORCE, file)
    drawn = where(snapshot, tmp_path, replace(asked), report_measures())
    inside = rapes["lon"].between(-95.60, -95.20) & rapes["lat"].between(29.60, 30.00)
    placed = drawn.placed(drawn.finest)
    assert placed.within(drawn.read.window).sum() == pytest.approx(inside.sum(), abs=2)


def test_a_list_of_classes_begins_with_what_is_new_and_lasting(street_zip, tmp_path):
    publish(tmp_path, "city", police_uk([street_zip]), "tests")
    snapshot = open_version(tmp_path, "city")
    measures = measures_with_places(snapshot, CITY)
    records = RecordFilter(CITY, measures, rolling_12(date(2024, 12, 1)))
    found = where(snapshot, tmp_path, WhereAsked(records), report_measures())
    listed = map_shown(found, MapChosen(Layer.CLASS), snapshot.publish).listing["What"].drop_duplicates()
    order = ["New", "Persistent", "Intensifying", "Fading", "Sporadic", "Cold"]
    assert listed.tolist() == [each for each in order if each in set(listed)]
    assert len(listed) > 2
