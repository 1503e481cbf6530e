"""The rows of one street file: which are accepted, and why the others are not."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from vulncore.delivery import printable
from vulncore.errors import UnreadableSourceError, first_five
from vulncore.sources.csv_text import MAX_LINE_BYTES, fields, text_lines
from vulncore.sources.police_uk_files import StreetFile, force_names
from vulncore.vocabulary import police_uk_measures

HEADER: Final = (
    "Crime ID",
    "Month",
    "Reported by",
    "Falls within",
    "Longitude",
    "Latitude",
    "Location",
    "LSOA code",
    "LSOA name",
    "Crime type",
    "Last outcome category",
    "Context",
)

MAX_LINES: Final = 1_000_000  # ten times what the largest force has in a month
MAX_REJECTED_SHARE: Final = (
    0.05  # the City's 71,119 rows have none; beyond a stray few the format has changed
)
UNKNOWN_TYPE: Final = "a crime type that data.police.uk does not have"

_BATCH_LINES = 20_000  # what is parsed at once: small beside the file itself
_DEGREES: Final = r"^[+-]?\d{1,3}(\.\d+)?([eE][+-]?\d{1,2})?$"  # 5.1e-05 stands by the Greenwich meridian


@dataclass(frozen=True)
class StreetRows:
    """A file's accepted rows: its columns as text, `line` (its number in the file), and both degrees.

    `rejected` counts the others by reason, and `examples` has the first value of each.
    """

    accepted: pa.Table
    read: int
    rejected: dict[str, int] = field(default_factory=dict)
    examples: dict[str, str] = field(default_factory=dict)


def street_rows(file: StreetFile, content: bytes) -> StreetRows:
    """Return the rows of a street file.

    Returns:
        Every line after the header is one row read, and is accepted or counted under the first reason
        that applies. Empty lines at the end are no rows; a header alone is a file of no rows.

    Raises:
        UnreadableSourceError: The file is not UTF-8 text or far too long, its header is another, it breaks
            off in the middle of a line, or more than `MAX_REJECTED_SHARE` of its rows are rejected: then
            nobody knows what is missing, and the month would look quieter than it was.
    """
    lines = text_lines(content, str(file), MAX_LINES)
    _require_columns(file, next(lines, ""))
    _require_end(file, content)
    bearable = MAX_REJECTED_SHARE * content.count(b"\n")
    rows = _judged(file, [], first=2)
    while batch := list(islice(lines, _BATCH_LINES)):
        rows = _joined(rows, _judged(file, batch, first=rows.read + 2))
        if sum(rows.rejected.values()) > bearable:  # the lines to come can't make it fewer
            break
    if sum(rows.rejected.values()) > MAX_REJECTED_SHARE * rows.read:
        _refuse(file, rows)
    return rows


def _require_columns(file: StreetFile, header: str) -> None:
    names = [name.strip() for name in fields(header) or []]
    if names != list(HEADER):
        absent = [name for name in HEADER if name not in names]
        wrong = f"lacks {first_five(absent)}" if absent else "has them in another order, or more"
        raise UnreadableSourceError(
            f"{file} does not have the columns of a street file: its first line {wrong}. "
            "Give the file as data.police.uk publishes it."
        )


def _require_end(file: StreetFile, content: bytes) -> None:
    last = content[content.rfind(b"\n") + 1 :][:MAX_LINE_BYTES].decode(errors="replace")
    number = content.count(b"\n") + 1
    if last and number > 1 and len(fields(last) or []) < len(HEADER):
        raise UnreadableSourceError(
            f"{file} breaks off in line {number}, so rows are missing. Download it again."
        )


def _refuse(file: StreetFile, rows: StreetRows) -> None:
    reason = max(rows.rejected, key=lambda reason: rows.rejected[reason])
    raise UnreadableSourceError(
        f"{sum(rows.rejected.values()):,} of {rows.read:,} rows read from {file} cannot be counted, most often "
        f"for {reason}: '{printable(rows.examples[reason][:60])}'. Download it again; if it stays so, the site has "
        "changed its files, and the lists in vulncore/reference have to follow."
    )


def _joined(earlier: StreetRows, later: StreetRows) -> StreetRows:
    return StreetRows(
        accepted=pa.concat_tables([earlier.accepted, later.accepted]),
        read=earlier.read + later.read,
        rejected=dict(Counter(earlier.rejected) + Counter(later.rejected)),
        examples=later.examples | earlier.examples,
    )


def _judged(file: StreetFile, lines: list[str], first: int) -> StreetRows:
    parsed = [(number, line, fields(line)) for number, line in enumerate(lines, start=first)]
    faulty: dict[str, list[str]] = {
        "a quotation mark out of place": [line for _, line, row in parsed if row is None],
        "too few fields": [line for _, line, row in parsed if row is not None and len(row) < len(HEADER)],
        "too many fields": [line for _, line, row in parsed if row is not None and len(row) > len(HEADER)],
    }
    rejected = {reason: len(found) for reason, found in faulty.items()}
    examples = {reason: found[0] for reason, found in faulty.items() if found}
    whole = [(number, row) for number, _, row in parsed if row is not None and len(row) == len(HEADER)]
    columns = list(zip(*(row for _, row in whole), strict=True)) or [()] * len(HEADER)
    table = pa.table(
        {
            **{
                name: pc.utf8_trim_whitespace(pa.array(column, pa.string()))
                for name, column in zip(HEADER, columns, strict=True)
            },
            "line": pa.array([number for number, _ in whole], pa.int64()),
        }
    )
    longitude, latitude = _degrees(table["Longitude"], 180), _degrees(table["Latitude"], 90)
    table = table.append_column("longitude", longitude).append_column("latitude", latitude)
    standing = pa.chunked_array([pa.array([True] * table.num_rows, pa.bool_())])
    for reason, (values, unfit) in _faults(file, table).items():
        falling = pc.and_(standing, unfit)
        rejected[reason] = pc.sum(falling).as_py() or 0
        if rejected[reason]:
            examples[reason] = values.filter(falling)[0].as_py()
        standing = pc.and_not(standing, unfit)
    return StreetRows(
        accepted=table.filter(standing),
        read=len(lines),
        rejected={reason: count for reason, count in rejected.items() if count},
        examples=examples,
    )


def _faults(file: StreetFile, table: pa.Table) -> dict[str, tuple[Any, Any]]:
    """Return, by reason, the column that says it and which rows have it, in the order of judging."""
    unplaced = pc.and_(pc.equal(table["Longitude"], ""), pc.equal(table["Latitude"], ""))
    readable = pc.and_(pc.is_valid(table["longitude"]), pc.is_valid(table["latitude"]))
    force, month, crime_type = (table[name] for name in ("Reported by", "Month", "Crime type"))
    point = pc.binary_join_element_wise(table["Longitude"], table["Latitude"], " ")
    types = [measure.label for measure in police_uk_measures()]
    return {
        "no force named": (force, pc.equal(force, "")),
        "a force that is not the file's": (force, pc.invert(_among(force, force_names()[file.slug]))),
        "a month that is not the file's": (month, pc.not_equal(month, f"{file.month:%Y-%m}")),
        UNKNOWN_TYPE: (crime_type, pc.invert(_among(crime_type, types))),
        "coordinates that cannot be read": (point, pc.invert(pc.or_(unplaced, readable))),
    }


def _among(column: Any, names: Any) -> Any:
    return pc.is_in(column, value_set=pa.array(names, pa.string()))


def _degrees(column: Any, most: int) -> Any:
    numeric = pc.match_substring_regex(column, _DEGREES)
    value = pc.if_else(numeric, column, None).cast(pa.float64())
    return pc.if_else(pc.less_equal(pc.abs(value), float(most)), value, None)
