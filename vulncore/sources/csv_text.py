"""CSV as text, judged line by line: the reader of every table whose columns are known.

One line is one row: none of the formats read here has line breaks within a field. So a quotation mark that
never closes spoils only its own line, and every line keeps its number.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from typing import Final, NamedTuple

from vulncore.domain.delivery import printable
from vulncore.domain.errors import InvalidRowsError, UnreadableSourceError, first_five

MAX_TABLE_BYTES: Final = 20_000_000  # a table of counts that people keep is thousands of times smaller
MAX_TABLE_LINES: Final = 200_000  # every force's monthly figures of twenty measures for fifteen years
MAX_LINE_BYTES: Final = 10_000  # thirty times the longest line that the City's street files have

UNCLOSED: Final = "a quotation mark out of place"
TOO_FEW: Final = "too few fields"
TOO_MANY: Final = "too many fields"

_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_ZIP: Final = b"PK\x03\x04"  # what every workbook begins with: ODS and XLSX are zips

Rows = Mapping[int, Sequence[str]]
"""The fields of lines, by the number of each: 1 is the heading's."""


class Misfit(NamedTuple):
    """A line that does not have the heading's fields: its number, why, and its text."""

    line: int
    reason: str
    text: str


@dataclass
class Lines:
    """Lines beneath a heading, which is line 1: the fields of those that have as many, by number, and the others.

    `unended` is the number of the file's last line if that has no end, else 0, and `hidden` counts the rows of a sheet
    that are hidden.
    """

    name: str
    heading: list[str]
    unended: int
    rows: Rows = field(default_factory=dict)
    misfits: list[Misfit] = field(default_factory=list)
    hidden: int = 0

    @property
    def read(self) -> int:
        """How many lines there are."""
        return len(self.rows) + len(self.misfits)


def line_batches(content: bytes, name: str, most: int, size: int, separators: str = ",") -> Iterator[Lines]:
    """Yield a file's heading without lines, and then its lines so many at a time; raises as `text_lines` does.

    What separates the fields is that of `separators` which makes most of the heading.
    """
    lines = text_lines(content, name, most)
    line_1 = next(lines)
    separator = max(separators, key=lambda sign: len(fields(line_1, sign) or []))
    heading = [cell.strip() for cell in fields(line_1, separator) or []]
    unended = 0 if content.endswith((b"\n", b"\r")) else content.rstrip(b" \t\r\n").count(b"\n") + 1
    yield Lines(name, heading, unended)
    for first in count(2, size):
        rows: dict[int, list[str]] = {}
        batch = Lines(name, heading, unended, rows)
        for number, line in enumerate(islice(lines, size), first):
            cells = fields(line, separator)
            if cells is not None and len(cells) == len(heading):
                rows[number] = cells
            else:
                reason = UNCLOSED if cells is None else TOO_FEW if len(cells) < len(heading) else TOO_MANY
                batch.misfits.append(Misfit(number, reason, line))
        yield batch
        if batch.read < size:
            return


def require_end(lines: Lines) -> None:
    """Refuse a file that breaks off in the middle of a line.

    Raises:
        UnreadableSourceError: Its last line has no end and too few fields.
    """
    if lines.misfits and lines.misfits[-1].line == lines.unended and lines.misfits[-1].reason != TOO_MANY:
        raise UnreadableSourceError(
            f"{lines.name} breaks off in line {lines.unended}, so rows are missing. Download the file again."
        )


def read_table(path: Path, separators: str = ",") -> Lines:
    """Return a table of counts, its fields stripped; what separates them is one of some signs.

    Raises:
        UnreadableSourceError: The file is missing, empty, too large, a workbook, not UTF-8, or has no rows.
    """
    name = printable(path.name)
    if not path.is_file():
        raise UnreadableSourceError(f"There is no file {printable(str(path))}. Check the name.")
    size = path.stat().st_size
    if size > MAX_TABLE_BYTES:
        raise UnreadableSourceError(
            f"{name} has {size:,} bytes. A table of counts has no more than {MAX_TABLE_BYTES:,} bytes. "
            "Check that you chose the right file."
        )
    content = path.read_bytes()
    if content.startswith(_ZIP):
        raise UnreadableSourceError(
            f"{name} is a workbook or a zip, not a CSV. Open the file, choose the sheet with the figures and save "
            "that sheet as CSV UTF-8."
        )
    if content.startswith(_UTF_16):  # a spreadsheet's "Unicode text"
        content = content.decode("utf-16", errors="replace").replace("\ufffd", "\0").encode()
    _, lines = line_batches(content, name, MAX_TABLE_LINES, MAX_TABLE_LINES + 1, separators)
    if not lines.read:
        raise UnreadableSourceError(f"{name} has a heading and no rows. Check that the file is whole.")
    lines.rows = {number: [cell.strip() for cell in cells] for number, cells in lines.rows.items()}
    return lines


def text_lines(content: bytes, name: str, most: int) -> Iterator[str]:
    r"""Yield a file's lines one by one, without their ends: UTF-8, with or without a byte order mark.

    Empty lines at the file's end are no lines of it. None of the refusals waits for the lines before it
    to be kept, so that a file made to swell costs no more memory than its bytes.

    Raises:
        UnreadableSourceError: There is nothing in it, it has more than `most` lines or one that is far too
            long, it is not UTF-8, or it holds NUL bytes.

    >>> list(text_lines(b"\xef\xbb\xbfa,b\r\n1,2\r\n\r\n", "x.csv", most=10))
    ['a,b', '1,2']
    """
    rows = content.rstrip(b" \t\r\n")
    if not rows:
        raise UnreadableSourceError(f"{name} is empty: it has not even a heading. Download the file again.")
    if b"\0" in content:
        raise UnreadableSourceError(
            f"{name} has {content.count(0)} NUL bytes, so the file is damaged or not a CSV. Download the file again."
        )
    lines = content.count(b"\n")
    if lines > most:
        raise UnreadableSourceError(
            f"{name} has {lines:,} lines. A file like this has at most {most:,}. Check that you chose the right file."
        )
    for number, line in enumerate(io.BytesIO(rows), start=1):
        if len(line) > MAX_LINE_BYTES:
            raise UnreadableSourceError(
                f"Line {number} of {name} has {len(line):,} bytes. A line has at most "
                f"{MAX_LINE_BYTES:,}. Check that you chose the right file."
            )
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as problem:
            raise UnreadableSourceError(
                f"{name} is not UTF-8 text (line {number}). Save the file as CSV UTF-8."
            ) from problem
        yield text.removesuffix("\n").removesuffix("\r")


def fields(line: str, separator: str = ",") -> list[str] | None:
    """Return a line's fields; None where a quotation mark is out of place or never closes.

    >>> fields('a,"b, c",d'), fields('a,"b, c')
    (['a', 'b, c', 'd'], None)
    """
    if '"' not in line:
        return line.split(separator)
    try:
        return next(csv.reader([line], delimiter=separator, strict=True))
    except csv.Error:
        return None


def whole_count(cell: str) -> int | None:
    """Return a cell's count; None unless it is a whole number that is not negative, in plain digits.

    >>> whole_count("187"), whole_count("-1"), whole_count("1,044"), whole_count("3.0")
    (187, None, None, None)
    """
    return int(cell) if cell.isascii() and cell.isdigit() and len(cell) <= 12 else None


def require_header(lines: Lines, expected: Sequence[str]) -> None:
    """Refuse a table whose columns are not the expected ones in their order, or of which a line has not their fields.

    Raises:
        UnreadableSourceError: Columns are absent, unknown, repeated or in another order.
        InvalidRowsError: Lines have more fields than the heading, or fewer.
    """
    absent = [name for name in expected if name not in lines.heading]
    unknown = [name[:40] for name in lines.heading if name not in expected]
    if lines.heading != list(expected):
        faults = [
            *([f"{len(absent)} are missing ({first_five(absent)})"] if absent else []),
            *([f"{len(unknown)} are unknown ({first_five(unknown)})"] if unknown else []),
        ]
        raise UnreadableSourceError(
            f"The columns of {lines.name} are not as expected: "
            f"{' and '.join(faults) or 'their order differs, or a column repeats'}. "
            f"Write the heading as {','.join(expected)}."
        )
    if lines.misfits:
        raise InvalidRowsError(
            f"{len(lines.misfits)} lines of {lines.name} do not have the heading's {len(lines.heading)} fields: "
            f"line {first_five(misfit.line for misfit in lines.misfits)}. Correct these lines."
        )
