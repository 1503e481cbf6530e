"""What has changed since last year, strand by strand?"""

import streamlit as st

from pages.overview.measure import chosen_measure, show_measure
from pages.overview.reads import overview_of
from pages.overview.strand_table import pick_from_strand_table
from pages.shared.choices import write_link
from pages.shared.provenance import show_provenance, source_line
from pages.shared.reads import store_path
from pages.shared.sidebar import chosen_view
from pages.shared.text import plain, show_headline, show_notes
from vulncore.domain.errors import VulncoreError
from vulncore.findings.overview.overview import narrowed
from vulncore.findings.overview.strand_rows import headings, strand_rows, table_legend
from vulncore.findings.overview.strand_table_html import strand_table_html

st.title("What changed")

try:
    view = chosen_view()
    every = overview_of(store_path(), view.publish, view.force, view.month)
    found = narrowed(every, view.strand)
except VulncoreError as problem:
    st.error(plain(f"The strand table cannot be shown. {problem}"))
    st.stop()

show_provenance(view, found.question)
show_headline(found.headline)
show_notes(found.notes)

picked = pick_from_strand_table(strand_table_html(strand_rows(found), headings(found)), chosen_measure(found))
write_link("overview", **view.link(), measure=picked)
st.caption(f"{table_legend(found)} {source_line(view)}")
show_measure(found, picked, view)
