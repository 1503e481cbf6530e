"""What vulncore.resourcing.costs promises of money, worked out beside it by hand; and what costs leave as it was."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from tests.resourcing.made_units import at, by_chance, number, steady, unit, wild
from vulncore.domain.errors import InvalidScenarioError
from vulncore.resourcing.answers import Span, drivers, monthly_answers, span_answers
from vulncore.resourcing.capacity import Turnover, work_of_those_in_post
from vulncore.resourcing.chain import paid_people, staffing
from vulncore.resourcing.costs import (
    YearlyCost,
    cost_of_people,
    cost_of_those_there,
    has_costs,
    monthly_costs,
)
from vulncore.resourcing.draws import levels, uniforms
from vulncore.resourcing.scenario.fields import is_cost
from vulncore.resourcing.scenario.link import example_scenario
from vulncore.resourcing.scenario.scenario import Joiners
from vulncore.resourcing.scenario.toml import read_scenario, scenario_text

PATHS, MONTHS = 2_000, 24
YEAR = Span(2, 13)
RANGE = (50_000, 56_000, 64_000)
BUSY = {"in_post": 6, "leavers": (8, 15, 30), "replace_months": (1, 4, 9), "training_months": (2, 6, 10)}


def triangular(place: np.ndarray, low: float, likely: float, high: float) -> np.ndarray:
    """The triangular distribution's quantiles, by its density's areas instead of the closed form that is tested."""
    grid = np.linspace(low, high, 200_001)
    density = np.where(grid <= likely, (grid - low) / (likely - low), (high - grid) / (high - likely))
    areas = np.concatenate([[0], np.cumsum((density[1:] + density[:-1]) / 2)])
    return np.interp(place, areas / areas[-1], grid)


def costing(cost: object = RANGE, **given: object):
    return unit({"officer": {**BUSY, **given, "cost": cost}})


def test_people_cost_their_number_times_the_cost_of_one_on_every_path():
    one = triangular(levels("role.officer.cost", PATHS)[:, 0], *RANGE)
    cost = cost_of_people(costing(), "officer", 10, PATHS)
    expected = [np.quantile(10 * one, level) for level in (0.5, 0.1, 0.9)]
    assert (cost.middle, cost.low, cost.high) == pytest.approx(expected, rel=1e-6)
    assert 10 * 50_000 < cost.low < cost.middle < cost.high < 10 * 64_000


def test_part_time_people_cost_their_part_and_certain_ones_have_no_range():
    assert cost_of_people(costing(60_000, full_time=50), "officer", 3, PATHS) == YearlyCost(
        90_000, 90_000, 90_000
    )


def test_working_time_and_cost_that_are_both_ranges_are_drawn_apart():
    scenario = costing(RANGE, full_time=(40, 60, 90))
    time = triangular(levels("role.officer.full_time", PATHS)[:, 0], 40, 60, 90) / 100
    one = triangular(levels("role.officer.cost", PATHS)[:, 0], *RANGE)
    assert cost_of_people(scenario, "officer", 7, PATHS).middle == pytest.approx(
        np.median(7 * time * one), rel=1e-6
    )


def test_where_nobody_entered_a_cost_there_is_none():
    plain = unit({"officer": BUSY})
    assert not has_costs(plain)
    assert cost_of_people(plain, "officer", 10, PATHS) is None
    incoming = by_chance(16, MONTHS, PATHS)
    simulated = staffing(plain, incoming)
    assert cost_of_those_there(simulated, incoming, YEAR) == {}
    assert monthly_costs(simulated, incoming, "officer") == {}


def test_of_two_roles_the_one_without_a_cost_says_nothing():
    scenario = unit(
        {"officer": {**BUSY, "cost": 50_000}, "sergeant": {"supervises": ("officer",), "in_post": 1}}
    )
    incoming = by_chance(16, MONTHS, 200)
    assert set(cost_of_those_there(staffing(scenario, incoming), incoming, YEAR)) == {"officer"}


def test_those_paid_are_those_in_post_who_have_not_left_and_those_in_training_in_full():
    scenario = costing(60_000, in_training=3)
    incoming = by_chance(16, MONTHS, PATHS)
    key = "role.officer"
    drawn = {
        name: triangular(levels(f"{key}.{name}", PATHS)[:, 0], *BUSY[name])[:, None]
        for name in ("leavers", "replace_months", "training_months")
    }
    leaving = drawn["leavers"] / 100 / 12
    none = np.zeros((1, 1))
    empty = Turnover(leaving, drawn["replace_months"], none, none + 1)  # posts stand empty, nobody learns
    paid = work_of_those_in_post(
        none + 6, none, empty, uniforms("leave officer", PATHS, MONTHS), MONTHS
    )  # the same leavers
    assert paid_people(scenario, incoming)["officer"] == pytest.approx(paid, abs=1e-3)
    simulated = staffing(scenario, incoming)
    assert (simulated.there["officer"] <= paid_people(scenario, incoming)["officer"] + 1e-9).all()
    yearly = 60_000 * paid[:, 2:14].mean(axis=1)
    there, _ = cost_of_those_there(simulated, incoming, YEAR)["officer"]
    assert (there.middle, there.low, there.high) == pytest.approx(
        [np.quantile(yearly, level) for level in (0.5, 0.1, 0.9)], rel=1e-4
    )


def test_an_untrained_joiner_is_paid_in_full_from_the_first_month():
    scenario = unit({"officer": {"in_post": 0, "training_months": 6, "training_worth": 0, "cost": 48_000}})
    joined = replace(scenario, joiners=(Joiners("officer", date(2025, 1, 1), 2),))
    incoming = steady(8, 6, 50)
    assert paid_people(joined, incoming)["officer"][0].tolist() == [0, 0, 2, 2, 2, 2]
    assert staffing(joined, incoming).there["officer"][0].tolist() == [0, 0, 0, 0, 0, 0]
    assert monthly_costs(staffing(joined, incoming), incoming, "officer")["paid50"].tolist() == [
        *(0, 0),
        *[96_000] * 4,
    ]


def test_those_short_cost_what_is_missing_in_the_months_in_which_any_are():
    scenario = costing()
    incoming = by_chance(
        100, MONTHS, PATHS
    )  # 10 hours each: work for 5.7 officers, of 6 in post before any leaves
    simulated = staffing(scenario, incoming)
    needed, there = simulated.needed["officer"], simulated.there["officer"]
    missing = np.zeros(PATHS)
    for month in range(2, 14):
        missing += np.where(needed[:, month] > there[:, month], needed[:, month] - there[:, month], 0) / 12
    pounds = missing * triangular(levels("role.officer.cost", PATHS)[:, 0], *RANGE)
    _, short = cost_of_those_there(simulated, incoming, YEAR)["officer"]
    assert short.middle > 0
    assert (short.middle, short.low, short.high) == pytest.approx(
        [np.quantile(pounds, level) for level in (0.5, 0.1, 0.9)], rel=1e-5
    )
    by_month = monthly_costs(simulated, incoming, "officer")
    one = triangular(levels("role.officer.cost", PATHS)[:, 0], *RANGE)
    of_may = np.median(np.maximum(needed[:, 6] - there[:, 6], 0) * one)
    assert by_month["short50"][6] == pytest.approx(of_may, rel=1e-5)


@pytest.mark.parametrize("role", ["pip2", "vva", "di"])
def test_with_costs_every_other_figure_is_the_same_to_the_digit(role):
    shipped = example_scenario()
    without = replace(
        shipped, assumptions={key: one for key, one in shipped.assumptions.items() if not is_cost(key)}
    )
    incoming = wild(MONTHS, 400)
    one, other = staffing(shipped, incoming), staffing(without, incoming)
    pd.testing.assert_frame_equal(monthly_answers(one, role), monthly_answers(other, role), check_exact=True)
    pd.testing.assert_frame_equal(span_answers(one, YEAR), span_answers(other, YEAR), check_exact=True)
    pd.testing.assert_frame_equal(
        drivers(shipped, incoming, role, YEAR), drivers(without, incoming, role, YEAR), check_exact=True
    )


def test_a_cost_is_read_from_a_file_and_written_into_it_with_its_source_and_one_out_of_range_is_refused():
    scenario = costing()
    assert read_scenario(scenario_text(scenario)) == scenario
    assert "cost = { range = [50000, 56000, 64000] }" in scenario_text(scenario)
    for cost, said in ((-1, "0 to 500,000 £ a year"), (600_000, "0 to 500,000 £ a year")):
        with pytest.raises(InvalidScenarioError, match=said):
            costing(cost)
    misplaced = {**scenario.assumptions, at("case.fraud.cost"): number(1)}
    with pytest.raises(InvalidScenarioError, match="belongs to nothing"):
        read_scenario(scenario_text(replace(scenario, assumptions=misplaced)))


def test_every_role_of_the_example_has_a_cost_that_is_marked_as_assumed():
    shipped = example_scenario()
    for role in shipped.roles:
        cost = shipped.assumptions[at(f"role.{role.key}.cost")]
        assert cost.source.startswith("assumed: ")
        assert cost.low < cost.likely < cost.high
    # by hand: constables' scale with employer's pension of 35.3 % and National Insurance of 15 % above £5,000
    bottom, top = (pay * 1.353 + 0.15 * (pay - 5_000) for pay in (29_907, 48_231))
    pip2 = shipped.assumptions[at("role.pip2.cost")]
    assert bottom < pip2.low < pip2.likely < top < pip2.high
