"""The measure that is pinned and the one on screen, beside each other on the same axes."""

import streamlit as st

from pages.overview.question import OverviewChoices, measure_shown
from pages.overview.reads import overview_of
from pages.shared.beside import in_two, let_go
from pages.shared.charts import show_chart
from pages.shared.drawn import drawn
from pages.shared.provenance import source_of
from pages.shared.reads import store_path
from pages.shared.sidebar import View
from pages.shared.text import palette, plain, show_briefing
from vulncore.domain.errors import VulncoreError
from vulncore.findings.overview.beside import MeasuresBeside, measures_beside
from vulncore.findings.overview.charts import monthly_chart
from vulncore.findings.overview.history import History
from vulncore.findings.overview.overview import Overview, narrowed


def show_beside(pinned: View, shown: View, overview: Overview, key: str) -> None:
    """Say what tells a measure from the one that is pinned, and draw the months of both; or what became of the pinned one."""
    try:
        of_all = overview_of(store_path(), pinned.publish, pinned.force, pinned.month)
        its_overview = drawn(narrowed, of_all, pinned.strand)
    except VulncoreError as problem:
        let_go(str(problem))
        show_briefing(overview.briefing)
        return
    its_key = measure_shown(its_overview, OverviewChoices(), pinned.measure)
    both = drawn(measures_beside, its_overview, its_key, overview, key)
    show_briefing(both.briefing)
    columns = in_two(both.names)
    for column, past, view in zip(columns, (both.pinned, both.shown), (pinned, shown), strict=True):
        with column:
            drawn(_show_months, both, past, source_of(view))


def _show_months(both: MeasuresBeside, past: History, source: str) -> None:
    if not past.drawn:
        st.info(plain(past.sentence))
        return
    months = (both.first, both.last)
    show_chart(
        monthly_chart(past.frame, past.title, past.measure.unit, palette(), both.most, months),
        alt=f"{past.title}. {past.sentence}",
        source=source,
    )
