"""Nothing past vulncore.findings.where.protection can reach an unprotected count: by object, by array or by import."""

import functools
import pickle
import types
import weakref
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, is_dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.reach import importers_of, loaded_with, names_within, reachable
from vulncore.charts.map_chart import hotspot_map
from vulncore.domain.periods import rolling_12
from vulncore.domain.vocabulary import report_measures
from vulncore.findings.where import trial as trial_module
from vulncore.findings.where.beside import maps_beside
from vulncore.findings.where.charts import place_hours_chart, place_months_chart, trial_chart
from vulncore.findings.where.counts import RecordCounts, ZoneCounts, record_counts, zone_counts
from vulncore.findings.where.layers import MapChoice
from vulncore.findings.where.map import hot_outline, map_view
from vulncore.findings.where.place import place_view
from vulncore.findings.where.protection import layer_view, where_summary, where_view
from vulncore.findings.where.question import MapSelection, measures_with_places
from vulncore.findings.where.sentences import (
    repeats_headline,
    trial_headline,
    where_briefing,
    where_headlines,
    where_notes,
)
from vulncore.findings.where.tables import hours_table, months_table, repeats_table, trial_table
from vulncore.findings.where.trial import map_trial, repeats_view, trial_hits
from vulncore.metrics.hotspots.near_repeats import NearRepeats, near_repeats
from vulncore.metrics.hotspots.placed_records import dated_points
from vulncore.metrics.week.counted import RecordFilter
from vulncore.store import open_version

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "vulncore" / "findings" / "where"
PACKAGE = "vulncore.findings.where"
CITY = "City of London Police"
SIZES = (10, 9, None)
SECRET_CLASSES = (RecordCounts, ZoneCounts, NearRepeats)
SECRET_SIDE = {"counts", "protection", "place", "trial", "beside", "leaving"}
"""The modules that see unprotected counts; all others of the folder may not import them, however far round."""
FEWEST_TOLD_APART = 4  # different numbers: arrays of fewer are alike by chance


@dataclass(frozen=True)
class Leak:
    path: str
    what: str


@dataclass(frozen=True)
class Secret:
    name: str
    numbers: np.ndarray


# what is secret, and what is shown


@pytest.fixture(scope="module")
def counts(shipped_store: Path) -> RecordCounts:
    snapshot = open_version(shipped_store, "demo")
    records = RecordFilter(CITY, measures_with_places(snapshot, CITY), rolling_12(date(2024, 10, 1)))
    return record_counts(snapshot, shipped_store, MapSelection(records), report_measures())


@pytest.fixture(scope="module")
def exact(counts: RecordCounts, shipped_store: Path) -> RecordCounts:
    """The same records before the blur."""
    question = counts.question
    snapshot = open_version(shipped_store, "demo")
    return record_counts(snapshot, shipped_store, replace(question.selection, smallest=1), report_measures())


@pytest.fixture(scope="module")
def secrets(counts: RecordCounts, exact: RecordCounts, shipped_store: Path) -> list[Secret]:
    """Every array of unprotected numbers that anything shown is made of."""
    arrays = {
        "longitudes": counts.placed.numbers("longitude"),
        "latitudes": counts.placed.numbers("latitude"),
        "records by point and month": counts.records,
        "records by street": counts.streets["records"],
        "longitudes before the blur": exact.placed.numbers("longitude"),
        "latitudes before the blur": exact.placed.numbers("latitude"),
        "records by street before the blur": exact.streets["records"],
    }
    question = counts.question
    for size in SIZES:
        by_zone, unmoved = zone_counts(counts, size), zone_counts(exact, size)
        windows = (counts.window, question.before, question.history, *question.periods)
        arrays |= {f"{size} in {window}": by_zone.within(window) for window in windows}
        arrays |= {f"{size} in {window}, sharpened": by_zone.about(window) for window in windows}
        arrays |= {f"{size} in {window} before the blur": unmoved.within(window) for window in windows}
        months = by_zone.by_month(question.history.months)
        arrays |= {
            f"{size}: months of {name}": months[:, zone] for zone, name in enumerate(by_zone.zones.names)
        }
    hits = trial_hits(counts, zone_counts(counts, counts.ground.finest))
    arrays |= {f"trial: {name}": hits[name] for name in ("hits", "hit_rate", "pai", "better_low")}
    dated = dated_points(exact.counted.chosen(question.selection.records))
    arrays |= {f"repeats: {name}": dated.numbers(name) for name in ("longitude", "latitude")}
    secrets = [Secret(name, np.asarray(array, dtype=float)) for name, array in arrays.items()]
    return [secret for secret in secrets if len(set(secret.numbers.tolist())) >= FEWEST_TOLD_APART]


@pytest.fixture(scope="module")
def shown(counts: RecordCounts, shipped_store: Path) -> dict[str, object]:
    """Everything that a page, a chart, a table, a file or a command gets of the demo."""
    snapshot = open_version(shipped_store, "demo")
    view, trial = where_view(counts), map_trial(counts)
    with pytest.MonkeyPatch.context() as patched:  # what is shown of few shuffles is what is shown of many
        patched.setattr(trial_module, "near_repeats", partial(near_repeats, permutations=19))
        summary, repeats = where_summary(counts, trial), repeats_view(counts)
    things: dict[str, object] = {
        "view": view,
        "hot outline": hot_outline(summary),
        "briefing": where_briefing(summary),
        "notes": where_notes(view),
        "summary": summary,
        "headlines": where_headlines(summary),
        "trial": (trial, trial_headline(trial), trial_table(trial), trial_chart(trial.frame, ["t"], ["l"])),
        "repeats": (repeats, repeats_headline(repeats), repeats_table(repeats)),
    }
    year_before = replace(counts.question.selection.records, window=rolling_12(date(2023, 10, 1)))
    earlier = replace(counts.question.selection, records=year_before)
    its_counts = record_counts(snapshot, shipped_store, earlier, report_measures())
    things["maps beside each other"] = [
        maps_beside((snapshot, its_counts), (snapshot, counts), report_measures(), MapChoice(layer))
        for layer in view.layers
    ]
    for layer in view.layers:
        for size in (9, 10):
            on_ground = layer_view(counts, MapChoice(layer, size))
            drawn = map_view(view, on_ground, snapshot.publish)
            deck = hotspot_map(drawn.features, [], drawn.outline, drawn.bounds)
            things[f"{layer} {size}"] = (on_ground, drawn, deck)
    for size in SIZES:
        cells = zone_counts(counts, size).zones.names
        for cell in (cells[0], cells[len(cells) // 2]):
            place = place_view(counts, size, cell)
            months = place_months_chart(place.months, ["t"], "l", "crimes")
            hours = [] if place.hours.empty else [place_hours_chart(place.hours, ["t"], "l", "crimes")]
            things[f"place {size} {cell}"] = (place, hours_table(place), months_table(place), months, hours)
    return things


# by object and by array


def test_nothing_shown_reaches_unprotected_counts(shown, secrets):
    assert len(secrets) > 200
    for name, thing in shown.items():
        assert not leaks(thing, secrets, name)


def test_no_point_of_a_record_is_in_anything_shown(shown, counts, exact):
    points = {
        point
        for placed in (counts, exact)
        for point in zip(
            placed.placed.numbers("longitude").tolist(),
            placed.placed.numbers("latitude").tolist(),
            strict=True,
        )
    }
    assert len(points) > 300
    pairs = {
        tuple(reached)
        for _, reached in reachable(shown, "shown")
        if isinstance(reached, list | tuple) and [type(item) for item in reached] == [float, float]
    }
    assert len(pairs) > 1_000  # the shapes of cells are there, so points would be found
    assert not pairs & points


def test_what_the_cache_keeps_of_a_view_names_no_secret_class(shown):
    parts = [part for thing in shown.values() for part in (thing if isinstance(thing, tuple) else (thing,))]
    kept = pickle.dumps([part for part in parts if is_dataclass(part)])
    assert b"WhereView" in kept
    assert not [secret for secret in SECRET_CLASSES if secret.__name__.encode() in kept]


class Holder:
    """Whatever somebody may put a count into."""

    __slots__ = ("held",)

    def __init__(self, held: object) -> None:
        self.held = held


def in_a_closure(thing: object):
    return lambda: thing


def in_a_method(thing: object):
    return types.MethodType(lambda self: self, thing)


def in_a_generator(thing: object):
    def items():
        yield thing

    return items()


def hidden_in_attrs(thing: object) -> pd.DataFrame:
    frame = pd.DataFrame({"records": [5.0]})
    frame.attrs["made of"] = thing
    return frame


WAYS = {
    "a list": lambda thing: [[thing]],
    "a mapping": lambda thing: {"cell": {"counts": thing}},
    "a closure": in_a_closure,
    "a default": lambda thing: lambda held=thing: held,
    "a partial": lambda thing: functools.partial(print, thing),
    "a bound method": in_a_method,
    "a generator": in_a_generator,
    "slots": Holder,
    "a table's attributes": hidden_in_attrs,
    "a column of objects": lambda thing: pd.DataFrame({"cell": [thing]}),
    "a weak reference": weakref.ref,
    "a queue": lambda thing: deque([thing]),
    "a mapping's values": lambda thing: {"cell": thing}.values(),
    "an array of pandas": lambda thing: pd.arrays.NumpyExtensionArray(np.array([thing], dtype=object)),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_search_finds_a_secret_object_however_it_is_held(way, shown, counts, secrets):
    leaking = (shown["view"], WAYS[way](counts))
    assert leaks(leaking, secrets, "view")


ARRAYS = {
    "as they are": lambda there: there,
    "as whole numbers": lambda there: there.astype(int),
    "in another order": lambda there: there[::-1],
    "in a list": lambda there: there.tolist(),
    "in a column": lambda there: pd.DataFrame({"key": "s1", "records": there}),
    "in an index": lambda there: pd.Series(1.0, index=there),
    "in rows of a file": lambda there: [{"cell": str(at), "n": n} for at, n in enumerate(there.tolist())],
    "beneath a slice": lambda there: there[:1],
    "beneath what a table was cut to": lambda there: pd.DataFrame({"records": there}).iloc[:1],
}


@pytest.mark.parametrize("form", ARRAYS)
def test_the_search_finds_unprotected_numbers_in_whatever_form(form, shown, counts, secrets):
    there = zone_counts(counts, 9).within(counts.window)
    view = shown["cells 9"][0]
    assert not leaks(view, secrets, "layer")
    frame = view.layer.frame.copy()
    frame.attrs["more"] = ARRAYS[form](there)
    leaking = replace(view, layer=replace(view.layer, frame=frame))
    assert leaks(leaking, secrets, "layer")


def leaks(thing: object, secrets: list[Secret], name: str) -> list[Leak]:
    """Return where a secret class, or the numbers of a secret array in any order, can be reached from a thing."""
    by_length: dict[int, list[tuple[str, np.ndarray]]] = {}
    for secret in secrets:
        by_length.setdefault(len(secret.numbers), []).append((secret.name, np.sort(secret.numbers)))
    leaked = []
    for path, reached in reachable(thing, name):
        if isinstance(reached, SECRET_CLASSES):
            leaked.append(Leak(path, type(reached).__name__))
        for column in columns_of(reached):
            ordered = np.sort(column)
            leaked += [
                Leak(path, of)
                for of, numbers in by_length.get(len(ordered), [])
                if np.allclose(ordered, numbers, equal_nan=True)
            ]
    return leaked


def columns_of(thing: object) -> Iterator[np.ndarray]:
    """Yield the numbers that a thing holds side by side: an array's, each row's and column's, a list's, a field's of rows."""
    if isinstance(thing, np.ndarray) and thing.dtype.kind in "iuf":
        yield thing.ravel().astype(float)
        if thing.ndim == 2:
            yield from (line.astype(float) for lines in (thing, thing.T) for line in lines)
    elif isinstance(thing, list | tuple) and thing:
        if all(isinstance(item, int | float) and not isinstance(item, bool) for item in thing):
            yield np.array(thing, dtype=float)
        elif all(isinstance(item, Mapping) for item in thing):
            for field in thing[0]:
                yield from columns_of([item.get(field) for item in thing])


# by import


def test_charts_tables_sentences_and_files_import_nothing_that_defines_a_count():
    modules = {file.stem for file in FOLDER.glob("*.py")} - {"__init__"}
    shown_side = modules - SECRET_SIDE
    assert modules >= SECRET_SIDE
    assert shown_side >= {"charts", "map_picture", "tables", "sentences", "map", "view", "layers"}
    assert (
        not names_within(PACKAGE, loaded_with(f"{PACKAGE}.{module}" for module in shown_side)) & SECRET_SIDE
    )
    assert names_within(PACKAGE, loaded_with([f"{PACKAGE}.place"])) & SECRET_SIDE == {
        "counts",
        "protection",
        "place",
    }


def test_of_the_pages_only_the_cached_reads_import_what_sees_counts():
    importing = {name for module in SECRET_SIDE for name in importers_of(f"{PACKAGE}.{module}")}
    assert {name for name in importing if name.startswith("pages.")} == {"pages.where.reads"}


def test_small_numbers_are_hidden_in_one_module():
    assert names_within(PACKAGE, importers_of("vulncore.domain.disclosure")) == {"protection"}
