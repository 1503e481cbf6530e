"""What the library for workbooks doesn't say of an XLSX, looked up in the sheet itself.

That is: which cells are formulas and whether they were saved with a value, what an error says, which days are shown
with a clock and so are midnights, which rows are hidden, and whether a row comes twice. The parts are searched as
bytes, which is much faster than to parse them; where a writer does as no spreadsheet program does, these things are
not known, and the values are read all the same.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from html import unescape
from pathlib import Path
from typing import IO, Final, NamedTuple, Self

from vulncore.domain.errors import UnreadableSourceError
from vulncore.sources.extract.packed import CHUNK_BYTES, damage_as_refusal
from vulncore.sources.extract.record import UNCOMPUTED

WITH_CLOCK: Final = "\0clock"
"""Stands for a cell whose format shows a time of day: a day in it is that day's midnight."""

LAST_ROW: Final = 1_048_576  # of a sheet

_BOOK: Final = "xl/workbook.xml"
_WITH_CLOCK: Final = {"18", "19", "20", "21", "22", "45", "47"}  # of the formats that every spreadsheet knows
_DECORATION = re.compile(r'"[^"]*"|\\.|_.|\[[^\]]*\]')
_ATTRIBUTE = re.compile(rb"""(?:\w+:)?(\w+)\s*=\s*(["'])(.*?)\2""", re.DOTALL)
_FROM_1904 = re.compile(rb"""date1904\s*=\s*["'](?:1|true)["']""")
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^<>]*)>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s([^<>]*)>")
_FORMAT = re.compile(rb"<(?:\w+:)?numFmt\s([^<]*)>")
_STYLES = re.compile(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)
_STYLE = re.compile(rb"<(?:\w+:)?xf\b([^<>]*)>")
_PREFIX = re.compile(rb"<(\w+:|)sheetData\b")  # some writers put one before every name
_ROW: Final = rb"<%brow\b([^<>]*)>"
_CELL: Final = rb"<%bc\s([^<>]*)(?<!/)>(.*?)</%bc>"
_MIDNIGHT: Final = rb"""<%bc\s([^<>]*\bs=["'](?:%b)["'][^<>]*)>\s*<%bv>\d+(?:\.0+)?</"""
_FORMULA = re.compile(rb"\s*<(?:\w+:)?f\b")
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^<>]*>([^<]+)<")


class RowDetails(NamedTuple):
    """A row of a sheet by its number, and what is to be put into which of its columns, the first being 1."""

    line: int
    cells: list[tuple[int, str]]


class SheetDetails:
    """What the library doesn't say of a sheet: nothing, unless it is `of` an XLSX.

    `formulas` and `hidden_rows` count those in the rows that have been read, `macros` says whether there are any, and
    `from_1904` whether days are counted from 1904, as in old workbooks of the Mac.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._stream: IO[bytes] | None = None
        self._clocks: set[str] = set()
        self.formulas = self.hidden_rows = 0
        self.macros = self.from_1904 = False
        self._search_with(b"")

    @classmethod
    def of(cls, path: Path, place: int, name: str, closing: ExitStack) -> Self:
        """Return those of an XLSX's sheet, by its place among all.

        Raises:
            UnreadableSourceError: It is damaged. While the rows are read: they are out of order.
        """
        details = cls(name)
        with damage_as_refusal(name):
            archive = closing.enter_context(zipfile.ZipFile(path))
            details.macros = any(part.endswith("vbaProject.bin") for part in archive.namelist())
            relations = [
                _attributes(tag) for tag in _RELATION.findall(_part(archive, "xl/_rels/workbook.xml.rels"))
            ]
            targets = {relation.get("Id"): _target(relation) for relation in relations}
            book = _part(archive, _BOOK)
            details.from_1904 = bool(_FROM_1904.search(book))
            sheets = [_attributes(tag) for tag in _SHEET.findall(book)]
            part = targets.get(sheets[place].get("id"), "") if place < len(sheets) else ""
            for relation in relations:
                if relation.get("Type", "").endswith("/styles"):
                    details._clocks.update(_styles_with_clock(_part(archive, _target(relation))))
            if part in archive.namelist():
                details._stream = closing.enter_context(archive.open(part))
        return details

    def rows(self) -> Iterator[RowDetails]:
        """Yield the rows of which there is something to say, in their order."""
        line = 0
        for tag, content in self._raw_rows():
            line = self._next_line(tag, line)
            if any(mark in content for mark in self._marks):
                cells = self._cell.findall(content)
            else:
                cells = [(cell, b"") for cell in self._midnight.findall(content)] if self._clocks else []
            there = [put for cell, within in cells if (put := self._put(cell, within))]
            if there:
                yield RowDetails(line, there)

    def _raw_rows(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield each row's tag and what it holds."""
        waiting = b""
        while piece := self._piece():
            if not waiting and (named := _PREFIX.search(piece)):
                self._search_with(named[1])
            *rows, waiting = (waiting + piece).split(self._end)
            for row in rows:
                tags = list(self._row.finditer(row))
                for tag in tags[:-1]:
                    yield tag[1], b""
                if tags:
                    yield tags[-1][1], row[tags[-1].end() :]
        for empty in self._row.findall(waiting):
            yield empty, b""

    def _piece(self) -> bytes:
        with damage_as_refusal(self._name):
            return self._stream.read(16 * CHUNK_BYTES) if self._stream else b""

    def _search_with(self, prefix: bytes) -> None:
        clocks = "|".join(self._clocks).encode()
        self._end = b"</%brow>" % prefix
        self._marks = (b"<%bf" % prefix, b'"e"', b"'e'")
        self._row = re.compile(_ROW % prefix)
        self._cell = re.compile(_CELL % (prefix, prefix), re.DOTALL)
        self._midnight = re.compile(_MIDNIGHT % (prefix, clocks, prefix))

    def _next_line(self, tag: bytes, before: int) -> int:
        attributes = _attributes(tag)
        number = attributes.get("r", str(before + 1))
        line = int(number) if number.isdecimal() and len(number) < 8 else 0
        if not before < line <= LAST_ROW:
            raise UnreadableSourceError(
                f"After row {before:,} a sheet of {self._name} has row {number[:20]}, which is out of order or beyond "
                "the end. Open the file in a spreadsheet program and save it again."
            )
        self.hidden_rows += attributes.get("hidden") in {"1", "true"}
        return line

    def _put(self, tag: bytes, within: bytes) -> tuple[int, str] | None:
        """Return where a cell is and what is to be put there; None where nothing is, or it doesn't say where it is."""
        attributes = _attributes(tag)
        value = _VALUE.search(within)
        kind = attributes.get("t", "n")
        text = WITH_CLOCK if kind == "n" and attributes.get("s") in self._clocks else ""
        if _FORMULA.match(within):
            if not value and kind not in {"str", "inlineStr"}:
                text = UNCOMPUTED
            else:
                self.formulas += 1
        if kind == "e" and value:
            text = unescape(value[1].decode("utf-8", "replace"))
        column = column_number(attributes.get("r", "").rstrip("0123456789"))
        return (column, text) if column and text else None


def column_number(letters: str) -> int:
    """Return the number of a column by its letters, 0 where they name none.

    >>> column_number("A"), column_number("XFD"), column_number("ZZZZ")
    (1, 16384, 0)
    """
    number = 0
    for letter in letters if len(letters) < 4 and letters.isascii() and letters.isupper() else "":
        number = 26 * number + ord(letter) - 64
    return number


def shows_clock(code: str) -> bool:
    """Return whether a number format shows a time of day.

    >>> [shows_clock(code) for code in ("dd/mm/yyyy hh:mm", "mm:ss.0", "[$-809]d mmm yy", "[h]:mm", '0" hours"')]
    [True, True, False, False, False]
    """
    return not {"h", "s"}.isdisjoint(_DECORATION.sub("", code.split(";", 1)[0]).casefold())


def _styles_with_clock(styles: bytes) -> Iterator[str]:
    """Yield the numbers of the styles of cells whose format shows a time of day."""
    formats = [_attributes(tag) for tag in _FORMAT.findall(styles)]
    clocks = _WITH_CLOCK | {
        code.get("numFmtId", "") for code in formats if shows_clock(code.get("formatCode", ""))
    }
    used = _STYLES.search(styles)
    for number, tag in enumerate(_STYLE.findall(used[0]) if used else ()):
        if _attributes(tag).get("numFmtId") in clocks:
            yield str(number)


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    return archive.read(name) if name in archive.namelist() else b""


def _target(relation: dict[str, str]) -> str:
    return posixpath.normpath(posixpath.join("/xl", relation.get("Target", ""))).lstrip("/")


def _attributes(tag: bytes) -> dict[str, str]:
    return {
        name.decode(): unescape(value.decode("utf-8", "replace"))
        for name, _, value in _ATTRIBUTE.findall(tag)
    }
