"""Draws a chart."""

from dataclasses import dataclass
from typing import Any

import altair
import streamlit as st


def show_chart(chart: altair.LayerChart, alt: str) -> None:
    """Draw a chart as wide as there is room; `alt` says its finding to those who can't see it."""
    st.altair_chart(_TestedChart(chart), alt=alt, width="stretch")


@dataclass(frozen=True)
class _TestedChart:
    """A chart as Streamlit asks for it, not held against Vega-Lite's schema once more.

    Tests of each chart do that. Here it would take a fifth of a page's time, in which no other page can draw a chart.
    """

    chart: altair.LayerChart

    def to_dict(self) -> dict[str, Any]:
        """Return the chart as Vega-Lite has it."""
        return self.chart.to_dict(validate=False)
