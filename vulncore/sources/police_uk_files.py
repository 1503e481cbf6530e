"""The street files in a download of data.police.uk: found by name, read without unpacking to disk.

A download is a zip, a folder or single CSVs, named `YYYY-MM/YYYY-MM-<force>-street.csv`. It may carry
outcomes and stop-and-search files beside them, which count nothing here and are passed over.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Final

from vulncore.delivery import printable
from vulncore.errors import InvalidPeriodError, UnreadableSourceError, first_five
from vulncore.periods import month_name, parse_month
from vulncore.sources.zip_members import is_zip, member_names, read_members, read_within, too_large
from vulncore.vocabulary import REFERENCE

MAX_FILE_BYTES: Final = 128 * 1024**2  # at some 230 bytes a row, half a million: no force has so many a month
MAX_TOTAL_BYTES: Final = 2 * 1024**3  # some ten million rows, more than every force records in a year

_NAME = re.compile(r"(\d{4}-\d{2})-([a-z-]+)-(street|outcomes|stop-and-search)\.csv", flags=re.ASCII)


@dataclass(frozen=True)
class StreetFile:
    """One month of one force: a CSV, or a member of a zip."""

    month: date
    slug: str
    path: Path
    member: str = ""

    @property
    def stem(self) -> str:
        """Its name without `-street.csv`, which says month and force."""
        return f"{self.month:%Y-%m}-{self.slug}"

    @property
    def force(self) -> str:
        """The name of the force that it is for."""
        return force_names()[self.slug][0]

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


def street_files(paths: Iterable[Path]) -> tuple[tuple[StreetFile, ...], int]:
    """Return the street files in zips, folders and single CSVs, and how many other files lie there.

    Nothing is read but names. The files come in order of month and force.

    Raises:
        UnreadableSourceError: A path is missing or of another kind, a zip is damaged, encrypted or
            unsafe, a CSV's name doesn't say month and force, a month of a force is there twice, or
            there is no street file at all.
    """
    every = [found for path in paths for found in _found(path)]
    street = [file for path, member in every if (file := _street_file(path, member))]
    if not street:
        raise UnreadableSourceError(
            f"None of {len(every)} files is a street file. Those are named like "
            "2024-10-city-of-london-street.csv: choose to include crime data when you download."
        )
    street.sort(key=lambda file: file.stem)
    for _, same in groupby(street, key=lambda file: file.stem):
        first, *others = same
        if others:
            raise UnreadableSourceError(
                f"{month_name(first.month)} of {first.force} is there {len(others) + 1} times "
                f"({first_five([first, *others])}). Give each month once."
            )
    return tuple(street), len(every) - len(street)


def contents(
    files: Iterable[StreetFile], most_bytes: int = MAX_TOTAL_BYTES
) -> Iterator[tuple[StreetFile, bytes]]:
    """Yield each street file with its bytes, one after the other.

    Args:
        files: The files, those of one zip next to each other.
        most_bytes: How many bytes all of them may hold, unpacked.

    Raises:
        UnreadableSourceError: A file is damaged, larger than `MAX_FILE_BYTES`, or there are too many bytes
            together.
    """
    left = most_bytes
    for path, group in groupby(files, key=lambda file: file.path):
        for file, content in _read(path, group):
            left -= len(content)
            if left < 0:
                raise UnreadableSourceError(
                    f"With {file} there is more than can be read at once ({most_bytes:,} bytes). "
                    "Give fewer months at a time."
                )
            yield file, content


def _read(path: Path, files: Iterable[StreetFile]) -> Iterator[tuple[StreetFile, bytes]]:
    if is_zip(path):
        by_member = {file.member: file for file in files}
        for member, content in read_members(path, by_member, MAX_FILE_BYTES):
            yield by_member[member], content
        return
    for file in files:
        with path.open("rb") as stream:
            yield file, read_within(stream, MAX_FILE_BYTES, too_large(str(file), MAX_FILE_BYTES))


def _found(path: Path) -> list[tuple[Path, str]]:
    if path.is_dir():
        return [(found, "") for found in sorted(path.rglob("*")) if found.is_file()]
    if not path.is_file():
        raise UnreadableSourceError(f"There is no file or folder {printable(str(path))}. Check its name.")
    if is_zip(path):
        return [(path, member) for member in member_names(path)]
    if path.suffix.casefold() == ".csv":
        return [(path, "")]
    raise UnreadableSourceError(
        f"{printable(path.name)} is no zip, CSV or folder. Give the download as it came."
    )


def _street_file(path: Path, member: str) -> StreetFile | None:
    inner = PurePosixPath(member or path.name)
    beside = inner.name.startswith(".") or "__MACOSX" in inner.parts  # what a Mac adds to its zips
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
    return StreetFile(month, named[2], path, member) if named[3] == "street" else None
