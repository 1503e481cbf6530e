"""A tasking sheet as a Word document: one page that prints in black and white."""

from io import BytesIO
from typing import Final

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph
from PIL import Image

from vulncore.packs.documents.settled import named_properties, settled, written
from vulncore.packs.documents.word_parts import add_picture, add_table, lay_out, mark_pages
from vulncore.packs.part import PackAbout, PackTable, Picture
from vulncore.packs.sections.tasking import Tasking

MARGIN_CM: Final = 1.4
MAP_CM: Final = 9.5  # wide: beneath it all else has room on the page
MOST_NOTES: Final = 3
"""Sentences on what the map and the week can't say: the page has room for so many."""


def tasking_sheet(about: PackAbout, sheet: Tasking) -> bytes:
    """Return a tasking sheet as DOCX, A4 upright, in greys."""
    document = docx.Document()
    lay_out(document, margin_cm=MARGIN_CM, points=9)
    mark_pages(document, about)
    title = document.add_paragraph(written(f"{sheet.subject}: tasking sheet"), style="Title")
    title.runs[0].font.size = Pt(18)
    title.paragraph_format.space_after = Pt(0)
    _sentence(document, f"{about.force}. {sheet.period}. {about.made}".rstrip(" .") + ".")
    _sentence(document, sheet.finding, bold=True)
    _question(
        document,
        "When",
        PackTable("When", "Stretches of the week that stand out", sheet.stretches, ("Recorded",)),
    )
    _question(
        document, "Where, and what happened there", PackTable("Where", "Places that stand out", sheet.places)
    )
    if sheet.map:
        _map(document, sheet.map.png, sheet.map.alt)
    _question(
        document,
        "When to patrol",
        PackTable("Patrols", "Patrol windows", sheet.shifts, ("Rank",)),
    )
    for text in sheet.worked:
        _sentence(document, text)
    notes = _sentence(document, " ".join(sheet.notes[:MOST_NOTES]))
    notes.style = "Source"
    named_properties(document.core_properties, about)
    file = BytesIO()
    document.save(file)
    return settled(file.getvalue(), about)


def _question(document: Document, heading: str, table: PackTable) -> None:
    line = document.add_paragraph(written(heading), style="Heading 2")
    line.paragraph_format.space_before = Pt(4)
    line.paragraph_format.space_after = Pt(1)
    if table.frame.empty:
        _sentence(document, "Nothing stands out by more than chance.")
        return
    add_table(document, table, grey=True)


def _sentence(document: Document, text: str, *, bold: bool = False) -> Paragraph:
    line = document.add_paragraph()
    line.add_run(written(text)).bold = bold or None
    line.paragraph_format.space_after = Pt(2)
    return line


def _map(document: Document, png: bytes, alternative: str) -> None:
    grey = BytesIO()
    Image.open(BytesIO(png)).convert("L").save(grey, "PNG")
    line = add_picture(document, Picture(grey.getvalue(), alternative), Cm(MAP_CM))
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    line.paragraph_format.space_before, line.paragraph_format.space_after = Pt(8), Pt(0)
