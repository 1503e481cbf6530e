"""How does every figure come about?"""

import streamlit as st

from pages.methods.sections import show_measures, show_periods, show_sections
from pages.shared.drawn import drawn
from pages.shared.provenance import show_provenance, source_line
from pages.shared.sidebar import chosen_view
from pages.shared.text import plain
from pages.shared.visit import end_page
from vulncore.domain.errors import VulncoreError

st.title("Methods")

try:
    view = chosen_view(first=None)
except VulncoreError as problem:
    st.error(plain(f"The methods of this dataset cannot be shown. {problem}"))
    end_page()

show_provenance(view, "What is counted, what it is compared with, and how a change is told from chance.")

drawn(show_sections)
drawn(show_periods, view.month)
drawn(show_measures, view.contents.measures, view.contents.strand_list)
st.markdown("The **Data** page says who published which rows, when, and what is odd about them.")
st.caption(source_line(view))
