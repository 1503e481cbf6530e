"""A power cut, replayed: what of a store is on the disk, as far as it was told to write, at each moment of a publish."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from vulncore.domain import disk
from vulncore.store import holding, torn

Names = dict[int, dict[str, int]]
"""By folder, what lies in it: names, and the number of the file or folder that each stands for."""
LOSSES = ("names and data", "data", "half of the data")


@dataclass(frozen=True)
class Cut:
    """A moment: names and data that the disk was told to write, and those that there were."""

    root: int
    written_names: Names
    written_data: dict[int, bytes]
    names: Names
    data: dict[int, bytes]

    def restore(self, store: Path, lost: str) -> None:
        """Lay out what a power cut at this moment leaves, if it takes what the disk was not told to write.

        Args:
            store: Where, a folder that is not there yet.
            lost: One of LOSSES.
        """
        self._lay_out(store, self.root, self.written_names if lost == "names and data" else self.names, lost)

    def _lay_out(self, folder: Path, node: int, names: Names, lost: str) -> None:
        folder.mkdir()
        for name, child in names.get(node, {}).items():
            if child in self.names or child in self.written_names:
                self._lay_out(folder / name, child, names, lost)
            else:
                whole = self.data.get(child, b"")
                unwritten = whole[: len(whole) // 2] if lost == "half of the data" else b""
                (folder / name).write_bytes(self.written_data.get(child, unwritten))


def cuts(monkeypatch: pytest.MonkeyPatch, store: Path, work: Callable[[], object]) -> list[Cut]:
    """Do some work on a store, and return the moments at which the disk was told to write something, in order.

    What there is before is on the disk. The last moment is the end of the work.
    """
    written_names, written_data = _tree(store)
    moments: list[Cut] = []

    def moment() -> None:
        moments.append(Cut(store.stat().st_ino, dict(written_names), dict(written_data), *_tree(store)))

    def flush(path: Path) -> None:
        moment()
        if path.is_dir():
            listed = _listed(path)
            for (
                folder,
                names,
            ) in written_names.items():  # what was moved is in one place: file systems see to that
                moved = {name for name, child in names.items() if child in listed.values()}
                written_names[folder] = {name: names[name] for name in names.keys() - moved}
            written_names[path.stat().st_ino] = listed
        else:
            written_data[path.stat().st_ino] = path.read_bytes()

    with monkeypatch.context() as patched:
        for module in (disk, holding, torn):
            patched.setattr(module, "flush", flush)
        work()
    moment()
    return moments


def _tree(store: Path) -> tuple[Names, dict[int, bytes]]:
    paths = [store, *store.rglob("*")]
    names = {path.stat().st_ino: _listed(path) for path in paths if path.is_dir()}
    return names, dict(_data_of(paths))


def _data_of(paths: list[Path]) -> Iterator[tuple[int, bytes]]:
    for path in paths:
        if path.is_file():
            yield path.stat().st_ino, path.read_bytes()


def _listed(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_ino for path in folder.iterdir()}
