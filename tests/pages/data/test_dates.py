"""What the Data page offers where dates look swapped, one date has two times, or points are in another unit."""

from datetime import date, timedelta

import pytest

from tests.pages.visiting import Visit, visit
from vulncore.store import open_version

OCTOBER = [date(2024, 10, 1) + timedelta(days=step) for step in range(31)]
LINES = {
    "swapped": ["Ref,Date Recorded,Offence"]
    + [f"A{d.day},{f'{d:%Y-%d-%m}' if d.day <= 12 else f'{d:%d/%m/%Y}'},Rape" for d in OCTOBER],
    "night": ["Ref,Date Recorded,Offence,Incident Date,Time From,Time To"]
    + [f"A{d.day},{d:%d/%m/%Y},Rape,{d:%d/%m/%Y},23:30,00:45" for d in OCTOBER],
    "unit": ["Ref,Date Recorded,Offence,Easting,Northing"]
    + [f"A{d.day},{d:%d/%m/%Y},Rape,{575 + d.day / 10},{155 + d.day / 10}" for d in OCTOBER],
}


@pytest.fixture
def data(tmp_path, monkeypatch):
    def bring(name: str) -> Visit:
        page = visit(tmp_path / "store", monkeypatch, "data", {}, {"data part": "Bring in data"})
        page.upload(f"{name}.csv", ("\n".join(LINES[name]) + "\n").encode())
        page.fill("Force", "Kent Police")
        page.fill("Your name", "An analyst")
        return page

    return bring


def test_dates_that_look_swapped_are_refused_until_somebody_says_that_they_are_right(data):
    page = data("swapped")
    page.press("Dry run")
    assert "Days and months of column Date Recorded seem to be swapped in part" in page.said
    page.tick(
        "The dates of Date Recorded are right, though the dates after the 12th are text, and the others are not"
    )
    page.press("Dry run")
    assert "31 of 31 rows would be counted" in page.said


def test_a_night_in_one_date_column_is_offered_and_applied(data, tmp_path):
    page = data("night")
    assert "where the end is earlier than the beginning, it is read as the next day" in page.said
    page.press("Dry run")
    assert "on the one date given, read as the next day 31" in " ".join(page.said.split())
    page.press("Publish")
    incidents = open_version(tmp_path / "store", "night").incidents.to_pandas()
    assert set(incidents["occurred_to"] - incidents["occurred_from"]) == {timedelta(minutes=75)}


def test_points_in_kilometres_are_drafted_so_and_found_where_somebody_chooses_metres(data, tmp_path):
    page = data("unit")
    assert page.shown_in("Numbers of the place are") == "kilometres"
    assert "nearly all do once they are read as easting and northing in kilometres" in page.said
    page.pick("Numbers of the place are", "metres")
    page.press("Dry run")
    assert (
        "Nearly all lie where they may be once they are read as easting and northing in kilometres"
        in page.said
    )
    page.press("Read the points in kilometres")
    page.press("Publish")
    incidents = open_version(tmp_path / "store", "kent").incidents.to_pandas()
    assert incidents["latitude"].between(51.2, 51.35).all()
