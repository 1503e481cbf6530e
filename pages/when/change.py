"""The week set against the period before: where more was recorded, and where less."""

from functools import partial

import altair
import streamlit as st

from pages.shared.charts import show_chart
from pages.shared.drawn import drawn
from pages.shared.files import offer_downloads, pictures
from pages.shared.provenance import source_of
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.text import palette, plain, show_headline
from pages.when.question import WhenChoices, layout_shown
from vulncore.charts.theme import Palette
from vulncore.findings.shared.file_names import file_name, months_in_name
from vulncore.findings.when.change import change_cells, change_headline, change_table
from vulncore.findings.when.charts import change_alt, change_legend, change_title, week_change_chart
from vulncore.findings.when.view import WeekChange, When


def show_week_change(week: When, choices: WhenChoices, view: View) -> None:
    """Draw the differences, or say why there are none to draw."""
    if week.change is None:
        st.info(plain(week.not_compared or "The twelve months before have too few times to compare with."))
        return
    first, source = layout_shown(week, choices).first, source_of(view)
    drawn(_show_change, week, week.change, first, source)
    records = week.now.record_filter
    with st.container(horizontal=True):
        drawn(_show_as_table, week, week.change)
        offer_downloads(
            file_name(
                view.publish,
                "what changed",
                week.about,
                "by hour of week",
                records.force,
                months_in_name(records.window),
            ),
            pictures(partial(_chart, week, week.change, first), source),
            key="week change",
        )


def _chart(week: When, change: WeekChange, first: int, colours: Palette) -> altair.LayerChart:
    return week_change_chart(
        change_cells(change, first), first, change_title(week), change_legend(week), colours
    )


def _show_change(week: When, change: WeekChange, first: int, source: str) -> None:
    show_headline(change_headline(week))
    show_chart(_chart(week, change, first, palette()), alt=change_alt(week), source=source)


def _show_as_table(week: When, change: WeekChange) -> None:
    with st.popover("Show as table"):
        show_table(change_table(change), f"{week.about}: each three hours, before and now", ("Before", "Now"))
