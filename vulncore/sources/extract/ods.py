"""How many rows of an ODS are hidden, as by a filter: the library for workbooks doesn't say it."""

import re
import zipfile
from pathlib import Path
from typing import Final

from vulncore.sources.extract.packed import CHUNK_BYTES, damage_as_refusal

_MARK: Final = re.compile(rb"<table:table[\s>]|<table:table-row\b[^<>]*>|</table:table-row>")
_HIDDEN: Final = re.compile(rb"""table:visibility\s*=\s*["'](?:filter|collapse)["']""")
_REPEATED: Final = re.compile(rb"""table:number-rows-repeated\s*=\s*["'](\d{1,7})["']""")
_VALUES: Final = (b"office:value-type", b"<text:p")
_TAG: Final = 4_096  # bytes that a tag may be cut off by at a piece's end; a spreadsheet's have a few hundred


def hidden_rows_of_ods(path: Path, place: int, name: str) -> int:
    """Return how many rows of a sheet, by its place among all, are hidden and hold anything.

    Raises:
        UnreadableSourceError: The file is damaged.
    """
    sheet, hidden, within, held = -1, 0, 0, False
    with damage_as_refusal(name), zipfile.ZipFile(path) as archive, archive.open("content.xml") as stream:
        waiting = b""
        while piece := stream.read(16 * CHUNK_BYTES):
            text = waiting + piece
            at = 0
            for mark in _MARK.finditer(text):
                tag = mark[0]
                held = held or (bool(within) and any(value in text[at : mark.start()] for value in _VALUES))
                at = mark.end()
                if tag.startswith(b"</"):
                    hidden += within if held else 0
                    within, held = 0, False
                elif not tag.startswith(b"<table:table-row"):
                    sheet += 1
                    if sheet > place:
                        return hidden
                elif sheet == place and _HIDDEN.search(tag) and not tag.endswith(b"/>"):
                    times = _REPEATED.search(tag)
                    within, held = int(times[1]) if times else 1, False
            cut = max(at, len(text) - _TAG)
            held = held or (bool(within) and any(value in text[at:cut] for value in _VALUES))
            waiting = text[cut:]
    return hidden
