"""A dataset's own list of strands: look at it, take it away to edit, give an edited one back."""

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.shared.access import acting, is_newest, may, name_field, visitor, why_not
from pages.shared.files import offer_file
from pages.shared.reads import store_path
from pages.shared.sidebar import View, show_newest
from pages.shared.tables import show_table
from pages.shared.text import plain
from pages.shared.visit import leave_notice, take_notice, visit
from vulncore import store as stores
from vulncore.access.roles import Right
from vulncore.domain.errors import VulncoreError
from vulncore.domain.strands.strand_file import parse_strands
from vulncore.domain.strands.strand_list import StrandList
from vulncore.findings.data.publishes import publish_account
from vulncore.findings.data.strand_lists import contents_with, strand_list_file, strands_frame
from vulncore.findings.shared.file_names import file_name
from vulncore.store import Snapshot

NOTICE, LARGEST_MB = "strands", 1


def show_strands(view: View) -> None:
    """Show the list of strands of the version on screen; where it is the newest, take an edited one."""
    if notice := take_notice(NOTICE):
        st.success(plain(notice))
    st.markdown(
        "The list of strands says which measures are in which strand, and what pages call them. A **view across strands** looks at "
        "measures of several strands and counts each record once. No figure of a measure changes with the list."
    )
    show_table(strands_frame(view.contents), "Strands and views of this dataset")
    try:
        snapshot = _opened(view)
        listed = strand_list_file(snapshot)
    except VulncoreError as problem:
        st.error(plain(f"The list cannot be edited. {problem}"))
        return
    name = f"{file_name(view.publish, 'strands')}.toml"
    offer_file(
        lambda: listed, name, "application/toml", label="Download the list (TOML)", key="list of strands"
    )
    if not is_newest(view, "The list"):
        return
    if may(Right.PUBLISH):
        _show_giving_back(view, snapshot)
    elif visitor():
        st.markdown(plain(why_not(Right.PUBLISH, "")))
    else:
        st.markdown(
            "Publishing from a browser is off on this server. Its keeper can change the list with `vulncore strands --set`."
        )


def _show_giving_back(view: View, snapshot: Snapshot) -> None:
    st.markdown(
        "**Change the list.** Download it, edit it in a text editor, and choose the file here. Nothing is published until you say so."
    )
    file = st.file_uploader(
        "Edited list of strands",
        type=["toml"],
        key=f"strands of {view.publish.dataset} {view.publish.number}",
        max_upload_size=LARGEST_MB,
        label_visibility="collapsed",
    )
    if file is None:
        return
    try:
        _show_edited(view, snapshot, file)
    except VulncoreError as problem:
        st.error(plain(f"The list was not changed. {problem}"))


def _show_edited(view: View, snapshot: Snapshot, file: UploadedFile) -> None:
    listed = parse_strands(file.getvalue())
    show_table(strands_frame(contents_with(snapshot, listed)), "Strands and views with the edited list")
    with st.form("edited strands", border=False):
        by = name_field("who lists strands")
        if st.form_submit_button("Publish this list", type="primary"):
            _publish(view, listed, by)


def _publish(view: View, listed: StrandList, by: str) -> None:
    if not by:
        st.error("Write your name. Every version names who published it.")
        return
    with acting(Right.PUBLISH, "changed the list of strands", dataset=view.publish.dataset):
        published = stores.set_strands(store_path(), view.publish.dataset, listed, by, view.publish.number)
    visit().name = by
    changed = publish_account(published).splitlines()[0]
    leave_notice(NOTICE, "This is the list already. Nothing was changed." if published.unchanged else changed)
    show_newest()
    st.rerun()


def _opened(view: View) -> Snapshot:
    return stores.open_version(store_path(), view.publish.dataset, view.publish.number, forces=())
