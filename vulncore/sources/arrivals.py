"""Files that arrive in a folder: those that are whole, the one written last at the end, and what is noted of them there."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from vulncore.domain.delivery import printable
from vulncore.domain.disk import write_whole

PAUSE_S: Final = 2.0
LEFT_ALONE: Final = re.compile(
    r"[.~].*|.*\.(part|partial|tmp|temp|crdownload|filepart|rejects\.csv|refused\.txt)", re.IGNORECASE
)
"""Names of files that are hidden, still being copied or edited, or written about other files here."""

REFUSED: Final = ".refused.txt"
HELD_ALREADY: Final = ".held-already.txt"
"""Lists the digests of files that brought nothing new: no version names them, and after a correction they would undo it."""
MOST_NOTED: Final = 5_000_000  # bytes of a note or a list that are read
READABLE: Final = 0o640  # by the group, too: those who bring files
DIGEST: Final = re.compile(r"\b[0-9a-f]{64}\b")

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


def refusal_note(path: Path) -> Path:
    """Return where the refusal of a file is noted."""
    return path.with_name(path.name + REFUSED)


def note_refusal(path: Path, digest: str, sentence: str) -> None:
    """Note beside a file why it was refused, and its digest.

    Raises:
        OSError: The note can't be written.
    """
    note = (
        f"{printable(path.name)} was refused on {datetime.now(UTC):%Y-%m-%d at %H:%M:%S} UTC.\n\n{sentence}\n\n"
        "It is looked at again once the file changes, or once this note is deleted.\n"
        f"SHA-256 of the file: {digest}\n"
    )
    write_whole(refusal_note(path), note.encode(), READABLE)


def was_refused(path: Path, digest: str) -> bool:
    """Return whether a note says that a file of this digest was refused."""
    return digest in _digests(refusal_note(path))


def held_already(folder: Path, dataset: str) -> set[str]:
    """Return the digests of a folder's files that brought a dataset nothing new."""
    return _digests(_held_list(folder, dataset))


def note_held_already(folder: Path, dataset: str, digest: str) -> None:
    """Note that a file of a folder brought a dataset nothing new.

    Raises:
        OSError: The list can't be written.
    """
    listed = "".join(f"{known}\n" for known in sorted(held_already(folder, dataset) | {digest}))
    write_whole(_held_list(folder, dataset), listed.encode(), READABLE)


def _held_list(folder: Path, dataset: str) -> Path:
    return folder / f".{dataset}{HELD_ALREADY}"


def _digests(note: Path) -> set[str]:
    """Return the digests in a note or a list; none where it is a link, or can't be read."""
    try:
        if note.is_symlink() or not note.is_file():
            return set()
        with note.open("rb") as file:
            return set(DIGEST.findall(file.read(MOST_NOTED).decode("ascii", "replace")))
    except OSError:
        return set()


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
