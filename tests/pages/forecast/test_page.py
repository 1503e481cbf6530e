"""What the page Forecast promises to who looks at it."""

import csv
import io
import re
from pathlib import Path

import pytest

from tests.pages.conftest import PAGE_MS, settled

pytestmark = pytest.mark.browser

CHARTS = '[data-testid="stVegaLiteChart"]'
YEARS = "Sexual violence by calendar year"


def open_forecast(page, server, link="", charts=3, width=1440, height=900):
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{server.url}/forecast{link}")
    settled(page)
    if charts:
        page.get_by_text("Which model").wait_for(state="attached", timeout=PAGE_MS)
    settled(page)
    return page


def labels(page) -> list[str]:
    """What a screen reader says of the charts."""
    every = page.locator(f"{CHARTS} [aria-label], {CHARTS}[aria-label]").evaluate_all(
        "all => all.map(each => each.getAttribute('aria-label'))"
    )
    return [label for label in every if re.search(r" by (calendar year|month), .*(Recorded|Expected)", label)]


def table(page, caption: str) -> dict[str, list[str]]:
    shown = page.locator("table.plain", has_text=caption)
    shown.wait_for(timeout=PAGE_MS)
    rows = [row.locator("td").all_inner_texts() for row in shown.locator("tbody tr").all()]
    return {row[0]: row[1:] for row in rows}


def saved(page, label: str) -> list[dict[str, str]]:
    with page.expect_download(timeout=PAGE_MS) as arriving:
        page.get_by_role("button", name=label).click()
    return list(csv.DictReader(io.StringIO(Path(arriving.value.path()).read_text())))


@pytest.fixture(scope="module")
def looked_at(server, page_to_look_at):
    """The page as it opens, for tests that only look."""
    return open_forecast(page_to_look_at, server)


def test_the_sentence_the_table_the_file_and_the_screen_reader_say_the_same(looked_at):
    headline = looked_at.get_by_text("How sure").locator("xpath=ancestor::p").text_content()
    expected, range80, _, five_expected, five_range, _ = table(looked_at, YEARS)["2028"][1:]
    assert f"about {expected} in 2028 ({range80} in 4 of 5 forecasts)." in headline
    assert "From the last five years alone: about " in headline
    assert f"about {five_expected} in 2028 ({five_range} in 4 of 5 forecasts)." in headline
    assert "Prophet alone expects a rise to" in headline
    heard = labels(looked_at)
    assert len(heard) == 3
    assert f"2028 {expected} ({range80})" in heard[0]
    rows = saved(looked_at, "Download as CSV")
    row = next(row for row in rows if row["year"] == "2028" and row["basis"] == "current-process")
    assert expected in {f"{float(row[middle]):,.0f}" for middle in ("mean", "median")}
    assert f"{row['low80']} to {row['high80']}" == range80
    assert row["note"].startswith("Made data")


def test_the_chart_begins_in_the_upper_half_of_a_screen(looked_at):
    looked_at.wait_for_function(  # a chart is drawn anew when its models have been tried
        """charts => {
            const chart = document.querySelector(charts)?.getBoundingClientRect();
            return chart?.height > 0 && chart.top < 450;
        }""",
        arg=CHARTS,
        timeout=PAGE_MS,
    )


def test_a_click_on_any_tab_opens_it_and_the_link_follows(looked_at):
    for name, part in (
        ("Months as a table", "months"),
        ("Earlier forecasts", "came"),
        ("How models did", "models"),
        ("Years as a table", None),
    ):
        looked_at.get_by_role("tab", name=name).click()
        looked_at.wait_for_function(
            "part => new URLSearchParams(location.search).get('part') === part", arg=part, timeout=PAGE_MS
        )
        settled(looked_at)
        assert looked_at.get_by_role("tab", name=name).get_attribute("aria-selected") == "true"
