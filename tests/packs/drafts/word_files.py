"""Drafts in Word as analysts write them: numbered by Word or by hand, with changes tracked, text boxes and merged cells."""

import io
from collections.abc import Iterable, Sequence

import docx
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.text.paragraph import Paragraph

WINDOWS = (
    "Previous FYTD", "Current FYTD", "Frequency Change", "% Change",
    "FYTD 19/20", "Frequency Change", "% Change",
    "Previous Rolling 12 Months", "Current Rolling 12 Months", "Frequency Change", "% Change",
)  # fmt: skip
"""The headings of the report's table, after that of its first column."""


def saved(document: Document) -> bytes:
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def numbering(document: Document, *levels: tuple[str, str], start: int = 1) -> str:
    """Add a list with a format and a text for each level, and return its number."""
    root = document.part.numbering_part.element
    abstract = len(root.findall(qn("w:abstractNum"))) + 100
    number = len(root.findall(qn("w:num"))) + 100
    parts = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start if depth == 0 else 1}"/><w:numFmt w:val="{how}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for depth, (how, text) in enumerate(levels)
    )
    definition = parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{abstract}">{parts}</w:abstractNum>'
    )
    root.insert(0, definition)
    root.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="{abstract}"/></w:num>')
    )
    return str(number)


def restarted(document: Document, number: str, start: int) -> str:
    """Add a list of the same definition that starts at a number, and return its own."""
    root = document.part.numbering_part.element
    of = next(one for one in root.findall(qn("w:num")) if one.get(qn("w:numId")) == number)
    abstract = of.find(qn("w:abstractNumId")).get(qn("w:val"))
    root.append(
        parse_xml(
            f'<w:num {nsdecls("w")} w:numId="900"><w:abstractNumId w:val="{abstract}"/>'
            f'<w:lvlOverride w:ilvl="0"><w:startOverride w:val="{start}"/></w:lvlOverride></w:num>'
        )
    )
    return "900"


def in_list(paragraph: Paragraph, number: str, level: int = 0) -> Paragraph:
    properties = paragraph._p.get_or_add_pPr()
    properties.append(
        parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')
    )
    return paragraph


def tracked(paragraph: Paragraph, deleted: str, inserted: str) -> None:
    """Add a change that is not accepted yet."""
    paragraph._p.append(
        parse_xml(
            f'<w:del {nsdecls("w")} w:id="1" w:author="A"><w:r><w:delText>{deleted}</w:delText></w:r></w:del>'
        )
    )
    paragraph._p.append(
        parse_xml(f'<w:ins {nsdecls("w")} w:id="2" w:author="A"><w:r><w:t>{inserted}</w:t></w:r></w:ins>')
    )


def text_box(paragraph: Paragraph, text: str) -> None:
    """Add a text box, with the copy of it that Word keeps for old programs."""
    box = f"<w:txbxContent><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:txbxContent>"
    spaces = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml"'
    paragraph._p.append(
        parse_xml(
            f"<w:r {nsdecls('w')} {spaces}><mc:AlternateContent><mc:Choice Requires='wps'>{box}</mc:Choice>"
            f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
        )
    )


def add_table(document: Document, cells: Iterable[Sequence[str]]) -> None:
    kept = [list(texts) for texts in cells]
    table = document.add_table(rows=len(kept), cols=len(kept[0]))
    for row, texts in zip(table.rows, kept, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text


def word_draft(*texts: str) -> bytes:
    document = docx.Document()
    for text in texts:
        document.add_paragraph(text)
    return saved(document)
