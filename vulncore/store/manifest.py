"""The manifest of a dataset: one line for each publish, and the Delta commits beneath it."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, PostCommitHookProperties, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.transaction import AddAction, RemoveAction

from vulncore.domain.delivery import RowAccount
from vulncore.domain.disk import NamedFile
from vulncore.domain.errors import DamagedStoreError, InvalidStrandsError
from vulncore.domain.schemas import SCHEMAS
from vulncore.domain.strands.strand_file import parse_strands
from vulncore.domain.strands.strand_list import StrandList, shipped_list
from vulncore.store.contents import Contents, by_force, flush_version, is_cut_short, log_file, table_folder
from vulncore.store.torn import added_files, log_entries, torn_at_the_end

MANIFEST: Final = "manifest"
LOOKS: Final = 3
LINES: Final = pa.schema(
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
        # those below are missing from lines of 0.1.0, and those from `generation` on from later ones, too
        pa.field("contents", pa.string()),  # JSON: table -> Delta version -> name, bytes, sha256 of its files
        pa.field("set_aside", pa.string()),  # JSON: numbers of lines that don't count any more
        pa.field("generation", pa.int64()),  # of the incidents: the highest counts, whichever line names it
        pa.field("again", pa.int64()),  # the number of the version that this one is again
        pa.field("mapping", pa.string()),  # TOML: how the records that were delivered were read
        pa.field("strands", pa.string()),  # TOML: the dataset's own list of strands
        pa.field("seal", pa.string()),  # SHA-256 of all the others
    ]
)

KEEP_EVERY_VERSION = {
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.deletedFileRetentionDuration": "interval 36500 days",
}


# a checkpoint that a power cut leaves half written would make the table unreadable
NOTHING_MORE = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)


@dataclass(frozen=True)
class Publish:
    """One published version of a dataset, as its manifest has it: who published what, when, from which files.

    `stored` names the files of each table; it lacks those that 0.1.0 wrote, of which nobody knows what they held.
    `set_aside` are the numbers of earlier versions that a power cut left half written, and that this one puts aside.
    `again` is the number of the version that this one is once more, because what came between was undone.
    `mapping` says in TOML how the records that it brought were read, `strands` which the dataset's strands are ("": those that ship).
    `generation` counts how often the dataset's incidents were written anew: every version's are in the folder of the newest.
    `unchanged` is no part of the manifest: it says that what was to be published stood there already.
    """

    dataset: str
    number: int
    published_at: datetime
    published_by: str
    source: str
    attribution: str
    made: bool
    files: tuple[NamedFile, ...]
    rows: RowAccount
    table_versions: dict[str, int]
    table_rows: dict[str, int]
    stored: dict[str, tuple[NamedFile, ...]] = field(default_factory=dict)
    set_aside: tuple[int, ...] = ()
    generation: int = 1
    again: int | None = None
    mapping: str = ""
    strands: str = ""
    unchanged: bool = False

    @property
    def is_verifiable(self) -> bool:
        """Whether all of its files can be told from others: those of versions that 0.1.0 published can't."""
        return self.stored.keys() >= SCHEMAS.keys()

    @property
    def strand_list(self) -> StrandList:
        """The list of strands that it was published with: the dataset's own, or the one that ships."""
        return _strand_list(self.strands)

    def with_table(self, name: str, version: int, files: tuple[NamedFile, ...]) -> "Publish":
        """Return the publish with another version of a table."""
        return replace(
            self, table_versions={**self.table_versions, name: version}, stored={**self.stored, name: files}
        )


@dataclass(frozen=True)
class PublishHistory:
    """A dataset's publishes, oldest first, the numbers of newer ones that are only half there, and the next number.

    `generation` is that of its incidents.
    """

    publishes: tuple[Publish, ...]
    half_written: tuple[int, ...]
    next_number: int
    generation: int


def publish_history(home: Path) -> PublishHistory:
    """Return a dataset's publishes, and what a power cut left of newer ones.

    Raises:
        DamagedStoreError: The manifest can't be read.
    """
    history = _history_now(home)
    for _ in range(LOOKS - 1):  # where a purge removes files at this moment, the next look finds its line
        if not history.half_written:
            break
        history = _history_now(home)
    return history


def add_to_manifest(home: Path, line: pa.Table) -> None:
    """Add a line to the manifest, unless one with its number is there; on return the disk has it.

    Raises:
        CommitFailedError: Somebody else published since.
    """
    commit(home / MANIFEST, line, "append", expected=line["number"][0].as_py())
    flush_newest_line(home)


def flush_newest_line(home: Path) -> None:
    """Have the disk write the newest line of the manifest."""
    manifest = home / MANIFEST
    newest, entry = max(log_entries(manifest).items())
    flush_version(manifest, added_files(entry), (0, 1) if newest == 1 else (newest,))


def manifest_line(publish: Publish, contents: Contents) -> pa.Table:
    """Return a publish as a line of the manifest, with the files of every table version that it writes."""
    kept = asdict(replace(publish, stored={}))
    row = {
        name: json.dumps(kept[name]) if isinstance(kept[name], dict | tuple) else kept[name]
        for name in LINES.names
        if name in kept
    }
    row["contents"] = _contents_text(contents)
    return pa.Table.from_pylist([{**row, "seal": _seal(row)}], schema=LINES)


def commit(
    folder: Path, table: pa.Table, mode: Literal["overwrite", "append"], expected: int | None = None
) -> int:
    """Write a Delta table's next version, and return its number; never on top of somebody else's commit.

    A table is made empty, as version 0, before anything is written to it: two that begin at once then
    meet at version 1, where one wins. `expected` is the version that this has to be; any, unless given.

    Raises:
        CommitFailedError: Somebody else wrote since.
        DamagedStoreError: There is a table and it can't be read.
    """
    current = _before(folder, table.schema, expected)
    version = current.version() + 1
    write_deltalake(
        current,
        table,
        mode=mode,
        schema_mode="merge" if mode == "append" else None,  # the lines of 0.1.0 had fewer columns
        commit_properties=CommitProperties(max_commit_retries=0),
        post_commithook_properties=NOTHING_MORE,
    )
    return version


def commit_by_force(folder: Path, rows: pa.Table, expected: int | None = None) -> int:
    """Write the next version of a Delta table, of these rows alone, each force's in files of its own, and return its number.

    Arguments and errors are those of `commit`.
    """
    current = _before(folder, rows.schema, expected)
    version = current.version() + 1
    added: list[AddAction | RemoveAction] = [
        _written(folder, f"{beginning}{uuid4()}.parquet", part) for beginning, part in by_force(rows)
    ]
    promised = {"num_added_files": str(len(added)), "num_removed_files": str(len(current.file_uris()))}
    current.create_write_transaction(
        added,
        "overwrite",
        rows.schema,
        commit_properties=CommitProperties(promised, max_commit_retries=0),
        post_commithook_properties=NOTHING_MORE,
    )
    return version


def _before(folder: Path, schema: pa.Schema, expected: int | None) -> DeltaTable:
    """Return a Delta table that the version after is to be written to, made if need be; refused if that isn't the one expected."""
    try:
        current = DeltaTable(folder)
    except TableNotFoundError:
        current = DeltaTable.create(folder, schema, mode="ignore", configuration=KEEP_EVERY_VERSION)
    except DeltaError as problem:
        raise damaged(folder.parent) from problem
    if expected not in (None, current.version() + 1):
        raise CommitFailedError(f"version {expected} of {folder.name} is there already")
    return current


def _written(folder: Path, name: str, rows: pa.Table) -> AddAction:
    """Write rows to a file, and return what the table's log says of it: nothing that tells a record."""
    path, forces = folder / name, pc.min_max(rows["force"])
    pq.write_table(rows, path)
    ends = {f"{end}Values": {"force": forces[end].as_py()} for end in ("min", "max")}
    stat = path.stat()
    stats = json.dumps({"numRecords": rows.num_rows, **ends, "nullCount": {"force": 0}})
    return AddAction(name, stat.st_size, {}, stat.st_mtime_ns // 1_000_000, data_change=True, stats=stats)


def damaged(home: Path) -> DamagedStoreError:
    """Return what is to be said where a manifest can't be read."""
    return DamagedStoreError(
        f"Dataset '{home.name}' cannot be read: its list of versions is damaged. "
        "Restore the store from a backup, or publish the dataset again under another name."
    )


def _history_now(home: Path) -> PublishHistory:
    folder = home / MANIFEST
    entries, torn = log_entries(folder), torn_at_the_end(folder)
    if list(entries) != list(range(len(entries))):
        raise damaged(home)
    try:
        lines = [
            line
            for number, entry in entries.items()
            if number not in torn
            for name in added_files(entry)
            for line in _lines_of(folder / name)
        ]
    except (pa.ArrowException, OSError, ValueError, LookupError, TypeError, AttributeError) as problem:
        raise damaged(home) from problem
    # of the versions of a table that a purge rebuilt, its own line names the files that there are
    contents = {at: files for _, written in lines for at, files in written.items()}
    every = sorted((publish for publish, _ in lines), key=lambda publish: publish.number)
    generation = max((publish.generation for publish in every), default=1)
    left_out = {number for publish in every for number in publish.set_aside if number < publish.number}
    standing = [
        replace(
            publish,
            dataset=home.name,
            generation=generation,
            stored={at[0]: contents[at] for at in publish.table_versions.items() if at in contents},
        )
        for publish in every
        if publish.number not in left_out
    ]
    half_written = [number for number in torn if number]
    while standing and not _is_whole(home, standing[-1]):
        half_written.insert(0, standing.pop().number)
    return PublishHistory(tuple(standing), tuple(half_written), max(len(entries) - len(torn), 1), generation)


def _is_whole(home: Path, publish: Publish) -> bool:
    """Return whether no file of a version is missing or cut short, as those that a power cut overtook."""
    try:
        for name, version in publish.table_versions.items():
            table = table_folder(home, name, publish.generation)
            sizes = {file.name: file.bytes for file in publish.stored.get(name, ())}
            if name not in publish.stored:
                sizes = added_files(log_file(table, version))
            if any(is_cut_short(table / file, size) for file, size in sizes.items()):
                return False
    except (OSError, ValueError, LookupError, TypeError):
        return False
    return True


@lru_cache(maxsize=256)
def _strand_list(text: str) -> StrandList:
    """Return the list that a line holds, which is as it was written (`seal`); one that can't be read any more gives way to the shipped one."""
    with suppress(InvalidStrandsError):
        return parse_strands(text.encode()) if text else shipped_list()
    return shipped_list()


def _seal(line: Mapping[str, Any]) -> str:
    sealed = [f"{name}={line[name]}" for name in LINES.names if line.get(name) is not None and name != "seal"]
    return hashlib.sha256("\n".join(sealed).encode()).hexdigest()


@lru_cache(maxsize=4096)
def _lines_of(file: Path) -> tuple[tuple[Publish, Contents], ...]:
    """A file of a manifest never changes, and every file has a name of its own."""
    return tuple(_line_in(row) for row in pq.read_table(file, use_threads=False).to_pylist())


def _line_in(row: dict[str, Any]) -> tuple[Publish, Contents]:
    """Return a line's publish, its files left out, and those of every table version that it wrote."""
    seal, contents = row.pop("seal", None), row.pop("contents", None)
    if contents is not None and seal != _seal({**row, "contents": contents}):
        raise ValueError("a line of the manifest has changed since it was written")
    publish = Publish(
        **{
            **row,
            "dataset": "",
            "files": tuple(NamedFile(**file) for file in json.loads(row["files"])),
            "rows": RowAccount(**json.loads(row["rows"])),
            "table_versions": json.loads(row["table_versions"]),
            "table_rows": json.loads(row["table_rows"]),
            "set_aside": tuple(json.loads(row.get("set_aside") or "[]")),
            "generation": row.get("generation") or 1,
            "mapping": row.get("mapping") or "",
            "strands": row.get("strands") or "",
        }
    )
    return publish, _contents_in(contents or "{}")


def _contents_text(contents: Contents) -> str:
    by_table: dict[str, dict[int, list[dict[str, object]]]] = defaultdict(dict)
    for (table, version), files in contents.items():
        by_table[table][version] = [asdict(file) for file in files]
    return json.dumps(by_table)


def _contents_in(text: str) -> Contents:
    """Return the contents that a text of the manifest stands for.

    >>> _contents_in(_contents_text({("counts", 3): (NamedFile("a.parquet", 2, "ab"),)}))
    {('counts', 3): (NamedFile(name='a.parquet', bytes=2, sha256='ab'),)}
    """
    return {
        (table, int(version)): tuple(NamedFile(**file) for file in files)
        for table, by_version in json.loads(text).items()
        for version, files in by_version.items()
    }
