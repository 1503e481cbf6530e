"""What the page Forecast promises to who looks at it."""

import csv
import io
import re
from pathlib import Path

import pytest

from pages.shared.kept import KEPT, Kept
from tests.pages.choosing import choices, pick
from tests.pages.conftest import PAGE_MS, settled

pytestmark = pytest.mark.browser

CHARTS = '[data-testid="stVegaLiteChart"]'
YEARS = "Sexual offences by calendar year"


def open_forecast(page, server, link="", charts=3, width=1440, height=900):
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{server.url}/forecast{link}")
    settled(page)
    if charts:
        page.get_by_text("Which model").wait_for(timeout=PAGE_MS)
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


def test_the_sentence_the_table_the_file_and_the_screen_reader_say_the_same(server, page):
    open_forecast(page, server)
    headline = page.get_by_text("Likely to rise").locator("xpath=ancestor::p").inner_text()
    expected, range80, _, five_expected, five_range, _ = table(page, YEARS)["2028"][1:]
    assert f"about {expected} in 2028" in headline
    assert f"In 4 of 5 forecasts, 2028 has {range80}" in headline
    assert f"From the last five years alone: about {five_expected}, and {five_range} in 4 of 5" in headline
    assert "Prophet alone expects a rise to" in headline
    heard = labels(page)
    assert len(heard) == 3
    assert f"2028 {expected} ({range80})" in heard[0]
    rows = saved(page, "Download as CSV")
    row = next(row for row in rows if row["year"] == "2028" and row["basis"] == "current-process")
    assert f"{float(row['mean']):,.0f}" == expected
    assert f"{row['low80']} to {row['high80']}" == range80
    assert row["note"].startswith("Made data")


def test_a_what_if_bends_the_chart_and_the_link_shows_another_the_same(server, page, context):
    open_forecast(page, server)
    before = table(page, YEARS)["2028"][1]
    page.get_by_role("button", name=re.compile("What if")).click()
    pick(page, "What happens", "A change in recording")
    page.get_by_label("Percent more from then on").fill("50")
    page.get_by_label("Percent more from then on").press("Enter")
    page.wait_for_timeout(300)
    settled(page)
    page.get_by_label("Name on the chart").fill("New counting rules")
    page.get_by_label("Name on the chart").press("Enter")
    page.wait_for_timeout(300)
    settled(page)
    page.get_by_role("button", name="Add", exact=True).click()
    page.wait_for_url(re.compile("whatif="), timeout=PAGE_MS)
    settled(page)
    assert choices(page)["whatif"] == "recording:2024-11:+50::New counting rules"
    after = table(page, YEARS)["2028"][1]
    assert int(after) == pytest.approx(1.5 * int(before), rel=0.02)
    elsewhere = context.new_page()
    elsewhere.goto(page.url)
    settled(elsewhere)
    elsewhere.get_by_text("If the what-ifs hold").wait_for(timeout=PAGE_MS)
    assert table(elsewhere, YEARS)["2028"][1] == after
    elsewhere.get_by_role("button", name=re.compile("What if")).click()
    elsewhere.get_by_text("New counting rules: +50 % from November 2024").wait_for(timeout=PAGE_MS)
    elsewhere.get_by_role("button", name="Remove").click()
    elsewhere.get_by_text("If the what-ifs hold").wait_for(state="detached", timeout=PAGE_MS)
    settled(elsewhere)
    assert table(elsewhere, YEARS)["2028"][1] == before
    elsewhere.close()


def test_a_forecast_is_kept_for_its_question_until_too_many_others_were_asked():
    kept = Kept()
    for number in range(KEPT + 1):
        kept.keep(("demo", number), {})
        kept.get(("demo", 0))
    assert kept.get(("demo", 0)) == {}
    assert kept.get(("demo", 1)) is None
    assert kept.get(("demo", KEPT)) == {}


def test_a_second_look_needs_no_fitting(server, page):
    open_forecast(page, server)
    page.get_by_role("link", name="Methods").click()
    page.get_by_role("heading", level=1, name="Methods").wait_for(timeout=PAGE_MS)
    settled(page)
    page.evaluate(
        """() => {
            window.bars = 0;
            const seen = () => { window.bars += document.querySelectorAll('[data-testid="stProgress"]').length };
            new MutationObserver(seen).observe(document.body, { childList: true, subtree: true });
        }"""
    )
    page.get_by_role("link", name="Forecast").click()
    page.get_by_text("Which model").wait_for(timeout=PAGE_MS)
    settled(page)
    assert page.evaluate("window.bars") == 0


def test_what_is_too_small_for_a_forecast_gets_a_sentence_and_nothing_ahead(server, page):
    open_forecast(page, server, "?subject=fgm", charts=0)
    page.get_by_text("fewer than 10 a year").wait_for(timeout=PAGE_MS)
    page.get_by_text("If nothing changes").wait_for(timeout=PAGE_MS)
    assert not [label for label in labels(page) if "Expected" in label]
    assert page.get_by_role("button", name=re.compile("What if")).count() == 0


def test_a_feed_that_stopped_is_not_forecast(server, page):
    open_forecast(page, server, "?subject=attempted-suicides", charts=0)
    page.get_by_text("nothing was recorded after March 2024").wait_for(timeout=PAGE_MS)
    rows = saved(page, "Download as CSV")
    assert {row["year"]: row["recorded"] for row in rows}["2023"] == "153"
    assert not [label for label in labels(page) if "Expected" in label]
    assert page.get_by_role("button", name=re.compile("What if")).count() == 0


def test_every_model_stands_in_the_table_of_trials_and_the_one_shown_is_marked(server, page):
    open_forecast(page, server, "?part=models")
    rows = table(page, "Five years: how each model foretold")
    assert len(rows) == 6
    assert [name for name in rows if name.endswith("(shown)")] == ["Combination of all five (shown)"]
    assert all(re.fullmatch(r"\d+ %", row[3]) for row in rows.values())
    page.get_by_role("tab", name="What they learn from").click()
    page.get_by_text("set aside: lockdown").wait_for(timeout=PAGE_MS)


def test_a_click_on_any_tab_opens_it_and_the_link_follows(server, page):
    open_forecast(page, server)
    for name, part in (
        ("Months as a table", "months"),
        ("Years as a table", None),
        ("How models did", "models"),
    ):
        page.get_by_role("tab", name=name).click()
        page.wait_for_function(
            "part => new URLSearchParams(location.search).get('part') === part", arg=part, timeout=PAGE_MS
        )
        settled(page)
        assert page.get_by_role("tab", name=name).get_attribute("aria-selected") == "true"


def test_what_a_link_asks_for_and_is_not_there_is_said_and_shown_as_text(server, page):
    hostile = "<img src=x onerror=alert(1)>"
    open_forecast(page, server, f"?subject={hostile}&whatif=miracle:2025-01:+1~growth:2025-01:+10::{hostile}")
    page.get_by_text("There is no series to forecast").wait_for(timeout=PAGE_MS)
    page.get_by_text("is not a what-if").wait_for(timeout=PAGE_MS)
    assert page.locator("img[src=x]").count() == 0
    page.get_by_text("If the what-ifs hold").wait_for(timeout=PAGE_MS)


def test_the_chart_begins_in_the_upper_half_of_a_screen(server, page):
    open_forecast(page, server, width=1440, height=900)
    assert page.locator(CHARTS).first.bounding_box()["y"] < 450
