"""What vulncore.domain.geography promises."""

import csv
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import shapely

from vulncore.domain.geography import EDGE_TOLERANCE_M, boundary, metres_from, metres_per_degree, outside
from vulncore.domain.shipped import shipped

CITY = "City of London Police"
PUBLISHED = Path(__file__).parents[2].parent / "shared" / "data" / "geography"


@pytest.mark.parametrize(
    ("latitude", "longitude_km", "latitude_km"),
    # lengths of a degree on the WGS 84 ellipsoid, as published tables give them
    [(0, 111.320, 110.574), (30, 96.486, 110.852), (45, 78.847, 111.132), (60, 55.800, 111.412)],
)
def test_a_degree_is_as_long_as_the_published_tables_say(latitude, longitude_km, latitude_km):
    assert metres_per_degree(latitude) / 1_000 == pytest.approx([longitude_km, latitude_km], abs=0.001)


def test_a_force_without_a_boundary_has_none():
    assert boundary("Essex Police") is None


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
            lines = io.TextIOWrapper(archive.open(name), encoding="utf-8", newline="")
            points |= {(row["Longitude"], row["Latitude"]) for row in csv.DictReader(lines)} - {("", "")}
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
