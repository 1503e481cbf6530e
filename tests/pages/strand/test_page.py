"""What the page Strand promises to who comes and goes by its ways."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.pages.conftest import PAGE_MS, settled

pytestmark = pytest.mark.browser


def chosen(page) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(urlsplit(page.url).query).items()}


def test_the_arrow_of_a_row_leads_to_its_strand_and_from_there_the_same_records_to_other_pages(server, page):
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{server.url}/overview")
    settled(page)
    page.get_by_role("button", name="Open the strand page of Child abuse").click()
    expect(page.locator("#finding")).to_contain_text("Child abuse:", timeout=PAGE_MS)
    settled(page)
    assert chosen(page)["strand"] == "child-protection/child-abuse"
    for label, way in (
        ("When it happens", "when"),
        ("Where it happens", "where"),
        ("What is to come", "forecast"),
    ):
        page.get_by_role("link", name=label).click()
        page.wait_for_url(f"**/{way}?**", timeout=PAGE_MS)
        settled(page)
        assert chosen(page)["strand"] == "child-protection/child-abuse"
        assert chosen(page).get("measures", "child-abuse") == "child-abuse"
        page.go_back()
        page.wait_for_url("**/strand?**", timeout=PAGE_MS)
        settled(page)
    page.go_back()
    page.wait_for_url("**/overview?**", timeout=PAGE_MS)


def test_a_strand_of_several_kinds_leads_to_the_records_that_its_chart_counts(server, page):
    page.goto(f"{server.url}/strand?strand=child-protection")
    settled(page)
    page.get_by_role("link", name="When it happens").click()
    page.wait_for_url("**/when?**", timeout=PAGE_MS)
    assert set(chosen(page)["measures"].split(",")) == {"child-abuse", "cse"}
