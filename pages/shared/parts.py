"""The parts beneath what a page shows first, as tabs of which the link carries the open one."""

from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared.links import choices_made


def open_part(parts: Mapping[str, str | None], key: str) -> tuple[str, DeltaGenerator]:
    """Draw a page's parts as tabs, and return the name of the open one and what to draw it in.

    Args:
        parts: Their names on screen, and those that a link gives them; the first may have none there.
        key: What the page's tabs are called.
    """
    asked, followed = choices_made().get("part", ""), f"{key} followed"
    if key not in st.session_state or st.session_state.get(followed) != asked:
        named = (name for name, part in parts.items() if part and part == asked)
        st.session_state[key] = next(
            named, next(iter(parts))
        )  # by the state: a new default would undo a click
    tabs = dict(zip(parts, st.tabs(list(parts), key=key, on_change="rerun"), strict=True))
    opened = next((name for name, tab in tabs.items() if tab.open), next(iter(parts)))
    choices_made()["part"] = st.session_state[followed] = parts[opened] or ""
    return opened, tabs[opened]
