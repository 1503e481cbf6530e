"""A draft report as numbered paragraphs and tables, from a Word file, a text file or a Markdown file."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from vulncore.domain.delivery import printable
from vulncore.domain.errors import UnreadableSourceError
from vulncore.packs.drafts.blocks import (
    TYPED_ITEM,
    TYPED_NUMBER,
    DraftCell,
    DraftParagraph,
    DraftTable,
    DraftText,
    RawParagraph,
    RawTable,
    numbered,
)
from vulncore.packs.drafts.word import word_blocks

MAX_BYTES: Final = 60_000_000  # a report with many pictures has some 20 MB
MAX_LETTERS: Final = 2_000_000  # of all paragraphs and cells: five hundred pages

MAX_TEXT_BYTES: Final = 5_000_000  # a thousand pages
HEADING_LETTERS: Final = 90  # a heading that is longer is a sentence
LONGEST_WRAPPED: Final = 130  # letters of a line that an editor has broken
FEWEST_TABS: Final = 2  # in each line of a table, but for the names of its groups
HEADING: Final = re.compile(r"(?P<marks>#{1,6})[ \t]+(?P<text>\S.*)")
LONGEST_EMPHASIS: Final = 2_000  # letters of a line in which marks of emphasis are looked for
RULE: Final = re.compile(r"\s*\|?(\s*:?-+:?\s*\|)+\s*:?-*:?\s*\|?\s*")
EMPHASIS: Final = re.compile(r"(\*{1,3}|__|`)(?=\S)(.{1,300}?)(?<=\S)\1")
SPACES: Final = str.maketrans(
    dict.fromkeys("\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " ")
)
"""Spaces that stand between a number and its sign, as one that is looked for; letters keep their places."""
CODE: Final = re.compile(r"^```.*?^```\s*$", flags=re.MULTILINE | re.DOTALL)
LINK: Final = re.compile(r"!?\[([^\]\n]{0,200})\]\([^)\n]{0,500}\)")
CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1f]")

_ZIP: Final = b"PK"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS: Final = {
    _OLE: "is an old Word file, or locked by a password. Open the draft in Word and save it as .docx without a password.",
    b"%PDF": "is a PDF. Give the Word file that the PDF was made of.",
    b"{\\rtf": "is a rich text file. Open the draft in Word and save it as .docx.",
}


def read_draft(path: Path) -> DraftText:
    """Return a draft's paragraphs and tables.

    Raises:
        UnreadableSourceError: There is no such file, it is of another kind, too large, encrypted, damaged, or has no text.
    """
    name = printable(path.name)
    content = draft_content(path)
    if content.startswith(_ZIP):
        raw = word_blocks(content, name)
    else:
        raw = _plain_blocks(content, name, is_markdown=path.suffix.casefold() == ".md")
    blocks = numbered(raw)
    letters = sum(
        len(block.text) if isinstance(block, DraftParagraph) else sum(len(cell.text) for row in block.cells for cell in row)
        for block in blocks
    )  # fmt: skip
    if not letters:
        raise UnreadableSourceError(f"{name} has no text. Check that you chose the right file.")
    if letters > MAX_LETTERS:
        raise UnreadableSourceError(
            f"{name} has {letters:,} letters. A draft may have {MAX_LETTERS:,}. Check a part at a time."
        )
    return DraftText(name, tuple(_with_plain_spaces(block) for block in blocks))


def _with_plain_spaces(block: DraftParagraph | DraftTable) -> DraftParagraph | DraftTable:
    if isinstance(block, DraftParagraph):
        return replace(block, text=block.text.translate(SPACES))
    cells = tuple(
        tuple(cell._replace(text=cell.text.translate(SPACES)) for cell in row) for row in block.cells
    )
    return replace(block, cells=cells)


def draft_content(path: Path) -> bytes:
    """Return the bytes of a draft's file, once they are not too many and of a kind that can be read.

    Raises:
        UnreadableSourceError: There is no such file, it is too large, or of another kind.
    """
    name = printable(path.name)
    if not path.is_file():
        raise UnreadableSourceError(f"There is no file {printable(str(path))}. Check the name.")
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise UnreadableSourceError(
            f"{name} has more than {MAX_BYTES:,} bytes. Remove its pictures, or check that you chose the right file."
        )
    for magic, refusal in _OTHERS.items():
        if content.startswith(magic):
            raise UnreadableSourceError(f"{name} {refusal}")
    suffix = path.suffix.casefold()
    if not content.startswith(_ZIP) and suffix not in (".txt", ".md"):
        raise UnreadableSourceError(f"{name} is not a Word file. Give a draft as .docx, .txt or .md.")
    if content.startswith(_ZIP) and suffix in (".txt", ".md"):
        raise UnreadableSourceError(f"{name} is not text. Give a draft as .docx, .txt or .md.")
    return content


def _plain_blocks(content: bytes, name: str, *, is_markdown: bool) -> tuple[RawParagraph | RawTable, ...]:
    """Return the paragraphs and tables of a text, tables by tabs, or in Markdown by bars.

    Raises:
        UnreadableSourceError: It is too long, or no text.
    """
    if len(content) > MAX_TEXT_BYTES:
        raise UnreadableSourceError(
            f"{name} has {len(content):,} bytes of text. A draft may have {MAX_TEXT_BYTES:,}. Check a part at a time."
        )
    text = _decoded(content)
    if CONTROLS.search(text):
        raise UnreadableSourceError(f"{name} is not text. Give a draft as .docx, .txt or .md.")
    if is_markdown:
        text = CODE.sub("\n", text)
    return tuple(_blocks(text.replace("\f", "\n").splitlines(), is_markdown=is_markdown))


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _blocks(texts: Sequence[str], *, is_markdown: bool) -> Iterator[RawParagraph | RawTable]:
    """Yield blocks of the lines of a text."""
    at = 0
    while at < len(texts):
        table, end = _table(texts, at, is_markdown=is_markdown)
        if table:
            yield table
            at = end
            continue
        end = at + 1
        if texts[at].strip():
            end = _paragraph_end(texts, at, is_markdown=is_markdown)
            yield _paragraph(texts, at, end, is_markdown=is_markdown)
        at = end


def _paragraph_end(texts: Sequence[str], at: int, *, is_markdown: bool) -> int:
    """Return where a paragraph ends that begins at a line: at an empty line, or where an editor would not have broken the line."""
    last = next((place for place in range(at, len(texts)) if not texts[place].strip()), len(texts))
    width = max(len(text.rstrip()) for text in texts[at:last])
    end = at + 1
    while end < last:
        before, text = texts[end - 1].rstrip(), texts[end]
        begins = TYPED_NUMBER.match(text) or TYPED_ITEM.match(text) or HEADING.fullmatch(text) or "\t" in text
        is_full = len(before) + 1 + len(text.split()[0]) > width and width <= LONGEST_WRAPPED
        if begins or HEADING.fullmatch(before) or not (is_full or is_markdown):
            break
        end += 1
    return end


def _paragraph(texts: Sequence[str], at: int, end: int, *, is_markdown: bool) -> RawParagraph:
    text = " ".join(text.strip() if place else text.rstrip() for place, text in enumerate(texts[at:end]))
    if is_markdown:
        text = _without_emphasis(LINK.sub(r"\1", text))
        if heading := HEADING.fullmatch(text):
            return RawParagraph(heading["text"].rstrip("# \t"), heading=len(heading["marks"]))
    alone = (at == 0 or not texts[at - 1].strip()) and end == at + 1
    return RawParagraph(text, heading=9 if alone and _is_heading(text) else 0)


def _is_heading(text: str) -> bool:
    r"""Return whether a line reads like a heading: short, with a capital, no full stop at its end and no list's mark.

    >>> _is_heading("Child Sexual Exploitation and Child Abuse"), _is_heading("Hate crime rose by 43%."), _is_heading("- Rape")
    (True, False, False)
    """
    text = text.strip()
    return (
        0 < len(text) <= HEADING_LETTERS
        and text[0].isupper()
        and text[-1] not in ".,;:?!%"
        and not re.search(r"\d", text)
        and "\t" not in text
    )


def _table(texts: Sequence[str], at: int, *, is_markdown: bool) -> tuple[RawTable, int]:
    """Return the table that begins at a line, with the line after it; no rows where none begins there."""
    if is_markdown and texts[at].count("|") > 1 and at + 1 < len(texts) and RULE.fullmatch(texts[at + 1]):
        end = at + 2
        while end < len(texts) and "|" in texts[end]:
            end += 1
        kept = [_by_bars(text) for place, text in enumerate(texts[at:end]) if place != 1]
        return _squared(kept), end
    if texts[at].count("\t") < FEWEST_TABS:
        return (), at
    end = at + 1
    while end < len(texts) and (texts[end].count("\t") >= FEWEST_TABS or _is_group(texts, end)):
        end += 1
    return _squared([text.split("\t") for text in texts[at:end]]), end


def _is_group(texts: Sequence[str], at: int) -> bool:
    """Return whether a line names a group of a table's rows: short, between two of them."""
    goes_on = at + 1 < len(texts) and texts[at + 1].count("\t") >= FEWEST_TABS
    return goes_on and 0 < len(texts[at].strip()) <= HEADING_LETTERS


def _by_bars(text: str) -> list[str]:
    cells = re.split(r"(?<!\\)\|", text.strip().strip("|"))
    return [_without_emphasis(cell.replace("\\|", "|").strip()) for cell in cells]


def _without_emphasis(text: str) -> str:
    return text if len(text) > LONGEST_EMPHASIS else EMPHASIS.sub(r"\2", text)


def _squared(kept: list[list[str]]) -> RawTable:
    width = max(map(len, kept))
    return tuple(
        tuple(DraftCell(text.strip()) for text in [*cells, *[""] * (width - len(cells))]) for cells in kept
    )
