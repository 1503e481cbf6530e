"""What nobody past the protection of the week's hours can reach: counts as they are."""

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import ibis.expr.types as ir
import numpy as np
import pytest

from tests.findings.when.weeks import THURSDAY, filter_of
from tests.making import covered, delivery, incident, months
from tests.reach import importers_of, loaded_with, names_within, reachable
from vulncore.domain.disclosure import SMALLEST_SHOWN
from vulncore.domain.errors import VulncoreError
from vulncore.domain.vocabulary import report_measures
from vulncore.findings.when import counts as secret
from vulncore.findings.when.change import change_cells, change_headline, change_table
from vulncore.findings.when.charts import (
    change_alt,
    change_legend,
    change_title,
    map_alt,
    map_legend,
    map_title,
    stretch_pieces,
    week_change_chart,
    week_chart,
)
from vulncore.findings.when.counts import ComparedCounts, read_counts
from vulncore.findings.when.hours import hours_offered
from vulncore.findings.when.map import Layout, map_cells, map_table, week_export
from vulncore.findings.when.patrols import patrols_frame, patrols_headline, patrols_table
from vulncore.findings.when.protection import every_sum
from vulncore.findings.when.sentences import known_table, stretches_table
from vulncore.findings.when.view import Patrols, When
from vulncore.findings.when.when import HIDE_NOTHING, patrol_hours, unprotected_when, when
from vulncore.store import Snapshot, open_version, publish

ROOT = Path(__file__).parents[3]
PACKAGE = "vulncore.findings.when"
SEEN_BY_THE_REST = ("beside", "change", "charts", "hours", "map", "patrols", "sentences", "view")
SECRET_CLASSES = tuple(
    kind for _, kind in inspect.getmembers(secret, inspect.isclass) if kind.__module__ == secret.__name__
)
NUMBER = re.compile(r"\d+\.\d+")
LAYOUTS = (Layout(1, 6), Layout(3, 6), Layout(1, 0), Layout(3, 0))
YEAR = filter_of(datetime(2024, 1, 1).date(), datetime(2024, 12, 1).date(), harm=(("rape", 3.7),))


@dataclass(frozen=True)
class Shown:
    """A version with windows of odd lengths, what is counted of it, and what is shown."""

    snapshot: Snapshot
    counts: ComparedCounts
    weeks: When
    patrols: Patrols


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    store = tmp_path_factory.mktemp("odd")
    rng = np.random.default_rng(7)
    rows = []
    for number in range(400):
        thursday = THURSDAY - timedelta(weeks=52 * (number % 2))
        hours = 22 + int(rng.integers(0, 3)) if number < 160 else int(rng.integers(0, 168))
        start = thursday + timedelta(hours=hours, minutes=int(rng.integers(0, 60)))
        end = start + timedelta(minutes=int(rng.integers(61, 200)))
        where = {"location_type": "street" if number % 3 else "home"}
        rows.append(incident(number, start.date(), occurred_from=start, occurred_to=end, **where))
    publish(store, "odd", delivery(rows, covered(months(datetime(2023, 1, 1).date(), 24))), "tests")
    snapshot = open_version(store, "odd")
    return Shown(
        snapshot=snapshot,
        counts=read_counts(snapshot, YEAR, report_measures(), SMALLEST_SHOWN),
        weeks=when(snapshot, YEAR, report_measures()),
        patrols=patrol_hours(snapshot, YEAR, report_measures(), 3, 4),
    )


def secret_numbers(counts: ComparedCounts, weeks: When) -> np.ndarray:
    """Return every number that is not to be reached: hours, their sums and their harm, to more than a tenth.

    A tenth alone may stand there for something else.
    """
    numbers: list[float] = []
    for week, view in ((counts.now, weeks.now), (counts.before, weeks.before)):
        stretches = [(stretch.start, stretch.hours) for stretch in view.stretches]
        for by_hour in (week.by_hour, week.harm_by_hour, week.sharpened, week.harm_sharpened):
            numbers += [float(mask @ by_hour) for *_, mask in every_sum(stretches)]
    fine = np.array([number for number in numbers if abs(number * 10 - round(number * 10)) > 1e-3])
    return np.unique(fine.round(6))


def numbers_in(thing: object) -> Iterator[tuple[str, float]]:
    """Return every number with a fraction that can be reached, in arrays and in texts too, with the way to it."""
    for way, here in reachable(thing):
        if isinstance(here, np.ndarray) and here.dtype.kind == "f":
            yield from ((way, float(number)) for number in here.ravel() if number % 1)
        elif isinstance(here, float | np.floating) and here % 1:
            yield way, float(here)
        elif isinstance(here, str):
            yield from ((way, float(number)) for number in NUMBER.findall(here))


def leaks(thing: object, secrets: np.ndarray) -> list[str]:
    """Return the ways from a thing to secret counts, to what they are read from, or to a number that is secret."""
    held = [way for way, part in reachable(thing) if isinstance(part, (*SECRET_CLASSES, Snapshot, ir.Table))]
    numbers = [way for way, number in numbers_in(thing) if (np.abs(secrets - number) < 1e-5).any()]
    return held + numbers


def everything_shown(shown: Shown) -> dict[str, object]:
    """Return all that pages, charts and commands get, by what makes it."""
    weeks, patrols, now = shown.weeks, shown.patrols, shown.weeks.now
    laid_out = {
        f"{make.__name__} {layout}": make(now, layout)
        for layout in LAYOUTS
        for make in (map_cells, map_table, stretch_pieces)
    }
    return {
        "when": weeks,
        "patrols": patrols,
        **laid_out,
        "export": [week_export(weeks, layout, shown.snapshot.publish) for layout in LAYOUTS],
        "tables": [
            stretches_table(now),
            known_table(now),
            change_table(weeks.change),
            patrols_frame(patrols),
            patrols_table(patrols),
        ],
        "sentences": [weeks.headline, change_headline(weeks), patrols_headline(patrols)],
        "captions": [
            map_title(weeks),
            map_legend(weeks, Layout()),
            map_alt(weeks),
            change_title(weeks),
            change_legend(weeks),
            change_alt(weeks),
        ],
        "hours": hours_offered(now.night, now.stretches),
        "map": [
            week_chart(
                map_cells(now, layout), stretch_pieces(now, layout), layout.first, ["A"], ["B"], "crimes"
            )
            for layout in LAYOUTS
        ],
        "change map": week_change_chart(change_cells(weeks.change, 6), 6, ["A"], ["B"]),
    }


def test_no_secret_count_can_be_reached_from_what_pages_charts_and_commands_get(shown):
    secrets = secret_numbers(shown.counts, shown.weeks)
    assert len(secrets) > 300
    assert shown.weeks.change is not None
    assert shown.weeks.now.stretches
    assert shown.patrols.tested is not None
    ways = {name: leaks(thing, secrets) for name, thing in everything_shown(shown).items()}
    assert {name: way for name, way in ways.items() if way} == {}


@dataclass(frozen=True)
class Computing:
    """A view that computes what it doesn't hold."""

    how: object = field(repr=False)

    @property
    def counts(self):
        return self.how()


def closing_over(counts):
    return lambda: counts.timed


PLANTED = {
    "a field": lambda shown, now: replace(shown.weeks, now=now),
    "a field deep within": lambda shown, now: replace(shown.weeks, notes=({"a": [now.known, (now,)]},)),
    "an array in a field": lambda shown, now: replace(shown.weeks.now, known=now.by_hour),
    "a number in a field": lambda shown, now: replace(shown.weeks.now, timed=float(now.by_hour[0])),
    "a function that closes over it": lambda shown, now: replace(shown.weeks, notes=closing_over(now)),
    "a default": lambda shown, now: SimpleNamespace(weeks=shown.weeks, later=lambda held=now: held),
    "a partial": lambda shown, now: partial(map_cells, now),
    "a method": lambda shown, now: [shown.weeks, now.__repr__],
    "a property": lambda shown, now: Computing(lambda: now),
    "a column": lambda shown, now: shown.weeks.change.bands.assign(
        held=now.by_hour.reshape(-1, 3).sum(axis=1)
    ),
    "weights to the minute": lambda shown, now: shown.weeks.now.sums.assign(
        weight=[float(now.by_hour[at % 168]) for at in shown.weeks.now.sums["at"]]
    ),
    "what a frame carries": lambda shown, now: carrying(shown.weeks.now.sums, now),
    "an array of which a slice is shown": lambda shown, now: [shown.weeks, now.harm_by_hour[:0]],
    "a text": lambda shown, now: replace(shown.weeks, question=f"Monday 00:00 has {now.by_hour[0]:.6f}."),
    "the version that it is read from": lambda shown, now: (shown.weeks, shown.snapshot),
    "a chart": lambda shown, now: week_change_chart(
        change_cells(shown.weeks.change, 6).assign(exact=now.by_hour[::3]), 6, ["A"], ["B"]
    ),
}


def carrying(frame, counts):
    labelled = frame.copy()
    labelled.attrs["counts"] = counts
    return labelled


@pytest.mark.parametrize("plant", PLANTED.values(), ids=PLANTED.keys())
def test_a_leak_is_found_wherever_it_is_planted(shown, plant):
    assert leaks(plant(shown, shown.counts.now), secret_numbers(shown.counts, shown.weeks))


def test_what_hides_nothing_is_seen_to_leak(shown):
    open_weeks = unprotected_when(shown.snapshot, YEAR, report_measures())
    exact = read_counts(shown.snapshot, YEAR, report_measures(), HIDE_NOTHING).now.by_hour
    hidden = np.array([weight for weight in exact if 0 < weight < 5]).round(4)
    weights = open_weeks.now.of("hour")["weight"].round(4)
    assert set(hidden) <= set(weights)
    protected = shown.weeks.now.of("hour")
    assert protected.loc[protected["hidden"], ["weight", "low", "high"]].isna().all(axis=None)
    assert protected["weight"].min() >= 5


@pytest.mark.parametrize("smallest", [0, -1])
def test_to_hide_nothing_has_to_be_asked_for_by_name(shown, smallest):
    with pytest.raises(VulncoreError, match=r"would hide nothing"):
        when(shown.snapshot, YEAR, report_measures(), smallest=smallest)
    with pytest.raises(VulncoreError, match=r"would hide nothing"):
        patrol_hours(shown.snapshot, YEAR, report_measures(), 3, 4, smallest=smallest)


def test_charts_sentences_and_tables_import_nothing_that_knows_a_secret_class():
    loaded = names_within(PACKAGE, loaded_with(f"{PACKAGE}.{name}" for name in SEEN_BY_THE_REST))
    assert set(SEEN_BY_THE_REST) <= loaded
    assert not loaded & {"counts", "protection", "when"}
    assert {"counts", "protection"} <= names_within(PACKAGE, loaded_with([f"{PACKAGE}.when"]))


def test_one_module_alone_stands_between_secret_counts_and_what_is_shown():
    leaving = f"{PACKAGE}.leaving"  # the same border, with more behind it, for documents
    assert importers_of(f"{PACKAGE}.counts") == {f"{PACKAGE}.protection", f"{PACKAGE}.when", leaving}
    assert importers_of(f"{PACKAGE}.protection") == {f"{PACKAGE}.when", leaving}
    assert importers_of(leaving) == {"vulncore.packs.sections.when"}
    naming = {
        str(file.relative_to(ROOT))
        for folder in ("vulncore", "pages")
        for file in (ROOT / folder).rglob("*.py")
        if re.search(r"\bunprotected_(when|patrol_hours)\b", file.read_text(encoding="utf-8"))
    }
    assert naming == {"vulncore/findings/when/when.py", "vulncore/cli/when.py"}
