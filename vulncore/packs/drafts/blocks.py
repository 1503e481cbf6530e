"""The parts of a draft report: paragraphs with the draft's own numbers, and tables."""

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

TYPED_NUMBER: Final = re.compile(
    r"\s*(?:(?P<plain>\d{1,3}(?:\.\d{1,3}){0,3})(?:[.)]\s+|\t\s*)|(?P<parts>\d{1,3}(?:\.\d{1,3}){1,3})\s+(?=[A-Z]))",
    flags=re.ASCII,
)
"""A paragraph's number as people type it: "19. ", "19) ", "2.4 The", or a number and a tab."""
TYPED_ITEM: Final = re.compile(
    r"\s*(?:[-*•·–▪◦]\s+(?:[A-Z]\.\s+)?|\(?(?P<item>[a-z]|[ivx]{1,5})[.)]\s+|\((?P<in_brackets>\d{1,2})\)\s+|\d{1,2}\s?[-–]\s(?=[A-Z]))",
    flags=re.ASCII,
)
"""What begins an item of a list: a bullet, "a)", "iv.", "(2)", "1- "."""


class DraftCell(NamedTuple):
    """A cell of a draft's table; `is_repeat` where it is one with the cell to its left or above."""

    text: str
    is_repeat: bool = False


@dataclass(frozen=True)
class DraftParagraph:
    """A paragraph of a draft.

    `place` counts the paragraphs and tables that hold something, from 1. `number` is the draft's own number ("19", "2.4",
    "13(i)"), "" where it has none; `under` the number of the last numbered paragraph, its own included. `heading` is a level
    from 1 to 9, and 0 for text.
    """

    place: int
    number: str
    under: str
    text: str
    heading: int = 0
    is_item: bool = False

    @property
    def where(self) -> str:
        """How a reader can find it: "19", "after 24", "place 7"."""
        return self.number or (f"after {self.under}" if self.under else f"place {self.place}")


@dataclass(frozen=True)
class DraftTable:
    """A table of a draft: which of its tables, counted from 1, and its cells, row by row."""

    place: int
    order: int
    under: str
    cells: tuple[tuple[DraftCell, ...], ...]


@dataclass(frozen=True)
class DraftText:
    """A draft: the name of its file, and its paragraphs and tables in order."""

    name: str
    blocks: tuple[DraftParagraph | DraftTable, ...]


class RawParagraph(NamedTuple):
    """A paragraph before its number is taken from its text. `number` is that of automatic numbering: "19." or "(a)"."""

    text: str
    heading: int = 0
    number: str = ""
    is_item: bool = False


RawTable = tuple[tuple[DraftCell, ...], ...]


def numbered(raw: tuple[RawParagraph | RawTable, ...]) -> tuple[DraftParagraph | DraftTable, ...]:
    """Return blocks with their places and numbers; paragraphs without text are left out.

    >>> [block.where for block in numbered((RawParagraph("Data"), RawParagraph("19. Up."), RawParagraph("Down.")))]
    ['place 1', '19', 'after 19']
    """
    blocks: list[DraftParagraph | DraftTable] = []
    under, tables = "", 0
    for one in raw:
        place = len(blocks) + 1
        if not isinstance(one, RawParagraph):
            tables += 1
            blocks.append(DraftTable(place, tables, under, one))
        elif one.text.strip():
            number, item, text = _own_number(one)
            under = number or under
            whole = number or (f"{under}({item})" if item and under else "")
            is_item = one.is_item or bool(not number and TYPED_ITEM.match(one.text))
            blocks.append(DraftParagraph(place, whole, under, text, 0 if number else one.heading, is_item))
    return tuple(blocks)


def _own_number(paragraph: RawParagraph) -> tuple[str, str, str]:
    """Return a paragraph's number, the letter or numeral of an item of a list, and its text without a number that was typed.

    What was typed is blanked, so that the places of the letters stay.
    """
    if paragraph.number:
        plain = paragraph.number.strip(" \t.()")
        is_number = bool(re.fullmatch(r"\d+(\.\d+)*", plain, flags=re.ASCII)) and "(" not in paragraph.number
        return (plain, "", paragraph.text) if is_number else ("", plain, paragraph.text)
    if typed := TYPED_NUMBER.match(paragraph.text):
        if paragraph.heading and not typed["plain"]:
            return "", "", paragraph.text
        return typed["plain"] or typed["parts"], "", _blanked(paragraph.text, typed.end())
    if typed := TYPED_ITEM.match(paragraph.text):
        return "", typed["item"] or typed["in_brackets"] or "", _blanked(paragraph.text, typed.end())
    return "", "", paragraph.text


def _blanked(text: str, until: int) -> str:
    return " " * until + text[until:]
