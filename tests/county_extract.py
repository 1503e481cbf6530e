"""A county force's workbook as its analyst gets it every month: made data, with all that makes such files hard to read.

Title lines, a heading of two lines with merged cells, dates as text and as dates, short codes beside free text, eastings and
northings with zeros where a place is not known, 00:00 where a time is not known, a kind of place, an empty row and a totals row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np
from openpyxl import Workbook

FORCE = "Dyfed-Powys Police"
TOWNS = {  # in kilometres of the British National Grid
    "Llanelli": (250.7, 200.2),
    "Carmarthen": (241.0, 220.1),
    "Aberystwyth": (259.9, 281.3),
    "Haverfordwest": (195.3, 215.6),
    "Newtown": (310.9, 291.6),
    "Brecon": (304.5, 228.5),
}
CODES = {
    "DA": "domestic-abuse-crime",
    "STK": "stalking-and-harassment",
    "OSO": "other-sexual-offences",
    "RAPE": "rape",
    "HC": "hate-crime",
    "MSHT": "modern-slavery",
}
PREMISES = ("Street with Residence", "Licensed Premises", "Dwelling", "Car Park", "Shop")
UPPER = ("Crime", "", "", "", "When", "", "", "Where", "", "", "", "Victim")
LOWER = (
    "Crime Number",
    "Recorded Dt",
    "Offence Type",
    "Summary",
    "Committed From",
    "Committed From Time",
    "Committed To",
    "Easting",
    "Northing",
    "Town",
    "Premises Type",
    "Victim Ref",
)
MERGED = ("A4:D4", "E4:G4", "H4:K4")


@dataclass(frozen=True)
class CountyRecord:
    """A record, as the test that made it knows it; `place` is None where the workbook has zeros."""

    number: str
    recorded_on: date
    code: str
    start: date
    clock: time | None
    town: str
    place: tuple[int, int] | None
    premises: str


def county_records(
    first: date, last: date, count: int, codes: Sequence[str] = tuple(CODES), seed: int = 11
) -> list[CountyRecord]:
    """Return so many records recorded from one day to another, around the county's towns."""
    draw = np.random.default_rng(seed)
    days = (last - first).days + 1
    made = []
    for number in range(count):
        recorded = first + timedelta(days=int(draw.integers(days)))
        town = str(draw.choice(list(TOWNS), p=(0.34, 0.2, 0.18, 0.12, 0.1, 0.06)))
        east, north = draw.normal(np.array(TOWNS[town]) * 1_000, 450).astype(int)
        minute = int(draw.normal(22 * 60, 150)) % 1_440 // 5 * 5
        made.append(
            CountyRecord(
                number=f"DP/{number + 1:06d}/{recorded:%y%m}",
                recorded_on=recorded,
                code=str(draw.choice(list(codes))),
                start=recorded - timedelta(days=int(draw.integers(3))),
                clock=None if draw.random() < 0.12 else time(minute // 60, minute % 60 or 5),
                town=town,
                place=None if draw.random() < 0.04 else (int(east), int(north)),
                premises=str(draw.choice(PREMISES)),
            )
        )
    return made


def write_county_workbook(path: Path, every: Sequence[CountyRecord]) -> Path:
    """Write records as such a system does, and return the path."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Vulnerability"
    sheet.append(["RESTRICTED: vulnerability extract (made data)"])
    sheet.append([f"Run {max(one.recorded_on for one in every):%d/%m/%Y} 07:40"])
    sheet.append([])
    sheet.append([upper or None for upper in UPPER])
    sheet.append(LOWER)
    for cells in MERGED:
        sheet.merge_cells(cells)
    for place, record in enumerate(every):
        sheet.append(_row(record, as_text=place % 2 == 0))
        if place == len(every) // 2:
            sheet.append([])  # an empty row between two pages
    sheet.append(["Total", None, len(every)])
    book.save(path)
    return path


def _row(record: CountyRecord, as_text: bool) -> list[object]:
    clock = record.clock or time(0)
    day = (lambda value: f"{value:%d/%m/%Y}") if as_text else (lambda value: datetime.combine(value, time(0)))
    east, north = record.place or (0, 0)
    return [
        record.number,
        day(record.recorded_on),
        record.code,
        f"Reported by phone near {record.town}, see the log of {record.number}",
        day(record.start),
        f"{clock:%H:%M}" if as_text else clock,
        day(record.recorded_on),
        str(east) if as_text else east,
        str(north) if as_text else north,
        record.town,
        record.premises,
        f"V{int(record.number[3:9]) % 900:04d}",
    ]
