"""What puts a finding right, at a press: another filling of the mapping, or notes on the data."""

from collections.abc import Callable
from datetime import UTC, datetime

import pyarrow as pa
import streamlit as st

from pages.data.findings import show_changes
from pages.data.uploads import desk
from pages.shared.access import keep_notes, may, name_field
from pages.shared.reads import store_path
from pages.shared.sidebar import View
from pages.shared.text import plain
from vulncore import store as stores
from vulncore.access.roles import Right
from vulncore.domain.errors import VulncoreError
from vulncore.domain.schemas import ANNOTATIONS
from vulncore.findings.data.changes import changes_between
from vulncore.findings.data.checks import DataFinding
from vulncore.findings.data.remedies import (
    NotesOnData,
    Remedy,
    remedied,
    remedy_by_hand,
    remedy_effect,
    remedy_label,
    remedy_notes,
)
from vulncore.findings.shared.file_names import file_name
from vulncore.sources.deliveries import Source
from vulncore.sources.records.mapping import Mapping

OPEN = "remedy open"
BRING_IN = "Bring in data"


def offer_in_dry_run(mapping: Mapping | None, finding: DataFinding) -> None:
    """Offer to fill in the mapping of a dry run with a finding's remedy, and to make the dry run again."""
    if mapping is None or finding.remedy is None or isinstance(finding.remedy, NotesOnData):
        return
    better = remedied(mapping, finding.remedy)
    if better != mapping:
        _draw(finding, finding.remedy, f"remedy {finding.what}", desk().fill_in, better)


def offer_for_version(view: View, finding: DataFinding) -> None:
    """Offer a finding's remedy for the newest version: notes are written here, another mapping needs the file again."""
    publish = view.publish
    if not (finding.remedy or finding.note) or not may(Right.NOTE):
        return
    if publish.number != stores.versions(store_path(), publish.dataset)[-1].number:
        return
    key = f"remedy {publish.number} {finding.what}"
    if (
        finding.remedy
        and not isinstance(finding.remedy, NotesOnData)
        and publish.source == Source.RECORDS.value
    ):
        st.caption(plain(remedy_by_hand(finding.remedy)))
        st.button("Go to Bring in data", key=key, on_click=_go_to_bring_in)
    for note in (finding.remedy, finding.note):
        if isinstance(note, NotesOnData):
            noted = f"{key} {note.kind}"
            _draw(finding, note, noted, _open, noted)
            if st.session_state.get(OPEN) == noted:
                with st.container(border=True):
                    _confirm(view, note, noted)


def _draw(
    finding: DataFinding, remedy: Remedy, key: str, callback: Callable[..., None], *given: object
) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(plain(remedy_label(remedy)), key=key, on_click=callback, args=given)
        count = finding.count if finding.touched is None else finding.touched
        st.caption(plain(remedy_effect(remedy, count)))


def _open(key: str) -> None:
    st.session_state[OPEN] = key


def _go_to_bring_in() -> None:
    st.session_state["data part"] = BRING_IN


def _confirm(view: View, remedy: NotesOnData, key: str) -> None:
    """Say which figures notes would change, and write them for who gives a name."""
    publish = view.publish
    try:
        before = stores.open_version(store_path(), publish.dataset, publish.number)
        standing = before.annotations.to_pyarrow().to_pylist()

        def with_notes(author: str) -> list[dict[str, object]]:
            return [*standing, *remedy_notes(remedy, author, datetime.now(UTC).date())]

        table = pa.Table.from_pylist(with_notes("dry run"), schema=ANNOTATIONS)
        after = stores.preview_notes(store_path(), publish.dataset, table, "dry run", publish.number)
        names = {measure.key: measure.name for measure in view.contents.measures}
        whose = ", ".join(names.get(measure, measure) for measure in remedy.measures) or "All measures"
        st.markdown(
            plain(f"A note of the kind '{remedy.kind.value}' would say of {remedy.force}: {remedy.text}")
        )
        st.markdown(f"**Measures:** {plain(whose)}. This would change:")
        show_changes(changes_between(before, after), file_name(publish, "what the note would change"))
        with st.form(f"{key} form", border=False):
            by = name_field(f"{key} by")
            writes = st.form_submit_button("Write the note", type="primary")
        if (
            st.button("Leave the data as they are", key=f"{key} leave", on_click=_open, args=("",))
            or not writes
        ):
            return
        keep_notes(view, with_notes(by), by)
    except VulncoreError as problem:
        st.error(plain(f"The note was not written. {problem}"))
