"""The files of one kind in a download of data.police.uk: found by name, read without unpacking to disk.

A download is a zip, a folder or single CSVs, named `YYYY-MM/YYYY-MM-<force>-<kind>.csv`. It may carry up
to three kinds; those that aren't asked for count nothing and are passed over.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Final

from vulncore.domain.delivery import printable
from vulncore.domain.errors import UnreadableSourceError, first_five
from vulncore.domain.periods import month_name
from vulncore.sources.police_uk.police_uk_kinds import Kind
from vulncore.sources.police_uk.police_uk_names import MonthFile, month_file
from vulncore.sources.zip_members import is_zip, member_names, read_members, read_within, too_large

MAX_FILE_BYTES: Final = 128 * 1024**2  # at some 230 bytes a row, half a million: no force has so many a month
MAX_TOTAL_BYTES: Final = 2 * 1024**3  # some ten million rows, more than every force records in a year


def month_files(paths: Iterable[Path], kind: Kind | None = None) -> tuple[tuple[MonthFile, ...], int]:
    """Return the files of a kind in zips, folders and single CSVs, and how many other files lie there.

    Nothing is read but names. The files come in order of month and force. Without a kind it is the only one
    there is, or street where there are several.

    Raises:
        UnreadableSourceError: A path is missing or of another kind, a zip is damaged, encrypted or
            unsafe, a CSV's name doesn't say month and force, a month of a force is there twice, there is
            no file of the kind, or nobody says which of the others is meant.
    """
    every = [found for path in paths for found in _found(path)]
    named = [file for path, member in every if (file := month_file(path, member))]
    wanted = kind or _meant({file.kind for file in named})
    chosen = sorted((file for file in named if file.kind == wanted), key=lambda file: file.stem)
    if not chosen:
        raise UnreadableSourceError(
            f"There is no {wanted} file among {len(every)} files. Those are named like "
            f"2024-10-city-of-london-{wanted}.csv: choose to include them when you download."
        )
    for _, same in groupby(chosen, key=lambda file: file.stem):
        first, *others = same
        if others:
            raise UnreadableSourceError(
                f"{month_name(first.month)} of {first.force} is there {len(others) + 1} times "
                f"({first_five([first, *others])}). Give each month once."
            )
    return tuple(chosen), len(every) - len(chosen)


def contents(
    files: Iterable[MonthFile], most_bytes: int = MAX_TOTAL_BYTES
) -> Iterator[tuple[MonthFile, bytes]]:
    """Yield each file with its bytes, one after the other.

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


def _meant(kinds: set[Kind]) -> Kind:
    if len(kinds) == 1:
        return next(iter(kinds))
    if kinds and Kind.STREET not in kinds:
        there = [kind for kind in Kind if kind in kinds]
        raise UnreadableSourceError(
            f"There are {len(there)} kinds of file: {first_five(there)}. A dataset holds one of them: say which, "
            f"like --kind {there[0]}."
        )
    return Kind.STREET


def _read(path: Path, files: Iterable[MonthFile]) -> Iterator[tuple[MonthFile, bytes]]:
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
