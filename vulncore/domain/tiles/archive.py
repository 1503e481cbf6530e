"""A PMTiles file: what it says of itself, where each tile lies in it, and whether all of that is so.

A file is hostile: each place in it is held against its size, and nothing is unpacked beyond a bound.
"""

import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from vulncore.domain.errors import UnreadableSourceError
from vulncore.domain.tiles.numbers import Whole, numbers_in, tile_number

MAGIC: Final = b"PMTiles"
VERSION: Final = 3
HEADER: Final = struct.Struct("<7sB8Q3Q6B4iB2i")
PLAIN, GZIP, VECTOR = 1, 2, 1
"""As the header writes them: bytes as they are, bytes by gzip, and tiles of vectors (MVT)."""
DEEPEST: Final = 22  # zoom; a tile is ten metres wide there
LEVELS: Final = 3  # of directories: the specification's own readers follow no more
MOST_UNPACKED: Final = 16_000_000  # bytes of a directory or of what a file says of itself
MOST_DIRECTORIES: Final = 50_000
LARGEST_TILE: Final = 5_000_000  # bytes as it lies in the file; map makers aim at half a megabyte
MOST_LAYERS: Final = 200


class FilePart(NamedTuple):
    """Where something lies in a file: from which byte, and how many."""

    start: int
    length: int


class Directory(NamedTuple):
    """Entries of a directory, ordered by tile: number, how many tiles alike follow (0: it is a directory), and the bytes' place."""

    numbers: Whole
    runs: Whole
    lengths: Whole
    starts: Whole


@dataclass(frozen=True)
class TileArchive:
    """A PMTiles file of vector tiles: `bounds` are its west, south, east and north, `layers` the names of its layers."""

    path: Path
    root: FilePart
    leaves: FilePart
    tiles: FilePart
    packed: bool
    tiles_packed: bool
    zooms: tuple[int, int]
    bounds: tuple[float, float, float, float]
    layers: tuple[str, ...]
    attribution: str


def read_archive(path: Path, name: str = "") -> TileArchive:
    """Return what a PMTiles file says of itself.

    Raises:
        UnreadableSourceError: It is of another kind or version, breaks off, or holds something other than vector tiles.
    """
    name = name or path.name
    try:
        with path.open("rb") as file:
            data = file.read(HEADER.size)
        if data[:7] != MAGIC or len(data) < HEADER.size:
            raise UnreadableSourceError(f"{name} is not a PMTiles file. Choose a file that ends in .pmtiles.")
        return _archive(path, HEADER.unpack(data), name)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, zlib.error) as problem:
        raise _damaged(name) from problem


def check_archive(archive: TileArchive, name: str = "") -> int:
    """Return how many tiles an archive addresses, after each directory was read and each tile found to lie in the file.

    Raises:
        UnreadableSourceError: One doesn't, or there are none.
    """
    name = name or archive.path.name
    try:
        count = sum(int(directory.runs.sum()) for directory in _tile_entries(archive))
    except (ValueError, zlib.error) as problem:
        raise _damaged(name) from problem
    if not count:
        raise UnreadableSourceError(f"{name} has no tile. Choose a file with the force's area.")
    return count


def tile_in(archive: TileArchive, z: int, x: int, y: int) -> bytes | None:
    """Return a tile's bytes as they lie in the file; None where it has none there.

    Raises:
        ValueError: The file is damaged.
    """
    number = np.uint64(tile_number(z, x, y))
    span = archive.root
    for _ in range(LEVELS + 1):
        directory = _directory(archive, span)
        at = int(np.searchsorted(directory.numbers, number, side="right")) - 1
        if at < 0:
            return None
        run = int(directory.runs[at])
        place = FilePart(int(directory.starts[at]), int(directory.lengths[at]))
        if run:
            beyond = int(number) - int(directory.numbers[at]) >= run
            return None if beyond else _bytes(archive, _within(archive.tiles, place, LARGEST_TILE))
        span = _within(archive.leaves, place)
    raise ValueError("directories within directories")


def every_tile(archive: TileArchive) -> Iterator[tuple[int, bytes]]:
    """Yield the number and the unpacked bytes of each tile of a file that `check_archive` found whole."""
    for directory in _tile_entries(archive):
        for number, run, length, start in zip(*(column.tolist() for column in directory), strict=True):
            data = _bytes(archive, _within(archive.tiles, FilePart(start, length), LARGEST_TILE))
            data = unpacked(data) if archive.tiles_packed else data
            yield from ((number + more, data) for more in range(run))


def unpacked(data: bytes) -> bytes:
    """Return what was packed by gzip.

    Raises:
        ValueError: It is more than `MOST_UNPACKED`, or breaks off.
    """
    unpacking = zlib.decompressobj(wbits=31)
    try:
        content = unpacking.decompress(data, MOST_UNPACKED)
    except zlib.error as problem:
        raise ValueError("no gzip") from problem
    if not unpacking.eof:
        raise ValueError("too much, or broken off")
    return content


def _archive(path: Path, fields: tuple[Any, ...], name: str) -> TileArchive:
    version, spans = fields[1], [FilePart(*fields[at : at + 2]) for at in (2, 4, 6, 8)]
    packing, tiles_packing, kind, *zooms = fields[14:19]
    if version != VERSION:
        raise UnreadableSourceError(
            f"{name} is PMTiles of version {version}. Convert it to version {VERSION}."
        )
    if kind != VECTOR:
        raise UnreadableSourceError(
            f"{name} holds pictures, not vector tiles. Choose a file of vector tiles (MVT)."
        )
    if not {packing, tiles_packing} <= {PLAIN, GZIP}:
        raise UnreadableSourceError(
            f"{name} is packed in a way that browsers don't unpack. Make it again with gzip."
        )
    size = path.stat().st_size
    if any(span.start + span.length > size for span in spans) or not zooms[0] <= zooms[1] <= DEEPEST:
        raise ValueError("places beyond the end")
    root, about, leaves, tiles = spans
    bounds = tuple(value / 1e7 for value in fields[19:23])
    if not (-180 <= bounds[0] <= bounds[2] <= 180 and -90 <= bounds[1] <= bounds[3] <= 90):
        raise ValueError("not degrees")
    with path.open("rb") as file:
        file.seek(about.start)
        text = file.read(min(about.length, MOST_UNPACKED))
    words = json.loads(unpacked(text) if packing == GZIP else text)
    layers = tuple(str(layer["id"])[:80] for layer in words.get("vector_layers", ())[:MOST_LAYERS])
    return TileArchive(
        path,
        root,
        leaves,
        tiles,
        packing == GZIP,
        tiles_packing == GZIP,
        (zooms[0], zooms[1]),
        (bounds[0], bounds[1], bounds[2], bounds[3]),
        layers,
        str(words.get("attribution") or "")[:2_000],
    )


def _tile_entries(archive: TileArchive) -> Iterator[Directory]:
    """Yield the entries of tiles of each directory, and go down into those that are directories."""
    waiting, read = [(archive.root, 0)], 0
    while waiting:
        span, level = waiting.pop()
        read += 1
        directory = _directory(archive, span)
        leaf = directory.runs == 0
        if leaf.any() and (level == LEVELS or read + len(waiting) + leaf.sum() > MOST_DIRECTORIES):
            raise ValueError("directories without end")
        for start, length in zip(
            directory.starts[leaf].tolist(), directory.lengths[leaf].tolist(), strict=True
        ):
            waiting.append((_within(archive.leaves, FilePart(start, length)), level + 1))
        tiles = Directory(*(column[~leaf] for column in directory))
        if len(tiles.numbers):
            ends = tiles.starts + tiles.lengths
            if (
                ends.max() > archive.tiles.length
                or (ends < tiles.starts).any()
                or tiles.lengths.max() > LARGEST_TILE
            ):
                raise ValueError("a tile beyond the end, or too large")
            if tiles.runs.max() > 4**DEEPEST:
                raise ValueError("more tiles than there are")
        yield tiles


def _directory(archive: TileArchive, span: FilePart) -> Directory:
    stat = archive.path.stat()
    return _read_directory(archive.path, span, archive.packed, (stat.st_mtime_ns, stat.st_ino))


@lru_cache(maxsize=64)
def _read_directory(path: Path, span: FilePart, packed: bool, _version: tuple[int, int]) -> Directory:
    if span.length > MOST_UNPACKED:
        raise ValueError("a directory that is too long")
    with path.open("rb") as file:
        file.seek(span.start)
        data = file.read(span.length)
    numbers = numbers_in(unpacked(data) if packed else data)
    count = int(numbers[0])
    if len(numbers) != 4 * count + 1 or not count:
        raise ValueError("a directory of another length")
    steps, runs, lengths, written = numbers[1:].reshape(4, count)
    # 0 says that the bytes follow on those of the entry before: counted from the last that says where it lies
    before = np.cumsum(lengths) - lengths
    anchor = np.maximum.accumulate(np.where(written > 0, np.arange(count), 0))
    if not written[0] or not lengths.all():
        raise ValueError("an entry without bytes")
    return Directory(
        np.cumsum(steps), runs, lengths, written[anchor] - np.uint64(1) + before - before[anchor]
    )


def _within(whole: FilePart, place: FilePart, most: int = MOST_UNPACKED) -> FilePart:
    if place.start + place.length > whole.length or place.length > most:
        raise ValueError("a place beyond the end, or too long")
    return FilePart(whole.start + place.start, place.length)


def _bytes(archive: TileArchive, span: FilePart) -> bytes:
    with archive.path.open("rb") as file:
        file.seek(span.start)
        return file.read(span.length)


def _damaged(name: str) -> UnreadableSourceError:
    return UnreadableSourceError(f"{name} breaks off or is damaged. Make the file again, or fetch it again.")
