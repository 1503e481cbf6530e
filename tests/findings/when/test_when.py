"""What vulncore.findings.when.when and its neighbours promise."""

import gzip
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tests.conftest import SHARED
from tests.findings.when.weeks import CITY, DEMO_FILTER, OCTOBER, SEXUAL, THURSDAY, YEAR, made
from tests.making import FORCE
from vulncore.domain.disclosure import SMALLEST_SHOWN
from vulncore.domain.errors import UnknownNameError, VulncoreError
from vulncore.domain.periods import Window, rolling_12
from vulncore.domain.schemas import ANNOTATIONS
from vulncore.domain.vocabulary import report_measures
from vulncore.findings.overview.overview import overview
from vulncore.findings.shared.which_records import (
    NoTimesError,
)
from vulncore.findings.shared.words import COUNTED_ONCE, HOURS_BLURRED
from vulncore.findings.when.change import change_cells, change_headline, change_table
from vulncore.findings.when.charts import map_alt, map_legend, stretch_pieces
from vulncore.findings.when.counts import read_counts, read_week
from vulncore.findings.when.hours import from_to
from vulncore.findings.when.map import Layout, fitting_step, map_cells, map_table, week_export
from vulncore.findings.when.patrols import patrols_headline
from vulncore.findings.when.protection import protected_week
from vulncore.findings.when.sentences import _within_a_sentence, known_table, stretches_table
from vulncore.findings.when.when import (
    HIDE_NOTHING,
    patrol_hours,
    unprotected_patrol_hours,
    unprotected_when,
    when,
)
from vulncore.metrics.week.counted import RecordFilter
from vulncore.metrics.week.known_times import Known
from vulncore.metrics.week.night_time import DEFAULT, Night
from vulncore.sources.deliveries import Settings, Source, read_delivery
from vulncore.sources.extract import read_extract
from vulncore.sources.police_uk import FileKind
from vulncore.sources.records.deliver import deliver
from vulncore.sources.records.draft import draft_mapping
from vulncore.store import annotate, open_version, publish
from vulncore.store.notes import NoteKind

HOUSTON = SHARED / "data" / "incidents" / "houston-2010-01-to-08.csv.gz"
STOPS = SHARED / "data" / "police-uk" / "city-of-london-stop-and-search-2015-03-to-2018-12.zip"


def test_the_demo_has_the_reports_three_stretches_in_the_reports_words(shipped_store):
    weeks = unprotected_when(open_version(shipped_store, "demo"), DEMO_FILTER, report_measures())
    assert [line.lead for line in weeks.headline[:-2]] == [
        "Thursday evening into early Friday",
        "Early hours of Saturday",
        "Early hours of Sunday",
    ]
    assert [row["From and to"] for row in stretches_table(weeks.now).to_dict("records")] == [
        "Thursday 20:00 to Friday 01:59 (Thursday night)",
        "Friday 21:00 to Saturday 03:59 (Friday night)",
        "Sunday 00:00 to 03:59 (Saturday night)",
    ]
    assert weeks.headline[0].text.endswith("(Thursday night): 40 crimes; an even spread would give 6.")


def test_blurred_the_demo_has_three_stretches_in_the_same_nights(demo):
    assert [stretch.night for stretch in demo.now.stretches] == [
        "Thursday night",
        "Friday night",
        "Saturday night",
    ]


def test_every_record_of_the_strand_table_is_in_the_week_or_among_the_unknown(
    demo, demo_counts, shipped_store
):
    table = overview(shipped_store, "demo", as_at=OCTOBER).table.set_index("measure")
    assert demo_counts.records == table.loc[list(SEXUAL), "rolling12_current"].sum()
    assert demo_counts.by_hour.sum() == pytest.approx(demo_counts.timed, abs=1e-6)


def test_what_is_not_known_is_on_the_chart_and_in_its_words(demo, demo_counts):
    unknown = demo_counts.records - demo_counts.timed
    sentence = f"{unknown:,.0f} of {demo_counts.records:,.0f}"
    assert any(sentence in line for line in map_legend(demo, Layout()))
    assert sentence in map_alt(demo)


def test_the_map_adds_up_where_nothing_is_hidden(shipped_store):
    counts = read_week(open_version(shipped_store, "demo"), DEMO_FILTER, HIDE_NOTHING)
    whole = protected_week(counts, DEFAULT, smallest=0)
    for layout in (Layout(1, 6), Layout(3, 0)):
        cells = map_cells(whole, layout)
        body, totals = cells[~cells["total"]], cells[cells["total"]]
        by_row = body.groupby("row")["weight"].sum()
        rows = totals[(totals["x"] == 24) & (totals["row"] < 7)].set_index("row")["weight"]
        assert rows.tolist() == pytest.approx(by_row.tolist(), abs=1.3)  # cells are rounded to a tenth
        by_column = body.groupby("x")["weight"].sum()
        columns = totals[(totals["row"] == 7) & (totals["x"] < 24)].set_index("x")["weight"]
        assert columns.tolist() == pytest.approx(by_column.tolist(), abs=0.5)
    table = map_table(whole, Layout(3, 6))
    assert table.shape == (8, 10)
    assert table.iloc[7, 9] == "169"


def test_a_row_from_six_holds_a_night_unbroken_and_one_from_midnight_a_calendar_day(tmp_path):
    weeks = unprotected_when(
        made(tmp_path, [(THURSDAY.replace(hour=23), 15), (datetime(2024, 5, 3, 2), 15)]),
        YEAR,
        report_measures(),
    )
    nights, days = (map_cells(weeks.now, Layout(3, first)) for first in (6, 0))
    assert nights[(~nights["total"]) & (nights["weight"] > 0)]["row"].unique().tolist() == [3]
    assert days[(~days["total"]) & (days["weight"] > 0)]["row"].unique().tolist() == [3, 4]


def test_a_stretch_over_the_end_of_a_row_is_drawn_in_two_pieces(tmp_path):
    moments = [(datetime(2024, 5, 3, hour), 12) for hour in (4, 5, 6, 7)]
    weeks = unprotected_when(made(tmp_path, moments), YEAR, report_measures())
    pieces = stretch_pieces(weeks.now, Layout(1, 6))
    assert pieces[["row", "x", "x2"]].to_numpy().tolist()[0][0] == 3
    assert len(pieces) == 2
    assert len(stretch_pieces(weeks.now, Layout(1, 0))) == 1


def test_a_dataset_with_months_alone_gets_a_sentence_and_no_false_midnight(shipped_store):
    snapshot = open_version(shipped_store, "city-open-counts")
    with pytest.raises(
        NoTimesError, match=r"month of these records of City of London Police and no time of day"
    ):
        when(snapshot, RecordFilter(CITY, ("burglary",), rolling_12(OCTOBER)), ())


def test_a_question_about_no_measure_or_an_unknown_column_is_refused(shipped_store):
    snapshot = open_version(shipped_store, "demo")
    with pytest.raises(UnknownNameError, match=r"No measure is chosen"):
        read_week(snapshot, RecordFilter(CITY, (), rolling_12(OCTOBER)), SMALLEST_SHOWN)
    with pytest.raises(UnknownNameError, match=r"can't be narrowed by victim_key"):
        read_week(snapshot, replace(DEMO_FILTER, where=(("victim_key", "x"),)), SMALLEST_SHOWN)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("place", "Liverpool Street"),
        ("location_type", "licensed premises"),
        ("victim_residency", "visiting the City"),
    ],
)
def test_a_place_a_type_of_place_or_a_group_of_victims_alone_is_counted(shipped_store, column, value):
    snapshot, window = open_version(shipped_store, "demo"), Window(date(2018, 4, 1), date(2024, 10, 31))
    record_filter = RecordFilter(CITY, SEXUAL, window, where=((column, value),))
    weeks = when(snapshot, record_filter, report_measures())
    rows = snapshot.incidents.to_pandas()
    wanted = rows[rows["measure"].isin(SEXUAL) & rows["no_crimed_on"].isna() & (rows[column] == value)]
    assert read_week(snapshot, record_filter, HIDE_NOTHING).records == wanted["record_id"].nunique() > 20
    assert weeks.question.endswith(f"{value}, April 2018 to October 2024")
    assert map_cells(weeks.now, Layout())["weight"].min() >= 5


def test_a_period_that_was_not_delivered_whole_is_not_compared(tmp_path):
    snapshot = made(tmp_path, [(THURSDAY.replace(hour=22), 40)], first=date(2023, 3, 1), count=22)
    weeks = when(snapshot, YEAR, report_measures())
    assert weeks.before is None
    assert "January 2023 to December 2023 has 10 of 12 months" in weeks.not_compared


def test_nothing_is_compared_across_a_change_of_recording(tmp_path):
    made(tmp_path, [(THURSDAY.replace(hour=22), 40), (datetime(2023, 5, 4, 22), 40)])
    note = {
        "force": FORCE,
        "measure": "rape",
        "month": date(2024, 2, 1),
        "kind": NoteKind.SERIES_BREAK.value,
        "text": "A new form.",
        "author": "An analyst",
        "written_on": date(2024, 3, 1),
    }
    annotate(tmp_path, "made", pa.Table.from_pylist([note], schema=ANNOTATIONS), "tests")
    weeks = when(open_version(tmp_path, "made"), YEAR, report_measures())
    assert weeks.before is None
    assert weeks.not_compared.startswith("Recording changed in between (Rape from February 2024)")


def test_a_part_of_the_week_that_rose_beyond_chance_is_said_and_marked(tmp_path):
    moments = [(datetime(2023, 5, 4, 22), 12), (datetime(2024, 5, 2, 22), 60)]
    moments += [(datetime(2023, 5, 8, 10), 20), (datetime(2024, 5, 6, 10), 20)]
    weeks = unprotected_when(made(tmp_path, moments), YEAR, report_measures())
    cells = change_cells(weeks.change, 6)
    clear = cells[cells["clear"]]
    assert clear["label"].tolist() == ["Thursday 21:00 to 23:59"]
    assert clear["change"].item() == pytest.approx(60 - 12 * 366 / 365, abs=0.05)
    assert change_headline(weeks)[0].lead == "1 of 56 three-hour bands changed by more than chance"
    assert change_table(weeks.change).query("Verdict == 'clear rise'")["Before"].item() == "12"


def test_patrols_chosen_a_year_before_are_tried_on_this_one_next_to_luck(tmp_path):
    moments = [(datetime(2023, 5, 4, 22), 40), (datetime(2023, 5, 8, 10), 10)]
    moments += [(datetime(2024, 5, 2, 22), 30), (datetime(2024, 5, 7, 10), 30)]
    patrols = unprotected_patrol_hours(made(tmp_path, moments), YEAR, report_measures(), 1, 4)
    tested = patrols_headline(patrols)[1].text
    # of 60 this year, Thursday's 30 lie in the shift that last year's 40 would have chosen
    assert "would have met about 50 %" in tested
    assert "more than by luck (as many hours at random: 2 %)" in tested


@pytest.mark.parametrize(
    ("before", "smallest", "why"),
    [
        (0, 0, "January 2023 to December 2023 has no crimes with a time that weigh anything."),
        (3, 5, "January 2023 to December 2023 has fewer than 20 crimes with a time that weigh anything."),
    ],
)
def test_why_a_choice_cannot_be_tried_on_the_year_before_is_said(tmp_path, before, smallest, why):
    moments = [(datetime(2024, 5, 2, 22), 30), (datetime(2024, 5, 7, 10), 30)]
    moments += [(datetime(2023, 5, 4, 22), before)] if before else []
    question = (made(tmp_path, moments), YEAR, report_measures(), 1, 4, DEFAULT)
    patrols = patrol_hours(*question, smallest) if smallest else unprotected_patrol_hours(*question)
    (_, tested) = patrols_headline(patrols)
    assert (tested.lead, patrols.tested) == ("Not tested", None)
    assert tested.text == f"The choice can't be tested on the same months of the year before. {why}"


def test_harm_moves_the_shifts_and_weights_of_nothing_are_refused(shipped_store):
    snapshot = open_version(shipped_store, "demo")

    def starts(**harm: float) -> tuple[int, ...]:
        record_filter = RecordFilter(CITY, SEXUAL, rolling_12(OCTOBER), harm=tuple(harm.items()))
        return unprotected_patrol_hours(snapshot, record_filter, report_measures(), 3, 4).starts

    assert starts(rape=8.0) != starts(rape=1.0)
    with pytest.raises(VulncoreError, match=r"that weigh anything"):
        starts(**{"rape": 0.0, "other-sexual-offences": 0.0})


def test_a_place_that_no_record_has_is_not_taken_for_a_quiet_one(shipped_store):
    record_filter = RecordFilter(CITY, SEXUAL, rolling_12(OCTOBER), where=(("place", "Diagon Alley"),))
    with pytest.raises(UnknownNameError, match=r"No street or venue is called 'Diagon Alley'"):
        read_week(open_version(shipped_store, "demo"), record_filter, SMALLEST_SHOWN)


def test_the_file_says_in_every_row_what_it_is_of_and_that_it_is_made(demo, shipped_store):
    publish_line = open_version(shipped_store, "demo").publish
    rows = week_export(demo, Layout(3, 6), publish_line)
    assert len(rows) == 56
    assert set(rows["note"]) == {f"Made data: for demonstration, not real records. {HOURS_BLURRED}"}
    assert set(rows["records"]) == {"Sexual violence"}
    assert (set(rows["first_month"]), set(rows["last_month"])) == ({"2023-11"}, {"2024-10"})


def test_the_nights_hours_are_a_setting(shipped_store):
    record_filter = RecordFilter(CITY, SEXUAL, rolling_12(OCTOBER))
    weeks = when(open_version(shipped_store, "demo"), record_filter, report_measures(), Night(22, 4))
    assert any("22:00 to 03:59" in line.text for line in weeks.headline)


def test_every_kind_of_time_is_listed_with_its_treatment(demo):
    table = known_table(demo.now)
    assert len(table) == len(Known)
    assert table["How it counts"].str.len().min() > 10
    assert table.set_index("Time known").loc["No start", "Records"] == "11"


def test_single_hours_are_drawn_where_most_of_them_can_be_shown(tmp_path, demo):
    every = [(datetime(2024, 5, 6 + hour // 24, hour % 24), 20) for hour in range(168)]
    assert fitting_step(when(made(tmp_path, every), YEAR, report_measures()).now) == 1
    assert fitting_step(demo.now) == 3


@cache
def houston_rows() -> pd.DataFrame:
    with gzip.open(HOUSTON, "rt", encoding="utf-8") as stream:
        rows = pd.read_csv(stream)
    return rows[rows["offense"] == "rape"]


def test_houstons_peaks_are_those_of_a_plain_count_of_hours(tmp_path):
    if not HOUSTON.exists():
        pytest.skip("the Houston file is not beside this checkout (../shared/data/incidents)")
    draft = draft_mapping(read_extract(HOUSTON), force="Houston Police Department")
    publish(tmp_path, "houston", deliver(HOUSTON, draft.mapping, lambda: b"k" * 32), "tests")
    record_filter = RecordFilter(
        "Houston Police Department", ("rape",), Window(date(2010, 1, 1), date(2010, 8, 31))
    )
    snapshot = open_version(tmp_path, "houston")
    counts = read_counts(snapshot, record_filter, report_measures(), HIDE_NOTHING)
    weeks = unprotected_when(snapshot, record_filter, report_measures())
    rows = houston_rows()
    day = pd.to_datetime(rows["date"], format="%m/%d/%Y").dt.dayofweek
    counted = np.bincount(day * 24 + rows["hour"], minlength=168)
    days = np.bincount(pd.date_range("2010-01-01", "2010-08-31").dayofweek)
    assert counts.now.by_hour.tolist() == pytest.approx(counted.tolist())
    leads = {line.lead for line in weeks.headline[:-2]}
    assert {"Early hours of Saturday", "Early hours of Sunday"} <= leads
    for stretch in weeks.now.stretches:
        hours = np.arange(stretch.start, stretch.start + stretch.hours) % 168
        assert stretch.held == f"{counted[hours].sum()}"
        assert stretch.even == pytest.approx(378 * days[hours // 24].sum() / (24 * days.sum()))
    assert "2009 has 0 of 8 months" in weeks.not_compared


def test_the_citys_stops_say_what_is_there(tmp_path):
    if not STOPS.exists():
        pytest.skip(
            "the City's stop-and-search files are not beside this checkout (../shared/data/police-uk)"
        )
    publish(
        tmp_path,
        "stops",
        read_delivery(Source.POLICE_UK, [STOPS], Settings(kind=FileKind.STOP_AND_SEARCH)),
        "tests",
    )
    snapshot = open_version(tmp_path, "stops")
    keys = tuple(snapshot.measures.to_pandas()["key"])
    weeks = unprotected_when(
        snapshot, RecordFilter(CITY, keys, Window(date(2017, 1, 1), date(2018, 12, 31))), ()
    )
    texts = {line.lead: line.text for line in weeks.headline}
    assert "Friday evening into early Saturday" in texts
    assert texts["Hour not known"].startswith("None of 1,810")
    whole = when(snapshot, RecordFilter(CITY, keys, Window(date(2015, 3, 1), date(2018, 12, 31))), ())
    assert whole.now.records == 4_387
    assert "38 of 46 months" in whole.notes[0]


def test_the_page_opens_with_the_stretch_furthest_above_an_even_week(shipped_store):
    week = when(open_version(shipped_store, "demo"), DEMO_FILTER, report_measures())
    most = next(stretch for stretch in week.now.stretches if stretch.rank == 1)
    assert week.briefing.finding == f"{most.night} stands out, with {most.held} crimes."
    assert week.briefing.action == f"Put people on duty from {from_to(most.start, most.hours)}."
    others = [stretch.night for stretch in week.now.stretches if stretch.rank > 1]
    assert all(night in week.briefing.also for night in others)


def test_where_no_hour_stands_out_there_is_nothing_to_do(tmp_path):
    even = [(datetime(2024, 1, 1) + timedelta(hours=3 * step), 1) for step in range(56 * 8)]
    week = when(made(tmp_path, even), YEAR, report_measures())
    assert week.now.stretches == ()
    assert week.briefing.finding == "No part of the day or week has more crimes than chance would produce."
    assert week.briefing.action == "Nothing to do."


def test_what_happens_every_night_alike_is_said_where_no_single_night_stands_out(tmp_path):
    first = datetime(2024, 1, 1, 21, 30)
    nightly = [(first + timedelta(days=day, hours=day % 5), 1) for day in range(120)]
    even = [
        (datetime(2024, 1, 1) + timedelta(hours=5 * step), 1) for step in range(504)
    ]  # one in the hour that clocks skip
    snapshot = made(tmp_path, nightly + even)
    week = unprotected_when(snapshot, YEAR, report_measures())
    assert week.now.stretches == ()
    assert [(stretch.start, stretch.hours, stretch.held) for stretch in week.now.daily] == [(21, 5, "224")]
    assert week.briefing.finding == "21:00 to 01:59 stands out every day, with 224 crimes in all."
    assert week.briefing.action == "Put people on duty every day from 21:00 to 01:59."
    assert week.headline[0].lead == "21:00 to 01:59, all days together"


def test_where_several_measures_are_counted_together_it_says_that_a_record_counts_once(shipped_store):
    snapshot = open_version(shipped_store, "demo")
    both, alone = (
        when(snapshot, replace(DEMO_FILTER, measures=measures), report_measures())
        for measures in (SEXUAL, SEXUAL[:1])
    )
    assert both.headline[-1].text.endswith(COUNTED_ONCE)
    assert COUNTED_ONCE not in alone.headline[-1].text


def test_days_keep_their_large_letter_amid_a_sentence():
    assert _within_a_sentence("Monday afternoon to evening") == "Monday afternoon to evening"
    assert _within_a_sentence("Early hours of Saturday") == "early hours of Saturday"


def test_of_too_few_times_the_page_says_so_first(tmp_path):
    week = when(made(tmp_path, [(THURSDAY, 3)]), YEAR, report_measures())
    assert week.briefing.finding == "Too few crimes have a time to show a week."
