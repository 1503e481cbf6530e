"""The heat map of the week, and the map of what changed since the period before, each as a table and as files, too."""

from functools import partial

import altair
import streamlit as st

from pages.shared.charts import show_chart
from pages.shared.drawn import drawn
from pages.shared.files import Download, csv_table, offer_downloads, pictures
from pages.shared.provenance import source_of
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.text import palette, plain, show_headline
from pages.when.question import WhenChoices, cells_picker, layout_shown, rows_picker
from vulncore.charts.theme import Palette
from vulncore.findings.shared.file_names import file_name, months_in_name
from vulncore.findings.shared.words import percent
from vulncore.findings.when.change import change_cells, change_headline, change_table
from vulncore.findings.when.charts import (
    change_alt,
    change_legend,
    change_title,
    map_alt,
    map_legend,
    map_title,
    stretch_pieces,
    week_change_chart,
    week_chart,
)
from vulncore.findings.when.map import Layout, map_cells, map_table, week_export
from vulncore.findings.when.sentences import known_table, stretches_table
from vulncore.findings.when.view import WeekChange, When
from vulncore.metrics.week.scan import LEVEL, LONGEST_HOURS, STANDS_OUT


def show_week_map(week: When, choices: WhenChoices, view: View) -> None:
    """Draw the week, how it is laid out, its table and its files."""
    layout, source = layout_shown(week, choices), source_of(view)
    drawn(_show_map, week, layout, source)
    cells, rows, table, files = st.columns(4, vertical_alignment="bottom")
    with cells:
        cells_picker(week).draw(choices)
    with rows:
        rows_picker().draw(choices)
    with table:
        drawn(_show_as_table, week, layout)
    with files:
        table_of_it = csv_table(partial(week_export, week, layout, view.publish))
        offer_week(week, layout, view, table_of_it)


def offer_week(
    week: When, layout: Layout, view: View, *more: Download, reach: float | None = None, side: str = ""
) -> None:
    """Offer a week as a picture, and other files of the same name; `side` tells two weeks beside each other apart."""
    offer_downloads(
        _file_name(week, view),
        [*pictures(partial(chart_of_week, week, layout, reach), source_of(view)), *more],
        key=f"week {side}",
        width="stretch",
    )


def _file_name(week: When, view: View, *first: str) -> str:
    about, records = (week.about, "by hour of week"), week.now.record_filter
    return file_name(view.publish, *first, *about, records.force, months_in_name(records.window))


def chart_of_week(week: When, layout: Layout, reach: float | None, colours: Palette) -> altair.LayerChart:
    """Return the week as a chart; `reach` is where its colours end, where another week stands beside it."""
    return week_chart(
        map_cells(week.now, layout),
        stretch_pieces(week.now, layout),
        layout.first,
        map_title(week),
        map_legend(week, layout),
        week.unit,
        colours,
        reach,
    )


def _show_map(week: When, layout: Layout, source: str) -> None:
    if layout.step == 1 and week.now.of(layout.cells)["hidden"].all():
        st.info(
            "There are too few records for single hours. Choose three hours beneath the map, or a longer period."
        )
    show_chart(chart_of_week(week, layout, None, palette()), alt=map_alt(week), source=source)


def _show_as_table(week: When, layout: Layout) -> None:
    frame = map_table(week.now, layout)
    with st.popover("Show as table", width="stretch"):
        show_table(frame, f"{week.question}: {week.unit} by part of the week", frame.columns[1:])


def show_week_change(week: When, choices: WhenChoices, view: View) -> None:
    """Draw the differences, or say why there are none to draw."""
    if week.change is None:
        st.info(plain(week.not_compared or "The twelve months before have too few times to compare with."))
        return
    first, source = layout_shown(week, choices).first, source_of(view)
    drawn(_show_change, week, week.change, first, source)
    with st.container(horizontal=True):
        drawn(_show_change_as_table, week, week.change)
        offer_downloads(
            _file_name(week, view, "what changed"),
            pictures(partial(_chart_of_change, week, week.change, first), source),
            key="week change",
        )


def _chart_of_change(week: When, change: WeekChange, first: int, colours: Palette) -> altair.LayerChart:
    return week_change_chart(
        change_cells(change, first), first, change_title(week), change_legend(week), colours
    )


def _show_change(week: When, change: WeekChange, first: int, source: str) -> None:
    show_headline(change_headline(week))
    show_chart(_chart_of_change(week, change, first, palette()), alt=change_alt(week), source=source)


def _show_change_as_table(week: When, change: WeekChange) -> None:
    with st.popover("Show as table"):
        show_table(change_table(change), f"{week.about}: each three hours, before and now", ("Before", "Now"))


FIGURES = ("Recorded", "If spread evenly", "By chance", "Records")


def show_stretches(week: When) -> None:
    """List what stands out, with what an even week would hold, and say what that means."""
    if week.now.stretches:
        show_table(
            stretches_table(week.now), "Stretches of the week that stand out, in order of the week", FIGURES
        )
    st.caption(
        f"Every stretch of up to {LONGEST_HOURS} hours was tested, if each of its hours has at least {STANDS_OUT} times an even week's share. "
        f"A stretch stands out if at most {plain(percent(LEVEL))} of chance weeks have a stretch as far from even. A chance week "
        "moves each record to a random hour. A night belongs to the day on which it starts."
    )


def show_times_known(week: When) -> None:
    """Say what is known of the records' times, and what becomes of each kind."""
    show_table(known_table(week.now), "Records by what is known of their time", FIGURES)
    st.caption(
        "A record between two times gives each hour its share of the minutes in between (aoristic weights, Ratcliffe 2002). "
        "Times are London's. An hour that the clocks skip gets nothing. An hour that the clocks repeat counts twice as long."
    )
