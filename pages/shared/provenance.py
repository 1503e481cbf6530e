"""Whose figures these are, which version of them, and whether there are newer ones."""

import streamlit as st

from pages.shared.filters import View, say_what_was_not_there, show_newest
from pages.shared.reads import store_path
from vulncore import store as stores
from vulncore.findings.overview import MADE

LOOK_EVERY_SECONDS = 15


def show_provenance(view: View, about: str) -> None:
    """Say what the page is about; that its data is made, if it is; and offer newer figures when there are any."""
    made = f" :gray-badge[{MADE}]" if view.choice.publish.made else ""
    st.markdown(f"{about}{made}")
    say_what_was_not_there()
    offer_newer_figures(view.dataset, view.number)


def source_line(view: View) -> str:
    """Return where the figures come from, for the foot of a chart or table."""
    line = view.choice.publish
    origin = "made data, for demonstration" if line.made else line.attribution or line.source
    return f"{view.force}. Version {line.number}, published {line.published_at:%-d %B %Y}. Source: {origin}"


@st.fragment(run_every=LOOK_EVERY_SECONDS)
def offer_newer_figures(dataset: str, shown: int) -> None:
    """Look every few seconds whether a newer version was published, and offer it."""
    lines = stores.versions(store_path(), dataset)
    if lines[-1].number == shown:
        return
    words, button = st.columns([5, 1], vertical_alignment="center")
    words.info(
        f"Newer figures were published on {lines[-1].published_at:%-d %B %Y at %H:%M} UTC "
        f"(version {lines[-1].number}). You see version {shown}."
    )
    if button.button("Show the newest", on_click=show_newest, width="stretch"):
        st.rerun(scope="app")
