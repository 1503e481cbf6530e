"""The rows of one file of data.police.uk: which are accepted, and why the others are not."""

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from vulncore.domain.delivery import printable
from vulncore.domain.errors import Reject, TooManyRejectsError
from vulncore.sources.csv_text import fields, text_lines
from vulncore.sources.police_uk.columns import require_columns, require_end, typed_columns
from vulncore.sources.police_uk.files import (
    HEADERS,
    TYPE_COLUMNS,
    UNKNOWN_TYPES,
    FileKind,
    MonthFile,
    force_names,
    measures_of,
)

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


Faults = dict[str, tuple[Any, Any]]

OTHER_MONTH: Final = "a month that is not the file's"
NOT_SHOWN: Final = "(not shown: the line may describe a person)"


def line_fault(kind: FileKind, row: list[str] | None) -> str:
    """Return why a line is no row of its kind; nothing where it is one.

    >>> line_fault(FileKind.OUTCOMES, ["a1", "2024-05"]), line_fault(FileKind.OUTCOMES, [""] * 10)
    ('too few fields', '')
    """
    width = len(HEADERS[kind])
    if row is None:
        return "a quotation mark out of place"
    if len(row) == width:
        return ""
    return "too few fields" if len(row) < width else "too many fields"


def shown(kind: FileKind, line: str) -> str:
    """Return what a reject may show of a line whose fields can't be told apart.

    Searches describe the person searched in words, and such a line may hold them anywhere.
    """
    return NOT_SHOWN if kind is FileKind.STOP_AND_SEARCH else line


def faults(file: MonthFile, table: pa.Table) -> Faults:
    """Return, by reason, the column that says it and which rows have it, in the order of judging."""
    unplaced = pc.and_(pc.equal(table["Longitude"], ""), pc.equal(table["Latitude"], ""))
    readable = pc.and_(pc.is_valid(table["longitude"]), pc.is_valid(table["latitude"]))
    point = pc.binary_join_element_wise(table["Longitude"], table["Latitude"], " ")
    of_its_kind = _search_faults if file.kind is FileKind.STOP_AND_SEARCH else _crime_faults
    return of_its_kind(file, table) | {
        "coordinates that cannot be read": (point, pc.invert(pc.or_(unplaced, readable))),
    }


def _crime_faults(file: MonthFile, table: pa.Table) -> Faults:
    force, month, named = (table[name] for name in ("Reported by", "Month", TYPE_COLUMNS[file.kind]))
    labels = [measure.label for measure in measures_of(file.kind)]
    return {
        "no force named": (force, pc.equal(force, "")),
        "a force that is not the file's": (force, pc.invert(_among(force, force_names()[file.slug]))),
        OTHER_MONTH: (month, pc.not_equal(month, f"{file.month:%Y-%m}")),
        UNKNOWN_TYPES[file.kind]: (named, pc.invert(_among(named, labels))),
    }


def _search_faults(file: MonthFile, table: pa.Table) -> Faults:
    month = pc.floor_temporal(table["moment"], unit="month").cast(pa.date32())
    outside = pc.fill_null(pc.not_equal(month, pa.scalar(file.month, pa.date32())), fill_value=False)
    return {
        "a date that cannot be read": (table["Date"], pc.is_null(table["moment"])),
        OTHER_MONTH: (table["Date"], outside),
    }


def _among(column: Any, names: Any) -> Any:
    return pc.is_in(column, value_set=pa.array(names, pa.string()))


ASB: Final = "Anti-social behaviour"


def oddities(kind: FileKind, accepted: pa.Table) -> dict[str, int]:
    """Return how many rows of a file have what is odd in its kind, by what it is."""
    unplaced = {"without a location": accepted["longitude"].null_count}
    if kind is FileKind.STREET:
        asb = accepted.filter(pc.equal(accepted["Crime type"], ASB))
        return unplaced | {
            "anti-social behaviour identical to an earlier row, kept as separate events": _repeats(kind, asb)
        }
    if kind is FileKind.OUTCOMES:
        return unplaced
    return unplaced | {
        "without an object of search": _count(pc.equal(accepted["Object of search"], "")),
        "without an outcome": _count(pc.equal(accepted["Outcome"], "")),
        "without an offset from universal time, taken as local time": _count(pc.invert(accepted["zoned"])),
        "identical to an earlier row, kept as separate searches": _repeats(kind, accepted),
    }


def shared_ids(kind: FileKind, incidents: pa.Table) -> dict[str, int]:
    """Return how many rows of a delivery share a Crime ID, as it matters in their kind.

    A crime can have several outcomes, and then each of them is counted here. In a street file it is the
    later rows alone: they may be one crime that was published twice.
    """
    identified = incidents.filter(pc.field("record_id") != pc.field("row_id"))["record_id"]
    if kind is FileKind.OUTCOMES:
        sizes = pc.value_counts(identified).field("counts")
        return {
            "naming a crime that has another outcome": pc.sum(sizes.filter(pc.greater(sizes, 1))).as_py() or 0
        }
    if kind is FileKind.STREET:
        return {"repeating an earlier row's Crime ID": len(identified) - len(pc.unique(identified))}
    return {}


def _repeats(kind: FileKind, accepted: pa.Table) -> int:
    return int(accepted.num_rows - accepted.group_by(list(HEADERS[kind])).aggregate([]).num_rows)


def _count(flags: pa.ChunkedArray) -> int:
    return pc.sum(flags).as_py() or 0
