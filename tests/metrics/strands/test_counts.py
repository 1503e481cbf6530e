"""What vulncore.metrics.strands.counts promises."""

from datetime import date

import ibis
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.making import FORCE, covered, delivery, incident, month_total, months, total
from vulncore.domain.periods import month_of
from vulncore.metrics.strands.counts import monthly_counts, monthly_series

JANUARY = date(2024, 1, 1)


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


@settings(max_examples=15, deadline=None)
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
