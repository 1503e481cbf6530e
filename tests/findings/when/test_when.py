"""What vulncore.findings.when.when and its neighbours promise."""

import gzip
import re
from datetime import date, datetime
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tests.conftest import SHARED
from tests.making import FORCE, covered, delivery, incident, months
from vulncore.domain.errors import InvalidPeriodError, UnknownNameError, VulncoreError
from vulncore.domain.periods import Window, fytd, month_end, rolling_12
from vulncore.domain.schemas import ANNOTATIONS
from vulncore.domain.vocabulary import report_measures
from vulncore.findings.overview.overview import overview
from vulncore.findings.shared.which_records import (
    NoTimesError,
    period_window,
    week_choices,
    week_read,
    window_before,
)
from vulncore.findings.when.captions import fitting_step, map_alt, map_legend, stretch_pieces
from vulncore.findings.when.change import change_table, week_change
from vulncore.findings.when.map import Layout, map_cells, map_export, map_table
from vulncore.findings.when.patrols import patrols
from vulncore.findings.when.sentences import known_table, stretches_table
from vulncore.findings.when.week import every_sum, week
from vulncore.findings.when.when import When, week_export, when
from vulncore.metrics.week.day_hour import RecordFilter
from vulncore.metrics.week.known_times import Known
from vulncore.metrics.week.night_time import DEFAULT, Night
from vulncore.sources.deliveries import Settings, Source, read_delivery
from vulncore.sources.extract import read_extract
from vulncore.sources.police_uk import NoteKind
from vulncore.sources.records.deliver import deliver
from vulncore.sources.records.draft import draft_mapping
from vulncore.store import annotate, open_version, publish
from vulncore.store.notes import NoteKind as Annotation

CITY = "City of London Police"
SEXUAL = ("rape", "other-sexual-offences")
OCTOBER = date(2024, 10, 1)
HOUSTON = SHARED / "data" / "incidents" / "houston-2010-01-to-08.csv.gz"
STOPS = SHARED / "data" / "police-uk" / "city-of-london-stop-and-search-2015-03-to-2018-12.zip"
THURSDAY = datetime(2024, 5, 2)


@pytest.fixture(scope="module")
def demo(shipped_store: Path) -> When:
    asked = RecordFilter(CITY, SEXUAL, rolling_12(OCTOBER))
    return when(open_version(shipped_store, "demo"), asked, report_measures())


def made(
    tmp_path: Path, moments: list[tuple[datetime, int]], first: date = date(2023, 1, 1), count: int = 24
):
    """Publish as many rapes at each moment, each recorded in the month that it happened in."""
    every = [moment for moment, many in moments for _ in range(many)]
    rows = [
        incident(number, moment.date(), occurred_from=moment, occurred_to=moment)
        for number, moment in enumerate(every)
    ]
    publish(tmp_path, "made", delivery(rows, covered(months(first, count))), "tests")
    return open_version(tmp_path, "made")


def asked_of(first: date, last: date, **more: object) -> RecordFilter:
    return RecordFilter(FORCE, ("rape",), Window(first, month_end(last)), **more)


YEAR = asked_of(date(2024, 1, 1), date(2024, 12, 1))


def test_the_demo_has_the_reports_three_stretches_in_the_reports_words(demo):
    assert [line.lead for line in demo.headline[:-2]] == [
        "Thursday evening into early Friday",
        "Early hours of Saturday",
        "Early hours of Sunday",
    ]
    assert [row["From and to"] for row in stretches_table(demo.now).to_dict("records")] == [
        "Thursday 20:00 to Friday 01:59 (Thursday night)",
        "Friday 21:00 to Saturday 03:59 (Friday night)",
        "Sunday 00:00 to 03:59 (Saturday night)",
    ]
    assert demo.headline[0].text.endswith("(Thursday night): 40 crimes; spread evenly it would be 6.")


def test_every_record_of_the_strand_table_is_in_the_week_or_among_the_unknown(demo, shipped_store):
    table = overview(shipped_store, "demo", as_at=OCTOBER).table.set_index("measure")
    assert demo.now.read.records == table.loc[list(SEXUAL), "rolling12_current"].sum()
    assert demo.now.read.week.sum() == pytest.approx(demo.now.read.timed, abs=1e-6)


def test_what_is_not_known_is_on_the_chart_and_in_its_words(demo):
    unknown = demo.now.read.records - demo.now.read.timed
    said = f"{unknown:,.0f} of {demo.now.read.records:,.0f}"
    assert any(said in line for line in map_legend(demo, Layout()))
    assert said in map_alt(demo)


def test_no_cell_total_or_row_of_the_file_under_five_leaves_the_server(demo):
    for layout in (Layout(1, 6), Layout(3, 6), Layout(1, 0), Layout(3, 0)):
        cells = map_cells(demo.now, layout)
        assert cells["weight"].min() >= 5
        assert cells.loc[cells["hidden"], ["weight", "low", "high"]].isna().all(axis=None)
        assert map_export(demo.now, layout)["weight"].min() >= 5
    assert demo.now.of("band")["hidden"].sum() > 40


def test_no_hidden_hour_or_band_follows_from_all_that_is_shown(demo):
    every = {(kind, at): mask for kind, at, mask in every_sum(demo.now.read.week, demo.now.stretches)}
    sums = demo.now.sums
    seen = np.array([np.ones(168), *(every[row.kind, row.at] for row in sums[~sums["hidden"]].itertuples())])
    for row in sums[sums["hidden"]].itertuples():
        mask = every[row.kind, row.at]
        if mask @ demo.now.read.week < 5:
            weights, *_ = np.linalg.lstsq(seen.T, mask, rcond=None)
            assert not np.allclose(seen.T @ weights, mask, atol=1e-6), (row.kind, row.at)


def test_the_map_adds_up_where_nothing_is_hidden(shipped_store):
    read = week_read(open_version(shipped_store, "demo"), RecordFilter(CITY, SEXUAL, rolling_12(OCTOBER)))
    whole = week(read, DEFAULT, smallest=0)
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
    found = when(
        made(tmp_path, [(THURSDAY.replace(hour=23), 15), (datetime(2024, 5, 3, 2), 15)]),
        YEAR,
        report_measures(),
    )
    nights, days = (map_cells(found.now, Layout(3, first)) for first in (6, 0))
    assert nights[(~nights["total"]) & ~nights["hidden"]]["row"].unique().tolist() == [3]
    assert days[(~days["total"]) & ~days["hidden"]]["row"].unique().tolist() == [3, 4]


def test_a_stretch_over_the_end_of_a_row_is_drawn_in_two_pieces(tmp_path):
    moments = [(datetime(2024, 5, 3, hour), 12) for hour in (4, 5, 6, 7)]
    found = when(made(tmp_path, moments), YEAR, report_measures())
    pieces = stretch_pieces(found.now, Layout(1, 6))
    assert pieces[["row", "x", "x2"]].to_numpy().tolist()[0][0] == 3
    assert len(pieces) == 2
    assert len(stretch_pieces(found.now, Layout(1, 0))) == 1


def test_so_few_times_that_a_week_would_show_each_are_not_drawn(tmp_path):
    found = when(made(tmp_path, [(THURSDAY.replace(hour=22), 19)]), YEAR, report_measures())
    assert found.now.too_few
    assert [line.lead for line in found.headline] == ["Too few times"]
    assert "19 crimes with a time" in found.headline[0].text
    assert map_cells(found.now, Layout())["weight"].dropna().tolist() == [19.0]
    with pytest.raises(VulncoreError, match=r"Fewer than 20 crimes with a time"):
        patrols(found.now, None, 2, 4, "crimes")


def test_fewer_than_five_are_not_even_counted(tmp_path):
    found = when(made(tmp_path, [(THURSDAY.replace(hour=22), 3)]), YEAR, report_measures())
    assert "Fewer than 5 crimes" in found.headline[0].text
    assert "3" not in found.headline[0].text


def test_a_dataset_with_months_alone_gets_a_sentence_and_no_false_midnight(shipped_store):
    snapshot = open_version(shipped_store, "city-open-counts")
    with pytest.raises(
        NoTimesError, match=r"month of these records of City of London Police and no time of day"
    ):
        when(snapshot, RecordFilter(CITY, ("burglary",), rolling_12(OCTOBER)), ())


def test_a_question_about_no_measure_or_an_unknown_column_is_refused(shipped_store):
    snapshot = open_version(shipped_store, "demo")
    with pytest.raises(UnknownNameError, match=r"No measure is chosen"):
        week_read(snapshot, RecordFilter(CITY, (), rolling_12(OCTOBER)))
    with pytest.raises(UnknownNameError, match=r"can't be narrowed by victim_key"):
        week_read(snapshot, RecordFilter(CITY, SEXUAL, rolling_12(OCTOBER), where=(("victim_key", "x"),)))


def test_values_that_few_records_have_are_not_offered(shipped_store):
    offered = week_choices(open_version(shipped_store, "demo"), CITY)
    frame = open_version(shipped_store, "demo").incidents.to_pandas()
    counts = frame.groupby("place")["record_id"].nunique()
    assert set(offered.values["place"]) == set(counts[counts >= 5].index)
    assert offered.values["place"][0] == counts.idxmax()
    assert set(offered.measures) == set(frame.dropna(subset="occurred_from")["measure"])


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
    found = when(snapshot, RecordFilter(CITY, SEXUAL, window, where=((column, value),)), report_measures())
    rows = snapshot.incidents.to_pandas()
    wanted = rows[rows["measure"].isin(SEXUAL) & rows["no_crimed_on"].isna() & (rows[column] == value)]
    assert found.now.read.records == wanted["record_id"].nunique() > 20
    assert found.question.endswith(f"{value}, April 2018 to October 2024")
    assert map_cells(found.now, Layout())["weight"].min() >= 5


def test_the_same_months_a_year_earlier_are_compared_or_as_many_before():
    assert window_before(fytd(OCTOBER)) == fytd(OCTOBER, 1)
    three = Window(date(2021, 11, 1), date(2024, 10, 31))
    assert window_before(three) == Window(date(2018, 11, 1), date(2021, 10, 31))
    assert window_before(Window(date(2023, 5, 1), date(2024, 10, 31))) == Window(
        date(2021, 5, 1), date(2022, 10, 31)
    )


@pytest.mark.parametrize(
    ("period", "months"),
    [
        ("12", "November 2023 to October 2024"),
        ("fytd", "April 2024 to October 2024"),
        ("36", "November 2021 to October 2024"),
        ("60", "November 2019 to October 2024"),
        ("all", "April 2018 to October 2024"),
        ("2024-10", "October 2024"),
    ],
)
def test_a_period_ends_with_the_as_at_month(period, months):
    assert str(period_window(period, OCTOBER, [OCTOBER, date(2018, 4, 1)])) == months


@pytest.mark.parametrize("period", ["13", "zz", "2024-11"])
def test_what_is_no_period_is_refused(period):
    with pytest.raises(InvalidPeriodError, match=r"is not a month|ends before it starts"):
        period_window(period, OCTOBER, [OCTOBER])


def test_a_period_that_was_not_delivered_whole_is_not_compared(tmp_path):
    snapshot = made(tmp_path, [(THURSDAY.replace(hour=22), 40)], first=date(2023, 3, 1), count=22)
    found = when(snapshot, YEAR, report_measures())
    assert found.before is None
    assert "January 2023 to December 2023 has 10 of 12 months" in found.not_compared


def test_nothing_is_compared_across_a_change_of_recording(tmp_path):
    made(tmp_path, [(THURSDAY.replace(hour=22), 40), (datetime(2023, 5, 4, 22), 40)])
    note = {
        "force": FORCE,
        "measure": "rape",
        "month": date(2024, 2, 1),
        "kind": Annotation.SERIES_BREAK.value,
        "text": "A new form.",
        "author": "An analyst",
        "written_on": date(2024, 3, 1),
    }
    annotate(tmp_path, "made", pa.Table.from_pylist([note], schema=ANNOTATIONS), "tests")
    found = when(open_version(tmp_path, "made"), YEAR, report_measures())
    assert found.before is None
    assert found.not_compared.startswith("Recording changed in between (Rape from February 2024)")


def test_a_part_of_the_week_that_rose_beyond_chance_is_said_and_marked(tmp_path):
    moments = [(datetime(2023, 5, 4, 22), 12), (datetime(2024, 5, 2, 22), 60)]
    moments += [(datetime(2023, 5, 8, 10), 20), (datetime(2024, 5, 6, 10), 20)]
    found = when(made(tmp_path, moments), YEAR, report_measures())
    change = week_change(found.now, found.before, 6, found.unit)
    clear = change.cells[change.cells["clear"]]
    assert clear["label"].tolist() == ["Thursday 21:00 to 23:59"]
    assert clear["change"].item() == pytest.approx(60 - 12 * 366 / 365, abs=0.05)
    assert change.headline[0].lead == "1 of 56 three-hour bands changed beyond chance"
    assert change_table(change).query("Verdict == 'clear rise'")["Before"].item() == "12.0"


def test_a_change_from_fewer_than_five_says_no_more_than_that(tmp_path):
    moments = [(datetime(2023, 5, 4, 22), 2), (datetime(2024, 5, 2, 22), 40)]
    moments += [(datetime(2023, 5, 2 + day, 10), 8) for day in range(7)]
    moments += [(datetime(2024, 5, 6 + day, 10), 8) for day in range(7)]
    found = when(made(tmp_path, moments), YEAR, report_measures())
    change = week_change(found.now, found.before, 6, found.unit)
    row = change.cells[change.cells["label"] == "Thursday 21:00 to 23:59"].iloc[0]
    assert row["clear"]
    assert pd.isna(row["change"])
    assert row["before_said"].startswith("fewer than 5")


def test_patrols_chosen_a_year_before_are_tried_on_this_one_next_to_luck(tmp_path):
    moments = [(datetime(2023, 5, 4, 22), 40), (datetime(2023, 5, 8, 10), 10)]
    moments += [(datetime(2024, 5, 2, 22), 30), (datetime(2024, 5, 7, 10), 30)]
    found = when(made(tmp_path, moments), YEAR, report_measures())
    chosen = patrols(found.now, found.before, 1, 4, found.unit)
    # of 60 this year, Thursday's 30 lie in the shift that last year's 40 would have chosen; steps of 9 % hide fewer
    assert (
        "would have met about 54 %" in chosen.headline[1].text
        or "would have met 45 %" in chosen.headline[1].text
    )
    assert "more than by luck (as many hours at random: 2 %)" in chosen.headline[1].text


def test_harm_moves_the_shifts_and_weights_of_nothing_are_refused(shipped_store):
    snapshot = open_version(shipped_store, "demo")

    def starts(**harm: float) -> tuple[int, ...]:
        asked = RecordFilter(CITY, SEXUAL, rolling_12(OCTOBER), harm=tuple(harm.items()))
        return patrols(week(week_read(snapshot, asked), DEFAULT, 5), None, 3, 4, "crimes").starts

    assert starts(rape=8.0) != starts(rape=1.0)
    with pytest.raises(VulncoreError, match=r"that weigh anything"):
        starts(**{"rape": 0.0, "other-sexual-offences": 0.0})


def test_shares_of_shifts_are_in_steps_of_five_records_or_more(demo):
    for shifts in range(1, 7):
        chosen = patrols(demo.now, demo.before, shifts, 3, "crimes")
        assert chosen.step * demo.now.read.timed / 100 >= 5
        assert {share % chosen.step for share in chosen.frame["share"]} == {0}
        assert sorted(chosen.frame["rank"]) == list(range(1, shifts + 1))


def test_a_shift_that_would_meet_fewer_than_five_is_not_given(demo):
    with pytest.raises(VulncoreError, match=r"The last of 21 shifts would meet fewer than 5 crimes"):
        patrols(demo.now, demo.before, 21, 2, "crimes")


def test_weights_cannot_single_out_a_measure_of_few_records(shipped_store):
    snapshot, year = open_version(shipped_store, "demo"), rolling_12(OCTOBER)
    few = week_read(snapshot, RecordFilter(CITY, ("suicides",), year)).timed
    assert 0 < few < 20
    for others in (0.0, 0.0001):
        asked = RecordFilter(CITY, ("suicides", "mental-health"), year, harm=(("mental-health", others),))
        with pytest.raises(VulncoreError, match=r"that weigh anything"):
            patrols(week(week_read(snapshot, asked), DEFAULT, 5), None, 3, 2, "incidents")


def test_which_hours_are_shown_does_not_hang_on_what_a_night_is(shipped_store):
    read = week_read(open_version(shipped_store, "demo"), RecordFilter(CITY, SEXUAL, rolling_12(OCTOBER)))
    hidden = [week(read, night, 5).sums["hidden"].tolist() for night in (Night(), Night(16, 2), Night(23, 8))]
    assert hidden[0] == hidden[1] == hidden[2]


def test_the_nights_share_is_no_finer_than_five_records(demo):
    said = next(line.text for line in demo.headline if line.lead == "Night-time economy")
    shares = [int(number) for number in re.findall(r"(\d+) %", said.split("(")[0] + said.split(")")[1])]
    assert len(shares) == 2
    assert shares[0] % 3 == 0  # of 169 records, 3 % are five
    assert shares[1] % 4 == 0  # of 148, 4 %


def test_of_one_type_of_place_few_unknown_times_cannot_be_taken_from_the_total(tmp_path):
    timed = [
        incident(n, date(2024, 5, 2), location_type="street", occurred_from=THURSDAY.replace(hour=22))
        for n in range(40)
    ]
    untimed = [incident(100 + n, date(2024, 5, 2), location_type="street") for n in range(3)]
    publish(tmp_path, "made", delivery(timed + untimed, covered(months(date(2023, 1, 1), 24))), "tests")
    snapshot = open_version(tmp_path, "made")
    whole, street = (
        when(snapshot, asked_of(date(2024, 1, 1), date(2024, 12, 1), where=where), report_measures())
        for where in ((), (("location_type", "street"),))
    )
    assert whole.headline[-1].text.startswith("3 of 43 crimes")
    assert street.headline[-1].text.startswith("Fewer than 5 crimes")
    assert "43" not in street.headline[-1].text
    assert "Hour not known: fewer than 5" in map_legend(street, Layout())
    records = known_table(street.now).set_index("Time known")["Records"]
    assert records["No start"] == "fewer than 5, or would reveal one"
    assert records["Default midnight"] == "0"


def test_what_is_left_of_a_total_without_the_cells_shown_is_not_small_either(demo):
    for layout in (Layout(3, 6), Layout(3, 0)):
        cells = map_cells(demo.now, layout)
        for _, row in cells[~cells["total"]].groupby("row"):
            total = cells[(cells["x"] == 24) & (cells["row"] == row["row"].iloc[0])]["weight"].item()
            assert pd.isna(total) or total - row["weight"].sum() >= 5 - 0.5  # each is rounded to a tenth
        for x, column in cells[~cells["total"]].groupby("x"):
            total = cells[(cells["row"] == 7) & (cells["x"] == x)]["weight"].item()
            assert pd.isna(total) or total - column["weight"].sum() >= 5 - 0.5


def test_a_total_that_would_reveal_a_cell_is_said_to_the_nearest_five(demo):
    every = {(kind, at): mask for kind, at, mask in every_sum(demo.now.read.week, demo.now.stretches)}
    said = demo.now.sums[demo.now.sums["about"].notna()]
    assert {"band of day", "stretch"} <= set(said["kind"]) <= {"band of day", "stretch", "hour of day", "day"}
    assert said["hidden"].all()
    for row in said.itertuples():
        true = every[row.kind, row.at] @ demo.now.read.week
        assert row.about % 5 == 0
        assert abs(row.about - true) <= 2.5
        assert true >= 5
    cells = map_cells(demo.now, Layout(3, 6))
    assert cells[cells["row"] == 7]["short"].tolist() == [
        "≈5",
        "10",
        "18",
        "8",
        "23",
        "54",
        "≈40",
        "10",
        "169",
    ]
    assert cells[~cells["total"]]["short"].str.startswith("≈").sum() == 0


def test_a_place_that_no_record_has_is_not_taken_for_a_quiet_one(shipped_store):
    asked = RecordFilter(CITY, SEXUAL, rolling_12(OCTOBER), where=(("place", "Diagon Alley"),))
    with pytest.raises(UnknownNameError, match=r"No street or venue is called 'Diagon Alley'"):
        week_read(open_version(shipped_store, "demo"), asked)


def test_the_file_says_in_every_row_what_it_is_of_and_that_it_is_made(demo, shipped_store):
    publish_line = open_version(shipped_store, "demo").publish
    rows = week_export(demo, Layout(3, 6), publish_line)
    assert len(rows) == 56
    assert set(rows["note"]) == {"Made data: for demonstration, not real records"}
    assert set(rows["records"]) == {"Other sexual offences and Rape"}
    assert (set(rows["first_month"]), set(rows["last_month"])) == ({"2023-11"}, {"2024-10"})


def test_the_nights_hours_are_a_setting(shipped_store):
    asked = RecordFilter(CITY, SEXUAL, rolling_12(OCTOBER))
    found = when(open_version(shipped_store, "demo"), asked, report_measures(), Night(22, 4))
    assert any("22:00 to 03:59" in line.text for line in found.headline)


def test_every_kind_of_time_is_listed_with_its_treatment(demo):
    table = known_table(demo.now)
    assert len(table) == len(Known)
    assert table["How it counts"].str.len().min() > 10
    assert table.set_index("Time known").loc["No start", "Records"] == "11"


def test_single_hours_are_drawn_where_most_of_them_can_be_shown(tmp_path, demo):
    every = [(datetime(2024, 5, 6 + hour // 24, hour % 24), 6) for hour in range(168)]
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
    asked = RecordFilter("Houston Police Department", ("rape",), Window(date(2010, 1, 1), date(2010, 8, 31)))
    found = when(open_version(tmp_path, "houston"), asked, report_measures())
    rows = houston_rows()
    day = pd.to_datetime(rows["date"], format="%m/%d/%Y").dt.dayofweek
    counted = np.bincount(day * 24 + rows["hour"], minlength=168)
    days = np.bincount(pd.date_range("2010-01-01", "2010-08-31").dayofweek)
    assert found.now.read.week.tolist() == pytest.approx(counted.tolist())
    said = [line.lead for line in found.headline[:-2]]
    assert {"Early hours of Saturday", "Early hours of Sunday"} <= set(said)
    for each in found.now.stretches:
        hours = np.arange(each.start, each.start + each.hours) % 168
        assert each.weight == pytest.approx(counted[hours].sum())
        assert each.even == pytest.approx(378 * days[hours // 24].sum() / (24 * days.sum()))
    assert "2009 has 0 of 8 months" in found.not_compared


def test_the_citys_stops_say_what_is_there(tmp_path):
    if not STOPS.exists():
        pytest.skip(
            "the City's stop-and-search files are not beside this checkout (../shared/data/police-uk)"
        )
    publish(
        tmp_path,
        "stops",
        read_delivery(Source.POLICE_UK, [STOPS], Settings(kind=NoteKind.STOP_AND_SEARCH)),
        "tests",
    )
    snapshot = open_version(tmp_path, "stops")
    keys = tuple(snapshot.measures.to_pandas()["key"])
    found = when(snapshot, RecordFilter(CITY, keys, Window(date(2017, 1, 1), date(2018, 12, 31))), ())
    said = {line.lead: line.text for line in found.headline}
    assert "Friday evening into early Saturday" in said
    assert said["Hour not known"].startswith("None of 1,810")
    whole = when(snapshot, RecordFilter(CITY, keys, Window(date(2015, 3, 1), date(2018, 12, 31))), ())
    assert whole.now.read.records == 4_387
    assert "38 of 46 months" in whole.notes[0]
