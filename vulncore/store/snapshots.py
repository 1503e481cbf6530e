"""A snapshot: one version of a dataset, open for reading, from its files or in memory before it is published."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from vulncore.domain.disk import NamedFile
from vulncore.domain.engine import arrow_table, connect, parquet_table
from vulncore.domain.errors import DamagedStoreError, VulncoreError, first_five
from vulncore.domain.schemas import SCHEMAS, Tables
from vulncore.domain.words import number_of
from vulncore.store.contents import RENEWED, faults, is_of, may_hold, table_folder
from vulncore.store.manifest import LOOKS, Publish, publish_history
from vulncore.store.notes import NoteKind

PLAIN_FEATURES = {"timestampNtz", "v2Checkpoint"}  # reading a version's files directly respects these


@dataclass(frozen=True)
class Snapshot:
    """One published version, open for reading: the canonical tables as Ibis expressions.

    Rows are read from the files when they are asked for: once a purge has replaced those, open it again. `home` is the
    dataset's folder in the store. Opened for some forces, it can lack the incidents of others. Months that a note sets aside are
    not in `coverage`, nor their totals in `counts`: every figure takes them for missing. `delivered` has these tables as they
    were delivered.
    """

    home: Path
    publish: Publish
    incidents: ir.Table
    counts: ir.Table
    indicators: ir.Table
    coverage: ir.Table
    annotations: ir.Table
    measures: ir.Table
    delivered: Mapping[str, ir.Table] = field(default_factory=dict)


def opened(
    home: Path, publish: Publish, forces: Collection[str] | None = None, without: Collection[str] = ()
) -> Snapshot:
    """Return the version that a publish of a dataset made, read from its files: of incidents those of some forces, or `without` others.

    Raises:
        DamagedStoreError: A file of it is damaged or gone.
        VulncoreError: A table uses a Delta feature that this reader would overlook.
    """
    for _ in range(LOOKS - 1):  # where a purge removes files at this moment, the next look finds its line
        try:
            return _from_files(home, publish, forces, without)
        except (DamagedStoreError, duckdb.Error, DeltaError, OSError):
            publish = next(
                (one for one in publish_history(home).publishes if one.number == publish.number), publish
            )
    try:
        return _from_files(home, publish, forces, without)
    except (duckdb.Error, DeltaError, OSError) as problem:
        raise damaged_version(home, publish, "one of its files is damaged or gone") from problem


def in_memory(home: Path, publish: Publish, tables: Tables) -> Snapshot:
    """Return the version that a publish would make of these tables, none of them written."""
    engine = connect()
    named = {name: arrow_table(engine, table) for name, table in tables.named().items()}
    return _without_set_aside(Snapshot(home, publish, **named), engine)


def tables_of(snapshot: Snapshot) -> Tables:
    """Return a version's tables as they were delivered, read whole."""
    tables = {name: snapshot.delivered.get(name, getattr(snapshot, name)) for name in SCHEMAS}
    return Tables(**{name: table.to_pyarrow() for name, table in tables.items()})


def damaged_version(home: Path, publish: Publish, fault: str) -> DamagedStoreError:
    """Return what is to be said where a version can't be read."""
    return DamagedStoreError(
        f"Version {publish.number} of dataset '{home.name}' cannot be read: {fault}. "
        "Restore the store from a backup, or open another version."
    )


def table_files(
    home: Path,
    publish: Publish,
    name: str,
    forces: Collection[str] | None = None,
    without: Collection[str] = (),
) -> list[str]:
    """Return the Parquet files of a version's table, each as it was published: of incidents those wanted (`open_version`).

    Raises:
        DamagedStoreError: One is missing or has changed; of a version that 0.1.0 published, rows are missing.
        VulncoreError: The table uses a Delta feature that reading its files directly would overlook.
        DeltaError: There is no such version of the table.
    """
    folder = table_folder(home, name, publish.generation)
    if name in publish.stored:
        files = publish.stored[name]
        if name == RENEWED:
            files = tuple(file for file in files if _is_wanted(file, forces, without))
        if changed := faults(folder, files):
            more = f", and {number_of(len(changed) - 1, 'more file')}" if len(changed) > 1 else ""
            raise damaged_version(home, publish, changed[0] + more)
        return [str(folder / file.name) for file in files]
    paths = version_files(folder, publish.table_versions[name])
    rows, published = sum(pq.read_metadata(file).num_rows for file in paths), publish.table_rows[name]
    if rows != published:
        raise damaged_version(home, publish, f"{name} has {rows:,} rows, and {published:,} were published")
    return paths


def version_files(folder: Path, version: int) -> list[str]:
    """Return the paths of the Parquet files that a version of a Delta table consists of, as its log says.

    Raises:
        VulncoreError: The table uses a Delta feature that reading its files directly would overlook.
        DeltaError: There is no such version.
    """
    table = DeltaTable(folder, version=version)
    overlooked = set(table.protocol().reader_features or ()) - PLAIN_FEATURES
    if overlooked:
        raise VulncoreError(
            f"Table {folder.name} uses features of Delta Lake that vulncore cannot read: "
            f"{first_five(sorted(overlooked))}. Publish the dataset again with vulncore."
        )
    return [unquote(uri.removeprefix("file://")) for uri in table.file_uris()]


def same_incidents(one: Publish, other: Publish, force: str) -> bool:
    """Return whether two versions are known to have the same incidents of a force: in files that hold the same."""
    held = [
        {(file.bytes, file.sha256) for file in line.stored[RENEWED] if may_hold(file, force)}
        for line in (one, other)
        if RENEWED in line.stored
    ]
    return len(held) == 2 and held[0] == held[1]


def same_rows(one: pa.Table, other: pa.Table) -> bool:
    """Return whether two tables of the same columns hold the same rows, each as often, in whatever order.

    Missing is the same as missing.

    >>> same_rows(pa.table({"a": [1, None, None]}), pa.table({"a": [None, 1, None]}))
    True
    >>> same_rows(pa.table({"a": [1, 1, None]}), pa.table({"a": [None, 1, None]}))
    False
    """
    if one.num_rows != other.num_rows:
        return False
    if one.equals(other):  # in the same order, too, as most are
        return True
    columns = ", ".join(f'"{name}"' for name in one.column_names)
    engine = connect().con
    engine.register("one", one)
    engine.register("other", other)
    hashes = [
        engine.sql(f"SELECT sum(hash({columns})) FROM {name}").fetchall()  # noqa: S608
        for name in ("one", "other")
    ]
    if hashes[0] != hashes[1]:  # compared in a tenth of the time
        return False
    left_over = engine.sql(f"SELECT {columns} FROM one EXCEPT ALL SELECT {columns} FROM other LIMIT 1")  # noqa: S608
    return not left_over.fetchall()  # of as many rows, none is left over on either side


def _is_wanted(file: NamedFile, forces: Collection[str] | None, without: Collection[str]) -> bool:
    if any(is_of(file, force) for force in without):
        return False
    return forces is None or any(may_hold(file, force) for force in forces)


def _from_files(
    home: Path, publish: Publish, forces: Collection[str] | None, without: Collection[str]
) -> Snapshot:
    engine = connect()
    tables = {
        name: parquet_table(engine, table_files(home, publish, name, forces, without), schema)
        for name, schema in SCHEMAS.items()
    }
    return _without_set_aside(Snapshot(home, publish, **tables), engine)


def _without_set_aside(snapshot: Snapshot, engine: ibis.BaseBackend) -> Snapshot:
    # asked in SQL: to make it of an expression takes as long as all else in opening a version
    query = f'SELECT DISTINCT force, measure, month FROM "{snapshot.annotations.get_name()}" WHERE kind = ?'  # noqa: S608
    noted_on = engine.con.execute(query, [NoteKind.SET_ASIDE.value]).fetchall()
    rows = [dict(zip(("force", "measure", "month"), row, strict=True)) for row in noted_on]
    if not rows:
        return snapshot
    coverage, counts = snapshot.coverage, snapshot.counts

    def noted(table: ir.Table, month: ir.DateValue) -> ir.BooleanValue:
        return ibis.or_(*(_is_of(table, month, row) for row in rows))

    of_a_month = counts.period_start.truncate("M") == counts.period_end.truncate("M")
    return replace(
        snapshot,
        coverage=coverage.filter(~noted(coverage, coverage.month)),
        counts=counts.filter(~(of_a_month & noted(counts, counts.period_start.truncate("M")))),
        delivered={"coverage": coverage, "counts": counts},
    )


def _is_of(table: ir.Table, month: ir.DateValue, note: Mapping[str, Any]) -> ir.BooleanValue:
    """Return which rows a note is about: one that names no force or measure is about all."""
    about = month == note["month"]
    for name in ("force", "measure"):
        if note[name] is not None:
            about &= table[name] == note[name]
    return about
