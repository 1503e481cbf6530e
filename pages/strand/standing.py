"""The control chart of a strand, its table, its files, and what an analyst says of it."""

from functools import partial

import altair
import streamlit as st

from pages.shared.charts import show_chart
from pages.shared.drawn import drawn
from pages.shared.files import csv_table, offer_downloads, pictures
from pages.shared.provenance import source_of
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.text import palette, plain
from vulncore.charts.theme import Palette
from vulncore.domain.periods import Window, month_end, month_name
from vulncore.findings.shared.file_names import file_name, months_in_name
from vulncore.findings.strand.charts import standing_chart
from vulncore.findings.strand.standing import Standing, standing_export
from vulncore.findings.strand.tables import standing_table

COMMENTARY_SHOWN = 2
FIGURES = ("Recorded", "Mean", "Usual range", "Days since the record before")


def show_standing(standing: Standing, view: View) -> None:
    """Draw the control chart, with the latest commentary beside it, as a table and as files."""
    drawn(_show_chart, standing, source_of(view))
    for note in standing.commentary[-COMMENTARY_SHOWN:][::-1]:
        st.markdown(
            f"**{plain(month_name(note.month))}.** {plain(note.text)} "
            f":small[{plain(note.author)}, {plain(f'{note.written_on:%d %B %Y}'.lstrip('0'))}]"
        )
    first = standing.chart.frame["month"].iloc[0].date()
    window = Window(first, month_end(standing.as_at))
    with st.container(horizontal=True):
        drawn(_show_as_table, standing)
        offer_downloads(
            file_name(
                view.publish, standing.subject.name, "control chart", view.force, months_in_name(window)
            ),
            [
                *pictures(partial(_chart, standing), source_of(view)),
                csv_table(partial(standing_export, standing)),
            ],
            key="standing",
        )


def _chart(standing: Standing, colours: Palette) -> altair.LayerChart:
    return standing_chart(standing, colours)


def _show_chart(standing: Standing, source: str) -> None:
    alt = " ".join([standing.briefing.finding, *(f"{line.lead}: {line.text}" for line in standing.headline)])
    show_chart(_chart(standing, palette()), alt=alt, source=source)


def _show_as_table(standing: Standing) -> None:
    with st.popover("Show as table"):
        table = standing_table(standing)
        show_table(table, standing.question, FIGURES)
