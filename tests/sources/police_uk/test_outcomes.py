"""What vulncore.sources.police_uk promises of outcome files."""

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from tests.sources.police_uk.test_street import CITY, assert_outside_flags, published_zip, rows_in
from vulncore.domain.schemas import validated
from vulncore.domain.vocabulary import (
    Polarity,
    police_uk_measures,
    police_uk_outcome_measures,
    police_uk_stop_measures,
    report_measures,
)
from vulncore.sources.police_uk import deliver

HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Outcome type"
)
MAY = "2024-05-city-of-london-outcomes.csv"


def outcome(
    crime_id: str = "a1", outcome_type: str = "Suspect charged", month: str = "2024-05", force: str = CITY
) -> str:
    return f"{crime_id},{month},{force},{force},-0.0922,51.5155,On or near Bank Street,,,{outcome_type}"


def outcomes_csv(folder: Path, *lines: str, name: str = MAY) -> Path:
    path = folder / name
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def published_rows() -> list[dict[str, str]]:
    return rows_in(published_zip("outcomes"))


@pytest.fixture(scope="module")
def city():
    return deliver([published_zip("outcomes")])


def test_every_published_outcome_is_accounted_for(city, published_rows):
    assert city.rows.read == len(published_rows) == 9_136
    assert city.rows.accepted == validated(city.tables).incidents.num_rows == 9_136
    assert (city.rows.rejected, city.rejects) == ({}, ())


def test_counts_by_month_and_type_equal_a_count_of_the_files(city, published_rows):
    labels = {measure.key: measure.label for measure in police_uk_outcome_measures()}
    columns = (city.tables.incidents[name].to_pylist() for name in ("recorded_on", "measure"))
    counted = Counter((f"{month:%Y-%m}", labels[key]) for month, key in zip(*columns, strict=True))
    assert counted == Counter((row["Month"], row["Outcome type"]) for row in published_rows)


def test_each_outcome_keeps_its_crime_its_month_and_its_place(city, published_rows):
    names = ("record_id", "outcome", "outcome_on", "place", "longitude", "latitude")
    delivered = zip(*(city.tables.incidents[name].to_pylist() for name in names), strict=True)
    published = (
        (
            row["Crime ID"],
            row["Outcome type"],
            date(int(row["Month"][:4]), int(row["Month"][5:]), 1),
            row["Location"].replace("No Location", "").removeprefix("On or near ") or None,
            float(row["Longitude"]) if row["Longitude"] else None,
            float(row["Latitude"]) if row["Latitude"] else None,
        )
        for row in published_rows
    )
    assert list(delivered) == list(published)


def test_outcomes_of_a_crime_that_has_several_are_counted(city, published_rows):
    ids = Counter(row["Crime ID"] for row in published_rows)
    assert city.rows.noted["naming a crime that has another outcome"] == sum(n for n in ids.values() if n > 1)
    assert city.rows.noted["without a location"] == sum(not row["Longitude"] for row in published_rows)


def test_outcomes_outside_the_city_are_flagged_and_counted(city, published_rows):
    assert_outside_flags(city, published_rows)


def test_every_month_that_is_there_covers_every_type(city, published_rows):
    covered = zip(*(city.tables.coverage[name].to_pylist() for name in ("month", "measure")), strict=True)
    assert Counter(f"{month:%Y-%m}" for month, _ in covered) == dict.fromkeys(
        {row["Month"] for row in published_rows}, 28
    )
    assert set(city.tables.coverage["source"].to_pylist()) == {"police-uk-outcomes"} == {city.source}


def test_every_outcome_that_either_kind_of_published_file_names_is_known(published_rows):
    labels = {measure.label for measure in police_uk_outcome_measures()}
    street = {row["Last outcome category"] for row in rows_in(published_zip("street"))} - {""}
    assert street | {row["Outcome type"] for row in published_rows} <= labels


def test_every_type_is_a_measure_of_work_with_a_key_that_no_other_measure_has():
    measures = police_uk_outcome_measures()
    assert {(m.unit, m.strand, m.polarity, m.record_kind) for m in measures} == {
        ("outcomes", "", Polarity.DEMAND, "outcome")
    }
    assert all(m.definition.endswith(".") and re.fullmatch(r"[a-z-]+", m.key) for m in measures)
    every = [*report_measures(), *police_uk_measures(), *measures, *police_uk_stop_measures()]
    assert len({m.key for m in every}) == len(every)
    assert every == sorted(every, key=lambda measure: measure.order)


def test_a_type_without_a_row_was_delivered_and_is_zero(tmp_path):
    coverage = deliver([outcomes_csv(tmp_path, outcome())]).tables.coverage
    assert "offender-given-absolute-discharge" in coverage["measure"].to_pylist()
    assert coverage.num_rows == 28


def test_a_type_may_be_missing_under_a_new_name_and_is_not_zero_then(tmp_path):
    delivery = deliver([outcomes_csv(tmp_path, outcome(outcome_type="Suspect indicted"), *[outcome()] * 19)])
    assert delivery.tables.coverage["measure"].to_pylist() == ["suspect-charged"]
    assert delivery.rows.rejected == {"an outcome type that data.police.uk does not list": 1}


def test_an_outcome_without_a_crime_id_goes_by_its_line(tmp_path):
    incidents = deliver([outcomes_csv(tmp_path, outcome(), outcome(crime_id=""))]).tables.incidents
    assert incidents["record_id"].to_pylist() == ["a1", "2024-05-city-of-london-outcomes-000003"]


def test_only_rows_whose_crime_has_another_outcome_are_noted_also_in_another_month(tmp_path):
    june = "2024-06-city-of-london-outcomes.csv"
    paths = [
        outcomes_csv(tmp_path, outcome("a1"), outcome("b2"), outcome(""), outcome("")),
        outcomes_csv(tmp_path, outcome("a1", "Offender fined", month="2024-06"), name=june),
    ]
    assert deliver(paths).rows.noted == {"naming a crime that has another outcome": 2}


def test_an_outcome_is_no_offence(tmp_path):
    (row,) = deliver([outcomes_csv(tmp_path, outcome())]).tables.incidents.to_pylist()
    assert (row["record_kind"], row["offence"], row["occurred_from"]) == ("outcome", None, None)
