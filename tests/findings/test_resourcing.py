"""What a unit's staffing promises: demand of all kinds counted once, measured shares, answers and the sentences that say them."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from tests.making import FORCE, covered, delivery, incident, month_total, months
from vulncore.errors import InvalidScenarioError, UnknownNameError
from vulncore.findings.choices import choices
from vulncore.findings.forecast_read import Demand
from vulncore.findings.resourcing_comes_in import demand_notes, demand_table
from vulncore.findings.resourcing_demand import UnitDemand, case_subjects, recorded_months, unit_demand
from vulncore.findings.resourcing_drivers import drivers_table
from vulncore.findings.resourcing_forecast import UnitForecast, unit_forecasts
from vulncore.findings.resourcing_outlook import (
    ResourcingOutlook,
    asked_about,
    changed_keys,
    resourcing_outlook,
    shifted,
    years_ahead,
)
from vulncore.findings.resourcing_sentences import officers, resourcing_headline, what_it_takes
from vulncore.findings.resourcing_shares import measured_shares, with_measured
from vulncore.findings.resourcing_tables import (
    ROWS,
    comparison_table,
    exported,
    months_table,
    roles_table,
    staffing_rows,
    steps_table,
)
from vulncore.findings.resourcing_words import assumption_rows, assumptions_table
from vulncore.forecasting.basis import Basis
from vulncore.resourcing.assumption import Assumption, fixed
from vulncore.resourcing.chain import staffing
from vulncore.resourcing.scenario_link import illustrative
from vulncore.resourcing.solving import Solved, with_more
from vulncore.store import open_version, publish

CITY = "City of London Police"
AS_AT = date(2024, 10, 1)
PPU = ["rape", "other-sexual-offences", "cse", "child-abuse", "domestic-abuse-crime", "hate-crime"]


@pytest.fixture(scope="module")
def demo(shipped_store):
    return open_version(shipped_store, "demo")


@pytest.fixture(scope="module")
def wanted(demo) -> UnitDemand:
    return unit_demand(demo, CITY, choices(demo), illustrative(), AS_AT)


@pytest.fixture(scope="module")
def arrived(wanted) -> list[tuple[float, UnitForecast | None]]:
    return list(unit_forecasts(wanted, Basis.CURRENT_PROCESS))


@pytest.fixture(scope="module")
def forecast(arrived) -> UnitForecast:
    return arrived[-1][1]


@pytest.fixture(scope="module")
def shares(demo):
    subjects = case_subjects(choices(demo), illustrative())
    return measured_shares(demo, CITY, subjects, illustrative(), AS_AT)


@pytest.fixture(scope="module")
def told(forecast, shares) -> ResourcingOutlook:
    return look(forecast, shares)


def look(forecast, shares, scenario=None, role=None, year=None, chance=0.1, since=None) -> ResourcingOutlook:
    scenario = scenario or illustrative()
    asked = asked_about(scenario, AS_AT, 50, role, year, chance, since)
    return resourcing_outlook(forecast, scenario, shares, asked)


def test_all_that_comes_to_the_unit_is_in_it_each_record_once(demo, wanted):
    rows = demo.incidents.to_pandas()
    rows = rows[rows["no_crimed_on"].isna() & rows["measure"].isin(PPU)]
    assert rows["record_id"].duplicated().any()
    recorded_on = pd.to_datetime(rows["recorded_on"])
    rows = rows[(recorded_on >= "2023-11-01") & (recorded_on <= "2024-10-31")]
    in_all = sum(kind.found.actual[-12:].sum() for kind in wanted.kinds.values())
    assert in_all == rows["record_id"].nunique()
    assert wanted.missing == ()
    assert wanted.told_twice == ()


def test_a_record_of_two_kinds_belongs_to_the_first(demo, wanted):
    rows = demo.incidents.to_pandas()
    rows = rows[rows["no_crimed_on"].isna()]
    earlier = set(
        rows.loc[rows["measure"].isin(["rape", "other-sexual-offences", "cse", "child-abuse"]), "record_id"]
    )
    own = rows[(rows["measure"] == "domestic-abuse-crime") & ~rows["record_id"].isin(earlier)]
    assert wanted.kinds["domestic-abuse"].found.actual.sum() == len(own)
    assert len(own) < (rows["measure"] == "domestic-abuse-crime").sum()


def test_demand_is_the_forecasts_simulated_paths(forecast, told):
    assert set(forecast.paths) == {
        "rape",
        "other-sexual-offences",
        "csea",
        "domestic-abuse",
        "serious-hate-crime",
    }
    assert {paths.shape for paths in forecast.paths.values()} == {(2_000, 50)}
    doubled = {key: 2 * paths for key, paths in forecast.paths.items()}
    more = look(replace(forecast, paths=doubled), {})
    assert more.months["needed50"].iloc[-1] > 1.8 * look(forecast, {}).months["needed50"].iloc[-1]
    without = {key: paths for key, paths in forecast.paths.items() if key != "domestic-abuse"}
    less = look(replace(forecast, paths=without), {})
    assert less.months["needed50"].iloc[-1] < told.months["needed50"].iloc[-1]


def test_something_is_shown_before_the_forecasts_were_tried(arrived):
    shares = [share for share, _ in arrived]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    early = next(found for _, found in arrived if found is not None)
    assert early.tested_to == 0
    assert early.paths.keys() == arrived[-1][1].paths.keys()
    assert arrived[-1][1].tested_to >= 12


def test_domestic_abuse_non_crime_follows_from_crimes_where_no_figure_counts_it(forecast):
    base = illustrative()
    none = base.where("case.domestic-abuse-non-crime.ratio", fixed(0))
    with_them = staffing(base, forecast.incoming).needed["safeguarding"].mean()
    assert staffing(none, forecast.incoming).needed["safeguarding"].mean() < with_them


def test_shares_are_read_off_the_records_that_name_a_team(demo, shares):
    rows = demo.incidents.to_pandas()
    recorded_on = pd.to_datetime(rows["recorded_on"])
    own = rows[
        (rows["measure"] == "rape")
        & rows["no_crimed_on"].isna()
        & recorded_on.between("2019-11-01", "2024-10-31")
    ]
    there = (own["allocated_to"] == "Public Protection Unit").sum()
    measured = shares["case.rape.share"]
    assert measured.likely == pytest.approx(100 * there / own["allocated_to"].notna().sum(), abs=0.05)
    assert measured.low < measured.likely < measured.high < 100
    assert measured.source.startswith("measured")
    assert set(shares) == {"case.rape.share", "case.serious-hate-crime.share"}  # of the others all went there


@pytest.mark.parametrize(("elsewhere", "known"), [(4, False), (5, True)], ids=["four", "five"])
def test_a_share_that_would_tell_of_under_five_records_is_not_measured(tmp_path, elsewhere, known):
    every = months(date(2020, 1, 1), 40)
    rows = [
        incident(place, month, allocated_to="Major Crime" if place < elsewhere else "public protection unit ")
        for place, month in enumerate(every)
    ]
    publish(tmp_path, "small", delivery(rows, covered(every)), "tests")
    snapshot = open_version(tmp_path, "small")
    subjects = case_subjects(choices(snapshot), illustrative())
    found = measured_shares(snapshot, FORCE, subjects, illustrative(), every[-1])
    assert ("case.rape.share" in found) is known


def test_what_somebody_set_is_not_measured_over():
    measured = {"case.rape.share": Assumption(80, 85, 90, "measured: so", measured=True)}
    base = illustrative()
    own = base.where("case.rape.share", fixed(70))
    assert with_measured(base, measured).assumptions["case.rape.share"].likely == 85
    assert with_measured(own, measured).assumptions["case.rape.share"].likely == 70


def test_totals_alone_can_be_staffed_and_say_that_records_may_count_twice(tmp_path):
    every, draw = months(date(2019, 1, 1), 60), np.random.default_rng(1)
    counts = [
        month_total(month, int(draw.poisson(mean)), measure)
        for measure, mean in (("rape", 4), ("cse", 3), ("child-abuse", 5))
        for month in every
    ]
    publish(tmp_path, "totals", delivery(counts=counts), "tests")
    snapshot = open_version(tmp_path, "totals")
    found = unit_demand(snapshot, FORCE, choices(snapshot), illustrative(), every[-1])
    assert found.told_twice == ("Child sexual exploitation and abuse",)
    assert [kind.key for kind in found.missing] == [
        "other-sexual-offences",
        "domestic-abuse",
        "domestic-abuse-non-crime",
        "serious-hate-crime",
    ]


def test_a_kind_too_small_for_a_forecast_is_carried_on_at_its_rate_and_says_so(tmp_path):
    every = months(date(2019, 1, 1), 60)
    counts = [month_total(month, int(place % 6 == 0)) for place, month in enumerate(every)]
    publish(tmp_path, "few", delivery(counts=counts), "tests")
    snapshot = open_version(tmp_path, "few")
    wanted = unit_demand(snapshot, FORCE, choices(snapshot), illustrative(), every[-1])
    *_, (_, found) = unit_forecasts(wanted, Basis.CURRENT_PROCESS)
    assert found.paths["rape"].mean() == pytest.approx(1 / 6, abs=0.03)
    scenario = illustrative()
    told = resourcing_outlook(
        found, scenario, {}, asked_about(scenario, every[-1], 48, None, None, 0.1, None)
    )
    assert any("Its recent rate is carried on." in note for note in demand_notes(told))


def test_a_feed_that_went_silent_is_left_out_loudly(tmp_path):
    every = months(date(2019, 1, 1), 60)
    counts = [month_total(month, 8 if place < 50 else 0) for place, month in enumerate(every)]
    counts += [month_total(month, 9, "hate-crime") for month in every]
    publish(tmp_path, "silent", delivery(counts=counts), "tests")
    snapshot = open_version(tmp_path, "silent")
    wanted = unit_demand(snapshot, FORCE, choices(snapshot), illustrative(), every[-1])
    *_, (_, found) = unit_forecasts(wanted, Basis.CURRENT_PROCESS)
    assert set(found.paths) == {"serious-hate-crime"}
    scenario = illustrative()
    told = resourcing_outlook(
        found, scenario, {}, asked_about(scenario, every[-1], 48, None, None, 0.1, None)
    )
    assert "Not in it: Rape: nothing was recorded after" in resourcing_headline(told)[-1].text


def test_a_dataset_with_nothing_of_the_unit_says_what_it_lacks(shipped_store):
    snapshot = open_version(shipped_store, "city-open-counts")
    choice = choices(snapshot)
    wanted = unit_demand(snapshot, CITY, choice, illustrative(), choice.default_month[CITY])
    with pytest.raises(
        UnknownNameError, match=r"none of what comes to the unit: Rape, Other sexual offences"
    ):
        next(unit_forecasts(wanted, Basis.FIVE_YEAR))


def test_a_month_not_delivered_lies_between_those_beside_it():
    frame = pd.DataFrame({"count": [4.0, np.nan, 8.0], "set_aside": False, "provisional": False})
    assert recorded_months(Demand(None, "", AS_AT, frame, None, None, (), None)).tolist() == [4, 6, 8]


def test_the_first_sentence_says_what_the_year_asks_for(told):
    first, cases, takes, others, caution = resourcing_headline(told)
    months = slice(14, 26)  # of 2026
    needed = told.staffing.needed["pip2"][:, months].mean(axis=1)
    there = told.staffing.there["pip2"][:, months].mean(axis=1)
    assert first.text.startswith(f"In 2026 demand asks for {np.quantile(needed, 0.5):,.1f} full-time PIP 2")
    assert f"{np.quantile(needed, 0.1):,.1f} to {np.quantile(needed, 0.9):,.1f}" in first.text
    assert f"Too few in {100 * (needed > there).mean():.0f}\u00a0% of simulated futures" in first.text
    over = (told.staffing.opened["pip2"] / told.staffing.there["pip2"] > 15).mean(axis=0)
    assert (
        f"becomes more likely than not in {told.months['month'][np.argmax(over > 0.5)]:%B %Y}" in cases.text
    )
    assert str(told.solved.more) in takes.text
    assert "Vulnerable Victim Advocate" in others.text
    assert "No official caseload standard exists" in caution.text


def test_what_it_takes_does_once_it_is_planned(forecast, shares, told):
    assert isinstance(told.solved, Solved)
    planned = look(forecast, shares, with_more(illustrative(), told.solved))
    asked = planned.months[planned.months["month"] <= "2026-12-01"]
    assert (asked["over"] <= 0.1).all()
    assert isinstance(planned.solved, Solved)
    assert planned.solved.steps == ()
    assert what_it_takes(planned, planned.solved).startswith("Nobody more")


def test_a_role_that_holds_no_cases_is_asked_whether_it_is_too_small(forecast, shares):
    told = look(forecast, shares, role="vva")
    lines = resourcing_headline(told)
    assert "Cases each" not in [line.lead for line in lines]
    assert "the chance of too few at 10\u00a0% or less" in lines[1].text
    assert list(months_table(told).columns[-1:]) == ["Hours on cases"]


def test_a_question_that_no_scenario_answers_is_refused_with_what_there_is():
    with pytest.raises(UnknownNameError, match=r"no role 'dog'.*pip2, soit"):
        asked_about(illustrative(), AS_AT, 50, "dog", None, 0.1, None)
    with pytest.raises(InvalidScenarioError, match="2031 is not ahead. Give 2025 to 2028"):
        asked_about(illustrative(), AS_AT, 50, None, 2031, 0.1, None)
    with pytest.raises(InvalidScenarioError, match="2024-10 is no month ahead. Give 2024-11"):
        asked_about(illustrative(), AS_AT, 50, None, None, 0.1, AS_AT)
    assert years_ahead(date(2024, 3, 1), 57) == [2024, 2025, 2026, 2027, 2028]


def test_a_number_moved_keeps_its_range_in_proportion_and_within_its_limits():
    moved = shifted(Assumption(8, 12, 18), 24, 0, 30, "A. Lead", AS_AT)
    assert (moved.low, moved.likely, moved.high) == (16, 24, 30)
    assert (moved.by, moved.on) == ("A. Lead", AS_AT)
    assert shifted(fixed(5), 7, 0, 10, "", AS_AT).certain
    assert shifted(Assumption(0, 0, 4), 3, 0, 10, "", AS_AT).likely == 3


def test_every_number_is_a_row_with_its_unit_and_source_and_who_changed_it(told):
    changed = illustrative().where("role.pip2.posts", replace(fixed(20, "HR"), by="A. Lead", on=AS_AT))
    table = assumptions_table(changed)
    assert len(table) == len(changed.assumptions)
    assert (table[["Number", "Unit", "Source"]] != "").all().all()
    row = table[(table["Of"] == "PIP 2 investigator") & (table["What"] == "Funded posts")].iloc[0]
    assert row.tolist()[2:] == ["20", "people", "HR", "A. Lead, 1 October 2024"]
    assert (table.loc[table.index != row.name, "Changed by"] == "–").all()
    assert changed_keys(changed, illustrative()) == ["role.pip2.posts"]
    files = assumption_rows(changed).set_index("key")
    assert files.loc["role.pip2.posts", ["likeliest", "by", "on"]].tolist() == [20, "A. Lead", "2024-10-01"]


def test_tables_and_files_say_the_same(told, demo):
    rows = staffing_rows(told)
    assert list(rows) == ROWS
    assert len(rows) == 6 * 50
    december = rows[(rows["role"] == "pip2") & (rows["month"] == "2026-12")].iloc[0]
    shown = months_table(told).set_index("Month").loc["December 2026"]
    assert shown["Needed"] == officers(december["needed50"])
    assert shown["Enough in 95 %"] == officers(december["needed95"])
    assert shown["Cases each"] == f"{december['caseload50']:,.1f}"
    assert rows.loc[rows["role"] == "soit", "over"].isna().all()
    table = roles_table(told).set_index("Role")
    assert table.loc["PIP 2 investigator", "Needed, full-time"] in resourcing_headline(told)[0].text
    out = exported(rows, told.forecast, demo.publish)
    assert out["note"].str.startswith("Made data").all()
    assert set(out["basis"]) == {"current-process"}


def test_scenarios_stand_beside_each_other_under_their_names(told, forecast, shares):
    more = look(forecast, shares, illustrative().where("unit.demand", fixed(150)).called("Half more"))
    table = comparison_table([told, more, told])
    assert list(table.columns) == [
        "PIP 2 investigator, 2026",
        "Illustrative",
        "Half more",
        "Illustrative (3)",
    ]
    needed = table.set_index("PIP 2 investigator, 2026").loc["Needed, full-time"]
    assert float(needed["Half more"]) > 1.3 * float(needed["Illustrative"])


def test_steps_add_up(told):
    table = steps_table(told.solved)
    assert table["In all"].iloc[-1] == str(told.solved.more)
    assert sum(map(int, table["More"])) == told.solved.more


def test_what_comes_in_adds_up_and_says_who_gets_what(told, wanted):
    table = demand_table(told).set_index("Kind of case")
    for key, kind in wanted.kinds.items():
        recorded = kind.found.actual[-12:].sum()
        assert table.loc[kind.subject.name, "Twelve months to now"] == f"{recorded:,.0f}", key
    assert table.loc["Domestic abuse non-crime", "Counted by"].endswith("for each domestic abuse crime")
    assert "Rape: Stranger 1 rape goes to Major Crime (para 36)." in demand_notes(told)


def test_drivers_name_what_moves_the_shortage(told):
    table = drivers_table(told)
    assert "Rape: the forecast" in table["What"].tolist()[:5]
    assert not table["What"].str.contains("Vulnerable Victim Advocate").any()  # moves nothing for this role
