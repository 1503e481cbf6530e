"""The theme of all charts: colours on a light and on a dark ground, headings, axes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

TITLE_LETTERS, LETTERS = 18, 15  # pixels: a large screen draws them half as large again (`pages/main.py`)

ON_DARK, ON_BRIGHT = "#ffffff", "#000000"
DARK_PART = 0.435
"""Of viridis, from its dark end: on it white reads better, and black on the rest, each by 4.5:1."""


@dataclass(frozen=True)
class Palette:
    """The colours of one ground: text stands out from it by 4.5:1 and lines by 3:1."""

    accent: str  # the line that matters, and the windows compared
    quiet: str  # averages and words
    missing: str  # what was not delivered
    grid: str
    ground: str
    ink: str  # words that matter, and outlines


LIGHT = Palette(
    accent="#1f6fa8", quiet="#56616d", missing="#6b7480", grid="#dfe4e9", ground="#ffffff", ink="#1b2733"
)
DARK = Palette(
    accent="#5aa9df", quiet="#a9b4bf", missing="#98a3ae", grid="#2c3742", ground="#12181f", ink="#e8edf2"
)


def tooltip_title(text: str) -> str:
    """Return a text as the title of a tooltip's line, large at first: Vega takes it for a part of a program, so that nothing in it may end one.

    >>> tooltip_title('crimes":secret')
    'Crimes  secret'
    """
    return re.sub(r"[^\w '\u2019,.%()-]", " ", text[:1].upper() + text[1:])


def heading(title: str | Sequence[str], subtitle: str | Sequence[str], palette: Palette) -> alt.TitleParams:
    """Return a chart's heading: what it shows, and beneath it how its marks are to be read."""
    return alt.TitleParams(
        _lines(title),
        subtitle=_lines(subtitle),
        anchor="start",
        fontSize=TITLE_LETTERS,
        fontWeight=600,
        subtitleFontSize=LETTERS,
        subtitleColor=palette.quiet,
        subtitlePadding=6,
    )


def _lines(text: str | Sequence[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def axis_ink(palette: Palette) -> dict[str, Any]:
    """Return the colours and sizes of an axis."""
    return {
        "labelColor": palette.quiet,
        "titleColor": palette.quiet,
        "gridColor": palette.grid,
        "labelFontSize": LETTERS,
        "titleFontSize": LETTERS,
        "titleFontWeight": "normal",
    }


def month_axis(palette: Palette) -> alt.X:
    """Return an axis of months on which years are written."""
    axis = alt.Axis(format="%Y", tickCount="year", labelAngle=0, labelOverlap=True, **axis_ink(palette))
    return alt.X("month:T", title=None, axis=axis)
