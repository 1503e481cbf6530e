"""Hours picked on the map of the week, and the way to the map of places with them."""

import streamlit as st

from pages.shared.choices import Picker
from pages.shared.reads import placed_measures_of, store_path
from pages.shared.sidebar import View
from pages.shared.which_records import chosen_night
from vulncore.findings.when.picked_hours import EVERY, hours_offered
from vulncore.findings.when.when import When


def show_way_to_the_map(found: When, view: View) -> None:
    """Let hours be picked, and lead to where they are mapped; nothing where no record has a place."""
    placed = set(placed_measures_of(store_path(), view.publish, view.force))
    if not placed & set(found.now.read.asked.measures):
        return
    offered = {each.key: each.words for each in hours_offered(chosen_night(), found.now.stretches)}
    hours, way = st.columns([3, 2], vertical_alignment="bottom")
    with hours:
        picked = Picker(
            "Hours to map", "hours", list(offered), 0, offered.__getitem__, "stretch of hours"
        ).draw()
    label = "See where it happens" if picked == EVERY else "See where it happens in these hours"
    way.page_link("where.py", label=label, icon=":material/map:")
