"""What is published, what is odd about it, and how does more come in?"""

from functools import partial

import streamlit as st

from pages.data.bring_in import show_bring_in
from pages.data.coverage import show_coverage
from pages.data.findings import show_findings, show_published
from pages.data.force_map.boundary import show_boundary
from pages.data.force_map.ground import show_ground
from pages.data.notes import show_notes_on_data
from pages.data.reads import checks_of, coverage_of
from pages.data.remedies import BRING_IN, offer_for_version
from pages.data.strands import show_strands
from pages.data.undo import show_undo
from pages.shared.provenance import show_provenance
from pages.shared.reads import store_path
from pages.shared.sidebar import chosen_view
from pages.shared.text import plain
from pages.shared.visit import end_page
from vulncore import store as stores
from vulncore.domain.errors import VulncoreError
from vulncore.findings.data.checks import findings_sentence
from vulncore.findings.shared.file_names import file_name

st.title("Data")

try:
    if not stores.datasets(store_path()):
        st.markdown("Nothing has been published yet. Bring in a first file.")
        show_bring_in(None)
        end_page()
    view = chosen_view(first=None)
    findings = checks_of(store_path(), view.publish, view.force)
    picture = coverage_of(store_path(), view.publish, view.force)
except VulncoreError as problem:
    st.error(plain(f"What is published cannot be shown. {problem}"))
    end_page()

show_provenance(view, findings_sentence(view.publish, findings))
show_findings(
    findings, file_name(view.publish, "what to check", view.force), partial(offer_for_version, view)
)

st.header("Which months were delivered")
show_coverage(picture, view)

names = ["Versions and changes", "Notes on the data", BRING_IN, "The force's map", "Strands"]
tabs = st.tabs(names, key="data part", on_change="rerun")
parts = (
    (show_published, show_undo),
    (show_notes_on_data,),
    (show_bring_in,),
    (show_boundary, show_ground),
    (show_strands,),
)
for tab, pieces in zip(tabs, parts, strict=True):
    if tab.open:
        with tab:
            for show in pieces:
                show(view)
