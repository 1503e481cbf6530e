"""A presentation while it is made: a slide with its title and what stands on every one, its notes, and titles that are unlike."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, count
from typing import Any, Final

from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.presentation import Presentation
from pptx.slide import Slide

from vulncore.packs.documents.deck.arrangement import SMALL
from vulncore.packs.documents.deck.frame import (
    FOOT_INSETS,
    FOOT_SIZE,
    GAP,
    HEADING_SIZE,
    MOST_FOOT_LINES,
    TITLES,
    Layouts,
    SlideBox,
    SlideFrame,
    holder,
)
from vulncore.packs.documents.deck.lettering import CUT, LINE_HEIGHT, cut_to_lines, line_count, text_width
from vulncore.packs.documents.deck.shapes import Lettering, add_holder, add_words, one_line, place_at, write
from vulncore.packs.documents.settled import written
from vulncore.packs.part import PackAbout

LARGEST_TITLE_SIZE: Final = 32.0
"""Templates have it at 44 for a few words; a finding is a sentence."""
LEAST_TITLE_SIZE: Final = 18.0
ONE_LINE_FROM: Final = 20.0
"""A title takes one line where its letters are still so large, as what is beneath it needs the room."""
XML_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SHOWN: Final = (
    ("presProps", "presentationPr", RELATIONSHIP_TYPE.PRES_PROPS, CONTENT_TYPE.PML_PRES_PROPS),
    ("viewProps", "viewPr", RELATIONSHIP_TYPE.VIEW_PROPS, CONTENT_TYPE.PML_VIEW_PROPS),
)
"""Parts that say how slides are shown, in which nothing has to stand."""
UNTITLED: Final = "Finding"
FIRST_READ: Final = 2  # a slide's first two elements are about itself


@dataclass
class Deck:
    """A presentation while slides are added to it."""

    file: Presentation
    about: PackAbout
    layouts: Layouts
    titles: set[str] = field(default_factory=set)

    def frame(self, title: str) -> SlideFrame:
        """Return where on a slide with a title what is: in our own look whatever a short title leaves goes to what is beneath it."""
        return self.layouts.other if self.layouts.other.filled else _lowered(self.layouts.other, title)


def title_of(deck: Deck, *texts: str, heading: str) -> str:
    """Return the first text that says something, and what it is about before it where another slide has the same."""
    title = next(filter(None, map(one_line, (*texts, heading, deck.about.title))), UNTITLED)
    return f"{one_line(heading)}: {title}" if title in deck.titles and heading.strip() else title


def new_slide(deck: Deck, frame: SlideFrame, title: str, heading: str = "", end: str = "") -> Slide:
    """Add a slide with its title, which no other has, and what it is about in a small line above it."""
    slide: Slide = deck.file.slides.add_slide(frame.layout)
    kept = (*TITLES, PP_PLACEHOLDER.SUBTITLE) if frame is deck.layouts.first else TITLES
    for place in list(slide.placeholders):
        if place.placeholder_format.type not in kept:
            place._element.getparent().remove(place._element)
    ends = chain([end], (f"{end} ({number})" for number in count(2)))
    fitted = (_fitted_title(one_line(title), frame, one) for one in ends)
    shown, size = next(one for one in fitted if one[0] not in deck.titles)
    deck.titles |= {shown, one_line(title)}
    titled = _title_place(slide)
    place_at(titled, frame.title)
    write(titled.text_frame, [shown], Lettering(None if size == frame.title_size else size, colour=None))
    slide.shapes._spTree.insert(FIRST_READ, titled._element)
    if heading and frame.heading.height:
        made = _made_width(deck, frame)
        box = replace(frame.heading, width=frame.heading.width - (made + 2 * GAP if made else 0))
        text = cut_to_lines(one_line(heading), HEADING_SIZE, box.width, 1, wider=frame.wider)
        box = replace(box, width=min(box.width, text_width(text, HEADING_SIZE, wider=frame.wider) + GAP))
        add_words(
            slide, "About", box, [text], Lettering(HEADING_SIZE, colour=frame.accent), filled=frame.filled
        )
    return slide


def _title_place(slide: Slide) -> Any:
    return next(place for place in slide.placeholders if place.placeholder_format.type in TITLES)


def mark_slide(deck: Deck, slide: Slide, frame: SlideFrame) -> None:
    """Write on a slide what stands on all of them: that the data is made, the marking, the foot, the number."""
    about = deck.about
    width = _made_width(deck, frame)
    if width and frame is not deck.layouts.first:
        box = SlideBox(frame.heading.right - width, frame.heading.top, width, frame.heading.height - 1)
        looks = Lettering(SMALL, bold=True, align=PP_ALIGN.CENTER, anchor=MSO_ANCHOR.MIDDLE)
        add_words(slide, "Made data", box, [one_line(about.made)], looks, filled=True, outlined=frame.accent)
    looks = Lettering(frame.marking_size, bold=True, align=PP_ALIGN.CENTER, anchor=MSO_ANCHOR.MIDDLE)
    add_words(slide, "Marking, top", frame.upper, [one_line(about.marking.words)], looks, filled=True)
    small = Lettering(FOOT_SIZE, colour=None)
    foot = cut_to_lines(
        one_line(about.foot), FOOT_SIZE, frame.foot.width - FOOT_INSETS, MOST_FOOT_LINES, wider=frame.wider
    )
    add_holder(slide, "Foot", frame.foot, holder(frame, PP_PLACEHOLDER.FOOTER), foot, small)
    add_holder(slide, "Slide number", frame.number, holder(frame, PP_PLACEHOLDER.SLIDE_NUMBER), "#", small)
    add_words(slide, "Marking, bottom", frame.lower, [one_line(about.marking.words)], looks, filled=True)


def note(slide: Slide, title: str, texts: Sequence[str]) -> None:
    """Write into the speaker notes what a slide has no room for, and its title where that is cut."""
    shown = _title_place(slide).text_frame.text
    whole = [title] if CUT in shown and CUT not in title else []
    noted = [written(text).strip() for text in (*whole, *texts) if text.strip()]
    if noted:
        _notes(slide).text = "\n".join(noted)


def noted(slide: Slide) -> list[str]:
    """Return what a slide's speaker notes say already."""
    return str(_notes(slide).text).split("\n") if slide.has_notes_slide else []


def _notes(slide: Slide) -> Any:
    return slide.notes_slide.notes_text_frame


def complete(file: Presentation) -> None:
    """Give a presentation what PowerPoint asks for and the library leaves undone: how it is shown, and a list of its masters of notes."""
    part = file.part
    for name, root, kind, content_type in SHOWN:
        blob = f"{XML_HEAD}<p:{root} {nsdecls('a', 'r', 'p')}/>".encode()
        part.relate_to(Part(PackURI(f"/ppt/{name}.xml"), content_type, part.package, blob), kind)
    _list_notes_master(file)


def _list_notes_master(file: Presentation) -> None:
    part, listed = file.part, file.element.find(qn("p:notesMasterIdLst"))
    related = [
        key for key, relation in part.rels.items() if relation.reltype == RELATIONSHIP_TYPE.NOTES_MASTER
    ]
    if listed is not None:
        file.element.remove(listed)
    if related:
        masters = file.element.find(qn("p:sldMasterIdLst"))
        masters.addnext(
            parse_xml(
                f'<p:notesMasterIdLst {nsdecls("p", "r")}><p:notesMasterId r:id="{related[0]}"/></p:notesMasterIdLst>'
            )
        )


def _fitted_title(title: str, frame: SlideFrame, end: str) -> tuple[str, float]:
    """Return as much of a title as its place has room for, and how large it is written there."""
    width, height = frame.title.width - frame.title_insets[0], frame.title.height - frame.title_insets[1]
    size = frame.title_size if frame.words else min(frame.title_size, LARGEST_TITLE_SIZE)
    while size > LEAST_TITLE_SIZE and _title_height(f"{title}{end}", size, width, frame) > height:
        size = max(size - 1, LEAST_TITLE_SIZE)
    lines = max(int((height + 1) // (size * LINE_HEIGHT)), 1)
    return cut_to_lines(title, size, width, lines, bold=True, wider=frame.wider, end=end) + end, size


def _title_height(text: str, size: float, width: float, frame: SlideFrame) -> float:
    return line_count(text, size, width, bold=True, wider=frame.wider) * size * LINE_HEIGHT - 1


def _lowered(frame: SlideFrame, title: str) -> SlideFrame:
    """Return a frame whose title is no higher than it has to be, with the room that this leaves for a table."""
    width, size = frame.title.width - frame.title_insets[0], frame.title_size
    while size > ONE_LINE_FROM and line_count(one_line(title), size, width, bold=True, wider=frame.wider) > 1:
        size -= 1
    lines = line_count(one_line(title), size, width, bold=True, wider=frame.wider)
    height = min(lines * size * LINE_HEIGHT + frame.title_insets[1] + 1, frame.title.height)
    more = frame.title.height - height
    body = frame.body.below(frame.body.top - more, frame.body.height + more)
    return replace(frame, title=frame.title.below(frame.title.top, height), body=body)


def _made_width(deck: Deck, frame: SlideFrame) -> float:
    made = one_line(deck.about.made)
    return text_width(made, SMALL, bold=True, wider=frame.wider) + 2 * GAP if made else 0.0
