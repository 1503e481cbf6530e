"""A scenario as TOML: a text file that people read and change, read back and checked."""

import json
import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, Field, StrictBool, TypeAdapter, ValidationError
from pydantic.types import Strict

from vulncore.domain.errors import InvalidPeriodError, InvalidScenarioError, first_five
from vulncore.domain.periods import format_month
from vulncore.resourcing.scenario.addresses import HOURS, Address
from vulncore.resourcing.scenario.checks import checked
from vulncore.resourcing.scenario.scenario import ASSUMED, Assumption, CaseType, Joiners, Role, Scenario

MOST_LETTERS = 60_000
STRING_OR_COMMENT = re.compile(r"""("(?:[^"\\\n]|\\.)*+"?|'[^'\n]*+'?)|#[^\n]*""")
"""A string may lack its end, at which the parser stops: looking for it once more at each later quotation mark takes long."""
LONG_KEY = re.compile(r"(?<![\w-])(?:[\w-]+[ \t]*\.[ \t]*){6}")
"""No key has so many parts; the parser of TOML takes a time that grows with the square of them."""

Number = Annotated[float, Strict(), Field(gt=-1e9, lt=1e9, allow_inf_nan=False)]
Table = dict[str, Any]
Part = TypeVar("Part")


class ScenarioFile(BaseModel, extra="forbid"):
    """What a file has at its top. The tables of roles and kinds of case hold numbers of any name."""

    name: str
    unit: str
    about: str = ""
    assumed: Table = {}
    role: list[Table] = []
    case: list[Table] = []
    joiners: list[Table] = []


class NumberTable(BaseModel, extra="forbid"):
    """A number as a file has it, and what is said of it: a range, of which a value stands for three that are the same."""

    value: None = None
    range: tuple[Number, Number, Number]
    measured: StrictBool = False
    source: str = ASSUMED
    by: str = ""
    on: Annotated[date, Strict()] | None = None


READERS: Final[dict[Any, TypeAdapter[Any]]] = {
    kind: TypeAdapter(kind) for kind in (ScenarioFile, NumberTable, Role, CaseType, Joiners, Table)
}
NO_TEXT: Final = "'{name}' is missing or is not a text. Write {name} = \"…\"."
WRONG: Final = {
    **dict.fromkeys(
        ("value", "range"),
        "{where} is not a number. Write a number, {{ value = 12 }} or {{ range = [lowest, likeliest, highest] }}.",
    ),
    **dict.fromkeys(
        ("measured", "on"), "{where}: 'measured' has to be true or false, and 'on' a day like 2025-04-01."
    ),
    **dict.fromkeys(("source", "by"), "{where}: " + NO_TEXT),
    **dict.fromkeys(
        ("people", "trained"),
        "Joiners: 'people' has to be a whole number, and 'trained' true or false. Correct them.",
    ),
    **dict.fromkeys(("missing", "string_type"), NO_TEXT),
    "dict_type": "'{name}' is not a table. Write [{name}].",
    "list_type": "'{name}' is not a list of tables. Write [[{name}]] before each table.",
    "tuple_type": "'{name}' is not a list of texts. Write {name} = [\"…\"].",
}
"""What is wrong with a part, by its name; else by what the reader says of it."""
LISTS: Final = {"string_type": "tuple_type", "dict_type": "list_type"}
"""What the reader would say of a list, by what it says of something in it."""
UNKNOWN: Final = {"extra_forbidden", "unexpected_keyword_argument"}


def scenario_text(scenario: Scenario) -> str:
    """Return a scenario as TOML, a line for each number; `read_scenario` reads it back.

    The same scenario gives the same text.
    """
    top = {"name": scenario.name, "unit": scenario.unit, "about": scenario.about}
    numbers: defaultdict[Address, Table] = defaultdict(dict)
    for address, assumption in scenario.assumptions.items():
        of = address.of
        numbers[of][address.key.removeprefix(of.key)] = _number_value(assumption)
    tables = [
        _lines(top),
        ["[assumed]", *_lines(numbers[Address("")])],
        *(
            ["[[role]]", *_lines(_given(role)), *_lines(numbers[Address("", role.key)])]
            for role in scenario.roles
        ),
        *(
            ["[[case]]", *_lines(_given(kind)), *_lines(numbers[Address("", case=kind.key)])]
            for kind in scenario.case_types
        ),
        *(
            ["[[joiners]]", *_lines(asdict(group) | {"month": format_month(group.month)})]
            for group in scenario.joiners
        ),
    ]
    return "\n\n".join("\n".join(lines) for lines in tables) + "\n"


def read_scenario(text: str) -> Scenario:
    """Return the scenario that a TOML text holds, checked.

    Raises:
        InvalidScenarioError: It is not TOML, holds unknown parts, or can't be worked with.
    """
    file = _read(ScenarioFile, _parsed(text), "The scenario")
    assumptions = _assumptions(Address(""), file.assumed)
    roles, kinds = [], []
    for table in file.role:
        role, numbers = _part(Role, table)
        roles.append(role)
        assumptions |= _assumptions(Address("", role.key), numbers)
    for table in file.case:
        kind, numbers = _part(CaseType, table)
        kinds.append(kind)
        hours = _read(Table, numbers.pop(HOURS, {}), HOURS)
        numbers |= {f"{HOURS}.{role}": value for role, value in hours.items()}
        assumptions |= _assumptions(Address("", case=kind.key), numbers)
    try:
        joiners = tuple(_read(Joiners, table, "A group of joiners") for table in file.joiners)
    except InvalidPeriodError as problem:
        raise InvalidScenarioError(f"Joiners: {problem}") from None
    return checked(
        Scenario(file.name, file.unit, file.about, tuple(roles), tuple(kinds), joiners, assumptions)
    )


def _lines(values: Mapping[str, Any]) -> list[str]:
    return [f"{name} = {_value_text(value)}" for name, value in values.items()]


def _value_text(value: Any) -> str:
    """Return a value as TOML: JSON's are TOML's, for what can be printed, but for tables and days."""
    if isinstance(value, Mapping):
        return f"{{ {', '.join(_lines(value))} }}"
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)


def _given(part: Role | CaseType | Assumption) -> dict[str, Any]:
    """Return what a part holds, but for what it would hold anyway."""
    values = {field.name: (getattr(part, field.name), field.default) for field in fields(part)}
    return {name: value for name, (value, default) in values.items() if value != default}


def _number_value(assumption: Assumption) -> Any:
    """Return what is written of a number: itself, or a table where there is more to say of it."""
    ends = [
        int(end) if end == int(end) else end for end in (assumption.low, assumption.likely, assumption.high)
    ]
    given = _given(assumption)
    table = {"value": ends[1]} if assumption.certain else {"range": ends}
    table |= {name: given[name] for name in NumberTable.model_fields if name in given}
    return ends[1] if list(table) == ["value"] else table


def _parsed(text: str) -> Mapping[str, Any]:
    """Return the parts of a TOML text; texts that would keep the parser busy for long are refused."""
    if len(text) > MOST_LETTERS:
        raise InvalidScenarioError(
            f"A scenario of {len(text):,} letters is too long. Give up to {MOST_LETTERS:,} letters."
        )
    bare = STRING_OR_COMMENT.sub(lambda match: "S" if match[1] else "", text)
    if "SS" in bare or LONG_KEY.search(bare):
        raise InvalidScenarioError(
            "The scenario has a key of many parts, or a text of several lines. Use short keys, and texts on one line."
        )
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as problem:
        raise InvalidScenarioError(
            f"This is not a scenario in TOML: {str(problem)[:120]}. Correct that place."
        ) from None


def _part(kind: type[Part], table: Table) -> tuple[Part, Table]:
    """Return the role or kind of case that a table holds, and the numbers beside it."""
    names = kind.__annotations__
    numbers = {name: value for name, value in table.items() if name not in names}
    return _read(kind, {name: table[name] for name in names if name in table}, ""), numbers


def _assumptions(of: Address, table: Table) -> dict[Address, Assumption]:
    return {of.called(name): _assumption(f"{of.key}{name}"[:80], value) for name, value in table.items()}


def _assumption(where: str, value: Any) -> Assumption:
    table = dict(value) if isinstance(value, Mapping) else {"value": value}
    if "range" not in table:
        table["range"] = [table.pop("value", None)] * 3
    number = _read(NumberTable, table, where)
    try:
        return Assumption(*number.range, number.source, number.measured, number.by, number.on)
    except InvalidScenarioError as problem:
        raise InvalidScenarioError(f"{where}: {problem}") from None


def _read(kind: type[Part], table: Any, where: str) -> Part:
    """Return a part as its kind has it, or say what of it is wrong."""
    try:
        part: Part = READERS[kind].validate_python(table)
    except ValidationError as problem:
        raise InvalidScenarioError(_refusal(problem, kind, where)) from None
    return part


def _refusal(problem: ValidationError, kind: type[Any], where: str) -> str:
    """Return the sentence for what of a part is unknown, else for what is wrong, else for what is missing."""
    faults = sorted(problem.errors(include_url=False), key=lambda fault: fault["type"] == "missing")
    unknown = [str(fault["loc"][0])[:40] for fault in faults if fault["type"] in UNKNOWN]
    if unknown:
        what = "an unknown part" if len(unknown) == 1 else f"{len(unknown)} unknown parts"
        known = ", ".join(sorted(kind.__annotations__))
        return f"{where} has {what}: {first_five(unknown)}. Known parts: {known}."
    name, *inside = faults[0]["loc"] or [where]
    reason = faults[0]["type"]
    sentence = WRONG.get(str(name)) or WRONG[LISTS.get(reason, reason) if inside else reason]
    return sentence.format(name=name, where=where)
