"""Weeks that tests of When are about: of the demo's sexual offences, and of a few records made here."""

from datetime import date, datetime
from pathlib import Path

from tests.making import FORCE, covered, delivery, incident, months
from vulncore.domain.periods import Window, month_end, rolling_12
from vulncore.metrics.week.counted import RecordFilter
from vulncore.store import Snapshot, open_version, publish

CITY = "City of London Police"
SEXUAL = ("rape", "other-sexual-offences")
OCTOBER = date(2024, 10, 1)
DEMO_FILTER = RecordFilter(CITY, SEXUAL, rolling_12(OCTOBER))
THURSDAY = datetime(2024, 5, 2)


def made(
    tmp_path: Path, moments: list[tuple[datetime, int]], first: date = date(2023, 1, 1), count: int = 24
) -> Snapshot:
    """Publish as many rapes at each moment, each recorded in the month that it happened in."""
    every = [moment for moment, many in moments for _ in range(many)]
    rows = [
        incident(number, moment.date(), occurred_from=moment, occurred_to=moment)
        for number, moment in enumerate(every)
    ]
    publish(tmp_path, "made", delivery(rows, covered(months(first, count))), "tests")
    return open_version(tmp_path, "made")


def filter_of(first: date, last: date, **more: object) -> RecordFilter:
    return RecordFilter(FORCE, ("rape",), Window(first, month_end(last)), **more)


YEAR = filter_of(date(2024, 1, 1), date(2024, 12, 1))
