"""When in the week does it happen, and when should somebody be there?"""

import streamlit as st

from pages.shared.filters import chosen_view
from pages.shared.headline import show_headline, show_notes
from pages.shared.links import write_link
from pages.shared.patrol_hours import show_patrol_hours
from pages.shared.provenance import show_provenance
from pages.shared.reads import store_path, when_of
from pages.shared.week_change import show_week_change
from pages.shared.week_map import show_week_map
from pages.shared.week_question import chosen_night, show_question, week_link, week_question
from pages.shared.week_tables import show_stretches, show_times_known
from pages.shared.words import plain
from vulncore.disclosure import smallest_shown
from vulncore.errors import VulncoreError
from vulncore.findings.week_read import NoTimesError

STRETCHES, PATROLS, COMPARED, KNOWN = "What stands out", "Patrol hours", "What changed", "How times are known"

st.title("When")

try:
    view = chosen_view()
    asked = week_question(view)
    found = when_of(store_path(), view.publish, asked, chosen_night(), smallest_shown())
except NoTimesError as nothing:
    st.info(plain(str(nothing)))
    st.stop()
except VulncoreError as problem:
    st.error(plain(f"The week cannot be shown. {problem}"))
    st.stop()

show_provenance(view, found.question)
show_headline(found.headline)
show_notes(found.notes)
show_question(view, asked)
write_link("when", **view.link(), **week_link(asked))

if found.now.too_few:
    st.stop()
show_week_map(found, view)

stretches, patrols, compared, known = st.tabs(
    [STRETCHES, PATROLS, COMPARED, KNOWN], key="week part", on_change="rerun"
)
if stretches.open:
    with stretches:
        show_stretches(found)
if patrols.open:
    with patrols:
        show_patrol_hours(found, view)
if compared.open:
    with compared:
        show_week_change(found, view)
if known.open:
    with known:
        show_times_known(found)
