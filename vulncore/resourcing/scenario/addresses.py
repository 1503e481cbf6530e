"""Where a number of a scenario stands, and the key that files, links, sheets and tables know it by."""

from dataclasses import dataclass
from typing import Final

HOURS: Final = "hours"


@dataclass(frozen=True)
class Address:
    """What a number is of: a `role`, a kind of `case`, both where it is the hours of a role on a case, else the unit.

    All numbers of one of these together have no name.
    """

    name: str
    role: str = ""
    case: str = ""

    @property
    def part(self) -> str:
        """What the keys of all numbers of the same role, kind of case or unit begin with."""
        return f"case.{self.case}." if self.case else f"role.{self.role}." if self.role else "unit."

    @property
    def key(self) -> str:
        """The number's key.

        >>> Address("leave").key, Address("hours", role="soit", case="rape").key
        ('unit.leave', 'case.rape.hours.soit')
        """
        return f"{self.part}{self.name}" + (f".{self.role}" if self.case and self.role else "")


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
