"""The rows of one street file: which are accepted, and why the others are not."""

from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from vulncore.errors import UnreadableSourceError, first_five
from vulncore.sources.csv_text import decoded, fields
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

_DEGREES: Final = r"^[+-]?\d{1,3}(\.\d+)?([eE][+-]?\d{1,2})?$"  # 5.1e-05 stands by the Greenwich meridian


@dataclass(frozen=True)
class StreetRows:
    """A file's accepted rows: its columns as text, `line` (its number in the file), and both degrees."""

    accepted: pa.Table
    read: int
    rejected: dict[str, int] = field(default_factory=dict)


def street_rows(file: StreetFile, content: bytes) -> StreetRows:
    """Return the rows of a street file.

    Returns:
        Every line after the header is one row read, and is accepted or counted under the first reason
        that applies.

    Raises:
        UnreadableSourceError: The file is not UTF-8 text, its header is another, or it breaks off in
            the middle of a line: then nobody knows what is missing.
    """
    text = decoded(content, str(file))
    header, *lines = text.removesuffix("\n").split("\n")
    names = [name.strip() for name in fields(header) or []]
    if names != list(HEADER):
        absent = [name for name in HEADER if name not in names]
        wrong = f"lacks {first_five(absent)}" if absent else "has them in another order, or more"
        raise UnreadableSourceError(
            f"{file} does not have the columns of a street file: its first line {wrong}. "
            "Give the file as data.police.uk publishes it."
        )
    if lines and not text.endswith("\n") and len(fields(lines[-1]) or []) < len(HEADER):
        raise UnreadableSourceError(
            f"{file} breaks off in line {len(lines) + 1}, so rows are missing. Download it again."
        )
    return _judged(file, lines)


def _judged(file: StreetFile, lines: list[str]) -> StreetRows:
    parsed = [(number, fields(line)) for number, line in enumerate(lines, start=2)]
    rejected = {
        "a quotation mark out of place": sum(row is None for _, row in parsed),
        "too few fields": sum(row is not None and len(row) < len(HEADER) for _, row in parsed),
        "too many fields": sum(row is not None and len(row) > len(HEADER) for _, row in parsed),
    }
    whole = [(number, row) for number, row in parsed if row is not None and len(row) == len(HEADER)]
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
    unplaced = pc.and_(pc.equal(table["Longitude"], ""), pc.equal(table["Latitude"], ""))
    readable = pc.and_(pc.is_valid(longitude), pc.is_valid(latitude))
    faults = {
        "no force named": pc.equal(table["Reported by"], ""),
        "a force that is not the file's": pc.invert(_among(table["Reported by"], force_names()[file.slug])),
        "a month that is not the file's": pc.not_equal(table["Month"], f"{file.month:%Y-%m}"),
        "a crime type that data.police.uk does not have": pc.invert(
            _among(table["Crime type"], [measure.label for measure in police_uk_measures()])
        ),
        "coordinates that cannot be read": pc.invert(pc.or_(unplaced, readable)),
    }
    standing = pa.chunked_array([pa.array([True] * table.num_rows, pa.bool_())])
    for reason, faulty in faults.items():
        rejected[reason] = pc.sum(pc.and_(standing, faulty)).as_py() or 0
        standing = pc.and_not(standing, faulty)
    return StreetRows(
        accepted=table.filter(standing),
        read=len(lines),
        rejected={reason: count for reason, count in rejected.items() if count},
    )


def _among(column: Any, names: Any) -> Any:
    return pc.is_in(column, value_set=pa.array(names, pa.string()))


def _degrees(column: Any, most: int) -> Any:
    numeric = pc.match_substring_regex(column, _DEGREES)
    value = pc.if_else(numeric, column, None).cast(pa.float64())
    return pc.if_else(pc.less_equal(pc.abs(value), float(most)), value, None)
