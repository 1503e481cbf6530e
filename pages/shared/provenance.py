"""Whose figures these are, which version of them, and whether there are newer ones."""

import streamlit as st

from pages.shared.choices import show_unmet
from pages.shared.reads import store_path
from pages.shared.sidebar import View, show_newest
from pages.shared.tables import mark_tables
from pages.shared.text import plain
from vulncore import store as stores
from vulncore.domain.errors import VulncoreError
from vulncore.domain.periods import day_name
from vulncore.findings.data.publishes import UNVERIFIED, half_written_in_words
from vulncore.findings.shared.words import made_note, short_mark
from vulncore.store.manifest import Publish
from vulncore.store.store import half_written

LOOK_EVERY_SECONDS = 15


def show_provenance(view: View, about: str) -> None:
    """Say what the page is about; that its data is made, if it is; and offer newer figures when there are any."""
    made = made_note(view.publish)
    mark_tables(short_mark(view.publish))
    st.markdown(plain(about) + (f" :gray-badge[{plain(made)}]" if made else ""))
    show_unmet()
    offer_newer_figures(view.publish)


def source_line(view: View) -> str:
    """Return where the figures come from, for the foot of a chart or table, made safe to show."""
    return plain(whose_and_source(view))


def whose_and_source(view: View) -> str:
    """Return whose figures these are and where they come from, for a picture to take away whose title doesn't say whose."""
    return f"{view.force}. {source_of(view)}"


def source_of(view: View) -> str:
    """Return where the figures come from, for a picture whose title says whose they are."""
    publish = view.publish
    unverified = "" if publish.is_verifiable else f" ({UNVERIFIED})"
    origin = made_note(publish) or publish.attribution or f"Published from: {publish.source}"
    return (
        f"Version {publish.number}{unverified}, published {day_name(publish.published_at)}. "
        f"{origin.rstrip('.')}."
    )


@st.fragment(run_every=LOOK_EVERY_SECONDS)
def offer_newer_figures(shown: Publish) -> None:
    """Look every few seconds whether a newer version was published, and offer it; say so if one is only half there."""
    try:
        newest = stores.versions(store_path(), shown.dataset)[-1]
        half_there = half_written_in_words(half_written(store_path(), shown.dataset))
    except VulncoreError:
        return  # the page itself says what is wrong with the store
    if half_there:
        st.warning(plain(half_there))
    if newest.number <= shown.number:
        return
    words, button = st.columns([5, 1], vertical_alignment="center")
    words.info(
        f"Newer figures were published on {newest.published_at.day:d} {newest.published_at:%B %Y at %H:%M} UTC "
        f"(version {newest.number:d}). You see version {shown.number:d}."
    )
    if button.button("Show the newest", on_click=show_newest, width="stretch"):
        st.rerun(scope="app")
