"""Where does it happen, is it more than chance, is it new, and would the map have been right?"""

import streamlit as st

from pages.shared.choices import chosen, open_part
from pages.shared.provenance import show_provenance
from pages.shared.reads import area_key, store_path
from pages.shared.sidebar import chosen_view
from pages.shared.text import plain, show_headline
from pages.where.map import show_map_choices, show_where_map
from pages.where.parts import show_definitions, show_place, show_repeats, show_tried
from pages.where.question import WhereChoices, map_chosen, place_on_map, placed_measures, where_question
from pages.where.reads import map_of, where_headline_of, where_of
from vulncore.domain.errors import VulncoreError
from vulncore.findings.where.read import NoPlacesError

PARTS = {
    "": "One place",
    "tried": "Test on past months",
    "repeats": "Near repeats",
    "classes": "What classes mean",
}

st.title("Where")

try:
    view = chosen_view()
    choices = chosen(WhereChoices)
    asked = where_question(view, choices)
    area = area_key(store_path(), view.force)
    found = where_of(store_path(), view.publish, asked, area)
    headline = where_headline_of(store_path(), view.publish, asked, area)
    chosen_map = map_chosen(found, choices)
    shown = None if found.too_few else map_of(store_path(), view.publish, asked, area, chosen_map)
except NoPlacesError as nothing:
    st.info(plain(str(nothing)))
    st.stop()
except VulncoreError as problem:
    st.error(plain(f"The map cannot be shown. {problem}"))
    st.stop()

place = place_on_map(shown, choices)
show_provenance(view, found.question)
show_headline(headline)
show_map_choices(view, choices, found, placed_measures(view))
if shown is None:
    st.stop()
show_where_map(found, shown, place, view, area)
for note in found.notes:
    st.caption(plain(note))

part, below = open_part(PARTS, choices, "map part")
with below:
    if part == "tried":
        show_tried(found, view, area)
    elif part == "repeats":
        show_repeats(found, view, area)
    elif part == "classes":
        show_definitions(found)
    else:
        show_place(found, shown, choices, view, area)
