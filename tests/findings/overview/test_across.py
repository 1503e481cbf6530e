"""What vulncore.findings.overview.across promises, and the overview of a view across strands."""

import shutil
from dataclasses import replace
from datetime import date

import pytest

from tests.making import FORCE, delivery, month_total, months
from vulncore.domain.errors import UnknownNameError
from vulncore.domain.strands.strand_list import shipped_list
from vulncore.domain.vocabulary import Strand
from vulncore.findings.overview.across import records_once
from vulncore.findings.overview.overview import narrowed, overview
from vulncore.findings.overview.strand_rows import strand_rows
from vulncore.store import open_version, publish, set_strands

OCTOBER = date(2024, 10, 1)
VAWG = {
    "domestic-abuse-crime",
    "rape",
    "other-sexual-offences",
    "stalking-and-harassment",
    "fgm",
    "forced-marriage",
    "hbv",
}


@pytest.fixture
def store(shipped_store, tmp_path):
    """A store with the demonstration data, to publish to."""
    shutil.copytree(shipped_store / "demo", tmp_path / "demo")
    return tmp_path


def counted_once(store, first, last):
    """Count the records of violence against women and girls of some days in a plain loop."""
    records = set()
    for row in open_version(store, "demo").incidents.to_pyarrow().to_pylist():
        counts = row["measure"] in VAWG and row["no_crimed_on"] is None
        if counts and first <= row["recorded_on"] <= last:
            records.add(row["record_id"])
    return len(records)


def test_violence_against_women_and_girls_counts_each_record_of_the_demo_once(shipped_store):
    now = counted_once(shipped_store, date(2024, 4, 1), date(2024, 10, 31))
    before = counted_once(shipped_store, date(2023, 4, 1), date(2023, 10, 31))
    snapshot = open_version(shipped_store, "demo")
    force = overview(shipped_store, "demo").force
    assert records_once(snapshot, force, OCTOBER, "vawg") == (
        f"Together these measures have {now} records, April 2024 to October 2024. Each record is counted once. "
        f"The same months a year before have {before}."
    )
    rows = narrowed(overview(shipped_store, "demo"), "vawg").table
    assert now < rows["fytd_current"].sum()  # some records are of two of the measures


def test_where_months_are_missing_or_only_totals_are_known_nobody_says_how_many_records_there_are(
    shipped_store, tmp_path
):
    snapshot = open_version(shipped_store, "demo")
    force = overview(shipped_store, "demo").force
    assert records_once(snapshot, force, date(2030, 1, 1), "vawg") == ""
    assert records_once(snapshot, force, OCTOBER, "sexual-violence") == ""
    totals = [month_total(month, 9, key) for month in months(date(2023, 4, 1), 19) for key in ("rape", "hbv")]
    publish(tmp_path, "city", delivery(counts=totals), "me")
    assert records_once(open_version(tmp_path, "city"), FORCE, OCTOBER, "vawg") == ""


def test_the_overview_of_a_view_has_the_rows_of_its_measures_as_judged_among_all(shipped_store):
    every = overview(shipped_store, "demo")
    shown = narrowed(every, "vawg")
    assert {measure.key for measure in shown.measures} == VAWG
    whole = every.table[every.table["measure"].isin(VAWG)].reset_index(drop=True)
    assert shown.table.equals(whole)


def test_no_figure_changes_when_strands_are_renamed_merged_or_a_measure_moves(store):
    before = overview(store, "demo")
    merged = Strand(
        "safeguarding", "Safeguarding", "Safeguarding", was=("adults-at-risk", "child-protection")
    )
    gone = {*merged.was, "prevent"}
    own = replace(
        shipped_list(),
        strands=(
            merged,
            *(one for one in shipped_list().strands if one.key not in gone),
            Strand(
                "radicalisation",
                "Radicalisation",
                "Radicalisation",
                was=("prevent",),
                measures=("hate-crime",),
            ),
        ),
    )
    set_strands(store, "demo", own, "me")
    after = overview(store, "demo")
    assert after.table.equals(before.table)
    assert after.series.equals(before.series)
    keys = {measure.key for measure in narrowed(after, "child-protection").measures}  # an old key
    assert keys == {"adult-at-risk-ppns", "child-at-risk-ppns", "child-abuse", "cse", "missing-children"}
    assert {one.key for one in narrowed(after, "prevent").measures} == {"prevent", "hate-crime"}
    assert overview(store, "demo", number=1).measures == before.measures


def test_rows_stand_under_the_name_that_the_list_gives_their_strand(store):
    renamed = [
        replace(one, name="Sex offences") if one.key == "sexual-violence" else one
        for one in shipped_list().strands
    ]
    set_strands(store, "demo", replace(shipped_list(), strands=tuple(renamed)), "me")
    groups = {row.key: row.group for row in strand_rows(overview(store, "demo"))}
    assert groups["rape"] == groups["other-sexual-offences"] == "Sex offences"
    assert groups["fgm"] == "Harmful practices"


def test_a_strand_that_no_list_has_is_refused_by_its_words(shipped_store):
    with pytest.raises(
        UnknownNameError, match=r"no measure of the strand 'Elder abuse'\. Its measures have 11"
    ):
        narrowed(overview(shipped_store, "demo"), "elder-abuse")
