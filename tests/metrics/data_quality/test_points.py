"""What the checks of points promise: what can't be there is counted, and snapped points are no pile."""

from datetime import date

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tests.making import incident
from vulncore.domain.geography import to_grid, to_wgs84
from vulncore.domain.places.written import Reading
from vulncore.domain.schemas import INCIDENTS
from vulncore.metrics.data_quality.piled_points import point_piles
from vulncore.metrics.data_quality.places_off import places_off

MIDDLE = (-0.09, 51.515)
CITY = "City of London Police"


def placed(points, **more):
    rows = [
        incident(number, date(2024, 3, 5), longitude=float(x), latitude=float(y), **more)
        for number, (x, y) in enumerate(points)
    ]
    return ibis.memtable(pa.Table.from_pylist(rows, schema=INCIDENTS))


def around(count, spread=0.02, seed=1):
    return np.random.default_rng(seed).normal(MIDDLE, spread, size=(count, 2))


def off(points, **more):
    (row,) = places_off(placed(points, **more)).to_dict("records")
    return row


def test_points_around_a_middle_raise_nothing():
    row = off(around(2_000))
    assert (row["placed"], row["far"], row["zero"], row["swapped"], row["outside"]) == (2_000, 0, 0, 0, 0)


def test_far_points_are_counted_with_the_distance_of_the_farthest():
    row = off([*around(500), (-3.19, 55.95)])  # Edinburgh, 534 km by the great circle from London
    assert row["far"] == 1
    assert row["far_km"] == pytest.approx(534, rel=0.02)


def test_a_far_town_has_streets_of_its_own_and_slips_have_not():
    town = np.random.default_rng(4).normal((-2.0, 55.77), 0.002, size=(25, 2))  # Berwick, from London
    assert off([*around(2_000), *town])["far"] == 0
    assert np.isnan(off([*around(2_000), *town])["far_km"])
    row = off([*around(2_000), *town, *[(-3.19, 55.95)] * 30])  # one point, however many records
    assert row["far"] == 30


def test_a_point_that_is_wrong_in_one_way_is_not_counted_in_another():
    edinburgh = (-3.19, 55.95)
    points = placed([*around(2_000), (0.0, 0.0), *around(7)[:, ::-1], *[edinburgh] * 30], outside_area=True)
    piles = pd.DataFrame([("Ruritania Police", *edinburgh)], columns=["force", "longitude", "latitude"])
    (row,) = places_off(points, piles).to_dict("records")
    assert (row["zero"], row["swapped"], row["far"], row["outside"]) == (1, 7, 0, 2_000)


def test_swapped_degrees_are_no_far_town():
    row = off([*around(2_000), *around(200)[:, ::-1]])
    assert (row["far"], row["swapped"]) == (0, 200)


@pytest.mark.parametrize("blank", [(0.0, 0.0), (-7.5571598, 49.7668072)])
def test_a_blank_read_as_nought_is_counted(blank):
    assert off([*around(500), blank, blank])["zero"] == 2


def test_swapped_degrees_are_counted():
    assert off([*around(500), *around(7)[:, ::-1]])["swapped"] == 7


def test_degrees_that_are_all_swapped_are_counted():
    assert off(around(300)[:, ::-1])["swapped"] == 300


def test_points_outside_a_boundary_are_told_with_how_far():
    station = (-0.1246, 51.5305)  # King's Cross, about 1.4 km from the City's edge
    row = off([station] * 3, force=CITY, outside_area=True)
    assert (row["outside"], row["beyond"]) == (3, 3)
    assert row["farthest_km"] == pytest.approx(1.4, abs=0.3)


def test_one_spot_with_more_than_the_others_explain_is_a_pile():
    spots = around(60).repeat(5, axis=0)
    (row,) = point_piles(placed([*spots, *[MIDDLE] * 100])).to_dict("records")
    assert row["piled"]
    assert (row["longitude"], row["latitude"], row["rows"], row["tenth"]) == (*MIDDLE, 100, 5)


def test_snapped_points_are_said_to_be_snapped_and_no_pile():
    rng = np.random.default_rng(2)
    rows = np.maximum(60 * (1 + np.arange(80)) ** -0.7, 1).astype(int)  # busy streets and quiet ones
    (row,) = point_piles(
        placed(around(80).repeat(rows * 3, axis=0)[rng.permutation(rows.sum() * 3)])
    ).to_dict("records")
    assert (row["snapped"], row["piled"], row["points"]) == (True, False, 80)


def test_addresses_are_neither_snapped_nor_piled():
    (row,) = point_piles(placed(around(1_000))).to_dict("records")
    assert (row["snapped"], row["piled"]) == (False, False)


def test_without_points_nothing_is_said():
    assert places_off(placed([])).empty
    assert point_piles(placed([])).empty


@pytest.mark.parametrize("place", [(-95.4, 29.8), (151.2, -33.9), (2.35, 48.86), (-4.48, 54.15)])
def test_points_of_abroad_and_of_man_are_no_misread_ones(place):
    row = off(around(300) - MIDDLE + place)
    assert (row["misread"], row["turned_grid"], row["far"]) == (None, 0, 0)


def test_points_that_nearly_all_lie_at_sea_are_misread_and_not_outside_or_far():
    eastings, northings = to_grid(*around(300, spread=0.005).T)
    at_sea = np.column_stack(to_wgs84(northings, eastings))
    assert off(at_sea)["misread"] == Reading(is_grid=True, swapped=True)
    row = off([*around(500), *at_sea[:7]])
    assert (row["misread"], row["turned_grid"], row["far"]) == (None, 7, 0)
