"""A scenario's numbers in words, as a table and as rows: what each is, its unit, where it comes from, who changed it."""

from collections.abc import Sequence

import pandas as pd

from vulncore.domain.periods import day_name
from vulncore.findings.shared.words import small_first
from vulncore.resourcing.answers import is_forecast
from vulncore.resourcing.scenario.addresses import Address
from vulncore.resourcing.scenario.checks import in_numbers
from vulncore.resourcing.scenario.fields import COST, UNIT, Field, field_of
from vulncore.resourcing.scenario.scenario import Assumption, Scenario

WHOLE_UNIT = "The whole unit"
COLUMNS = ["key", "of", "what", "lowest", "likeliest", "highest", "measured", "unit", "source", "by", "on"]
FORECAST_UNIT = "% of the expected"


def assumptions_table(scenario: Scenario, chosen: Sequence[Address] | None = None) -> pd.DataFrame:
    """Return numbers for people: one row each, all of them unless some are chosen."""
    every = scenario.assumptions
    numbers = every if chosen is None else {address: every[address] for address in chosen}
    return pd.DataFrame(
        {
            "Of": [number_subject(scenario, address) for address in numbers],
            "What": [short_name(scenario, address) for address in numbers],
            "Number": [in_numbers(assumption) for assumption in numbers.values()],
            "Unit": [field(address).unit for address in numbers],
            "Source": [assumption.source for assumption in numbers.values()],
            "Changed by": [changed_in_words(assumption) for assumption in numbers.values()],
        }
    )


def assumption_rows(scenario: Scenario) -> pd.DataFrame:
    """Return every number for files.

    Returns:
        One row per number with COLUMNS: those of `number_told`, the number (`measured`: read off the data where they know it),
        and who changed it.
    """
    rows = [
        {
            **number_told(scenario, address),
            "lowest": number.low,
            "likeliest": number.likely,
            "highest": number.high,
            "measured": number.measured,
            "source": number.source,
            "by": number.by,
            "on": f"{number.on:%Y-%m-%d}" if number.on else "",
        }
        for address, number in scenario.assumptions.items()
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def number_told(scenario: Scenario, address: Address) -> dict[str, str]:
    """Return what files say of a number besides its value: its `key`, what it is `of`, `what` it is, its `unit`."""
    return {
        "key": address.key,
        "of": number_subject(scenario, address),
        "what": short_name(scenario, address),
        "unit": field(address).unit,
    }


def number_groups(scenario: Scenario) -> dict[Address, str]:
    """Return what there are numbers of: the unit, each role, each kind of case."""
    return {
        Address(""): WHOLE_UNIT,
        **{Address("", role.key): role.name for role in scenario.roles},
        **{Address("", case=kind.key): kind.name for kind in scenario.case_types},
    }


def number_name(scenario: Scenario, address: Address) -> str:
    """Return what a number is, with what it is of: "PIP 2 investigator: leavers"."""
    return f"{number_subject(scenario, address)}: {small_first(short_name(scenario, address))}"


def short_name(scenario: Scenario, address: Address) -> str:
    """Return what a number is, without what it is of."""
    if address.case and address.role:
        return f"Hours a case, {scenario.role(address.role).name}"
    return field(address).name


def number_subject(scenario: Scenario, address: Address) -> str:
    """Return what a number is of: a role, a kind of case, the whole unit."""
    return number_groups(scenario)[address.of]


def driver_name(scenario: Scenario, address: Address) -> str:
    """Return what a driver is: a number, or the forecast of a kind of case."""
    if is_forecast(address):
        return f"{number_subject(scenario, address)}: the forecast"
    return number_name(scenario, address)


def driver_unit(address: Address) -> str:
    """Return the unit of a driver."""
    return FORECAST_UNIT if is_forecast(address) else field(address).unit


def driver_key(address: Address) -> str:
    """Return the key that files know a driver by."""
    return f"demand.{address.case}" if is_forecast(address) else address.key


def costs_not_entered(scenario: Scenario) -> list[Address]:
    """Return the numbers that a scenario may have and doesn't: what one person costs, of roles without."""
    costs = [Address(COST, role.key) for role in scenario.roles]
    return [cost for cost in costs if cost not in scenario.assumptions]


def field(address: Address) -> Field:
    """Return the field of a number of a checked scenario: its name, unit, limits and meaning."""
    return field_of(address) or UNIT["demand"]


def changed_in_words(assumption: Assumption) -> str:
    """Return who changed a number and when; a dash where nobody did."""
    if not assumption.by:
        return "–"
    return assumption.by + (f", {day_name(assumption.on)}" if assumption.on else "")
