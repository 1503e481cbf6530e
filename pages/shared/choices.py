"""A choice of one that the link carries: what was chosen, what was not there, and the box that shows it."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

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


def open_part(parts: Mapping[str, str | None], key: str) -> tuple[str, DeltaGenerator]:
    """Draw a page's parts as tabs, and return the name of the open one and what to draw it in.

    Args:
        parts: Their names on screen, and those that a link gives them; the first may have none there.
        key: What the page's tabs are called.
    """
    asked, followed = choices_made().get("part", ""), f"{key} followed"
    if key not in st.session_state or st.session_state.get(followed) != asked:
        named = (name for name, part in parts.items() if part and part == asked)
        st.session_state[key] = next(
            named, next(iter(parts))
        )  # by the state: a new default would undo a click
    tabs = dict(zip(parts, st.tabs(list(parts), key=key, on_change="rerun"), strict=True))
    opened = next((name for name, tab in tabs.items() if tab.open), next(iter(parts)))
    choices_made()["part"] = st.session_state[followed] = parts[opened] or ""
    return opened, tabs[opened]
