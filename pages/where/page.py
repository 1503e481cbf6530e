"""Where does it happen, is it more than chance, is it new, and would the map have been right?"""

import streamlit as st

from pages.shared.beside import show_compare, two_views, view_beside
from pages.shared.choices import chosen, open_part
from pages.shared.drawn import drawn
from pages.shared.provenance import show_provenance
from pages.shared.sidebar import chosen_view
from pages.shared.text import plain, show_briefing, show_working
from pages.shared.visit import end_page
from pages.shared.which_records import show_record_choices
from pages.where.beside import maps_compared, show_beside
from pages.where.map import show_hours, show_map_choices, show_where_map
from pages.where.parts import show_definitions, show_repeats, show_tried
from pages.where.place import show_place
from pages.where.question import (
    WhereChoices,
    first_placed_strand,
    map_chosen,
    place_on_map,
    placed_measures,
    where_question,
)
from pages.where.reads import map_of, map_question, where_briefing_of, where_of
from vulncore.domain.errors import VulncoreError
from vulncore.findings.where.question import NoPlacesError
from vulncore.findings.where.sentences import where_notes

PARTS = {
    "": "One place",
    "tried": "Test on past months",
    "repeats": "Near repeats",
    "classes": "What classes mean",
}

st.title("Where")

try:
    view = chosen_view(first_placed_strand)
    choices = chosen(WhereChoices)
    selection = where_question(view, choices)
    show_record_choices(view, choices, selection.records, placed_measures(view))
    show_hours(view, choices, selection)
    question = map_question(view, selection)
    where = where_of(question)
    briefing, headline, hot = where_briefing_of(question)
    chosen_map = map_chosen(where, choices)
    shown = None if where.too_few else map_of(question, chosen_map)
except NoPlacesError as nothing:
    st.info(plain(str(nothing)))
    end_page()
except VulncoreError as problem:
    st.error(plain(f"The map cannot be shown. {problem}"))
    end_page()

beside = view_beside(view, choices)
both = maps_compared(*beside, question, chosen_map) if beside else None
place = place_on_map(shown, choices)
show_provenance(view, two_views(beside[0], view) if beside and both else where.question.text)
show_briefing(both.briefing if both else briefing)
show_compare(view, choices)
show_map_choices(choices, where)
if beside and both:
    show_beside(both, beside[0], view)
    end_page()
if shown is None:
    show_working(headline, where_notes(where))
    end_page()
show_where_map(where, shown, place, hot, view, question)
for note in where_notes(where):  # what a map can't say stands beside it
    st.caption(plain(note))
show_working(headline)

part, below = open_part(PARTS, choices, "map part")
with below:
    if part == "tried":
        show_tried(where, view, question)
    elif part == "repeats":
        show_repeats(where, question)
    elif part == "classes":
        drawn(show_definitions, where)
    else:
        show_place(where, shown, chosen(WhereChoices), view, question)
