"""A table that people read, on screen."""

import threading
from collections.abc import Collection

import pandas as pd
import streamlit as st

from vulncore.charts.table_html import table_html

STYLE = """<style>
table.plain { width: 100%; border-collapse: collapse; font-size: 0.9rem; line-height: 1.35; }
table.plain caption { text-align: left; padding-bottom: 0.3rem; opacity: 0.8; }
table.plain th, table.plain td { padding: 0.35rem 0.6rem 0.35rem 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid rgba(128, 140, 152, 0.4); overflow-wrap: break-word; }
table.plain td.long { overflow-wrap: anywhere; font-size: 0.8rem; }
table.plain .number { text-align: right; font-variant-numeric: tabular-nums; }
div:has(> table.plain) { overflow-x: auto; }
</style>"""


_page = threading.local()  # each run of a page has a thread of its own


def mark_tables(mark: str) -> None:
    """Let each table that is drawn from here on in this run say that its data is made, if it is: it may be copied away."""
    _page.mark = mark


def mark_of_tables() -> str:
    """Return what tables of this run say of their data; "" where there is nothing to say."""
    return getattr(_page, "mark", "")


def show_table(frame: pd.DataFrame, caption: str, figures: Collection[str] = ()) -> None:
    """Draw a frame as a table that prints, copies and speaks; columns of `figures` align right."""
    marked = f"{caption}. {mark_of_tables()}" if mark_of_tables() else caption
    st.html(STYLE + table_html(frame, marked, figures))
