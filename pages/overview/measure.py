"""One measure's five years: the chart, its table, its file and its definition."""

from functools import partial

import streamlit as st

from pages.shared.charts import show_chart
from pages.shared.drawn import drawn
from pages.shared.files import offer_csv
from pages.shared.provenance import source_of
from pages.shared.sidebar import View
from pages.shared.text import palette, plain
from vulncore.findings.overview.charts import monthly_chart
from vulncore.findings.overview.history import History, history, history_export
from vulncore.findings.overview.overview import Overview
from vulncore.findings.shared.words import capital_first


def show_measure(overview: Overview, key: str, view: View) -> None:
    """Draw a measure's five years, with the same as a table, as a file, and what is counted."""
    past = drawn(history, overview, key)
    drawn(_show_past, past, source_of(view))
    table, file, definition = st.columns(3)
    if past.drawn:
        with table:
            drawn(_show_as_table, overview, past)
        with file:
            offer_csv(
                partial(history_export, overview, past),
                f"{overview.publish.dataset}-{past.measure.key}-{overview.as_at:%Y-%m}.csv",
                width="stretch",
            )
    with definition:
        drawn(_show_definition, past)


def _show_past(past: History, source: str) -> None:
    st.subheader(plain(past.measure.name), anchor="measure")
    st.markdown(plain(past.sentence))
    if past.caution:
        st.caption(plain(past.caution))
    if past.drawn:
        show_chart(
            monthly_chart(past.frame, past.title, past.measure.unit, palette()),
            alt=f"{past.title}. {past.sentence}",
            source=source,
        )


def _show_as_table(overview: Overview, past: History) -> None:
    export = history_export(overview, past)
    newest_first = export[["month", "count", "mean_of_12_months", "status"]].iloc[::-1]
    with st.popover("Show as table", width="stretch"):
        st.dataframe(
            newest_first.rename(columns=lambda name: capital_first(name.replace("_", " "))), hide_index=True
        )


def _show_definition(past: History) -> None:
    with st.popover("What is counted", width="stretch"):
        st.markdown(f"**{plain(past.measure.name)}.** {plain(past.measure.definition)}")
        st.caption(plain(f"Source: {past.measure.definition_source}."))
