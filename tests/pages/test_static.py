"""What the map's ground promises: the files under pages/static, and the wards that ship."""

import csv
import itertools
import json
import re
from pathlib import Path

import numpy as np
import pytest
import shapely

from vulncore.domain.geography import boundary, metres_from, metres_per_degree
from vulncore.domain.shipped import shipped

STATIC = Path(__file__).parents[2] / "pages" / "static"
GEOGRAPHY = STATIC / "geography"
PUBLISHED = Path(__file__).parents[2].parent / "shared" / "data" / "geography"
CITY = boundary("City of London Police")
SCALE = metres_per_degree(CITY.centroid.y)
MUST_BE_NAMED = {
    "Bishopsgate",
    "Cheapside",
    "Cornhill",
    "Fenchurch Street",
    "Fleet Street",
    "Leadenhall Street",
    "Moorgate",
    "Queen Victoria Street",
}


def shapes(path: Path) -> dict[str, shapely.Geometry]:
    """Return a file's shapes in metres, by name."""
    features = json.loads(path.read_text("utf-8"))["features"]
    return {
        feature["properties"].get("name", feature["properties"].get("NAME", "")): shapely.transform(
            shapely.geometry.shape(feature["geometry"]), lambda degrees: degrees * SCALE
        )
        for feature in features
    }


def ground(name: str) -> dict[str, shapely.Geometry]:
    return shapes(GEOGRAPHY / f"{name}.geojson")


def style(theme: str) -> dict:
    return json.loads((STATIC / f"basemap-{theme}.json").read_text("utf-8"))


def of_forces(name: str) -> shapely.Geometry:
    """Return what a file of the ground of all forces holds, in degrees."""
    document = json.loads((STATIC / "forces" / f"{name}.geojson").read_text("utf-8"))
    (feature,) = document["features"]
    return shapely.geometry.shape(feature["geometry"])


def labels(*kinds: str) -> list[dict]:
    every = json.loads((GEOGRAPHY / "labels.json").read_text("utf-8"))
    return [label for label in every if not kinds or label["kind"] in kinds]


def points_of_records() -> list[tuple[float, float]]:
    with shipped("city-places.csv").open(encoding="utf-8", newline="") as stream:
        return [(float(row["longitude"]), float(row["latitude"])) for row in csv.DictReader(stream)]


def published(name: str) -> Path:
    if not (PUBLISHED / name).is_file():
        pytest.skip(f"the published {name} is not beside this checkout")
    return PUBLISHED / name


def test_there_are_25_wards_and_places_lie_in_no_other():
    with shipped("city-places.csv").open(encoding="utf-8", newline="") as stream:
        named = {row["ward"] for row in csv.DictReader(stream)}
    assert len(named) == 25
    assert shapes(shipped("city-of-london-wards.geojson")).keys() == named


def test_neighbouring_wards_share_an_edge_without_a_gap_or_an_overlap():
    wards = list(shapes(shipped("city-of-london-wards.geojson")).values())
    assert shapely.is_valid(wards).all()
    assert shapely.coverage_is_valid(wards, gap_width=5)
    assert sum(ward.area for ward in wards) == pytest.approx(shapely.union_all(wards).area)


def test_simplifying_keeps_every_ward_to_a_few_metres():
    ours = shapes(shipped("city-of-london-wards.geojson"))
    theirs = shapes(published("city-of-london-wards.geojson"))
    assert ours.keys() == theirs.keys()
    for name, ward in ours.items():
        assert ward.area == pytest.approx(theirs[name].area, rel=0.005), name
        assert ward.boundary.hausdorff_distance(theirs[name].boundary) < 10, name


def test_no_name_stands_where_records_are_shown():
    shown = shapely.MultiPoint(np.array(points_of_records()) * SCALE)
    for label in labels("street"):
        place = shapely.Point(np.array([label["longitude"], label["latitude"]]) * SCALE)
        assert place.distance(shown) > 3, label["name"]  # 10 m, less what rounding moves it
    assert {(label["longitude"], label["latitude"]) for label in labels()} & set(points_of_records()) == set()


def test_no_file_of_the_ground_holds_a_point_of_records():
    points = set(points_of_records())
    for path in sorted(GEOGRAPHY.glob("*.geojson")):
        whole = shapely.from_geojson(path.read_text("utf-8"))
        assert {tuple(pair) for pair in shapely.get_coordinates(whole).tolist()} & points == set(), path.name


def test_labels_are_rounded_to_four_decimals_and_named_in_plain_fields():
    for label in labels():
        assert set(label) == {"name", "kind", "longitude", "latitude", "priority"}
        assert (round(label["longitude"], 4), round(label["latitude"], 4)) == (
            label["longitude"],
            label["latitude"],
        )


def test_the_streets_that_people_steer_by_are_named():
    streets = [label["name"] for label in labels("street")]
    assert len(streets) == len(set(streets)) == 40
    assert set(streets) >= MUST_BE_NAMED


def test_each_station_is_named_once_and_has_its_dot():
    names = [label["name"] for label in labels("station")]
    assert sorted(names) == sorted(ground("stations"))
    assert len(names) == len(set(names))
    assert {"Bank", "Liverpool Street", "St Paul's", "Cannon Street", "Tower Hill"} <= set(names)


def test_stations_come_before_the_river_boroughs_and_streets():
    kinds = [label["kind"] for label in sorted(labels(), key=lambda label: -label["priority"])]
    assert [kind for kind, _ in itertools.groupby(kinds)] == ["station", "river", "borough", "street"]


def test_no_two_names_overlap_where_the_city_is_900_pixels_wide():
    west, _, east, _ = CITY.bounds
    px_per_degree = 900 / (east - west) * np.array([1, SCALE[1] / SCALE[0]])
    boxes = {}
    for label in labels():
        x, y = np.array([label["longitude"], label["latitude"]]) * px_per_degree
        above = 11 if label["kind"] == "station" else 0
        boxes[label["name"], label["kind"]] = (x, y + above, len(label["name"]) * 7)
    for (one, (x, y, width)), (other, (x2, y2, width2)) in itertools.combinations(boxes.items(), 2):
        assert abs(x - x2) >= (width + width2) / 2 or abs(y - y2) >= 14, f"{one} lies on {other}"


def test_street_names_stand_within_the_city():
    longitudes, latitudes = zip(*((s["longitude"], s["latitude"]) for s in labels("street")), strict=True)
    assert (metres_from(CITY, np.array(longitudes), np.array(latitudes)) <= 60).all()


def test_boroughs_are_named_on_their_own_ground():
    boroughs = shapes(published("london-boroughs.geojson"))
    for label in labels("borough"):
        assert boroughs[label["name"]].contains(
            shapely.Point(np.array([label["longitude"], label["latitude"]]) * SCALE)
        )


def test_streets_end_where_the_source_ends_and_250_m_beyond_the_boundary():
    (streets,) = ground("streets").values()
    (city,) = ground("boundary").values()
    assert streets.bounds[2] / SCALE[0] <= -0.0764
    assert city.buffer(252).contains(streets)


def test_no_street_is_lost_and_none_is_added():
    (streets,) = ground("streets").values()
    (city,) = ground("boundary").values()
    features = json.loads(published("city-of-london-streets-osm.geojson").read_text("utf-8"))["features"]
    source = shapely.get_parts(
        [
            shapely.transform(shapely.geometry.shape(feature["geometry"]), lambda degrees: degrees * SCALE)
            for feature in features
        ]
    )
    near = source[shapely.distance(source, city) < 245]
    middles = shapely.line_interpolate_point(
        shapely.intersection(near, city.buffer(245)), 0.5, normalized=True
    )
    lost = farther_than(4, middles, shapely.get_parts(streets))
    assert len(lost) <= 0.005 * len(near)  # stubs of a metre or two
    assert len(farther_than(4, shapely.points(shapely.get_coordinates(streets)), source)) == 0


def farther_than(metres: float, points, lines):
    """Return the points from which no line is as near as that."""
    found, _ = shapely.STRtree(lines).query(points, predicate="dwithin", distance=metres)
    return np.delete(points, np.unique(found))


def test_ward_lines_lie_within_the_boundary_and_are_drawn_once():
    (lines,) = ground("wards").values()
    (city,) = ground("boundary").values()
    assert city.buffer(2).contains(lines)
    assert shapely.union_all(lines).length == pytest.approx(lines.length, rel=1e-3)


def test_lines_between_boroughs_leave_the_citys_boundary_to_its_own_line():
    (city,) = ground("boundary").values()
    for name, line in ground("neighbours").items():
        assert re.fullmatch(r".+ and .+", name)
        assert line.distance(city.boundary) > 15, name
        assert city.buffer(6_005).contains(line), name


def test_the_browser_fetches_little():
    assert (GEOGRAPHY / "streets.geojson").stat().st_size < 150_000
    assert sum(path.stat().st_size for path in GEOGRAPHY.iterdir()) < 210_000


def test_coordinates_are_no_finer_than_a_metre():
    for path in GEOGRAPHY.glob("*.geojson"):
        assert not re.search(r"\d\.\d{6}", path.read_text("utf-8")), path.name


def test_the_land_of_all_forces_is_that_of_their_districts_and_their_lines_lie_on_it():
    land = of_forces("land")
    for force in ("Kent Police", "Dyfed-Powys Police", "Northumbria Police"):
        assert boundary(force).difference(land).area == 0, force
    for name in ("forces", "districts"):
        assert of_forces(name).difference(land.buffer(1e-6)).length < 1e-6, name


def test_a_line_between_two_forces_is_drawn_once_and_is_no_line_between_districts():
    between = of_forces("forces")
    kent, sussex = boundary("Kent Police"), boundary("Sussex Police")
    shared = shapely.intersection(kent.boundary, sussex.boundary)
    assert shared.length > 0.5
    assert shared.difference(between.buffer(1e-6)).length == 0
    assert shapely.union_all(between).length == pytest.approx(between.length)
    assert shapely.intersection(between, of_forces("districts")).length == 0


def test_the_ground_of_all_forces_holds_shapes_without_names_and_is_fetched_in_three_files():
    files = sorted((STATIC / "forces").iterdir())
    assert [path.name for path in files] == ["districts.geojson", "forces.geojson", "land.geojson"]
    assert sum(path.stat().st_size for path in files) < 760_000
    for path in files:
        assert not re.search(r"\d\.\d{5}", path.read_text("utf-8")), path.name


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_styles_of_the_city_and_of_the_forces_load_nothing_of_each_other(theme):
    drawn = json.loads((STATIC / f"basemap-forces-{theme}.json").read_text("utf-8"))
    assert drawn.keys() & {"glyphs", "sprite"} == set()
    theirs = {source["data"] for source in drawn["sources"].values()}
    assert theirs == {f"app/static/forces/{name}.geojson" for name in ("land", "forces", "districts")}
    assert {layer["source"] for layer in drawn["layers"][1:]} == drawn["sources"].keys()
    assert theirs.isdisjoint(source["data"] for source in style(theme)["sources"].values())


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_style_asks_for_nothing_but_our_own_files(theme):
    drawn = style(theme)
    assert drawn["version"] == 8
    assert drawn.keys() & {"glyphs", "sprite"} == set()
    for source in drawn["sources"].values():
        # relative: it follows the app where a proxy serves it beneath a path
        assert re.fullmatch(r"app/static/geography/[a-z]+\.geojson", source["data"])
        assert (GEOGRAPHY / Path(source["data"]).name).is_file()
    assert {layer["source"] for layer in drawn["layers"][1:]} == drawn["sources"].keys()


@pytest.mark.parametrize("ground", ["basemap", "basemap-forces"])
def test_light_and_dark_differ_in_colours_alone(ground):
    def without_colours(text: str) -> str:
        return re.sub(r"#[0-9a-f]{6}|on a (light|dark) ground", "", text)

    light, dark = ((STATIC / f"{ground}-{theme}.json").read_text("utf-8") for theme in ("light", "dark"))
    assert light != dark
    assert without_colours(light) == without_colours(dark)
