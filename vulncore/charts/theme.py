"""The few colours of charts, for a light ground and for a dark one."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """The colours of one ground: text stands out from it by 4.5:1 and lines by 3:1."""

    accent: str  # the line that matters, and the windows compared
    quiet: str  # averages and words
    missing: str  # what was not delivered
    grid: str
    ground: str


LIGHT = Palette(accent="#1f6fa8", quiet="#56616d", missing="#6b7480", grid="#dfe4e9", ground="#ffffff")
DARK = Palette(accent="#5aa9df", quiet="#a9b4bf", missing="#98a3ae", grid="#2c3742", ground="#12181f")
