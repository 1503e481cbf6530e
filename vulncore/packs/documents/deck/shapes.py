"""Text boxes, links and pictures as PowerPoint has them, each with a name and whatever a screen reader needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.slide import Slide
from pptx.util import Emu, Pt

from vulncore.packs.documents.deck.frame import SlideBox
from vulncore.packs.documents.deck.plain import NUMBER_FIELD, POINT
from vulncore.packs.documents.settled import written

LANGUAGE: Final = "en-GB"


@dataclass(frozen=True)
class Lettering:
    """How a text is written: points (None: as the layout has it), bold, a colour of the theme, where in its box."""

    size: float | None = None
    bold: bool = False
    colour: MSO_THEME_COLOR | None = MSO_THEME_COLOR.TEXT_1
    align: PP_ALIGN | None = None
    anchor: MSO_ANCHOR = MSO_ANCHOR.TOP
    between: float = 0.0
    """Points between its paragraphs."""


def one_line(text: str) -> str:
    r"""Return a text that a document can hold, in one line.

    >>> one_line(" Hate\ncrime ")
    'Hate crime'
    """
    return " ".join(written(text).split())


def add_words(
    slide: Slide,
    name: str,
    box: SlideBox,
    paragraphs: Sequence[str],
    looks: Lettering,
    *,
    inset: float = 0.0,
    filled: bool = False,
    outlined: MSO_THEME_COLOR | None = None,
    headed: bool = False,
    shrinks: bool = False,
) -> Any:
    """Put a text box on a slide.

    Args:
        slide: The slide.
        name: What the box is called in the list of a slide's objects.
        box: Where it lies.
        paragraphs: Its text.
        looks: How it is written.
        inset: Points between its edge and its text.
        filled: Whether it has the colour of the ground, so that it can be read whatever is beneath it.
        outlined: The colour of its outline, None for none.
        headed: Whether the first paragraph is a heading of the others.
        shrinks: Whether letters get smaller where somebody writes more than there is room for.
    """
    shape = slide.shapes.add_textbox(*emu(box))
    shape.name = name
    frame = shape.text_frame
    frame.word_wrap = True
    frame.auto_size = MSO_AUTO_SIZE.TEXT_TO_FIT_SHAPE if shrinks else MSO_AUTO_SIZE.NONE
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = Pt(inset)
    frame.vertical_anchor = looks.anchor
    if filled:
        shape.fill.solid()
        shape.fill.fore_color.theme_color = MSO_THEME_COLOR.BACKGROUND_1
    if outlined is not None:
        shape.line.color.theme_color = outlined
        shape.line.width = Pt(1)
    write(frame, paragraphs, looks)
    if headed:
        for run in frame.paragraphs[0].runs:
            run.font.bold = True
    return shape


def write(frame: Any, paragraphs: Sequence[str], looks: Lettering) -> None:
    """Write paragraphs into a frame, in place of whatever it had."""
    for place, text in enumerate(paragraphs):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        if looks.align is not None:
            paragraph.alignment = looks.align
        if looks.between:
            paragraph.space_before = Pt(looks.between if place else 0)
        run = paragraph.add_run()
        run.text = written(text)
        _letter(run, looks)


def add_link(
    slide: Slide, name: str, box: SlideBox, text: str, address: str, looks: Lettering, *, filled: bool
) -> None:
    """Put words on a slide that lead to an address of the web."""
    shape = add_words(slide, name, box, [text], looks, filled=filled)
    run = shape.text_frame.paragraphs[0].runs[0]
    run.hyperlink.address = one_line(address)


def add_picture(slide: Slide, name: str, box: SlideBox, png: bytes, alternative: str) -> None:
    """Put a picture on a slide, with what it says to those who don't see it."""
    picture = slide.shapes.add_picture(BytesIO(png), *emu(box))
    describe(picture, name, alternative)


def describe(shape: Any, name: str, alternative: str) -> None:
    """Give a shape its name and its alternative text."""
    shape.name = name
    shape._element.xpath(".//p:cNvPr")[0].set("descr", written(alternative))


def add_holder(slide: Slide, name: str, box: SlideBox, holder: Any, text: str, looks: Lettering) -> None:
    """Fill a layout's place on a slide: its foot, or ("#") the number of the slide; a text box where the layout has no such place.

    Libraries leave these places out of the slides that they add.
    """
    shape: Any
    if holder is None:
        shape = add_words(slide, name, box, [text], looks)
    else:
        kind = holder.element.xpath(".//p:nvPr/p:ph")[0]
        listed = " ".join(
            f'{key}="{kind.get(key)}"' for key in ("type", "orient", "sz", "idx") if kind.get(key)
        )
        number = max(int(key) for key in slide.shapes._spTree.xpath(".//p:cNvPr/@id")) + 1
        element = parse_xml(
            f'<p:sp {nsdecls("p", "a")}><p:nvSpPr><p:cNvPr id="{number}" name="{name}"/><p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>'
            f"<p:nvPr><p:ph {listed}/></p:nvPr></p:nvSpPr><p:spPr/>"
            "<p:txBody><a:bodyPr/><a:lstStyle/><a:p/></p:txBody></p:sp>"
        )
        slide.shapes._spTree.append(element)
        shape = list(slide.shapes)[-1]
        place_at(shape, box)
        write(shape.text_frame, [text], looks)
    if text == "#":
        _number(slide, shape.text_frame.paragraphs[0])


def place_at(shape: Any, box: SlideBox) -> None:
    """Move a shape to a box."""
    shape.left, shape.top, shape.width, shape.height = emu(box)


def emu(box: SlideBox) -> tuple[Emu, Emu, Emu, Emu]:
    """Return a box as files have it: its left and upper end, its width and its height, in whole units."""
    left, top, right, bottom = (
        round(points * POINT) for points in (box.left, box.top, box.right, box.bottom)
    )
    return Emu(left), Emu(top), Emu(right - left), Emu(bottom - top)


def _number(slide: Slide, paragraph: Any) -> None:
    """Make a paragraph the number of its slide, which stays right when slides are moved."""
    run = paragraph._p.find(qn("a:r"))
    field = parse_xml(f'<a:fld {nsdecls("a")} id="{NUMBER_FIELD}" type="slidenum"/>')
    field.extend(list(run))
    field.find(qn("a:t")).text = str(
        slide.part.package.presentation_part.presentation.slides.index(slide) + 1
    )
    paragraph._p.replace(run, field)


def _letter(run: Any, looks: Lettering) -> None:
    run._r.get_or_add_rPr().set("lang", LANGUAGE)
    if looks.size is not None:
        run.font.size = Pt(looks.size)
    if looks.bold:
        run.font.bold = True
    if looks.colour is not None:
        run.font.color.theme_color = looks.colour
