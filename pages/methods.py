"""How does every figure come about, and from which data?"""

import streamlit as st

from pages.shared.filters import chosen_view
from pages.shared.links import write_link
from pages.shared.plain_table import show_table
from pages.shared.provenance import show_provenance, source_line
from pages.shared.reads import store_path
from pages.shared.words import plain
from vulncore import store as stores
from vulncore.errors import VulncoreError
from vulncore.findings.methods import measures_frame, method_sections, periods_frame
from vulncore.findings.publishes import account_frame, publishes_to_read

st.title("Methods")

try:
    view = chosen_view()
    published = stores.versions(store_path(), view.publish.dataset)
except VulncoreError as problem:
    st.error(plain(f"The methods of this dataset cannot be shown. {problem}"))
    st.stop()

show_provenance(view, "What is counted, what it is compared with, and how a change is told from chance.")

for section in method_sections():
    st.subheader(section.title)
    st.markdown(section.text)

st.subheader("The periods on screen")
show_table(periods_frame(view.month), f"Periods that end with {view.month:%B %Y}")

st.subheader("The measures")
show_table(measures_frame(view.choice.measures), "Every measure of this dataset, with its definition")

st.subheader("The data on screen")
show_table(account_frame(view.publish), f"Every row read for version {view.publish.number} is accounted for")
show_table(publishes_to_read(published), "Versions published; the sidebar opens any of them again")
st.caption(source_line(view))
write_link("methods", **view.link())
