"""What is known of when each record happened: a moment, a window, or no hour; and when London's clocks change."""

from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
import pandas as pd

WEEK_MINUTES: Final = 7 * 24 * 60
MIDNIGHT, LAST_SECOND = time(0), time(23, 59, 59)
HOUR: Final = timedelta(hours=1)
LONDON: Final = ZoneInfo("Europe/London")
YEARS: Final = range(1972, 2101)
"""From 1972 a year has one summer, and its clocks move by an hour; times before are taken as GMT."""
MONTHS_OF_CHANGE: Final = (3, 10)


class Known(StrEnum):
    """What is known of a record's time. The first three say an hour, the others none."""

    MOMENT = "to the minute"
    WINDOW = "between two times"
    START = "start alone"
    NO_TIME = "no start"
    DATE = "date alone"
    DEFAULT = "default time"
    HALVED = "12-hour clock"
    INVERTED = "ends before it starts"
    LONG = "longer than a week"

    @property
    def treatment(self) -> str:
        """How the hour-by-weekday weights take it."""
        return _TREATMENT[self]


USED: Final = (Known.MOMENT, Known.WINDOW, Known.START)

_TREATMENT: Final = {
    Known.MOMENT: "Counts whole in its hour.",
    Known.WINDOW: "Spread evenly over the minutes in between, as the clocks ran.",
    Known.START: "Counts whole in the hour in which it started: no end is recorded.",
    Known.NO_TIME: "Counts in no hour: no start is recorded, or only an end.",
    Known.DATE: "Counts in no hour: whole days are recorded, or every time of the measure reads 00:00.",
    Known.DEFAULT: "Counts in no hour: begins exactly at a time that a form seems to fill in, for far more records have it than similar times.",
    Known.HALVED: "Counts in no hour: hardly a time is from 13:00 on, so a 12-hour clock seems to have lost its afternoons.",
    Known.INVERTED: "Counts in no hour: the end lies before the start, so neither can be trusted.",
    Known.LONG: "Counts in no hour: over seven days the window says nothing about the hour of the week.",
}


def known_times(records: ir.Table) -> ir.Table:
    """Return what is known of each record's time, and between which minutes it lies.

    Civil time becomes UTC by London's clocks. Where they show a minute twice, a start is taken as the first
    and an end as the second; a minute that they skip, as read from a clock that nobody had moved yet. A window to the end of
    an hour that they skip ends as they go forward; one that begins within that hour and ends after it is as long as its two
    times say. One from within an hour that they show twice to its beginning ends as they go back.

    Records have `occurred_from`, `occurred_to`, and `no_time` (the `Known` of a time that is none, as
    `vulncore.metrics.week.no_times` says; missing where it is a time of day). A window whose start is none says the
    day at most, as where a mapping reads that time as none, and has no hour either.

    Returns:
        Same rows, plus `known` (a `Known`); `start` and `end` (minutes of UTC since 1970, the end excluded:
        a window to 23:00 ends with 22:59); `summer_start`, `summer_end` (see `summer_times`).
    """
    begins, ends = records.occurred_from, records.occurred_to
    first, past = begins.epoch_seconds() // 60, (ends.epoch_seconds() + 59) // 60
    years = ibis.memtable(summer_times().rename(columns={"year": "summer_of"}))
    timed = records.mutate(
        first=first,
        last=ibis.ifelse((begins == ends).fill_null(True), first, past - 1),
        moment=(begins == ends).fill_null(True),
        year=begins.year().cast("int64"),
    )
    timed = timed.left_join(years, timed.year == years.summer_of)
    skipped_start = (timed.first >= timed.summer_start) & (timed.first < timed.summer_start + 60)
    moved_past = (ends.epoch_seconds() >= 60 * (timed.summer_start + 60)).fill_null(False)
    start = timed.first - ibis.ifelse(
        (skipped_start & moved_past).fill_null(False) & ~timed.moment, 60, _ahead(timed, timed.first)
    )
    shown_twice = (timed.last >= timed.summer_end) & (timed.last < timed.summer_end + 60)
    from_within = (begins > ends) & (timed.first >= timed.summer_end) & (timed.first < timed.summer_end + 60)
    as_they_go_back = from_within & (ends.epoch_seconds() == 60 * timed.summer_end)
    past_the_skipped = moved_past & (timed.last < timed.summer_start + 60)
    ahead = ibis.ifelse((shown_twice | as_they_go_back).fill_null(False), 0, _ahead(timed, timed.last))
    latest = timed.last - ibis.ifelse(past_the_skipped.fill_null(False), 60, ahead)
    timed = timed.mutate(start=start, end=ibis.ifelse(timed.moment, start, latest) + 1)
    return timed.mutate(known=_known(timed)).drop("first", "last", "moment", "year", "summer_of")


@cache
def summer_times() -> pd.DataFrame:
    """Return when each year's summer time begins and ends.

    Returns:
        One row per year from 1972: `year`, `summer_start`, `summer_end` (minutes of UTC since 1970). Before
        `summer_start` and from `summer_end` on, London's clocks show UTC, and between them an hour more.

    Source:
        IANA time zone database, Europe/London.

    >>> year = summer_times().query("year == 2024").iloc[0]
    >>> [f"{datetime.fromtimestamp(60 * year[name], UTC):%d %B %H:%M}" for name in ("summer_start", "summer_end")]
    ['31 March 01:00', '27 October 01:00']
    """
    rows = [(year, *(int(moment.timestamp()) // 60 for moment in _changes(year))) for year in YEARS]
    return pd.DataFrame(rows, columns=["year", "summer_start", "summer_end"])


def _ahead(timed: ir.Table, minute: ir.IntegerValue) -> ir.IntegerValue:
    """Return by how many minutes clocks that show this minute, for the first time, are ahead of UTC."""
    summer = (minute - 60 >= timed.summer_start) & (minute - 60 < timed.summer_end)
    return ibis.ifelse(summer.fill_null(False), 60, 0)


def _known(timed: ir.Table) -> ir.StringValue:
    begins, ends = timed.occurred_from, timed.occurred_to
    starts_a_day = begins.time() == MIDNIGHT
    whole_days = starts_a_day & (ends.time() >= LAST_SECOND).fill_null(False)
    # where clocks show an hour twice, an end may read earlier than the start and not be
    backwards = (timed.end <= timed.start) | ((ends < begins) & (timed.end - timed.start == 1))
    return ibis.cases(
        (begins.isnull(), Known.NO_TIME.value),
        (whole_days, Known.DATE.value),
        (timed.no_time.notnull(), timed.no_time),
        (ends.isnull(), Known.START.value),
        (timed.moment, Known.MOMENT.value),
        (backwards, Known.INVERTED.value),
        (timed.end - timed.start > WEEK_MINUTES, Known.LONG.value),
        else_=Known.WINDOW.value,
    )


def _changes(year: int) -> list[datetime]:
    hours = [
        datetime(year, month, 1, tzinfo=UTC) + HOUR * hour
        for month in MONTHS_OF_CHANGE
        for hour in range(31 * 24)
    ]
    offsets = [hour.astimezone(LONDON).utcoffset() for hour in hours]
    return [hours[at + 1] for at, (before, after) in enumerate(pairwise(offsets)) if before != after]
