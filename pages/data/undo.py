"""Undo the newest publish: what would change back, who does it, and the press that does it."""

import streamlit as st

from pages.data.findings import show_changes
from pages.data.reads import changes_back
from pages.shared.access import acting, may, name_field
from pages.shared.reads import store_path
from pages.shared.sidebar import View, show_newest
from pages.shared.text import plain
from pages.shared.visit import leave_notice, take_notice, visit
from vulncore import store as stores
from vulncore.access.roles import Right
from vulncore.domain.errors import VulncoreError
from vulncore.findings.data.publishes import publish_account
from vulncore.findings.shared.file_names import file_name

NOTICE = "undone"


def show_undo(view: View) -> None:
    """Offer to undo the version on screen, where it is the newest, another stands before it, and a browser may publish."""
    if notice := take_notice(NOTICE):
        st.success(plain(notice))
    every = stores.versions(store_path(), view.publish.dataset)
    if view.publish.number != every[-1].number or len(every) < 2 or not may(Right.UNDO):
        return
    number, before = every[-1].number, every[-2].number
    undoing = st.expander(
        f"Undo version {number:d}", key=f"undo {view.publish.dataset} {number}", on_change="rerun"
    )
    if not undoing.open:
        return
    with undoing:
        st.markdown(
            f"Version {before:d} would be published again, as version {number + 1:d}. Every version stays and can be opened. "
            "This would change:"
        )
        show_changes(
            changes_back(store_path(), every[-1], every[-2]),
            file_name(every[-1], "what undoing would change"),
        )
        with st.form("undo", border=False):
            by = name_field("who undoes")
            if st.form_submit_button(f"Undo version {number:d}", type="primary"):
                _undo(view, by)


def _undo(view: View, by: str) -> None:
    if not by:
        st.error("Write your name. Every version names who published it.")
        return
    try:
        with acting(Right.UNDO, "undid", dataset=view.publish.dataset, version=view.publish.number):
            undone = stores.undo(store_path(), view.publish.dataset, by, view.publish.number)
    except VulncoreError as problem:
        st.error(plain(f"Nothing was undone. {problem}"))
        return
    visit().name = by
    leave_notice(NOTICE, publish_account(undone).splitlines()[0])
    show_newest()
    st.rerun()
