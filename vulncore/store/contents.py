"""Where a dataset's tables lie, and which files a version of them consists of: each with its size and its digest."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from vulncore.domain.disk import file_digest, flush_new

ERASING: Final = ".erasing"
READY: Final = "ready"
SWAPPED: Final = "incidents"


@dataclass(frozen=True)
class StoredFile:
    """A file of a table: its name in the table's folder, its size in bytes, and its SHA-256."""

    name: str
    bytes: int
    sha256: str


Contents = Mapping[str, Mapping[int, tuple[StoredFile, ...]]]
"""By table and version of it, the files that this version consists of."""


def table_folder(home: Path, name: str) -> Path:
    """Return where a table lies: in its place, or, in the midst of a swap, where it was rebuilt."""
    place, rebuilt = home / name, home / ERASING / name
    return rebuilt if not place.exists() and (home / ERASING / READY).exists() else place


def is_swapped(home: Path) -> bool:
    """Return whether a purge that is under way, or was halted, got as far as to let the rebuilt table count."""
    ready, place, rebuilt = home / ERASING / READY, home / SWAPPED, home / ERASING / SWAPPED
    return ready.exists() and not (place.exists() and rebuilt.exists())


def log_file(table: Path, version: int) -> Path:
    """Return the file of a Delta table's log that made a version."""
    return table / "_delta_log" / f"{version:020}.json"


def flush_version(table: Path, files: Iterable[str], log: Iterable[int]) -> None:
    """Have the disk write a version of a table: its files and entries of its log, then the folders up to the store's."""
    flush_new([*map(Path, files), *(log_file(table, version) for version in log)], table.parents[1])


def stored_files(files: Iterable[str]) -> tuple[StoredFile, ...]:
    """Return the Parquet files of a version as they are now."""
    paths = [Path(file) for file in files]
    return tuple(StoredFile(path.name, path.stat().st_size, file_digest(path)) for path in paths)


def faults(table: Path, files: tuple[StoredFile, ...]) -> list[str]:
    """Return what is wrong with the files of a version of a table, a phrase for each; none where they are as written."""
    checked = ((f"{table.name}/{file.name}", _fault(table / file.name, file)) for file in files)
    return [f"{name} {fault}" for name, fault in checked if fault]


def is_cut_short(path: Path, size: int) -> bool:
    """Return whether a file is missing or holds less than was written to it."""
    try:
        return path.stat().st_size < size
    except FileNotFoundError:
        return True


def contents_text(contents: Contents) -> str:
    """Return contents as the manifest has them."""
    return json.dumps(
        {
            name: {str(version): [asdict(file) for file in files] for version, files in by_version.items()}
            for name, by_version in contents.items()
        }
    )


def contents_in(text: str) -> Contents:
    """Return the contents that a text of the manifest stands for.

    >>> contents_in(contents_text({"counts": {3: (StoredFile("a.parquet", 2, "ab"),)}}))
    {'counts': {3: (StoredFile(name='a.parquet', bytes=2, sha256='ab'),)}}
    """
    return {
        name: {
            int(version): tuple(StoredFile(**file) for file in files) for version, files in by_version.items()
        }
        for name, by_version in json.loads(text).items()
    }


def _fault(path: Path, file: StoredFile) -> str:
    if not path.is_file():
        return "is missing"
    if path.stat().st_size != file.bytes:
        return f"has {path.stat().st_size:,} bytes instead of {file.bytes:,}"
    return "" if file_digest(path) == file.sha256 else "has changed since it was published"
