"""From a published table of recorded crime to a delivery: which of the two it is, and whether enough of it can be used."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import pyarrow as pa

from vulncore.domain.delivery import Delivery, printable, source_file
from vulncore.domain.errors import InvalidRowsError, UnreadableSourceError
from vulncore.sources.csv_text import UNCLOSED, Lines, require_end
from vulncore.sources.recorded_crime.areas import AREA_COLUMNS, CATEGORY_COLUMNS, is_by_area, totals_by_area
from vulncore.sources.recorded_crime.quarters import HEADER, is_by_quarter, totals_by_quarter
from vulncore.sources.row_tally import HIDDEN_ROWS, MOST_REJECTED, RowTally, check_share
from vulncore.sources.table_files import read_tables
from vulncore.sources.tables import Totals

MISSHAPEN: Final = "another number of fields than the heading"
EMPTY: Final = "an empty row"
NOTE: Final = "a note beneath the table"
_WITHOUT: Final = {True: "The first line of {} is not the heading", False: "No sheet of {} has the heading"}
_OF_A_TOTAL: Final = ("force", "measure", "period_start")


def deliver(path: Path, most_rejected: float = MOST_REJECTED) -> Delivery:
    """Return a table of recorded crime as counts, each row judged and accounted for.

    Args:
        path: A CSV with the heading of the Home Office's table (one row per force, quarter and offence code) or
            of the Metropolitan Police's (one row per area and category, one column per month); or a workbook, as the
            Home Office publishes it, of which every visible sheet with such a heading is read and the others passed over.
        most_rejected: The share of rows, 0 to 1, that may be rejected.

    Returns:
        Counts by force, measure and quarter or month, and coverage of the months that have one: a figure that
        is not there is missing, not zero. Forces of the Home Office's table have the names that data.police.uk
        gives them; areas of the Metropolitan Police's are forces called like "Metropolitan Police Service:
        Westminster", beside "Metropolitan Police Service", which is their sum.

    Raises:
        UnreadableSourceError: The file is no such table, or none of its rows makes a total.
        InvalidRowsError: A row, or a force's total in two sheets, is there twice.
        TooManyRejectsError: More rows are rejected than may be; it holds them. Nothing is delivered then.

    Source:
        Home Office, police recorded crime open data tables; Metropolitan Police, MPS Recorded Crime: Geographic
        Breakdown, London Datastore.

    Misleads when:
        categories change. In April and May 2023 two new categories take the place of the Metropolitan Police's
        domestic burglary, which reads 0 from August on and has not ended; and each publication of either table
        revises the figures of the one before.
    """
    check_share(most_rejected)
    tables = read_tables(path, is_heading)
    for lines in tables:
        require_end(lines)
    if not tables or not all(is_heading(lines.heading) for lines in tables):
        raise UnreadableSourceError(
            f"{_WITHOUT[bool(tables)].format(printable(path.name))} of either table of recorded crime. "
            f"The Home Office's heading is {','.join(HEADER)}. The Metropolitan Police's heading has "
            f"{', '.join(CATEGORY_COLUMNS)}, {' or '.join(AREA_COLUMNS)}, and months like 201004. "
            "Give the whole file as it is published, or save the sheet with the figures as CSV UTF-8, with the heading in the first line."
        )
    tallies = [RowTally(lines.name, lines.read) for lines in tables]
    sheets = [_totals(lines, tally, most_rejected) for lines, tally in zip(tables, tallies, strict=True)]
    totals = _together(sheets, [lines.name for lines in tables])
    if not totals.counts.num_rows:
        raise UnreadableSourceError(
            f"No total can be made from the {sum(lines.read for lines in tables):,} rows of {printable(path.name)}. Check that the table is whole."
        )
    return totals.delivery(source_file(path), *tallies)


def _totals(lines: Lines, tally: RowTally, most_rejected: float) -> Totals:
    """Return the totals of one table, a sheet or a file, each row of it booked in the tally."""
    for misfit in lines.misfits:
        if misfit.text.strip(" ,;|\t"):
            tally.reject(misfit.line, UNCLOSED if misfit.reason == UNCLOSED else MISSHAPEN, misfit.text)
        else:
            tally.left_out[EMPTY] += 1
    filled = {number: cells for number, cells in lines.rows.items() if any(cells)}
    tally.left_out[EMPTY] += len(lines.rows) - len(filled)
    notes = {number for number, cells in filled.items() if _is_note(cells)}
    tally.left_out[NOTE] += len(notes)
    filled = {number: cells for number, cells in filled.items() if number not in notes}
    tally.noted[HIDDEN_ROWS] = lines.hidden
    make_totals = totals_by_area if is_by_area(lines.heading) else totals_by_quarter
    totals = make_totals(filled, lines.heading, tally)
    tally.refuse_beyond(
        most_rejected,
        "Correct the file, or download it again. If the rows are still refused, the table has changed: "
        "update vulncore/reference/recorded_crime_measures.toml.",
    )
    return totals


def _is_note(cells: Sequence[str]) -> bool:
    """Return whether a row is a note beneath the table: words in its first cell, and nothing beside."""
    return not any(cells[1:]) and " " in cells[0].strip()


def _together(sheets: Sequence[Totals], names: Sequence[str]) -> Totals:
    """Return the totals of a workbook's sheets as one.

    Raises:
        InvalidRowsError: Two sheets have a total of the same force, measure and period.
        UnreadableSourceError: They are of both tables.
    """
    first = sheets[0]
    if len(sheets) == 1:
        return first
    if len({sheet.source for sheet in sheets}) > 1:
        raise UnreadableSourceError(
            "The sheets are of both tables of recorded crime, the Home Office's and the Metropolitan Police's. Give one file of each."
        )
    seen: dict[object, str] = {}
    for sheet, name in zip(sheets, names, strict=True):
        for force, key, start in zip(*(sheet.counts[of].to_pylist() for of in _OF_A_TOTAL), strict=True):
            before = seen.setdefault((force, key, start), name)
            if before != name:
                raise InvalidRowsError(
                    f"{name} repeats what {before} holds: {key} of {force} from {start:%B %Y}. Keep one sheet of each year."
                )
    measures = {measure.key: measure for sheet in sheets for measure in sheet.measures}
    return replace(
        first,
        counts=pa.concat_tables([sheet.counts for sheet in sheets]),
        measures=sorted(measures.values(), key=lambda measure: measure.order),
        accepted=sum(sheet.accepted for sheet in sheets),
    )


def is_heading(heading: Sequence[str]) -> bool:
    """Return whether a heading is one of the two that this reader knows.

    >>> is_heading(["MajorText", "MinorText", "BoroughName", "201004"]), is_heading(["Month"])
    (True, False)
    """
    return is_by_quarter(heading) or is_by_area(heading)
