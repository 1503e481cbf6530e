"""What vulncore.sources.records.moments promises of dates and times as forces write them."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vulncore.sources.records.moments import DateOrder, parse_date, parse_hour, parse_moment, parse_time

DAY_FIRST, MONTH_FIRST = DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST
FIFTH_OF_MARCH = date(2024, 3, 5)


@pytest.mark.parametrize(
    "text",
    [
        "05/03/2024",
        "5/3/24",
        "05-03-2024",
        "05.03.2024",
        "2024-03-05",
        "2024/03/05",
        "20240305",
        "5 Mar 2024",
        "05-MAR-24",
        "5th March 2024",
        "Tue 05 Mar 2024",
        "Tuesday, 5 March 2024",
        "Mar 5, 2024",
        " 05/03/2024 ",
        "45356",
    ],
)
def test_a_date_is_read_however_it_is_written(text):
    assert parse_date(text, DAY_FIRST) == FIFTH_OF_MARCH


def test_the_order_decides_between_two_numbers_and_never_over_a_year_or_a_name():
    assert parse_date("3/5/2024", MONTH_FIRST) == FIFTH_OF_MARCH
    assert parse_date("1/13/2010", DAY_FIRST) is None
    for text in ("2024-03-05", "5 Mar 2024", "Mar 5 2024"):
        assert parse_date(text, MONTH_FIRST) == parse_date(text, DAY_FIRST) == FIFTH_OF_MARCH


@pytest.mark.parametrize(
    "text",
    [
        "",
        "unknown",
        "31/12/9999",
        "29/02/2023",
        "00/00/0000",
        "5/3",
        "05/03-2024",
        "01/01/1899",
        "123",
        "2024115",
        "\u0660\u0665/\u0660\u0663/2024",
        "12:30",
    ],
)
def test_what_is_no_date_or_stands_for_unknown_is_none(text):
    assert parse_date(text, DAY_FIRST) is None


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.sampled_from(DateOrder))
def test_every_date_comes_back_as_it_was_written(day, order):
    form = "%d/%m/%Y" if order is DAY_FIRST else "%m/%d/%Y"
    for text in (day.strftime(form), day.isoformat(), f"{day:%d %B %Y}", f"{day:%d-%b-%Y}"):
        assert parse_date(text, order) == day


@given(st.dates(date(1942, 1, 1), date(2099, 12, 31)))
def test_a_spreadsheets_day_number_counts_from_30_december_1899(day):
    assert parse_date(str((day - date(1899, 12, 30)).days), DAY_FIRST) == day


@given(st.times().map(lambda clock: clock.replace(microsecond=0)))
def test_every_time_comes_back_as_it_was_written(clock):
    assert parse_time(clock.isoformat()) == clock
    minute = clock.replace(second=0)
    for text in (
        f"{minute:%H:%M}",
        f"{minute:%H%M}",
        f"{minute:%H.%M}",
        f"{minute:%I:%M %p}",
        f"{minute:%I:%M%p}",
    ):
        assert parse_time(text) == minute
    assert parse_time(str(int(f"{minute:%H%M}"))) == minute  # a spreadsheet took the zeros away


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("2105hrs", time(21, 5)),
        ("21:05 hours", time(21, 5)),
        ("12 am", time(0)),
        ("12 p.m.", time(12)),
        ("0.5", time(12)),
        ("0.999988426", time(23, 59, 59)),
        ("24:00", None),
        ("25:10", None),
        ("13 pm", None),
        ("noon", None),
        ("", None),
    ],
)
def test_other_ways_of_the_clock(text, clock):
    assert parse_time(text) == clock


def test_an_hour_is_a_number_from_0_to_23():
    assert [parse_hour(text) for text in ("0", "23", "24", "9:00", "")] == [
        time(0),
        time(23),
        None,
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("05/03/2024 21:05", (FIFTH_OF_MARCH, time(21, 5))),
        ("05/03/2024 21:05:09", (FIFTH_OF_MARCH, time(21, 5, 9))),
        ("2024-03-05T21:05", (FIFTH_OF_MARCH, time(21, 5))),
        ("5 Mar 2024 2105", (FIFTH_OF_MARCH, time(21, 5))),
        ("Mar 5 2024 9:05 PM", (FIFTH_OF_MARCH, time(21, 5))),
        ("45356.878472222", (FIFTH_OF_MARCH, time(21, 5))),
        ("05/03/2024", (FIFTH_OF_MARCH, None)),
        ("05/03/2024 25:05", None),
        ("21:05", None),
    ],
)
def test_a_moment_is_a_date_and_perhaps_a_time(text, moment):
    assert parse_moment(text, DAY_FIRST) == moment


@given(st.datetimes(datetime(1972, 1, 1), datetime(2036, 1, 1), timezones=st.just(ZoneInfo("UTC"))))
def test_a_moment_with_an_offset_is_the_civil_time_of_london(moment):
    local = moment.replace(microsecond=0).astimezone(ZoneInfo("Europe/London"))
    for text in (f"{moment:%Y-%m-%dT%H:%M:%SZ}", f"{moment:%Y-%m-%dT%H:%M:%S+00:00}"):
        assert parse_moment(text, DAY_FIRST) == (local.date(), local.time())


def test_digits_alone_are_a_moment_where_they_are_as_many_as_one_has():
    for text, clock in (
        ("20240930233005", time(23, 30, 5)),
        ("202409302330", time(23, 30)),
        ("20240930", None),
    ):
        assert parse_moment(text, DateOrder.DAY_FIRST) == (date(2024, 9, 30), clock)
    assert parse_moment("20241330233005", DateOrder.DAY_FIRST) is None
    assert parse_moment("1" * 40_000 + ",", DateOrder.DAY_FIRST) is None
