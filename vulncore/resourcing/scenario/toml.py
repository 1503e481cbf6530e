"""A scenario as TOML: a text file that people read and change, read back and checked."""

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


def scenario_text(scenario: Scenario) -> str:
    """Return a scenario as TOML, a line for each number; `read_scenario` reads it back.

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
        *(["[[joiners]]", *_joiners_lines(group)] for group in scenario.joiners),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts) + "\n"


def read_scenario(text: str) -> Scenario:
    """Return the scenario that a TOML text holds, checked.

    Raises:
        InvalidScenarioError: It is not TOML, holds unknown parts, or can't be worked with.
    """
    top = _parsed(text)
    _refuse_unknown(top, TOP, "The scenario")
    assumptions = _assumptions("unit", _table(top, "assumed"), set())
    roles, kinds = [], []
    for table in _tables(top, "role"):
        role = Role(_text(table, "key"), _text(table, "name"), _texts(table, "supervises"))
        roles.append(role)
        assumptions |= _assumptions(f"role.{role.key}", table, OF_A_ROLE)
    for table in _tables(top, "case"):
        kind = CaseType(
            _text(table, "key"),
            _text(table, "name"),
            _texts(table, "measures"),
            _text(table, "held_by"),
            _text(table, "derived_from", ""),
            _text(table, "note", ""),
        )
        kinds.append(kind)
        assumptions |= _assumptions(f"case.{kind.key}", table, {*OF_A_CASE, "hours"})
        assumptions |= _assumptions(f"case.{kind.key}.hours", _table(table, "hours"), set())
    return checked(
        Scenario(
            name=_text(top, "name"),
            unit=_text(top, "unit"),
            about=_text(top, "about", ""),
            roles=tuple(roles),
            case_types=tuple(kinds),
            joiners=tuple(map(_joiners, _tables(top, "joiners"))),
            assumptions=assumptions,
        )
    )


def _number_lines(scenario: Scenario, prefix: str) -> list[str]:
    return [
        f"{key.removeprefix(prefix)} = {_assumption_text(assumption)}"
        for key, assumption in scenario.assumptions.items()
        if key.startswith(prefix)
    ]


def _assumption_text(assumption: Assumption) -> str:
    numbers = ", ".join(map(_number_text, (assumption.low, assumption.likely, assumption.high)))
    likely = _number_text(assumption.likely)
    parts = [f"value = {likely}" if assumption.certain else f"range = [{numbers}]"]
    parts += ["measured = true"] if assumption.measured else []
    parts += [f"source = {_quoted(assumption.source)}"] if assumption.source != ASSUMED else []
    parts += [f"by = {_quoted(assumption.by)}"] if assumption.by else []
    parts += [f"on = {assumption.on.isoformat()}"] if assumption.on else []
    return f"{{ {', '.join(parts)} }}" if len(parts) > 1 or not assumption.certain else likely


def _role_lines(role: Role) -> list[str]:
    led = [f"supervises = {_list_text(role.supervises)}"] if role.supervises else []
    return [f"key = {_quoted(role.key)}", f"name = {_quoted(role.name)}", *led]


def _case_lines(kind: CaseType) -> list[str]:
    lines = [
        f"key = {_quoted(kind.key)}",
        f"name = {_quoted(kind.name)}",
        f"measures = {_list_text(kind.measures)}",
        f"held_by = {_quoted(kind.held_by)}",
    ]
    lines += [f"derived_from = {_quoted(kind.derived_from)}"] if kind.derived_from else []
    return lines + ([f"note = {_quoted(kind.note)}"] if kind.note else [])


def _joiners_lines(group: Joiners) -> list[str]:
    return [
        f"role = {_quoted(group.role)}",
        f"month = {_quoted(format_month(group.month))}",
        f"people = {group.people}",
        f"trained = {str(group.trained).lower()}",
    ]


def _number_text(value: float) -> str:
    return repr(int(value)) if value == int(value) else repr(value)


def _list_text(texts: tuple[str, ...]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"


def _quoted(text: str) -> str:
    """Return a TOML string: JSON's escapes are TOML's, for what can be printed."""
    return json.dumps(text, ensure_ascii=False)


def _parsed(text: str) -> Mapping[str, Any]:
    """Return the parts of a TOML text; texts that would keep the parser busy for long are refused."""
    if len(text) > MOST_LETTERS:
        raise InvalidScenarioError(
            f"A scenario of {len(text):,} letters is too long. Give up to {MOST_LETTERS:,} letters."
        )
    bare = STRING_OR_COMMENT.sub(lambda match: "S" if match[1] else "", text)
    if "SS" in bare or '"' in bare or "'" in bare or LONG_KEY.search(bare):
        raise InvalidScenarioError(
            "The scenario has a key of many parts, or a text of several lines. Use short keys, and texts on one line."
        )
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as problem:
        raise InvalidScenarioError(
            f"This is not a scenario in TOML: {clean(str(problem))[:120]}. Correct that place."
        ) from None


def _assumptions(prefix: str, table: Mapping[str, Any], others: set[str]) -> dict[str, Assumption]:
    """Return the numbers of a table by their keys; `others` are the names in it that are no numbers."""
    return {
        f"{prefix}.{name}": _assumption(f"{prefix}.{name}", value)
        for name, value in table.items()
        if name not in others
    }


def _assumption(key: str, value: Any) -> Assumption:
    where = clean(key[:80])
    if isinstance(value, Mapping):
        _refuse_unknown(value, OF_AN_ASSUMPTION, where)
        parts: Mapping[str, Any] = value
    else:
        parts = {"value": value}
    ends: Any = parts.get("range", [parts.get("value")] * 3)
    low, likely, high = ends if isinstance(ends, list) and len(ends) == 3 else ("", "", "")
    if not all(map(_is_number, (low, likely, high))) or ("range" in parts) == ("value" in parts):
        raise InvalidScenarioError(
            f"{where} is not a number. Write a number, {{ value = 12 }} or {{ range = [lowest, likeliest, highest] }}."
        )
    measured, on = parts.get("measured", False), parts.get("on")
    is_day = isinstance(on, date) and not isinstance(on, datetime)
    if not isinstance(measured, bool) or not (on is None or is_day):
        raise InvalidScenarioError(
            f"{where}: 'measured' has to be true or false, and 'on' a day like 2025-04-01."
        )
    try:
        source, by = _text(parts, "source", ASSUMED), _text(parts, "by", "")
        return Assumption(float(low), float(likely), float(high), source, measured, by, on)
    except InvalidScenarioError as problem:
        raise InvalidScenarioError(f"{where}: {problem}") from None


def _joiners(table: Mapping[str, Any]) -> Joiners:
    _refuse_unknown(table, OF_JOINERS, "A group of joiners")
    people, trained = table.get("people"), table.get("trained", False)
    if not isinstance(people, int) or isinstance(people, bool) or not isinstance(trained, bool):
        raise InvalidScenarioError(
            "Joiners: 'people' has to be a whole number, and 'trained' true or false. Correct them."
        )
    try:
        return Joiners(_text(table, "role"), parse_month(_text(table, "month")), people, trained)
    except InvalidPeriodError as problem:
        raise InvalidScenarioError(f"Joiners: {clean(str(problem))}") from None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9


def _table(parts: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = parts.get(name, {})
    if not isinstance(table, Mapping):
        raise InvalidScenarioError(f"'{name}' is not a table. Write [{name}].")
    return table


def _tables(parts: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    tables = parts.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(table, Mapping) for table in tables):
        raise InvalidScenarioError(f"'{name}' is not a list of tables. Write [[{name}]] before each table.")
    return tables


def _text(parts: Mapping[str, Any], name: str, otherwise: str | None = None) -> str:
    text = parts.get(name, otherwise)
    if not isinstance(text, str):
        raise InvalidScenarioError(f"'{name}' is missing or is not a text. Write {name} = \"…\".")
    return text


def _texts(parts: Mapping[str, Any], name: str) -> tuple[str, ...]:
    texts = parts.get(name, [])
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise InvalidScenarioError(f"'{name}' is not a list of texts. Write {name} = [\"…\"].")
    return tuple(texts)


def _refuse_unknown(parts: Mapping[str, Any], names: set[str], where: str) -> None:
    unknown = [clean(name[:40]) for name in parts if name not in names]
    if unknown:
        what = "an unknown part" if len(unknown) == 1 else f"{len(unknown)} unknown parts"
        raise InvalidScenarioError(
            f"{where} has {what}: {first_five(unknown)}. Known parts: {', '.join(sorted(names))}."
        )
