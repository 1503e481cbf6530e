"""The strand table on screen: HTML whose rows can be picked without reloading the page."""

from pathlib import Path

import streamlit as st

from pages.overview.question import OverviewChoices
from pages.shared.choices import change

HERE = Path(__file__).parent

_component = st.components.v2.component(
    "strand_table",
    css=(HERE / "strand_table.css").read_text(encoding="utf-8"),
    js=(HERE / "strand_table.js").read_text(encoding="utf-8"),
)


def pick_from_strand_table(html: str, picked: str) -> str:
    """Draw the table and return the key of the measure that is picked.

    Args:
        html: What `vulncore.findings.overview.strand_table_html` returns: every text in it is escaped.
        picked: The measure picked so far.
    """
    result = _component(
        data={"html": html, "picked": picked}, key="strand-table", on_picked_change=_keep_picked
    )
    return str(result.picked or picked)


def _keep_picked() -> None:
    picked = st.session_state["strand-table"].get("picked")
    if picked:
        change(OverviewChoices, measure=picked)
