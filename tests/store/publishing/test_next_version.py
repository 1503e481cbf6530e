"""What vulncore.store.publishing.next_version promises of the next version, published or only looked at.

A delivery replaces what it covers, whole, and nothing else; a delivery of what stands already changes nothing.
"""

from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest

from tests.making import covered, delivery, incident, month_total, months
from tests.sources.police_uk.test_street import line as street_row
from tests.sources.police_uk.test_street import street_csv
from vulncore.cli.publishing import open_counts
from vulncore.domain.delivery import provisional
from vulncore.domain.disk import NamedFile
from vulncore.domain.errors import InvalidRowsError, PublishRefusedError
from vulncore.domain.schemas import ANNOTATIONS, SCHEMAS, Tables, validated
from vulncore.domain.vocabulary import report_measures
from vulncore.sources.police_uk import deliver
from vulncore.store import datasets, open_version, preview, publish, versions
from vulncore.store.publishing.merging import merge_delivery

JANUARY, FEBRUARY = months(date(2024, 1, 1), 2)
BY_KEY = {measure.key: measure for measure in report_measures()}


def street(folder, *crime_types: str, force: str = "City of London Police", slug: str = "city-of-london"):
    rows = [street_row(month="2011-01", force=force, crime_type=name) for name in crime_types]
    return deliver([street_csv(folder, *rows, name=f"2011-01-{slug}-street.csv")]).tables


def cells(tables: Tables, *columns: str) -> list[tuple[object, ...]]:
    table = tables.coverage if columns == ("measure", "month") else tables.counts
    return sorted(zip(*(table[name].to_pylist() for name in columns), strict=True))


def test_a_corrected_street_file_replaces_its_month_whole(tmp_path):
    # the site had six categories in January 2011: drugs is covered only because the file has it
    first, corrected = street(tmp_path, "Drugs", "Burglary"), street(tmp_path, "Burglary", "Burglary")
    after = validated(merge_delivery(first, corrected))
    assert after.incidents["measure"].to_pylist() == ["burglary", "burglary"]
    assert "drugs" in first.coverage["measure"].to_pylist()
    assert sorted(after.coverage["measure"].to_pylist()) == sorted(corrected.coverage["measure"].to_pylist())
    assert "drugs" not in after.measures["key"].to_pylist()


def test_the_lines_of_a_corrected_file_may_have_moved(tmp_path):
    # row ids are line numbers: what was line 2 is another measure's now
    after = validated(merge_delivery(street(tmp_path, "Drugs"), street(tmp_path, "Burglary", "Robbery")))
    assert after.incidents["row_id"].to_pylist() == [f"2011-01-city-of-london-00000{n}" for n in (2, 3)]


def test_another_forces_same_month_stays(tmp_path):
    kent = street(tmp_path, "Drugs", force="Kent Police", slug="kent")
    after = validated(merge_delivery(kent, street(tmp_path, "Burglary")))
    assert sorted(after.incidents["measure"].to_pylist()) == ["burglary", "drugs"]
    assert after.coverage.num_rows == 7 + 6


def test_another_month_of_the_same_force_stays():
    january = delivery([incident(1, JANUARY)], covered([JANUARY])).tables
    february = delivery([incident(2, FEBRUARY)], covered([FEBRUARY])).tables
    after = validated(merge_delivery(january, february))
    assert sorted(after.incidents["row_id"].to_pylist()) == ["row-1", "row-2"]
    assert after.coverage.num_rows == 2


def test_one_corrected_total_leaves_the_months_other_measures_as_they_were():
    def totals(*rows: tuple[str, date, int]) -> Tables:
        return delivery(
            counts=[month_total(month, count, measure) for measure, month, count in rows],
            coverage=[row for measure, month, _ in rows for row in covered([month], measure, table="counts")],
            measures=[BY_KEY[measure] for measure in dict.fromkeys(row[0] for row in rows)],
        ).tables

    first = totals(("rape", JANUARY, 3), ("hate-crime", JANUARY, 20), ("rape", FEBRUARY, 4))
    after = validated(merge_delivery(first, totals(("rape", JANUARY, 5))))
    assert cells(after, "measure", "period_start", "count") == [
        ("hate-crime", JANUARY, 20),
        ("rape", JANUARY, 5),
        ("rape", FEBRUARY, 4),
    ]
    assert cells(after, "measure", "month") == cells(first, "measure", "month")
    assert set(after.measures["key"].to_pylist()) == {"rape", "hate-crime"}


def test_a_measure_that_never_had_a_figure_stays_declared():
    first = delivery([incident(1, JANUARY)], covered([JANUARY])).tables
    second = delivery(coverage=covered([FEBRUARY]), measures=[BY_KEY["rape"]]).tables
    assert merge_delivery(first, second).measures.num_rows == 19


def test_an_annotation_that_stands_is_not_added_again_though_parts_of_it_are_missing():
    def noted(*texts: str) -> Tables:
        rows = [
            {"kind": "comment", "text": text, "author": "A", "written_on": JANUARY, "month": month}
            for text in texts
            for month in (None, JANUARY)
        ]
        return Tables(annotations=pa.Table.from_pylist(rows, schema=ANNOTATIONS))

    after = merge_delivery(noted("one", "two"), noted("two", "three")).annotations
    assert sorted(after["text"].to_pylist()) == ["one", "one", "three", "three", "two", "two"]


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
    published = publish(tmp_path, "city", two_months(), "me")
    before = files(tmp_path)
    again = publish(tmp_path, "city", two_months(), "somebody else")
    assert again == replace(published, unchanged=True)
    assert files(tmp_path) == before
    assert versions(tmp_path, "city") == (published,)


def test_a_part_of_what_stands_changes_nothing_either(tmp_path):
    publish(tmp_path, "city", two_months(), "me")
    february = delivery([incident(3, FEBRUARY, longitude=-0.09, latitude=51.5)], covered([FEBRUARY]))
    assert publish(tmp_path, "city", february, "me").unchanged


def test_the_shipped_counts_and_their_annotations_published_twice_are_one_version(tmp_path):
    publish(tmp_path, "counts", open_counts(), "me")
    annotations = open_version(tmp_path, "counts").annotations.count().execute()
    assert annotations == open_counts().tables.annotations.num_rows
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
    published = publish(tmp_path, "city", delivery([{**first, **change}], covered([JANUARY])), "me")
    assert (published.number, published.unchanged) == (2, False)


def test_a_measure_defined_otherwise_is_a_change(tmp_path):
    published = publish(tmp_path, "city", two_months(), "me")
    tables = two_months().tables
    definition = tables.measures.schema.get_field_index("definition")
    reworded = tables.measures.set_column(
        definition, tables.measures.schema.field(definition), [["reworded"] * tables.measures.num_rows]
    )
    other = replace(two_months(), tables=replace(tables, measures=reworded))
    assert publish(tmp_path, "city", other, "me").number == published.number + 1


def test_another_licence_line_is_a_change(tmp_path):
    publish(tmp_path, "city", two_months(), "me")
    assert publish(tmp_path, "city", replace(two_months(), attribution="OGL"), "me").number == 2


def test_a_preview_holds_what_a_publish_would_and_writes_nothing(tmp_path):
    publish(tmp_path, "city", two_months(), "me")
    before = files(tmp_path)
    corrected = delivery([incident(9, JANUARY)], covered([JANUARY]))
    seen = preview(tmp_path, "city", corrected, "me")
    assert files(tmp_path) == before
    published = publish(tmp_path, "city", corrected, "me")
    snapshot = open_version(tmp_path, "city")
    assert (seen.publish.number, seen.publish.table_rows) == (published.number, published.table_rows)
    for name in SCHEMAS:
        would_be, is_now = (
            sorted(map(str, getattr(version, name).to_pyarrow().to_pylist())) for version in (seen, snapshot)
        )
        assert would_be == is_now, name


def test_a_preview_of_a_first_publish_leaves_no_folder(tmp_path):
    seen = preview(tmp_path / "store", "city", two_months(), "me")
    assert (seen.publish.number, seen.incidents.count().execute()) == (1, 3)
    assert not (tmp_path / "store").exists()


def test_a_preview_of_what_stands_is_the_version_that_stands(tmp_path):
    published = publish(tmp_path, "city", two_months(), "me")
    assert preview(tmp_path, "city", two_months(), "me").publish == replace(published, unchanged=True)
    guessed = replace(two_months(), files=(NamedFile("guessed.csv", 1, "0" * 64),))
    seen = preview(
        tmp_path, "city", guessed, "me"
    ).publish  # whoever guesses rows is not told when they are right
    assert (seen.unchanged, seen.number) == (False, published.number + 1)


def test_a_preview_refuses_what_a_publish_refuses(tmp_path):
    publish(tmp_path, "city", two_months(), "me")
    with pytest.raises(
        PublishRefusedError, match="holds figures from demo and these come from published-table"
    ):
        preview(tmp_path, "city", delivery(counts=[month_total(JANUARY, 1)], source="published-table"), "me")
    with pytest.raises(InvalidRowsError, match=r"not among the dataset's measures: 1 \(piracy\)"):
        preview(tmp_path, "city", delivery([incident(1, JANUARY, measure="piracy")]), "me")
    assert datasets(tmp_path) == ("city",)
