"""A chart as a picture to take away: it says itself what it is and where it is from, on white whatever the screen's theme.

Pictures are made in a process of their own. The library that makes them ends its process where it fails, holds its memory,
and would keep everybody waiting who asks the server for anything else.
"""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from enum import StrEnum
from threading import BoundedSemaphore, Lock
from typing import Any, Final

import altair as alt
import pandas as pd

from vulncore.charts.sourced import sourced
from vulncore.charts.theme import LETTERS, LIGHT
from vulncore.domain.errors import VulncoreError

WIDTH: Final = 1_080  # pixels: on a slide its letters are as large as others' there
SCALE: Final = 2  # pixels of a PNG for each of these
PADDING: Final = 20
AROUND: Final = 110  # pixels of a chart's height on screen that its heading and axes take
LOWEST: Final = 26
SECONDS: Final = 30
FONT: Final = "Liberation Sans, Arial, Helvetica, sans-serif"
"""The first comes with the library, so that a picture is the same wherever it is made; the others are as wide."""
LOOKS: Final[dict[str, Any]] = {
    "background": LIGHT.ground,
    "font": FONT,
    "aria": False,
    "title": {"anchor": "start", "color": LIGHT.ink, "offset": 20},
    "axis": {
        "ticks": False,
        "domain": False,
        "labelPadding": 12,
        "titlePadding": 12,
        "labelOverlap": True,
        "labelFontWeight": "normal",
    },
    "axisDiscrete": {"grid": False},
    "axisTemporal": {"grid": False},
    "axisXBand": {"grid": False},
    "legend": {"labelFontSize": LETTERS, "labelColor": LIGHT.quiet, "padding": 8},
    "view": {"strokeWidth": 0, "stroke": "transparent"},
}
"""What Streamlit's theme does on screen; a chart's own colours and sizes go before it."""
UNWRITABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What no picture can hold: the library would end its process at it."""
NARROW_SPACE: Final = "\u202f"  # the font has none
MAKE: Final = """
import sys
import vl_convert
svg = vl_convert.vegalite_to_svg(sys.stdin.buffer.read().decode(), vl_version=sys.argv[2], allowed_base_urls=[])
sys.stdout.buffer.write(svg.encode() if sys.argv[1] == "svg" else vl_convert.svg_to_png(svg, scale=float(sys.argv[3])))
"""

MOST_WAITING: Final = 3
"""Pictures that are made or wait at once: whoever asks for a table then still gets it."""

_one_at_a_time, _waiting = Lock(), BoundedSemaphore(MOST_WAITING)


class PictureKind(StrEnum):
    """What a picture can be: dots that every program shows, or lines that can be enlarged."""

    PNG = "png"
    SVG = "svg"

    @property
    def mime(self) -> str:
        """What a browser calls it."""
        return "image/png" if self is PictureKind.PNG else "image/svg+xml"


class PictureError(VulncoreError):
    """A picture can't be made."""


def picture(chart: alt.LayerChart, source: str, kind: PictureKind, wait_s: float = 0.0) -> bytes:
    """Return a chart as a picture with its heading and source, as wide as `WIDTH`; it asks no other host for anything.

    Args:
        chart: The chart, in the colours of `vulncore.charts.theme.LIGHT`; one with a width of its own keeps its size.
        source: Where its figures come from.
        kind: PNG or SVG.
        wait_s: How long it waits where too many others are being made, in seconds.

    Raises:
        PictureError: It can't be drawn, or not within `SECONDS`, or too many others are being made.
    """
    if not _waiting.acquire(timeout=wait_s):
        raise PictureError("Too many pictures are being made. Ask for this one again in a moment.")
    try:
        return _made(chart, source, kind)
    finally:
        _waiting.release()


def _made(chart: alt.LayerChart, source: str, kind: PictureKind) -> bytes:
    spec = _writable({**sourced(_with_rows(chart), source, WIDTH), "config": LOOKS, "padding": PADDING})
    if "width" not in spec:
        spec |= {"width": WIDTH, "height": max(spec["height"] - AROUND, LOWEST)}
        spec["autosize"] = {"type": "fit-x", "contains": "padding"}  # as high as its heading and axes need
    version = alt.SCHEMA_VERSION.removeprefix("v").rpartition(".")[0]  # of Vega-Lite, as "6.4"
    command = [sys.executable, "-I", "-c", MAKE, kind.value, version, str(SCALE)]
    try:
        with _one_at_a_time:
            made = subprocess.run(  # noqa: S603 - our own program, and nothing of the chart in its words
                command, input=json.dumps(spec).encode(), capture_output=True, timeout=SECONDS, check=True
            )
    except (OSError, subprocess.SubprocessError) as problem:
        raise PictureError(
            "The picture can't be made. Take the table, and tell who keeps the server."
        ) from problem
    return made.stdout


def _with_rows(chart: alt.LayerChart) -> alt.LayerChart:
    """Return a chart that holds its rows itself: where Altair puts them otherwise is a setting of all sessions together."""
    copy: alt.LayerChart = chart.copy(deep=True)
    for part in (copy, *copy.layer):
        if isinstance(part.data, pd.DataFrame):
            part.data = alt.InlineData(values=alt.to_values(part.data)["values"])
    return copy


def _writable(part: Any) -> Any:
    """Return a part of a chart without letters that no picture can hold."""
    if isinstance(part, str):
        return UNWRITABLE.sub(" ", part).replace(NARROW_SPACE, "\u00a0")
    if isinstance(part, Mapping):
        return {name: _writable(value) for name, value in part.items()}
    return [_writable(value) for value in part] if isinstance(part, list | tuple) else part
