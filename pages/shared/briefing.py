"""What a page opens with, and what stands behind it."""

from collections.abc import Sequence

import streamlit as st

from pages.shared.text import plain, show_headline
from vulncore.findings.shared.headline import Briefing, Headline

WORKING = "Working: how sure, and what else"


def show_briefing(briefing: Briefing) -> None:
    """Say what was found, in letters that a room can read, and what to do."""
    with st.container(gap="xxsmall"):
        st.header(plain(briefing.finding), anchor="finding")
        st.markdown(f"**{plain(briefing.action)}** {plain(briefing.also)}")


def show_working(lines: Sequence[Headline], notes: Sequence[str] = ()) -> None:
    """Offer what the briefing rests on: each line of the headline, and what is to be known of the data."""
    with st.expander(WORKING):
        show_headline(lines)
        for note in notes:
            st.caption(plain(note))
