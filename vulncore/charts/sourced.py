"""A chart as Vega-Lite has it, with where its figures come from in its heading: on screen and in a picture alike."""

import json
from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any, Final

import altair as alt

UNSPOKEN: Final = ("mark", "axis", "legend", "title")
BETWEEN: Final = "\u00a0· "  # a line ends with it, and none begins with it
TITLE_LINE: Final = {600: 68, 440: 48, 300: 31, 0: 26}
LEGEND_LINE: Final = {900: 120, 600: 80, 440: 60, 300: 40, 0: 34}
"""How many letters a line of a chart's heading has, by how many pixels the chart has at least; the last is of a telephone, or of a screen at four times its
size."""


def sourced(chart: alt.LayerChart, source: str, width: int | None = None) -> dict[str, Any]:
    """Return a chart as Vega-Lite has it; its words and its table speak for its marks.

    It is not held against Vega-Lite's schema once more: tests of each chart do that, and here it would take a fifth of a
    page's time, in which no other page can draw a chart.

    Args:
        chart: The chart, with its title and how its marks are to be read.
        source: Where its figures come from: it stands in the heading, so that it goes wherever the chart goes.
        width: How many pixels the heading has; None where the lines break as wide as the chart is drawn.
    """
    spec: dict[str, Any] = chart.to_dict(validate=False)
    title = spec["title"]
    legend = BETWEEN.join([*title["subtitle"], source])
    for part, lines, letters in (("text", title["text"], TITLE_LINE), ("subtitle", [legend], LEGEND_LINE)):
        broken = _broken(lines, letters)
        title[part] = (
            _by_width(broken)
            if width is None
            else broken[next(pixels for pixels in letters if width >= pixels)]
        )
    config = spec.setdefault("config", {})
    config["aria"] = False
    for part in UNSPOKEN:
        config[part] = {**config.get(part, {}), "aria": False}
    return spec


def _broken(lines: Sequence[str], letters: Mapping[int, int]) -> dict[int, list[str]]:
    """Return lines with as many letters each as a chart of so many pixels has room for, by the pixels, the widest first."""
    return {pixels: [part for line in lines for part in wrap(line, most)] for pixels, most in letters.items()}


def _by_width(broken: Mapping[int, Sequence[str]]) -> dict[str, str]:
    """Return lines as Vega chooses them while it draws."""
    *wider, (_, narrowest) = [(pixels, json.dumps(lines)) for pixels, lines in broken.items()]
    chosen = "".join(f"width >= {pixels} ? {lines} : " for pixels, lines in wider)
    return {"signal": chosen + narrowest}
