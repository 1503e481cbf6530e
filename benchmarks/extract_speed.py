"""How reading, judging, publishing and checking an extract compare with reading it plainly in pandas.

    .venv/bin/python benchmarks/extract_speed.py [ROWS]

The plain alternative is `pandas.read_csv` with every column as text, then a count by month and code. Publishing a month is one reading,
judging and publishing; DuckDB's bare copy of the same CSV to Parquet stands beside it. The ratios are what to quote; peak memory
is the whole process's. A workbook of 50,000 rows and twelve columns, and one of ten rows, are read by a process of their own, whose
start is part of the time.
"""

import csv
import resource
import sys
import tempfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

import duckdb
import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from vulncore import store as stores
from vulncore.findings.data.changes import changes_between
from vulncore.findings.data.checks import data_checks
from vulncore.sources.extract import read_extract
from vulncore.sources.records.deliver import deliver
from vulncore.sources.records.draft import draft_mapping

CODES = ("19C", "20A", "8Q", "8L", "105A", "8N", "39", "46", "45", "49")
FIRST_DAY, DAYS = date(2018, 1, 1), 2_191


def made_extract(path: Path, rows: int) -> Path:
    draw = Random(0)
    days = [f"{FIRST_DAY + timedelta(days=day):%d/%m/%Y}" for day in range(DAYS)]
    with path.open("w", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(
            [
                "Crime No",
                "Date Recorded",
                "HO Code",
                "Date From",
                "Time From",
                "Easting",
                "Northing",
                "Victim URN",
                "DA Flag",
            ]
        )
        for number in range(rows):
            day = draw.randrange(1, DAYS)
            out.writerow(
                [
                    f"C{number}",
                    days[day],
                    draw.choice(CODES),
                    days[day - 1],
                    f"{draw.randrange(24):02d}:{draw.randrange(60):02d}",
                    draw.randrange(532_000, 534_000),
                    draw.randrange(180_800, 181_800),
                    f"V{draw.randrange(rows)}",
                    draw.choice("YNNN"),
                ]
            )
    return path


def made_workbook(path: Path, rows: int) -> Path:
    draw = Random(0)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Export")
    sheet.append([f"Column {number}" for number in range(12)])

    def shown(value: object, how: str) -> WriteOnlyCell:
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = how
        return cell

    for number in range(rows):
        day = FIRST_DAY + timedelta(days=draw.randrange(DAYS))
        half_hour = timedelta(minutes=30 * draw.randrange(48))
        sheet.append(
            [
                f"48X/{number}/24",
                shown(day, "dd/mm/yyyy"),
                draw.choice(CODES),
                "Stalking",
                shown(datetime.combine(day, time.min) + half_hour, "dd/mm/yyyy hh:mm"),
                shown((datetime.combine(day, time.min) + half_hour).time(), "hh:mm"),
                draw.randrange(532_000, 534_000),
                draw.randrange(180_800, 181_800) + 0.5,
                f"V{draw.randrange(rows)}",
                draw.choice("YN"),
                f"{number % 300} Bow Lane",
                None if number % 3 else "Charged",
            ]
        )
    book.save(path)
    return path


def in_pandas(path: Path) -> pd.Series:
    frame = pd.read_csv(path, dtype=str)
    month = pd.to_datetime(frame["Date Recorded"], format="%d/%m/%Y").dt.to_period("M")
    return frame.groupby([month, "HO Code"]).size()


def timed(what: str, run: Callable[[], Any], plain: float | None = None) -> tuple[Any, float]:
    start = perf_counter()
    result = run()
    taken = perf_counter() - start
    print(f"{what:<44} {taken:7.2f} s" + (f"   {taken / plain:5.1f} times plain" if plain else ""))
    return result, taken


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = made_extract(Path(folder) / "crimes.csv", rows)
        store = Path(folder) / "store"
        print(f"{rows:,} rows, {path.stat().st_size:,} bytes")
        copied = f"COPY (FROM read_csv('{path}')) TO '{path}.parquet' (FORMAT parquet)"
        timed("DuckDB: CSV copied to Parquet", lambda: duckdb.connect().execute(copied))
        _, plain = timed("pandas: read as text, count", lambda: in_pandas(path))
        extract, _ = timed("read, encoding and heading detected", lambda: read_extract(path), plain)
        draft, _ = timed("mapping drafted", lambda: draft_mapping(extract, "City of London Police"), plain)
        delivery, _ = timed(
            "read again, judged, delivered", lambda: deliver(path, draft.mapping, lambda: b"k" * 32), plain
        )
        after, _ = timed(
            "dry run: validated, compared", lambda: stores.preview(store, "big", delivery, "me"), plain
        )
        timed("checked", lambda: data_checks(after, brought=delivery.tables.incidents), plain)
        timed("published", lambda: stores.publish(store, "big", delivery, "me"), plain)
        timed("published again: found unchanged", lambda: stores.publish(store, "big", delivery, "me"), plain)
        timed("what changed", lambda: changes_between(stores.open_version(store, "big"), after), plain)
        for count in (10, 50_000):
            book = made_workbook(Path(folder) / f"{count}.xlsx", count)
            timed(f"a workbook of {count:,} rows read", lambda book=book: read_extract(book))
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
