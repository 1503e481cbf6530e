"""What is printed: white paper, the table as a table, the charts, and no control."""

import pytest

from tests.pages.conftest import settled

pytestmark = pytest.mark.browser

PAGES = ("overview", "strand", "when", "where", "forecast", "resourcing", "data")
A4_PX = {"upright": 718, "across": 1047}  # between margins of a centimetre
CONTROLS = """() => [...document.querySelectorAll(
    'button, input, select, textarea, [role="combobox"], [role="tablist"], [role="slider"], section[data-testid="stSidebar"]')]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().width > 1)
  .map((one) => one.outerHTML.slice(0, 160))"""
GROUND = """() => ['html', 'body', '[data-testid="stApp"]', '[data-testid="stMain"]']
  .map((part) => getComputedStyle(document.querySelector(part)).backgroundColor)"""
WIDER = """(limit) => [...document.querySelectorAll('[data-testid="stMain"] svg.marks, [data-testid="stMain"] table, canvas')]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > limit + 1)
  .map((one) => one.outerHTML.slice(0, 120))"""
WHITE = {"rgb(255, 255, 255)"}


def printed(page, server, name, theme="light", way="upright"):
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{server.url}/{name}")
    settled(page)
    page.wait_for_timeout(700)  # until charts are drawn
    page.emulate_media(media="print", color_scheme=theme)
    page.set_viewport_size({"width": A4_PX[way], "height": 1000})
    page.wait_for_timeout(300)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_prints_on_white_paper_without_what_is_only_for_the_screen(server, page, name, theme):
    printed(page, server, name, theme)
    assert page.evaluate(CONTROLS) == []
    assert set(page.evaluate(GROUND)) <= WHITE
    drawn = page.locator('svg.marks, [data-testid="stDeckGlJsonChart"] canvas, table.strands').first
    assert drawn.is_visible()
    assert drawn.bounding_box()["height"] > 100
    if name != "data":
        assert page.locator("#finding").is_visible()
    assert page.evaluate(WIDER, A4_PX["upright"]) == []


@pytest.mark.parametrize("way", list(A4_PX))
def test_the_strand_table_prints_as_a_table_that_fits_the_paper(server, page, way):
    printed(page, server, "overview", way=way)
    table = page.locator("table.strands")
    assert table.evaluate("one => getComputedStyle(one).display") == "table"
    assert table.locator("thead").bounding_box()["height"] > 10
    assert table.bounding_box()["width"] <= A4_PX[way]
    rows = table.locator("tr[data-row]")
    assert rows.count() > 15
    heights = [rows.nth(at).bounding_box()["height"] for at in range(rows.count())]
    assert max(heights) < 60  # a card of a telephone is higher


def test_a_note_can_be_read_on_paper_also_where_the_screen_is_dark(server, page):
    printed(page, server, "overview", theme="dark")
    note = page.get_by_test_id("stAlert").first
    parts = note.evaluate(
        "one => [one, ...one.querySelectorAll('*')].map((part) => getComputedStyle(part).backgroundColor)"
    )
    assert set(parts) <= WHITE | {"rgba(0, 0, 0, 0)"}
    ink = note.locator("p").first.evaluate("one => getComputedStyle(one).color")
    assert ink == "rgb(27, 39, 51)"
