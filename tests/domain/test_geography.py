"""What vulncore.domain.geography promises."""

import csv
import io
import json
import tomllib
import zipfile
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Geod, Transformer, network

from vulncore.domain.geography import (
    EDGE_TOLERANCE_M,
    boundary,
    districts,
    grid_reference,
    metres_from,
    metres_per_degree,
    outside,
    to_wgs84,
)
from vulncore.domain.shipped import shipped
from vulncore.domain.vocabulary import REFERENCE

CITY = "City of London Police"
PUBLISHED = Path(__file__).parents[2].parent / "shared" / "data" / "geography"

# Ordnance Survey's OSTN15 test points: latitude, longitude (ETRS89), easting, northing
OSTN15_POINTS = np.array(
    [
        (49.92226394, -6.29977752, 91492.146, 11318.804),
        (49.96006138, -5.20304610, 170370.718, 11572.405),
        (50.43885826, -4.10864564, 250359.811, 62016.569),
        (50.57563665, -1.29782277, 449816.371, 75335.861),
        (50.93127938, -1.45051434, 438710.920, 114792.250),
        (51.40078220, -3.55128349, 292184.870, 168003.465),
        (51.37447026, 1.44454730, 639821.835, 169565.858),
        (51.42754743, -2.54407618, 362269.991, 169978.690),
        (51.48936565, -0.11992557, 530624.974, 178388.464),
        (51.85890896, -4.30852477, 241124.584, 220332.641),
        (51.89436637, 0.89724327, 599445.590, 225722.826),
        (52.25529382, -2.15458614, 389544.190, 261912.153),
        (52.25160951, -0.91248957, 474335.969, 262047.755),
        (52.75136687, 0.40153547, 562180.547, 319784.995),
        (52.96219109, -1.19747656, 454002.834, 340834.943),
        (53.34480280, -2.64049321, 357455.843, 383290.436),
        (53.41628516, -4.28918070, 247958.971, 393492.909),
        (53.41630925, -4.28917793, 247959.241, 393495.583),
        (53.77911026, -3.04045491, 331534.564, 431920.794),
        (53.80021520, -1.66379168, 422242.186, 433818.701),
        (54.08666318, -4.63452168, 227778.330, 468847.388),
        (54.11685144, -0.07773133, 525745.670, 470703.214),
        (54.32919541, -4.38849118, 244780.636, 495254.887),
        (54.89542340, -2.93827741, 339921.145, 556034.761),
        (54.97912274, -1.61657685, 424639.355, 565012.703),
        (55.85399953, -4.29649016, 256340.925, 664697.269),
        (55.92478266, -3.29479219, 319188.434, 670947.534),
        (57.00606696, -5.82836692, 167634.202, 797067.144),
        (57.13902519, -2.04856031, 397160.491, 805349.736),
        (57.48625001, -4.21926399, 267056.768, 846176.972),
        (57.81351838, -8.57854456, 9587.909, 899448.996),
        (58.21262247, -7.59255561, 71713.132, 938516.404),
        (58.51560361, -6.26091456, 151968.652, 966483.780),
        (58.58120461, -3.72631022, 299721.891, 967202.992),
        (59.03743871, -3.21454001, 330398.323, 1017347.016),
        (59.09335035, -4.41757675, 261596.778, 1025447.602),
        (59.09671617, -5.82799340, 180862.461, 1029604.114),
        (59.53470794, -1.62516966, 421300.525, 1072147.239),
        (59.85409914, -1.27486910, 440725.073, 1107878.448),
        (60.13308092, -2.07382823, 395999.668, 1138728.951),
    ]
)
LAMBETH = 8


@pytest.mark.parametrize(
    ("latitude", "longitude_km", "latitude_km"),
    # lengths of a degree on the WGS 84 ellipsoid, as published tables give them
    [(0, 111.320, 110.574), (30, 96.486, 110.852), (45, 78.847, 111.132), (60, 55.800, 111.412)],
)
def test_a_degree_is_as_long_as_the_published_tables_say(latitude, longitude_km, latitude_km):
    assert metres_per_degree(latitude) / 1_000 == pytest.approx([longitude_km, latitude_km], abs=0.001)


def territorial_forces() -> list[str]:
    rows = tomllib.loads((REFERENCE / "police_uk_forces.toml").read_text(encoding="utf-8"))["force"]
    return [row["name"] for row in rows if row["slug"] not in ("btp", "northern-ireland")]


def square_km(shape: shapely.Geometry) -> float:
    return shape.area * np.prod(metres_per_degree(shape.centroid.y)) / 1e6


@pytest.mark.parametrize(
    "force", ["Police Scotland", "", '"', 'Kent Police","name":"x', "Kent\nPolice", "kent police"]
)
def test_a_force_without_a_boundary_has_none(force):
    assert boundary(force) is None
    assert districts(force) == {}


def test_each_of_the_43_forces_has_a_boundary_that_its_districts_cover():
    forces = territorial_forces()
    assert len(forces) == 43
    for force in forces:
        parts, area = districts(force), boundary(force)
        assert parts, force
        assert area.is_valid, force
        if force != CITY:
            assert shapely.union_all([*parts.values()]).equals(area), force


def test_together_they_are_as_large_as_england_and_wales_and_have_348_districts():
    shapes = [part for force in territorial_forces() for part in districts(force).values()]
    assert len(shapes) == 348
    assert sum(map(square_km, shapes)) == pytest.approx(151_149, rel=0.002)  # Standard Area Measurements


def test_neighbouring_districts_share_an_edge_without_a_gap_or_an_overlap():
    shapes = [part for force in territorial_forces() for part in districts(force).values()]
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)


def test_a_force_has_the_area_that_is_published_for_it():
    source = PUBLISHED / "police-force-areas.geojson"
    if not source.is_file():
        pytest.skip("the published police force areas are not beside this checkout")
    for feature in json.loads(source.read_text("utf-8"))["features"]:
        force, km2 = feature["properties"]["force"], feature["properties"]["area_km2"]
        published = shapely.geometry.shape(feature["geometry"])
        assert square_km(boundary(force)) == pytest.approx(km2, rel=0.015), force
        if force != CITY:
            assert boundary(force).symmetric_difference(published).area < 0.01 * published.area, force


@pytest.mark.parametrize(
    ("force", "district", "longitude", "latitude"),
    [
        ("Kent Police", "Ashford", 0.8707, 51.1465),
        ("Dyfed-Powys Police", "Ceredigion", -4.083, 52.415),  # Aberystwyth
        ("Avon and Somerset Constabulary", "Bristol", -2.5879, 51.4545),
        ("Devon & Cornwall Police", "Isles of Scilly", -6.3167, 49.9145),  # Hugh Town
        ("Northumbria Police", "Northumberland", -2.005, 55.77),  # Berwick-upon-Tweed
        ("Hampshire and Isle of Wight Constabulary", "Isle of Wight", -1.2982, 50.7005),  # renamed; Newport
    ],
)
def test_a_place_lies_in_its_force_and_its_district(force, district, longitude, latitude):
    place = shapely.Point(longitude, latitude)
    assert boundary(force).covers(place)
    assert [name for name, shape in districts(force).items() if shape.covers(place)] == [district]


def test_a_distance_within_is_nought_and_beyond_it_is_to_the_nearest_edge():
    area = boundary("Dorset Police")
    west, south, east, north = area.bounds
    draw = np.random.default_rng(3)
    longitudes, latitudes = draw.uniform(west, east, 500), draw.uniform(south, north, 500)
    scale = metres_per_degree(area.centroid.y)
    points = shapely.points(np.column_stack([longitudes, latitudes]) * scale)
    plain = shapely.distance(shapely.transform(area, lambda degrees: degrees * scale), points)
    assert metres_from(area, longitudes, latitudes) == pytest.approx(plain)
    assert 100 < (plain == 0).sum() < 400


def test_the_city_has_the_area_that_is_published_for_it():
    city = boundary(CITY)
    square_metres = city.area * np.prod(metres_per_degree(city.centroid.y))
    assert square_metres == pytest.approx(2.9e6, rel=0.01)  # 2.90 km², Standard Area Measurements


def test_landmarks_lie_on_their_side_of_the_boundary():
    city = boundary(CITY)
    longitudes = np.array([-0.0984, -0.0889, -0.0754, -0.1246])  # St Paul's, Bank, Tower Bridge, Big Ben
    latitudes = np.array([51.5138, 51.5133, 51.5055, 51.5007])
    assert outside(city, longitudes, latitudes).tolist() == [False, False, True, True]


def test_a_point_just_over_the_edge_is_outside_only_beyond_the_tolerance():
    square = shapely.box(-0.001, 51.499, 0.001, 51.501)
    north = 51.501 + np.array([49.0, 51.0]) / metres_per_degree(51.5)[1]
    assert outside(square, np.zeros(2), north).tolist() == [False, True]
    assert outside(square, np.zeros(2), north, tolerance_m=0).tolist() == [True, True]
    assert EDGE_TOLERANCE_M == 50


def test_distances_are_those_of_the_great_circle():
    # from the eastern edge of a square on the Greenwich meridian, haversine on the local radius
    square = shapely.box(-0.001, 51.499, 0.001, 51.501)
    west_east = metres_from(square, np.array([0.011]), np.array([51.5]))[0]
    metres_per_radian = metres_per_degree(51.5)[0] * 180 / np.pi / np.cos(np.radians(51.5))
    arc = 2 * np.arcsin(np.cos(np.radians(51.5)) * np.sin(np.radians(0.010) / 2))
    assert west_east == pytest.approx(arc * metres_per_radian, rel=1e-4)


def test_a_point_without_a_place_is_not_called_outside():
    city = boundary(CITY)
    nowhere = np.array([np.nan, -0.0984])
    assert outside(city, nowhere, np.array([np.nan, 51.5138])).tolist() == [False, False]
    assert np.isnan(metres_from(city, nowhere, nowhere)[0])


def test_every_shipped_place_lies_in_the_city():
    with shipped("city-places.csv").open(encoding="utf-8", newline="") as stream:
        places = list(csv.DictReader(stream))
    longitudes, latitudes = (np.array([float(p[name]) for p in places]) for name in ("longitude", "latitude"))
    assert metres_from(boundary(CITY), longitudes, latitudes).max() == 0


def test_no_street_data_point_changes_sides_by_the_simplification():
    source, street = PUBLISHED / "city-of-london-boundary.geojson", PUBLISHED.parent / "police-uk"
    archives = sorted(street.glob("city-of-london-street-*.zip"))
    if not source.is_file() or not archives:
        pytest.skip("the published boundary and street files are not beside this checkout")
    whole = shapely.geometry.shape(json.loads(source.read_text("utf-8"))["features"][0]["geometry"])
    points = set()
    with zipfile.ZipFile(archives[0]) as archive:
        for name in archive.namelist():
            text = io.TextIOWrapper(archive.open(name), encoding="utf-8", newline="")
            points |= {(row["Longitude"], row["Latitude"]) for row in csv.DictReader(text)} - {("", "")}
    longitudes, latitudes = np.array(sorted(points), dtype=float).T
    published, ours = (metres_from(area, longitudes, latitudes) for area in (whole, boundary(CITY)))
    assert len(points) > 1_000
    for edge_m in (0, 10, 50, 100, 1_000):
        assert ((published > edge_m) == (ours > edge_m)).all()


def test_the_shipped_boundary_strays_at_most_two_metres_from_the_published_one():
    source = PUBLISHED / "city-of-london-boundary.geojson"
    if not source.is_file():
        pytest.skip("the published boundary is not beside this checkout")
    whole = shapely.geometry.shape(json.loads(source.read_text("utf-8"))["features"][0]["geometry"])
    scale = metres_per_degree(51.515)
    published, ours = (shapely.transform(g, lambda c: c * scale) for g in (whole, boundary(CITY)))
    assert published.hausdorff_distance(ours) <= 2.1  # the last decimal of a degree adds up to 0.1 m


def metres_off() -> np.ndarray:
    latitudes, longitudes, eastings, northings = OSTN15_POINTS.T
    our_longitudes, our_latitudes = to_wgs84(eastings, northings)
    return Geod(ellps="WGS84").inv(longitudes, latitudes, our_longitudes, our_latitudes)[2]


def test_every_ordnance_survey_test_point_is_found_within_five_metres():
    assert metres_off().max() < 5


def test_the_test_point_nearest_the_city_is_found_within_two_metres():
    assert 1.7 < metres_off()[LAMBETH] < 1.8


def test_the_shift_is_that_of_the_epsg_register():
    was_on = network.is_network_enabled()
    network.set_network_enabled(False)
    try:
        registered = Transformer.from_crs(27700, 4326, always_xy=True, accuracy=2.0, allow_ballpark=False)
        expected = registered.transform(532_650.0, 181_200.0)
    finally:
        network.set_network_enabled(was_on)
    longitudes, latitudes = to_wgs84(np.array([532_650.0]), np.array([181_200.0]))
    assert (longitudes[0], latitudes[0]) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("easting", "northing"),
    [
        (np.nan, 181_200),
        (532_650, np.nan),
        (-1, 181_200),
        (700_001, 181_200),
        (532_650, -1),
        (532_650, 1_300_001),
        (np.inf, 181_200),
        (1e300, 1e300),
    ],
)
def test_a_point_off_the_grid_is_nowhere_rather_than_somewhere(easting, northing):
    longitudes, latitudes = to_wgs84(np.array([easting, 532_650.0]), np.array([northing, 181_200.0]))
    assert np.isnan([longitudes[0], latitudes[0]]).all()
    assert np.isfinite([longitudes[1], latitudes[1]]).all()


def test_no_points_make_no_points():
    assert [len(values) for values in to_wgs84(np.array([]), np.array([]))] == [0, 0]
    assert [len(values) for values in grid_reference([])] == [0, 0]


@pytest.mark.parametrize(
    ("text", "easting", "northing", "side"),
    [
        ("TG 51409 13177", 651_409, 313_177, 1),  # Ordnance Survey's worked example
        ("NN 166 712", 216_600, 771_200, 100),  # Ben Nevis
        ("NY 215 072", 321_500, 507_200, 100),  # Scafell Pike
        ("SV 91492 11318", 91_492, 11_318, 1),  # St Mary's, Scilly: test point 1
        ("HT 959 387", 395_900, 1_138_700, 100),  # north of Shetland: test point 40
        ("TQ 32650 81200", 532_650, 181_200, 1),
        ("TQ3265081200", 532_650, 181_200, 1),
        ("tq 326 812", 532_600, 181_200, 100),
        ("  TQ\t3265  8120 ", 532_650, 181_200, 10),
        ("TQ-32-81", 532_000, 181_000, 1_000),
        ("TQ 326,812", 532_600, 181_200, 100),
    ],
)
def test_a_reference_is_the_middle_of_the_square_that_it_names(text, easting, northing, side):
    eastings, northings = grid_reference([text])
    assert (eastings[0], northings[0]) == (easting + side / 2, northing + side / 2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "TQ",
        "TQ 3 8",
        "TQ 32650 8120",
        "TQ 326501 812001",
        "TI 326 812",
        "ZZ 326 812",
        "EC2V 7HH",
        "532650 181200",
        "TQ 32x 812",
        "TQ ٣٢٦ ٨١٢",
        "OE 000 000",
        "TQ 326 812" + " " * 50,
    ],
)
def test_a_reference_that_cannot_be_read_is_nowhere(text):
    eastings, northings = grid_reference([text, "TQ 326 812"])
    assert np.isnan([eastings[0], northings[0]]).all()
    assert (eastings[1], northings[1]) == (532_650, 181_250)


def test_every_test_point_is_in_the_square_that_its_reference_names():
    # the squares of five of the points, as Ordnance Survey's map of the grid letters them
    for place, square in {0: "SV", 8: "TQ", 19: "SE", 26: "NT", 38: "HU"}.items():
        _, _, easting, northing = OSTN15_POINTS[place]
        text = f"{square}{int(easting) % 100_000:05d}{int(northing) % 100_000:05d}"
        eastings, northings = grid_reference([text])
        assert (eastings[0], northings[0]) == pytest.approx((easting, northing), abs=1)
