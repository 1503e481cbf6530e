"""Draws a chart."""

from dataclasses import dataclass
from typing import Any

import altair
import streamlit as st

from vulncore.charts.sourced import sourced


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
    """A chart as Streamlit asks for it."""

    chart: altair.LayerChart
    source: str

    def to_dict(self) -> dict[str, Any]:
        """Return the chart as Vega-Lite has it."""
        return sourced(self.chart, self.source)
