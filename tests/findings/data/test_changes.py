"""What vulncore.findings.data.changes promises."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pyarrow as pa

from tests.making import FORCE, covered, delivery, incident, month_total, months, total
from vulncore.domain.delivery import provisional
from vulncore.domain.schemas import ANNOTATIONS
from vulncore.findings.data.changes import changes, changes_between
from vulncore.store import annotate, open_version, preview, publish
from vulncore.store.purging import purge
from vulncore.store.stubs import Selection

AUGUST, SEPTEMBER, OCTOBER = months(date(2024, 8, 1), 3)


def extract(counted: dict[date, int], first: int = 0, **more: object):
    rows = [
        incident(first + 100 * month.month + number, month, **more)
        for month, count in counted.items()
        for number in range(count)
    ]
    return delivery(rows, covered(counted))


def test_a_first_publish_says_so_in_one_sentence(tmp_path):
    publish(tmp_path, "city", extract({AUGUST: 3, SEPTEMBER: 0}), "me")
    assert changes(tmp_path, "city").sentences == (
        "This is the first version: 2 figures, August 2024 to September 2024.",
    )


def test_a_figure_that_changed_is_said_with_its_measure_month_and_both_values(tmp_path):
    publish(tmp_path, "city", extract({AUGUST: 1, SEPTEMBER: 3}), "me")
    publish(tmp_path, "city", extract({SEPTEMBER: 2, OCTOBER: 4}), "me")
    differences = changes(tmp_path, "city")
    assert differences.sentences == (
        "1 figure changed, 1 figure is new (October 2024).",
        "Rape, September 2024: 3 to 2.",
        "Records: 4 added, 1 no longer there.",
    )
    assert differences.frame.fillna(-1).values.tolist() == [
        [FORCE, "Rape", "September 2024", "records", 3, 2, "changed"],
        [FORCE, "Rape", "October 2024", "records", -1, 4, "new"],
    ]


def test_an_earlier_version_is_set_against_the_one_before_it(tmp_path):
    for count in (3, 2, 7):
        publish(tmp_path, "city", extract({SEPTEMBER: count}), "me")
    assert changes(tmp_path, "city", 2).sentences[1] == "Rape, September 2024: 3 to 2."
    assert changes(tmp_path, "city").sentences[1] == "Rape, September 2024: 2 to 7."


def test_the_largest_changes_are_said_and_the_rest_are_counted(tmp_path):
    every = months(date(2024, 1, 1), 6)
    publish(tmp_path, "city", extract(dict.fromkeys(every, 1)), "me")
    publish(tmp_path, "city", extract({month: 1 + month.month for month in every}), "me")
    sentences = changes(tmp_path, "city").sentences
    assert sentences[0] == "6 figures changed."
    assert sentences[1:5] == tuple(
        f"Rape, {month:%B} 2024: 1 to {1 + month.month}." for month in every[:1:-1]
    )
    assert sentences[5] == "2 more figures changed, by as much or less."


def test_records_no_crimed_and_reclassified_since_are_counted(tmp_path):
    both = covered([SEPTEMBER]) + covered([SEPTEMBER], "hate-crime")
    rows = [incident(number, SEPTEMBER) for number in range(3)]
    publish(tmp_path, "city", delivery(rows, both), "me")
    later = [rows[0], incident(1, SEPTEMBER, no_crimed_on=OCTOBER), incident(2, SEPTEMBER, "hate-crime")]
    publish(tmp_path, "city", delivery(later, both), "me")
    assert changes(tmp_path, "city").sentences[-1] == (
        "Records: 1 no-crimed since, 1 counted towards another measure."
    )


def test_a_dry_run_says_what_the_publish_then_says(tmp_path):
    publish(tmp_path, "city", extract({SEPTEMBER: 3}), "me")
    corrected = extract({SEPTEMBER: 2})
    seen = changes_between(open_version(tmp_path, "city"), preview(tmp_path, "city", corrected, "me"))
    publish(tmp_path, "city", corrected, "me")
    done = changes(tmp_path, "city")
    assert seen.sentences == done.sentences
    pd.testing.assert_frame_equal(seen.frame, done.frame)


def test_a_dry_run_of_what_stands_says_that_no_figure_changes(tmp_path):
    publish(tmp_path, "city", extract({SEPTEMBER: 3}), "me")
    same = preview(tmp_path, "city", extract({SEPTEMBER: 3}), "me")
    assert changes_between(open_version(tmp_path, "city"), same).sentences == ("No figure changed.",)


def test_a_version_that_changed_no_figure_says_what_else_it_changed(tmp_path):
    publish(tmp_path, "city", extract({AUGUST: 1, SEPTEMBER: 3}), "me")
    publish(tmp_path, "city", provisional(extract({AUGUST: 1, SEPTEMBER: 3}), SEPTEMBER), "me")
    assert changes(tmp_path, "city").sentences == (
        "No figure changed.",
        "1 monthly figure is marked as provisional.",
    )
    note = {"kind": "comment", "text": "New form", "author": "A", "written_on": OCTOBER}
    annotate(tmp_path, "city", pa.Table.from_pylist([note, note], schema=ANNOTATIONS), "me")
    assert changes(tmp_path, "city").sentences == ("No figure changed.", "2 notes on the data were added.")
    purge(tmp_path, "city", Selection(record_ids=("record-900",)), "officer")
    assert changes(tmp_path, "city").sentences == (
        "No figure changed.",
        "3 rows of records were erased for good, from 3 versions.",
    )


def test_a_measure_defined_otherwise_is_said_by_its_name(tmp_path):
    first = extract({SEPTEMBER: 3})
    publish(tmp_path, "city", first, "me")
    rows = first.tables.measures.to_pylist()
    for row in rows:
        if row["key"] == "rape":
            row["definition"] = "Otherwise"
    measures = pa.Table.from_pylist(rows, schema=first.tables.measures.schema)
    publish(tmp_path, "city", replace(first, tables=replace(first.tables, measures=measures)), "me")
    assert changes(tmp_path, "city").sentences == (
        "No figure changed.",
        "The name or definition of Rape changed.",
    )


def test_totals_over_quarters_and_part_months_are_said_in_words(tmp_path):
    quarter, part = (
        total(date(2024, 7, 1), date(2024, 9, 30), 9),
        total(date(2024, 9, 1), date(2024, 9, 14), 2),
    )
    publish(tmp_path, "city", delivery(counts=[quarter, part]), "me")
    publish(tmp_path, "city", delivery(counts=[{**quarter, "count": 12}, {**part, "count": 3}]), "me")
    assert changes(tmp_path, "city").sentences[1:3] == (
        "Rape, July 2024 to September 2024: 9 to 12.",
        "Rape, 1 September 2024 to 14 September 2024: 2 to 3.",
    )
    assert set(changes(tmp_path, "city").frame["Counted from"]) == {"totals"}


def test_a_figure_names_its_force_where_there_are_several(tmp_path):
    def two(count: int):
        other = {**month_total(SEPTEMBER, count), "force": "Syldavia Police"}
        return delivery(counts=[month_total(SEPTEMBER, 1), other])

    publish(tmp_path, "city", two(1_500), "me")
    publish(tmp_path, "city", two(1_498), "me")
    assert changes(tmp_path, "city").sentences[1] == "Syldavia Police, Rape, September 2024: 1,500 to 1,498."


def test_a_dataset_without_a_figure_has_nothing_to_say_and_does_not_fail(tmp_path):
    publish(tmp_path, "city", delivery(), "me")
    differences = changes(tmp_path, "city")
    assert differences.sentences == ("This is the first version: no figures.",)
    assert differences.frame.empty


def test_what_is_no_longer_there_is_named(tmp_path):
    both = covered([AUGUST, SEPTEMBER]) + covered([AUGUST, SEPTEMBER], "hate-crime")
    publish(tmp_path, "city", delivery([incident(1, AUGUST)], both), "me")
    publish(tmp_path, "city", delivery([incident(1, AUGUST)], covered([AUGUST, SEPTEMBER])), "me")
    assert changes(tmp_path, "city").sentences[0] == (
        "2 figures are no longer there (Hate crime: August 2024 to September 2024)."
    )
