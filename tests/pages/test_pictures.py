"""What leaves the dashboard as a picture, in a real browser: it is on white by night too, and nothing else saves a chart."""

import struct
import zlib
from pathlib import Path

import pytest

from tests.pages.conftest import PAGE_MS, settled

pytestmark = pytest.mark.browser

CHART = '[data-testid="stVegaLiteChart"]'
NIGHT, WHITE = "rgb(18, 24, 31)", (255, 255, 255)
TOOLBAR = '[data-testid="stElementToolbar"] button'


def first_pixel(png: bytes) -> tuple[int, ...]:
    """Return the upper left pixel of a PNG: no filter changes the first pixel of its first row."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    depth, colours = png[24], png[25]
    assert (depth, colours) in {(8, 2), (8, 6)}
    packed, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        packed += png[at + 8 : at + 8 + length] if png[at + 4 : at + 8] == b"IDAT" else b""
        at += 12 + length
    return tuple(zlib.decompress(packed)[1:4])


@pytest.fixture(scope="module")
def by_night(server, page_to_look_at):
    """The page When in the dark theme."""
    page = page_to_look_at
    page.emulate_media(color_scheme="dark")
    page.goto(f"{server.url}/when")
    settled(page)
    page.locator(f"{CHART} svg").first.wait_for(timeout=PAGE_MS)
    ground = page.get_by_test_id("stApp").evaluate("element => getComputedStyle(element).backgroundColor")
    assert ground == NIGHT
    return page


def saved(page, label: str):
    page.get_by_role("button", name="Download", exact=True).first.click()
    with page.expect_download(timeout=PAGE_MS) as download:
        page.get_by_role("button", name=label).click()
    page.keyboard.press("Escape")
    return download.value


def test_a_picture_taken_by_night_is_on_white_twice_as_fine_and_says_in_its_name_what_it_is(by_night):
    download = saved(by_night, "Picture (PNG)")
    png = Path(download.path()).read_bytes()
    assert first_pixel(png) == WHITE
    assert struct.unpack(">I", png[16:20]) == (2_160,)
    assert download.suggested_filename == (
        "sexual-violence-by-hour-of-week-city-of-london-police-2023-11-to-2024-10-demo-version-1.png"
    )


def test_the_other_kind_of_picture_says_that_its_figures_are_made(by_night):
    svg = Path(saved(by_night, "Picture (SVG)").path()).read_text(encoding="utf-8")
    assert svg.startswith("<svg")
    assert "Made data: for demonstration" in svg


def test_nothing_on_the_screen_saves_a_chart_in_its_colours_or_shows_its_rows_without_their_source(by_night):
    by_night.locator(CHART).first.hover()
    buttons = by_night.locator(TOOLBAR)
    offered = [
        button.get_attribute("aria-label").partition(":")[0]
        for button in buttons.all()
        if button.is_visible()
    ]
    assert offered == ["Fullscreen"]
    assert by_night.locator(".vega-actions, .vega-embed summary").count() == 0


def test_what_is_offered_fits_a_telephone(by_night):
    by_night.set_viewport_size({"width": 390, "height": 844})
    by_night.get_by_role("button", name="Download", exact=True).first.click()
    file = by_night.get_by_role("button", name="Picture (PNG)")
    file.wait_for(timeout=PAGE_MS)
    box = file.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert not by_night.evaluate("document.documentElement.scrollWidth > window.innerWidth")
