"""Tables of counts as people have them: a CSV by comma, semicolon, tab or bar, or every sheet of a workbook that is one."""

from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from vulncore.domain.delivery import printable
from vulncore.domain.errors import UnreadableSourceError
from vulncore.sources.csv_text import MAX_LINE_BYTES, TOO_MANY, Lines, Misfit, fields, read_table
from vulncore.sources.extract import Sheet, kind_of_workbook, read_sheets
from vulncore.sources.extract.heading import without_empty_end

SEPARATORS: Final = ",;\t|"
HEADING_SEARCHED: Final = 20  # rows of a sheet: a title, a way back to the contents, some notes
FIRST_BYTES: Final = (
    65_536  # a heading is in the first of them, also one with a column a month for forty years
)

IsHeading = Callable[[Sequence[str]], bool]


def read_tables(path: Path, is_heading: IsHeading) -> list[Lines]:
    """Return the tables of a file: the only one of a text, whatever its heading; of a workbook the sheets that have such a heading.

    The fields are stripped, columns without name or value at the end left out, and rows have the numbers that they have in the sheet.

    Raises:
        UnreadableSourceError: The file is missing, empty, damaged, too large or of another kind, or has no rows.
    """
    kind = kind_of_workbook(path) if path.is_file() else None
    if kind:
        sheets = read_sheets(path, kind)
        return [table for sheet in sheets if (table := _table(sheet, printable(path.name), is_heading))]
    return [_without_empty_columns(read_table(path, SEPARATORS))]


def first_headings(path: Path) -> list[list[str]]:
    """Return what could be headings in a file: the first line of a text, or the first rows of each sheet of a workbook.

    Raises:
        OSError: The file can't be read.
        UnreadableSourceError: It is a workbook that can't be read.
    """
    kind = kind_of_workbook(path)
    if kind:
        return [row for sheet in read_sheets(path, kind, HEADING_SEARCHED) for row in sheet.rows.values()]
    with path.open("rb") as stream:
        first = stream.read(FIRST_BYTES)
    text = first.decode(
        "utf-16" if first.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig", errors="replace"
    )
    line = text.partition("\n")[0].strip("\r\n")[:MAX_LINE_BYTES]
    split = (fields(line, separator) or [] for separator in SEPARATORS)
    return [without_empty_end([cell.strip() for cell in cells]) for cells in split]


def _table(sheet: Sheet, file: str, is_heading: IsHeading) -> Lines | None:
    name = f"{file}, sheet {printable(sheet.title)}"
    for line, cells in islice(sheet.rows.items(), HEADING_SEARCHED):
        heading = without_empty_end(cells)
        if not is_heading(heading):
            continue
        rows, misfits = {}, []
        for number, row in sheet.rows.items():
            if number > line:
                filled = without_empty_end(row)
                if len(filled) > len(heading):
                    misfits.append(Misfit(number, TOO_MANY, " ".join(filled)))
                else:
                    rows[number] = filled + [""] * (len(heading) - len(filled))
        if not rows:
            raise UnreadableSourceError(f"{name} has a heading and no rows. Check that the file is whole.")
        return Lines(name, heading, 0, rows, misfits, sheet.hidden)
    return None


def _without_empty_columns(lines: Lines) -> Lines:
    """Return a table without the columns at its end that have no name and hold nothing: a spreadsheet leaves them."""
    width = len(without_empty_end(lines.heading))
    if width < len(lines.heading) and not any(any(row[width:]) for row in lines.rows.values()):
        lines.heading = lines.heading[:width]
        lines.rows = {number: row[:width] for number, row in lines.rows.items()}
    return lines
