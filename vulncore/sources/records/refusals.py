"""What stops an extract although few of its rows are at fault."""

import re
from collections import Counter
from typing import Final

from vulncore.domain.errors import Reject, TooManyRejectsError, UnreadableSourceError
from vulncore.domain.periods import month_name, month_of
from vulncore.sources.extract import Extract
from vulncore.sources.records.judging import BAD_CODE, NO_CODE, Judged
from vulncore.sources.records.mapping import Mapping

FEW: Final = 5  # of a month: so many rows at fault are slips, whatever share of a small month they are

_SHORTENED = re.compile(r"\d(\.\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)


def refuse_shortened_references(extract: Extract, mapping: Mapping) -> None:
    """Refuse references that a spreadsheet has shortened: many records then have the same one.

    Raises:
        UnreadableSourceError: Some stand as 1.23457E+11.
    """
    column = mapping.columns.get("record_id")
    if column is None:
        return
    values = Counter(extract.table[column].to_pylist())
    shortened = [value for value in values if _SHORTENED.fullmatch(value)]
    if shortened:
        raise UnreadableSourceError(
            f"{sum(values[value] for value in shortened):,} references in column {column[:60]} of {extract.file.name} were "
            f"shortened by a spreadsheet, like {shortened[0]}: they no longer tell records apart. Take the extract from "
            "the system again, with that column as text."
        )


def refuse_spoilt_months(
    extract: Extract, told: Judged, mapping: Mapping, rejects: tuple[Reject, ...]
) -> None:
    """Refuse an extract one month of which would come out too low, though few of all its rows are rejected.

    Raises:
        TooManyRejectsError: More of a month's rows have no known code than may be rejected.
    """
    at_fault = [row for row, reason, _ in told.rejected if reason in (BAD_CODE, NO_CODE)]
    rejected = Counter(month_of(told.recorded_on[row].astype(object)) for row in at_fault)
    if not rejected or max(rejected.values()) <= FEW:
        return
    accepted = Counter(
        month_of(day) for day in told.recorded_on[sorted(set(told.row.tolist()))].astype(object)
    )
    share = mapping.most_rejected_percent / 100
    for month, count in sorted(rejected.items()):
        whole = count + accepted[month]
        if count > max(FEW, share * whole):
            raise TooManyRejectsError(
                f"{count:,} of {whole:,} rows of {month_name(month)} in {extract.file.name} have codes that the mapping does "
                f"not explain, more than {mapping.most_rejected_percent:g} %: the month would look quieter than it was. "
                "Explain them in the mapping; nothing was published.",
                rejects,
            )
