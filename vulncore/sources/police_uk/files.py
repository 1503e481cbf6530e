"""The files of a download of data.police.uk: kinds, columns and names, found and read without unpacking to disk.

A download is a zip, a folder or single CSVs, named `YYYY-MM/YYYY-MM-<force>-<kind>.csv`. It may carry up
to three kinds; the kinds that aren't wanted are passed over.
"""

import re
import tomllib
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Final

from vulncore.domain.delivery import printable
from vulncore.domain.errors import InvalidPeriodError, UnreadableSourceError, first_five
from vulncore.domain.periods import month_name, parse_month
from vulncore.domain.vocabulary import (
    REFERENCE,
    Measure,
    police_uk_measures,
    police_uk_outcome_measures,
    police_uk_stop_measures,
)
from vulncore.sources.kinds import FileKind as FileKind  # noqa: PLC0414 - its readers have it from here
from vulncore.sources.zip_members import is_zip, member_content, member_names, opened, read_within, too_large

MAX_FILE_BYTES: Final = 128 * 1024**2  # at some 230 bytes a row, half a million: no force has so many a month
MAX_TOTAL_BYTES: Final = 2 * 1024**3  # some ten million rows, more than every force records in a year


SOURCES: Final = {
    FileKind.STREET: "police-uk",
    FileKind.OUTCOMES: "police-uk-outcomes",
    FileKind.STOP_AND_SEARCH: "police-uk-stop-and-search",
}
"""The names of the sources: one each, so that no kind is published in place of another."""

_CRIME: Final = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name"
_FIRST_LINES: Final = {
    FileKind.STREET: f"{_CRIME},Crime type,Last outcome category,Context",
    FileKind.OUTCOMES: f"{_CRIME},Outcome type",
    FileKind.STOP_AND_SEARCH: (
        "Type,Date,Part of a policing operation,Policing operation,Latitude,Longitude,Gender,Age range,"
        "Self-defined ethnicity,Officer-defined ethnicity,Legislation,Object of search,Outcome,"
        "Outcome linked to object of search,Removal of more than just outer clothing"
    ),
}
HEADERS: Final = {kind: tuple(line.split(",")) for kind, line in _FIRST_LINES.items()}

TYPE_COLUMNS: Final = {FileKind.STREET: "Crime type", FileKind.OUTCOMES: "Outcome type"}
"""The column that names a row's measure; all rows of a stop-and-search file count towards the same."""

UNKNOWN_TYPES: Final = {
    FileKind.STREET: "a crime type that data.police.uk does not list",
    FileKind.OUTCOMES: "an outcome type that data.police.uk does not list",
}
"""Why a row is rejected whose type is no measure's."""

_COPIED: Final = r"(?:[ _]?\(\d{1,3}\)| ?- ?[Cc]opy(?: ?\d{1,3})?| [Cc]opy(?: \d{1,3})?)*"
"""What a browser or a desktop adds to the name of a file that is there already: "(1)", "- Copy", "copy 2"."""
_NAME: Final = re.compile(
    rf"(\d{{4}}-\d{{2}})-([a-z-]+)-({'|'.join(FileKind)}){_COPIED}\.csv", flags=re.ASCII | re.IGNORECASE
)


NAME_IT: Final = "Name the file as data.police.uk does, like 2024-10-city-of-london-street.csv."


@dataclass(frozen=True)
class MonthName:
    """A month of a force, of one kind: what a file is called, here and in an archive."""

    month: date
    slug: str
    kind: FileKind

    @property
    def file(self) -> str:
        """Its folder and name."""
        month = f"{self.month:%Y-%m}"
        return f"{month}/{month}-{self.slug}-{self.kind}.csv"


@dataclass(frozen=True)
class MonthFile(MonthName):
    """One month of one force, of one kind: a CSV, or a member of a zip."""

    path: Path
    member: str = ""

    @property
    def stem(self) -> str:
        """Month and force, and the kind unless street: how the ids of its rows begin."""
        kind = "" if self.kind is FileKind.STREET else f"-{self.kind}"
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
        return f"{printable(self.member)} in {printable(self.path.name)}" if self.member else self.name


def month_files(
    paths: Iterable[Path], kind: FileKind | None = None, merged: Sequence[MonthFile] = ()
) -> tuple[tuple[MonthFile, ...], int]:
    """Return the files of a kind in zips, folders and single CSVs, and how many other files lie there.

    Nothing is read but names. The files come in order of month and force. Without a kind it is the only one
    there is, or street where there are several. The months of files that somebody `merged` are among them.

    Raises:
        UnreadableSourceError: A path is missing or of another kind, a zip is damaged, encrypted or
            unsafe, a CSV's name doesn't say month and force, a month of a force is there twice, there is
            no file of the kind, or there are several other kinds and none was chosen.
    """
    together = {file.path for file in merged}
    every = [member for path in paths for member in _paths_and_members(path) if member[0] not in together]
    named = [*merged, *(file for path, member in every if (file := month_file(path, member)))]
    wanted = kind or _only_kind({file.kind for file in named})
    chosen = sorted((file for file in named if file.kind == wanted), key=lambda file: file.stem)
    if not chosen:
        raise UnreadableSourceError(
            f"There is no {wanted} file among {len(every)} files. A {wanted} file is named like "
            f"2024-10-city-of-london-{wanted}.csv. Include {wanted} files when you download."
        )
    for _, same in groupby(chosen, key=lambda file: file.stem):
        first, *others = same
        if others:
            raise UnreadableSourceError(
                f"{first.force} has {len(others) + 1} files for {month_name(first.month)} "
                f"({first_five(str(file) if file.member else file.path for file in (first, *others))}). Give one file a month."
            )
    passed_over = len(every) + len(together) - len({(file.path, file.member) for file in chosen})
    return tuple(chosen), passed_over


def file_contents(
    files: Iterable[MonthFile], most_bytes: int = MAX_TOTAL_BYTES
) -> Iterator[tuple[MonthFile, bytes]]:
    """Yield each file with its bytes, one after the other; those of one zip are given next to each other.

    Raises:
        UnreadableSourceError: A file is damaged, larger than `MAX_FILE_BYTES`, or there are too many bytes
            together.
    """
    left = most_bytes
    for path, group in groupby(files, key=lambda file: file.path):
        with opened(path, path.name) if is_zip(path) else path.open("rb") as packed:
            for file in group:
                if isinstance(packed, zipfile.ZipFile):
                    content = member_content(packed, file.member, path.name, MAX_FILE_BYTES)
                else:
                    content = read_within(packed, MAX_FILE_BYTES, too_large(str(file), MAX_FILE_BYTES))
                left -= len(content)
                if left < 0:
                    raise UnreadableSourceError(
                        f"The files up to {file} hold more than can be read at once ({most_bytes:,} bytes). "
                        "Give fewer months at a time."
                    )
                yield file, content


def month_file(path: Path, member: str) -> MonthFile | None:
    """Return the month, force and kind that a CSV's name gives; None for other files, and those that a Mac or a publish adds.

    Raises:
        UnreadableSourceError: The name of a CSV doesn't say month, force and kind.
    """
    inner = PurePosixPath(member or path.name)
    beside = inner.name.startswith(".") or "__MACOSX" in inner.parts or inner.name.endswith(".rejects.csv")
    if beside or inner.suffix.casefold() != ".csv":
        return None
    named = _NAME.fullmatch(inner.name)
    if not named or named[2].casefold() not in force_names():
        raise UnreadableSourceError(
            f"The file name {printable(inner.name)} does not give a month and a force. {NAME_IT}"
        )
    try:
        month = parse_month(named[1])
    except InvalidPeriodError as problem:
        raise UnreadableSourceError(
            f"The file name {printable(inner.name)} gives no month. {problem}"
        ) from problem
    return MonthFile(month, named[2].casefold(), FileKind(named[3].casefold()), path, member)


def is_file_name(name: str) -> bool:
    """Return whether a name is one that data.police.uk gives its files.

    >>> names = ("2024-05-kent-outcomes.csv", "2024-05-kent-street (1).csv", "2024-05-atlantis-street.csv")
    >>> [is_file_name(name) for name in names]
    [True, True, False]
    """
    named = _NAME.fullmatch(name)
    return named is not None and named[2].casefold() in force_names()


def paths_within(paths: Iterable[Path]) -> list[Path]:
    """Return single files: those that are given, and those in folders."""
    return [path for given in paths for path, member in _paths_and_members(given) if not member]


def kind_measures(kind: FileKind) -> tuple[Measure, ...]:
    """Return the measures that rows of a kind can count towards.

    >>> [len(kind_measures(kind)) for kind in FileKind]
    [16, 28, 1]
    """
    if kind is FileKind.STREET:
        return police_uk_measures()
    return police_uk_outcome_measures() if kind is FileKind.OUTCOMES else police_uk_stop_measures()


@cache
def force_names() -> dict[str, tuple[str, ...]]:
    """Return each force's name by its part of a file name; then the other names that its rows may bear.

    >>> force_names()["metropolitan"]
    ('Metropolitan Police Service',)
    """
    rows = tomllib.loads((REFERENCE / "police_uk_forces.toml").read_text(encoding="utf-8"))["force"]
    return {row["slug"]: (row["name"], *row.get("also", ())) for row in rows}


def _paths_and_members(path: Path) -> list[tuple[Path, str]]:
    if path.is_dir():
        return [(inside, "") for inside in sorted(path.rglob("*")) if inside.is_file()]
    if not path.is_file():
        raise UnreadableSourceError(f"There is no file or folder {printable(str(path))}. Check the name.")
    if is_zip(path):
        return [(path, member) for member in member_names(path)]
    if path.suffix.casefold() == ".csv":
        return [(path, "")]
    raise UnreadableSourceError(
        f"{printable(path.name)} is not a zip, a CSV or a folder. Give the files as you downloaded them."
    )


def _only_kind(kinds: set[FileKind]) -> FileKind:
    there = [kind for kind in FileKind if kind in kinds]
    if len(there) > 1 and FileKind.STREET not in kinds:
        raise UnreadableSourceError(
            f"There are {len(there)} kinds of file: {first_five(there)}. A dataset holds one kind. "
            f"Choose the kind, like --kind {there[0]}."
        )
    return there[0] if len(there) == 1 else FileKind.STREET
