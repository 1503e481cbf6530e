"""What the checks of times promise: clocks read wrongly, times filled in by forms, dates out of order."""

from datetime import date, datetime, timedelta

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tests.making import incident
from vulncore.domain.schemas import INCIDENTS
from vulncore.metrics.data_quality.clock_times import clock_times, missing_afternoons, time_order
from vulncore.metrics.data_quality.default_times import date_only, default_times

DAY = date(2024, 3, 5)


def table(rows):
    return ibis.memtable(pa.Table.from_pylist(rows, schema=INCIDENTS))


def timed(minutes, measure="rape", day=DAY):
    midnight = datetime(day.year, day.month, day.day)
    return [
        incident(number, day, measure, occurred_from=midnight + timedelta(minutes=int(minute)))
        for number, minute in enumerate(minutes)
    ]


def by_minute(minutes, measure="a"):
    counted = pd.Series(minutes).value_counts()
    return pd.DataFrame(
        {"force": "F", "measure": measure, "minute": counted.index, "rows": counted.to_numpy()}
    )


def day_minutes(count, seed=1):
    """Minutes as people give them: a busy evening, half of them to the quarter hour."""
    rng = np.random.default_rng(seed)
    exact = (60 * rng.triangular(6, 21, 30, size=count)).astype(int) % 1_440
    return np.where(rng.random(count) < 0.5, exact // 15 * 15, exact)


def afternoons(rows):
    incidents = table(rows)
    return missing_afternoons(incidents, clock_times(incidents))


def test_a_12_hour_clock_read_as_24_is_named():
    (row,) = afternoons(timed(day_minutes(300) % 720 + 60)).to_dict("records")
    assert (row["kind"], row["afternoon"]) == ("all", 0)
    assert row["chance"] == pytest.approx(0.8 ** row["rows"])  # closed form: none of so many


def test_one_month_read_so_is_named_by_its_month():
    sound = timed(day_minutes(300))
    wrong = timed(day_minutes(300) % 720 + 60, day=date(2024, 5, 5))
    (row,) = afternoons(sound + wrong).to_dict("records")
    assert (row["kind"], row["which"]) == ("month", 2024 * 12 + 4)


def test_one_measure_read_so_is_named_by_its_measure():
    wrong = timed(day_minutes(100) % 720 + 60, "hate-crime")
    (row,) = afternoons(timed(day_minutes(3_000)) + wrong).to_dict("records")
    assert (row["kind"], row["which"]) == ("measure", "hate-crime")


@pytest.mark.parametrize("rows", [timed(day_minutes(3_000)), timed([0] * 500), timed([60] * 20), []])
def test_sound_few_or_no_times_raise_nothing(rows):
    assert afternoons(rows).empty


@pytest.mark.parametrize("minute", [0, 12 * 60, 9 * 60 + 17, 23 * 60 + 59, 14 * 60 + 45])
def test_a_time_that_a_form_fills_in_is_named(minute):
    minutes = np.r_[day_minutes(4_000), np.full(600, minute)]
    (row,) = default_times(by_minute(minutes)).to_dict("records")
    assert (row["minute"], row["measure"], row["of"]) == (minute, "", 4_600)
    assert row["rows"] == (minutes == minute).sum()


def test_a_default_in_one_measure_is_named_there():
    clock = pd.concat(
        [by_minute(day_minutes(60_000)), by_minute(np.r_[day_minutes(300, seed=2), np.full(150, 1)], "b")]
    )
    (row,) = default_times(clock).to_dict("records")
    assert (row["measure"], row["minute"]) == ("b", 1)


@pytest.mark.parametrize("count", [200, 4_000, 100_000])
def test_round_times_are_no_default(count):
    assert default_times(by_minute(day_minutes(count, seed=count))).empty


def test_times_in_whole_hours_are_no_default():
    assert default_times(by_minute(day_minutes(50_000) // 60 * 60)).empty


def test_times_that_are_dates_are_told_apart_from_a_default():
    clock = pd.concat([by_minute([0] * 40), by_minute(day_minutes(400), "b")])
    assert date_only(clock).values.tolist() == [["F", "a", 40]]
    assert default_times(clock).empty


def test_times_out_of_order_are_counted_once_each():
    at = datetime(2024, 3, 5, 12)
    rows = [
        incident(1, DAY, occurred_from=at, occurred_to=at),
        incident(2, DAY, occurred_from=at + timedelta(days=1)),
        incident(3, DAY, occurred_from=at, occurred_to=at - timedelta(hours=1)),
        incident(4, DAY, occurred_from=at - timedelta(days=400), occurred_to=at),
        incident(5, DAY, occurred_from=datetime(1900, 1, 1)),
        incident(6, date(9999, 12, 31), occurred_to=datetime(9999, 12, 31)),
        incident(7, DAY),
        incident(8, DAY, occurred_from=datetime(2025, 3, 5)),
    ]
    (order,) = time_order(table(rows), today=date(2024, 12, 31)).to_dict("records")
    assert order["rows"] == 8
    assert {name for name, count in order.items() if count == 1} == {
        "before_recording",
        "backwards",
        "long",
        "ancient",
        "future_recorded",
        "future_occurred",
    }


def test_a_source_of_months_alone_records_at_the_months_end():
    rows = [incident(1, date(2024, 3, 1), occurred_from=datetime(2024, 3, 20))]
    assert time_order(table(rows), today=date(2024, 12, 31))["before_recording"].tolist() == [0]
    rows.append(incident(2, date(2024, 3, 1), occurred_from=datetime(2024, 4, 1)))
    assert time_order(table(rows), today=date(2024, 12, 31))["before_recording"].tolist() == [1]


def test_a_night_that_began_on_the_day_of_recording_and_a_month_that_holds_it_are_in_order():
    second = timedelta(seconds=1)
    rows = [
        incident(1, DAY, occurred_from=datetime(2024, 3, 5, 23, 30), occurred_to=datetime(2024, 3, 6, 0, 45)),
        incident(2, DAY, occurred_from=datetime(2024, 3, 1), occurred_to=datetime(2024, 4, 1) - second),
    ]
    assert date(2024, 3, 5) == DAY
    assert time_order(table(rows), today=date(2024, 12, 31), ends_next_day=True)[
        "before_recording"
    ].tolist() == [0]
    rows.append(
        incident(3, DAY, occurred_from=datetime(2024, 3, 6, 23, 30), occurred_to=datetime(2024, 3, 7, 0, 45))
    )
    rows.append(
        incident(4, DAY, occurred_from=datetime(2024, 4, 1), occurred_to=datetime(2024, 5, 1) - second)
    )
    rows.append(incident(5, DAY, occurred_from=datetime(2024, 3, 5), occurred_to=datetime(2024, 3, 9)))
    assert time_order(table(rows), today=date(2024, 12, 31), ends_next_day=True)[
        "before_recording"
    ].tolist() == [3]
    assert time_order(table(rows), today=date(2024, 12, 31))["before_recording"].tolist() == [4]
