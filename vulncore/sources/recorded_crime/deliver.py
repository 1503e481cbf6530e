"""From a published table of recorded crime to a delivery: which of the two it is, and whether enough of it can be used."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from vulncore.domain.delivery import Delivery, RowAccount, measures_table, source_file
from vulncore.domain.errors import TooManyRejectsError, UnreadableSourceError, first_five
from vulncore.domain.schemas import Tables
from vulncore.sources.recorded_crime.areas import AREA_COLUMNS, CATEGORY_COLUMNS, is_by_area, totals_by_area
from vulncore.sources.recorded_crime.figures import Figures
from vulncore.sources.recorded_crime.lines import Lines, table_lines
from vulncore.sources.recorded_crime.quarters import HEADER, totals_by_quarter

MOST_REJECTED: Final = (
    0.05  # neither of the published files has any; beyond a stray few the format has changed
)


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
        TooManyRejectsError: More rows are rejected than may be; it holds them all. Nothing is delivered then.

    Source:
        Home Office, police recorded crime open data tables; Metropolitan Police, MPS Recorded Crime: Geographic
        Breakdown, London Datastore.

    Misleads when:
        categories change. In April and May 2023 two new categories take the place of the Metropolitan Police's
        domestic burglary, which reads 0 from August on and has not ended; and each publication of either table
        revises the figures of the one before.
    """
    if not 0 <= most_rejected <= 1:
        raise UnreadableSourceError(
            f"{most_rejected} is not a share of a file's rows. Give a number from 0 to 1, like {MOST_REJECTED}."
        )
    lines = table_lines(path)
    figures = _figures(lines)
    _refuse_too_many(lines, figures, most_rejected)
    if not figures.counts.num_rows:
        raise UnreadableSourceError(
            f"No total can be made from the {lines.read:,} rows of {lines.name}. Check that the table is whole."
        )
    return Delivery(
        source=figures.source,
        tables=Tables(
            counts=figures.counts, coverage=figures.coverage, measures=measures_table(figures.measures)
        ),
        files=(source_file(path),),
        rows=RowAccount(
            read=lines.read,
            accepted=figures.accepted,
            rejected=dict(Counter(reject.reason for reject in figures.rejects)),
            noted=dict(figures.noted),
            left_out=dict(figures.left_out),
        ),
        attribution=figures.attribution,
        rejects=tuple(sorted(figures.rejects, key=lambda reject: reject.line)),
    )


def is_heading(heading: Sequence[str]) -> bool:
    """Return whether a heading is one of the two that this reader knows.

    >>> is_heading(["MajorText", "MinorText", "BoroughName", "201004"]), is_heading(["Month"])
    (True, False)
    """
    return list(heading) == list(HEADER) or is_by_area(heading)


def _figures(lines: Lines) -> Figures:
    if lines.heading == list(HEADER):
        return totals_by_quarter(lines)
    if is_by_area(lines.heading):
        return totals_by_area(lines)
    raise UnreadableSourceError(
        f"The first line of {lines.name} is not the heading of either table of recorded crime. "
        f"The Home Office's heading is {','.join(HEADER)}. The Metropolitan Police's heading has "
        f"{', '.join(CATEGORY_COLUMNS)}, {' or '.join(AREA_COLUMNS)}, and months like 201004. "
        "Save the sheet with the figures as CSV UTF-8, with the heading in the first line."
    )


def _refuse_too_many(lines: Lines, figures: Figures, most_rejected: float) -> None:
    rejects = figures.rejects
    if len(rejects) <= most_rejected * lines.read:
        return
    reason, count = Counter(reject.reason for reject in rejects).most_common(1)[0]
    values = dict.fromkeys(reject.value or "empty" for reject in rejects if reject.reason == reason)
    raise TooManyRejectsError(
        f"{len(rejects):,} of {lines.read:,} rows of {lines.name} cannot be used, more than {100 * most_rejected:g} %. "
        f"{count:,} have {reason}: {first_five(values)}. Correct the file, or download it again. If the rows are still "
        "refused, the table has changed: update vulncore/reference/recorded_crime_measures.toml.",
        rejects,
    )
