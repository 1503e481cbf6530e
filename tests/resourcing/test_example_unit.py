"""What the scenario that ships, vulncore/reference/ppu.toml, promises."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from tests.resourcing.made_units import at, steady, wild
from vulncore.resourcing.chain import staffing
from vulncore.resourcing.scenario.link import example_scenario
from vulncore.resourcing.scenario.scenario import ASSUMED
from vulncore.resourcing.scenario.toml import read_scenario, scenario_text

FILE = Path(__file__).parents[2] / "vulncore" / "reference" / "ppu.toml"
TEXT = FILE.read_text(encoding="utf-8")
SHIPPED = read_scenario(TEXT)
GIVEN = tomllib.loads(TEXT)


def test_it_is_the_scenario_that_is_shown_first():
    assert example_scenario() == SHIPPED
    assert (SHIPPED.name, SHIPPED.unit) == ("Example figures", "Public Protection Unit")
    assert "Example figures" in SHIPPED.about


def test_it_is_written_back_letter_by_letter():
    assert scenario_text(SHIPPED) == TEXT


def test_the_roles_that_matter_are_there():
    keys = [role.key for role in SHIPPED.roles]
    assert set(keys) >= {"pip2", "soit", "ds", "di", "safeguarding", "vva"}
    led = {role.key: set(role.supervises) for role in SHIPPED.roles if role.supervises}
    assert led == {"ds": {"pip2", "soit", "safeguarding"}, "di": {"ds"}}


def test_the_kinds_of_case_that_matter_are_there_and_rape_is_named_before_other_sexual_offences():
    kinds = [kind.key for kind in SHIPPED.case_types]
    assert {"csea", "domestic-abuse", "domestic-abuse-non-crime", "serious-hate-crime"} <= set(kinds)
    assert kinds.index("rape") < kinds.index("other-sexual-offences")


@pytest.mark.parametrize("key", SHIPPED.assumptions)
def test_every_number_is_certain_or_a_range_and_says_where_it_comes_from(key):
    assumption = SHIPPED.assumptions[key]
    assert assumption.certain or assumption.low < assumption.high
    assert assumption.source == ASSUMED or re.match(r"assumed[:;] \w|[A-Z]\w+ .*\d{4}", assumption.source), (
        assumption.source
    )
    assert (assumption.by, assumption.on) == ("", None)


@pytest.mark.parametrize("key", [key for key in SHIPPED.assumptions if ".hours." in key.key])
def test_hours_are_no_certain_number(key):
    assert SHIPPED.assumptions[key].low < SHIPPED.assumptions[key].high


@pytest.mark.parametrize("role", [role.key for role in SHIPPED.roles])
def test_posts_people_and_those_in_training_fit_together(role):
    posts, there, learning = (
        SHIPPED.assumptions[at(f"role.{role}.{name}")].likely for name in ("posts", "in_post", "in_training")
    )
    assert posts >= there >= learning >= 0


def test_each_number_stands_once_and_nobody_is_planned_to_join():
    assert SHIPPED.joiners == ()
    numbers = sum(line.split(" = ")[0].count(".") <= 1 and " = " in line for line in TEXT.splitlines())
    parts = sum(key in TEXTS for table in (*GIVEN["role"], *GIVEN["case"]) for key in table)
    assert numbers == len(SHIPPED.assumptions) + parts + 3


TEXTS = ("key", "name", "supervises", "measures", "held_by", "derived_from", "note")


def test_it_can_be_worked_out():
    simulated = staffing(SHIPPED, wild(12, 50))
    for role in SHIPPED.roles:
        assert np.isfinite(simulated.needed[role.key]).all()
        assert simulated.there[role.key].min() >= 0
        assert simulated.needed[role.key].mean() > 0


def test_domestic_abuse_non_crime_comes_by_the_crimes_alone():
    simulated = staffing(SHIPPED, steady({"domestic-abuse": 20}, paths=50))
    assert simulated.open_cases["safeguarding"].mean() > 0
    assert not staffing(SHIPPED, steady({"rape": 20}, paths=50)).open_cases["safeguarding"].any()
