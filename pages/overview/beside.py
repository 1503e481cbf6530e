"""The measure that is pinned and the one on screen, beside each other on the same axes."""

from functools import partial

import altair
import streamlit as st

from pages.overview.question import OverviewChoices, measure_shown
from pages.overview.reads import overview_of, sharing_of
from pages.shared.beside import SIDES, in_two, let_go
from pages.shared.charts import show_chart
from pages.shared.drawn import drawn
from pages.shared.files import offer_downloads, pictures
from pages.shared.provenance import source_of, whose_and_source
from pages.shared.reads import store_path
from pages.shared.sidebar import View
from pages.shared.text import palette, plain, show_briefing
from vulncore.charts.theme import Palette
from vulncore.domain.errors import VulncoreError
from vulncore.domain.periods import Window, month_end
from vulncore.findings.overview.beside import MeasuresBeside, measures_beside
from vulncore.findings.overview.charts import monthly_chart
from vulncore.findings.overview.history import History
from vulncore.findings.overview.overview import Overview, narrowed
from vulncore.findings.shared.file_names import file_name, months_in_name


def show_beside(pinned: View, shown: View, overview: Overview, key: str) -> None:
    """Say what tells a measure from the one that is pinned, and draw the months of both; or what became of the pinned one."""
    try:
        of_all = overview_of(store_path(), pinned.publish, pinned.force, pinned.month)
        its_overview = drawn(narrowed, of_all, pinned.strand_or_view)
    except VulncoreError as problem:
        let_go(str(problem))
        show_briefing(overview.briefing)
        return
    its_key = measure_shown(its_overview, OverviewChoices(), pinned.measure)
    sharing = frozenset[frozenset[str]]().union(
        *(sharing_of(store_path(), view.publish, view.force) for view in (pinned, shown))
    )
    both = drawn(measures_beside, its_overview, its_key, overview, key, sharing)
    show_briefing(both.briefing)
    sides = zip(SIDES, in_two(both.names), (both.pinned, both.shown), (pinned, shown), strict=True)
    for side, column, past, view in sides:
        with column:
            drawn(_show_months, both, past, source_of(view))
            if past.drawn:
                when = months_in_name(Window(both.first, month_end(both.last)))
                name = file_name(view.publish, past.measure.name, "by month", view.force, when)
                as_pictures = pictures(partial(_chart, both, past), whose_and_source(view))
                offer_downloads(name, as_pictures, key=f"measure {side}")


def _chart(both: MeasuresBeside, past: History, colours: Palette) -> altair.LayerChart:
    months = (both.first, both.last)
    return monthly_chart(past.frame, past.title, past.measure.unit, colours, both.most, months)


def _show_months(both: MeasuresBeside, past: History, source: str) -> None:
    if past.drawn:
        show_chart(_chart(both, past, palette()), f"{past.title}. {past.sentence}", source)
    else:
        st.info(plain(past.sentence))
