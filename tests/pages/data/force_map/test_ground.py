"""What the Data page promises of what a force's map is drawn on."""

from datetime import date

import pytest

from tests.domain.tiles.test_archive import TILE, tiled
from tests.making import covered, delivery, incident, months
from tests.pages.visiting import visit
from vulncore.store import publish
from vulncore.store.grounds import ground_of

FORCE = "Ruritania Police"
JANUARY = date(2024, 1, 1)
KEEP = "Keep this map"


@pytest.fixture
def ground(tmp_path, monkeypatch):
    """Visits the Data page with what a map is drawn on open."""
    publish(
        tmp_path, "ruritania", delivery([incident(1, JANUARY)], covered(months(JANUARY, 1)), made=True), "me"
    )
    tabs = {"data part": "The force's map", f"ground {FORCE}": True}
    return lambda: visit(tmp_path, monkeypatch, "data", {"dataset": "ruritania"}, tabs)


@pytest.fixture
def tiles(tmp_path):
    return tiled(tmp_path / "made.pmtiles", {(5, 16, 10): TILE}).read_bytes()


def test_a_file_is_kept_by_name_and_given_up_again(ground, tiles, tmp_path):
    page = ground()
    assert "is drawn on the ground that ships" in page.said
    page.press(KEEP)
    assert "Choose a file and write your name" in page.said
    page.fill("Your name", "A. Analyst", last=True)
    page.upload("our [streets](x).pmtiles", tiles, "Map file")
    page.press(KEEP)
    kept = ground_of(tmp_path, FORCE)
    assert (kept.file, kept.kept_by) == ("our [streets](x).pmtiles", "A. Analyst")
    assert "is now drawn on" in page.said
    assert "A. Analyst" in ground().said
    page = ground()
    page.press("Go back to the ground that ships")
    assert ground_of(tmp_path, FORCE) is None


def test_a_file_of_another_kind_is_refused_in_a_sentence(ground, tmp_path):
    page = ground()
    page.fill("Your name", "A. Analyst", last=True)
    page.upload("streets.pmtiles", b"streets", "Map file")
    page.press(KEEP)
    assert "is neither PMTiles nor a GeoPackage" in page.said
    assert ground_of(tmp_path, FORCE) is None


def test_where_a_browser_may_not_publish_nothing_is_offered(ground, monkeypatch):
    monkeypatch.setenv("VULNCORE_PUBLISHING", "off")
    assert "Streets beneath the map" not in ground().said
