"""Times that the data checks call wrong count in no hour: no stretch and no patrol rests on them, and the page says why."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tests.findings.when.weeks import YEAR, of_real_times
from tests.making import FORCE, covered, delivery, incident, months
from vulncore.domain.periods import Window
from vulncore.domain.schemas import ANNOTATIONS
from vulncore.domain.vocabulary import report_measures
from vulncore.findings.data.checks import data_checks
from vulncore.findings.data.remedies import remedy_notes
from vulncore.findings.shared.counted import no_times_of
from vulncore.findings.when.map import Layout, week_export
from vulncore.findings.when.sentences import not_taken_in_words
from vulncore.findings.when.when import patrol_hours, unprotected_patrol_hours, unprotected_when, when
from vulncore.metrics.week.known_times import Known
from vulncore.sources.extract import read_extract
from vulncore.sources.records.deliver import deliver
from vulncore.sources.records.draft import draft_mapping
from vulncore.store import Snapshot, annotate, open_version, publish

FAULT = Path(__file__).parents[3].parent / "shared" / "faults" / "one-past-midnight"
BACK = "If these times are real, a note on the Data page puts them back."


def crimes(store: Path, filled_in: int, *, real: bool = False, halved: bool = False) -> Snapshot:
    """Publish 240 rapes at any hour of 2024, and 60 at the minute that a form fills in."""
    rng = np.random.default_rng(11)
    days = rng.integers(0, 365, 300)
    minutes = np.concatenate([rng.integers(0, 1_440, 240), np.full(60, filled_in)])
    if halved:
        minutes = minutes % 720 + 30
    moments = [
        datetime(2024, 1, 1) + timedelta(days=int(d), minutes=int(m))
        for d, m in zip(days, minutes, strict=True)
    ]
    rows = [incident(n, at.date(), occurred_from=at, occurred_to=at) for n, at in enumerate(moments)]
    made = delivery(rows, covered(months(date(2023, 1, 1), 24)))
    publish(store, "made", of_real_times(made) if real else made, "tests")
    return open_version(store, "made")


def said_to_be_real(store: Path, measure: str, force: str | None = None) -> Snapshot:
    """Note that a measure's times are real, and return the version that says so."""
    row = {
        "kind": "times are real",
        "force": force,
        "measure": measure,
        "text": "Venues close then.",
        "author": "a",
    }
    note = pa.Table.from_pylist([{**row, "written_on": date(2026, 1, 1)}], schema=ANNOTATIONS)
    annotate(store, "made", note, "a")
    return open_version(store, "made")


@pytest.mark.parametrize(("minute", "clock"), [(1, "00:01"), (0, "00:00"), (720, "12:00"), (1_439, "23:59")])
def test_a_time_that_a_form_fills_in_counts_in_no_hour_and_the_page_says_so(tmp_path, minute, clock):
    week = when(crimes(tmp_path, minute), YEAR, report_measures())
    assert (week.now.stretches, week.now.daily) == ((), ())
    assert week.now.known[Known.DEFAULT] in range(60, 63)
    (said,) = week.notes
    assert f"read {clock}, which a form seems to fill in: not counted in any hour. {BACK}" in said


def test_a_note_that_the_times_are_real_puts_them_back(tmp_path):
    snapshot = crimes(tmp_path, 1)
    (finding,) = [one for one in data_checks(snapshot) if one.check == "default-time"]
    notes = remedy_notes(finding.note, "An analyst", date(2026, 1, 1))
    annotate(tmp_path, "made", pa.Table.from_pylist(notes, schema=ANNOTATIONS), "An analyst")
    noted = open_version(tmp_path, "made")
    week = when(noted, YEAR, report_measures())
    assert week.now.daily[0].name.endswith("00:59")
    assert week.notes == ()
    assert "default-time" not in {one.check for one in data_checks(noted)}


def test_a_note_on_another_measure_or_force_puts_nothing_back(tmp_path):
    snapshot = crimes(tmp_path, 1)
    week = when(said_to_be_real(tmp_path, "hate-crime"), YEAR, report_measures())
    assert week.now.known == when(snapshot, YEAR, report_measures()).now.known


def test_a_12_hour_clock_counts_in_no_hour(tmp_path):
    week = when(crimes(tmp_path, 300, halved=True), YEAR, report_measures())
    (said,) = week.notes
    assert said.startswith("Some crimes have a time from a clock that shows hardly an afternoon: not counted")
    assert "Too few crimes have a time" in week.briefing.finding


def test_no_patrol_rests_on_a_default_time(tmp_path):
    aside, back = (crimes(tmp_path / name, 1, real=name == "real") for name in ("form", "real"))
    chosen = [unprotected_patrol_hours(one, YEAR, report_measures(), 7, 1).starts for one in (aside, back)]
    assert sum(start % 24 == 0 for start in chosen[1]) == 7
    assert sum(start % 24 == 0 for start in chosen[0]) < 3


MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def spread_and(
    store: Path, starts: Sequence[timedelta], length: timedelta, many: int = 80, measure: str = "rape"
) -> Snapshot:
    """Publish 400 records at any minute of 2024, and so many windows from each of some times of day."""
    rng = np.random.default_rng(4)
    windows = [(MINUTE * int(minute), timedelta()) for minute in rng.integers(0, 1_440, 400)]
    windows += [(start, length) for start in starts for _ in range(many)]
    days = rng.integers(0, 365, len(windows)).tolist()
    moments = [
        (datetime(2024, 1, 1) + timedelta(days=day) + start, last)
        for day, (start, last) in zip(days, windows, strict=True)
    ]
    rows = [
        incident(n, at.date(), measure, occurred_from=at, occurred_to=at + last)
        for n, (at, last) in enumerate(moments)
    ]
    publish(store, "made", delivery(rows, covered(months(date(2023, 1, 1), 24), measure)), "tests")
    return open_version(store, "made")


@pytest.mark.parametrize(
    ("starts", "length"),
    [
        ([MINUTE], MINUTE),
        ([MINUTE], 6 * HOUR),
        ([MINUTE], 24 * HOUR - 2 * MINUTE),
        ([12 * HOUR], HOUR),
        ([timedelta()], HOUR - timedelta(seconds=1)),
        ([-MINUTE, timedelta(), MINUTE], MINUTE),
    ],
    ids=["a minute", "a night", "a day", "default noon", "an hour alone", "three minutes side by side"],
)
def test_a_window_that_begins_at_a_time_that_a_form_fills_in_counts_in_no_hour(tmp_path, starts, length):
    snapshot = spread_and(tmp_path, starts, length)
    week = unprotected_when(snapshot, YEAR, report_measures()).now
    assert 0 <= week.known[Known.DEFAULT] - 80 * len(starts) <= 3  # and those who began then in truth
    assert week.known.get(Known.WINDOW, 0) == 0
    at = {int(start / HOUR) % 24 for start in starts}
    assert not at & {
        (stretch.start + hour) % 24 for stretch in week.stretches for hour in range(stretch.hours)
    }


def test_a_default_time_among_hours_alone_is_one(tmp_path):
    day, hour = datetime(2024, 1, 1), HOUR - timedelta(seconds=1)
    hours = [n % 24 for n in range(600)] + [0] * 150
    starts = [day + timedelta(days=n % 364) + HOUR * at for n, at in enumerate(hours)]
    rows = [incident(n, at.date(), occurred_from=at, occurred_to=at + hour) for n, at in enumerate(starts)]
    publish(tmp_path, "made", delivery(rows, covered(months(date(2023, 1, 1), 24))), "tests")
    week = unprotected_when(open_version(tmp_path, "made"), YEAR, report_measures()).now
    assert (week.known[Known.DEFAULT], week.known[Known.WINDOW]) == (175, 575)


@pytest.mark.parametrize("smallest", [1, 5])
@pytest.mark.parametrize("many", [19, 20, 21, 23])
def test_what_the_check_names_counts_in_no_hour_and_nothing_else_does(tmp_path, many, smallest):
    snapshot = spread_and(tmp_path, [MINUTE], timedelta(), many)
    named = {one.where for one in data_checks(snapshot, smallest=smallest) if one.check == "default-time"}
    aside = {one.minute for one in no_times_of(snapshot, FORCE, smallest)}
    assert len(named) == len(aside)
    assert all(f"{minute // 60:02d}:{minute % 60:02d}" in "".join(named) for minute in aside)


def test_how_many_times_are_none_is_to_the_nearest_number_that_is_shown(tmp_path):
    snapshot = spread_and(tmp_path, [MINUTE], timedelta(), 83)
    true = unprotected_when(snapshot, YEAR, report_measures())
    assert true.notes[0].startswith(f"{true.now.known[Known.DEFAULT]:.0f} of 483 crimes read 00:01")
    assert re.match(r"About 8[05] of 483 crimes read 00:01", when(snapshot, YEAR, report_measures()).notes[0])
    march = replace(YEAR, window=Window(date(2024, 3, 1), date(2024, 3, 31)))
    some = when(snapshot, march, report_measures())
    assert re.match(r"(Fewer than 5|About \d*[05]|Some)( of \d+)? crimes read 00:01", some.notes[0])


def test_patrols_and_files_say_which_times_they_leave_out(tmp_path):
    snapshot = spread_and(tmp_path, [MINUTE], timedelta())
    week, patrols = (
        when(snapshot, YEAR, report_measures()),
        patrol_hours(snapshot, YEAR, report_measures(), 3, 4),
    )
    (said,) = not_taken_in_words(patrols, patrols.unit)
    assert said == week.notes[0]
    assert said in week_export(week, Layout(), snapshot.publish)["note"].iloc[0]


def test_an_honest_closing_time_is_put_back_for_its_measure_alone(tmp_path):
    snapshot = spread_and(tmp_path, [3 * HOUR], timedelta())
    assert unprotected_when(snapshot, YEAR, report_measures()).now.known[Known.DEFAULT] >= 80
    back = unprotected_when(said_to_be_real(tmp_path, "rape", force=FORCE), YEAR, report_measures())
    assert (back.now.known.get(Known.DEFAULT, 0), back.notes) == (0, ())
    assert any(stretch.start % 24 == 3 for stretch in (*back.now.stretches, *back.now.daily))


@pytest.mark.skipif(not FAULT.is_dir(), reason="the extracts with default times are not beside the project")
def test_one_past_midnight_is_as_midnight(tmp_path):
    weeks, patrols = [], []
    for name in ("m1", "m2"):
        path = FAULT / f"{name}.csv"
        mapping = draft_mapping(read_extract(path), FORCE).mapping
        publish(tmp_path, name, deliver(path, mapping, bytes), "tests")
        snapshot = open_version(tmp_path, name)
        wanted = replace(YEAR, force=FORCE)
        weeks.append(when(snapshot, wanted, report_measures()))
        patrols.append(patrol_hours(snapshot, wanted, report_measures(), 5, 4).starts)
    assert [(week.now.stretches, week.now.daily, week.now.known[Known.DEFAULT]) for week in weeks] == 2 * [
        ((), (), 60)
    ]
    assert patrols[0] == patrols[1]
