"""Where does it happen, is it more than chance, is it new, and would the map have been right?"""

import streamlit as st

from pages.shared.choices import OF_THE_MAP, open_part, write_link
from pages.shared.provenance import show_provenance
from pages.shared.reads import area_key, store_path
from pages.shared.sidebar import chosen_view
from pages.shared.text import plain, show_headline
from pages.shared.which_records import record_link
from pages.where.map import show_map_choices, show_where_map
from pages.where.parts import show_definitions, show_place, show_repeats, show_tried
from pages.where.question import (
    forget_a_place_that_is_not_on,
    map_chosen,
    placed_measures,
    where_question,
)
from pages.where.reads import map_of, where_headline_of, where_of
from vulncore.domain.errors import VulncoreError
from vulncore.findings.where.question import NoPlacesError
from vulncore.findings.where.sentences import where_notes

PLACE, TRIED, REPEATS, CLASSES = (
    "One place",
    "Would the map have been right?",
    "Near repeats",
    "What classes mean",
)
PARTS = {PLACE: "place", TRIED: "tried", REPEATS: "repeats", CLASSES: "classes"}  # and their names in a link

st.title("Where")

try:
    view = chosen_view()
    asked = where_question(view)
    area = area_key(store_path(), view.force)
    where = where_of(store_path(), view.publish, asked, area)
    headline = where_headline_of(store_path(), view.publish, asked, area)
    shown = None if where.too_few else map_of(store_path(), view.publish, asked, area, map_chosen(where))
except NoPlacesError as nothing:
    st.info(plain(str(nothing)))
    write_link("where", **view.link())
    st.stop()
except VulncoreError as problem:
    st.error(plain(f"The map cannot be shown. {problem}"))
    st.stop()

forget_a_place_that_is_not_on(shown)
show_provenance(view, where.question.text)
show_headline(headline)
show_map_choices(view, where, placed_measures(view))
if shown is None:
    write_link("where", **view.link(), **record_link(asked.records, OF_THE_MAP))
    st.stop()
show_where_map(where, shown, view, area)
for note in where_notes(where):
    st.caption(plain(note))

opened, part = open_part(PARTS, "map part")
write_link("where", **view.link(), **record_link(asked.records, OF_THE_MAP))
with part:
    if opened == PLACE:
        show_place(where, shown, view, area)
    elif opened == TRIED:
        show_tried(where, view, area)
    elif opened == REPEATS:
        show_repeats(where, view, area)
    else:
        show_definitions(where)
