"""Times that the data checks call wrong count in no hour: no stretch and no patrol rests on them, and the page says why."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tests.findings.when.weeks import YEAR, of_real_times
from tests.making import FORCE, covered, delivery, incident, months
from vulncore.domain.schemas import ANNOTATIONS
from vulncore.domain.vocabulary import report_measures
from vulncore.findings.data.checks import data_checks
from vulncore.findings.data.remedies import remedy_notes
from vulncore.findings.when.when import patrol_hours, unprotected_patrol_hours, when
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
    note = {
        "kind": "times are real",
        "measure": "hate-crime",
        "text": "Real.",
        "author": "a",
        "written_on": date(2026, 1, 1),
    }
    annotate(tmp_path, "made", pa.Table.from_pylist([note], schema=ANNOTATIONS), "a")
    week = when(open_version(tmp_path, "made"), YEAR, report_measures())
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
