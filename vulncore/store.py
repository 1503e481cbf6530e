"""Publish versions of a dataset, list them, and open any of them again.

Each canonical table is a Delta Lake table under `<store>/<dataset>/`. A Delta commit covers one table,
so a publish ends by adding a line to the dataset's **manifest** that names every table's version.
Readers follow the manifest alone: until its line is there, nothing has been published.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import ibis.expr.types as ir
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError, DeltaError

from vulncore.delivery import Delivery
from vulncore.engine import connect, parquet_table
from vulncore.errors import (
    DamagedStoreError,
    PublishRefusedError,
    UnknownNameError,
    VulncoreError,
    first_five,
)
from vulncore.manifest import Publish, add_line, commit, delta_table, files_of, publishes
from vulncore.merging import merged
from vulncore.names import checked_name
from vulncore.schemas import SCHEMAS, Tables, validated

UNREADABLE_IN_PATHS = set("%[]#?^|")  # deltalake takes a path for an address, and these mean something there
PLAIN_FEATURES = {"timestampNtz", "v2Checkpoint"}  # reading a version's files directly respects these


@dataclass(frozen=True)
class Snapshot:
    """One published version, open for reading: the canonical tables as Ibis expressions."""

    publish: Publish
    incidents: ir.Table
    counts: ir.Table
    indicators: ir.Table
    coverage: ir.Table
    annotations: ir.Table
    measures: ir.Table


def publish(store: Path, dataset: str, delivery: Delivery, published_by: str) -> Publish:
    """Return the new version that a delivery makes of a dataset.

    What the delivery covers replaces what was published of the same, as `vulncore.merging.merged` says; the
    rest stays. Either every table becomes visible or none.

    Raises:
        PublishRefusedError: The dataset holds another kind of source, somebody else published first, or
            the store can't be written.
        InvalidRowsError: The rows break a rule of `vulncore.schemas`.
    """
    home = _writable(store) / checked_name(dataset)
    latest = publishes(home)[-1:]
    base = open_version(store, dataset, latest[0].number) if latest else None
    if base and base.publish.source != delivery.source:
        raise PublishRefusedError(
            f"Dataset '{dataset}' holds figures from {base.publish.source} and these come from "
            f"{delivery.source}. Publish them under another name with --dataset."
        )
    tables = validated(_with_base(base, validated(delivery.tables)))
    try:
        versions = {name: commit(home / name, table, "overwrite") for name, table in tables.named().items()}
        line = Publish(
            dataset=dataset,
            number=latest[0].number + 1 if latest else 1,
            published_at=datetime.now(UTC),
            published_by=published_by,
            source=delivery.source,
            attribution=delivery.attribution,
            made=delivery.made,
            files=delivery.files,
            rows=delivery.rows,
            table_versions=versions,
            table_rows={name: table.num_rows for name, table in tables.named().items()},
        )
        add_line(home, line)
    except CommitFailedError as problem:
        raise PublishRefusedError(
            f"Somebody else published '{dataset}' at the same time. Nothing of yours was published: "
            "look at their version, then publish again."
        ) from problem
    except (DeltaError, OSError) as problem:
        raise PublishRefusedError(
            f"The store could not be written, and nothing was published: {str(problem).splitlines()[0]}. "
            "Check that the folder exists, can be written and has room."
        ) from problem
    return line


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
    engine = connect()
    home = store / dataset
    try:
        tables = {
            name: parquet_table(engine, _files(home / name, chosen.table_versions[name]), schema)
            for name, schema in SCHEMAS.items()
        }
    except (duckdb.Error, DeltaError, OSError) as problem:
        raise DamagedStoreError(
            f"Version {chosen.number} of dataset '{dataset}' cannot be read: one of its files is damaged or "
            "gone. Restore the store from a copy, or open another version."
        ) from problem
    return Snapshot(publish=chosen, **tables)


def is_readable(store: Path) -> bool:
    """Return whether the store holds at least one dataset whose newest version opens."""
    return any(_opens(store, dataset) for dataset in datasets(store))


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


def _with_base(base: Snapshot | None, delivered: Tables) -> Tables:
    if base is None:
        return delivered
    published = Tables(**{name: getattr(base, name).to_pyarrow() for name in SCHEMAS})
    return merged(published, delivered)


def _files(folder: Path, version: int) -> list[str]:
    table = DeltaTable(folder, version=version)
    overlooked = set(table.protocol().reader_features or ()) - PLAIN_FEATURES
    if overlooked:
        raise VulncoreError(
            f"{folder.name} uses {len(overlooked)} Delta features that reading its files directly would "
            f"overlook: {first_five(sorted(overlooked))}. Publish it again with vulncore."
        )
    return files_of(table)
