"""A scenario written as TOML that people can read and change."""

import json
from collections.abc import Mapping

from vulncore.domain.periods import format_month
from vulncore.resourcing.scenario.assumption import ASSUMED, Assumption
from vulncore.resourcing.scenario.scenario import CaseType, Joiners, Role, Scenario


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
        ["[assumed]", *_numbers(scenario, "unit.")],
        *(["[[role]]", *_role(role), *_numbers(scenario, f"role.{role.key}.")] for role in scenario.roles),
        *(
            ["[[case]]", *_case(kind), *_numbers(scenario, f"case.{kind.key}.")]
            for kind in scenario.case_types
        ),
        *(["[[joiners]]", *_joiners(each)] for each in scenario.joiners),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts) + "\n"


def _numbers(scenario: Scenario, prefix: str) -> list[str]:
    own: Mapping[str, Assumption] = {
        key.removeprefix(prefix): each for key, each in scenario.assumptions.items() if key.startswith(prefix)
    }
    return [f"{name} = {_assumption(each)}" for name, each in own.items()]


def _assumption(each: Assumption) -> str:
    numbers = ", ".join(map(_number, (each.low, each.likely, each.high)))
    parts = [f"value = {_number(each.likely)}" if each.certain else f"range = [{numbers}]"]
    parts += ["measured = true"] if each.measured else []
    parts += [f"source = {_quoted(each.source)}"] if each.source != ASSUMED else []
    parts += [f"by = {_quoted(each.by)}"] if each.by else []
    parts += [f"on = {each.on.isoformat()}"] if each.on else []
    return f"{{ {', '.join(parts)} }}" if len(parts) > 1 or not each.certain else _number(each.likely)


def _role(role: Role) -> list[str]:
    led = [f"supervises = {_list(role.supervises)}"] if role.supervises else []
    return [f"key = {_quoted(role.key)}", f"name = {_quoted(role.name)}", *led]


def _case(kind: CaseType) -> list[str]:
    lines = [
        f"key = {_quoted(kind.key)}",
        f"name = {_quoted(kind.name)}",
        f"measures = {_list(kind.measures)}",
        f"held_by = {_quoted(kind.held_by)}",
    ]
    lines += [f"derived_from = {_quoted(kind.derived_from)}"] if kind.derived_from else []
    return lines + ([f"note = {_quoted(kind.note)}"] if kind.note else [])


def _joiners(each: Joiners) -> list[str]:
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
