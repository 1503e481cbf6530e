"""Erase victims' rows for good, in every version of a dataset, and keep the figures that were published."""

from collections.abc import Mapping
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
from vulncore.domain.engine import connect, parquet_table
from vulncore.domain.errors import DamagedStoreError, PublishRefusedError
from vulncore.domain.schemas import INCIDENTS
from vulncore.domain.words import number_of
from vulncore.store import versions
from vulncore.store.manifest import Publish, commit
from vulncore.store.snapshots import version_files
from vulncore.store.stubs import ERASED, Selection, chosen_rows, new_secret, stubs
from vulncore.store.swapping import alone, rebuilding, swap_in, table_folder


@dataclass(frozen=True)
class ToPurge:
    """What a selection chooses of a dataset.

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
    """What was erased, and the manifest's line that says so; the line that stands, `unchanged`, if nothing was."""

    erased: ToPurge
    publish: Publish


def purge(store: Path, dataset: str, selection: Selection, by: str) -> Purged:
    """Return what was erased of a dataset, in every version of it.

    Each chosen row is replaced by one that keeps its force, measure, record kind and month and has new ids
    (see `vulncore.store.stubs.stubs`), so that every monthly figure of every version stays as it was published. The
    incidents are written anew, version by version; the old files go with Delta's log, its statistics, and
    whatever no version names. A new line in the manifest says how many rows of how many versions went, and not
    whose. Whoever publishes meanwhile is refused, and a purge that was halted is gone on with, or undone, by
    whoever writes next.

    What it does not reach, and what has to be seen to apart: copies and backups of the store, the disk's own
    spare blocks; what was exported, printed or downloaded; files of rejected rows; the source's files and system;
    what people wrote in annotations; sessions that opened a version before.

    Raises:
        UnknownNameError: There is no such dataset.
        PublishRefusedError: Somebody is writing, or the store can't be written; nothing was erased.
        DamagedStoreError: A version can't be read, or its figures would not stay the same; nothing was erased.
    """
    versions(store, dataset)
    home = store / dataset
    try:
        with alone(home):
            lines = versions(store, dataset)
            engine = connect()
            held = _incidents(engine, home, lines)
            chosen = chosen_rows(engine, held, selection)
            found = _counted(home, lines, chosen)
            if not (found.rows or found.strays):
                return Purged(found, replace(lines[-1], unchanged=True))
            _rebuild(home, held, chosen)
            _refuse_other_figures(home, held)
            line = _line(lines[-1], found, by)
            swap_in(home, line)
    except (DeltaError, duckdb.Error, OSError) as problem:
        raise PublishRefusedError(
            f"The purge of '{dataset}' was not finished: {str(problem).splitlines()[0]}. Check that the folder can "
            "be written and has room for its incidents once more, then purge again."
        ) from problem
    return Purged(found, line)


def to_purge(store: Path, dataset: str, selection: Selection) -> ToPurge:
    """Return what a purge would erase of a dataset; nothing is written.

    Raises:
        UnknownNameError: There is no such dataset.
        DamagedStoreError: A version can't be read.
    """
    lines = versions(store, dataset)
    engine, home = connect(), store / dataset
    try:
        chosen = chosen_rows(engine, _incidents(engine, home, lines), selection)
        return _counted(home, lines, chosen)
    except (DeltaError, duckdb.Error, OSError) as problem:
        raise DamagedStoreError(
            f"Dataset '{dataset}' cannot be read whole: one of its files is damaged or gone. "
            "Restore the store from a copy, then purge."
        ) from problem


def _incidents(engine: ibis.BaseBackend, home: Path, lines: tuple[Publish, ...]) -> dict[int, ir.Table]:
    """Return the incidents by their table's version: several publishes can share one."""
    folder = table_folder(home, "incidents")
    named = sorted({line.table_versions["incidents"] for line in lines})
    return {number: _version(engine, folder, number) for number in named}


def _version(engine: ibis.BaseBackend, folder: Path, number: int) -> ir.Table:
    rows = parquet_table(engine, version_files(folder, number), INCIDENTS)
    return rows.cast({name: kind.copy(nullable=True) for name, kind in rows.schema().items()})


def _counted(home: Path, lines: tuple[Publish, ...], chosen: Mapping[int, ir.Table]) -> ToPurge:
    ids = ibis.union(
        *(
            rows.select("force", "record_id", version=ibis.literal(number, "int64"))
            for number, rows in chosen.items()
        )
    )
    by_version = ids.group_by("version").agg(rows=ids.count()).to_pandas().set_index("version")["rows"]
    rows_by_line = by_version.reindex([line.table_versions["incidents"] for line in lines], fill_value=0)
    return ToPurge(
        records=int(ids.select("force", "record_id").distinct().count().execute()),
        rows=int(rows_by_line.sum()),
        versions=int((rows_by_line > 0).sum()),
        strays=len(_strays(table_folder(home, "incidents"), lines)),
    )


def _strays(folder: Path, lines: tuple[Publish, ...]) -> set[str]:
    named = {line.table_versions["incidents"] for line in lines}
    kept = {Path(file).name for number in named for file in version_files(folder, number)}
    return {path.name for path in folder.iterdir() if path.is_file()} - kept


def _rebuild(home: Path, held: Mapping[int, ir.Table], chosen: Mapping[int, ir.Table]) -> None:
    """Write every version anew under its number; one that no line names is left empty."""
    secret = new_secret()
    for number in range(1, max(held) + 1):
        table = INCIDENTS.empty_table()
        if number in held:
            table = _erased(held[number], chosen[number], secret)
        commit(rebuilding(home), table, "overwrite", expected=number)


def _erased(rows: ir.Table, chosen: ir.Table, secret: str) -> pa.Table:
    kept = rows.anti_join(chosen, "row_id").to_pyarrow()
    return pa.concat_tables([kept.cast(INCIDENTS), stubs(chosen, secret).to_pyarrow().cast(INCIDENTS)])


def _refuse_other_figures(home: Path, held: Mapping[int, ir.Table]) -> None:
    engine = connect()
    for number, rows in held.items():
        if not _figures(rows).equals(_figures(_version(engine, rebuilding(home), number))):
            raise DamagedStoreError(
                f"The figures of '{home.name}' would not stay as they were published, and nothing was erased. "
                "Keep the store as it is and ask whoever looks after vulncore."
            )


def _figures(incidents: ir.Table) -> pd.DataFrame:
    keys = ["force", "measure", "record_kind", "month", "counts"]
    rows = incidents.mutate(month=incidents.recorded_on.truncate("M"), counts=incidents.no_crimed_on.isnull())
    figures = rows.group_by(keys).agg(rows=rows.count(), records=rows.record_id.nunique())
    frame: pd.DataFrame = figures.order_by(keys).to_pandas()
    return frame


def _line(latest: Publish, found: ToPurge, by: str) -> Publish:
    where = number_of(found.versions, "version")
    return replace(
        latest,
        number=latest.number + 1,
        published_at=datetime.now(UTC),
        published_by=by,
        files=(),
        rows=RowAccount(
            found.rows, 0, left_out={f"{ERASED}, from {where}": found.rows} if found.rows else {}
        ),
    )
