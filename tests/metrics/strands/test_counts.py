"""What vulncore.metrics.strands.counts promises."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import ibis
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.making import FORCE, covered, delivery, incident, month_total, months, total
from vulncore.domain.periods import Window, add_months, month_end, month_of
from vulncore.domain.vocabulary import Flow, find_measure, report_measures
from vulncore.metrics.strands.counts import (
    monthly_counts,
    monthly_series,
    tiling_total,
    window_counts,
)

JANUARY = date(2024, 1, 1)
RAPE = find_measure(report_measures(), "rape")
SPRING = Window(date(2024, 3, 1), date(2024, 5, 31))
COUNT_COLUMNS = [*month_total(date(2024, 1, 1), 0), "provisional"]


def counted(incidents, coverage) -> dict[tuple[str, date], int]:
    tables = delivery(incidents, coverage).tables
    frame = monthly_counts(ibis.memtable(tables.incidents), ibis.memtable(tables.coverage), FORCE)
    return {
        (m, month.date()): n
        for m, month, n in zip(frame["measure"], frame["month"], frame["count"], strict=True)
    }


def test_a_month_delivered_without_a_record_is_zero():
    assert counted([], covered([JANUARY])) == {("rape", JANUARY): 0}


def test_a_month_not_delivered_is_missing_not_zero_even_if_a_record_bears_its_date():
    rows = [incident(1, JANUARY), incident(2, date(2024, 3, 5))]
    assert counted(rows, covered([JANUARY, date(2024, 2, 1)])) == {
        ("rape", JANUARY): 1,
        ("rape", date(2024, 2, 1)): 0,
    }


def test_a_record_counts_in_the_month_it_was_recorded_whenever_it_happened():
    rows = [incident(1, date(2024, 1, 31)), incident(2, date(2024, 2, 1))]
    assert counted(rows, covered(months(JANUARY, 2))) == {
        ("rape", JANUARY): 1,
        ("rape", date(2024, 2, 1)): 1,
    }


def test_a_record_found_not_to_be_a_crime_does_not_count():
    rows = [incident(1, JANUARY), incident(2, JANUARY, no_crimed_on=date(2024, 2, 3))]
    assert counted(rows, covered([JANUARY])) == {("rape", JANUARY): 1}


def test_one_record_counts_in_each_measure_it_counts_towards():
    rows = [incident(1, JANUARY), incident(2, JANUARY, measure="domestic-abuse-crime", record_id="record-1")]
    coverage = covered([JANUARY]) + covered([JANUARY], measure="domestic-abuse-crime")
    assert counted(rows, coverage) == {("rape", JANUARY): 1, ("domestic-abuse-crime", JANUARY): 1}


def test_a_repeated_record_id_within_a_measure_counts_each_time():
    rows = [incident(1, JANUARY), incident(2, JANUARY, record_id="record-1")]
    assert counted(rows, covered([JANUARY])) == {("rape", JANUARY): 2}


def test_another_forces_records_and_months_stay_out():
    rows = [incident(1, JANUARY), incident(2, JANUARY, force="Grand Fenwick Police")]
    coverage = covered([JANUARY]) + covered([JANUARY], force="Grand Fenwick Police")
    assert counted(rows, coverage) == {("rape", JANUARY): 1}


@settings(max_examples=15)
@given(
    st.lists(
        st.tuples(
            st.dates(date(2023, 11, 1), date(2024, 4, 30)),
            st.sampled_from(["rape", "hate-crime"]),
            st.booleans(),
        ),
        max_size=40,
    )
)
def test_counts_equal_a_plain_loop(drawn):
    rows = [
        incident(n, day, measure=measure, no_crimed_on=day if gone else None)
        for n, (day, measure, gone) in enumerate(drawn)
    ]
    every = months(date(2023, 12, 1), 4)
    expected = {
        (measure, month): sum(
            1 for day, m, gone in drawn if m == measure and month_of(day) == month and not gone
        )
        for measure in ("rape", "hate-crime")
        for month in every
    }
    assert counted(rows, covered(every) + covered(every, measure="hate-crime")) == expected


def series(month_rows, count_rows) -> list[tuple[date, int]]:
    frame = monthly_series(month_rows, pd.DataFrame([{**row, "provisional": False} for row in count_rows]))
    return [(month.date(), count) for month, count in zip(frame["month"], frame["count"], strict=True)]


def no_months() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "measure": pd.Series(dtype=object),
            "month": pd.Series(dtype="datetime64[s]"),
            "count": pd.Series(dtype="int64"),
            "provisional": pd.Series(dtype=bool),
        }
    )


def known(month: date, count: int) -> pd.DataFrame:
    return pd.DataFrame(
        {"measure": ["rape"], "month": [pd.Timestamp(month)], "count": [count], "provisional": [False]}
    )


def test_totals_of_whole_months_stand_in_where_no_records_were_delivered():
    rows = [month_total(date(2024, 2, 1), 4), total(date(2024, 1, 1), date(2024, 3, 31), 9)]
    assert series(no_months(), rows) == [(date(2024, 2, 1), 4)]
    assert series(known(JANUARY, 3), rows) == [(JANUARY, 3), (date(2024, 2, 1), 4)]


def test_records_answer_before_totals_of_the_same_month():
    assert series(known(JANUARY, 3), [month_total(JANUARY, 5)]) == [(JANUARY, 3)]


@pytest.mark.parametrize("last", [28, 29])
def test_february_of_a_leap_year_is_whole_only_with_its_29th_day(last):
    rows = [total(date(2024, 2, 1), date(2024, 2, last), 4)]
    assert len(series(no_months(), rows)) == (1 if last == 29 else 0)


def from_records(*counts: int | None, first: date = date(2024, 3, 1)) -> pd.DataFrame:
    rows = [
        ("rape", pd.Timestamp(month), count, False)
        for month, count in zip(months(first, len(counts)), counts, strict=True)
        if count is not None
    ]
    return pd.DataFrame(rows, columns=["measure", "month", "count", "provisional"]).astype(
        {"month": "datetime64[s]"}
    )


def counted_window(records: pd.DataFrame, totals=(), measure=RAPE, window=SPRING) -> tuple[object, int]:
    counts = pd.DataFrame([{**row, "provisional": False} for row in totals], columns=COUNT_COLUMNS)
    row = window_counts(records, counts, [measure], {"spring": window}).iloc[0]
    return (None if pd.isna(row["spring"]) else int(row["spring"])), int(row["spring_months"])


def test_a_whole_window_is_the_sum_of_its_months():
    assert counted_window(from_records(1, 2, 4)) == (7, 3)


def test_a_window_with_a_missing_month_has_no_count_and_says_how_many_months_it_has():
    assert counted_window(from_records(1, None, 4)) == (None, 2)


def test_totals_answer_where_records_do_not_reach():
    assert counted_window(from_records(), [total(SPRING.start, SPRING.end, 9)]) == (9, 3)
    pieces = [month_total(date(2024, 3, 1), 2), total(date(2024, 4, 1), date(2024, 5, 31), 5)]
    assert counted_window(from_records(), pieces) == (7, 3)


def test_records_and_totals_are_never_mixed():
    rest = [total(date(2024, 5, 1), date(2024, 5, 31), 5)]
    assert counted_window(from_records(1, 2, None), rest) == (None, 2)


def test_records_answer_before_totals():
    assert counted_window(from_records(1, 2, 4), [total(SPRING.start, SPRING.end, 9)]) == (7, 3)


def test_totals_that_overhang_or_leave_a_gap_do_not_answer():
    overhang = [total(date(2024, 2, 1), date(2024, 5, 31), 9)]
    gap = [month_total(date(2024, 3, 1), 2), month_total(date(2024, 5, 1), 3)]
    assert counted_window(from_records(), overhang) == (None, 0)
    assert counted_window(from_records(), gap) == (None, 2)


def test_a_stock_shows_the_last_month_and_is_never_summed():
    stock = replace(RAPE, flow=Flow.STOCK)
    assert counted_window(from_records(1, 2, 4), measure=stock) == (4, 1)
    assert counted_window(from_records(1, 2, None), measure=stock) == (None, 0)


def test_a_window_that_does_not_apply_has_neither_count_nor_months():
    assert counted_window(from_records(1, 2, 4), window=None) == (None, 0)


def test_provisional_months_of_a_window_are_counted():
    records = from_records(1, 2, 4)
    records.loc[2, "provisional"] = True
    counts = pd.DataFrame([], columns=COUNT_COLUMNS)
    row = window_counts(records, counts, [RAPE], {"spring": SPRING}).iloc[0]
    assert row["spring_provisional"] == 1


def test_a_measure_that_nothing_is_known_of_is_incomplete_not_zero():
    hate = find_measure(report_measures(), "hate-crime")
    assert counted_window(from_records(1, 2, 4), measure=hate) == (None, 0)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=18), st.data())
def test_any_cut_of_a_window_into_periods_gives_the_windows_total(counts, data):
    start = date(2020, 1, 1)
    cuts = data.draw(st.sets(st.integers(1, max(len(counts) - 1, 1)), max_size=6))
    edges = sorted({0, len(counts), *(cut for cut in cuts if cut < len(counts))})
    periods = {
        (add_months(start, a), month_end(add_months(start, b - 1))): sum(counts[a:b])
        for a, b in pairwise(edges)
    }
    window = Window(start, month_end(add_months(start, len(counts) - 1)))
    assert tiling_total(periods, window) == sum(counts)
    first = min(periods)
    without = {period: count for period, count in periods.items() if period != first}
    assert tiling_total(without, window) is None


@pytest.mark.parametrize("order", [1, -1])
def test_the_fewest_periods_answer_where_several_tilings_fit(order):
    periods = {
        (date(2024, 3, 1), date(2024, 5, 31)): 9,
        (date(2024, 3, 1), date(2024, 3, 31)): 2,
        (date(2024, 4, 1), date(2024, 5, 31)): 6,
    }
    assert tiling_total(dict(list(periods.items())[::order]), SPRING) == 9
