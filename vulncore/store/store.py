"""Publish versions of a dataset, list them, and open any of them again.

Each canonical table is a Delta Lake table under `<store>/<dataset>/`. A Delta commit covers one table,
so a publish ends by adding a line to the dataset's **manifest** that names every table's version.
Readers follow the manifest alone: until its line is there, nothing has been published.
"""

import re
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

import pyarrow as pa
from deltalake.exceptions import CommitFailedError, DeltaError

from vulncore.domain.delivery import Delivery
from vulncore.domain.disk import DEVICE, disk_fault, named_file
from vulncore.domain.errors import (
    DamagedStoreError,
    PublishRefusedError,
    UnknownNameError,
    VulncoreError,
    first_five,
)
from vulncore.domain.schemas import validated
from vulncore.domain.strands.strand_list import StrandList
from vulncore.store.contents import RENEWED, flush_version, log_file, table_folder
from vulncore.store.holding import held_for_publish
from vulncore.store.manifest import (
    MANIFEST,
    Publish,
    add_to_manifest,
    commit,
    commit_by_force,
    manifest_line,
    publish_history,
)
from vulncore.store.publishing.next_version import (
    NextVersion,
    after_annotations,
    after_delivery,
    after_strands,
    after_undo,
)
from vulncore.store.snapshots import Snapshot, in_memory, opened
from vulncore.store.torn import added_files, log_entries

DATASET_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", flags=re.ASCII)
UNREADABLE_IN_PATHS: Final = frozenset("%[]#?^|")  # deltalake takes a path for an address: they mean more


def publish(
    store: Path, dataset: str, delivery: Delivery, published_by: str, number: int | None = None
) -> Publish:
    """Return the new version that a delivery makes of a dataset.

    What the delivery covers replaces what was published of the same, as `vulncore.store.publishing.merging.merge_delivery`
    says; the rest stays. Either every table becomes visible or none. Where the dataset would hold exactly what it
    holds, nothing is written, and the version that stands is returned as `unchanged`.

    `number` is the version that it has to become, as `preview` said; any, unless given.

    Raises:
        PublishRefusedError: The dataset holds another kind of source, somebody else published first, rows
            of it are being erased, or the store can't be written.
        InvalidRowsError: The rows break a rule of `vulncore.domain.schemas`.
    """
    home = _writable(store, dataset)
    valid = replace(delivery, tables=validated(delivery.tables))
    return _write(home, lambda: after_delivery(home, valid, published_by, number))


def preview(store: Path, dataset: str, delivery: Delivery, published_by: str) -> Snapshot:
    """Return the version that a delivery would make of a dataset, in memory; nothing is written.

    Its `publish` has the number that it would get now, and no table versions; where the dataset would hold what
    it holds, and the files were published before, it is the version that stands, as `unchanged`.

    Raises:
        PublishRefusedError: The dataset holds another kind of source, or the store can't lie there.
        InvalidRowsError: The rows break a rule of `vulncore.domain.schemas`.
    """
    home = _writable(store, dataset)
    valid = replace(delivery, tables=validated(delivery.tables))
    version = after_delivery(home, valid, published_by, preview=True)
    return in_memory(home, version.publish, version.tables)


def annotate(store: Path, dataset: str, annotations: pa.Table, by: str, number: int | None = None) -> Publish:
    """Return the new version of a dataset whose annotations are exactly these; all else stays.

    Where they are what stands, nothing is written, and the version that stands is returned as `unchanged`.

    `number` is the version that they were read from. Where it is no longer the newest they are refused, for
    somebody else's might be lost; without it they are laid on the newest.

    Raises:
        UnknownNameError: There is no such dataset.
        InvalidRowsError: An annotation breaks a rule of `vulncore.store.notes.valid_annotations`.
        PublishRefusedError: Somebody else published first, rows are being erased, or the store can't be written.
    """
    home = _writable(store, dataset)
    versions(store, dataset)
    return _write(home, lambda: after_annotations(home, annotations, by, number))


def preview_notes(
    store: Path, dataset: str, annotations: pa.Table, by: str, number: int | None = None
) -> Snapshot:
    """Return the version that `annotate` would make, in memory; nothing is written.

    Raises:
        UnknownNameError: There is no such dataset.
        InvalidRowsError: An annotation breaks a rule of `vulncore.store.notes.valid_annotations`.
        PublishRefusedError: Somebody else published first, or the store can't lie there.
    """
    home = _writable(store, dataset)
    versions(store, dataset)
    version = after_annotations(home, annotations, by, number)
    return in_memory(home, version.publish, version.tables)


def set_strands(store: Path, dataset: str, listed: StrandList, by: str, number: int | None = None) -> Publish:
    """Return the new version of a dataset that has this list of strands and of views across them; all else stays.

    No figure of a measure changes. Where the list comes to what stands, nothing is written, and the version that stands is
    returned as `unchanged`. Arguments are as those of `annotate`.

    Raises:
        UnknownNameError: There is no such dataset.
        InvalidStrandsError: The list names a measure that nobody knows, or leaves one of the dataset's without a strand.
        PublishRefusedError: Somebody else published first, rows are being erased, or the store can't be written.
    """
    home = _writable(store, dataset)
    versions(store, dataset)
    return _write(home, lambda: after_strands(home, listed, by, number))


def undo(store: Path, dataset: str, by: str, number: int | None = None) -> Publish:
    """Return the new version of a dataset that is the one before its newest again. All versions stay.

    Args:
        store: The folder of the store.
        dataset: The dataset's name.
        by: Who undoes.
        number: The version to be undone, which has to be the newest; whichever is, unless given.

    Raises:
        UnknownNameError: There is no such dataset.
        PublishRefusedError: There is no version before, somebody else published first, rows are being erased, or the
            store can't be written.
    """
    home = _writable(store, dataset)
    versions(store, dataset)
    return _write(home, lambda: after_undo(home, by, number))


def versions(store: Path, dataset: str) -> tuple[Publish, ...]:
    """Return every publish of a dataset, oldest first.

    Raises:
        UnknownNameError: There is no such dataset in the store.
    """
    home = store / checked_dataset_name(dataset)
    history = publish_history(home)
    if not history.publishes and history.half_written:
        raise DamagedStoreError(
            f"Version {history.half_written[-1]} of dataset '{dataset}' cannot be read: one of its files is damaged or gone. "
            "The dataset has no other version. Restore the store from a backup, or publish the dataset again."
        )
    if not history.publishes:
        names = datasets(store)
        there = (
            f"There are: {first_five(names)}." if names else "Nothing has been published in this store yet."
        )
        raise UnknownNameError(f"No dataset is called '{dataset}'. {there}")
    return history.publishes


def half_written(store: Path, dataset: str) -> tuple[int, ...]:
    """Return the numbers of versions, newer than all others, that a power cut left half written: nobody can open them."""
    return publish_history(store / checked_dataset_name(dataset)).half_written


def datasets(store: Path) -> tuple[str, ...]:
    """Return the names of the datasets of which something has been published, in order."""
    return tuple(home.name for home in begun(store) if _was_published(home))


def begun(store: Path) -> tuple[Path, ...]:
    """Return the folders of datasets, in order, also of those whose only version is half written."""
    homes = store.iterdir() if store.is_dir() else ()
    return tuple(sorted(home for home in homes if log_entries(home / MANIFEST)))


def open_version(
    store: Path,
    dataset: str,
    number: int | None = None,
    *,
    forces: Collection[str] | None = None,
    without: Collection[str] = (),
) -> Snapshot:
    """Return a published version for reading, the newest unless a number is given.

    Where `forces` are given, files of incidents that hold others' alone are neither opened nor looked at: what is asked of
    incidents is then to be of these forces. Files that hold incidents of those that it is to be `without` are left alone likewise.

    Raises:
        UnknownNameError: There is no such dataset or version.
        DamagedStoreError: A file of it is damaged or gone.
        VulncoreError: A table uses a Delta feature that this reader would overlook.
    """
    every = versions(store, dataset)
    newest = every[-1]
    published = newest if number is None else next((one for one in every if one.number == number), None)
    if published is None:
        there = f"from 1 to {newest.number}" if newest.number > 1 else "1, the only one"
        raise UnknownNameError(f"Dataset '{dataset}' has no version {number}. Choose version {there}.")
    return opened(store / dataset, published, forces, without)


def is_readable(store: Path) -> bool:
    """Return whether the store holds at least one dataset whose newest version opens."""
    for dataset in datasets(store):
        with suppress(VulncoreError):
            open_version(store, dataset)
            return True
    return False


def checked_dataset_name(name: str) -> str:
    """Return a dataset's name, which is also the name of its folder.

    Raises:
        UnknownNameError: It is not 1 to 40 small letters, digits and hyphens, starting with a letter
            or digit.

    >>> checked_dataset_name("city-open-counts")
    'city-open-counts'
    """
    if DATASET_NAME.fullmatch(name):
        return name
    raise UnknownNameError(
        f"'{name[:40]}' cannot be the name of a dataset. Use up to 40 small letters, digits and hyphens."
    )


def _write(home: Path, next_version: Callable[[], NextVersion]) -> Publish:
    """Write the changed tables of a version, then its line in the manifest; return the publish that then stands."""
    try:
        with held_for_publish(home) as half_written:
            version = next_version()
            if version.publish.unchanged:
                return version.publish
            published, contents = replace(version.publish, set_aside=half_written), {}
            for name in version.changed:
                standing = published.table_versions.get(name, -1)
                table = table_folder(home, name, published.generation)
                rows = version.tables.named()[name]
                number = commit_by_force(table, rows) if name == RENEWED else commit(table, rows, "overwrite")
                files = added_files(log_file(table, number))  # all there are: it replaces the whole table
                flush_version(table, files, range(standing + 1, number + 1))
                contents[name, number] = tuple(named_file(table / file) for file in files)
                published = published.with_table(name, number, contents[name, number])
            add_to_manifest(home, manifest_line(published, contents))
    except CommitFailedError as problem:
        raise PublishRefusedError(
            f"Somebody else published '{home.name}' at the same time, so nothing of yours was published. "
            "Look at the newest version, then publish again."
        ) from problem
    except (DeltaError, OSError) as problem:
        raise PublishRefusedError(
            f"Nothing was published, because the store cannot be written: {disk_fault(problem)}. "
            "Check that the folder exists, is writable and has space."
        ) from problem
    return published


def _was_published(home: Path) -> bool:
    try:
        return bool(publish_history(home).publishes)
    except DamagedStoreError:
        return True  # it was, and opening it says what is wrong with it


def _writable(store: Path, dataset: str) -> Path:
    """Return a dataset's folder, refused where it can't be written or could not be copied to another system."""
    home = store / checked_dataset_name(dataset)
    if DEVICE.fullmatch(dataset) and not log_entries(home / MANIFEST):
        raise PublishRefusedError(
            f"'{dataset}' cannot be the name of a dataset, because Windows keeps it for a device. Choose another name."
        )
    unreadable = sorted(set(str(store.absolute())) & UNREADABLE_IN_PATHS)
    if unreadable:
        raise PublishRefusedError(
            f"The store cannot lie in {store}: Delta Lake can't read a path with {first_five(unreadable)} in it. "
            "Choose another folder with --store."
        )
    return home
