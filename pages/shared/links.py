"""The choices of a visit, and the link that carries them to somebody else.

Choices are kept apart from the widgets that show them: a widget's own state goes when its page is left.
"""

import time

import streamlit as st

SETTLES_S = 2.0  # while a page opens, the browser may still put its bare address over the link
OF_RECORDS = ("measures", "period", "kind", "place", "victims", "night", "hours", "part")
"""Which records a page shows."""
OF_THE_WEEK = (*OF_RECORDS, "cells", "rows", "shifts", "length", "harm")
"""What the page When has chosen beside what the whole app has."""
OF_THE_MAP = (*OF_RECORDS, "layer", "size", "bandwidth", "cell")
"""What the page Where has chosen."""

OF_THE_FORECAST = ("subject", "lockdowns", "whatif", "part")
"""What the page Forecast has chosen."""
OF_RESOURCING = ("plan", "role", "year", "basis", "chance", "since", "compare", "numbers", "part")
"""What the page Resourcing has chosen."""

REPLACED_S = 1.0  # nobody reads a page and goes back within
WHOLE_APP = ("dataset", "version", "force", "month", "strand")
NAMES = {*WHOLE_APP, "measure", *OF_THE_WEEK, *OF_THE_MAP, *OF_THE_FORECAST, *OF_RESOURCING}


def choices_made() -> dict[str, str]:
    """Return what the visitor or their link chose, by name; change it in place."""
    choices: dict[str, str] = st.session_state.setdefault("choices made", {})
    return choices


def adopt_link() -> None:
    """Take over the choices of a URL that this visit did not write: one that was opened or gone back to."""
    brought = {name: value for name, value in st.query_params.to_dict().items() if name in NAMES}
    if brought and brought != st.session_state.get("link written") and not _was_just_replaced(brought):
        choices_made().clear()
        choices_made().update(brought)


def write_link(page: str, **choices: str | None) -> None:
    """Make the URL say what is on screen, so that whoever opens it sees the same; None leaves a name out.

    All at once, since each writing is a step that the browser's Back button undoes; and not again where
    Back has led to the bare address, or it could never lead further.
    """
    link = {name: choice for name, choice in choices.items() if choice is not None}
    if _went_back(page):
        return
    if link == st.query_params.to_dict() == st.session_state.get("link written"):
        return
    if link != st.query_params.to_dict():
        st.session_state["link replaced"] = st.query_params.to_dict()
        st.query_params.from_dict(link)
    st.session_state["link written"] = (
        link  # a link that was opened whole, too: from now on it is ours to change
    )
    st.session_state["link page"], st.session_state["link time"] = page, time.monotonic()


def _was_just_replaced(brought: dict[str, str]) -> bool:
    """Whether a link is the one before ours: a choice made at once may still come with it, and must not be lost."""
    replaced = st.session_state.get("link replaced")
    return brought == replaced and time.monotonic() - st.session_state["link time"] < REPLACED_S


def _went_back(page: str) -> bool:
    """Whether a page that had its link stands at its bare address: a new page is there for a moment, too."""
    had_it = st.session_state.get("link page") == page
    return not st.query_params and had_it and time.monotonic() - st.session_state["link time"] > SETTLES_S
