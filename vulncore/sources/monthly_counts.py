"""A table of monthly totals by measure, as an analyst keeps it: `force,measure,month,count`."""

from pathlib import Path
from typing import Final

from vulncore.domain.delivery import Delivery, printable, source_file
from vulncore.domain.errors import InvalidPeriodError, InvalidRowsError, UnknownNameError
from vulncore.domain.periods import Window, format_month, month_end, parse_month
from vulncore.domain.vocabulary import find_measure, police_uk_measures, report_measures
from vulncore.sources.csv_text import read_table, require_header, whole_count
from vulncore.sources.row_tally import RowTally, refuse_repeats
from vulncore.sources.tables import Totals, counts_table

SOURCE: Final = "monthly-counts"
HEADER: Final = ("force", "measure", "month", "count")


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
    lines = read_table(path)
    require_header(lines, HEADER)
    known = (*report_measures(), *police_uk_measures())
    rows, faults = [], []
    for number, (force, measure, month, count) in lines.rows.items():
        try:
            rows.append((_force(force), _count(count), find_measure(known, measure), parse_month(month)))
        except (InvalidRowsError, UnknownNameError, InvalidPeriodError) as problem:
            faults.append(f"Line {number}: {problem}")
    if faults:
        raise InvalidRowsError(
            f"{len(faults)} of {lines.read} rows of {lines.name} cannot be used. {' '.join(faults[:5])}"
        )
    names = (f"{force} {measure.key} {format_month(month)}" for force, _, measure, month in rows)
    refuse_repeats(lines.name, "a force, measure and month", ((name, name) for name in names))
    totals = [
        (force, measure.key, Window(month, month_end(month)), count) for force, count, measure, month in rows
    ]
    counted = {measure for _, _, measure, _ in rows}
    measures = [measure for measure in known if measure in counted]
    delivered = Totals(SOURCE, attribution, counts_table(SOURCE, totals), measures, len(rows))
    return delivered.delivery(source_file(path), RowTally(lines.name, lines.read))


def _force(cell: str) -> str:
    if not cell:
        raise InvalidRowsError("The force is empty. Write its name.")
    if not cell.isprintable():
        raise InvalidRowsError(
            f"The force {printable(cell)} has signs that can't be printed. Write its name."
        )
    return cell


def _count(cell: str) -> int:
    count = whole_count(cell)
    if count is None:
        raise InvalidRowsError(
            f"'{cell[:20]}' is not a count. Write a whole number in plain digits, 0 included."
        )
    return count
