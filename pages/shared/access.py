"""What can be changed from a browser, and how notes are: nothing, unless the server is for this machine alone or its keeper says so."""

import os

import pyarrow as pa
import streamlit as st

from pages.shared.reads import store_path
from pages.shared.sidebar import View, show_newest
from pages.shared.text import plain
from pages.shared.visit import visit
from vulncore import store as stores
from vulncore.domain.schemas import ANNOTATIONS

Row = dict[str, object]
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def may_publish() -> bool:
    """Return whether this server lets a browser publish.

    It does where no other host's name is allowed to reach it (`allowedHosts`), as it is out of the box. Where one
    is, whoever keeps the server has to say so: `VULNCORE_PUBLISHING=on`. `off` always forbids it.
    """
    setting = os.environ.get("VULNCORE_PUBLISHING", "").casefold()
    if setting in ("on", "off"):
        return setting == "on"
    hosts = st.get_option("server.allowedHosts") or []
    local = st.get_option("server.address") in LOOPBACK and bool(hosts) and set(hosts) <= LOOPBACK
    # a proxy in between would make everybody seem to be on this machine
    by_proxy = ("x-forwarded", "forwarded", "via")
    return local and not any(name.casefold().startswith(by_proxy) for name in st.context.headers)


def is_newest(view: View, what: str) -> bool:
    """Return whether the newest version is on screen; where an earlier one is, say that `what` can't be changed in it."""
    if stores.versions(store_path(), view.publish.dataset)[-1].number == view.publish.number:
        return True
    st.caption(plain(f"You see an earlier version. {what} can be changed in the newest version only."))
    st.button("Show the newest", on_click=show_newest, key=f"newest to change {what}")
    return False


def note_rows(view: View) -> list[Row]:
    """Return every note of the version on screen."""
    snapshot = stores.open_version(store_path(), view.publish.dataset, view.publish.number, forces=())
    rows: list[Row] = snapshot.annotations.to_pyarrow().to_pylist()
    return rows


def keep_notes(view: View, rows: list[Row], by: str) -> None:
    """Write these notes and no others into the newest version, and show it; without a name, ask for one."""
    if not by:
        st.error("Write your name. Every note names its author.")
        return
    table = pa.Table.from_pylist(rows, schema=ANNOTATIONS)
    visit().name = by
    stores.annotate(store_path(), view.publish.dataset, table, by, view.publish.number)
    show_newest()
    st.rerun()
