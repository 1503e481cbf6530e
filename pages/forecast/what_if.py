"""What if: the form that adds an adjustment, and the list of those that hold."""

from collections.abc import Sequence
from datetime import date

import streamlit as st

from pages.forecast.question import add_what_if, remove_what_if
from pages.shared.text import plain
from pages.shared.visit import leave_notice, take_notice
from vulncore.domain.errors import VulncoreError
from vulncore.domain.periods import add_months, format_month, month_name, parse_month
from vulncore.findings.forecast.what_if import KIND_WORDS, adjustment_in_words
from vulncore.forecasting.what_if import MOST, NAME_LETTERS, Adjustment, AdjustmentKind


def show_what_if(held: Sequence[Adjustment], as_at: date, ahead: int) -> None:
    """Draw the what-ifs that hold, each with its way out, and the form for one more."""
    for place, adjustment in enumerate(held):
        words, button = st.columns([4, 1], vertical_alignment="center")
        words.markdown(f"**{plain(adjustment.label)}**: {plain(adjustment_in_words(adjustment))}")
        button.button(
            "Remove",
            key=f"remove what-if {place}",
            on_click=remove_what_if,
            args=(held, place),
            width="stretch",
        )
    if len(held) >= MOST:
        st.caption(f"{MOST} what-ifs hold. Remove one to add another.")
        return
    _show_form(held, as_at, ahead)


def _show_form(held: Sequence[Adjustment], as_at: date, ahead: int) -> None:
    months = [format_month(add_months(as_at, step)) for step in range(1, ahead + 1)]
    what, start = st.columns(2)
    kind = AdjustmentKind(
        what.selectbox(
            "What happens",
            list(AdjustmentKind),
            format_func=lambda kind: KIND_WORDS[kind].what,
            key="what-if kind",
        )
    )
    words = KIND_WORDS[kind]
    begins = f"what-if start after {format_month(as_at)}"
    start.selectbox("From", months, format_func=lambda key: month_name(parse_month(key)), key=begins)
    size, named = st.columns(2)
    size.number_input(
        plain(words.size),
        min_value=words.least,
        max_value=words.most,
        value=words.first,
        step=1.0,
        format="%g",
        key=f"what-if size {kind}",
    )
    named.text_input("Name on the chart", max_chars=NAME_LETTERS, key="what-if name")
    if kind is AdjustmentKind.CAMPAIGN:
        st.number_input("Lasts, months", min_value=1, max_value=48, value=6, step=1, key="what-if months")
    st.caption(plain(words.meaning))
    st.button("Add", type="primary", on_click=_add, args=(held, kind, begins), width="stretch")
    if problem := take_notice("what-if"):
        st.error(plain(problem))


def _add(held: Sequence[Adjustment], kind: AdjustmentKind, begins: str) -> None:
    state = st.session_state
    try:
        add_what_if(
            held,
            Adjustment(
                kind,
                parse_month(state[begins]),
                round(float(state[f"what-if size {kind}"]), 3),
                int(state["what-if months"]) if kind is AdjustmentKind.CAMPAIGN else None,
                _name(state["what-if name"]),
            ),
        )
        state["what-if name"] = ""
    except VulncoreError as problem:
        leave_notice("what-if", str(problem))


def _name(text: str) -> str:
    """Return a name without the signs that part what-ifs in a link."""
    return " ".join(text.replace("~", " ").replace(":", " ").split())
