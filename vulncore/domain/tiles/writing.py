"""Write a PMTiles file: the tiles of several, laid together."""

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from vulncore.domain.tiles.archive import GZIP, HEADER, MAGIC, VECTOR, VERSION, TileArchive, every_tile
from vulncore.domain.tiles.numbers import written_numbers

IN_A_LEAF: Final = (
    4_000  # entries, so that a root of as many leaves stays within the 16 KB that readers ask for first
)

Entry = tuple[int, int, int, int]
"""A tile's number, how many alike follow, how many bytes it has and where they begin."""


def lay_together(archives: Sequence[TileArchive], target: Path, attribution: str) -> None:
    """Write one file of the tiles of several, which have no layer in common. Where they lie over each other a tile has all layers."""
    layers: dict[int, bytes] = {}
    for archive in archives:
        for number, data in every_tile(archive):
            layers[number] = (
                layers.get(number, b"") + data
            )  # a tile is a list of layers, and lists of it can follow on another
    entries: list[Entry] = []
    contents: list[bytes] = []
    start = 0
    for number in sorted(layers):
        data = gzip.compress(layers.pop(number), mtime=0)
        entries.append((number, 1, len(data), start))
        contents.append(data)
        start += len(data)
    root, leaves = _directories(entries)
    fields: Mapping[str, object] = {
        "vector_layers": [{"id": name, "fields": {}} for archive in archives for name in archive.layers],
        "attribution": attribution,
    }
    about = gzip.compress(json.dumps(fields).encode(), mtime=0)
    places, at = [], HEADER.size
    for length in (len(root), len(about), len(leaves), start):
        places += [at, length]
        at += length
    sides = [[archive.bounds[side] for archive in archives] for side in range(4)]
    west, south, east, north = (min(sides[0]), min(sides[1]), max(sides[2]), max(sides[3]))
    zooms = min(archive.zooms[0] for archive in archives), max(archive.zooms[1] for archive in archives)
    corners = [round(degrees * 1e7) for degrees in (west, south, east, north)]
    middle = [(corners[0] + corners[2]) // 2, (corners[1] + corners[3]) // 2]
    counts = [len(entries)] * 3
    header = HEADER.pack(
        MAGIC, VERSION, *places, *counts, 1, GZIP, GZIP, VECTOR, *zooms, *corners, zooms[0], *middle
    )
    with target.open("wb") as file:
        file.writelines([header, root, about, leaves, *contents])


def _directories(entries: Sequence[Entry]) -> tuple[bytes, bytes]:
    """Return the root's directory and, where there are too many entries for it, the leaves that it names."""
    if len(entries) <= IN_A_LEAF:
        return _directory(entries), b""
    leaves = [_directory(entries[at : at + IN_A_LEAF]) for at in range(0, len(entries), IN_A_LEAF)]
    named, start = [], 0
    for leaf, at in zip(leaves, range(0, len(entries), IN_A_LEAF), strict=True):
        named.append((entries[at][0], 0, len(leaf), start))
        start += len(leaf)
    return _directory(named), b"".join(leaves)


def _directory(entries: Sequence[Entry]) -> bytes:
    numbers = [entry[0] for entry in entries]
    steps = [after - before for before, after in zip([0, *numbers], numbers, strict=False)]
    columns = [
        steps,
        *([entry[column] for entry in entries] for column in (1, 2)),
        [entry[3] + 1 for entry in entries],
    ]
    return gzip.compress(
        written_numbers([len(entries), *(value for column in columns for value in column)]), mtime=0
    )
