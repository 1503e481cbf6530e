"""A table of monthly totals by measure, as an analyst keeps it: `force,measure,month,count`."""

from datetime import date
from pathlib import Path
from typing import Final

import pyarrow as pa

from vulncore.domain.delivery import Delivery, RowAccount, measures_table, printable, source_file
from vulncore.domain.errors import InvalidPeriodError, InvalidRowsError, UnknownNameError, first_five
from vulncore.domain.periods import format_month, month_end, parse_month
from vulncore.domain.schemas import COUNTS, COVERAGE, Tables
from vulncore.domain.vocabulary import Measure, find_measure, police_uk_measures, report_measures
from vulncore.sources.csv_text import require_header, small_table, whole_count

SOURCE: Final = "monthly-counts"
HEADER: Final = ("force", "measure", "month", "count")

_Row = tuple[str, Measure, date, int]


def deliver(path: Path, attribution: str = "") -> Delivery:
    """Return a table of monthly totals as counts.

    Args:
        path: A CSV of `force`, `measure` (key or label, of the report's or of data.police.uk's), `month`
            (`YYYY-MM`) and `count` (a whole number, 0 included).
        attribution: The licence line that has to stand wherever the figures do.

    Returns:
        Counts, one per row, and coverage of exactly the months that have a row: a month left out is
        missing, not zero.

    Raises:
        UnreadableSourceError: The file is not such a table.
        InvalidRowsError: Rows have no force, an unknown measure, no month or no whole count, or a
            force, measure and month is there twice. Nothing is delivered then.
    """
    header, lines = small_table(path)
    require_header(path, header, HEADER)
    rows, faults = [], []
    for number, (force, measure, month, count) in lines:
        try:
            rows.append(_row(force, measure, month, count))
        except (InvalidRowsError, UnknownNameError, InvalidPeriodError) as problem:
            faults.append(f"Line {number}: {problem}")
    if faults:
        raise InvalidRowsError(
            f"{len(faults)} of {len(lines)} rows of {printable(path.name)} cannot be used. {' '.join(faults[:5])}"
        )
    _refuse_repeats(path, rows)
    return Delivery(
        source=SOURCE,
        tables=Tables(
            counts=_counts(rows),
            coverage=_coverage(rows),
            measures=measures_table(_in_vocabulary_order({measure for _, measure, _, _ in rows})),
        ),
        files=(source_file(path),),
        rows=RowAccount(read=len(lines), accepted=len(rows)),
        attribution=attribution,
    )


def _row(force: str, measure: str, month: str, count: str) -> _Row:
    whole = whole_count(count)
    if not force:
        raise InvalidRowsError("The force is empty. Write its name.")
    if not force.isprintable():
        raise InvalidRowsError(
            f"The force {printable(force)} has signs that can't be printed. Write its name."
        )
    if whole is None:
        raise InvalidRowsError(
            f"'{count[:20]}' is not a count. Write a whole number in plain digits, 0 included."
        )
    return (
        force,
        find_measure((*report_measures(), *police_uk_measures()), measure),
        parse_month(month),
        whole,
    )


def _refuse_repeats(path: Path, rows: list[_Row]) -> None:
    seen: set[tuple[str, str, date]] = set()
    twice = []
    for force, measure, month, _ in rows:
        if (force, measure.key, month) in seen:
            twice.append(f"{force} {measure.key} {format_month(month)}")
        seen.add((force, measure.key, month))
    if twice:
        raise InvalidRowsError(
            f"{len(twice)} rows of {printable(path.name)} repeat a force, measure and month: {first_five(twice)}. "
            "Keep one row of each."
        )


def _in_vocabulary_order(used: set[Measure]) -> list[Measure]:
    return [measure for measure in (*report_measures(), *police_uk_measures()) if measure in used]


def _counts(rows: list[_Row]) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "force": force,
                "measure": measure.key,
                "period_start": month,
                "period_end": month_end(month),
                "count": count,
                "source": SOURCE,
            }
            for force, measure, month, count in rows
        ],
        schema=COUNTS,
    )


def _coverage(rows: list[_Row]) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "force": force,
                "measure": measure.key,
                "month": month,
                "table": "counts",
                "source": SOURCE,
                "provisional": False,
            }
            for force, measure, month, _ in rows
        ],
        schema=COVERAGE,
    )
