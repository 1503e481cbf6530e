"""What vulncore.store.publishing promises: a delivery replaces what it covers, whole, and nothing else."""

from datetime import date

import pyarrow as pa

from tests.making import covered, delivery, incident, month_total, months
from tests.sources.police_uk.test_street import line, street_csv
from vulncore.domain.schemas import ANNOTATIONS, Tables, validated
from vulncore.domain.vocabulary import report_measures
from vulncore.sources.police_uk import deliver
from vulncore.store.publishing import merged

JANUARY, FEBRUARY = months(date(2011, 1, 1), 2)
BY_KEY = {measure.key: measure for measure in report_measures()}


def street(folder, *crime_types: str, force: str = "City of London Police", slug: str = "city-of-london"):
    rows = [line(month="2011-01", force=force, crime_type=name) for name in crime_types]
    return deliver([street_csv(folder, *rows, name=f"2011-01-{slug}-street.csv")]).tables


def cells(tables: Tables, *columns: str) -> list[tuple[object, ...]]:
    table = tables.coverage if columns == ("measure", "month") else tables.counts
    return sorted(zip(*(table[name].to_pylist() for name in columns), strict=True))


def test_a_corrected_street_file_replaces_its_month_whole(tmp_path):
    # the site had six categories in January 2011: drugs is covered only because the file has it
    first, corrected = street(tmp_path, "Drugs", "Burglary"), street(tmp_path, "Burglary", "Burglary")
    held = validated(merged(first, corrected))
    assert held.incidents["measure"].to_pylist() == ["burglary", "burglary"]
    assert "drugs" in first.coverage["measure"].to_pylist()
    assert sorted(held.coverage["measure"].to_pylist()) == sorted(corrected.coverage["measure"].to_pylist())
    assert "drugs" not in held.measures["key"].to_pylist()


def test_the_lines_of_a_corrected_file_may_have_moved(tmp_path):
    # row ids are line numbers: what was line 2 is another measure's now
    held = validated(merged(street(tmp_path, "Drugs"), street(tmp_path, "Burglary", "Robbery")))
    assert held.incidents["row_id"].to_pylist() == [f"2011-01-city-of-london-00000{n}" for n in (2, 3)]


def test_another_forces_same_month_stays(tmp_path):
    kent = street(tmp_path, "Drugs", force="Kent Police", slug="kent")
    held = validated(merged(kent, street(tmp_path, "Burglary")))
    assert sorted(held.incidents["measure"].to_pylist()) == ["burglary", "drugs"]
    assert held.coverage.num_rows == 7 + 6


def test_another_month_of_the_same_force_stays():
    january = delivery([incident(1, JANUARY)], covered([JANUARY])).tables
    february = delivery([incident(2, FEBRUARY)], covered([FEBRUARY])).tables
    held = validated(merged(january, february))
    assert sorted(held.incidents["row_id"].to_pylist()) == ["row-1", "row-2"]
    assert held.coverage.num_rows == 2


def test_one_corrected_total_leaves_the_months_other_measures_as_they_were():
    def totals(*rows: tuple[str, date, int]) -> Tables:
        return delivery(
            counts=[month_total(month, count, measure) for measure, month, count in rows],
            coverage=[row for measure, month, _ in rows for row in covered([month], measure, table="counts")],
            measures=[BY_KEY[measure] for measure in dict.fromkeys(row[0] for row in rows)],
        ).tables

    first = totals(("rape", JANUARY, 3), ("hate-crime", JANUARY, 20), ("rape", FEBRUARY, 4))
    held = validated(merged(first, totals(("rape", JANUARY, 5))))
    assert cells(held, "measure", "period_start", "count") == [
        ("hate-crime", JANUARY, 20),
        ("rape", JANUARY, 5),
        ("rape", FEBRUARY, 4),
    ]
    assert cells(held, "measure", "month") == cells(first, "measure", "month")
    assert set(held.measures["key"].to_pylist()) == {"rape", "hate-crime"}


def test_a_measure_that_never_had_a_figure_stays_declared():
    first = delivery([incident(1, JANUARY)], covered([JANUARY])).tables
    second = delivery(coverage=covered([FEBRUARY]), measures=[BY_KEY["rape"]]).tables
    assert merged(first, second).measures.num_rows == 19


def test_an_annotation_that_stands_is_not_added_again_though_parts_of_it_are_missing():
    def noted(*texts: str) -> Tables:
        rows = [
            {"kind": "comment", "text": text, "author": "A", "written_on": JANUARY, "month": month}
            for text in texts
            for month in (None, JANUARY)
        ]
        return Tables(annotations=pa.Table.from_pylist(rows, schema=ANNOTATIONS))

    held = merged(noted("one", "two"), noted("two", "three")).annotations
    assert sorted(held["text"].to_pylist()) == ["one", "one", "three", "three", "two", "two"]
