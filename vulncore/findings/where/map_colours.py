"""The colours of what a map shows."""

from typing import Final

from vulncore.charts.theme import DARK, LIGHT, Palette

Colour = tuple[int, int, int]

VIRIDIS: Final = ("#fde725", "#5ec962", "#21918c", "#3b528b", "#440154")
"""From little to much on a light ground; on a dark one the other way round, so that more stands out from either."""
MORE, FEWER = (
    ("#8e3fb0", "#c79ae0"),
    ("#0b7a75", "#4fc1b9"),
)  # as where two periods are compared, light and dark
DIVERGING: Final = {
    "hot": (MORE, 190),
    "up": (MORE, 190),
    "new": (MORE, 210),
    "intensifying": (MORE, 150),
    "cold": (FEWER, 120),
    "down": (FEWER, 190),
    "fading": (FEWER, 150),
    "persistent": (("#1f4e79", "#8bbbe4"), 190),
    "sporadic": (("#1f4e79", "#8bbbe4"), 80),
}
OPAQUE: Final = (90, 120, 145, 165, 185)  # of 255: streets are seen through, and little stays pale


def fill(key: str, palette: Palette = LIGHT) -> tuple[int, int, int, int]:
    """Return the colour of a kind of piece, as red, green, blue and how opaque, each up to 255.

    >>> fill("s1"), fill("hidden")[3]
    ((253, 231, 37, 90), 18)
    """
    dark = palette.ground == DARK.ground
    if key[:1] == "s" and key[1:].isdigit():
        steps = VIRIDIS[::-1] if dark else VIRIDIS
        step = min(int(key[1:]), len(steps))
        return (*rgb(steps[step - 1]), OPAQUE[step - 1])
    if key in DIVERGING:
        colours, opaque = DIVERGING[key]
        return (*rgb(colours[int(dark)]), opaque)
    return (*rgb(palette.missing), 18 if key in ("hidden", "few") else 0)


def rgb(colour: str) -> Colour:
    """Return a colour's red, green and blue.

    >>> rgb("#1f6fa8")
    (31, 111, 168)
    """
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
