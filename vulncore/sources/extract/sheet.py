"""A sheet of a workbook, row by row: only what is filled costs anything, wherever the sheet says it ends."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from math import isfinite
from typing import Final
from xml.parsers.expat import ExpatError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format

from vulncore.domain.errors import UnreadableSourceError
from vulncore.sources.extract.packed import (
    CHUNK_BYTES,
    MAX_CELL_CHARACTERS,
    MAX_COLUMNS,
    MAX_SHEET_CELLS,
    MAX_SHEET_COLUMNS,
    MAX_SHEET_ROWS,
    BoundedStream,
)
from vulncore.sources.extract.record import UNCOMPUTED, Row

MOST_SILENT_BYTES: Final = 4_000_000  # a tag or a comment of that length is none
MOST_NESTED: Final = 100  # a workbook has seven levels, and each costs memory until it is closed
LAST_SERIAL: Final = 2_958_466  # the first day of the year 10000

_MERGED = re.compile(rb"mergeCell\s[^>]{0,40}?ref=[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']")
_OVERLAP = 120  # bytes: longer than such a tag
_DECORATION = re.compile(r'"[^"]*"|\\.|_.|\[[^\]]*\]')
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.0*)?Z?")

OnStart = Callable[[str, dict[str, str]], None]
OnEnd = Callable[[str], None]
OnText = Callable[[str], None]


class SheetReader:
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

    def rows(self, stream: BoundedStream) -> Iterator[Row]:
        """Yield the rows that the sheet has, each with its number; those between them are not there."""
        for _ in feed_xml(stream, self._name, self._started, self._ended, self._take_text):
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
                "at a time, or delete the empty columns and rows at the end."
            )

    def _take_text(self, piece: str) -> None:
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
                f"After row {self._line:,} a sheet of {self._name} has row {(number or str(line))[:20]}, which is out of "
                "order or beyond the end. Open the file in a spreadsheet program and save it again."
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
                f"Row {self._line:,} of a sheet of {self._name} points to a text that is not in the workbook. "
                "Open the file in a spreadsheet program and save it again."
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
        column = self._positions.get(letters)
        if column is None:
            column = column_number(letters) if letters.isalpha() and letters.isascii() else 0
            if not 0 < column <= MAX_SHEET_COLUMNS:
                raise self._misplaced(reference)
            self._positions[letters] = column
        return column

    def _misplaced(self, cell: str) -> UnreadableSourceError:
        return UnreadableSourceError(
            f"Row {self._line:,} of a sheet of {self._name} has a cell {cell[:20]}, outside the sheet. "
            "Open the file in a spreadsheet program and save it again."
        )


def merged_ranges(stream: BoundedStream, last_row: int) -> tuple[tuple[int, int, int, int], ...]:
    """Return the ranges of merged cells that begin within a sheet's first rows.

    They stand behind the rows, so they are looked for among the bytes, which is much faster than to parse all.
    """
    ranges: set[tuple[int, int, int, int]] = set()
    before = b""
    while piece := stream.read(16 * CHUNK_BYTES):
        searched = before + piece
        if b"mergeCell" in searched:
            for left, top, right, bottom in _MERGED.findall(searched):
                if int(top) <= last_row:
                    ranges.add(
                        (int(top), column_number(left.decode()), int(bottom), column_number(right.decode()))
                    )
        before = piece[-_OVERLAP:]
    return tuple(sorted(ranges))


def column_number(letters: str) -> int:
    """Return the number of a column by its letters.

    >>> column_number("A"), column_number("XFD")
    (1, 16384)
    """
    number = 0
    for letter in letters[:4].upper():
        number = 26 * number + ord(letter) - 64
    return number


def cell_text(kind: str, text: str, shows: str, *, formula: bool, first_day: datetime) -> str:
    """Return a cell's text; UNCOMPUTED for a formula that was saved without its value.

    Args:
        kind: The cell's type, as the file has it ("n", "b", "d", "e", "str", "inlineStr").
        text: What the file has for it.
        shows: What its number format shows, as `moment_format` says it.
        formula: Whether it is one.
        first_day: Day 0 of the workbook's dates.

    >>> day_0 = datetime(1899, 12, 30)
    >>> cell_text("n", "45356.604166666664", "date and time", formula=False, first_day=day_0)
    '2024-03-05 14:30:00'
    """
    if not text:
        return UNCOMPUTED if formula and kind != "str" else ""
    if kind == "n":
        return _moment(text, shows, first_day) or _number(text) if shows else _number(text)
    if kind == "b":
        return {"1": "TRUE", "0": "FALSE"}.get(text, text)
    if kind == "d" and (iso := _ISO.fullmatch(text)):
        return f"{iso[1]} {iso[2]}"
    return unescaped(text)


def _moment(text: str, shows: str, first_day: datetime) -> str:
    try:
        seconds = round(float(text) * 86_400)
    except (ValueError, OverflowError):
        return ""
    if not 0 <= seconds < LAST_SERIAL * 86_400:
        return ""
    if shows == "elapsed":
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if first_day.year == 1899 and seconds < 60 * 86_400:
        first_day += timedelta(days=1)  # spreadsheets have a 29 February 1900, as their forebears did
    moment = first_day + timedelta(seconds=seconds)
    if seconds < 86_400:
        return f"{moment:%H:%M:%S}"
    at_a_time = shows != "date" or seconds % 86_400
    return f"{moment:%Y-%m-%d %H:%M:%S}" if at_a_time else f"{moment:%Y-%m-%d}"


def _number(text: str) -> str:
    if text.lstrip("-").isdecimal():
        return text
    try:
        value = float(text)
    except ValueError:
        return text
    if not isfinite(value):
        return text
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.15g}"  # as many digits as a spreadsheet shows: the 17 that it saves tell nobody more


def unescaped(text: str) -> str:
    r"""Return text with the characters that XML can't hold, written as _x000D_ and the like, put back.

    >>> unescaped("a_x000A_b"), unescaped("plain")
    ('a\nb', 'plain')
    """
    if "_x" not in text:
        return text
    return _ESCAPED.sub(_put_back, text)


def _put_back(escape: re.Match[str]) -> str:
    number = int(escape[1], 16)
    stands_for_one = number and not 0xD800 <= number < 0xE000  # half a character is none
    return chr(number) if stands_for_one else escape[0]


def moment_format(code: str) -> str:
    """Return what a number format shows of a number: "date", "time", "date and time", "elapsed" or "" for none.

    >>> [moment_format(code) for code in ("dd/mm/yyyy", "hh:mm", "[$-809]d mmm yy h:mm", "[h]:mm", "0.00", '0" days"')]
    ['date', 'time', 'date and time', 'elapsed', '', '']
    """
    if not is_date_format(code):
        return ""
    if is_timedelta_format(code):
        return "elapsed"
    shown = _DECORATION.sub("", code.split(";", 1)[0]).casefold()
    clock = "h" in shown or "s" in shown
    day = "d" in shown or "y" in shown or not clock
    return "date and time" if day and clock else "date" if day else "time"


def format_code(number: str, custom: dict[str, str]) -> str:
    """Return a number format by its id: one of the workbook's own, or one that every spreadsheet knows."""
    return custom.get(number) or BUILTIN_FORMATS.get(int(number) if number.isdecimal() else 0, "General")


def feed_xml(
    stream: BoundedStream, name: str, on_start: OnStart, on_end: OnEnd, on_text: OnText | None = None
) -> Iterator[None]:
    """Feed a part to handlers, and come back after each piece of it.

    Handlers are told names without their namespace, since workbooks come in two kinds that differ in it alone.

    Raises:
        UnreadableSourceError: It is no XML, declares a document type, or has a tag of megabytes.
    """
    parser = DefusedXMLParser(forbid_dtd=True).parser
    parser.ordered_attributes = False
    parser.buffer_text = True
    heard, depth = [0], [0]
    fed_bytes = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        heard[0] = fed_bytes
        depth[0] += 1
        if depth[0] > MOST_NESTED:
            raise UnreadableSourceError(
                f"{name} holds too many tags within tags. Check where the file came from."
            )
        on_start(tag[tag.rfind("}") + 1 :], attributes)

    def end(tag: str) -> None:
        depth[0] -= 1
        on_end(tag[tag.rfind("}") + 1 :])

    def text(piece: str) -> None:
        heard[0] = fed_bytes
        if on_text:
            on_text(piece)

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = text
    parser.DefaultHandlerExpand = None  # comments and instructions are nobody's text
    try:
        while piece := stream.read(CHUNK_BYTES):
            fed_bytes += len(piece)
            parser.Parse(piece, False)
            if fed_bytes - heard[0] > MOST_SILENT_BYTES:
                raise UnreadableSourceError(
                    f"{name} holds a tag of megabytes. Check where the file came from."
                )
            yield
        parser.Parse(b"", True)
        yield
    except ExpatError as problem:
        raise UnreadableSourceError(
            f"A part of {name} is not XML or breaks off ({problem}). Open the file in a spreadsheet program and save it again."
        ) from problem
    except DefusedXmlException as problem:
        raise UnreadableSourceError(
            f"A part of {name} declares a document type, which is not safe to read. Check where the file came from."
        ) from problem
