"""Scenarios locked as what went to the board: who locked them, when, on which figures, and what the page said then.

A lock lies beside the file of its scenario and holds the scenario itself, so that what the board saw stays readable whatever
becomes of that file. A checksum tells whether either was changed by hand. It keeps nobody out who can write to the store.
"""

import hashlib
import json
import os
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, StrictBool, TypeAdapter, ValidationError
from pydantic.types import Strict

from vulncore.domain.disk import held_file, write_whole
from vulncore.domain.errors import InvalidPeriodError, InvalidScenarioError, UnknownNameError
from vulncore.domain.periods import FIRST_YEAR, LAST_YEAR, format_month
from vulncore.resourcing.scenario.scenario import (
    BY_LETTERS,
    CHECKED,
    SOURCE_LETTERS,
    Month,
    Scenario,
    of_text,
)
from vulncore.resourcing.scenario.toml import read_scenario, scenario_text

FOLDER: Final = "scenarios"
LOCKS: Final = "*.lock.json"
HELD: Final = ".scenarios.lock"
FORMAT: Final = "vulncore scenario lock 1"
READABLE: Final = 0o644  # by others who keep the same store
MOST_BYTES: Final = 400_000
ANSWER_LETTERS: Final = 400
WIDE_SPACES: Final = re.compile("[\u00a0\u202f]")  # as in "10 %", which no line breaks
REFUSED: Final = {
    "by": f"Give your name of 1 to {BY_LETTERS} letters on one line.",
    "note": f"Give a note of up to {SOURCE_LETTERS} letters on one line.",
}
"""What whoever locks is told of what they typed."""


def _line(text: str) -> str:
    if not WIDE_SPACES.sub(" ", text).isprintable():
        raise ValueError
    return text


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if text != f"{time:%Y-%m-%dT%H:%M:%S}+00:00":
        raise ValueError
    return time


ON_ONE_LINE: Final = AfterValidator(_line)
Label = Annotated[str, Field(min_length=1, max_length=120), ON_ONE_LINE]
"""The name of a dataset, a force, a role."""
Whole = Annotated[int, Strict(), Field(ge=0, le=10**9)]


@dataclass(frozen=True)
class LockedFigures:
    """On which figures a scenario was locked, what was asked of them, and what the page said.

    `more` people were needed by the month `needed_by`; both are None where that could not be told, and `needed_by` where nobody
    was. `finding` and `also` are what the page said in words. `by_hours` says which rule made people enough.
    """

    __pydantic_config__ = CHECKED
    dataset: Label
    version: Annotated[Whole, Field(ge=1)]
    force: Label
    month: Month
    basis: Label
    role: Label
    year: Annotated[Whole, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
    chance: Annotated[float, Strict(), Field(gt=0, lt=1, allow_inf_nan=False)]
    since: Month
    by_hours: StrictBool
    more: Whole | None
    needed_by: Month | None
    finding: Annotated[str, Field(min_length=1, max_length=ANSWER_LETTERS), ON_ONE_LINE]
    also: Annotated[str, Field(max_length=ANSWER_LETTERS), ON_ONE_LINE]


@dataclass(frozen=True)
class BoardLock:
    """A scenario as it was locked: by whom (as typed), when (UTC), with which note, on which figures."""

    scenario: Annotated[Scenario, of_text(read_scenario)]
    by: Annotated[str, Field(min_length=1, max_length=BY_LETTERS), ON_ONE_LINE]
    at: Annotated[datetime, of_text(_time)]
    note: Annotated[str, Field(max_length=SOURCE_LETTERS), ON_ONE_LINE]
    figures: LockedFigures


LOCK: Final = TypeAdapter(BoardLock)


def file_of(store: Path, name: str) -> Path:
    """Return the file of the scenario saved under a name."""
    return store / FOLDER / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.toml"


def lock_file(store: Path, name: str) -> Path:
    """Return the file of the lock of the scenario saved under a name."""
    return file_of(store, name).with_suffix(".lock.json")


def is_locked(store: Path, name: str) -> bool:
    """Return whether a name is locked; a lock that can't be read locks as well."""
    return os.path.lexists(lock_file(store, name))


def refuse_locked(store: Path, name: str) -> None:
    """Refuse to change what is saved under a name that is locked.

    Raises:
        InvalidScenarioError: It is locked.
    """
    if is_locked(store, name):
        raise InvalidScenarioError(
            f"'{name}' is locked as what went to the board, so it can't be replaced or removed. Choose another name."
        )
    alike = next((locked for locked in locked_names(store) if _alike(locked) == _alike(name)), None)
    if alike:
        raise InvalidScenarioError(
            f"'{name}' reads like '{alike}', which is locked as what went to the board. Choose another name."
        )


def locked_names(store: Path) -> list[str]:
    """Return the names that are locked, of locks that can be read."""
    names = []
    for path in sorted((store / FOLDER).glob(LOCKS)):
        # what one that can't be read locked is said where its scenario stands
        with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
            names.append(str(tomllib.loads(json.loads(path.read_bytes())["scenario"])["name"]))
    return names


def _alike(name: str) -> str:
    """Return a name as people read it: its letters in one form and case."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def held(store: Path) -> AbstractContextManager[None]:
    """Hold the saved scenarios of a store against everybody else who would save, remove or lock one."""
    return held_file(store / HELD, waits=True)


def lock_scenario(
    store: Path, scenario: Scenario, by: str, note: str, figures: LockedFigures, at: datetime
) -> BoardLock:
    """Lock a saved scenario for good: from then on nobody replaces or removes it through this package.

    Raises:
        UnknownNameError: Nothing is saved under its name.
        InvalidScenarioError: What is saved under its name is another, it is locked already, or a text can't be used.
    """
    lock = BoardLock(
        scenario,
        " ".join(by.split()),
        at.astimezone(UTC).replace(microsecond=0),
        " ".join(note.split()),
        figures,
    )
    name, path = scenario.name, file_of(store, scenario.name)
    with held(store):
        if not path.is_file():
            raise UnknownNameError(f"Nothing is saved as '{name}'. Save the scenario, then lock it.")
        content = path.read_bytes()
        if read_scenario(content.decode("utf-8-sig", "replace")) != scenario:
            raise InvalidScenarioError(
                f"Somebody saved another scenario as '{name}'. Choose it to see it, then lock it."
            )
        try:  # of two who lock at once, one is told
            write_whole(lock_file(store, name), _text_of(lock, content).encode(), READABLE, instead=False)
        except FileExistsError:
            raise InvalidScenarioError(f"'{name}' is locked already.") from None
    return lock


def lock_of(store: Path, name: str) -> BoardLock | None:
    """Return the lock of the scenario saved under a name; None where it has none.

    Raises:
        InvalidScenarioError: The lock was changed after it was made, or holds what no lock holds.
    """
    path = lock_file(store, name)
    lock = None
    try:
        parts = json.loads(path.read_bytes()) if path.stat().st_size <= MOST_BYTES else None
        if isinstance(parts, dict) and parts.pop("seal", None) == _seal(parts):
            lock = _lock_from(parts)
    except FileNotFoundError:
        if not is_locked(store, name):
            return None
    except (OSError, ValueError, RecursionError, InvalidPeriodError, InvalidScenarioError):
        pass  # there is something that can't be read: it is damaged, and never no lock
    if lock is None or lock.scenario.name != name:
        raise InvalidScenarioError(
            f"The lock of '{name}' was changed or damaged after it was made, so what went to the board can't be said. "
            "Ask who keeps the store."
        )
    return lock


def changed_since(store: Path, name: str) -> bool:
    """Return whether the file of a locked scenario is no longer the one that was locked; it may be gone."""
    try:
        parts = json.loads(lock_file(store, name).read_bytes())
        return bool(parts["sha256"] != _digest(file_of(store, name).read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return True


def unlock_scenario(store: Path, name: str) -> None:
    """Take the lock off a scenario: for whoever keeps the store, and no browser.

    Raises:
        UnknownNameError: It is not locked.
    """
    with held(store):
        if not is_locked(store, name):
            raise UnknownNameError(f"No scenario called '{name[:60]}' is locked.")
        lock_file(store, name).unlink()


def _text_of(lock: BoardLock, content: bytes) -> str:
    figures = {
        name: format_month(value) if isinstance(value, date) else value
        for name, value in asdict(lock.figures).items()
    }
    parts = {
        "format": FORMAT,
        "by": lock.by,
        "at": lock.at.isoformat(),
        "note": lock.note,
        "figures": figures,
        "scenario": scenario_text(lock.scenario),
        "sha256": _digest(content),
    }
    text = json.dumps({**parts, "seal": _seal(parts)}, indent=1)
    _lock_from(json.loads(text))  # what could not be read again is not written
    return text


def _lock_from(parts: Mapping[str, Any]) -> BoardLock:
    """Return a lock from what its file holds, which may be anything."""
    if parts.get("format") != FORMAT:
        raise InvalidScenarioError("This is no lock. Lock the scenario again.")
    try:
        return LOCK.validate_python(parts)
    except ValidationError as problem:
        name, *inside = problem.errors()[0]["loc"]
        which = ".".join(map(str, (name, *inside)))
        raise InvalidScenarioError(
            REFUSED.get(str(name), f"A lock can't hold such a part: {which}. Lock the scenario again.")
        ) from None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _seal(parts: Mapping[str, Any]) -> str:
    return _digest(json.dumps(parts, sort_keys=True).encode())
