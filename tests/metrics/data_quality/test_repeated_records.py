"""What the checks for duplicates promise: a record counts twice where it is there twice, and events don't."""

from datetime import date, datetime

import ibis
import pyarrow as pa
import pytest

from tests.making import incident
from vulncore.domain.schemas import INCIDENTS
from vulncore.metrics.data_quality.repeated_records import identical_rows, repeated_records

DAY = date(2024, 3, 5)
EXACT = {"occurred_from": datetime(2024, 3, 5, 12), "longitude": -0.09, "latitude": 51.515}


def table(rows):
    return ibis.memtable(pa.Table.from_pylist(rows, schema=INCIDENTS))


def anonymous(number, **more):
    return incident(number, DAY, **{"record_id": f"row-{number}", **more})


def test_a_record_there_twice_is_counted_by_where_it_repeats():
    rows = [
        incident(1, DAY, record_id="x"),
        incident(2, DAY, record_id="x"),
        incident(3, DAY, record_id="y"),
        incident(4, date(2024, 4, 1), record_id="y"),
        incident(5, DAY, record_id="z"),
    ]
    assert repeated_records(table(rows))[["records", "again", "months", "rows"]].values.tolist() == [
        [2, 1, 1, 5]
    ]


def test_a_record_in_two_measures_is_no_repeat():
    rows = [incident(1, DAY, "rape", record_id="x"), incident(2, DAY, "domestic-abuse-crime", record_id="x")]
    assert repeated_records(table(rows)).empty


def test_equal_rows_without_an_id_are_counted_beyond_the_first():
    rows = [anonymous(number, **EXACT) for number in range(3)]
    assert identical_rows(table(rows)).values.tolist() == [["Ruritania Police", 2, 3]]


@pytest.mark.parametrize(
    "less",
    [{"occurred_from": None}, {"longitude": None, "latitude": None}, {"record_kind": "stop and search"}],
    ids=["no time", "no place", "people stopped together"],
)
def test_equal_rows_that_may_be_separate_events_are_no_duplicates(less):
    rows = [anonymous(number, **{**EXACT, **less}) for number in range(3)]
    assert identical_rows(table(rows)).empty


def test_rows_that_differ_in_one_field_are_not_equal():
    rows = [anonymous(1, **EXACT, place="Bank"), anonymous(2, **EXACT, place="Cheapside")]
    assert identical_rows(table(rows))["again"].tolist() == [0]
