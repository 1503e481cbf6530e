"""CSV and its kin as raw rows: encoding, delimiter, and the line that each row starts on."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain, islice
from typing import IO, Final, Self

from vulncore.domain.errors import UnreadableSourceError
from vulncore.domain.words import agree, number_of
from vulncore.sources.extract.packed import CHUNK_BYTES, MAX_ROW_CHARACTERS, UTF_16, TextBytes
from vulncore.sources.extract.record import RawRows, Row

DELIMITERS: Final = ",;\t|"
SAMPLE_LINES: Final = 200
LEAST_TELLING: Final = 4  # characters of a reference that tell one record from another
MOST_BEYOND_ASCII: Final = 0.2  # of the bytes: an English extract has far fewer, another alphabet far more

_AS_TEXT = re.compile(r'="([^"]*)"')
_PIECE = 16 * CHUNK_BYTES
_ASCII = bytes(range(128))
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1a")) + b"\x7f"  # 1A ends files of very old systems
_NOT_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"


@dataclass(frozen=True)
class Encoding:
    """A text's encoding: its name for people, its name for Python, and what to note about it if anything."""

    name: str
    codec: str
    note: str = ""


def text_rows(opened: Callable[[], TextBytes], name: str, closing: ExitStack) -> RawRows:
    """Return the raw rows of a file of text, whose bytes `opened` gives unpacked and from the start each time.

    Raises:
        UnreadableSourceError: Encoding or delimiter can't be told. While the rows are read: a quotation mark is
            out of place or never closes, or a row is far too long.
    """
    with io.BufferedReader(opened()) as stream:
        encoding = detect_encoding(stream, name)
    raw = closing.enter_context(opened())
    text = io.TextIOWrapper(io.BufferedReader(raw), encoding=encoding.codec, newline="")
    lines = _Lines(text, name)
    sample = lines.sample(SAMPLE_LINES)
    delimiter = declared_delimiter(sample[0]) if sample else ""
    declared = f"The first line says that {delimiter!r} separates the fields." if delimiter else ""
    lines.put_back(sample[1:] if delimiter else sample, skipped=1 if delimiter else 0)
    delimiter = delimiter or detect_delimiter(sample, name)
    unwrapped = [0]

    def notes() -> list[str]:
        are, were = agree(unwrapped[0], "is", "are"), agree(unwrapped[0], "was", "were")
        wrapped = f'{number_of(unwrapped[0], "cell")} {are} written like ="00123" and {were} read without the marks around the text.'
        return [note for note in (encoding.note, declared, wrapped if unwrapped[0] else "") if note]

    return RawRows(
        kind="CSV",
        rows=_rows(lines, delimiter, name, unwrapped),
        share=raw.share,
        encoding=encoding.name,
        delimiter=delimiter,
        ends_in_a_line=lambda: not lines.last.endswith(("\n", "\r")),
        notes=notes,
    )


class _Lines:
    """Physical lines one by one, none of them and no row of them too long."""

    def __init__(self, text: io.TextIOWrapper, name: str) -> None:
        self._text, self._name = text, name
        self._waiting: Iterator[str] = iter(())
        self.number = 0
        self.since_row_start = 0
        self.last = ""

    def sample(self, most: int) -> list[str]:
        """Return the first lines, each judged by its own length."""
        first = []
        for line in islice(self, most):
            first.append(line)
            self.since_row_start = 0
        return first

    def put_back(self, lines: list[str], skipped: int) -> None:
        """Give these lines again; so many before them were no rows."""
        self._waiting = iter(lines)
        self.number = skipped
        self.since_row_start = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = next(self._waiting, "") or self._text.readline(MAX_ROW_CHARACTERS + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self.since_row_start += len(line)
        if self.since_row_start > MAX_ROW_CHARACTERS:
            raise UnreadableSourceError(
                f"The row at line {self.number:,} of {self._name} has more than {MAX_ROW_CHARACTERS:,} characters, "
                "so the file is not a CSV or a quotation mark never closes. Check the file at that line."
            )
        self.last = line
        return line


def _rows(lines: _Lines, delimiter: str, name: str, unwrapped: list[int]) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        start = lines.number + 1
        lines.since_row_start = 0
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            if lines.number > start or "end of data" in str(problem):
                raise UnreadableSourceError(
                    f"A quotation mark in the row at line {start:,} of {name} never closes, or closes in the wrong "
                    f"place (line {lines.number:,}). Correct that row."
                ) from problem
            yield Row(start, [lines.last.rstrip("\r\n")], "a quotation mark out of place")
            continue
        if lines.number > start:
            _refuse_swallowed(cells, delimiter, start, name)
        for index, cell in enumerate(cells):
            if cell.startswith('="') and (within := _AS_TEXT.fullmatch(cell)):
                cells[index] = within[1]
                unwrapped[0] += 1
        yield Row(start, cells)


def _refuse_swallowed(cells: list[str], delimiter: str, start: int, name: str) -> None:
    """Refuse a cell over several lines that look like rows: a lost quotation mark would hide them in silence."""
    shape = "".join(
        r"\d" if letter.isdigit() else "[A-Za-z]" if letter.isalpha() else re.escape(letter)
        for letter in cells[0][:40]
    )
    telling = len(cells[0]) >= LEAST_TELLING and r"\d" in shape
    like_a_row = re.compile(shape + re.escape(delimiter))
    for cell in cells:
        within = [line for line in cell.splitlines()[1:] if line] if "\n" in cell or "\r" in cell else []
        as_wide = sum(line.count(delimiter) == len(cells) - 1 for line in within) if len(cells) > 3 else 0
        alike = sum(bool(like_a_row.match(line)) for line in within) if telling else 0
        if as_wide or alike:
            raise UnreadableSourceError(
                f"A cell of the row at line {start:,} of {name} runs on over {max(as_wide, alike):,} lines that look "
                "like rows, so a quotation mark is missing. Correct that row."
            )


def detect_encoding(stream: IO[bytes], name: str) -> Encoding:
    r"""Return the encoding of a text: by its mark, else UTF-8 if it is, else Windows-1252 if that makes sense.

    Raises:
        UnreadableSourceError: It holds NUL bytes, or is none of these.

    >>> import io
    >>> detect_encoding(io.BytesIO("Date,£\n".encode("cp1252")), "x.csv").name
    'Windows-1252'
    """
    pieces = iter(lambda: stream.read(_PIECE), b"")
    first = next(pieces, b"")
    pieces = chain([first], pieces)
    if first.startswith(UTF_16):
        _refuse_broken_utf_16(pieces, name)
        return Encoding("UTF-16", "utf-16")
    decoder = codecs.getincrementaldecoder("utf-8")()
    total = beyond = controls = 0
    is_utf_8, outside = True, False
    for piece in pieces:
        if b"\0" in piece:
            at = total + piece.index(b"\0") + 1
            raise UnreadableSourceError(
                f"{name} holds NUL bytes (the first is byte {at:,}), so the file is damaged, not a CSV, or UTF-16 "
                "without a mark. Export the file again, or save it as CSV UTF-8."
            )
        total += len(piece)
        try:
            if is_utf_8:
                decoder.decode(piece)
        except UnicodeDecodeError:
            is_utf_8 = False
        if not piece.isascii():
            beyond += len(piece.translate(None, _ASCII))
            outside |= any(byte in piece for byte in _NOT_IN_CP1252)
        controls += len(piece) - len(piece.translate(None, _CONTROLS))
    if is_utf_8 and not decoder.getstate()[0]:  # which are bytes of a letter that breaks off
        return Encoding("UTF-8 with a mark" if first.startswith(codecs.BOM_UTF8) else "UTF-8", "utf-8-sig")
    if outside or controls or beyond > MOST_BEYOND_ASCII * total:
        raise UnreadableSourceError(
            f"{name} is neither UTF-8 nor Windows-1252 text. Save the file as CSV UTF-8."
        )
    return Encoding(
        "Windows-1252",
        "cp1252",
        f"The file is not UTF-8 and was read as Windows-1252. {beyond:,} characters depend on that: "
        "check names with accents and pound signs.",
    )


def _refuse_broken_utf_16(pieces: Iterable[bytes], name: str) -> None:
    try:
        if any("\0" in text for text in codecs.iterdecode(pieces, "utf-16")):
            raise UnreadableSourceError(
                f"{name} holds NUL characters, so the file is damaged. Export the file again."
            )
    except UnicodeDecodeError as problem:
        raise UnreadableSourceError(
            f"{name} begins as UTF-16 and breaks off or is damaged after that. Export the file again, or save it as CSV UTF-8."
        ) from problem


def declared_delimiter(line: str) -> str:
    r"""Return the delimiter that a first line like `sep=;` declares, as Excel has it; "" if it declares none.

    >>> declared_delimiter("sep=;\r\n"), declared_delimiter("Date,Place\n")
    (';', '')
    """
    stripped = line.strip("\r\n ").strip('"')
    declares = stripped.casefold().startswith("sep=") and len(stripped) == 5
    return stripped[-1] if declares and stripped[-1] in DELIMITERS else ""


def detect_delimiter(sample: list[str], name: str) -> str:
    r"""Return the delimiter by which most lines come out with the same number of fields, two or more.

    Where two divide equally many lines alike, it is the one that makes more fields of them.

    Raises:
        UnreadableSourceError: None divides the lines.

    >>> detect_delimiter(["Date;Place\n", "01/10/2024;Bank, Poultry\n", "02/10/2024;Bow Lane\n"], "x.csv") == ";"
    True
    """
    scores = {delimiter: _score(sample, delimiter) for delimiter in DELIMITERS}
    best = max(scores, key=lambda delimiter: scores[delimiter])
    if scores[best] == (0, 0):
        raise UnreadableSourceError(
            f"{name} has no columns: no comma, semicolon, tab or bar separates the fields. "
            "Check that you chose the right file, and save it as CSV."
        )
    return best


def _score(sample: list[str], delimiter: str) -> tuple[int, int]:
    try:
        widths = Counter(len(row) for row in csv.reader(sample, delimiter=delimiter) if len(row) > 1)
    except csv.Error:  # a field without end: that is told where the rows are read
        widths = Counter(line.count(delimiter) + 1 for line in sample if delimiter in line)
    width, lines = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    return lines, width
