"""A scenario's numbers in words, as a table and as rows: what each is, its unit, where it comes from, who changed it."""

from collections.abc import Sequence

import pandas as pd

from vulncore.domain.periods import day_name
from vulncore.findings.shared.words import small_first
from vulncore.resourcing.answers import DEMAND_PREFIX
from vulncore.resourcing.scenario.addresses import Address, address_of
from vulncore.resourcing.scenario.checks import in_numbers
from vulncore.resourcing.scenario.fields import UNIT, Field, cost_key, field_of
from vulncore.resourcing.scenario.scenario import Assumption, Scenario

WHOLE_UNIT = "The whole unit"


def assumptions_table(scenario: Scenario, keys: Sequence[str] | None = None) -> pd.DataFrame:
    """Return numbers for people: one row each, all of them unless keys are given."""
    chosen = list(scenario.assumptions) if keys is None else keys
    numbers = {key: scenario.assumptions[key] for key in chosen if key in scenario.assumptions}
    return pd.DataFrame(
        {
            "Of": [number_subject(scenario, key) for key in numbers],
            "What": [short_name(scenario, key) for key in numbers],
            "Number": [in_numbers(assumption) for assumption in numbers.values()],
            "Unit": [field(key).unit for key in numbers],
            "Source": [assumption.source for assumption in numbers.values()],
            "Changed by": [changed_in_words(assumption) for assumption in numbers.values()],
        }
    )


def assumption_rows(scenario: Scenario) -> pd.DataFrame:
    """Return every number for files.

    Returns:
        One row per number: `key`, `of`, `what`, `lowest`, `likeliest`, `highest`, `measured` (read off the data where they know
        it), `unit`, `source`, `by`, `on`.
    """
    keys, numbers = list(scenario.assumptions), list(scenario.assumptions.values())
    return pd.DataFrame(
        {
            "key": keys,
            "of": [number_subject(scenario, key) for key in keys],
            "what": [short_name(scenario, key) for key in keys],
            "lowest": [assumption.low for assumption in numbers],
            "likeliest": [assumption.likely for assumption in numbers],
            "highest": [assumption.high for assumption in numbers],
            "measured": [assumption.measured for assumption in numbers],
            "unit": [field(key).unit for key in keys],
            "source": [assumption.source for assumption in numbers],
            "by": [assumption.by for assumption in numbers],
            "on": [f"{assumption.on:%Y-%m-%d}" if assumption.on else "" for assumption in numbers],
        }
    )


def number_groups(scenario: Scenario) -> dict[str, str]:
    """Return what there are numbers of (the unit, each role, each kind of case), by the beginning of their keys."""
    return {
        Address("").part: WHOLE_UNIT,
        **{Address("", role.key).part: role.name for role in scenario.roles},
        **{Address("", case=kind.key).part: kind.name for kind in scenario.case_types},
    }


def number_name(scenario: Scenario, key: str) -> str:
    """Return what a number is, with what it is of: "PIP 2 investigator: leavers"."""
    name = short_name(scenario, key)
    return f"{number_subject(scenario, key)}: {small_first(name)}"


def short_name(scenario: Scenario, key: str) -> str:
    """Return what a number is, without what it is of."""
    address = address_of(key)
    if address and address.case and address.role:
        return f"Hours a case, {scenario.role(address.role).name}"
    return field(key).name


def number_subject(scenario: Scenario, key: str) -> str:
    """Return what a number is of: a role, a kind of case, the whole unit."""
    return next(name for part, name in number_groups(scenario).items() if key.startswith(part))


def driver_name(scenario: Scenario, key: str) -> str:
    """Return what a driver is: a number, or the forecast of a kind of case."""
    if key.startswith(DEMAND_PREFIX):
        demand = Address("demand", case=key.removeprefix(DEMAND_PREFIX)).key
        return f"{number_subject(scenario, demand)}: the forecast"
    return number_name(scenario, key)


def costs_not_entered(scenario: Scenario) -> list[str]:
    """Return the keys of the numbers that a scenario may have and doesn't: what one person costs, of roles without."""
    keys = [cost_key(role.key) for role in scenario.roles]
    return [key for key in keys if key not in scenario.assumptions]


def field(key: str) -> Field:
    """Return the field of a number of a checked scenario: its name, unit, limits and meaning."""
    return field_of(key) or UNIT["demand"]


def changed_in_words(assumption: Assumption) -> str:
    """Return who changed a number and when; a dash where nobody did."""
    if not assumption.by:
        return "–"
    return assumption.by + (f", {day_name(assumption.on)}" if assumption.on else "")
