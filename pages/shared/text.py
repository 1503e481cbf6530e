"""Text that we did not write, made safe to show."""

import re
from collections.abc import Sequence

import streamlit as st

from vulncore.charts.theme import DARK, LIGHT, Palette
from vulncore.findings.shared.headline import Headline, HeadlineKind

UNLINKED = "\u2060"  # a word joiner: not seen, but what it stands in is no address any more


def plain(text: str) -> str:
    r"""Return a text so that Markdown shows it as it is written: no link, no colour, no formula.

    >>> plain("[Sign in](//example.org)")
    '\\[Sign in\\]\\(//example\\.org\\)'
    """
    one_line = re.sub(r"[\r\n\t]+", " ", text)
    unlinked = re.sub(r"(?i)(https?|ftp|mailto|xmpp|www)(?=[:.])|@", rf"\g<0>{UNLINKED}", one_line)
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>:$~^=&])", r"\\\1", unlinked)


def show_headline(lines: Sequence[Headline]) -> None:
    """Say each line of the headline; what is clear or grave stands out."""
    badges = {kind: "blue" if kind is HeadlineKind.CLEAR else "gray" for kind in HeadlineKind}
    sentences = [f":{badges[line.kind]}-badge[**{line.lead}**] {plain(line.text)}" for line in lines]
    st.markdown("  \n".join(sentences))


def show_notes(notes: Sequence[str]) -> None:
    """Say what is missing or provisional, in one block."""
    if len(notes) == 1:
        st.info(plain(notes[0]))
    elif notes:
        st.info("\n".join(f"- {plain(sentence)}" for sentence in notes))


def palette() -> Palette:
    """Return the colours that suit the visitor's theme."""
    return DARK if st.context.theme.type == "dark" else LIGHT
