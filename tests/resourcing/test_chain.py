"""What vulncore.resourcing.chain promises of the way from demand to officers."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy.stats import poisson, spearmanr

from tests.resourcing.made_units import (
    AS_AT,
    AWAY,
    MONTH_HOURS,
    at,
    by_chance,
    moved,
    number,
    steady,
    unit,
    wild,
)
from vulncore.resourcing import draws
from vulncore.resourcing.chain import Incoming, Inputs, Staffing, staffing, staffing_from
from vulncore.resourcing.scenario.link import example_scenario
from vulncore.resourcing.scenario.scenario import Joiners, Scenario, fixed

MANY = 20_000
LEADS = {"officer": {}, "sergeant": {"supervises": ("officer",)}}
ABSTRACTED = {"leave": 12, "sickness": 5, "training": 4, "court": 3, "mutual_aid": 1}


def all_at(values: np.ndarray) -> float:
    """The one number that stands everywhere."""
    assert np.ptp(values) <= 1e-9 * np.abs(values).max()
    return float(values[0, 0])


def officers(simulated: Staffing, role: str = "officer") -> float:
    return all_at(simulated.needed[role])


def expected(scenario: Scenario, incoming: Incoming) -> Staffing:
    """What certain numbers come to without chance."""
    of = {key: np.array([[assumption.likely]]) for key, assumption in scenario.assumptions.items()}
    return staffing_from(scenario, incoming, Inputs(of, chance=False))


def test_hours_and_officers_of_certain_numbers_by_hand():
    scenario = unit(
        {"officer": {"on_cases": 70, "in_post": 9, "full_time": 80}},
        {"fraud": {"hours": {"officer": 12}, "share": 50, "open_months": 3}},
        **ABSTRACTED,
        hours=110,
    )
    simulated = expected(scenario, steady(40))
    hours, a_month = 40 * 0.5 * 12 * 1.1, 40 * 365.25 / 7 / 12 * 0.75 * 0.70
    assert all_at(simulated.hours["officer"]) == pytest.approx(hours)
    assert officers(simulated) == pytest.approx(hours / a_month)
    by_chance = staffing(scenario, steady(40, months=3, paths=MANY))
    assert by_chance.hours["officer"].mean(axis=0) == pytest.approx(np.full(3, hours), rel=0.01)
    assert by_chance.needed["officer"] == pytest.approx(by_chance.hours["officer"] / a_month)
    assert (by_chance.there["officer"] == 9 * 0.8).all()
    assert by_chance.as_at == AS_AT
    assert by_chance.scenario is scenario


def test_open_cases_without_chance_are_cases_a_month_times_months_open():
    scenario = unit(cases={"fraud": {"share": 25, "open_months": 6}}, life=50)
    simulated = expected(scenario, steady(40))
    assert all_at(simulated.open_cases["officer"]) == pytest.approx(40 * 0.25 * 6 * 0.5)
    assert all_at(simulated.caseload["officer"]) == pytest.approx(40 * 0.25 * 6 * 0.5 / 10)


@pytest.mark.parametrize("growth", [12, -20])
def test_demand_grows_by_so_much_a_year_from_next_month_on_and_levels_multiply(growth):
    scenario = unit(cases={"fraud": {"demand": 150}}, at_once=100, demand=110, growth=growth)
    level = 1.1 * 1.5 * (1 + growth / 100) ** (np.arange(1, 13) / 12)
    assert staffing(scenario, steady(8)).hours["officer"][0] == pytest.approx(8 * 10 * level)


def test_levels_and_growth_are_of_cases_ahead_and_leave_those_open_now_alone():
    scenario = unit(cases={"fraud": {"open_months": 60}}, demand=0, growth=100)
    simulated = expected(scenario, steady(8))
    assert simulated.open_cases["officer"][0] == pytest.approx(8 * 60 * np.exp(-np.arange(1, 13) / 60))


def test_every_role_works_its_own_hours_and_the_holder_alone_holds():
    scenario = unit(
        {"officer": {}, "advocate": {"week_hours": 20, "on_cases": 50}},
        {
            "fraud": {"hours": {"officer": 10, "advocate": 2}},
            "arson": {"hours": {"officer": 30}, "share": 50},
        },
    )
    simulated = expected(scenario, steady({"fraud": 8, "arson": 3}))
    assert all_at(simulated.hours["officer"]) == pytest.approx(8 * 10 + 1.5 * 30)
    assert all_at(simulated.hours["advocate"]) == pytest.approx(8 * 2)
    assert officers(simulated, "advocate") == pytest.approx(16 / (MONTH_HOURS / 2 * 0.5))
    assert list(simulated.open_cases) == list(simulated.caseload) == ["officer"]


@pytest.mark.parametrize("name", AWAY)
def test_a_role_is_away_for_as_long_as_its_own_number_says_in_place_of_the_units(name):
    roles = {"officer": {}, "other": {name: 50}}
    cases = {"fraud": {"hours": {"officer": 10, "other": 10}}}
    simulated = expected(unit(roles, cases, **{**dict.fromkeys(AWAY, 5), name: 10}), steady(8))
    assert officers(simulated) == pytest.approx(80 / (MONTH_HOURS * 0.7))
    assert officers(simulated, "other") == pytest.approx(80 / (MONTH_HOURS * 0.3))


def test_those_who_lead_are_needed_in_proportion_and_at_least_so_many():
    roles = {
        "sergeant": {"supervises": ("officer", "advocate"), "span": 2},
        "inspector": {"supervises": ("sergeant",), "span": 4, "at_least": 1},
        "officer": {},
        "advocate": {},
    }
    cases = {"fraud": {"hours": {"officer": 3 * MONTH_HOURS, "advocate": MONTH_HOURS}}}
    many, few = (expected(unit(roles, cases), steady(rate)) for rate in (10, 0.5))
    assert [officers(many, role) for role in roles] == pytest.approx([20, 5, 30, 10])
    assert [officers(few, role) for role in roles] == pytest.approx([1, 1, 1.5, 0.5])
    assert set(many.needed) == set(many.there) == set(roles)


def test_a_role_can_lead_others_and_those_who_lead_them_whatever_the_order():
    roles = {
        "chief": {"supervises": ("sergeant", "officer"), "span": 10},
        "officer": {},
        "sergeant": {"supervises": ("officer",), "span": 5},
    }
    simulated = expected(unit(roles, {"fraud": {"hours": {"officer": MONTH_HOURS}}}), steady(20))
    assert officers(simulated, "chief") == pytest.approx((20 + 4) / 10)


def test_a_role_that_is_named_twice_is_led_once():
    roles = {"officer": {}, "sergeant": {"supervises": ("officer", "officer"), "span": 5}}
    simulated = expected(unit(roles, {"fraud": {"hours": {"officer": MONTH_HOURS}}}), steady(20))
    assert officers(simulated, "sergeant") == pytest.approx(20 / 5)


def test_a_sergeant_is_there_in_working_time_like_anybody_else():
    roles = {**LEADS, "sergeant": {"supervises": ("officer",), "in_post": 3, "full_time": 50}}
    assert staffing(unit(roles), steady(8)).there["sergeant"] == pytest.approx(np.full((2, 12), 1.5))


def derived(**incoming: float) -> Staffing:
    cases = {
        "fraud": {"hours": {"officer": 10}, "share": 50},
        "scam": {"hours": {"officer": 1}, "derived_from": "fraud", "ratio": 3, "share": 80},
    }
    return expected(unit(cases=cases), steady(incoming))


def test_a_kind_without_figures_of_its_own_comes_as_so_many_for_each_case_of_the_other():
    assert all_at(derived(fraud=8).hours["officer"]) == pytest.approx(8 * 0.5 * 10 + 8 * 3 * 0.8 * 1)


def test_a_kind_with_figures_of_its_own_comes_as_they_say():
    assert all_at(derived(fraud=8, scam=5).hours["officer"]) == pytest.approx(8 * 0.5 * 10 + 5 * 0.8 * 1)
    assert all_at(derived(scam=5).hours["officer"]) == pytest.approx(5 * 0.8 * 1)


def test_a_kind_that_is_not_in_the_data_does_not_come():
    simulated = derived(arson=100)
    assert not simulated.hours["officer"].any()
    assert not simulated.needed["officer"].any()
    assert not simulated.caseload["officer"].any()


def test_a_derived_kind_comes_one_by_one_of_the_cases_that_it_derives_from():
    cases = {
        "fraud": {"hours": {"officer": 1}},
        "scam": {
            "held_by": "other",
            "hours": {"other": 1},
            "derived_from": "fraud",
            "ratio": 1.5,
            "share": 80,
        },
    }
    incoming = by_chance(50, 6, 4_000)
    simulated = staffing(unit({"officer": {}, "other": {}}, cases, at_once=100, together=30), incoming)
    counted = np.random.default_rng(8).poisson(incoming.paths["fraud"] * 1.5 * 0.8)
    one, other = (simulated.hours[role].sum(axis=1) for role in ("officer", "other"))
    both = np.corrcoef(incoming.paths["fraud"].sum(axis=1), counted.sum(axis=1))[0, 1]
    assert np.corrcoef(one, other)[0, 1] == pytest.approx(both, abs=0.05)
    assert simulated.hours["other"].mean() == pytest.approx(counted.mean(), rel=0.01)
    assert simulated.hours["other"].std() == pytest.approx(counted.std(), rel=0.03)


@pytest.mark.parametrize(("life", "share"), [(2, 100), (5, 100), (11, 100), (5, 40), (11, 9)])
def test_in_a_steady_state_open_cases_are_poisson_whatever_share_comes_to_the_unit(life, share):
    months = int(6 * life) + 1
    rate = 30 / life / share * 100  # so that 30 are open on average
    scenario = unit({"officer": {"in_post": 1}}, {"fraud": {"open_months": life, "share": share}})
    last = staffing(scenario, by_chance(rate, months, MANY)).caseload["officer"][:, -1]
    assert last.mean() == pytest.approx(30, rel=0.01)
    assert last.var() == pytest.approx(30, rel=0.06)
    for limit in (22, 26, 30, 34, 38, 42):
        chance = (last > limit + 0.5).mean()  # between two whole numbers of cases
        assert chance == pytest.approx(poisson.sf(limit, 30), abs=0.015), limit
        error = 5 * np.sqrt(0.25 / MANY)
        assert poisson.sf(limit, 30) - error <= (last > limit).mean() <= poisson.sf(limit - 1, 30) + error


def single_cases(came: np.ndarray, share: float, hours: float, varies: float, seed: int) -> np.ndarray:
    """Each month's hours of cases that come to the unit one by one, each with an effort of its own."""
    rng = np.random.default_rng(seed)
    cases = rng.binomial(came.astype(int), share)
    case = np.repeat(np.arange(cases.size), cases.ravel())
    shape = 1 / varies**2
    spent = rng.gamma(shape, hours / shape, len(case))
    return np.bincount(case, spent, minlength=cases.size).reshape(cases.shape)


@pytest.mark.parametrize(("share", "varies"), [(100, 100), (60, 80), (25, 200), (9, 50)])
def test_hours_spread_as_those_of_single_cases_do(share, varies):
    incoming = by_chance(2_000 / share, 3, MANY)
    scenario = unit(cases={"fraud": {"share": share, "varies": varies}}, at_once=100)
    simulated = staffing(scenario, incoming).hours["officer"]
    counted = single_cases(incoming.paths["fraud"], share / 100, 10, varies / 100, seed=2)
    assert simulated.mean(axis=0) == pytest.approx(counted.mean(axis=0), rel=0.02)
    assert simulated.std(axis=0) == pytest.approx(counted.std(axis=0), rel=0.04)
    for level, apart in {0.1: 0.05, 0.5: 0.05, 0.9: 0.05, 0.98: 0.1}.items():
        theirs, by_one = (np.quantile(array, level) for array in (simulated, counted))
        assert theirs == pytest.approx(by_one, abs=apart * counted.std()), level


def one_by_one(rate, life, varies, at_once, share, months, paths) -> tuple[np.ndarray, np.ndarray]:
    """Each month's hours, and the cases open at its end, of single cases worked on evenly while they are open."""
    rng = np.random.default_rng(4)
    past = int(8 * life) + 12  # as many in each month before, and by chance from then on
    came = np.hstack([np.full((paths, past), rate), rng.poisson(rate, (paths, months))])
    mine = rng.binomial(came, share)
    path, month = np.divmod(np.repeat(np.arange(mine.size), mine.ravel()), past + months)
    arrives, stays = month - past + rng.random(len(month)), rng.exponential(life, len(month))
    effort = rng.gamma(1 / varies**2, 10 * varies**2, len(month))
    spent, opened = [], []
    for ahead in range(months):
        busy = (np.minimum(arrives + stays, ahead + 1) - np.maximum(arrives, ahead)).clip(0) / stays
        first = at_once * ((arrives >= ahead) & (arrives < ahead + 1))
        spent.append(np.bincount(path, effort * (first + (1 - at_once) * busy), paths))
        opened.append(np.bincount(path, (arrives < ahead + 1) & (arrives + stays > ahead + 1), paths))
    return np.array(spent).T, np.array(opened).T


@pytest.mark.parametrize(
    ("life", "varies", "at_once", "share"),
    [(0.5, 1.0, 0.1, 1.0), (3, 1.0, 0.1, 1.0), (8, 0.8, 0.0, 1.0), (3, 0.5, 0.2, 0.5)],
)
def test_months_spread_as_those_of_single_cases_worked_on_while_they_are_open(life, varies, at_once, share):
    counted, open_then = one_by_one(20, life, varies, at_once, share, 6, 2_000)
    kind = {"varies": 100 * varies, "open_months": life, "share": 100 * share}
    simulated = staffing(
        unit(cases={"fraud": kind}, at_once=100 * at_once), by_chance(20, 6, MANY, before=120)
    )
    worked, opened = simulated.hours["officer"], simulated.open_cases["officer"]
    assert worked.mean(axis=0) == pytest.approx(counted.mean(axis=0), rel=0.03)
    assert worked.std(axis=0) == pytest.approx(counted.std(axis=0), rel=0.1)
    assert opened.mean(axis=0) == pytest.approx(open_then.mean(axis=0), rel=0.03)
    assert opened.std(axis=0) == pytest.approx(open_then.std(axis=0), rel=0.1)
    years = worked.sum(axis=1).std(), counted.sum(axis=1).std()
    assert years[0] == pytest.approx(years[1], rel=0.2)  # each month scatters by itself


@pytest.mark.parametrize(
    ("life", "varies", "at_once", "share"),
    [(0.5, 0.3, 0, 1.0), (2, 0.8, 0, 1.0), (6, 1.5, 0, 1.0), (2, 1.0, 0.1, 0.4)],
)
def test_officers_needed_soon_and_late_spread_as_the_work_on_single_cases(life, varies, at_once, share):
    counted = one_by_one(20, life, varies, at_once, share, 20, 1_200)[0][:, [0, 19]]
    kind = {"varies": 100 * varies, "open_months": life, "share": 100 * share}
    simulated = staffing(unit(cases={"fraud": kind}, at_once=100 * at_once), by_chance(20, 20, MANY))
    hours = simulated.needed["officer"][:, [0, 19]] * MONTH_HOURS
    assert hours.mean(axis=0) == pytest.approx(counted.mean(axis=0), rel=0.03)
    assert hours.std(axis=0) == pytest.approx(counted.std(axis=0), rel=0.1)


def test_work_left_on_cases_open_now_is_by_chance_more_or_less_on_a_path_for_all_its_months():
    scenario = unit(cases={"fraud": {"open_months": 12, "varies": 300}}, demand=0)
    worked = staffing(scenario, steady(12, 12, MANY)).hours["officer"]
    assert worked.mean(axis=0) == pytest.approx(expected(scenario, steady(12)).hours["officer"][0], rel=0.03)
    for month in (1, 11):  # beside what each month scatters by itself
        assert np.corrcoef(worked[:, 0], worked[:, month])[0, 1] > 0.08, month


def test_cases_open_by_chance_are_still_so_a_month_later_as_far_as_memory_says():
    open_cases = staffing(unit(cases={"fraud": {"open_months": 6}}), steady(20, 8, MANY)).open_cases[
        "officer"
    ]
    assert open_cases.mean(axis=0) == pytest.approx(np.full(8, 120), rel=0.01)
    for apart in (1, 2, 4):
        correlation = np.corrcoef(open_cases[:, 2], open_cases[:, 2 + apart])[0, 1]
        assert correlation == pytest.approx(0.8**apart, abs=0.03)


@pytest.mark.parametrize("together", [0, 30, 100])
def test_kinds_move_together_as_asked_and_each_by_itself_is_as_it_was(together):
    kinds = {"fraud": "officer", "arson": "other"}
    cases = {kind: {"held_by": role, "hours": {role: 1}} for kind, role in kinds.items()}
    scenario = unit({"officer": {}, "other": {}}, cases, at_once=100, together=together)
    rng = np.random.default_rng(5)
    paths = {kind: np.round(100 * rng.gamma(9, 1 / 9, (2_000, 1))) * np.ones((1, 6)) for kind in kinds}
    simulated = staffing(scenario, replace(steady({"fraud": 100, "arson": 100}), paths=paths))
    totals = {kind: simulated.hours[role].sum(axis=1) for kind, role in kinds.items()}
    for kind, total in totals.items():
        assert np.sort(total) == pytest.approx(np.sort(paths[kind].sum(axis=1)))
    expected = 6 / np.pi * np.arcsin(together / 200)
    assert spearmanr(*totals.values()).statistic == pytest.approx(expected, abs=0.06)


def test_months_of_a_path_stay_together_when_kinds_are_paired():
    incoming = wild(6, 300)
    scenario = unit(at_once=100, together=50)
    simulated = staffing(
        scenario, replace(incoming, paths={"fraud": incoming.paths["rape"]}, recorded={"fraud": np.ones(3)})
    )
    assert sorted(map(tuple, np.round(simulated.hours["officer"] / 10))) == sorted(
        map(tuple, incoming.paths["rape"])
    )


def test_people_who_join_are_there_from_their_month_in_working_time():
    joiners = [
        Joiners("officer", date(2025, 1, 1), 4, trained=True),
        Joiners("officer", AS_AT, 100, trained=True),
        Joiners("officer", date(2020, 1, 1), 100),
        Joiners("officer", date(2030, 1, 1), 100),
        Joiners("other", date(2025, 1, 1), 100),
    ]
    roles = {"officer": {"full_time": 50}, "other": {}}
    simulated = staffing(unit(roles, joiners=joiners), steady(months=5))
    assert simulated.there["officer"][0].tolist() == [5, 5, 7, 7, 7]


def test_untrained_joiners_are_worth_what_those_in_training_are():
    joiners = [Joiners("officer", date(2024, 12, 1), 2)]
    roles = {"officer": {"training_months": 2, "training_worth": 25}}
    simulated = staffing(unit(roles, joiners=joiners), steady(months=5))
    assert simulated.there["officer"][0] == pytest.approx([10, 10.5, 10.5, 12, 12])


def test_leavers_are_missed_until_they_are_replaced_and_trained():
    roles = {"officer": {"leavers": 12, "replace_months": 4, "training_months": 10, "training_worth": 40}}
    simulated = expected(unit(roles), steady(months=20))
    taught = (1 - np.exp(-0.01 * 10)) / 0.01  # months, some of whom leave before the end of them
    missing = (4 + 0.6 * taught) / (1 / 0.01 + 4)
    assert simulated.there["officer"][0, -1] == pytest.approx(10 - 10 * missing)


def test_who_leaves_one_role_has_nothing_to_do_with_who_leaves_another():
    goes = {"in_post": 20, "leavers": 30, "replace_months": 4}
    simulated = staffing(unit({"officer": goes, "other": goes}), steady(months=6, paths=4_000))
    one, other = (simulated.there[role].sum(axis=1) for role in ("officer", "other"))
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.06


def test_where_nobody_is_there_the_caseload_is_endless_and_of_no_case_none():
    simulated = staffing(unit({"officer": {"in_post": 0}}), steady(8))
    assert np.isinf(simulated.caseload["officer"]).all()
    empty = staffing(unit({"officer": {"in_post": 0}}), steady(0))
    assert not empty.caseload["officer"].any()


def test_the_same_demand_and_scenario_give_the_same_figures():
    first = staffing(example_scenario(), wild(6, 100))
    for of in (draws.levels, draws.normals, draws.uniforms):
        of.cache_clear()
    again = staffing(example_scenario(), wild(6, 100))
    for part in ("needed", "there", "open_cases", "hours"):
        one, other = getattr(first, part), getattr(again, part)
        assert list(one) == list(other)
        assert all(np.array_equal(one[role], other[role]) for role in one), part


CHANGES = {  # what a change of one number may touch
    "role.soit.leavers": {("there", "soit")},
    "role.pip2.in_post": {("there", "pip2")},
    "role.pip2.on_cases": {("needed", role) for role in ("pip2", "ds", "di")},
    "case.rape.hours.soit": {
        ("hours", "soit"),
        *[("needed", role) for role in ("soit", "ds", "di")],
    },
    "case.domestic-abuse-non-crime.open_months": {
        ("open_cases", "safeguarding"),
        *[("hours", role) for role in ("safeguarding", "vva")],
        *[("needed", role) for role in ("safeguarding", "vva", "ds", "di")],
    },
    "role.ds.span": {("needed", "ds"), ("needed", "di")},
    "role.pip2.most_cases": set(),
    "role.pip2.posts": set(),
}


@pytest.mark.parametrize("key", CHANGES)
def test_two_scenarios_that_differ_in_one_number_differ_in_what_follows_from_it_alone(key):
    demand = wild(6, 100)
    one = staffing(example_scenario(), demand)
    other = staffing(moved(example_scenario(), at(key), 1), demand)
    touched = {
        (part, role)
        for part in ("needed", "there", "open_cases", "hours")
        for role, values in getattr(one, part).items()
        if not np.array_equal(values, getattr(other, part)[role])
    }
    assert touched <= CHANGES[key]
    assert bool(touched) == bool(CHANGES[key])


def test_a_kind_or_a_role_more_leaves_the_chance_of_all_others_alone():
    uncertain = {"in_post": 9, "leavers": (5, 12, 20), "replace_months": 3, "on_cases": (60, 70, 80)}
    demand = by_chance({"fraud": 20, "arson": 5}, 6, 200)
    few = unit({"officer": uncertain}, {"fraud": {"hours": {"officer": (5, 9, 20)}, "varies": 90}})
    more = unit(
        {"new": {}, "officer": uncertain},
        {
            "arson": {"held_by": "new", "hours": {"new": 4}},
            "fraud": {"hours": {"officer": (5, 9, 20)}, "varies": 90},
        },
    )
    one, other = staffing(few, demand), staffing(more, demand)
    for part in ("needed", "there", "open_cases", "hours"):
        assert np.array_equal(getattr(one, part)["officer"], getattr(other, part)["officer"]), part


def test_a_path_is_worked_out_from_its_own_numbers_alone():
    scenario = unit(
        LEADS
        | {
            "officer": {
                "leavers": (5, 12, 20),
                "replace_months": (1, 2, 3),
                "on_cases": (60, 70, 80),
                "in_training": 2,
            }
        },
        {"fraud": {"hours": {"officer": (5, 9, 20)}, "open_months": (2, 4, 9), "share": (30, 50, 60)}},
        at_once=(0, 10, 20),
        leave=(5, 10, 15),
        growth=(-3, 0, 5),
    )
    demand = by_chance(20, 6, 30)
    of = {
        key: draws.assumption_draws(key, assumption, 30) for key, assumption in scenario.assumptions.items()
    }
    every = staffing_from(scenario, demand, Inputs(of, chance=False))
    for path in (0, 17):
        alone = {key: column[[path]] if len(column) > 1 else column for key, column in of.items()}
        one = Incoming(AS_AT, demand.recorded, {"fraud": demand.paths["fraud"][[path]]})
        simulated = staffing_from(scenario, one, Inputs(alone, chance=False))
        for part in ("needed", "there", "open_cases", "hours"):
            for role, values in getattr(simulated, part).items():
                expected_row = np.broadcast_to(getattr(every, part)[role], (30, 6))[path]
                assert expected_row == pytest.approx(values[0]), (part, role)


def test_everybody_away_for_all_of_their_time_need_not_be_divided_by():
    scenario = unit().where(at("unit.leave"), fixed(90)).where(at("unit.court"), number(5))
    assert officers(expected(scenario, steady(8))) == pytest.approx(80 / (MONTH_HOURS * 0.05))
