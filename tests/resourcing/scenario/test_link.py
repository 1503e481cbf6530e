"""What vulncore.resourcing.scenario.link promises of a scenario in a link: it comes back whole, or is refused."""

import base64
import random
import re
import string
import zlib
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.resourcing.made_units import at, unit
from vulncore.domain.errors import InvalidScenarioError
from vulncore.resourcing.scenario.fields import field_of, is_cost
from vulncore.resourcing.scenario.link import (
    DICTIONARIES,
    MOST_LETTERS,
    NEWEST,
    REFERENCE,
    example_scenario,
    scenario_code,
    scenario_of,
)
from vulncore.resourcing.scenario.scenario import Assumption, Joiners
from vulncore.resourcing.scenario.toml import read_scenario, scenario_text

SHIPPED = example_scenario()
LEANS_ON = (REFERENCE / DICTIONARIES[NEWEST]).read_bytes()  # what codes are packed with
CHANGED = replace(
    SHIPPED.where(
        at("role.pip2.in_post"), Assumption(14, 15, 17, 'HR, "March"', False, "A. Nalyst", date(2025, 3, 1))
    ),
    name="Ours – 2025 漢",
    joiners=(Joiners("soit", date(2025, 9, 1), 2),),
)
CODE = scenario_code(CHANGED)
LETTERS = string.ascii_letters + string.digits + "-_"


def coded(raw: bytes, first: str = NEWEST) -> str:
    return first + base64.urlsafe_b64encode(raw).decode().rstrip("=")


def packed(content: bytes, leans_on: bytes | None = LEANS_ON) -> bytes:
    press = zlib.compressobj(9, zdict=leans_on) if leans_on else zlib.compressobj(9)
    return press.compress(content) + press.flush()


@pytest.mark.parametrize("scenario", [SHIPPED, CHANGED, unit()], ids=["shipped", "changed", "another"])
def test_a_scenario_comes_back_whole_from_its_code(scenario):
    assert scenario_of(scenario_code(scenario)) == scenario


@settings(max_examples=30)
@given(st.data())
def test_any_numbers_sources_and_joiners_come_back_from_the_code(data):
    scenario = SHIPPED
    printable = st.characters(categories=("L", "N", "P", "S")) | st.just(" ")
    for key in data.draw(st.lists(st.sampled_from([*SHIPPED.assumptions]), max_size=4)):
        old, field = SHIPPED.assumptions[key], field_of(key)
        likely = data.draw(st.floats(old.low, old.high))
        changed = replace(
            old,
            likely=float(round(likely)) if field.whole else likely,
            source=data.draw(st.text(printable, max_size=30)),
            measured=data.draw(st.booleans()),
            by=data.draw(st.text(printable, max_size=20)),
            on=data.draw(st.none() | st.dates(date(1900, 1, 1), date(2100, 12, 31))),
        )
        scenario = scenario.where(key, changed)
    people = data.draw(st.lists(st.integers(1, 5_000), max_size=5))
    scenario = replace(scenario, joiners=tuple(Joiners("ds", date(2025, 1, 1), number) for number in people))
    code = scenario_code(scenario)
    assert re.fullmatch(r"[13][A-Za-z0-9_-]+", code)
    assert scenario_of(code) == scenario
    assert scenario_code(scenario_of(code)) == code


def test_a_scenario_without_costs_keeps_the_code_that_earlier_versions_gave_it():
    before = read_scenario((REFERENCE / DICTIONARIES["1"]).read_text(encoding="utf-8"))
    assert not [key for key in before.assumptions if is_cost(key)]
    for scenario in (before, before.where(at("unit.demand"), Assumption(120, 120, 120)).called("Ours")):
        text = scenario_text(scenario).encode()
        press = zlib.compressobj(9, zdict=(REFERENCE / DICTIONARIES["1"]).read_bytes())
        assert scenario_code(scenario) == coded(press.compress(text) + press.flush(), "1")
        assert scenario_of(scenario_code(scenario)) == scenario
    assert scenario_code(SHIPPED)[0] == NEWEST


def test_the_example_s_figures_are_what_they_were_but_for_its_costs():
    before = read_scenario((REFERENCE / DICTIONARIES["1"]).read_text(encoding="utf-8"))
    without = {key: number for key, number in SHIPPED.assumptions.items() if not is_cost(key)}
    assert replace(SHIPPED, assumptions=without, name=before.name, about=before.about) == before
    assert len(SHIPPED.assumptions) == len(before.assumptions) + len(before.roles)


def test_a_code_is_short_and_a_changed_number_makes_it_little_longer():
    assert len(scenario_code(SHIPPED)) < 110
    assert len(CODE) < 400


def test_a_large_unit_that_says_where_each_number_comes_from_comes_back_from_its_code_or_has_none():
    roles = [f"role-{place}" for place in range(12)]
    kinds = {
        f"kind-{place}": {"held_by": role, "hours": dict.fromkeys(roles[place : place + 3], (1, 2, 3))}
        for place, role in enumerate(roles)
    }
    scenario = unit({role: {"leavers": (5, 12, 20)} for role in roles}, kinds)
    rng = random.Random(1)
    words = ["".join(rng.choices(string.ascii_lowercase, k=rng.randint(2, 9))) for _ in range(3_000)]
    for key, assumption in scenario.assumptions.items():
        scenario = scenario.where(key, replace(assumption, source=" ".join(rng.choices(words, k=18))))
    assert read_scenario(scenario_text(scenario)) == scenario  # as a file it can be used
    try:
        code = scenario_code(scenario)
    except InvalidScenarioError as problem:
        assert "too long for a link. Shorten the sources" in str(problem)  # noqa: PT017
        return
    assert scenario_of(code) == scenario


def test_every_code_that_was_cut_off_is_refused():
    for end in range(len(CODE)):
        with pytest.raises(InvalidScenarioError, match=r"Ask for the whole link, or for the file\.$"):
            scenario_of(CODE[:end])


def test_a_code_cut_off_in_the_middle_is_told_to_be_so():
    with pytest.raises(InvalidScenarioError, match=r"The scenario in this link was cut off\."):
        scenario_of(CODE[: 1 + len(CODE) // 8 * 4])


def test_no_letter_of_a_code_can_be_another_and_mean_another_scenario():
    rng = random.Random(2)
    for place in range(1, len(CODE)):
        code = CODE[:place] + rng.choice(LETTERS.replace(CODE[place], "")) + CODE[place + 1 :]
        try:
            scenario = scenario_of(code)
        except InvalidScenarioError:
            continue
        assert scenario == CHANGED  # bits that the last letter holds beyond the last byte


NONE, UNREAD = "This link does not hold a scenario", "The scenario in this link can't be read"
HOSTILE = {
    "nothing": ("", NONE),
    "one letter": ("1", NONE),
    "a kind that is not known yet": ("4" + CODE[1:], NONE),
    "a kind that never was": ("0" + CODE[1:], NONE),
    "without its first letter": (CODE[1:], f"{NONE}|{UNREAD}"),
    "a line break behind": (CODE + "\n", NONE),
    "a space before": (" " + CODE, NONE),
    "filled up": (CODE + "=", NONE),
    "a plus": (CODE[:9] + "+" + CODE[10:], NONE),
    "a letter with an accent": (CODE[:9] + "é" + CODE[10:], NONE),
    "digits of another script": ("1" + "٣" * 20, NONE),
    "too long": ("1" + "A" * MOST_LETTERS, NONE),
    "empty letters": ("1AAAA", UNREAD),
    "a part of a byte": ("1A", UNREAD),
    "a byte and a part": ("1AAAAA", UNREAD),
    "no bytes": (coded(b""), NONE),
    "another dictionary": (coded(packed(scenario_text(SHIPPED).encode(), b"another text")), UNREAD),
    "no text": (coded(packed(b"\xff\xfe\xfa")), UNREAD),
    "an empty text": (coded(packed(b"")), "is missing"),
    "no toml": (coded(packed(b"no toml")), "This is not a scenario in TOML"),
    "a name alone": (coded(packed(b"name = 'x'")), "'unit' is missing"),
    "zero bytes": (coded(packed(b"\x00" * 100)), "This is not a scenario in TOML"),
    "a longer text than may be": (coded(packed(b"#" * 200_001)), "cut off|too long"),
    "deep lists": (coded(packed(b"a = " + b"[" * 50_000)), "This is not a scenario in TOML"),
    "a number of many digits": (coded(packed(b"name = " + b"1" * 5_000)), r"\.$"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_else_stands_in_a_link_is_refused(name):
    code, message = HOSTILE[name]
    with pytest.raises(InvalidScenarioError, match=message):
        scenario_of(code)


@pytest.mark.parametrize("filling", [b"#", b"a = 1\n", b"\n[[role]]"])
def test_a_code_that_swells_beyond_any_scenario_is_refused(filling):
    swollen = coded(packed(filling * (4_000_000 // len(filling))))
    assert len(swollen) <= MOST_LETTERS
    with pytest.raises(InvalidScenarioError, match="cut off|too long"):
        scenario_of(swollen)


def test_what_stands_behind_a_whole_scenario_changes_nothing_or_is_refused():
    try:
        scenario = scenario_of(coded(packed(scenario_text(CHANGED).encode()) + b"more"))
    except InvalidScenarioError:
        return
    assert scenario == CHANGED


@settings(max_examples=200)
@given(st.text(max_size=60) | st.text(LETTERS, max_size=120).map("1".__add__))
@example("1" + "_" * 4)
def test_no_text_is_a_scenario_by_accident_or_does_anything_but_be_refused(code):
    with pytest.raises(InvalidScenarioError, match="Ask for the whole link, or for the file"):
        scenario_of(code)


@settings(max_examples=100)
@given(st.binary(max_size=200), st.booleans())
def test_no_bytes_do_anything_but_be_refused(raw, is_packed):
    with pytest.raises(InvalidScenarioError, match=r"\.$"):
        scenario_of(coded(packed(raw) if is_packed else raw))


@settings(max_examples=100)
@given(st.integers(0, len(LEANS_ON)), st.integers(0, 40), st.binary(max_size=12))
def test_no_scenario_that_was_tampered_with_does_anything_but_be_read_or_refused(place, cut, typed):
    code = coded(packed(LEANS_ON[:place] + typed + LEANS_ON[place + cut :]))
    try:
        scenario = scenario_of(code)
    except InvalidScenarioError:
        return
    assert scenario_of(scenario_code(scenario)) == scenario
