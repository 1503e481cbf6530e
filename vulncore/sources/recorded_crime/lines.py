"""A table of recorded crime as lines: which have the heading's fields, and why the others do not."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vulncore.domain.delivery import printable
from vulncore.domain.errors import Reject, UnreadableSourceError
from vulncore.sources.csv_text import MAX_TABLE_BYTES, MAX_TABLE_LINES, fields, text_lines
from vulncore.sources.zip_members import read_within

MISSHAPEN: Final = "another number of fields than the heading"
UNCLOSED: Final = "a quotation mark out of place"
EMPTY: Final = "an empty row"

_ZIP: Final = b"PK\x03\x04"  # what every workbook begins with: ODS and XLSX are zips

Row = tuple[int, list[str]]
"""A line's number, the first being 1, and its fields, stripped."""


@dataclass(frozen=True)
class Lines:
    """A file's heading, the rows that have its fields, those that have not, and how many are empty."""

    name: str
    heading: list[str]
    rows: list[Row]
    rejects: tuple[Reject, ...]
    empty: int

    @property
    def read(self) -> int:
        """Rows read: every line after the heading."""
        return len(self.rows) + len(self.rejects) + self.empty


def table_lines(path: Path) -> Lines:
    """Return a table's heading and its rows, every line after the heading accounted for.

    Raises:
        UnreadableSourceError: The file is missing, empty, too large, a workbook, not UTF-8, has no rows, or
            breaks off in the middle of a line.
    """
    name = printable(path.name)
    content = _content(path, name)
    lines = text_lines(content, name, MAX_TABLE_LINES)
    heading = [cell.strip() for cell in fields(next(lines)) or []]
    rows: list[Row] = []
    rejects: list[Reject] = []
    empty, number = 0, 1
    for number, line in enumerate(lines, start=2):
        cells = fields(line)
        if not line.strip(" ,\t"):
            empty += 1
        elif cells is None or len(cells) != len(heading):
            reason = UNCLOSED if cells is None else MISSHAPEN
            rejects.append(Reject(name, number, reason, printable(line[:60])))
        else:
            rows.append((number, [cell.strip() for cell in cells]))
    if number == 1:
        raise UnreadableSourceError(f"{name} has a heading and no rows. Save the whole sheet as CSV UTF-8.")
    if rejects and rejects[-1].line == number and not content.endswith((b"\n", b"\r")):
        raise UnreadableSourceError(
            f"{name} breaks off in line {number}, so rows are missing. Download the file again."
        )
    return Lines(name, heading, rows, tuple(rejects), empty)


def _content(path: Path, name: str) -> bytes:
    if not path.is_file():
        raise UnreadableSourceError(f"There is no file {printable(str(path))}. Check the name.")
    with path.open("rb") as stream:
        content = read_within(
            stream,
            MAX_TABLE_BYTES,
            f"{name} has more than {MAX_TABLE_BYTES:,} bytes, too many for a table of recorded crime. "
            "Check that you chose the right file.",
        )
    if content.startswith(_ZIP):
        raise UnreadableSourceError(
            f"{name} is a workbook or a zip, not a CSV. Open the file, choose the sheet with the figures and save "
            "that sheet as CSV UTF-8."
        )
    return content
