"""What vulncore.metrics.hotspots.cells, .zones and .assumed_area promise."""

from pathlib import Path

import h3
import numpy as np
import pytest
import shapely

from vulncore.domain.errors import VulncoreError
from vulncore.domain.geography import boundary, metres_per_degree
from vulncore.metrics.hotspots.assumed_area import assumed_area
from vulncore.metrics.hotspots.cells import LEAST_SHARE, cells
from vulncore.metrics.hotspots.zones import OUTSIDE, parts, zone_of
from vulncore.store.areas import area_of

CITY = boundary("City of London Police")
SCALE = metres_per_degree(CITY.centroid.y)
HOLE = shapely.box(-0.11, 51.50, -0.07, 51.53).difference(shapely.box(-0.10, 51.51, -0.08, 51.52))
ISLANDS = shapely.union_all(
    [shapely.box(-0.11, 51.50, -0.10, 51.51), shapely.box(-0.07, 51.52, -0.06, 51.53)]
)


def scattered(area, count: int, seed: int = 0):
    west, south, east, north = area.bounds
    drawn = np.random.default_rng(seed).uniform((west, south), (east, north), (count, 2))
    return drawn[:, 0], drawn[:, 1]


@pytest.mark.parametrize("area", [CITY, HOLE, ISLANDS], ids=["City", "hole", "islands"])
@pytest.mark.parametrize("resolution", [8, 9, 10])
def test_zones_tile_the_area(area, resolution):
    zones = cells(area, resolution)
    assert shapely.union_all(zones.shapes).symmetric_difference(area).area < 1e-9 * area.area
    assert sum(shape.area for shape in zones.shapes) == pytest.approx(area.area)
    assert len(set(zones.names)) == len(zones.names)


@pytest.mark.parametrize("resolution", [9, 10])
def test_no_zone_of_the_city_is_a_sliver(resolution):
    zones = cells(CITY, resolution)
    whole = np.median(zones.areas_m2)
    assert zones.areas_m2.min() >= 0.99 * LEAST_SHARE * whole


def test_a_point_is_in_the_zone_that_holds_it():
    zones = cells(CITY, 10)
    longitudes, latitudes = scattered(CITY, 2_000)
    zone_of_point = zone_of(zones, longitudes, latitudes)
    tree = shapely.STRtree(zones.shapes)
    points, holding = tree.query(shapely.points(longitudes, latitudes), predicate="intersects")
    naive = dict(zip(points.tolist(), holding.tolist(), strict=True))
    assert len(naive) > 1_000
    # a join of slivers draws its own edge: there the zone beside it is as right
    same = [zones.near[[zone_of_point[point]], [zone]].sum() == 1 for point, zone in naive.items()]
    assert all(same)
    assert np.mean([zone_of_point[point] == zone for point, zone in naive.items()]) > 0.99


def test_a_whole_cell_is_the_one_that_h3_itself_names():
    zones = cells(CITY, 10)
    longitudes, latitudes = scattered(CITY, 500)
    zone_of_point = zone_of(zones, longitudes, latitudes)
    checked = 0
    for longitude, latitude, zone in zip(longitudes, latitudes, zone_of_point, strict=True):
        cell = h3.latlng_to_cell(latitude, longitude, 10)
        if zone != OUTSIDE and cell in zones.names:
            assert zones.names[zone] == cell
            checked += 1
    assert checked > 200


@pytest.mark.parametrize(("beyond_m", "inside"), [(-5, True), (40, True), (60, False)])
def test_a_point_fifty_metres_beyond_the_edge_still_belongs(beyond_m, inside):
    zones = cells(CITY, 10)
    west = min(CITY.exterior.coords)
    point = np.array([west[0] - beyond_m / SCALE[0]]), np.array([west[1]])
    assert (zone_of(zones, *point)[0] != OUTSIDE) == inside


def test_being_near_is_mutual_and_includes_the_zone_itself():
    near = cells(CITY, 10).near
    assert (near != near.T).nnz == 0
    assert near.diagonal().tolist() == [1.0] * near.shape[0]
    assert near.sum(axis=1).max() <= 12


@pytest.mark.parametrize(
    ("resolution", "refusal"), [(11, "no cells of resolution 11"), (4, "no cells of resolution 4")]
)
def test_sizes_finer_than_a_street_or_coarser_than_a_county_are_refused(resolution, refusal):
    with pytest.raises(VulncoreError, match=refusal):
        cells(CITY, resolution)


def test_more_cells_than_a_map_can_show_are_refused():
    with pytest.raises(VulncoreError, match="more than 20,000"):
        cells(shapely.box(-1, 51, 1, 52), 10)


def test_wards_lie_within_the_area_and_hold_every_point_of_it():
    area = area_of(Path("nowhere"), "City of London Police")
    wards = parts(area.shape, area.parts)
    assert len(wards.names) == 25
    assert list(wards.names) == sorted(wards.names)
    assert all(shape.difference(area.shape).area < 1e-12 for shape in wards.shapes)
    longitudes, latitudes = scattered(CITY, 500)
    inside = shapely.contains_xy(CITY, longitudes, latitudes)
    assert (zone_of(wards, longitudes, latitudes)[inside] != OUTSIDE).all()


def test_an_assumed_area_holds_the_records_and_leaves_out_strays():
    rng = np.random.default_rng(0)
    longitudes, latitudes = rng.uniform(-0.5, -0.4, 3_000), rng.uniform(51.3, 51.4, 3_000)
    strays = np.array([0.0, 12.0]), np.array([0.0, 45.0])
    records = np.append(np.ones(3_000), [500.0, 500.0])
    area = assumed_area(np.append(longitudes, strays[0]), np.append(latitudes, strays[1]), records, 5)
    assert shapely.contains_xy(area, longitudes, latitudes).mean() > 0.95
    assert not shapely.contains_xy(area, *strays).any()
    assert area.geom_type == "Polygon"
    assert not area.interiors


def test_an_assumed_area_holds_a_far_town_and_no_swapped_points():
    rng = np.random.default_rng(3)
    longitudes, latitudes = rng.normal(-1.6, 0.05, 4_000), rng.normal(54.97, 0.03, 4_000)
    berwick = rng.normal(-2.0, 0.002, 40), rng.normal(55.77, 0.001, 40)  # 93 km from the middle
    swapped = latitudes[:200], longitudes[:200]
    east, north = (
        np.concatenate(parts) for parts in zip((longitudes, latitudes), berwick, swapped, strict=True)
    )
    area = assumed_area(east, north, np.ones(len(east)), 5)
    assert shapely.contains_xy(area, *berwick).mean() > 0.9
    assert not shapely.contains_xy(area, *swapped).any()


def test_an_assumed_area_tells_of_no_place_with_few_records():
    longitudes, latitudes = np.array([-0.45] * 5 + [-0.30] * 4), np.array([51.3] * 5 + [51.3] * 4)
    area = assumed_area(longitudes, latitudes, np.ones(9), 5)
    whole = assumed_area(longitudes, latitudes, np.ones(9), 4)
    assert area is not None
    assert not area.equals(whole)
    assert assumed_area(longitudes[:4], latitudes[:4], np.ones(4), 5) is None
    assert assumed_area(np.zeros(0), np.zeros(0), np.zeros(0), 5) is None
