"""What vulncore.sources.police_uk promises of files as data.police.uk publishes them."""

import csv
import io
import json
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path, PurePosixPath

import pyarrow.compute as pc
import pytest
import shapely

from vulncore.domain.delivery import Delivery
from vulncore.domain.schemas import validated
from vulncore.domain.vocabulary import police_uk_measures
from vulncore.sources.police_uk import deliver

PUBLISHED = Path(__file__).parents[3].parent / "shared" / "data"
HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context"
)
CITY = "City of London Police"
MAY = "2024-05-city-of-london-street.csv"


def line(
    crime_id: str = "a1",
    month: str = "2024-05",
    force: str = CITY,
    longitude: str = "-0.092200",
    latitude: str = "51.515500",
    location: str = "On or near Bank Street",
    crime_type: str = "Burglary",
    outcome: str = "Under investigation",
) -> str:
    return f"{crime_id},{month},{force},{force},{longitude},{latitude},{location},,,{crime_type},{outcome},"


ASB = line(crime_id="", crime_type="Anti-social behaviour", outcome="")


def street_csv(folder: Path, *lines: str, name: str = MAY) -> Path:
    path = folder / name
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return path


def one(folder: Path, **fields: str) -> dict[str, object]:
    (row,) = deliver([street_csv(folder, line(**fields))]).tables.incidents.to_pylist()
    return row


def published_zip(kind: str) -> Path:
    zips = sorted((PUBLISHED / "police-uk").glob(f"city-of-london-{kind}-*.zip"))
    if not zips:
        pytest.skip(f"the published {kind} files are not beside this checkout (../shared/data/police-uk)")
    return zips[0]


def rows_in(published: Path) -> list[dict[str, str]]:
    """Every row of a zip as the csv module reads it, with the month of its file's name."""
    with zipfile.ZipFile(published) as archive:
        return [
            row | {"file": PurePosixPath(name).name[:7]}
            for name in sorted(archive.namelist())
            for row in csv.DictReader(io.TextIOWrapper(archive.open(name), encoding="utf-8", newline=""))
        ]


def assert_outside_flags(delivery: Delivery, published: list[dict[str, str]]) -> None:
    whole = json.loads((PUBLISHED / "geography" / "city-of-london-boundary.geojson").read_text("utf-8"))
    metres = (69_417.0, 111_258.0)  # in a degree of longitude and of latitude, at the City
    area = shapely.transform(
        shapely.geometry.shape(whole["features"][0]["geometry"]), lambda degrees: degrees * metres
    )
    points = [
        shapely.Point(float(row["Longitude"]) * metres[0], float(row["Latitude"]) * metres[1])
        for row in published
        if row["Longitude"]
    ]
    distances = [area.distance(point) for point in points]
    flags = Counter(delivery.tables.incidents["outside_area"].to_pylist())
    beyond = sum(distance > 50 for distance in distances)
    assert flags == {True: beyond, False: len(points) - beyond, None: len(published) - len(points)}
    assert delivery.rows.noted["more than 50 m outside the force's boundary"] == beyond
    assert delivery.rows.noted["more than 1 km outside the boundary"] == sum(d > 1_000 for d in distances)


@pytest.fixture(scope="module")
def city_zip() -> Path:
    return published_zip("street")


@pytest.fixture(scope="module")
def published_rows(city_zip: Path) -> list[dict[str, str]]:
    return rows_in(city_zip)


@pytest.fixture(scope="module")
def city(city_zip: Path):
    return deliver([city_zip])


def test_every_published_row_is_accounted_for(city, published_rows):
    assert city.rows.read == len(published_rows) == 71_119
    assert city.rows.accepted == city.tables.incidents.num_rows == 71_119
    assert city.rows.rejected == {}


def test_counts_by_month_and_category_equal_a_count_of_the_files(city, published_rows):
    expected = Counter((row["Month"], row["Crime type"]) for row in published_rows)
    incidents = city.tables.incidents
    counted = zip(incidents["recorded_on"].to_pylist(), incidents["offence"].to_pylist(), strict=True)
    assert Counter((f"{month:%Y-%m}", offence) for month, offence in counted) == expected


def test_each_row_keeps_its_measure_place_and_outcome(city, published_rows):
    labels = {measure.key: measure.label for measure in police_uk_measures()}
    columns = city.tables.incidents.select(["measure", "place", "outcome", "longitude", "latitude"])
    delivered = zip(*(column.to_pylist() for column in columns.columns), strict=True)
    published = (
        (
            row["Crime type"],
            row["Location"].replace("No Location", "").removeprefix("On or near ") or None,
            row["Last outcome category"] or None,
            float(row["Longitude"]) if row["Longitude"] else None,
            float(row["Latitude"]) if row["Latitude"] else None,
        )
        for row in published_rows
    )
    assert [(labels[measure], *rest) for measure, *rest in delivered] == list(published)


def test_the_oddities_of_the_published_rows_are_counted(city, published_rows):
    asb = Counter(tuple(row.values()) for row in published_rows if row["Crime type"].startswith("Anti"))
    ids = Counter(row["Crime ID"] for row in published_rows if row["Crime ID"])
    noted = city.rows.noted
    assert noted["without a location"] == sum(not row["Longitude"] for row in published_rows)
    assert noted["repeating an earlier row's Crime ID"] == sum(n - 1 for n in ids.values())
    assert noted["anti-social behaviour identical to an earlier row, kept as separate events"] == sum(
        n - 1 for n in asb.values()
    )


def test_rows_outside_the_city_are_flagged_and_counted(city, published_rows):
    assert_outside_flags(city, published_rows)


def test_months_that_were_never_published_are_not_covered(city):
    months = {f"{month:%Y-%m}" for month in city.tables.coverage["month"].to_pylist()}
    assert len(months) == 106
    assert months.isdisjoint({"2017-10", "2017-11"})
    assert {"2017-09", "2017-12"} <= months
    assert city.tables.coverage.num_rows == 106 * 14


def test_the_published_rows_make_valid_tables(city):
    assert validated(city.tables).incidents.num_rows == 71_119
    assert pc.count_distinct(city.tables.incidents["row_id"]).as_py() == 71_119


def test_a_delivery_says_its_source_its_file_and_its_licence(city, city_zip):
    assert (city.source, city.made) == ("police-uk", False)
    assert [file.name for file in city.files] == [city_zip.name]
    assert city.attribution == (
        "Contains public sector information licensed under the Open Government Licence v3.0. "
        "Source: data.police.uk"
    )


def test_zip_folder_and_single_files_give_the_same_rows(tmp_path):
    may = street_csv(tmp_path, line(), ASB)
    june = street_csv(tmp_path, line(month="2024-06"), name="2024-06-city-of-london-street.csv")
    archive = tmp_path.parent / f"{tmp_path.name}.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as members:
        for path in (june, may):
            members.write(path, f"{path.name[:7]}/{path.name}")
    single = deliver([june, may]).tables
    assert deliver([tmp_path]).tables == single
    assert deliver([archive]).tables == single


def test_files_that_are_not_street_files_are_passed_over_and_counted(tmp_path):
    street_csv(tmp_path, line())
    for name in ("2024-05-city-of-london-outcomes.csv", "2024-05-city-of-london-stop-and-search.csv"):
        (tmp_path / name).write_text("Type\nx\n", encoding="utf-8")
    (tmp_path / ".DS_Store").write_bytes(b"\0")
    delivery = deliver([tmp_path])
    assert delivery.rows.noted == {"files that are not street files, passed over": 3}
    assert [file.name for file in delivery.files] == [MAY]


def test_a_row_is_the_line_of_its_file(tmp_path):
    rows = deliver([street_csv(tmp_path, line(), ASB)]).tables.incidents.to_pylist()
    assert [row["row_id"] for row in rows] == [
        "2024-05-city-of-london-000002",
        "2024-05-city-of-london-000003",
    ]
    assert [row["record_id"] for row in rows] == ["a1", "2024-05-city-of-london-000003"]
    assert {row["recorded_on"] for row in rows} == {date(2024, 5, 1)}


def test_identical_anti_social_behaviour_rows_are_separate_events(tmp_path):
    delivery = deliver([street_csv(tmp_path, ASB, ASB, ASB)])
    assert delivery.tables.incidents.num_rows == 3
    assert delivery.rows.noted == {
        "anti-social behaviour identical to an earlier row, kept as separate events": 2
    }


def test_a_repeated_crime_id_is_kept_and_counted(tmp_path):
    delivery = deliver([street_csv(tmp_path, line(), line(), line(crime_id="b2"))])
    assert delivery.tables.incidents["record_id"].to_pylist() == ["a1", "a1", "b2"]
    assert delivery.rows.noted == {"repeating an earlier row's Crime ID": 1}


def test_a_row_without_a_location_is_kept_and_counted(tmp_path):
    path = street_csv(tmp_path, line(longitude="", latitude="", location="No Location"))
    delivery = deliver([path])
    (row,) = delivery.tables.incidents.to_pylist()
    assert (row["longitude"], row["latitude"], row["place"], row["outside_area"]) == (None,) * 4
    assert delivery.rows.noted == {"without a location": 1}


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("On or near Bank Street", "Bank Street"),
        ("On or near ", None),
        ("On or nearby Lane", "On or nearby Lane"),
        ("=HYPERLINK(0)", "=HYPERLINK(0)"),  # a formula is text like any other
    ],
)
def test_a_place_is_the_location_without_on_or_near(tmp_path, location, place):
    assert one(tmp_path, location=location)["place"] == place


def test_a_longitude_near_greenwich_may_be_written_with_an_exponent(tmp_path):
    assert one(tmp_path, longitude="-5.1e-05")["longitude"] == -0.000051


def test_nothing_is_said_about_the_area_of_a_force_without_a_boundary(tmp_path):
    rows, name = line(force="British Transport Police"), "2024-05-btp-street.csv"
    delivery = deliver([street_csv(tmp_path, rows, name=name)])
    assert delivery.tables.incidents["outside_area"].to_pylist() == [None]
    assert delivery.tables.coverage["force"].to_pylist() == ["British Transport Police"] * 14


@pytest.mark.parametrize(("longitude", "outside"), [("0.8707", False), ("-0.5000", True)])
def test_a_record_lies_within_the_boundary_of_its_own_force_or_outside_it(tmp_path, longitude, outside):
    rows = line(force="Kent Police", longitude=longitude, latitude="51.1465")
    delivery = deliver([street_csv(tmp_path, rows, name="2024-05-kent-street.csv")])
    assert delivery.tables.incidents["outside_area"].to_pylist() == [outside]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (line(crime_type="Piracy"), "a crime type that data.police.uk does not list"),
        (line(month="2024-06"), "another month than the file name gives"),
        (line(force=""), "no force named"),
        (line(force="Kent Police"), "another force than the file name gives"),
        (line(longitude="west"), "coordinates that cannot be read"),
        (line(longitude="nan"), "coordinates that cannot be read"),
        (line(longitude="1e99"), "coordinates that cannot be read"),
        (line(latitude="91"), "coordinates that cannot be read"),
        (line(latitude=""), "coordinates that cannot be read"),
        ("a1,2024-05", "too few fields"),
        ("", "too few fields"),
        (line() + ",more", "too many fields"),
        (line(location='"On or near'), "a quotation mark out of place"),
    ],
)
def test_a_row_that_cannot_stand_is_rejected_by_reason_and_the_others_stay(tmp_path, row, reason):
    rows = deliver([street_csv(tmp_path, line(), row, *[ASB] * 18)]).rows
    assert (rows.read, rows.accepted, rows.rejected) == (20, 19, {reason: 1})


def test_a_month_longer_than_what_is_read_at_once_keeps_its_line_numbers_and_counts(tmp_path):
    rows = [line(crime_id=f"c{number}") for number in range(45_000)]
    rows[30_000] = "spoilt"
    delivery = deliver([street_csv(tmp_path, *rows)])
    assert (delivery.rows.read, delivery.rows.rejected) == (45_000, {"too few fields": 1})
    numbers = [int(row_id[-6:]) for row_id in delivery.tables.incidents["row_id"].to_pylist()]
    assert numbers == [*range(2, 30_002), *range(30_003, 45_002)]


def test_a_category_may_be_missing_under_a_new_name_and_is_not_zero_then(tmp_path):
    path = street_csv(tmp_path, line(crime_type="Bike theft"), line(), *[ASB] * 18)
    covered = deliver([path]).tables.coverage["measure"].to_pylist()
    assert covered == ["anti-social-behaviour", "burglary"]


def test_empty_lines_at_the_end_are_no_rows(tmp_path):
    rows = deliver([street_csv(tmp_path, line(), ASB, "", "  ", "")]).rows
    assert (rows.read, rows.accepted) == (2, 2)


def test_a_header_alone_is_a_month_delivered_with_nothing_in_it(tmp_path):
    delivery = deliver([street_csv(tmp_path)])
    assert delivery.rows.read == delivery.tables.incidents.num_rows == 0
    assert delivery.tables.coverage["month"].to_pylist() == [date(2024, 5, 1)] * 14


@pytest.mark.parametrize(("month", "categories"), [("2010-12", 6), ("2011-09", 11), ("2013-05", 14)])
def test_a_month_covers_the_categories_of_its_time(tmp_path, month, categories):
    delivery = deliver([street_csv(tmp_path, name=f"{month}-city-of-london-street.csv")])
    assert delivery.tables.coverage.num_rows == delivery.tables.measures.num_rows == categories


def test_a_category_of_another_time_is_covered_where_the_file_has_it(tmp_path):
    rows = [line(month="2011-01"), line(month="2011-01", crime_type="Drugs")]
    delivery = deliver([street_csv(tmp_path, *rows, name="2011-01-city-of-london-street.csv")])
    assert "drugs" in delivery.tables.coverage["measure"].to_pylist()
    assert validated(delivery.tables).incidents.num_rows == 2


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path):
    path = tmp_path / MAY
    path.write_bytes(b"\xef\xbb\xbf" + f"{HEADER}\r\n{line()}\r\n".encode())
    assert deliver([path]).tables.incidents["offence"].to_pylist() == ["Burglary"]
