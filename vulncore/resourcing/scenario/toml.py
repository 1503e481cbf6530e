"""A scenario read from TOML, as `vulncore.resourcing.scenario.scenario_writing` writes it or a person does."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from vulncore.domain.errors import InvalidPeriodError, InvalidScenarioError, first_five
from vulncore.domain.periods import parse_month
from vulncore.resourcing.scenario.assumption import ASSUMED, Assumption
from vulncore.resourcing.scenario.checks import checked, clean
from vulncore.resourcing.scenario.scenario import CaseType, Joiners, Role, Scenario

MOST_LETTERS = 60_000
STRING_OR_COMMENT = re.compile(r"""("(?:[^"\\\n]|\\.)*"|'[^'\n]*')|#[^\n]*""")
LONG_KEY = re.compile(r"(?<![\w-])(?:[\w-]+[ \t]*\.[ \t]*){6}")
"""No key has so many parts; the parser of TOML takes a time that grows with the square of them."""
TOP = {"name", "unit", "about", "assumed", "role", "case", "joiners"}
OF_A_ROLE = {"key", "name", "supervises"}
OF_A_CASE = {"key", "name", "measures", "held_by", "derived_from", "note"}
OF_JOINERS = {"role", "month", "people", "trained"}
OF_AN_ASSUMPTION = {"value", "range", "source", "measured", "by", "on"}


def read_scenario(text: str) -> Scenario:
    """Return the scenario that a TOML text holds, checked.

    Raises:
        InvalidScenarioError: It is no TOML, holds what is not known, or can't be worked with.
    """
    if len(text) > MOST_LETTERS:
        raise InvalidScenarioError(
            f"{len(text):,} letters are too long for a scenario. Give up to {MOST_LETTERS:,}."
        )
    bare = STRING_OR_COMMENT.sub(lambda found: "S" if found[1] else "", text)
    if "SS" in bare or '"' in bare or "'" in bare or LONG_KEY.search(bare):
        raise InvalidScenarioError(
            "Some key of this TOML has many parts, or some text many lines. Give short keys, texts of one line."
        )
    try:
        given = tomllib.loads(text)
    except (ValueError, RecursionError) as problem:
        raise InvalidScenarioError(
            f"This is no TOML: {clean(str(problem))[:120]}. Correct it there."
        ) from None
    _known(given, TOP, "the scenario")
    assumptions = {
        f"unit.{name}": _assumption(f"unit.{name}", each) for name, each in _table(given, "assumed").items()
    }
    roles, kinds = [], []
    for each in _tables(given, "role"):
        role = Role(_text(each, "key"), _text(each, "name"), _texts(each, "supervises"))
        roles.append(role)
        assumptions |= _numbers(f"role.{role.key}", each, OF_A_ROLE)
    for each in _tables(given, "case"):
        kind = CaseType(
            _text(each, "key"),
            _text(each, "name"),
            _texts(each, "measures"),
            _text(each, "held_by"),
            _text(each, "derived_from", ""),
            _text(each, "note", ""),
        )
        kinds.append(kind)
        assumptions |= _numbers(f"case.{kind.key}", each, {*OF_A_CASE, "hours"})
        assumptions |= _numbers(f"case.{kind.key}.hours", _table(each, "hours"), set())
    return checked(
        Scenario(
            name=_text(given, "name"),
            unit=_text(given, "unit"),
            about=_text(given, "about", ""),
            roles=tuple(roles),
            case_types=tuple(kinds),
            joiners=tuple(map(_joiners, _tables(given, "joiners"))),
            assumptions=assumptions,
        )
    )


def _numbers(prefix: str, given: Mapping[str, Any], others: set[str]) -> dict[str, Assumption]:
    return {
        f"{prefix}.{name}": _assumption(f"{prefix}.{name}", each)
        for name, each in given.items()
        if name not in others
    }


def _assumption(key: str, given: Any) -> Assumption:
    if isinstance(given, Mapping):
        _known(given, OF_AN_ASSUMPTION, key)
        own: Mapping[str, Any] = given
    else:
        own = {"value": given}
    spread: Any = own.get("range", [own.get("value")] * 3)
    low, likely, high = spread if isinstance(spread, list) and len(spread) == 3 else ("", "", "")
    measured, on = own.get("measured", False), own.get("on")
    if not (all(map(_is_number, (low, likely, high))) and ("range" in own) != ("value" in own)):
        raise InvalidScenarioError(
            f"{clean(key[:80])} is no number. Write a number, {{ value = 12 }} or {{ range = [lowest, likeliest, highest] }}."
        )
    if not isinstance(measured, bool) or not (
        on is None or (isinstance(on, date) and not isinstance(on, datetime))
    ):
        raise InvalidScenarioError(
            f"{clean(key[:80])}: 'measured' is true or false, 'on' a day like 2025-04-01."
        )
    try:
        source, by = _text(own, "source", ASSUMED), _text(own, "by", "")
        return Assumption(float(low), float(likely), float(high), source, measured, by, on)
    except InvalidScenarioError as problem:
        raise InvalidScenarioError(f"{clean(key[:80])}: {problem}") from None


def _joiners(given: Mapping[str, Any]) -> Joiners:
    _known(given, OF_JOINERS, "joiners")
    people, trained = given.get("people"), given.get("trained", False)
    if not isinstance(people, int) or isinstance(people, bool) or not isinstance(trained, bool):
        raise InvalidScenarioError(
            "Joiners have a whole number of people, and 'trained' true or false. Correct them."
        )
    try:
        return Joiners(_text(given, "role"), parse_month(_text(given, "month")), people, trained)
    except InvalidPeriodError as problem:
        raise InvalidScenarioError(f"Joiners: {clean(str(problem))}") from None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9


def _table(given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = given.get(name, {})
    if not isinstance(found, Mapping):
        raise InvalidScenarioError(f"'{name}' is no table. Write [{name}].")
    return found


def _tables(given: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = given.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        raise InvalidScenarioError(f"'{name}' is no list of tables. Write [[{name}]] before each.")
    return found


def _text(given: Mapping[str, Any], name: str, otherwise: str | None = None) -> str:
    found = given.get(name, otherwise)
    if not isinstance(found, str):
        raise InvalidScenarioError(f"'{name}' is missing, or no text. Write {name} = \"…\".")
    return found


def _texts(given: Mapping[str, Any], name: str) -> tuple[str, ...]:
    found = given.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise InvalidScenarioError(f"'{name}' is no list of texts. Write {name} = [\"…\"].")
    return tuple(found)


def _known(given: Mapping[str, Any], names: set[str], where: str) -> None:
    strange = [clean(name[:40]) for name in given if name not in names]
    if strange:
        raise InvalidScenarioError(
            f"{clean(where[:80])} has {len(strange)} parts that mean nothing: {first_five(strange)}. "
            f"There are: {', '.join(sorted(names))}."
        )
