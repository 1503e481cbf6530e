"""One measure's five years: the chart, its table, its file and its definition."""

import streamlit as st

from pages.shared.filters import View
from pages.shared.links import choices_made, write_link
from pages.shared.provenance import source_line
from vulncore.charts.monthly_chart import monthly_chart
from vulncore.findings.headline import most_notable
from vulncore.findings.history import History, history, history_export
from vulncore.findings.overview import Overview


def chosen_measure(found: Overview) -> str:
    """Return the key of the measure picked; the most notable one until somebody picks."""
    picked = choices_made().get("measure")
    if picked in {measure.key for measure in found.measures}:
        return str(picked)
    return most_notable(found.table, found.measures)


def show_measure(found: Overview, key: str, view: View) -> None:
    """Draw a measure's five years, with the same as a table, as a file, and what is counted."""
    write_link(measure=key)
    told = history(found, key)
    st.subheader(told.measure.name, anchor="measure")
    st.markdown(told.sentence)
    if told.caution:
        st.caption(told.caution)
    st.altair_chart(
        monthly_chart(told.frame, told.title, told.measure.unit),
        alt=f"{told.title}. {told.sentence}",
        width="stretch",
    )
    st.caption(source_line(view))
    _show_behind_the_chart(found, told)


def _show_behind_the_chart(found: Overview, told: History) -> None:
    table, file, definition = st.columns(3)
    export = history_export(found, told)
    with table.popover("Show as table", width="stretch"):
        st.dataframe(export[["month", "count", "mean_of_12_months", "status"]], hide_index=True)
    file.download_button(
        "Download as CSV",
        export.to_csv(index=False),
        file_name=f"{found.publish.dataset}-{told.measure.key}-{found.as_at:%Y-%m}.csv",
        mime="text/csv",
        width="stretch",
    )
    with definition.popover("What is counted", width="stretch"):
        st.markdown(f"**{told.measure.name}.** {told.measure.definition}")
        st.caption(f"Source: {told.measure.definition_source}.")
