"""Back up a store into one file, and restore it from there: versions with their notes, boundaries, maps' grounds, severity weights, scenarios with their locks.

The secret behind victims' pseudonyms is never in that file, because whoever has both can tell who is who. It is kept apart.
"""

import errno
import hashlib
import json
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from vulncore.domain.disk import NamedFile, flush, flush_new, write_whole
from vulncore.domain.errors import DamagedStoreError, PublishRefusedError, VulncoreError
from vulncore.store.areas import FOLDER as BOUNDARIES
from vulncore.store.contents import PREPARED
from vulncore.store.grounds import FOLDER as GROUNDS
from vulncore.store.holding import LOCK, held_for_publish
from vulncore.store.manifest import MANIFEST
from vulncore.store.secrets import FILE_NAME, SECRET_BYTES, store_secret
from vulncore.store.store import DATASET_NAME, datasets
from vulncore.store.torn import ASIDE
from vulncore.store.weights import FOLDER as SEVERITY

LIST: Final = "backup.json"
FORMAT: Final = "vulncore backup 1"
SCENARIOS: Final = "scenarios"
LEFT_OUT: Final = {LOCK, ASIDE, PREPARED}
MOST_LISTED: Final = 200_000_000  # bytes of the list: a million files
PIECE: Final = 2**20  # bytes
NO_BACKUP: Final = (
    NotADirectoryError,
    zipfile.BadZipFile,
    FileExistsError,
    zlib.error,
    EOFError,
    RuntimeError,
    ValueError,
    KeyError,
    TypeError,
)


@dataclass(frozen=True)
class BackupCounts:
    """What a backup holds: datasets, files and bytes; and whether the store has a secret that is to be kept apart.

    `secret_missing` says of a store that was restored that the one it was backed up from had a secret, and it has none.
    """

    datasets: int
    files: int
    bytes: int
    has_secret: bool
    secret_missing: bool = False


def back_up(store: Path, target: Path, secret: Path | None = None) -> BackupCounts:
    """Write all that a store holds but its secret into one file, and the secret, if it has one, into another that is named.

    Nothing stops meanwhile: what is published while it runs may or may not be in it, but never in part.

    Raises:
        PublishRefusedError: There is nothing to back up, or records are being erased.
    """
    names = datasets(store)
    if not names:
        raise PublishRefusedError(f"Nothing has been published in {store}. There is nothing to back up.")
    has_secret = (store / FILE_NAME).exists()
    with (
        tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}") as folder,
        ExitStack() as held,
    ):
        for name in names:
            held.enter_context(held_for_publish(store / name))  # keeps purges away, and nobody else
        new = Path(folder) / target.name
        with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            files = [_packed(archive, store, path) for path in _kept_paths(store, names)]
            listed = {"format": FORMAT, "secret": has_secret, "files": [asdict(file) for file in files]}
            archive.writestr(LIST, json.dumps(listed))
        new.chmod(0o600)
        flush(new)
        new.replace(target)
    flush(target.parent)
    if secret is not None and has_secret:
        write_whole(secret, store_secret(store))
    return BackupCounts(len(names), len(files), sum(file.bytes for file in files), has_secret)


def restore(source: Path, store: Path, secret: Path | None = None) -> BackupCounts:
    """Make a store of a backup, once every file of it was found to hold what was backed up.

    Raises:
        PublishRefusedError: There is something in `store` already.
        DamagedStoreError: The file is no backup, or changed since it was written; nothing is restored.
    """
    if store.exists() and (not store.is_dir() or any(store.iterdir())):
        raise PublishRefusedError(
            f"{store} holds something already, so nothing was restored. Choose an empty folder with --store."
        )
    store.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=store.parent, prefix=f".{store.name}") as folder:
        made = Path(folder) / store.name
        made.mkdir()
        with _opened(source) as archive:
            files, had_secret = _listed(archive)
            needed, free = sum(file.bytes for file in files), shutil.disk_usage(made).free
            if needed > free:
                raise PublishRefusedError(
                    f"Nothing was restored: that needs {needed / 1e6:,.0f} MB, and the disk has {free / 1e6:,.0f} MB left."
                )
            for file in files:
                _unpack(archive, file, made / file.name)
        if secret is not None:
            write_whole(made / FILE_NAME, _secret_in(secret))
        if not datasets(made):
            raise _no_backup(source)
        flush_new((path for path in made.rglob("*") if path.is_file()), made)
        if store.exists():
            store.rmdir()
        made.rename(store)
    flush(store.parent)
    has_secret = (store / FILE_NAME).exists()
    return BackupCounts(
        len(datasets(store)), len(files), needed, has_secret, secret_missing=had_secret and not has_secret
    )


def _kept_paths(store: Path, names: tuple[str, ...]) -> Iterator[Path]:
    """Yield the files to keep. Of a dataset the manifest comes first: what its lines name is there already."""
    for name in names:
        for table in sorted((store / name).iterdir(), key=lambda path: (path.name != MANIFEST, path.name)):
            if table.name not in LEFT_OUT:
                yield from sorted(path for path in table.rglob("*") if path.is_file())
    kept = {
        BOUNDARIES: ("*.geojson",),
        GROUNDS: ("*.json", "*.pmtiles"),
        SCENARIOS: ("*.toml", "*.lock.json"),
        SEVERITY: ("*.json",),
    }
    for others, pattern in ((folder, pattern) for folder, patterns in kept.items() for pattern in patterns):
        yield from sorted((store / others).glob(pattern))


def _packed(archive: zipfile.ZipFile, store: Path, path: Path) -> NamedFile:
    name = path.relative_to(store).as_posix()
    with path.open("rb") as file, archive.open(name, "w", force_zip64=True) as member:
        return NamedFile(name, *_copied(file, member))


def _copied(source: IO[bytes], target: IO[bytes], most: int | None = None) -> tuple[int, str]:
    """Copy bytes, no more than `most`, and return how many there were and their SHA-256."""
    digest, size = hashlib.sha256(), 0
    while piece := source.read(PIECE):
        size += len(piece)
        if most is not None and size > most:
            raise ValueError("more bytes than were listed")
        digest.update(piece)
        target.write(piece)
    return size, digest.hexdigest()


@contextmanager
def _opened(source: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(source) as archive:
            yield archive
    except (*NO_BACKUP, OSError) as problem:
        if isinstance(problem, NO_BACKUP) or problem.errno == errno.EINVAL:  # a place before its beginning
            raise _no_backup(source) from problem
        raise


def _listed(archive: zipfile.ZipFile) -> tuple[list[NamedFile], bool]:
    """Return what a backup says it holds, and whether the store had a secret; backups of before don't say."""
    if archive.getinfo(LIST).file_size > MOST_LISTED:
        raise ValueError("the list is too long")
    document: dict[str, Any] = json.loads(archive.read(LIST))
    files = [NamedFile(**file) for file in document["files"]]
    if document["format"] != FORMAT or not all(_belongs(file.name) for file in files):
        raise ValueError("another format, or files that are none of a store's")
    return files, document.get("secret") is True


def _belongs(name: str) -> bool:
    """Return whether a file of that name can be part of a store, and lies in it."""
    parts = PurePosixPath(name).parts
    return (
        len(parts) >= 2
        and name == "/".join(parts)
        and not any(set(part) & set("\\:\0") or part in ("..", ".") for part in parts)
        and DATASET_NAME.fullmatch(parts[0]) is not None
    )


def _unpack(archive: zipfile.ZipFile, file: NamedFile, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(file.name) as member, target.open("xb") as made:
        if _copied(member, made, file.bytes) != (file.bytes, file.sha256):
            raise ValueError("other bytes than were listed")


def _secret_in(path: Path) -> bytes:
    secret = path.read_bytes()
    if len(secret) != SECRET_BYTES:
        raise DamagedStoreError(
            f"{path.name} does not hold the secret of a store. Choose the file that --secret wrote."
        )
    return secret


def _no_backup(source: Path) -> VulncoreError:
    return DamagedStoreError(
        f"{source.name} is no backup of a store, or it is damaged. Nothing was restored. Choose a file that vulncore backup wrote."
    )
