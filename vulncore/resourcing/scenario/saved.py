"""Scenarios saved by name in the store for everybody who uses it: listed, read, saved and removed; and read from any file."""

from contextlib import suppress
from pathlib import Path
from typing import Final

from vulncore.domain.disk import write_whole
from vulncore.domain.errors import InvalidScenarioError, UnknownNameError, VulncoreError, first_five
from vulncore.resourcing.scenario.checks import checked
from vulncore.resourcing.scenario.link import example_scenario, scenario_code
from vulncore.resourcing.scenario.locked import FOLDER, LOCKS, READABLE, file_of, held, refuse_locked
from vulncore.resourcing.scenario.scenario import Scenario
from vulncore.resourcing.scenario.toml import MOST_LETTERS, read_scenario, scenario_text

MOST_SAVED: Final = 200


def saved_scenarios(store: Path) -> dict[str, Scenario]:
    """Return the saved scenarios by name, in alphabetical order; a file that can't be read any more is left out."""
    scenarios = {}
    for path in sorted((store / FOLDER).glob("*.toml")):
        with suppress(VulncoreError, OSError):
            scenario = load_scenario(path)
            if path == file_of(store, scenario.name):
                scenarios[scenario.name] = scenario
    return dict(sorted(scenarios.items(), key=lambda item: item[0].casefold()))


def unreadable_scenarios(store: Path) -> tuple[str, ...]:
    """Return the names of files among those saved that can't be read any more, or are not what their name says."""
    every = {path.name for path in (store / FOLDER).glob("*.toml")}
    return tuple(sorted(every - {file_of(store, name).name for name in saved_scenarios(store)}))


def saved_state(store: Path) -> tuple[tuple[str, int], ...]:
    """Return the name and time of each saved file and lock: another state means that something was saved, removed or locked."""
    state = []
    for path in (*(store / FOLDER).glob("*.toml"), *(store / FOLDER).glob(LOCKS)):
        with suppress(OSError):  # somebody may have removed it a moment ago
            state.append((path.name, path.stat().st_mtime_ns))
    return tuple(sorted(state))


def saved_scenario(store: Path, name: str) -> Scenario:
    """Return the scenario saved under a name.

    Raises:
        UnknownNameError: No scenario is saved under it.
        InvalidScenarioError: Its file can't be read any more.
    """
    path = file_of(store, name)
    if not path.is_file():
        names = list(saved_scenarios(store))
        others = f"Saved scenarios: {first_five(names)}." if names else "Nothing is saved yet."
        raise UnknownNameError(
            f"No scenario is saved as '{name[:60]}'. {others} A file's name has to end in .toml."
        )
    return load_scenario(path)


def save_scenario(store: Path, scenario: Scenario, name: str, *, instead: bool = False) -> Scenario:
    """Save a scenario under a name, `instead` of another of that name where it may, and return it as it is saved.

    Raises:
        InvalidScenarioError: The name can't be used or is that of the scenario that ships, the scenario is too long for a
            link, another is saved under the name or it is locked, or MOST_SAVED are saved.
    """
    named = checked(scenario.called(name))
    if named.name.casefold() == example_scenario().name.casefold():
        raise InvalidScenarioError(
            f"{example_scenario().name} is the name of the example scenario. Choose another name."
        )
    scenario_code(named)  # refuses what no link could carry
    target = file_of(store, named.name)
    if not target.exists() and len(list(target.parent.glob("*.toml"))) >= MOST_SAVED:
        raise InvalidScenarioError(
            f"{MOST_SAVED} scenarios are saved, the most this store takes. Remove one first."
        )
    with held(store):
        refuse_locked(store, named.name)
        try:  # of two who save at once, one is told
            write_whole(target, scenario_text(named).encode(), READABLE, instead=instead)
        except FileExistsError:
            raise InvalidScenarioError(
                f"A scenario called '{named.name}' is saved already. Choose another name, or replace the saved scenario."
            ) from None
    return named


def remove_scenario(store: Path, name: str) -> None:
    """Remove the scenario saved under a name.

    Raises:
        UnknownNameError: None is.
        InvalidScenarioError: It is locked.
    """
    path = file_of(store, name)
    if not path.is_file():
        saved_scenario(store, name)  # says which are saved
    with held(store):
        refuse_locked(store, name)
        path.unlink(missing_ok=True)


def load_scenario(path: Path) -> Scenario:
    """Return the scenario of a file.

    Raises:
        InvalidScenarioError: It is not a text file with a scenario.
    """
    try:
        if path.stat().st_size > 4 * MOST_LETTERS:
            raise InvalidScenarioError(
                f"{path.name} is too large for a scenario. Choose a scenario file (.toml)."
            )
        return read_scenario(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise InvalidScenarioError(
            f"{path.name} is not a text file. Choose a scenario file (.toml)."
        ) from None
