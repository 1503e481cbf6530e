"""What vulncore.findings.strand.standing and its sentences promise."""

import csv
import io
import re
import shutil
import zipfile
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from tests.findings.strand.stores import CITY, JANUARY, OCTOBER, demo_stands, noted, publish_months, stands
from tests.making import FORCE, delivery, month_total, months
from vulncore.cli.publishing import OPEN_COUNTS
from vulncore.domain.errors import UnknownNameError
from vulncore.domain.periods import add_months
from vulncore.domain.strands.strand_list import shipped_list
from vulncore.domain.vocabulary import Strand
from vulncore.findings.forecast.demand import subject_demand
from vulncore.findings.overview.overview import overview
from vulncore.findings.shared.contents import dataset_contents
from vulncore.findings.strand.panels import every_strand
from vulncore.findings.strand.sentences import icons
from vulncore.findings.strand.standing import standing_export
from vulncore.findings.strand.subject import strand_subject
from vulncore.findings.strand.tables import standing_table
from vulncore.metrics.control.chart import ChartKind
from vulncore.metrics.control.variation import Variation
from vulncore.sources.police_uk import deliver as police_uk
from vulncore.store import open_version, publish, set_strands

EVEN = [20, 22, 21, 19, 20, 22, 18, 21, 20, 19, 22, 20]
STEP = [*EVEN, *(10, 9, 11, 8, 10, 9, 10, 11)]
STEPPED = date(2023, 1, 1)  # the month in which the level of STEP changes


def counts(of) -> dict[str, float]:
    return dict(zip(of.chart.frame["month"].dt.strftime("%Y-%m"), of.chart.frame["count"], strict=True))


def row_of(of, month: str) -> pd.Series:
    return of.chart.frame.set_index(of.chart.frame["month"].dt.strftime("%Y-%m")).loc[month]


def naive(store, keys, month: str) -> int:
    """Count the records of some measures that were recorded in a month, each once, one by one."""
    rows = open_version(store, "demo").incidents.to_pyarrow().to_pylist()
    return len(
        {
            row["record_id"]
            for row in rows
            if row["measure"] in keys
            and f"{row['recorded_on']:%Y-%m}" == month
            and row["no_crimed_on"] is None
        }
    )


def test_hate_crime_of_the_demo_lies_where_the_report_has_it(shipped_store):
    last = list(counts(demo_stands(shipped_store, "hate-crime")).values())[-24:]
    assert (min(last), max(last)) == (17, 32)


@pytest.mark.parametrize("key", ["sexual-violence", "vawg", "child-protection", "harmful-practices"])
def test_a_record_of_several_measures_is_counted_once(shipped_store, key):
    of = demo_stands(shipped_store, key)
    keys = {measure.key for measure in of.subject.measures}
    assert len(keys) > 1
    for month in ("2018-06", "2022-07", "2024-10"):
        assert counts(of)[month] == naive(shipped_store, keys, month)


def test_a_strand_counts_what_its_panels_say_and_else_measures_of_one_kind(shipped_store):
    contents = dataset_contents(open_version(shipped_store, "demo"))
    for strand in contents.strands:
        subject = strand_subject(contents, strand.key)
        shown = every_strand().get(strand.key)
        if shown and shown.counted:
            assert {measure.key for measure in subject.measures} == set(shown.counted)
        assert len({measure.record_kind for measure in subject.measures}) == 1
        assert {measure.strand for measure in subject.measures} == {strand.key}


def test_a_strand_that_the_dataset_lacks_is_refused(shipped_store):
    contents = dataset_contents(open_version(shipped_store, OPEN_COUNTS))
    with pytest.raises(
        UnknownNameError, match="no measure of the strand 'Hate crime'. Choose another strand"
    ):
        strand_subject(contents, "hate-crime")


def test_a_month_not_delivered_is_missing_and_not_zero_and_ends_a_run(tmp_path):
    above = [20] * 6 + [30] * 4 + [None] + [30] * 3 + [20] * 6
    publish_months(tmp_path, [20, 30] * 6 + above)
    of = stands(tmp_path)
    assert pd.isna(row_of(of, "2023-11")["count"])
    assert "seven in a row" not in " ".join(of.chart.frame["rule"])
    export = standing_export(of).set_index("month").loc["2023-11"]
    assert export["status"] == "not delivered"
    assert pd.isna(export["count"])
    assert standing_table(of).set_index("Month").loc["November 2023", "Recorded"] == "–"
    whole = [20, 30] * 6 + [20] * 6 + [30] * 8 + [20] * 6
    publish_months(tmp_path, whole, "prevent")
    unbroken = stands(tmp_path, "prevent")
    assert (unbroken.chart.frame["rule"].iloc[18:26] != "").any()


@pytest.mark.parametrize("month", ["2020-04", "2021-02"])
def test_months_of_lockdown_are_drawn_and_neither_judged_nor_learnt_from(tmp_path, month):
    first = date(2019, 1, 1)
    series = [20 + at % 3 for at in range(40)]
    at = months(first, 40).index(date.fromisoformat(f"{month}-01"))
    publish_months(tmp_path, [*series[:at], 500, *series[at + 1 :]], first=first)
    of = stands(tmp_path)
    row = row_of(of, month)
    assert (row["count"], row["set_aside"], row["rule"]) == (500, True, "")
    assert row_of(of, "2022-04")["mean"] < 22
    assert standing_export(of).set_index("month").loc[month, "status"] == "set aside"
    assert "of lockdown" in {line.lead: line.text for line in of.headline}["Not judged"]


def test_a_one_off_month_is_drawn_and_neither_judged_nor_learnt_from_and_its_name_keeps_its_letters(tmp_path):
    publish_months(tmp_path, [*EVEN, 90, *EVEN])
    assert row_of(stands(tmp_path), "2023-01")["rule"] != ""
    noted(tmp_path, {"kind": "one-off month", "month": STEPPED, "text": "A march"})
    of = stands(tmp_path)
    row = row_of(of, "2023-01")
    assert (row["count"], row["rule"], of.one_offs) == (90, "", (STEPPED,))
    assert row["mean"] == pytest.approx(sum(EVEN) / 12)
    assert {line.lead: line.text for line in of.headline}["Not judged"] == "One-off month January 2023."


def test_a_provisional_month_is_drawn_and_neither_judged_nor_learnt_from(tmp_path):
    publish_months(tmp_path, [*EVEN, 90], provisional=[12])
    of = stands(tmp_path)
    row = row_of(of, "2023-01")
    assert (row["count"], row["rule"], of.variation) == (90, "", Variation.COMMON)
    assert row["mean"] == pytest.approx(sum(EVEN) / 12)
    assert standing_export(of).set_index("month").loc["2023-01", "status"] == "provisional"


@pytest.mark.parametrize("kind", ["series break", "level change"])
def test_a_break_of_the_series_and_an_approved_change_begin_a_phase_with_limits_of_its_own(tmp_path, kind):
    publish_months(tmp_path, [*STEP, *STEP[-4:]])
    before = stands(tmp_path)
    assert before.chart.frame["phase"].max() == 0
    noted(tmp_path, {"kind": kind, "month": STEPPED})
    of = stands(tmp_path)
    assert of.chart.frame["phase"].tolist() == [0] * 12 + [1] * 12
    assert row_of(of, "2022-12")["mean"] == pytest.approx(sum(EVEN) / 12)
    assert row_of(of, "2023-12")["mean"] == pytest.approx((sum(STEP[12:]) + sum(STEP[-4:])) / 12)
    assert [change.month for change in of.changes] == [STEPPED]
    assert of.proposed is None


def test_a_note_on_every_measure_begins_a_phase_of_each(tmp_path):
    publish_months(tmp_path, STEP)
    noted(tmp_path, {"kind": "series break", "month": STEPPED, "measure": None})
    assert stands(tmp_path).chart.frame["phase"].max() == 1


def test_a_change_of_another_measure_or_force_or_of_a_later_month_begins_none(tmp_path):
    publish_months(tmp_path, STEP)
    noted(tmp_path, {"kind": "level change", "month": STEPPED, "measure": "rape"})
    assert stands(tmp_path).chart.frame["phase"].max() == 0
    noted(tmp_path, {"kind": "level change", "month": STEPPED})
    assert stands(tmp_path, as_at=add_months(STEPPED, -1)).changes == ()


def test_approving_rebases_the_current_process_of_the_forecast(tmp_path):
    publish_months(tmp_path, STEP)
    of = stands(tmp_path)

    def process():
        snapshot = open_version(tmp_path, "city")
        return subject_demand(snapshot, FORCE, of.subject, of.as_at).changes

    assert process() == ()
    noted(tmp_path, {"kind": "level change", "month": STEPPED})
    assert process() == (STEPPED,)
    noted(tmp_path, {"kind": "level kept", "month": STEPPED})
    assert process() == ()


def test_a_change_is_proposed_said_first_and_not_again_once_it_was_declined(tmp_path):
    publish_months(tmp_path, STEP)
    of = stands(tmp_path)
    assert (of.proposed.month, of.proposed.before) == (STEPPED, pytest.approx(sum(EVEN) / 12))
    assert of.briefing.finding == "Hate crime: level seems lower since January 2023, at 9.8 a month."
    assert of.briefing.action == "Approve or decline this change of level below."
    noted(tmp_path, {"kind": "level kept", "month": STEPPED})
    declined = stands(tmp_path)
    assert declined.proposed is None
    assert declined.chart.frame["phase"].max() == 0


def test_attempted_suicides_of_the_demo_have_gone_silent_which_is_said_before_all_else(shipped_store):
    of = stands(shipped_store, "", OCTOBER, "demo", CITY, measure="attempted-suicides")
    series = list(counts(of).values())
    silent = next(at for at, count in enumerate(reversed(series)) if count)
    assert of.silent_months == silent >= 7
    assert (
        of.briefing.finding
        == f"Attempted suicides: the last {silent} months have no records. Check the feed."
    )
    assert of.briefing.action == "Ask the records team whether records of attempted suicides still arrive."
    assert of.proposed is None


def test_of_harmful_practices_no_level_is_judged(shipped_store):
    of = demo_stands(shipped_store, "harmful-practices")
    assert of.chart.kind is ChartKind.NONE
    assert of.briefing.finding == "Harmful practices: too few records for a trend."
    assert of.proposed is None
    assert standing_export(of)[["mean", "low", "high"]].isna().all(axis=None)


def test_rare_records_are_judged_by_the_days_between_them(tmp_path):
    publish_months(tmp_path, [2, 1, 3, 2, 1, 2, 3, 1, 2, 2, 1, 3, 2, 2])
    of = stands(tmp_path)
    assert of.chart.kind is ChartKind.GAPS
    assert set(standing_export(of)["chart"]) == {"t chart"}
    assert any("days between records" in line.text for line in of.headline)


def test_totals_by_month_have_a_chart_and_totals_by_year_alone_have_none(tmp_path):
    rows = [month_total(day, 20 + at % 3, "hate-crime") for at, day in enumerate(months(JANUARY, 14))]
    publish(tmp_path, "city", delivery(counts=rows), "me")
    assert stands(tmp_path).chart.kind is ChartKind.XMR
    year = [{**rows[0], "period_start": date(2023, 1, 1), "period_end": date(2023, 12, 31), "count": 200}]
    publish(tmp_path, "years", delivery(counts=year), "me")
    of = stands(tmp_path, dataset="years")
    assert not of.drawn
    assert of.briefing.finding == "Hate crime: no month of it was delivered."


def test_the_newest_target_holds_and_says_whether_it_is_met_as_things_are(tmp_path):
    publish_months(tmp_path, [*EVEN, *EVEN])
    assert stands(tmp_path).target is None
    newest = {"kind": "target", "month": None, "written_on": date(2024, 5, 1), "text": "At most 60 a month"}
    older = {**newest, "written_on": date(2024, 4, 1), "text": "At most 5 a month"}
    unread = {**newest, "written_on": date(2024, 6, 1), "text": "Fewer"}
    of_another = {**newest, "written_on": date(2024, 7, 1), "text": "At most 7 a month", "measure": "rape"}
    noted(tmp_path, newest, older, unread, of_another)
    of = stands(tmp_path)
    assert (of.target.records, of.target.at_most) == (60, True)
    assert icons(of)[1] == ("check_circle", "Target of at most 60 a month: met every month as things are")
    noted(tmp_path, older)
    missed = ("cancel", "Target of at most 5 a month: missed every month until something changes")
    assert icons(stands(tmp_path))[1] == missed
    noted(tmp_path, {**newest, "text": "At least 20 a month"})
    either = ("help", "Target of at least 20 a month: met in some months and missed in others, by chance")
    assert icons(stands(tmp_path))[1] == either


def test_commentary_is_dated_and_signed_and_stands_on_no_other_page(tmp_path):
    publish_months(tmp_path, EVEN)
    note = {
        "kind": "commentary",
        "month": STEPPED.replace(year=2022),
        "text": "A quiet month",
        "author": "Analyst",
    }
    noted(tmp_path, note, {**note, "kind": "level kept", "text": "Winter alone"})
    of = stands(tmp_path)
    (comment,) = of.commentary
    assert (comment.text, comment.author, comment.written_on) == (
        "A quiet month",
        "Analyst",
        date(2024, 3, 1),
    )
    said = " ".join(overview(tmp_path, "city").notes)
    assert "A quiet month" not in said
    assert "Winter alone" not in said


def test_notes_on_a_strand_outlive_its_key(shipped_store, tmp_path):
    shutil.copytree(shipped_store / "demo", tmp_path / "demo")
    rows = [
        {"kind": "level change", "month": date(2021, 6, 1)},
        {"kind": "commentary", "month": OCTOBER, "text": "Written before"},
        {"kind": "target", "month": None, "text": "At most 9 a month"},
    ]
    noted(tmp_path, *({**row, "measure": "sexual-violence"} for row in rows), dataset="demo")
    renamed = tuple(
        Strand("sex-offences", "Sex offences", "Sex offences", was=("sexual-violence",))
        if one.key == "sexual-violence"
        else one
        for one in shipped_list().strands
    )
    set_strands(tmp_path, "demo", replace(shipped_list(), strands=renamed), "me")
    for key in ("sex-offences", "sexual-violence"):
        of = demo_stands(tmp_path, key)
        assert of.subject.note_key == "sex-offences"
        assert [change.month for change in of.changes] == [date(2021, 6, 1)]
        assert [comment.text for comment in of.commentary] == ["Written before"]
        assert of.target.records == 9


MONTH = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December) \d{4}"
)


@pytest.mark.parametrize("as_at", ["2018-06", "2020-05", "2021-11", "2023-01", "2024-10"])
def test_every_strand_and_measure_of_the_demo_opens_with_fifteen_words_and_one_figure(shipped_store, as_at):
    month = date.fromisoformat(f"{as_at}-01")
    snapshot = open_version(shipped_store, "demo")
    contents = dataset_contents(snapshot)
    every = [
        *(demo_stands(shipped_store, one.key, month) for one in (*contents.strands, *contents.views)),
        *(stands(shipped_store, "", month, "demo", CITY, one.key) for one in contents.measures),
    ]
    assert len(every) == 31
    for of in every:
        finding = of.briefing.finding
        assert len(finding.split()) <= 15, finding
        assert len(re.findall(r"\d[\d,.]*", MONTH.sub("", finding))) <= 1, finding
        assert finding.startswith(of.subject.name)
        for sentence in (of.briefing.action, of.briefing.also):
            assert len(sentence.split()) <= 20, sentence


def test_months_that_the_police_never_published_are_missing_in_real_open_data(shipped_store):
    contents = dataset_contents(open_version(shipped_store, OPEN_COUNTS))
    for measure in contents.measures:
        of = stands(shipped_store, "", None, OPEN_COUNTS, CITY, measure.key)
        assert pd.isna(row_of(of, "2017-10")["count"])
        assert pd.isna(row_of(of, "2017-11")["count"])
        assert row_of(of, "2017-12")["count"] >= 0


def test_the_real_change_of_recording_of_anti_social_behaviour_begins_a_phase(shipped_store):
    of = stands(shipped_store, "", None, OPEN_COUNTS, CITY, "anti-social-behaviour")
    (change,) = of.changes
    assert (change.kind.value, change.month) == ("series break", date(2023, 1, 1))
    assert [row_of(of, month)["phase"] for month in ("2022-12", "2023-01")] == [0, 1]
    # without it the mean of all months would lie between the two
    assert row_of(of, "2022-12")["mean"] > 90
    assert row_of(of, "2024-12")["mean"] < 40


def test_the_real_street_files_give_the_months_that_a_plain_count_of_their_rows_does(street_zip, tmp_path):
    publish(tmp_path, "city", police_uk([street_zip]), "tests")
    of = stands(tmp_path, "", None, "city", CITY, "anti-social-behaviour")
    with zipfile.ZipFile(street_zip) as files:
        for month in ("2016-01", "2022-10", "2024-12"):
            (name,) = [one for one in files.namelist() if one.endswith(f"{month}-city-of-london-street.csv")]
            rows = csv.DictReader(io.StringIO(files.read(name).decode()))
            assert counts(of)[month] == sum(row["Crime type"] == "Anti-social behaviour" for row in rows)
    for month in ("2017-10", "2017-11"):
        assert pd.isna(row_of(of, month)["count"])
