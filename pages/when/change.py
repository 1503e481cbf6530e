"""The week set against the period before: where more was recorded, and where less."""

import streamlit as st

from pages.shared.charts import show_chart
from pages.shared.drawn import drawn
from pages.shared.provenance import source_of
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.text import palette, plain, show_headline
from pages.when.question import WhenChoices, layout_shown
from vulncore.findings.when.change import change_cells, change_headline, change_table
from vulncore.findings.when.charts import change_alt, change_legend, change_title, week_change_chart
from vulncore.findings.when.view import WeekChange, When


def show_week_change(week: When, choices: WhenChoices, view: View) -> None:
    """Draw the differences, or say why there are none to draw."""
    if week.change is None:
        st.info(plain(week.not_compared or "The twelve months before have too few times to compare with."))
        return
    drawn(_show_change, week, week.change, layout_shown(week, choices).first, source_of(view))


def _show_change(week: When, change: WeekChange, first: int, source: str) -> None:
    show_headline(change_headline(week))
    show_chart(
        week_change_chart(
            change_cells(change, first),
            first,
            change_title(week),
            change_legend(week),
            palette(),
        ),
        alt=change_alt(week),
        source=source,
    )
    with st.popover("Show as table"):
        show_table(change_table(change), f"{week.about}: each three hours, before and now", ("Before", "Now"))
