"""A pack as an Excel workbook: what it is and what is in it first, then every table as a sheet of numbers, the definitions last."""

import re
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from textwrap import wrap
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.writer.excel import ExcelWriter

from vulncore.charts.theme import LIGHT
from vulncore.domain.periods import day_name
from vulncore.findings.shared.workbook import MOST_WIDE, keep_heading, print_across, write_cell
from vulncore.packs.documents.cells import FILLS, GROUP_FILL, LONGEST, plain_value
from vulncore.packs.documents.settled import settled, written
from vulncore.packs.part import PackAbout, PackContent, PackTable

ABOUT: Final = "About"
DEFINITIONS: Final = "Definitions"
LONGEST_SHEET_NAME: Final = 31  # as UTF-16 has them, which is how Excel counts
CUT: Final = "…"
LONGEST_HEADER: Final = 255  # letters of all of a printed page's header, or of its foot
NO_NAME: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
MOST_DECIMALS: Final = 3
LINE_HEIGHT: Final = 15.0  # points
ABOUT_WIDTHS: Final = {"A": 33.0, "B": 100.0}  # letters
HIGHEST: Final = 409.0  # points of a row
BESIDE: Final = 2  # letters of a column's width that its texts leave free
BOLD_WIDTH: Final = 0.8  # of a column's width in letters: as many bold ones as surely have room in a line
LEAST_WIDE, FIGURE_WIDE, WORDS_WIDE = 10, 13, 70  # letters
NO_APPLICATION: Final = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>'
)


def book(content: PackContent) -> bytes:
    """Return a pack as XLSX; the same pack gives the same bytes.

    Each table is a sheet: its title, the marking, whose figures, that they are made where they are, its heading and its rows; then its
    notes. Numbers are numbers; what the table hides stays the text that it has. No text is a formula.
    """
    made, about = Workbook(), content.about
    first = made.active
    first.title = ABOUT
    tables = [table for part in content.parts for table in part.tables]
    names = sheet_names([table.name for table in tables])
    for name, table in zip(names, tables, strict=True):
        _table_sheet(made.create_sheet(name), table, about)
    _table_sheet(made.create_sheet(DEFINITIONS), content.definitions, about)
    listed = [*zip(names, tables, strict=True), (DEFINITIONS, content.definitions)]
    _about_sheet(first, content, [(name, table.caption) for name, table in listed])
    for sheet in made.worksheets:
        print_across(sheet)
        sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
        _mark(sheet, about)
    _name_properties(made, about)
    return settled(_saved(made), about)


def sheet_names(names: Sequence[str]) -> list[str]:
    """Return names as sheets may have them, all unlike one another, "About" and "Definitions".

    >>> sheet_names(["Rape: by month", "rape by month", "'", "About"])
    ['Rape by month', 'rape by month (2)', 'Table', 'About (2)']
    """
    taken = {ABOUT.casefold(), DEFINITIONS.casefold(), "history"}  # the last is Excel's own
    given = []
    for name in names:
        plain = " ".join(NO_NAME.sub(" ", name).split()).strip("'") or "Table"
        number, shown = 1, _short(plain, LONGEST_SHEET_NAME)
        while shown.casefold() in taken:
            number += 1
            end = f" ({number})"
            shown = _short(plain, LONGEST_SHEET_NAME - len(end)) + end
        taken.add(shown.casefold())
        given.append(shown)
    return given


def _short(name: str, most: int) -> str:
    """Return a name in so many letters, marked where it is cut."""
    if len(name.encode("utf-16-le")) <= 2 * most:
        return name
    while len(name.encode("utf-16-le")) > 2 * (most - len(CUT)):
        name = name[:-1]
    return name.rstrip(" '") + CUT


def _about_sheet(sheet: Any, content: PackContent, tables: Sequence[tuple[str, str]]) -> None:
    about = content.about
    publish = about.publish
    rows = [
        (about.title, ""),
        (about.marking.words, ""),
        ("", ""),
        ("Force", about.force),
        ("Figures to", about.to),
        ("Dataset", publish.dataset),
        ("Version", f"{publish.number}, published {day_name(publish.published_at)}"),
        ("Source", about.source),
        *([("Made data", about.made)] if about.made else []),
        ("Made for", about.audience.words),
        ("Marking", about.marking.words),
        ("Protection", about.protection),
        ("", ""),
        ("Sheets", ""),
    ]
    headings = [1, 2, len(rows)]
    rows += [(name, caption) for name, caption in tables]
    rows += [("", ""), ("What was left out", "")]
    headings.append(len(rows))
    rows += [("", text) for text in content.left_out] or [
        ("", "Nothing that this pack asks for was left out.")
    ]
    for place, values in enumerate(rows, start=1):
        for column, text in enumerate(values, start=1):
            if text:
                write_cell(sheet.cell(place, column), text[:LONGEST])
                sheet.cell(place, column).alignment = Alignment(
                    vertical="top", wrap_text=column == 2 or place not in headings
                )
    for place in headings:
        sheet.cell(place, 1).font = _font(bold=True, size=14 if place == 1 else 11)
    for place, (name, _caption) in enumerate(tables, start=headings[2] + 1):
        cell, quoted = sheet.cell(place, 1), name.replace("'", "''")
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!A1", display=name)
        cell.font = _font(color=LIGHT.accent[1:], underline="single")
    for letter, width in ABOUT_WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    for place, values in enumerate(rows, start=1):
        if place not in headings:
            _raise(sheet, place, values, [width - BESIDE for width in ABOUT_WIDTHS.values()])


def _table_sheet(sheet: Any, table: PackTable, about: PackAbout) -> None:
    above = [table.caption or table.name, about.marking.words, about.foot, *filter(None, [about.made])]
    for place, text in enumerate(above, start=1):
        write_cell(sheet.cell(place, 1), text)
    sheet["A1"].font, sheet["A2"].font = _font(bold=True, size=14), _font(bold=True)
    heading = len(above) + 2
    formats = dict(_formats(table))
    widths = [_width(table, column) for column in range(len(table.frame.columns))]
    for column, name in enumerate(map(str, table.frame.columns), start=1):
        cell = sheet.cell(heading, column)
        write_cell(cell, name)
        cell.font, cell.border = _font(bold=True), Border(bottom=Side("medium", color=LIGHT.accent[1:]))
        cell.alignment = _aligned(name in table.figures, indent=int(column > 1), is_head=True)
        sheet.column_dimensions[get_column_letter(column)].width = widths[column - 1]
    _raise(sheet, heading, map(str, table.frame.columns), [width * BOLD_WIDTH for width in widths])
    for place, values in enumerate(table.frame.itertuples(index=False)):
        cells = [sheet.cell(heading + 1 + place, column) for column in range(1, len(values) + 1)]
        if place in table.groups:
            write_cell(cells[0], plain_value(values[0]))
            for cell in cells:
                cell.font, cell.fill = _font(bold=True), _fill(GROUP_FILL)
            continue
        for cell, name, value in zip(cells, map(str, table.frame.columns), values, strict=True):
            write_cell(cell, plain_value(value))
            is_figure = name in table.figures
            cell.alignment = _aligned(is_figure, indent=int(cell.column > 1))
            if cell.data_type == "n" and is_figure:
                cell.number_format = formats[name]
            if (place, name) in table.tints:
                cell.fill = _fill(FILLS[table.tints[place, name]])
        _raise(sheet, heading + 1 + place, map(str, values), [width - BESIDE for width in widths])
    for place, text in enumerate(table.notes, start=heading + len(table.frame) + 2):
        write_cell(sheet.cell(place, 1), text)
    keep_heading(sheet, heading)


def _formats(table: PackTable) -> Iterator[tuple[str, str]]:
    """Yield how the numbers of each column of figures are written: in thousands, with as many decimals as any of them needs."""
    for name, values in table.frame.items():
        numbers = [
            number
            for value in values
            if isinstance(number := plain_value(value), float) and not number.is_integer()
        ]
        decimals = max((_decimals(number) for number in numbers), default=0)
        yield str(name), "#,##0" + (f".{'0' * decimals}" if decimals else "")


def _decimals(number: float) -> int:
    text = f"{number:.{MOST_DECIMALS}f}".rstrip("0")
    return max(len(text.partition(".")[2]), 1)


def _width(table: PackTable, column: int) -> float:
    """Return how wide a column is, in letters."""
    name = str(table.frame.columns[column])
    texts = [
        str(value) for place, value in enumerate(table.frame.iloc[:, column]) if place not in table.groups
    ]
    longest = max((len(text) for text in texts), default=0) + BESIDE
    if name in table.figures:
        return float(min(max(longest, FIGURE_WIDE), MOST_WIDE))
    most = MOST_WIDE if longest <= 2 * MOST_WIDE else WORDS_WIDE
    return float(min(max(longest, min(len(name) + BESIDE, 2 * LEAST_WIDE), LEAST_WIDE), most))


def _raise(sheet: Any, place: int, texts: Iterable[str], widths: Sequence[float]) -> None:
    """Make a row as high as its texts ask: not every program does so by itself."""
    lines = max(
        (len(wrap(text[:LONGEST], max(int(width), 1))) for text, width in zip(texts, widths, strict=True)),
        default=1,
    )
    if lines > 1:
        sheet.row_dimensions[place].height = min(LINE_HEIGHT * lines, HIGHEST)


def _aligned(is_figure: bool, *, indent: int, is_head: bool = False) -> Alignment:
    """Return how a cell's text lies: figures to the right, texts to the left and off the figures before them."""
    return Alignment(
        horizontal="right" if is_figure else "left",
        vertical="bottom" if is_head else "top",
        wrap_text=is_head or not is_figure,
        indent=0 if is_figure else indent,
    )


def _font(**looks: Any) -> Font:
    """Return the workbook's font, bold or large; without its name it would be another one."""
    return Font(**{"name": "Calibri", "family": 2, "size": 11, "scheme": "minor", **looks})


def _fill(colour: str) -> PatternFill:
    return PatternFill("solid", fgColor=colour)


def _mark(sheet: Any, about: PackAbout) -> None:
    """Write the marking at the head and foot of each printed page, that data is made, and the page's number."""
    marking = _as_header(about.marking.words)
    sheet.oddHeader.center.text = sheet.oddFooter.center.text = marking
    made = _as_header(about.made)
    if made and len(marking) + len(made) + 6 <= LONGEST_HEADER:
        sheet.oddHeader.right.text = made
    whose = _as_header(f"{about.force}, to {about.to}")
    if len(marking) + len(whose) + 24 <= LONGEST_HEADER:
        sheet.oddFooter.left.text = whose
    sheet.oddFooter.right.text = "Page &P of &N"


def _as_header(text: str) -> str:
    """Return a text as a printed header has it, in which & begins a command."""
    return " ".join(written(text).split()).replace("&", "&&")


def _name_properties(made: Workbook, about: PackAbout) -> None:
    properties = made.properties
    moment = about.publish.published_at.replace(tzinfo=None, microsecond=0)
    properties.title = written(f"{about.title}, {about.force}, to {about.to}")[:255]
    properties.subject, properties.category = written(about.marking.words), written(about.made)
    properties.creator = properties.lastModifiedBy = written(about.force)[:255]
    properties.description = properties.keywords = ""
    properties.revision = "1"
    properties.created = properties.modified = moment


def _saved(made: Workbook) -> bytes:
    """Return a workbook's bytes; saved by itself it would take the present for the moment of its last change."""
    file, named_by_nobody = BytesIO(), BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        ExcelWriter(made, archive).save()
    with ZipFile(file) as parts, ZipFile(named_by_nobody, "w", ZIP_DEFLATED) as again:
        for name in parts.namelist():
            again.writestr(name, NO_APPLICATION if name == "docProps/app.xml" else parts.read(name))
    return named_by_nobody.getvalue()
