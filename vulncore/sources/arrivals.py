"""Files that arrive in a folder: those that are whole, the one written last at the end."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

PAUSE_S: Final = 2.0
LEFT_ALONE: Final = re.compile(
    r"[.~].*|.*\.(part|partial|tmp|temp|crdownload|filepart|rejects\.csv|refused\.txt)", re.IGNORECASE
)
"""Names of files that are hidden, still being copied or edited, or written about other files here."""

Look = tuple[int, int, int]


def arrived(folder: Path, pause: Callable[[float], object] = time.sleep) -> tuple[Path, ...]:
    """Return the files in a folder that nobody is writing to, in the order in which they were written.

    A file counts once it is the same at two looks, two seconds apart. Folders, links and names that `LEFT_ALONE` describes are left.

    Args:
        folder: The folder; folders within it are not looked into.
        pause: Waits for so many seconds.

    Raises:
        OSError: The folder can't be read.
    """
    before = _look(folder)
    if before:
        pause(PAUSE_S)
    now = _look(folder)
    whole = [path for path, look in now.items() if before.get(path) == look and look[0]]
    return tuple(sorted(whole, key=lambda path: (now[path][1], _by_number(path.name))))


def _look(folder: Path) -> dict[Path, Look]:
    """Return the size and the times of each file; one that goes meanwhile isn't there."""
    looks = {}
    for path in folder.iterdir():
        if LEFT_ALONE.fullmatch(path.name) or path.is_symlink() or not path.is_file():
            continue
        try:
            stat = path.stat()
        except FileNotFoundError:
            continue
        looks[path] = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
    return looks


def _by_number(name: str) -> list[tuple[int, str]]:
    """Return what sorts names as people do: 9 before 10.

    >>> sorted(["b10", "b9", "a"], key=_by_number)
    ['a', 'b9', 'b10']
    """
    parts = re.split(r"(\d+)", name.casefold())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
