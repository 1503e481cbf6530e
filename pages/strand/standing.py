"""The control chart of a strand, its table, its files, and what an analyst says of it."""

from collections.abc import Sequence
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
from vulncore.domain.periods import Window, month_end
from vulncore.findings.shared.file_names import file_name, months_in_name
from vulncore.findings.strand.charts import standing_chart
from vulncore.findings.strand.sentences import commentary_in_words, icons
from vulncore.findings.strand.standing import Standing, standing_export
from vulncore.findings.strand.tables import standing_table

COMMENTARY_SHOWN, LETTERS_IN_A_PICTURE = 2, 240
FIGURES = ("Recorded", "Mean", "Usual range", "Days since the record before")


def show_standing(standing: Standing, view: View) -> None:
    """Draw the control chart, with the latest commentary beside it, as a table and as files."""
    drawn(_show_chart, standing, source_of(view))
    with st.container(horizontal=True):
        for icon, words in icons(standing):
            st.badge(plain(words), icon=f":material/{icon}:", color="gray")
    for words in commentary_in_words(standing, COMMENTARY_SHOWN):
        st.markdown(plain(words))
    first = standing.chart.frame["month"].iloc[0].date()
    window = Window(first, month_end(standing.as_at))
    with st.container(horizontal=True):
        drawn(_show_as_table, standing)
        offer_downloads(
            file_name(
                view.publish, standing.subject.name, "control chart", view.force, months_in_name(window)
            ),
            [
                *pictures(
                    partial(_chart, standing, commentary_in_words(standing, 1, LETTERS_IN_A_PICTURE)),
                    source_of(view),
                ),
                csv_table(partial(standing_export, standing)),
            ],
            key="standing",
        )


def _chart(standing: Standing, commentary: Sequence[str], colours: Palette) -> altair.LayerChart:
    return standing_chart(standing, colours, commentary)


def _show_chart(standing: Standing, source: str) -> None:
    alt = " ".join([standing.briefing.finding, *(f"{line.lead}: {line.text}" for line in standing.headline)])
    show_chart(_chart(standing, (), palette()), alt=alt, source=source)


def _show_as_table(standing: Standing) -> None:
    with st.popover("Show as table"):
        table = standing_table(standing)
        show_table(table, standing.question, FIGURES)
