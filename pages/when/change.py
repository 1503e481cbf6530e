"""The week set against the period before: where more was recorded, and where less."""

import streamlit as st

from pages.shared.provenance import source_line
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.text import palette, plain, show_headline
from pages.when.question import WhenChoices, layout_shown
from vulncore.findings.when.captions import change_alt, change_legend, change_title
from vulncore.findings.when.change import change_table, week_change
from vulncore.findings.when.charts import week_change_chart
from vulncore.findings.when.when import When


def show_week_change(week: When, choices: WhenChoices, view: View) -> None:
    """Draw the differences, or say why there are none to draw."""
    if week.before is None or week.before.too_few:
        st.info(plain(week.not_compared or "The twelve months before have too few times to compare with."))
        return
    first = layout_shown(week, choices).first
    change = week_change(week.now, week.before, first, week.unit)
    show_headline(change.headline)
    st.altair_chart(
        week_change_chart(
            change.cells,
            first,
            change_title(week),
            change_legend(week, change),
            palette(),
        ),
        alt=change_alt(week, change),
        width="stretch",
    )
    st.caption(source_line(view))
    with st.popover("Show as table"):
        show_table(change_table(change), f"{week.about}: each three hours, before and now", ("Before", "Now"))
