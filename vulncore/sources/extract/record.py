"""What is known of an extract once it has been read."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import pyarrow as pa

from vulncore.domain.delivery import SourceFile
from vulncore.domain.errors import Reject, UnreadableSourceError


@dataclass(frozen=True)
class Extract:
    """A file of records as text, row by row, with nothing judged but its shape.

    `kind` is "CSV", "XLSX" or "Parquet"; `encoding` and `delimiter` are empty unless it is text, `sheet` and
    `sheets` unless it is a workbook. `heading` holds the first and the last line of the heading, the file's
    first being 1; the names of a Parquet file count as its first line. `columns` names every column of the
    file, each by another name; a column without name or value is none.

    `table` has the wanted columns as strings, trimmed, "" where nothing stands and never null; `lines` says
    in which line, or row of a sheet, each of its rows starts. `read` counts the rows beneath the heading, and
    each is in `table`, in `left_out` (by why it is no record) or in `rejects`. `complete` is False where
    reading stopped before the end because no more rows were asked for. `notes` are sentences for who reads it.
    """

    file: SourceFile
    kind: str
    encoding: str
    delimiter: str
    sheet: str
    sheets: tuple[str, ...]
    heading: tuple[int, int]
    columns: tuple[str, ...]
    table: pa.Table
    lines: pa.Array
    read: int
    left_out: dict[str, int]
    rejects: tuple[Reject, ...]
    complete: bool
    notes: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.read != self.table.num_rows + sum(self.left_out.values()) + len(self.rejects):
            raise AssertionError(f"rows of {self.file.name} unaccounted for: {self.read} read")


class SheetNotSaidError(UnreadableSourceError):
    """Several sheets of a workbook could be the extract: `sheets` names them, for somebody to choose."""

    def __init__(self, message: str, sheets: Iterable[str]) -> None:
        super().__init__(message)
        self.sheets = tuple(sheets)


class Row(NamedTuple):
    """A row as its file has it: the line it starts on, its cells, and why it can't be used if it can't."""

    line: int
    cells: list[str]
    fault: str = ""


@dataclass
class RawRows:
    """A file's rows one after the other, and what is known of it. What is a callable can be asked at the end."""

    kind: str
    rows: Iterator[Row]
    share: Callable[[], float]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    merged: tuple[tuple[int, int, int, int], ...] = ()  # first row, first column, last row, last column
    names: tuple[str, ...] | None = None  # where the file itself says what its columns are called
    end_with_what_is_filled: bool = (
        False  # so that a short row lacks nothing: a sheet has no cells where nothing stands
    )
    timestamps: tuple[str, ...] = ()  # columns of dates with times, which may all be midnight and so be dates
    ends_in_a_line: Callable[[], bool] = lambda: False
    notes: Callable[[], list[str]] = field(default=list)


UNCOMPUTED = "\0"
"""Stands for a formula that was saved without its value: no text of a file can be this."""


EMPTY_ROW: Final = "empty row"
TOTALS_ROW: Final = "totals row"
HEADING_REPEATED: Final = "heading repeated"

_TOTAL = re.compile(
    r"\(?(?:(?:grand |sub-? ?|overall |report )?totals?|sum|count|row count|no of records|number of (?:records|rows)"
    r"|total (?:records|rows|crimes|incidents|offences|number)|records|rows)\b\s*[:=(]?\s*[\d,.]*\s*\)?"
    r"|\(?[\d,]+ (?:rows?|records?)(?: (?:affected|returned|selected|found|listed))?\)?\.?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[-+(]?[£$€]?[\d,]*\.?\d+ ?%?\)?")


def is_totals_row(cells: Sequence[str]) -> bool:
    """Return whether a row sums up others, and is no record.

    It is where its first filled cell says so and says nothing else ("Total", "Grand total: 5", "312 rows"), and
    each further cell is empty, a number, or says so again. A record always has a date or a text beside.

    >>> is_totals_row(["Total", "", "1,204"]), is_totals_row(["Total", "01/10/2024", "Bow Lane"])
    (True, False)
    """
    filled = [cell for cell in cells if cell]
    if not filled or not _TOTAL.fullmatch(filled[0]):
        return False
    return all(cell == UNCOMPUTED or _NUMBER.fullmatch(cell) or _TOTAL.fullmatch(cell) for cell in filled[1:])


def is_value(cell: str) -> bool:
    """Return whether a cell looks like a number, a date, a time or a code, and so like no heading.

    >>> [is_value(cell) for cell in ("5 March 2024", "14:30", "42A/1234/24", "Address line 1", "Date from")]
    [True, True, True, False, False]
    """
    if cell == UNCOMPUTED:
        return True
    signs = [letter for letter in cell[:200] if letter.isalnum()]
    return bool(signs) and sum(letter.isdigit() for letter in signs) >= 0.4 * len(signs)


ZIP: Final = b"PK\x03\x04"
GZIP: Final = b"\x1f\x8b"
PARQUET: Final = b"PAR1"
UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
FIRST_BYTES: Final = 1_024

_OTHERS: Final = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": (
        "an old .xls workbook, or one protected by a password. Open it in the spreadsheet program and save it "
        "as XLSX without a password"
    ),
    b"PAR": "an encrypted Parquet file. Write it without encryption",
    b"PK\x05\x06": "an empty zip. Fetch it again",
    b"%PDF": "a PDF. Ask for the extract as CSV or XLSX",
    b"{\\rtf": "a text document. Ask for the extract as CSV or XLSX",
    b"\x89PNG": "a picture. Ask for the extract as CSV or XLSX",
    b"\xff\xd8\xff": "a picture. Ask for the extract as CSV or XLSX",
    b"GIF8": "a picture. Ask for the extract as CSV or XLSX",
    b"II*\0": "a picture. Ask for the extract as CSV or XLSX",
    b"MM\0*": "a picture. Ask for the extract as CSV or XLSX",
    b"7z\xbc\xaf": "packed as 7z. Unpack it, or pack it as zip",
    b"Rar!": "packed as RAR. Unpack it, or pack it as zip",
    b"BZh": "packed as bzip2. Unpack it, or pack it as zip or gz",
    b"\xfd7zXZ": "packed as xz. Unpack it, or pack it as zip or gz",
    b"\x28\xb5\x2f\xfd": "packed as zstd. Unpack it, or pack it as zip or gz",
    b"SQLite format 3": "a database. Export its records as CSV",
    b"ARROW1": "an Arrow file. Write it as Parquet or CSV",
}

_MARKED_UP: Final = {
    "<!doctype html": "a web page, perhaps the one that asks to sign in. Fetch the extract again",
    "<html": "a web page, whatever its name says. Open it in the spreadsheet program and save it as XLSX",
    "<table": "a web page, whatever its name says. Open it in the spreadsheet program and save it as XLSX",
    "<?xml": "an XML file. Open it in the spreadsheet program and save it as XLSX",
    "<": "marked-up text, no CSV. Open it in the spreadsheet program and save it as XLSX",
    "{": "JSON, no CSV. Ask for the extract as CSV, XLSX or Parquet",
    "[{": "JSON, no CSV. Ask for the extract as CSV, XLSX or Parquet",
}


def refuse_other_kinds(first: bytes, name: str) -> None:
    r"""Refuse a file that begins like something that is no extract, saying what it is.

    Raises:
        UnreadableSourceError: It is empty, or of a kind that no reader here is for.

    >>> refuse_other_kinds(b"Crime ID,Month\n", "crimes.csv")
    >>> refuse_other_kinds(b"%PDF-1.7", "crimes.csv")
    Traceback (most recent call last):
    vulncore.domain.errors.UnreadableSourceError: crimes.csv is a PDF. Ask for the extract as CSV or XLSX.
    """
    if not first.strip(b"\xef\xbb\xbf \t\r\n"):
        raise UnreadableSourceError(f"{name} is empty: not even a heading. Fetch it again.")
    for magic, what in _OTHERS.items():
        if first.startswith(magic):
            raise UnreadableSourceError(f"{name} is {what}.")
    text = first.decode("utf-16" if first.startswith(UTF_16) else "utf-8-sig", errors="replace")
    beginning = text.lstrip().casefold()
    for mark, what in _MARKED_UP.items():
        if beginning.startswith(mark):
            raise UnreadableSourceError(f"{name} is {what}.")
