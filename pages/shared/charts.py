"""Draws a chart."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

import altair
import streamlit as st

UNSPOKEN = ("mark", "axis", "legend", "title")
BETWEEN = "\u00a0· "  # a line ends with it, and none begins with it
TITLE_LINE = {600: 70, 440: 52, 0: 36}
LEGEND_LINE = {900: 120, 600: 80, 440: 64, 0: 46}
"""How many letters a line of a chart's heading has, by how many pixels the chart has at least; the last is a telephone's."""


def show_chart(chart: altair.LayerChart, alt: str, source: str) -> None:
    """Draw a chart as wide as there is room.

    Args:
        chart: The chart, with its title and how its marks are to be read.
        alt: Its finding, for those who can't see it.
        source: Where its figures come from: it stands in the picture, so that it goes wherever the picture goes.
    """
    st.altair_chart(_TestedChart(chart, source), alt=alt, width="stretch")


@dataclass(frozen=True)
class _TestedChart:
    """A chart as Streamlit asks for it, not held against Vega-Lite's schema once more.

    Tests of each chart do that. Here it would take a fifth of a page's time, in which no other page can draw a chart.
    """

    chart: altair.LayerChart
    source: str

    def to_dict(self) -> dict[str, Any]:
        """Return the chart as Vega-Lite has it; its words and its table speak for its marks."""
        chart: dict[str, Any] = self.chart.to_dict(validate=False)
        title = chart["title"]
        legend = BETWEEN.join([*title["subtitle"], self.source])
        title |= {"text": _heading(title["text"], TITLE_LINE), "subtitle": _heading([legend], LEGEND_LINE)}
        config = chart.setdefault("config", {})
        config["aria"] = False
        for part in UNSPOKEN:
            config[part] = {**config.get(part, {}), "aria": False}
        return chart


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
