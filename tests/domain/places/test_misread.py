"""What other readings of points promise: only those that put points where they belong, and none where they are right."""

import numpy as np
import pytest

from vulncore.domain.geography import to_grid, to_wgs84
from vulncore.domain.places.misread import better_reading
from vulncore.domain.places.written import FACTORS, OF_DEGREES, PlaceUnit, Reading, fits

GRID, DEGREES = Reading(is_grid=True), Reading(is_grid=False)
ANY = "Ruritania Police"
TOWNS = {
    "Kent Police": (575_000, 155_000),
    "Devon and Cornwall Police": (292_000, 92_500),
    "Northumbria Police": (425_000, 565_000),
    "Police Scotland": (325_000, 673_000),
    "South Wales Police": (318_000, 176_000),
    "Norfolk Constabulary": (623_000, 308_000),
}
UNITS = [(unit, unit not in OF_DEGREES) for unit in FACTORS]


def around(easting, northing, count=80, spread=1_500):
    draw = np.random.default_rng(2)
    return draw.normal(easting, spread, count), draw.normal(northing, spread, count)


@pytest.mark.parametrize("force", [*TOWNS, ANY])
def test_points_that_lie_where_they_belong_are_left_as_they_are(force):
    for town in TOWNS.values() if force == ANY else [TOWNS[force]]:
        east, north = around(*town)
        assert better_reading(east, north, force, GRID) is None
        assert better_reading(*to_wgs84(east, north), force, DEGREES) is None


@pytest.mark.parametrize("force", TOWNS)
def test_axes_that_changed_places_are_told_by_the_sea_or_by_the_force(force):
    east, north = around(*TOWNS[force])
    assert better_reading(north, east, force, GRID) == Reading(is_grid=True, swapped=True)
    longitudes, latitudes = to_wgs84(east, north)
    for whose in (force, ANY):
        assert better_reading(latitudes, longitudes, whose, DEGREES) == Reading(is_grid=False, swapped=True)


def test_a_force_that_nobody_knows_is_told_by_land_and_sea():
    assert better_reading(*around(181_200, 532_650, spread=50), ANY, GRID) == Reading(
        is_grid=True, swapped=True
    )


@pytest.mark.parametrize(("unit", "is_grid"), UNITS)
@pytest.mark.parametrize("force", ["Kent Police", ANY])
@pytest.mark.parametrize("swapped", [False, True])
def test_units_are_told_with_a_boundary_and_without(unit, is_grid, force, swapped):
    east, north = around(*TOWNS["Kent Police"])
    x, y = (east, north) if is_grid else to_wgs84(east, north)
    numbers = [x / FACTORS[unit], y / FACTORS[unit]]
    read = better_reading(*(numbers[::-1] if swapped else numbers), force, Reading(is_grid))
    assert read == Reading(is_grid, unit, swapped)
    points = read.degrees(*(numbers[::-1] if swapped else numbers))
    assert np.allclose(points, to_wgs84(east, north), atol=1e-9)


def test_degrees_in_columns_of_the_grid_and_metres_in_columns_of_degrees_are_told():
    east, north = around(*TOWNS["Kent Police"])
    assert better_reading(*to_wgs84(east, north), "Kent Police", GRID) == DEGREES
    assert better_reading(east, north, "Kent Police", DEGREES) == GRID


def test_points_of_the_irish_grid_are_told_and_lie_where_they_belong():
    city_hall = np.array([333_800.0]), np.array([374_000.0])  # Belfast: J 338 740 on maps of Ireland
    longitude, latitude = Reading(is_grid=True, unit=PlaceUnit.IRISH).degrees(*city_hall)
    assert (longitude[0], latitude[0]) == pytest.approx((-5.9306, 54.5965), abs=1e-3)
    irish = around(333_800, 374_000)
    assert better_reading(*irish, "Police Service of Northern Ireland", GRID).unit is PlaceUnit.IRISH
    belfast = to_grid(*Reading(is_grid=True, unit=PlaceUnit.IRISH).degrees(*irish))
    assert better_reading(*belfast, "Police Service of Northern Ireland", GRID) is None


@pytest.mark.parametrize("place", [(-95.4, 29.8), (2.35, 48.86), (-4.48, 54.15), (0.0, 0.0)])
def test_points_of_abroad_of_man_and_at_nought_have_no_better_reading(place):
    draw = np.random.default_rng(1)
    x, y = draw.normal(place[0], 0.02, 60), draw.normal(place[1], 0.02, 60)
    assert better_reading(x, y, ANY, DEGREES) is None


def test_a_few_points_and_none_at_all_tell_nothing():
    assert better_reading(*around(181_200, 532_650, count=4), "Kent Police", GRID) is None
    assert better_reading(np.array([]), np.array([np.nan])[:0], "Kent Police", GRID) is None


def test_a_unit_is_of_metres_or_of_degrees():
    assert {unit for unit in PlaceUnit if fits(unit, is_grid=False)} == set(OF_DEGREES)
    assert fits(None, is_grid=True)
    assert fits(None, is_grid=False)
