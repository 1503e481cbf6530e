"""What vulncore.domain.schemas promises."""

from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest

from tests.making import covered, delivery, incident, month_total
from vulncore.domain.errors import InvalidRowsError
from vulncore.domain.schemas import INCIDENTS, SCHEMAS, Tables, conform, validated

JANUARY = date(2024, 1, 1)


def test_tables_not_given_are_empty_and_have_every_column():
    empty = validated(Tables())
    assert {name: table.num_rows for name, table in empty.named().items()} == dict.fromkeys(SCHEMAS, 0)
    assert all(table.schema == SCHEMAS[name] for name, table in empty.named().items())


def test_optional_columns_that_are_absent_are_missing_values():
    rows = delivery([incident(1, JANUARY)]).tables.incidents
    assert rows.schema == INCIDENTS
    assert rows.column("longitude").null_count == 1


def test_an_absent_required_column_is_named():
    with pytest.raises(InvalidRowsError, match=r"columns that are not there: 5 \(record_id, force, measure"):
        conform(pa.table({"row_id": ["a"]}), INCIDENTS)


def test_a_column_that_no_schema_knows_is_named():
    with pytest.raises(InvalidRowsError, match=r"not in the schema: 1 \(shoe_size\)"):
        conform(pa.table({"shoe_size": [43]}), INCIDENTS)


def test_a_required_value_that_is_missing_is_counted():
    rows = pa.Table.from_pylist([incident(1, JANUARY), incident(2, None)])
    with pytest.raises(InvalidRowsError, match="1 of 2 rows have no recorded_on"):
        conform(rows, INCIDENTS)


def test_a_value_of_the_wrong_type_is_refused_with_its_column():
    rows = pa.Table.from_pylist([incident(1, JANUARY) | {"longitude": "west"}])
    with pytest.raises(InvalidRowsError, match="Column longitude does not fit the type double"):
        conform(rows, INCIDENTS)


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (lambda: delivery([incident(1, JANUARY), incident(1, JANUARY)]), r"Repeated row_id: 1 \(row-1\)"),
        (
            lambda: delivery([incident(1, JANUARY, measure="piracy")]),
            r"Measures of incidents that are not among the dataset's measures: 1 \(piracy\)",
        ),
        (
            lambda: delivery(coverage=covered([JANUARY, JANUARY])),
            "Repeated force, measure and covered month: 1",
        ),
        (lambda: delivery(counts=[month_total(JANUARY, -1)]), "1 of 1 counts are below zero"),
        (
            lambda: delivery(counts=[month_total(JANUARY, 1), month_total(JANUARY, 2)]),
            "Repeated force, measure and period: 1",
        ),
        (
            lambda: delivery([incident(1, JANUARY, longitude=200.0, latitude=51.0)]),
            "1 of 1 incidents have a place off the Earth",
        ),
        (lambda: delivery([incident(1, JANUARY, longitude=0.1)]), "or a longitude without a latitude"),
    ],
    ids=["row_id", "measure", "coverage", "negative", "period", "off the Earth", "half a place"],
)
def test_rows_that_break_a_rule_are_refused(made, sentence):
    with pytest.raises(InvalidRowsError, match=sentence):
        validated(made().tables)


def test_a_period_that_ends_before_it_starts_is_refused():
    backwards = month_total(JANUARY, 1) | {"period_end": date(2023, 12, 31)}
    with pytest.raises(InvalidRowsError, match="1 of 1 periods end before they start"):
        validated(delivery(counts=[backwards]).tables)


def test_the_same_place_may_be_missing_altogether():
    tables = delivery([incident(1, JANUARY), incident(2, JANUARY, longitude=-0.1, latitude=51.5)]).tables
    assert validated(replace(tables)).incidents.num_rows == 2
