"""A table of monthly totals by measure, as an analyst keeps it: `force,measure,month,count`, or a column a month.

Such a table comes back from a spreadsheet in other clothes: months as `Apr-24` or `01/04/2024`, counts as `1,200`. What
has one meaning only is read, and all else is refused in a sentence.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from vulncore.domain.delivery import Delivery, printable, source_file
from vulncore.domain.errors import (
    InvalidPeriodError,
    InvalidRowsError,
    UnknownNameError,
    UnreadableSourceError,
    first_five,
)
from vulncore.domain.periods import Window, format_month, month_end
from vulncore.domain.vocabulary import find_measure, police_uk_measures, report_measures
from vulncore.sources.csv_text import Lines, require_header
from vulncore.sources.row_tally import HIDDEN_ROWS, RowTally, refuse_repeats
from vulncore.sources.table_files import read_tables
from vulncore.sources.tables import Totals, counts_table
from vulncore.sources.written import written_count, written_month

SOURCE: Final = "monthly-counts"
HEADER: Final = ("force", "measure", "month", "count")
EMPTY: Final = "an empty row"
NO_FIGURE: Final = "a row without a figure in any month"
NAMED: Final = frozenset({"force", "measure"})

_COUNTED_AS: Final = "Write a whole number in plain digits, 0 included."


class _Figure(NamedTuple):
    """A figure as the table has it: where it stands, and the four cells that say what it is."""

    where: str
    cells: tuple[str, str, str, str]


def deliver(path: Path, attribution: str = "") -> Delivery:
    """Return a table of monthly totals as counts.

    Args:
        path: A CSV, by comma, semicolon, tab or bar, or the only such sheet of a workbook: columns `force`, `measure` (key or label,
            of the report's or of data.police.uk's), `month` and `count` (a whole number, 0 included), or `force`,
            `measure` and a column for each month, in any order and letters. `vulncore.sources.written` says what a month and a count can be.
        attribution: The licence line that has to stand wherever the figures do.

    Returns:
        Counts, one per figure, and coverage of exactly the months that have one: a month left out, or an empty cell
        in the column of a month, is missing, not zero.

    Raises:
        UnreadableSourceError: The file is not such a table, or several sheets of it are.
        InvalidRowsError: Rows have no force, an unknown measure, no month or no whole count, or a
            force, measure and month is there twice. Nothing is delivered then.
    """
    lines = _table(path)
    tally = RowTally(lines.name, lines.read)
    tally.noted[HIDDEN_ROWS] = lines.hidden
    filled = {number: cells for number, cells in lines.rows.items() if any(cells)}
    tally.left_out[EMPTY] = len(lines.rows) - len(filled)
    if not filled:
        raise UnreadableSourceError(f"{lines.name} has a heading and no rows. Check that the file is whole.")
    known = (*report_measures(), *police_uk_measures())
    figures = list(_figures(lines.heading, filled))
    rows, faults = [], []
    faulty: set[int] = set()
    for number, figure in figures:
        force, measure, month, count = figure.cells
        try:
            rows.append((_force(force), _count(count), find_measure(known, measure), _month(month)))
        except (InvalidRowsError, UnknownNameError, InvalidPeriodError) as problem:
            faults.append(f"Line {number}{figure.where}: {problem}")
            faulty.add(number)
    if faulty:
        raise InvalidRowsError(
            f"{len(faulty)} of {lines.read} rows of {lines.name} cannot be used. {' '.join(faults[:5])}"
        )
    names = (f"{force} {measure.key} {format_month(month)}" for force, _, measure, month in rows)
    refuse_repeats(lines.name, "a force, measure and month", ((name, name) for name in names))
    if not rows:
        raise UnreadableSourceError(f"{lines.name} has no figure in any month. Check that the file is whole.")
    having = {number for number, _ in figures}
    tally.left_out[NO_FIGURE] = len(filled) - len(having)
    totals = [
        (force, measure.key, Window(month, month_end(month)), count) for force, count, measure, month in rows
    ]
    counted = {measure for _, _, measure, _ in rows}
    measures = [measure for measure in known if measure in counted]
    delivered = Totals(SOURCE, attribution, counts_table(SOURCE, totals), measures, len(having))
    return delivered.delivery(source_file(path), tally)


def is_heading(heading: Sequence[str]) -> bool:
    """Return whether a heading is one that this reader knows, with a row or a column a month.

    >>> is_heading(["Measure", "Force", "Count", " MONTH"]), is_heading(["Force", "Measure", "Apr-24", "May-24"])
    (True, True)
    >>> is_heading(["force", "measure", "month", "count", "note"]), is_heading(["force", "measure"])
    (False, False)
    """
    names = [_plain(name) for name in heading]
    if sorted(names) == sorted(HEADER):
        return True
    months = [name for name in names if name not in NAMED]
    return len(names) - len(months) == len(NAMED) and bool(months) and all(map(written_month, months))


def _table(path: Path) -> Lines:
    tables = read_tables(path, is_heading)
    if len(tables) != 1:
        which = f"{len(tables)} sheets" if tables else "No sheet"
        names = f" ({first_five(table.name.partition(', sheet ')[2] for table in tables)})" if tables else ""
        raise UnreadableSourceError(
            f"{which} of {printable(path.name)}{names} {'have' if tables else 'has'} the columns of monthly counts. "
            f"Give a workbook with one such sheet. Write its heading as {','.join(HEADER)}, or as force,measure and a month over each "
            "column, like 2024-04."
        )
    (lines,) = tables
    plain = [_plain(name) for name in lines.heading]
    if set(plain) >= NAMED and not {"month", "count"} & set(plain) and len(plain) > len(NAMED):
        _require_months(lines)
    else:
        by_name = sorted(range(len(plain)), key=lambda at: _place(plain[at]))
        lines.heading = [plain[at] if plain[at] in HEADER else lines.heading[at] for at in by_name]
        lines.rows = {number: [cells[at] for at in by_name] for number, cells in lines.rows.items()}
        require_header(lines, HEADER)
    return lines


def _require_months(lines: Lines) -> None:
    """Refuse a table with a column a month of which a column is no month, or a month has several.

    Raises:
        UnreadableSourceError: That is so.
        InvalidRowsError: Lines have another number of fields than the heading.
    """
    if lines.misfits:
        require_header(lines, lines.heading)
    named = [name for name in lines.heading if _plain(name) not in NAMED]
    months = [written_month(name) for name in named]
    strange = [
        printable(name[:20]) or "empty" for name, month in zip(named, months, strict=True) if not month
    ]
    if strange:
        raise UnreadableSourceError(
            f"{len(strange)} of {len(named)} columns of {lines.name} beside force and measure are not months: {first_five(strange)}. "
            "Take other columns out, totals among them, and write months like 2024-04 or Apr-24."
        )
    twice = [format_month(month) for month, count in Counter(months).items() if month and count > 1]
    if twice or len(lines.heading) - len(named) != len(NAMED):
        what = f"the month {first_five(twice)}" if twice else "the force or the measure"
        raise UnreadableSourceError(f"{lines.name} has several columns for {what}. Keep one column of each.")


def _figures(heading: Sequence[str], rows: dict[int, Sequence[str]]) -> Iterator[tuple[int, _Figure]]:
    """Yield each figure of a table, with the number of its line; an empty cell of a column of a month is none."""
    plain = [_plain(name) for name in heading]
    if sorted(plain) == sorted(HEADER):
        for number, cells in rows.items():
            force, measure, month, count = (cells[plain.index(name)] for name in HEADER)
            yield number, _Figure("", (force, measure, month, count))
        return
    months = [at for at, name in enumerate(plain) if name not in NAMED]
    for number, cells in rows.items():
        force, measure = cells[plain.index("force")], cells[plain.index("measure")]
        for at in months:
            if cells[at]:
                yield (
                    number,
                    _Figure(f", {printable(heading[at][:20])}", (force, measure, heading[at], cells[at])),
                )


def _place(name: str) -> int:
    return HEADER.index(name) if name in HEADER else len(HEADER)


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _month(cell: str) -> date:
    month = written_month(cell)
    if month is None:
        raise InvalidPeriodError(
            f"'{printable(cell[:20])}' is not a month, or could be several. Write the year and the month, like 2024-10."
        )
    return month


def _force(cell: str) -> str:
    if not cell:
        raise InvalidRowsError("The force is empty. Write its name.")
    if not cell.isprintable():
        raise InvalidRowsError(
            f"The force {printable(cell)} has signs that can't be printed. Write its name."
        )
    return cell


def _count(cell: str) -> int:
    count = written_count(cell)
    if count is None:
        raise InvalidRowsError(f"'{printable(cell[:20])}' is not a count. {_COUNTED_AS}")
    return count
