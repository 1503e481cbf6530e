"""Check a whole store: does every file of every version hold what was published, and can all else that is kept be read?"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final

from deltalake.exceptions import DeltaError

from vulncore.domain.errors import DamagedStoreError, VulncoreError
from vulncore.store.areas import FOLDER as BOUNDARIES
from vulncore.store.areas import read_area
from vulncore.store.contents import table_folder
from vulncore.store.grounds import FOLDER as GROUNDS
from vulncore.store.grounds import check_ground
from vulncore.store.manifest import Publish, publish_history
from vulncore.store.secrets import FILE_NAME, store_secret
from vulncore.store.snapshots import opened, version_files
from vulncore.store.store import begun
from vulncore.store.weights import FOLDER as SEVERITY
from vulncore.store.weights import check_weights


class FileState(StrEnum):
    """What can be said of the files of a version, or of a file of the store."""

    VERIFIED = "verified"  # each has the size and the digest that it was published with
    UNVERIFIED = "unverified"  # it can be read; 0.1.0 published it, and kept no digest
    READABLE = "readable"  # it is no version: nothing says what it held
    HALF_WRITTEN = "half written"  # the newest, with files missing or cut short
    DAMAGED = "damaged"


BAD: Final = (FileState.HALF_WRITTEN, FileState.DAMAGED)


@dataclass(frozen=True)
class StoreCheck:
    """A thing that was checked: a version of a dataset, or a file of the store, and what is wrong with it, if anything."""

    what: str
    state: FileState
    fault: str = ""


def store_checks(store: Path) -> tuple[StoreCheck, ...]:
    """Return every version of every dataset, every boundary, every map's ground, all severity weights and the secret, each with what is wrong with it.

    Every file is read whole.
    """
    checks = [check for home in begun(store) for check in _dataset_checks(home)]
    kept: dict[Path, Callable[[], object]] = {
        path: partial(read_area, path) for path in sorted((store / BOUNDARIES).glob("*.geojson"))
    }
    kept |= {path: partial(_ground_state, path) for path in sorted((store / GROUNDS).glob("*.json"))}
    kept |= {path: partial(check_weights, path) for path in sorted((store / SEVERITY).glob("*.json"))}
    if (store / FILE_NAME).exists():
        kept[store / FILE_NAME] = partial(store_secret, store)
    return (*checks, *(_check_of(path.relative_to(store).as_posix(), read) for path, read in kept.items()))


def _dataset_checks(home: Path) -> list[StoreCheck]:
    try:
        history = publish_history(home)
    except VulncoreError as problem:
        return [StoreCheck(home.name, FileState.DAMAGED, str(problem))]
    fault = (
        "A file is missing or cut short, perhaps because the power failed. The next publish sets this version aside. "
        "To keep this version, restore the store from a backup first."
    )
    standing = {one.number: partial(_version_state, home, one) for one in history.publishes}
    return [
        *(_check_of(f"{home.name} version {number}", read) for number, read in standing.items()),
        *(
            StoreCheck(f"{home.name} version {number}", FileState.HALF_WRITTEN, fault)
            for number in history.half_written
        ),
    ]


def _version_state(home: Path, publish: Publish) -> FileState:
    opened(home, publish)
    others = [name for name in publish.stored if not _is_same_in_log(home, publish, name)]
    if others:
        raise DamagedStoreError(
            f"vulncore shows what was published. Other programs go by the tables' logs ({', '.join(others)}), which name "
            "other files. Restore the store from a backup before other programs read it."
        )
    return FileState.VERIFIED if publish.is_verifiable else FileState.UNVERIFIED


def _ground_state(file: Path) -> FileState:
    check_ground(file)
    return FileState.VERIFIED


def _is_same_in_log(home: Path, publish: Publish, name: str) -> bool:
    try:
        files = version_files(table_folder(home, name, publish.generation), publish.table_versions[name])
    except (DeltaError, OSError):
        return False
    return {Path(file).name for file in files} == {file.name for file in publish.stored[name]}


def _check_of(what: str, read: Callable[[], object]) -> StoreCheck:
    try:
        state = read()
    except VulncoreError as problem:
        return StoreCheck(what, FileState.DAMAGED, str(problem))
    return StoreCheck(what, state if isinstance(state, FileState) else FileState.READABLE)
