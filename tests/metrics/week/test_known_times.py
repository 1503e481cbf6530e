"""What vulncore.metrics.week.known_times promises: each record's time is as exact as it was recorded, and no more."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import ibis
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vulncore.domain.engine import connect
from vulncore.metrics.week.known_times import USED, Known, known_times, summer_times

LONDON = ZoneInfo("Europe/London")
MINUTE = timedelta(minutes=1)
WEEK = 7 * 24 * 60
CHANGES = [
    date(1972, 3, 19),
    date(1972, 10, 29),
    date(1979, 3, 18),
    date(1979, 10, 28),
    date(1981, 3, 29),
    date(1988, 10, 23),
    date(2024, 3, 31),
    date(2024, 10, 27),
]
COLUMNS = pa.schema(
    {
        "record_id": pa.int64(),
        "occurred_from": pa.timestamp("us"),
        "occurred_to": pa.timestamp("us"),
        "harm": pa.float64(),
        "no_time": pa.string(),
    }
)


@cache
def engine():
    return connect()


def records(rows):
    """The rows as a table: when each began, when it ended, what its time is where it is none and, if told, its harm."""
    columns = [
        {
            "record_id": n,
            "occurred_from": begin,
            "occurred_to": end,
            "no_time": no_time,
            "harm": float(*harm or [1]),
        }
        for n, (begin, end, no_time, *harm) in enumerate(rows)
    ]
    made = ibis.memtable(pa.Table.from_pylist(columns, schema=COLUMNS))
    return engine().create_table(ibis.util.gen_name("records"), made, temp=True)


def known(*rows):
    """What is known of each row: its kind, and its first and last minute in universal time."""
    frame = known_times(records(rows)).order_by("record_id").to_pandas()
    spans = zip(frame["start"], frame["end"], strict=True)
    edges = [
        None if pd.isna(first) else (at_minute(first), at_minute(past) - MINUTE) for first, past in spans
    ]
    return list(zip(frame["known"], edges, strict=True))


def at_minute(minute):
    return datetime.fromtimestamp(60 * int(minute), UTC)


def in_utc(local, *, second_time=False):
    return local.replace(tzinfo=LONDON, fold=int(second_time)).astimezone(UTC)


def is_shown_twice(local):
    return in_utc(local, second_time=True) > in_utc(local)


def span(begin, end):
    """The first and the last minute, as the time zone database reads London's clocks."""
    first = in_utc(begin.replace(second=0))
    if end in (None, begin):
        return first, first
    last = end + timedelta(seconds=-end.second % 60) - MINUTE
    if is_skipped(begin) and end - begin < timedelta(days=30) and not is_skipped(end) and end > begin:
        first -= timedelta(hours=1)  # as the clock that the end was read from shows it
    if end.second == 0 and is_skipped(last) and not is_skipped(end):
        return first, in_utc(end) - MINUTE
    goes_back = end.second == 0 and is_shown_twice(end) and not is_shown_twice(end - MINUTE)
    if goes_back and end < begin and is_shown_twice(begin):
        return first, in_utc(end, second_time=True) - MINUTE
    return first, in_utc(last, second_time=is_shown_twice(last))


def is_skipped(local):
    local = local.replace(second=0)
    return in_utc(local).astimezone(LONDON).replace(tzinfo=None) != local


def expected_kind(begin, end, no_time):
    if begin is None:
        return Known.NO_TIME
    if begin.time() == time(0) and end and end.time() == time(23, 59, 59):
        return Known.DATE
    if no_time:
        return no_time
    if end in (None, begin):
        return Known.START if end is None else Known.MOMENT
    first, last = span(begin, end)
    if last < first or (end < begin and last - first < MINUTE):
        return Known.INVERTED
    return Known.LONG if (last - first) // MINUTE + 1 > WEEK else Known.WINDOW


def moments():
    """Moments of civil time, most of them near a change of the clocks."""
    days = st.one_of(st.sampled_from(CHANGES), st.dates(date(1972, 1, 1), date(2099, 12, 31)))
    minutes = st.one_of(st.integers(-30, 240), st.integers(-1_440, 2_880), st.just(0))
    return st.builds(
        lambda day, minute, second: (
            datetime(day.year, day.month, day.day) + timedelta(minutes=minute, seconds=second)
        ),
        days,
        minutes,
        st.sampled_from([0, 0, 0, 1, 30, 59]),
    )


def rows():
    """Rows of any kind; a week's windows are few, for a naive loop over minutes has to keep up."""
    lengths = st.one_of(
        st.integers(-150, 400).map(lambda minutes: 60 * minutes),
        st.integers(-3_600, 3 * 86_400),
        st.sampled_from(
            [0, 59, 3_599, 86_399, 60 * (WEEK - 60), 60 * WEEK, 60 * (WEEK + 1), 60 * (WEEK + 61)]
        ),
    )
    timed_rows = st.builds(
        lambda begin, length, no_time: (begin, begin + timedelta(seconds=length), no_time),
        moments(),
        lengths,
        kinds_of_no_time(),
    )
    return st.one_of(
        timed_rows,
        timed_rows,
        timed_rows,
        st.tuples(moments(), st.none(), kinds_of_no_time()),
        st.tuples(st.none(), st.one_of(st.none(), moments()), kinds_of_no_time()),
    )


def kinds_of_no_time():
    return st.sampled_from([None, None, Known.DEFAULT, Known.DATE, Known.HALVED])


@settings(max_examples=25)
@given(st.lists(rows(), min_size=20, max_size=60))
def test_kinds_and_minutes_are_those_that_the_time_zone_database_gives(drawn):
    for row, (kind, edges) in zip(drawn, known(*drawn), strict=True):
        assert kind == expected_kind(*row), row
        if kind in USED:
            assert edges == span(*row[:2]), row


@pytest.mark.parametrize("night", CHANGES, ids=str)
def test_every_minute_of_a_night_when_the_clocks_change_is_read_as_the_time_zone_database_reads_it(night):
    midnight = datetime(night.year, night.month, night.day)
    evening, morning = midnight - timedelta(hours=1), midnight + timedelta(hours=5)
    minutes = [midnight + minute * MINUTE for minute in range(1, 240)]
    drawn = [
        pair
        for minute in minutes
        for pair in ((minute, minute, None), (evening, minute, None), (minute, morning, None))
    ]
    assert known(*drawn) == [(expected_kind(*row), span(*row[:2])) for row in drawn]


JUNE = datetime(2024, 6, 3, 10)


def test_each_kind_of_time_is_told_from_the_others():
    cases = [
        (None, None, Known.NO_TIME),
        (None, JUNE, Known.NO_TIME),
        (JUNE, None, Known.START),
        (JUNE, JUNE, Known.MOMENT),
        (JUNE, JUNE + MINUTE, Known.WINDOW),
        (JUNE, JUNE - MINUTE, Known.INVERTED),
        (JUNE, JUNE - timedelta(days=400), Known.INVERTED),
        (JUNE.replace(hour=0), JUNE.replace(hour=23, minute=59, second=59), Known.DATE),
        (JUNE.replace(hour=0), JUNE.replace(day=7, hour=23, minute=59, second=59), Known.DATE),
        (JUNE.replace(hour=0, minute=1), JUNE.replace(hour=23, minute=59, second=59), Known.WINDOW),
        (JUNE.replace(hour=0), JUNE.replace(hour=23, minute=59), Known.WINDOW),
        (JUNE, JUNE + timedelta(minutes=WEEK), Known.WINDOW),
        (JUNE, JUNE + timedelta(minutes=WEEK + 1), Known.LONG),
        (JUNE, JUNE + timedelta(minutes=WEEK, seconds=1), Known.LONG),
        (JUNE, JUNE.replace(year=2025), Known.LONG),
    ]
    kinds = known(*((begin, end, None) for begin, end, _ in cases))
    assert [(*case[:2], kind) for case, (kind, _) in zip(cases, kinds, strict=True)] == cases


def test_every_kind_says_how_it_is_taken_and_only_those_without_an_hour_are_unknown():
    unknown = {known for known in Known if known.treatment.startswith("Counts in no hour: ")}
    assert unknown == set(Known) - set(USED)
    assert all(known.treatment.endswith(".") for known in Known)


@pytest.mark.parametrize("midnight", [Known.DEFAULT, Known.DATE, Known.HALVED])
def test_a_default_midnight_is_no_time_and_a_true_one_is(midnight):
    day = datetime(2024, 6, 3)
    kinds = known((day, None, midnight), (day, day, midnight), (day, None, None), (day, day, None))
    assert [kind for kind, _ in kinds] == [midnight, midnight, Known.START, Known.MOMENT]


def test_a_window_that_begins_at_a_default_time_has_no_hour():
    day = datetime(2024, 6, 3)
    ends = [
        day + timedelta(hours=2),
        day.replace(minute=59, second=59),
        day + timedelta(days=9),
        day - MINUTE,
    ]
    kinds = known(*((day, end, Known.DEFAULT) for end in ends))
    assert [kind for kind, _ in kinds] == [Known.DEFAULT] * 4


def test_an_end_is_excluded_so_that_a_window_to_23_00_ends_with_22_59():
    ((_, edges),) = known((datetime(2024, 1, 8, 22), datetime(2024, 1, 8, 23), None))
    assert edges == (datetime(2024, 1, 8, 22, tzinfo=UTC), datetime(2024, 1, 8, 22, 59, tzinfo=UTC))


def test_a_moment_is_its_whole_minute_and_seconds_are_no_window_beyond_it():
    at = datetime(2024, 1, 8, 22, 5, 59)
    minute = datetime(2024, 1, 8, 22, 5, tzinfo=UTC)
    assert [edges for _, edges in known((at, at, None), (at, None, None))] == [(minute, minute)] * 2
    assert known((at.replace(second=0), at, None)) == [(Known.WINDOW, (minute, minute))]


def test_a_pair_in_the_repeated_hour_that_only_looks_inverted_is_a_window():
    night = datetime(2024, 10, 27)
    looks_inverted = (night.replace(hour=1, minute=50), night.replace(hour=1, minute=10), None)
    is_inverted = (night.replace(hour=2, minute=50), night.replace(hour=2, minute=10), None)
    window, (inverted, _) = known(looks_inverted, is_inverted)
    assert inverted == Known.INVERTED
    assert window == (
        Known.WINDOW,  # from 01:50 of summer time to 01:10 of winter time, twenty minutes later
        (datetime(2024, 10, 27, 0, 50, tzinfo=UTC), datetime(2024, 10, 27, 1, 9, tzinfo=UTC)),
    )


@pytest.mark.parametrize(
    ("begin", "end", "minutes"),
    [
        ("2024-03-31 00:30", "2024-03-31 02:00", 30),  # 02:00 of summer time is 01:00 of winter time
        ("2024-03-30 23:00", "2024-03-31 02:00", 120),
        ("2024-03-31 00:30", "2024-03-31 01:00", 30),
        ("2024-03-31 01:15", "2024-03-31 02:00", 45),
        ("2024-03-31 01:30", "2024-03-31 02:30", 60),  # was said to have ended before it began
        ("2024-03-31 01:30", "2024-03-31 05:00", 210),
        ("2024-03-31 01:10", "2024-03-31 01:50", 40),
        ("2024-03-31 00:30", "2024-03-31 03:00", 90),
        ("2024-10-27 01:30", "2024-10-27 01:00", 30),  # from summer time to the winter time that follows
        ("2024-10-27 00:30", "2024-10-27 01:00", 30),
        ("2024-10-27 00:30", "2024-10-27 03:00", 210),
        ("1972-03-19 01:30", "1972-03-19 03:00", 30),
    ],
)
def test_a_window_that_ends_on_a_change_of_the_clocks_or_runs_over_it_is_as_long_as_it_was(
    begin, end, minutes
):
    ((kind, (first, last)),) = known((datetime.fromisoformat(begin), datetime.fromisoformat(end), None))
    assert kind == Known.WINDOW
    assert (last + MINUTE - first) // MINUTE == minutes


def test_a_moment_in_the_repeated_hour_is_the_first_of_the_two():
    at = datetime(2024, 10, 27, 1, 30)
    assert [edges[0] for _, edges in known((at, at, None), (at, None, None))] == [
        datetime(2024, 10, 27, 0, 30, tzinfo=UTC)
    ] * 2


def test_a_week_across_a_change_is_as_long_as_the_clocks_ran():
    spring, autumn = datetime(2024, 3, 28, 10), datetime(2024, 10, 24, 10)
    pairs = [(spring, 60), (spring, 61), (autumn, -60), (autumn, -59)]
    kinds = known(*((begin, begin + timedelta(minutes=WEEK + more), None) for begin, more in pairs))
    assert [kind for kind, _ in kinds] == [Known.WINDOW, Known.LONG] * 2


def test_before_1972_times_are_taken_as_greenwich_time():
    summer = datetime(1970, 7, 1, 12)
    ((_, (first, _)),) = known((summer, summer, None))
    assert first == summer.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("year", "start", "end"),  # as the Summer Time Acts and Orders have them, in Greenwich time
    [
        (1972, datetime(1972, 3, 19, 2), datetime(1972, 10, 29, 2)),
        (1980, datetime(1980, 3, 16, 2), datetime(1980, 10, 26, 2)),
        (1981, datetime(1981, 3, 29, 1), datetime(1981, 10, 25, 1)),
        (1995, datetime(1995, 3, 26, 1), datetime(1995, 10, 22, 1)),
        (2024, datetime(2024, 3, 31, 1), datetime(2024, 10, 27, 1)),
        (2027, datetime(2027, 3, 28, 1), datetime(2027, 10, 31, 1)),
    ],
    ids=str,
)
def test_summer_time_begins_and_ends_when_the_law_says(year, start, end):
    (row,) = summer_times().query("year == @year").to_dict("records")
    assert [at_minute(row[name]).replace(tzinfo=None) for name in ("summer_start", "summer_end")] == [
        start,
        end,
    ]


def test_each_year_has_one_summer():
    summers = summer_times()
    assert summers["year"].tolist() == list(range(1972, 2101))
    days = (summers["summer_end"] - summers["summer_start"]) / 1_440
    assert days.between(7 * 30, 7 * 32).all()  # thirty or thirty-one weeks, and in the seventies thirty-two
