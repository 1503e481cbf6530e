"""What the checks of months promise: missing, empty, short and half-delivered ones are named, sound ones aren't."""

from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tests.making import covered, incident, month_total, months
from vulncore.domain.schemas import COUNTS, COVERAGE, INCIDENTS
from vulncore.metrics.data_quality.month_gaps import (
    empty_months,
    month_edges,
    month_gaps,
    short_months,
    without_empty,
)
from vulncore.metrics.data_quality.month_rows import month_number, month_rows

FIRST = month_number(date(2010, 1, 1))


def series(counts, force="F", measure="a", source="records", first=FIRST):
    """Rows as `month_rows` gives them, one month after the other; a missing count is a month not delivered."""
    rows = pd.DataFrame(
        {
            "force": force,
            "measure": measure,
            "month": range(first, first + len(counts)),
            "source": source,
            "covered": True,
            "rows": 0,
            "count": np.asarray(counts, dtype=float),
        }
    )
    return rows.dropna(subset="count", ignore_index=True)


def rows_of(incidents=(), coverage=(), counts=()):
    tables = (
        ibis.memtable(pa.Table.from_pylist(list(rows), schema=schema))
        for rows, schema in ((incidents, INCIDENTS), (counts, COUNTS), (coverage, COVERAGE))
    )
    return month_rows(*tables)


def test_a_month_not_delivered_is_named_once_for_all_measures_that_miss_it():
    gappy = [5, 5, None, None, 5]
    gaps = month_gaps(
        pd.concat([series(gappy, measure="a"), series(gappy, measure="b"), series([1] * 5, measure="c")])
    )
    (gap,) = gaps.to_dict("records")
    assert gap["missing"] == (FIRST + 2, FIRST + 3)
    assert gap["measures"] == ("a", "b")
    assert (gap["of_measures"], gap["of_months"]) == (3, 5)


def test_gaps_equal_a_naive_loop_over_random_coverage():
    rng = np.random.default_rng(4)
    for _ in range(30):
        counts = np.where(rng.random((3, 24)) < 0.8, 1.0, np.nan)
        frame = pd.concat(series(row, measure=str(number)) for number, row in enumerate(counts))
        naive = set()
        for number, row in enumerate(counts):
            there = [place for place in range(24) if row[place] == 1]
            naive |= {(str(number), FIRST + p) for p in range(there[0], there[-1]) if p not in there}
        gaps = {
            (measure, month)
            for gap in month_gaps(frame).to_dict("records")
            for measure in gap["measures"]
            for month in gap["missing"]
        }
        assert gaps == naive


def test_months_before_the_first_and_after_the_last_are_no_gap():
    assert month_gaps(pd.concat([series([1] * 9), series([1] * 3, measure="late", first=FIRST + 4)])).empty


def test_a_short_month_is_named_with_what_was_to_be_expected():
    counts = [600.0] * 40
    counts[20] = 200
    (short,) = short_months(series(counts)).to_dict("records")
    assert short["month"] == FIRST + 20
    assert short["count"] == 200
    assert short["expected"] == pytest.approx(
        600 * 30 / 31, rel=0.08
    )  # by days: the months around are longer


def test_the_last_month_is_judged_by_those_before_it():
    (short,) = short_months(series([600.0] * 39 + [150])).to_dict("records")
    assert short["month"] == FIRST + 39


def test_a_declared_month_of_nothing_is_named():
    (short,) = short_months(series([30.0] * 10 + [0] + [30.0] * 10)).to_dict("records")
    assert (short["month"], short["count"]) == (FIRST + 10, 0)


def test_a_fall_that_stays_is_no_short_month():
    assert short_months(series([600.0] * 20 + [200.0] * 20)).empty


def test_a_month_beside_a_gap_is_judged_more_strictly():
    counts = np.full(60, 600.0)
    counts[30] = 450
    assert short_months(series(counts)).empty
    counts[31] = np.nan
    assert short_months(series(counts))["month"].tolist() == [FIRST + 30]


@pytest.mark.parametrize("phi", [1, 6])
def test_sound_months_are_hardly_ever_called_short(phi):
    rng = np.random.default_rng(7)
    mean = 500 * np.resize(1 + 0.15 * np.sin(np.arange(12) * np.pi / 6), 100)
    shape = (60, 100)
    sound = rng.poisson(mean, shape) if phi == 1 else rng.negative_binomial(mean / (phi - 1), 1 / phi, shape)
    short = sum(len(short_months(series(row))) for row in sound)
    assert short <= 1  # of 6,000 months


def test_rows_outside_declared_months_are_told_apart_from_those_within():
    frame = rows_of(
        [incident(1, date(2024, 1, 5)), incident(2, date(2024, 3, 5))], covered(months(date(2024, 1, 1), 2))
    )
    assert frame[["month", "covered", "rows"]].values.tolist() == [
        [month_number(date(2024, 1, 1)), True, 1],
        [month_number(date(2024, 2, 1)), True, 0],
        [month_number(date(2024, 3, 1)), False, 1],
    ]
    assert frame["count"].tolist()[:2] == [1, 0]  # delivered and zero


def test_a_total_declared_and_not_there_has_no_count():
    frame = rows_of(
        coverage=covered(months(date(2024, 1, 1), 2), table="counts"),
        counts=[month_total(date(2024, 1, 1), 7)],
    )
    assert frame["count"].fillna(-1).tolist() == [7, -1]


def test_a_record_of_the_year_9999_is_a_row_like_another():
    frame = rows_of([incident(1, date(9999, 12, 31))], covered([date(2024, 1, 1)]))
    assert frame["month"].max() == 9999 * 12 + 11


def daily(first: date, days: int, a_day: int, skip=lambda day: False):
    every = [first + timedelta(days=step) for step in range(days)]
    return [
        incident(number, day)
        for number, day in enumerate(day for day in every if not skip(day) for _ in range(a_day))
    ]


def edges_of(rows, coverage):
    return month_edges(
        ibis.memtable(pa.Table.from_pylist(rows, schema=INCIDENTS)),
        ibis.memtable(pa.Table.from_pylist(coverage, schema=COVERAGE)),
    )


def test_a_month_downloaded_by_half_is_named():
    rows = daily(date(2024, 1, 1), 31 + 29 + 15, a_day=3)
    (edge,) = edges_of(rows, covered(months(date(2024, 1, 1), 3))).to_dict("records")
    assert edge["month"] == month_number(date(2024, 3, 1))
    assert (edge["edge"], edge["days"], edge["count"]) == ("last", 16, 45)
    assert edge["expected"] == pytest.approx(48)  # three a day


def test_a_unit_that_rests_at_weekends_raises_nothing():
    rows = daily(date(2024, 1, 1), 366, a_day=12, skip=lambda day: day.weekday() >= 5)
    assert edges_of(rows, covered(months(date(2024, 1, 1), 12))).empty


def test_a_source_that_gives_months_alone_raises_nothing():
    rows = [incident(number, date(2024, 1 + number % 6, 1)) for number in range(300)]
    assert edges_of(rows, covered(months(date(2024, 1, 1), 6))).empty


def beside(counts, others=300.0):
    """Months of one measure beside another that has as many of its own."""
    return pd.concat([series(counts), series([others] * len(counts), measure="other")], ignore_index=True)


def empty_in(counts) -> list[int]:
    """Places of the months that are named."""
    named = empty_months(beside(counts))
    assert set(named["measure"]) <= {"a"}
    return [month - FIRST for month in named["month"]]


@pytest.mark.parametrize(
    ("counts", "places"),
    [
        ([150.0] * 12 + [0] + [150.0] * 12, [12]),
        ([150.0] * 12 + [0] + [150.0] * 3 + [0] + [150.0] * 9, [12, 16]),
        ([150.0] * 12 + [0, 0, 0] + [150.0] * 12, [12, 13, 14]),  # a quarter
        ([150.0] * 24 + [0], [24]),  # the newest month
        ([150.0] * 12 + [None, 0, None] + [150.0] * 12, [13]),  # beside months that were not delivered
        ([150.0] * 12 + [0] * 12, []),  # it ended, and level_shifts says so
        ([0] * 12 + [150.0] * 12, []),  # it began
        ([150.0] * 6 + [0] * 8 + [150.0] * 10, []),  # given up and taken up again
        ([4.0] * 12 + [0] + [4.0] * 12, []),  # as chance has it
        ([150.0] * 2 + [0] + [150.0] * 12, []),  # too little before it to tell
    ],
)
def test_a_month_of_nothing_within_a_series_of_dozens_is_named(counts, places):
    assert empty_in(counts) == places


def test_a_rare_measure_of_plain_chance_raises_nothing():
    rng = np.random.default_rng(8)
    for level in (1, 3, 6, 10):
        assert empty_in(rng.poisson(level, 600).astype(float)) == []


def test_a_month_in_which_nothing_came_of_any_measure_is_no_measures_alone():
    counts = [150.0] * 12 + [0] + [150.0] * 12
    frame = pd.concat([series(counts), series(counts, measure="b")], ignore_index=True)
    assert empty_months(frame).empty
    assert short_months(frame)["month"].tolist() == [FIRST + 12]


def test_a_month_that_lacks_one_measure_is_not_short_as_well():
    frame = beside([150.0] * 12 + [0] + [150.0] * 12, others=50.0)
    assert short_months(frame)["month"].tolist() == [FIRST + 12]
    assert short_months(without_empty(frame, empty_months(frame))).empty
