"""One measure's five years: the chart, its table, its files and its definition."""

from functools import partial

import altair
import streamlit as st

from pages.shared.charts import show_chart
from pages.shared.drawn import drawn
from pages.shared.files import csv_table, offer_downloads, pictures
from pages.shared.provenance import source_of, whose_and_source
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.text import palette, plain
from vulncore.charts.theme import Palette
from vulncore.domain.periods import Window, month_end
from vulncore.findings.overview.charts import monthly_chart
from vulncore.findings.overview.history import History, history, history_export, mean_in_words
from vulncore.findings.overview.overview import Overview
from vulncore.findings.shared.file_names import file_name, months_in_name
from vulncore.findings.shared.words import capital_first


def show_measure(overview: Overview, key: str, view: View) -> None:
    """Draw a measure's five years, with the same as a table, as files, and what is counted."""
    past = drawn(history, overview, key)
    drawn(_show_past, past, source_of(view))
    table, files, definition = st.columns(3)
    if past.drawn:
        months = past.frame["month"]
        window = Window(months.iloc[0].date(), month_end(months.iloc[-1].date()))
        with table:
            drawn(_show_as_table, overview, past)
        with files:
            name = file_name(view.publish, past.measure.name, "by month", view.force, months_in_name(window))
            as_pictures = pictures(partial(_chart, past), whose_and_source(view))
            as_table = csv_table(partial(history_export, overview, past))
            offer_downloads(name, [*as_pictures, as_table], key="measure", width="stretch")
    with definition:
        drawn(_show_definition, past)


def _chart(past: History, colours: Palette) -> altair.LayerChart:
    return monthly_chart(past.frame, past.title, past.measure.unit, colours)


def _show_past(past: History, source: str) -> None:
    st.subheader(plain(past.measure.name), anchor="measure")
    st.markdown(plain(past.sentence))
    if past.caution:
        st.caption(plain(past.caution))
    if past.drawn:
        show_chart(_chart(past, palette()), alt=f"{past.title}. {past.sentence}", source=source)


def _show_as_table(overview: Overview, past: History) -> None:
    export = history_export(overview, past)
    newest_first = export[["month", "count", "mean_of_12_months", "status"]].iloc[::-1]
    mean = newest_first["mean_of_12_months"].map(mean_in_words)
    table = newest_first.assign(mean_of_12_months=mean)
    table = table.rename(columns=lambda name: capital_first(name.replace("_", " ")))
    with st.popover("Show as table", width="stretch"):
        show_table(table, past.title, figures=("Mean of 12 months",))


def _show_definition(past: History) -> None:
    with st.popover("What is counted", width="stretch"):
        st.markdown(f"**{plain(past.measure.name)}.** {plain(past.measure.definition)}")
        st.caption(plain(f"Source: {past.measure.definition_source}."))
