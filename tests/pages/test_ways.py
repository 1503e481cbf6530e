"""What pages.ways promises of addresses."""

import pytest

from pages.ways import completed_link
from tests.importing import imported_by


@pytest.fixture(autouse=True)
def _store(shipped_store, monkeypatch):
    monkeypatch.setenv("VULNCORE_STORE", str(shipped_store))


def test_an_address_is_completed_with_what_is_pinned_and_keeps_what_was_chosen():
    link = completed_link("where", {"layer": "gi", "dataset": "city-open-counts"})
    assert link == {"dataset": "city-open-counts", "version": "1", "month": "2024-12", "layer": "gi"}


def test_what_can_not_be_read_stays_in_the_address_so_that_the_page_says_so():
    link = completed_link("where", {"layer": "lava", "size": "wide", "bandwidth": "NaN"})
    assert (link["layer"], link["size"], link["bandwidth"]) == ("lava", "wide", "NaN")


@pytest.mark.parametrize("link", [{"dataset": "nowhere"}, {"force": "Nowhere Police", "month": "2024-10"}])
def test_what_is_not_there_leaves_the_address_as_it_is(link):
    assert completed_link("where", {**link, "layer": "gi"}) == {}


def test_the_first_page_waits_for_no_library_that_only_later_pages_need():
    modules = imported_by(
        "import pages.ways, pages.overview.measure, pages.overview.reads, pages.overview.strand_table"
    )
    assert {"streamlit", "pandas"} <= modules
    assert {
        "prophet",
        "cmdstanpy",
        "statsforecast",
        "statsmodels",
        "scipy.stats",
        "holidays",
        "openpyxl",
    } & modules == set()
