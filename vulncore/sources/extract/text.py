"""CSV and its kin as raw rows: encoding, delimiter, and the line that each row starts on."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice
from typing import Final, Self

from vulncore.domain.errors import UnreadableSourceError
from vulncore.sources.extract.bounds import MAX_ROW_CHARACTERS
from vulncore.sources.extract.delimiters import SAMPLE_LINES, declared_delimiter, found_delimiter
from vulncore.sources.extract.encoding import found_encoding
from vulncore.sources.extract.packed import Bounded
from vulncore.sources.extract.record import RawRows, Row

LEAST_TELLING: Final = 4  # characters of a reference that tell one record from another

_AS_TEXT = re.compile(r'="([^"]*)"')


def text_rows(opened: Callable[[], Bounded], name: str, closing: ExitStack) -> RawRows:
    """Return the raw rows of a file of text.

    Args:
        opened: Opens its bytes, unpacked, from the start.
        name: What to call it.
        closing: Closes what stays open until the rows are read.

    Raises:
        UnreadableSourceError: Encoding or delimiter can't be told. While the rows are read: a quotation mark is
            out of place or never closes, or a row is far too long.
    """
    with opened() as stream:
        encoding = found_encoding(stream, name)
    raw = closing.enter_context(opened())
    text = io.TextIOWrapper(io.BufferedReader(raw), encoding=encoding.codec, newline="")
    lines = _Lines(text, name)
    sample = lines.sample(SAMPLE_LINES)
    delimiter = declared_delimiter(sample[0]) if sample else ""
    told = f"Its first line says that {delimiter!r} divides its fields." if delimiter else ""
    lines.put_back(sample[1:] if delimiter else sample, skipped=1 if delimiter else 0)
    delimiter = delimiter or found_delimiter(sample, name)
    unwrapped = [0]

    def notes() -> list[str]:
        wrapped = f'{unwrapped[0]:,} cells are written like ="00123" and were read as the text within.'
        return [note for note in (encoding.note, told, wrapped if unwrapped[0] else "") if note]

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
                "so it is no CSV or a quotation mark never closes. Check the file there."
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
                "like rows themselves, so a quotation mark is missing. Correct that row."
            )
