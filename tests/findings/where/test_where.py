"""What vulncore.findings.where promises, but for what is secret: see test_protection.py."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
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
from vulncore.findings.shared.headline import Headline
from vulncore.findings.shared.layer import Layer
from vulncore.findings.shared.which_records import EVERY_HOUR, HoursChosen
from vulncore.findings.when.counts import read_week
from vulncore.findings.when.hours import hours_offered
from vulncore.findings.when.when import when
from vulncore.findings.where.area import StreetNames, name_together, street_of, zone_names, zones_of
from vulncore.findings.where.counts import RecordCounts, ZoneCounts, record_counts, street_points, zone_counts
from vulncore.findings.where.layers import MapChoice, fitting_bandwidth_m, verdict
from vulncore.findings.where.map import map_view
from vulncore.findings.where.place import place_view
from vulncore.findings.where.protection import (
    change_layer,
    class_layer,
    density_layer,
    fitting_resolution,
    hot_states,
    layer_view,
    number_layer,
    protected_numbers,
    street_names,
    where_summary,
    where_view,
)
from vulncore.findings.where.question import MapSelection, NoPlacesError, measures_with_places
from vulncore.findings.where.sentences import (
    repeats_headline,
    touching,
    trial_headline,
    where_briefing,
    where_headlines,
    where_notes,
)
from vulncore.findings.where.tables import hours_table, months_table, repeats_table, trial_table
from vulncore.findings.where.trial import map_trial, repeats_view, trial_hits
from vulncore.findings.where.view import NAIVE, MapView
from vulncore.metrics.hotspots.classes import HotspotClass
from vulncore.metrics.hotspots.zones import Zones
from vulncore.metrics.week.counted import RecordFilter
from vulncore.metrics.week.night_time import DEFAULT
from vulncore.sources.demo.description import description
from vulncore.sources.police_uk import deliver as police_uk
from vulncore.store import Snapshot, open_version, publish
from vulncore.store.areas import keep_area

CITY = "City of London Police"
SEXUAL = ("other-sexual-offences", "rape")
OCTOBER = date(2024, 10, 1)
HOUSTON = SHARED / "data" / "incidents" / "houston-2010-01-to-08.csv.gz"
MIDDLE = (-0.0900, 51.5150)  # in the City, far from its edge
STEP = 0.0005  # degrees: 35 m east, 56 m north


@pytest.fixture(scope="module")
def demo(shipped_store: Path) -> RecordCounts:
    return demo_counts(shipped_store)


@pytest.fixture(scope="module")
def exact(shipped_store: Path) -> RecordCounts:
    """The demo with nothing hidden: its records as they are."""
    return demo_counts(shipped_store, smallest=1)


@cache
def demo_counts(
    store: Path, hours: str = "every", measures: tuple[str, ...] = SEXUAL, smallest: int = 5
) -> RecordCounts:
    snapshot = open_version(store, "demo")
    records = RecordFilter(CITY, measures, rolling_12(OCTOBER))
    chosen = {offered.key: offered for offered in hours_offered(DEFAULT)}[hours]
    return record_counts(snapshot, store, MapSelection(records, chosen, smallest), report_measures())


@cache
def demo_map(store: Path, layer: Layer, resolution: int | None = None) -> MapView:
    return drawn(demo_counts(store), open_version(store, "demo"), MapChoice(layer, resolution))


def drawn(counts: RecordCounts, snapshot: Snapshot, choice: MapChoice | None = None) -> MapView:
    return map_view(where_view(counts), layer_view(counts, choice or MapChoice()), snapshot.publish)


def headlines(counts: RecordCounts) -> tuple[Headline, ...]:
    return where_headlines(where_summary(counts, map_trial(counts)))


def notes(counts: RecordCounts) -> tuple[str, ...]:
    return where_notes(where_view(counts))


def streets_of(counts: RecordCounts, zones: Zones) -> StreetNames:
    return street_names(counts.streets, zones, counts.smallest)


def made(tmp_path: Path, rows: list[dict[str, object]], first: date = date(2022, 1, 1), count: int = 36):
    publish(tmp_path, "made", delivery(rows, covered(months(first, count))), "tests")
    return open_version(tmp_path, "made")


def at(number: int, month: date, longitude: float, latitude: float, **more: object) -> dict[str, object]:
    return incident(number, month, force=CITY, longitude=longitude, latitude=latitude, **more)


def city(tmp_path: Path, rows: list[dict[str, object]], smallest: int = 1) -> RecordCounts:
    coverage = [{**row, "force": CITY} for row in covered(months(date(2022, 1, 1), 36))]
    publish(tmp_path, "made", delivery(rows, coverage), "tests")
    records = RecordFilter(CITY, ("rape",), rolling_12(date(2024, 12, 1)))
    selection = MapSelection(records, smallest=smallest)
    return record_counts(open_version(tmp_path, "made"), tmp_path, selection, report_measures())


def night_streets() -> set[str]:
    return set(description("places")["setting"]["nightlife"]["streets"])


# what lies where


def test_every_record_of_the_strand_table_is_on_the_map_or_said_not_to_be(demo, shipped_store):
    table = overview(shipped_store, "demo", as_at=OCTOBER).table.set_index("measure")
    assert demo.known["records"] == table.loc[list(SEXUAL), "rolling12_current"].sum()
    by_zone = zone_counts(demo, demo.ground.finest)
    window = demo.window
    assert by_zone.within(window).sum() + by_zone.outside(window) == demo.known["placed"]
    missing = demo.known["records"] - demo.known["placed"]
    assert any(f"About {5 * round(missing / 5)} of 190 crimes have no place" in note for note in notes(demo))


def test_cells_of_every_size_hold_the_same_records(demo):
    sums = {
        size: zone_counts(demo, size).within(demo.window).sum() for size in (*demo.ground.resolutions, None)
    }
    assert len(set(sums.values())) == 1


def test_the_hottest_places_of_the_demo_are_streets_of_the_night_that_its_description_names(exact):
    by_zone = zone_counts(exact, exact.ground.finest)
    names = streets_of(exact, by_zone.zones)
    groups = touching(by_zone.zones, hot_states(by_zone, exact.window, 5) > 0)
    assert groups
    for group in groups:
        assert set(name_together(names, group).split(" and ")) & (night_streets() | hotels_and_stations())


def hotels_and_stations() -> set[str]:
    settings = description("places")["setting"]
    return set(settings["hotels"]["streets"]) | set(settings["stations"]["streets"])


def test_a_hot_cell_holds_points_that_the_demo_s_description_puts_there(exact):
    by_zone = zone_counts(exact, exact.ground.finest)
    hot = np.flatnonzero(hot_states(by_zone, exact.window, 5) > 0)
    named = streets_of(exact, by_zone.zones)
    around = {name for zone in hot for near in by_zone.zones.near[[zone]].indices for name in named[near]}
    assert night_streets() & around


def test_hours_carried_over_hold_the_weight_that_the_week_gives_them(shipped_store):
    snapshot = open_version(shipped_store, "demo")
    night = demo_counts(shipped_store, "night", smallest=1)
    week = read_week(snapshot, RecordFilter(CITY, SEXUAL, rolling_12(OCTOBER)), smallest=1).by_hour
    by_zone = zone_counts(night, night.ground.finest)
    on_map = by_zone.within(night.window).sum() + by_zone.outside(night.window)
    all_day = demo_counts(shipped_store).known
    assert 0 < on_map <= week[DEFAULT.mask].sum() + 1e-6
    assert on_map == pytest.approx(
        week[DEFAULT.mask].sum(), abs=float(all_day["records"] - all_day["placed"])
    )
    assert "Night-time economy, 18:00 to 05:59" in night.question.text
    assert any("have no recorded hour" in note for note in notes(night))


def test_a_map_of_hours_says_which_times_are_in_none_and_a_map_of_all_hours_does_not(tmp_path):
    rows = []
    for number in range(400):
        minute = 1 if number % 5 == 0 else number * 7 % 1_440
        at = datetime(2024, 1, 1) + timedelta(days=number % 360, minutes=minute)
        place = {"longitude": -0.1 + number % 40 / 4_000, "latitude": 51.5 + number % 30 / 3_000}
        rows.append(incident(number, at.date(), occurred_from=at, occurred_to=at, **place))
    publish(tmp_path, "made", delivery(rows, covered(months(date(2022, 1, 1), 36))), "tests")
    snapshot = open_version(tmp_path, "made")
    records = RecordFilter(FORCE, ("rape",), Window(date(2024, 1, 1), date(2024, 12, 31)))
    early = HoursChosen("early", "early", tuple(hour for hour in range(168) if hour % 24 < 6))
    for hours, expected in ((early, 1), (EVERY_HOUR, 0)):
        counts = record_counts(snapshot, tmp_path, MapSelection(records, hours), report_measures())
        said = "Left out of these hours are, too, those that read 00:01, which a form seems to fill in."
        assert notes(counts).count(said) == expected
    at_one = zone_counts(
        record_counts(snapshot, tmp_path, MapSelection(records, early, 1), report_measures()), None
    )
    assert at_one.within(records.window).sum() + at_one.outside(records.window) < 90  # 80 more with them


def test_night_and_the_rest_of_the_day_add_up_to_all_that_has_an_hour(shipped_store):
    parts = [demo_counts(shipped_store, key) for key in ("night", "day")]
    sums = [zone_counts(counts, counts.ground.finest) for counts in parts]
    window = parts[0].window
    total = sum(by_zone.within(window).sum() + by_zone.outside(window) for by_zone in sums)
    assert total == pytest.approx(parts[0].known["timed"], abs=1e-6)


def test_stretches_of_the_week_can_be_chosen_by_the_words_that_the_week_says(shipped_store):
    counts = when(
        open_version(shipped_store, "demo"),
        RecordFilter(CITY, SEXUAL, rolling_12(OCTOBER)),
        report_measures(),
        smallest=1,
    )
    offered = hours_offered(DEFAULT, counts.now.stretches)
    assert [hours.words for hours in offered if hours.key.startswith("stretch-")] == [
        "Thursday 20:00 to Friday 01:59",
        "Friday 21:00 to Saturday 03:59",
        "Sunday 00:00 to 03:59",
    ]
    thursday = next(hours for hours in offered if hours.key == "night-of-thu")
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
            assert set(feature["properties"]) == {"cell", "place", "words", "key", "mark", "middle"}


@pytest.mark.parametrize("layer", list(Layer))
def test_no_record_s_coordinates_are_in_anything_that_is_shown_or_exported(layer, shipped_store):
    shown = demo_map(shipped_store, layer)
    seen = numbers_in([shown.features, shown.outline, json.loads(shown.geojson)])
    counts = demo_counts(shipped_store)
    degrees = {
        round(float(degree), 6)
        for degree in (*counts.placed.numbers("longitude"), *counts.placed.numbers("latitude"))
    }
    assert len(degrees) > 300
    points = set(
        zip(
            counts.placed.numbers("longitude").tolist(),
            counts.placed.numbers("latitude").tolist(),
            strict=True,
        )
    )
    assert not points & pairs_in([shown.features, shown.outline, json.loads(shown.geojson)])
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
        if len(value) == 2 and all(isinstance(degree, float) for degree in value):
            return {(value[0], value[1])}
        return set().union(*map(pairs_in, value)) if value else set()
    return set()


def test_shares_of_records_that_add_up_to_five_are_five_in_whichever_order_they_come(demo):
    shares, zones = np.array([0.1, 0.2, 0.7, 1.3, 0.4, 0.9, 0.6, 0.8]), zones_of(demo.ground, 9)
    sums = set()
    for seed in range(50):
        order = np.random.default_rng(seed).permutation(shares)
        sums.add(float(order.cumsum()[-1]))
        counts = np.zeros((1, len(zones.names) + 1))
        counts[0, 1] = order.cumsum()[-1]
        by_zone = ZoneCounts(zones, Window(OCTOBER, month_end(OCTOBER)), counts, None)
        assert protected_numbers(by_zone.within(demo.window), 5)[0][0] == 5
        assert by_zone.within(demo.window)[0] == by_zone.by_month([OCTOBER])[0, 0] == 5
    assert len(sums) > 1


def test_a_heap_of_few_is_neither_hot_nor_dense_nor_counted(tmp_path):
    rng = np.random.default_rng(0)
    rows = [
        at(number, date(2024, 6, 1), rng.uniform(-0.108, -0.078), rng.uniform(51.5125, 51.5185))
        for number in range(60)
    ]
    heap = [at(100 + number, date(2024, 7, 1), *MIDDLE) for number in range(15)]
    counts = city(tmp_path, [*rows, *heap])
    by_zone, window = zone_counts(counts, counts.ground.finest), counts.window
    here = int(np.argmax(by_zone.within(Window(date(2024, 7, 1), date(2024, 7, 31)))))
    assert hot_states(by_zone, window, 5)[here] == 1
    assert density_layer(counts, by_zone, 100, 5).frame["key"].iloc[here] == "s5"
    most_around = int((by_zone.zones.near @ by_zone.within(window))[here])
    assert hot_states(by_zone, window, most_around + 1)[here] == 0
    assert density_layer(counts, by_zone, 100, most_around + 9).frame["key"].iloc[here] == "few"
    assert number_layer(by_zone, window, 20).frame["key"].iloc[here] == "hidden"


def test_too_few_records_get_a_sentence_and_no_map(tmp_path):
    counts = city(tmp_path, [at(number, date(2024, 6, 1), *MIDDLE) for number in range(19)])
    assert where_view(counts).too_few
    assert [line.lead for line in headlines(counts)] == ["Too few places"]
    with pytest.raises(VulncoreError, match="Too few crimes with a place"):
        drawn(counts, open_version(tmp_path, "made"))


def test_a_ranking_does_not_tell_hidden_places_apart(shipped_store):
    shown = demo_map(shipped_store, Layer.CELLS)
    numbers = shown.rows.set_index("cell")["records"]
    listed = numbers[shown.listing["cell"]]
    assert listed.notna().all()
    assert listed.is_monotonic_decreasing
    for _, tied in shown.listing.assign(records=listed.to_numpy()).groupby("records"):
        assert tied["Place"].tolist() == sorted(tied["Place"])


# what the layers say


def test_counts_are_the_records_in_the_cell_to_the_nearest_five(exact):
    by_zone = zone_counts(exact, 9)
    frame = number_layer(by_zone, exact.window, 5).frame
    counts = by_zone.within(exact.window)
    shown = frame["records"].notna()
    assert (abs(frame["records"] - counts)[shown] <= 2.5).all()
    assert (counts[~shown.to_numpy()] < 5).all()
    assert frame.loc[shown, "mark"].tolist() == [f"{records:.0f}" for records in frame.loc[shown, "records"]]


def test_a_place_that_doubled_beyond_chance_is_marked_and_one_that_stayed_is_not(tmp_path):
    rows = []
    for number in range(60):
        rows.append(at(number, date(2024, 5, 1), *MIDDLE))
        rows.append(at(1_000 + number, date(2024, 5, 1), MIDDLE[0] + 30 * STEP, MIDDLE[1]))
        rows.append(at(2_000 + number, date(2023, 5, 1), MIDDLE[0] + 30 * STEP, MIDDLE[1]))
        if number < 15:
            rows.append(at(3_000 + number, date(2023, 5, 1), *MIDDLE))
    counts = city(tmp_path, rows)
    by_zone = zone_counts(counts, counts.ground.finest)
    frame = change_layer(by_zone, counts.window, counts.question.before, 5).frame
    order = np.argsort(-by_zone.within(counts.window))[:2]
    first, second = sorted(order, key=lambda zone: by_zone.zones.centres_m[zone, 0])
    assert frame["verdict"].iloc[first] == "more"
    assert frame["low"].iloc[first] > 1
    assert frame["ratio"].iloc[first] == pytest.approx(4, rel=0.02)
    assert frame["verdict"].iloc[second] == "no clear change"
    assert frame["low"].iloc[second] < 1 < frame["high"].iloc[second]


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
    counts = city(tmp_path, rows)
    by_zone = zone_counts(counts, counts.ground.finest)
    classes = class_layer(by_zone, counts.question.periods, 5).frame["class"]
    here = int(np.argmax(by_zone.within(counts.window)))
    assert classes.iloc[here] == "new"
    assert any("New: " in line.text for line in headlines(counts))
    assert [len(period.months) for period in counts.question.periods] == [3] * 12


def test_every_layer_of_the_demo_can_be_shown_and_says_so_in_words(shipped_store, demo):
    assert list(where_view(demo).layers) == list(Layer)
    for layer in Layer:
        shown = demo_map(shipped_store, layer)
        assert shown.alt.startswith("Map. ")
        assert sum(shown.counts.values()) == len(shown.features) == len(shown.rows)
        assert set(shown.rows["layer"]) == {layer.value}


def test_a_density_reaches_no_less_than_a_hundred_metres_and_suits_the_area(demo):
    assert fitting_bandwidth_m(zones_of(demo.ground, 10)) == 200


def test_sizes_that_are_not_there_are_refused_with_those_that_are(shipped_store, demo):
    with pytest.raises(UnknownNameError, match=r"no cells of resolution 12 here\. There are: 10, 9"):
        drawn(demo, open_version(shipped_store, "demo"), MapChoice(Layer.CELLS, 12))


def test_cells_are_the_finest_in_which_half_of_the_records_can_be_shown(demo, shipped_store):
    assert fitting_resolution(demo, Layer.CELLS) == 9
    many = demo_counts(
        shipped_store, measures=measures_with_places(open_version(shipped_store, "demo"), CITY)
    )
    assert fitting_resolution(many, Layer.CELLS) == 10


# files


@pytest.mark.parametrize("layer", [Layer.CELLS, Layer.WARDS, Layer.CLASS])
def test_geojson_opens_and_tiles_the_area(layer, shipped_store, demo):
    shown = demo_map(shipped_store, layer)
    document = json.loads(shown.geojson)
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in document["features"]]
    assert all(shape.is_valid for shape in shapes)
    whole = demo.ground.area.shape
    assert shapely.union_all(shapes).area == pytest.approx(whole.area, rel=0.01)
    properties = [feature["properties"] for feature in document["features"]]
    assert [row["place"] for row in properties] == shown.rows["place"].tolist()
    assert all(row["note"].startswith("Made data") for row in properties)
    assert not any(
        isinstance(value, float) and np.isnan(value) for row in properties for value in row.values()
    )


# names


def test_streets_are_named_and_houses_never(tmp_path):
    rows = [
        at(number, date(2024, 6, 1), *MIDDLE, place=f"Flat {number}, {number} Ironmonger Lane")
        for number in range(30)
    ]
    rows += [at(100 + number, date(2024, 6, 1), *MIDDLE, place="7 Secret Mews") for number in range(4)]
    counts = city(tmp_path, rows)
    by_zone = zone_counts(counts, counts.ground.finest)
    names = street_names(counts.streets, by_zone.zones, 5)
    here = int(np.argmax(by_zone.within(counts.window)))
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


def test_a_cell_without_a_street_is_called_by_the_nearest(exact):
    zones = zones_of(exact.ground, 10)
    names = street_names(exact.streets, zones, 5)
    assert any(not streets for streets in names)
    called_so = zone_names(zones, names)
    assert all(called_so)
    assert any(name.startswith("Near ") for name in called_so)


def test_without_any_street_a_cell_is_called_by_where_it_lies(demo):
    zones = zones_of(demo.ground, 9)
    nothing = street_names(demo.streets.iloc[:0], zones, 5)
    assert all(name.endswith(" (City of London)") for name in zone_names(zones, nothing))


def test_streets_of_records_are_counted_to_the_nearest_five(demo, shipped_store):
    points = street_points(open_version(shipped_store, "demo"), CITY)
    assert points["records"].sum() > 1_000
    for counter in street_names(points, zones_of(demo.ground, 9), 5):
        assert all(many % 5 == 0 for many in counter.values())


# one place


def test_one_place_has_its_streets_its_months_its_hours_and_its_share(shipped_store):
    snapshot = open_version(shipped_store, "demo")
    many = demo_counts(shipped_store, measures=measures_with_places(snapshot, CITY), smallest=1)
    by_zone = zone_counts(many, 9)
    there = by_zone.within(many.window)
    top = int(np.argmax(there))
    place = place_view(many, 9, by_zone.zones.names[top])
    share = 100 * there[top] / there.sum()
    assert place.summary == f"{there[top]:,.0f} records, {share:.0f} % of all on the map."
    assert "Bishopsgate" in place.streets
    assert place.months["records"].sum() == by_zone.within(many.question.history)[top]
    assert len(place.hours) == 7 * 8
    parts = len(place.hours)
    night = demo_counts(shipped_store, "night", many.question.selection.records.measures, smallest=1)
    day = demo_counts(shipped_store, "day", many.question.selection.records.measures, smallest=1)
    timed = sum(zone_counts(counts, 9).within(many.window)[top] for counts in (night, day))
    assert place.hours["records"].sum() == pytest.approx(timed, abs=0.5 * parts)
    assert hours_table(place).shape == (7, 9)
    assert months_table(place)["Months"].is_unique


def test_a_place_with_few_shows_no_hours_of_its_own(demo, shipped_store):
    by_zone = zone_counts(demo, 10)
    few = int(np.flatnonzero(by_zone.within(demo.window) == 2)[0])
    place = place_view(demo, 10, by_zone.zones.names[few])
    assert place.hours.empty
    assert place.summary.startswith("Fewer than 5 crimes")
    assert "Fewer than 5 crimes lie here" in place.no_hours


# would it have been right, and repeats


def test_a_map_of_the_year_before_is_tested_on_each_of_the_last_twelve_months(exact):
    trial = map_trial(exact)
    assert trial.months == exact.question.tested
    assert (trial.months[0], trial.months[-1], len(trial.months)) == (date(2023, 11, 1), OCTOBER, 12)
    by_zone = zone_counts(exact, exact.ground.finest)
    hits = trial_hits(exact, by_zone)
    assert hits["happened"].iloc[0] == by_zone.by_month(exact.question.tested).sum()
    assert trial_headline(trial).lead == "Test on past months"
    assert hits.loc[hits["method"] == NAIVE, "better_low"].isna().all()
    assert (trial.frame.loc[trial.frame["map"] == NAIVE, "against_naive"] == "–").all()


def test_counts_of_the_naive_map_equal_a_plain_loop(exact):
    by_zone = zone_counts(exact, exact.ground.finest)
    areas = by_zone.zones.areas_m2
    held = 0.0
    for month in exact.question.tested:
        before = (pd.Timestamp(month) - pd.DateOffset(months=1)).date()
        known = by_zone.within(Window(before, month_end(before))) / areas
        happened = by_zone.within(Window(month, month_end(month)))
        left = 0.05 * areas.sum()
        for score in sorted(set(known), reverse=True):
            tied = known == score
            part = min(1.0, left / areas[tied].sum())
            held += part * happened[tied].sum()
            left -= part * areas[tied].sum()
            if left <= 1e-9:
                break
    row = trial_hits(exact, by_zone).query("method == @NAIVE and share == 0.05").iloc[0]
    assert row["hits"] == pytest.approx(held)


def test_shares_held_are_said_in_steps_worth_five_records(demo):
    trial = map_trial(demo)
    happened = zone_counts(demo, demo.ground.finest).by_month(demo.question.tested).sum()
    step = int(np.ceil(100 * 5 / happened))
    assert (trial.frame["percent"] % step == 0).all()
    assert trial_table(trial).shape == (12, 6)


def test_how_near_a_map_came_to_the_best_is_said_of_records_as_they_are_alone(demo, exact):
    assert "PEI*" in trial_table(map_trial(exact))
    assert "PEI*" not in trial_table(map_trial(demo))


def test_a_year_and_two_months_are_too_few_to_test_a_map_on(tmp_path):
    rows = [incident(n, date(2024, 6, 1), longitude=0.5 + n % 5 / 100, latitude=51.2) for n in range(60)]
    snapshot = made(tmp_path, rows, date(2023, 11, 1), 14)
    counts = record_counts(
        snapshot,
        tmp_path,
        MapSelection(RecordFilter(FORCE, ("rape",), rolling_12(date(2024, 12, 1)))),
        report_measures(),
    )
    assert "15 months" in map_trial(counts).not_tested
    assert len(counts.question.periods) == 12


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
    counts = city(tmp_path, rows)
    repeats = repeats_view(counts)
    headline = repeats_headline(repeats)
    assert headline.lead == "Near repeats"
    assert "up to 100 m away within 7 days" in headline.text
    table = repeats_table(repeats)
    assert table.loc[table["Apart"] == "Up to 100 m", "Within 7 days"].item().endswith("more than chance")
    assert table.loc[table["Apart"] == "Same place", "Within 7 days"].item() == "too few"

    months_alone = [{**row, "occurred_from": None, "row_id": f"m{n}"} for n, row in enumerate(rows)]
    (tmp_path / "months").mkdir()
    without = city(tmp_path / "months", months_alone)
    assert "no day" in repeats_view(without).no_repeats


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


def elsewhere(tmp_path: Path) -> RecordCounts:
    rng = np.random.default_rng(0)
    rows = [
        incident(
            n, date(2024, 6, 1), longitude=0.50 + rng.uniform(0, 0.1), latitude=51.20 + rng.uniform(0, 0.05)
        )
        for n in range(300)
    ]
    snapshot = open_version(tmp_path, "made") if (tmp_path / "made").exists() else made(tmp_path, rows)
    records = RecordFilter(FORCE, ("rape",), rolling_12(date(2024, 12, 1)))
    return record_counts(snapshot, tmp_path, MapSelection(records), report_measures())


def test_a_force_without_a_boundary_is_mapped_where_its_records_lie_and_told_so(tmp_path):
    counts = elsewhere(tmp_path)
    assert not counts.ground.drawn
    assert any("Ruritania Police has no boundary here" in note for note in notes(counts))
    assert Layer.WARDS not in where_view(counts).layers
    shown = drawn(counts, open_version(tmp_path, "made"))
    assert shown.features


def test_a_force_that_brings_its_boundary_is_mapped_within_it(tmp_path):
    elsewhere(tmp_path)
    file = tmp_path / "area.geojson"
    file.write_text(json.dumps(square(0.50, 51.20)))
    keep_area(tmp_path, FORCE, file)
    counts = elsewhere(tmp_path)
    assert counts.ground.drawn
    by_zone = zone_counts(counts, counts.ground.finest)
    inside = sum(
        count
        for longitude, count in Counter(float(each) for each in counts.placed.numbers("longitude")).items()
        if longitude <= 0.55 + EDGE_TOLERANCE_M / metres_per_degree(51.225)[0]
    )
    assert by_zone.within(counts.window).sum() == inside
    assert any("lie outside the boundary" in note for note in notes(counts))


def test_places_missing_everywhere_get_a_sentence(tmp_path):
    snapshot = made(tmp_path, [incident(n, date(2024, 6, 1)) for n in range(30)])
    with pytest.raises(NoPlacesError, match="has no places for these records"):
        record_counts(
            snapshot,
            tmp_path,
            MapSelection(RecordFilter(FORCE, ("rape",), rolling_12(date(2024, 12, 1)))),
            report_measures(),
        )


# real data


def test_the_city_s_real_points_are_said_to_be_snapped_and_counted_like_a_plain_count(street_zip, tmp_path):
    publish(tmp_path, "city", police_uk([street_zip]), "tests")
    snapshot = open_version(tmp_path, "city")
    key = "violence-and-sexual-offences"
    records = RecordFilter(CITY, (key,), rolling_12(date(2024, 12, 1)))
    counts = record_counts(snapshot, tmp_path, MapSelection(records), report_measures())
    assert "Points are snapped" in [line.lead for line in headlines(counts)]
    assert any("snapped" in note for note in notes(counts))
    rows = snapshot.incidents.filter(snapshot.incidents.measure == key).to_pandas()
    year = rows[pd.to_datetime(rows["recorded_on"]).dt.year == 2024]
    inside = year[year["longitude"].notna() & (year["outside_area"] == False)]  # noqa: E712
    by_zone = zone_counts(counts, counts.ground.finest)
    assert by_zone.within(counts.window).sum() == pytest.approx(
        len(inside), rel=0.03
    )  # some swap with those outside
    assert "no day" in repeats_view(counts).no_repeats


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
    selection = MapSelection(RecordFilter(FORCE, ("rape",), Window(date(2010, 1, 1), date(2010, 8, 31))))
    bare = record_counts(snapshot, tmp_path, selection, report_measures())
    assert not bare.ground.drawn
    assert not where_view(bare).too_few
    for layer in where_view(bare).layers:
        assert drawn(bare, snapshot, MapChoice(layer)).features

    file = tmp_path / "houston.geojson"
    file.write_text(json.dumps(square(-95.60, 29.60, 0.40)))
    keep_area(tmp_path, FORCE, file)
    within = record_counts(snapshot, tmp_path, replace(selection), report_measures())
    inside = rapes["lon"].between(-95.60, -95.20) & rapes["lat"].between(29.60, 30.00)
    by_zone = zone_counts(within, within.ground.finest)
    assert by_zone.within(within.window).sum() == pytest.approx(inside.sum(), abs=10)


def test_a_list_of_classes_begins_with_what_is_new_and_lasting(street_zip, tmp_path):
    publish(tmp_path, "city", police_uk([street_zip]), "tests")
    snapshot = open_version(tmp_path, "city")
    measures = measures_with_places(snapshot, CITY)
    records = RecordFilter(CITY, measures, rolling_12(date(2024, 12, 1)))
    counts = record_counts(snapshot, tmp_path, MapSelection(records), report_measures())
    listed = drawn(counts, snapshot, MapChoice(Layer.CLASS)).listing["What"].drop_duplicates()
    order = ["New", "Persistent", "Intensifying", "Fading", "Sporadic", "Cold"]
    assert listed.tolist() == [name for name in order if name in set(listed)]
    assert len(listed) > 2


@pytest.mark.parametrize(
    ("hot", "hotspot_class", "change", "action"),
    [
        (True, HotspotClass.NEW, "", "Send people"),
        (True, HotspotClass.INTENSIFYING, "", "Send people"),
        (True, HotspotClass.PERSISTENT, "fewer", "Send people"),
        (True, None, "", "Send people"),
        (True, HotspotClass.SPORADIC, "", "Send people while it is hot"),
        (True, HotspotClass.FADING, "more", "Look again next month"),
        (False, HotspotClass.NEW, "more", "Look again next month"),
        (False, HotspotClass.FADING, "", "Nothing to do"),
        (False, None, "no clear change", "Nothing to do"),
        (False, HotspotClass.COLD, "fewer", "Nothing to do"),
    ],
)
def test_a_place_has_one_verdict_whatever_its_layers_say(hot, hotspot_class, change, action):
    assert verdict(hot, hotspot_class, change).action == action


def test_every_verdict_is_ranked_and_what_is_hot_comes_first():
    every = [
        verdict(hot, hotspot_class, change)
        for hot in (True, False)
        for hotspot_class in (None, *HotspotClass)
        for change in ("more", "fewer", "")
    ]
    ranks = {each.rank: each for each in every}
    assert len(ranks) == len({each.evidence for each in every})
    assert [ranks[rank].action for rank in sorted(ranks)][:4] == ["Send people"] * 4
    assert max(verdict(True, each).rank for each in (None, *HotspotClass)) < verdict(False).rank


def test_the_page_opens_with_the_place_that_most_asks_for_people(demo):
    summary = where_summary(demo)
    briefing = where_briefing(summary)
    hot = touching(summary.hot.zones, (summary.hot.layer.frame["state"] == "hot").to_numpy())
    assert len(hot) == 2
    assert "hotspot" in briefing.finding
    assert briefing.action.startswith("Send people")
    assert briefing.also.startswith("Also hot: ")


def test_a_picked_place_says_its_verdict_and_a_quiet_one_asks_for_nothing(demo):
    layer = layer_view(demo, MapChoice(Layer.STANDS_OUT))
    state = layer.layer.frame["state"].tolist()
    for wanted, action in (("hot", "Send people"), ("neither", "Nothing to do")):
        cell = layer.zones.names[state.index(wanted)]
        assert place_view(demo, layer.resolution, cell).verdict.action.startswith(action)
