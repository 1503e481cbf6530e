"""One press on any page makes the month's pack, in a real browser."""

import zipfile

import pytest

from tests.pages.conftest import PAGE_MS, settled

pytestmark = pytest.mark.browser
MAKING_MS = 120_000


def test_one_press_on_the_overview_makes_the_pack_and_offers_it(server, page):
    page.goto(f"{server.url}/overview?month=2024-10")
    settled(page)
    page.get_by_role("button", name="Make the month's pack").click()
    everything = page.get_by_role("button", name="Download all (ZIP)")
    everything.wait_for(timeout=MAKING_MS)
    assert page.url.startswith(f"{server.url}/pack?dataset=demo&version=1&month=2024-10")
    with page.expect_download(timeout=PAGE_MS) as download:
        everything.click()
    assert download.value.suggested_filename == (
        "vulnerability-data-city-of-london-police-2024-10-public-demo-version-1.zip"
    )
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.testzip() is None
        endings = {name.rpartition(".")[2] for name in archive.namelist()}
    assert endings >= {"docx", "xlsx", "csv"}
