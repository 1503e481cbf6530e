"""What vulncore.metrics.records.counts promises."""

from datetime import date

import ibis
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.making import FORCE, covered, delivery, incident, months
from vulncore.domain.periods import month_of
from vulncore.metrics.records.counts import daily_records, monthly_records, records_by_team

JANUARY, FEBRUARY, MARCH = months(date(2024, 1, 1), 3)
RAPE, HATE = "rape", "hate-crime"
BOTH = [RAPE, HATE]


def everything(every: list[date]) -> list[dict[str, object]]:
    return covered(every) + covered(every, measure=HATE)


def counted(incidents, coverage, measures=BOTH) -> list[tuple[date, int, bool]]:
    tables = delivery(incidents, coverage).tables
    frame = monthly_records(ibis.memtable(tables.incidents), ibis.memtable(tables.coverage), FORCE, measures)
    return [
        (month.date(), count, provisional)
        for month, count, provisional in frame[["month", "count", "provisional"]].itertuples(index=False)
    ]


def by_day(incidents, every: list[date], measures=BOTH) -> pd.Series:
    table = ibis.memtable(delivery(incidents).tables.incidents)
    return daily_records(table, FORCE, measures, pd.DatetimeIndex(every))


def test_a_record_in_two_measures_counts_once():
    rows = [
        incident(1, JANUARY),
        incident(2, JANUARY, measure=HATE, record_id="record-1"),
        incident(3, JANUARY, measure=HATE),
    ]
    assert counted(rows, everything([JANUARY])) == [(JANUARY, 2, False)]
    assert by_day(rows, [JANUARY])[pd.Timestamp(JANUARY)] == 2


def test_a_month_delivered_for_one_measure_alone_is_not_there():
    rows = [incident(1, JANUARY), incident(2, FEBRUARY), incident(3, FEBRUARY, measure=HATE)]
    coverage = covered([JANUARY, FEBRUARY]) + covered([FEBRUARY], measure=HATE)
    assert counted(rows, coverage) == [(FEBRUARY, 2, False)]
    assert counted(rows, coverage, [RAPE]) == [(JANUARY, 1, False), (FEBRUARY, 1, False)]


def test_a_month_delivered_without_a_record_is_zero():
    assert counted([incident(1, FEBRUARY)], everything([JANUARY, FEBRUARY])) == [
        (JANUARY, 0, False),
        (FEBRUARY, 1, False),
    ]
    assert counted([], everything([JANUARY])) == [(JANUARY, 0, False)]


def test_a_month_not_delivered_is_missing_even_if_a_record_bears_its_date():
    rows = [incident(1, JANUARY), incident(2, MARCH)]
    assert counted(rows, everything([JANUARY])) == [(JANUARY, 1, False)]
    assert counted(rows, []) == []


def test_a_record_found_not_to_be_a_crime_does_not_count():
    rows = [incident(1, JANUARY), incident(2, JANUARY, no_crimed_on=MARCH)]
    assert counted(rows, everything([JANUARY])) == [(JANUARY, 1, False)]
    assert by_day(rows, [JANUARY]).sum() == 1


def test_a_month_is_provisional_if_it_is_for_any_of_the_measures():
    coverage = covered([JANUARY, FEBRUARY]) + covered([JANUARY], measure=HATE)
    coverage += covered([FEBRUARY], measure=HATE, provisional=True)
    assert counted([], coverage) == [(JANUARY, 0, False), (FEBRUARY, 0, True)]


def test_other_measures_and_other_forces_stay_out():
    rows = [
        incident(1, JANUARY),
        incident(2, JANUARY, measure="domestic-abuse-crime"),
        incident(3, JANUARY, force="Grand Fenwick Police"),
    ]
    coverage = everything([JANUARY]) + covered([FEBRUARY], force="Grand Fenwick Police")
    assert counted(rows, coverage) == [(JANUARY, 1, False)]
    assert by_day(rows, [JANUARY]).sum() == 1


def test_only_a_delivery_of_incidents_delivers_a_month():
    coverage = covered([JANUARY]) + covered([JANUARY], measure=HATE, table="people")
    assert counted([incident(1, JANUARY)], coverage) == []


def test_a_measure_named_twice_is_one():
    assert counted([incident(1, JANUARY)], covered([JANUARY]), [RAPE, RAPE]) == [(JANUARY, 1, False)]


@pytest.mark.parametrize("every", [[], [JANUARY], [FEBRUARY, MARCH], [JANUARY, MARCH]])
def test_each_day_of_the_months_asked_for_is_there_and_no_other(every):
    rows = [incident(1, date(2024, 2, 29)), incident(2, date(2024, 2, 29)), incident(3, MARCH)]
    daily = by_day(rows, every)
    expected = [day for day in pd.date_range("2024-01-01", "2024-03-31") if month_of(day.date()) in every]
    assert daily.index.tolist() == expected
    assert daily.sum() == 2 * (FEBRUARY in every) + (MARCH in every)
    assert not len(daily) or daily.get(pd.Timestamp(2024, 2, 29), 2) == 2


@settings(max_examples=15)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 12), st.dates(JANUARY, date(2024, 3, 31)), st.sampled_from(BOTH), st.booleans()
        ),
        max_size=40,
        unique_by=lambda drawn: (drawn[0], drawn[2]),
    )
)
def test_counts_equal_a_plain_loop(drawn):
    rows = [
        incident(place, day, measure, record_id=f"record-{record}", no_crimed_on=day if gone else None)
        for place, (record, day, measure, gone) in enumerate(drawn)
    ]
    kept = {(record, day) for record, day, _, gone in drawn if not gone}
    every = [JANUARY, FEBRUARY, MARCH]
    assert counted(rows, everything(every)) == [
        (month, len({record for record, day in kept if month_of(day) == month}), False) for month in every
    ]
    expected = {day.date(): 0 for day in pd.date_range(JANUARY, "2024-03-31")}
    for _, day in kept:
        expected[day] += 1
    daily = by_day(rows, every)
    assert {day.date(): count for day, count in daily.items()} == expected


def test_a_record_that_belongs_to_another_measure_too_can_be_left_out():
    rows = [
        incident(1, JANUARY),
        incident(2, JANUARY, measure=HATE, record_id="record-1"),
        incident(3, JANUARY, measure=HATE),
        incident(4, FEBRUARY, measure=HATE),
    ]
    tables = delivery(rows, everything([JANUARY, FEBRUARY])).tables
    incidents, coverage = ibis.memtable(tables.incidents), ibis.memtable(tables.coverage)
    hate_only = monthly_records(incidents, coverage, FORCE, [HATE], without=[RAPE])
    assert hate_only["count"].tolist() == [1, 1]
    days = daily_records(incidents, FORCE, [HATE], pd.DatetimeIndex([JANUARY, FEBRUARY]), without=[RAPE])
    assert days[days > 0].index.tolist() == [pd.Timestamp(JANUARY), pd.Timestamp(FEBRUARY)]
    assert days.sum() == 2


def test_records_are_told_apart_by_the_team_that_they_went_to():
    rows = [
        incident(1, JANUARY, allocated_to="Public Protection Unit"),
        incident(2, FEBRUARY, allocated_to="Public Protection Unit"),
        incident(3, FEBRUARY, allocated_to="Major Crime"),
        incident(4, FEBRUARY),
        incident(5, MARCH, allocated_to="Major Crime"),
        incident(6, FEBRUARY, allocated_to="Major Crime", no_crimed_on=MARCH),
        incident(7, FEBRUARY, measure=HATE, record_id="record-3", allocated_to="Major Crime"),
    ]
    table = ibis.memtable(delivery(rows).tables.incidents)
    teams = records_by_team(table, FORCE, BOTH, (), JANUARY, FEBRUARY)
    assert teams.values.tolist() == [["Major Crime", 1], ["Public Protection Unit", 2]]
    assert records_by_team(table, FORCE, [RAPE], [HATE], JANUARY, FEBRUARY)["records"].tolist() == [2]
