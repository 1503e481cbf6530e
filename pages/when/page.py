"""When in the week does it happen, and when should somebody be there?"""

import streamlit as st

from pages.shared.choices import open_part, write_link
from pages.shared.provenance import show_provenance
from pages.shared.reads import store_path, when_of
from pages.shared.sidebar import chosen_view
from pages.shared.text import plain, show_headline, show_notes
from pages.shared.which_records import chosen_night, offered_measures, show_question, week_link, week_question
from pages.when.change import show_week_change
from pages.when.patrols import show_patrol_hours, show_way_to_the_map
from pages.when.week import show_stretches, show_times_known, show_week_map
from vulncore.domain.disclosure import smallest_shown
from vulncore.domain.errors import VulncoreError
from vulncore.findings.shared.which_records import NoTimesError

STRETCHES, PATROLS, COMPARED, KNOWN = "What stands out", "Patrol hours", "What changed", "How times are known"
PARTS = {
    STRETCHES: None,
    PATROLS: "patrols",
    COMPARED: "changed",
    KNOWN: "known",
}  # and their names in a link

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
show_question(view, asked, offered_measures(view))
if found.now.too_few:
    write_link("when", **view.link(), **week_link(asked))
    st.stop()
show_week_map(found, view)
show_way_to_the_map(found, view)

opened, part = open_part(PARTS, "week part")
write_link("when", **view.link(), **week_link(asked))
with part:
    if opened == STRETCHES:
        show_stretches(found)
    elif opened == PATROLS:
        show_patrol_hours(found, view)
    elif opened == COMPARED:
        show_week_change(found, view)
    else:
        show_times_known(found)
