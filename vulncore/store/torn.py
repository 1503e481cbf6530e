"""What a power cut left half written at the end of a Delta table's log: recognised here, and put aside.

A commit is a Parquet file or more, then a line in the log that names them. What the disk had not been told to write may be
empty, short or gone afterwards, a log's newest entry as well as the files that it names.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from itertools import dropwhile, takewhile
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from vulncore.domain.disk import flush
from vulncore.store.contents import is_cut_short

Entries = Mapping[int, Path]
"""Entries of a Delta table's log, by the version that each made."""
ASIDE: Final = ".set-aside"


def log_entries(table: Path) -> Entries:
    """Return the entries of a Delta table's log by version, in order; none where there is no log."""
    entries = (table / "_delta_log").glob("*.json")
    return {int(path.stem): path for path in sorted(entries) if path.stem.isdecimal()}


def torn_at_the_end(table: Path) -> Entries:
    """Return the newest entries of a log that a power cut left half written, in order; none where the newest is whole."""
    newest_first = sorted(log_entries(table).items(), reverse=True)
    return dict(sorted(takewhile(lambda numbered: _is_torn(table, numbered[1]), newest_first)))


def torn_after(table: Path, version: int) -> Entries:
    """Return the entries of a log from the first half-written one on, of those after a version that has to stay."""
    after = (numbered for numbered in log_entries(table).items() if numbered[0] > version)
    return dict(dropwhile(lambda numbered: not _is_torn(table, numbered[1]), after))


def added_files(entry: Path) -> dict[str, int]:
    """Return the files that an entry of a log adds to its table, with their sizes.

    Raises:
        ValueError: The entry is not whole.
        LookupError, TypeError: It is, and no entry of a log.
    """
    stat = entry.stat()
    return _added(entry, stat.st_size, stat.st_mtime_ns)


def set_aside(home: Path, table: str, entries: Entries) -> None:
    """Move entries of a table's log out of the way, the newest first, so that a halt leaves no gap in it."""
    aside = home / ASIDE / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}" / table
    aside.mkdir(parents=True)
    for version in sorted(entries, reverse=True):
        entries[version].rename(aside / entries[version].name)
    flush(home / table / "_delta_log")


def _is_torn(table: Path, entry: Path) -> bool:
    try:
        added = added_files(entry)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return True
    return any(is_cut_short(table / name, size) for name, size in added.items())


@lru_cache(maxsize=4096)
def _added(entry: Path, _size: int, _modified: int) -> dict[str, int]:
    actions: list[dict[str, Any]] = [json.loads(line) for line in entry.read_bytes().splitlines()]
    (done, *_) = (action["commitInfo"] for action in actions if "commitInfo" in action)
    promised = done.get("operationMetrics", done)
    for kind, number in (("add", "num_added_files"), ("remove", "num_removed_files")):
        lines = sum(kind in action for action in actions)
        if lines != int(promised.get(number, lines)):
            raise ValueError(f"{lines} files to {kind} where others were promised")
    return {unquote(action["add"]["path"]): action["add"]["size"] for action in actions if "add" in action}
