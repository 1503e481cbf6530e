"""What the name of a file of data.police.uk says: its month, its force and its kind."""

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Final

from vulncore.domain.delivery import printable
from vulncore.domain.errors import InvalidPeriodError, UnreadableSourceError
from vulncore.domain.periods import parse_month
from vulncore.domain.vocabulary import REFERENCE
from vulncore.sources.police_uk.police_uk_kinds import Kind

_NAME: Final = re.compile(rf"(\d{{4}}-\d{{2}})-([a-z-]+)-({'|'.join(Kind)})\.csv", flags=re.ASCII)


@dataclass(frozen=True)
class MonthFile:
    """One month of one force, of one kind: a CSV, or a member of a zip."""

    month: date
    slug: str
    kind: Kind
    path: Path
    member: str = ""

    @property
    def stem(self) -> str:
        """What it is the file of, as ids of its rows begin: month and force, and the kind unless street."""
        kind = "" if self.kind is Kind.STREET else f"-{self.kind}"
        return f"{self.month:%Y-%m}-{self.slug}{kind}"

    @property
    def force(self) -> str:
        """The name of the force that it is for."""
        return force_names()[self.slug][0]

    @property
    def name(self) -> str:
        """Its printable name without folders and zip."""
        return printable(PurePosixPath(self.member or self.path.name).name)

    def __str__(self) -> str:
        return (
            f"{printable(self.member)} in {printable(self.path.name)}"
            if self.member
            else printable(str(self.path))
        )


@cache
def force_names() -> dict[str, tuple[str, ...]]:
    """Return each force's name by its part of a file name; then the other names that its rows may bear.

    >>> force_names()["metropolitan"]
    ('Metropolitan Police Service',)
    """
    rows = tomllib.loads((REFERENCE / "police_uk_forces.toml").read_text(encoding="utf-8"))["force"]
    return {row["slug"]: (row["name"], *row.get("also", ())) for row in rows}


def is_named_as_its_files(name: str) -> bool:
    """Return whether a name is one that data.police.uk gives its files.

    >>> is_named_as_its_files("2024-05-kent-outcomes.csv"), is_named_as_its_files("2024-05-atlantis-street.csv")
    (True, False)
    """
    named = _NAME.fullmatch(name)
    return named is not None and named[2] in force_names()


def month_file(path: Path, member: str) -> MonthFile | None:
    """Return what a CSV's name says; None for other files, and those that a Mac adds to its zips.

    Raises:
        UnreadableSourceError: The name of a CSV doesn't say month, force and kind.
    """
    inner = PurePosixPath(member or path.name)
    beside = inner.name.startswith(".") or "__MACOSX" in inner.parts
    if beside or inner.suffix.casefold() != ".csv":
        return None
    named = _NAME.fullmatch(inner.name)
    if not named or named[2] not in force_names():
        raise UnreadableSourceError(
            f"The name {printable(inner.name)} does not say its month and force. Name it as data.police.uk does, "
            "like 2024-10-city-of-london-street.csv."
        )
    try:
        month = parse_month(named[1])
    except InvalidPeriodError as problem:
        raise UnreadableSourceError(f"{printable(inner.name)} is of no month. {problem}") from problem
    return MonthFile(month, named[2], Kind(named[3]), path, member)
