"""What every visit runs first: the way between pages, the page's frame, and the link that says what is on screen."""

import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.gate.holdings import HOLDINGS
from pages.gate.identity import Way, needs_sign_in, role_in_words, way_of_sign_in
from pages.gate.log import logged
from pages.shared.access import may, visitor
from pages.shared.choices import adopt
from pages.shared.sidebar import SidebarChoices
from pages.shared.tables import mark_tables
from pages.shared.telephone import close_sidebar_after
from pages.shared.text import plain
from pages.shared.turns import own_turn
from pages.shared.visit import EndOfPage, end_page, leave_notice, offered_way, visit
from pages.ways import MAKE_AT_ONCE, PACK, PAGES, link_of, links_now
from vulncore.access.roles import Right
from vulncore.domain.errors import TooManyRequestsError, VulncoreError

# what says that it works floats above the page: in its place it would push away all that stands there. Of a chart's toolbar
# only the full screen is left: what Streamlit would save has the colours of the screen, and a table of it no source
STYLE = """<style>
[data-testid="stMainBlockContainer"] { padding: 2.2rem 2rem 3rem; max-width: 112rem; }
[data-testid="stMainBlockContainer"] h1 { padding: 0; font-size: 1rem; font-weight: 600; opacity: 0.8; }
#finding { padding: 0 0 0.35rem; font-size: clamp(1.45rem, 0.9rem + 1.3vw, 3rem); line-height: 1.2; }
[data-testid="stElementContainer"]:has(#finding) + [data-testid="stElementContainer"] p { margin-top: 0.4rem; font-size: clamp(1rem, 0.8rem + 0.45vw, 1.6rem); }
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] * { color: inherit; opacity: 0.92; }
@media (min-width: 769px) { section[data-testid="stSidebar"][data-collapsed="false"] {
  width: 16rem !important; min-width: 16rem; max-width: 16rem; } }
@media (max-width: 1000px) { [data-testid="stMainBlockContainer"] { padding-top: 4.2rem; } }
@media (max-width: 640px) { [data-testid="stMainBlockContainer"] { padding: 4.2rem 1rem 2rem; } }
.st-key-ways a { padding: 0.3rem 0.5rem; }
.st-key-strand-ways { display: none; }
:is(a, button, summary, canvas, [tabindex="0"], [role="tab"]):focus-visible { outline: 3px solid #2f80c2 !important; outline-offset: 1px; }
:is(main, canvas, [data-testid="stMain"], [data-testid="stDeckGlJsonChart"], [data-testid="stDeckGlJsonChart"] [tabindex="0"]):focus-visible {
  outline-offset: -3px !important; }
[data-testid="stElementToolbar"]:focus-within, :is(h1, h2, h3) :has(a:focus-visible), :is(h1, h2, h3) a:focus-visible { opacity: 1 !important; }
[data-testid="stElementContainer"]:has([data-testid="stSpinner"]) { position: fixed; z-index: 99; right: 1.5rem; bottom: 1.5rem;
  width: auto; height: auto; overflow: visible; }
.st-key-fitting:has([data-testid="stProgress"]) { position: fixed; z-index: 99; right: 1.5rem; bottom: 1.5rem; width: 24rem;
  max-width: 90vw; padding: 0.8rem 1rem; border: 1px solid; border-radius: 0.25rem; background: Canvas; }
[data-testid="stSpinner"] { padding: 0.5rem 1rem; border: 1px solid; border-radius: 0.25rem; background: Canvas; }
[data-testid="stVegaLiteChart"] svg.marks { overflow: visible; }
[data-testid="stFullScreenFrame"]:has([data-testid="stVegaLiteChart"]) [data-testid="stElementToolbarButton"]:not(:has([aria-label^="Fullscreen"], [aria-label^="Close fullscreen"])),
[data-testid="stElementToolbarButton"]:has([aria-label^="Download as"]) { display: none; }
@media (min-width: 1810px) {
  [data-testid="stMainBlockContainer"] { padding-top: 1.4rem; }
  html { font-size: 22px !important; }
  .st-key-map-choices > * { min-width: 13rem; }
  [data-testid="stFullScreenFrame"]:has(> * > [data-testid="stVegaLiteChart"]) { width: calc(100% / 1.47) !important; }
  [data-testid="stFullScreenFrame"]:has(> * > [data-testid="stVegaLiteChart"]) [data-testid="stElementToolbar"] { right: -47%; }
  [data-testid="stVegaLiteChart"] svg.marks { zoom: 1.47; }
}
@media print {
  [data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stButton"], [data-testid="stDownloadButton"], [data-testid="stPopover"],
  [data-testid="stSelectbox"], [data-testid="stMultiSelect"], [data-testid="stNumberInput"], [data-testid="stTextInput"],
  [data-testid="stCheckbox"], [data-testid="stFileUploader"], [data-testid="stPageLink"], [data-testid="stElementToolbar"],
  [data-testid="stTabs"] [role="tablist"], details:not([open]), .st-key-levers, [data-testid="stDeckGlJsonChart"] button { display: none !important; }
  [data-testid="stMainBlockContainer"] { padding: 0; }
  html { font-size: 12px !important; }
  [data-testid="stApp"], [data-testid="stApp"] * { color: #1b2733 !important; }
  html, body, [data-testid="stApp"], [data-testid="stAppViewContainer"], [data-testid="stMain"], [data-testid="stMarkdownContainer"] span {
    background: #ffffff !important; }
  [data-testid="stVegaLiteChart"], [data-testid="stFullScreenFrame"]:has([data-testid="stVegaLiteChart"]) :not(svg, svg *) { height: auto !important; }
  [data-testid="stHorizontalBlock"] { flex-flow: row nowrap !important; }
  [data-testid="stColumn"] { min-width: 0 !important; }
  [data-testid="stVegaLiteChart"] svg.marks { zoom: 1; max-width: 100%; height: auto; }
  [data-testid="stAlert"], [data-testid="stAlert"] * { background: #ffffff !important; }
  [data-testid="stAlert"] { border: 1px solid #5d6b78; }
  [data-testid="stVegaLiteChart"], [data-testid="stDeckGlJsonChart"], table.plain tr, h2, h3 { break-inside: avoid; }
  h2, h3, table.plain caption { break-after: avoid; }
}
</style>"""
OF_RECORDS = {"place", "plan", "compare", "beside"}
SHORT_KEY = re.compile(r"[a-z0-9.,:/_+-]{0,100}")
ON_ACCENT = """<style>
[data-testid="stBaseButton-primary"], [data-testid="stBaseButton-primary"] *,
[data-testid="stMultiSelect"] [data-tag], [data-testid="stMultiSelect"] [data-tag] * { color: #12181f !important; }
@media print { [data-testid="stVegaLiteChart"] svg, [data-testid="stDeckGlJsonChart"], ul.legend i { filter: invert(1) hue-rotate(180deg); } }
</style>"""
"""What stands on the accent: the dark theme's is light, and Streamlit would write white on it. Charts drawn for a dark ground turn
round on white paper."""


def adopt_link(name: str) -> None:
    """Take over the choices of an address that was opened, gone back to or offered by a page; else those of the visit stand.

    A choice that is made while the last one is still under way comes with the address from before it: no other run looks
    at the address.
    """
    context = get_script_run_ctx()
    link = st.query_params.to_dict()
    offered, visit().offered = (name, link) in visit().offered, []
    if link and (offered or not visit().link_adopted or (context and context.is_history_navigation)):
        adopt(SidebarChoices, link)
        adopt(PAGES[name], link)
    visit().link_adopted = True


def record_what_is_opened(name: str) -> None:
    """Write into the audit log which page the visitor opens with which choices, before it shows anything."""
    identity, opened = visitor(), (name, visit().links[name])
    if identity is None or visit().recorded == opened:
        return
    # what people write, or a value of records, such as a street, stays out of the log
    choices = {
        key: value if SHORT_KEY.fullmatch(value) and key not in OF_RECORDS else "…"
        for key, value in opened[1].items()
    }
    try:
        logged(identity, "opened", page=name, choices=choices)
    except VulncoreError as problem:
        st.error(plain(str(problem)))
        end_page()
    visit().recorded = opened
    if context := get_script_run_ctx():
        HOLDINGS.note_address(context.session_id, f"{name}?{urlencode(opened[1])}")


def show_who_is_signed_in() -> None:
    """Say beneath the choices who is signed in, in which role, with the way out."""
    identity = visitor()
    if identity is None:
        return
    identity_line = plain(f"{identity.name}, {role_in_words(identity) or 'no role'}")
    st.sidebar.caption(identity_line)
    if way_of_sign_in() is Way.PROVIDER:
        st.sidebar.button("Sign out", key="sign out", on_click=st.logout, type="tertiary")


def offer_pack(name: str) -> None:
    """Offer the month's pack beneath the choices of any page: one press leads to it, and makes it."""
    if visit().pinned and name != PACK:
        st.sidebar.button(
            "Make the month's pack",
            key="make pack",
            on_click=leave_notice,
            args=(MAKE_AT_ONCE, "yes"),
            width="stretch",
        )
        if st.session_state.get("make pack"):
            st.switch_page(pages[PACK], query_params=offered_way(PACK))


def show_page(name: str) -> None:
    """Show a page in its frame, and keep the link that says what is on screen."""
    with own_turn():
        adopt_link(name)
        visit().links = links_now()
        with st.sidebar.container(key="ways", gap="xxsmall"):
            # each with its choices in its address: one step of the browser's history leads there
            for other, way in pages.items():
                st.page_link(way, query_params=visit().links[other])
        mark_tables("")
        visit().pinned = {}  # until the page has chosen what it shows
        close_sidebar_after(name)
        with suppress(EndOfPage):
            record_what_is_opened(name)
            try:
                page.run()
            except TooManyRequestsError as problem:
                st.warning(plain(str(problem)))
        offer_pack(name)
        show_who_is_signed_in()
        link = link_of(name, visit().pinned)
        if link and link != st.query_params.to_dict():
            st.query_params.from_dict(link)  # whoever opens it sees the same


def to_first_page() -> None:
    """Lead from the bare address to the first page; `app.py` does so before a browser gets here."""
    st.switch_page(pages["overview"], query_params=st.query_params.to_dict())


pages = {name: st.Page(f"{name}/page.py", title=name.capitalize(), url_path=name) for name in PAGES}
page = st.navigation(
    [st.Page(to_first_page, title="Overview", url_path="front", default=True), *pages.values()],
    position="hidden",
)
st.set_page_config(
    page_title=f"{page.title} · Vulnerability dashboard",
    page_icon=str(Path(__file__).parent / "static" / "icon.svg"),
    layout="wide",
)
st.html(STYLE + (ON_ACCENT if st.context.theme.type == "dark" else ""))
if needs_sign_in() and not may(Right.SEE):
    st.error("You are not signed in any more. Load the page again.")
elif page.url_path not in PAGES:
    page.run()
else:
    show_page(page.url_path)
