"""The manifest of a dataset: one line for each publish, and the Delta commits beneath it."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, PostCommitHookProperties, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from vulncore.domain.delivery import RowAccount, SourceFile
from vulncore.domain.errors import DamagedStoreError

MANIFEST = pa.schema(
    [
        pa.field("number", pa.int64(), nullable=False),
        pa.field("published_at", pa.timestamp("us", "UTC"), nullable=False),
        pa.field("published_by", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("attribution", pa.string(), nullable=False),
        pa.field("made", pa.bool_(), nullable=False),
        pa.field("files", pa.string(), nullable=False),  # JSON: name, bytes, sha256
        pa.field("rows", pa.string(), nullable=False),  # JSON: read, accepted, rejected, noted
        pa.field("table_versions", pa.string(), nullable=False),  # JSON: table -> Delta version
        pa.field("table_rows", pa.string(), nullable=False),  # JSON: table -> rows
    ]
)

KEEP_EVERY_VERSION = {
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.deletedFileRetentionDuration": "interval 36500 days",
}


@dataclass(frozen=True)
class Publish:
    """One published version of a dataset, as its manifest has it: who published what, when, from which files.

    `unchanged` is no part of the manifest: it says that what was to be published stood there already.
    """

    dataset: str
    number: int
    published_at: datetime
    published_by: str
    source: str
    attribution: str
    made: bool
    files: tuple[SourceFile, ...]
    rows: RowAccount
    table_versions: dict[str, int]
    table_rows: dict[str, int]
    unchanged: bool = False


def publishes(home: Path) -> tuple[Publish, ...]:
    """Return a dataset's publishes, oldest first; none where nothing was published.

    Raises:
        DamagedStoreError: The manifest can't be read.
    """
    table = delta_table(home / "manifest")
    if table is None:
        return ()
    try:
        history = [publish for file in files_of(table) for publish in publishes_in(_rows_of(file), home.name)]
    except (pa.ArrowException, DeltaError, OSError) as problem:
        raise _damaged(home) from problem
    return tuple(sorted(history, key=lambda publish: publish.number))


def add_to_manifest(home: Path, publish: Publish) -> None:
    """Add a publish to the manifest, unless one with its number is there.

    Raises:
        CommitFailedError: Somebody else published since.
    """
    commit(home / "manifest", manifest_row(publish), "append", expected=publish.number)


def manifest_row(publish: Publish) -> pa.Table:
    """Return a publish as a row of the manifest."""
    row = {
        **asdict(publish),
        "files": json.dumps([asdict(file) for file in publish.files]),
        "rows": json.dumps(asdict(publish.rows)),
        "table_versions": json.dumps(publish.table_versions),
        "table_rows": json.dumps(publish.table_rows),
    }
    del row["dataset"], row["unchanged"]
    return pa.Table.from_pylist([row], schema=MANIFEST)


def publishes_in(table: pa.Table, dataset: str) -> tuple[Publish, ...]:
    """Return the publishes that rows of a dataset's manifest stand for."""
    return tuple(
        Publish(
            **{
                **row,
                "dataset": dataset,
                "files": tuple(SourceFile(**file) for file in json.loads(row["files"])),
                "rows": RowAccount(**json.loads(row["rows"])),
                "table_versions": json.loads(row["table_versions"]),
                "table_rows": json.loads(row["table_rows"]),
            }
        )
        for row in table.to_pylist()
    )


def commit(
    folder: Path, table: pa.Table, mode: Literal["overwrite", "append"], expected: int | None = None
) -> int:
    """Write a Delta table's next version, and return its number; never on top of somebody else's commit.

    A table is made empty, as version 0, before anything is written to it: two that begin at once then
    meet at version 1, where one wins.

    Args:
        folder: Where the Delta table lies.
        table: The rows.
        mode: Whether they replace what is there or are added to it.
        expected: The version that this has to be; any, unless given.

    Raises:
        CommitFailedError: Somebody else wrote since.
    """
    current = delta_table(folder)
    if current is None:
        current = DeltaTable.create(folder, table.schema, mode="ignore", configuration=KEEP_EVERY_VERSION)
    version = current.version() + 1
    if expected not in (None, version):
        raise CommitFailedError(f"version {expected} of {folder.name} is there already")
    write_deltalake(
        current,
        table,
        mode=mode,
        commit_properties=CommitProperties(max_commit_retries=0),
        post_commithook_properties=PostCommitHookProperties(cleanup_expired_logs=False),
    )
    return version


def delta_table(folder: Path) -> DeltaTable | None:
    """Return the Delta table in a folder, or None where there is none.

    Raises:
        DamagedStoreError: There is one and it can't be read.
    """
    try:
        return DeltaTable(folder) if folder.is_dir() else None
    except TableNotFoundError:
        return None
    except DeltaError as problem:
        raise _damaged(folder.parent) from problem


def files_of(table: DeltaTable) -> list[str]:
    """Return the paths of a version's Parquet files, as they stand on the disk."""
    return [unquote(uri.removeprefix("file://")) for uri in table.file_uris()]


@lru_cache(maxsize=4096)
def _rows_of(file: str) -> pa.Table:
    """A file of a manifest never changes, and every file has a name of its own."""
    return pq.read_table(file, use_threads=False)


def _damaged(home: Path) -> DamagedStoreError:
    return DamagedStoreError(
        f"Dataset '{home.name}' cannot be read: its list of versions is damaged. "
        "Restore the store from a copy, or publish the dataset again under another name."
    )
