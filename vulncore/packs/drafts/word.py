"""Drafts in Word: their paragraphs and tables in order, with the runs that each letter stands in."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import docx
from docx.document import Document
from docx.exceptions import PythonDocxError
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from lxml.etree import LxmlError  # type: ignore[import-untyped]  # what the reader of the parts raises

from vulncore.domain.errors import UnreadableSourceError
from vulncore.domain.words import agree
from vulncore.packs.drafts.blocks import DraftCell, RawParagraph, RawTable
from vulncore.packs.drafts.numbering import MOST_STYLES, ListNumber, list_numbers, value_of
from vulncore.sources.zip_members import DAMAGE, unsafe_members

MAX_PARTS: Final = 3_000  # a report with hundreds of pictures and charts has some 1,000
MAX_UNPACKED: Final = 300_000_000  # bytes of all parts: pictures make up the most of them
MAX_XML: Final = 50_000_000  # bytes of the parts that are read: the longest reports have 10 million
MAX_TAGS: Final = 1_000_000  # in those parts: three hundred pages have some 300,000
MAX_CELLS: Final = 100_000  # of a table, cells that are merged counted as often as they are wide
BOLD_HEADING_LETTERS: Final = 90  # a bold paragraph that is longer is emphasis

_DAMAGED: Final = (*DAMAGE, LxmlError, PythonDocxError, OpcError, LookupError, TypeError, AttributeError)
"""What a spoilt Word file raises while it is opened and walked through."""
_OTHER_PACKAGES: Final = {
    "xl/workbook.xml": "is a workbook",
    "ppt/presentation.xml": "holds slides",
    "content.xml": "is an OpenDocument file. Open the draft and save it as .docx",
}
_LEFT_OUT: Final = frozenset(
    qn(name) for name in ("w:del", "w:moveFrom", "w:pPr", "w:rPr", "w:txbxContent", "w:sectPr", "w:tbl")
) | {"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
"""What is no text of a paragraph: what was deleted, its form, boxes beside it (which are paragraphs of their own), the same for old programs."""
_SUPERSCRIPT: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class TextPiece(NamedTuple):
    """Letters of a paragraph, with the run and the element within it that they are in."""

    run: Any
    element: Any
    text: str


@dataclass(frozen=True)
class WordParagraph:
    """A paragraph of a Word file: its pieces of text in order, its level as a heading, its number."""

    pieces: tuple[TextPiece, ...]
    heading: int
    number: ListNumber

    @property
    def text(self) -> str:
        """All its letters."""
        return "".join(piece.text for piece in self.pieces)


class WordCell(NamedTuple):
    """A cell of a Word table: its paragraphs, and whether it is one with the cell to its left or above."""

    paragraphs: tuple[WordParagraph, ...]
    is_repeat: bool

    @property
    def text(self) -> str:
        """Its paragraphs, each on a line of its own."""
        return "\n".join(paragraph.text for paragraph in self.paragraphs)


WordTable = tuple[tuple[WordCell, ...], ...]


def word_blocks(content: bytes, name: str) -> tuple[RawParagraph | RawTable, ...]:
    """Return the paragraphs and tables of a Word file in order.

    Raises:
        UnreadableSourceError: It is no Word file, too large, encrypted or damaged.
    """
    return tuple(raw_block(block) for block in word_parts(word_document(content, name), name))


def raw_block(block: WordParagraph | WordTable) -> RawParagraph | RawTable:
    """Return a paragraph or a table of a Word file as drafts of all kinds have them."""
    if isinstance(block, WordParagraph):
        return RawParagraph(block.text, block.heading, block.number.text, block.number.is_item)
    return tuple(tuple(DraftCell(cell.text, cell.is_repeat) for cell in cells) for cells in block)


def word_document(content: bytes, name: str) -> Document:
    """Return a Word file opened, once its parts are neither too many nor too large.

    Raises:
        UnreadableSourceError: It is no Word file, too large, encrypted or damaged.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_parts(archive, name)
        document = docx.Document(io.BytesIO(content))
        if document.element.body is None:
            raise _damaged(name)
    except _DAMAGED as problem:
        raise _damaged(name) from problem
    return document


def word_parts(document: Document, name: str) -> tuple[WordParagraph | WordTable, ...]:
    """Return the paragraphs and tables of an opened Word file in order, those that are empty included.

    Raises:
        UnreadableSourceError: It is damaged, or one of its tables is too large.
    """
    try:
        return tuple(_parts(document, name))
    except _DAMAGED as problem:
        raise _damaged(name) from problem


def _damaged(name: str) -> UnreadableSourceError:
    return UnreadableSourceError(
        f"{name} is not a Word file that can be read. Open the draft in Word and save it as .docx."
    )


def _refuse_parts(archive: zipfile.ZipFile, name: str) -> None:
    members = archive.infolist()
    names = {member.filename for member in members}
    for main, what in _OTHER_PACKAGES.items():
        if main in names:
            raise UnreadableSourceError(f"{name} {what}. A draft is a .docx, .txt or .md.")
    if len(members) > MAX_PARTS:
        raise UnreadableSourceError(
            f"{name} has {len(members):,} parts. A Word file may have {MAX_PARTS:,}. Check where the file came from."
        )
    for what, which in unsafe_members(members).items():
        if which:
            parts = agree(len(which), "a part", f"{len(which):,} parts")
            raise UnreadableSourceError(
                f"{name} has {parts} that {what}. Open the draft in Word and save it as .docx without a password."
            )
    unpacked = sum(member.file_size for member in members)
    read = [member for member in members if member.filename.casefold().endswith((".xml", ".rels"))]
    if unpacked > MAX_UNPACKED or sum(member.file_size for member in read) > MAX_XML:
        raise UnreadableSourceError(
            f"{name} unpacks to {unpacked:,} bytes, too many for a report. Remove its pictures, or check where it came from."
        )
    tags = 0
    for member in read:
        part = archive.read(member)
        tags += part.count(b"<")
        if tags > MAX_TAGS:
            raise UnreadableSourceError(
                f"{name} has more than {MAX_TAGS:,} marks, too many for a report. Check a part of the draft at a time."
            )
        if b"<!DOCTYPE" in part or b"<!ENTITY" in part or part.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise _damaged(name)  # Word writes neither


def _parts(document: Document, name: str) -> Iterator[WordParagraph | WordTable]:
    number = list_numbers(document)
    styles: Any = document.styles.element
    headings = _heading_levels({one.get(qn("w:styleId")): one for one in styles.findall(qn("w:style"))})

    def paragraph(element: Any) -> WordParagraph:
        pieces = tuple(_pieces(element))
        return WordParagraph(pieces, _heading(element, headings, pieces), number(element))

    def blocks(holder: Any) -> Iterator[WordParagraph | WordTable]:
        for child in holder.iterchildren():
            if child.tag == qn("w:p"):
                yield paragraph(child)
                for box in _boxes(child):
                    yield from blocks(box)
            elif child.tag == qn("w:tbl"):
                yield _table(child)
            elif isinstance(child.tag, str) and child.tag not in _LEFT_OUT:
                yield from blocks(child)

    def _table(element: Any) -> WordTable:
        grid: list[tuple[WordCell, ...]] = []
        width = 0
        for row in _within(element, "w:tr"):
            cells: list[WordCell] = []
            for cell in _within(row, "w:tc"):
                form = cell.find(qn("w:tcPr"))
                merge = None if form is None else form.find(qn("w:vMerge"))
                above = grid[-1][len(cells)] if grid and len(cells) < len(grid[-1]) else None
                if merge is not None and merge.get(qn("w:val")) != "restart" and above is not None:
                    first = WordCell(above.paragraphs, is_repeat=True)
                else:
                    first = WordCell(tuple(map(paragraph, _cell_paragraphs(cell))), is_repeat=False)
                span = value_of(form, "w:gridSpan") or "1"
                wide = int(span) if re.fullmatch(r"[0-9]{1,4}", span) else 1
                width += wide
                if width > MAX_CELLS:
                    raise UnreadableSourceError(
                        f"{name} has a table of more than {MAX_CELLS:,} cells. Check a part of the draft at a time."
                    )
                cells += [first, *[WordCell(first.paragraphs, is_repeat=True)] * (wide - 1)]
            grid.append(tuple(cells))
        return tuple(grid)

    yield from blocks(document.element.body)


def _within(element: Any, name: str) -> Iterator[Any]:
    """Yield the rows of a table or the cells of a row, those within controls and changes included, in order."""
    for child in element.iterchildren():
        if child.tag == qn(name):
            yield child
        elif child.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:customXml"), qn("w:ins")):
            yield from _within(child, name)


def _cell_paragraphs(cell: Any) -> Iterator[Any]:
    return (
        one
        for one in cell.iter(qn("w:p"))
        if not any(up.tag in _LEFT_OUT - {qn("w:tbl")} for up in _up_to(one, cell))
    )


def _up_to(element: Any, top: Any) -> Iterator[Any]:
    for up in element.iterancestors():
        if up is top:
            return
        yield up


def _boxes(paragraph: Any) -> Iterator[Any]:
    """Yield the text boxes of a paragraph, not those within them, and each once."""
    for box in paragraph.iter(qn("w:txbxContent")):
        if not any(up.tag in _LEFT_OUT for up in _up_to(box, paragraph)):
            yield box


def _pieces(element: Any, run: Any = None, *, is_raised: bool = False) -> Iterator[TextPiece]:
    for child in element.iterchildren():
        tag = child.tag
        if not isinstance(tag, str) or tag in _LEFT_OUT:
            continue
        if tag == qn("w:r"):
            form = child.find(qn("w:rPr"))
            if form is None or form.find(qn("w:vanish")) is None:
                yield from _pieces(child, child, is_raised=value_of(form, "w:vertAlign") == "superscript")
        elif tag == qn("w:t"):
            text = child.text or ""
            # the mark of a footnote is no number: as raised digits it is told from one
            yield TextPiece(run, child, text.translate(_SUPERSCRIPT) if is_raised else text)
        elif tag == qn("w:tab"):
            yield TextPiece(run, child, "\t")
        elif tag in (qn("w:br"), qn("w:cr")):
            yield TextPiece(run, child, "\n")
        elif tag == qn("w:noBreakHyphen"):
            yield TextPiece(run, child, "-")
        else:
            yield from _pieces(child, run, is_raised=is_raised)


def _heading_levels(styles: dict[str, Any]) -> dict[str, int]:
    """Return the styles that make a paragraph a heading, with its level from 1."""
    levels = {}
    for key in styles:
        style: str | None = key
        for _ in range(MOST_STYLES):
            definition = styles.get(style) if style else None
            if definition is None:
                break
            outline = value_of(definition.find(qn("w:pPr")), "w:outlineLvl")
            named = re.fullmatch(
                r"heading ([1-9])|(title)", (value_of(definition, "w:name") or "").casefold()
            )
            if outline is not None and re.fullmatch(r"[0-8]", outline):
                levels[key] = int(outline) + 1
                break
            if named:
                levels[key] = int(named[1] or 1)
                break
            style = value_of(definition, "w:basedOn")
    return levels


def _heading(element: Any, levels: dict[str, int], pieces: tuple[TextPiece, ...]) -> int:
    properties = element.find(qn("w:pPr"))
    outline = value_of(properties, "w:outlineLvl")
    if outline is not None and re.fullmatch(r"[0-8]", outline):
        return int(outline) + 1
    level = levels.get(value_of(properties, "w:pStyle") or "", 0)
    text = "".join(piece.text for piece in pieces).strip()
    if level or not 0 < len(text) <= BOLD_HEADING_LETTERS or text[-1] in ".,;:?!%" or re.search(r"\d", text):
        return level
    return 9 if all(_is_bold(piece.run) for piece in pieces if piece.text.strip()) else 0


def _is_bold(run: Any) -> bool:
    form = None if run is None else run.find(qn("w:rPr"))
    bold = None if form is None else form.find(qn("w:b"))
    return bold is not None and bold.get(qn("w:val")) not in ("0", "false")
