"""What vulncore.metrics.week.no_times promises: times that the data checks call wrong are none, and honest times are."""

from datetime import date, datetime, timedelta

import numpy as np
import pytest

from tests.making import FORCE
from tests.metrics.data_quality.test_times import day_minutes, table, timed
from vulncore.metrics.week.known_times import Known
from vulncore.metrics.week.no_times import NoTime, no_time_of, no_times

SPREAD = np.arange(1_440).repeat(2)


def defaults(*minutes, measure="rape"):
    return tuple(NoTime(measure, minute, -1, Known.DEFAULT) for minute in minutes)


@pytest.mark.parametrize("minute", [0, 1, 12 * 60, 9 * 60 + 7, 23 * 60 + 59], ids=str)
def test_a_time_that_a_form_fills_in_is_none_whichever_it_is(minute):
    rows = timed([*day_minutes(2_000), *[minute] * 250])
    assert no_times(table(rows), FORCE) == defaults(minute)


def test_minutes_side_by_side_are_looked_at_together():
    honest = day_minutes(600)
    honest = honest[~np.isin(honest, (1_439, 0, 1))]
    minutes = [*honest, *[1_439] * 18, *[0] * 18, *[1] * 18]
    assert set(defaults(1_439, 0, 1)) <= set(no_times(table(timed(minutes)), FORCE))


def test_a_grave_measure_is_judged_at_its_size_where_its_nights_are_busy():
    rng = np.random.default_rng(5)
    exact = (rng.normal(24.5, 4, 204) * 60).astype(int)
    night = (
        np.where(rng.random(204) < 0.35, exact // 60 * 60, exact // 5 * 5 + rng.integers(0, 5, 204)) % 1_440
    )
    rows = timed([*night, *[0] * 33]) + timed(day_minutes(20_000), "hate-crime")
    assert no_times(table(rows), FORCE) == defaults(0)
    honest = timed(night) + timed(day_minutes(20_000), "hate-crime")
    assert no_times(table(honest), FORCE) == ()


def test_a_heap_in_the_whole_force_is_every_measures():
    rows = timed([*SPREAD, *[0] * 500]) + timed(range(30), "hate-crime")
    assert set(no_times(table(rows), FORCE)) == {*defaults(0), *defaults(0, measure="hate-crime")}


def test_a_heap_in_one_measure_is_that_measures_alone():
    rows = timed(day_minutes(20_000)) + timed([*day_minutes(300, seed=2), *[0] * 60], "hate-crime")
    assert no_times(table(rows), FORCE) == defaults(0, measure="hate-crime")


def test_a_measure_all_of_whose_times_read_midnight_holds_dates():
    rows = timed(day_minutes(3_000)) + timed([0] * 40, "hate-crime")
    assert no_times(table(rows), FORCE) == (NoTime("hate-crime", 0, -1, Known.DATE),)


@pytest.mark.parametrize(
    "minutes",
    [SPREAD, SPREAD // 60 * 60, day_minutes(3_000), day_minutes(240), []],
    ids=["each minute", "each hour", "as people give them", "a few as people give them", "none"],
)
def test_honest_times_are_times(minutes):
    assert no_times(table(timed(minutes)), FORCE) == ()


def test_a_12_hour_clock_of_one_month_takes_that_month_alone():
    may, rows = date(2024, 5, 5), timed(day_minutes(300))
    wrong = timed(day_minutes(300) % 720 + 60, day=may)
    both = table(rows + [{**row, "row_id": f"may {row['row_id']}"} for row in wrong])
    verdict = no_times(both, FORCE)
    assert verdict == (NoTime("", -1, 2024 * 12 + 4, Known.HALVED),)
    known = both.mutate(no_time=no_time_of(both, verdict)).to_pandas()
    assert known["no_time"].notna().equals(known["recorded_on"].astype(str).eq(str(may)))


def test_another_forces_heap_says_nothing_about_this_ones():
    theirs = [{**row, "force": "Grand Fenwick Police"} for row in timed([*SPREAD, *[0] * 500])]
    assert no_times(table(timed(SPREAD) + theirs), FORCE) == ()
    assert no_times(table(timed(SPREAD) + theirs), "Grand Fenwick Police") == defaults(0)


def test_times_that_are_known_to_be_real_are_left_out():
    rows = timed([*day_minutes(2_000), *[1] * 250]) + timed([0] * 40, "hate-crime")
    assert no_times(table(rows), FORCE, ["rape", "hate-crime"]) == ()


def test_a_verdict_is_about_its_minute_of_its_measure():
    day = datetime(2024, 3, 5)
    rows = timed([1, 2]) + timed([1], "hate-crime")
    rows.append({**rows[0], "row_id": "x", "occurred_from": None})
    records = table(rows)
    known = records.mutate(no_time=no_time_of(records, defaults(1))).to_pandas()
    expected = (known["measure"] == "rape") & (known["occurred_from"] == day + timedelta(minutes=1))
    assert known["no_time"].notna().tolist() == expected.tolist()


def test_a_form_that_fills_in_one_past_midnight_is_no_12_hour_clock():
    rows = timed([*day_minutes(60), *[1] * 700])
    assert {one.known for one in no_times(table(rows), FORCE)} == {Known.DEFAULT}
