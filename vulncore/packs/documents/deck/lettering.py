"""How wide and how high a text is, without its font: whether it has room in a box, and how much of it has."""

import unicodedata
from functools import cache, lru_cache
from math import ceil
from typing import Final

WIDTHS: Final = {
    191: "'",
    222: "ijl",
    278: " !,./:;I[\\]ft",
    333: "()-`r",
    355: '"',
    500: "ckvxysJz",
    556: "0123456789abdeghnopquL?_#$",
    584: "+<=>~",
    611: "FTZ",
    667: "ABEKPSVXY&",
    722: "CDHNRUw",
    778: "GOQ",
    833: "mM",
    889: "%",
    944: "W",
    1015: "@",
}
"""How wide Arial's letters are, in thousandths of their size.

Source:
    Adobe Font Metrics of Helvetica, whose widths Arial and Liberation Sans have.
"""
OTHER_WIDTH: Final = 611  # of a letter that isn't among them
FULL_WIDTH: Final = 1200  # of East Asian letters and pictures
BOLD: Final = 1.08  # times as wide
LINE_HEIGHT: Final = 1.2  # of a line, times the size of its letters
SLACK: Final = 1.03
"""Programs differ in where they break lines: a text is taken for so much wider than it is."""
CUT: Final = "…"
LONGEST: Final = 4_000  # letters of a paragraph that are measured: no box has room for so many

_WIDTH_OF: Final = {letter: width for width, letters in WIDTHS.items() for letter in letters}


def text_width(text: str, size: float, *, bold: bool = False, wider: float = 1.0) -> float:
    """Return how wide a text is in one line, in points.

    Args:
        text: The text.
        size: The size of its letters, in points.
        bold: Whether they are bold.
        wider: How many times as wide as Arial's the font's letters are.

    >>> round(text_width("Hate crime", 10), 1)  # 4.83 times its size in Arial, and a little more
    49.8
    """
    return _thousandths(text) * size * (BOLD if bold else 1.0) * wider * SLACK / 1000


def line_count(text: str, size: float, width: float, *, bold: bool = False, wider: float = 1.0) -> int:
    """Return how many lines a text takes in so many points, at least one.

    >>> line_count("one two three", 10, 1000), line_count("one two three", 10, 25), line_count("", 10, 25)
    (1, 3, 1)
    """
    return sum(
        _lines_of(paragraph, size, width, bold=bold, wider=wider) for paragraph in text.split("\n") or [""]
    )


def cut_to_lines(
    text: str, size: float, width: float, lines: int, *, bold: bool = False, wider: float = 1.0, end: str = ""
) -> str:
    """Return as much of a text as so many lines have room for, cut between words and marked where it is cut.

    `end` follows it in the last of the lines.

    >>> cut_to_lines("one two three four", 10, 50, 1)
    'one two …'
    >>> cut_to_lines("one two", 10, 50, 1)
    'one two'
    """
    if line_count(text + end, size, width, bold=bold, wider=wider) <= lines:
        return text
    low, high = 0, min(len(text), LONGEST)
    while low < high:
        middle = (low + high + 1) // 2
        if line_count(_shortened(text, middle) + end, size, width, bold=bold, wider=wider) <= lines:
            low = middle
        else:
            high = middle - 1
    return _shortened(text, low)


def longest_word(text: str, size: float, *, bold: bool = False, wider: float = 1.0) -> float:
    """Return how wide the widest word of a text is, in points."""
    return max(
        (text_width(word, size, bold=bold, wider=wider) for word in text[:LONGEST].split()), default=0.0
    )


def _shortened(text: str, letters: int) -> str:
    """Return a text's beginning, whole words where its last one isn't all that there is."""
    part = text[:letters].rstrip()
    whole = (
        part.rpartition(" ")[0]
        if text[letters : letters + 1].strip() and letters - part.rfind(" ") < 30
        else part
    )
    return f"{whole or part} {CUT}".lstrip()


def _lines_of(text: str, size: float, width: float, *, bold: bool, wider: float) -> int:
    """Return how many lines a paragraph takes: words go to the next line, and one that is wider than a line is broken."""
    if len(text) > LONGEST:
        return ceil(text_width(text[:LONGEST], size, bold=bold, wider=wider) / max(width, 1.0)) * ceil(
            len(text) / LONGEST
        )
    space = text_width(" ", size, bold=bold, wider=wider)
    lines, used = 1, 0.0
    for word in text.split():
        length = text_width(word, size, bold=bold, wider=wider)
        if used and used + space + length > width:
            lines, used = lines + 1, 0.0
        if length > width:
            over = ceil(length / max(width, 1.0)) - 1
            lines, length = lines + over, length - over * width
        used += (space if used else 0.0) + length
    return lines


@lru_cache(maxsize=5_000)
def _thousandths(text: str) -> int:
    """Return how wide a text is, in thousandths of its letters' size: it is asked for again at each size that is tried."""
    return sum(map(_letter_width, text))


@cache
def _letter_width(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Cf", "Mn", "Me"):
        return 0
    if unicodedata.east_asian_width(letter) in ("W", "F"):
        return FULL_WIDTH
    plain = unicodedata.normalize("NFKD", letter)[0]
    return _WIDTH_OF.get(letter, _WIDTH_OF.get(plain, OTHER_WIDTH))
