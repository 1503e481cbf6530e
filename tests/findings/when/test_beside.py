"""What two weeks beside each other promise."""

import shutil
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import false_discovery_control, fisher_exact

from tests.findings.when.weeks import CITY, DEMO_FILTER, SEXUAL, made, of_real_times
from tests.making import FORCE, covered, delivery, incident, months
from vulncore.domain.periods import Window, month_end, rolling_12
from vulncore.domain.schemas import ANNOTATIONS
from vulncore.domain.vocabulary import report_measures
from vulncore.findings.shared.sides import SAME_RECORDS
from vulncore.findings.when.counts import read_week
from vulncore.findings.when.protection import protected_difference, protected_week
from vulncore.findings.when.view import BAND, WeeksBeside
from vulncore.findings.when.when import weeks_beside, when
from vulncore.metrics.week.counted import RecordFilter
from vulncore.metrics.week.night_time import DEFAULT, Night
from vulncore.store import Snapshot, annotate, open_version, publish
from vulncore.store.notes import NoteKind

FRIDAY_NIGHT, TUESDAY_NOON = datetime(2024, 5, 3, 22, 30), datetime(2024, 5, 7, 12, 30)
MAY = Window(date(2024, 5, 1), date(2024, 5, 31))


def compared(snapshot: Snapshot, pinned: RecordFilter, shown: RecordFilter) -> WeeksBeside:
    sides = [(snapshot, when(snapshot, one, report_measures())) for one in (pinned, shown)]
    return weeks_beside(*sides, report_measures())


@pytest.fixture(scope="module")
def two_kinds(tmp_path_factory) -> Snapshot:
    """Publish rapes of which most are on Friday nights, and hate crimes of which most are on Tuesdays at noon."""
    store = tmp_path_factory.mktemp("kinds")
    rng = np.random.default_rng(3)
    rows = []
    for measure, peak in (("rape", FRIDAY_NIGHT), ("hate-crime", TUESDAY_NOON)):
        for number in range(600):
            spread = timedelta(hours=int(rng.integers(0, 168)))
            moment = peak if number % 2 else datetime(2024, 5, 6) + spread
            rows.append(
                incident(f"{measure}{number}", MAY.start, measure, occurred_from=moment, occurred_to=moment)
            )
    coverage = [row for measure in ("rape", "hate-crime") for row in covered([MAY.start], measure)]
    publish(store, "made", of_real_times(delivery(rows, coverage)), "tests")
    return open_version(store, "made")


def test_two_kinds_of_records_are_compared_by_share_and_what_differs_is_named(two_kinds):
    rape, hate = (RecordFilter(FORCE, (key,), MAY) for key in ("rape", "hate-crime"))
    both = compared(two_kinds, rape, hate)
    assert both.names == ("Rape", "Hate crime")
    night, week = (when(two_kinds, one, report_measures()).now for one in (rape, hate))
    assert both.briefing.finding == (
        f"At night (18:00 to 05:59): hate crime about {week.night_share} %, rape about {night.night_share} %."
    )
    assert night.night_share > week.night_share + 20
    assert both.briefing.action == "More than chance. Plan hours for each on its own."
    assert "Friday 21:00 to 23:59" in both.briefing.also
    verdicts = both.table.set_index("When")["Verdict"]
    assert verdicts["Friday 21:00 to 23:59"] == "fewer"
    assert verdicts["Tuesday 12:00 to 14:59"] == "more"
    assert both.table[f"Pinned: {both.names[0]}"].str.contains("%").any()
    assert both.most[0] / night.timed == pytest.approx(both.most[1] / week.timed)


def test_the_verdicts_are_those_of_fishers_test_where_that_is_sure(two_kinds):
    counts = [read_week(two_kinds, RecordFilter(FORCE, (key,), MAY), 1) for key in ("rape", "hate-crime")]
    weeks = tuple(protected_week(one, DEFAULT, 1) for one in counts)
    difference = protected_difference(*counts, weeks, alike=False)
    bands = [one.by_hour.reshape(-1, BAND).sum(axis=1) for one in counts]
    fisher = [
        fisher_exact([[then, counts[0].timed - then], [now, counts[1].timed - now]]).pvalue
        for then, now in zip(*(band.astype(int) for band in bands), strict=True)
    ]
    sure = false_discovery_control(fisher) <= 0.05
    assert set(np.flatnonzero(difference["clear"])) <= set(np.flatnonzero(sure))  # it errs towards chance
    assert difference["clear"].sum() >= sure.sum() - 1
    assert list(difference.loc[difference["clear"], "more"]) == [
        bands[1][at] > bands[0][at] for at in np.flatnonzero(difference["clear"])
    ]


def test_one_kind_at_two_times_is_compared_by_day(tmp_path):
    moments = [(datetime(2023, 6, 2, 22) + timedelta(weeks=week), 4) for week in range(20)]
    moments += [(datetime(2024, 6, 7, 22) + timedelta(weeks=week), 12) for week in range(20)]
    snapshot = made(tmp_path, moments)
    years = [
        RecordFilter(FORCE, ("rape",), Window(date(year, 1, 1), date(year, 12, 31))) for year in (2023, 2024)
    ]
    both = compared(snapshot, *years)
    assert both.names == ("Jan 2023 to Dec 2023", "Jan 2024 to Dec 2024")
    assert both.most[0] == both.most[1]
    assert "Each part of the week was compared by its records a day." in both.headline[0].text
    assert set(both.table["Verdict"]) >= {"more"}


def test_the_demos_years_do_not_differ_and_its_measures_of_one_month_share_no_scale(shipped_store):
    snapshot = open_version(shipped_store, "demo")
    year_before = replace(DEMO_FILTER, window=rolling_12(date(2023, 10, 1)))
    both = compared(snapshot, year_before, DEMO_FILTER)
    assert both.briefing.finding == "No part of the week differs by more than chance."
    assert both.briefing.action == "Hours are blurred, so smaller differences can't be told."
    assert both.briefing.also == (  # what the page says of the week alone stands
        "Nov 2023 to Oct 2024 alone: put people on duty from Thursday 20:00 to Friday 02:59."
    )


@pytest.mark.parametrize(
    "other",
    [
        replace(DEMO_FILTER, measures=(*SEXUAL, "hate-crime")),
        replace(DEMO_FILTER, window=Window(date(2024, 10, 1), month_end(date(2024, 10, 1)))),
    ],
)
def test_weeks_with_the_same_records_are_not_judged(shipped_store, other):
    both = compared(open_version(shipped_store, "demo"), other, DEMO_FILTER)
    assert both.table.empty
    assert both.headline == ()
    assert SAME_RECORDS in both.briefing.action or "too few times" in both.briefing.action


def test_of_too_few_times_nothing_is_compared_and_that_is_said(tmp_path):
    snapshot = made(tmp_path, [(datetime(2024, 6, 7, 22), 40), (datetime(2023, 6, 2, 22), 3)])
    years = [
        RecordFilter(FORCE, ("rape",), Window(date(year, 1, 1), date(year, 12, 31))) for year in (2023, 2024)
    ]
    both = compared(snapshot, *years)
    assert both.briefing.action == (
        "Jan 2023 to Dec 2023 has too few times. Choose a longer period or more measures."
    )
    assert both.table.empty


def test_months_that_are_missing_are_not_compared(tmp_path):
    moments = [(datetime(year, month, 5, 22), 10) for year in (2023, 2024) for month in range(1, 13)]
    snapshot = made(tmp_path, moments, first=date(2023, 3, 1), count=22)
    years = [
        RecordFilter(FORCE, ("rape",), Window(date(year, 1, 1), date(year, 12, 31))) for year in (2023, 2024)
    ]
    both = compared(snapshot, *years)
    assert both.briefing.action == "Months are missing (Jan 2023 to Dec 2023), so chance isn't judged."
    assert months(date(2023, 3, 1), 22)[-1] == date(2024, 12, 1)


def test_weeks_of_other_nights_are_not_compared_by_their_nights(two_kinds):
    rape, hate = (RecordFilter(FORCE, (key,), MAY) for key in ("rape", "hate-crime"))
    sides = [
        (two_kinds, when(two_kinds, rape, report_measures(), Night(22, 4))),
        (two_kinds, when(two_kinds, hate, report_measures())),
    ]
    both = weeks_beside(*sides, report_measures())
    assert not both.briefing.finding.startswith("At night")
    assert "the nights are others" in both.headline[1].text


def test_a_change_of_recording_in_between_is_said_and_nothing_judged(shipped_store, tmp_path):
    store = Path(shutil.copytree(shipped_store, tmp_path / "store"))
    note = {
        "force": CITY,
        "measure": "rape",
        "month": date(2024, 4, 1),
        "kind": NoteKind.SERIES_BREAK.value,
        "text": "counted otherwise",
        "author": "tests",
        "written_on": date(2024, 5, 1),
    }
    annotate(store, "demo", pa.Table.from_pylist([note], schema=ANNOTATIONS), "tests")
    year_before = replace(DEMO_FILTER, window=rolling_12(date(2023, 10, 1)))
    both = compared(open_version(store, "demo"), year_before, DEMO_FILTER)
    assert both.briefing.action == "Recording changed in April 2024, so chance isn't judged."
    assert both.table.empty
