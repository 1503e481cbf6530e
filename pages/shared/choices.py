"""A choice of one that the link carries: what was chosen, what was not there, and the box that shows it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from pages.shared.links import choices_made
from pages.shared.text import plain

NARROWING = ("measures", "kind", "place", "victims", "harm", "hours", "cell", "subject")
GONE_WITH = {
    "dataset": ("version", "force", "strand", *NARROWING),
    "force": (*NARROWING, "size", "bandwidth"),
    "strand": ("measures", "harm", "subject"),
    "night": ("hours",),
    "size": ("cell",),
    "layer": ("cell",),
}
"""What was chosen of something that is no longer on screen."""


@dataclass(frozen=True)
class Picker:
    """A choice of one: its label, its `name` in the link, the options, how they read.

    The option at `index` stands until somebody chooses. `noun` is what an option is called where a link asks for one in
    vain; the name, unless told.
    """

    label: str
    name: str
    options: Sequence[str]
    index: int = 0
    words: Callable[[str], str] = str
    noun: str = ""

    def made(self) -> str:
        """Return what is chosen; what is not among the options is forgotten, and said."""
        chosen = choices_made().get(self.name)
        if chosen in self.options:
            return str(chosen)
        standing = self.options[self.index]
        if chosen is not None:
            not_there(f"There is no {self.noun or self.name} '{chosen[:40]}' here", self.words(standing))
            del choices_made()[self.name]
        return standing

    def draw(self) -> str:
        """Draw the choice, and return what is chosen."""
        chosen, widget = self.made(), f"{self.name} picker"
        st.session_state[widget] = chosen
        st.selectbox(
            self.label,
            self.options,
            key=widget,
            format_func=self.words,
            on_change=_keep,
            args=(self.name, widget),
        )
        return chosen


def choose(
    label: str,
    name: str,
    options: Sequence[str],
    index: int = 0,
    words: Callable[[str], str] = str,
    noun: str = "",
) -> str:
    """Draw a choice of one, and return what is chosen: see `Picker`."""
    return Picker(label, name, options, index, words, noun).draw()


def not_there(problem: str, instead: str) -> None:
    """Keep a choice that could not be met, to be said with what is shown instead."""
    st.session_state.setdefault("not there", []).append(f"{problem}. You see {instead} instead.")


def say_what_was_not_there() -> None:
    """Say, once, which choices of the link could not be met and what is shown instead."""
    for sentence in st.session_state.pop("not there", []):
        st.warning(plain(sentence))


def _keep(name: str, widget: str) -> None:
    choices_made()[name] = st.session_state[widget]
    for belongs_to_the_old_one in GONE_WITH.get(name, ()):
        choices_made().pop(belongs_to_the_old_one, None)
