"""A table as an Excel workbook that says what it is."""

import io
import re
from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

UNWRITABLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
)  # what a workbook can't hold
MOST_WIDE: Final = 40  # letters


def workbook(name: str, lines: Sequence[str], rows: pd.DataFrame) -> bytes:
    """Return a table as XLSX: what it is and where it comes from, then a heading and a row for each of `rows`.

    Texts stay texts: none is read as a formula, whatever it begins with.

    The lines say what the table is, whose, from when and from where, the first as its title; `name` is the sheet's. What is
    missing in `rows`, whose columns are named for people, stays an empty cell.
    """
    from openpyxl import Workbook  # noqa: PLC0415 - slow to import, and needed for who asks for the file
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book = Workbook()
    sheet = book.active
    sheet.title = name
    labels, heading = [str(label) for label in rows.columns], len(lines) + 2
    written = [*([line] for line in lines), [], labels, *rows.itertuples(index=False)]
    for place, values in enumerate(written, start=1):
        for column, value in enumerate(values, start=1):
            write_cell(sheet.cell(place, column), value)
    sheet["A1"].font = Font(bold=True, size=14)
    for column, label in enumerate(labels, start=1):
        cell = sheet.cell(heading, column)
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="bottom")
        texts = [label, *map(str, rows.iloc[:, 0])] if column == 1 else [label[:14]]
        sheet.column_dimensions[get_column_letter(column)].width = min(MOST_WIDE, max(map(len, texts)) + 2)
    keep_heading(sheet, heading)
    print_across(sheet)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def write_cell(cell: Any, value: Any) -> None:
    """Write a value into a cell: a text as a text, whatever it begins with, and what is missing not at all."""
    if pd.isna(value):
        return
    cell.value = UNWRITABLE.sub("?", value) if isinstance(value, str) else value
    if isinstance(value, str):
        cell.data_type = "s"  # a text that begins like a formula is none


def keep_heading(sheet: Any, heading: int) -> None:
    """Keep the row of a table's heading, and its first column, in sight and on each printed page."""
    sheet.freeze_panes = sheet.cell(heading + 1, 2)
    sheet.print_title_rows = f"{heading}:{heading}"


def print_across(sheet: Any) -> None:
    """Print a sheet on its side, as wide as a page and on as many as it takes."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
