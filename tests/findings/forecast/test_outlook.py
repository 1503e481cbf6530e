"""What the forecasts of a dataset promise."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tests.conftest import tried_at_few_origins
from tests.making import FORCE, covered, delivery, incident, month_total, months
from vulncore.domain.schemas import ANNOTATIONS
from vulncore.findings.forecast.came import twelve_months_table
from vulncore.findings.forecast.demand import Demand, subject_demand
from vulncore.findings.forecast.outlook import (
    Outlook,
    forecast_outlook,
    last_twelve,
    untested_outlook,
    years_of,
)
from vulncore.findings.forecast.sentences import (
    forecast_briefing,
    forecast_headline,
    forecast_notes,
    no_forecast_headline,
)
from vulncore.findings.forecast.tables import (
    forecast_rows,
    models_table,
    recorded_rows,
    total_rows,
    years_table,
)
from vulncore.findings.forecast.trust import untested_from
from vulncore.findings.forecast.work import subject_forecasts, why_no_forecast
from vulncore.findings.shared.contents import dataset_contents
from vulncore.findings.shared.subject import find_subject, subjects
from vulncore.forecasting.basis import Basis
from vulncore.forecasting.models.all import Model
from vulncore.forecasting.past import LOCKDOWN_MONTHS
from vulncore.forecasting.what_if import parse_adjustment
from vulncore.store import annotate, open_version, publish
from vulncore.store.notes import NoteKind

CITY = "City of London Police"
AS_AT = date(2024, 10, 1)


def read(store: Path, dataset: str, name: str | None, as_at: date, force: str = CITY) -> Demand:
    snapshot = open_version(store, dataset)
    demand = subject_demand(snapshot, force, find_subject(subjects(dataset_contents(snapshot)), name), as_at)
    assert demand is not None
    return demand


@pytest.fixture(scope="module")
def outlook(shipped_store) -> Outlook:
    demand = read(shipped_store, "demo", None, AS_AT)
    return forecast_outlook(demand, subject_forecasts(demand))


def test_the_page_opens_with_which_way_it_goes_and_what_to_plan_for(outlook):
    briefing = forecast_briefing(outlook)
    assert outlook.next_year == 2025
    year = outlook.year(next(iter(outlook.paths)), 2025)
    assert briefing.finding == f"Sexual violence: likely to rise, about {year['expected']:,.0f} in 2025."
    assert briefing.action == "Plan for more."


def test_what_is_too_unsure_to_plan_by_has_a_range_and_no_number(outlook):
    level = {basis: np.round(paths * 190 / 208).astype(int) for basis, paths in outlook.paths.items()}
    unsure = replace(outlook, paths=level)
    year = unsure.year(next(iter(unsure.paths)), 2025)
    briefing = forecast_briefing(unsure)
    assert briefing.finding == (
        f"Sexual violence: could go either way, {year['low80']:,.0f} to {year['high80']:,.0f} in 2025."
    )
    assert briefing.action.startswith("The forecast is too unsure to plan by")


@pytest.fixture
def few_trials():
    """Try one test's forecasts at few origins: others of this module are about closeness."""
    with tried_at_few_origins():
        yield


@pytest.fixture
def small(tmp_path, few_trials):
    """Publishes monthly totals of one measure, with annotations, and reads them."""

    def of(counts, first=date(2019, 1, 1), notes=(), provisional=()) -> Demand:
        every = months(first, len(counts))
        known = [
            month_total(month, count) for month, count in zip(every, counts, strict=True) if count is not None
        ]
        flags = [
            row | {"table": "counts"}
            for row in covered([every[place] for place in provisional], provisional=True)
        ]
        publish(tmp_path, "small", delivery(counts=known, coverage=flags), "tests")
        if notes:
            rows = [
                {
                    "kind": kind,
                    "measure": "rape",
                    "month": month,
                    "text": "why",
                    "author": "analyst",
                    "written_on": month,
                }
                for kind, month in notes
            ]
            annotate(tmp_path, "small", pa.Table.from_pylist(rows, schema=ANNOTATIONS), "tests")
        return read(tmp_path, "small", "rape", every[-1], FORCE)

    return of


def test_prophet_rises_on_both_bases_as_in_the_report(outlook):
    for forecast in outlook.forecasts.values():
        ahead = years_of(outlook.demand, forecast.paths[Model.PROPHET]).query("year > 2024")["mean"]
        assert ahead.is_monotonic_increasing
        assert ahead.iloc[0] > last_twelve(outlook.demand)


def test_in_the_demo_2022_is_the_highest_calendar_year_to_then(outlook):
    recorded = outlook.demand.recorded.groupby(outlook.demand.recorded.index.year).sum()
    assert recorded.loc[:2022].idxmax() == 2022


def test_the_model_that_speaks_beat_last_year_again_in_the_series_own_trials(outlook):
    for forecast in outlook.forecasts.values():
        mase = forecast.scores.set_index("model")["mase"]
        assert mase[forecast.chosen.model] < mase[Model.SEASONAL_NAIVE]


def test_a_record_of_two_measures_is_counted_once(outlook, shipped_store):
    rows = open_version(shipped_store, "demo").incidents.to_pandas()
    rows = rows[rows["measure"].isin(["rape", "other-sexual-offences"]) & rows["no_crimed_on"].isna()]
    month = pd.to_datetime(rows["recorded_on"]).dt.to_period("M").dt.to_timestamp()
    plain = rows.groupby(month)["record_id"].nunique()
    assert outlook.demand.recorded.reindex(plain.index).tolist() == plain.tolist()


def test_means_of_months_add_up_to_those_of_years_and_ranges_do_not(outlook):
    for basis in outlook.forecasts:
        months_of_basis = outlook.months[outlook.months["basis"] == basis]
        by_year = months_of_basis.groupby(months_of_basis["month"].dt.year)[["mean", "low80", "high80"]].sum()
        for year in range(2025, 2029):
            total, summed = outlook.year(basis, year), by_year.loc[year]
            assert total["mean"] == pytest.approx(summed["mean"])
            assert summed["low80"] < total["low80"] < total["high80"] < summed["high80"]
        under_way = outlook.year(basis, 2024)
        assert under_way["mean"] == pytest.approx(under_way["recorded"] + by_year.loc[2024, "mean"])


def test_no_number_is_negative_or_between_whole_ones(outlook):
    for paths in outlook.paths.values():
        assert paths.min() >= 0
        assert np.issubdtype(paths.dtype, np.integer)


def test_the_sentences_say_the_figures_of_the_table(outlook):
    soon, later, sure, which = forecast_headline(outlook)
    rows = years_table(outlook).set_index("Year")
    about = {
        (basis, year): "about {} in {} ({} in 4 of 5 forecasts)".format(
            rows.loc[year, f"{basis}: expected"], year, rows.loc[year, f"{basis}: in 4 of 5 forecasts"]
        )
        for basis in ("Current process", "Five years")
        for year in ("2025", "2028")
    }
    assert about["Current process", "2025"] in soon.text
    assert later.text == about["Current process", "2028"] + "."
    five = about["Five years", "2025"], about["Five years", "2028"]
    assert "From the last five years alone: {}, {}.".format(*five) in sure.text
    assert f"against {last_twelve(outlook.demand)} in the twelve months to October 2024" in soon.text
    held = models_table(next(iter(outlook.forecasts.values()))).iloc[0]["4-in-5 range held"]
    assert f"On past months such ranges held {held} up to a year ahead" in sure.text
    assert "Prophet alone expects a rise to" in which.text


def test_what_was_said_of_past_years_stands_beside_what_came(outlook):
    recorded, final = outlook.demand.recorded, outlook.demand.final
    for basis, forecast in outlook.forecasts.items():
        table = twelve_months_table(outlook, basis)
        tried = forecast.years_tried.sort_values("origin", ascending=False)
        assert len(table) == len(tried) >= 3
        for (_, row), (_, tells) in zip(tried.iterrows(), table.iterrows(), strict=True):
            months = slice(int(row["origin"]), int(row["origin"]) + 12)
            assert tells["Came"] == f"{final[months].sum():,.0f}"
            assert tells["Twelve months to"] == f"{recorded.index[months.stop - 1]:%B %Y}"
            assert tells["Said in 4 of 5 forecasts"] == f"{row['low80']:,.0f} to {row['high80']:,.0f}"
            assert (tells["In the range"] == "yes") == (row["low80"] <= row["actual"] <= row["high80"])
    newest = twelve_months_table(outlook, next(iter(outlook.forecasts))).iloc[0]
    known_to = pd.Timestamp(newest["Twelve months to"]) - pd.DateOffset(years=1)
    assert (
        f"Known to {known_to:%B %Y}, it said {newest['Said in 4 of 5 forecasts']} for the twelve months to "
        f"{newest['Twelve months to']}; {newest['Came']} came."
    ) in forecast_headline(outlook)[2].text


def test_where_a_few_futures_run_away_a_year_is_said_by_its_median(outlook):
    wild = {basis: paths.copy() for basis, paths in outlook.paths.items()}
    for paths in wild.values():
        paths[: len(paths) // 10] *= 40
    first = next(iter(wild))
    row = years_of(outlook.demand, wild[first]).query("year == 2025").iloc[0]
    assert row["mean"] > 2 * row["median"]
    assert row["expected"] == row["median"]


def test_beyond_the_longest_horizon_that_was_tried_it_says_so(outlook):
    for basis, forecast in outlook.forecasts.items():
        rows = outlook.months[outlook.months["basis"] == basis]
        assert rows["tested"].sum() == forecast.tested_to
        reached = forecast.trials.query("span == 1").groupby("horizon")["origin"].nunique()
        assert reached[forecast.tested_to] >= 3
        assert reached.get(forecast.tested_to + 1, 0) < 3
        first_untested = rows.loc[~rows["tested"], "month"].iloc[0]
        assert untested_from(outlook, basis) == f"{first_untested:%B %Y}"
    assert f"From {untested_from(outlook, Basis.CURRENT_PROCESS)} on" in forecast_headline(outlook)[2].text


def test_nothing_after_the_as_at_month_is_used(shipped_store):
    earlier = read(shipped_store, "demo", "rape", date(2023, 6, 1))
    assert earlier.months["month"].max() == pd.Timestamp(2023, 6, 1)
    assert earlier.past.daily.index.max() == pd.Timestamp(2023, 6, 30)


def test_the_months_of_lockdown_are_set_aside_and_said_unless_they_are_wanted(shipped_store):
    snapshot = open_version(shipped_store, "demo")
    subject = find_subject(subjects(dataset_contents(snapshot)), "rape")
    aside, used = (subject_demand(snapshot, CITY, subject, AS_AT, lockdowns) for lockdowns in (False, True))
    hidden = aside.months.loc[np.isnan(aside.past.counts), "month"].dt.date
    assert tuple(hidden) == LOCKDOWN_MONTHS
    assert not np.isnan(used.past.counts).any()


def test_a_what_if_bends_what_comes_and_what_would_come_without_stays(outlook):
    bent = forecast_outlook(outlook.demand, outlook.forecasts, (parse_adjustment("recording:2026-01:+50"),))
    for basis in outlook.forecasts:
        before, after = outlook.year(basis, 2025), bent.year(basis, 2025)
        assert after["mean"] == pytest.approx(before["mean"])
        grown = bent.year(basis, 2027)
        assert grown["mean"] == pytest.approx(1.5 * outlook.year(basis, 2027)["mean"], rel=0.01)
        assert grown["unadjusted"] == pytest.approx(outlook.year(basis, 2027)["expected"])
    assert forecast_headline(bent)[0].lead.startswith("If the what-ifs hold: ")
    assert "Change in recording (+50 % from January 2026)" in forecast_headline(bent)[0].text


def test_rows_for_files_have_the_columns_that_scripts_rely_on(outlook):
    months_ahead, totals = forecast_rows(outlook), total_rows(outlook)
    figures = ["mean", "median", "low80", "high80", "low95", "high95"]
    assert list(months_ahead) == ["measure", "basis", "model", "month", *figures]
    assert months_ahead["month"].iloc[0] == "2024-11"
    assert months_ahead["month"].iloc[-1] == "2028-12"
    assert set(months_ahead["basis"]) == {"current-process", "five-year"}
    assert list(totals)[:6] == ["measure", "basis", "model", "year", "part", "recorded"]


@pytest.mark.parametrize(
    ("measure", "reason"),
    [
        ("fgm", "fewer than 10 a year"),
        ("attempted-suicides", "nothing was recorded after March 2024"),
    ],
)
def test_what_cannot_be_forecast_gets_a_sentence(measure, reason, shipped_store):
    refused = why_no_forecast(read(shipped_store, "demo", measure, AS_AT))
    assert reason in no_forecast_headline(refused)[0].text


def test_a_series_of_zeros_gets_a_sentence_and_a_range_of_chance(small):
    refused = why_no_forecast(small([0] * 60))
    lines = no_forecast_headline(refused)
    assert "fewer than 10 a year" in lines[0].text
    assert refused.expected.low80 == 0
    assert 0 < refused.expected.high95 <= 4
    assert "0 to " in lines[1].text


def test_fourteen_months_are_too_short_to_be_tried(small):
    refused = why_no_forecast(small([20, 24] * 7))
    assert "14 months are recorded" in refused.why
    assert re.search(r"Come back when there are 30 months", refused.why)
    assert refused.expected.low80 < 22 * 12 < refused.expected.high80


def test_nothing_before_a_named_break_is_used(small):
    broken = small([90] * 30 + [20, 24] * 20, notes=[(NoteKind.SERIES_BREAK, date(2021, 7, 1))])
    assert broken.months["month"].min() == pd.Timestamp(2021, 7, 1)
    assert broken.months["count"].max() == 24
    assert why_no_forecast(broken) is None
    expected = forecast_outlook(broken, subject_forecasts(broken)).months["mean"]
    assert expected.between(10, 35).all()


def test_a_break_too_short_ago_is_named_in_the_refusal(shipped_store):
    refused = why_no_forecast(
        read(shipped_store, "city-open-counts", "anti-social-behaviour", date(2024, 12, 1))
    )
    assert "since counting changed in January 2023" in refused.why
    assert refused.expected is not None


def test_months_not_delivered_are_unknown_and_never_zero(small):
    whole = [20, 24, 19, 23] * 18
    gaps = [None if place in (5, 30, 31, 50) else count for place, count in enumerate(whole)]
    demand = small(gaps)
    assert np.isnan(demand.past.counts[[5, 30, 31, 50]]).all()
    outlook = forecast_outlook(demand, subject_forecasts(demand))
    assert outlook.months["mean"].between(17, 26).all()
    assert "not delivered. Models leave such months out and never read them as zero" in " ".join(
        forecast_notes(outlook)
    )
    assert years_table(outlook).set_index("Year").loc["2019", "Recorded"] == "incomplete"


def test_months_that_may_still_change_are_set_aside_and_stand_in_the_totals(small):
    demand = small([20] * 59 + [2], provisional=[59])
    assert np.isnan(demand.past.counts[-1])
    outlook = forecast_outlook(demand, subject_forecasts(demand))
    assert outlook.months["mean"].between(17, 23).all()
    assert outlook.years.loc[outlook.years["year"] == 2023, "recorded"].iloc[0] == 11 * 20 + 2


def test_the_current_process_begins_with_the_last_approved_change_of_level(small):
    demand = small([10] * 40 + [30, 34] * 16, notes=[(NoteKind.LEVEL_CHANGE, date(2022, 5, 1))])
    outlook = forecast_outlook(demand, subject_forecasts(demand))
    learnt = {basis: forecast.learnt_from for basis, forecast in outlook.forecasts.items()}
    assert learnt[Basis.CURRENT_PROCESS].first == date(2022, 5, 1)
    assert learnt[Basis.FIVE_YEAR].first == date(2020, 1, 1)
    assert learnt[Basis.FIVE_YEAR].steps == (28,)


def test_real_months_of_the_city_are_forecast_with_their_gap(shipped_store, few_trials):
    demand = read(shipped_store, "city-open-counts", None, date(2024, 12, 1))
    assert demand.subject.key == "violence-and-sexual-offences"
    outlook = forecast_outlook(demand, subject_forecasts(demand))
    gap = demand.months.set_index("month")["count"].loc["2017-10":"2017-11"]
    assert gap.isna().all()
    assert outlook.year(Basis.FIVE_YEAR, 2028)["low80"] > 0
    assert set(outlook.years.loc[outlook.years["part"] == "forecast", "year"]) == {2025, 2026, 2027, 2028}


def test_records_found_not_to_be_crimes_are_not_demand(tmp_path):
    every = months(date(2020, 1, 1), 3)
    rows = [incident(number, month) for number, month in enumerate(every)]
    rows.append(incident(9, every[0], no_crimed_on=date(2020, 2, 1)))
    publish(tmp_path, "small", delivery(rows, covered(every)), "tests")
    assert read(tmp_path, "small", "rape", every[-1], FORCE).actual.tolist() == [1, 1, 1]


def test_months_of_nothing_before_a_measure_began_are_no_part_of_it(small):
    demand = small([0] * 40 + [40, 36] * 20)
    assert demand.begun == date(2022, 5, 1)
    assert demand.months["month"].min() == pd.Timestamp(2022, 5, 1)
    outlook = forecast_outlook(demand, subject_forecasts(demand))
    assert outlook.months["mean"].between(30, 46).all()
    assert "recording is taken to start then" in " ".join(forecast_notes(outlook))


def test_a_one_off_month_is_said_to_be_one_and_not_of_lockdown(small):
    one_offs = [("one-off month", date(2022, 8, 1)), ("one-off month", date(2022, 9, 1))]
    demand = small([20, 22, 19, 21] * 12, notes=one_offs)
    assert demand.one_offs == (date(2022, 8, 1), date(2022, 9, 1))
    notes = forecast_notes(forecast_outlook(demand, subject_forecasts(demand)))
    assert (
        "August and September 2022 were noted as one-off. Totals include such months, and models don't learn from them."
        in notes
    )
    (lockdown,) = (note for note in notes if "lockdown" in note)
    assert lockdown.startswith(
        "April 2020 to June 2020, November 2020 and January 2021 to March 2021 were set aside"
    )


def test_what_was_last_delivered_long_before_the_as_at_month_is_not_forecast(tmp_path):
    every = months(date(2019, 1, 1), 60)
    counts = [month_total(month, 20) for month in every[:50]]
    counts += [month_total(month, 9, "hate-crime") for month in every]
    publish(tmp_path, "small", delivery(counts=counts), "tests")
    refused = why_no_forecast(read(tmp_path, "small", "rape", every[-1], FORCE))
    assert "nothing was delivered after February 2023" in refused.why


def test_six_months_that_are_not_there_yet_leave_a_forecast(tmp_path):
    every = months(date(2019, 1, 1), 60)
    counts = [month_total(month, 20 + month.month % 3) for month in every[:54]]
    counts += [month_total(month, 9, "hate-crime") for month in every]
    publish(tmp_path, "small", delivery(counts=counts), "tests")
    demand = read(tmp_path, "small", "rape", every[-1], FORCE)
    assert why_no_forecast(demand) is None
    assert forecast_outlook(demand, subject_forecasts(demand)).months["mean"].between(18, 25).all()


def test_a_change_of_level_counts_once_three_months_have_followed_it(small):
    counts = [20, 24] * 30
    early = small([*counts[:-1], 160], notes=[(NoteKind.LEVEL_CHANGE, date(2023, 12, 1))])
    assert early.past.steps == ()
    ahead = forecast_outlook(early, subject_forecasts(early)).months
    assert ahead.loc[ahead["month"].dt.month != 12, "median"].max() < 40


def test_months_that_may_still_change_judge_no_model(small):
    demand = small([20] * 57 + [2, 2, 2], provisional=[57, 58, 59])
    trials = next(iter(subject_forecasts(demand).values())).trials
    assert trials.loc[trials["span"] == 1, "actual"].min() == 20


def test_months_known_from_totals_alone_are_added_up_beside_those_of_records(tmp_path):
    every = months(date(2020, 1, 1), 4)
    keys = ("rape", "other-sexual-offences")
    rows = [incident(number, every[3], measure) for number, measure in enumerate(keys)]
    rows[1]["record_id"] = rows[0]["record_id"]
    coverage = [line for key in keys for line in covered(every[3:], key)]
    counts = [month_total(month, 5, key) for key in keys for month in every[:3]]
    publish(tmp_path, "small", delivery(rows, coverage, counts), "tests")
    demand = read(tmp_path, "small", "Sexual offences", every[-1], FORCE)
    assert demand.actual.tolist() == [10, 10, 10, 1]


def test_what_comes_is_there_before_it_was_tried_and_is_the_same_afterwards(small):
    demand = small([20, 24, 19, 23] * 18)
    shares: list[float] = []
    early = []
    forecasts = subject_forecasts(
        demand, on_progress=shares.append, untried=lambda paths: early.append((shares[-1], paths))
    )
    ((share, paths),) = early
    assert share < 0.5
    assert set(paths) == set(Basis)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    look = untested_outlook(demand, paths)
    assert not look.months["tested"].any()
    for basis, forecast in forecasts.items():
        assert np.array_equal(look.paths[basis], forecast.paths[Model.COMBINATION])
    assert "Testing on past months" in forecast_headline(look)[2].text


def test_where_both_bases_show_the_same_months_the_work_is_done_once(small):
    demand = small([20, 24, 19, 23] * 12)
    shares: list[float] = []
    forecasts = subject_forecasts(demand, on_progress=shares.append)
    trials = forecasts[Basis.FIVE_YEAR].trials["origin"].nunique()
    before, *done = shares
    assert before == 0
    assert len(done) == 1 + trials
    first, second = (forecast_outlook(demand, forecasts).year(basis, 2026)["mean"] for basis in Basis)
    assert first == second


def test_years_recorded_of_what_is_not_forecast_are_whole_numbers_or_missing(small):
    rows = recorded_rows(small([0] * 12 + [None] + [0] * 23))
    assert rows["year"].tolist() == [2019, 2020, 2021]
    assert rows["recorded"].isna().tolist() == [False, True, False]


def test_of_a_strand_of_which_a_measure_stopped_that_is_asked_first(shipped_store, outlook):
    demand = read(shipped_store, "demo", "Mental health and suicide", AS_AT)
    assert [measure.key for measure in demand.stopped] == ["attempted-suicides"]
    assert read(shipped_store, "demo", "Mental health and suicide", date(2024, 3, 1)).stopped == ()
    assert outlook.demand.stopped == ()
    stopped = replace(outlook, demand=replace(outlook.demand, stopped=demand.stopped))
    briefing = forecast_briefing(stopped)
    assert briefing.finding == forecast_briefing(outlook).finding
    assert briefing.action == "Ask the records team first whether records of attempted suicides still arrive."
    assert briefing.also == forecast_briefing(outlook).action
    assert "Records of attempted suicides seem to have stopped." in forecast_notes(stopped)[-1]
