"""A pack as a PowerPoint deck: a finding on each slide, its picture as large as can be, in a template that a force can replace."""

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from typing import Final

from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.slide import Slide

from vulncore.packs.documents.deck.arrangement import (
    BETWEEN,
    COMMENTARY,
    COMMENTARY_INSET,
    COMMENTARY_SIZE,
    LEAST_COMMENTARY,
    LINK,
    MOST_SENTENCES,
    SENTENCE_SIZES,
    SMALL,
    SmallPrint,
    arranged,
    commentary_of,
    remark_height,
    remark_in,
    small_print,
    words_height,
)
from vulncore.packs.documents.deck.deck import (
    Deck,
    complete,
    mark_slide,
    new_slide,
    note,
    noted,
    title_of,
)
from vulncore.packs.documents.deck.frame import (
    GAP,
    LEAST_MARGIN,
    LEAST_SIZE,
    SlideBox,
    SlideFrame,
    layouts_of,
)
from vulncore.packs.documents.deck.grids import Grid, add_grid, grid
from vulncore.packs.documents.deck.lettering import LINE_HEIGHT, cut_to_lines
from vulncore.packs.documents.deck.plain import plain_deck
from vulncore.packs.documents.deck.shapes import (
    Lettering,
    add_link,
    add_picture,
    add_words,
    one_line,
    place_at,
    write,
)
from vulncore.packs.documents.settled import named_properties, settled
from vulncore.packs.documents.templates import damage_refused, opened_template
from vulncore.packs.part import PackContent, PackPart, PackTable

MOST_BENEATH_A_TABLE: Final = 4  # lines: a table's notes say what its colours mean
FIRST_SIZES: Final = (24.0, 20.0, 18.0, 16.0, 14.0, 12.0)
DEFINED: Final = ("Measure", "What counts")
"""The columns of the definitions that a deck has room for."""
NOTHING_LEFT_OUT: Final = "Nothing that this pack asks for was left out."


def slides(content: PackContent, template: bytes | None = None) -> bytes:
    """Return a pack as PPTX; the same pack gives the same bytes.

    Args:
        content: What it says.
        template: A .potx or .pptx whose layouts, fonts and colours it takes; its slides are left out.

    Raises:
        TemplateError: The template is no PowerPoint file, has macros, is too large, or has no layout with a title.
    """
    file = Presentation(plain_deck() if template is None else opened_template(template, "slides"))
    about = content.about
    with damage_refused("slides"):
        layouts = layouts_of(
            file, one_line(about.marking.words), one_line(about.foot), filled=template is not None
        )
    deck = Deck(file, about, layouts)
    _first_slide(deck)
    for part in map(_action_first, content.parts):
        _part_slides(deck, part)
    _definitions(deck, content.definitions)
    _left_out(deck, content)
    complete(file)
    named_properties(file.core_properties, about)
    written_file = BytesIO()
    file.save(written_file)
    return settled(written_file.getvalue(), about)


def _first_slide(deck: Deck) -> None:
    about, frame = deck.about, deck.layouts.first
    slide = new_slide(deck, frame, title_of(deck, about.title, about.publish.dataset, heading=""))
    lines = [about.force, f"To {about.to}", about.version, *filter(None, [about.made])]
    if frame.words is None:
        box, subtitle = frame.body.below(frame.body.top, min(frame.body.height, 160)), None
    else:
        box = frame.words
        subtitle = next(
            place for place in slide.placeholders if place.placeholder_format.type == PP_PLACEHOLDER.SUBTITLE
        )
    lines = [one_line(text) for text in lines]
    room = box.width - 2 * GAP, box.height - GAP
    fitting = [size for size in FIRST_SIZES if words_height(lines, size, room[0], frame) <= room[1]]
    size = max(fitting, default=FIRST_SIZES[-1])
    looks = Lettering(size, colour=None if subtitle is not None else Lettering().colour, between=BETWEEN)
    if subtitle is None:
        add_words(slide, "Subtitle", box, lines, looks, filled=frame.filled)
    else:
        place_at(subtitle, box)
        write(subtitle.text_frame, lines, looks)
    mark_slide(deck, slide, frame)


def _action_first(part: PackPart) -> PackPart:
    """Return a finding whose first sentence says what to do: on a slide the first is the last to lose its room."""
    return replace(part, sentences=(part.action, *part.sentences)) if part.action else part


def _part_slides(deck: Deck, part: PackPart) -> None:
    tables = [table for table in part.tables if table.in_documents and table.frame.size]
    if part.picture or not tables:
        _finding_slide(deck, part)
    else:
        _first_table_slides(deck, part, tables.pop(0))
    for table in tables:
        _table_slides(deck, part, table)


def _finding_slide(deck: Deck, part: PackPart) -> None:
    """Add the slide of a finding with its picture, or with its words alone."""
    title = title_of(deck, part.finding, heading=part.heading)
    frame = deck.frame(title)
    slide = new_slide(deck, frame, title, part.heading)
    small = small_print(part, part.notes, frame.body, SMALL, frame)
    room = frame.body.below(frame.body.top, small.box.top - GAP - frame.body.top)
    made = arranged(part, room, frame)
    if made.picture is not None and part.picture is not None:
        add_picture(slide, "Picture", made.picture, part.picture.png, part.picture.alt)
    _add_sentences(slide, made.words, made.sentences, made.size, frame)
    _add_commentary(slide, part, made.remark, made.commentary, frame)
    _add_small_print(slide, small, frame)
    mark_slide(deck, slide, frame)
    commentary = part.commentary if made.is_cut else ()
    note(slide, part.finding, [*part.sentences[len(made.sentences) :], *small.left, *commentary])


def _first_table_slides(deck: Deck, part: PackPart, table: PackTable) -> None:
    """Add the slides of a finding that a table shows: its sentences above it where they have room, its commentary beneath it."""
    title = title_of(deck, part.finding, heading=part.heading)
    frame = deck.frame(title)
    heading = ". ".join(filter(None, [part.heading, table.caption]))
    notes, size = (*table.notes, *part.notes), LEAST_SIZE if table.wide else SMALL
    sentences = [one_line(text) for text in part.sentences[:MOST_SENTENCES]]
    remark = commentary_of(part)
    small = small_print(part, notes, frame.body, size, frame, MOST_BENEATH_A_TABLE)
    room = _table_room(frame, table, small)
    made, shown = _with_sentences(table, sentences, room, frame)
    if len(made.pages) > 1:
        slides_of_it = _pages_of(deck, part, table, title, heading, notes)
        note(slides_of_it[0], part.finding, [*part.sentences, *noted(slides_of_it[0])])
        if remark:
            _commentary_slide(deck, part)
        return
    slide = new_slide(deck, frame, title, heading)
    used = words_height(shown, SENTENCE_SIZES[-1], room.width, frame)
    _add_sentences(slide, room.below(room.top, used), shown, SENTENCE_SIZES[-1], frame)
    top = room.top + used + (GAP if shown else 0)
    add_grid(slide, made, 0, room.below(top, made.height(0)), frame)
    top += made.height(0) + 2 * GAP
    needed = max(remark_height(remark, room.width, frame), LEAST_COMMENTARY) if remark else 0.0
    has_room = bool(remark) and top + needed <= room.bottom
    if has_room:
        _add_commentary(slide, part, room.below(top, needed), remark, frame)
    _add_small_print(slide, small, frame)
    mark_slide(deck, slide, frame)
    note(slide, part.finding, [*part.sentences[len(shown) :], *small.left, *made.cut])
    if remark and not has_room:
        _commentary_slide(deck, part)


def _table_room(frame: SlideFrame, table: PackTable, small: SmallPrint) -> SlideBox:
    """Return where a table may lie; one that is wide reaches into a template's margins."""
    body = frame.body
    more = max(body.left - LEAST_MARGIN, 0.0) if table.wide and frame.filled else 0.0
    return SlideBox(body.left - more, body.top, body.width + 2 * more, small.box.top - GAP - body.top)


def _with_sentences(
    table: PackTable, sentences: Sequence[str], room: SlideBox, frame: SlideFrame
) -> tuple[Grid, tuple[str, ...]]:
    """Return a table and as many sentences above it as leave it on one slide; none where its letters would get smaller than most can read."""
    for shown in range(len(sentences), 0, -1):
        used = words_height(sentences[:shown], SENTENCE_SIZES[-1], room.width, frame) + GAP
        made = grid(table, room.width, room.height - used, frame.wider)
        if len(made.pages) == 1 and made.size >= SMALL:
            return made, tuple(sentences[:shown])
    return grid(table, room.width, room.height, frame.wider), ()


def _table_slides(deck: Deck, part: PackPart, table: PackTable) -> None:
    """Add the slides of a further table of a finding."""
    title = title_of(deck, table.caption, table.name, heading=part.heading)
    _pages_of(deck, part, table, title, part.heading, table.notes)


def _pages_of(
    deck: Deck, part: PackPart, table: PackTable, title: str, heading: str, notes: Sequence[str]
) -> list[Slide]:
    """Add a table on as many slides as it takes, and return them."""
    frame, size = deck.frame(f"{title} (2 of 2)"), LEAST_SIZE if table.wide else SMALL
    small = small_print(part, notes, frame.body, size, frame, MOST_BENEATH_A_TABLE)
    room = _table_room(frame, table, small)
    made = grid(table, room.width, room.height, frame.wider)
    added = []
    for page in range(len(made.pages)):
        end = f" ({page + 1} of {len(made.pages)})" if len(made.pages) > 1 else ""
        slide = new_slide(deck, frame, title, heading, end)
        add_grid(slide, made, page, room, frame)
        _add_small_print(slide, small, frame)
        mark_slide(deck, slide, frame)
        note(slide, title, [] if page else [*small.left, *made.cut])
        added.append(slide)
    return added


def _commentary_slide(deck: Deck, part: PackPart) -> None:
    """Add a slide for the commentary that a table leaves no room for."""
    frame, remark = deck.frame(COMMENTARY), commentary_of(part)
    slide = new_slide(deck, frame, f"{COMMENTARY}: {part.heading}", "")
    box = frame.body.below(
        frame.body.top, min(remark_height(remark, frame.body.width, frame) + 60, frame.body.height)
    )
    text, is_cut = remark_in(remark, box, frame)
    _add_commentary(slide, part, box, text, frame)
    mark_slide(deck, slide, frame)
    note(slide, "", part.commentary if is_cut else ())


def _definitions(deck: Deck, definitions: PackTable) -> None:
    """Add what the measures mean, in short: what has no room is in the notes."""
    names = [name for name in DEFINED if name in definitions.frame.columns]
    columns = names if len(names) == len(DEFINED) else list(definitions.frame.columns)
    if not definitions.frame.size:
        return
    table = replace(definitions, frame=definitions.frame[columns], wide=False)
    about = PackPart(heading="Definitions", finding=table.caption)
    title = title_of(deck, table.caption, table.name, heading="Definitions")
    _pages_of(deck, about, table, title, "Definitions", table.notes)


def _left_out(deck: Deck, content: PackContent) -> None:
    """Add what the pack asks for and doesn't have, and how small numbers are protected."""
    frame, about = deck.frame(COMMENTARY), content.about
    texts = [one_line(text) for text in content.left_out] or [NOTHING_LEFT_OUT]
    if about.protection:
        texts.append(one_line(about.protection))
    size, width = SENTENCE_SIZES[-1], frame.body.width
    most = int((frame.body.height - 2) // (size * LINE_HEIGHT))
    pages: list[list[str]] = [[]]
    for text in texts:
        short = cut_to_lines(text, size, width, most, wider=frame.wider)
        if pages[-1] and words_height([*pages[-1], short], size, width, frame) > frame.body.height:
            pages.append([])
        pages[-1].append(short)
    for number, page in enumerate(pages, start=1):
        end = f" ({number} of {len(pages)})" if len(pages) > 1 else ""
        slide = new_slide(deck, frame, "How to read these figures", "About this pack", end)
        _add_sentences(
            slide, frame.body.below(frame.body.top, words_height(page, size, width, frame)), page, size, frame
        )
        mark_slide(deck, slide, frame)
        note(
            slide, "", [] if number > 1 else [text for text in texts if not any(text in one for one in pages)]
        )


def _add_sentences(
    slide: Slide, box: SlideBox, sentences: Sequence[str], size: float, frame: SlideFrame
) -> None:
    if sentences:
        add_words(slide, "Sentences", box, sentences, Lettering(size, between=BETWEEN), filled=frame.filled)


def _add_commentary(
    slide: Slide, part: PackPart, box: SlideBox | None, text: Sequence[str], frame: SlideFrame
) -> None:
    if box is not None and text:
        add_words(
            slide, COMMENTARY, box, text, Lettering(COMMENTARY_SIZE, between=BETWEEN),
            inset=COMMENTARY_INSET, filled=frame.filled, outlined=frame.accent, headed=bool(part.commentary), shrinks=True,
        )  # fmt: skip


def _add_small_print(slide: Slide, small: SmallPrint, frame: SlideFrame) -> None:
    if small.lines:
        looks = Lettering(small.size, colour=frame.quiet, anchor=MSO_ANCHOR.BOTTOM)
        add_words(slide, "Source", small.box, small.lines, looks, filled=frame.filled)
    if small.address:
        looks = Lettering(small.size, colour=None, align=PP_ALIGN.RIGHT)
        add_link(slide, "Link", small.link, LINK, small.address, looks, filled=frame.filled)
