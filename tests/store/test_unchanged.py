"""What vulncore.store promises of publishing what stands already, and of a look before publishing."""

from dataclasses import replace
from datetime import date

import pytest

from tests.making import covered, delivery, incident, month_total, months
from vulncore.cli import open_counts
from vulncore.domain.delivery import provisional
from vulncore.domain.errors import InvalidRowsError, PublishRefusedError
from vulncore.domain.schemas import SCHEMAS
from vulncore.store import datasets, open_version, preview, publish, versions

JANUARY, FEBRUARY = months(date(2024, 1, 1), 2)


def two_months():
    rows = [
        incident(1, JANUARY, place="Here"),
        incident(2, JANUARY),
        incident(3, FEBRUARY, longitude=-0.09, latitude=51.5),
    ]
    return delivery(rows, covered([JANUARY, FEBRUARY]))


def files(store):
    return {
        path.relative_to(store): path.read_bytes()
        for path in store.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def test_publishing_what_stands_writes_nothing_and_returns_the_version_that_stands(tmp_path):
    line = publish(tmp_path, "city", two_months(), "me")
    before = files(tmp_path)
    again = publish(tmp_path, "city", two_months(), "somebody else")
    assert again == replace(line, unchanged=True)
    assert files(tmp_path) == before
    assert versions(tmp_path, "city") == (line,)


def test_a_part_of_what_stands_changes_nothing_either(tmp_path):
    publish(tmp_path, "city", two_months(), "me")
    february = delivery([incident(3, FEBRUARY, longitude=-0.09, latitude=51.5)], covered([FEBRUARY]))
    assert publish(tmp_path, "city", february, "me").unchanged


def test_the_shipped_counts_and_their_annotations_published_twice_are_one_version(tmp_path):
    publish(tmp_path, "counts", open_counts(), "me")
    held = open_version(tmp_path, "counts").annotations.count().execute()
    assert held == open_counts().tables.annotations.num_rows
    assert publish(tmp_path, "counts", open_counts(), "me").unchanged


def test_marking_the_same_months_as_provisional_twice_is_one_version(tmp_path):
    publish(tmp_path, "city", two_months(), "me")
    marked = provisional(two_months(), FEBRUARY)
    assert not publish(tmp_path, "city", marked, "me").unchanged
    assert publish(tmp_path, "city", marked, "me").unchanged
    assert not publish(tmp_path, "city", two_months(), "me").unchanged


def test_one_record_twice_instead_of_another_is_a_change(tmp_path):
    rows = [incident(1, JANUARY), incident(2, JANUARY)]
    publish(tmp_path, "city", delivery(rows, covered([JANUARY])), "me")
    other = [rows[0], {**rows[0], "row_id": "row-2"}]
    assert not publish(tmp_path, "city", delivery(other, covered([JANUARY])), "me").unchanged


@pytest.mark.parametrize(
    "change",
    [
        {"place": "There"},
        {"place": None},
        {"victim_key": "v"},
        {"longitude": -0.0900001, "latitude": 51.5},
        {"no_crimed_on": FEBRUARY},
        {"record_id": "another"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_smallest_change_of_a_row_is_a_change(tmp_path, change):
    first = incident(1, JANUARY, place="Here", longitude=-0.09, latitude=51.5)
    publish(tmp_path, "city", delivery([first], covered([JANUARY])), "me")
    line = publish(tmp_path, "city", delivery([{**first, **change}], covered([JANUARY])), "me")
    assert (line.number, line.unchanged) == (2, False)


def test_a_measure_defined_otherwise_is_a_change(tmp_path):
    line = publish(tmp_path, "city", two_months(), "me")
    tables = two_months().tables
    definition = tables.measures.schema.get_field_index("definition")
    reworded = tables.measures.set_column(
        definition, tables.measures.schema.field(definition), [["reworded"] * tables.measures.num_rows]
    )
    other = replace(two_months(), tables=replace(tables, measures=reworded))
    assert publish(tmp_path, "city", other, "me").number == line.number + 1


def test_another_licence_line_is_a_change(tmp_path):
    publish(tmp_path, "city", two_months(), "me")
    assert publish(tmp_path, "city", replace(two_months(), attribution="OGL"), "me").number == 2


def test_a_preview_holds_what_a_publish_would_and_writes_nothing(tmp_path):
    publish(tmp_path, "city", two_months(), "me")
    before = files(tmp_path)
    corrected = delivery([incident(9, JANUARY)], covered([JANUARY]))
    seen = preview(tmp_path, "city", corrected, "me")
    assert files(tmp_path) == before
    line = publish(tmp_path, "city", corrected, "me")
    published = open_version(tmp_path, "city")
    assert (seen.publish.number, seen.publish.table_rows) == (line.number, line.table_rows)
    for name in SCHEMAS:
        rows = [sorted(map(str, getattr(each, name).to_pyarrow().to_pylist())) for each in (seen, published)]
        assert rows[0] == rows[1], name


def test_a_preview_of_a_first_publish_leaves_no_folder(tmp_path):
    seen = preview(tmp_path / "store", "city", two_months(), "me")
    assert (seen.publish.number, seen.incidents.count().execute()) == (1, 3)
    assert not (tmp_path / "store").exists()


def test_a_preview_of_what_stands_is_the_version_that_stands(tmp_path):
    line = publish(tmp_path, "city", two_months(), "me")
    assert preview(tmp_path, "city", two_months(), "me").publish == replace(line, unchanged=True)


def test_a_preview_refuses_what_a_publish_refuses(tmp_path):
    publish(tmp_path, "city", two_months(), "me")
    with pytest.raises(
        PublishRefusedError, match="holds figures from demo and these come from published-table"
    ):
        preview(tmp_path, "city", delivery(counts=[month_total(JANUARY, 1)], source="published-table"), "me")
    with pytest.raises(InvalidRowsError, match="not among the dataset's measures: piracy"):
        preview(tmp_path, "city", delivery([incident(1, JANUARY, measure="piracy")]), "me")
    assert datasets(tmp_path) == ("city",)
