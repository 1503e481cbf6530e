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
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from vulncore.domain.disk import held_file, write_whole
from vulncore.domain.errors import InvalidPeriodError, InvalidScenarioError, UnknownNameError
from vulncore.domain.periods import FIRST_YEAR, LAST_YEAR, format_month, parse_month
from vulncore.resourcing.scenario.scenario import BY_LETTERS, SOURCE_LETTERS, Scenario
from vulncore.resourcing.scenario.toml import read_scenario, scenario_text

FOLDER: Final = "scenarios"
LOCKS: Final = "*.lock.json"
HELD: Final = ".scenarios.lock"
FORMAT: Final = "vulncore scenario lock 1"
READABLE: Final = 0o644  # by others who keep the same store
MOST_BYTES: Final = 400_000
ANSWER_LETTERS: Final = 400
WIDE_SPACES: Final = re.compile("[\u00a0\u202f]")  # as in "10 %", which no line breaks
NAME_LETTERS: Final = 120  # of a dataset, a force, a role
MOST_NUMBER: Final = 10**9


@dataclass(frozen=True)
class LockedFigures:
    """On which figures a scenario was locked, what was asked of them, and what the page said.

    `more` people were needed by the month `needed_by`; both are None where that could not be told, and `needed_by` where nobody
    was. `finding` and `also` are what the page said in words. `by_hours` says which rule made people enough.
    """

    dataset: str
    version: int
    force: str
    month: date
    basis: str
    role: str
    year: int
    chance: float
    since: date
    by_hours: bool
    more: int | None
    needed_by: date | None
    finding: str
    also: str


@dataclass(frozen=True)
class BoardLock:
    """A scenario as it was locked: by whom (as typed), when (UTC), with which note, on which figures."""

    scenario: Scenario
    by: str
    at: datetime
    note: str
    figures: LockedFigures


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
        try:
            names.append(str(tomllib.loads(json.loads(path.read_bytes())["scenario"])["name"]))
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            continue  # what it locked is said where its scenario stands
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

    Args:
        store: Where the data lives.
        scenario: What is locked, as it is saved.
        by: Who locks it, as typed.
        note: What for; may be empty.
        figures: On which figures, and what the page said.
        at: When.

    Raises:
        UnknownNameError: Nothing is saved under its name.
        InvalidScenarioError: What is saved under its name is another, it is locked already, or a text can't be used.
    """
    lock = BoardLock(
        scenario,
        _usable(" ".join(by.split()), "your name", BY_LETTERS),
        at.astimezone(UTC).replace(microsecond=0),
        _usable(" ".join(note.split()), "a note", SOURCE_LETTERS, least=0),
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
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _damaged(name)
        parts = json.loads(path.read_bytes())
        if not isinstance(parts, dict) or parts.pop("seal", None) != _seal(parts):
            raise _damaged(name)
        lock = _lock_from(parts)
    except FileNotFoundError:
        if not is_locked(store, name):
            return None
        raise _damaged(name) from None
    except (OSError, ValueError, RecursionError, InvalidPeriodError, InvalidScenarioError):
        raise _damaged(name) from None
    if lock.scenario.name != name:
        raise _damaged(name)
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
    figures = asdict(lock.figures)
    figures |= {
        name: format_month(month) if month else None
        for name, month in figures.items()
        if name in ("month", "since", "needed_by")
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
    if parts.get("format") != FORMAT or not isinstance(parts.get("figures"), dict):
        raise InvalidScenarioError("This is no lock.")
    given = parts["figures"]
    if set(given) != {field.name for field in fields(LockedFigures)}:
        raise InvalidScenarioError("The lock does not say on which figures it was made.")
    if not isinstance(given["by_hours"], bool):
        raise InvalidScenarioError("The lock does not say which rule it was made by.")
    if not isinstance(given["chance"], float) or not 0 < given["chance"] < 1:
        raise InvalidScenarioError("The lock has a chance that is none.")
    figures = LockedFigures(
        _usable(given["dataset"], "a dataset", NAME_LETTERS),
        _whole(given["version"], 1, MOST_NUMBER),
        _usable(given["force"], "a force", NAME_LETTERS),
        parse_month(_usable(given["month"], "a month", 7)),
        _usable(given["basis"], "a forecast", NAME_LETTERS),
        _usable(given["role"], "a role", NAME_LETTERS),
        _whole(given["year"], FIRST_YEAR, LAST_YEAR),
        given["chance"],
        parse_month(_usable(given["since"], "a month", 7)),
        given["by_hours"],
        None if given["more"] is None else _whole(given["more"], 0, MOST_NUMBER),
        None if given["needed_by"] is None else parse_month(_usable(given["needed_by"], "a month", 7)),
        _usable(given["finding"], "a finding", ANSWER_LETTERS),
        _usable(given["also"], "a sentence", ANSWER_LETTERS, least=0),
    )
    at = _usable(parts.get("at"), "a time", 25)
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", at, flags=re.ASCII):
        raise InvalidScenarioError("The lock has a time that is none.")
    scenario = parts.get("scenario")
    if not isinstance(scenario, str):
        raise InvalidScenarioError("The lock has no scenario.")
    return BoardLock(
        read_scenario(scenario),
        _usable(parts.get("by"), "a name", BY_LETTERS),
        datetime.fromisoformat(at),
        _usable(parts.get("note"), "a note", SOURCE_LETTERS, least=0),
        figures,
    )


def _usable(text: Any, what: str, most: int, least: int = 1) -> str:
    if (
        not isinstance(text, str)
        or not least <= len(text) <= most
        or not WIDE_SPACES.sub(" ", text).isprintable()
    ):
        some = f"{least} to {most}" if least else f"up to {most}"
        raise InvalidScenarioError(f"Give {what} of {some} letters on one line.")
    return text


def _whole(number: Any, least: int, most: int) -> int:
    if not isinstance(number, int) or isinstance(number, bool) or not least <= number <= most:
        raise InvalidScenarioError("The lock has a number that is out of range.")
    return number


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _seal(parts: Mapping[str, Any]) -> str:
    return _digest(json.dumps(parts, sort_keys=True).encode())


def _damaged(name: str) -> InvalidScenarioError:
    return InvalidScenarioError(
        f"The lock of '{name}' was changed or damaged after it was made, so what went to the board can't be said. "
        "Ask who keeps the store."
    )
