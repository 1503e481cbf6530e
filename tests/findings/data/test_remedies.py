"""What remedies promise: carried out, they leave the finding that they are about behind, and nothing new."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.county_extract import FORCE as COUNTY
from tests.county_extract import county_records, write_county_workbook
from tests.making import FORCE, covered, delivery, incident, months
from vulncore.domain.errors import Reject
from vulncore.domain.geography import to_grid
from vulncore.domain.periods import month_end
from vulncore.domain.schemas import ANNOTATIONS
from vulncore.findings.data.changes import changes_between
from vulncore.findings.data.checks import data_checks, gravest_first
from vulncore.findings.data.codes import code_findings
from vulncore.findings.data.finding import DataFinding, Sureness, findings_frame
from vulncore.findings.data.remedies import (
    DatesReadOtherwise,
    DegreesSwapped,
    NotesOnData,
    PointsAsNoPlace,
    TimesAsNoTime,
    remedied,
    remedy_effect,
    remedy_label,
    remedy_line,
    remedy_notes,
)
from vulncore.findings.overview.overview import overview
from vulncore.sources.extract import read_extract
from vulncore.sources.records.deliver import deliver
from vulncore.sources.records.draft import draft_mapping
from vulncore.sources.records.judging import BAD_CODE
from vulncore.sources.records.mapping import Coding, Mapping, Moment
from vulncore.sources.records.moments import DateOrder
from vulncore.store import annotate, open_version, preview, publish
from vulncore.store.notes import NoteKind

TODAY = date(2024, 12, 31)
YEARS = months(date(2022, 1, 1), 36)
DEGREES = Mapping(
    source="crimes",
    force=FORCE,
    counts=(Coding("Offence", {"rape": ("rape",)}),),
    columns={"record_id": "Id", "recorded_on": "Recorded", "longitude": "X", "latitude": "Y"},
    occurred_from=Moment(at="From"),
    first=date(2024, 1, 1),
    last=date(2024, 12, 1),
)


def findings_of(folder, path, mapping):
    brought = deliver(path, mapping, lambda: b"k" * 32)
    seen = preview(folder / "store", "tried", brought, "tests")
    every = data_checks(seen, today=TODAY, brought=brought.tables.incidents)
    return {finding.check: finding for finding in every}


def extract(folder, days, points, clocks):
    path = folder / "crimes.csv"
    rows = [
        f"{number},{day:%d/%m/%Y},rape,{day:%d/%m/%Y} {clock:%H:%M},{x},{y}"
        for number, (day, (x, y), clock) in enumerate(zip(days, points, clocks, strict=True))
    ]
    path.write_text("\n".join(["Id,Recorded,Offence,From,X,Y", *rows, ""]))
    return path


def usual(count=400, seed=1):
    """Return days, points and times in which nothing is odd."""
    draw = np.random.default_rng(seed)
    days = [date(2024, 1, 1) + timedelta(days=number % 360) for number in range(count)]
    points = [tuple(point) for point in draw.normal((-0.09, 51.515), 0.01, size=(count, 2)).round(5)]
    clocks = [time(number % 24, number * 7 % 60) for number in range(count)]
    return days, points, clocks


def test_nought_as_no_place_and_a_default_as_no_time_put_a_county_force_right(tmp_path):
    every = [
        replace(record, clock=record.clock or time(12))
        for record in county_records(date(2024, 9, 1), date(2024, 10, 31), 600)
    ]
    path = write_county_workbook(tmp_path / "county.xlsx", every)
    mapping = replace(draft_mapping(read_extract(path)).mapping, force=COUNTY)
    before = findings_of(tmp_path, path, mapping)
    assert set(before) == {"zero-degrees", "default-time"}
    for finding in before.values():
        mapping = remedied(mapping, finding.remedy)
    assert (mapping.no_place, mapping.no_time) == (((0.0, 0.0),), (time(12),))
    assert findings_of(tmp_path, path, mapping) == {}
    noted = deliver(path, mapping, lambda: b"k" * 32).rows.noted
    assert noted["with a point that stands for no place, kept without it"] == sum(
        record.place is None for record in every
    )
    assert noted["with a time that stands for no time, kept without the hour"] == sum(
        record.clock == time(12) for record in every
    )


def test_a_piled_point_is_read_as_no_place(tmp_path):
    days, points, clocks = usual()
    path = extract(tmp_path, days, [(-0.0912346, 51.5154321)] * 80 + points[80:], clocks)
    finding = findings_of(tmp_path, path, DEGREES)["points-piled"]
    assert finding.remedy == PointsAsNoPlace(((-0.09123, 51.51543),))
    better = remedied(DEGREES, finding.remedy)
    assert findings_of(tmp_path, path, better) == {}
    assert deliver(path, better, bytes).tables.incidents["longitude"].null_count == 80


def test_dates_that_pass_for_times_are_read_as_no_time(tmp_path):
    days, points, _ = usual()
    path = extract(tmp_path, days, points, [time(0)] * len(days))
    finding = findings_of(tmp_path, path, DEGREES)["date-only"]
    assert finding.remedy == TimesAsNoTime((time(0),))
    assert findings_of(tmp_path, path, remedied(DEGREES, finding.remedy)) == {}


def test_swapped_degrees_are_mapped_the_other_way_round_and_a_few_swapped_rows_are_not(tmp_path):
    days, points, clocks = usual()
    turned = [point[::-1] for point in points]
    finding = findings_of(tmp_path, extract(tmp_path, days, turned, clocks), DEGREES)["swapped-degrees"]
    assert finding.remedy == DegreesSwapped()
    better = remedied(DEGREES, finding.remedy)
    assert (better.columns["longitude"], better.columns["latitude"]) == ("Y", "X")
    assert findings_of(tmp_path, tmp_path / "crimes.csv", better) == {}
    few = extract(tmp_path, days, [*turned[:9], *points[9:]], clocks)
    assert findings_of(tmp_path, few, DEGREES)["swapped-degrees"].remedy is None


METRES = replace(
    DEGREES, columns={"record_id": "Id", "recorded_on": "Recorded", "easting": "X", "northing": "Y"}
)


def in_metres(points):
    """Return points of the British grid, to the metre."""
    longitudes, latitudes = np.array(points).T
    return [(round(east), round(north)) for east, north in zip(*to_grid(longitudes, latitudes), strict=True)]


@pytest.mark.parametrize("force", [FORCE, "City of London Police"])
@pytest.mark.parametrize(
    ("written", "label", "line"),
    [
        (lambda x, y: (y, x), "Swap easting and northing", "Swap the columns of easting and northing"),
        (lambda x, y: (x / 1_000, y / 1_000), "Read the points in kilometres", 'places_in = "kilometres"'),
        (lambda x, y: (x // 100, y // 100), "Read the points in hundreds of metres", "hundreds of metres"),
        (lambda x, y: (y / 1_000, x / 1_000), "Read the points in kilometres", "Swap the columns of easting"),
    ],
    ids=["axes", "kilometres", "hundreds of metres", "axes and kilometres"],
)
def test_points_in_other_axes_or_units_are_read_so_at_a_press(tmp_path, force, written, label, line):
    days, points, clocks = usual()
    path = extract(tmp_path, days, [written(*pair) for pair in in_metres(points)], clocks)
    mapping = replace(METRES, force=force)
    findings = findings_of(tmp_path, path, mapping)
    finding = findings["misread-points"]
    assert findings.keys().isdisjoint({"outside-area", "far-points", "zero-degrees"})
    assert (remedy_label(finding.remedy), finding.sure) == (label, Sureness.LIKELY)
    assert line in remedy_line(finding.remedy)
    better = remedied(mapping, finding.remedy)
    assert "misread-points" not in findings_of(tmp_path, path, better)
    place = deliver(path, better, bytes).tables.incidents
    assert np.median(place["longitude"].to_numpy()) == pytest.approx(-0.09, abs=0.01)
    assert remedied(DEGREES, finding.remedy) == DEGREES  # whose columns are none of eastings


def test_points_of_northern_ireland_are_read_on_its_own_grid(tmp_path):
    days, _, clocks = usual()
    draw = np.random.default_rng(3)
    points = draw.normal((333_800, 374_000), 2_000, size=(len(days), 2)).round().tolist()
    mapping = replace(METRES, force="Police Service of Northern Ireland")
    finding = findings_of(tmp_path, extract(tmp_path, days, points, clocks), mapping)["misread-points"]
    assert remedy_label(finding.remedy) == "Read the points in metres of the Irish grid"
    assert findings_of(tmp_path, tmp_path / "crimes.csv", remedied(mapping, finding.remedy)) == {}


def test_a_few_rows_with_easting_and_northing_swapped_are_corrected_in_the_source(tmp_path):
    days, points, clocks = usual()
    metres = in_metres(points)
    few = extract(tmp_path, days, [*(pair[::-1] for pair in metres[:9]), *metres[9:]], clocks)
    findings = findings_of(tmp_path, few, METRES)
    assert (findings["misread-points"].count, findings["misread-points"].remedy) == (10, None)
    assert "far-points" not in findings
    assert findings_of(tmp_path, extract(tmp_path, days, metres, clocks), METRES) == {}


def test_swapped_axes_of_an_extract_are_found_where_the_boundary_is_another_force_s():
    path = Path(__file__).parents[3].parent / "shared/faults/easting-northing-swapped/crimes.csv"
    if not path.is_file():
        pytest.skip("the inputs that came out wrong are not beside the project")
    drafted = draft_mapping(read_extract(path), "Kent Police").mapping
    columns = {**drafted.columns, "easting": "Easting", "northing": "Northing"}
    with TemporaryDirectory() as folder:
        finding = findings_of(Path(folder), path, replace(drafted, columns=columns))["misread-points"]
    assert "around 54.64 N, 5.39 W as mapped: at sea" in finding.what
    assert remedied(replace(drafted, columns=columns), finding.remedy).columns == drafted.columns


@pytest.mark.parametrize(
    ("heading", "sure"), [("Date Recorded", Sureness.CERTAIN), ("Updated", Sureness.LIKELY)]
)
def test_dates_out_of_order_are_certain_only_where_the_heading_says_which_is_the_date_recorded(
    tmp_path, heading, sure
):
    days, points, clocks = usual()
    path = extract(tmp_path, days, points, clocks)
    early = [f"{line},{days[0]:%d/%m/%Y}" for line in path.read_text().splitlines()[1:]]
    path.write_text("\n".join([f"Id,Recorded,Offence,From,X,Y,{heading}", *early, ""]))
    mapping = replace(DEGREES, columns={**DEGREES.columns, "recorded_on": heading})
    finding = findings_of(tmp_path, path, mapping)["happened-after-recording"]
    assert finding.sure is sure
    assert f"as happening (From) after the day of recording ({heading})" in finding.what
    assert ("may be another column" in finding.why) == (sure is Sureness.LIKELY)


def test_dates_that_are_read_the_wrong_way_are_read_the_other_way(tmp_path):
    days = [date(2024, month, day) for month in range(1, 12) for day in range(1, 13) for _ in range(3)]
    _, points, clocks = usual(len(days))
    path = tmp_path / "crimes.csv"
    rows = [
        f"{number},{day:%d/%m/%Y},rape,{day:%m/%d/%Y} {clock:%H:%M},{x},{y}"
        for number, (day, (x, y), clock) in enumerate(zip(days, points, clocks, strict=True))
    ]
    path.write_text("\n".join(["Id,Recorded,Offence,From,X,Y", *rows, ""]))
    finding = findings_of(tmp_path, path, DEGREES)["happened-after-recording"]
    assert finding.remedy == DatesReadOtherwise()
    assert remedied(DEGREES, finding.remedy).date_order is DateOrder.MONTH_FIRST


def test_a_code_that_is_known_by_its_name_is_counted_and_others_are_named():
    rejects = [
        Reject("a", line, BAD_CODE, f"Offence: {code}") for line, code in enumerate(["19C", "19C", "zz"])
    ]
    (finding,) = code_findings(rejects, DEGREES)
    assert "3 rows have codes of Offence that are not in the mapping: 19C, zz." in finding.what
    better = remedied(DEGREES, finding.remedy)
    assert better.counts[0].codes == {"rape": ("rape",), "19C": ("rape",)}
    (unknown,) = code_findings(rejects[2:], DEGREES)
    assert unknown.remedy is None


def test_a_guess_and_a_stray_number_are_never_counted_at_the_press_of_a_button():
    codes = ["1", "-1", "2", "46", "Attempted rape", "019/08"]
    rejects = [Reject("a", line, BAD_CODE, f"Offence: {code}") for line, code in enumerate(codes)]
    (finding,) = code_findings(rejects, DEGREES)
    assert (finding.count, finding.remedy) == (6, None)


def series(counts, first=YEARS[0]):
    """Return a delivery of so many rapes and suicides a month; None where a month is not delivered."""
    every = months(first, len(counts))
    there = [month for month, count in zip(every, counts, strict=True) if count is not None]
    rows = [
        incident(number * 1_000 + place, month + timedelta(days=place * month_end(month).day // (count or 1)))
        for number, (month, count) in enumerate(zip(every, counts, strict=True))
        for place in range(count or 0)
    ]
    return delivery(rows, [*covered(there), *covered(there[-12:], "suicides")])


def noted(store, finding, *, as_right=False):
    """Write the notes of a finding's remedy, or those that call it right, and return the version before and the one after."""
    before, notes = open_version(store, "tried"), finding.note if as_right else finding.remedy
    rows = [*before.annotations.to_pyarrow().to_pylist(), *remedy_notes(notes, "An analyst", TODAY)]
    annotate(store, "tried", pa.Table.from_pylist(rows, schema=ANNOTATIONS), "An analyst")
    return before, open_version(store, "tried")


def checks_of(snapshot):
    return {finding.check: finding for finding in data_checks(snapshot, today=TODAY)}


@pytest.mark.parametrize(
    ("count", "check"),
    [(40, "month-short"), (0, "month-empty"), (None, "months-not-delivered")],
    ids=["short", "empty", "not delivered"],
)
def test_a_month_set_aside_is_missing_and_not_zero_and_is_found_no_more(tmp_path, count, check):
    publish(tmp_path, "tried", series([200] * 20 + [count] + [200] * 15), "tests")
    findings = checks_of(open_version(tmp_path, "tried"))
    assert set(findings) == {check}
    assert findings[check].remedy.months == (YEARS[20],)
    before, after = noted(tmp_path, findings[check])
    assert checks_of(after) == {}
    changes = changes_between(before, after)
    gone = changes.frame[changes.frame["Change"] == "withdrawn"]
    assert gone[["Period", "Before"]].values.tolist() == (
        [] if count is None else [["September 2023", count]]
    )
    shown = overview(tmp_path, "tried", as_at=date(2023, 12, 1)).table.set_index("measure")
    assert pd.isna(shown.loc["rape", "rolling12_current"])


@pytest.mark.parametrize(("count", "check"), [(40, "month-short"), (0, "month-empty")])
def test_a_short_month_that_is_right_stays_as_it_is_and_is_found_no_more(tmp_path, count, check):
    publish(tmp_path, "tried", series([200] * 20 + [count] + [200] * 15), "tests")
    findings = checks_of(open_version(tmp_path, "tried"))
    assert remedy_label(findings[check].note) == "This month is right"
    before, after = noted(tmp_path, findings[check], as_right=True)
    assert checks_of(after) == {}
    assert changes_between(before, after).frame.empty


@pytest.mark.parametrize("as_right", [True, False])
def test_an_odd_month_is_asked_about_and_no_figure_changes_with_the_answer(tmp_path, as_right):
    publish(tmp_path, "tried", series([20] * 20 + [322] + [20] * 15), "tests")
    (finding,) = checks_of(open_version(tmp_path, "tried")).values()
    assert finding.what == (
        "Rape: September 2023 holds 322 where its neighbours lead one to expect about 19. "
        "Was a backlog entered at once, or is this a real surge?"
    )
    assert [remedy_label(one) for one in (finding.remedy, finding.note)] == [
        "Note September 2023 as a one-off month",
        "This month is right",
    ]
    before, after = noted(tmp_path, finding, as_right=as_right)
    assert checks_of(after) == {}
    assert changes_between(before, after).frame.empty


def test_a_month_called_right_still_counts_for_every_other_check(tmp_path):
    publish(tmp_path, "tried", series([0] * 20 + [40] + [0] * 15), "tests")
    (finding,) = (
        one for one in data_checks(open_version(tmp_path, "tried"), today=TODAY) if one.check == "month-odd"
    )
    _, after = noted(tmp_path, finding, as_right=True)
    assert "Rape" not in " ".join(one.what for one in data_checks(after, today=TODAY))


def test_measures_that_are_odd_in_one_month_are_one_finding(tmp_path):
    given = series([20] * 20 + [322] + [20] * 15)
    more = [
        {**row, "row_id": f"s{row['row_id']}", "record_id": f"s{row['record_id']}", "measure": "suicides"}
        for row in given.tables.incidents.to_pylist()
    ]
    rows = [*given.tables.incidents.to_pylist(), *more]
    coverage = [*covered(months(YEARS[0], 36)), *covered(months(YEARS[0], 36), "suicides")]
    publish(tmp_path, "tried", delivery(rows, coverage), "tests")
    (finding,) = checks_of(open_version(tmp_path, "tried")).values()
    assert finding.what.startswith(
        "September 2023 holds far more of 2 measures than its neighbours lead one to expect: Rape 322, about 19 expected; "
    )
    assert set(finding.remedy.measures) == {"rape", "suicides"}


def test_a_month_that_ends_early_is_set_aside_and_the_next_publish_brings_it_back_whole(tmp_path):
    given = series([60] * 30)
    cut = given.tables.incidents.filter(
        pa.array([day < date(2024, 6, 12) for day in given.tables.incidents["recorded_on"].to_pylist()])
    )
    publish(tmp_path, "tried", replace(given, tables=replace(given.tables, incidents=cut)), "tests")
    findings = checks_of(open_version(tmp_path, "tried"))
    assert set(findings) == {"half-delivered-month"}  # and not short as well: it is one fact
    _, after = noted(tmp_path, findings["half-delivered-month"])
    assert checks_of(after) == {}
    assert after.coverage.filter(after.coverage.month == date(2024, 6, 1)).count().execute() == 0
    publish(tmp_path, "tried", given, "tests")
    annotate(tmp_path, "tried", ANNOTATIONS.empty_table(), "An analyst")
    whole = open_version(tmp_path, "tried")
    assert whole.coverage.filter(whole.coverage.month == date(2024, 6, 1)).count().execute() == 2
    assert whole.incidents.count().execute() == 30 * 60


def test_a_month_that_some_measures_miss_and_others_have_in_part_is_one_finding_until_one_is_set_aside(
    tmp_path,
):
    given = series([200] * 28 + [40] + [200] * 7)  # May 2024
    coverage = given.tables.coverage.filter(
        ~((pc.field("measure") == "suicides") & (pc.field("month") == YEARS[28]))
    )
    publish(tmp_path, "tried", replace(given, tables=replace(given.tables, coverage=coverage)), "tests")
    findings = checks_of(open_version(tmp_path, "tried"))
    assert set(findings) == {"months-not-delivered"}
    assert "The other measures are short in May 2024." in findings["months-not-delivered"].what
    _, after = noted(tmp_path, findings["months-not-delivered"])
    assert set(checks_of(after)) == {"month-short"}
    _, after = noted(tmp_path, checks_of(after)["month-short"])
    assert checks_of(after) == {}


def test_a_fall_is_noted_as_a_series_break_and_known_from_then_on(tmp_path):
    rows = [
        incident(
            f"{measure}-{place}-{number}",
            month + timedelta(days=number * month_end(month).day // count),
            measure,
        )
        for place, month in enumerate(YEARS)
        for measure, count in (("rape", 40), ("suicides", 30 if place < 20 else 0))
        for number in range(count)
    ]
    given = delivery(rows, [*covered(YEARS), *covered(YEARS, "suicides")])
    publish(tmp_path, "tried", given, "tests")
    findings = checks_of(open_version(tmp_path, "tried"))
    assert findings["level-fall"].remedy.kind is NoteKind.SERIES_BREAK
    _, after = noted(tmp_path, findings["level-fall"])
    assert set(checks_of(after)) == {"known-level-fall"}
    (note,) = after.annotations.to_pyarrow().to_pylist()
    assert (note["measure"], note["month"], note["kind"]) == ("suicides", YEARS[20], "series break")
    assert "30 a month before September 2023 and none from then on" in note["text"]


def test_measures_that_fall_in_the_same_month_are_one_finding_with_one_remedy(tmp_path):
    falling = ("suicides", "hate-crime")
    rows = [
        incident(
            f"{measure}-{place}-{number}",
            month + timedelta(days=number * month_end(month).day // count),
            measure,
        )
        for place, month in enumerate(YEARS)
        for measure, count in (("rape", 300), *((key, 30 if place < 20 else 0) for key in falling))
        for number in range(count)
    ]
    coverage = [row for key in ("rape", *falling) for row in covered(YEARS, key)]
    publish(tmp_path, "tried", delivery(rows, coverage), "tests")
    (finding,) = data_checks(open_version(tmp_path, "tried"), today=TODAY)
    assert finding.what.startswith("2 measures fall in September 2023: Hate crime 30 a month before")
    assert finding.remedy.measures == ("hate-crime", "suicides")
    _, after = noted(tmp_path, finding)
    assert set(checks_of(after)) == {"known-level-fall"}


def test_rows_at_nought_are_one_finding_and_neither_piled_nor_far(tmp_path):
    days, points, _ = usual()
    rows = [
        incident(number, day, longitude=x, latitude=y)
        for number, (day, (x, y)) in enumerate(zip(days, [(0.0, 0.0)] * 90 + points[90:], strict=True))
    ]
    publish(tmp_path, "tried", delivery(rows, covered(months(date(2024, 1, 1), 12))), "tests")
    assert set(checks_of(open_version(tmp_path, "tried"))) == {"zero-degrees"}


def finding(check, sure, count, touched=None):
    return DataFinding(check, "What.", "Where", count, None, "Why.", "Do.", sure, touched=touched)


def test_what_is_certain_and_bears_on_most_records_comes_first_and_what_is_no_fault_last():
    ordered = [
        finding("zero-degrees", Sureness.CERTAIN, 210),
        finding("months-not-delivered", Sureness.CERTAIN, 2, touched=120),
        finding("recorded-in-future", Sureness.CERTAIN, 3),
        finding("default-time", Sureness.LIKELY, 900),
        finding("twelve-hour-clock", Sureness.LIKELY, None),
        finding("points-piled", Sureness.LIKELY, None),
        finding("rows-identical", Sureness.POSSIBLE, 5_000),
        finding("points-snapped", Sureness.CERTAIN, 60_000),
    ]
    for seed in range(5):
        shuffled = [ordered[place] for place in np.random.default_rng(seed).permutation(len(ordered))]
        assert list(gravest_first(shuffled)) == ordered


def test_the_file_of_findings_has_the_line_that_puts_each_right():
    zero = replace(finding("zero-degrees", Sureness.CERTAIN, 210), remedy=PointsAsNoPlace(((0.0, 0.0),)))
    frame = findings_frame([zero, finding("far-points", Sureness.LIKELY, 5)])
    assert frame["Remedy"].tolist() == [
        "Add this line at the top of the mapping, then publish the extract again: no_place = [[0, 0]]",
        "",
    ]
    note = NotesOnData(NoteKind.SET_ASIDE, FORCE, (date(2023, 9, 1),), (), "Short.")
    assert (
        remedy_line(note) == "On the Data page, add a note of the kind 'month set aside' for September 2023."
    )


@pytest.mark.parametrize("smallest", [1, 5])
def test_what_a_remedy_says_of_a_few_records_is_as_round_as_the_finding(tmp_path, smallest):
    days, points, _ = usual()
    rows = [
        incident(number, day, longitude=x, latitude=y)
        for number, (day, (x, y)) in enumerate(zip(days, [*points[3:], *[(0.0, 0.0)] * 3], strict=True))
    ]
    brought = delivery(rows, covered(months(date(2024, 1, 1), 12)))
    seen = preview(tmp_path, "tried", brought, "tests")
    (zero,) = data_checks(seen, today=TODAY, smallest=smallest, brought=brought.tables.incidents)
    effect = remedy_effect(zero.remedy, zero.count)
    assert effect.startswith("About 3 records" if smallest == 1 else "A few records")
    assert ("3" in zero.what + effect) is (smallest == 1)


def test_a_time_that_is_no_time_has_no_hour_in_what_is_counted(tmp_path):
    days, points, clocks = usual()
    path = extract(tmp_path, days, points, [time(0, 1)] * 100 + clocks[100:])
    before = findings_of(tmp_path, path, DEGREES)["default-time"]
    better = remedied(DEGREES, before.remedy)
    assert "default-time" not in findings_of(tmp_path, path, better)
    began = deliver(path, better, bytes).tables.incidents["occurred_from"].to_pylist()
    assert sum(moment.time() == time(0, 1) for moment in began) == 0
    assert began[0] == datetime(2024, 1, 1)
