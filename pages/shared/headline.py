"""The sentences that a page opens with."""

from collections.abc import Sequence

import streamlit as st

from pages.shared.text import plain
from vulncore.findings.overview.sentences import Headline, Kind


def show_headline(lines: Sequence[Headline]) -> None:
    """Say each line of the headline; what is clear or grave stands out."""
    badges = {kind: "blue" if kind is Kind.CLEAR else "gray" for kind in Kind}
    said = [f":{badges[line.kind]}-badge[**{line.lead}**] {plain(line.text)}" for line in lines]
    st.markdown("  \n".join(said))


def show_notes(notes: Sequence[str]) -> None:
    """Say what is missing or provisional, in one block."""
    if len(notes) == 1:
        st.info(plain(notes[0]))
    elif notes:
        st.info("\n".join(f"- {plain(sentence)}" for sentence in notes))
