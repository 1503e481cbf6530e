"""What vulncore.metrics.strands.counts promises."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.making import month_total, months, total
from vulncore.domain.periods import Window, add_months, month_end
from vulncore.domain.vocabulary import Flow, find_measure, report_measures
from vulncore.metrics.strands.counts import tiling_total, window_counts

RAPE = find_measure(report_measures(), "rape")
SPRING = Window(date(2024, 3, 1), date(2024, 5, 31))
COUNT_COLUMNS = [*month_total(date(2024, 1, 1), 0), "provisional"]


def from_records(*counts: int | None, first: date = date(2024, 3, 1)) -> pd.DataFrame:
    rows = [
        ("rape", pd.Timestamp(month), count, False)
        for month, count in zip(months(first, len(counts)), counts, strict=True)
        if count is not None
    ]
    return pd.DataFrame(rows, columns=["measure", "month", "count", "provisional"]).astype(
        {"month": "datetime64[s]"}
    )


def asked(records: pd.DataFrame, totals=(), measure=RAPE, window=SPRING) -> tuple[object, int]:
    counts = pd.DataFrame([{**row, "provisional": False} for row in totals], columns=COUNT_COLUMNS)
    row = window_counts(records, counts, [measure], {"spring": window}).iloc[0]
    return (None if pd.isna(row["spring"]) else int(row["spring"])), int(row["spring_months"])


def test_a_whole_window_is_the_sum_of_its_months():
    assert asked(from_records(1, 2, 4)) == (7, 3)


def test_a_window_with_a_missing_month_has_no_count_and_says_how_many_months_it_has():
    assert asked(from_records(1, None, 4)) == (None, 2)


def test_totals_answer_where_records_do_not_reach():
    assert asked(from_records(), [total(SPRING.start, SPRING.end, 9)]) == (9, 3)
    pieces = [month_total(date(2024, 3, 1), 2), total(date(2024, 4, 1), date(2024, 5, 31), 5)]
    assert asked(from_records(), pieces) == (7, 3)


def test_records_and_totals_are_never_mixed():
    rest = [total(date(2024, 5, 1), date(2024, 5, 31), 5)]
    assert asked(from_records(1, 2, None), rest) == (None, 2)


def test_records_answer_before_totals():
    assert asked(from_records(1, 2, 4), [total(SPRING.start, SPRING.end, 9)]) == (7, 3)


def test_totals_that_overhang_or_leave_a_gap_do_not_answer():
    overhang = [total(date(2024, 2, 1), date(2024, 5, 31), 9)]
    gap = [month_total(date(2024, 3, 1), 2), month_total(date(2024, 5, 1), 3)]
    assert asked(from_records(), overhang) == (None, 0)
    assert asked(from_records(), gap) == (None, 2)


def test_a_stock_shows_the_last_month_and_is_never_summed():
    stock = replace(RAPE, flow=Flow.STOCK)
    assert asked(from_records(1, 2, 4), measure=stock) == (4, 1)
    assert asked(from_records(1, 2, None), measure=stock) == (None, 0)


def test_a_window_that_does_not_apply_has_neither_count_nor_months():
    assert asked(from_records(1, 2, 4), window=None) == (None, 0)


def test_provisional_months_of_a_window_are_counted():
    records = from_records(1, 2, 4)
    records.loc[2, "provisional"] = True
    counts = pd.DataFrame([], columns=COUNT_COLUMNS)
    row = window_counts(records, counts, [RAPE], {"spring": SPRING}).iloc[0]
    assert row["spring_provisional"] == 1


def test_a_measure_that_nothing_is_known_of_is_incomplete_not_zero():
    hate = find_measure(report_measures(), "hate-crime")
    assert asked(from_records(1, 2, 4), measure=hate) == (None, 0)


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
