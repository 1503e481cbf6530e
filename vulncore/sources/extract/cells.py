"""What the cells of a row look like, by which headings and rows that are no records are told from records."""

import re
from collections.abc import Sequence
from typing import Final

from vulncore.sources.extract.record import UNCOMPUTED

EMPTY_ROW: Final = "empty row"
TOTALS_ROW: Final = "totals row"
HEADING_REPEATED: Final = "heading repeated"

_TOTAL = re.compile(
    r"\(?(?:(?:grand |sub-? ?|overall |report )?totals?|sum|count|row count|no of records|number of (?:records|rows)"
    r"|total (?:records|rows|crimes|incidents|offences|number)|records|rows)\b\s*[:=(]?\s*[\d,.]*\s*\)?"
    r"|\(?[\d,]+ (?:rows?|records?)(?: (?:affected|returned|selected|found|listed))?\)?\.?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[-+(]?[£$€]?[\d,]*\.?\d+ ?%?\)?")


def is_totals_row(cells: Sequence[str]) -> bool:
    """Return whether a row sums up others, and is no record.

    It is where its first filled cell says so and says nothing else ("Total", "Grand total: 5", "312 rows"), and
    each further cell is empty, a number, or says so again. A record always has a date or a text beside.

    >>> is_totals_row(["Total", "", "1,204"]), is_totals_row(["Total", "01/10/2024", "Bow Lane"])
    (True, False)
    """
    filled = [cell for cell in cells if cell]
    if not filled or not _TOTAL.fullmatch(filled[0]):
        return False
    return all(cell == UNCOMPUTED or _NUMBER.fullmatch(cell) or _TOTAL.fullmatch(cell) for cell in filled[1:])


def is_value(cell: str) -> bool:
    """Return whether a cell looks like a number, a date, a time or a code, and so like no heading.

    >>> [is_value(cell) for cell in ("5 March 2024", "14:30", "42A/1234/24", "Address line 1", "Date from")]
    [True, True, True, False, False]
    """
    if cell == UNCOMPUTED:
        return True
    signs = [letter for letter in cell[:200] if letter.isalnum()]
    return bool(signs) and sum(letter.isdigit() for letter in signs) >= 0.4 * len(signs)
