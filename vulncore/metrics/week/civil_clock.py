"""When the clocks in London change, as a table that any engine can join."""

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

LONDON: Final = ZoneInfo("Europe/London")
YEARS: Final = range(1972, 2101)
"""From 1972 a year has one summer, and its clocks move by an hour; times before are taken as GMT."""

MONTHS_OF_CHANGE: Final = (3, 10)
HOUR: Final = timedelta(hours=1)


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


def _changes(year: int) -> list[datetime]:
    hours = [
        datetime(year, month, 1, tzinfo=UTC) + HOUR * hour
        for month in MONTHS_OF_CHANGE
        for hour in range(31 * 24)
    ]
    offsets = [hour.astimezone(LONDON).utcoffset() for hour in hours]
    return [hours[at + 1] for at, (before, after) in enumerate(pairwise(offsets)) if before != after]
