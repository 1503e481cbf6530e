"""Which months were delivered, as a picture, as a sentence and as a table."""

import streamlit as st

from pages.shared.filters import View
from pages.shared.plain_table import show_table
from pages.shared.provenance import source_line
from pages.shared.words import plain
from vulncore.charts.coverage_chart import coverage_chart
from vulncore.charts.theme import DARK, LIGHT
from vulncore.findings.coverage_picture import CoveragePicture, coverage_table


def show_coverage(picture: CoveragePicture, view: View) -> None:
    """Draw the months of a force by source, with the same as a table."""
    st.markdown(plain(picture.sentence))
    if picture.frame.empty:
        return
    palette = DARK if st.context.theme.type == "dark" else LIGHT
    chart = coverage_chart(picture.frame, f"Months delivered, {view.force}", palette)
    st.altair_chart(chart, alt=f"Months delivered. {picture.sentence}", width="stretch")
    st.caption(source_line(view))
    with st.expander("Show as table"):
        show_table(coverage_table(picture), f"Months delivered, {view.force}")
