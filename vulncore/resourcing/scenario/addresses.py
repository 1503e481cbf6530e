"""Where a number of a scenario stands, and the key that files, links, sheets and tables know it by."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeVar

HOURS: Final = "hours"
T = TypeVar("T")


@dataclass(frozen=True)
class Address:
    """What a number is of: a `role`, a kind of `case`, both where it is the hours of a role on a case, else the unit.

    All numbers of one of these together have no name.
    """

    name: str
    role: str = ""
    case: str = ""

    @property
    def of(self) -> "Address":
        """All numbers of the same kind of case, else role, else of the unit."""
        return Address("", "" if self.case else self.role, self.case)

    @property
    def key(self) -> str:
        """The number's key; without a name, what the keys of all its numbers begin with.

        >>> Address("leave").key, Address("hours", role="soit", case="rape").key, Address("", "pip2").key
        ('unit.leave', 'case.rape.hours.soit', 'role.pip2.')
        """
        if self.case:
            return f"case.{self.case}.{self.name}" + (f".{self.role}" if self.role else "")
        return f"role.{self.role}.{self.name}" if self.role else f"unit.{self.name}"

    def called(self, name: str) -> "Address":
        """Return the number with a name, of those that these are, where a key would find it.

        >>> Address("", case="rape").called("hours.soit")
        Address(name='hours', role='soit', case='rape')
        """
        return address_of(f"{self.key}{name}") or replace(self, name=name)

    def or_unit(self, numbers: Mapping["Address", T]) -> T:
        """Return a role's number of some; the unit's of that name where the role has none of its own."""
        return numbers[self if self in numbers else Address(self.name)]


def address_of(key: str) -> Address | None:
    """Return where the number of a key stands; None where no number has that key.

    >>> address_of("role.pip2.leavers"), address_of("role.pip2")
    (Address(name='leavers', role='pip2', case=''), None)
    """
    match key.split("."):
        case ["unit", name]:
            return Address(name)
        case ["role", role, name] if role:
            return Address(name, role)
        case ["case", case, "hours", role] if case and role:
            return Address(HOURS, role, case)
        case ["case", case, name] if case:
            return Address(name, case=case)
    return None
