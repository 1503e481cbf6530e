"""A published strand table: totals of five windows, with their changes beside them."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Final

from vulncore.domain.delivery import Delivery, measures_table, source_file
from vulncore.domain.errors import InvalidRowsError, UnknownNameError, UnreadableSourceError
from vulncore.domain.periods import Window, comparison_windows, financial_year, financial_year_name
from vulncore.domain.schemas import Tables
from vulncore.domain.vocabulary import Measure, find_measure, report_measures
from vulncore.sources.csv_text import Lines, read_table, require_header, whole_count
from vulncore.sources.row_tally import RowTally, delivery
from vulncore.sources.tables import counts_table

SOURCE: Final = "published-table"
FORCE: Final = "City of London Police"

COLUMNS: Final = (
    "group",
    "measure",
    *("fytd_previous", "fytd_current", "fytd_change", "fytd_change_pct"),
    *("fytd_baseline", "baseline_change", "baseline_change_pct"),
    *("rolling12_previous", "rolling12_current", "rolling12_change", "rolling12_change_pct"),
)
"""The heading, but that the year stands in the baseline's name, like `fytd_2019_20`."""

CHANGES: Final = {  # the change's column: the earlier window and the current one
    "fytd_change": ("fytd_previous", "fytd_current"),
    "baseline_change": ("fytd_baseline", "fytd_current"),
    "rolling12_change": ("rolling12_previous", "rolling12_current"),
}

_BASELINE = re.compile(r"fytd_(\d{4})_(\d{2})", flags=re.ASCII)


def deliver(path: Path, as_at: date, force: str = FORCE) -> Delivery:
    """Return a published strand table as counts.

    Args:
        path: A CSV with the columns of `data/reference/strand-table-2024-10.csv`. The baseline's
            financial year stands in the name of its column, like `fytd_2019_20`.
        as_at: The month that the table's windows end with, which the table itself doesn't say.
        force: The force whose table it is.

    Returns:
        Counts, one per measure and window; where two windows are the same months, one. No coverage:
        the periods say what is known.

    Raises:
        UnreadableSourceError: The file is not such a table, or its baseline isn't earlier than the
            current year.
        InvalidRowsError: A measure is unknown or there twice, a count is not a whole number, a change
            or percentage doesn't follow from the counts, or two windows that are the same months have
            different counts. Nothing is delivered then.

    Source:
        City of London Police vulnerability report 2024, table.

    Misleads when:
        the as-at month is not the table's own: nothing in the file can show it.
    """
    lines = read_table(path)
    baseline_column, windows = _windows(lines, as_at)
    require_header(lines, [column.replace("fytd_baseline", baseline_column) for column in COLUMNS])
    tally = RowTally(lines.name, lines.read)
    counts: dict[tuple[Measure, Window], int] = {}
    faults: list[str] = []
    for line, cells in lines.rows.items():
        row = dict(zip(COLUMNS, cells, strict=True))
        faults += [f"line {line}{fault}" for fault in _add_row(row, windows, counts, tally)]
    if faults:
        raise InvalidRowsError(
            f"{len(faults)} cells of {lines.name} cannot be right: {'; '.join(faults[:5])}"
            f"{' and more' if len(faults) > 5 else ''}. Correct the table, or download the table again."
        )
    totals = [(force, measure.key, window, count) for (measure, window), count in counts.items()]
    measures = measures_table(dict.fromkeys(measure for measure, _ in counts))
    tables = Tables(counts=counts_table(SOURCE, totals), measures=measures)
    return delivery(SOURCE, tables, [source_file(path)], lines.read, [tally])


def _windows(lines: Lines, as_at: date) -> tuple[str, dict[str, Window]]:
    named = [(name, match) for name in lines.heading if (match := _BASELINE.fullmatch(name))]
    if len(named) != 1:
        raise UnreadableSourceError(
            f"{lines.name} has {len(named)} columns named like fytd_2019_20, which give the baseline year. "
            "Keep one such column."
        )
    ((name, match),) = named
    year = int(match[1])
    if (year + 1) % 100 != int(match[2]):
        raise UnreadableSourceError(
            f"Column {name} of {lines.name} does not name a financial year. Write a year like 2019_20."
        )
    windows = comparison_windows(as_at, year)
    if windows["fytd_baseline"] is None:
        raise UnreadableSourceError(
            f"The baseline of {lines.name} is {financial_year_name(year)}, which is not before the current "
            f"{financial_year_name(financial_year(as_at))}. Check the month that the table ends with."
        )
    return name, {column: window for column, window in windows.items() if window}


def _add_row(
    row: Mapping[str, str],
    windows: Mapping[str, Window],
    counts: dict[tuple[Measure, Window], int],
    tally: RowTally,
) -> Iterator[str]:
    """Add a row to the counts, and yield what can't be right of it; where two windows are the same months, one counts."""
    columns = dict.fromkeys(name for pair in CHANGES.values() for name in pair)
    odd = [name for name in columns if whole_count(row[name]) is None]
    yield from (f", {name}: '{row[name][:20]}' is not a whole count" for name in odd)
    for name, (earlier_name, current_name) in CHANGES.items() if not odd else ():
        earlier, current = int(row[earlier_name]), int(row[current_name])
        percent = row[f"{name}_pct"]
        if row[name] != str(current - earlier):
            yield f", {name}: '{row[name][:20]}' should be {current - earlier}"
        if not _follows(percent, earlier, current):
            yield f", {name}_pct: '{percent[:20]}' does not follow from {earlier} to {current}"
    try:
        measure = find_measure(report_measures(), row["measure"])
    except UnknownNameError as problem:
        yield f": {problem}"
        return
    if any(measure == known for known, _ in counts):
        yield f": {measure.label} is there twice"
        return
    tally.noted["under another group than the list of measures has"] += row["group"] != measure.group
    for name, window in windows.items() if not odd else ():
        count = int(row[name])
        other = counts.setdefault((measure, window), count)
        if other != count:
            yield f", {name}: {count} and {other} for the same months, {window}"


def _follows(percent: str, earlier: int, current: int) -> bool:
    """Return whether a printed percentage is the change's, rounded as far as it is printed."""
    if earlier == 0 and current > 0:
        return percent == ""  # from nothing to something has no percentage
    if not re.fullmatch(r"-?\d{1,9}(\.\d{1,6})?", percent, flags=re.ASCII):
        return False
    exact = Fraction(100 * (current - earlier), earlier) if earlier else Fraction(0)
    decimals = len(percent.partition(".")[2])
    return abs(Fraction(percent) - exact) <= Fraction(1, 2 * 10**decimals)  # a half may go either way
