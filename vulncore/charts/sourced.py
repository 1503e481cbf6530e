"""A chart as Vega-Lite has it, with where its figures come from in its heading: on screen and in a picture alike."""

import json
from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any, Final

import altair as alt

UNSPOKEN: Final = ("mark", "axis", "legend", "title")
BETWEEN: Final = "\u00a0· "  # a line ends with it, and none begins with it
TITLE_LINE: Final = {600: 70, 0: 36}
LEGEND_LINE: Final = {900: 120, 600: 80, 0: 46}
"""How many letters a line of a chart's heading has, by how many pixels the chart has at least; the last is a telephone's."""


def sourced(chart: alt.LayerChart, source: str) -> dict[str, Any]:
    """Return a chart as Vega-Lite has it; its words and its table speak for its marks.

    It is not held against Vega-Lite's schema once more: tests of each chart do that, and here it would take a fifth of a
    page's time, in which no other page can draw a chart.

    Args:
        chart: The chart, with its title and how its marks are to be read.
        source: Where its figures come from: it stands in the heading, so that it goes wherever the chart goes.
    """
    spec: dict[str, Any] = chart.to_dict(validate=False)
    title = spec["title"]
    legend = BETWEEN.join([*title["subtitle"], source])
    title |= {"text": _heading(title["text"], TITLE_LINE), "subtitle": _heading([legend], LEGEND_LINE)}
    config = spec.setdefault("config", {})
    config["aria"] = False
    for part in UNSPOKEN:
        config[part] = {**config.get(part, {}), "aria": False}
    return spec


def _heading(lines: Sequence[str], letters: Mapping[int, int]) -> dict[str, str]:
    """Return lines as Vega breaks them: as many letters to a line as a chart of so many pixels has room for."""
    broken = {
        pixels: json.dumps([part for line in lines for part in wrap(line, most)])
        for pixels, most in letters.items()
    }
    *wider, narrowest = broken
    return {
        "signal": "".join(f"width >= {pixels} ? {broken[pixels]} : " for pixels in wider) + broken[narrowest]
    }
