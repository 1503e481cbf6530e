"""Where on a slide what has its place: a template's own title, foot and margins, and the marking where they leave room."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.presentation import Presentation
from pptx.slide import SlideLayout

from vulncore.packs.documents.deck.lettering import LINE_HEIGHT, line_count, text_width
from vulncore.packs.documents.deck.plain import POINT
from vulncore.packs.documents.templates import TemplateError

MARKING_SIZE: Final = 12.0
FOOT_SIZE: Final = 10.5
HEADING_SIZE: Final = 14.0
LEAST_SIZE: Final = 10.5
STRIP: Final = 18.0  # points: a line of the marking, and what is around it
EDGE: Final = 5.0  # points between the marking and the slide's edge
HEADING_HEIGHT: Final = 19.0
GAP: Final = 6.0
TITLE_GAP: Final = 10.0
LEAST_TITLE: Final = 44.0
LOWEST_TITLE: Final = 0.45
"""Where a template's title ends beyond this share of the height, there would be no room for a picture: its place is then ours."""
LEAST_BODY: Final = 0.4  # of a slide's height
LEAST_WORDS: Final = 60.0
LEAST_SLIDE: Final = 280.0
MOST_FOOT_LINES: Final = 3
FOOT_INSETS: Final = 2 * 7.2  # points at both its sides, where a template says nothing else
LEAST_MARGIN: Final = 18.0
USUAL_MARGIN, USUAL_TITLE_HEIGHT = 36.0, 64.0
FOOT_FROM: Final = 0.75  # of a slide's height: a foot that is higher up is none
LEAST_CONTRAST: Final = 4.5
USUAL_TITLE_SIZE: Final = 44.0  # where a template says none
USUAL_INSETS: Final = (7.2, 3.6)  # points at a side, and above and below
WIDER: Final = 1.2
"""How many times as wide as Arial's the letters of an unknown font may be: Verdana's are 1.17 times."""
AS_ARIAL: Final = frozenset(
    {
        "arial",
        "helvetica",
        "liberation sans",
        "calibri",
        "carlito",
        "aptos",
        "times new roman",
        "gill sans mt",
    }
)
TITLES: Final = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)
BODIES: Final = (PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT)


@dataclass(frozen=True)
class SlideBox:
    """A place on a slide, in points from its upper left corner."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right end."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower end."""
        return self.top + self.height

    def below(self, top: float, height: float) -> "SlideBox":
        """Return a box as wide, from somewhere downwards."""
        return SlideBox(self.left, top, self.width, height)


@dataclass(frozen=True)
class SlideFrame:
    """The places of a layout's slides, and how large and wide the letters of its title are.

    `body` is free for whatever a slide shows. `words` is the subtitle of a title slide, None where the layout has none. The `foot` and the
    `number` are those of the layout where it has them.
    """

    layout: SlideLayout
    title: SlideBox
    heading: SlideBox
    body: SlideBox
    words: SlideBox | None
    foot: SlideBox
    number: SlideBox
    upper: SlideBox
    lower: SlideBox
    marking_size: float
    title_size: float
    title_insets: tuple[float, float]
    """How much of the title's width and height its insets take, in points."""
    wider: float
    filled: bool
    """Whether texts need a ground of their own, as nobody knows what a template has beneath them."""
    accent: MSO_THEME_COLOR
    quiet: MSO_THEME_COLOR
    """The template's accent and its second ink, where they stand out from its ground; else its first ink."""


@dataclass(frozen=True)
class Layouts:
    """What slides are made on: the first one, all others, and how wide letters are."""

    first: SlideFrame
    other: SlideFrame


def layouts_of(deck: Presentation, marking: str, foot: str, *, filled: bool) -> Layouts:
    """Return the layouts of a presentation that its slides take, and what has which place on them.

    By their types: a title slide; a title only, else a title and content, else any with a title.

    Raises:
        TemplateError: None has a title, or slides are too small.
    """
    layouts = [layout for master in deck.slide_masters for layout in master.slide_layouts]
    titled = [layout for layout in layouts if _holder(layout, *TITLES)]
    if not titled:
        raise TemplateError(
            f"None of the template's {len(layouts)} layouts has a title. Choose a template with a layout 'Title Only'."
        )
    other = _first(titled, "titleOnly", "obj") or _plainest(titled)
    first = _first(titled, "title") or other
    size = _points(deck.slide_width or 0), _points(deck.slide_height or 0)
    if min(size) < LEAST_SLIDE:
        raise TemplateError(
            f"The template's slides are {size[0]:.0f} by {size[1]:.0f} points. Choose one with slides of at least {LEAST_SLIDE:.0f}."
        )
    return Layouts(*(_usable_frame(layout, size, marking, foot, filled=filled) for layout in (first, other)))


def holder(frame: SlideFrame, kind: PP_PLACEHOLDER) -> Any:
    """Return the place of a kind in a frame's layout, None where it has none."""
    return _holder(frame.layout, kind)


def _first(layouts: list[SlideLayout], *kinds: str) -> SlideLayout | None:
    by_kind = {layout.element.get("type"): layout for layout in reversed(layouts)}
    return next((by_kind[kind] for kind in kinds if kind in by_kind), None)


def _plainest(layouts: list[SlideLayout]) -> SlideLayout:
    """Return the layout with fewest places to fill."""
    return min(layouts, key=lambda layout: len(list(layout.iter_cloneable_placeholders())))


def _usable_frame(
    layout: SlideLayout, size: tuple[float, float], marking: str, foot: str, *, filled: bool
) -> SlideFrame:
    """Return the frame of a layout; where its title and foot leave no room between them, they are where ours are."""
    placed = {name: _place(_holder(layout, *kinds), *size) for name, kinds in _HOLDERS.items()}
    frame = _frame(layout, size, marking, foot, placed, filled=filled)
    if frame.words is None and frame.body.height < LEAST_BODY * size[1]:
        return _frame(layout, size, marking, foot, dict.fromkeys(placed), filled=filled)
    return frame


def _frame(
    layout: SlideLayout,
    size: tuple[float, float],
    marking: str,
    foot: str,
    placed: Mapping[str, SlideBox | None],
    *,
    filled: bool,
) -> SlideFrame:
    width, height = size
    theme = parse_xml(layout.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME).blob)
    wider = _wider(theme)
    title_holder = _holder(layout, *TITLES)
    marking_size, marking_box = _marking(marking, wider, width)
    title = _title_place(layout, placed["title"], marking_box.bottom + HEADING_HEIGHT, width, height)
    beside = _body_of(layout, width, height) or title
    left = max(min(beside.left, width / 4), LEAST_MARGIN)
    right = min(max(beside.right, width * 0.75), width - LEAST_MARGIN)
    below = height - marking_box.bottom
    number, foot_box = _feet(placed["number"], placed["foot"], left, right, below, foot, wider)
    highest = min(number.top, foot_box.top)
    is_below = max(number.bottom, foot_box.bottom) <= below
    lower = SlideBox(
        marking_box.left,
        below if is_below else highest - marking_box.height,
        marking_box.width,
        marking_box.height,
    )
    top, bottom = title.bottom + TITLE_GAP, min(highest, lower.top) - GAP
    return SlideFrame(
        layout=layout,
        title=title,
        heading=SlideBox(title.left, title.top - HEADING_HEIGHT, title.width, HEADING_HEIGHT),
        body=SlideBox(left, top, right - left, bottom - top),
        words=_words_place(placed["words"], title, marking_box.bottom + GAP, bottom),
        foot=foot_box,
        number=number,
        upper=marking_box,
        lower=lower,
        marking_size=marking_size,
        title_size=_title_size(layout, title_holder),
        title_insets=_insets(layout, title_holder),
        wider=wider,
        filled=filled,
        accent=_readable(layout, theme, MSO_THEME_COLOR.ACCENT_1, "accent1"),
        quiet=_readable(layout, theme, MSO_THEME_COLOR.TEXT_2, "tx2"),
    )


def _title_place(
    layout: SlideLayout, title: SlideBox | None, highest: float, width: float, height: float
) -> SlideBox:
    """Return where the title lies: where the layout has it, below the marking and a heading, and where it leaves room beneath."""
    is_first = _kind(layout) == "title"
    if title is None or title.width < width / 2 or (title.bottom > LOWEST_TITLE * height and not is_first):
        title = SlideBox(USUAL_MARGIN, highest, width - 2 * USUAL_MARGIN, USUAL_TITLE_HEIGHT)
    if title.top < highest:
        title = title.below(highest, max(title.bottom - highest, LEAST_TITLE))
    return title


def _words_place(words: SlideBox | None, title: SlideBox, top: float, bottom: float) -> SlideBox | None:
    """Return where the words of a title slide lie, within what the marking and the foot leave; None where that is nowhere."""
    if words is None:
        return None
    place = words.below(max(words.top, top), min(words.bottom, bottom) - max(words.top, top))
    beside = (
        place.bottom <= title.top
        or place.top >= title.bottom
        or place.left >= title.right
        or place.right <= title.left
    )
    return place if beside and place.height >= LEAST_WORDS else None


_HOLDERS: Final = {
    "title": TITLES,
    "words": (PP_PLACEHOLDER.SUBTITLE,),
    "foot": (PP_PLACEHOLDER.FOOTER,),
    "number": (PP_PLACEHOLDER.SLIDE_NUMBER,),
}


def _feet(
    number: SlideBox | None,
    words: SlideBox | None,
    left: float,
    right: float,
    below: float,
    foot: str,
    wider: float,
) -> tuple[SlideBox, SlideBox]:
    """Return the places of the slide's number and of the foot, side by side: those of the layout as far as they are at the bottom."""
    at = [place for place in (number, words) if place and place.top > below * FOOT_FROM]
    top = min((place.top for place in at), default=below - 17)
    bottom = max((place.bottom for place in at), default=below - 1)
    if number is None or number.top < below * FOOT_FROM or number.width > (right - left) / 3:
        number = SlideBox(right - 48, top, 48, bottom - top)
    number = SlideBox(number.left, top, number.width, bottom - top)
    if number.left + number.width / 2 > (left + right) / 2:
        room = SlideBox(left, top, number.left - GAP - left, bottom - top)
    else:
        room = SlideBox(number.right + GAP, top, right - number.right - GAP, bottom - top)
    lines = min(line_count(foot, FOOT_SIZE, room.width - FOOT_INSETS, wider=wider), MOST_FOOT_LINES)
    needed = lines * FOOT_SIZE * LINE_HEIGHT + 2
    if needed > room.height:
        room = room.below(room.bottom - needed, needed)
    return number, room


def _marking(text: str, wider: float, width: float) -> tuple[float, SlideBox]:
    """Return how large the marking is written, and a box in the middle as wide as it: what a template has beside it stays to be seen."""
    room = width - 2 * LEAST_MARGIN
    for size in (MARKING_SIZE, LEAST_SIZE):
        needed = text_width(text, size, bold=True, wider=wider) + 2 * GAP
        if needed <= room:
            return size, SlideBox((width - needed) / 2, EDGE, needed, STRIP)
    lines = line_count(text, LEAST_SIZE, room - 2 * GAP, bold=True, wider=wider)
    return LEAST_SIZE, SlideBox(LEAST_MARGIN, EDGE, room, lines * LEAST_SIZE * LINE_HEIGHT + 4)


def _places(of: Any) -> list[Any]:
    """Return the places of a layout or a master."""
    return list(of.placeholders)


def _kind(layout: SlideLayout) -> str:
    return str(layout.element.get("type") or "")


def _holder(layout: SlideLayout, *kinds: PP_PLACEHOLDER) -> Any:
    """Return a layout's first place of some kinds, None where it has none."""
    return next((place for place in _places(layout) if place.placeholder_format.type in kinds), None)


def _body_of(layout: SlideLayout, width: float, height: float) -> SlideBox | None:
    """Return where a template writes: in this layout, else in the one of a title and content, else on the master."""
    beside = [_holder(other, *BODIES) for other in layout.slide_master.slide_layouts if _kind(other) == "obj"]
    on_master = [place for place in _places(layout.slide_master) if place.placeholder_format.type in BODIES]
    for holder in [_holder(layout, *BODIES), *beside, *on_master]:
        place = _place(holder, width, height)
        if place and place.width > width / 2:
            return place
    return None


def _place(holder: Any, width: float, height: float) -> SlideBox | None:
    """Return where a place of a layout lies, within the slide; None where it has none or it is nowhere."""
    if holder is None or None in (sides := (holder.left, holder.top, holder.width, holder.height)):
        return None
    left, top, wide, high = map(_points, sides)
    left, top, right, bottom = max(left, 0.0), max(top, 0.0), min(left + wide, width), min(top + high, height)
    return SlideBox(left, top, right - left, bottom - top) if right > left and bottom > top else None


def _title_size(layout: SlideLayout, holder: Any) -> float:
    """Return how large a title's letters are, as its layout or its master says."""
    on_master = [
        place.element for place in _places(layout.slide_master) if place.placeholder_format.type in TITLES
    ]
    styles = layout.slide_master.element.findall(f"{qn('p:txStyles')}/{qn('p:titleStyle')}")
    for element in [*([holder.element] if holder is not None else []), *on_master, *styles]:
        for letters in element.iter(qn("a:defRPr")):
            if letters.get("sz"):
                return int(letters.get("sz")) / 100
    return USUAL_TITLE_SIZE


def _insets(layout: SlideLayout, holder: Any) -> tuple[float, float]:
    """Return how much of a title's width and height its insets take."""
    on_master = [place for place in _places(layout.slide_master) if place.placeholder_format.type in TITLES]
    insets = {
        "lIns": USUAL_INSETS[0],
        "tIns": USUAL_INSETS[1],
        "rIns": USUAL_INSETS[0],
        "bIns": USUAL_INSETS[1],
    }
    for place in [*on_master[:1], *([] if holder is None else [holder])]:
        for properties in place.element.iter(qn("a:bodyPr")):
            insets |= {name: _points(int(properties.get(name))) for name in insets if properties.get(name)}
    return insets["lIns"] + insets["rIns"], insets["tIns"] + insets["bIns"]


def _wider(theme: Any) -> float:
    """Return how many times as wide as Arial's a template's letters may be: of its two fonts, the wider."""
    fonts = {
        latin.get("typeface", "").casefold()
        for kind in ("majorFont", "minorFont")
        for latin in theme.iterfind(f".//{qn(f'a:{kind}')}/{qn('a:latin')}")
    }
    return 1.0 if fonts and fonts <= AS_ARIAL else WIDER


def _readable(layout: SlideLayout, theme: Any, colour: MSO_THEME_COLOR, name: str) -> MSO_THEME_COLOR:
    """Return a colour of a theme where letters in it can be read on the theme's ground, else its ink."""
    letters, ground = (_luminance(layout, theme, of) for of in (name, "bg1"))
    if letters is None or ground is None:
        return MSO_THEME_COLOR.TEXT_1
    contrast = (max(letters, ground) + 0.05) / (min(letters, ground) + 0.05)
    return colour if contrast >= LEAST_CONTRAST else MSO_THEME_COLOR.TEXT_1


def _luminance(layout: SlideLayout, theme: Any, name: str) -> float | None:
    """Return how bright a theme's colour is, from 0 to 1; None where the theme doesn't say which it is.

    Source:
        W3C, Web Content Accessibility Guidelines 2.2, relative luminance.
    """
    mapped = layout.slide_master.element.find(qn("p:clrMap"))
    known = name if mapped is None else mapped.get(name, name)
    for of in theme.iterfind(f".//{qn('a:clrScheme')}/{qn(f'a:{known}')}/*"):
        digits = of.get("val") if of.tag == qn("a:srgbClr") else of.get("lastClr")
        if digits:
            parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
            red, green, blue = (
                part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
            )
            return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return None


def _points(emu: int) -> float:
    return emu / POINT
