"""Where a dataset's tables lie, and which files a version of them consists of: each with its size and its digest."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from vulncore.domain.disk import NamedFile, file_digest, flush_new

PREPARED: Final = "prepared"
"""A dataset's folder of what was made from its versions and can be made again: no version names it, a purge erases it."""
RENEWED: Final = "incidents"
"""The table that a purge writes anew, in a folder of another name each time."""

Contents = Mapping[tuple[str, int], tuple[NamedFile, ...]]
"""By table and version of it, the files that this version consists of."""


def table_folder(home: Path, name: str, generation: int) -> Path:
    """Return where a table lies: the incidents in `incidents`, after the first purge in `incidents-2`, and so on."""
    return home / (f"{name}-{generation}" if name == RENEWED and generation > 1 else name)


def log_file(table: Path, version: int) -> Path:
    """Return the file of a Delta table's log that made a version."""
    return table / "_delta_log" / f"{version:020}.json"


def flush_version(table: Path, files: Iterable[str], log: Iterable[int]) -> None:
    """Have the disk write a version of a table: its files and entries of its log, then the folders up to the store's."""
    paths = [*(table / file for file in files), *(log_file(table, version) for version in log)]
    flush_new(paths, table.parents[1])


def faults(table: Path, files: tuple[NamedFile, ...]) -> list[str]:
    """Return what is wrong with the files of a version of a table, a phrase for each; none where they are as written."""
    checked = ((file.name, _fault(table / file.name, file)) for file in files)
    return [f"{table.name}/{name} {fault}" for name, fault in checked if fault]


def is_cut_short(path: Path, size: int) -> bool:
    """Return whether a file is missing or holds less than was written to it."""
    try:
        return path.stat().st_size < size
    except FileNotFoundError:
        return True


def _fault(path: Path, file: NamedFile) -> str:
    if not path.is_file():
        return "is missing"
    if path.stat().st_size != file.bytes:
        return f"has {path.stat().st_size:,} bytes instead of {file.bytes:,}"
    return "" if file_digest(path) == file.sha256 else "has changed since it was published"
