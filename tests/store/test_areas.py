"""What vulncore.store.areas promises."""

import json
from pathlib import Path

import pytest
import shapely

from vulncore.domain.errors import UnreadableSourceError
from vulncore.store.areas import DISTRICTS, FOLDER, LARGEST_FILE, area_of, forget_area, keep_area, read_area

KENT = "Kent Police"


def ring(west=0.5, south=51.2, side=0.1):
    east, north = west + side, south + side
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def polygon(**more) -> dict:
    return {"type": "Polygon", "coordinates": [ring(**more)]}


def feature(name: str, **more) -> dict:
    return {"type": "Feature", "properties": {"WD": name}, "geometry": polygon(**more)}


def written(tmp_path: Path, document: object, name: str = "area.geojson") -> Path:
    file = tmp_path / name
    file.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return file


def test_another_force_ships_with_its_districts(tmp_path):
    kent = area_of(tmp_path, KENT)
    assert len(kent.parts) == 13
    assert {"Ashford", "Medway", "Thanet"} <= kent.parts.keys()
    assert kent.km2 == pytest.approx(3_739, rel=0.01)  # the county and Medway
    assert area_of(tmp_path, "Police Scotland") is None


def test_the_city_ships_with_its_twenty_five_wards(tmp_path):
    city = area_of(tmp_path, "City of London Police")
    assert len(city.parts) == 25
    assert city.km2 == pytest.approx(2.9, abs=0.05)


@pytest.mark.parametrize(
    "document",
    [
        polygon(),
        feature("East"),
        {"type": "FeatureCollection", "features": [feature("East")]},
        {"type": "MultiPolygon", "coordinates": [[ring()]]},
        "\ufeff" + json.dumps(polygon()),
    ],
    ids=["geometry", "feature", "collection", "multipolygon", "byte-order mark"],
)
def test_every_form_of_geojson_is_read(document, tmp_path):
    assert read_area(written(tmp_path, document)).shape.equals(shapely.Polygon(ring()))


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("north of the river", "is not a GeoJSON file of polygons"),
        ({"type": "FeatureCollection", "features": []}, "has no polygon"),
        ({"type": "Point", "coordinates": [0.5, 51.2]}, "has a Point where a polygon should be"),
        ({"type": "Polygon", "coordinates": [ring(530_000, 180_000, 5_000)]}, "not degrees"),
        ({"type": "Polygon", "coordinates": [ring(-60, -40, 100)]}, "not degrees|One force covers up to"),
        ({"rows": 3}, "is not a GeoJSON file of polygons"),
        ([1, 2], "is not a GeoJSON file of polygons"),
        ("[" * 100_000, "is not a GeoJSON file of polygons"),
        (
            {"type": "Polygon", "coordinates": "x"},
            r"is not a GeoJSON file of polygons\. Save the boundary as",
        ),
        (
            {"type": "Polygon", "coordinates": [ring(1e200, 1e200, 1e200)]},
            "not degrees",
        ),  # and nobody is warned
        (
            '{"type": "Polygon", "coordinates": [[[NaN, 1], [2, 3], [4, 5], [NaN, 1]]]}',
            "GeoJSON|polygon|degrees",
        ),
    ],
)
def test_what_is_no_boundary_is_refused_and_nothing_is_left_behind(document, sentence, tmp_path):
    with pytest.raises(UnreadableSourceError, match=sentence):
        keep_area(tmp_path, KENT, written(tmp_path, document))
    assert not (tmp_path / FOLDER).exists()
    assert area_of(tmp_path, KENT).key == DISTRICTS


def test_a_file_too_large_is_refused_before_it_is_read(tmp_path):
    file = tmp_path / "huge.geojson"
    with file.open("wb") as stream:
        stream.truncate(LARGEST_FILE + 1)
    with pytest.raises(UnreadableSourceError, match="larger than 50 MB"):
        read_area(file)


def test_a_boundary_that_crosses_itself_is_made_valid(tmp_path):
    bow = {"type": "Polygon", "coordinates": [[[0, 51], [0.1, 51.1], [0.1, 51], [0, 51.1], [0, 51]]]}
    assert read_area(written(tmp_path, bow)).shape.is_valid


def test_a_boundary_kept_is_read_back_replaces_another_and_can_be_forgotten(tmp_path):
    keep_area(tmp_path, KENT, written(tmp_path, polygon()))
    assert area_of(tmp_path, KENT).shape.equals(shapely.Polygon(ring()))
    before = area_of(tmp_path, KENT).key
    keep_area(tmp_path, KENT, written(tmp_path, polygon(side=0.2)))
    assert area_of(tmp_path, KENT).shape.area == pytest.approx(0.04)
    assert area_of(tmp_path, KENT).key != before
    assert area_of(tmp_path, "Essex Police").key == DISTRICTS
    assert forget_area(tmp_path, KENT)
    assert not forget_area(tmp_path, KENT)
    assert area_of(tmp_path, KENT).key == DISTRICTS


def test_parts_are_named_united_and_still_share_their_edge(tmp_path):
    rows = [feature("East", west=0.6), feature("West"), feature("West", south=51.3)]
    file = written(tmp_path, {"type": "FeatureCollection", "features": rows})
    keep_area(tmp_path, KENT, file, "WD")
    kept = area_of(tmp_path, KENT)
    assert sorted(kept.parts) == ["East", "West"]
    assert kept.parts["West"].area == pytest.approx(0.02)
    assert kept.parts["West"].intersection(kept.parts["East"]).area == 0
    assert shapely.union_all([*kept.parts.values()]).equals(kept.shape)


def test_a_property_that_no_part_has_is_refused_with_those_there_are(tmp_path):
    with pytest.raises(UnreadableSourceError, match="has a property 'WARD'. Its properties are: WD"):
        read_area(written(tmp_path, feature("East")), "WARD")


def test_a_part_without_a_name_belongs_to_the_area_all_the_same(tmp_path):
    nameless = {**feature("x", west=0.6), "properties": {}}
    file = written(tmp_path, {"type": "FeatureCollection", "features": [feature("West"), nameless]})
    keep_area(tmp_path, KENT, file, "WD")
    kept = area_of(tmp_path, KENT)
    assert list(kept.parts) == ["West"]
    assert kept.shape.area == pytest.approx(0.02)


def test_a_slit_between_two_parts_is_no_hole_and_a_lake_is(tmp_path):
    west = polygon()
    bent = [
        [0.6, 51.2],
        [0.7, 51.2],
        [0.7, 51.3],
        [0.6, 51.3],
        [0.6, 51.28],
        [0.60002, 51.25],
        [0.6, 51.22],
        [0.6, 51.2],
    ]
    east = {"type": "Polygon", "coordinates": [bent]}
    lake = {"type": "Polygon", "coordinates": [ring(0.9), ring(0.92, 51.22, 0.02)[::-1]]}
    features = [{"type": "Feature", "properties": {}, "geometry": shape} for shape in (west, east, lake)]
    whole = read_area(written(tmp_path, {"type": "FeatureCollection", "features": features})).shape
    assert sorted(len(part.interiors) for part in whole.geoms) == [0, 1]
    assert whole.area == pytest.approx(0.03 - 0.0004, abs=1e-6)
