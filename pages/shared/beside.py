"""A view that is pinned, so that the next one stands beside it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared.choices import Choices, change, chosen, say_unmet, values_of
from pages.shared.sidebar import ALL_STRANDS, SidebarChoices, View, view_of
from pages.shared.text import plain
from pages.shared.visit import visit
from pages.shared.which_records import RecordChoices
from vulncore.domain.errors import VulncoreError
from vulncore.domain.periods import add_months
from vulncore.findings.shared.words import capital_first

C = TypeVar("C", bound=Choices)
UNMET = "The pinned view can't be shown here"
PINS = {"dataset", "version", "month"}  # what each link of a view names
TWO_VIEWS = "two views, on the same scale"
SIDES = ("Pinned", "On screen")
PINNED = "Pinned. Now choose another strand, period or month to see both."


def view_beside(view: View, choices: C) -> tuple[View, C] | None:
    """Return the view that is pinned and its choices of the page; None where none is, or it is the one on screen.

    What is drawn, and how, is chosen once for both: a pin says which records they are. One that can't be met is let go of, and that is said.
    """
    if dict(chosen(SidebarChoices).unread).get("beside") is not None:
        _let_go()
    if not view.beside:
        return None
    link = dict(parse_qsl(view.beside))
    try:
        pinned = view_of(SidebarChoices.from_link(link)) if set(link) >= PINS else None
    except (VulncoreError, LookupError):
        pinned = None
    if pinned is None:
        _let_go()
        return None
    its_choices = choices
    if isinstance(choices, RecordChoices):
        its_choices = replace(choices, **values_of(RecordChoices.from_link(link), RecordChoices))
    return None if pin_of(pinned, its_choices) == pin_of(view, choices) else (pinned, its_choices)


def two_views(pinned: View, shown: View) -> str:
    """Return what stands above two views: whose they are and what of, where both have it, since no side says it then."""
    force = f"{shown.force}: " if pinned.force == shown.force else ""
    same = pinned.path == shown.path and shown.path
    return f"{force}{shown.looked_at}, {TWO_VIEWS}" if same else capital_first(f"{force}{TWO_VIEWS}")


def pin_of(view: View, choices: Choices) -> str:
    """Return the link of a view: whose records, which, and of when."""
    of_records = isinstance(choices, RecordChoices)
    records = RecordChoices(**values_of(choices, RecordChoices)).to_link() if of_records else {}
    return urlencode(replace(view, picked=view.path or ALL_STRANDS, beside=None).to_link() | records)


def show_compare(view: View, choices: Choices) -> None:
    """Draw, beneath all else that is looked at, what pins the view, swaps it with the one pinned, and ends comparing.

    It opens in its place: over the page it would hide what it brings.
    """
    now = pin_of(view, choices)
    with st.sidebar.expander("Compared" if view.beside else "Compare"):
        if view.beside:
            st.button("Stop comparing", on_click=_unpin, width="stretch")
            if view.beside != now:
                records = isinstance(choices, RecordChoices)
                st.button("Swap the two", on_click=_swap, args=(view.beside, now, records), width="stretch")
                st.button("Pin this view instead", on_click=_pin, args=(now,), width="stretch")
        else:
            st.button("Pin this view", on_click=_pin, args=(now,), width="stretch")
        before = add_months(view.month, -12)
        if before in view.contents.months[view.force]:
            earlier = pin_of(replace(view, month=before), choices)
            st.button("Compare with a year before", on_click=_pin, args=(earlier,), width="stretch")
        st.caption("Pin a view, then choose another. Both are shown, on the same scale.")
    if view.beside == now:
        st.info(plain(PINNED))


def in_two(names: Sequence[str]) -> list[DeltaGenerator]:
    """Return a column for the pinned view and one for that on screen, each under its name."""
    columns = st.columns(2)
    for column, side, name in zip(columns, SIDES, names, strict=True):
        column.markdown(f"{plain(side)}: **{plain(name)}**")
    return columns


def let_go(problem: str) -> None:
    """Let go of a pinned view that turned out not to be there, and say why."""
    st.warning(plain(f"{UNMET}. {problem}"))
    _unpin()


def _let_go() -> None:
    _unpin()
    say_unmet(UNMET, "this view alone")


def _pin(link: str) -> None:
    change(SidebarChoices, beside=link)


def _unpin() -> None:
    change(SidebarChoices, beside=None)
    visit().pinned.pop("beside", None)


def _swap(pinned: str, now: str, records: bool) -> None:
    """Put the pinned view on screen and pin the one there; a page without records leaves the choice of them as it is."""
    link, kept = dict(parse_qsl(pinned)), chosen(RecordChoices)
    change(SidebarChoices, **values_of(SidebarChoices.from_link(link), SidebarChoices))
    change(RecordChoices, **values_of(RecordChoices.from_link(link) if records else kept, RecordChoices))
    change(SidebarChoices, beside=now)
