"""The map that is pinned and the one on screen, beside each other in the same colours."""

from pathlib import Path

import streamlit as st

from pages.shared.beside import SIDES, in_two, let_go
from pages.shared.choices import apart
from pages.shared.drawn import drawn
from pages.shared.provenance import source_line
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.text import plain, show_working
from pages.where.ground import credits_of
from pages.where.map import draw_map, offer_map, show_legend
from pages.where.question import WhereChoices, where_question
from pages.where.reads import MapQuestion, map_question, maps_beside_of
from vulncore.charts.map_chart import HALF
from vulncore.domain.errors import VulncoreError
from vulncore.findings.where.layers import MapChoice
from vulncore.findings.where.view import MapsBeside

_names_maps = st.components.v2.component(
    "names_maps", js=(Path(__file__).parent / "names_maps.js").read_text(encoding="utf-8")
)


def maps_compared(
    pinned: View, choices: WhereChoices, shown: MapQuestion, choice: MapChoice
) -> MapsBeside | None:
    """Return the map that is pinned and the one on screen; None where that can't be shown any more, which is said."""
    try:
        with apart() as problems:
            its_selection = where_question(pinned, choices)
        if not problems:
            return maps_beside_of(map_question(pinned, its_selection), shown, choice)
        let_go(problems[0])
    except VulncoreError as problem:
        let_go(str(problem))
    return None


def show_beside(both: MapsBeside, pinned: View, shown: View) -> None:
    """Draw two maps, and say how both are read."""
    one = both.shown or both.pinned
    if one is not None:
        drawn(show_legend, one, False, False)
    maps = zip(SIDES, in_two(both.names), both.views, (both.pinned, both.shown), (pinned, shown), strict=True)
    for side, column, where, one, view in maps:
        with column:
            if one is None:
                st.info("Too few records for a map.")
            else:
                draw_map(one, view, f"map {side}", HALF)
                st.caption(
                    f"**{plain(one.title)}.** {source_line(view)} {plain(credits_of(one, view.force))}"
                )
                offer_map(where, one, "", view, side)
    names = [f"{side}, {name}" for side, name in zip(SIDES, both.names, strict=True)]
    _names_maps(data={"names": names}, key="names-maps")
    if len(both.table):
        drawn(_show_as_table, both)
    if both.headline:
        show_working(both.headline)


def _show_as_table(both: MapsBeside) -> None:
    with st.popover("Show as table"):
        show_table(both.table, "Two maps, place by place", list(both.table.columns[1:3]))
