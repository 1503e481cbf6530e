"""What Word documents are put together of: page, styles, marking, tables, pictures, links."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from io import BytesIO
from typing import Any, Final

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Length, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from vulncore.charts.theme import LIGHT
from vulncore.packs.documents.cells import FILLS, GROUP_FILL, cell_words
from vulncore.packs.documents.settled import written
from vulncore.packs.part import PackAbout, PackTable, Picture

A4_CM: Final = (21.0, 29.7)
MARGIN_CM: Final = 2.0
FONT: Final = "Arial"
HEAD_FILL: Final = "1B2733"
STYLES: Final = {
    "Finding": ("Normal", 13, True, LIGHT.ink),
    "Source": ("Normal", 9, False, LIGHT.quiet),
    "Commentary": ("Normal", 11, False, LIGHT.ink),
    "Marking": ("Normal", 10, True, LIGHT.ink),
    "Table text": ("Normal", 8.5, False, LIGHT.ink),
    "Wide table text": ("Normal", 7.5, False, LIGHT.ink),
}
"""Styles that are added where a template has none of that name: what they are based on, points, bold, colour."""
FEWEST_LETTERS, MOST_LETTERS, AROUND_LETTERS, BOLD = 4.0, 26.0, 2.5, 1.2
"""How wide a column is, in letters, and how much room there is around them, and how much wider bold ones are."""
LETTERS_UPRIGHT: Final = 112.0  # that a row of a table has room for on an upright page
PICTURE_SHARE: Final = 0.92  # of the text's width: two findings then have room on a page
LIGHTEST, GREY = "F2F2F2", "D9D9D9"
"""Fills of a table that is printed in black and white."""


def lay_out(document: Document, margin_cm: float = MARGIN_CM, points: float = 11) -> None:
    """Give a new document its page (A4 upright), its font and its styles."""
    section = document.sections[0]
    section.page_width, section.page_height = map(Cm, A4_CM)
    for side in ("left", "right", "top", "bottom"):
        setattr(section, f"{side}_margin", Cm(margin_cm))
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(points)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    normal.paragraph_format.space_after = Pt(6)
    for name, large in (("Title", 24), ("Heading 1", 16), ("Heading 2", 13)):
        style = document.styles[name]
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{kind}"), None)
        style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(large), _colour(LIGHT.ink)
        style.paragraph_format.keep_with_next = True
    borders = document.styles["Title"].element.pPr.find(qn("w:pBdr"))
    if borders is not None:
        document.styles["Title"].element.pPr.remove(borders)
    add_styles(document, plain=True)


def add_styles(document: Document, *, plain: bool) -> None:
    """Add the styles that a pack needs and a document lacks; `plain` ones have our colours, others those of their template."""
    have = {style.name for style in document.styles}
    for name, (base, points, bold, colour) in STYLES.items():
        if name in have:
            continue
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles[base]
        style.font.bold = bold
        style.font.size = Pt(points)
        if plain:
            style.font.color.rgb = _colour(colour)
        style.paragraph_format.space_after = Pt(1 if "able text" in name else 6)
    document.styles["Finding"].paragraph_format.keep_with_next = True
    if "Commentary" not in have:
        _bar_beside(document.styles["Commentary"].element.get_or_add_pPr())


def mark_pages(document: Document, about: PackAbout) -> None:
    """Write the marking, and that data is made, at the head and foot of every page, and beneath them its number."""
    for section in document.sections[:1]:
        head = _line_of(section.header)
        head.style = document.styles["Marking"]
        head.alignment = WD_ALIGN_PARAGRAPH.CENTER
        head.add_run(written(about.marking.words))
        if about.made:
            head.add_run(f"\n{written(about.made)}").bold = False
        foot = _line_of(section.footer)
        foot.style = document.styles["Source"]
        foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
        marking = foot.add_run(written(about.marking.words))
        marking.bold = True
        foot.add_run(f"\n{written(about.foot)} Page ")
        _field(foot, "PAGE")
        foot.add_run(" of ")
        _field(foot, "NUMPAGES")


def add_picture(document: Document, picture: Picture, width: Length | None = None) -> Paragraph:
    """Add a picture with what it says to those who don't see it; as wide as the text unless a width is given."""
    line = document.add_paragraph()
    line.paragraph_format.keep_with_next = True
    line.add_run().add_picture(
        BytesIO(picture.png), width=width or Length(int(PICTURE_SHARE * room_of(document)))
    )
    described = line._p.find(f".//{qn('wp:docPr')}")
    described.set("descr", written(picture.alt))
    described.set("title", "")
    return line


def add_link(paragraph: Paragraph, text: str, address: str) -> None:
    """Add words that lead to an address."""
    related = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link, run, looks, words = (OxmlElement(f"w:{name}") for name in ("hyperlink", "r", "rPr", "t"))
    link.set(qn("r:id"), related)
    for name, value in (("color", LIGHT.accent.lstrip("#")), ("u", "single")):
        look = OxmlElement(f"w:{name}")
        look.set(qn("w:val"), value)
        looks.append(look)
    words.text = text
    run.extend([looks, words])
    link.append(run)
    paragraph._p.append(link)


def add_table(document: Document, table: PackTable, *, grey: bool = False) -> None:
    """Add a table as wide as the text: its head is repeated on each page, its rows are not split; `grey` prints without colours."""
    columns = [str(name) for name in table.frame.columns]
    shown = document.add_table(rows=1, cols=len(columns), style=style_of(document, "Table Grid"))
    shown.alignment = WD_TABLE_ALIGNMENT.CENTER
    shown.autofit = False
    _describe(shown, table.caption)
    _row(shown.rows[0].cells, columns, table, head=True, grey=grey)
    _repeat(shown.rows[0])
    for place, values in enumerate(table.frame.itertuples(index=False)):
        row = shown.add_row()
        _unsplit(row)
        if place in table.groups:
            whole = row.cells[0].merge(row.cells[-1])
            _write(whole, str(values[0]), table, bold=True)
            _fill(whole, LIGHTEST if grey else GROUP_FILL)
            continue
        _row(row.cells, [cell_words(value) for value in values], table, place=place, grey=grey)
    room, widths = room_of(document), _widths(table, columns)
    for column, share in zip(shown.columns, widths, strict=True):
        width = Length(int(room * share / sum(widths)))
        column.width = width
        for cell in column.cells:
            cell.width = width


def turned(table: PackTable) -> PackTable:
    """Return a table, marked as wide where its columns have no room on an upright page."""
    columns = [str(name) for name in table.frame.columns]
    return replace(table, wide=table.wide or sum(_widths(table, columns)) > LETTERS_UPRIGHT)


def room_of(document: Document) -> Length:
    """Return how wide the text of a document is where it ends now."""
    section = document.sections[-1]
    page, left, right = section.page_width, section.left_margin, section.right_margin
    return Length(int(page or 0) - int(left or 0) - int(right or 0))


def style_of(document: Document, name: str) -> str | None:
    """Return a style's name where the document has it, else None, which is its usual one."""
    return name if name in {style.name for style in document.styles} else None


def _bar_beside(properties: Any) -> None:
    borders, bar = OxmlElement("w:pBdr"), OxmlElement("w:left")
    for name, value in (("val", "single"), ("sz", "24"), ("space", "8"), ("color", LIGHT.accent.lstrip("#"))):
        bar.set(qn(f"w:{name}"), value)
    borders.append(bar)
    properties.append(borders)


def _line_of(part: Any) -> Paragraph:
    """Return an empty paragraph of a header or footer: its own, or one after a template's."""
    empty = [
        line
        for line in part.paragraphs
        if not line.text.strip() and not line._p.findall(f".//{qn('w:drawing')}")
    ]
    line: Paragraph = empty[0] if empty else part.add_paragraph()
    return line


def _field(paragraph: Paragraph, name: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def _widths(table: PackTable, columns: Sequence[str]) -> list[float]:
    """Return how wide each column is beside the others: as its longest text asks, within bounds."""
    longest = [
        max(
            *(BOLD * len(word) for word in name.split()),
            *(
                min(len(cell_words(value)), MOST_LETTERS)
                for at, value in enumerate(table.frame.iloc[:, place])
                if at not in table.groups
            ),
            FEWEST_LETTERS,
        )
        for place, name in enumerate(columns)
    ]
    return [letters + AROUND_LETTERS for letters in longest]


def _row(
    cells: Sequence[_Cell],
    values: Iterable[str],
    table: PackTable,
    *,
    head: bool = False,
    place: int = -1,
    grey: bool = False,
) -> None:
    for cell, value, name in zip(cells, values, table.frame.columns, strict=True):
        line = _write(cell, value, table, bold=head)
        if str(name) in table.figures:
            line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        if head:
            _fill(cell, GREY if grey else HEAD_FILL)
            if not grey:
                line.runs[0].font.color.rgb = _colour("#ffffff")
        elif not grey and (place, str(name)) in table.tints:
            _fill(cell, FILLS[table.tints[place, str(name)]])


def _write(cell: _Cell, text: str, table: PackTable, *, bold: bool = False) -> Paragraph:
    line: Paragraph = cell.paragraphs[0]
    line.style = "Wide table text" if table.wide else "Table text"
    line.add_run(written(text)).bold = bold or None
    return line


def _fill(cell: _Cell, colour: str) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)


def _repeat(row: Any) -> None:
    """Write a row again at the top of each page that its table goes on to."""
    properties = row._tr.get_or_add_trPr()
    for name in ("w:cantSplit", "w:tblHeader"):
        properties.append(OxmlElement(name))


def _unsplit(row: Any) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _describe(table: Table, text: str) -> None:
    """Say what a table is to those who don't see it."""
    described = OxmlElement("w:tblDescription")
    described.set(qn("w:val"), written(text))
    table._tbl.tblPr.append(described)


def _colour(text: str) -> RGBColor:
    return RGBColor.from_string(text.lstrip("#").upper())
