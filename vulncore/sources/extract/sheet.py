"""A sheet of a workbook, row by row: only what is filled costs anything, wherever the sheet says it ends."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from vulncore.domain.errors import UnreadableSourceError
from vulncore.sources.extract.bounds import (
    CHUNK_BYTES,
    MAX_CELL_CHARACTERS,
    MAX_COLUMNS,
    MAX_SHEET_CELLS,
    MAX_SHEET_COLUMNS,
    MAX_SHEET_ROWS,
)
from vulncore.sources.extract.cell_text import cell_text
from vulncore.sources.extract.packed import Bounded
from vulncore.sources.extract.record import UNCOMPUTED, Row
from vulncore.sources.extract.xml_events import fed

_MERGED = re.compile(rb"mergeCell\s[^>]{0,40}?ref=[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']")
_OVERLAP = 120  # bytes: longer than such a tag


class Sheet:
    """The handlers that turn a sheet's XML into rows."""

    def __init__(self, strings: Sequence[str], shows: Sequence[str], first_day: datetime, name: str) -> None:
        self._strings, self._shows, self._first_day, self._name = strings, shows, first_day, name
        self._rows: list[Row] = []
        self._cells: list[str] = []
        self._line = self._column = self._length = 0
        self._kind = self._style = ""
        self._text: list[str] = []
        self._listening = self._formula = self._phonetic = False
        self._in_row = False
        self._positions: dict[str, int] = {}
        self._cells_seen = 0
        self.formulas = 0

    def rows(self, stream: Bounded) -> Iterator[Row]:
        """Yield the rows that the sheet has, each with its number; those between them are not there."""
        for _ in fed(stream, self._name, self._started, self._ended, self._said):
            yield from self._rows
            self._rows.clear()

    def _started(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self._count_cell()
            reference = attributes.get("r")
            self._column = self._position(reference) if reference else self._next_column()
            self._kind = attributes.get("t", "n")
            self._style = attributes.get("s", "0")
            self._text.clear()
            self._length = 0
            self._formula = False
        elif tag in {"v", "t"}:
            self._listening = not self._phonetic
        elif tag == "f":
            self._formula = True
        elif tag == "rPh":  # how to pronounce the text, which is none of it
            self._phonetic = True
        elif tag == "row":
            self._start_row(attributes.get("r"))

    def _count_cell(self) -> None:
        self._cells_seen += 1
        if self._cells_seen > MAX_SHEET_CELLS:
            raise UnreadableSourceError(
                f"A sheet of {self._name} has more than {MAX_SHEET_CELLS:,} cells by row {self._line:,}. Give fewer months "
                "at a time, or delete the empty columns and rows at its end."
            )

    def _said(self, piece: str) -> None:
        if self._listening and self._length <= MAX_CELL_CHARACTERS:  # beyond it the row can't be used anyway
            self._text.append(piece)
            self._length += len(piece)

    def _ended(self, tag: str) -> None:
        if tag in {"v", "t"}:
            self._listening = False
        elif tag == "c":
            self._end_cell()
        elif tag == "rPh":
            self._phonetic = False
        elif tag == "row":
            self._rows.append(Row(self._line, self._cells))
            self._cells = []
            self._in_row = False

    def _start_row(self, number: str | None) -> None:
        if self._in_row:
            raise UnreadableSourceError(
                f"A row of {self._name} lies within another. Save the workbook again."
            )
        line = (
            self._line + 1 if number is None else int(number) if number.isdecimal() and len(number) < 8 else 0
        )
        if not self._line < line <= MAX_SHEET_ROWS:
            raise UnreadableSourceError(
                f"After row {self._line:,} a sheet of {self._name} has row {(number or str(line))[:20]}, where none can "
                "be. Open it in the spreadsheet program and save it again."
            )
        self._line, self._column, self._in_row = line, 0, True

    def _end_cell(self) -> None:
        text = "".join(self._text)
        if self._kind == "s":
            value = self._shared(text) if text else ""
        else:
            value = cell_text(
                self._kind, text, self._shown(), formula=self._formula, first_day=self._first_day
            )
        self.formulas += self._formula and value != UNCOMPUTED
        if value:
            column = min(self._column, MAX_COLUMNS + 1)
            self._cells.extend([""] * (column - len(self._cells)))
            self._cells[column - 1] = value

    def _shared(self, index: str) -> str:
        if not index.isdecimal() or len(index) > 8 or int(index) >= len(self._strings):
            raise UnreadableSourceError(
                f"Row {self._line:,} of a sheet of {self._name} points to a text that the workbook doesn't have. "
                "Open it in the spreadsheet program and save it again."
            )
        return self._strings[int(index)]

    def _shown(self) -> str:
        index = int(self._style) if self._style.isdecimal() and len(self._style) < 8 else 0
        return self._shows[index] if index < len(self._shows) else ""

    def _next_column(self) -> int:
        if self._column >= MAX_SHEET_COLUMNS:
            raise self._misplaced("without an address")
        return self._column + 1

    def _position(self, reference: str) -> int:
        letters = reference.rstrip("0123456789")
        found = self._positions.get(letters)
        if found is None:
            found = column_number(letters) if letters.isalpha() and letters.isascii() else 0
            if not 0 < found <= MAX_SHEET_COLUMNS:
                raise self._misplaced(reference)
            self._positions[letters] = found
        return found

    def _misplaced(self, cell: str) -> UnreadableSourceError:
        return UnreadableSourceError(
            f"Row {self._line:,} of a sheet of {self._name} has a cell {cell[:20]}, where none can be. "
            "Open it in the spreadsheet program and save it again."
        )


def column_number(letters: str) -> int:
    """Return the number of a column by its letters.

    >>> column_number("A"), column_number("XFD")
    (1, 16384)
    """
    number = 0
    for letter in letters[:4].upper():
        number = 26 * number + ord(letter) - 64
    return number


def merged_ranges(stream: Bounded, last_row: int) -> tuple[tuple[int, int, int, int], ...]:
    """Return the ranges of merged cells that begin within a sheet's first rows.

    They stand behind the rows, so they are looked for among the bytes, which is much faster than to parse all.
    """
    found: set[tuple[int, int, int, int]] = set()
    before = b""
    while piece := stream.read(16 * CHUNK_BYTES):
        searched = before + piece
        if b"mergeCell" in searched:
            for left, top, right, bottom in _MERGED.findall(searched):
                if int(top) <= last_row:
                    found.add(
                        (int(top), column_number(left.decode()), int(bottom), column_number(right.decode()))
                    )
        before = piece[-_OVERLAP:]
    return tuple(sorted(found))
