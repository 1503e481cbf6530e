"""Signing in with a real provider, as somebody does it; what ends it, and what the log says of it."""

from urllib.parse import urlsplit

import pytest
import requests

from tests.pages.conftest import PAGE_MS, TELL_VIOLATIONS, settled
from tests.pages.gate.signing import COOKIE, PEOPLE
from vulncore.access.audit import audit_faults, audit_lines

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def signed(signing_in):
    """A dashboard beneath a sub-path, where all of a sign-in has to come back to."""
    with signing_in("/police/vulnerability") as dashboard:
        yield dashboard


@pytest.fixture
def tab(browser):
    """A page of a browser that nobody has signed in to; asking the provider on this machine is no fault."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="en-GB", reduced_motion="reduce"
    )
    context.add_init_script(TELL_VIOLATIONS)
    yield context.new_page()
    context.close()


def sign_in(tab, person):
    tab.get_by_role("link", name="Sign in").click()
    tab.get_by_role("button", name=person, exact=True).click()


def test_somebody_signs_in_and_gets_the_page_they_wanted(signed, tab):
    tab.goto(f"{signed.url}/when?dataset=demo&night=19-05")
    assert tab.get_by_role("heading", name="Sign in").is_visible()
    sign_in(tab, "analyst")
    tab.locator("#finding").wait_for(timeout=PAGE_MS)
    settled(tab)
    assert urlsplit(tab.url).path == "/police/vulnerability/when"
    assert "night=19-05" in tab.url
    assert tab.get_by_text("Ana Analyst, analyst").is_visible()
    lines = [line for line in audit_lines(signed.store) if line["who"] == "analyst@force.test"]
    assert [line["what"] for line in lines[:2]] == ["signed in", "opened"]
    assert lines[0]["role"] == "analyst"
    assert (lines[1]["page"], lines[1]["choices"]["dataset"]) == ("when", "demo")
    assert audit_faults(signed.store) == []


def test_signing_out_leaves_nothing_open(signed, tab):
    tab.goto(f"{signed.url}/overview")
    sign_in(tab, "viewer")
    tab.locator("table.strands").wait_for(timeout=PAGE_MS)
    settled(tab)
    (kept,) = [cookie for cookie in tab.context.cookies() if cookie["name"] == COOKIE]
    assert (kept["expires"], kept["httpOnly"], kept["sameSite"]) == (
        -1,
        True,
        "Lax",
    )  # it ends with the browser
    tab.get_by_role("button", name="Sign out").click()
    tab.wait_for_url(lambda url: "/overview" not in url or "provider" in url, timeout=PAGE_MS)
    tab.goto(f"{signed.url}/overview")
    assert tab.get_by_role("link", name="Sign in").is_visible()
    assert tab.locator("table.strands").count() == 0
    copied = requests.get(
        f"{signed.url}/overview",
        headers={"Accept": "text/html", "Cookie": f"{COOKIE}={kept['value']}"},
        timeout=60,
    )
    assert copied.status_code == 401  # whoever has a copy of the cookie is out, too
    assert [line["what"] for line in audit_lines(signed.store) if line["who"] == "viewer@force.test"][
        -1
    ] == "signed out"


def test_who_has_no_role_is_told_so_by_name(signed, tab):
    tab.goto(f"{signed.url}/overview")
    sign_in(tab, "nobody")
    tab.get_by_role("heading", name="No access yet").wait_for(timeout=PAGE_MS)
    assert tab.get_by_text(PEOPLE["nobody"][0]).is_visible()
    assert tab.get_by_role("link", name="Sign out").is_visible()


def test_a_sign_in_that_ends_while_a_page_is_open_ends_with_the_next_step(signed, tab):
    cookie = signed.cookie("viewer")
    tab.context.add_cookies(
        [{"name": COOKIE, "value": cookie, "domain": "127.0.0.1", "path": "/police/vulnerability"}]
    )
    tab.goto(f"{signed.url}/overview")
    tab.locator("table.strands").wait_for(timeout=PAGE_MS)
    settled(tab)
    elsewhere = requests.get(
        f"{signed.url}/auth/logout",
        headers={"Cookie": f"{COOKIE}={cookie}"},
        allow_redirects=False,
        timeout=60,
    )
    assert elsewhere.status_code == 302
    tab.get_by_role("link", name="When", exact=True).click()
    tab.get_by_role("link", name="Sign in").wait_for(timeout=PAGE_MS)
    assert tab.locator("table.strands").count() == 0
    assert urlsplit(tab.url).path.removeprefix("/police/vulnerability") in ("/overview", "/when")


def test_the_first_request_ever_to_a_fresh_server_gets_the_sign_in(signed, tab):
    # the server of these tests is told so by its port alone; the module's first test may have come first, which is no matter:
    # a server that forgets to ask does so at any time
    tab.goto(f"{signed.url}/methods")
    assert tab.get_by_role("heading", name="Sign in").is_visible()
