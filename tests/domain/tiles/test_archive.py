"""What vulncore.domain.tiles promises: tiles come back as they were written, and a hostile file is refused in a sentence."""

import gzip
import json
import struct
from pathlib import Path

import pytest

from vulncore.domain.errors import UnreadableSourceError
from vulncore.domain.tiles import archive as archives
from vulncore.domain.tiles import writing
from vulncore.domain.tiles.archive import HEADER, check_archive, read_archive, tile_in, unpacked
from vulncore.domain.tiles.numbers import numbers_in, tile_number, written_numbers

KENT = (0.4, 51.1, 0.6, 51.3)
TILE = b"\x1a\x06\x0a\x01r\x78\x02\x28"  # a layer's beginning: only its bytes matter here


def tiled(
    path: Path,
    tiles: dict[tuple[int, int, int], bytes],
    layers=("roads_local",),
    bounds=KENT,
    attribution="",
    about=None,
) -> Path:
    """Write a PMTiles file with these tiles, as the specification says, unpacked inside."""
    numbered = sorted((tile_number(*place), data) for place, data in tiles.items())
    entries, content = [], b""
    for number, data in numbered:
        entries.append((number, 1, len(data), len(content)))
        content += data
    steps = [
        entry[0] - before for entry, before in zip(entries, [0, *(one[0] for one in entries)], strict=False)
    ]
    columns = [
        steps,
        *([entry[at] for entry in entries] for at in (1, 2)),
        [entry[3] + 1 for entry in entries],
    ]
    root = written_numbers([len(entries), *(value for column in columns for value in column)])
    fields = {"vector_layers": [{"id": name} for name in layers], "attribution": attribution}
    text = json.dumps(fields).encode() if about is None else about
    start = HEADER.size
    spans = [
        start,
        len(root),
        start + len(root),
        len(text),
        0,
        0,
        start + len(root) + len(text),
        len(content),
    ]
    zooms = [place[0] for place in tiles] or [0]
    corners = [round(degrees * 1e7) for degrees in bounds]
    counts = [len(entries)] * 3
    header = HEADER.pack(
        b"PMTiles", 3, *spans, *counts, 1, 1, 1, 1, min(zooms), max(zooms), *corners, 0, *corners[:2]
    )
    path.write_bytes(header + root + text + content)
    return path


@pytest.mark.parametrize(
    ("place", "number"),
    [((0, 0, 0), 0), ((1, 1, 0), 4), ((2, 0, 0), 5), ((12, 3423, 1763), 19078479)],  # the specification's own
)
def test_a_tile_has_the_number_that_the_specification_gives(place, number):
    assert tile_number(*place) == number


def test_every_tile_of_a_zoom_has_a_number_of_its_own():
    numbers = {tile_number(5, x, y) for x in range(32) for y in range(32)}
    assert numbers == set(range((4**5 - 1) // 3, (4**6 - 1) // 3))


def test_a_tile_is_there_where_it_was_written_and_nowhere_else(tmp_path):
    file = tiled(tmp_path / "a.pmtiles", {(3, 4, 2): TILE, (3, 5, 2): b"other"}, attribution="© Somebody")
    archive = read_archive(file)
    assert (archive.zooms, archive.layers, archive.attribution) == ((3, 3), ("roads_local",), "© Somebody")
    assert archive.bounds == pytest.approx(KENT)
    assert check_archive(archive) == 2
    assert (tile_in(archive, 3, 4, 2), tile_in(archive, 3, 5, 2)) == (TILE, b"other")
    assert tile_in(archive, 3, 0, 0) is None
    assert tile_in(archive, 9, 1, 1) is None


def test_tiles_of_several_files_are_laid_together_also_in_leaves(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "IN_A_LEAF", 5)
    places = [(4, x, 3) for x in range(16)]
    one = read_archive(tiled(tmp_path / "one.pmtiles", dict.fromkeys(places, b"one"), ("roads_local",)))
    two = read_archive(tiled(tmp_path / "two.pmtiles", {places[7]: b"two"}, ("woodland",)))
    writing.lay_together([one, two], tmp_path / "both.pmtiles", "© Both")
    both = read_archive(tmp_path / "both.pmtiles")
    assert both.leaves.length > 0
    assert check_archive(both) == 16
    assert (both.layers, both.attribution) == (("roads_local", "woodland"), "© Both")
    assert [gzip.decompress(tile_in(both, *place)) for place in places] == [b"one"] * 7 + [b"onetwo"] + [
        b"one"
    ] * 8


def changed(file: Path, at: int, form: str, value: object) -> Path:
    data = bytearray(file.read_bytes())
    struct.pack_into(form, data, at, value)
    file.write_bytes(data)
    return file


@pytest.mark.parametrize(
    ("at", "form", "value", "sentence"),
    [
        (0, "<7s", b"MBTiles", "is not a PMTiles file"),
        (7, "<B", 2, "is PMTiles of version 2"),
        (99, "<B", 2, "holds pictures"),
        (97, "<B", 3, "browsers don't unpack"),
        (98, "<B", 4, "browsers don't unpack"),
        (8, "<Q", 2**64 - 1, "breaks off or is damaged"),
        (64, "<Q", 2**40, "breaks off or is damaged"),
        (101, "<B", 31, "breaks off or is damaged"),
        (102, "<i", 2_000_000_000, "breaks off or is damaged"),
    ],
)
def test_a_header_that_is_not_so_is_refused_in_a_sentence(at, form, value, sentence, tmp_path):
    file = changed(tiled(tmp_path / "a.pmtiles", {(0, 0, 0): TILE}), at, form, value)
    with pytest.raises(UnreadableSourceError, match=sentence):
        check_archive(read_archive(file))


@pytest.mark.parametrize(
    "about", [b"[]", b"no JSON", b'{"vector_layers": 3}', b"[" * 100_000, b'{"vector_layers": [{}]}']
)
def test_a_file_that_says_nonsense_of_itself_is_refused(about, tmp_path):
    with pytest.raises(UnreadableSourceError, match="breaks off or is damaged"):
        read_archive(tiled(tmp_path / "a.pmtiles", {(0, 0, 0): TILE}, about=about))


def test_a_file_that_breaks_off_anywhere_is_refused(tmp_path):
    file = tiled(tmp_path / "a.pmtiles", {(2, x, 1): TILE for x in range(4)})
    whole = file.read_bytes()
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        with pytest.raises(UnreadableSourceError):
            check_archive(read_archive(file))


def test_a_tile_that_lies_beyond_the_file_is_refused(tmp_path, monkeypatch):
    file = tiled(tmp_path / "a.pmtiles", {(0, 0, 0): TILE})
    monkeypatch.setattr(archives, "LARGEST_TILE", len(TILE) - 1)
    with pytest.raises(UnreadableSourceError, match="breaks off or is damaged"):
        check_archive(read_archive(file))


def test_what_unpacks_to_more_than_any_directory_has_is_refused():
    with pytest.raises(ValueError, match="too much"):
        unpacked(gzip.compress(b"\0" * (archives.MOST_UNPACKED + 1)))


@pytest.mark.parametrize("data", [b"", b"\x80", b"\x80" * 11 + b"\x00"])
def test_numbers_that_break_off_or_are_too_long_are_refused(data):
    with pytest.raises(ValueError, match="numbers that|a number of"):
        numbers_in(data)
