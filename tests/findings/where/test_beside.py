"""What two maps beside each other promise."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy.stats import binomtest

from tests.findings.when.weeks import CITY, DEMO_FILTER, SEXUAL
from tests.making import FORCE, covered, delivery, incident
from vulncore.domain.geography import boundary
from vulncore.domain.periods import Window, rolling_12
from vulncore.domain.vocabulary import report_measures
from vulncore.findings.shared.layer import Layer
from vulncore.findings.shared.sides import SAME_RECORDS
from vulncore.findings.where.beside import OTHER_CELLS, maps_beside, zone_differences
from vulncore.findings.where.counts import RecordCounts, record_counts, zone_counts
from vulncore.findings.where.layers import MapChoice
from vulncore.findings.where.place import DIFFER, UNSURE, two_places
from vulncore.findings.where.protection import change_layer
from vulncore.findings.where.question import MapSelection
from vulncore.metrics.week.counted import RecordFilter
from vulncore.store import Snapshot, open_version, publish

YEAR_BEFORE = replace(DEMO_FILTER, window=rolling_12(date(2023, 10, 1)))
HATE = replace(DEMO_FILTER, measures=("hate-crime",))


def counts_of(snapshot: Snapshot, store, records: RecordFilter) -> RecordCounts:
    return record_counts(snapshot, store, MapSelection(records), report_measures())


@pytest.fixture(scope="module")
def demo(shipped_store):
    snapshot = open_version(shipped_store, "demo")
    return lambda records: (snapshot, counts_of(snapshot, shipped_store, records))


@pytest.fixture(scope="module")
def two_kinds(tmp_path_factory):
    """Publish rapes of which most are in the east of the City, hate crimes of which most are in its west."""
    store = tmp_path_factory.mktemp("places")
    west, _, east, _ = boundary(CITY).bounds
    middle = boundary(CITY).representative_point()
    rng = np.random.default_rng(5)
    rows = []
    for measure, share in (("rape", 0.8), ("hate-crime", 0.2)):
        for number in range(600):
            at = west + (east - west) * (share if number % 3 else float(rng.random()))
            rows.append(
                {
                    **incident(f"{measure}{number}", date(2024, 5, 1), measure),
                    "force": CITY,
                    "longitude": at,
                    "latitude": middle.y,
                }
            )
    coverage = [
        {**row, "force": CITY}
        for measure in ("rape", "hate-crime")
        for row in covered([date(2024, 5, 1)], measure)
    ]
    publish(store, "made", delivery(rows, coverage), "tests")
    snapshot = open_version(store, "made")
    month = Window(date(2024, 5, 1), date(2024, 5, 31))
    return {
        key: (snapshot, counts_of(snapshot, store, RecordFilter(CITY, (key,), month)))
        for key in ("rape", "hate-crime")
    }


def test_two_kinds_of_records_are_compared_by_their_share_of_the_map(two_kinds):
    both = maps_beside(two_kinds["rape"], two_kinds["hate-crime"], report_measures(), MapChoice())
    assert both.names == ("Rape", "Hate crime")
    verdicts = set(both.table["Verdict"])
    assert {"more", "fewer"} <= verdicts
    assert both.briefing.action.startswith("More than chance.")
    place = both.briefing.finding.partition(":")[0]
    first = both.table.set_index("Place").loc[place]
    assert first["Verdict"] in ("more", "fewer")
    assert both.briefing.finding == (
        f"{place}: hate crime {first['On screen: Hate crime']}, rape {first['Pinned: Rape']}."
    )
    clear = both.table["Verdict"].isin(["more", "fewer"]).tolist()
    assert clear == sorted(clear, reverse=True)  # what differs comes first, and the rest by name
    assert "share of its map" in both.headline[0].text


def test_the_demos_years_are_compared_by_day_and_nothing_differs(demo):
    both = maps_beside(demo(YEAR_BEFORE), demo(DEMO_FILTER), report_measures(), MapChoice())
    assert both.names == ("Nov 2022 to Oct 2023", "Nov 2023 to Oct 2024")
    assert both.briefing.finding == "No place differs by more than chance."
    assert "records a day" in both.headline[0].text


def test_a_year_beside_the_one_before_says_what_the_layer_of_changes_says(demo):
    _, counts = demo(DEMO_FILTER)
    resolution = counts.ground.resolutions[-1]
    layer = change_layer(zone_counts(counts, resolution), counts.window, YEAR_BEFORE.window, counts.smallest)
    difference = zone_differences(demo(YEAR_BEFORE)[1], counts, resolution, alike=True)
    assert difference["verdict"].tolist() == layer.frame["verdict"].tolist()
    assert len(difference) > 5


@pytest.mark.parametrize("layer", [Layer.CELLS, Layer.WARDS, Layer.DENSITY, Layer.STANDS_OUT])
def test_both_maps_have_the_same_zones_and_the_same_colours(demo, layer):
    both = maps_beside(demo(DEMO_FILTER), demo(HATE), report_measures(), MapChoice(layer))
    assert both.pinned.legend == both.shown.legend
    assert both.pinned.resolution == both.shown.resolution
    assert list(both.pinned.rows["cell"]) == list(both.shown.rows["cell"])
    if layer is Layer.CELLS:
        numbers = {kind.key: set() for kind in both.shown.legend}
        for one in (both.pinned, both.shown):
            for feature, records in zip(one.features, one.rows["records"], strict=True):
                numbers[feature["properties"]["key"]].add(records)
        shown = [kind for kind in both.shown.legend if kind.key != "hidden" and numbers[kind.key]]
        for kind in shown:
            ends = [int(part.replace(",", "")) for part in kind.words.split(" to ")]
            assert all(ends[0] <= number <= ends[-1] for number in numbers[kind.key])


def test_the_densest_of_one_map_is_not_the_densest_of_both(demo):
    alone = maps_beside(
        demo(replace(HATE, measures=("stalking-and-harassment",))),
        demo(HATE),
        report_measures(),
        MapChoice(Layer.DENSITY),
    )
    tops = [one.rows["fifth"].max() for one in (alone.pinned, alone.shown)]
    assert max(tops) == 5
    assert min(tops) < 5


@pytest.mark.parametrize(
    "other",
    [
        replace(DEMO_FILTER, measures=(*SEXUAL, "hate-crime")),
        replace(DEMO_FILTER, measures=("rape", *SEXUAL[1:])),
    ],
)
def test_maps_of_the_same_records_are_not_judged(demo, other):
    both = maps_beside(demo(other), demo(DEMO_FILTER), report_measures(), MapChoice())
    assert both.briefing.action == SAME_RECORDS
    assert both.table.empty
    assert both.pinned is not None


def test_too_few_records_are_said_and_the_other_map_still_drawn(demo):
    few = replace(DEMO_FILTER, measures=("suicides",))
    both = maps_beside(demo(few), demo(DEMO_FILTER), report_measures(), MapChoice())
    assert both.pinned is None
    assert both.shown is not None
    assert both.briefing.action.startswith("Suicides: too few records for a map.")


def test_maps_of_two_forces_are_not_compared(demo, tmp_path):
    rng = np.random.default_rng(9)
    month = date(2024, 5, 1)
    rows = [
        incident(
            number, month, longitude=1.0 + float(rng.random()) / 20, latitude=51.0 + float(rng.random()) / 20
        )
        for number in range(400)
    ]
    publish(tmp_path, "other", delivery(rows, covered([month]), made=True), "tests")
    snapshot = open_version(tmp_path, "other")
    records = RecordFilter(FORCE, ("rape",), Window(month, date(2024, 5, 31)))
    other = (snapshot, counts_of(snapshot, tmp_path, records))
    both = maps_beside(other, demo(DEMO_FILTER), report_measures(), MapChoice())
    assert both.briefing.action == OTHER_CELLS
    assert both.table.empty


def test_two_places_are_shown_on_one_scale(demo):
    _, counts = demo(DEMO_FILTER)
    zones = zone_counts(counts, 9)
    about = zones.about(counts.window)
    fullest, emptiest = int(about.argmax()), int(np.where(about > 5, about, np.inf).argmin())
    cells = (zones.zones.names[fullest], zones.zones.names[emptiest])
    both = two_places(counts, 9, cells)
    assert [place.cell for place in both.places] == list(cells)
    assert both.places[0].months["label"].tolist() == both.places[1].months["label"].tolist()
    assert both.most_months == max(place.months["records"].max() for place in both.places)
    assert both.verdict in (DIFFER, UNSURE)
    again = two_places(counts, 9, (cells[0], cells[0]))
    assert again.verdict.startswith("Whether they differ by more than chance can't be told")


def test_where_nothing_is_blurred_two_places_differ_as_the_binomial_test_says(shipped_store):
    snapshot = open_version(shipped_store, "demo")
    counts = record_counts(snapshot, shipped_store, MapSelection(DEMO_FILTER, smallest=1), report_measures())
    zones = zone_counts(counts, 9)
    held = zones.within(counts.window)
    names, by_size = zones.zones.names, np.argsort(-held)
    verdicts = set()
    for other in by_size[1:]:
        first, second = int(held[by_size[0]]), int(held[other])
        tail = binomtest(first, first + second, alternative="greater").pvalue
        differ = two_places(counts, 9, (names[by_size[0]], names[other])).verdict == DIFFER
        assert differ == (min(1, 2 * tail) <= 0.05)
        verdicts.add(differ)
    assert verdicts == {True, False}
