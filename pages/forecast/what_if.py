"""What if: the form that adds an adjustment, and the list of those that hold."""

from collections.abc import Sequence
from datetime import date

import streamlit as st

from pages.forecast.question import keep_what_ifs
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
        key, others = f"remove what-if {place}", [*held[:place], *held[place + 1 :]]
        button.button("Remove", key=key, on_click=keep_what_ifs, args=(others,), width="stretch")
    if len(held) < MOST:
        _show_form(held, as_at, ahead)
    else:
        st.caption(f"{MOST} what-ifs hold. Remove one to add another.")


def _show_form(held: Sequence[Adjustment], as_at: date, ahead: int) -> None:
    months = [format_month(add_months(as_at, step)) for step in range(1, ahead + 1)]
    what, start = st.columns(2)
    in_words = {kind: words.what for kind, words in KIND_WORDS.items()}
    chosen = what.selectbox(
        "What happens", list(in_words), format_func=in_words.__getitem__, key="what-if kind"
    )
    kind = AdjustmentKind(chosen)
    words = KIND_WORDS[kind]
    begins = f"what-if start after {format_month(as_at)}"
    start.selectbox("From", months, format_func=lambda key: month_name(parse_month(key)), key=begins)
    size, named = st.columns(2)
    size.number_input(
        plain(words.size),
        words.least,
        words.most,
        words.first,
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
    # without the signs that part what-ifs in a link
    name = " ".join(state["what-if name"].replace("~", " ").replace(":", " ").split())
    months = int(state["what-if months"]) if kind is AdjustmentKind.CAMPAIGN else None
    size = round(float(state[f"what-if size {kind}"]), 3)
    try:
        keep_what_ifs([*held, Adjustment(kind, parse_month(state[begins]), size, months, name)])
        state["what-if name"] = ""
    except VulncoreError as problem:
        leave_notice("what-if", str(problem))
