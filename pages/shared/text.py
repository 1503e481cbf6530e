"""What a page says: what it opens with, what stands behind that, and text that we did not write, made safe to show."""

import re
from collections.abc import Sequence

import streamlit as st

from vulncore.charts.theme import DARK, LIGHT, Palette
from vulncore.findings.shared.headline import Briefing, Headline, HeadlineKind

WORKING = "Working: how sure, and what else"
JOINER = "\u2060"  # a word joiner: not seen, but what it stands in is no address and no sign any more
ACTED_ON_AFTER_ESCAPES = re.compile(
    r"(?i)(?:https?|ftp|mailto|xmpp|www)(?=[:.])|@"  # what becomes a link by itself
    r"|:(?=[\w+-]+:|material/)"  # :smile:, :streamlit: and :material/home: become pictures
    r"|[-<>~](?=[-=>])"  # -> and >= become one sign
)


def plain(text: str) -> str:
    r"""Return a text so that Markdown shows it as it is written: no link, no colour, no formula, no picture.

    Every text that Streamlit draws as Markdown and that may come from data goes through here: sentences, labels, help.
    Options of a box and cells of our own tables are no Markdown, and stay as they are.

    >>> plain("[Sign in](//example.org)")
    '\\[Sign in\\]\\(//example\\.org\\)'
    """
    one_line = re.sub(r"[\x00-\x20\x7f\x85\u2028\u2029]+", " ", text)
    one_line = one_line.strip(" ")  # four spaces begin a block of code
    inert = ACTED_ON_AFTER_ESCAPES.sub(rf"\g<0>{JOINER}", one_line)
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>:$~^=&])", r"\\\1", inert)


BADGES = {kind: "blue" if kind is HeadlineKind.CLEAR else "gray" for kind in HeadlineKind}


def show_headline(lines: Sequence[Headline]) -> None:
    """Say each line of the headline; what is clear or grave stands out."""
    sentences = [f":{BADGES[line.kind]}-badge[**{plain(line.lead)}**] {plain(line.text)}" for line in lines]
    st.markdown("  \n".join(sentences))


def show_notes(notes: Sequence[str]) -> None:
    """Say what is missing or provisional, in one block."""
    if len(notes) == 1:
        st.info(plain(notes[0]))
    elif notes:
        st.info("\n".join(f"- {plain(sentence)}" for sentence in notes))


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


def palette() -> Palette:
    """Return the colours that suit the visitor's theme."""
    return DARK if st.context.theme.type == "dark" else LIGHT
