"""Which months were delivered, as a picture, as a sentence and as a table."""

from functools import partial

import altair
import streamlit as st

from pages.shared.charts import show_chart
from pages.shared.drawn import drawn
from pages.shared.files import offer_downloads, pictures
from pages.shared.provenance import source_of
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.text import palette, plain
from vulncore.charts.theme import Palette
from vulncore.findings.data.charts import coverage_chart
from vulncore.findings.data.coverage import CoveragePicture, coverage_table
from vulncore.findings.shared.file_names import file_name


def show_coverage(picture: CoveragePicture, view: View) -> None:
    """Draw the months of a force by source, with the same as a table and as a picture."""
    source = source_of(view)
    drawn(_show_months, picture, view.force, source)
    if picture.frame.empty:
        return
    with st.container(horizontal=True):
        drawn(_show_as_table, picture, view.force)
        offer_downloads(
            file_name(view.publish, "months delivered", view.force),
            pictures(partial(_chart, picture, view.force), source),
            key="coverage",
        )


def _chart(picture: CoveragePicture, force: str, colours: Palette) -> altair.LayerChart:
    return coverage_chart(picture.frame, f"Months delivered, {force}", colours)


def _show_months(picture: CoveragePicture, force: str, source: str) -> None:
    st.markdown(plain(picture.sentence))
    if not picture.frame.empty:
        show_chart(
            _chart(picture, force, palette()), alt=f"Months delivered. {picture.sentence}", source=source
        )


def _show_as_table(picture: CoveragePicture, force: str) -> None:
    with st.popover("Show as table"):
        show_table(coverage_table(picture), f"Months delivered, {force}")
