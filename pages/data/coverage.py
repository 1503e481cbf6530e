"""Which months were delivered, as a picture, as a sentence and as a table."""

import streamlit as st

from pages.shared.charts import show_chart
from pages.shared.tables import show_table
from pages.shared.text import palette, plain
from vulncore.findings.data.charts import coverage_chart
from vulncore.findings.data.coverage import CoveragePicture, coverage_table


def show_coverage(picture: CoveragePicture, force: str, source: str) -> None:
    """Draw the months of a force by source, with the same as a table."""
    st.markdown(plain(picture.sentence))
    if picture.frame.empty:
        return
    chart = coverage_chart(picture.frame, f"Months delivered, {force}", palette())
    show_chart(chart, alt=f"Months delivered. {picture.sentence}", source=source)
    with st.expander("Show as table"):
        show_table(coverage_table(picture), f"Months delivered, {force}")
