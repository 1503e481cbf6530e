"""What the overview finding promises."""

from datetime import date

import pandas as pd
import pytest

from tests.making import FORCE, covered, delivery, incident, month_total, months
from vulncore.domain.errors import InvalidPeriodError, UnknownNameError
from vulncore.domain.periods import add_months
from vulncore.findings.overview.overview import narrowed, overview
from vulncore.findings.shared.contents import dataset_contents
from vulncore.store import open_version, publish

APRIL_2018 = date(2018, 4, 1)


def said(found) -> dict[str, str]:
    return {line.lead: line.text for line in found.headline}


def publish_months(store, counts, measure="rape", first=APRIL_2018, **more):
    """Publish so many records of a measure a month; None is a month not delivered."""
    known = [(m, n) for m, n in zip(months(first, len(counts)), counts, strict=True) if n is not None]
    rows = [
        incident(f"{month}-{number}", month, measure=measure) for month, n in known for number in range(n)
    ]
    coverage = covered([month for month, _ in known], measure=measure)
    return publish(store, "city", delivery(rows, coverage, **more), "me")


def test_the_demo_says_what_the_report_should_have_said(shipped_store):
    found = overview(shipped_store, "demo")
    assert (found.force, found.as_at) == ("City of London Police", date(2024, 10, 1))
    words = said(found)
    assert words["Clear change"].startswith("Hate crime up 43\u202f%, from 131 to 187.")
    assert words["May be a change, and grave"].startswith("Rape up 80\u202f%, from 15 to 27.")
    assert words["Check the feed"].startswith("Attempted suicides down 100\u202f%, from 90 to 0.")
    assert "Children at risk (PPNs) down 16\u202f%, from 462 to 390" in words["May be a change"]


def test_of_ten_coloured_changes_at_most_three_are_more_than_chance(shipped_store):
    table = overview(shipped_store, "demo").table
    coloured = table[table["fytd_colour"].isin(["red", "green"])]
    assert len(coloured) == 10
    assert coloured["fytd_signal"].isin(["clear change", "may be a change"]).sum() <= 3


def test_every_measure_is_in_exactly_one_line_of_the_headline(shipped_store):
    found = overview(shipped_store, "demo")
    named = [
        measure.name
        for measure in found.measures
        if any(measure.name in line.text for line in found.headline)
    ]
    rest = sum(int(part.split()[0]) for part in said(found)["The other measures"].rstrip(".").split("; "))
    assert (len(named), len(named) + rest) == (4, 19)


def test_signals_are_judged_over_all_measures_before_a_strand_is_chosen(shipped_store):
    every = overview(shipped_store, "demo").table.set_index("measure")
    strand = narrowed(overview(shipped_store, "demo"), "sexual-violence").table.set_index("measure")
    assert list(strand.index) == ["other-sexual-offences", "rape"]
    columns = ["fytd_signal", "fytd_low", "fytd_high", "fytd_interval_level"]
    pd.testing.assert_frame_equal(strand[columns], every.loc[strand.index, columns])


def test_months_that_were_never_published_leave_their_windows_incomplete(shipped_store):
    found = overview(shipped_store, "city-open-counts", as_at=date(2018, 3, 1))
    assert found.table["fytd_current"].isna().all()
    assert set(found.table["fytd_current_months"]) == {10}
    assert set(found.table["fytd_signal"]) == {"not tested"}
    assert (
        "This financial year to date (April 2017 to March 2018) has 10 of 12 months, without October 2017, "
        "November 2017: it is not compared as if it were whole." in found.notes
    )
    assert said(found) == {
        "Nothing to compare this year to date": "Months are missing: the table says how many."
    }
    assert "The baseline 2019/20 does not lie before the financial year shown" in " ".join(found.notes)


def test_a_month_that_was_never_published_cannot_be_the_last(shipped_store):
    with pytest.raises(
        InvalidPeriodError,
        match=r"October 2017 was not delivered .* from January 2016 to December 2024, "
        "without October 2017, November 2017",
    ):
        overview(shipped_store, "city-open-counts", as_at=date(2017, 10, 1))


def test_the_as_at_month_is_the_latest_that_every_active_measure_has(tmp_path):
    coverage = covered(months(date(2023, 1, 1), 12)) + covered(months(date(2023, 1, 1), 10), "hate-crime")
    coverage += covered(months(date(2021, 1, 1), 12), "prevent")
    publish(tmp_path, "city", delivery(coverage=coverage), "me")
    choice = dataset_contents(open_version(tmp_path, "city"))
    assert choice.default_month == {FORCE: date(2023, 10, 1)}
    assert choice.months[FORCE][0] == date(2023, 12, 1)


def test_monthly_totals_alone_make_the_same_table(tmp_path):
    publish(tmp_path, "city", delivery(counts=[month_total(m, 5) for m in months(APRIL_2018, 30)]), "me")
    found = narrowed(overview(tmp_path, "city"), "sexual-violence")
    rape = found.table.set_index("measure").loc["rape"]
    assert (rape["fytd_current"], rape["rolling12_previous"]) == (30, 60)


def test_last_months_figures_can_be_shown_as_they_were_published(tmp_path):
    publish_months(tmp_path, [3] * 24)
    publish_months(tmp_path, [5], first=add_months(APRIL_2018, 23))
    now, then = (overview(tmp_path, "city", number=n).table.set_index("measure") for n in (2, 1))
    assert (now.loc["rape", "fytd_current"], then.loc["rape", "fytd_current"]) == (38, 36)


def test_a_fall_to_nothing_is_not_called_a_fall(tmp_path):
    publish_months(tmp_path, [4] * 72 + [0] * 7)
    found = overview(tmp_path, "city")
    assert found.as_at == date(2024, 10, 1)
    row = found.table.set_index("measure").loc["rape"]
    assert (row["fytd_signal"], row["rolling12_signal"]) == ("check the feed", "check the feed")
    assert "Confirm that records still arrive" in said(found)["Check the feed"]


def test_a_doubling_over_a_steady_past_is_a_clear_change_and_may_be_more_reporting(tmp_path):
    publish_months(tmp_path, [11] * 72 + [22] * 7)
    assert said(overview(tmp_path, "city"))["Clear change"] == (
        "Rape up 100\u202f%, from 77 to 154. A rise here can also be more confidence in reporting."
    )


def test_provisional_months_are_said(tmp_path):
    coverage = covered(months(APRIL_2018, 24)) + covered([date(2020, 4, 1)], provisional=True)
    publish(tmp_path, "city", delivery([incident(1, APRIL_2018)], coverage), "me")
    assert "April 2020 is provisional: figures can still change" in " ".join(overview(tmp_path, "city").notes)


def test_what_the_dataset_does_not_have_is_refused_by_name(shipped_store):
    with pytest.raises(UnknownNameError, match=r"no force called 'Ruritania'\. It has 1: City of London"):
        overview(shipped_store, "demo", force="Ruritania")
    with pytest.raises(UnknownNameError, match="Its measures have no strands"):
        narrowed(overview(shipped_store, "city-open-counts"), "prevent")
    with pytest.raises(UnknownNameError, match="has no version 9"):
        overview(shipped_store, "demo", number=9)


def test_a_comparison_across_a_change_of_recording_is_not_tested_and_the_page_says_why(shipped_store):
    found = overview(shipped_store, "city-open-counts", as_at=date(2024, 10, 1))
    asb = found.table.set_index("measure").loc["anti-social-behaviour"]
    assert (asb["baseline_signal"], asb["fytd_signal"] == "not tested") == ("not tested", False)
    assert asb["baseline_change"] == asb["fytd_current"] - asb["fytd_baseline"]
    across = overview(shipped_store, "city-open-counts", as_at=date(2023, 3, 1))
    assert across.table.set_index("measure").loc["anti-social-behaviour", "fytd_signal"] == "not tested"
    assert "1 not compared, since recording changed in between" in said(across)["The other measures"]
    assert any(note.startswith("Anti-social behaviour, January 2023: ") for note in across.notes)


def test_what_was_written_is_shown_only_where_its_month_is_on_screen(shipped_store):
    early = overview(shipped_store, "city-open-counts", as_at=date(2022, 12, 1))
    assert not any("January 2023" in note for note in early.notes)
    demo = overview(shipped_store, "demo")
    assert any(note.startswith("Attempted suicides, April 2024: ") for note in demo.notes)
    assert narrowed(demo, "hate-crime").notes == ()
