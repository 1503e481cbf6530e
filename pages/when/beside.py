"""The week that is pinned and the one on screen, beside each other on the same scale."""

import streamlit as st

from pages.shared.beside import SIDES, in_two, let_go
from pages.shared.charts import show_chart
from pages.shared.choices import apart
from pages.shared.drawn import drawn
from pages.shared.provenance import source_of
from pages.shared.reads import boundaries_of, store_path, when_of
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.text import palette, plain, show_briefing, show_notes, show_working
from pages.shared.which_records import chosen_night
from pages.when.question import WhenChoices, cells_picker, layout_shown, rows_picker, week_question
from pages.when.reads import weeks_beside_of
from pages.when.week import chart_of_week, offer_week
from vulncore.domain.disclosure import smallest_shown
from vulncore.domain.errors import VulncoreError
from vulncore.findings.when.charts import map_alt
from vulncore.findings.when.map import Layout
from vulncore.findings.when.view import WeeksBeside, When


def pinned_week(pinned: View, choices: WhenChoices) -> When | None:
    """Return the week of a view that is pinned; None where it can't be shown any more, which is said."""
    try:
        with apart() as problems:
            records, night = week_question(pinned, choices), chosen_night(choices)
        if not problems:
            return when_of(
                store_path(), pinned.publish, records, night, smallest_shown(), boundaries_of(store_path())
            )
        let_go(problems[0])
    except VulncoreError as problem:
        let_go(str(problem))
    return None


def show_beside(pinned: View, its_week: When, shown: View, week: When, choices: WhenChoices) -> None:
    """Say where two weeks differ, and draw both."""
    both = weeks_beside_of(
        store_path(), pinned.publish, its_week, shown.publish, week, boundaries_of(store_path())
    )
    layouts = [layout_shown(one, choices) for one in (week, its_week)]
    layout = max(layouts, key=lambda one: one.step)  # as the numbers of both allow
    show_briefing(both.briefing)
    sides = zip(SIDES, in_two(both.names), (pinned, shown), (its_week, week), both.most, strict=True)
    for side, column, view, one, most in sides:
        with column:
            drawn(_show_week, one, layout, most, source_of(view))
            show_notes(one.notes)
            if not one.now.too_few:
                offer_week(one, layout, view, reach=most, side=side)
    cells, rows, table = st.columns(3, vertical_alignment="bottom")
    with cells:
        cells_picker(week).draw(choices)
    with rows:
        rows_picker().draw(choices)
    if len(both.table):
        with table:
            drawn(_show_as_table, both)
    if both.headline:
        show_working(both.headline)


def _show_week(week: When, layout: Layout, most: float, source: str) -> None:
    if week.now.too_few:
        st.info(plain(f"Too few {week.unit} have a time to show a week."))
        return
    show_chart(chart_of_week(week, layout, most, palette()), alt=map_alt(week), source=source)


def _show_as_table(both: WeeksBeside) -> None:
    with st.popover("Show as table", width="stretch"):
        show_table(both.table, "Two weeks, part by part", list(both.table.columns[1:3]))
