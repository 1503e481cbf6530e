"""What one strand alone shows: its measures beside each other, its records taken apart."""

from functools import partial

import altair
import streamlit as st

from pages.shared.charts import show_chart
from pages.shared.drawn import drawn
from pages.shared.files import csv_table, offer_downloads, pictures
from pages.shared.provenance import source_of, whose_and_source
from pages.shared.reads import boundaries_of, store_path
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.text import palette, plain
from pages.strand.question import StrandChoices, bar_picker
from pages.strand.reads import panel_of
from vulncore.charts.theme import Palette
from vulncore.domain.disclosure import smallest_shown
from vulncore.findings.shared.file_names import file_name
from vulncore.findings.strand.charts import panel_chart
from vulncore.findings.strand.panels import PanelFigures, panel_alt, panel_export, panel_table, panels_of


def show_panels(view: View, choices: StrandChoices) -> None:
    """Draw what the strand has of its own, or say why there is no chart."""
    key = view.strand_or_view
    own_panels = panels_of(key or "", view.contents.measures_of(key) if key else view.measures)
    if own_panels.sentence:
        st.info(plain(own_panels.sentence))
    drawn_any, bar = False, bar_picker().made(choices)
    if any(panel.of for panel in own_panels.panels):
        bar_picker().draw(choices)
    for at, panel in enumerate(own_panels.panels):
        store, edges = store_path(), boundaries_of(store_path())
        figures = panel_of(store, view.publish, view.force, panel, view.month, bar, smallest_shown(), edges)
        if figures is not None:
            drawn_any = True
            _show_panel(figures, view, at)
    if not drawn_any and not own_panels.sentence:
        st.info("Only totals are published for this strand and no month, so there is nothing to draw.")


def _show_panel(figures: PanelFigures, view: View, at: int) -> None:
    drawn(_draw, figures, source_of(view))
    for note in figures.notes:
        st.caption(plain(note))
    with st.container(horizontal=True):
        drawn(_show_as_table, figures)
        offer_downloads(
            file_name(view.publish, figures.title, view.force),
            [
                *pictures(partial(_chart, figures), whose_and_source(view)),
                csv_table(partial(panel_export, figures, view.publish, view.force)),
            ],
            key=f"panel {at}",
        )


def _chart(figures: PanelFigures, colours: Palette) -> altair.LayerChart:
    return panel_chart(figures, colours)


def _draw(figures: PanelFigures, source: str) -> None:
    show_chart(_chart(figures, palette()), alt=panel_alt(figures), source=source)


def _show_as_table(figures: PanelFigures) -> None:
    with st.popover("Show as table"):
        table = panel_table(figures)
        show_table(table, figures.title, table.columns[1:])
