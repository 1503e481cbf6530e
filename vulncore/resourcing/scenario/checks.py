"""What a scenario has to hold before anything is worked out from it."""

import re
from collections.abc import Iterable, Mapping

from vulncore.domain.errors import InvalidScenarioError, first_five
from vulncore.resourcing.scenario.fields import ABSTRACTIONS, CASEWORK, SUPERVISION, UNIT, field_of
from vulncore.resourcing.scenario.scenario import Assumption, CaseType, Role, Scenario

MOST_ROLES, MOST_CASE_TYPES, MOST_JOINERS = 20, 20, 60
MOST_PEOPLE = 5_000
NAME_LETTERS, ABOUT_LETTERS = 60, 400
OF_A_ROLE = (
    "posts",
    "in_post",
    "in_training",
    "full_time",
    "leavers",
    "replace_months",
    "training_months",
    "training_worth",
)
OF_A_CASE = ("demand", "share", "open_months", "varies")


def checked(scenario: Scenario) -> Scenario:
    """Return a scenario that can be worked with.

    Raises:
        InvalidScenarioError: A name or a key can't be used, something it needs is missing, a number is out of range,
            or parts of it contradict each other.
    """
    _names(scenario)
    _parts(scenario)
    missing = [key for key in _needed(scenario) if key not in scenario.assumptions]
    _refuse(missing, "numbers are missing", "Add them; docs/resourcing.md lists what each part needs")
    known = {key: field_of(key) for key in scenario.assumptions}
    strays = [key for key, field in known.items() if field is None or not _has_place(scenario, key)]
    _refuse(strays, "numbers are of nothing that the scenario has", "Correct their names or leave them out")
    for key, field in known.items():
        assumption = scenario.assumptions[key]
        if field and not (field.least <= assumption.low and assumption.high <= field.most):
            raise InvalidScenarioError(
                f"{key} is {in_numbers(assumption)}, out of range. Give {field.least:,g} to {field.most:,g} {field.unit}."
            )
        if (
            field
            and field.whole
            and any(value % 1 for value in (assumption.low, assumption.likely, assumption.high))
        ):
            raise InvalidScenarioError(f"{key} is {in_numbers(assumption)}. Give whole {field.unit}.")
    ranges = [
        key
        for key, field in known.items()
        if field and field.single and not scenario.assumptions[key].certain
    ]
    _refuse(ranges, "numbers are ranges and can't be", "Give one number for each")
    _sums(scenario)
    return scenario


def in_numbers(assumption: Assumption) -> str:
    """Return the numbers of an assumption, short.

    >>> in_numbers(Assumption(1, 2, 3)), in_numbers(Assumption(5, 5, 5))
    ('2 (1 to 3)', '5')
    """
    if assumption.certain:
        return f"{assumption.likely:,g}"
    return f"{assumption.likely:,g} ({assumption.low:,g} to {assumption.high:,g})"


def clean(text: str) -> str:
    """Return a text without signs that a terminal or a page could take for more than text."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def _names(scenario: Scenario) -> None:
    parts: tuple[Role | CaseType, ...] = (*scenario.roles, *scenario.case_types)
    texts = [scenario.name, scenario.unit, *(each.name for each in parts)]
    bad = [
        repr(text[:40])
        for text in texts
        if not text.strip() or len(text) > NAME_LETTERS or not text.isprintable()
    ]
    _refuse(bad, "names can't be used", f"Give each up to {NAME_LETTERS} letters on one line")
    notes = [scenario.about, *(each.note for each in scenario.case_types)]
    measures = [measure for kind in scenario.case_types for measure in kind.measures]
    odd = [repr(measure[:40]) for measure in measures if not re.fullmatch(r"[\w.-]{1,80}", measure)]
    _refuse(odd, "measures can't be used", "Give keys as `vulncore measures` lists them")
    long = [
        repr(text[:40]) for text in notes if len(text) > ABOUT_LETTERS or not (text.isprintable() or not text)
    ]
    _refuse(long, "texts can't be used", f"Give each up to {ABOUT_LETTERS} letters on one line")
    keys = [each.key for each in parts]
    twice = [key for key in dict.fromkeys(keys) if keys.count(key) > 1]
    _refuse(twice, "keys are used twice", "Give each role and kind of case its own")
    odd = [
        repr(key[:40]) for key in keys if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", key, flags=re.ASCII)
    ]
    _refuse(odd, "keys can't be used", "Use up to 40 small letters, digits and hyphens")


def _parts(scenario: Scenario) -> None:
    roles, kinds = (
        {role.key: role for role in scenario.roles},
        {each.key: each for each in scenario.case_types},
    )
    for had, most, what in (
        (scenario.roles, MOST_ROLES, "roles"),
        (scenario.case_types, MOST_CASE_TYPES, "kinds of case"),
        (scenario.joiners, MOST_JOINERS, "groups of joiners"),
    ):
        if len(had) > most or (not had and what != "groups of joiners"):
            raise InvalidScenarioError(f"The scenario has {len(had)} {what}. Give 1 to {most}.")
    wrong = [
        f"{each.key} by {each.held_by}" for each in scenario.case_types if not _works(roles.get(each.held_by))
    ]
    _refuse(wrong, "kinds of case are held by no role that works on cases", "Name one that doesn't supervise")
    wrong = [
        f"{role.key} of {other}" for role in scenario.roles for other in role.supervises if other not in roles
    ]
    _refuse(wrong, "roles supervise one that is not there", "Add it, or leave it out")
    circles = [role.key for role in scenario.roles if role.key in _led_by(role, roles)]
    _refuse(circles, "roles supervise themselves in the end", "Let each lead only those below it")
    wrong = [
        each.key
        for each in scenario.case_types
        if each.derived_from and (each.derived_from not in kinds or kinds[each.derived_from].derived_from)
    ]
    _refuse(wrong, "kinds of case derive from one that is not there, or is derived itself", "Name another")
    wrong = [
        each.role
        for each in scenario.joiners
        if each.role not in roles or not 1 <= each.people <= MOST_PEOPLE
    ]
    _refuse(
        wrong,
        "groups of joiners have no such role, or no number of people",
        "Name a role, and 1 person or more",
    )


def _led_by(role: Role, roles: Mapping[str, Role]) -> set[str]:
    """Return everybody below a role."""
    below: set[str] = set()
    todo = list(role.supervises)
    while todo:
        key = todo.pop()
        if key not in below and key in roles:
            below.add(key)
            todo.extend(roles[key].supervises)
    return below


def _works(role: Role | None) -> bool:
    return role is not None and not role.supervises


def _needed(scenario: Scenario) -> list[str]:
    needed = [f"unit.{name}" for name in UNIT]
    holders = {role.key for role in scenario.holding}
    for role in scenario.roles:
        own = [*OF_A_ROLE, *(SUPERVISION if role.supervises else ["on_cases"])]
        needed += [f"role.{role.key}.{name}" for name in own]
        needed += [f"role.{role.key}.most_cases"] if role.key in holders else []
    for each in scenario.case_types:
        own = [*OF_A_CASE, *(["ratio"] if each.derived_from else []), f"hours.{each.held_by}"]
        needed += [f"case.{each.key}.{name}" for name in own]
    return needed


def _has_place(scenario: Scenario, key: str) -> bool:
    """Whether the scenario has what a number is of."""
    roles, kinds = {role.key: role for role in scenario.roles}, {each.key for each in scenario.case_types}
    match key.split("."):
        case ["unit", _]:
            return True
        case ["role", role, name]:
            works = role in roles and not roles[role].supervises
            return role in roles and (
                works if name in CASEWORK else not works if name in SUPERVISION else True
            )
        case ["case", kind, "hours", role]:
            return kind in kinds and _works(roles.get(role))
        case ["case", kind, _]:
            return kind in kinds
    return False


def _sums(scenario: Scenario) -> None:
    for role in scenario.working:
        away = sum(scenario.of_role(role.key, name).high for name in ABSTRACTIONS)
        if away > 95 + 1e-9:
            raise InvalidScenarioError(
                f"{role.name}: leave, sickness, training, court and mutual aid can take {away:,g} % of working time "
                "together. Leave at least 5 % to work with."
            )
    for role in scenario.roles:
        learning, there = (scenario.of_role(role.key, name) for name in ("in_training", "in_post"))
        if learning.high > there.low:
            raise InvalidScenarioError(
                f"{role.name}: {learning.high:,g} in training are more than the {there.low:,g} in post, who include them."
            )


def _refuse(faulty: Iterable[object], what: str, mend: str) -> None:
    which = [clean(str(each)[:80]) for each in faulty]
    if which:
        raise InvalidScenarioError(f"{len(which)} {what}: {first_five(which)}. {mend}.")
