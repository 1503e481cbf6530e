"""Draws a chart."""

from dataclasses import dataclass
from textwrap import wrap
from typing import Any

import altair
import streamlit as st

from pages.shared.telephone import is_telephone

UNSPOKEN = ("mark", "axis", "legend", "title")
BETWEEN, WIDE_LINE = " · ", 105
SOURCE_LINE = 48  # letters: as many as a telephone has room for


def show_chart(chart: altair.LayerChart, alt: str, source: str, *, wide: bool = False) -> None:
    """Draw a chart as wide as there is room.

    Args:
        chart: The chart, with its title and how its marks are to be read.
        alt: Its finding, for those who can't see it.
        source: Where its figures come from: it stands in the picture, so that it goes wherever the picture goes.
        wide: Whether it is as wide as the page: on a large screen few lines then say how its marks are to be read.
    """
    heading = chart.title
    if wide and not is_telephone():
        heading.subtitle = wrap(BETWEEN.join([*heading.subtitle, source]), WIDE_LINE)
    else:
        heading.subtitle = [*heading.subtitle, *wrap(source, SOURCE_LINE)]
    st.altair_chart(_TestedChart(chart), alt=alt, width="stretch")


@dataclass(frozen=True)
class _TestedChart:
    """A chart as Streamlit asks for it, not held against Vega-Lite's schema once more.

    Tests of each chart do that. Here it would take a fifth of a page's time, in which no other page can draw a chart.
    """

    chart: altair.LayerChart

    def to_dict(self) -> dict[str, Any]:
        """Return the chart as Vega-Lite has it; its words and its table speak for its marks."""
        chart: dict[str, Any] = self.chart.to_dict(validate=False)
        config = chart.setdefault("config", {})
        config["aria"] = False
        for part in UNSPOKEN:
            config[part] = {**config.get(part, {}), "aria": False}
        return chart
