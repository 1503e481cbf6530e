"""What each page opens with: one finding, what to do, and one chart, in letters that grow with the screen."""

import re

import pytest

from tests.pages.conftest import PAGE_MS, settled
from vulncore.findings.shared.words import MADE

pytestmark = pytest.mark.browser

MOST_WORDS, MOST_NUMBERS, LEAST_SHARE = 60, 10, 0.4  # before the first chart, and of the first screen
FINDING_WORDS = 15
ROOM_AXIS_PX, ROOM_TABLE_PX = 22, 18
FIRST_CHART = {
    "overview": "table.strands",
    "strand": '[data-testid="stVegaLiteChart"]',
    "when": '[data-testid="stVegaLiteChart"]',
    "where": '[data-testid="stDeckGlJsonChart"]',
    "forecast": '[data-testid="stVegaLiteChart"]',
    "resourcing": '[data-testid="stVegaLiteChart"]',
    "data": '[data-testid="stVegaLiteChart"]',
}
OPENED = [name for name in FIRST_CHART if name != "data"]  # which begins with what is odd about the figures
BEGINS = {**FIRST_CHART, "where": "ul.legend"}  # what a chart's words begin with: they are a part of it
WORDS_BEFORE = """(chart) => {
  const main = document.querySelector('[data-testid="stMain"]');
  const walk = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
  const texts = [];
  const at = chart.getRootNode().host || chart;
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (!(at.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_PRECEDING)) break;
    const box = element.getBoundingClientRect();
    if (element.closest('style, script, [data-testid="stIconMaterial"]') || !element.checkVisibility() || box.width < 2 || box.height < 2) continue;
    texts.push(walk.currentNode.textContent);
  }
  return texts.join(' ');
}"""
SEEN_SIZES = """(texts) => texts.map((text) => parseFloat(getComputedStyle(text).fontSize) * (text.currentCSSZoom || 1))"""


def opened(page, server, name: str, width: int, height: int):
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{server.url}/{name}")
    settled(page)
    chart = page.locator(FIRST_CHART[name]).first
    chart.wait_for(timeout=PAGE_MS)
    return chart


@pytest.mark.parametrize("name", OPENED)
def test_few_words_and_numbers_stand_before_a_chart_that_fills_the_screen(server, page, name):
    chart = opened(page, server, name, 1440, 900)
    said = page.locator(BEGINS[name]).first.evaluate(WORDS_BEFORE)
    words, numbers = re.findall(r"[^\W\d_][\w'-]*", said), re.findall(r"\d[\d,.:]*", said)
    assert 10 < len(words) <= MOST_WORDS, said
    assert len(numbers) <= MOST_NUMBERS, said
    finding = page.locator("h2#finding").inner_text()
    assert len(finding.split()) <= FINDING_WORDS
    assert finding in said
    box = chart.bounding_box()
    seen = box["width"] * (min(box["y"] + box["height"], 900) - box["y"])
    assert seen >= LEAST_SHARE * 1440 * 900, box


@pytest.mark.parametrize("name", ["strand", "when", "where", "forecast", "resourcing"])
def test_a_room_sees_the_whole_of_the_first_chart(server, page, name):
    box = opened(page, server, name, 1920, 1080).bounding_box()
    assert box["y"] + box["height"] <= 1080


@pytest.mark.parametrize("width", [390, 360, 320])  # the last is a screen of 1,280 at four times its size
@pytest.mark.parametrize("name", ["overview", "strand", "when", "forecast", "resourcing", "data"])
def test_where_it_is_narrow_no_heading_is_cut_off_nothing_lies_beside_and_each_chart_says_that_its_data_is_made(
    server, page, name, width
):
    opened(page, server, name, width, 844)
    page.locator("svg.marks").first.wait_for(timeout=PAGE_MS)
    page.wait_for_timeout(700)  # until the others are drawn as well
    charts = page.locator("svg.marks").evaluate_all(
        "every => every.map((one) => [...one.querySelectorAll('.role-title text')].map((text) => text.textContent).join(' '))"
    )
    main = page.get_by_test_id("stMain")
    assert main.evaluate("(main) => main.scrollWidth") <= width
    assert charts
    for heading in charts:
        assert "…" not in heading
        assert MADE.replace(" ", "") in heading.replace(" ", "")  # lines break anywhere


@pytest.mark.parametrize("width", [390, 1024, 1280, 1440, 1800, 1820, 2560])
def test_the_strand_table_is_never_wider_than_its_place(server, page, width):
    table = opened(page, server, "overview", width, 900)
    beyond = table.evaluate("(table) => table.scrollWidth - table.parentElement.clientWidth")
    assert beyond <= 1  # a pixel is rounded


@pytest.mark.parametrize("name", OPENED)
def test_a_room_can_read_axes_and_tables(server, page, name):
    chart = opened(page, server, name, 1920, 1080)
    box = chart.bounding_box()
    assert box["x"] + box["width"] <= 1920
    page.locator("svg.marks").first.wait_for(timeout=PAGE_MS) if "Vega" in FIRST_CHART[name] else None
    letters = page.locator("svg.marks text").evaluate_all(SEEN_SIZES)
    assert all(size >= ROOM_AXIS_PX for size in letters), min(letters)
    assert letters or name in ("overview", "where")
    cells = page.locator("td:visible").evaluate_all(SEEN_SIZES)
    assert all(size >= ROOM_TABLE_PX for size in cells), min(cells)
    wide = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert wide
