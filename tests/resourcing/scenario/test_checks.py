"""What vulncore.resourcing.scenario.checks promises: whatever can't be worked with is refused, and told what and which."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.resourcing.made_units import at, steady, unit
from vulncore.domain.errors import InvalidScenarioError
from vulncore.resourcing.chain import staffing
from vulncore.resourcing.scenario.addresses import Address, address_of
from vulncore.resourcing.scenario.checks import checked, in_numbers
from vulncore.resourcing.scenario.fields import (
    ABSTRACTIONS,
    CASE_TYPE,
    CASEWORK,
    HOURS,
    SUPERVISION,
    field_of,
)
from vulncore.resourcing.scenario.fields import ROLE as ROLE_FIELDS
from vulncore.resourcing.scenario.fields import UNIT as UNIT_FIELDS
from vulncore.resourcing.scenario.link import example_scenario
from vulncore.resourcing.scenario.scenario import Assumption, CaseType, Joiners, Role, Scenario, fixed

MADE = unit(
    {"officer": {}, "helper": {}, "sergeant": {"supervises": ("officer",)}},
    {"fraud": {}, "scam": {"derived_from": "fraud", "ratio": 2}},
)
APRIL = date(2025, 4, 1)


def without(key: Address) -> Scenario:
    return replace(
        MADE, assumptions={name: assumption for name, assumption in MADE.assumptions.items() if name != key}
    )


def with_role(place: int, **change) -> Scenario:
    roles = list(MADE.roles)
    roles[place] = replace(roles[place], **change)
    return replace(MADE, roles=tuple(roles))


def with_kind(place: int, **change) -> Scenario:
    kinds = list(MADE.case_types)
    kinds[place] = replace(kinds[place], **change)
    return replace(MADE, case_types=tuple(kinds))


def test_what_can_be_worked_with_comes_back_as_it_is():
    assert checked(MADE) is MADE
    assert checked(example_scenario()) is example_scenario()


@pytest.mark.parametrize("key", [key for key in MADE.assumptions if key != at("role.helper.most_cases")])
def test_every_number_that_is_needed_is_missed_by_name(key):
    with pytest.raises(InvalidScenarioError, match=rf"1 number is missing: {key.key}\. Add what"):
        checked(without(key))


def test_a_role_that_holds_no_cases_needs_no_limit_of_them():
    checked(without(at("role.helper.most_cases")))


def test_of_many_that_are_missing_five_are_named_and_the_rest_counted():
    with pytest.raises(InvalidScenarioError, match=r"12 numbers are missing: unit\.demand, .* and 7 more"):
        checked(
            replace(MADE, assumptions={k: v for k, v in MADE.assumptions.items() if "unit." not in k.key})
        )


@pytest.mark.parametrize(
    "number",
    [
        *map(at, ("unit.posts", "unit.holidays", "unit.Leave", "role.officer.span", "role.officer.at_least")),
        *map(at, ("role.sergeant.on_cases", "role.sergeant.most_cases", "role.nobody.posts")),
        *map(at, ("role.officer.demand", "case.arson.share", "case.fraud.posts", "case.fraud.hours.nobody")),
        *map(at, ("case.fraud.hours.sergeant", "case.fraud.hours", "case.nothing.hours.officer")),
        Address("hours.officer.more", case="fraud"),
        Address("officer"),
        Address("", "officer"),
        Address("", case="fraud"),
        Address(""),
    ],
    ids=lambda number: number.key,
)
def test_a_number_of_nothing_that_the_scenario_has_is_refused_by_name(number):
    message = rf"1 number belongs to nothing in the scenario: {number.key}\. "
    with pytest.raises(InvalidScenarioError, match=message):
        checked(MADE.where(number, fixed(1)))


@pytest.mark.parametrize(
    "key", [*(f"role.officer.{name}" for name in ABSTRACTIONS), "role.officer.week_hours"]
)
def test_abstractions_and_the_week_may_differ_by_role(key):
    checked(MADE.where(at(key), fixed(10)))


FIELDS = {
    **{Address(name): field for name, field in UNIT_FIELDS.items()},
    **{Address(name, "officer"): field for name, field in {**ROLE_FIELDS, **CASEWORK}.items()},
    **{Address(name, "sergeant"): field for name, field in SUPERVISION.items()},
    **{Address(name, case="scam"): field for name, field in CASE_TYPE.items()},
    at("case.fraud.hours.officer"): HOURS,
}


@pytest.mark.parametrize("key", FIELDS)
def test_a_number_out_of_range_is_refused_with_its_range_and_unit_and_its_ends_are_taken(key):
    field = FIELDS[key]
    assert field_of(key) == field
    room = MADE.where(at("role.officer.in_post"), fixed(5_000)).where(
        at("role.officer.in_training"), fixed(0)
    )
    if key == at("role.officer.in_post"):
        room = MADE
    for end in (field.least, field.most):
        checked(room.where(key, fixed(end)))
    low, high = (f"{end:,g}".replace(".", r"\.") for end in (field.least, field.most))
    message = rf"{key.key} is .*, out of range\. Give {low} to {high} {field.unit.split('(')[0].strip()}"
    for wrong in (
        fixed(field.least - 0.5),
        fixed(field.most + 1),
        Assumption(field.least - 1, field.least, field.most),
        Assumption(field.least, field.most, field.most + 1),
    ):
        with pytest.raises(InvalidScenarioError, match=message):
            checked(MADE.where(key, wrong))


@pytest.mark.parametrize("key", [key for key, field in FIELDS.items() if field.whole])
@pytest.mark.parametrize("ends", [(0.5, 1, 2), (0, 1.5, 2), (0, 1, 2.5), (3.25, 3.25, 3.25)])
def test_people_are_whole(key, ends):
    with pytest.raises(InvalidScenarioError, match=rf"{key.key} is .*\. Give whole people\."):
        checked(MADE.where(key, Assumption(*ends)))


def test_those_away_for_nearly_all_of_their_time_are_refused_and_told_how_much():
    scenario = MADE.where(at("unit.leave"), Assumption(10, 40, 60)).where(at("role.helper.court"), fixed(36))
    with pytest.raises(
        InvalidScenarioError, match=r"Helper: leave, sickness, .* together can take 96 % of working time"
    ):
        checked(scenario)
    checked(scenario.where(at("role.helper.court"), fixed(35)))


@pytest.mark.parametrize(
    "shares", [(19.1, 18.9, 19.2, 18.8, 19), (0.1, 0.2, 0.3, 4.4, 90), (5.1, 9.5, 32.2, 37, 11.2)]
)
def test_exactly_the_time_that_may_be_taken_is_taken(shares):
    scenario = MADE
    for name, share in zip(ABSTRACTIONS, shares, strict=True):
        scenario = scenario.where(at(f"unit.{name}"), fixed(share))
    assert sum(round(share * 10) for share in shares) == 950
    checked(scenario)


def test_more_in_training_than_in_post_are_refused():
    scenario = MADE.where(at("role.helper.in_training"), Assumption(0, 1, 8)).where(
        at("role.helper.in_post"), Assumption(7, 9, 10)
    )
    with pytest.raises(InvalidScenarioError, match="Helper: up to 8 people in training, but only 7 in post"):
        checked(scenario)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": ""}, r"1 name can't be used: ''\. Give names of 1 to 60 letters"),
        ({"name": " "}, "1 name can't be used: ' '"),
        ({"unit": "x" * 61}, f"1 name can't be used: '{'x' * 40}'"),
        ({"name": "two\nlines"}, r"1 name can't be used: 'two\\nlines'"),
        ({"name": "a\x7f", "unit": "\t"}, "2 names can't be used"),
        ({"about": "x" * 401}, "1 text can't be used: 'xxxx.*up to 400 letters on one line"),
        ({"about": "bell\x07"}, r"1 text can't be used: 'bell\\x07'"),
        ({"roles": ()}, r"The scenario has 0 roles\. Give 1 to 20\."),
        ({"case_types": ()}, r"The scenario has 0 kinds of case\. Give 1 to 20\."),
    ],
)
def test_names_and_parts_that_cannot_be_used_are_refused(change, message):
    with pytest.raises(InvalidScenarioError, match=message):
        checked(replace(MADE, **change))


@pytest.mark.parametrize(
    ("scenario", "message"),
    [
        (with_role(0, name=""), "1 name can't be used: ''"),
        (with_kind(1, name="a\nb"), "1 name can't be used"),
        (with_kind(1, note="x" * 401), "1 text can't be used"),
        (
            with_role(1, key="officer"),
            r"1 key is used twice: officer\. Give every role and kind of case a key of its own",
        ),
        (with_kind(0, key="officer"), "1 key is used twice: officer"),
        (
            with_kind(0, held_by="sergeant"),
            r"1 kind of case is held by a role that does not work on cases: fraud by sergeant\.",
        ),
        (with_kind(1, held_by="nobody"), "held by a role that does not work on cases: scam by nobody"),
        (with_kind(1, held_by=""), "held by a role that does not work on cases: scam by "),
        (
            with_role(2, supervises=("nobody",)),
            "1 supervised role is not in the scenario: nobody under sergeant",
        ),
        (with_role(2, supervises=("sergeant",)), r"1 role supervises itself in the end: sergeant\."),
        (
            with_kind(1, derived_from="arson"),
            "1 kind of case is derived from one that is not in the scenario, .*: scam",
        ),
        (
            with_kind(0, derived_from="scam"),
            "2 kinds of case are derived from .* or is derived itself: fraud, scam",
        ),
        (
            with_kind(0, derived_from="fraud"),
            "derived from one that is not in the scenario, or is derived itself: fraud",
        ),
    ],
)
def test_parts_that_contradict_each_other_are_refused_by_name(scenario, message):
    with pytest.raises(InvalidScenarioError, match=message):
        checked(scenario)


@pytest.mark.parametrize(
    ("measures", "message"),
    [
        (("",), r"1 measure can't be used: ''\. Give keys from"),
        (("rape", "a b"), "1 measure can't be used: 'a b'"),
        (("a\x7f", "x" * 81), "2 measures can't be used"),
    ],
)
def test_a_measure_that_none_can_be_called_is_refused(measures, message):
    with pytest.raises(InvalidScenarioError, match=message):
        checked(with_kind(1, measures=measures))


def test_two_that_supervise_each_other_are_refused():
    roles = (
        MADE.roles[0],
        replace(MADE.roles[1], supervises=("sergeant",)),
        replace(MADE.roles[2], supervises=("helper",)),
    )
    with pytest.raises(
        InvalidScenarioError, match="2 roles supervise themselves in the end: helper, sergeant"
    ):
        checked(replace(MADE, roles=roles))


def test_nobody_is_led_twice_by_one_who_leads_them():
    twice = checked(with_role(2, supervises=("officer", "officer")))
    once, other = (staffing(scenario, steady(100)).needed["sergeant"] for scenario in (MADE, twice))
    assert np.array_equal(once, other)


@pytest.mark.parametrize("key", ["unit.together", "role.officer.most_cases"])
def test_what_is_one_number_cannot_be_a_range(key):
    with pytest.raises(InvalidScenarioError, match=rf"1 number can't be a range: {key}\. Give one"):
        checked(MADE.where(at(key), Assumption(10, 11, 12)))


@pytest.mark.parametrize(
    "key", ["", "A", "é", "a b", "a.b", "-a", "a_b", "x" * 41, "a\n", "a\x00", "a/../b", "<b>"]
)
def test_a_key_is_small_letters_digits_and_hyphens(key):
    for scenario in (with_role(1, key=key), with_kind(1, key=key)):
        with pytest.raises(
            InvalidScenarioError, match=r"1 key can't be used: .*\. Use up to 40 small letters"
        ):
            checked(scenario)


@pytest.mark.parametrize("key", ["1", "2024-01-01", "a", "x" * 40, "true", "inf", "a--b"])
def test_any_small_letters_and_digits_are_a_key(key):
    made = unit({key: {}, "officer": {}}, {"fraud": {"hours": {"officer": 1, key: 2}}})
    assert made.assumptions[Address("hours", key, "fraud")] == fixed(2)


def test_as_many_parts_as_may_be_are_taken_and_one_more_is_refused():
    roles = {f"role-{place}": {} for place in range(20)}
    kinds = {f"kind-{place}": {"held_by": "role-0", "hours": {"role-0": 1}} for place in range(20)}
    most = unit(roles, kinds, joiners=[Joiners("role-0", APRIL, 1)] * 60)
    with pytest.raises(InvalidScenarioError, match=r"The scenario has 21 roles\. Give 1 to 20\."):
        checked(replace(most, roles=(*most.roles, Role("one-more", "More"))))
    with pytest.raises(InvalidScenarioError, match=r"has 21 kinds of case\. Give 1 to 20\."):
        checked(replace(most, case_types=(*most.case_types, CaseType("one-more", "More", (), "role-0"))))
    with pytest.raises(InvalidScenarioError, match="has 61 groups of joiners"):
        checked(replace(most, joiners=(*most.joiners, most.joiners[0])))


@pytest.mark.parametrize(
    ("joiners", "message"),
    [
        (
            Joiners("nobody", APRIL, 1),
            "1 group of joiners has a role that is not in the scenario: nobody",
        ),
        (
            Joiners("officer", APRIL, 0),
            "1 group of joiners has a number of people out of range: officer with ",
        ),
        (
            Joiners("officer", APRIL, -4),
            "1 group of joiners has a number of people out of range: officer with ",
        ),
        (
            Joiners("officer", APRIL, 5_001),
            "1 group of joiners has a number of people out of range: officer with ",
        ),
    ],
)
def test_joiners_of_no_role_or_no_number_are_refused(joiners, message):
    with pytest.raises(InvalidScenarioError, match=message):
        checked(replace(MADE, joiners=(joiners,)))


def test_anybody_can_be_joined():
    for role in MADE.roles:
        checked(replace(MADE, joiners=(Joiners(role.key, APRIL, 5_000, True),)))


LONG = "x" * 5_000


@pytest.mark.parametrize(
    "scenario",
    [
        MADE.where(Address(LONG), fixed(1)),
        MADE.where(at(f"case.{LONG}.share"), fixed(1)),
        with_kind(0, held_by=LONG),
        with_role(2, supervises=(LONG,)),
        replace(MADE, joiners=(Joiners(LONG, APRIL, 1),)),
        with_kind(0, key=LONG),
        with_role(0, name=LONG),
    ],
    ids=["a number", "a number of a kind", "a holder", "one supervised", "who is joined", "a key", "a name"],
)
def test_a_refusal_is_short_enough_to_be_read_whatever_is_refused(scenario):
    with pytest.raises(InvalidScenarioError, match=r"^\d+ ") as refusal:
        checked(scenario)
    assert len(str(refusal.value)) < 600


@settings(max_examples=80)
@given(st.data())
def test_whatever_is_not_refused_can_be_worked_out(data):
    keys = [key for key in FIELDS if key in MADE.assumptions]
    scenario = MADE
    for key in data.draw(st.lists(st.sampled_from(keys), max_size=8)):
        field = FIELDS[key]
        number = st.floats(field.least, field.most)
        ends = data.draw(st.lists(number.map(np.round) if field.whole else number, min_size=3, max_size=3))
        low, likely, high = sorted(map(float, ends))
        scenario = scenario.where(key, fixed(likely) if field.single else Assumption(low, likely, high))
    try:
        checked(scenario)
    except InvalidScenarioError:
        return
    simulated = staffing(scenario, steady(8, months=4, paths=5))
    for values in (simulated.needed, simulated.there, simulated.open_cases, simulated.hours):
        for numbers in values.values():
            assert np.isfinite(numbers).all()
            assert numbers.min() >= -1e-6 * (1 + numbers.max())


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_key_is_a_number_or_none(key):
    address = address_of(key)
    assert address is None or (field_of(address) is None) or key.count(".") >= 1


def test_every_number_is_told_in_its_shortest_form():
    assert in_numbers(Assumption(1_000, 2_000.5, 3_000)) == "2,000.5 (1,000 to 3,000)"
    assert in_numbers(fixed(0)) == "0"
