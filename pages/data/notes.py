"""What people know about the data: read, added, taken away."""

from datetime import UTC, datetime

import streamlit as st

from pages.shared.access import is_newest, keep_notes, may, name_field, note_rows, visitor, why_not
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.text import plain
from vulncore.access.roles import Right
from vulncore.domain.errors import VulncoreError
from vulncore.domain.periods import parse_month
from vulncore.findings.shared.annotations import OF_A_CHART, annotations_to_read
from vulncore.store.notes import NoteKind

EVERY = "All measures"
KINDS_IN_WORDS = """
- **Series break**: a month from which a measure can't be compared with what came before. The two are not compared.
- **Month set aside**: missing from every figure.
- **One-off month**: it counts, and nothing about the usual level is learnt from it.
- **Pandemic months**: they count, and nothing is learnt from them. Write which and why, for all measures:
  *March 2020 to July 2021 set aside. Venues were closed.* Without such a note these are the months under lockdown.
- **Month is right**: it looks odd or short, and forecasts learn from it.
- **Level change**: an agreed new usual level. **Target**: what is aimed at (*At most 20 a month*).
- **Comment**: anything else that is worth knowing.

Notes are shown wherever their measure and month are. Commentary, levels and targets are written on the page Strand, too.
"""


def show_notes_on_data(view: View) -> None:
    """Show the annotations of the version; where it is the newest, let them be added to and taken away."""
    st.markdown(KINDS_IN_WORDS)
    rows = note_rows(view)
    if rows:
        show_table(annotations_to_read(rows, view.contents), "Notes on the data")
    else:
        st.markdown("There are none yet.")
    if not may(Right.NOTE) and visitor():
        st.caption(plain(why_not(Right.NOTE, "")))
    if may(Right.NOTE) and is_newest(view, "Notes"):
        _show_adding(view, rows)
        if rows:
            _show_taking_away(view, rows)


def _show_adding(view: View, rows: list[dict[str, object]]) -> None:
    names = {measure.name: measure.key for measure in view.contents.measures}
    with st.form("add a note"):
        st.markdown("**Add a note**")
        first, second, third = st.columns(3)
        kind = first.selectbox("Kind", [kind.value for kind in NoteKind if kind not in OF_A_CHART])
        measure = second.selectbox("Measure", [EVERY, *names])
        month = third.text_input(
            "Month, like 2023-04",
            help="The month from which the note holds, or that is set aside. Leave it empty for a note on all months.",
        )
        text = st.text_area("What is known, and why", max_chars=1_000)
        author = name_field("who adds")
        if not st.form_submit_button("Add the note"):
            return
    try:
        note = {
            "kind": kind,
            "force": view.force,
            "measure": names.get(measure),
            "month": parse_month(month) if month.strip() else None,
            "text": text.strip(),
            "author": author,
            "written_on": datetime.now(UTC).date(),
        }
        keep_notes(view, [*rows, note], author)
    except VulncoreError as problem:
        st.error(plain(f"The note was not added. {problem}"))


def _show_taking_away(view: View, rows: list[dict[str, object]]) -> None:
    with st.form("take a note away"):
        st.markdown("**Take a note away**")
        which = st.selectbox(
            "Note", range(len(rows)), format_func=lambda place: str(rows[place]["text"])[:80]
        )
        author = name_field("who takes away")
        if not st.form_submit_button("Take it away"):
            return
    try:
        keep_notes(view, [row for place, row in enumerate(rows) if place != which], author)
    except VulncoreError as problem:
        st.error(plain(f"The note was not taken away. {problem}"))
