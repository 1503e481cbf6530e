"""What the Data page promises of a force's own boundary: it is looked at, kept for that force alone, and given up again."""

from datetime import date
from pathlib import Path

import pytest
import shapely

from tests.making import covered, delivery, incident, months
from tests.pages.visiting import Visit, visit
from tests.sources.areas.test_reading import geojson, geopackage, zipped
from vulncore.store import publish
from vulncore.store.areas import DISTRICTS, area_of

KENT, TAB = "Kent Police", "The force's map"
ASHFORD = {  # of the British National Grid
    "Aylesford Green": shapely.box(598_000, 140_000, 602_000, 144_000),
    "Victoria": shapely.box(602_000, 140_000, 603_000, 144_000),
}
KEEP, BACK = "Keep this boundary", "Go back to what ships"


@pytest.fixture
def page(tmp_path, monkeypatch) -> Visit:
    """The page of a force whose records lie in Ashford."""
    every = months(date(2024, 1, 1), 1)
    rows = [
        incident(number, every[0], force=KENT, longitude=0.8707, latitude=51.1465) for number in range(30)
    ]
    publish(tmp_path / "store", "kent", delivery(rows, covered(every, force=KENT)), "one")
    return visit(tmp_path / "store", monkeypatch, "data", {}, {"data part": TAB})


def bring(page: Visit, path: Path) -> None:
    page.upload(path.name, path.read_bytes())


@pytest.mark.parametrize(
    ("write", "name", "naming"),
    [
        (zipped, "beats.zip", "BEAT_NAME"),
        (geopackage, "wards.gpkg", "WD24NM"),
        (geojson, "wards.geojson", "name"),
    ],
)
def test_a_file_of_wards_is_looked_at_kept_and_given_up_again(page, tmp_path, write, name, naming):
    assert "The map of Kent Police has the boundary that ships: 3,7" in page.said
    assert "in 13 districts." in page.said
    assert not page.can_press(BACK)
    bring(page, write(tmp_path / name, ASHFORD))
    assert page.box("What names each area").value == naming
    assert "The file draws 20 km². It holds at least 100 % of the records that have a place." in page.said
    assert [row[:2] for row in page.table("Areas by name")] == [
        ["Aylesford Green", "16.0"],
        ["Victoria", "4.0"],
    ]
    assert ("British National Grid" in page.said) is name.endswith("geojson")
    assert area_of(tmp_path / "store", KENT).key == DISTRICTS
    page.press(KEEP)
    assert "Kept. Where draws the map of Kent Police with it from now on." in page.said
    assert set(area_of(tmp_path / "store", KENT).parts) == set(ASHFORD)
    assert area_of(tmp_path / "store", "Essex Police").key == DISTRICTS
    assert "has a boundary of its own, brought on" in page.said
    page.press(BACK)
    assert "The map of Kent Police has what ships again." in page.said
    assert area_of(tmp_path / "store", KENT).key == DISTRICTS


def test_the_area_of_somebody_else_cannot_be_kept(page, tmp_path):
    bring(
        page, geopackage(tmp_path / "leeds.gpkg", {"Leeds": shapely.box(429_000, 433_000, 431_000, 435_000)})
    )
    assert "The area holds less than half of the records of Kent Police that have a place." in page.said
    assert not page.can_press(KEEP)


def test_a_file_that_draws_nothing_is_a_sentence(page, tmp_path):
    page.upload("notes.geojson", b"north of the river")
    assert "notes.geojson is not a GeoJSON file of polygons." in page.said
    assert not page.can_press(KEEP)


def test_where_nobody_may_publish_nothing_can_be_kept(page, monkeypatch):
    monkeypatch.setenv("VULNCORE_PUBLISHING", "off")
    page.run()
    assert "has the boundary that ships" in page.said
    assert "Keeping a boundary from a browser is off on this server." in page.said
    assert not page.app.file_uploader
