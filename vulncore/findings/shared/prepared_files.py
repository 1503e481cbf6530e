"""What was worked out of a dataset, kept on the disk beside it under what it was made of: once, for every process.

A purge erases all of it, and a backup leaves it out: it can be made again at any time.
"""

import hashlib
import math
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Final

import pyarrow as pa

from vulncore import domain, metrics, store
from vulncore.domain.disk import IS_WINDOWS, file_digest, flush
from vulncore.domain.errors import VulncoreError
from vulncore.store import Snapshot, versions
from vulncore.store.contents import PREPARED
from vulncore.store.holding import held_against_purges

RECORDS: Final = "records"
MOST_BYTES: Final = 50_000_000_000  # of a dataset's tables: ten million incidents take three thousand million
UNUSED_S: Final = 30 * 86_400.0
"""Tables that nobody asked for in thirty days, as those of earlier code, go when another is kept."""
LIBRARIES: Final = ("duckdb", "ibis-framework", "numpy", "pandas", "pyarrow", "scipy", "shapely")
UNUSABLE: Final = (OSError, pa.ArrowException, VulncoreError)


def kept_table(
    snapshot: Snapshot, made_of: object, columns: Sequence[str], make: Callable[[], pa.Table]
) -> pa.Table:
    """Return a table made of a version's records: as it is kept, or else made now and kept, as far as the disk can be written.

    What is kept has its SHA-256 in its name and is not read where it holds anything else. It lies in memory as far as it is
    used, once for all processes: such a file is never to be written in place. On Windows, where a file that is mapped can't be
    erased, it is read.

    `made_of` is all that the table is made of but the code; written out it is the same in every process.
    """
    if not snapshot.publish.stored.get("incidents"):
        return make()  # of a preview, or of a version of which nobody knows what it held
    key = hashlib.sha256(repr((CODE, VERSIONS, made_of)).encode()).hexdigest()
    folder = prepared_folder(snapshot.home, RECORDS)
    kept = _read(folder, key, columns)
    if kept is None:
        kept = make()
        with suppress(*UNUSABLE):
            _keep(snapshot, folder, key, kept)
            kept = _read(folder, key, columns) or kept
    return kept


def tables_kept(snapshot: Snapshot) -> frozenset[str]:
    """Return the names of the tables that are kept of a version's dataset."""
    return frozenset(path.name for path in prepared_folder(snapshot.home, RECORDS).glob("[!.]*"))


def prepared_folder(home: Path, topic: str) -> Path:
    """Return the folder in which a dataset's prepared files of one topic lie."""
    return home / PREPARED / topic


def make_folder(folder: Path) -> None:
    """Make a folder for prepared files, readable by its owner alone."""
    for made in (folder.parent, folder):
        made.mkdir(mode=0o700, exist_ok=True)


def forget_oldest(folder: Path, most_bytes: int, unused_s: float = math.inf) -> None:
    """Remove the files not asked for longest, as many as there are too many bytes, and those not asked for in so many seconds."""
    with os.scandir(folder) as entries:
        files = [(entry.stat(), entry.path) for entry in entries]
    kept = 0
    for stat, path in sorted(files, key=lambda file: -file[0].st_mtime_ns):
        kept += stat.st_size
        if kept > most_bytes or time.time() - stat.st_mtime > unused_s:
            Path(path).unlink(missing_ok=True)


def code_digest(*folders: Path, besides: Iterable[Path] = ()) -> str:
    """Return the digest of the code in some folders, and of other files that decide what it works out.

    To be asked for when the code is imported: what the disk holds later may be of another version.
    """
    digest = hashlib.sha256()
    for folder in folders:
        for path in (*sorted(folder.rglob("*.py")), *besides):
            content = path.read_bytes()
            digest.update(f"{path.relative_to(folder.parent).as_posix()} {len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()


def _read(folder: Path, key: str, columns: Sequence[str]) -> pa.Table | None:
    """Return the table kept under a key, as it lies on the disk; None where there is none that holds what was written."""
    for path in folder.glob(f"{key}.*"):
        with suppress(*UNUSABLE):
            if path.is_file() and path.suffix == f".{file_digest(path)}":
                with (pa.OSFile if IS_WINDOWS else pa.memory_map)(str(path)) as file:
                    table = pa.ipc.open_file(file).read_all()
                with suppress(OSError):
                    os.utime(path)  # what is not asked for goes first
                if table.column_names == list(columns):
                    return table
    return None


def _keep(snapshot: Snapshot, folder: Path, key: str, table: pa.Table) -> None:
    """Keep a table, unless rows of the version were erased since.

    A purge that begins while the file is written takes the folder away, and the file with it.

    Raises:
        OSError, ArrowException: The disk can't be written.
        VulncoreError: A purge is running or was broken off, or the version is gone.
    """
    with held_against_purges(snapshot.home):
        if not _stands(snapshot):
            return
        make_folder(folder)
        handle, name = tempfile.mkstemp(dir=folder, prefix=".", suffix=".new")
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
        flush(new)
        whole = folder / f"{key}.{file_digest(new)}"
        with held_against_purges(snapshot.home):
            if _stands(snapshot):
                new.replace(whole)
    finally:
        new.unlink(missing_ok=True)
    forget_oldest(folder, MOST_BYTES, UNUSED_S)


def _stands(snapshot: Snapshot) -> bool:
    """Return whether a version's files are still those that were read."""
    home, publish = snapshot.home, snapshot.publish
    return [one.stored for one in versions(home.parent, home.name) if one.number == publish.number] == [
        publish.stored
    ]


CODE: Final = code_digest(
    *(Path(str(package.__file__)).parent for package in (domain, metrics, store)), Path(__file__).parent
)
VERSIONS: Final = {name: version(name) for name in LIBRARIES} | {"python": platform.python_version()}
