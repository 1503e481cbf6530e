"""What Windows lacks, taken away from a process, as far as that can be done elsewhere.

There is no `fcntl`; no folder can be opened; what is flushed has to be open for writing; nothing takes another's place by a
rename; there are no links; and a file that this process has open or mapped can't be removed or renamed, nor can a folder with it.
"""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import portalocker.portalocker as locks  # which has another way than `fcntl` there

OPEN, SYNC, FCNTL = os.open, os.fsync, locks.fcntl


def _opened(path: Any, flags: int, *rest: Any, **more: Any) -> int:
    if Path(path).is_dir():
        raise PermissionError(13, "Permission denied", str(path))
    return OPEN(path, flags, *rest, **more)


def _flushed(handle: int) -> None:
    if FCNTL.fcntl(handle, FCNTL.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
        raise OSError(9, "Bad file descriptor")
    SYNC(handle)


def _in_use(path: str) -> bool:
    """Return whether this process has a file, or one within a folder, open or mapped."""
    mapped = {line.split(maxsplit=5)[-1].strip() for line in Path("/proc/self/maps").read_text().splitlines()}
    opened = {os.path.realpath(link) for link in Path("/proc/self/fd").iterdir()}
    return any(held == path or held.startswith(f"{path}/") for held in mapped | opened)


def _unless_in_use(real: Callable[..., None], takes_places: bool = True) -> Callable[..., None]:
    def done(path: Any, *rest: Any, **more: Any) -> None:
        if _in_use(os.path.realpath(path)) or (rest and _in_use(os.path.realpath(rest[0]))):
            raise PermissionError(
                13, "The process cannot access the file because it is being used", str(path)
            )
        if not takes_places and os.path.lexists(rest[0]):
            raise FileExistsError(17, "File exists", str(rest[0]))
        real(path, *rest, **more)

    return done


def as_on_windows() -> None:
    """Take away what Windows does not have; to be called before anything of vulncore is imported."""
    sys.modules["fcntl"] = None
    shutil._use_fd_functions = False
    os.open, os.fsync = _opened, _flushed
    os.rename = _unless_in_use(os.rename, takes_places=False)
    for name in ("replace", "unlink", "remove", "rmdir"):
        setattr(os, name, _unless_in_use(getattr(os, name)))
    del os.link, os.symlink
