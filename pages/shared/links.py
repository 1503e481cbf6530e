"""The link: every choice stands in the URL, so that whoever opens it sees the same screen."""

import streamlit as st

WRITTEN = "written to the link"


def adopt_link(*names: str) -> None:
    """Take into the session each named choice that the URL brings, before its widget is drawn."""
    written = st.session_state.setdefault(WRITTEN, {})
    for name in names:
        brought = st.query_params.get(name)
        if brought is not None and brought != written.get(name):
            st.session_state[name] = brought
            written[name] = brought


def write_link(**choices: str | None) -> None:
    """Write choices into the URL; None leaves one out."""
    written = st.session_state.setdefault(WRITTEN, {})
    for name, choice in choices.items():
        if choice is None:
            st.query_params.pop(name, None)
            written.pop(name, None)
        elif st.query_params.get(name) != choice or written.get(name) != choice:
            st.query_params[name] = choice
            written[name] = choice
