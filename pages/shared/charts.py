"""Draws a chart."""

from functools import partial
from types import SimpleNamespace

import altair
import streamlit as st

from vulncore.charts.sourced import sourced


def show_chart(chart: altair.LayerChart, alt: str, source: str) -> None:
    """Draw a chart as wide as there is room; `alt` is its finding, for those who can't see it.

    Where its figures come from stands in the picture, so that it goes wherever the picture goes.
    """
    as_streamlit_asks = SimpleNamespace(to_dict=partial(sourced, chart, source))
    st.altair_chart(as_streamlit_asks, alt=alt, width="stretch")
