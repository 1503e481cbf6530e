"""What a unit's staffing promises: demand of all kinds counted once, measured shares, answers and the sentences that say them."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from tests.making import FORCE, covered, delivery, incident, month_total, months
from vulncore.domain.errors import InvalidScenarioError, UnknownNameError
from vulncore.findings.forecast.demand import Demand
from vulncore.findings.resourcing.arrivals import demand_notes, demand_rows, demand_table
from vulncore.findings.resourcing.assumptions import assumption_rows, assumptions_table
from vulncore.findings.resourcing.demand import (
    UnitDemand,
    UnitForecast,
    case_subjects,
    measured_shares,
    recorded_months,
    unit_demand,
    unit_forecasts,
    with_measured,
)
from vulncore.findings.resourcing.outlook import (
    ResourcingOutlook,
    asked_about,
    changed_keys,
    first_year,
    resourcing_outlook,
    shifted,
    years_ahead,
)
from vulncore.findings.resourcing.sentences import officers, resourcing_headline, what_it_takes
from vulncore.findings.resourcing.tables import (
    ROWS,
    comparison_table,
    differences_table,
    drivers_table,
    exported,
    months_table,
    roles_table,
    staffing_rows,
    steps_table,
)
from vulncore.findings.shared.contents import dataset_contents
from vulncore.forecasting.past import Basis
from vulncore.resourcing.chain import staffing
from vulncore.resourcing.scenario.fields import field_of
from vulncore.resourcing.scenario.link import illustrative
from vulncore.resourcing.scenario.scenario import Assumption, fixed
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
    return unit_demand(demo, CITY, dataset_contents(demo), illustrative(), AS_AT)


@pytest.fixture(scope="module")
def arrived(wanted) -> list[tuple[float, UnitForecast | None]]:
    return list(unit_forecasts(wanted, Basis.CURRENT_PROCESS))


@pytest.fixture(scope="module")
def forecast(arrived) -> UnitForecast:
    return arrived[-1][1]


@pytest.fixture(scope="module")
def shares(demo):
    subjects = case_subjects(dataset_contents(demo), illustrative())
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
    subjects = case_subjects(dataset_contents(snapshot), illustrative())
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
    found = unit_demand(snapshot, FORCE, dataset_contents(snapshot), illustrative(), every[-1])
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
    wanted = unit_demand(snapshot, FORCE, dataset_contents(snapshot), illustrative(), every[-1])
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
    wanted = unit_demand(snapshot, FORCE, dataset_contents(snapshot), illustrative(), every[-1])
    *_, (_, found) = unit_forecasts(wanted, Basis.CURRENT_PROCESS)
    assert set(found.paths) == {"serious-hate-crime"}
    scenario = illustrative()
    told = resourcing_outlook(
        found, scenario, {}, asked_about(scenario, every[-1], 48, None, None, 0.1, None)
    )
    assert "Not in it: Rape: nothing was recorded after" in resourcing_headline(told)[-1].text


def test_a_dataset_with_nothing_of_the_unit_says_what_it_lacks(shipped_store):
    snapshot = open_version(shipped_store, "city-open-counts")
    choice = dataset_contents(snapshot)
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
    needed, there = told.staffing.needed["pip2"][:, months], told.staffing.there["pip2"][:, months]
    middle, most, nearly_all = np.quantile(needed.mean(axis=1), [0.5, 0.8, 0.95])
    assert first.text.startswith(
        f"In 2026 demand asks for {middle:,.1f} full-time PIP 2 investigators; {most:,.1f} would"
    )
    assert f"{nearly_all:,.1f} in 95" in first.text
    assert f"{np.median(there.mean(axis=1)):,.1f} will be there (18.0 funded)" in first.text
    assert f"Too few in {100 * (needed > there).mean():.0f}\u00a0% of simulated months" in first.text
    over = (told.staffing.opened["pip2"] / told.staffing.there["pip2"] > 15).mean(axis=0)
    assert (
        f"becomes more likely than not in {told.months['month'][np.argmax(over > 0.5)]:%B %Y}" in cases.text
    )
    assert f"{told.solved.more} more PIP 2 investigators, trained by" in takes.text
    assert f"For the hours it takes {told.for_hours.more}." in takes.text
    assert "Vulnerable Victim Advocate" in others.text
    assert "No official caseload standard exists" in caution.text


def test_a_year_is_short_in_as_many_months_as_its_months_are(told):
    months = told.months[(told.months["month"] >= "2026-01-01") & (told.months["month"] <= "2026-12-01")]
    assert told.of_role["short"] == pytest.approx(months["short"].mean())


def test_what_it_takes_does_once_it_is_planned(forecast, shares, told):
    assert isinstance(told.solved, Solved)
    planned = look(forecast, shares, with_more(illustrative(), told.solved))
    asked = planned.months[planned.months["month"] <= "2026-12-01"]
    assert (asked["over"] <= 0.1).all()
    assert planned.solved.steps == ()
    assert what_it_takes(planned, planned.solved).startswith("Nobody more keeps")
    for_hours = look(forecast, shares, with_more(illustrative(), told.for_hours))
    asked = for_hours.months[for_hours.months["month"] <= "2026-12-01"]
    assert (asked["short"] <= 0.1).all()


def test_who_is_wanted_sooner_than_anyone_can_be_trained_and_who_has_no_post_is_said(told):
    as_at, solved = told.staffing.as_at, told.solved
    trained_by = date(2026, 5, 1)  # eighteen months after the first month ahead
    late = sum(people for month, people in solved.steps if month < trained_by)
    assert solved.too_late(as_at) == late > 0
    assert f"{late} are wanted sooner than the 18 months that training takes" in what_it_takes(told, solved)
    assert f"{solved.more - 2} are beyond what is funded" in what_it_takes(
        told, solved
    )  # 18 posts, 16 in post
    table = steps_table(solved, as_at)
    assert (table["If untrained, begins in"] == "too late: has to come trained").sum() == sum(
        month < trained_by for month, _ in solved.steps
    )


def test_a_role_that_holds_no_cases_is_asked_whether_it_is_too_small(forecast, shares):
    told = look(forecast, shares, role="vva")
    lines = resourcing_headline(told)
    assert told.solved is None
    assert "Cases each" not in [line.lead for line in lines]
    assert "the chance of too few for the hours at 10\u00a0% or less" in lines[1].text
    assert list(months_table(told).columns[-1:]) == ["Hours on cases"]


def test_where_nobody_is_there_words_say_so_and_files_leave_it_empty(forecast, shares):
    nobody = illustrative()
    for name in ("in_post", "in_training"):
        nobody = nobody.where(f"role.pip2.{name}", fixed(0))
    told = look(forecast, shares, nobody)
    assert "nobody there" in resourcing_headline(told)[1].text
    assert "inf" not in " ".join(line.text for line in resourcing_headline(told))
    rows = staffing_rows(told)
    assert not np.isinf(rows.select_dtypes("number")).any().any()


def test_a_question_that_no_scenario_answers_is_refused_with_what_there_is():
    with pytest.raises(UnknownNameError, match=r"no role 'dog'.*pip2, soit"):
        asked_about(illustrative(), AS_AT, 50, "dog", None, 0.1, None)
    with pytest.raises(InvalidScenarioError, match="2031 is not ahead. Give 2025 to 2028"):
        asked_about(illustrative(), AS_AT, 50, None, 2031, 0.1, None)
    with pytest.raises(InvalidScenarioError, match="2024-10 is no month ahead. Give 2024-11"):
        asked_about(illustrative(), AS_AT, 50, None, None, 0.1, AS_AT)
    assert years_ahead(date(2024, 3, 1), 57) == [2024, 2025, 2026, 2027, 2028]
    assert asked_about(illustrative(), date(2024, 3, 1), 57, None, None, 0.1, None).year == 2026
    assert first_year(date(2024, 12, 1), 12) == 2025  # the last there is


def test_a_number_moved_keeps_its_range_in_proportion_and_within_its_limits():
    percent, people = field_of("role.pip2.leavers"), field_of("role.pip2.in_post")
    moved = shifted(Assumption(8, 12, 75, "HR return"), 24, percent, "A. Lead", AS_AT)
    assert (moved.low, moved.likely, moved.high) == (16, 24, 100)
    assert (moved.by, moved.on) == ("A. Lead", AS_AT)
    assert (
        moved.source == "assumed: moved from 12"
    )  # what the source said of the old number it doesn't of the new
    assert shifted(fixed(5), 7, percent, "", AS_AT).certain
    assert shifted(Assumption(0, 0, 4), 3, percent, "", AS_AT).likely == 3
    whole = shifted(Assumption(3, 4, 5), 2, people, "", AS_AT)
    assert (whole.low, whole.likely, whole.high) == (2, 2, 2)


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
    assert table.loc["PIP 2 investigator", "Needed"] in resourcing_headline(told)[0].text
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
        "Illustrative (2)",
    ]
    different = differences_table([told, more])
    assert different.values.tolist() == [["The whole unit: demand", "100", "150"]]
    needed = table.set_index("PIP 2 investigator, 2026").loc["Needed, full-time"]
    assert float(needed["Half more"]) > 1.3 * float(needed["Illustrative"])


def test_steps_add_up(told):
    table = steps_table(told.solved, AS_AT)
    assert table["In all"].iloc[-1] == str(told.solved.more)
    assert sum(map(int, table["More"])) == told.solved.more


def test_what_comes_in_adds_up_and_says_who_gets_what(told, wanted):
    table = demand_table(told).set_index("Kind of case")
    for key, kind in wanted.kinds.items():
        recorded = kind.found.actual[-12:].sum()
        shown = table.loc[kind.subject.name, "Twelve months to now"]
        about = 5 * round(recorded / 5)
        assert shown == (f"about {about:,.0f}" if kind.rounded else f"{recorded:,.0f}"), key
    assert table.loc["Domestic abuse non-crime", "Counted by"].endswith("for each domestic abuse crime")
    assert table.loc["Domestic abuse non-crime", "Records in 2026"] != "–"
    rows = demand_rows(told).set_index("case")
    hate = rows.loc["serious-hate-crime"]
    assert 0.06 < hate["unit50"] / hate["expected50"] < 0.11
    assert "Rape: Stranger 1 rape goes to Major Crime (para 36)." in demand_notes(told)


def test_what_two_kinds_have_in_common_can_not_be_worked_out_where_it_is_small(demo, wanted):
    rows = demo.incidents.to_pandas()
    rows = rows[rows["no_crimed_on"].isna() & (pd.to_datetime(rows["recorded_on"]) >= "2023-11-01")]
    earlier = set(rows.loc[rows["measure"].isin(["rape", "other-sexual-offences"]), "record_id"])
    abuse = set(rows.loc[rows["measure"].isin(["cse", "child-abuse"]), "record_id"])
    assert wanted.kinds["csea"].rounded == (0 < len(earlier & abuse) < 5)


@pytest.mark.parametrize(("common", "rounded"), [(0, False), (1, True), (4, True), (5, False)])
def test_a_kind_with_few_records_in_common_with_an_earlier_one_is_rounded(tmp_path, common, rounded):
    every = months(date(2020, 1, 1), 40)
    rows = [incident(place, month) for place, month in enumerate(every)]
    rows += [
        incident(
            100 + place, month, "cse", record_id=f"record-{place}" if place >= 40 - common else f"own-{place}"
        )
        for place, month in enumerate(every)
    ]
    publish(
        tmp_path,
        "small",
        delivery(rows, covered(every) + covered(every, "cse") + covered(every, "child-abuse")),
        "tests",
    )
    snapshot = open_version(tmp_path, "small")
    found = unit_demand(snapshot, FORCE, dataset_contents(snapshot), illustrative(), every[-1]).kinds["csea"]
    assert found.rounded is rounded
    assert found.recent == (10 if rounded else 12 - common)


def test_drivers_name_what_moves_the_shortage(told):
    table = drivers_table(told)
    assert "Rape: the forecast" in table["What"].tolist()[:5]
    assert not table["What"].str.contains("Vulnerable Victim Advocate").any()  # moves nothing for this role
