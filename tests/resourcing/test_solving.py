"""What vulncore.resourcing.solving promises of how many more are needed, and by when."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.resourcing.made_units import AS_AT, by_chance, steady, unit, wild
from vulncore.domain.errors import InvalidScenarioError
from vulncore.domain.periods import add_months
from vulncore.resourcing.chain import Staffing, staffing
from vulncore.resourcing.scenario.link import example_scenario
from vulncore.resourcing.scenario.scenario import Joiners
from vulncore.resourcing.solving import (
    Condition,
    MoreNeeded,
    StaffingTarget,
    more_needed,
    parse_condition,
    with_more,
)

MONTHS, PATHS = 20, 401  # of so many paths no share is a round number
BUSY = {
    "officer": {
        "in_post": 6,
        "leavers": (8, 15, 30),
        "replace_months": (1, 4, 9),
        "training_months": (2, 6, 10),
    }
}
OPEN = {"fraud": {"open_months": (3, 5, 8), "varies": 100, "hours": {"officer": (40, 60, 90)}}}
MADE = unit(BUSY, OPEN, growth=(0, 8, 20), leave=(8, 12, 15))
PART_TIME = unit({"officer": {**BUSY["officer"], "full_time": (30, 55, 80)}}, OPEN)
CERTAIN = unit({"officer": {"in_post": 4}}, {"fraud": {"hours": {"officer": 60}}})
JOINED = replace(MADE, joiners=(Joiners("officer", date(2025, 6, 1), 3),))
LED = unit(
    {**BUSY, "sergeant": {"supervises": ("officer",), "in_post": 1, "leavers": 20, "replace_months": 6}}, OPEN
)
SHIPPED = example_scenario()
UNITS = {
    "made": MADE,
    "part time": PART_TIME,
    "certain": CERTAIN,
    "joined": JOINED,
    "led": LED,
    "shipped": SHIPPED,
}
ROLES = {"shipped": ("pip2", "safeguarding", "vva", "ds", "di")}
HOLDERS = {"shipped": ("pip2", "safeguarding")}
DEMAND = {
    **dict.fromkeys(UNITS, by_chance(16, MONTHS, PATHS)),
    "shipped": wild(MONTHS, PATHS),
}
SIMULATED = {name: staffing(scenario, DEMAND[name]) for name, scenario in UNITS.items()}


def month(ahead: int) -> date:
    return add_months(AS_AT, ahead)


def chance(simulated: Staffing, target: StaffingTarget) -> np.ndarray:
    """How likely it is in each month asked about, counted on the paths."""
    first, last = (
        (end.year - AS_AT.year) * 12 + end.month - AS_AT.month for end in (target.since, target.until)
    )
    if target.condition is Condition.CASELOAD:
        passed = simulated.caseload[target.role] > target.limit
    else:
        passed = simulated.needed[target.role] - simulated.there[target.role] > target.limit
    return passed.mean(axis=0)[first - 1 : last]


def again(name: str, more: MoreNeeded) -> np.ndarray:
    return chance(staffing(with_more(UNITS[name], more), DEMAND[name]), more.target)


@st.composite
def questions(draw) -> tuple[str, StaffingTarget]:
    name = draw(st.sampled_from([*UNITS]))
    condition = draw(st.sampled_from(Condition))
    roles = HOLDERS if condition is Condition.CASELOAD else ROLES
    limits = st.floats(0.5, 40) if condition is Condition.CASELOAD else st.floats(0, 5)
    since = draw(st.integers(1, MONTHS))
    target = StaffingTarget(
        draw(
            st.sampled_from(
                roles.get(name, ("officer", "sergeant") if name == "led" and roles is ROLES else ("officer",))
            )
        ),
        condition,
        draw(limits),
        draw(st.sampled_from([0.001, 0.05, 0.1, 0.2, 0.5, 0.9, 0.999]) | st.floats(0.001, 0.999)),
        month(since),
        month(draw(st.integers(since, MONTHS))),
    )
    return name, target


@settings(max_examples=60)
@given(questions())
def test_with_those_found_it_is_no_likelier_than_asked_in_any_month_and_with_one_fewer_it_is(drawn):
    name, target = drawn
    more = more_needed(SIMULATED[name], target)
    assert (again(name, more) <= target.probability).all()
    for place, (begins, people) in enumerate(more.steps):
        fewer = (*more.steps[:place], *([(begins, people - 1)] if people > 1 else []))
        after = again(name, replace(more, steps=fewer))
        at = (begins.year - target.since.year) * 12 + begins.month - target.since.month
        assert after[at] > target.probability


@settings(max_examples=60)
@given(questions())
def test_the_highest_chances_without_and_with_them_are_those_worked_out(drawn):
    name, target = drawn
    solved = more_needed(SIMULATED[name], target)
    assert solved.target == target
    assert solved.before == pytest.approx(chance(SIMULATED[name], target).max(), abs=1e-12)
    assert solved.after == pytest.approx(again(name, solved).max(), abs=1e-12)
    assert solved.more == sum(people for _, people in solved.steps)
    assert all(people > 0 for _, people in solved.steps)
    begins = [step for step, _ in solved.steps]
    assert begins == sorted(set(begins))
    assert all(target.since <= begin <= target.until for begin in begins)
    assert (solved.steps == ()) == (solved.before <= target.probability)


def test_by_hand_where_all_is_certain():
    scenario = unit({"officer": {"in_post": 4}}, {"fraud": {"hours": {"officer": 100}}}, at_once=100)
    simulated = staffing(scenario, steady(12, months=6))  # 1,200 hours of 173.93 each: 6.9 officers
    more = more_needed(simulated, StaffingTarget("officer", Condition.SHORT, 0, 0.1, month(1), month(6)))
    assert more.steps == ((date(2024, 11, 1), 3),)
    assert (more.before, more.after) == (1, 0)
    spare = StaffingTarget("officer", Condition.SHORT, 2, 0.1, month(3), month(6))
    assert more_needed(simulated, spare).steps == ((date(2025, 1, 1), 1),)


def test_part_time_people_are_asked_for_until_their_hours_are_enough():
    scenario = unit(
        {"officer": {"in_post": 8, "full_time": 50}}, {"fraud": {"hours": {"officer": 100}}}, at_once=100
    )
    simulated = staffing(scenario, steady(12, months=6))
    more = more_needed(simulated, StaffingTarget("officer", Condition.SHORT, 0, 0.1, month(1), month(6)))
    assert more.steps == ((date(2024, 11, 1), 6),)  # 2.9 full-time officers wanting, each of them half a one


@pytest.mark.parametrize("tenths", range(1, 10))
def test_no_more_are_asked_for_than_the_probability_asks_for(tenths):
    wanting = np.arange(10)[:, None] + 0.5  # ten paths: with k more, those still wanting are 10 − k
    none = {"officer": np.zeros((10, 1))}
    simulated = Staffing(unit(), AS_AT, {"officer": wanting}, none, none, none)
    target = StaffingTarget("officer", Condition.SHORT, 0, tenths / 10, month(1), month(1))
    assert more_needed(simulated, target).more == 10 - tenths


@pytest.mark.parametrize("condition", Condition)
def test_where_it_is_fine_already_nobody_is_needed(condition):
    simulated = staffing(unit({"officer": {"in_post": 500}}), DEMAND["made"])
    solved = more_needed(simulated, StaffingTarget("officer", condition, 5, 0.1, month(1), month(MONTHS)))
    assert (solved.steps, solved.more, solved.too_late(AS_AT)) == ((), 0, 0)
    assert (solved.before, solved.after) == (0, 0)
    assert with_more(simulated.scenario, solved) == simulated.scenario


def test_months_before_those_asked_about_want_nobody():
    more = more_needed(
        SIMULATED["made"], StaffingTarget("officer", Condition.CASELOAD, 6, 0.1, month(9), month(9))
    )
    assert [step for step, _ in more.steps] == [month(9)]


@pytest.mark.parametrize(("months", "earlier"), [(0, 0), (6, 6), (6.2, 7), ((2, 4.5, 9), 5)])
def test_the_untrained_would_start_as_many_months_earlier_as_they_likeliest_train(months, earlier):
    scenario = unit({"officer": {"in_post": 1, "training_months": months}}, OPEN)
    simulated = staffing(scenario, DEMAND["made"])
    more = more_needed(simulated, StaffingTarget("officer", Condition.CASELOAD, 10, 0.1, month(4), month(12)))
    assert more.training_months == earlier
    assert more.steps[0][0] == month(4)
    for begins, _ in more.steps:
        start = add_months(begins, -earlier)
        assert more.starts(begins, AS_AT) == (start if start >= month(1) else None)
    late = [people for begins, people in more.steps if add_months(begins, -earlier) < month(1)]
    assert more.too_late(AS_AT) == sum(late)
    assert bool(late) == (earlier > 3)


def test_those_found_join_trained_beside_those_who_join_anyway():
    more = more_needed(
        SIMULATED["joined"], StaffingTarget("officer", Condition.CASELOAD, 8, 0.1, month(1), month(9))
    )
    together = with_more(JOINED, more).joiners
    assert together[0] == JOINED.joiners[0]
    assert together[1:] == tuple(Joiners("officer", step, people, True) for step, people in more.steps)
    assert len(together) > 1


def test_those_found_and_those_who_begin_with_them_are_one_group():
    target = StaffingTarget("officer", Condition.CASELOAD, 8, 0.1, month(1), month(1))
    solved = MoreNeeded(target, ((month(1), 4), (month(3), 2)), 0, 1.0, 0.1)
    every = [
        ("officer", 1, 3, True),
        ("officer", 1, 5, False),
        ("other", 1, 7, True),
        ("officer", 1, 1, True),
    ]
    already = [Joiners(role, month(ahead), people, trained) for role, ahead, people, trained in every]
    merged = with_more(unit({"officer": {}, "other": {}}, joiners=already), solved).joiners

    def people(joiners) -> dict:
        total: dict = {}
        for group in joiners:
            key = group.role, group.month, group.trained
            total[key] = total.get(key, 0) + group.people
        return total

    more = [Joiners("officer", month(1), 4, True), Joiners("officer", month(3), 2, True)]
    assert people(merged) == people([*already, *more])
    assert len(merged) == len(people(merged))


def test_a_lower_probability_or_limit_never_asks_for_fewer():
    def more(limit: float, probability: float) -> int:
        target = StaffingTarget("officer", Condition.CASELOAD, limit, probability, month(1), month(1))
        return more_needed(SIMULATED["made"], target).more

    by_limit, by_chance = (
        [more(limit, 0.1) for limit in (3, 5, 8, 13)],
        [more(8, p) for p in (0.01, 0.1, 0.5, 0.9)],
    )
    assert by_limit == sorted(by_limit, reverse=True)
    assert by_chance == sorted(by_chance, reverse=True)
    assert by_limit[0] > by_limit[-1]
    assert by_chance[0] > by_chance[-1]


CASELOAD = StaffingTarget("officer", Condition.CASELOAD, 5, 0.1, month(1), month(MONTHS))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"role": "nobody"}, r"No role 'nobody' holds cases\. Choose one of: officer\."),
        ({"role": "sergeant"}, r"No role 'sergeant' holds cases\. Choose one of: officer\."),
        (
            {"role": "nobody", "condition": Condition.SHORT},
            r"No role 'nobody' is in the scenario\. Choose one of: officer, sergeant\.",
        ),
        ({"role": "x" * 90}, rf"No role '{'x' * 40}' holds"),
        ({"probability": 0.0009}, r"probability of 0\.0009 is out of range\. Give 0\.001 to 0\.999\."),
        ({"probability": 1}, "probability of 1 is out of range"),
        ({"probability": -0.2}, r"probability of -0\.2 is out of range"),
        ({"probability": float("nan")}, "probability of nan is out of range"),
        ({"limit": 0}, r"limit of 0 cases is out of range\. Give more than 0\."),
        ({"limit": -3}, "limit of -3 cases is out of range"),
        ({"limit": -1, "condition": Condition.SHORT}, r"limit of -1 is out of range\. Give 0 or more\."),
        ({"since": AS_AT}, r"2024-10 is not in the future\. Give 2024-11 to 2026-06\."),
        ({"since": date(1999, 1, 1)}, "1999-01 is not in the future"),
        ({"until": month(MONTHS + 1)}, "2026-07 is after the last month of the forecast"),
        ({"since": month(4), "until": month(3)}, r"2025-01 is before 2025-02\. Give the first month, then"),
        ({"limit": 0.001}, r"More than 2,000 people would be needed\. Check the limit"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_and_told_why(change, message):
    with pytest.raises(InvalidScenarioError, match=message):
        more_needed(SIMULATED["led"], replace(CASELOAD, **change))


@pytest.mark.parametrize("limit", [float("nan"), float("inf"), float("-inf"), 1e6])
@pytest.mark.parametrize("condition", Condition)
def test_a_limit_that_is_no_number_or_beyond_any_is_refused(condition, limit):
    with pytest.raises(InvalidScenarioError, match=f"limit of {limit:g}".replace("+", r"\+")):
        more_needed(SIMULATED["led"], replace(CASELOAD, condition=condition, limit=limit))


@pytest.mark.parametrize("full_time", range(1, 101, 3))
def test_those_found_are_enough_even_where_rounding_is_all_that_lacks(full_time):
    for people in (1, 3, 7, 11):
        wanting = np.nextafter(people * (full_time / 100), 2_000)  # a hair more than so many of them do
        none = {"officer": np.zeros((1, 1))}
        scenario = unit({"officer": {"full_time": full_time}})
        simulated = Staffing(scenario, AS_AT, {"officer": np.array([[wanting]])}, none, none, none)
        more = more_needed(simulated, StaffingTarget("officer", Condition.SHORT, 0, 0.1, month(1), month(1)))
        assert more.after == 0


@pytest.mark.parametrize(
    ("text", "condition", "limit"),
    [
        ("caseload > 15", Condition.CASELOAD, 15),
        ("caseload>15", Condition.CASELOAD, 15),
        ("  short   >  0 ", Condition.SHORT, 0),
        ("short > 2.5", Condition.SHORT, 2.5),
        ("caseload > .5", Condition.CASELOAD, 0.5),
        ("short\t>\n1.", Condition.SHORT, 1),
    ],
)
def test_a_condition_is_read_as_it_is_written(text, condition, limit):
    assert parse_condition(text) == (condition, limit)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ">",
        "caseload",
        "caseload 15",
        "caseload < 15",
        "caseload >= 15",
        "caseload > > 15",
        "caseload > 15 > 3",
        "caseload > -1",
        "caseload > 1e3",
        "caseload > nan",
        "caseload > inf",
        "caseload > 1_0",
        "caseload > 0x10",
        "caseload > ٣",
        "caseload > 1 5",
        "caseload > 1.2.3",
        "caseload > .",
        "caseload > ²",
        "caseload > 1000000000000",
        "Caseload > 15",
        "CASELOAD > 15",
        "needed > 3",
        "15 > caseload",
        "short>0; drop table",
        "caseload > 15'",
        "<script>alert(1)</script>",
        "caseload > 9" * 2_000,
        "caseload > 15\x00",
    ],
)
def test_anything_else_is_no_condition(text):
    with pytest.raises(
        InvalidScenarioError, match=r"is not a condition\. Write 'caseload > 15' or 'short > 0'\."
    ) as refusal:
        parse_condition(text)
    assert len(str(refusal.value)) < 130


@settings(deadline=None)
@given(st.text(max_size=40) | st.text("caseloadshrt >.0123456789e-", max_size=20))
@example("short > ")
def test_no_text_does_anything_but_be_read_or_refused(text):
    try:
        condition, limit = parse_condition(text)
    except InvalidScenarioError:
        return
    assert condition in Condition
    assert 0 <= limit < 1e9
