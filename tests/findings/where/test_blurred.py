"""What maps of blurred records promise, over several secrets: totals are about right, the rest is so on average."""

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from vulncore.domain.periods import Window, month_end, rolling_12
from vulncore.domain.vocabulary import report_measures
from vulncore.findings.shared.layer import Layer
from vulncore.findings.when.hours import hours_offered
from vulncore.findings.where.counts import RecordCounts, record_counts, zone_counts
from vulncore.findings.where.layers import MapChoice
from vulncore.findings.where.place import place_view
from vulncore.findings.where.protection import change_layer, hot_states, layer_view, number_layer
from vulncore.findings.where.question import MapSelection, measures_with_places
from vulncore.findings.where.sentences import repeats_headline
from vulncore.findings.where.trial import SHARES, _scores, repeats_view, trial_hits
from vulncore.findings.where.view import NAIVE
from vulncore.metrics.hotspots.prediction import prediction
from vulncore.metrics.week.counted import RecordFilter
from vulncore.metrics.week.night_time import Night
from vulncore.sources import demo
from vulncore.store import open_version, publish
from vulncore.store.secrets import FILE_NAME, SECRET_BYTES

CITY = "City of London Police"
SEXUAL = ("other-sexual-offences", "rape")
SECRETS = range(1, 9)
SIZES = (10, 9, None)
SMALLEST = 5


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store whose secret is changed; of the demo's records as if they were real, for made ones go by no secret."""
    store = tmp_path_factory.mktemp("blurred")
    publish(store, "demo", replace(demo.deliver(), made=False), "tests")
    return store


@cache
def counts_of(store: Path, secret: int, every: bool = False, smallest: int = SMALLEST) -> RecordCounts:
    (store / FILE_NAME).write_bytes(bytes([secret]) * SECRET_BYTES)
    snapshot = open_version(store, "demo")
    measures = measures_with_places(snapshot, CITY) if every else SEXUAL
    records = RecordFilter(CITY, measures, rolling_12(date(2024, 10, 1)))
    return record_counts(snapshot, store, MapSelection(records, smallest=smallest), report_measures())


@pytest.mark.parametrize("size", SIZES)
def test_totals_are_about_right_and_what_is_shown_adds_up_to_them(store, size):
    exact = counts_of(store, 1, smallest=1)
    placed = zone_counts(exact, size).within(exact.window).sum()
    for secret in SECRETS:
        counts = counts_of(store, secret)
        by_zone = zone_counts(counts, size)
        assert (
            counts.known["records"] == exact.known["records"]
        )  # exact; how many of them have a place is not
        total = by_zone.within(counts.window).sum()
        assert total == pytest.approx(placed, abs=10)
        assert by_zone.about(counts.window).sum() == pytest.approx(total)
        months = by_zone.by_month(counts.window.months)
        of_each = [by_zone.within(Window(month, month_end(month))).sum() for month in counts.window.months]
        assert months.sum(axis=1) == pytest.approx(of_each)


@pytest.mark.parametrize("size", SIZES)
def test_a_number_is_a_multiple_of_five_near_the_sharpened_one_or_hidden(store, size):
    counts = counts_of(store, 1)
    by_zone = zone_counts(counts, size)
    about = by_zone.about(counts.window)
    numbers = number_layer(by_zone, counts.window, SMALLEST).frame["records"].to_numpy()
    hidden = np.isnan(numbers)
    assert (about[hidden] < SMALLEST).all()
    assert (numbers[~hidden] % SMALLEST == 0).all()
    assert (numbers[~hidden] >= SMALLEST).all()
    assert (abs(numbers - about)[~hidden] <= SMALLEST / 2).all()


@pytest.mark.parametrize(("size", "off"), [(10, 0.05), (9, 0.10), (None, 0.12)])
def test_the_fullest_places_are_right_on_average(store, size, off):
    exact = counts_of(store, 1, every=True, smallest=1)
    held = zone_counts(exact, size).within(exact.window)
    every = [counts_of(store, secret, every=True) for secret in SECRETS]
    about = np.array([zone_counts(counts, size).about(counts.window) for counts in every])
    mean, error = about.mean(axis=0), about.std(axis=0, ddof=1) / np.sqrt(len(SECRETS))
    fullest = np.argsort(-held)[:5]
    # records don't lie evenly within a zone, as sharpening takes them to
    assert (abs(mean - held)[fullest] < off * held[fullest] + 4 * error[fullest]).all()
    assert np.mean([np.argmax(one) == fullest[0] for one in about]) > 0.9


def test_a_sparse_map_s_fullest_place_keeps_its_height(store):
    exact = counts_of(store, 1, smallest=1)
    held = zone_counts(exact, 10).within(exact.window)
    about = np.array([zone_counts(counts_of(store, s), 10).about(exact.window) for s in SECRETS])
    top = int(np.argmax(held))
    error = about[:, top].std(ddof=1) / np.sqrt(len(SECRETS))
    assert abs(about[:, top].mean() - held[top]) < 1 + 4 * error


def test_maps_of_moved_records_are_tested_as_if_months_had_not_been_moved(store):
    """The same maps are set against months before the blur: on average they held as much."""
    exact = counts_of(store, 1, smallest=1)
    happened = zone_counts(exact, 10).by_month(exact.question.tested)
    apart = []
    for secret in SECRETS:
        counts = counts_of(store, secret)
        by_zone = zone_counts(counts, 10)
        maps = _scores(counts, by_zone)
        hits = prediction(maps, by_zone.zones.areas_m2, happened, SHARES, rival=NAIVE)
        apart.append((trial_hits(counts, by_zone)["hit_rate"] - hits["hit_rate"]).to_numpy())
    error = np.std(apart, axis=0, ddof=1) / np.sqrt(len(SECRETS))
    assert (abs(np.mean(apart, axis=0)) < 0.01 + 4 * error).all()
    rates = trial_hits(exact, zone_counts(exact, 10))["hit_rate"].to_numpy()
    assert abs(np.mean(apart)) < 0.1 * rates.mean()


def test_of_what_stayed_as_it_was_hardly_anything_is_said_to_have_changed(store):
    marked = 0
    for secret in SECRETS:
        counts = counts_of(store, secret, every=True)
        window = counts.window
        frame = change_layer(zone_counts(counts, 10), window, window, SMALLEST).frame
        marked += int(frame["key"].isin(["up", "down"]).sum())
    assert marked == 0


def test_hot_places_of_moved_records_lie_where_records_are_dense(store):
    exact = counts_of(store, 1, every=True, smallest=1)
    around = zone_counts(exact, 10).zones.near @ zone_counts(exact, 10).within(exact.window)
    for secret in SECRETS:
        counts = counts_of(store, secret, every=True)
        hot = hot_states(zone_counts(counts, 10), counts.window, SMALLEST) > 0
        assert around[hot].mean() > 1.8 * around.mean()


def test_another_secret_draws_another_map_and_the_same_one_the_same(store):
    maps = [
        layer_view(counts_of(store, secret, every=True), MapChoice(Layer.CELLS, 10)).layer.frame["records"]
        for secret in (1, 2)
    ]
    assert not maps[0].equals(maps[1])
    counts_of.cache_clear()
    again = layer_view(counts_of(store, 1, every=True), MapChoice(Layer.CELLS, 10)).layer.frame["records"]
    assert maps[0].equals(again)


def test_where_no_near_repeats_can_be_seen_it_is_said_that_the_blur_hides_them(store):
    shown, exact = (repeats_view(counts_of(store, 1, smallest=smallest)) for smallest in (SMALLEST, 1))
    assert shown.strongest is None
    assert repeats_headline(shown).text.startswith("No near repeats can be seen, and blurred places hide")
    assert "blurred" not in repeats_headline(exact).text


def test_a_map_of_some_hours_gives_no_hours_of_a_place(store):
    snapshot = open_version(store, "demo")
    measures = measures_with_places(snapshot, CITY)
    records = RecordFilter(CITY, measures, rolling_12(date(2024, 10, 1)))
    night = next(hours for hours in hours_offered(Night()) if hours.key == "night")
    counts = record_counts(snapshot, store, MapSelection(records, night, SMALLEST), report_measures())
    by_zone = zone_counts(counts, 9)
    fullest = by_zone.zones.names[int(by_zone.about(counts.window).argmax())]
    place = place_view(counts, 9, fullest)
    assert place.hours.empty
    assert (
        place.no_hours == "This map is of some hours alone. Choose every hour to see the hours of this place."
    )
