"""The numbers that Word puts before paragraphs by itself: they stand nowhere in the text."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn

LEVELS: Final = 9  # that a list of Word has
MOST_STYLES: Final = 20  # that can build on one another
LETTERS: Final = 26
ROMAN: Final = (
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)


class ListNumber(NamedTuple):
    """What Word writes before a paragraph: "19.", "(a)", or "" where it is no item of a numbered list."""

    text: str
    is_item: bool


class _Level(NamedTuple):
    start: int
    format: str
    pattern: str


class _List(NamedTuple):
    abstract: str
    levels: dict[int, _Level]
    restarts: dict[int, int]


def list_numbers(document: Document) -> Callable[[Any], ListNumber]:
    """Return what tells the number of a document's paragraphs, asked for each of them once and in order.

    Source:
        ECMA-376, Office Open XML, part 1, section 17.9. Lists that share a definition count on, unless one says where it starts.

    Misleads when:
        a list restarts after a level that is not the one above (`lvlRestart`), which reports don't have.
    """
    lists, styles = _lists(document), _styles(document)
    counts: dict[str, list[int | None]] = {}
    restarted: set[str] = set()

    def number(paragraph: Any) -> ListNumber:
        placed = _placed(paragraph, styles)
        if placed is None or placed[0] not in lists:
            return ListNumber("", is_item=placed is not None)
        key, depth = placed
        of = lists[key]
        count = counts.setdefault(of.abstract, [None] * LEVELS)
        if key not in restarted:
            restarted.add(key)
            for place, start in of.restarts.items():
                count[place] = start - 1
        level = of.levels.get(depth, _Level(1, "decimal", f"%{depth + 1}."))
        before = count[depth]
        count[depth] = level.start if before is None else before + 1
        for deeper in range(depth + 1, LEVELS):
            count[deeper] = None
        return ListNumber(_text(of, count, depth), is_item=level.format == "bullet" or depth > 0)

    return number


def value_of(element: Any, name: str) -> str | None:
    """Return the value of a child element, like that of `w:numId`; None where there is no such child."""
    child = None if element is None else element.find(qn(name))
    return None if child is None else child.get(qn("w:val"))


def _whole(text: str | None, otherwise: int) -> int:
    return (
        int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 6 else otherwise
    )


def _lists(document: Document) -> dict[str, _List]:
    part = next(
        (one.target_part for one in document.part.rels.values() if one.reltype == RELATIONSHIP_TYPE.NUMBERING and not one.is_external),
        None,
    )  # fmt: skip
    root: Any = getattr(part, "element", None)
    if root is None:
        return {}
    abstract = {
        one.get(qn("w:abstractNumId")): {
            _whole(level.get(qn("w:ilvl")), 0): _Level(
                _whole(value_of(level, "w:start"), 1),
                value_of(level, "w:numFmt") or "decimal",
                value_of(level, "w:lvlText") or "",
            )
            for level in one.findall(qn("w:lvl"))
        }
        for one in root.findall(qn("w:abstractNum"))
    }
    lists = {}
    for one in root.findall(qn("w:num")):
        key, of = one.get(qn("w:numId")), value_of(one, "w:abstractNumId") or ""
        restarts = {}
        for override in one.findall(qn("w:lvlOverride")):
            start, depth = value_of(override, "w:startOverride"), _whole(override.get(qn("w:ilvl")), 0)
            if start is not None and depth < LEVELS:
                restarts[depth] = _whole(start, 1)
        if key:
            lists[key] = _List(of, abstract.get(of, {}), restarts)
    return lists


def _styles(document: Document) -> dict[str, Any]:
    root: Any = document.styles.element
    return {one.get(qn("w:styleId")): one for one in root.findall(qn("w:style"))}


def _placed(paragraph: Any, styles: dict[str, Any]) -> tuple[str, int] | None:
    """Return the list and the level that a paragraph or its style names; None where it is in no list."""
    properties = paragraph.find(qn("w:pPr"))
    depth: int | None = None
    style = value_of(properties, "w:pStyle")
    for _ in range(MOST_STYLES):
        numbers = None if properties is None else properties.find(qn("w:numPr"))
        if numbers is not None:
            named = value_of(numbers, "w:ilvl")
            depth = min(_whole(named, 0), LEVELS - 1) if depth is None and named is not None else depth
            key = value_of(numbers, "w:numId")
            if key is not None:
                return None if key == "0" else (key, depth or 0)
        definition = styles.get(style) if style else None
        if definition is None:
            return None
        properties, style = definition.find(qn("w:pPr")), value_of(definition, "w:basedOn")
    return None


def _text(of: _List, count: list[int | None], depth: int) -> str:
    level = of.levels.get(depth, _Level(1, "decimal", f"%{depth + 1}."))
    if level.format in ("bullet", "none"):
        return ""
    text = level.pattern
    for place in range(depth + 1):
        shown = of.levels.get(place, level)
        reached = count[place]
        text = text.replace(
            f"%{place + 1}", _formatted(shown.start if reached is None else reached, shown.format)
        )
    return text.strip()


def _formatted(number: int, how: str) -> str:
    """Return a number as a list writes it.

    >>> [_formatted(number, how) for number, how in ((4, "lowerRoman"), (2, "upperLetter"), (28, "lowerLetter"), (7, "decimal"))]
    ['iv', 'B', 'bb', '7']
    """
    if how in ("lowerLetter", "upperLetter") and 0 < number <= 10 * LETTERS:
        text = chr(ord("a") + (number - 1) % LETTERS) * ((number - 1) // LETTERS + 1)
    elif how in ("lowerRoman", "upperRoman") and 0 < number < 400:
        text, left = "", number
        for size, letters in ROMAN:
            text += letters * (left // size)
            left %= size
    else:
        text = str(number)
    return text.upper() if how.startswith("upper") else text
