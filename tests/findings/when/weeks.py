"""Weeks that tests of When are about: of the demo's sexual offences, and of a few records made here."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa

from tests.making import FORCE, covered, delivery, incident, months
from vulncore.domain.delivery import Delivery
from vulncore.domain.periods import Window, month_end, rolling_12
from vulncore.domain.schemas import ANNOTATIONS
from vulncore.metrics.week.counted import RecordFilter
from vulncore.store import Snapshot, open_version, publish
from vulncore.store.notes import NoteKind

CITY = "City of London Police"
SEXUAL = ("rape", "other-sexual-offences")
OCTOBER = date(2024, 10, 1)
DEMO_FILTER = RecordFilter(CITY, SEXUAL, rolling_12(OCTOBER))
TIMES_ARE_REAL = pa.Table.from_pylist(
    [
        {
            "kind": NoteKind.TIMES_REAL.value,
            "text": "All at one minute, as these tests want it.",
            "author": "tests",
            "written_on": OCTOBER,
        }
    ],
    schema=ANNOTATIONS,
)
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
    publish(tmp_path, "made", of_real_times(delivery(rows, covered(months(first, count)))), "tests")
    return open_version(tmp_path, "made")


def of_real_times(made_here: Delivery) -> Delivery:
    """Return a delivery with a note that its times are real, however many are at one minute."""
    return replace(made_here, tables=replace(made_here.tables, annotations=TIMES_ARE_REAL))


def filter_of(first: date, last: date, **more: object) -> RecordFilter:
    return RecordFilter(FORCE, ("rape",), Window(first, month_end(last)), **more)


YEAR = filter_of(date(2024, 1, 1), date(2024, 12, 1))
