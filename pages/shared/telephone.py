"""What a narrow screen needs: the sidebar lies over the page there, and gives way to a page that is chosen in it."""

import streamlit as st

NARROW = 768  # pixels: up to here Streamlit lays the sidebar over the page
CLOSES_SIDEBAR = f"""
let page;
export default function ({{ data }}) {{
  const chosen = page !== undefined && page !== data.page;
  page = data.page;
  if (chosen && window.innerWidth <= {NARROW}) {{
    document.querySelector('[data-testid="stSidebar"][data-collapsed="false"] [data-testid="stSidebarCollapseButton"] button')?.click();
  }}
}}
"""

_component = st.components.v2.component("closes_sidebar", js=CLOSES_SIDEBAR)


def is_telephone() -> bool:
    """Return whether the visitor's screen is a telephone's."""
    return "Mobi" in st.context.headers.get("User-Agent", "")


def close_sidebar_after(page: str) -> None:
    """Close the sidebar of a narrow screen once the page is another than before; Streamlit does so for its own menu alone."""
    _component(data={"page": page}, key="closes-sidebar")
