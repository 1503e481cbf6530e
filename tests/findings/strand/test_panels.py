"""What vulncore.findings.strand.panels promises."""

import re
from collections import Counter
from datetime import date

import pandas as pd
import pytest

from tests.findings.strand.stores import CITY, JANUARY, OCTOBER, publish_months
from tests.making import FORCE, covered, delivery, incident, months
from vulncore.domain.disclosure import SMALLEST_SHOWN
from vulncore.domain.vocabulary import report_measures
from vulncore.findings.shared.contents import dataset_contents
from vulncore.findings.strand.panels import (
    REST,
    every_strand,
    panel_alt,
    panel_export,
    panel_figures,
    panel_table,
    panels_of,
)
from vulncore.store import open_version, publish

TAKEN_APART = [
    (strand, panel) for strand, shown in every_strand().items() for panel in shown.panels if panel.of
]


@pytest.fixture(scope="module")
def demo(shipped_store):
    snapshot = open_version(shipped_store, "demo")
    return snapshot, dataset_contents(snapshot).measures


def panel_called(strand: str, title: str):
    (panel,) = [panel for panel in every_strand()[strand].panels if panel.title == title]
    return panel


def demo_panel(demo, strand: str, title: str, smallest=SMALLEST_SHOWN, by="", as_at=OCTOBER):
    return panel_figures(demo[0], CITY, demo[1], panel_called(strand, title), as_at, smallest, by)


def naive(snapshot, measures, first: str, last: str) -> list[dict]:
    """Return the records of some measures of some months, each once, one by one."""
    rows = snapshot.incidents.to_pyarrow().to_pylist()
    inside = [
        row
        for row in rows
        if row["measure"] in measures
        and first <= f"{row['recorded_on']:%Y-%m}" <= last
        and row["no_crimed_on"] is None
    ]
    return list({row["record_id"]: row for row in inside}.values())


def city_panel(store, strand: str, title: str, as_at: date, by=""):
    snapshot = open_version(store, "city")
    measures = dataset_contents(snapshot).measures
    return panel_figures(snapshot, FORCE, measures, panel_called(strand, title), as_at, SMALLEST_SHOWN, by)


@pytest.mark.parametrize(
    ("strand", "title", "series"),
    [
        (
            "stalking-and-harassment",
            "Stalking beside harassment",
            {"Stalking", "Harassment", "Malicious communications"},
        ),
        ("hate-crime", "Hate crime by hate strand", {"Race", "Religion", "Sexual orientation"}),
        (
            "mental-health-and-suicide",
            "Mental health incidents with section 136 detentions",
            {"Detained under section 136", "Referred to health services"},
        ),
        ("sexual-violence", "Sexual offences by kind", {"Rape", "Sexual touching"}),
        (
            "child-protection",
            "Notices beside crimes and missing children, by year",
            {"Notices (PPNs)", "Crimes"},
        ),
    ],
)
def test_the_demo_has_what_each_strand_alone_shows(demo, strand, title, series):
    figures = demo_panel(demo, strand, title)
    assert series <= set(figures.names)
    assert figures.frame["count"].notna().any()


@pytest.mark.parametrize(("strand", "panel"), TAKEN_APART, ids=lambda part: getattr(part, "title", part))
@pytest.mark.parametrize("by", ["month", "quarter", "year"])
def test_small_numbers_are_hidden_and_the_parts_of_each_period_add_up(demo, strand, panel, by):
    snapshot, measures = demo
    figures = panel_figures(snapshot, CITY, measures, panel, OCTOBER, SMALLEST_SHOWN, by)
    shown = figures.frame["count"].dropna()
    assert (shown >= SMALLEST_SHOWN).all()
    whole = naive(snapshot, panel.measures, "2021-11", "2024-10")
    for _, rows in figures.frame.groupby("start"):
        first, last = f"{rows['start'].iloc[0]:%Y-%m}", f"{rows['end'].iloc[0]:%Y-%m}"
        records = sum(first <= f"{row['recorded_on']:%Y-%m}" <= last for row in whole)
        assert rows["count"].sum() == records or (records < SMALLEST_SHOWN and rows["count"].isna().any())
    hidden = figures.frame[figures.frame["count"].isna()]
    assert set(hidden["words"]) <= {"hidden (fewer than 5)"}


def test_whoever_may_read_the_records_gets_plain_counts(demo):
    figures = demo_panel(demo, "hate-crime", "Hate crime by hate strand", smallest=1, by="year")
    last = figures.frame[figures.frame["start"] == pd.Timestamp(2023, 11, 1)].set_index("series")["count"]
    plain = Counter(
        (row["hate_strand"] or "").capitalize()
        for row in naive(demo[0], ["hate-crime"], "2023-11", "2024-10")
    )
    for name in last.index.drop(REST, errors="ignore"):
        assert last[name] == plain[name]
    assert last.sum() == sum(plain.values())
    assert not figures.about


def test_words_of_a_column_fall_into_the_first_series_that_fits_them(demo):
    figures = demo_panel(demo, "stalking-and-harassment", "Stalking beside harassment", smallest=1, by="year")
    last = figures.frame[figures.frame["start"] == pd.Timestamp(2023, 11, 1)].set_index("series")["count"]
    words = [row["offence"] for row in naive(demo[0], ["stalking-and-harassment"], "2023-11", "2024-10")]
    stalking = sum("stalk" in word.casefold() for word in words)
    assert last["Stalking"] == stalking
    assert last["Harassment"] == sum(
        "harass" in word.casefold() and "stalk" not in word.casefold() for word in words
    )


def test_a_year_that_is_not_whole_is_marked_partial_and_says_which_months_it_has(demo):
    figures = demo_panel(demo, "sexual-violence", "Rape and other sexual offences by year")
    rape = figures.frame[figures.frame["series"] == "Rape"].set_index("period")
    assert not rape.loc["2023", "partial"]
    assert rape.loc["2024", "partial"]
    assert rape.loc["2024", "words"].endswith(" (January 2024 to October 2024)")
    for year in ("2022", "2023"):
        assert rape.loc[year, "count"] == len(naive(demo[0], ["rape"], f"{year}-01", f"{year}-12"))
    assert rape.loc["2024", "count"] == len(naive(demo[0], ["rape"], "2024-01", "2024-10"))
    whole = panel_export(figures, demo[0].publish, CITY).set_index(["series", "period"])["whole_period"]
    assert (whole[("Rape", "2023")], whole[("Rape", "2024")]) == (True, False)


def test_a_year_with_a_month_not_delivered_is_missing_and_not_smaller(tmp_path):
    publish_months(tmp_path, [10] * 14 + [None] + [10] * 21, "modern-slavery")
    title = "Modern slavery crimes with referrals to the National Referral Mechanism"
    figures = city_panel(tmp_path, "modern-slavery", title, date(2024, 12, 1))
    years = figures.frame.set_index("period")
    assert years.loc["2022", "count"] == years.loc["2024", "count"] == 120
    assert pd.isna(years.loc["2023", "count"])
    assert years.loc["2023", "words"] == "1 month not delivered"


def test_a_period_in_which_a_month_was_not_delivered_is_missing_where_records_are_taken_apart(tmp_path):
    every = [day for day in months(JANUARY, 36) if day != date(2023, 3, 1)]
    rows = [
        incident(f"{day}-{number}", day, "hate-crime", hate_strand="race")
        for day in every
        for number in range(30)
    ]
    publish(tmp_path, "city", delivery(rows, covered(every, "hate-crime")), "me")
    figures = city_panel(tmp_path, "hate-crime", "Hate crime by hate strand", date(2024, 12, 1))
    race = figures.frame[figures.frame["series"] == "Race"].set_index("period")
    assert (figures.by, race.loc["Feb 2023", "count"]) == ("month", 30)
    assert pd.isna(race.loc["Mar 2023", "count"])
    assert race.loc["Mar 2023", "words"] == "1 month not delivered"


@pytest.mark.parametrize(("by", "shown"), [("", "quarter"), ("quarter", "quarter"), ("year", None)])
def test_of_less_than_a_period_there_is_no_panel_by_it(tmp_path, by, shown):
    every = months(JANUARY, 6)
    rows = [
        incident(f"{day}-{number}", day, "hate-crime", hate_strand="race")
        for day in every
        for number in range(6)
    ]
    publish(tmp_path, "city", delivery(rows, covered(every, "hate-crime")), "me")
    figures = city_panel(tmp_path, "hate-crime", "Hate crime by hate strand", date(2022, 6, 1), by)
    assert (figures and figures.by) == shown


def test_measures_that_the_dataset_lacks_are_named_with_what_to_do(demo):
    title = "Modern slavery crimes with referrals to the National Referral Mechanism"
    figures = demo_panel(demo, "modern-slavery", title)
    assert figures.names == ["Crimes"]
    assert figures.notes == (
        "Referrals are not in this dataset. Bring them in under Data as the measure national-referral-mechanism.",
    )
    abuse = demo_panel(demo, "domestic-abuse", "Domestic abuse by year")
    assert abuse.notes[0].startswith("Non-crime incidents are not in this dataset. ")


def test_of_what_a_dataset_has_nothing_of_there_is_no_panel(demo):
    assert demo_panel(demo, "mental-health-and-suicide", "Section 136 detentions by month") is None


def test_harmful_practices_have_a_sentence_and_no_chart():
    shown = every_strand()["harmful-practices"]
    assert (shown.panels, shown.counted) == ((), ())
    assert shown.sentence.startswith("Volumes are too low for trend analysis, so no chart is drawn.")
    assert "under-reported" in shown.sentence


def test_a_strand_of_a_forces_own_shows_its_measures_by_year():
    of = [measure for measure in report_measures() if measure.strand == "child-protection"]
    (panel,) = panels_of("our-own", of).panels
    assert (panel.title, [one.name for one in panel.series]) == ("Records by year", [one.name for one in of])
    assert panels_of("our-own", []).panels == ()


def test_the_file_of_panels_names_what_can_be_named():
    strands = {measure.strand for measure in report_measures()}
    assert set(every_strand()) <= strands
    for shown in every_strand().values():
        assert len({panel.title for panel in shown.panels}) == len(shown.panels)
        for panel in shown.panels:
            assert panel.by in ("", "month", "year")
            assert bool(panel.of) != any(one.measures for one in panel.series)
            for one in panel.series:
                assert all(re.compile(like) for like in one.like)


def test_months_are_of_the_three_years_to_the_as_at_month_alone(demo):
    figures = demo_panel(demo, "adults-at-risk", "Notices for adults at risk, by risk level", by="month")
    starts = figures.frame["start"].drop_duplicates()
    assert len(starts) == 36
    assert (starts.min(), starts.max()) == (pd.Timestamp(2021, 11, 1), pd.Timestamp(2024, 10, 1))


def test_a_panel_reads_as_a_table_newest_first_and_speaks_of_its_last_period(demo):
    figures = demo_panel(demo, "sexual-violence", "Rape and other sexual offences by year")
    table = panel_table(figures)
    assert list(table) == ["Period", "Rape", "Other sexual offences"]
    assert table["Period"].tolist()[:2] == ["2024", "2023"]
    alt = panel_alt(figures)
    assert alt.startswith("Rape and other sexual offences by year. 2024: rape ")
    assert table["Rape"].iloc[0] in alt


def test_a_file_leaves_out_what_is_hidden_and_says_that_numbers_are_blurred(demo):
    figures = demo_panel(demo, "hate-crime", "Hate crime by hate strand", by="month")
    file = panel_export(figures, demo[0].publish, CITY)
    assert file.loc[file["words"].str.startswith("hidden"), "count"].isna().all()
    assert file["note"].str.contains("Made data").all()
    assert file["note"].str.contains("Groups are blurred").all()


def test_measures_in_a_panel_are_counted_each_record_once(demo):
    figures = demo_panel(demo, "child-protection", "Notices beside crimes and missing children, by year")
    crimes = figures.frame[figures.frame["series"] == "Crimes"].set_index("period")["count"]
    for year in ("2019", "2023"):
        assert crimes[year] == len(naive(demo[0], ["child-abuse", "cse"], f"{year}-01", f"{year}-12"))
