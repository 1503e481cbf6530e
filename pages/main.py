"""What every visit runs first: the way between pages, and the page's frame."""

from pathlib import Path

import streamlit as st

STYLE = """<style>
[data-testid="stMainBlockContainer"] { padding: 2.2rem 2rem 3rem; max-width: 112rem; }
[data-testid="stMainBlockContainer"] h1 { padding-top: 0; }
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] * { color: inherit; opacity: 0.92; }
@media (min-width: 769px) { section[data-testid="stSidebar"][data-collapsed="false"] {
  width: 16rem !important; min-width: 16rem; max-width: 16rem; } }
@media (max-width: 1000px) { [data-testid="stMainBlockContainer"] { padding-top: 4.2rem; } }
@media (max-width: 640px) { [data-testid="stMainBlockContainer"] { padding: 4.2rem 1rem 2rem; } }
@media (max-width: 640px) { .st-key-resourcing-answer > [data-testid="stHorizontalBlock"],
  .st-key-resourcing-answer > div > [data-testid="stHorizontalBlock"] { flex-direction: column-reverse; } }
@media print {
  [data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stDownloadButton"],
  [data-testid="stPopover"] { display: none; }
  [data-testid="stMainBlockContainer"] { padding: 0; }
}
</style>"""

ON_ACCENT = """<style>
[data-testid="stBaseButton-primary"], [data-testid="stBaseButton-primary"] *,
[data-testid="stMultiSelect"] [data-tag], [data-testid="stMultiSelect"] [data-tag] * { color: #12181f !important; }
</style>"""  # what stands on the accent: the dark theme's is light, and Streamlit would write white on it


def dress_page() -> None:
    """Give the page its margins, its A4 when printed, and words that can be read on the accent."""
    st.html(STYLE + (ON_ACCENT if st.context.theme.type == "dark" else ""))


page = st.navigation(
    [
        st.Page("overview/page.py", title="Overview", default=True),
        st.Page("when/page.py", title="When", url_path="when"),
        st.Page("where/page.py", title="Where", url_path="where"),
        st.Page("forecast/page.py", title="Forecast", url_path="forecast"),
        st.Page("resourcing/page.py", title="Resourcing", url_path="resourcing"),
        st.Page("data/page.py", title="Data", url_path="data"),
        st.Page("methods/page.py", title="Methods", url_path="methods"),
    ]
)
st.set_page_config(
    page_title=f"{page.title} · Vulnerability dashboard",
    page_icon=str(Path(__file__).parent / "static" / "icon.svg"),
    layout="wide",
)
dress_page()
page.run()
