"""A scenario's numbers in words: what each is, its unit, where it comes from, who changed it."""

from collections.abc import Sequence

import pandas as pd

from vulncore.findings.shared.words import small_first
from vulncore.resourcing.answers import DEMAND
from vulncore.resourcing.scenario.fields import UNIT, Field, field_of
from vulncore.resourcing.scenario.scenario import Assumption, Scenario

WHOLE_UNIT = "The whole unit"


def number_name(scenario: Scenario, key: str) -> str:
    """Return what a number is, with what it is of."""
    name = short_name(scenario, key)
    return f"{about(scenario, key)}: {small_first(name)}"


def short_name(scenario: Scenario, key: str) -> str:
    """Return what a number is, without what it is of."""
    match key.split("."):
        case ["case", _, "hours", role]:
            return f"Hours a case, {scenario.role(role).name}"
    return field(key).name


def about(scenario: Scenario, key: str) -> str:
    """Return what a number is of: a role, a kind of case, the whole unit."""
    part, name, *_ = key.split(".")
    if part == "role":
        return scenario.role(name).name
    if part == "case":
        return next(kind.name for kind in scenario.case_types if kind.key == name)
    return WHOLE_UNIT


def abouts(scenario: Scenario) -> dict[str, str]:
    """Return what there are numbers of, by the beginning of their keys."""
    return {
        "unit.": WHOLE_UNIT,
        **{f"role.{role.key}.": role.name for role in scenario.roles},
        **{f"case.{kind.key}.": kind.name for kind in scenario.case_types},
    }


def driver_name(scenario: Scenario, key: str) -> str:
    """Return what drives: a number, or the forecast of a kind of case."""
    if key.startswith(DEMAND):
        kind = key.removeprefix(DEMAND)
        return f"{about(scenario, f'case.{kind}.')}: the forecast"
    return number_name(scenario, key)


def field(key: str) -> Field:
    """Return what a number of a checked scenario is."""
    found = field_of(key)
    return found or UNIT["demand"]


def value_in_words(assumption: Assumption) -> str:
    """Return a number: "12", or "12, between 8 and 18".

    >>> value_in_words(Assumption(8, 12, 18)), value_in_words(Assumption(12, 12, 12))
    ('12, between 8 and 18', '12')
    """
    if assumption.certain:
        return f"{assumption.likely:,g}"
    return f"{assumption.likely:,g}, between {assumption.low:,g} and {assumption.high:,g}"


def changed_in_words(assumption: Assumption) -> str:
    """Return who changed a number and when; a dash where nobody did."""
    if not assumption.by:
        return "–"
    return assumption.by + (f", {assumption.on:%-d %B %Y}" if assumption.on else "")


def assumptions_table(scenario: Scenario, keys: Sequence[str] | None = None) -> pd.DataFrame:
    """Return numbers for people: one row each, all of them unless keys are given."""
    chosen = (
        list(scenario.assumptions) if keys is None else [key for key in keys if key in scenario.assumptions]
    )
    rows = [(key, scenario.assumptions[key]) for key in chosen]
    return pd.DataFrame(
        {
            "Of": [about(scenario, key) for key, _ in rows],
            "What": [short_name(scenario, key) for key, _ in rows],
            "Number": [value_in_words(each) for _, each in rows],
            "Unit": [field(key).unit for key, _ in rows],
            "Source": [each.source for _, each in rows],
            "Changed by": [changed_in_words(each) for _, each in rows],
        }
    )


def assumption_rows(scenario: Scenario) -> pd.DataFrame:
    """Return every number for files.

    Returns:
        One row per number: `key`, `of`, `what`, `lowest`, `likeliest`, `highest`, `measured` (read off the data where they know
        it), `unit`, `source`, `by`, `on`.
    """
    rows = scenario.assumptions.items()
    return pd.DataFrame(
        {
            "key": [key for key, _ in rows],
            "of": [about(scenario, key) for key, _ in rows],
            "what": [short_name(scenario, key) for key, _ in rows],
            "lowest": [each.low for _, each in rows],
            "likeliest": [each.likely for _, each in rows],
            "highest": [each.high for _, each in rows],
            "measured": [each.measured for _, each in rows],
            "unit": [field(key).unit for key, _ in rows],
            "source": [each.source for _, each in rows],
            "by": [each.by for _, each in rows],
            "on": [f"{each.on:%Y-%m-%d}" if each.on else "" for _, each in rows],
        }
    )
