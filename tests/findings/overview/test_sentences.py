"""What the headline promises: that it never says what the table does not."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from tests.making import covered, delivery, incident, month_total, months
from vulncore.domain.shipped import shipped
from vulncore.domain.vocabulary import Flow, find_measure, report_measures
from vulncore.findings.overview.history import history
from vulncore.findings.overview.overview import narrowed, overview
from vulncore.findings.overview.sentences import headline, most_notable, overview_briefing, serious_rise
from vulncore.findings.overview.strand_rows import strand_rows
from vulncore.findings.shared.headline import HeadlineKind
from vulncore.sources import monthly_counts
from vulncore.store import publish

JANUARY_2018 = date(2018, 1, 1)
RAPE = find_measure(report_measures(), "rape")


def headline_texts(shown) -> dict[str, str]:
    return {line.lead: line.text for line in shown.headline}


def row(key="rape", earlier=20, current=35, signal="may be a change", silent_months=0):
    return {
        "measure": key,
        "fytd_previous": earlier,
        "fytd_current": current,
        "fytd_change": current - earlier,
        "fytd_percent": None,
        "fytd_signal": signal,
        "silent_months": silent_months,
    }


def headline_of(*rows):
    return headline(pd.DataFrame(rows), report_measures())


def published(store, counts, key="rape", measures=None):
    """Publish so many records a month of one measure, among those given or alone."""
    every = list(zip(months(JANUARY_2018, len(counts)), counts, strict=True))
    rows = [incident(f"{key}-{m}-{n}", m, measure=key) for m, count in every for n in range(count)]
    coverage = covered([month for month, _ in every], measure=key)
    shown = measures or [find_measure(report_measures(), key)]
    publish(store, "city", delivery(rows, coverage, measures=shown), "me")
    return overview(store, "city", as_at=every[-1][0])


def test_a_possible_rise_of_a_serious_harm_is_said_aloud_whatever_its_size():
    (line,) = headline_of(row(earlier=923, current=1060))
    assert (line.kind, line.lead) == (HeadlineKind.CLEAR, "May be a change, and serious")
    assert line.text == "Rape up, from 923 to 1,060. Not sure yet, and too serious to wait."


def test_a_possible_fall_of_a_serious_harm_is_no_alarm():
    (line,) = headline_of(row(earlier=35, current=20))
    assert (line.kind, line.lead) == (HeadlineKind.POSSIBLE, "May be a change")
    assert "serious" not in line.text
    assert not serious_rise(row(earlier=35, current=20), "fytd", RAPE)
    assert serious_rise(row(earlier=20, current=35), "fytd", RAPE)


def test_a_serious_rise_is_more_notable_than_a_serious_fall_before_it():
    table = pd.DataFrame([row("rape", 35, 20), row("fgm", 20, 35)])
    assert find_measure(report_measures(), "fgm").serious
    assert most_notable(table, report_measures()) == "fgm"


@pytest.mark.parametrize(
    ("shown", "finding", "action"),
    [
        (row(signal="clear change"), "Rape up", "Ask whether more happens or more is reported."),
        (row(signal="clear change", earlier=35, current=20), "Rape down", "Ask whether less is reported"),
        (
            row(key="modern-slavery", signal="clear change", earlier=35, current=20),
            "Modern slavery",
            "good news",
        ),
        (row(), "Rape may be up", "too serious to wait"),
        (row(earlier=35, current=20), "Rape may be down", "Look again next month"),
        (
            row(signal="check the feed", earlier=35, current=0),
            "Rape: none recorded this financial year. Check the feed",
            "Ask the records team",
        ),
        (
            row(signal="check the feed", silent_months=2),
            "Rape: the last 2 months have no records",
            "Ask the records",
        ),
        (
            row(signal="could be chance"),
            "No change this financial year is more than chance",
            "Nothing to do.",
        ),
        (row(signal="too few to say"), "No change this financial year is more than chance", "Nothing to do."),
        (row(signal="not tested"), "Nothing can be compared with last year yet", "months that are missing"),
    ],
)
def test_the_page_opens_with_one_finding_and_what_to_do(shown, finding, action):
    briefing = overview_briefing(pd.DataFrame([shown]), report_measures())
    assert briefing.finding.startswith(finding)
    assert action in briefing.action
    assert briefing.also == ""


def test_what_else_to_look_at_is_named_the_most_serious_first():
    keys = [
        "hate-crime",
        "rape",
        "other-sexual-offences",
        "child-abuse",
        "stalking-and-harassment",
        "prevent",
    ]
    rows = [row(key=key, signal="may be a change", earlier=35, current=20) for key in keys]
    rows += [row(key="domestic-abuse-crime", signal="clear change")]
    briefing = overview_briefing(pd.DataFrame(rows), report_measures())
    assert briefing.finding.startswith("Domestic abuse crime up")
    assert briefing.also == (
        "Also look at: Hate crime, maybe down from 35 to 20; Rape, maybe down from 35 to 20; "
        "Other sexual offences, maybe down from 35 to 20; 3 more."
    )


def test_each_strand_at_each_month_opens_with_a_finding_that_can_be_said_in_a_breath(shipped_store):
    for as_at in (date(2024, 10, 1), date(2024, 6, 1), date(2022, 3, 1)):
        shown = overview(shipped_store, "demo", as_at=as_at)
        for strand in {None, *(measure.strand for measure in shown.measures if measure.strand)}:
            briefing = narrowed(shown, strand).briefing
            assert 3 <= len(briefing.finding.split()) <= 15
            assert briefing.finding.endswith(".")
            assert briefing.action.endswith(".")


def test_a_feed_that_ended_after_a_rise_is_not_called_a_fall():
    (line,) = headline_of(row(earlier=517, current=610, signal="check the feed", silent_months=1))
    assert line.text == (
        "Rape up, from 517 to 610, but the last month has no records. Confirm that records still arrive."
    )


def test_falls_and_rises_of_doubtful_feeds_are_each_worded_by_their_direction():
    (line,) = headline_of(
        row("rape", 20, 90, "check the feed", silent_months=2), row("hate-crime", 90, 0, "check the feed")
    )
    assert line.text == (
        "Hate crime down, from 90 to 0. Confirm that records still arrive before anyone calls this a fall. "
        "Rape up, from 20 to 90, but the last 2 months have no records. Confirm that records still arrive."
    )


@pytest.mark.parametrize("as_at", [date(2017, 5, 1), date(2017, 9, 1)])
def test_open_counts_that_end_in_silence_are_not_called_a_fall_after_a_rise(tmp_path, as_at):
    silent = "".join(f"City of London Police,anti-social-behaviour,2017-0{month},0\n" for month in (5, 9))
    counts = tmp_path / "counts.csv"
    counts.write_text(shipped("city-open-counts.csv").read_text("utf-8") + silent, "utf-8")
    publish(tmp_path / "store", "city", monthly_counts.deliver(counts), "tests")
    city = overview(tmp_path / "store", "city", as_at=as_at)
    doubtful = city.table[city.table["fytd_signal"] == "check the feed"]
    risen = doubtful[doubtful["fytd_change"] >= 0]
    assert len(risen) == len(doubtful) == 1
    assert "fall" not in headline_texts(city)["Check the feed"]
    months_read = city.series[
        (city.series["measure"] == risen["measure"].iloc[0])
        & (city.series["month"] <= pd.Timestamp(city.as_at))
    ]["count"]
    zeros = 0
    for count in reversed(list(months_read)):
        if count:
            break
        zeros += 1
    assert list(risen["silent_months"]) == [zeros]


def test_the_months_of_silence_are_said_in_the_history_too(tmp_path):
    city = published(tmp_path, [20] * 15 + [40] * 6 + [0] * 2)
    assert "up" in headline_texts(city)["Check the feed"]
    assert (
        history(city, "rape")
        .sentence.split(". ")[0]
        .endswith("check the feed, because the last 2 months have no records")
    )


def test_a_doubtful_feed_alone_leaves_nothing_to_add(tmp_path):
    city = published(tmp_path, [20] * 18 + [0] * 9)
    assert list(headline_texts(city)) == ["Check the feed"]


def test_month_end_figures_are_counted_apart_and_not_called_missing(tmp_path):
    stock = replace(RAPE, flow=Flow.STOCK)
    counts = [month_total(month, 100 + n) for n, month in enumerate(months(JANUARY_2018, 24))]
    publish(tmp_path, "city", delivery(counts=counts, measures=[stock]), "me")
    city = overview(tmp_path, "city")
    assert headline_texts(city) == {
        "Nothing to compare this year to date": "1 is a month-end figure and is not tested."
    }
    rape = history(city, "rape")
    # the figures at the end of December 2018 and of December 2019, the twelfth and the twenty-fourth
    assert rape.sentence.startswith(
        "Rape up 11\u202f%, from 111 to 123, at the month's end against a year before: not tested."
    )
    assert "at a month's end" in rape.title


def test_missing_months_are_said_only_where_months_are_missing():
    missing = row(signal="not tested") | {"fytd_change": pd.NA}
    assert [line.text for line in headline_of(missing)] == ["Months are missing: the table shows how many."]
    kinds = [line.text for line in headline_of(missing, row("hate-crime", 90, 0, "check the feed"))]
    assert kinds[-1] == "1 not compared, because months are missing."


@pytest.mark.parametrize("strand", [None, "sexual-violence", "prevent", "mental-health-and-suicide"])
def test_a_loud_line_of_the_headline_is_a_loud_pill_of_the_table(shipped_store, strand):
    demo = narrowed(overview(shipped_store, "demo"), strand)
    loud = {shown.name for shown in strand_rows(demo) if shown.fytd and shown.fytd.loud}
    loud_text = " ".join(line.text for line in demo.headline if line.kind is HeadlineKind.CLEAR)
    assert {measure.name for measure in demo.measures if f"{measure.name} " in loud_text} == loud


def test_a_possible_fall_of_a_serious_harm_is_pale_in_the_table(shipped_store):
    demo = overview(shipped_store, "demo")
    table = demo.table.copy()
    table.loc[table["measure"] == "rape", ["fytd_change", "fytd_signal"]] = [-12, "may be a change"]
    pills = {shown.key: shown.fytd for shown in strand_rows(replace(demo, table=table))}
    assert not pills["rape"].loud
