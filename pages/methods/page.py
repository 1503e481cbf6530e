"""How does every figure come about?"""

import streamlit as st

from pages.shared.provenance import show_provenance, source_line
from pages.shared.sidebar import chosen_view
from pages.shared.tables import show_table
from pages.shared.text import plain
from pages.shared.visit import end_page
from vulncore.domain.errors import VulncoreError
from vulncore.findings.methods import measures_frame, method_sections, periods_frame

st.title("Methods")

try:
    view = chosen_view()
except VulncoreError as problem:
    st.error(plain(f"The methods of this dataset cannot be shown. {problem}"))
    end_page()

show_provenance(view, "What is counted, what it is compared with, and how a change is told from chance.")

for section in method_sections():
    st.subheader(plain(section.title))
    st.markdown(section.text)

st.subheader("The periods on screen")
show_table(periods_frame(view.month), f"Periods that end with {view.month:%B %Y}")

st.subheader("The measures")
show_table(measures_frame(view.contents.measures), "Every measure of this dataset, with its definition")

st.markdown("The **Data** page says who published which rows, when, and what is odd about them.")
st.caption(source_line(view))
