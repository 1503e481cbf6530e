"""What surrounds every page."""

import streamlit as st

STYLE = """<style>
[data-testid="stMainBlockContainer"] { padding: 2.2rem 2rem 3rem; max-width: 112rem; }
[data-testid="stMainBlockContainer"] h1 { padding-top: 0; }
@media (max-width: 640px) { [data-testid="stMainBlockContainer"] { padding: 3.2rem 1rem 2rem; } }
@media print {
  [data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stDownloadButton"],
  [data-testid="stPopover"] { display: none; }
  [data-testid="stMainBlockContainer"] { padding: 0; }
}
</style>"""
SIDEBAR_WIDTH = 260


def dress_page() -> None:
    """Give the page its margins, and its A4 when printed."""
    st.html(STYLE)
