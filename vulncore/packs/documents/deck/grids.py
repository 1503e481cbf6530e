"""Tables as PowerPoint has them: as large as there is room for, split over slides where there is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls
from pptx.slide import Slide
from pptx.util import Emu, Pt

from vulncore.charts.theme import LIGHT
from vulncore.packs.documents.cells import FILLS, cell_words
from vulncore.packs.documents.deck.frame import SlideBox, SlideFrame
from vulncore.packs.documents.deck.lettering import cut_to_lines, line_count, longest_word, text_width
from vulncore.packs.documents.deck.plain import NO_STYLE, POINT
from vulncore.packs.documents.deck.shapes import LANGUAGE, describe, emu
from vulncore.packs.documents.settled import written
from vulncore.packs.part import PackTable

SIZES: Final = (16.0, 14.0, 13.0, 12.0)
WIDE_SIZES: Final = (12.0, 11.5, 11.0, 10.5)
SIDE, OVER = 4.0, 2.5  # points between a cell's edge and its text, at a side and above
WIDE_SIDE, WIDE_OVER = 2.5, 0.4  # the same of a wide table, which is to fit one slide
LINE: Final = 1.2
WIDE_LINE: Final = 1.17  # of a line, times its letters: Arial's own is 1.15
MOST_LINES: Final = 8  # of a cell: what is longer is cut, and goes to the notes
MOST_HEAD_LINES: Final = 4
GOOD_HEAD_LINES: Final = 3
WIDEST_WORD: Final = 130.0  # points: a longer one is broken
LEAST_SHARE: Final = 0.5  # of the room's width that a table takes
CONTINUED: Final = "(continued)"


@dataclass(frozen=True)
class GridRow:
    """A row of a table on a slide: its place in the frame, and whether it heads a group once more, which began a slide before."""

    place: int
    again: bool = False


@dataclass(frozen=True)
class Grid:
    """A table as large as it is drawn: its letters, its columns' widths and rows' heights in points, and which rows a slide has.

    `cut` are the texts that no cell has room for, whole.
    """

    table: PackTable
    size: float
    side: float
    over: float
    widths: tuple[float, ...]
    head: tuple[str, ...]
    head_height: float
    texts: tuple[tuple[str, ...], ...]
    heights: tuple[float, ...]
    pages: tuple[tuple[GridRow, ...], ...]
    cut: tuple[str, ...]

    @property
    def width(self) -> float:
        """How wide it is."""
        return sum(self.widths)

    def height(self, page: int) -> float:
        """How high it is on one of its slides."""
        return self.head_height + sum(self.heights[row.place] for row in self.pages[page])


def grid(table: PackTable, width: float, height: float, wider: float) -> Grid:
    """Return a table as it is drawn in so many points: on as few slides as can be, and then with letters as large as can be."""
    sizes = WIDE_SIZES if table.wide else SIZES
    measured = (_measured(table, width, height, size, wider) for size in sizes)
    possible = [made for made in measured if made is not None]
    forced = [] if possible else [_measured(table, width, height, sizes[-1], wider, force=True)]
    return min(
        (made for made in (*possible, *forced) if made is not None),
        key=lambda made: (len(made.pages), -made.size),
    )


def add_grid(slide: Slide, made: Grid, page: int, box: SlideBox, frame: SlideFrame) -> None:
    """Put the rows that a slide has of a table on it, from a box's upper left corner on, its heading first."""
    rows, table = made.pages[page], made.table
    place = SlideBox(box.left, box.top, made.width, made.height(page))
    shape = slide.shapes.add_table(len(rows) + 1, len(made.widths), *emu(place))
    pages = f" Slide {page + 1} of {len(made.pages)} that it takes." if len(made.pages) > 1 else ""
    describe(
        shape,
        f"Table: {written(table.name)[:60]}",
        f"{table.caption}. Table of {len(table.frame):,} rows and {len(made.widths)} columns.{pages}",
    )
    _unstyled(shape._element)
    drawn: Any = shape.table
    for column, width in zip(drawn.columns, made.widths, strict=True):
        column.width = Emu(round(width * POINT))
    heights = [made.head_height, *(made.heights[row.place] for row in rows)]
    for row, height in zip(drawn.rows, heights, strict=True):
        row.height = Emu(round(height * POINT))
    names = [str(name) for name in table.frame.columns]
    for cell, name, text in zip(drawn.rows[0].cells, names, made.head, strict=True):
        _write(cell, text, made, to_right=name in table.figures, bold=True)
        cell.vertical_anchor = MSO_ANCHOR.BOTTOM
        _ground(cell, frame)
        _line_beneath(cell, frame.accent.name, 1.5)
    for row, cells in zip(rows, list(drawn.rows)[1:], strict=True):
        texts = made.texts[row.place]
        if row.place in table.groups:
            _group(cells.cells, f"{texts[0]} {CONTINUED}" if row.again else texts[0], made)
            continue
        for cell, name, text in zip(cells.cells, names, texts, strict=True):
            tint = table.tints.get((row.place, name))
            _write(cell, text, made, to_right=name in table.figures, on_tint=tint is not None)
            if tint is not None:
                cell.fill.solid()
                cell.fill.fore_color.rgb = _rgb(FILLS[tint])
            else:
                _ground(cell, frame)
            _line_beneath(cell, "TEXT_1", 0.5)


def _measured(
    table: PackTable, width: float, height: float, size: float, wider: float, *, force: bool = False
) -> Grid | None:
    """Return a table with letters of a size; None where its columns have no room."""
    names = [written(str(name)) for name in table.frame.columns]
    rows = [tuple(written(cell_words(value)) for value in row) for row in table.frame.itertuples(index=False)]
    widths = _widths(table, names, rows, width, size, wider, force=force)
    if widths is None:
        return None
    side, over, line = (WIDE_SIDE, WIDE_OVER, WIDE_LINE) if table.wide else (SIDE, OVER, LINE)
    inner = [one - 2 * side for one in widths]
    head = tuple(
        cut_to_lines(text, size, room, MOST_HEAD_LINES, bold=True, wider=wider)
        for text, room in zip(names, inner, strict=True)
    )
    head_height = _height(
        max(line_count(text, size, room, bold=True, wider=wider) for text, room in zip(head, inner, strict=True)),
        size, over, line,
    )  # fmt: skip
    most = max(min(MOST_LINES, int((height - head_height - 2 * over) // (size * line)) - 1), 1)
    texts, heights, cut = [], [], []
    for place, row in enumerate(rows):
        rooms = [sum(widths) - 2 * side] if place in table.groups else inner
        shown = tuple(
            cut_to_lines(text, size, room, most, bold=place in table.groups, wider=wider)
            for text, room in zip(row, rooms, strict=False)
        )
        cut += [text for text, part in zip(row, shown, strict=False) if text != part]
        lines = max(
            line_count(text, size, room, bold=place in table.groups, wider=wider)
            for text, room in zip(shown, rooms, strict=True)
        )
        texts.append(shown)
        heights.append(_height(lines, size, over, line))
    pages = _pages(table, heights, height - head_height)
    return Grid(
        table, size, side, over, tuple(widths), head, head_height, tuple(texts), tuple(heights), pages, tuple(cut)
    )  # fmt: skip


def _height(lines: int, size: float, over: float, line: float) -> float:
    return lines * size * line + 2 * over


def _widths(
    table: PackTable,
    names: Sequence[str],
    rows: Sequence[tuple[str, ...]],
    width: float,
    size: float,
    wider: float,
    *,
    force: bool,
) -> list[float] | None:
    """Return how wide each column is: as its texts ask where there is room, else texts break and figures don't."""
    side = WIDE_SIDE if table.wide else SIDE
    least, asked_for = [], []
    for column, name in enumerate(names):
        cells = [row[column] for place, row in enumerate(rows) if place not in table.groups]
        to_right = str(table.frame.columns[column]) in table.figures
        widest = max((text_width(text[:500], size, wider=wider) for text in cells), default=0.0)
        words = max((longest_word(text, size, wider=wider) for text in cells), default=0.0)
        head_word = longest_word(name, size, bold=True, wider=wider)
        head = _width_in_lines(name, GOOD_HEAD_LINES, head_word, size, wider)
        unbroken = max(widest if to_right else words, head_word)
        least.append(
            (unbroken if to_right and unbroken < width / 3 else min(unbroken, WIDEST_WORD)) + 2 * side
        )
        asked_for.append(max(least[-1], min(max(widest, head) + 2 * side, width)))
    if sum(asked_for) <= width:
        share = max(sum(asked_for), width * (1.0 if sum(asked_for) > 0.7 * width else LEAST_SHARE))
        return [one * share / sum(asked_for) for one in asked_for]
    if sum(least) <= width:
        more = _shared([one - low for one, low in zip(asked_for, least, strict=True)], width - sum(least))
        return [low + one for low, one in zip(least, more, strict=True)]
    return [one * width / sum(least) for one in least] if force else None


def _width_in_lines(text: str, lines: int, least: float, size: float, wider: float) -> float:
    """Return how wide a heading has to be to take so many lines, at least as wide as its widest word."""
    width = least
    while width < WIDEST_WORD and line_count(text, size, width, bold=True, wider=wider) > lines:
        width += 3
    return width


def _shared(asked_for: Sequence[float], room: float) -> list[float]:
    """Return what each gets of some room: whoever asks for little all of it, the others as much as one another.

    >>> _shared([1.0, 5.0, 9.0], 9.0)
    [1.0, 4.0, 4.0]
    """
    shares = [0.0] * len(asked_for)
    for done, place in enumerate(sorted(range(len(asked_for)), key=lambda place: asked_for[place])):
        shares[place] = min(asked_for[place], room / (len(asked_for) - done))
        room -= shares[place]
    return shares


def _pages(table: PackTable, heights: Sequence[float], room: float) -> tuple[tuple[GridRow, ...], ...]:
    """Return which rows each slide has: as few slides as can be, about as many rows on each, and no group's heading alone."""
    pages = _filled(table, heights, room)
    if len(pages) == 1:
        return pages
    low = sum(heights) / len(pages)
    for step in range(21):  # from an even share up to a full slide
        even = _filled(table, heights, low + (room - low) * step / 20)
        if len(even) == len(pages):
            return even
    return pages


def _filled(table: PackTable, heights: Sequence[float], room: float) -> tuple[tuple[GridRow, ...], ...]:
    pages: list[list[GridRow]] = [[]]
    left, group = room, None
    for place, height in enumerate(heights):
        needed = height
        if place in table.groups and place + 1 < len(heights):
            needed += heights[place + 1]  # a heading goes to the next slide with its first row
        if pages[-1] and needed > left + 0.01:
            pages.append([])
            left = room
            if group is not None and place not in table.groups:
                pages[-1].append(GridRow(group, again=True))
                left -= heights[group]
        if place in table.groups:
            group = place
        pages[-1].append(GridRow(place))
        left -= height
    return tuple(tuple(page) for page in pages)


def _write(
    cell: Any, text: str, made: Grid, *, to_right: bool, bold: bool = False, on_tint: bool = False
) -> None:
    cell.margin_left = cell.margin_right = Pt(made.side)
    cell.margin_top = cell.margin_bottom = Pt(made.over)
    frame = cell.text_frame
    frame.text = text
    for paragraph in frame.paragraphs:
        if to_right:
            paragraph.alignment = PP_ALIGN.RIGHT
        ends = [paragraph._p.get_or_add_endParaRPr()] if not paragraph.runs else []
        for letters in [*(run._r.get_or_add_rPr() for run in paragraph.runs), *ends]:
            letters.set("lang", LANGUAGE)
            letters.set("sz", f"{made.size * 100:.0f}")
            letters.set("b", str(int(bold)))
        for run in paragraph.runs:
            if on_tint:  # the tint is light on any ground
                run.font.color.rgb = _rgb(LIGHT.ink[1:])
            else:
                run.font.color.theme_color = MSO_THEME_COLOR.TEXT_1


def _group(cells: Any, text: str, made: Grid) -> None:
    """Write a row that heads the rows beneath it: one cell as wide as the table."""
    first, *others = list(cells)
    if others:
        first.merge(others[-1])
    for cell in others:
        _write(cell, "", made, to_right=False)
    _write(first, text, made, to_right=False, bold=True)
    first.fill.solid()
    first.fill.fore_color.theme_color = MSO_THEME_COLOR.BACKGROUND_1
    first.fill.fore_color.brightness = -0.05
    _line_beneath(first, "TEXT_1", 0.5)


def _rgb(digits: str) -> RGBColor:
    return RGBColor(*bytes.fromhex(digits))  # type: ignore[no-untyped-call]


def _ground(cell: Any, frame: SlideFrame) -> None:
    if frame.filled:
        cell.fill.solid()
        cell.fill.fore_color.theme_color = MSO_THEME_COLOR.BACKGROUND_1


_SCHEME: Final = {"TEXT_1": "tx1", "ACCENT_1": "accent1"}


def _line_beneath(cell: Any, colour: str, points: float) -> None:
    light = '<a:lumMod val="35000"/><a:lumOff val="65000"/>' if colour == "TEXT_1" and points < 1 else ""
    line = parse_xml(
        f'<a:lnB {nsdecls("a")} w="{points * POINT:.0f}"><a:solidFill><a:schemeClr val="{_SCHEME[colour]}">{light}</a:schemeClr></a:solidFill></a:lnB>'
    )
    cell._tc.get_or_add_tcPr().insert(0, line)


def _unstyled(element: Any) -> None:
    """Flag the first row as headings and the first column as names of rows, and take a table's own style away."""
    properties = element.xpath(".//a:tblPr")[0]
    for name, value in {"firstRow": "1", "firstCol": "1", "bandRow": "0"}.items():
        properties.set(name, value)
    for style in properties.xpath("./a:tableStyleId"):
        style.text = NO_STYLE
