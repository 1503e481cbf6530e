"""How does one strand stand, what drives it, and who is harmed?"""

import streamlit as st

from pages.shared.choices import chosen, open_part
from pages.shared.provenance import show_provenance
from pages.shared.reads import store_path
from pages.shared.sidebar import chosen_view
from pages.shared.text import plain, show_briefing, show_working
from pages.shared.visit import end_page, offered_way
from pages.strand.drivers import show_drivers, show_victims
from pages.strand.harm import show_harm
from pages.strand.noting import show_noting, show_proposal
from pages.strand.panels import show_panels
from pages.strand.question import StrandChoices, first_strand, subject_shown
from pages.strand.reads import standing_of
from pages.strand.standing import show_standing
from vulncore.domain.errors import VulncoreError
from vulncore.findings.shared.subject import keys_of
from vulncore.findings.strand.sentences import counted_in_words, standing_notes

PARTS = {
    "": "What drives the change",
    "harmed": "Who is harmed",
    "own": "This strand's own figures",
    "harm": "How grave it is",
    "notes": "Commentary, levels and target",
}
WAYS = {"when": "When it happens", "where": "Where it happens", "forecast": "What is to come"}

st.title("Strand")

try:
    view = chosen_view(first_strand, together=False)
    choices = chosen(StrandChoices)
    subject = subject_shown(view)
    standing = standing_of(store_path(), view.publish, view.force, subject, view.month)
except VulncoreError as problem:
    st.error(plain(f"The strand cannot be shown. {problem}"))
    end_page()

show_provenance(view, standing.question)
show_briefing(standing.briefing)
if standing.drawn:
    show_standing(standing, view)
    show_proposal(standing, view)
if left_out := counted_in_words(view.measures, subject.measures):
    st.caption(plain(left_out))
show_working(standing.headline, standing_notes(standing))
with st.container(horizontal=True):
    for name, words in WAYS.items():
        measures = {} if name == "forecast" else {"measures": ",".join(keys_of(subject.measures))}
        st.page_link(
            f"{name}/page.py",
            label=plain(words),
            icon=":material/arrow_forward:",
            query_params=offered_way(name, strand=view.path, **measures),
        )

part, place = open_part(PARTS, choices, "strand part")
with place:
    if part == "harmed":
        show_victims(view, subject)
    elif part == "own":
        show_panels(view, choices)
    elif part == "harm":
        show_harm(view, subject)
    elif part == "notes":
        show_noting(standing, view)
    else:
        show_drivers(view, choices, subject)
