"""One measure's five years: the chart, its table, its file and its definition."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared.choices import choices_made
from pages.shared.provenance import source_line
from pages.shared.sidebar import View
from pages.shared.text import plain
from vulncore.charts.theme import DARK, LIGHT
from vulncore.cli.options import csv_text
from vulncore.findings.overview.charts import monthly_chart
from vulncore.findings.overview.history import History, history, history_export
from vulncore.findings.overview.overview import Overview
from vulncore.findings.overview.sentences import most_notable
from vulncore.findings.shared.words import capital_first


def chosen_measure(found: Overview) -> str:
    """Return the key of the measure picked; the most notable one until somebody picks."""
    picked = choices_made().get("measure")
    if picked in {measure.key for measure in found.measures}:
        return str(picked)
    return most_notable(found.table, found.measures)


def show_measure(found: Overview, key: str, view: View) -> None:
    """Draw a measure's five years, with the same as a table, as a file, and what is counted."""
    told = history(found, key)
    st.subheader(told.measure.name, anchor="measure")
    st.markdown(plain(told.sentence))
    if told.caution:
        st.caption(told.caution)
    if told.drawn:
        palette = DARK if st.context.theme.type == "dark" else LIGHT
        st.altair_chart(
            monthly_chart(told.frame, told.title, told.measure.unit, palette),
            alt=f"{told.title}. {told.sentence}",
            width="stretch",
        )
        st.caption(source_line(view))
    table, file, definition = st.columns(3)
    if told.drawn:
        _show_as_table_and_file(found, told, table, file)
    with definition.popover("What is counted", width="stretch"):
        st.markdown(f"**{plain(told.measure.name)}.** {plain(told.measure.definition)}")
        st.caption(plain(f"Source: {told.measure.definition_source}."))


def _show_as_table_and_file(
    found: Overview, told: History, table: DeltaGenerator, file: DeltaGenerator
) -> None:
    export = history_export(found, told)
    newest_first = export[["month", "count", "mean_of_12_months", "status"]].iloc[::-1]
    with table.popover("Show as table", width="stretch"):
        st.dataframe(
            newest_first.rename(columns=lambda name: capital_first(name.replace("_", " "))), hide_index=True
        )
    file.download_button(
        "Download as CSV",
        csv_text(export),
        file_name=f"{found.publish.dataset}-{told.measure.key}-{found.as_at:%Y-%m}.csv",
        mime="text/csv",
        width="stretch",
    )
