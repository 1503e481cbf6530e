"""What people say of a strand: a level approved or declined, a target, a one-off month, commentary."""

from collections.abc import Callable
from datetime import date

import streamlit as st

from pages.shared.access import Row, is_newest, keep_notes, may_write, name_field, note_rows, visitor, why_not
from pages.shared.sidebar import View
from pages.shared.tables import show_table
from pages.shared.text import plain
from vulncore.access.roles import Right
from vulncore.domain.errors import VulncoreError
from vulncore.domain.periods import month_name
from vulncore.findings.shared.annotations import annotations_to_read
from vulncore.findings.shared.words import level_in_words
from vulncore.findings.strand.noting import approving_command, notes_with, strand_note
from vulncore.findings.strand.standing import Standing
from vulncore.store.notes import NoteKind, Target

KINDS = {
    NoteKind.COMMENTARY: "Commentary on a month",
    NoteKind.TARGET: "Target",
    NoteKind.ONE_OFF: "One-off month: counts, and nothing is learnt from it",
    NoteKind.LEVEL_CHANGE: "Level change: the usual level is another from a month on",
}


def show_proposal(standing: Standing, view: View) -> None:
    """Let somebody approve the change of level that the chart proposes, or decline it; nothing where none is proposed."""
    change = standing.proposed
    if change is None:
        return
    month = month_name(change.month)
    levels = f"From {level_in_words(change.before)} to {level_in_words(change.after)} a month since {month}"
    question = f"{levels}: is this the usual level now?"
    with st.expander(plain(question), expanded=False):
        if visitor() and not _may_write(standing, view):
            st.markdown(plain(why_not(Right.WRITE, "")))
            return
        if not (_may_write(standing, view) and is_newest(view, "Levels")):
            st.markdown("Who keeps this dashboard can approve or decline by command:")
            st.markdown(plain(approving_command(standing, change.month)))
            return
        with st.form("proposed level"):
            why = st.text_input("Why: what changed then, or what did not", max_chars=1_000)
            author = name_field("who approves")
            with st.container(horizontal=True):
                approved = st.form_submit_button(
                    plain(f"Approve: the new level begins in {month}"), type="primary"
                )
                declined = st.form_submit_button("Decline: no new level")
        if approved or declined:
            kind = NoteKind.LEVEL_CHANGE if approved else NoteKind.LEVEL_KEPT
            _keep(
                view,
                lambda: strand_note(kind, view.force, standing.subject, change.month, why, author),
                author,
            )


def show_noting(standing: Standing, view: View) -> None:
    """Show what was noted on the strand, and let more be said of it."""
    rows = [
        row
        for row in note_rows(view)
        if row["measure"] in standing.subject.note_keys and row["force"] in (None, view.force)
    ]
    if rows:
        table = annotations_to_read(rows, view.contents).drop(columns="Measure")
        show_table(table, f"Notes on {standing.subject.name}")
    else:
        st.markdown("Nothing was noted on this strand yet.")
    if not _may_write(standing, view):
        if visitor():
            st.caption(plain(why_not(Right.WRITE, "")))
        return
    if not is_newest(view, "Notes"):
        return
    kind = st.selectbox("What you add", list(KINDS), format_func=KINDS.__getitem__)
    with st.form("note on a strand"):
        if kind is NoteKind.TARGET:
            first, second = st.columns(2)
            at_most = first.selectbox(
                "Target", [True, False], format_func={True: "At most", False: "At least"}.get
            )
            records = second.number_input("Records a month", min_value=0.0, value=0.0, step=1.0)
        else:
            month = st.selectbox("Month", _months(kind, standing), format_func=month_name)
        text = st.text_area(
            "Commentary" if kind is NoteKind.COMMENTARY else "Why",
            max_chars=900,
            key=f"note in {view.publish.number}",
        )  # empty once it is kept
        author = name_field("who notes")
        if not st.form_submit_button("Add to the strand"):
            return

    def note() -> Row:
        if kind is NoteKind.TARGET:
            aim = Target(records, bool(at_most), text.strip()).text if text.strip() else ""
            return strand_note(kind, view.force, standing.subject, None, aim, author)
        return strand_note(kind, view.force, standing.subject, month, text, author)

    _keep(view, note, author)


def _may_write(standing: Standing, view: View) -> bool:
    return may_write(standing.subject.note_keys, view.contents)


def _months(kind: NoteKind, standing: Standing) -> list[date]:
    """Return the months that a note can be on, the newest first: of a kind that changes limits those delivered, of a level one after the first."""
    frame = standing.chart.frame
    if kind is not NoteKind.COMMENTARY:
        frame = frame[frame["count"].notna()]
    months = [month.date() for month in frame["month"]]
    return months[:0:-1] if kind is NoteKind.LEVEL_CHANGE else months[::-1]


def _keep(view: View, note: Callable[[], Row], author: str) -> None:
    try:
        keep_notes(view, notes_with(note_rows(view), note()), author, Right.WRITE)
    except VulncoreError as problem:
        st.error(plain(f"The note was not added. {problem}"))
