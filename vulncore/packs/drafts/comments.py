"""A copy of a Word draft with a comment at each number that differs from the table."""

import io
from collections.abc import Iterable, Sequence
from copy import deepcopy
from typing import Any, Final, NamedTuple

from docx.oxml.ns import qn
from docx.text.run import Run

from vulncore.packs.drafts.blocks import numbered
from vulncore.packs.drafts.checking import CellPlace, NumberCheck
from vulncore.packs.drafts.word import (
    TextPiece,
    WordParagraph,
    WordTable,
    raw_block,
    word_document,
    word_parts,
)

AUTHOR: Final = "vulncore"
INITIALS: Final = "v"


class _Letters(NamedTuple):
    """Where a number stands: its block, its cell, its letters."""

    place: int
    cell: CellPlace
    start: int
    end: int


def commented(content: bytes, name: str, checks: Iterable[NumberCheck]) -> bytes:
    """Return a Word draft with a comment at each of some numbers: what the table has, and why they differ. All else stays.

    Raises:
        UnreadableSourceError: The draft is no Word file, too large, encrypted or damaged.
    """
    document = word_document(content, name)
    parts = [
        part
        for part in word_parts(document, name)
        if not isinstance(part, WordParagraph) or part.text.strip()
    ]
    blocks = numbered(tuple(raw_block(part) for part in parts))
    by_place = {block.place: part for block, part in zip(blocks, parts, strict=True)}
    texts: dict[_Letters, str] = {}
    for check in checks:
        letters = _Letters(check.place, check.cell or CellPlace(-1, -1), check.start, check.end)
        texts[letters] = f"{texts.get(letters, '')} {check.why} {check.table_has}".strip()
    # from the end to the beginning: a run that is cut leaves what stands before it as it was
    for letters, text in sorted(texts.items(), reverse=True):
        runs = _runs_of(_pieces(by_place[letters.place], letters.cell), letters.start, letters.end)
        if runs:
            document.add_comment(
                [Run(run, document) for run in runs], text=text, author=AUTHOR, initials=INITIALS
            )
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def _pieces(part: WordParagraph | WordTable, cell: CellPlace) -> list[tuple[int, TextPiece]]:
    """Return the pieces of text that a number's letters are counted in, each with the place of its first letter."""
    paragraphs = (part,) if isinstance(part, WordParagraph) else part[cell.row][cell.column].paragraphs
    placed, at = [], 0
    for paragraph in paragraphs:
        for piece in paragraph.pieces:
            placed.append((at, piece))
            at += len(piece.text)
        at += 1  # the paragraphs of a cell are joined by a line break
    return placed


def _runs_of(placed: Sequence[tuple[int, TextPiece]], start: int, end: int) -> list[Any]:
    """Return the runs that hold a number and nothing else, cut out of those that hold more."""
    runs: list[Any] = []
    for at, piece in reversed(placed):
        first, last = max(start - at, 0), min(end - at, len(piece.text))
        if (
            first < last
            and piece.run is not None
            and piece.element.getparent() is piece.run
            and piece.element.tag == qn("w:t")
        ):
            runs.insert(0, _cut(piece, first, last))
    return runs


def _cut(piece: TextPiece, first: int, last: int) -> Any:
    """Cut a run so that some letters of one of its texts are a run of their own, and return that run."""
    run, element = piece.run, piece.element
    children = [child for child in run.iterchildren() if child.tag != qn("w:rPr")]
    place = children.index(element)
    text = element.text or ""
    after = _part_of(run, children[place + 1 :], text[last:])
    middle = _part_of(run, [], text[first:last])
    element.text = text[:first]
    element.set(qn("xml:space"), "preserve")
    run.addnext(middle)
    if after is not None:
        middle.addnext(after)
    return middle


def _part_of(run: Any, children: Sequence[Any], text: str) -> Any:
    """Return a run of the same form with a text and then other children; None where there is neither."""
    if not text and not children:
        return None
    part = run.makeelement(run.tag, run.attrib, run.nsmap)
    form = run.find(qn("w:rPr"))
    if form is not None:
        part.append(deepcopy(form))
    if text:
        element = part.makeelement(qn("w:t"), {qn("xml:space"): "preserve"})
        element.text = text
        part.append(element)
    for child in children:
        part.append(child)
    return part
