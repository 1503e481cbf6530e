"""What a measure's history promises."""

from datetime import date

import pytest

from tests.making import covered, delivery, month_total, months
from vulncore.domain.errors import UnknownNameError
from vulncore.domain.periods import add_months, month_of
from vulncore.domain.shipped import shipped
from vulncore.findings.overview.export import table_export
from vulncore.findings.overview.history import history, history_export
from vulncore.findings.overview.overview import overview
from vulncore.findings.overview.strand_rows import strand_rows
from vulncore.sources import police_uk, published_table
from vulncore.store import publish


@pytest.fixture(scope="module")
def demo(shipped_store):
    return overview(shipped_store, "demo")


@pytest.fixture(scope="module")
def open_counts(shipped_store):
    return overview(shipped_store, "city-open-counts", as_at=date(2018, 3, 1))


def test_sixty_months_end_with_the_as_at_month(demo):
    frame = history(demo, "hate-crime").frame
    assert len(frame) == 60
    assert frame["month"].iloc[-1].date() == date(2024, 10, 1)
    assert frame["month"].iloc[0].date() == date(2019, 11, 1)


def test_the_months_add_up_to_the_tables_windows(demo):
    for measure in demo.measures:
        frame = history(demo, measure.key).frame
        row = demo.table.set_index("measure").loc[measure.key]
        by_period = frame.groupby("period")["count"].sum()
        assert by_period["this year to date"] == row["fytd_current"]
        assert by_period["last year to date"] == row["fytd_previous"]
        assert frame["count"].tail(12).sum() == row["rolling12_current"]


def test_months_never_published_are_missing_and_break_the_mean(open_counts):
    frame = history(open_counts, "robbery").frame
    missing = [month.date() for month in frame.loc[frame["count"].isna(), "month"]]
    assert missing == [date(2017, 10, 1), date(2017, 11, 1)]
    assert frame.loc[frame["month"] >= "2017-10-01", "average"].isna().all()
    assert "2 of 27 months were not delivered" in history(open_counts, "robbery").sentence


def test_the_mean_is_that_of_the_twelve_months_to_it(demo):
    frame = history(demo, "mental-health").frame
    for row in (20, 59):
        assert frame["average"].iloc[row] == pytest.approx(frame["count"].iloc[row - 11 : row + 1].mean())


def test_too_few_records_for_a_trend_get_a_sentence_and_no_mean(demo):
    forced_marriage = history(demo, "forced-marriage")
    assert forced_marriage.frame["average"].isna().all()
    assert forced_marriage.caution == "Fewer than 10 a year: too few for a trend, so no trend is drawn."
    assert history(demo, "hate-crime").caution == ""


def test_the_sentence_says_the_change_and_what_it_is_worth(demo):
    assert history(demo, "rape").sentence.startswith(
        "Rape up 80\u202f%, from 15 to 27 in the financial year to date: may be a change."
    )


def test_the_file_says_what_is_missing_and_that_made_data_are_made(demo, open_counts):
    gaps = history_export(open_counts, history(open_counts, "robbery"))
    assert list(gaps.loc[gaps["status"] == "not delivered", "month"]) == ["2017-10", "2017-11"]
    assert set(gaps["note"]) == {""}
    made = history_export(demo, history(demo, "rape"))
    assert set(made["note"]) == {"Made data: for demonstration, not real records"}
    assert list(made["month"])[-1] == "2024-10"


def test_an_unknown_measure_is_refused_by_name(demo):
    with pytest.raises(UnknownNameError, match="No measure is called 'piracy'"):
        history(demo, "piracy")


def test_the_windows_shaded_are_those_of_the_table(demo):
    frame = history(demo, "rape").frame
    this_year = [month_of(m.date()) for m in frame.loc[frame["period"] == "this year to date", "month"]]
    assert this_year == [add_months(date(2024, 4, 1), step) for step in range(7)]


@pytest.fixture(scope="module")
def totals(tmp_path_factory):
    store = tmp_path_factory.mktemp("totals")
    table = published_table.deliver(shipped("strand-table-2024-10.csv"), date(2024, 10, 1))
    publish(store, "published", table, "me")
    return overview(store, "published")


def test_where_only_totals_are_published_that_is_said_and_nothing_is_drawn(totals):
    ppns = history(totals, "adult-at-risk-ppns")
    assert ppns.sentence.startswith("Adults at risk (PPNs) ")
    assert ppns.sentence.endswith(
        " in the financial year to date: could be chance. "
        "Only totals are published for this measure, so its months can't be drawn."
    )
    assert (ppns.caution, ppns.drawn) == ("", False)
    assert set(history_export(totals, ppns)["status"]) == {"only totals"}


def test_every_measure_of_the_published_table_has_only_totals_in_place_of_a_line(totals):
    assert [row.months for row in strand_rows(totals)] == ["only totals"] * 19


def test_a_measure_with_neither_months_nor_totals_is_not_said_to_have_totals(tmp_path):
    publish(tmp_path, "city", delivery(counts=[month_total(date(2024, 3, 1), 5)]), "me")
    city = overview(tmp_path, "city")
    hate_crime = history(city, "hate-crime")
    assert hate_crime.sentence == "Hate crime: no month of the last five years was delivered."
    assert (hate_crime.drawn, hate_crime.only_totals, hate_crime.caution) == (False, False, "")
    assert {row.key: row.months for row in strand_rows(city)}["hate-crime"] == "no months"


def test_the_file_says_where_its_figures_come_from(demo, open_counts):
    export = history_export(open_counts, history(open_counts, "robbery"))
    assert set(export["source"]) == {open_counts.publish.attribution} == {police_uk.ATTRIBUTION}
    assert set(history_export(demo, history(demo, "rape"))["source"]) == set(table_export(demo)["source"])


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ([1852], "1,852 in January 2024, the only month delivered."),
        ([1852, 1852], "1,852 each month."),
        ([1852, 1853], "between 1,852 and 1,853 a month."),
    ],
)
def test_one_count_is_not_said_to_lie_between_two(tmp_path, counts, said):
    totals = [
        month_total(month, count) for month, count in zip(months(date(2024, 1, 1), 2), counts, strict=False)
    ]
    every = covered(months(date(2024, 1, 1), len(counts)), table="counts")
    publish(tmp_path, "tried", delivery(coverage=every, counts=totals), "tests")
    assert history(overview(tmp_path, "tried"), "rape").sentence == f"Rape: {said}"
