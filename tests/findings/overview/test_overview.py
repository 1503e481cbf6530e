"""What vulncore.findings.overview.overview promises, its notes and the contents of a dataset included."""

import io
from datetime import date

import openpyxl
import pandas as pd
import pytest

from tests.making import FORCE, covered, delivery, incident, month_total, months
from vulncore.domain.errors import InvalidPeriodError, UnknownNameError
from vulncore.domain.periods import add_months
from vulncore.domain.vocabulary import report_measures
from vulncore.findings.overview.export import table_workbook
from vulncore.findings.overview.overview import narrowed, overview
from vulncore.findings.shared.contents import dataset_contents
from vulncore.findings.shared.words import MADE
from vulncore.store import open_version, publish

APRIL_2018 = date(2018, 4, 1)
APRIL_2022 = date(2022, 4, 1)


def headline_texts(shown) -> dict[str, str]:
    return {line.lead: line.text for line in shown.headline}


def publish_months(store, counts, measure="rape", first=APRIL_2018, **more):
    """Publish so many records of a measure a month; None is a month not delivered."""
    known = [(m, n) for m, n in zip(months(first, len(counts)), counts, strict=True) if n is not None]
    rows = [
        incident(f"{month}-{number}", month, measure=measure) for month, n in known for number in range(n)
    ]
    coverage = covered([month for month, _ in known], measure=measure)
    return publish(store, "city", delivery(rows, coverage, **more), "me")


def test_the_demo_says_what_the_report_should_have_said(shipped_store):
    demo = overview(shipped_store, "demo")
    assert (demo.force, demo.as_at) == ("City of London Police", date(2024, 10, 1))
    words = headline_texts(demo)
    assert words["Clear change"].startswith("Hate crime up 43\u202f%, from 131 to 187.")
    assert words["May be a change, and serious"].startswith("Rape up 80\u202f%, from 15 to 27.")
    assert words["Check the feed"].startswith("Attempted suicides down 100\u202f%, from 90 to 0.")
    assert "Children at risk (PPNs) down 16\u202f%, from 462 to 390" in words["May be a change"]


def test_of_ten_coloured_changes_at_most_three_are_more_than_chance(shipped_store):
    table = overview(shipped_store, "demo").table
    coloured = table[table["fytd_colour"].isin(["red", "green"])]
    assert len(coloured) == 10
    assert coloured["fytd_signal"].isin(["clear change", "may be a change"]).sum() <= 3


def test_every_measure_is_in_exactly_one_line_of_the_headline(shipped_store):
    demo = overview(shipped_store, "demo")
    named = [
        measure.name for measure in demo.measures if any(measure.name in line.text for line in demo.headline)
    ]
    rest = sum(
        int(part.split()[0]) for part in headline_texts(demo)["The other measures"].rstrip(".").split("; ")
    )
    assert (len(named), len(named) + rest) == (4, 19)


def test_signals_are_judged_over_all_measures_before_a_strand_is_chosen(shipped_store):
    every = overview(shipped_store, "demo").table.set_index("measure")
    strand = narrowed(overview(shipped_store, "demo"), "sexual-violence").table.set_index("measure")
    assert list(strand.index) == ["other-sexual-offences", "rape"]
    columns = ["fytd_signal", "fytd_low", "fytd_high", "fytd_interval_level"]
    pd.testing.assert_frame_equal(strand[columns], every.loc[strand.index, columns])


def test_months_that_were_never_published_leave_their_windows_incomplete(shipped_store):
    city = overview(shipped_store, "city-open-counts", as_at=date(2018, 3, 1))
    assert city.table["fytd_current"].isna().all()
    known = city.table.set_index("measure")["fytd_current_months"]
    assert known.pop("anti-social-behaviour") == 8  # not delivered in May and September 2017 either
    assert set(known) == {10}
    assert set(city.table["fytd_signal"]) == {"not tested"}
    assert (
        "This financial year to date (April 2017 to March 2018): 8 to 10 of 12 months delivered, all "
        "without October 2017, November 2017. The period is not compared." in city.notes
    )
    assert headline_texts(city) == {
        "Nothing to compare this year to date": "Months are missing: the table shows how many."
    }
    assert "The 2019/20 baseline is not before the financial year shown" in " ".join(city.notes)


def test_a_month_that_was_never_published_cannot_be_the_last(shipped_store):
    with pytest.raises(
        InvalidPeriodError,
        match=r"October 2017 was not delivered .* from January 2016 to December 2024, "
        "except October 2017, November 2017",
    ):
        overview(shipped_store, "city-open-counts", as_at=date(2017, 10, 1))


def test_the_as_at_month_is_the_latest_that_every_active_measure_has(tmp_path):
    coverage = covered(months(date(2023, 1, 1), 12)) + covered(months(date(2023, 1, 1), 10), "hate-crime")
    coverage += covered(months(date(2021, 1, 1), 12), "prevent")
    publish(tmp_path, "city", delivery(coverage=coverage), "me")
    contents = dataset_contents(open_version(tmp_path, "city"))
    assert contents.default_month == {FORCE: date(2023, 10, 1)}
    assert contents.months[FORCE][0] == date(2023, 12, 1)


def test_monthly_totals_alone_make_the_same_table(tmp_path):
    publish(tmp_path, "city", delivery(counts=[month_total(m, 5) for m in months(APRIL_2018, 30)]), "me")
    city = narrowed(overview(tmp_path, "city"), "sexual-violence")
    rape = city.table.set_index("measure").loc["rape"]
    assert (rape["fytd_current"], rape["rolling12_previous"]) == (30, 60)


def test_last_months_figures_can_be_shown_as_they_were_published(tmp_path):
    publish_months(tmp_path, [3] * 24)
    publish_months(tmp_path, [5], first=add_months(APRIL_2018, 23))
    now, then = (overview(tmp_path, "city", number=n).table.set_index("measure") for n in (2, 1))
    assert (now.loc["rape", "fytd_current"], then.loc["rape", "fytd_current"]) == (38, 36)


def test_a_fall_to_nothing_is_not_called_a_fall(tmp_path):
    publish_months(tmp_path, [4] * 72 + [0] * 7)
    city = overview(tmp_path, "city")
    assert city.as_at == date(2024, 10, 1)
    row = city.table.set_index("measure").loc["rape"]
    assert (row["fytd_signal"], row["rolling12_signal"]) == ("check the feed", "check the feed")
    assert "Confirm that records still arrive" in headline_texts(city)["Check the feed"]


def test_a_doubling_over_a_steady_past_is_a_clear_change_and_may_be_more_reporting(tmp_path):
    publish_months(tmp_path, [11] * 72 + [22] * 7)
    assert headline_texts(overview(tmp_path, "city"))["Clear change"] == (
        "Rape up 100\u202f%, from 77 to 154. A rise here can also be more confidence in reporting."
    )


def test_provisional_months_are_said(tmp_path):
    coverage = covered(months(APRIL_2018, 24)) + covered([date(2020, 4, 1)], provisional=True)
    publish(tmp_path, "city", delivery([incident(1, APRIL_2018)], coverage), "me")
    assert "April 2020 is provisional: figures can still change" in " ".join(overview(tmp_path, "city").notes)


def test_what_the_dataset_does_not_have_is_refused_by_name(shipped_store):
    with pytest.raises(
        UnknownNameError, match=r"no force called 'Ruritania'\. It has 1 force: City of London"
    ):
        overview(shipped_store, "demo", force="Ruritania")
    with pytest.raises(UnknownNameError, match="Its measures have no strands"):
        narrowed(overview(shipped_store, "city-open-counts"), "prevent")
    with pytest.raises(UnknownNameError, match="has no version 9"):
        overview(shipped_store, "demo", number=9)


def test_a_comparison_across_a_change_of_recording_is_not_tested_and_the_page_says_why(shipped_store):
    city = overview(shipped_store, "city-open-counts", as_at=date(2024, 10, 1))
    asb = city.table.set_index("measure").loc["anti-social-behaviour"]
    assert (asb["baseline_signal"], asb["fytd_signal"] == "not tested") == ("not tested", False)
    assert asb["baseline_change"] == asb["fytd_current"] - asb["fytd_baseline"]
    across = overview(shipped_store, "city-open-counts", as_at=date(2023, 3, 1))
    assert across.table.set_index("measure").loc["anti-social-behaviour", "fytd_signal"] == "not tested"
    assert (
        "1 not compared, because recording changed in between" in headline_texts(across)["The other measures"]
    )
    assert any(note.startswith("Anti-social behaviour, January 2023: ") for note in across.notes)


def test_what_was_written_is_shown_only_where_its_month_is_on_screen(shipped_store):
    early = overview(shipped_store, "city-open-counts", as_at=date(2022, 12, 1))
    assert not any("January 2023" in note for note in early.notes)
    demo = overview(shipped_store, "demo")
    assert any(note.startswith("Attempted suicides, April 2024: ") for note in demo.notes)
    assert narrowed(demo, "hate-crime").notes == ()


def noted(store, coverage, as_at=None) -> str:
    rows = [incident(1, APRIL_2022)]
    measures = [m for m in report_measures() if m.key in {row["measure"] for row in coverage}]
    publish(store, "city", delivery(rows, coverage, measures=measures), "me")
    return " ".join(overview(store, "city", as_at=as_at).notes)


def test_the_provisional_month_named_is_the_one_flagged(tmp_path):
    every = months(APRIL_2022, 24)
    flagged = covered([every[-3]], provisional=True)
    text = noted(tmp_path, covered(every[:-3]) + flagged + covered(every[-2:]))
    assert "January 2024 is provisional: figures can still change" in text


def test_each_provisional_month_is_named_in_order(tmp_path):
    every = months(APRIL_2022, 24)
    text = noted(tmp_path, covered(every[:-2]) + covered(every[-2:], provisional=True))
    assert "February 2024, March 2024 are provisional" in text


def test_months_that_were_provisional_long_ago_are_not_said(tmp_path):
    every = months(APRIL_2022, 24)
    assert "provisional" not in noted(tmp_path, covered(every[:1], provisional=True) + covered(every[1:]))


def test_gaps_are_named_where_every_measure_has_the_same(tmp_path):
    every = months(APRIL_2022, 24)
    there = every[:14] + every[15:]
    text = noted(tmp_path, covered(there) + covered(there, "hate-crime"))
    assert ": 11 of 12 months delivered, without June 2023" in text


def test_gaps_that_differ_between_measures_are_nobodys(tmp_path):
    every = months(APRIL_2022, 24)
    text = noted(tmp_path, covered(every[:14] + every[15:]) + covered(every[:16] + every[17:], "hate-crime"))
    assert ": 11 of 12 months delivered. The period is not compared" in text
    assert "June 2023" not in text
    assert "August 2023" not in text


def test_the_default_month_is_one_that_every_active_measure_was_delivered_for(tmp_path):
    every = months(APRIL_2022, 24)
    # the other ends with December 2023, the month that this one misses
    coverage = covered(every[:20] + every[21:]) + covered(every[:21], "hate-crime")
    publish(tmp_path, "city", delivery(coverage=coverage), "me")
    assert set(dataset_contents(open_version(tmp_path, "city")).default_month.values()) == {every[19]}


def test_without_a_month_in_common_the_newest_is_shown(tmp_path):
    every = months(APRIL_2022, 12)
    coverage = covered(every[::2]) + covered(every[1::2], "hate-crime")
    publish(tmp_path, "city", delivery(coverage=coverage), "me")
    assert set(dataset_contents(open_version(tmp_path, "city")).default_month.values()) == {every[11]}


def test_the_workbook_is_the_table_on_screen_and_says_what_it_is(shipped_store):
    demo = overview(shipped_store, "demo")
    sheet = openpyxl.load_workbook(io.BytesIO(table_workbook(demo))).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][0] == "Vulnerability strands, City of London Police, to October 2024. Made data"
    assert rows[1][0] == demo.question
    assert "version 1" in rows[2][0]
    assert rows[3][0] == MADE
    heads, body = rows[5], {row[0]: row for row in rows[6:]}
    assert len(body) == len(demo.measures)
    hate = dict(zip(heads, body["Hate crime"], strict=True))
    assert hate["Financial year to date, Apr–Oct 2023"] == 131
    assert hate["Financial year to date, Apr–Oct 2024"] == 187
    assert (hate["Change"], hate["Change, %"], hate["Signal"]) == (56, 43, "Clear change")
