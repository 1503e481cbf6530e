"""Purge: erase records for good from every version of a dataset, and keep the figures that were published."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
from deltalake.exceptions import DeltaError

from vulncore.domain.delivery import RowAccount
from vulncore.domain.disk import disk_fault, flush_new, named_file
from vulncore.domain.engine import connect, parquet_table
from vulncore.domain.errors import DamagedStoreError, PublishRefusedError
from vulncore.domain.schemas import INCIDENTS
from vulncore.domain.words import number_of
from vulncore.store.contents import RENEWED, table_folder
from vulncore.store.holding import held_for_purge
from vulncore.store.manifest import Publish, add_to_manifest, commit_by_force, manifest_line, publish_history
from vulncore.store.snapshots import table_files, version_files
from vulncore.store.store import versions
from vulncore.store.stubs import ERASED, Selection, chosen_rows, stubs
from vulncore.store.torn import ASIDE


@dataclass(frozen=True)
class PurgeCounts:
    """How many records, rows, versions and stray files a purge erases.

    `records` counts each record once, `rows` each row in each version that holds it, `versions` those versions.
    `strays` counts files that no version names, left by publishes that were broken off or lost a race: they
    may hold anybody's rows, and go with any purge.
    """

    records: int
    rows: int
    versions: int
    strays: int


@dataclass(frozen=True)
class Purged:
    """What was erased, and the publish that says so; the one that stands, `unchanged`, if nothing was."""

    erased: PurgeCounts
    publish: Publish


def purge(store: Path, dataset: str, selection: Selection, by: str) -> Purged:
    """Erase the selected records in every version of a dataset, and return what was erased.

    Each chosen row is replaced by one that keeps its force, measure, record kind and month and has new ids
    (see `vulncore.store.stubs.stubs`), so that every monthly figure of every version stays as it was published. The
    incidents are written anew, version by version; the old files go with Delta's log, its statistics,
    whatever no version names, and all that was made ready from the versions (`prepared/`). A new line in the manifest says
    how many rows of how many versions went, and not whose. Whoever publishes meanwhile is refused, and a purge that was
    halted is finished, or undone, by whoever writes next.

    What it does not reach, and what has to be seen to apart: copies and backups of the store, the disk's own
    spare blocks; what a server that runs holds in memory, or has open of the erased files, until it is asked for the version again or restarted; what was exported, printed or downloaded; files of rejected rows; the source's files and system;
    what people wrote in annotations; sessions that opened a version before.

    Raises:
        UnknownNameError: There is no such dataset.
        PublishRefusedError: Somebody is writing, or the store can't be written; nothing was erased.
        DamagedStoreError: A version can't be read, or its figures would not stay the same; nothing was erased.
    """
    versions(store, dataset)
    home = store / dataset
    try:
        with held_for_purge(home) as half_written:
            history, next_number = versions(store, dataset), publish_history(home).next_number
            engine = connect()
            incidents = _incidents(engine, home, history)
            chosen = chosen_rows(engine, incidents, selection)
            counts = _counts(home, history, chosen)
            if not (counts.rows or counts.strays):
                return Purged(counts, replace(history[-1], unchanged=True))
            place = f"{ERASED}, from {number_of(counts.versions, 'version')}"
            publish = replace(
                history[-1],
                number=next_number,
                generation=history[-1].generation + 1,
                published_at=datetime.now(UTC),
                published_by=by,
                again=None,
                mapping="",
                files=(),
                rows=RowAccount(counts.rows, 0, left_out={place: counts.rows} if counts.rows else {}),
                set_aside=half_written,
            )
            folder = table_folder(home, RENEWED, publish.generation)
            rebuilt = _rebuilt(folder, incidents, chosen)
            _refuse_other_figures(home, incidents, rebuilt)
            flush_new((path for path in folder.rglob("*") if path.is_file()), home)
            contents = {
                (RENEWED, number): tuple(named_file(folder / file) for file in files)
                for number, files in rebuilt.items()
            }
            newest = publish.table_versions[RENEWED]
            publish = publish.with_table(RENEWED, newest, contents[RENEWED, newest])
            add_to_manifest(home, manifest_line(publish, contents))
    except (DeltaError, duckdb.Error, OSError) as problem:
        raise PublishRefusedError(
            f"The purge of '{dataset}' was not finished: {disk_fault(problem)}. Check that the folder is writable and has space "
            "for a second copy of the incidents, and that no program has its files open. Then purge again."
        ) from problem
    return Purged(counts, publish)


def purge_counts(store: Path, dataset: str, selection: Selection) -> PurgeCounts:
    """Return how much a purge would erase of a dataset; nothing is written.

    Raises:
        UnknownNameError: There is no such dataset.
        DamagedStoreError: A version can't be read.
    """
    history = versions(store, dataset)
    engine, home = connect(), store / dataset
    try:
        chosen = chosen_rows(engine, _incidents(engine, home, history), selection)
        return _counts(home, history, chosen)
    except (DeltaError, duckdb.Error, OSError) as problem:
        raise DamagedStoreError(
            f"Not every version of dataset '{dataset}' can be read: a file is damaged or gone. "
            "Restore the store from a backup, then purge."
        ) from problem


def _incidents(engine: ibis.BaseBackend, home: Path, history: tuple[Publish, ...]) -> dict[int, ir.Table]:
    """Return the incidents by their table's version: several publishes can share one."""
    by_number = {publish.table_versions[RENEWED]: publish for publish in history}
    return {
        number: parquet_table(engine, table_files(home, by_number[number], RENEWED), INCIDENTS)
        for number in sorted(by_number)
    }


def _counts(home: Path, history: tuple[Publish, ...], chosen: Mapping[int, ir.Table]) -> PurgeCounts:
    ids = ibis.union(
        *(
            rows.select("force", "record_id", version=ibis.literal(number, "int64"))
            for number, rows in chosen.items()
        )
    )
    by_version = ids.group_by("version").agg(rows=ids.count()).to_pandas().set_index("version")["rows"]
    by_publish = by_version.reindex([publish.table_versions[RENEWED] for publish in history], fill_value=0)
    return PurgeCounts(
        records=int(ids.select("force", "record_id").distinct().count().execute()),
        rows=int(by_publish.sum()),
        versions=int((by_publish > 0).sum()),
        strays=len(_strays(home, history)),
    )


def _strays(home: Path, history: tuple[Publish, ...]) -> set[Path]:
    kept = {Path(file) for publish in history for file in table_files(home, publish, RENEWED)}
    folder = table_folder(home, RENEWED, history[-1].generation)
    there = [*folder.iterdir(), *(home / ASIDE).rglob("*")]
    return {path for path in there if path.is_file()} - kept


def _rebuilt(
    folder: Path, incidents: Mapping[int, ir.Table], chosen: Mapping[int, ir.Table]
) -> dict[int, list[str]]:
    """Write every version anew under its number, and return their files; one that no publish names is left empty."""
    secret = secrets.token_hex(32)  # used once and never kept, so that nobody can trace the new ids back
    for number in range(1, max(incidents) + 1):
        table = INCIDENTS.empty_table()
        if number in incidents:
            kept = incidents[number].anti_join(chosen[number], "row_id")
            parts = (rows.to_pyarrow().cast(INCIDENTS) for rows in (kept, stubs(chosen[number], secret)))
            table = pa.concat_tables(parts)
        commit_by_force(folder, table, expected=number)
    return {number: version_files(folder, number) for number in incidents}


def _refuse_other_figures(
    home: Path, incidents: Mapping[int, ir.Table], rebuilt: Mapping[int, Sequence[str]]
) -> None:
    engine = connect()
    for number, published in incidents.items():
        if not _figures(published).equals(_figures(parquet_table(engine, rebuilt[number], INCIDENTS))):
            raise DamagedStoreError(
                f"Nothing was erased, because published figures of '{home.name}' would have changed. "
                "Leave the store as it is and tell the people who look after vulncore."
            )


def _figures(incidents: ir.Table) -> pd.DataFrame:
    keys = ["force", "measure", "record_kind", "month", "counts"]
    rows = incidents.mutate(month=incidents.recorded_on.truncate("M"), counts=incidents.no_crimed_on.isnull())
    figures = rows.group_by(keys).agg(rows=rows.count(), records=rows.record_id.nunique())
    return pd.DataFrame(figures.order_by(keys).to_pandas())
