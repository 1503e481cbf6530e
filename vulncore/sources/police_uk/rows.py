"""The rows of one file of data.police.uk: which are accepted, and why the others are not."""

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from vulncore.domain.delivery import printable
from vulncore.domain.errors import Reject, TooManyRejectsError
from vulncore.sources.csv_text import fields, text_lines
from vulncore.sources.police_uk.columns import require_columns, require_end, typed_columns
from vulncore.sources.police_uk.police_uk_faults import faults, line_fault, shown
from vulncore.sources.police_uk.police_uk_names import MonthFile

MAX_LINES: Final = 1_000_000  # ten times what the largest force has in a month
MAX_REJECTED_SHARE: Final = (
    0.05  # the City's 84,642 rows have none; beyond a stray few the format has changed
)
MAX_REJECTS: Final = 100_000  # more than a year of the largest force has at that share; each one is kept

_BATCH_LINES = 20_000  # what is parsed at once: small beside the file itself


@dataclass(frozen=True)
class MonthRows:
    """A file's accepted rows, in columns as `typed_columns` has them, and every other one as a reject."""

    accepted: pa.Table
    read: int
    rejects: tuple[Reject, ...] = ()

    @property
    def rejected(self) -> Counter[str]:
        """How many rows are rejected, by reason."""
        return Counter(reject.reason for reject in self.rejects)


def month_rows(
    file: MonthFile, content: bytes, most_rejected: float = MAX_REJECTED_SHARE, room: int = MAX_REJECTS
) -> MonthRows:
    """Return the rows of a file.

    Args:
        file: The file.
        content: Its bytes.
        most_rejected: The share of its rows, 0 to 1, that may be rejected.
        room: How many may be, whatever their share.

    Returns:
        Every line after the header is one row read, and is accepted or rejected for the first reason
        that applies. Empty lines at the end are no rows; a header alone is a file of no rows.

    Raises:
        TooManyRejectsError: More rows are rejected than may be, or all of them: then nobody knows what is
            missing, and the month would look quieter than it was.
        UnreadableSourceError: The file is not UTF-8 text or far too long, its header is another, or it breaks
            off in the middle of a line.
    """
    lines = text_lines(content, str(file), MAX_LINES)
    require_columns(file, next(lines, ""))
    require_end(file, content)
    bearable = min(most_rejected * content.count(b"\n"), room)
    rows = _judged(file, [], first=2)
    while batch := list(islice(lines, _BATCH_LINES)):
        rows = _joined(rows, _judged(file, batch, first=rows.read + 2))
        if len(rows.rejects) > bearable:  # the lines to come can't make it fewer
            break
    beyond = len(rows.rejects) > min(most_rejected * rows.read, room)
    if beyond or (rows.read and not rows.accepted.num_rows):
        _refuse(file, rows)
    return rows


def _refuse(file: MonthFile, rows: MonthRows) -> None:
    ((reason, _),) = rows.rejected.most_common(1)
    value = next(reject.value for reject in rows.rejects if reject.reason == reason)
    raise TooManyRejectsError(
        f"{len(rows.rejects):,} of {rows.read:,} rows read from {file} cannot be counted, most often for {reason}: "
        f"'{value}'. Download it again; if it stays so, the site has changed its files, and the lists in "
        "vulncore/reference have to follow.",
        rows.rejects,
    )


def _joined(earlier: MonthRows, later: MonthRows) -> MonthRows:
    return MonthRows(
        accepted=pa.concat_tables([earlier.accepted, later.accepted]),
        read=earlier.read + later.read,
        rejects=earlier.rejects + later.rejects,
    )


def _judged(file: MonthFile, lines: list[str], first: int) -> MonthRows:
    rejects, numbers, whole = [], [], []
    for number, line in enumerate(lines, start=first):
        row = fields(line)
        fault = line_fault(file.kind, row)
        if row is None or fault:
            rejects.append(_reject(file, number, fault, shown(file.kind, line)))
        else:
            numbers.append(number)
            whole.append(row)
    table = typed_columns(file.kind, numbers, whole)
    standing = pa.array([True] * table.num_rows, pa.bool_())
    for reason, (values, unfit) in faults(file, table).items():
        falling = pc.and_(standing, unfit)
        rejects += [
            _reject(file, number, reason, value)
            for number, value in zip(
                table["line"].filter(falling).to_pylist(), values.filter(falling).to_pylist(), strict=True
            )
        ]
        standing = pc.and_not(standing, unfit)
    return MonthRows(
        accepted=table.filter(standing),
        read=len(lines),
        rejects=tuple(sorted(rejects, key=lambda reject: reject.line)),
    )


def _reject(file: MonthFile, line: int, reason: str, value: str) -> Reject:
    return Reject(file.name, line, reason, printable(value[:60]))
