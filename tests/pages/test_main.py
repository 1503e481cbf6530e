"""What the served app promises whichever page is open."""

import json
import re
import socket
import urllib.error
import urllib.request

import pytest

from tests.pages.conftest import PAGE_MS, ROOT, settled

pytestmark = pytest.mark.browser

PAGES = {file.parent.name: f"/{file.parent.name}" for file in sorted((ROOT / "pages").glob("*/page.py"))}


def answer(url: str) -> tuple[int, dict[str, str], str]:
    try:
        with urllib.request.urlopen(url, timeout=20) as response:
            return response.status, dict(response.headers.items()), response.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, dict(refused.headers.items()), refused.read().decode()


def addresses_of_this_machine() -> list[str]:
    every = ["127.0.0.2"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: it only picks the interface
            every.append(probe.getsockname()[0])
        except OSError:
            pass  # no network: the other loopback address still tells
    return [address for address in every if address != "127.0.0.1"]


def test_the_first_request_ever_may_be_a_deep_link_and_shows_that_page_with_the_way_to_each(
    serving, store, page
):
    with serving(store) as fresh:
        page.goto(f"{fresh.url}/methods")
        settled(page)
        assert page.title() == "Methods · Vulnerability dashboard"
        assert page.get_by_role("heading", level=1).inner_text() == "Methods"
        links = page.locator(".st-key-ways").get_by_role("link")
        assert {link.evaluate("link => link.pathname") for link in links.all()} == set(PAGES.values())


@pytest.mark.parametrize("name", PAGES)
def test_each_page_opens_without_traceback_is_not_cut_off_and_is_left_by_the_first_press_of_back(
    server, page, name
):
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto("data:text/html,before")
    page.goto(server.url + PAGES[name])
    settled(page)
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.get_by_test_id("stException").count() == 0
    said = page.locator("body").inner_text()
    assert not re.search(r"Traceback|could not be shown|cannot be shown", said), said
    assert "Traceback" not in server.log()
    for width, height in ((1920, 1080), (1440, 900), (1366, 768), (1280, 800), (768, 1024), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        assert cut_off(page) == [], width
    page.wait_for_url("**version=1*")
    page.go_back()
    assert page.url == "data:text/html,before"


CUT_OFF = """() => {
  const main = document.querySelector("[data-testid=stMain]");
  const sideways = main.scrollWidth > main.clientWidth ? ["the page"] : [];
  const within = main.getBoundingClientRect();
  const drawn = [...main.querySelectorAll("table.strands, div:has(> table.plain), [data-testid=stVegaLiteChart]")];
  const beyond = drawn.filter((element) => {
    const box = element.getBoundingClientRect();
    return element.checkVisibility() && (box.left < within.left || box.right > within.right + 1);
  });
  return [...sideways, ...beyond.map((element) => element.tagName + " " + element.className)];
}"""


def cut_off(page) -> list[str]:
    """Return what reaches beyond the page's sides: the page itself, its tables and charts, once charts follow the window."""
    for _ in range(20):
        beyond = page.evaluate(CUT_OFF)
        page.wait_for_timeout(100)
        if not beyond and not page.evaluate(CUT_OFF):
            break
    return beyond


def test_the_bare_address_opens_the_overview_and_keeps_the_choices_of_a_link(server, page):
    page.goto(f"{server.url}/?month=2022-03")
    page.wait_for_url(f"{server.url}/overview?*month=2022-03*")
    settled(page)
    assert page.get_by_role("heading", level=1).inner_text() == "Overview"


def test_what_says_that_the_server_works_pushes_nothing_away(server, page):
    page.goto(f"{server.url}/methods")
    settled(page)
    heading = page.get_by_role("heading", level=1)
    before = heading.bounding_box()
    page.evaluate(
        """() => {
            const block = document.querySelector('[data-testid="stMainBlockContainer"] [data-testid="stVerticalBlock"]');
            const like = document.querySelector('[data-testid="stElementContainer"]').cloneNode(false);
            like.innerHTML = '<div data-testid="stSpinner" style="height: 40px">Counting …</div>';
            block.prepend(like);
        }"""
    )
    working = page.get_by_test_id("stSpinner")
    assert working.is_visible()
    assert heading.bounding_box() == before
    box, size = working.bounding_box(), page.viewport_size
    assert box["x"] > size["width"] / 2
    assert box["y"] + box["height"] < size["height"]


def test_one_press_of_back_leads_to_the_page_before_as_it_was_and_at_last_out(server, page):
    page.goto("data:text/html,before")
    page.goto(f"{server.url}/when?rows=day")
    for name in ("Methods", "Data", "Overview"):
        settled(page)
        page.locator(".st-key-ways").get_by_role("link", name=name).click()
        page.wait_for_url(f"**/{name.lower()}?*", timeout=PAGE_MS)
    settled(page)
    for name in ("Data", "Methods", "When"):
        page.go_back()
        page.wait_for_url(f"**/{name.lower()}?*", timeout=PAGE_MS)
        page.get_by_role("heading", level=1, name=name, exact=True).wait_for(timeout=PAGE_MS)
        settled(page)
    assert "rows=day" in page.url
    page.go_back()
    assert page.url == "data:text/html,before"


def test_on_a_telephone_the_sidebar_gives_way_to_the_page_chosen_in_it(server, page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server.url}/methods")
    settled(page)
    page.get_by_test_id("stExpandSidebarButton").click()
    page.locator(".st-key-ways").get_by_role("link", name="Overview").click()
    page.wait_for_url("**/overview?*")
    page.locator('[data-testid="stSidebar"][data-collapsed="true"]').wait_for(state="attached")


@pytest.mark.parametrize("path", ["/", "/methods", "/app/static/icon.svg", "/ready", "/no/such/file.js"])
def test_every_response_carries_the_security_headers(server, path):
    _, headers, _ = answer(server.url + path)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "geolocation=()" in headers["permissions-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_the_content_security_policy_names_no_host_and_allows_no_script_from_text(server):
    _, headers, _ = answer(server.url)
    directives = dict(part.split(maxsplit=1) for part in headers["content-security-policy"].split("; "))
    sources = {source for allowed in directives.values() for source in allowed.split()}
    named = {source for source in sources if not source.startswith("'") and source not in ("blob:", "data:")}
    assert named == set()
    assert {"'unsafe-inline'", "'unsafe-eval'", "data:"}.isdisjoint(directives["script-src"].split())
    assert directives["default-src"] == "'none'"


def test_it_is_ready_once_the_store_can_be_read(server):
    status, headers, body = answer(f"{server.url}/ready")
    assert (status, headers["content-type"], json.loads(body)) == (200, "application/json", {"ready": True})


def test_it_listens_on_this_machine_alone(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=5):
        pass
    for address in addresses_of_this_machine():
        with pytest.raises(OSError, match=r"refused|timed out|assign|unreachable"):
            socket.create_connection((address, server.port), timeout=5)
