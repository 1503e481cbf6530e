"""The choices of a visit, and the link that carries them to somebody else.

Choices are kept apart from the widgets that show them: a widget's own state goes when its page is left.
"""

import streamlit as st


def choices_made() -> dict[str, str | None]:
    """Return the visit's choices by name, as the link writes them; change them in place."""
    choices: dict[str, str | None] = st.session_state.setdefault("choices made", {})
    return choices


def adopt_link() -> None:
    """Make a choice of each parameter of the URL that was not written there by this visit itself."""
    written = _written()
    for name in st.query_params:
        brought = st.query_params[name]
        if brought != written.get(name):
            choices_made()[name] = written[name] = brought


def write_link(**choices: str | None) -> None:
    """Write choices into the URL, so that whoever opens it sees the same; None leaves one out."""
    written = _written()
    for name, choice in choices.items():
        if choice is None:
            st.query_params.pop(name, None)
            written.pop(name, None)
        elif st.query_params.get(name) != choice or written.get(name) != choice:
            st.query_params[name] = written[name] = choice


def _written() -> dict[str, str]:
    written: dict[str, str] = st.session_state.setdefault("written to the link", {})
    return written
