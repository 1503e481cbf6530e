"""A scenario: the unit's roles, the kinds of case it takes, and every number assumed about them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Final

import numpy as np
from pydantic import ConfigDict, PlainValidator, StrictBool, StrictInt
from pydantic_core import PydanticKnownError

from vulncore.domain.arrays import Floats
from vulncore.domain.errors import InvalidScenarioError
from vulncore.domain.periods import FIRST_YEAR, LAST_YEAR, parse_month
from vulncore.resourcing.scenario.addresses import Address

ASSUMED: Final = "assumed"
SOURCE_LETTERS: Final = 200
BY_LETTERS: Final = 60
CHECKED: Final = ConfigDict(extra="forbid")
"""Of parts that a file holds as they are: pydantic checks them where they are read, and nothing where code makes them."""


def of_text(make: Callable[[str], Any]) -> PlainValidator:
    """Return the check of a part that a file holds as text: what `make` makes of it."""

    def made(text: object) -> Any:
        if not isinstance(text, str):
            raise PydanticKnownError("string_type")
        return make(text)

    return PlainValidator(made)


Month = Annotated[date, of_text(parse_month)]
"""A month that a file holds as 2025-04."""


@dataclass(frozen=True)
class Assumption:
    """A number of a scenario: from `low` to `high`, most often near `likely`; all three are equal where it is certain.

    `measured` says that it is read off the data wherever they know it. `by` and `on` say who changed it and when;
    nobody has where they are empty.
    """

    low: float
    likely: float
    high: float
    source: str = ASSUMED
    measured: bool = False
    by: str = ""
    on: date | None = None

    def __post_init__(self) -> None:
        if not (
            np.isfinite([self.low, self.likely, self.high]).all() and self.low <= self.likely <= self.high
        ):
            raise InvalidScenarioError(
                f"Lowest {self.low:,.6g}, likeliest {self.likely:,.6g} and highest {self.high:,.6g} are not in rising "
                "order. Give three numbers, none smaller than the one before."
            )
        if self.on is not None and not FIRST_YEAR <= self.on.year <= LAST_YEAR:
            raise InvalidScenarioError(
                f"The year of a change is {self.on.year}. Give a year from {FIRST_YEAR} to {LAST_YEAR}."
            )
        for text, letters, what in ((self.source, SOURCE_LETTERS, "source"), (self.by, BY_LETTERS, "name")):
            if len(text) > letters or not (text.isprintable() or not text):
                raise InvalidScenarioError(
                    f"A {what} of {len(text)} letters is too long or has signs that can't be printed. "
                    f"Write up to {letters} letters on one line."
                )

    @property
    def certain(self) -> bool:
        """Whether it is one number."""
        return self.low == self.high

    @property
    def mean(self) -> float:
        """What it is on average.

        >>> Assumption(10, 20, 60).mean
        30.0
        """
        return self.likely if self.certain else (self.low + self.likely + self.high) / 3

    def at(self, levels: Floats) -> Floats:
        """Return the number's quantile at each level between 0 and 1.

        Source:
            The quantile function of the triangular distribution, which is what a lowest, a likeliest and a highest number
            say by themselves (Johnson 1997, The Statistician 46, 387-398). It never falls as any of the three rises.

        >>> Assumption(0, 1, 2).at(np.array([0.0, 0.5, 1.0])).tolist()
        [0.0, 1.0, 2.0]
        """
        if self.certain:
            return np.full_like(np.asarray(levels, dtype=float), self.likely)
        width = self.high - self.low
        rising = self.low + np.sqrt(levels * width * (self.likely - self.low))
        falling = self.high - np.sqrt((1 - levels) * width * (self.high - self.likely))
        return np.asarray(np.where(levels * width < self.likely - self.low, rising, falling), dtype=float)


def fixed(value: float, source: str = ASSUMED) -> Assumption:
    """Return a number that is taken as certain.

    >>> fixed(8).certain
    True
    """
    return Assumption(value, value, value, source)


@dataclass(frozen=True)
class Role:
    """A role in the unit. One that `supervises` others is needed in proportion to them; the rest work on cases."""

    __pydantic_config__ = CHECKED
    key: str
    name: str
    supervises: tuple[str, ...] = ()


@dataclass(frozen=True)
class CaseType:
    """A kind of case: the measures that record it, and the role that holds it.

    A record that several kinds could claim belongs to the first of them. Where the data have none of its `measures`, it comes
    as so many cases for each case of the kind `derived_from`; or not at all, where that is empty.
    """

    __pydantic_config__ = CHECKED
    key: str
    name: str
    measures: tuple[str, ...]
    held_by: str
    derived_from: str = ""
    note: str = ""


@dataclass(frozen=True)
class Joiners:
    """People who join a role at the start of a month, on top of those who replace leavers."""

    __pydantic_config__ = CHECKED
    role: str
    month: Month
    people: StrictInt
    trained: StrictBool = False


@dataclass(frozen=True)
class Scenario:
    """What is assumed of a unit."""

    name: str
    unit: str
    about: str
    roles: tuple[Role, ...]
    case_types: tuple[CaseType, ...]
    joiners: tuple[Joiners, ...]
    assumptions: Mapping[Address, Assumption]

    def role(self, key: str) -> Role:
        """Return the role with a key."""
        return next(role for role in self.roles if role.key == key)

    def of_role(self, role: str, name: str) -> Assumption:
        """Return a number of a role; the unit's where the role has none of its own."""
        return Address(name, role).or_unit(self.assumptions)

    @cached_property
    def working(self) -> tuple[Role, ...]:
        """The roles that work on cases."""
        return tuple(role for role in self.roles if not role.supervises)

    @cached_property
    def holding(self) -> tuple[Role, ...]:
        """The roles that hold cases."""
        holders = {case_type.held_by for case_type in self.case_types}
        return tuple(role for role in self.roles if role.key in holders)

    def where(self, address: Address, assumption: Assumption) -> "Scenario":
        """Return the scenario with one number changed."""
        return replace(self, assumptions={**self.assumptions, address: assumption})

    def without(self, address: Address) -> "Scenario":
        """Return the scenario without a number."""
        return replace(self, assumptions={of: one for of, one in self.assumptions.items() if of != address})

    def called(self, name: str) -> "Scenario":
        """Return the scenario under another name."""
        return replace(self, name=" ".join(name.split()))
