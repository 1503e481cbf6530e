"""An extract as a records management system prints it: made data, with all that makes such files hard to read.

Title lines, a heading of two lines with merged cells, day-first dates as text and as dates, times apart, grid
references, Home Office codes, a flag, free text, a record with two rows, and a totals row.
"""

from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path
from random import Random

from openpyxl import Workbook

CODES = {"19C": "rape", "20A": "other-sexual-offences", "8Q": "stalking-and-harassment", "19F": "rape"}
UPPER = ("Crime Details", "", "", "Occurrence", "", "", "", "Location", "", "Victim", "")
LOWER = (
    "Crime No",
    "Date Recorded",
    "HO Code",
    "Date From",
    "Time From",
    "Date To",
    "Time To",
    "Grid Ref",
    "Street",
    "Victim URN",
    "DA Flag",
)
MERGED = ("A4:C4", "D4:G4", "H4:I4", "J4:K4")
SQUARE_SIZE_M = 100


@dataclass(frozen=True)
class Record:
    """A record, as the test that made it knows it."""

    number: str
    recorded_on: date
    code: str
    start: date
    clock: time
    end: date
    east: int  # metres within the square TQ
    north: int
    victim: str
    domestic: bool


def records(count: int = 240, seed: int = 5) -> list[Record]:
    """Return records of the first half of 2024, in the City of London."""
    draw = Random(seed)
    made = []
    for number in range(count):
        recorded = date(2024, 1, 1) + timedelta(days=draw.randrange(182))
        start = recorded - timedelta(days=draw.randrange(3))
        made.append(
            Record(
                number=f"48X/{number + 100:05d}/24",
                recorded_on=recorded,
                code=draw.choice(list(CODES)),
                start=start,
                clock=time(draw.randrange(24), draw.choice([0, 5, 17, 30, 45])),
                end=recorded,
                east=draw.randrange(32_200, 33_200),
                north=draw.randrange(80_900, 81_600),
                victim=f"V{draw.randrange(count)}",
                domestic=draw.random() < 0.3,
            )
        )
    return made


def write_workbook(path: Path, every: list[Record]) -> Path:
    """Write records as such a system does, and return the path."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Crime export"
    sheet["A1"] = "RESTRICTED: vulnerability extract"
    sheet["A2"] = "Printed 01/07/2024 08:15"
    for column, (upper, lower) in enumerate(zip(UPPER, LOWER, strict=True), start=1):
        sheet.cell(4, column, upper or None)
        sheet.cell(5, column, lower)
    for cells in MERGED:
        sheet.merge_cells(cells)
    row = 6
    for place, record in enumerate(every):
        _write(sheet, row, record, as_text=place % 2 == 0)
        row += 1
        if place == 10:  # a second victim of the same crime has a row of its own
            _write(sheet, row, record, as_text=True)
            sheet.cell(row, 10, "V-second")
            row += 1
        if place == 20:
            row += 1  # an empty row between two pages
    sheet.cell(row, 1, "Total")
    sheet.cell(row, 3, len(every))
    book.create_sheet("Notes")["A1"] = "Codes as in the Home Office counting rules"
    book.save(path)
    return path


def _write(sheet, row: int, record: Record, as_text: bool) -> None:
    day = (lambda value: f"{value:%d/%m/%Y}") if as_text else (lambda value: value)
    sheet.cell(row, 1, record.number)
    sheet.cell(row, 2, day(record.recorded_on))
    sheet.cell(row, 3, record.code)
    sheet.cell(row, 4, day(record.start))
    sheet.cell(row, 5, f"{record.clock:%H:%M}" if as_text else record.clock)
    sheet.cell(row, 6, day(record.end))
    sheet.cell(row, 7, "23:59" if as_text else time(23, 59))
    sheet.cell(row, 8, f"TQ {record.east} {record.north}")
    sheet.cell(row, 9, "=1+1 Cheapside" if record.number.endswith("7/24") else "Cheapside")
    sheet.cell(row, 10, record.victim)
    sheet.cell(row, 11, "Y" if record.domestic else "N")
    if record.number.endswith("7/24"):
        sheet.cell(row, 9).data_type = "s"  # a text that begins like a formula, and is none
