"""What pages.where.ground promises: a force's own ground, and the credit of whatever a map is drawn on."""

from types import SimpleNamespace

import pytest
import shapely

from pages.where import ground as grounds
from pages.where.ground import OwnGround, credits_of, own_ground
from tests.domain.tiles.test_archive import TILE, tiled
from vulncore.charts.map_names import OF_A_FORCE
from vulncore.charts.theme import DARK
from vulncore.domain.geography import boundary
from vulncore.store.areas import keep_area
from vulncore.store.grounds import keep_ground


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setattr(grounds, "store_path", lambda: tmp_path)
    file = tiled(tmp_path / "kent.pmtiles", {(5, 16, 10): TILE}, attribution="<b>\u00a9 Somebody</b>")
    return keep_ground(tmp_path, "Kent Police", file, "me")


def test_whose_a_force_s_own_ground_is_stands_beneath_its_map_and_no_other(kept, monkeypatch):
    monkeypatch.setattr(grounds.st, "context", SimpleNamespace(url="https://city.test/police/where"))
    shown = SimpleNamespace(bounds=boundary("Kent Police").bounds)
    assert credits_of(shown, "Kent Police") == f"Streets, water and green: \u00a9 Somebody. {OF_A_FORCE}"
    assert own_ground("Essex Police") is None


def test_the_style_s_address_goes_on_from_the_page_s_and_names_the_file(kept):
    address = OwnGround(kept, "https://city.test/police/where").style_address(DARK)
    assert address.startswith(f"ground/{kept.key}/{kept.edition}/dark.json?page=https%3A%2F%2Fcity.test")


def test_where_no_browser_says_where_the_page_is_the_ground_that_ships_is_drawn(kept, monkeypatch):
    monkeypatch.setattr(grounds.st, "context", SimpleNamespace(url=None))
    assert own_ground("Kent Police") is None


def test_a_boundary_that_a_force_brought_is_credited_to_it(tmp_path, monkeypatch):
    monkeypatch.setattr(grounds, "store_path", lambda: tmp_path)
    shown = SimpleNamespace(bounds=boundary("Kent Police").bounds)
    assert credits_of(shown, "Kent Police") == OF_A_FORCE
    file = tmp_path / "kent.geojson"
    file.write_text(shapely.to_geojson(shapely.box(0.8, 51.1, 0.9, 51.2)))
    keep_area(tmp_path, "Kent Police", file)
    assert (
        credits_of(shown, "Kent Police")
        == f"Area and its parts: from a file that the force brought. {OF_A_FORCE}"
    )
    assert credits_of(shown, "Essex Police") == OF_A_FORCE
