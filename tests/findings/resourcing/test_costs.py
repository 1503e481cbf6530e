"""What vulncore.findings.resourcing.costs promises: money stands beside people, and nowhere where nobody entered a cost."""

import re
from dataclasses import replace

import numpy as np
import pytest

from tests.findings.resourcing.asking import outlook_of
from tests.resourcing.made_units import at
from vulncore.findings.resourcing.costs import cost_in_words, cost_of, pounds
from vulncore.findings.resourcing.outlook import changed_from_example
from vulncore.findings.resourcing.sentences import more_in_words, resourcing_briefing, resourcing_headline
from vulncore.findings.resourcing.tables import (
    COSTS,
    comparison_table,
    differences_table,
    roles_table,
    staffing_rows,
    steps_table,
)
from vulncore.resourcing.costs import YearlyCost
from vulncore.resourcing.draws import assumption_draws
from vulncore.resourcing.scenario.fields import is_cost
from vulncore.resourcing.scenario.link import example_scenario


@pytest.fixture(scope="module")
def plain(forecast, shares):
    """The example without costs, as earlier versions had it."""
    shipped = example_scenario()
    kept = {key: number for key, number in shipped.assumptions.items() if not is_cost(key)}
    return outlook_of(forecast, shares, replace(shipped, assumptions=kept))


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (0, "£0"),
        (1, "under £10,000"),
        (9_999, "under £10,000"),
        (14_999, "£10,000"),
        (15_000, "£20,000"),
        (1e6, "£1,000,000"),
    ],
)
def test_money_is_rounded_to_ten_thousand_pounds_and_never_to_nothing(amount, said):
    assert pounds(amount) == said


def test_a_range_that_rounding_closes_is_not_said():
    assert cost_in_words(YearlyCost(50_100, 49_000, 51_000)) == "about £50,000 a year"
    assert cost_in_words(YearlyCost(500, 400, 600)) == "under £10,000 a year"


def test_what_those_needed_cost_is_their_number_times_what_one_costs(outlook):
    more = outlook.more_for_cases
    paths = outlook.staffing.there["pip2"].shape[0]
    one = assumption_draws(at("role.pip2.cost"), outlook.used.assumptions[at("role.pip2.cost")], paths)[:, 0]
    low, middle, high = (round(float(each), -4) for each in np.quantile(more.more * one, [0.1, 0.5, 0.9]))
    said = f"about £{middle:,.0f} a year (£{low:,.0f} to £{high:,.0f})"
    assert f"They cost {said}." in more_in_words(outlook, more)
    beyond = cost_of(outlook, "pip2", more.more - 2)  # two funded posts are vacant
    action = resourcing_briefing(outlook, made=True).action
    assert action.endswith(f" ({pounds(beyond.middle)} a year) and fill the vacant ones.")
    last = steps_table(outlook, more).iloc[-1]
    assert last["Cost a year, in all"] == said.removeprefix("about ").replace(" a year", "")


def test_tables_of_roles_and_of_scenarios_have_the_costs_of_the_year(outlook, plain):
    paid, short = outlook.costs["pip2"]
    roles = roles_table(outlook).set_index("Role")
    assert roles.loc["PIP 2 investigator", "Cost a year of those paid"].startswith(pounds(paid.middle))
    table = comparison_table([outlook, plain]).set_index("PIP 2 investigator, 2026")
    assert table.columns.tolist() == ["Example figures", "Example figures (2)"]
    money = table[table.index.str.contains("Cost")]
    assert list(money.index) == [
        "Cost a year of those paid",
        "Cost a year of those short",
        "Cost a year of more people needed to keep the limit, chance 10\u00a0% or less",
        "Cost a year of more people needed for the hours, chance 10\u00a0% or less",
    ]
    assert money["Example figures (2)"].tolist() == ["–"] * 4
    assert money["Example figures"].iloc[1].startswith(pounds(short.middle))
    assert len(differences_table([plain, outlook])) == 6


def test_files_have_what_each_role_costs_by_month(outlook, plain):
    rows, without = staffing_rows(outlook), staffing_rows(plain)
    assert list(rows) == list(without)
    assert without[[*COSTS.values()]].isna().all().all()
    money = rows[[*COSTS.values()]]
    assert money.notna().all().all()
    assert (money["paid_cost10"] <= money["paid_cost50"]).all()
    assert (money["paid_cost50"] <= money["paid_cost90"]).all()
    others = [name for name in rows if name not in COSTS.values()]
    assert rows[others].equals(without[others])


def test_without_costs_nothing_is_said_of_money_and_the_example_is_not_said_to_differ(plain):
    headlines = resourcing_headline(plain)
    briefing = resourcing_briefing(plain, made=True)
    tables = (
        roles_table(plain),
        comparison_table([plain, plain]),
        steps_table(plain, plain.more_for_cases),
    )
    words = [*(line.lead + line.text for line in headlines), str(briefing), *map(str, tables)]
    words += [name for table in tables for name in table.columns]
    assert not [text for text in words if re.search(r"£|\b[Cc]ost", text)]
    assert changed_from_example(plain.scenario) == []
    assert "differ" not in headlines[-1].text
