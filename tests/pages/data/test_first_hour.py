"""A county force's first hour and its second month, in the browser alone: from its messy workbook to a map with its towns."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.county_extract import FORCE, TOWNS, county_records, write_county_workbook
from tests.pages.conftest import PAGE_MS, Server, settled
from tests.pages.data.test_page import fill, part, press
from vulncore.store import open_version, versions

pytestmark = pytest.mark.browser

YEAR = county_records(date(2023, 11, 1), date(2024, 10, 31), 5_000)
NOVEMBER = county_records(date(2024, 11, 1), date(2024, 11, 30), 400, seed=5)


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Path:
    """A store in which nothing has been published."""
    return tmp_path_factory.mktemp("county") / "store"


@pytest.fixture(scope="module")
def county(serving, store) -> Iterator[Server]:
    with serving(store) as running:
        yield running


def choose(page, path: Path) -> None:
    """Choose a file, and wait until it was read."""
    page.locator('input[type="file"]').first.set_input_files(path)
    page.get_by_text("Say what its columns and codes mean").wait_for(timeout=PAGE_MS)
    settled(page)


def test_from_the_file_to_a_map_with_its_towns_and_a_month_later_in_three_clicks(
    county, store, page, tmp_path
):
    page.goto(f"{county.url}/data")
    settled(page)
    page.get_by_text("Nothing has been published yet").wait_for(timeout=PAGE_MS)
    choose(page, write_county_workbook(tmp_path / "Vulnerability extract Oct 24 v2.xlsx", YEAR))
    page.get_by_text("100 % of them lie in this force's area").wait_for(timeout=PAGE_MS)
    fill(page, "Your name", "An analyst")
    press(page, "Dry run")
    page.get_by_text("5,000 of 5,001 rows would be counted").wait_for(timeout=PAGE_MS)
    press(page, "Read 0, 0 as no place")
    page.get_by_text("nothing odd was found").first.wait_for(timeout=PAGE_MS)
    press(page, "Publish")
    page.get_by_text("Which months were delivered").wait_for(timeout=PAGE_MS)
    first = versions(store, "dyfed-powys")[-1]
    assert (first.number, first.rows.accepted) == (1, len(YEAR))

    page.get_by_role("link", name="Where", exact=True).click()
    page.get_by_role("heading", level=1, name="Where").wait_for(timeout=PAGE_MS)
    settled(page)
    page.locator("canvas").first.wait_for(timeout=PAGE_MS)
    finding = page.locator("h2").first.inner_text()
    assert any(finding.startswith(f"{town} is ") for town in TOWNS), finding
    page.get_by_text("Boundaries and coast: Office for National Statistics").wait_for(timeout=PAGE_MS)
    assert open_version(store, "dyfed-powys").coverage.force.as_table().distinct().to_pandas()[
        "force"
    ].tolist() == [FORCE]

    page.goto(f"{county.url}/data?dataset=dyfed-powys")
    settled(page)
    part(page, "Bring in data")
    choose(page, write_county_workbook(tmp_path / "NOV24 FINAL.xlsx", NOVEMBER))  # the first click
    page.get_by_text("Its columns and codes are as last month").wait_for(timeout=PAGE_MS)
    press(page, "Dry run")
    press(page, "Publish")
    page.get_by_text("Published 'dyfed-powys' version 2").wait_for(timeout=PAGE_MS)
    second = versions(store, "dyfed-powys")[-1]
    assert (second.number, second.rows.accepted) == (2, len(NOVEMBER))
    assert open_version(store, "dyfed-powys").incidents.count().execute() == len(YEAR) + len(NOVEMBER)
