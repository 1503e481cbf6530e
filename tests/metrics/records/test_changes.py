"""What vulncore.metrics.records.changes and record_changes promise."""

from dataclasses import asdict
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.making import FORCE, covered, delivery, incident, month_total, months, total
from vulncore.metrics.records.changes import RecordChanges, figure_changes, figures, record_changes
from vulncore.store.manifest import Publish
from vulncore.store.snapshots import Snapshot, in_memory

JANUARY, FEBRUARY, MARCH = months(date(2024, 1, 1), 3)
NOBODYS_LINE: Publish = None  # type: ignore[assignment]  # no metric looks at it


def version(*rows: dict[str, object], coverage=None, counts=None) -> Snapshot:
    every = covered([JANUARY, FEBRUARY]) if coverage is None else coverage
    return in_memory(Path(), NOBODYS_LINE, delivery(list(rows), every, counts).tables)


def figures_of(snapshot: Snapshot) -> pd.DataFrame:
    return figures(snapshot.incidents, snapshot.coverage, snapshot.counts)


def differing(before: Snapshot, after: Snapshot) -> list[tuple[object, ...]]:
    changed = figure_changes(figures_of(before), figures_of(after))
    columns = ["measure", "period_start", "before", "after", "change"]
    return [
        tuple(None if pd.isna(value) else value for value in row) for row in changed[columns].values.tolist()
    ]


def records(before: Snapshot, after: Snapshot) -> dict[str, int]:
    return {what: n for what, n in asdict(record_changes(before.incidents, after.incidents)).items() if n}


def test_the_same_figures_are_no_change():
    rows = [incident(1, JANUARY), incident(2, FEBRUARY)]
    assert differing(version(*rows), version(*rows[::-1])) == []


def test_a_month_delivered_without_a_record_is_zero_and_one_not_delivered_is_missing():
    none = version(coverage=covered([JANUARY]))
    one = version(incident(1, JANUARY), coverage=covered([JANUARY]))
    nothing = version(coverage=[])
    assert differing(none, one) == [("rape", JANUARY, 0, 1, "changed")]
    assert differing(nothing, none) == [("rape", JANUARY, None, 0, "new")]
    assert differing(none, nothing) == [("rape", JANUARY, 0, None, "withdrawn")]


def test_a_record_that_was_no_crimed_no_longer_counts():
    assert differing(
        version(incident(1, JANUARY), incident(2, JANUARY)),
        version(incident(1, JANUARY), incident(2, JANUARY, no_crimed_on=MARCH)),
    ) == [("rape", JANUARY, 2, 1, "changed")]


def test_records_of_months_that_were_not_delivered_are_no_figure():
    assert differing(version(), version(incident(1, MARCH))) == []


def test_totals_change_by_their_period_apart_from_the_records_of_the_same_month():
    year = total(JANUARY, date(2024, 12, 31), 30)
    before = version(incident(1, JANUARY), counts=[month_total(JANUARY, 5), year])
    after = version(incident(1, JANUARY), counts=[month_total(JANUARY, 6), {**year, "count": 31}])
    changed = figure_changes(figures_of(before), figures_of(after))
    assert changed[["table", "before", "after"]].values.tolist() == [["counts", 5, 6], ["counts", 30, 31]]
    assert list(changed["period_end"]) == [date(2024, 1, 31), date(2024, 12, 31)]


def test_two_forces_figures_are_kept_apart():
    other = {**incident(1, JANUARY), "force": "Syldavia Police"}
    both = [*covered([JANUARY]), *covered([JANUARY], force="Syldavia Police")]
    changed = figure_changes(figures_of(version(coverage=both)), figures_of(version(other, coverage=both)))
    assert changed[["force", "before", "after"]].values.tolist() == [["Syldavia Police", 0, 1]]


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        ([], [incident(1, JANUARY)], {"added": 1}),
        ([incident(1, JANUARY)], [], {"gone": 1}),
        ([incident(1, JANUARY)], [incident(1, JANUARY, no_crimed_on=MARCH)], {"no_crimed": 1}),
        ([incident(1, JANUARY, no_crimed_on=MARCH)], [incident(1, JANUARY)], {"counted_again": 1}),
        ([incident(1, JANUARY)], [incident(1, JANUARY, "hate-crime")], {"reclassified": 1}),
        ([incident(1, JANUARY)], [incident(1, FEBRUARY)], {"moved": 1}),
        ([incident(1, JANUARY)], [incident(1, date(2024, 1, 30), place="Elsewhere")], {}),
    ],
    ids=["added", "gone", "no-crimed", "counted again", "reclassified", "moved", "details alone"],
)
def test_what_became_of_a_record_is_told_by_its_own_id(then, now, expected):
    assert records(version(*then), version(*now)) == expected


def test_a_second_strand_of_a_record_is_a_reclassification_and_not_another_record():
    one = incident(1, JANUARY)
    assert records(
        version(one), version(one, {**incident(1, JANUARY, "hate-crime"), "row_id": "row-1b"})
    ) == {"reclassified": 1}


def test_lines_without_an_id_of_their_own_are_not_taken_for_records():
    def without_id(number: int, day: date):
        return {**incident(number, day), "record_id": f"row-{number}"}

    assert (
        records(version(without_id(1, JANUARY)), version(without_id(1, FEBRUARY), without_id(2, FEBRUARY)))
        == {}
    )


def test_the_same_id_in_two_forces_is_two_records():
    other = {**incident(1, JANUARY), "force": "Syldavia Police", "row_id": "other"}
    assert records(version(incident(1, JANUARY)), version(incident(1, JANUARY), other)) == {"added": 1}


rows = st.lists(
    st.tuples(
        st.integers(1, 5),
        st.sampled_from(["rape", "hate-crime"]),
        st.sampled_from([JANUARY, FEBRUARY]),
        st.booleans(),
    ),
    max_size=8,
)


def by_loop(then, now) -> RecordChanges:
    def held(rows):
        known: dict[int, list[tuple[str, date, bool]]] = {}
        for record, measure, month, no_crimed in rows:
            known.setdefault(record, []).append((measure, month, not no_crimed))
        return {
            record: ({m for m, _, _ in of}, min(d for _, d, _ in of), any(c for _, _, c in of))
            for record, of in known.items()
        }

    old, new = held(then), held(now)
    both = [(old[record], new[record]) for record in old.keys() & new.keys()]
    return RecordChanges(
        added=len(new.keys() - old.keys()),
        gone=len(old.keys() - new.keys()),
        no_crimed=sum(a[2] and not b[2] for a, b in both),
        counted_again=sum(b[2] and not a[2] for a, b in both),
        reclassified=sum(a[0] != b[0] for a, b in both),
        moved=sum(a[1] != b[1] for a, b in both),
    )


@settings(max_examples=8)
@given(rows, rows)
def test_records_and_figures_agree_with_a_plain_loop(then, now):
    def made(drawn):
        return [
            {
                **incident(record, month, measure, no_crimed_on=MARCH if no_crimed else None),
                "row_id": f"row-{number}",
            }
            for number, (record, measure, month, no_crimed) in enumerate(drawn)
        ]

    coverage = covered([JANUARY, FEBRUARY]) + covered([JANUARY, FEBRUARY], "hate-crime")
    before, after = (version(*made(drawn), coverage=coverage) for drawn in (then, now))
    assert record_changes(before.incidents, after.incidents) == by_loop(then, now)

    def count(drawn, measure, month):
        return sum((m, d, gone) == (measure, month, False) for _, m, d, gone in drawn)

    cells = [(measure, month) for measure in ("hate-crime", "rape") for month in (JANUARY, FEBRUARY)]
    expected = [(*cell, count(then, *cell), count(now, *cell)) for cell in cells]
    assert [row[:4] for row in differing(before, after)] == [row for row in expected if row[2] != row[3]]
    assert set(figures_of(before)["force"]) == {FORCE}
