"""What vulncore.charts.map_names promises: the ground, the names and the credit that suit an area."""

import json
from pathlib import Path

import pytest

from vulncore.charts.map_chart import CITY, FORCES
from vulncore.charts.map_names import DrawnOn, drawn_on, names_on
from vulncore.domain.geography import boundary
from vulncore.store.areas import area_of


def ground(force: str, bounds: tuple[float, float, float, float] | None = None) -> DrawnOn:
    return drawn_on(bounds or boundary(force).bounds, force)


def names(drawn: DrawnOn, kind: str) -> set[str]:
    return {label["name"] for label in drawn.labels if label["kind"] == kind}


def test_the_city_is_drawn_on_its_streets_and_credits_them():
    city = ground("City of London Police")
    assert city.styles == CITY
    assert "Cheapside" in names(city, "street")
    assert "OpenStreetMap" in city.credit


def test_another_force_is_drawn_on_districts_and_towns_and_credits_who_drew_them():
    kent = ground("Kent Police")
    assert kent.styles == FORCES
    assert {"Ashford", "Maidstone", "Dover"} <= names(kent, "town")
    assert {"Essex Police", "Sussex Police", "Metropolitan Police Service"} <= names(kent, "neighbour")
    assert "Swansea" not in names(kent, "town")
    assert "Office for National Statistics" in kent.credit
    assert "OS Open Names" in kent.credit
    assert "OpenStreetMap" not in kent.credit


def test_a_force_names_its_own_districts_and_no_other_s():
    kent = names(ground("Kent Police"), "district")
    assert kent <= area_of(Path("nowhere"), "Kent Police").parts.keys()
    assert {"Medway", "Thanet", "Swale"} <= kent


def test_the_larger_towns_come_first_then_neighbours_towns_and_districts():
    priority = {label["name"]: label["priority"] for label in ground("Kent Police").labels}
    order = ["London", "Maidstone", "Essex Police", "Deal", "Medway"]
    assert sorted(order, key=lambda name: -priority[name]) == order


@pytest.mark.parametrize("force", ["Northumbria Police", "Cumbria Constabulary"])
def test_scotland_is_named_where_its_land_is_not_drawn(force):
    assert "Scotland" in names(ground(force), "neighbour")


def test_the_metropolis_around_the_city_is_not_drawn_on_the_city_s_ground():
    assert ground("Metropolitan Police Service").styles == FORCES


def test_a_force_whose_area_is_assumed_has_the_towns_around_it():
    railway = ground("British Transport Police", (-3.3, 51.4, -3.1, 51.6))
    assert names(railway, "town") >= {"Cardiff", "Pontypridd"}
    assert names(railway, "district") == set()


def test_where_nothing_is_known_nothing_is_credited():
    houston = ground("Houston Police", (-95.8, 29.5, -95.0, 30.1))
    assert houston.labels == ()
    assert houston.credit == ""


def test_hot_places_are_named_before_towns_and_never_twice():
    hot = json.dumps(
        {
            "properties": {
                "names": [
                    {"name": name, "longitude": 0.9, "latitude": 51.1} for name in ("Ashford", "Tenterden")
                ]
            }
        }
    )
    kent = names_on(ground("Kent Police"), hot)
    assert [label["kind"] for label in kent if label["name"] in ("Ashford", "Tenterden")] == [
        "hotspot",
        "hotspot",
    ]
    assert kent[0]["priority"] > kent[1]["priority"] > max(label["priority"] for label in kent[2:])
    assert "Dover" in {label["name"] for label in kent}
    assert names_on(ground("Kent Police"), "") == ground("Kent Police").labels
    city = ground("City of London Police")
    assert names_on(city, hot) == city.labels
