"""Grounds: what a force's map is drawn on, vector tiles that the force brought, each whole in one file or not there."""

import hashlib
import html
import json
import re
import shutil
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from vulncore.domain.delivery import printable
from vulncore.domain.disk import file_digest, flush, write_whole
from vulncore.domain.errors import DamagedStoreError, PublishRefusedError, UnreadableSourceError
from vulncore.domain.tiles.archive import TileArchive, check_archive, read_archive, tile_in
from vulncore.store.areas import area_of

FOLDER: Final = "grounds"
LARGEST_FILE: Final = 5_000_000_000  # bytes; all of Great Britain's streets have about half as many
NAME_LETTERS: Final = 80
CREDIT_LETTERS: Final = 200


@dataclass(frozen=True)
class KeptGround:
    """A force's ground that its store keeps: from which file, its digest, whose it is, and who kept it when (ISO, UTC)."""

    force: str
    file: str
    sha256: str
    bytes: int
    tiles: int
    layers: tuple[str, ...]
    zooms: tuple[int, int]
    bounds: tuple[float, float, float, float]
    credit: str
    kept_by: str
    kept_at: str

    @property
    def key(self) -> str:
        """What its force is called in addresses and names of files."""
        return force_key(self.force)

    @property
    def edition(self) -> str:
        """What tells it from other grounds of its force in an address."""
        return self.sha256[:16]


def keep_ground(store: Path, force: str, path: Path, by: str, name: str = "") -> KeptGround:
    """Keep a PMTiles file as what a force's map is drawn on, in place of any other.

    Args:
        store: Where the data lives.
        force: Whose map it is, as its data name it.
        path: The file.
        by: Who keeps it.
        name: What the file was called, where it was made of another.

    Raises:
        UnreadableSourceError: The file is no such thing, or of another area.
        PublishRefusedError: The disk has no room for it.
    """
    name = printable(name or path.name)
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise UnreadableSourceError(
            f"{name} has {size / 1e9:,.1f} GB, more than {LARGEST_FILE / 1e9:.0f}. Cut it to the force's area first."
        )
    folder = store / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    if size > shutil.disk_usage(folder).free:
        raise PublishRefusedError(
            f"{name} has {size / 1e6:,.0f} MB, more than the disk has left. Nothing was kept."
        )
    with tempfile.TemporaryDirectory(dir=folder, prefix=".new-") as made:
        copy = Path(made) / "tiles.pmtiles"
        shutil.copyfile(path, copy)
        archive = read_archive(copy, name)  # of the copy, which nobody changes meanwhile
        tiles = check_archive(archive, name)
        _check_place(store, force, archive, name)
        digest = file_digest(copy)
        kept = KeptGround(
            force,
            name,
            digest,
            size,
            tiles,
            archive.layers,
            archive.zooms,
            archive.bounds,
            credit_in(archive.attribution),
            by[:NAME_LETTERS],
            f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}",
        )
        copy.chmod(0o600)
        flush(copy)
        copy.replace(_tiles_of(store, kept))
    flush(folder)
    write_whole(
        _file_of(store, force_key(force)), json.dumps(asdict(kept)).encode()
    )  # from here on it counts
    _remove_others(store, kept.key, kept)
    return kept


def forget_ground(store: Path, force: str) -> bool:
    """Delete the ground that is kept for a force, so that the one that ships counts again; return whether one was."""
    file = _file_of(store, force_key(force))
    was_kept = file.is_file()
    file.unlink(missing_ok=True)
    _remove_others(store, force_key(force), None)
    return was_kept


def ground_of(store: Path, force: str) -> KeptGround | None:
    """Return the ground that is kept for a force; None where none is, or it is damaged: the one that ships is drawn then."""
    return ground_by_key(store, force_key(force))


def ground_by_key(store: Path, key: str) -> KeptGround | None:
    """Return the ground that is kept under a force's key, as `ground_of` does."""
    file = _file_of(store, key)
    try:
        stat = file.stat()
        kept = _read(file, (stat.st_mtime_ns, stat.st_ino))
        return kept if kept.key == key and _tiles_of(store, kept).stat().st_size == kept.bytes else None
    except (OSError, DamagedStoreError):
        return None


def tile_of(store: Path, kept: KeptGround, z: int, x: int, y: int) -> tuple[bytes, bool] | None:
    """Return a tile's bytes and whether they are packed by gzip; None where there is nothing.

    Raises:
        DamagedStoreError: The file has changed since it was kept.
    """
    path = _tiles_of(store, kept)
    try:
        stat = path.stat()
        archive = _archive(path, (stat.st_mtime_ns, stat.st_ino))
        data = tile_in(archive, z, x, y)
    except (ValueError, UnreadableSourceError) as problem:
        raise _damaged(kept.force) from problem
    return None if data is None else (data, archive.tiles_packed)


def check_ground(file: Path) -> KeptGround:
    """Return what a file of the store says of a ground, once its tiles have the digest with which they were kept.

    Raises:
        DamagedStoreError: They have not, or it can't be read.
    """
    stat = file.stat()
    kept = _read(file, (stat.st_mtime_ns, stat.st_ino))
    tiles = _tiles_of(file.parents[1], kept)
    if not tiles.is_file() or file_digest(tiles) != kept.sha256:
        raise _damaged(kept.force)
    return kept


def credit_in(attribution: str) -> str:
    """Return whose a map is as a plain text: a file says so in HTML, with links.

    >>> credit_in('<a href="https://example.org">&copy; OpenStreetMap contributors</a>')
    '© OpenStreetMap contributors'
    """
    text = html.unescape(re.sub(r"<[^<>]*>", " ", attribution))
    letters = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(letters.split())[:CREDIT_LETTERS]


def force_key(force: str) -> str:
    """Return what a force is called in names of files and in addresses: nothing of its name can do anything there."""
    return hashlib.sha256(force.encode(errors="replace")).hexdigest()[:16]


def _check_place(store: Path, force: str, archive: TileArchive, name: str) -> None:
    area = area_of(store, force)
    if area is None:
        return
    west, south, east, north = area.shape.bounds
    if (
        archive.bounds[0] > east
        or archive.bounds[2] < west
        or archive.bounds[1] > north
        or archive.bounds[3] < south
    ):
        raise UnreadableSourceError(
            f"{name} is a map of another area than that of {force}. Choose a file with the force's area. Nothing was kept."
        )


def _remove_others(store: Path, key: str, kept: KeptGround | None) -> None:
    """Remove tiles that are not those that count."""
    counts = None if kept is None else _tiles_of(store, kept)
    for file in (store / FOLDER).glob(f"{key}-*.pmtiles"):
        if file != counts:
            file.unlink(missing_ok=True)


def _file_of(store: Path, key: str) -> Path:
    return store / FOLDER / f"{key}.json"


def _tiles_of(store: Path, kept: KeptGround) -> Path:
    return store / FOLDER / f"{kept.key}-{kept.edition}.pmtiles"


@lru_cache(maxsize=128)
def _read(file: Path, _version: tuple[int, int]) -> KeptGround:
    try:
        fields = json.loads(file.read_bytes())
        lists = {name: tuple(fields[name]) for name in ("layers", "zooms", "bounds")}
        kept = KeptGround(**{**fields, **lists})
    except (ValueError, TypeError, KeyError, RecursionError) as problem:
        raise DamagedStoreError(
            f"{file.name} does not say of which file a map's ground is any more. Keep the ground again with: vulncore basemap"
        ) from problem
    if not re.fullmatch("[0-9a-f]{64}", kept.sha256):
        raise _damaged(kept.force)
    return kept


@lru_cache(maxsize=64)
def _archive(path: Path, _version: tuple[int, int]) -> TileArchive:
    return read_archive(path)


def _damaged(force: str) -> DamagedStoreError:
    return DamagedStoreError(
        f"The ground of the map of {force} has changed since it was kept. Keep it again with: vulncore basemap"
    )
