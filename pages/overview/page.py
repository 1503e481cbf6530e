"""What has changed since last year, strand by strand?"""

import streamlit as st

from pages.overview.beside import show_beside
from pages.overview.measure import show_measure
from pages.overview.question import OverviewChoices, measure_shown
from pages.overview.reads import overview_of, records_once_of
from pages.overview.strand_table import pick_from_strand_table, show_table_files, strand_table
from pages.shared.beside import show_compare, two_views, view_beside
from pages.shared.choices import chosen
from pages.shared.drawn import drawn
from pages.shared.provenance import show_provenance, source_line
from pages.shared.reads import store_path
from pages.shared.sidebar import chosen_view, path_of
from pages.shared.text import plain, show_briefing, show_notes, show_working
from pages.shared.visit import end_page
from vulncore.domain.errors import VulncoreError
from vulncore.domain.vocabulary import find_measure
from vulncore.findings.overview.overview import narrowed
from vulncore.findings.overview.strand_rows import table_legend

st.title("Overview")

try:
    view = chosen_view()
    choices = chosen(OverviewChoices)
    of_all = overview_of(store_path(), view.publish, view.force, view.month)
    overview = drawn(narrowed, of_all, view.strand_or_view)
except VulncoreError as problem:
    st.error(plain(f"The strand table cannot be shown. {problem}"))
    end_page()

key = measure_shown(overview, choices, view.measure)
looked_at = view.at(path_of(find_measure(overview.measures, key), view.contents))
beside = view_beside(looked_at, choices)
show_provenance(view, two_views(beside[0], looked_at) if beside else overview.question)
if beside is None:
    show_briefing(overview.briefing)
    if view.across:
        st.markdown(plain(records_once_of(store_path(), view.publish, view.force, view.month, view.across)))
else:
    show_beside(beside[0], looked_at, overview, key)
show_compare(looked_at, choices)

measure = pick_from_strand_table(drawn(strand_table, overview), key, view)
st.caption(f"{plain(table_legend(overview))} {source_line(view)}")
show_table_files(overview, view.contents.name_of(view.strand_or_view or ""))
show_notes(overview.notes)
show_working(overview.headline)
show_measure(overview, measure, view)
