"""Publish versions of a dataset, list them, and open any of them again.

Each canonical table is a Delta Lake table under `<store>/<dataset>/`. A Delta commit covers one table,
so a publish ends by adding a line to the dataset's **manifest** that names every table's version.
Readers follow the manifest alone: until its line is there, nothing has been published.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
from deltalake.exceptions import CommitFailedError, DeltaError

from vulncore.domain.delivery import Delivery
from vulncore.domain.errors import (
    DamagedStoreError,
    PublishRefusedError,
    UnknownNameError,
    VulncoreError,
    checked_name,
    first_five,
)
from vulncore.domain.schemas import validated
from vulncore.store.manifest import Publish, add_line, commit, delta_table, publishes
from vulncore.store.publishing import NextVersion, after_annotations, after_delivery
from vulncore.store.snapshots import Snapshot, in_memory, opened
from vulncore.store.swapping import publishing

__all__ = [
    "Snapshot",
    "annotate",
    "datasets",
    "is_readable",
    "open_version",
    "preview",
    "publish",
    "versions",
]

UNREADABLE_IN_PATHS = set("%[]#?^|")  # deltalake takes a path for an address, and these mean something there


def publish(
    store: Path, dataset: str, delivery: Delivery, published_by: str, number: int | None = None
) -> Publish:
    """Return the new version that a delivery makes of a dataset.

    What the delivery covers replaces what was published of the same, as `vulncore.store.publishing.merged` says; the
    rest stays. Either every table becomes visible or none. Where the dataset would hold exactly what it holds,
    nothing is written, and the version that stands is returned as `unchanged`.

    Args:
        store: The folder of the store.
        dataset: The dataset's name.
        delivery: What is to be published.
        published_by: Who publishes.
        number: The version that it has to become, as `preview` said; any, unless given.

    Raises:
        PublishRefusedError: The dataset holds another kind of source, somebody else published first, rows
            of it are being erased, or the store can't be written.
        InvalidRowsError: The rows break a rule of `vulncore.domain.schemas`.
    """
    home = _writable(store) / checked_name(dataset)
    delivered = replace(delivery, tables=validated(delivery.tables))
    return _written(home, lambda: after_delivery(home, delivered, published_by, number))


def preview(store: Path, dataset: str, delivery: Delivery, published_by: str) -> Snapshot:
    """Return the version that a delivery would make of a dataset, in memory; nothing is written.

    Its line has the number that it would get now, and no table versions; where the dataset would hold what
    it holds, it is the version that stands, as `unchanged`.

    Raises:
        PublishRefusedError: The dataset holds another kind of source, or the store can't lie there.
        InvalidRowsError: The rows break a rule of `vulncore.domain.schemas`.
    """
    home = _writable(store) / checked_name(dataset)
    delivered = replace(delivery, tables=validated(delivery.tables))
    following = after_delivery(home, delivered, published_by)
    return in_memory(following.line, following.tables)


def annotate(store: Path, dataset: str, annotations: pa.Table, by: str, number: int | None = None) -> Publish:
    """Return the new version of a dataset whose annotations are exactly these; all else stays.

    Where they are what stands, nothing is written, and the version that stands is returned as `unchanged`.

    Args:
        store: The folder of the store.
        dataset: The dataset's name.
        annotations: All of them, as the canonical table has them.
        by: Who writes them.
        number: The version that they were read from. Where it is no longer the newest they are refused,
            for somebody else's might be lost; without it they are laid on the newest.

    Raises:
        UnknownNameError: There is no such dataset.
        InvalidRowsError: An annotation breaks a rule of `vulncore.store.notes.valid_annotations`.
        PublishRefusedError: Somebody else published first, rows are being erased, or the store can't be written.
    """
    home = _writable(store) / checked_name(dataset)
    versions(store, dataset)
    return _written(home, lambda: after_annotations(home, annotations, by, number))


def versions(store: Path, dataset: str) -> tuple[Publish, ...]:
    """Return every publish of a dataset, oldest first.

    Raises:
        UnknownNameError: There is no such dataset in the store.
    """
    lines = publishes(store / checked_name(dataset))
    if not lines:
        known = datasets(store)
        there = f"There are: {first_five(known)}." if known else "Nothing has been published there yet."
        raise UnknownNameError(f"No dataset is called '{dataset}'. {there}")
    return lines


def datasets(store: Path) -> tuple[str, ...]:
    """Return the names of the datasets of which something has been published, in order."""
    if not store.is_dir():
        return ()
    return tuple(sorted(home.name for home in store.iterdir() if _was_published(home)))


def open_version(store: Path, dataset: str, number: int | None = None) -> Snapshot:
    """Return a published version for reading, the newest unless a number is given.

    Raises:
        UnknownNameError: There is no such dataset or version.
        DamagedStoreError: A file of it is damaged or gone.
        VulncoreError: A table uses a Delta feature that this reader would overlook.
    """
    lines = versions(store, dataset)
    chosen = next((line for line in lines if line.number == number), lines[-1] if number is None else None)
    if chosen is None:
        raise UnknownNameError(
            f"Dataset '{dataset}' has no version {number}. It has {len(lines)}: 1 to {lines[-1].number}."
        )
    return opened(store / dataset, chosen)


def is_readable(store: Path) -> bool:
    """Return whether the store holds at least one dataset whose newest version opens."""
    return any(_opens(store, dataset) for dataset in datasets(store))


def _written(home: Path, following: Callable[[], NextVersion]) -> Publish:
    try:
        with publishing(home):
            version = following()
            line, tables = version.line, version.tables.named()
            if line.unchanged:
                return line
            written = {name: commit(home / name, tables[name], "overwrite") for name in version.changed}
            line = replace(line, table_versions={**line.table_versions, **written})
            add_line(home, line)
    except CommitFailedError as problem:
        raise PublishRefusedError(
            f"Somebody else published '{home.name}' at the same time. Nothing of yours was published: "
            "look at their version, then publish again."
        ) from problem
    except (DeltaError, OSError) as problem:
        raise PublishRefusedError(
            f"The store could not be written, and nothing was published: {str(problem).splitlines()[0]}. "
            "Check that the folder exists, can be written and has room."
        ) from problem
    return line


def _was_published(home: Path) -> bool:
    try:
        manifest = delta_table(home / "manifest")
    except DamagedStoreError:
        return True  # it was, and opening it says what is wrong with it
    return manifest is not None and manifest.version() > 0


def _opens(store: Path, dataset: str) -> bool:
    try:
        open_version(store, dataset)
    except VulncoreError:
        return False
    return True


def _writable(store: Path) -> Path:
    unreadable = sorted(set(str(store.absolute())) & UNREADABLE_IN_PATHS)
    if unreadable:
        raise PublishRefusedError(
            f"The store cannot lie in {store}: Delta Lake can't read a path with {first_five(unreadable)} in it. "
            "Choose another folder with --store."
        )
    return store
