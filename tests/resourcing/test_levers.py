"""What moving one number of a scenario promises: what makes it worse never looks better, in any month, and the other way.

The random numbers are common to both, so this holds exactly and not only on average.
"""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.resourcing.made_units import AS_AT, AWAY, at, chances, moved, wild
from vulncore.domain.periods import add_months
from vulncore.resourcing.chain import staffing
from vulncore.resourcing.scenario.addresses import Address
from vulncore.resourcing.scenario.fields import field_of
from vulncore.resourcing.scenario.link import example_scenario
from vulncore.resourcing.scenario.scenario import Assumption, Joiners, Scenario, fixed

PATHS, MONTHS = 300, 14
SHIPPED = example_scenario().where(at("role.safeguarding.most_cases"), fixed(3))  # a limit that it does pass
UNCERTAIN = (
    SHIPPED.where(at("unit.growth"), Assumption(-5, 2, 10))
    .where(at("unit.demand"), Assumption(80, 100, 130))
    .where(at("unit.life"), Assumption(70, 100, 120))
    .where(at("role.pip2.leave"), Assumption(5, 12, 30))
    .where(at("role.pip2.in_post"), Assumption(14, 16, 19))
    .where(at("role.pip2.full_time"), Assumption(80, 95, 100))
)
BASES = {"shipped": SHIPPED, "uncertain": UNCERTAIN}
ROLES, KINDS = ([part.key for part in parts] for parts in (SHIPPED.roles, SHIPPED.case_types))
STEP = {"hours": 80.0, "months": 12.0, "people": 4.0, "open cases": 10.0}  # at most; 40 of anything else
WORKING = [role.key for role in SHIPPED.working]
MORE_WORK = [
    *(at("unit.demand"), at("unit.growth"), at("unit.hours"), *(at(f"unit.{name}") for name in AWAY)),
    *(at(f"case.{kind}.demand") for kind in KINDS),
    *(key for key in SHIPPED.assumptions if ".hours." in key.key),
    at("case.domestic-abuse-non-crime.ratio"),
]
FEWER_THERE = [at(f"role.{role}.training_months") for role in ROLES]
COME_AND_GO = [at(f"role.{role}.{name}") for role in ROLES for name in ("leavers", "replace_months")]
LONGER_OPEN = [at("unit.life"), *(at(f"case.{kind}.open_months") for kind in KINDS)]
MORE_THERE = [
    *(at(f"role.{role}.{name}") for role in ROLES for name in ("in_post", "training_worth", "full_time")),
    *(at(f"role.{role}.on_cases") for role in WORKING),
    *(at(f"role.{role}.most_cases") for role in ("pip2", "safeguarding")),
    at("unit.week_hours"),
    *(at("role.ds.span"), at("role.di.span")),
]
cases = settings(max_examples=80)


@cache
def demand(times: float):
    return wild(MONTHS, PATHS, times=times)


@cache
def before(base: str, times: float):
    return chances(staffing(BASES[base], demand(times)))


def after(scenario: Scenario, times: float):
    return chances(staffing(scenario, demand(times)))


def raised(base: str, key: Address, part: float) -> Scenario:
    """The base with a number raised by part of what it can well be moved by."""
    field = field_of(key)
    by = part * STEP.get(field.unit, 40.0)
    return moved(BASES[base], key, round(by) if field.whole else by)


tried = {"base": st.sampled_from([*BASES]), "times": st.sampled_from([0.5, 1, 1.8]), "part": st.floats(0, 1)}


@cases
@given(key=st.sampled_from([*MORE_WORK, *FEWER_THERE]), **tried)
def test_more_work_or_fewer_people_never_make_a_shortage_or_too_many_cases_less_likely(
    key, base, times, part
):
    (short, over), (worse, fuller) = before(base, times), after(raised(base, key, part), times)
    assert (worse >= short).all()
    assert (fuller >= over).all()


@cases
@given(key=st.sampled_from(COME_AND_GO), **tried)
@example(key=at("role.pip2.leavers"), base="shipped", times=1.8, part=0.875)
def test_more_leavers_and_posts_filled_later_make_neither_less_likely_but_for_two_percent(
    key, base, times, part
):
    """Fewer leave posts that stand empty for longer; and where more left, more come back in the month in which others leave."""
    (short, over), (worse, fuller) = before(base, times), after(raised(base, key, part), times)
    assert (worse >= short - 0.02).all()
    assert (fuller >= over - 0.02).all()
    assert worse.sum() >= short.sum() - 0.02


@cases
@given(key=st.sampled_from(LONGER_OPEN), **tried)
def test_cases_open_for_longer_never_make_too_many_cases_less_likely(key, base, times, part):
    assert (after(raised(base, key, part), times)[1] >= before(base, times)[1]).all()


@cases
@given(key=st.sampled_from(MORE_THERE), **tried)
def test_more_people_or_time_or_a_higher_limit_never_make_a_shortage_or_too_many_cases_likelier(
    key, base, times, part
):
    (short, over), (better, emptier) = before(base, times), after(raised(base, key, part), times)
    assert (better <= short).all()
    assert (emptier <= over).all()


def test_more_people_in_post_never_make_a_shortage_likelier_however_many_leave():
    scenario = SHIPPED.where(at("role.pip2.leavers"), fixed(60)).where(
        at("role.pip2.replace_months"), fixed(20)
    )
    quiet = wild(40, 1_000, times=0.05)
    few, many = (
        chances(staffing(plan, quiet))[0][ROLES.index("pip2")]
        for plan in (scenario, moved(scenario, at("role.pip2.in_post"), 30))
    )
    assert (many <= few).all()


@settings(max_examples=40)
@given(
    st.sampled_from(ROLES),
    st.integers(-3, MONTHS + 3),
    st.integers(1, 9),
    st.booleans(),
    st.sampled_from([*BASES]),
)
def test_people_who_join_never_make_a_shortage_or_too_many_cases_likelier(role, month, people, trained, base):
    joins = Joiners(role, add_months(AS_AT, month), people, trained)
    (short, over), (better, emptier) = (
        before(base, 1),
        after(replace(BASES[base], joiners=(joins,)), 1),
    )
    assert (better <= short).all()
    assert (emptier <= over).all()
    if 1 <= month <= MONTHS and trained:
        assert better[ROLES.index(role)].sum() < short[ROLES.index(role)].sum()


@settings(max_examples=40)
@given(
    st.sampled_from([at(f"case.{kind}.share") for kind in KINDS]),
    st.floats(-60, 0),
    st.sampled_from([0.5, 1, 1.8]),
)
def test_a_higher_share_that_comes_makes_neither_less_likely_but_for_half_a_percent(key, by, times):
    less = after(moved(SHIPPED, key, by), times)
    for one, other in zip(before("shipped", times), less, strict=True):
        assert (one >= other - 0.005).all()


@settings(max_examples=40)
@given(st.sampled_from(AWAY), st.sampled_from(WORKING), st.floats(0, 25), st.floats(0, 25))
def test_an_abstraction_of_one_role_alone_makes_its_shortage_and_its_leaders_likelier_and_no_other(
    name, role, one, more
):
    key = at(f"role.{role}.{name}")
    (short, over), (worse, fuller) = (
        after(SHIPPED.where(key, fixed(value)), 1) for value in (one, one + more)
    )
    led = {role, *(["ds", "di"] if role != "vva" else [])}
    for place, other in enumerate(ROLES):
        assert (worse[place] >= short[place]).all()
        if other not in led:
            assert np.array_equal(worse[place], short[place])
    assert np.array_equal(fuller, over)


@pytest.mark.parametrize(
    "lever", ["unit.demand", "unit.hours", "unit.leave", "role.pip2.leavers", "role.pip2.in_post"]
)
def test_each_lever_moves_something(lever):
    short = before("shipped", 1)[0][ROLES.index("pip2")].sum()
    moved_to = after(moved(SHIPPED, at(lever), 5), 1)[0][ROLES.index("pip2")].sum()
    assert moved_to < short if lever.endswith("in_post") else moved_to > short


@pytest.mark.parametrize("lever", ["unit.at_once", "unit.together", "role.pip2.posts"])
def test_what_is_neither_more_work_nor_fewer_people_leaves_who_is_there_and_who_is_open_with_them_alone(
    lever,
):
    one, other = (staffing(scenario, demand(1)) for scenario in (SHIPPED, moved(SHIPPED, at(lever), 3)))
    assert all(np.array_equal(one.there[role], other.there[role]) for role in ROLES)
    if lever == "role.pip2.posts":
        assert np.array_equal(before("shipped", 1)[0], chances(other)[0])
