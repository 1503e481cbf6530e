"""A pack as a Word document: headings, numbered paragraphs, real tables and pictures, in the styles of a template that a force can replace."""

from collections.abc import Iterator
from io import BytesIO
from typing import Final

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Length
from docx.text.paragraph import Paragraph

from vulncore.packs.documents.settled import named_properties, settled, written
from vulncore.packs.documents.templates import opened_template
from vulncore.packs.documents.word_parts import (
    add_link,
    add_picture,
    add_styles,
    add_table,
    lay_out,
    mark_pages,
    style_of,
    turned,
)
from vulncore.packs.part import PackContent, PackPart, PackTable

COMMENTARY: Final = "Commentary"
MUCH: Final = 4  # sentences: a finding with so many begins a page, so that its picture stands with them
PROMPT: Final = "Write commentary here, or delete this paragraph."


def word_document(content: PackContent, template: bytes | None = None) -> bytes:
    """Return a pack as DOCX; the same pack gives the same bytes.

    Args:
        content: What it says.
        template: A .dotx or .docx whose styles, header and footer it takes; its text is left out.

    Raises:
        VulncoreError: The template is no Word document, has macros, or is too large.
    """
    document = docx.Document(None if template is None else opened_template(template, "word"))
    if template is None:
        lay_out(document)
    else:
        _empty(document)
        add_styles(document, plain=False)
    mark_pages(document, content.about)
    _title(document, content)
    counters = {"Table": 0, "Figure": 0}
    for part in content.parts:
        _part(document, part, counters)
    _end(document, content)
    named_properties(document.core_properties, content.about)
    file = BytesIO()
    document.save(file)
    return settled(file.getvalue(), content.about)


def _empty(document: Document) -> None:
    """Take a template's own text away; its page, header and footer stay."""
    body = document.element.body
    for element in [child for child in body if child.tag != qn("w:sectPr")]:
        body.remove(element)


def _title(document: Document, content: PackContent) -> None:
    about = content.about
    document.add_paragraph(written(about.title), style="Title")
    document.add_paragraph(written(f"{about.force}, to {about.to}"), style="Finding")
    if about.made:
        document.add_paragraph(written(f"{about.made}."), style="Finding")


def _part(document: Document, part: PackPart, counters: dict[str, int]) -> None:
    heading = document.add_paragraph(written(part.heading), style="Heading 1")
    heading.paragraph_format.page_break_before = part.picture is not None and len(part.sentences) >= MUCH
    document.add_paragraph(written(part.finding), style="Finding")
    for sentence in filter(None, (*part.sentences, part.action)):
        _numbered(document, sentence).paragraph_format.keep_with_next = part.picture is not None
    if part.picture:
        add_picture(document, part.picture)
    _commentary(document, part)
    tables = [turned(table) for table in part.tables if table.in_documents]
    for table in tables:
        _table(document, table, counters)
        if table is not tables[-1] and table.wide:
            _turn(document.add_section(WD_SECTION.NEW_PAGE), landscape=False)
    if part.picture or tables:
        _source(document, part)
    if tables and tables[-1].wide:
        _turn(document.add_section(WD_SECTION.NEW_PAGE), landscape=False)


def _numbered(document: Document, sentence: str) -> Paragraph:
    names = {style.name for style in document.styles}
    style = "List Number" if "List Number" in names else "Normal"
    return document.add_paragraph(written(sentence), style=style)


def _commentary(document: Document, part: PackPart) -> None:
    for text in part.commentary:
        document.add_paragraph(written(text), style=COMMENTARY).paragraph_format.keep_with_next = True
    if part.asks_commentary and not part.commentary:
        line = document.add_paragraph(style=COMMENTARY)
        line.add_run(PROMPT).italic = True
        line.paragraph_format.keep_with_next = True


def _source(document: Document, part: PackPart) -> None:
    line = document.add_paragraph(written(f"Source: {part.source}"), style="Source")
    for note in part.notes:
        line.add_run(f"\n{written(note)}")
    if part.link.startswith(("http://", "https://")):
        line.add_run("\n")
        add_link(line, "Open in the dashboard", part.link)


def _table(document: Document, table: PackTable, counters: dict[str, int]) -> None:
    """Add a table with its caption and notes; one that is too wide stands on a page on its side, which it leaves open."""
    if table.wide:
        _turn(document.add_section(WD_SECTION.NEW_PAGE), landscape=True)
    counters["Table"] += 1
    caption = document.add_paragraph(
        written(f"Table {counters['Table']}. {table.caption}"), style=style_of(document, "Caption")
    )
    caption.paragraph_format.keep_with_next = True
    add_table(document, table)
    for note in table.notes:
        document.add_paragraph(written(note), style="Source")


def _turn(section: Section, *, landscape: bool) -> None:
    short, long = sorted((Length(section.page_width or 0), Length(section.page_height or 0)))
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (long, short) if landscape else (short, long)


def _end(document: Document, content: PackContent) -> None:
    about, definitions = content.about, content.definitions.frame
    document.add_paragraph("How to read these figures", style="Heading 1")
    for text in _reading(content):
        document.add_paragraph(written(text))
    document.add_paragraph("What is counted", style="Heading 1")
    for row in definitions.to_dict("records"):
        line = document.add_paragraph(style=style_of(document, "List Bullet"))
        line.add_run(written(f"{row['Measure']}. ")).bold = True
        line.add_run(written(f"{row['What counts']}"))
    if content.left_out:
        document.add_paragraph("Not in this document", style="Heading 1")
        for text in content.left_out:
            document.add_paragraph(written(text), style=style_of(document, "List Bullet"))
    document.add_paragraph(written(f"Source: {about.version}. {about.source}"), style="Source")


def _reading(content: PackContent) -> Iterator[str]:
    about = content.about
    yield f"Figures to {about.to}. {about.version}. Made for: {about.audience.words}"
    if about.protection:
        yield about.protection
