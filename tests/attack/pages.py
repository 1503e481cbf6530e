"""The pages that are attacked: a new one joins by one line in `PAGES`.

A page's counts are by part (a month and measure, of which the force's total is published) and place (an hour of the week,
a band of hours, a cell, a ward): as they are, and as they are once each record is blurred. Whatever a page shows is worked
out of the second, as `test_blurred_alone.py` proves; so who has all of the second has more than any number of views gives.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from scipy.linalg import circulant
from scipy.spatial import KDTree

from tests.conftest import SHARED
from vulncore.domain.arrays import Booleans, Floats
from vulncore.domain.blur import GROUP_KEPT, HOUR_ODDS, REACH_M, SHARE_SWAPPED, STAYING
from vulncore.domain.delivery import Delivery
from vulncore.domain.disclosure import SMALLEST_SHOWN
from vulncore.domain.periods import Window, month_end, rolling_12
from vulncore.domain.vocabulary import report_measures
from vulncore.findings.shared.blurred import swapped_records
from vulncore.findings.shared.counted import counted_of
from vulncore.findings.strand.records import strand_records
from vulncore.findings.when.counts import read_week
from vulncore.findings.when.protection import protected_week
from vulncore.findings.when.view import Week
from vulncore.findings.where.area import moves_between
from vulncore.findings.where.counts import record_counts, zone_counts, zone_of_records
from vulncore.findings.where.question import MapSelection
from vulncore.metrics.week.counted import RecordFilter
from vulncore.metrics.week.day_hour import day_hour, week_of
from vulncore.metrics.week.hours import HOURS
from vulncore.metrics.week.night_time import DEFAULT
from vulncore.sources import demo
from vulncore.sources.extract import read_extract
from vulncore.sources.police_uk import deliver as police_uk
from vulncore.sources.records.deliver import deliver
from vulncore.sources.records.draft import draft_mapping
from vulncore.store import Snapshot, open_version, publish
from vulncore.store.secrets import FILE_NAME

CITY: Final = "City of London Police"
HOUSTON: Final = "Houston Police Department"
HOUSTON_FILE: Final = SHARED / "data" / "incidents" / "houston-2010-01-to-08.csv.gz"
STREET_FILE: Final = SHARED / "data" / "police-uk" / "city-of-london-street-2016-01-to-2024-12.zip"
HOUSTON_MONTHS: Final = Window(date(2010, 1, 1), date(2010, 8, 31))
YEAR: Final = rolling_12(date(2024, 10, 1))
TWO_YEARS: Final = Window(date(2022, 11, 1), date(2024, 10, 31))
SEXUAL: Final = ("rape", "other-sexual-offences")
VIOLENCE: Final = ("violence-and-sexual-offences",)
ASSAULT: Final = ("aggravated-assault",)
TRUE: Final = 1
"""The smallest number shown with which nothing is blurred."""
SECRET: Final = b"another deal of the dice for all"
"""Always the same, so that the figures are."""
FARTHEST_POSSIBLE_M: Final = -2 * REACH_M * np.log(0.5 / 65_536)
"""The farthest that two draws of 16 bits move a record."""
HOUR_MOVES: Final = circulant(np.roll(HOUR_ODDS, HOURS // 2)).T
"""How likely a record goes from one hour (row) to another."""


@dataclass(frozen=True)
class Counts:
    """What a page counts, by part (row) and place (column), as it is and blurred, and what is published of each part.

    `can_move` says whether a record can go from one place (row) to another, `odds` how likely; None where that is of no
    single place.
    """

    real: Floats
    blurred: Floats
    totals: Floats
    can_move: Booleans
    odds: Floats | None


@dataclass(frozen=True)
class Page:
    """A page, or a part of one, and its counts from a folder for stores.

    `together` says whether one view holds all parts, so that their sums by place are wanted, or each part by itself.
    `views` are weeks that somebody opened, with the measures of each; where there are none, all of the blurred is taken.
    """

    name: str
    counts: Callable[[Path], Counts]
    together: bool = True
    views: Callable[[Path, int], list[tuple[Week, tuple[str, ...]]]] | None = None


def week_counts(
    folder: Path,
    dataset: str,
    force: str,
    window: Window,
    measures: tuple[str, ...],
    where: tuple[tuple[str, str], ...] = (),
    band: int = 1,
) -> Counts:
    """Return the hours of the week, or bands of them, by month and measure."""
    snapshot = snapshot_of(folder, dataset)
    filters = [
        RecordFilter(force, (measure,), Window(month, month_end(month)), where)
        for month in window.months
        for measure in measures
    ]
    real, blurred = (
        np.array([read_week(snapshot, one, smallest).by_hour for one in filters])
        for smallest in (TRUE, SMALLEST_SHOWN)
    )
    whole = real.sum(axis=1)
    if where:
        whole = np.array([read_week(snapshot, replace(one, where=()), TRUE).by_hour.sum() for one in filters])
    real, blurred = (hours.reshape(len(filters), -1, band).sum(axis=2) for hours in (real, blurred))
    odds = HOUR_MOVES.reshape(HOURS // band, band, HOURS // band, band).sum(axis=(1, 3)) / band
    return Counts(real, blurred, whole, odds > 0, odds)


def late_counts(folder: Path, measure: str, late: int) -> Counts:
    """Return the hours of a version less those of the version before, which lacks some records."""
    filters = [
        RecordFilter(HOUSTON, (measure,), Window(month, month_end(month))) for month in HOUSTON_MONTHS.months
    ]
    second, first = (
        [
            np.array([read_week(snapshot, one, smallest).by_hour for one in filters])
            for smallest in (TRUE, SMALLEST_SHOWN)
        ]
        for snapshot in (
            snapshot_of(folder, "houston"),
            version_without(folder, "houston", measure, late),
        )
    )
    real, blurred = (after - before for after, before in zip(second, first, strict=True))
    return Counts(real, blurred, real.sum(axis=1), HOUR_MOVES > 0, None)


def group_counts(folder: Path, measures: tuple[str, ...], column: str, window: Window) -> Counts:
    """Return the groups of the demo's records in a column, by month; records of which it says nothing are left out."""
    snapshot = snapshot_of(folder, "demo")
    frames = [
        strand_records(snapshot, CITY, measures, window, smallest) for smallest in (TRUE, SMALLEST_SHOWN)
    ]
    groups = sorted({group for every in frames[0].groups[column].values() for group in every})
    months = pd.DatetimeIndex(window.months)
    real, blurred = (
        pd.crosstab(one.frame["month"], one.frame[column].astype(object)).reindex(
            months, columns=groups, fill_value=0
        )
        for one in frames
    )
    odds = GROUP_KEPT * np.eye(len(groups)) + (1 - GROUP_KEPT) / len(groups)
    counted = real.to_numpy(dtype=float)
    return Counts(counted, blurred.to_numpy(dtype=float), counted.sum(axis=1), odds > 0, odds)


def check_counts(
    folder: Path, dataset: str, force: str, window: Window, measures: tuple[str, ...], late: int = 0
) -> Counts:
    """Return what the data checks count of times: minutes of the day by month and measure, as far as some record has one.

    With `late`, those of a version less those of the version before, which lacks so many records of the first measure.
    """
    after = _swaps(snapshot_of(folder, dataset), force, window, measures, _minutes)
    if late:
        before = _swaps(
            version_without(folder, dataset, measures[0], late), force, window, measures, _minutes
        )
        after = [now.sub(then, fill_value=0.0) for now, then in zip(after, before, strict=True)]
    return _swap_counts(*after)


def checked_points(
    folder: Path, dataset: str, force: str, window: Window, measures: tuple[str, ...]
) -> Counts:
    """Return what the data checks count of points: squares of about a hundred metres, by month and measure."""
    swaps = _swaps(snapshot_of(folder, dataset), force, window, measures, _squares)
    return _swap_counts(*swaps)


def _swaps(
    snapshot: Snapshot,
    force: str,
    window: Window,
    measures: tuple[str, ...],
    of: Callable[[pd.DataFrame], pd.Series],
) -> list[pd.DataFrame]:
    """Return how many records have which value, true and swapped: a row for each measure and month, a column for each value."""
    tables = []
    for smallest in (TRUE, SMALLEST_SHOWN):
        rows = swapped_records(snapshot, smallest).filter(lambda t: t.force == force).to_pandas()
        tables.append(
            rows.assign(value=of(rows), month=pd.to_datetime(rows["recorded_on"]).dt.to_period("M"))
        )
    values = sorted(set(tables[0]["value"].dropna()))
    months = pd.PeriodIndex(list(window.months), freq="M")
    parts = pd.MultiIndex.from_product([measures, months])
    return [
        rows.groupby(["measure", "month", "value"]).size().unstack(fill_value=0).astype(float)
        .reindex(index=parts, columns=values, fill_value=0.0)
        for rows in tables
    ]  # fmt: skip


def _swap_counts(true: pd.DataFrame, swapped: pd.DataFrame) -> Counts:
    values = true.columns.union(swapped.columns)
    real, shown = (table.reindex(columns=values, fill_value=0.0).to_numpy() for table in (true, swapped))
    prior = real.clip(min=0).sum(axis=0) / real.clip(min=0).sum()
    odds = (1 - SHARE_SWAPPED) * np.eye(len(prior)) + SHARE_SWAPPED * prior
    return Counts(real, shown, real.sum(axis=1), np.ones_like(odds, dtype=bool), odds)


def _minutes(rows: pd.DataFrame) -> pd.Series:
    return rows["occurred_from"].dt.hour * 60 + rows["occurred_from"].dt.minute


def _squares(rows: pd.DataFrame) -> pd.Series:
    return rows["longitude"].round(3) + 1_000 * rows["latitude"].round(3)


def map_counts(
    folder: Path, dataset: str, measures: tuple[str, ...], window: Window, size: int | None = 0
) -> Counts:
    """Return the cells of a size (0 for the finest), or the wards, by month; a month's total is of all that is placed."""
    snapshot = snapshot_of(folder, dataset)
    months = [Window(month, month_end(month)) for month in window.months]
    by_version = []
    odds = np.empty(0)
    for smallest in (TRUE, SMALLEST_SHOWN):
        selection = MapSelection(RecordFilter(CITY, measures, window), smallest=smallest)
        counts = record_counts(snapshot, folder / dataset, selection, report_measures())
        resolution = counts.ground.finest if size == 0 else size
        by_zone = zone_counts(counts, resolution)
        by_version.append(np.array([by_zone.within(month) for month in months]))
        moving = moves_between(counts.ground, resolution).toarray()
        odds = STAYING * np.eye(len(moving)) + (1 - STAYING) * moving
        centres = by_zone.zones.centres_m
    near = KDTree(centres).sparse_distance_matrix(KDTree(centres), FARTHEST_POSSIBLE_M).toarray() > 0
    return Counts(*by_version, by_version[0].sum(axis=1), near | np.eye(len(near), dtype=bool), odds)


def state_counts(folder: Path, dataset: str, measures: tuple[str, ...], window: Window) -> Counts:
    """Return how many records lie in the area, outside of it, or have no place, by month."""
    snapshot = snapshot_of(folder, dataset)
    states = np.zeros((2, len(list(window.months)), 3))
    for version, smallest in enumerate((TRUE, SMALLEST_SHOWN)):
        for at, month in enumerate(window.months):
            alone = Window(month, month_end(month))
            selection = MapSelection(RecordFilter(CITY, measures, alone), smallest=smallest)
            counts = record_counts(snapshot, folder / dataset, selection, report_measures())
            outside = zone_counts(counts, counts.ground.finest).outside(alone)
            selected, placed = (int(counts.known[name]) for name in ("records", "placed"))
            states[version, at] = placed - outside, outside, selected - placed
    prior = states[0].sum(axis=0) / states[0].sum()
    odds = (1 - SHARE_SWAPPED) * np.eye(3) + SHARE_SWAPPED * prior
    return Counts(states[0], states[1], states[0].sum(axis=1), np.ones((3, 3), dtype=bool), odds)


def place_counts(folder: Path, measures: tuple[str, ...], window: Window) -> Counts:
    """Return the hours of the demo's busiest cell; of these the force's totals alone are published."""
    snapshot = snapshot_of(folder, "demo")
    selection = MapSelection(RecordFilter(CITY, measures, window))
    counts = record_counts(snapshot, folder / "demo", selection, report_measures())
    by_zone = zone_counts(counts, counts.ground.finest)
    busiest = int(by_zone.within(window).argmax())
    weeks = []
    for smallest in (TRUE, SMALLEST_SHOWN):
        counted = counted_of(snapshot, CITY, smallest)
        chosen = counted.chosen(selection.records)
        here = zone_of_records(counted, by_zone.zones)[chosen.at] == busiest
        weeks.append(week_of(day_hour(chosen.only(here)))[None])
    whole = read_week(snapshot, selection.records, TRUE).by_hour.sum()
    from_anywhere = np.ones((HOURS, HOURS), dtype=bool)  # from another cell, too
    return Counts(*weeks, np.array([whole]), from_anywhere, None)


def opened_weeks(
    folder: Path,
    smallest: int,
    dataset: str,
    force: str,
    window: Window,
    measures: tuple[str, ...],
    large: tuple[str, ...],
) -> list[tuple[Week, tuple[str, ...]]]:
    """Open the week of some measures, of others, and of both together."""
    snapshot = snapshot_of(folder, dataset)
    return [
        (
            protected_week(
                read_week(snapshot, RecordFilter(force, chosen, window), smallest), DEFAULT, smallest
            ),
            chosen,
        )
        for chosen in (measures, large, (*large, *measures))
    ]


def snapshot_of(folder: Path, dataset: str, made: Callable[[], Delivery] | None = None) -> Snapshot:
    """Return a dataset, published when it is first asked for."""
    if not (folder / dataset).exists():
        (folder / dataset).mkdir(parents=True)
        (folder / dataset / FILE_NAME).write_bytes(SECRET)
        publish(folder / dataset, "data", (made or DELIVERIES[dataset])(), "tests")
    return open_version(folder / dataset, "data")


def version_without(folder: Path, dataset: str, measure: str, late: int) -> Snapshot:
    """Return a version of the same store that lacks some records of a measure."""
    if not (folder / dataset / "earlier").exists():
        snapshot_of(folder, dataset)
        whole = DELIVERIES[dataset]()
        incidents = whole.tables.incidents
        ids = incidents.filter(pc.equal(incidents["measure"], measure))["row_id"].to_pylist()
        held_back = ids[:: max(len(ids) // late, 1)][:late]
        kept = incidents.filter(pc.invert(pc.is_in(incidents["row_id"], pc.cast(held_back, "string"))))
        earlier = replace(whole, tables=replace(whole.tables, incidents=kept))
        publish(folder / dataset, "earlier", earlier, "tests")
    return open_version(folder / dataset, "earlier")


@cache
def _houston() -> Delivery:
    mapping = draft_mapping(read_extract(HOUSTON_FILE), force=HOUSTON).mapping
    return deliver(HOUSTON_FILE, mapping, lambda: b"k" * 32)


DELIVERIES: Final[dict[str, Callable[[], Delivery]]] = {
    "houston": _houston,
    "demo": demo.deliver,
    "city": lambda: police_uk([STREET_FILE]),
}
OF_HOUSTON: Final = {"dataset": "houston", "force": HOUSTON, "window": HOUSTON_MONTHS}
OF_DEMO: Final = {"dataset": "demo", "force": CITY, "window": YEAR}
OF_CITY: Final = {"dataset": "city", "measures": VIOLENCE, "window": rolling_12(date(2024, 12, 1))}
MURDER, RAPE = ({"measures": (measure,), **OF_HOUSTON} for measure in ("homicide", "rape"))
PAIR: Final = {"measures": SEXUAL, **OF_DEMO, "window": TWO_YEARS}
SEXUAL_MAP: Final = {"dataset": "demo", "measures": SEXUAL, "window": YEAR}

PAGES: Final[Sequence[Page]] = (
    Page(
        "When: Houston, murder",
        partial(week_counts, **MURDER),
        views=partial(opened_weeks, large=ASSAULT, **MURDER),
    ),
    Page(
        "When: Houston, rape",
        partial(week_counts, **RAPE),
        views=partial(opened_weeks, large=ASSAULT, **RAPE),
    ),
    Page("When: Houston, murder by month", partial(week_counts, **MURDER), together=False),
    Page("When: demo, sexual offences", partial(week_counts, measures=SEXUAL, **OF_DEMO)),
    Page(
        "When: change of bands, demo",
        partial(week_counts, band=3, measures=SEXUAL, **{**OF_DEMO, "window": TWO_YEARS}),
    ),
    Page(
        "When: patrols weighed by harm, demo",
        partial(week_counts, measures=(*SEXUAL, "domestic-abuse-crime"), **OF_DEMO),
    ),
    Page(
        "When: demo, narrowed to victims who live there",
        partial(
            week_counts, measures=SEXUAL, where=(("victim_residency", "resident in the City"),), **OF_DEMO
        ),
    ),
    Page(
        "When: pairs, Houston, murder beside rape and assault",
        partial(week_counts, **MURDER),
        views=partial(opened_weeks, large=("rape", *ASSAULT), **MURDER),
    ),
    Page("When: pairs, two years of the demo", partial(week_counts, **PAIR)),
    Page("Where: pairs, two years of the demo", partial(map_counts, **{**SEXUAL_MAP, "window": TWO_YEARS})),
    Page(
        "Strand: hate strands of hate crime, demo",
        partial(group_counts, measures=("hate-crime",), column="hate_strand", window=TWO_YEARS),
        together=False,
    ),
    Page(
        "Strand: kinds of sexual offence, demo",
        partial(group_counts, measures=SEXUAL, column="offence", window=TWO_YEARS),
        together=False,
    ),
    Page(
        "Strand: repeat victims of domestic abuse, demo",
        partial(group_counts, measures=("domestic-abuse-crime",), column="victim_before", window=TWO_YEARS),
        together=False,
    ),
    Page("Data: checks of times, Houston, rape", partial(check_counts, **RAPE), together=False),
    Page("Data: checks of times, demo, sexual offences", partial(check_counts, measures=SEXUAL, **OF_DEMO)),
    Page(
        "Data: checks of points, demo, sexual offences", partial(checked_points, measures=SEXUAL, **OF_DEMO)
    ),
    Page("Data: checks of times, five late rapes", partial(check_counts, late=5, **RAPE), together=False),
    Page("Versions: Houston, five late rapes", partial(late_counts, measure="rape", late=5), together=False),
    Page("Where: demo, sexual offences", partial(map_counts, **SEXUAL_MAP)),
    Page("Where: demo, sexual offences, larger cells", partial(map_counts, size=9, **SEXUAL_MAP)),
    Page("Where: demo, sexual offences, wards", partial(map_counts, size=None, **SEXUAL_MAP)),
    Page("Where: months of a place of the demo", partial(map_counts, **SEXUAL_MAP), together=False),
    Page("Where: hours of a place of the demo", partial(place_counts, measures=SEXUAL, window=YEAR)),
    Page("Where: City, violence", partial(map_counts, **OF_CITY)),
    Page("Where: in or out of the City, violence", partial(state_counts, **OF_CITY), together=False),
    Page("Where: in or out, demo", partial(state_counts, **SEXUAL_MAP), together=False),
)
