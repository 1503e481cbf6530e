"""What is where on the slide of a finding: its picture as large as can be, its words beside or beneath it, its source at the bottom."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pptx.parts.image import Image

from vulncore.packs.documents.deck.frame import GAP, SlideBox, SlideFrame
from vulncore.packs.documents.deck.lettering import LINE_HEIGHT, cut_to_lines, line_count, text_width
from vulncore.packs.documents.deck.shapes import one_line
from vulncore.packs.part import PackPart

MOST_SENTENCES: Final = 4
SENTENCE_SIZES: Final = (18.0, 16.0)
"""Points: on a wall less can't be read from the back of a room, so what has no room goes to the notes."""
BETWEEN: Final = 6.0  # points between two sentences
SMALL: Final = 12.0
MOST_SMALL_LINES: Final = 3
LINK: Final = "Open in the dashboard"
COMMENTARY: Final = "Commentary"
PROMPT: Final = "Commentary: write here, or delete this box."
COMMENTARY_SIZE: Final = 16.0
COMMENTARY_INSET: Final = 7.0
LEAST_COMMENTARY: Final = 66.0  # points: the prompt, and room to begin
COLUMNS: Final = (0.26, 0.3, 0.34, 0.38, 0.42)
"""How much of the width the words beside a picture may take."""
LEAST_BENEATH: Final = 0.4  # of the room's height that a picture has above its words
SENTENCE_WORTH: Final = 0.12
"""How much larger the picture has to get for it that a sentence goes to the notes, as a share of the picture alone."""
COMMENTARY_WORTH: Final = 0.3
LINKED: Final = ("https://", "http://")


@dataclass(frozen=True)
class Arrangement:
    """What is where beside a picture or beneath it, and how much of the words has room there.

    `sentences` are those that are shown, in letters of a `size`; `commentary` is what its box, the `remark`, shows, and `is_cut` whether
    that is less than all.
    """

    picture: SlideBox | None
    words: SlideBox
    remark: SlideBox | None
    sentences: tuple[str, ...]
    size: float
    commentary: tuple[str, ...]
    is_cut: bool

    @property
    def worth(self) -> float:
        """How good it is: how large its picture is, and more for what is said beside it."""
        area = 1.0 if self.picture is None else self.picture.width * self.picture.height
        return area * (1 + SENTENCE_WORTH * len(self.sentences) - (COMMENTARY_WORTH if self.is_cut else 0.0))


@dataclass(frozen=True)
class SmallPrint:
    """The notes and the source of a slide, where they stand, and the notes that have no room there; where its link stands and leads."""

    box: SlideBox
    link: SlideBox
    lines: tuple[str, ...]
    left: tuple[str, ...]
    size: float
    address: str


def arranged(part: PackPart, room: SlideBox, frame: SlideFrame) -> Arrangement:
    """Return the best arrangement of a finding's picture, sentences and commentary."""
    sentences = [one_line(text) for text in part.sentences[:MOST_SENTENCES]]
    remark = commentary_of(part)
    if part.picture is None:
        return _beside(
            None, room, SlideBox(room.left, room.top, room.width, room.height), sentences, remark, frame
        )
    wide, high = Image.from_blob(part.picture.png).size
    if not sentences and not remark:
        shape = _fitted(wide / high, room.width, room.height)
        middle = room.left + (room.width - shape[0]) / 2
        return Arrangement(SlideBox(middle, room.top, *shape), room, None, (), SMALL, (), is_cut=False)
    possible = []
    for share in COLUMNS:
        width, height = _fitted(wide / high, room.width * (1 - share) - 2 * GAP, room.height)
        column = SlideBox(room.left + width + 2 * GAP, room.top, room.width - width - 2 * GAP, room.height)
        picture = SlideBox(room.left, room.top, width, height)
        possible.append(_beside(picture, room, column, sentences, remark, frame))
    for shown in range(len(sentences) + 1):
        possible += _beneath(wide / high, room, sentences[:shown], remark, frame)
    speaking = [one for one in possible if one.sentences or not sentences]
    return max(speaking or possible, key=lambda one: one.worth)


def small_print(
    part: PackPart,
    notes: Sequence[str],
    body: SlideBox,
    size: float,
    frame: SlideFrame,
    most: int = MOST_SMALL_LINES,
) -> SmallPrint:
    """Return the notes and the source of a slide, at the bottom of its body, as far as there is room."""
    address = _address(part)
    line = size * LINE_HEIGHT
    beside = text_width(LINK, size, wider=frame.wider) + 3 * GAP if address else 0.0
    width = body.width - beside
    shown: list[str] = []
    left: list[str] = []
    source = one_line(f"Source: {part.source}") if part.source else ""
    short = cut_to_lines(source, size, width, 2, wider=frame.wider)
    used = line_count(short, size, width, wider=frame.wider) if short else 0
    for note in map(one_line, notes):
        needed = line_count(note, size, width, wider=frame.wider)
        if used + needed <= most and not left:
            shown.append(note)
            used += needed
        else:
            left.append(note)
    if short != source:
        left.append(source)
    height = max(used, int(bool(address))) * line + 2
    place = SlideBox(body.left, body.bottom - height, width, height)
    link = SlideBox(place.right + GAP, body.bottom - line - 2, beside - GAP, line + 2)
    return SmallPrint(place, link, tuple(filter(None, [*shown, short])), tuple(left), size, address)


def commentary_of(part: PackPart) -> tuple[str, ...]:
    """Return what the box of commentary says: what analysts wrote under its heading, else where to write; nothing where none is asked for."""
    if part.commentary:
        return (COMMENTARY, *(one_line(text) for text in part.commentary))
    return (PROMPT,) if part.asks_commentary else ()


def words_height(
    texts: Sequence[str], size: float, width: float, frame: SlideFrame, between: float = BETWEEN
) -> float:
    """Return how high paragraphs are, in points."""
    lines = sum(line_count(text, size, width, wider=frame.wider) for text in texts)
    return lines * size * LINE_HEIGHT + between * max(len(texts) - 1, 0) + (2 if texts else 0)


def remark_height(texts: Sequence[str], width: float, frame: SlideFrame) -> float:
    """Return how high a box of commentary is, in points."""
    return words_height(texts, COMMENTARY_SIZE, width - 2 * COMMENTARY_INSET, frame) + 2 * COMMENTARY_INSET


def remark_in(texts: Sequence[str], box: SlideBox, frame: SlideFrame) -> tuple[tuple[str, ...], bool]:
    """Return as much of a commentary as its box has room for, and whether that is less than all."""
    if remark_height(texts, box.width, frame) <= box.height + 0.01:
        return tuple(texts), False
    shown: list[str] = []
    width = box.width - 2 * COMMENTARY_INSET
    for text in texts:
        left = box.height - remark_height([*shown, ""], box.width, frame)
        lines = 1 + int(left // (COMMENTARY_SIZE * LINE_HEIGHT))
        if lines < 1:
            break
        shown.append(cut_to_lines(text, COMMENTARY_SIZE, width, lines, wider=frame.wider))
        if shown[-1] != text:
            break
    return tuple(shown), True


def _fitted(shape: float, width: float, height: float) -> tuple[float, float]:
    """Return how wide and high a picture is within some room."""
    return (width, width / shape) if width / shape <= height else (height * shape, height)


def _beside(
    picture: SlideBox | None,
    room: SlideBox,
    column: SlideBox,
    sentences: Sequence[str],
    remark: Sequence[str],
    frame: SlideFrame,
) -> Arrangement:
    """Return words in a column, the sentences above and the commentary beneath them."""
    least = 0.0
    if remark:
        least = min(max(remark_height(remark, column.width, frame), LEAST_COMMENTARY), column.height / 2)
    shown, size = _that_fit(sentences, column.width, column.height - least - (GAP if least else 0), frame)
    used = words_height(shown, size, column.width, frame)
    words = column.below(column.top, used)
    if not remark:
        return Arrangement(picture, words, None, shown, size, (), is_cut=False)
    top = column.top + used + (2 * GAP if shown else 0)
    box = column.below(
        top, min(max(remark_height(remark, column.width, frame), LEAST_COMMENTARY), room.bottom - top)
    )
    text, is_cut = remark_in(remark, box, frame)
    return Arrangement(picture, words, box, shown, size, text, is_cut)


def _beneath(
    shape: float, room: SlideBox, sentences: Sequence[str], remark: Sequence[str], frame: SlideFrame
) -> Iterator[Arrangement]:
    """Yield words beneath a picture: sentences at the left, commentary at the right."""
    width = room.width * (0.55 if remark else 1.0) - (GAP if remark else 0)
    size = SENTENCE_SIZES[-1]
    high = words_height(sentences, size, width, frame)
    if remark:
        high = max(high, LEAST_COMMENTARY)
    wide, tall = _fitted(shape, room.width, room.height - high - GAP)
    if tall < LEAST_BENEATH * room.height:
        return
    top = room.bottom - high
    picture = SlideBox(room.left + (room.width - wide) / 2, room.top, wide, tall)
    words = SlideBox(room.left, top, width, high)
    if not remark:
        yield Arrangement(picture, words, None, tuple(sentences), size, (), is_cut=False)
        return
    box = SlideBox(words.right + 2 * GAP, top, room.right - words.right - 2 * GAP, high)
    text, is_cut = remark_in(remark, box, frame)
    yield Arrangement(picture, words, box, tuple(sentences), size, text, is_cut)


def _that_fit(
    sentences: Sequence[str], width: float, height: float, frame: SlideFrame
) -> tuple[tuple[str, ...], float]:
    """Return as many of the first sentences as there is room for, and how large they are written."""
    for shown in range(len(sentences), 0, -1):
        for size in SENTENCE_SIZES:
            if words_height(sentences[:shown], size, width, frame) <= height:
                return tuple(sentences[:shown]), size
    return (), SENTENCE_SIZES[-1]


def _address(part: PackPart) -> str:
    """Return where a part's link leads; "" where that is no address of the web."""
    return part.link if part.link.casefold().startswith(LINKED) else ""
