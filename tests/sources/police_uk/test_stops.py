"""What vulncore.sources.police_uk promises of stop-and-search files."""

from calendar import monthcalendar
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.sources.police_uk.test_street import assert_outside_flags, published_zip, rows_in
from vulncore.domain.schemas import validated
from vulncore.sources.police_uk import deliver

HEADER = (
    "Type,Date,Part of a policing operation,Policing operation,Latitude,Longitude,Gender,Age range,"
    "Self-defined ethnicity,Officer-defined ethnicity,Legislation,Object of search,Outcome,"
    "Outcome linked to object of search,Removal of more than just outer clothing"
)
MAY = "2024-05-city-of-london-stop-and-search.csv"
PERSONAL = ("Gender", "Age range", "Self-defined ethnicity", "Officer-defined ethnicity")


def search(
    stamp: str = "2024-05-17T20:30:00+00:00",
    latitude: str = "51.515500",
    longitude: str = "-0.092200",
    item: str = "Controlled drugs",
    outcome: str = "Arrest",
) -> str:
    return (
        f"Person search,{stamp},,,{latitude},{longitude},Female,18-24,Another,Other,"
        f"Misuse of Drugs Act 1971 (section 23),{item},{outcome},True,False"
    )


def stops_csv(folder: Path, *lines: str, name: str = MAY) -> Path:
    path = folder / name
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return path


def in_london(stamp: str) -> datetime:
    """A stamp in universal time, put forward from the last Sunday of March to that of October, at one o'clock."""
    moment = datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%S+00:00").replace(tzinfo=UTC)
    starts, ends = (
        datetime(
            moment.year, month, max(week[6] for week in monthcalendar(moment.year, month)), 1, tzinfo=UTC
        )
        for month in (3, 10)
    )
    return (moment + timedelta(hours=starts <= moment < ends)).replace(tzinfo=None)


@pytest.fixture(scope="module")
def published_rows() -> list[dict[str, str]]:
    return rows_in(published_zip("stop-and-search"))


@pytest.fixture(scope="module")
def city():
    return deliver([published_zip("stop-and-search")])


def test_every_published_search_is_accounted_for(city, published_rows):
    assert city.rows.read == len(published_rows) == 4_387
    assert city.rows.accepted == validated(city.tables).incidents.num_rows == 4_387
    assert (city.rows.rejected, city.rejects) == ({}, ())


def test_stamps_are_universal_time_so_that_every_search_lies_in_its_files_month_in_london(
    city, published_rows
):
    moments = city.tables.incidents["occurred_from"].to_pylist()
    assert moments == [in_london(row["Date"]) for row in published_rows]
    assert [f"{moment:%Y-%m}" for moment in moments] == [row["file"] for row in published_rows]
    as_written = [row["Date"] for row in published_rows if row["Date"][:7] != row["file"]]
    assert as_written == ["2018-08-31T23:13:35+00:00"]  # read as civil time, it would belong to August


def test_a_search_is_recorded_on_its_day_in_london_and_ends_as_it_begins(city):
    incidents = city.tables.incidents
    days = [moment.date() for moment in incidents["occurred_from"].to_pylist()]
    assert incidents["recorded_on"].to_pylist() == days
    assert incidents["occurred_to"] == incidents["occurred_from"]


def test_each_search_keeps_its_object_its_outcome_and_its_place(city, published_rows):
    names = ("offence", "outcome", "longitude", "latitude")
    delivered = zip(*(city.tables.incidents[name].to_pylist() for name in names), strict=True)
    published = (
        (
            row["Object of search"] or None,
            row["Outcome"] or None,
            float(row["Longitude"]) if row["Longitude"] else None,
            float(row["Latitude"]) if row["Latitude"] else None,
        )
        for row in published_rows
    )
    assert list(delivered) == list(published)


def test_the_oddities_of_the_published_searches_are_counted(city, published_rows):
    same = Counter(tuple(row.values()) for row in published_rows)
    noted = city.rows.noted
    assert noted["identical to an earlier row, kept as separate searches"] == sum(
        n - 1 for n in same.values()
    )
    for what, column in [
        ("without a location", "Longitude"),
        ("without an object of search", "Object of search"),
        ("without an outcome", "Outcome"),
    ]:
        assert noted[what] == sum(not row[column] for row in published_rows)
    assert "without a time zone, read as UK time" not in noted


def test_searches_outside_the_city_are_flagged_and_counted(city, published_rows):
    assert_outside_flags(city, published_rows)


def test_april_to_november_2017_were_not_delivered_and_are_missing(city):
    months = [f"{month:%Y-%m}" for month in city.tables.coverage["month"].to_pylist()]
    assert len(months) == len(set(months)) == 38
    assert set(months).isdisjoint(f"2017-{month:02}" for month in range(4, 12))
    assert {"2017-03", "2017-12"} <= set(months)
    assert set(city.tables.coverage["source"].to_pylist()) == {"police-uk-stop-and-search"} == {city.source}


def test_nothing_that_describes_the_person_searched_is_kept(city, published_rows):
    personal = {row[column] for row in published_rows for column in PERSONAL} - {""}
    texts = [column for column in city.tables.incidents.columns if str(column.type) == "string"]
    assert len(personal) > 20
    assert personal.isdisjoint(value for column in texts for value in column.unique().to_pylist())


@pytest.mark.parametrize(
    ("stamp", "moment"),
    [
        ("2024-03-31T00:59:59+00:00", datetime(2024, 3, 31, 0, 59, 59)),
        ("2024-03-31T01:00:00+00:00", datetime(2024, 3, 31, 2)),
        ("2024-10-27T00:59:59Z", datetime(2024, 10, 27, 1, 59, 59)),
        ("2024-10-27T01:00:00Z", datetime(2024, 10, 27, 1)),
        ("2024-05-31T23:59:00+01:00", datetime(2024, 5, 31, 23, 59)),
        ("2024-04-30T23:00:00+00:00", datetime(2024, 5, 1)),
        ("2024-05-17T20:30:00", datetime(2024, 5, 17, 20, 30)),  # no offset: civil time already
        ("2024-05-17T20:30", datetime(2024, 5, 17, 20, 30)),
    ],
)
def test_a_stamp_becomes_civil_time_of_london(tmp_path, stamp, moment):
    name = f"{moment:%Y-%m}-city-of-london-stop-and-search.csv"
    (row,) = deliver([stops_csv(tmp_path, search(stamp), name=name)]).tables.incidents.to_pylist()
    assert (row["occurred_from"], row["recorded_on"]) == (moment, moment.date())


@pytest.mark.parametrize(
    ("stamp", "reason"),
    [
        (
            "2024-05-31T23:00:00+00:00",
            "another month than the file name gives",
        ),  # midnight of 1 June in London
        ("2024-04-30T22:59:59+00:00", "another month than the file name gives"),
        ("2023-05-17T20:30:00+00:00", "another month than the file name gives"),
        ("9999-12-31T23:59:59-01:00", "a date that cannot be read"),
        ("2024-05-32T20:30:00+00:00", "a date that cannot be read"),
        ("2024-05-17T24:30:00+00:00", "a date that cannot be read"),
        ("2024-05-17", "a date that cannot be read"),
        ("17/05/2024 20:30", "a date that cannot be read"),
        ("", "a date that cannot be read"),
    ],
)
def test_a_search_that_does_not_lie_in_its_files_month_is_rejected(tmp_path, stamp, reason):
    delivery = deliver([stops_csv(tmp_path, search(stamp), *[search()] * 19)])
    assert delivery.rows.rejected == {reason: 1}
    assert [(reject.line, reject.value) for reject in delivery.rejects] == [(2, stamp)]


def test_stamps_without_an_offset_are_noted(tmp_path):
    rows = [search("2024-05-17T20:30:00"), search("2024-05-17T20:30:00Z"), search()]
    noted = deliver([stops_csv(tmp_path, *rows)]).rows.noted
    assert noted == {"without a time zone, read as UK time": 1}


def test_identical_searches_are_kept_and_noted(tmp_path):
    delivery = deliver([stops_csv(tmp_path, *[search()] * 3, search(outcome="Caution"))])
    assert delivery.tables.incidents.num_rows == 4
    assert delivery.rows.noted == {"identical to an earlier row, kept as separate searches": 2}


def test_latitude_stands_before_longitude_in_these_files(tmp_path):
    (row,) = deliver([stops_csv(tmp_path, search())]).tables.incidents.to_pylist()
    assert (row["longitude"], row["latitude"], row["outside_area"]) == (-0.0922, 51.5155, False)


def test_the_file_names_the_force_of_its_searches(tmp_path):
    path = stops_csv(tmp_path, search(), name="2024-05-btp-stop-and-search.csv")
    assert deliver([path]).tables.incidents["force"].to_pylist() == ["British Transport Police"]


def test_a_search_without_object_or_outcome_is_kept_and_noted(tmp_path):
    delivery = deliver([stops_csv(tmp_path, search(item="", outcome=""))])
    (row,) = delivery.tables.incidents.to_pylist()
    assert (row["offence"], row["outcome"]) == (None, None)
    assert delivery.rows.noted == {"without an object of search": 1, "without an outcome": 1}


def test_a_header_alone_is_a_month_without_a_search(tmp_path):
    delivery = deliver([stops_csv(tmp_path)])
    assert delivery.tables.incidents.num_rows == 0
    assert delivery.tables.coverage.select(["month", "measure"]).to_pylist() == [
        {"month": date(2024, 5, 1), "measure": "stop-and-search"}
    ]
