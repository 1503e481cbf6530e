"""What every visit runs first: the way between pages, and the page's frame."""

from pathlib import Path

import streamlit as st

from pages.frame import dress_page

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
