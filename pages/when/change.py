"""The week set against the period before: where more was recorded, and where less."""

import streamlit as st

from pages.shared.provenance import source_line
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.text import palette, plain, show_headline
from pages.when.week import chosen_layout
from vulncore.findings.when.change import change_cells, change_headline, change_table
from vulncore.findings.when.charts import change_alt, change_legend, change_title, week_change_chart
from vulncore.findings.when.view import When


def show_week_change(found: When, view: View) -> None:
    """Draw the differences, or say why there are none to draw."""
    if found.change is None:
        st.info(plain(found.not_compared or "The period before has too few times to compare with."))
        return
    show_headline(change_headline(found))
    st.altair_chart(
        week_change_chart(
            change_cells(found.change, chosen_layout(found).first),
            chosen_layout(found).first,
            change_title(found),
            change_legend(found),
            palette(),
        ),
        alt=change_alt(found),
        width="stretch",
    )
    st.caption(source_line(view))
    with st.popover("Show as table"):
        show_table(
            change_table(found.change), f"{found.about}: each three hours, before and now", ("Before", "Now")
        )
