"""The pages that are attacked: a new one joins by one line in `PAGES`.

A page's case holds the statements of as many views as somebody cares to open, the counts that one of them hides, and
what these counts are. What a view shows is asked of the code that the page asks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow.compute as pc

from tests.attack.solving import Atom, Statement
from tests.attack.views import (
    hours_of_part,
    patrol_statements,
    selected,
    week_statements,
    zone_statements,
)
from tests.conftest import SHARED
from vulncore.domain.delivery import Delivery
from vulncore.domain.disclosure import SMALLEST_SHOWN
from vulncore.domain.errors import VulncoreError
from vulncore.domain.periods import Window, month_end, rolling_12
from vulncore.domain.vocabulary import report_measures
from vulncore.findings.when.counts import read_counts, read_week
from vulncore.findings.when.protection import protected_patrols, protected_week
from vulncore.findings.where.counts import record_counts, zone_counts
from vulncore.findings.where.place import place_view
from vulncore.findings.where.protection import number_layer
from vulncore.findings.where.question import MapSelection
from vulncore.metrics.week.day_hour import RecordFilter
from vulncore.metrics.week.hours import HOURS
from vulncore.metrics.week.night_time import DEFAULT
from vulncore.sources import demo
from vulncore.sources.extract import read_extract
from vulncore.sources.police_uk import deliver as police_uk
from vulncore.sources.records.deliver import deliver
from vulncore.sources.records.draft import draft_mapping
from vulncore.store import Snapshot, open_version, publish

CITY: Final = "City of London Police"
HOUSTON: Final = "Houston Police Department"
HOUSTON_FILE: Final = SHARED / "data" / "incidents" / "houston-2010-01-to-08.csv.gz"
STREET_FILE: Final = SHARED / "data" / "police-uk" / "city-of-london-street-2016-01-to-2024-12.zip"
HOUSTON_MONTHS: Final = Window(date(2010, 1, 1), date(2010, 8, 31))
OCTOBER: Final = date(2024, 10, 1)
SEXUAL: Final = ("rape", "other-sexual-offences")
LARGE: Final = ("adult-at-risk-ppns", "mental-health")
"""Measures of so many records that nearly every hour of theirs is shown: what is added to them can be taken away."""
OLD, LATE = "in the first version", "in the second alone"
EVERY: Final = "every month"


@dataclass(frozen=True)
class Case:
    """Statements of views, the counts of 1 to 4 that one view hides, and what each of them is; whether all are whole."""

    statements: list[Statement]
    targets: list[dict[Atom, float]]
    truth: list[float]
    whole: bool = True


@dataclass(frozen=True)
class Page:
    """A page, or a part of one, and how to get its case from a folder for stores.

    `widest` are the numbers of counts that statements may have, pass after pass (see `solving.ranges`).
    """

    name: str
    case: Callable[[Path], Case]
    widest: tuple[int | None, ...] = (None,)


def week_case(
    folder: Path, dataset: str, force: str, window: Window, measures: tuple[str, ...], large: tuple[str, ...]
) -> Case:
    """Open the week of some measures, of others, and of both together."""
    snapshot = snapshot_of(folder, dataset)
    statements: list[Statement] = []
    for chosen in (measures, large, (*large, *measures)):
        counts = read_week(snapshot, RecordFilter(force, chosen, window))
        statements += week_statements(protected_week(counts, DEFAULT, SMALLEST_SHOWN), [EVERY], chosen)
    true = read_week(snapshot, RecordFilter(force, measures, window)).by_hour
    small = [hour for hour in range(HOURS) if 0.1 < true[hour] < SMALLEST_SHOWN]
    return Case(
        statements,
        [selected([EVERY], measures, [hour]) for hour in small],
        [float(true[hour]) for hour in small],
        whole=bool((true == true.round()).all()),
    )


def month_case(
    folder: Path, dataset: str, force: str, window: Window, measures: tuple[str, ...], large: tuple[str, ...]
) -> Case:
    """Open the week of a measure with a large one and of that alone, up to each month in turn."""
    snapshot = snapshot_of(folder, dataset)
    statements: list[Statement] = []
    for last in window.months:
        until = Window(window.start, month_end(last))
        for chosen in (large, (*large, *measures)):
            counts = read_week(snapshot, RecordFilter(force, chosen, until))
            statements += week_statements(
                protected_week(counts, DEFAULT, SMALLEST_SHOWN), until.months, chosen
            )
    targets, truth = [], []
    for month in window.months:
        true = read_week(snapshot, RecordFilter(force, measures, Window(month, month_end(month)))).by_hour
        for hour in np.flatnonzero((true > 0) & (true < SMALLEST_SHOWN)).tolist():
            targets.append(selected([month], measures, [hour]))
            truth.append(float(true[hour]))
    return Case(statements, targets, truth)


def version_case(folder: Path, measures: tuple[str, ...], large: tuple[str, ...], late: int) -> Case:
    """Open the same weeks in two versions, of which the second has some records more."""
    second = snapshot_of(folder, "houston")
    first = snapshot_of(folder, "houston, earlier", partial(_without_late, measures[0], late))
    filters = [RecordFilter(HOUSTON, chosen, HOUSTON_MONTHS) for chosen in (large, (*large, *measures))]
    statements: list[Statement] = []
    for snapshot, parts in ((first, [OLD]), (second, [OLD, LATE])):
        for asked in filters:
            week = protected_week(read_week(snapshot, asked), DEFAULT, SMALLEST_SHOWN)
            statements += week_statements(week, parts, asked.measures)
    asked = RecordFilter(HOUSTON, measures, HOUSTON_MONTHS)
    true = read_week(second, asked).by_hour - read_week(first, asked).by_hour
    hours = np.flatnonzero(true).tolist()
    return Case(statements, [selected([LATE], measures, [hour]) for hour in hours], true[hours].tolist())


def patrol_case(folder: Path, dataset: str, force: str, window: Window, measures: tuple[str, ...]) -> Case:
    """Ask for patrols of every number and length, of one selection."""
    snapshot = snapshot_of(folder, dataset)
    asked = RecordFilter(force, measures, window)
    counts = read_counts(snapshot, asked, report_measures())
    statements = list(week_statements(protected_week(counts.now, DEFAULT, SMALLEST_SHOWN), [EVERY], measures))
    for hours in range(2, 13, 2):
        for shifts in (1, 2, 3, 5, 8):
            try:
                shown = protected_patrols(counts, shifts, hours, DEFAULT, "records", SMALLEST_SHOWN)
            except VulncoreError:
                continue
            statements += patrol_statements(shown, [EVERY], measures)
    true = counts.now.by_hour
    small = [hour for hour in range(HOURS) if 0.1 < true[hour] < SMALLEST_SHOWN]
    targets = [selected([EVERY], measures, [hour]) for hour in small]
    return Case(statements, targets, true[small].tolist(), whole=bool((true == true.round()).all()))


def map_case(
    folder: Path, dataset: str, measures: tuple[str, ...], last: date, years: int, size: int | None = None
) -> Case:
    """Open the map of every run of months in some years; the last twelve months hide the counts that are wanted."""
    window = rolling_12(last)
    first = window.start.replace(year=window.start.year + 1 - years)
    snapshot = snapshot_of(folder, dataset)
    selection = MapSelection(RecordFilter(CITY, measures, Window(first, window.end)))
    counts = record_counts(snapshot, folder / dataset, selection, report_measures())
    by_zone = zone_counts(counts, size or counts.ground.finest)
    cells = [[name] for name in by_zone.zones.names]
    statements: list[Statement] = []
    for start, end in combinations_with_replacement(selection.window.months, 2):
        shown = number_layer(by_zone, Window(start, month_end(end)), SMALLEST_SHOWN).frame["records"]
        months = Window(start, month_end(end)).months
        statements += zone_statements(shown.to_numpy(), SMALLEST_SHOWN, months, ["all"], cells)
    true = by_zone.within(window)
    small = np.flatnonzero((true > 0) & (true < SMALLEST_SHOWN)).tolist()
    targets = [selected(window.months, ["all"], cells[zone]) for zone in small]
    return Case(statements, targets, true[small].tolist())


def place_case(folder: Path, measures: tuple[str, ...], large: tuple[str, ...]) -> Case:
    """Open the hours of the demo's busiest place, of runs of months, for some measures with others and without."""
    snapshot = snapshot_of(folder, "demo")
    year = rolling_12(OCTOBER)
    statements: list[Statement] = []
    cell, size = "", 9
    for chosen in (measures, large, (*large, *measures)):
        for last in year.months:
            window = Window(year.start, month_end(last))
            selection = MapSelection(RecordFilter(CITY, chosen, window))
            counts = record_counts(snapshot, folder / "demo", selection, report_measures())
            by_zone = zone_counts(counts, size)
            cell = cell or by_zone.zones.names[int(by_zone.within(rolling_12(OCTOBER)).argmax())]
            hours = place_view(snapshot, counts, size, cell).hours
            if len(hours):
                parts = [hours_of_part(row.day, row.part) for row in hours.itertuples()]
                shown = hours["records"].to_numpy(dtype=float)
                statements += zone_statements(shown, SMALLEST_SHOWN, window.months, chosen, parts, HALF)
    bands = [list(range(start, start + 3)) for start in range(0, HOURS, 3)]
    true = _hours_of_place(snapshot, folder / "demo", measures, year, size, cell)
    sums = np.array([true[band].sum() for band in bands])
    small = np.flatnonzero((sums > 0.5) & (sums < SMALLEST_SHOWN)).tolist()
    targets = [selected(year.months, measures, bands[band]) for band in small]
    return Case(statements, targets, sums[small].tolist(), whole=False)


def snapshot_of(folder: Path, dataset: str, made: Callable[[], Delivery] | None = None) -> Snapshot:
    """Return a dataset, published when it is first asked for."""
    store = folder / dataset
    if not store.exists():
        publish(store, "data", (made or DELIVERIES[dataset])(), "tests")
    return open_version(store, "data")


def _hours_of_place(
    snapshot: Snapshot, store: Path, measures: tuple[str, ...], window: Window, size: int, cell: str
) -> np.ndarray:
    selection = MapSelection(RecordFilter(CITY, measures, window), smallest=1)
    counts = record_counts(snapshot, store, selection, report_measures())
    by_zone = zone_counts(counts, size)
    zone = by_zone.zones.names.index(cell)
    inside = by_zone.zone == zone
    points = set(zip(counts.longitudes[inside].tolist(), counts.latitudes[inside].tolist(), strict=True))
    here = snapshot.incidents.longitude.isin([longitude for longitude, _ in points])
    return read_week(replace(snapshot, incidents=snapshot.incidents.filter(here)), selection.records).by_hour


@cache
def _houston() -> Delivery:
    mapping = draft_mapping(read_extract(HOUSTON_FILE), force=HOUSTON).mapping
    return deliver(HOUSTON_FILE, mapping, lambda: b"k" * 32)


def _without_late(measure: str, late: int) -> Delivery:
    """Return Houston's delivery without some records of a measure."""
    whole = _houston()
    incidents = whole.tables.incidents
    ids = incidents.filter(pc.equal(incidents["measure"], measure))["row_id"].to_pylist()
    held_back = ids[:: max(len(ids) // late, 1)][:late]
    kept = incidents.filter(pc.invert(pc.is_in(incidents["row_id"], pc.cast(held_back, "string"))))
    return replace(whole, tables=replace(whole.tables, incidents=kept))


HALF: Final = 0.5  # of a record: shares of records are rounded too
DELIVERIES: Final[dict[str, Callable[[], Delivery]]] = {
    "houston": _houston,
    "demo": demo.deliver,
    "city": lambda: police_uk([STREET_FILE]),
}
ASSAULT: Final = ("aggravated-assault",)
OF_HOUSTON: Final = {"dataset": "houston", "force": HOUSTON, "window": HOUSTON_MONTHS, "large": ASSAULT}
OF_DEMO: Final = {"dataset": "demo", "force": CITY, "window": rolling_12(OCTOBER)}
NARROW_FIRST: Final = (6, None)

PAGES: Final[Sequence[Page]] = (
    Page("When: Houston, murder", partial(week_case, measures=("murder",), **OF_HOUSTON), NARROW_FIRST),
    Page("When: Houston, rape", partial(week_case, measures=("rape",), **OF_HOUSTON), NARROW_FIRST),
    Page("When: Houston, murder by month", partial(month_case, measures=("murder",), **OF_HOUSTON), (16,)),
    Page("When: demo, sexual offences", partial(week_case, measures=SEXUAL, large=LARGE, **OF_DEMO)),
    Page("When: patrols of the demo", partial(patrol_case, measures=SEXUAL, **OF_DEMO)),
    Page(
        "Versions: Houston, five late rapes",
        partial(version_case, measures=("rape",), large=ASSAULT, late=5),
        (8,),
    ),
    Page(
        "Where: demo, sexual offences",
        partial(map_case, dataset="demo", measures=SEXUAL, last=OCTOBER, years=3),
    ),
    Page(
        "Where: City, violence",
        partial(
            map_case,
            dataset="city",
            measures=("violence-and-sexual-offences",),
            last=date(2024, 12, 1),
            years=3,
        ),
    ),
    Page("Where: hours of a place of the demo", partial(place_case, measures=SEXUAL, large=LARGE)),
)
