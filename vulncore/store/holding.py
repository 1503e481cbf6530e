"""Hold a dataset while it is written to, once what was broken off before is put aside, removed or finished.

A purge writes the incidents anew into a folder of the next generation. The manifest's line that names this generation makes it
count, for every version at once; then the folder of before goes. A halt before the line leaves a folder that no line names, a
halt after it the folder of before. Whoever writes next removes either.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq
from deltalake.exceptions import DeltaError

from vulncore.domain.disk import flush, held_file
from vulncore.domain.errors import PublishRefusedError, VulncoreError
from vulncore.domain.schemas import SCHEMAS
from vulncore.store.contents import PREPARED, RENEWED, table_folder
from vulncore.store.manifest import MANIFEST, add_to_manifest, damaged, flush_newest_line, publish_history
from vulncore.store.torn import ASIDE, Entries, log_entries, set_aside, torn_after, torn_at_the_end

LOCK: Final = ".lock"
EARLIER: Final = ".erasing"
"""Where 0.1.0 made incidents anew: once its file `ready`, the line for the manifest, was there, they were to count."""


@contextmanager
def held_for_publish(home: Path) -> Iterator[tuple[int, ...]]:
    """Hold a dataset against purges, with others who publish; yield the numbers of versions that were half written.

    Raises:
        PublishRefusedError: Rows of it are being erased.
    """
    refusal = (
        f"Records of '{home.name}' are being erased at this moment, or a half-written version is being set aside. "
        "Try again in a few minutes."
    )
    numbers: set[int] = set()
    while True:
        if _is_broken_off(home):
            with _held(home, refusal):
                numbers |= _mended(home)
        with _held(home, refusal, shared=True):
            if not _left_over(home):  # a purge can have begun and been broken off in between
                yield _not_standing(home, numbers)
                return


@contextmanager
def held_against_purges(home: Path) -> Iterator[None]:
    """Hold a dataset against purges for a moment, with others who do so or publish; nothing is finished or put aside.

    Raises:
        PublishRefusedError: Rows of it are being erased, or something there was broken off.
    """
    refusal = f"Records of '{home.name}' are being erased at this moment."
    with _held(home, refusal, shared=True):
        if _is_broken_off(home):
            raise PublishRefusedError(refusal)
        yield


@contextmanager
def held_for_purge(home: Path) -> Iterator[tuple[int, ...]]:
    """Hold a dataset against everybody who writes; yield the numbers of versions that were half written.

    In the end the incidents of before are removed, if the manifest names others by then, or else those that were to be others.

    Raises:
        PublishRefusedError: Somebody is writing.
    """
    refusal = (
        f"Somebody is publishing or purging '{home.name}' at this moment, so nothing was erased. "
        "Purge again in a few minutes."
    )
    with _held(home, refusal):
        numbers = _mended(home)
        try:
            yield _not_standing(home, numbers)
        except BaseException:
            with suppress(OSError, VulncoreError, DeltaError):  # what went wrong first is what has to be said
                _mended(home)
            raise
        _mended(home)


@contextmanager
def _held(home: Path, refusal: str, *, shared: bool = False) -> Iterator[None]:
    with ExitStack() as held:
        try:
            held.enter_context(held_file(home / LOCK, shared=shared))
        except BlockingIOError as problem:
            raise PublishRefusedError(refusal) from problem
        yield


def _is_broken_off(home: Path) -> bool:
    return bool(_left_over(home) or _half_written_entries(home))


def _half_written_entries(home: Path) -> dict[str, Entries]:
    """Return by table's folder the log's entries that were half written and are in the way of the next; none where none is.

    An entry that a standing version rests on is never among them.
    """
    history = publish_history(home)
    every = {}
    for name in SCHEMAS:
        table = table_folder(home, name, history.generation)
        newest = max((publish.table_versions[name] for publish in history.publishes), default=-1)
        every[table.name] = torn_after(table, newest)
    every[MANIFEST] = torn_at_the_end(home / MANIFEST)
    return {name: entries for name, entries in every.items() if entries}


def _left_over(home: Path) -> dict[Path, bool]:
    """Return the folders of incidents that don't count, and whether what was erased is in them.

    Raises:
        DamagedStoreError: A purge's line is gone from the manifest: nobody could say what its folder holds.
    """
    counts = publish_history(home).generation
    now, following = (table_folder(home, RENEWED, number) for number in (counts, counts + 1))
    if following.exists() and not now.exists():
        raise damaged(home)
    folders = {table_folder(home, RENEWED, number): True for number in range(1, counts)}
    folders |= {following: False, home / EARLIER: (home / EARLIER / "ready").exists()}
    return {folder: holds_erased for folder, holds_erased in folders.items() if folder.exists()}


def _mended(home: Path) -> set[int]:
    """Clear up what was broken off or has been erased, and return the numbers of versions that were half written before.

    The manifest's own entries are put aside last, for until then readers are told of them.
    """
    numbers = set(publish_history(home).half_written)
    for name, entries in _half_written_entries(home).items():
        set_aside(home, name, entries)
    _finish_earlier(home)
    left_over = _left_over(home)
    for folder, holds_erased in left_over.items():
        if holds_erased:
            flush_newest_line(home)  # or a power cut could take it after what it replaces
            for name in (PREPARED, ASIDE):  # made of the erased, too, and logs with values of theirs
                if (home / name).exists():  # moved, as whoever prepares meanwhile then makes a new folder
                    (home / name).rename(Path(tempfile.mkdtemp(dir=folder)) / name)
        shutil.rmtree(folder)
    if left_over:
        flush(home)  # or a power cut brings the erased back
    return numbers


def _finish_earlier(home: Path) -> None:
    """Finish what 0.1.0 had made ready: its incidents take the place of those that stand, and its line counts."""
    ready, rebuilt, place = home / EARLIER / "ready", home / EARLIER / RENEWED, home / RENEWED
    if not ready.exists():
        return
    if rebuilt.exists():
        shutil.rmtree(place, ignore_errors=True)
        rebuilt.rename(place)
        flush(home)
    line = pq.read_table(ready, use_threads=False)
    if line["number"][0].as_py() not in log_entries(home / MANIFEST):
        add_to_manifest(home, line)


def _not_standing(home: Path, numbers: set[int]) -> tuple[int, ...]:
    """Return the numbers of half-written versions, those of earlier on included unless somebody has used them since."""
    history = publish_history(home)
    return tuple(
        sorted({*numbers, *history.half_written} - {publish.number for publish in history.publishes})
    )
