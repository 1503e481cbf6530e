"""One measure's five years: the chart, its table, its file and its definition."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared.charts import show_chart
from pages.shared.provenance import source_line
from pages.shared.sidebar import View
from pages.shared.text import palette, plain
from vulncore.cli.options import csv_text
from vulncore.findings.overview.charts import monthly_chart
from vulncore.findings.overview.history import History, history, history_export
from vulncore.findings.overview.overview import Overview
from vulncore.findings.shared.words import capital_first


def show_measure(overview: Overview, key: str, view: View) -> None:
    """Draw a measure's five years, with the same as a table, as a file, and what is counted."""
    past = history(overview, key)
    st.subheader(plain(past.measure.name), anchor="measure")
    st.markdown(plain(past.sentence))
    if past.caution:
        st.caption(plain(past.caution))
    if past.drawn:
        show_chart(
            monthly_chart(past.frame, past.title, past.measure.unit, palette()),
            alt=f"{past.title}. {past.sentence}",
        )
        st.caption(source_line(view))
    table, file, definition = st.columns(3)
    if past.drawn:
        _show_as_table_and_file(overview, past, table, file)
    with definition.popover("What is counted", width="stretch"):
        st.markdown(f"**{plain(past.measure.name)}.** {plain(past.measure.definition)}")
        st.caption(plain(f"Source: {past.measure.definition_source}."))


def _show_as_table_and_file(
    overview: Overview, past: History, table: DeltaGenerator, file: DeltaGenerator
) -> None:
    export = history_export(overview, past)
    newest_first = export[["month", "count", "mean_of_12_months", "status"]].iloc[::-1]
    with table.popover("Show as table", width="stretch"):
        st.dataframe(
            newest_first.rename(columns=lambda name: capital_first(name.replace("_", " "))), hide_index=True
        )
    file.download_button(
        "Download as CSV",
        csv_text(export),
        file_name=f"{overview.publish.dataset}-{past.measure.key}-{overview.as_at:%Y-%m}.csv",
        mime="text/csv",
        width="stretch",
    )
