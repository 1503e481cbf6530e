"""The heat map of the week, with the same as a table and as a file."""

import streamlit as st

from pages.shared.choices import choices_made, choose
from pages.shared.provenance import source_line
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.text import palette
from vulncore.cli.options import csv_text
from vulncore.findings.shared.words import percent
from vulncore.findings.when.charts import map_alt, map_legend, map_title, stretch_pieces, week_chart
from vulncore.findings.when.map import (
    BY_CALENDAR,
    EVENING_WHOLE,
    Layout,
    fitting_step,
    map_cells,
    map_table,
    week_export,
)
from vulncore.findings.when.sentences import known_table, stretches_table
from vulncore.findings.when.view import When
from vulncore.metrics.week.scan import LEVEL, LONGEST_HOURS, STANDS_OUT

FITTING, HOUR, BANDS = "fitting", "hour", "three"
NIGHTS, DAYS = "night", "day"


def show_week_map(found: When, view: View) -> None:
    """Draw the week, how it is laid out, its table and its file."""
    layout = chosen_layout(found)
    if found.now.of(layout.cells)["hidden"].all():
        st.info(
            "These numbers are too few for single hours: choose three hours beneath the map, or a longer period."
        )
    st.altair_chart(
        week_chart(
            map_cells(found.now, layout),
            stretch_pieces(found.now, layout),
            layout.first,
            map_title(found),
            map_legend(found, layout),
            found.unit,
            palette(),
        ),
        alt=map_alt(found),
        width="stretch",
    )
    st.caption(source_line(view))
    cells, rows, table, file = st.columns(4, vertical_alignment="bottom")
    with cells:
        choose("Cells", "cells", [FITTING, BANDS, HOUR], 0, lambda key: _cells(key, found), "size of cells")
    with rows:
        choose("A row runs from", "rows", [NIGHTS, DAYS], 0, _rows, "start of rows")
    with table.popover("Show as table", width="stretch"):
        frame = map_table(found.now, layout)
        show_table(frame, f"{found.question}: {found.unit} by part of the week", frame.columns[1:])
    file.download_button(
        "Download as CSV",
        csv_text(week_export(found, layout, view.publish)),
        file_name=f"{view.publish.dataset}-week-{found.now.record_filter.window.end:%Y-%m}.csv",
        mime="text/csv",
        width="stretch",
    )


def chosen_layout(found: When) -> Layout:
    """Return how the week is laid out, by the choices made so far."""
    made = choices_made()
    step = {HOUR: 1, BANDS: 3}.get(made.get("cells", FITTING)) or fitting_step(found.now)
    return Layout(step, BY_CALENDAR if made.get("rows") == DAYS else EVENING_WHOLE)


def _cells(key: str, found: When) -> str:
    names = {HOUR: "Single hours", BANDS: "Three hours"}
    return names.get(key) or f"As numbers allow: {'hours' if fitting_step(found.now) == 1 else 'three hours'}"


def _rows(key: str) -> str:
    return "06:00, nights whole" if key == NIGHTS else "00:00, by the calendar"


FIGURES = ("Recorded", "If spread evenly", "By chance", "Records")


def show_stretches(found: When) -> None:
    """List what stands out, with what an even week would hold, and say what that means."""
    if found.now.stretches:
        show_table(
            stretches_table(found.now), "Stretches of the week that stand out, in order of the week", FIGURES
        )
    st.caption(
        f"Every run of up to {LONGEST_HOURS} hours was tried, each of its parts at least {STANDS_OUT} times an even week. "
        f"A run stands out if at most {percent(LEVEL)} of weeks made by chance, each record moved to an hour drawn evenly, "
        "hold any run as far from even. A night belongs to the day on which it starts."
    )


def show_times_known(found: When) -> None:
    """Say what is known of the records' times, and what becomes of each kind."""
    show_table(known_table(found.now), "Records by what is known of their time", FIGURES)
    st.caption(
        "Weights are aoristic (Ratcliffe 2002): a record known to lie between two times gives each hour its share of "
        "the minutes in between. Times are London's clock: an hour that it skips gets nothing, one that it shows twice both."
    )
