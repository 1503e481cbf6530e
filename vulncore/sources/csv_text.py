"""CSV as text, judged line by line.

One line is one row: none of the formats read here has line breaks within a field. So a quotation mark that
never closes spoils only its own line, and every line keeps its number.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from vulncore.domain.delivery import printable
from vulncore.domain.errors import InvalidRowsError, UnreadableSourceError, first_five

MAX_TABLE_BYTES: Final = 20_000_000  # a table of counts that people keep is thousands of times smaller
MAX_TABLE_LINES: Final = 200_000  # every force's monthly figures of twenty measures for fifteen years
MAX_LINE_BYTES: Final = 10_000  # thirty times the longest line that the City's street files have


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


def fields(line: str) -> list[str] | None:
    """Return a line's fields; None where a quotation mark is out of place or never closes.

    >>> fields('a,"b, c",d'), fields('a,"b, c')
    (['a', 'b, c', 'd'], None)
    """
    if '"' not in line:
        return line.split(",")
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error:
        return None


def small_table(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return a small CSV's header and its rows, each with its line number; all fields stripped.

    Raises:
        UnreadableSourceError: The file is missing, empty, too large, not UTF-8 or has no rows.
        InvalidRowsError: A row doesn't have as many fields as the header.
    """
    name = printable(path.name)
    if not path.is_file():
        raise UnreadableSourceError(f"There is no file {printable(str(path))}. Check the name.")
    if path.stat().st_size > MAX_TABLE_BYTES:
        raise UnreadableSourceError(
            f"{name} has {path.stat().st_size:,} bytes. A table of counts has at most "
            f"{MAX_TABLE_BYTES:,}. Check that you chose the right file."
        )
    parsed = [fields(line) for line in text_lines(path.read_bytes(), name, MAX_TABLE_LINES)]
    header = [cell.strip() for cell in (parsed[0] if parsed else None) or []]
    uneven = [number for number, row in enumerate(parsed, start=1) if row is None or len(row) != len(header)]
    if uneven:
        raise InvalidRowsError(
            f"{len(uneven)} lines of {name} do not have the heading's {len(header)} fields: "
            f"line {first_five(uneven)}. Correct these lines."
        )
    if len(parsed) < 2:
        raise UnreadableSourceError(f"{name} has a heading and no rows. Check that the file is whole.")
    rows = [(number, [cell.strip() for cell in row or []]) for number, row in enumerate(parsed[1:], start=2)]
    return header, rows


def whole_count(cell: str) -> int | None:
    """Return a cell's count; None unless it is a whole number that is not negative, in plain digits.

    >>> whole_count("187"), whole_count("-1"), whole_count("1,044"), whole_count("3.0")
    (187, None, None, None)
    """
    return int(cell) if cell.isascii() and cell.isdigit() and len(cell) <= 12 else None


def require_header(path: Path, header: Sequence[str], expected: Sequence[str]) -> None:
    """Refuse a table whose columns are not the expected ones in their order.

    Raises:
        UnreadableSourceError: Columns are absent, unknown, repeated or in another order.
    """
    if list(header) == list(expected):
        return
    absent = [name for name in expected if name not in header]
    unknown = [name[:40] for name in header if name not in expected]
    faults = [
        *([f"{len(absent)} are missing ({first_five(absent)})"] if absent else []),
        *([f"{len(unknown)} are unknown ({first_five(unknown)})"] if unknown else []),
    ]
    raise UnreadableSourceError(
        f"The columns of {printable(path.name)} are not as expected: "
        f"{' and '.join(faults) or 'their order differs, or a column repeats'}. "
        f"Write the heading as {','.join(expected)}."
    )
