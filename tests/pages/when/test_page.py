"""What the page When promises to who looks at it."""

import csv
import io
import re
import struct
from datetime import date
from pathlib import Path

import pytest

from tests.pages.conftest import PAGE_MS, settled
from vulncore.domain.disclosure import SMALLEST_SHOWN
from vulncore.domain.periods import rolling_12
from vulncore.findings.shared.words import HOURS_BLURRED, MADE
from vulncore.findings.when.counts import read_week
from vulncore.metrics.week.counted import RecordFilter
from vulncore.store import open_version

pytestmark = pytest.mark.browser

CHART = '[data-testid="stVegaLiteChart"]'
THREE = ("Thursday evening into early Friday", "Early hours of Saturday", "Early hours of Sunday")


def open_when(page, server, link="", width=1440, height=900):
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{server.url}/when{link}")
    settled(page)
    page.locator(f"{CHART} canvas, {CHART} svg").first.wait_for(timeout=PAGE_MS)
    return page


def open_tab(page, name: str):
    page.get_by_role("tab", name=name).click()
    settled(page)
    return page.get_by_role("tabpanel", name=name)


@pytest.fixture(scope="module")
def looked_at(server, page_to_look_at):
    """The page as it opens, for tests that only look."""
    return open_when(page_to_look_at, server)


def test_the_reports_three_stretches_come_first_by_the_calendar_and_by_the_night(looked_at):
    said = looked_at.get_by_test_id("stMain").text_content()
    places = [said.index(name) for name in THREE]
    assert places == sorted(places)
    assert (
        "Thursday 20:00 to Friday 02:59 (Thursday night): about 43 crimes; an even spread would give 7."
        in said
    )
    map_at = looked_at.locator(CHART).first.bounding_box()["y"]
    finding = looked_at.locator("h2#finding")
    assert finding.inner_text() == "Thursday night stands out, with about 43 crimes."
    assert finding.bounding_box()["y"] < map_at < 900


def test_the_map_says_its_finding_and_what_is_not_known_to_who_cannot_see_it(looked_at):
    labels = looked_at.locator(f"{CHART} [aria-label], {CHART}[aria-label]").evaluate_all(
        "every => every.map(element => element.getAttribute('aria-label'))"
    )
    assert any(all(name in label for name in THREE) and "21 of 190 crimes" in label for label in labels)


def test_the_table_beside_the_map_has_its_figures_and_hides_what_it_hides(looked_at):
    looked_at.get_by_role("button", name=re.compile("Show as table")).first.click()
    table = looked_at.locator("table.plain", has_text="Every day")
    table.wait_for(timeout=PAGE_MS)
    rows = [row.locator("td").all_inner_texts() for row in table.locator("tbody tr").all()]
    assert [row[0] for row in rows][:4] == ["Monday", "Tuesday", "Wednesday", "Thursday"]
    assert rows[3][6] == "28"
    assert rows[0][1] == "–"
    assert table.locator("th[scope=col]").count() == 10
    looked_at.keyboard.press("Escape")


def test_the_file_is_the_map_and_has_no_small_number(looked_at):
    looked_at.get_by_role("button", name="Download", exact=True).first.click()
    with looked_at.expect_download() as download:
        looked_at.get_by_role("button", name="Table (CSV)", exact=True).click()
    looked_at.keyboard.press("Escape")
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8"))))
    assert len(rows) == 56
    assert {row["note"] for row in rows} == {f"{MADE}. {HOURS_BLURRED}"}
    weights = [float(row["weight"]) for row in rows if row["weight"]]
    assert weights
    assert min(weights) >= 5


def hour_weights(store: Path) -> list[float]:
    """Return what every hour of the demo's last twelve months holds, sharpened, small ones that nobody is to see among them."""
    asked = RecordFilter(
        "City of London Police", ("other-sexual-offences", "rape"), rolling_12(date(2024, 10, 1))
    )
    return read_week(open_version(store, "demo"), asked, SMALLEST_SHOWN).sharpened.tolist()


def test_no_hour_under_five_is_in_anything_that_the_server_sends(server, store, page):
    sent: list[bytes] = []
    page.on(
        "websocket",
        lambda socket: socket.on(
            "framereceived", lambda frame: sent.append(frame if isinstance(frame, bytes) else frame.encode())
        ),
    )
    open_when(page, server, "?cells=hour")
    for name in ("Patrol hours", "What changed", "How times are known"):
        open_tab(page, name)
    everything = b"".join(sent)
    weights = hour_weights(store)
    few = [weight for weight in weights if 0 < weight < 5 and weight % 1]
    assert len(few) > 50
    # the chart's table carries numbers as they are, to the last of their eight bytes
    assert any(struct.pack("<d", round(weight, 1)) in everything for weight in weights if weight >= 5)
    assert not [weight for weight in few if struct.pack("<d", weight) in everything]


def test_the_tabs_and_the_period_are_reached_with_the_keyboard_alone(server, page):
    open_when(page, server)
    page.get_by_role("combobox", name=re.compile("Period")).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    settled(page)
    page.wait_for_url(re.compile("period="))
    page.get_by_role("tab", name="What stands out").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    settled(page)
    page.get_by_text(re.compile(r"meet about \d+ % of the crimes")).first.wait_for(timeout=PAGE_MS)
