"""A scenario: the unit's roles, the kinds of case it takes, and every number assumed about them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from vulncore.resourcing.scenario.assumption import Assumption


@dataclass(frozen=True)
class Role:
    """A role in the unit. One that `supervises` others is needed in proportion to them; the rest work on cases."""

    key: str
    name: str
    supervises: tuple[str, ...] = ()


@dataclass(frozen=True)
class CaseType:
    """A kind of case: the measures that count it, who holds it.

    A record that several kinds could claim belongs to the first of them. Where the data have none of its `measures`, it comes
    as so many cases for each case of the kind `derived_from`; or not at all, where that is empty.
    """

    key: str
    name: str
    measures: tuple[str, ...]
    held_by: str
    derived_from: str = ""
    note: str = ""


@dataclass(frozen=True)
class Joiners:
    """People who join a role at the start of a month, on top of those who replace leavers."""

    role: str
    month: date
    people: int
    trained: bool = False


@dataclass(frozen=True)
class Scenario:
    """What is assumed. `assumptions` has each number by its key: `role.pip2.posts`, `case.rape.hours.soit`, `unit.leave`."""

    name: str
    unit: str
    about: str
    roles: tuple[Role, ...]
    case_types: tuple[CaseType, ...]
    joiners: tuple[Joiners, ...]
    assumptions: Mapping[str, Assumption]

    def role(self, key: str) -> Role:
        """Return the role with a key."""
        return next(role for role in self.roles if role.key == key)

    def of_role(self, role: str, name: str) -> Assumption:
        """Return a number of a role; the unit's where the role has none of its own."""
        return self.assumptions.get(f"role.{role}.{name}") or self.assumptions[f"unit.{name}"]

    def hours(self, case_type: str, role: str) -> Assumption | None:
        """Return the hours that a role spends on a case; None where it has no part in it."""
        return self.assumptions.get(f"case.{case_type}.hours.{role}")

    @cached_property
    def working(self) -> tuple[Role, ...]:
        """The roles that work on cases."""
        return tuple(role for role in self.roles if not role.supervises)

    @cached_property
    def holding(self) -> tuple[Role, ...]:
        """The roles that hold cases."""
        holders = {case_type.held_by for case_type in self.case_types}
        return tuple(role for role in self.roles if role.key in holders)

    def where(self, key: str, assumption: Assumption) -> "Scenario":
        """Return the scenario with one number changed."""
        return replace(self, assumptions={**self.assumptions, key: assumption})

    def called(self, name: str) -> "Scenario":
        """Return the scenario under another name."""
        return replace(self, name=" ".join(name.split()))
