"""Files on the disk, on any system: known by their digest, written so that a power cut loses nothing, held against others."""

import errno
import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import portalocker

try:
    import fcntl
except ImportError:  # Windows has none
    fcntl = None  # type: ignore[assignment]

WHOLE_DRIVE: Final = getattr(fcntl, "F_FULLFSYNC", None)
"""macOS: without this the drive keeps what it was given in a cache of its own, in any order."""
IS_WINDOWS: Final = os.name == "nt"
"""There a file that is open or mapped can't be removed or renamed, and what is flushed has to be open for writing."""
DEVICE: Final = re.compile(r"(con|prn|aux|nul|(com|lpt)[0-9])(\..*)?", flags=re.IGNORECASE | re.ASCII)
"""Names that Windows keeps for devices, whatever their ending."""

DISK_FAULTS: Final = (
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.EIO,
    errno.ENOENT,
)
"""What a disk can have against being written to; libraries say so somewhere in a text of their own."""


@dataclass(frozen=True)
class NamedFile:
    """A file by its name without folders, its size in bytes, and its SHA-256."""

    name: str
    bytes: int
    sha256: str


def named_file(path: Path) -> NamedFile:
    """Return a file's name, size and digest."""
    return NamedFile(path.name, path.stat().st_size, file_digest(path))


def disk_fault(problem: Exception) -> str:
    """Return what a disk has against being read or written, in the system's words.

    >>> disk_fault(ValueError("Generic error: no such luck: No space left on device (os error 28)"))
    'no space left on device'
    """
    known = [os.strerror(number) for number in DISK_FAULTS if os.strerror(number) in str(problem)]
    return (known or [getattr(problem, "strerror", None) or "the disk refused"])[0].lower()


def flush(path: Path) -> None:
    """Have the disk write what it holds of a file, or of the names in a folder.

    Windows opens no folder for that: there the journal of its file system keeps the names, in the order in which they were made.
    """
    if IS_WINDOWS and path.is_dir():
        return
    handle = os.open(path, os.O_RDWR if IS_WINDOWS else os.O_RDONLY)
    try:
        if WHOLE_DRIVE is None:
            os.fsync(handle)
        else:
            fcntl.fcntl(handle, WHOLE_DRIVE)
    finally:
        os.close(handle)


def flush_new(paths: Iterable[Path], top: Path) -> None:
    """Flush files, then every folder from theirs up to `top`, so that no name is there before what it names."""
    files = list(paths)
    for path in files:
        flush(path)
    folders = {folder for path in files for folder in path.parents if folder.is_relative_to(top)}
    for folder in sorted(folders, key=lambda folder: -len(folder.parts)):
        flush(folder)


def write_whole(path: Path, content: bytes, mode: int = 0o600, *, instead: bool = True) -> None:
    """Write a file so that whoever looks, at any moment and after any halt, finds it whole, as before or not at all.

    Its folder is made if need be. `mode` says who may read it, and `instead` whether it may take the place of another.

    Raises:
        FileExistsError: There is one, and it may not.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}", suffix=".new")
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        new.chmod(mode)
        flush(new)
        if instead:
            new.replace(path)
        elif IS_WINDOWS:
            new.rename(path)  # which takes nobody's place there, and needs no links between files
        else:
            path.hardlink_to(new)
    finally:
        new.unlink(missing_ok=True)
    flush(path.parent)


@contextmanager
def held_file(path: Path, *, shared: bool = False, waits: bool = False) -> Iterator[None]:
    """Hold a file, made if need be, against everybody else who would hold it; the end of the process lets go, too.

    Nothing is written to it, and its folder is made if need be. It is held `shared` with others who share it, and against
    those who don't. Who `waits` does so until the others have let go.

    Raises:
        BlockingIOError: Others hold it, and this does not wait.
        OSError: It can't be held.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    how = portalocker.LockFlags.SHARED if shared else portalocker.LockFlags.EXCLUSIVE
    with path.open("ab") as file:
        try:
            portalocker.lock(file, how if waits else how | portalocker.LockFlags.NON_BLOCKING)
        except portalocker.AlreadyLocked as problem:
            raise BlockingIOError(errno.EAGAIN, f"{path.name} is held by others") from problem
        except portalocker.LockException as problem:
            raise OSError(errno.ENOLCK, problem.strerror or os.strerror(errno.ENOLCK)) from problem
        try:
            yield
        finally:
            portalocker.unlock(file)


def file_digest(path: Path) -> str:
    """Return a file's SHA-256; of one that has not changed since it was last asked for, the one of then."""
    stat = path.stat()
    return _digest(path, stat.st_size, stat.st_mtime_ns, stat.st_ino)


@lru_cache(maxsize=4096)
def _digest(path: Path, _size: int, _modified: int, _node: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
