"""A scenario read from TOML, as `vulncore.resourcing.scenario.toml` writes it or a person does."""

import json
import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from vulncore.domain.errors import InvalidPeriodError, InvalidScenarioError, first_five
from vulncore.domain.periods import format_month, parse_month
from vulncore.resourcing.scenario.checks import checked, clean
from vulncore.resourcing.scenario.scenario import ASSUMED, Assumption, CaseType, Joiners, Role, Scenario

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


def scenario_text(scenario: Scenario) -> str:
    """Return a scenario as TOML, one line for each number: `vulncore.resourcing.scenario.toml.read_scenario` reads it.

    The same scenario gives the same text.
    """
    parts = [
        [
            f"name = {_quoted(scenario.name)}",
            f"unit = {_quoted(scenario.unit)}",
            f"about = {_quoted(scenario.about)}",
        ],
        ["[assumed]", *_number_lines(scenario, "unit.")],
        *(
            ["[[role]]", *_role_lines(role), *_number_lines(scenario, f"role.{role.key}.")]
            for role in scenario.roles
        ),
        *(
            ["[[case]]", *_case_lines(kind), *_number_lines(scenario, f"case.{kind.key}.")]
            for kind in scenario.case_types
        ),
        *(["[[joiners]]", *_joiners_lines(each)] for each in scenario.joiners),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts) + "\n"


def _number_lines(scenario: Scenario, prefix: str) -> list[str]:
    own: Mapping[str, Assumption] = {
        key.removeprefix(prefix): each for key, each in scenario.assumptions.items() if key.startswith(prefix)
    }
    return [f"{name} = {_assumption_text(each)}" for name, each in own.items()]


def _assumption_text(each: Assumption) -> str:
    numbers = ", ".join(map(_number, (each.low, each.likely, each.high)))
    parts = [f"value = {_number(each.likely)}" if each.certain else f"range = [{numbers}]"]
    parts += ["measured = true"] if each.measured else []
    parts += [f"source = {_quoted(each.source)}"] if each.source != ASSUMED else []
    parts += [f"by = {_quoted(each.by)}"] if each.by else []
    parts += [f"on = {each.on.isoformat()}"] if each.on else []
    return f"{{ {', '.join(parts)} }}" if len(parts) > 1 or not each.certain else _number(each.likely)


def _role_lines(role: Role) -> list[str]:
    led = [f"supervises = {_list(role.supervises)}"] if role.supervises else []
    return [f"key = {_quoted(role.key)}", f"name = {_quoted(role.name)}", *led]


def _case_lines(kind: CaseType) -> list[str]:
    lines = [
        f"key = {_quoted(kind.key)}",
        f"name = {_quoted(kind.name)}",
        f"measures = {_list(kind.measures)}",
        f"held_by = {_quoted(kind.held_by)}",
    ]
    lines += [f"derived_from = {_quoted(kind.derived_from)}"] if kind.derived_from else []
    return lines + ([f"note = {_quoted(kind.note)}"] if kind.note else [])


def _joiners_lines(each: Joiners) -> list[str]:
    return [
        f"role = {_quoted(each.role)}",
        f"month = {_quoted(format_month(each.month))}",
        f"people = {each.people}",
        f"trained = {str(each.trained).lower()}",
    ]


def _number(value: float) -> str:
    return repr(int(value)) if value == int(value) else repr(value)


def _list(texts: tuple[str, ...]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"


def _quoted(text: str) -> str:
    """Return a TOML string: JSON's escapes are TOML's, for what can be printed."""
    return json.dumps(text, ensure_ascii=False)
