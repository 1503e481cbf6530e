"""What a scenario has to hold before anything is worked out from it."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from vulncore.domain.errors import InvalidScenarioError, first_five
from vulncore.resourcing.scenario.addresses import HOURS, Address
from vulncore.resourcing.scenario.fields import (
    ABSTRACTIONS,
    CASE_TYPE,
    CASEWORK,
    COST,
    ROLE,
    SUPERVISION,
    UNIT,
    Field,
    field_of,
)
from vulncore.resourcing.scenario.scenario import Assumption, CaseType, Role, Scenario

MOST_ROLES, MOST_CASE_TYPES, MOST_JOINERS = 20, 20, 60
MOST_PEOPLE = 5_000
NAME_LETTERS, ABOUT_LETTERS = 60, 400
OF_A_ROLE = [name for name in ROLE if name not in (COST, *ABSTRACTIONS)]
OF_A_CASE = [name for name in CASE_TYPE if name != "ratio"]


def checked(scenario: Scenario) -> Scenario:
    """Return a scenario that can be worked with.

    Raises:
        InvalidScenarioError: A name or a key can't be used, something it needs is missing, a number is out of range,
            or parts of it contradict each other.
    """
    _check_names(scenario)
    _check_parts(scenario)
    _check_numbers(scenario)
    _check_sums(scenario)
    return scenario


def in_numbers(assumption: Assumption) -> str:
    """Return an assumption's number, with its range where it has one.

    >>> in_numbers(Assumption(1, 2, 3)), in_numbers(Assumption(5, 5, 5))
    ('2 (1 to 3)', '5')
    """
    if assumption.certain:
        return f"{assumption.likely:,g}"
    return f"{assumption.likely:,g} ({assumption.low:,g} to {assumption.high:,g})"


def _check_names(scenario: Scenario) -> None:
    """Refuse names, texts, measures and keys that can't be used."""
    parts: tuple[Role | CaseType, ...] = (*scenario.roles, *scenario.case_types)
    names, keys = [scenario.name, scenario.unit, *(part.name for part in parts)], [part.key for part in parts]
    measures = [measure for kind in scenario.case_types for measure in kind.measures]
    texts = [scenario.about, *(kind.note for kind in scenario.case_types)]
    _refuse(
        _quoted(names, lambda name: bool(name.strip()) and _is_line(name, NAME_LETTERS)),
        "name can't be used",
        "names can't be used",
        f"Give names of 1 to {NAME_LETTERS} letters on one line",
    )
    _refuse(
        _quoted(measures, re.compile(r"[\w.-]{1,80}").fullmatch),
        "measure can't be used",
        "measures can't be used",
        "Give keys from the list of `vulncore measures`",
    )
    _refuse(
        _quoted(texts, lambda text: _is_line(text, ABOUT_LETTERS)),
        "text can't be used",
        "texts can't be used",
        f"Give texts of up to {ABOUT_LETTERS} letters on one line",
    )
    twice = [key for key, times in Counter(keys).items() if times > 1]
    _refuse(
        twice, "key is used twice", "keys are used twice", "Give every role and kind of case a key of its own"
    )
    _refuse(
        _quoted(keys, re.compile(r"[a-z0-9][a-z0-9-]{0,39}", flags=re.ASCII).fullmatch),
        "key can't be used",
        "keys can't be used",
        "Use up to 40 small letters, digits and hyphens",
    )


def _check_parts(scenario: Scenario) -> None:
    """Refuse too many parts, none, and parts that contradict each other."""
    roles = {role.key: role for role in scenario.roles}
    first_hand = {kind.key for kind in scenario.case_types if not kind.derived_from}
    for parts, least, most, what in (
        (scenario.roles, 1, MOST_ROLES, "roles"),
        (scenario.case_types, 1, MOST_CASE_TYPES, "kinds of case"),
        (scenario.joiners, 0, MOST_JOINERS, "groups of joiners"),
    ):
        if not least <= len(parts) <= most:
            raise InvalidScenarioError(f"The scenario has {len(parts)} {what}. Give {least} to {most}.")
    _refuse(
        (
            f"{kind.key} by {kind.held_by}"
            for kind in scenario.case_types
            if not _works(roles.get(kind.held_by))
        ),
        "kind of case is held by a role that does not work on cases",
        "kinds of case are held by roles that do not work on cases",
        "Name a role that doesn't supervise",
    )
    _refuse(
        (
            f"{below} under {role.key}"
            for role in scenario.roles
            for below in role.supervises
            if below not in roles
        ),
        "supervised role is not in the scenario",
        "supervised roles are not in the scenario",
        "Add the role, or leave it out",
    )
    _refuse(
        (role.key for role in scenario.roles if role.key in _keys_below(role, roles)),
        "role supervises itself in the end",
        "roles supervise themselves in the end",
        "Let a role lead only the roles below it",
    )
    _refuse(
        (
            kind.key
            for kind in scenario.case_types
            if kind.derived_from and kind.derived_from not in first_hand
        ),
        "kind of case is derived from one that is not in the scenario, or is derived itself",
        "kinds of case are derived from one that is not in the scenario, or is derived itself",
        "Name another kind of case",
    )
    _refuse(
        (group.role for group in scenario.joiners if group.role not in roles),
        "group of joiners has a role that is not in the scenario",
        "groups of joiners have a role that is not in the scenario",
        "Name a role of the scenario",
    )
    _refuse(
        (
            f"{group.role} with {group.people:,}"
            for group in scenario.joiners
            if not 1 <= group.people <= MOST_PEOPLE
        ),
        "group of joiners has a number of people out of range",
        "groups of joiners have a number of people out of range",
        f"Give 1 to {MOST_PEOPLE:,} people",
    )


def _check_numbers(scenario: Scenario) -> None:
    """Refuse missing and unknown numbers, and those out of range or not whole, or ranges where one number belongs."""
    numbers = scenario.assumptions
    fields = {address: field_of(address) for address in numbers}
    _refuse(
        (needed.key for needed in _needed(scenario) if needed not in numbers),
        "number is missing",
        "numbers are missing",
        "Add what is missing; docs/resourcing.md lists the numbers of each part",
    )
    _refuse(
        (of.key for of, field in fields.items() if field is None or not _has_place(scenario, of)),
        "number belongs to nothing in the scenario",
        "numbers belong to nothing in the scenario",
        "Correct the key, or leave the number out",
    )
    for address, field in fields.items():
        if field:
            _check_limits(address.key, numbers[address], field)
    _refuse(
        (of.key for of, field in fields.items() if field and field.single and not numbers[of].certain),
        "number can't be a range",
        "numbers can't be ranges",
        "Give one number for each",
    )


def _check_limits(key: str, assumption: Assumption, field: Field) -> None:
    if not (field.least <= assumption.low and assumption.high <= field.most):
        raise InvalidScenarioError(
            f"{key} is {in_numbers(assumption)}, out of range. Give {field.least:,g} to {field.most:,g} {field.unit}."
        )
    if field.whole and any(end % 1 for end in (assumption.low, assumption.likely, assumption.high)):
        raise InvalidScenarioError(f"{key} is {in_numbers(assumption)}. Give whole {field.unit}.")


def _check_sums(scenario: Scenario) -> None:
    """Refuse roles whose people are always away, or of whom more are in training than in post."""
    for role in scenario.working:
        away = sum(scenario.of_role(role.key, name).high for name in ABSTRACTIONS)
        if away > 95 + 1e-9:
            raise InvalidScenarioError(
                f"{role.name}: leave, sickness, training, court and mutual aid together can take {away:,g} % of "
                "working time. Leave at least 5 % for work."
            )
    for role in scenario.roles:
        learning, there = (scenario.of_role(role.key, name) for name in ("in_training", "in_post"))
        if learning.high > there.low:
            raise InvalidScenarioError(
                f"{role.name}: up to {learning.high:,g} people in training, but only {there.low:,g} in post. "
                "Count people in training among people in post."
            )


def _keys_below(role: Role, roles: Mapping[str, Role]) -> set[str]:
    """Return the keys of all roles below a role."""
    below, todo = set[str](), set(role.supervises)
    while todo:
        below |= todo
        todo = {key for led in todo if led in roles for key in roles[led].supervises} - below
    return below


def _works(role: Role | None) -> bool:
    """Whether a role works on cases."""
    return role is not None and not role.supervises


def _needed(scenario: Scenario) -> list[Address]:
    """Return the numbers that a scenario has to have."""
    needed = [Address(name) for name in UNIT]
    holders = {role.key for role in scenario.holding}
    for role in scenario.roles:
        names = [*OF_A_ROLE, *(SUPERVISION if role.supervises else ["on_cases"])]
        names += ["most_cases"] if role.key in holders else []
        needed += [Address(name, role.key) for name in names]
    for kind in scenario.case_types:
        names = [*OF_A_CASE, *(["ratio"] if kind.derived_from else [])]
        needed += [Address(name, case=kind.key) for name in names]
        needed.append(Address(HOURS, kind.held_by, kind.key))
    return needed


def _has_place(scenario: Scenario, address: Address) -> bool:
    """Whether the scenario has what a number is of."""
    roles = {role.key: role for role in scenario.roles}
    if address.role and address.role not in roles:
        return False
    works = _works(roles.get(address.role))
    if address.case:
        return address.case in {kind.key for kind in scenario.case_types} and (works or not address.role)
    return not address.role or address.name not in (SUPERVISION if works else CASEWORK)


def _is_line(text: str, most: int) -> bool:
    return len(text) <= most and (text.isprintable() or not text)


def _quoted(texts: Iterable[str], usable: Callable[[str], object]) -> list[str]:
    """Return texts that can't be used, as a refusal names them."""
    return [repr(text[:40]) for text in texts if not usable(text)]


def _refuse(faulty: Iterable[str], one: str, several: str, mend: str) -> None:
    """Refuse what is faulty, if anything is: how many, what is wrong, which, and what to do."""
    which = [fault[:80] for fault in faulty]
    if which:
        raise InvalidScenarioError(
            f"{len(which)} {one if len(which) == 1 else several}: {first_five(which)}. {mend}."
        )
