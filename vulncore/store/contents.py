"""Where a dataset's tables lie, and which files a version of them consists of: each with its size and its digest."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from vulncore.domain.disk import NamedFile, file_digest, flush_new

PREPARED: Final = "prepared"
"""A dataset's folder of what was made from its versions and can be made again: no version names it, a purge erases it."""
RENEWED: Final = "incidents"
"""The table that a purge writes anew, in a folder of another name each time."""

OF_A_FORCE: Final = "part-of-"
"""How the name of a file begins that holds one force's rows; the force's digest follows. Others may hold anybody's."""
MOST_APART: Final = 64
"""Forces whose rows lie in files of their own, those with most rows; a wrong column has thousands of others, which share one."""

Contents = Mapping[tuple[str, int], tuple[NamedFile, ...]]
"""By table and version of it, the files that this version consists of."""


def table_folder(home: Path, name: str, generation: int) -> Path:
    """Return where a table lies: the incidents in `incidents`, after the first purge in `incidents-2`, and so on."""
    return home / (f"{name}-{generation}" if name == RENEWED and generation > 1 else name)


def by_force(rows: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """Yield rows with how the name of the file begins that they are to lie in: each force's apart, in the order that they have.

    The same rows of a force, in the same order, come to the same file, whatever others there are.
    """
    sizes = sorted(
        rows["force"].value_counts().to_pylist(), key=lambda size: (-size["counts"], size["values"])
    )
    forces = [size["values"] for size in sizes]
    for force in sorted(forces[:MOST_APART]):
        part = rows.filter(pc.equal(rows["force"], force)) if forces[1:] else rows
        yield _beginning(force), part.combine_chunks()
    if forces[MOST_APART:]:
        yield "part-", rows.filter(pc.is_in(rows["force"], value_set=pa.array(forces[MOST_APART:])))


def may_hold(file: NamedFile, force: str) -> bool:
    """Return whether a file can hold rows of a force, as its name says."""
    return not file.name.startswith(OF_A_FORCE) or is_of(file, force)


def is_of(file: NamedFile, force: str) -> bool:
    """Return whether a file holds rows of a force and of nobody else."""
    return file.name.startswith(_beginning(force))


def _beginning(force: str) -> str:
    return f"{OF_A_FORCE}{hashlib.sha256(force.encode()).hexdigest()[:16]}-"


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
