"""What an extract is once it has been read, and its raw rows while they are read."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from vulncore.domain.disk import NamedFile
from vulncore.domain.errors import Reject, UnreadableSourceError

EXACT = 2**53  # beyond it a number of a spreadsheet stands for several whole ones
UNCOMPUTED = "\0"
"""Stands for a formula that was saved without its value: no text of a file can be this."""


_NOTHING = dict.fromkeys(
    [0xAD, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
_SPACES = dict.fromkeys([0xA0, 0x2007, 0x202F], " ")
_INVISIBLE = _NOTHING | _SPACES
MOSTLY_DIGITS = 0.4  # of the letters and digits: so a cell looks like a number, a date, a time or a code
MOST_OF_A_CODE = 200
TEXT_MARKS = "'\u2018\u2019\u00b4"


def without_invisible(text: str) -> str:
    r"""Return a text without letters that nobody sees: soft hyphens, marks of order and of direction; spaces that don't break are plain ones.

    >>> without_invisible("\ufeff01/10/2024\u200b"), without_invisible("Bow\u00a0Lane")
    ('01/10/2024', 'Bow Lane')
    """
    return text if text.isascii() else text.translate(_INVISIBLE)


def clean_cell(cell: str) -> str:
    """Return a cell without spaces around it, and without what nobody sees or only tells a spreadsheet that it is text."""
    bare = cell.strip()
    if bare.isascii() and bare[:1] != "'":
        return bare  # nearly every cell
    return without_text_mark(without_invisible(bare).strip())


def without_text_mark(cell: str) -> str:
    """Return a cell without the apostrophe that tells a spreadsheet to take a number, a date or a code as text.

    >>> [without_text_mark(cell) for cell in ("'01/10/2024", "'19C", "'2024-10-01'", "'80s Bar", "'Til Late")]
    ['01/10/2024', '19C', '2024-10-01', "'80s Bar", "'Til Late"]
    """
    if not cell or cell[0] not in TEXT_MARKS:
        return cell
    signs = [letter for letter in cell[:MOST_OF_A_CODE] if letter.isalnum()]
    is_code = bool(signs) and sum(letter.isdigit() for letter in signs) >= MOSTLY_DIGITS * len(signs)
    return cell.strip(TEXT_MARKS).strip() if is_code else cell


def number_text(value: float, digits: int = 15) -> str:
    """Return a number as text: a whole one without decimals, and no more digits than a spreadsheet shows.

    Of a whole number so large that its last digits are lost no digit is made up: as a reference it is refused.

    >>> [number_text(value) for value in (532650.0, 0.1 + 0.2, 1234567890123456.0, 12345678901234567)]
    ['532650', '0.3', '1234567890123456', '1.23456789012346e+16']
    """
    if isfinite(value) and value == int(value) and abs(value) < EXACT:
        return str(int(value))
    return f"{value:.{digits}g}"


LINES = ""
"""What the column is called that holds the line of each row: no column of an extract is called so."""


@dataclass(frozen=True)
class Question:
    """What is to be read: the arguments of `read_extract`."""

    path: Path
    sheet: str | None
    heading: tuple[int, int] | None
    wanted: Collection[str] | None
    most_rows: int | None


@dataclass(frozen=True)
class Extract:
    """A file of records as text, row by row, with nothing judged but its shape.

    `kind` is "CSV", "XLSX", "XLSB", "XLS", "ODS" or "Parquet"; `encoding` and `delimiter` are empty unless it is
    text, `sheet` and `sheets` unless it is a workbook. `heading` holds the first and the last line of the heading, the file's
    first being 1; the names of a Parquet file count as its first line. `columns` names every column of the
    file, each by another name; a column without name or value is none.

    `table` has the wanted columns as strings, trimmed, "" where nothing stands and never null; `lines` says
    in which line, or row of a sheet, each of its rows starts. `read` counts the rows beneath the heading, and
    each is in `table`, in `left_out` (by why it is no record) or in `rejects`. `complete` is False where
    reading stopped before the end because no more rows were asked for. `notes` are sentences for who reads it, and
    `hidden_rows` counts the rows that a filter of the sheet hides: they are read all the same.
    """

    file: NamedFile
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
    hidden_rows: int = 0

    def __post_init__(self) -> None:
        if self.read != self.table.num_rows + sum(self.left_out.values()) + len(self.rejects):
            raise AssertionError(f"rows of {self.file.name} unaccounted for: {self.read} read")


class SheetNotChosenError(UnreadableSourceError):
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
    end_with_what_is_filled: bool = False  # a short row then lacks nothing: a sheet has no empty cells
    timestamps: tuple[str, ...] = ()  # columns of dates with times, which may all be midnight and so be dates
    ends_in_a_line: Callable[[], bool] = lambda: False
    notes: Callable[[], list[str]] = field(default=list)
    hidden_rows: Callable[[], int] = int  # of a sheet, as by a filter
