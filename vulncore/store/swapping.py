"""Put a rebuilt table in the place of a dataset's incidents, so that a halt at any moment loses nothing.

What is being rebuilt lies in `<dataset>/.erasing/` until it is whole. Then a file `ready` is put beside it, and
from there on there is only forwards: the old table moves aside, the new one moves in, the manifest gets its
line, and the folder goes, the old table with it. A halt before `ready` leaves the dataset as it was; after it,
readers find the new table wherever it stands, and the next who writes goes on from there.
"""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq
from deltalake.exceptions import DeltaError

from vulncore.domain.disk import flush
from vulncore.domain.errors import PublishRefusedError, VulncoreError
from vulncore.store.contents import ERASING, PREPARED, READY, SWAPPED, Contents
from vulncore.store.manifest import Publish, add_to_manifest, manifest_line, publishes, ready_line
from vulncore.store.mending import half_written_entries, mend
from vulncore.store.torn import ASIDE

OLD: Final = "old"
LOCK: Final = ".lock"


@contextmanager
def held_for_publish(home: Path) -> Iterator[None]:
    """Hold a dataset against purges, with others who publish, once what was broken off before is finished or put aside.

    Raises:
        PublishRefusedError: Rows of it are being erased.
    """
    refusal = (
        f"Records of '{home.name}' are being erased at this moment, or a half-written version is being set aside. "
        "Try again in a few minutes."
    )
    while True:
        if (home / ERASING).exists() or half_written_entries(home):
            with _locked(home, fcntl.LOCK_EX, refusal):
                mend(home)
                finish_or_undo(home)
        with _locked(home, fcntl.LOCK_SH, refusal):
            if not (home / ERASING).exists():  # a purge can have begun and been broken off in between
                yield
                return


@contextmanager
def held_against_purges(home: Path) -> Iterator[None]:
    """Hold a dataset against purges for a moment, with others who do so or publish; nothing is finished or put aside.

    Raises:
        PublishRefusedError: Rows of it are being erased, or something there was broken off.
    """
    refusal = f"Records of '{home.name}' are being erased at this moment."
    with _locked(home, fcntl.LOCK_SH, refusal):
        if (home / ERASING).exists() or half_written_entries(home):
            raise PublishRefusedError(refusal)
        yield


@contextmanager
def held_for_purge(home: Path) -> Iterator[None]:
    """Hold a dataset against everybody who writes, once a purge that was broken off is finished or undone.

    Raises:
        PublishRefusedError: Somebody is writing.
    """
    refusal = (
        f"Somebody is publishing or purging '{home.name}' at this moment, so nothing was erased. "
        "Purge again in a few minutes."
    )
    with _locked(home, fcntl.LOCK_EX, refusal):
        mend(home)
        finish_or_undo(home)
        try:
            yield
        except BaseException:
            with suppress(OSError, VulncoreError, DeltaError):  # what went wrong first is what has to be said
                finish_or_undo(home)
            raise


def rebuilt_folder(home: Path) -> Path:
    """Return the folder in which the dataset's incidents are to be rebuilt."""
    return home / ERASING / SWAPPED


def swap_in(home: Path, publish: Publish, contents: Contents) -> None:
    """Put the rebuilt incidents in the place of those that stand, and add the publish to the manifest."""
    for path in (home / ERASING).rglob("*"):
        flush(path)
    marker = home / ERASING / READY
    unfinished = marker.with_suffix(".part")
    pq.write_table(manifest_line(publish, contents), unfinished)
    flush(unfinished)
    unfinished.rename(marker)
    flush(marker.parent)
    finish_or_undo(home)


def finish_or_undo(home: Path) -> None:
    """Finish a swap that was ready, and undo one that was not, so that nothing stays half done."""
    erasing = home / ERASING
    if not erasing.exists():
        return
    if (erasing / READY).exists():
        rebuilt, place = rebuilt_folder(home), home / SWAPPED
        if rebuilt.exists():
            if place.exists():
                place.rename(erasing / OLD)
            rebuilt.rename(place)
            flush(home)
        line = ready_line(home)
        if publishes(home)[-1].number < line["number"][0].as_py():
            add_to_manifest(home, line)
        shutil.rmtree(home / ASIDE, ignore_errors=True)  # logs hold values of records, among them the erased
        _move_prepared(home)
    # `ready` goes last, so that a halt amid the removal is gone on with and not mistaken for an early one
    for path in sorted(erasing.iterdir(), key=lambda path: path.name == READY):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    erasing.rmdir()
    flush(home)  # or a power cut brings the erased back


def _move_prepared(home: Path) -> None:
    """Move what was prepared, of the erased too, to where it goes; whoever writes to it meanwhile makes a new folder."""
    prepared, moved = home / PREPARED, home / ERASING / PREPARED
    if prepared.exists():
        if moved.exists():
            shutil.rmtree(moved)
        prepared.rename(moved)


@contextmanager
def _locked(home: Path, how: int, refusal: str) -> Iterator[None]:
    home.mkdir(parents=True, exist_ok=True)
    with (home / LOCK).open("a") as lock:  # closing it lets go, and so does the end of the process
        try:
            fcntl.flock(lock, how | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            raise PublishRefusedError(refusal) from problem
        yield
