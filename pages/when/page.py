"""When in the week does it happen, and when should somebody be there?"""

import streamlit as st

from pages.shared.beside import show_compare, two_views, view_beside
from pages.shared.choices import chosen, open_part
from pages.shared.drawn import drawn
from pages.shared.provenance import show_provenance
from pages.shared.reads import boundaries_of, store_path, when_of
from pages.shared.sidebar import chosen_view
from pages.shared.text import plain, show_briefing, show_notes, show_working
from pages.shared.visit import end_page
from pages.shared.which_records import chosen_night, show_record_choices, timed_measures
from pages.when.beside import pinned_week, show_beside
from pages.when.patrols import show_patrol_hours, show_way_to_the_map
from pages.when.question import WhenChoices, first_timed_strand, week_question
from pages.when.week import show_stretches, show_times_known, show_week_change, show_week_map
from vulncore.domain.disclosure import smallest_shown
from vulncore.domain.errors import VulncoreError
from vulncore.findings.shared.which_records import NoTimesError

PARTS = {
    "": "What stands out",
    "patrols": "Patrol hours",
    "changed": "What changed",
    "known": "How times are known",
}

st.title("When")

try:
    view = chosen_view(first_timed_strand)
    choices = chosen(WhenChoices)
    records = week_question(view, choices)
    show_record_choices(view, choices, records, timed_measures(view))
    week = when_of(
        store_path(),
        view.publish,
        records,
        chosen_night(choices),
        smallest_shown(),
        boundaries_of(store_path()),
    )
except NoTimesError as nothing:
    st.info(plain(str(nothing)))
    end_page()
except VulncoreError as problem:
    st.error(plain(f"The week cannot be shown. {problem}"))
    end_page()

beside = view_beside(view, choices)
its_week = pinned_week(*beside) if beside else None
show_provenance(view, two_views(beside[0], view) if beside and its_week else week.question)
if beside and its_week:
    show_beside(beside[0], its_week, view, week, choices)
    show_compare(view, choices)
    end_page()
show_briefing(week.briefing)
show_notes(week.notes)
show_compare(view, choices)
if week.now.too_few:
    show_working(week.headline)
    end_page()
show_week_map(week, choices, view)
show_working(week.headline)
show_way_to_the_map(week, choices, view)

part, place = open_part(PARTS, choices, "week part")
with place:
    if part == "patrols":
        show_patrol_hours(week, choices, view)
    elif part == "changed":
        show_week_change(week, choices, view)
    elif part == "known":
        drawn(show_times_known, week)
    else:
        drawn(show_stretches, week)
