"""What every view of hours and places is worked out of: blurred records, or swapped ones, and of the true ones the ground alone.

The hours, points, groups and streets of a version's true records are dealt anew among them, while the blurred ones stay
what they are: no view changes. And a late record moves nobody else's.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.attack.pages import CITY, SEXUAL, YEAR, snapshot_of
from vulncore.domain.blur import DETAILS, GROUP_KEPT, blurred
from vulncore.domain.disclosure import SMALLEST_SHOWN, Coarseness
from vulncore.domain.geography import boundary
from vulncore.domain.periods import fytd, rolling_12
from vulncore.domain.vocabulary import report_measures
from vulncore.findings.data import checks as checking
from vulncore.findings.data.changes import changes_between
from vulncore.findings.data.checks import data_checks
from vulncore.findings.data.coverage import coverage_picture
from vulncore.findings.data.publishes import account_frame
from vulncore.findings.shared import blurred as blurring
from vulncore.findings.shared import counted as counting
from vulncore.findings.shared.contents import dataset_contents
from vulncore.findings.shared.layer import Layer
from vulncore.findings.shared.subject import Subject
from vulncore.findings.shared.which_records import HoursChosen
from vulncore.findings.strand import harm as harm_module
from vulncore.findings.strand.drivers import strand_drivers
from vulncore.findings.strand.harm import harm_of
from vulncore.findings.strand.panels import every_strand, panel_figures
from vulncore.findings.strand.victims import strand_victims
from vulncore.findings.when.counts import read_week
from vulncore.findings.when.leaving import when_leaving
from vulncore.findings.when.when import patrol_hours, weeks_beside, when
from vulncore.findings.where import area as ground
from vulncore.findings.where import counts as where_counts
from vulncore.findings.where.beside import maps_beside
from vulncore.findings.where.counts import record_counts
from vulncore.findings.where.layers import MapChoice
from vulncore.findings.where.leaving import layer_leaving
from vulncore.findings.where.place import place_view, two_places
from vulncore.findings.where.protection import layer_view, where_view
from vulncore.findings.where.question import MapSelection
from vulncore.findings.where.trial import map_trial, repeats_view
from vulncore.metrics.week.counted import RecordFilter
from vulncore.sources.records.deliver import deliver
from vulncore.sources.records.mapping import Coding, Mapping
from vulncore.store import Snapshot

NARROWED = (("victim_residency", "visiting the City"), ("location_type", "street"))
SELECTIONS = {
    "all": RecordFilter(CITY, SEXUAL, YEAR, harm=(("rape", 5.0),)),
    "narrowed": RecordFilter(CITY, ("mental-health",), YEAR, NARROWED),
    "street": RecordFilter(CITY, ("mental-health",), YEAR, (("place", "London Bridge"),)),
}
LAYERS = (Layer.CELLS, Layer.WARDS, Layer.STANDS_OUT, Layer.CHANGE, Layer.DENSITY, Layer.CLASS)
MAPS = ("all", "narrowed")
DEALT = (
    "occurred_from",
    "occurred_to",
    "longitude",
    "latitude",
    "place",
    "location_type",
    "victim_residency",
    "victim_key",
    "offence",
    "hate_strand",
    "risk_level",
    "outcome",
)
EXTRACT = Mapping(
    source="crimes",
    force=CITY,
    counts=(Coding("Offence", {"rape": ("rape",)}, ()),),
    columns={"record_id": "Id", "recorded_on": "Recorded", "place": "Where"},
    first=date(2024, 1, 1),
    last=date(2024, 3, 1),
    most_rejected_percent=100,
)
SECRET, AREAS = b"s" * 32, {CITY: boundary(CITY)}
MILLIMETRE = 1e-8  # in degrees
NIGHT = HoursChosen("evening", "in the evening", tuple(hour for hour in range(168) if hour % 24 >= 16))


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dealt")
    snapshot_of(folder, "demo")
    return folder


def shown(snapshot: Snapshot, store: Path) -> dict[str, object]:
    """Return everything that the two pages show of some selections."""
    measures = report_measures()
    views: dict[str, object] = {
        f"week of {name}": when(snapshot, one, measures) for name, one in SELECTIONS.items()
    }
    views["patrols"] = patrol_hours(snapshot, SELECTIONS["all"], measures, 3, 6)
    for name in MAPS:
        counts = record_counts(snapshot, store, MapSelection(SELECTIONS[name]), measures)
        views[f"map of {name}"] = where_view(counts).off_the_map
        for layer in LAYERS if name == "all" else (Layer.CELLS,):
            views[f"{layer} of {name}"] = layer_view(counts, MapChoice(layer)).layer
    pair = [(snapshot, when(snapshot, SELECTIONS[name], measures)) for name in MAPS]
    views["weeks beside each other"] = weeks_beside(*pair, measures)
    both = [
        (snapshot, record_counts(snapshot, store, MapSelection(SELECTIONS[name]), measures)) for name in MAPS
    ]
    beside = maps_beside(both[0], both[1], measures, MapChoice())
    # but for the names of places, which the streets that are patched make others
    figures = beside.table.drop(columns="Place")
    figures = figures.sort_values(list(figures.columns), ignore_index=True)
    views["maps beside each other"] = beside.headline, figures, beside.pinned.counts, beside.shown.counts
    views["week of a document"] = when_leaving(snapshot, SELECTIONS["all"], measures, [Coarseness(10, 10)])
    counts = record_counts(snapshot, store, MapSelection(SELECTIONS["all"]), measures)
    views["map of a document"] = layer_leaving(counts, MapChoice(Layer.WARDS)).layer
    busiest = layer_view(counts, MapChoice(Layer.CELLS))
    size = counts.ground.resolutions[-1]
    cell = layer_view(counts, MapChoice(Layer.CELLS, resolution=size)).zones.names[3]
    place = place_view(counts, size, cell)
    both = two_places(
        counts, size, (cell, layer_view(counts, MapChoice(Layer.CELLS, resolution=size)).zones.names[4])
    )
    views["two places"] = both.verdict, both.most_months, both.most_hours, [one.months for one in both.places]
    views |= {"months": place.months, "hours": place.hours, "place": place.summary, "total": busiest.total}
    views |= {"repeats": repeats_view(counts), "trial": map_trial(counts)}
    views |= strand_views(snapshot)
    views["severity"] = harm_of(snapshot, CITY, measures, rolling_12(YEAR.end), rolling_12(YEAR.end, 1)).rows
    at_night = record_counts(snapshot, store, MapSelection(SELECTIONS["narrowed"], NIGHT), measures)
    views["at night"] = layer_view(at_night, MapChoice(Layer.CELLS)).layer
    return views


def strand_views(snapshot: Snapshot) -> dict[str, object]:
    """Return what the page of a strand shows of parts of its records."""
    contents = dataset_contents(snapshot) if snapshot.publish.table_versions else None
    measures = contents.measures if contents else report_measures()
    views: dict[str, object] = {}
    for key in ("hate-crime", "domestic-abuse-crime"):
        of = Subject(key, key, "crimes", tuple(one for one in measures if one.key == key))
        now, before = fytd(YEAR.end), fytd(YEAR.end, 1)
        drivers = strand_drivers(snapshot, CITY, of, now, before, SMALLEST_SHOWN)
        views[f"drivers of {key}"] = drivers.parts, drivers.headline, drivers.mixes
        victims = strand_victims(snapshot, CITY, of, YEAR, SMALLEST_SHOWN)
        views[f"victims of {key}"] = victims.shares, victims.visitors
    for strand in ("hate-crime", "mental-health-and-suicide", "sexual-violence"):
        for panel in every_strand()[strand].panels:
            figures = panel_figures(snapshot, CITY, measures, panel, YEAR.months[-1], SMALLEST_SHOWN)
            views[panel.title] = figures and figures.frame
    return views


def test_no_view_of_hours_or_places_reads_the_true_records(demo_folder, monkeypatch):
    snapshot, store = snapshot_of(demo_folder, "demo"), demo_folder / "demo"
    before = shown(snapshot, store)
    kept = blurring.blurred_records(snapshot, SMALLEST_SHOWN)
    swapped = blurring.swapped_records(snapshot, SMALLEST_SHOWN)
    monkeypatch.setattr(counting, "swapped_records", _constant(swapped))
    street_points, piles = where_counts.street_points(snapshot, CITY), ground.point_piles(snapshot.incidents)
    monkeypatch.setattr(where_counts, "street_points", _constant(street_points))
    monkeypatch.setattr(ground, "point_piles", _constant(piles))
    for module in (counting, where_counts, harm_module):
        monkeypatch.setattr(module, "blurred_records", _constant(kept))
    after = shown(dealt(snapshot), store)
    assert before.keys() == after.keys()
    assert [name for name in before if repr_of(before[name]) != repr_of(after[name])] == []


def test_no_data_check_reads_true_times_and_points_and_no_change_or_account_depends_on_them(
    demo_folder, monkeypatch
):
    snapshot = snapshot_of(demo_folder, "demo")
    other = replace(snapshot, counts=snapshot.counts.filter(snapshot.counts.force == "nobody"))

    def said(version: Snapshot) -> dict[str, object]:
        return {
            "checks": data_checks(version, CITY),
            "first": changes_between(None, version).frame,
            "changes": changes_between(other, version).sentences,
            "coverage": coverage_picture(version, CITY),
            "account": account_frame(version.publish, SMALLEST_SHOWN),
        }

    before = said(snapshot)
    kept = checking.swapped_records(snapshot, SMALLEST_SHOWN)
    monkeypatch.setattr(checking, "swapped_records", _constant(kept))
    after = said(dealt(snapshot))
    assert before["checks"]
    assert [name for name in before if repr_of(before[name]) != repr_of(after[name])] == []


def test_whether_a_row_is_rejected_says_nothing_of_its_hour_and_place(tmp_path):
    rows = [
        f"{number},{'' if number % 7 == 0 else '05/01/2024'},{'lost' if number % 5 == 0 else 'rape'}"
        for number in range(60)
    ]
    header = "Id,Recorded,Offence,Begun,Where"
    accounts = []
    for shift in (0, 23):
        lines = [
            f"{row},{(n + shift) % 24:02d}:15,street {(n * 7 + shift) % 60}" for n, row in enumerate(rows)
        ]
        (tmp_path / "extract.csv").write_text("\n".join([header, *lines]), encoding="utf-8")
        delivery = deliver(tmp_path / "extract.csv", EXTRACT, lambda: SECRET)
        accounts.append(
            (delivery.rows.rejected, [(reject.line, reject.reason) for reject in delivery.rejects])
        )
    assert sum(accounts[0][0].values()) > 10
    assert accounts[0] == accounts[1]


def dealt(snapshot: Snapshot) -> Snapshot:
    """Return a version in which times, points, streets and groups are dealt anew among the records."""
    rows = snapshot.incidents.to_pyarrow()
    order = np.random.default_rng(1).permutation(rows.num_rows)
    for name in DEALT:
        at = rows.schema.get_field_index(name)
        rows = rows.set_column(at, rows.schema.field(at), rows.column(name).take(order))
    publish = replace(snapshot.publish, table_versions={}, stored={})  # other rows than were published
    return replace(snapshot, publish=publish, incidents=ibis.memtable(rows))


def repr_of(view: object) -> str:
    """Return all of a view as text, tables whole."""
    with pd.option_context("display.max_rows", None, "display.max_columns", None, "display.width", None):
        return repr(view)


def _constant(value: object) -> Callable[..., object]:
    return lambda *_, **__: value


def test_the_dealt_records_are_others_so_that_a_view_of_them_would_change(demo_folder):
    snapshot = snapshot_of(demo_folder, "demo")
    true = read_week(snapshot, SELECTIONS["all"], 1).by_hour
    dealt_week = read_week(dealt(snapshot), SELECTIONS["all"], 1).by_hour
    assert (true != dealt_week).sum() > 100


def test_late_records_move_nobody_elses_hour_and_groups_and_hardly_a_point(demo_folder):
    rows = demo_rows(demo_folder)
    late = np.zeros(rows.num_rows, dtype=bool)
    late[:: rows.num_rows // 100] = True
    changed = changes_of_others(rows.filter(pa.array(~late)), rows)
    assert changed.pop("place") <= 10  # of those that moved next to a street that nobody had named
    for name in ("longitude", "latitude"):  # of those that swap whether they have a place
        assert changed.pop(name) <= 10
    assert changed == dict.fromkeys(changed, 0)


@pytest.mark.parametrize("column", ["location_type", "victim_residency", "offence", "risk_level"])
def test_a_late_record_of_a_new_group_deals_nobody_an_old_one(demo_folder, column):
    rows = demo_rows(demo_folder)
    like = rows.filter(pc.equal(rows["measure"], "hate-crime")).slice(0, 1).to_pylist()[0]
    first = {**like, "row_id": "late", "record_id": "late", column: "another"}
    later = pa.concat_tables([rows, pa.Table.from_pylist([first], schema=rows.schema)])
    old, new = (blurred(table, SECRET, AREAS)[column].to_pylist() for table in (rows, later))
    changed = [now for then, now in zip(old, new[:-1], strict=True) if then != now]
    assert set(changed) == {"another"}
    if column in DETAILS:  # another one of the same measure
        old = [
            value
            for value, measure in zip(old, rows["measure"].to_pylist(), strict=True)
            if measure == "hate-crime"
        ]
    groups, known = len(set(old) - {None}), sum(value is not None for value in old)
    expected = known * (1 - GROUP_KEPT) / (groups + 1)
    assert len(changed) == pytest.approx(expected, rel=0.15, abs=3 * expected**0.5)


def test_a_line_further_on_keeps_its_blur_beside_an_equal_line_of_another_measure(demo_folder):
    rows = demo_rows(demo_folder)
    like = {**rows.slice(0, 1).to_pylist()[0], "victim_key": None}

    def moved(line: int) -> list[int]:
        lines = [
            {**like, "row_id": str(line + at), "record_id": str(line + at), "measure": measure}
            for at, measure in enumerate(("rape", "hate-crime"))
        ]
        of_lines = pa.Table.from_pylist(lines, schema=rows.schema)
        return blurred(of_lines, SECRET, AREAS)["moved_hours"].to_pylist()

    assert moved(998) == moved(999)


def changes_of_others(earlier: pa.Table, later: pa.Table) -> dict[str, int]:
    """Return how many records that are in both are blurred in two ways, by column; of points, over a millimetre apart."""
    first, second = (blurred(rows, SECRET, AREAS).to_pandas() for rows in (earlier, later))
    both = first.merge(second, on=["record_id", "measure"], suffixes=("", "_later"))
    assert len(both) >= len(first)
    texts = ("place", "location_type", "victim_residency", "moved_hours")
    changed = {
        name: int((both[name].fillna("none") != both[f"{name}_later"].fillna("none")).sum()) for name in texts
    }
    for name in ("longitude", "latitude"):
        changed[name] = int(((both[name] - both[f"{name}_later"]).abs() > MILLIMETRE).sum())
    return changed


def demo_rows(demo_folder: Path) -> pa.Table:
    return snapshot_of(demo_folder, "demo").incidents.to_pyarrow()
