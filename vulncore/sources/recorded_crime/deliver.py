"""From a published table of recorded crime to a delivery: which of the two it is, and whether enough of it can be used."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from vulncore.domain.delivery import Delivery, source_file
from vulncore.domain.errors import UnreadableSourceError
from vulncore.sources.csv_text import UNCLOSED, read_table, require_end
from vulncore.sources.recorded_crime.areas import AREA_COLUMNS, CATEGORY_COLUMNS, is_by_area, totals_by_area
from vulncore.sources.recorded_crime.quarters import HEADER, totals_by_quarter
from vulncore.sources.row_tally import MOST_REJECTED, RowTally, check_share

MISSHAPEN: Final = "another number of fields than the heading"
EMPTY: Final = "an empty row"


def deliver(path: Path, most_rejected: float = MOST_REJECTED) -> Delivery:
    """Return a table of recorded crime as counts, each row judged and accounted for.

    Args:
        path: A CSV with the heading of the Home Office's table (one row per force, quarter and offence code) or
            of the Metropolitan Police's (one row per area and category, one column per month).
        most_rejected: The share of rows, 0 to 1, that may be rejected.

    Returns:
        Counts by force, measure and quarter or month, and coverage of the months that have one: a figure that
        is not there is missing, not zero. Forces of the Home Office's table have the names that data.police.uk
        gives them; areas of the Metropolitan Police's are forces called like "Metropolitan Police Service:
        Westminster", beside "Metropolitan Police Service", which is their sum.

    Raises:
        UnreadableSourceError: The file is no such table, or none of its rows makes a total.
        InvalidRowsError: A row is there twice.
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
    lines = read_table(path)
    require_end(lines)
    if not is_heading(lines.heading):
        raise UnreadableSourceError(
            f"The first line of {lines.name} is not the heading of either table of recorded crime. "
            f"The Home Office's heading is {','.join(HEADER)}. The Metropolitan Police's heading has "
            f"{', '.join(CATEGORY_COLUMNS)}, {' or '.join(AREA_COLUMNS)}, and months like 201004. "
            "Save the sheet with the figures as CSV UTF-8, with the heading in the first line."
        )
    tally = RowTally(lines.name, lines.read)
    for misfit in lines.misfits:
        if misfit.text.strip(" ,\t"):
            tally.reject(misfit.line, UNCLOSED if misfit.reason == UNCLOSED else MISSHAPEN, misfit.text)
        else:
            tally.left_out[EMPTY] += 1
    filled = {number: cells for number, cells in lines.rows.items() if any(cells)}
    tally.left_out[EMPTY] += len(lines.rows) - len(filled)
    make_totals = totals_by_area if is_by_area(lines.heading) else totals_by_quarter
    totals = make_totals(filled, lines.heading, tally)
    tally.refuse_beyond(
        most_rejected,
        "Correct the file, or download it again. If the rows are still refused, the table has changed: "
        "update vulncore/reference/recorded_crime_measures.toml.",
    )
    if not totals.counts.num_rows:
        raise UnreadableSourceError(
            f"No total can be made from the {lines.read:,} rows of {lines.name}. Check that the table is whole."
        )
    return totals.delivery(source_file(path), tally)


def is_heading(heading: Sequence[str]) -> bool:
    """Return whether a heading is one of the two that this reader knows.

    >>> is_heading(["MajorText", "MinorText", "BoroughName", "201004"]), is_heading(["Month"])
    (True, False)
    """
    return tuple(heading) == HEADER or is_by_area(heading)
