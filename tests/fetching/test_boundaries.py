"""What vulncore.fetching.boundaries promises: an area for each force, as maps take it."""

import json

import pytest

from tests.fetching.local_site import Served
from tests.fetching.open_data import LAYER, SERVICES, area, serve_areas
from vulncore.domain.errors import UnknownNameError, UnreachableSiteError, UnreadableSourceError
from vulncore.fetching.boundaries import FetchedAreas, fetch_areas
from vulncore.store.areas import read_area

NAMES = ("Kent", "Essex", "London, City of", "Metropolitan Police", "Devon & Cornwall")
AREAS = [area(name, west) for west, name in enumerate(NAMES)]
QUERY = f"{SERVICES}{LAYER}/FeatureServer/0/query"


def quiet(*_: object) -> None:
    """Take note of no progress."""


def fetched(web, folder, *forces: str, **more) -> FetchedAreas:
    return fetch_areas(web, folder, list(forces), quiet, **more)


def test_each_force_has_a_file_that_maps_take(site, web, tmp_path):
    serve_areas(site, AREAS)
    areas = fetched(web, tmp_path)
    assert areas.files == {
        "Kent Police": "kent.geojson",
        "Essex Police": "essex.geojson",
        "City of London Police": "city-of-london.geojson",
        "Metropolitan Police Service": "metropolitan.geojson",
        "Devon & Cornwall Police": "devon-and-cornwall.geojson",
    }
    kent = read_area(tmp_path / "kent.geojson", "force")
    assert list(kent.parts) == ["Kent Police"]
    assert kent.km2 == pytest.approx(1_940, rel=0.02)  # half a degree by half a degree at 51.25 degrees north


def test_areas_come_page_by_page_until_there_are_no_more(site, web, tmp_path):
    forces = [
        "Kent",
        "Essex",
        "Surrey",
        "Sussex",
        "Dorset",
        "Norfolk",
        "Suffolk",
        "Cheshire",
        "Cumbria",
        "Durham",
    ]
    serve_areas(site, [area(name, at) for at, name in enumerate([*forces, "Cleveland", "Gwent"])])
    assert len(fetched(web, tmp_path).files) == 12
    assert len(site.asked_for) == 2


def test_one_force_alone_is_kept_when_it_is_named(site, web, tmp_path):
    serve_areas(site, AREAS)
    assert fetched(web, tmp_path, "kent").files == {"Kent Police": "kent.geojson"}
    assert [path.name for path in tmp_path.glob("*.geojson")] == ["kent.geojson"]


def test_a_second_run_asks_for_nothing_that_is_here(site, web, tmp_path):
    serve_areas(site, AREAS)
    assert fetched(web, tmp_path, "Kent Police").new == 1
    before = len(site.asked_for)
    assert fetched(web, tmp_path, "Kent Police").new == 0
    assert len(site.asked_for) == before
    assert fetched(web, tmp_path).new == 4


def test_names_of_no_known_force_are_said_and_forces_without_an_area_are_refused(site, web, tmp_path):
    serve_areas(site, [*AREAS, area("Atlantis", 7)])
    assert fetched(web, tmp_path).unknown == ("Atlantis",)
    with pytest.raises(UnknownNameError, match="no area of Police Service of Northern Ireland"):
        fetched(web, tmp_path, "Police Service of Northern Ireland")


def test_another_edition_has_its_own_columns(site, web, tmp_path):
    layer = "Police_Force_Areas_December_2025_EW_BGC"
    feature = area("Kent", 0)
    feature["properties"] = {"PFA25CD": "E23000032", "PFA25NM": "Kent"}
    serve_areas(site, [feature], layer)
    assert fetched(web, tmp_path, layer=layer).files == {"Kent Police": "kent.geojson"}
    with pytest.raises(UnknownNameError, match="not the name of a layer"):
        fetched(web, tmp_path, layer="../../x")


def test_a_layer_that_is_gone_is_said_with_what_to_do(site, web, tmp_path):
    site.served[QUERY] = Served(b'{"error": {"code": 400, "message": "Invalid URL"}}', "application/json")
    with pytest.raises(
        UnreachableSiteError, match=r"refuses: Invalid URL\. The layer may have been replaced.*--layer"
    ):
        fetched(web, tmp_path)


@pytest.mark.parametrize(
    "answer",
    [b"[]", b"{}", b'{"features": [1]}', b'{"features": [{"properties": {}}]}', b'{"error": 1}', b"null"],
)
def test_an_answer_that_is_no_areas_is_refused(site, web, tmp_path, answer):
    site.served[QUERY] = Served(answer, "application/json")
    with pytest.raises(UnreachableSiteError, match="something else than areas"):
        fetched(web, tmp_path)


@pytest.mark.parametrize(
    "geometry", [None, {"type": "Point", "coordinates": [0, 51]}, {"type": "Polygon", "coordinates": []}]
)
def test_what_is_no_area_is_refused_and_not_kept(site, web, tmp_path, geometry):
    serve_areas(site, [{**area("Kent", 0), "geometry": geometry}])
    with pytest.raises(UnreadableSourceError):
        fetched(web, tmp_path)
    assert not list(tmp_path.glob("*.geojson"))


def test_an_area_in_metres_is_refused(site, web, tmp_path):
    serve_areas(site, [area("Kent", 500_000, 150_000, 10_000)])
    with pytest.raises(UnreadableSourceError, match="longitude and latitude"):
        fetched(web, tmp_path)
    assert json.loads((tmp_path / "fetched.json").read_text())["files"]
