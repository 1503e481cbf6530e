"""What vulncore.findings.resourcing.sentences promises: what a resourcing lead could repeat."""

import re
from dataclasses import replace
from datetime import date

import numpy as np

from tests.findings.resourcing.asking import outlook_of
from tests.making import FORCE, delivery, month_total, months
from tests.resourcing.made_units import at
from vulncore.findings.forecast.held_back import HeldMonth, HeldWhy
from vulncore.findings.resourcing.charts import staffing_chart
from vulncore.findings.resourcing.demand import unit_demand, unit_forecast
from vulncore.findings.resourcing.outlook import resourcing_outlook, staffing_question
from vulncore.findings.resourcing.sentences import (
    beyond_funded,
    more_in_words,
    officers,
    resourcing_briefing,
    resourcing_headline,
    staffing_in_words,
)
from vulncore.findings.resourcing.tables import (
    months_table,
    roles_table,
    staffing_rows,
    steps_table,
    without_verdict,
)
from vulncore.findings.shared.contents import dataset_contents
from vulncore.forecasting.basis import Basis
from vulncore.metrics.control.levels import LevelChange
from vulncore.resourcing.scenario.link import example_scenario
from vulncore.resourcing.scenario.scenario import fixed
from vulncore.store import open_version, publish


def test_a_feed_that_went_silent_is_left_out_loudly(tmp_path):
    every = months(date(2019, 1, 1), 60)
    counts = [month_total(month, 8 if place < 50 else 0) for place, month in enumerate(every)]
    counts += [month_total(month, 9, "hate-crime") for month in every]
    publish(tmp_path, "silent", delivery(counts=counts), "tests")
    snapshot = open_version(tmp_path, "silent")
    unit = unit_demand(snapshot, FORCE, dataset_contents(snapshot), example_scenario(), every[-1])
    forecast = unit_forecast(unit, Basis.CURRENT_PROCESS)
    assert set(forecast.paths) == {"serious-hate-crime"}
    scenario = example_scenario()
    outlook = resourcing_outlook(
        forecast, scenario, {}, staffing_question(scenario, every[-1], 48, None, None, 0.1, None)
    )
    caution = resourcing_headline(outlook)[-1].text
    assert "Rape: nothing was recorded after" in caution
    assert caution.endswith("This kind of case is left out.")


def test_the_first_sentence_says_what_the_year_asks_for(outlook):
    first, cases, takes, costs, others, caution = resourcing_headline(outlook)
    months = slice(14, 26)  # of 2026
    needed, there = outlook.staffing.needed["pip2"][:, months], outlook.staffing.there["pip2"][:, months]
    middle, most, nearly_all = np.quantile(needed.mean(axis=1), [0.5, 0.8, 0.95])
    assert first.text.startswith(
        f"In 2026 demand asks for {middle:,.1f} full-time PIP 2 investigators; "
        f"{np.median(there.mean(axis=1)):,.1f} will be there (18.0 funded). "
    )
    assert f"{most:,.1f} would be enough in 4 of 5 forecasts, {nearly_all:,.1f} in 19 of 20." in first.text
    assert f"short in {100 * (needed > there).mean():.0f}\u00a0% of the forecast months" in first.text
    over = (outlook.staffing.open_cases["pip2"] / outlook.staffing.there["pip2"] > 15).mean(axis=0)
    likely_from = outlook.months["month"][np.argmax(over > 0.5)]
    assert f"becomes likely (over 50\u00a0%) in {likely_from:%B %Y}." in cases.text
    assert f"{outlook.more_for_cases.more} more PIP 2 investigators are needed, trained by" in takes.text
    assert (
        f"Covering the hours takes {outlook.more_for_hours.more} more PIP 2 investigators, about £"
        in takes.text
    )
    assert costs.text.startswith("Those paid in 2026 cost about £")
    assert "Vulnerable Victim Advocate" in others.text
    assert "No official caseload standard exists" in caution.text


def test_the_page_opens_with_how_many_more_it_takes_and_what_to_ask_for(outlook):
    more, briefing = outlook.more_for_cases, resourcing_briefing(outlook, made=True)
    last = more.steps[-1][0]
    assert briefing.finding == f"{more.more} more PIP 2 investigators are needed by {last:%B %Y}."
    beyond = beyond_funded(outlook, more)
    assert re.fullmatch(
        rf"Ask for {beyond} more funded posts \(£[\d,]+0,000 a year\) and fill the vacant ones\.",
        briefing.action,
    )
    assert more.more - beyond == 2
    assert (
        briefing.also
        == "In 9 of 10 forecasts officers then average no more than 15 cases each. Most numbers are assumed."
    )


def test_what_enough_means_is_one_rule_that_the_unit_sets(outlook):
    by_cases, by_hours = (resourcing_briefing(outlook, made=True, by_hours=rule) for rule in (False, True))
    assert by_cases.finding.startswith(f"{outlook.more_for_cases.more} more")
    assert by_hours.finding.startswith(f"{outlook.more_for_hours.more} more")


def test_of_a_unit_whose_posts_nobody_entered_only_the_demand_is_said(outlook, forecast, shares):
    briefing = resourcing_briefing(outlook, made=False)
    assert (
        briefing.finding
        == f"Demand asks for {officers(outlook.role_year['needed50'])} full-time PIP 2 investigators in 2026."
    )
    assert "Enter your posts and people" in briefing.action
    entered = example_scenario()
    for name in ("posts", "in_post"):
        numbers = entered.of_role("pip2", name)
        entered = entered.where(
            at(f"role.pip2.{name}"), replace(numbers, source="The unit's own list, October 2024")
        )
    assert "needed by" in resourcing_briefing(outlook_of(forecast, shares, entered), made=False).finding


def test_enough_people_leave_nothing_to_do(forecast, shares):
    scenario = example_scenario()
    for name in ("posts", "in_post"):
        scenario = scenario.where(at(f"role.pip2.{name}"), fixed(400, "tests"))
    briefing = resourcing_briefing(outlook_of(forecast, shares, scenario), made=True)
    assert briefing.finding.startswith("No more PIP 2 investigators are needed to")
    assert briefing.action == "Nothing to do."


def test_who_is_wanted_sooner_than_anyone_can_be_trained_and_who_has_no_post_is_said(outlook):
    as_at, more = outlook.staffing.as_at, outlook.more_for_cases
    trained_by = date(2026, 5, 1)  # eighteen months after the first month ahead
    late = sum(people for month, people in more.steps if month < trained_by)
    assert more.too_late(as_at) == late > 0
    text = more_in_words(outlook, more)
    assert f"{late} of the {more.more} have to arrive trained, because training takes 18 months." in text
    assert f"{more.more - 2} of the {more.more} have no funded post." in text  # 18 posts, 16 in post
    table = steps_table(outlook, more)
    assert (table["If untrained, has to begin in"] == "too late: has to arrive trained").sum() == sum(
        month < trained_by for month, _ in more.steps
    )


def test_a_role_that_holds_no_cases_is_asked_whether_it_is_too_small(forecast, shares):
    outlook = outlook_of(forecast, shares, role="vva")
    headlines = resourcing_headline(outlook)
    assert outlook.more_for_cases is None
    assert "Cases each" not in [headline.lead for headline in headlines]
    assert re.search(
        "chance of being short of officers (then )?stays at 10\u00a0% or less", headlines[1].text
    )
    assert list(months_table(outlook).columns[-1:]) == ["Hours on cases"]


def test_where_nobody_is_there_words_say_so_and_files_leave_it_empty(forecast, shares):
    nobody = example_scenario()
    for name in ("in_post", "in_training"):
        nobody = nobody.where(at(f"role.pip2.{name}"), fixed(0))
    outlook = outlook_of(forecast, shares, nobody)
    assert "Nobody is there" in resourcing_headline(outlook)[1].text
    assert "inf" not in " ".join(headline.text for headline in resourcing_headline(outlook))
    rows = staffing_rows(outlook)
    assert not np.isinf(rows.select_dtypes("number")).any().any()


def test_until_somebody_enters_the_unit_s_people_nothing_is_said_of_them(outlook):
    in_all = " ".join(headline.text for headline in resourcing_headline(outlook, judged=False))
    assert officers(outlook.role_year["needed50"]) in in_all
    assert "are not entered" in in_all
    assert not re.search("will be there|short of|chance|holds about|more PIP 2", in_all)
    heard = staffing_in_words(outlook, needed_alone=True)
    assert "needed" in heard
    assert "there" not in heard
    tables = [without_verdict(table(outlook)) for table in (roles_table, months_table)]
    assert [list(table)[:2] for table in tables] == [["Role", "Needed"], ["Month", "Needed"]]
    assert not {
        name for table in tables for name in table if re.search("there|short|Cases|Funded|Cost", name)
    }
    spec = staffing_chart(outlook.months, None, ["PIP 2"]).to_dict()
    drawn = {str(layer["encoding"].get("y", {}).get("field")) for layer in spec["layer"]}
    assert "needed50" in drawn
    assert not drawn & {"there10", "there50", "posts"}
    assert "there" not in " ".join(spec["title"]["subtitle"])


def test_kinds_of_case_that_are_not_recorded_are_said_first(forecast, shares):
    outlook = outlook_of(forecast, shares)
    demand = outlook.forecast.demand
    kinds = outlook.used.case_types
    fewer = replace(outlook, forecast=replace(outlook.forecast, demand=replace(demand, missing=kinds[:4])))
    assert (
        f"4 of {len(kinds)} kinds of case are not recorded here."
        in resourcing_briefing(fewer, made=False).also
    )
    assert "not recorded" not in resourcing_briefing(outlook, made=False).also


def test_months_left_out_and_levels_that_nobody_decided_are_said_by_kind_of_case(outlook):
    forecast = outlook.forecast
    key, kind = next((key, kind) for key, kind in forecast.demand.kinds.items() if kind.included)
    sure = {
        name: replace(one, demand=replace(one.demand, proposed=None))
        for name, one in forecast.demand.kinds.items()
    }

    def lines(changed) -> list[str]:
        unit = replace(forecast.demand, kinds=sure | {key: replace(kind, demand=changed)})
        of = replace(outlook, forecast=replace(forecast, demand=unit))
        return [line.text for line in resourcing_headline(of) if line.lead in ("Left out", "New level?")]

    months = replace(kind.demand, proposed=None)
    assert lines(months) == []
    held = HeldMonth(date(2024, 3, 1), HeldWhy.ODD)
    level = LevelChange(date(2024, 5, 1), 20.0, 10.0, 1e-6)
    odd, changed = lines(replace(months, held=(held,), proposed=level))
    assert odd.startswith(f"{kind.subject.name}: March 2024 holds far more than the months around.")
    assert changed.startswith(f"{kind.subject.name}: recording seems to have halved in May 2024.")
    assert "until somebody approves that on the Strand page" in changed
