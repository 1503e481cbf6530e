"""What is kept of one browser's visit between two runs of a page."""

from dataclasses import dataclass, field
from typing import Any, NoReturn

import streamlit as st


@dataclass
class Visit:
    """One browser's visit.

    `boxes` are the options that boxes show and how often each was drawn as a new one. `choices` are those of each page and of
    the sidebar, by their class; `links` what the address of each page says as a run begins, and `pinned` what of it the view of
    this run says. `unmet` are choices that could not be met in this run, and `notices` what the last step came to, by where that is said; `name` is
    whom the visitor says they are, and `layer_picked_in` the layer of the map in which a cell is picked. `recorded` is what was last written of the visit
    into the audit log, and `offered` are the ways that the page on screen offers
    to others with choices of its own.
    """

    choices: dict[type, Any] = field(default_factory=dict)
    links: dict[str, dict[str, str]] = field(default_factory=dict)
    pinned: dict[str, str] = field(default_factory=dict)
    unmet: list[str] = field(default_factory=list)
    notices: dict[str, str] = field(default_factory=dict)
    boxes: dict[str, tuple[object, int]] = field(default_factory=dict)
    name: str = ""
    layer_picked_in: str = ""
    link_adopted: bool = False
    recorded: tuple[str, dict[str, str]] | None = None
    offered: list[tuple[str, dict[str, str]]] = field(default_factory=list)


def visit() -> Visit:
    """Return this browser's visit."""
    kept: Visit = st.session_state.setdefault("visit", Visit())
    return kept


class EndOfPage(Exception):  # noqa: N818 - nothing went wrong
    """A page has said all that it can say; what frames it goes on."""


def end_page() -> NoReturn:
    """End a page before its last line.

    Where Streamlit itself is told to stop, nothing can be written into the address any more, and a link would name what was
    on screen before.
    """
    raise EndOfPage


def offered_way(page: str, **choices: str) -> dict[str, str]:
    """Return the address of another page with these choices and, of all else, what stands: whoever follows it takes them over."""
    link = {**visit().links[page], **choices}
    visit().offered.append((page, link))
    return link


def leave_notice(place: str, text: str) -> None:
    """Keep what a step came to until it is said at a place; nothing where the text is empty."""
    visit().notices[place] = text


def take_notice(place: str) -> str:
    """Return what is to be said at a place, once."""
    return visit().notices.pop(place, "")
