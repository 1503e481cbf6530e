"""A file's columns: that they are those of its kind, and what their texts say in numbers and moments."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from vulncore.domain.errors import UnreadableSourceError, first_five
from vulncore.sources.csv_text import MAX_LINE_BYTES, fields
from vulncore.sources.police_uk.files import HEADERS, FileKind, MonthFile

LONDON: Final = ZoneInfo("Europe/London")

_DEGREES: Final = r"^[+-]?\d{1,3}(\.\d+)?([eE][+-]?\d{1,2})?$"  # 5.1e-05 stands by the Greenwich meridian
_OFFSET: Final = r"(Z|[+-]\d{2}:\d{2})"
_STAMP: Final = re.compile(rf"\d{{4}}-\d{{2}}-\d{{2}}T\d{{2}}:\d{{2}}(:\d{{2}})?{_OFFSET}?", flags=re.ASCII)


def typed_columns(kind: FileKind, lines: Sequence[int], rows: Sequence[Sequence[str]]) -> pa.Table:
    """Return rows as a table: the columns of their kind as text, and what those say.

    Args:
        kind: The kind of file.
        lines: The number of each row's line.
        rows: As many fields each as the kind has columns.

    Returns:
        Each column without the spaces around its texts; `line`; `longitude` and `latitude` (degrees,
        missing where they can't be read); for stop and search also `moment` (civil time of London, missing
        where it can't be read) and `zoned` (whether the text says how far it is from universal time).
    """
    header = HEADERS[kind]
    columns = list(zip(*rows, strict=True)) or [()] * len(header)
    texts = {
        name: pc.utf8_trim_whitespace(pa.array(column, pa.string()))
        for name, column in zip(header, columns, strict=True)
    }
    said = {
        "line": pa.array(lines, pa.int64()),
        "longitude": _degrees(texts["Longitude"], 180),
        "latitude": _degrees(texts["Latitude"], 90),
    }
    if kind is FileKind.STOP_AND_SEARCH:
        said["moment"] = pa.array(map(civil_moment, texts["Date"].to_pylist()), pa.timestamp("us"))
        said["zoned"] = pc.match_substring_regex(texts["Date"], f"{_OFFSET}$")
    return pa.table(texts | said)


def civil_moment(stamp: str) -> datetime | None:
    """Return a stamp as civil time of London; None where it is none. Without an offset it is civil time already.

    >>> civil_moment("2018-08-31T23:13:35+00:00")
    datetime.datetime(2018, 9, 1, 0, 13, 35)
    >>> civil_moment("2018-08-31T23:13:35"), civil_moment("31/08/2018")
    (datetime.datetime(2018, 8, 31, 23, 13, 35), None)
    """
    if not _STAMP.fullmatch(stamp):
        return None
    try:
        moment = datetime.fromisoformat(stamp)
        return moment.astimezone(LONDON).replace(tzinfo=None) if moment.tzinfo else moment
    except (ValueError, OverflowError):  # the 31st of February; the first hours of the year 1
        return None


def require_columns(file: MonthFile, first_line: str) -> None:
    """Refuse a file whose columns are not those of its kind in their order.

    Raises:
        UnreadableSourceError: Columns are absent, unknown or in another order.
    """
    header = HEADERS[file.kind]
    names = [name.strip() for name in fields(first_line) or []]
    if names != list(header):
        absent = [name for name in header if name not in names]
        wrong = f"lacks {first_five(absent)}" if absent else "has them in another order, or more"
        raise UnreadableSourceError(
            f"{file} does not have the columns of {file.kind} files: its first line {wrong}. "
            "Give the file as data.police.uk publishes it."
        )


def require_end(file: MonthFile, content: bytes) -> None:
    """Refuse a file that breaks off in the middle of a line.

    Raises:
        UnreadableSourceError: Its last line has no end and too few fields.
    """
    last = content[content.rfind(b"\n") + 1 :][:MAX_LINE_BYTES].decode(errors="replace")
    number = content.count(b"\n") + 1
    if last and number > 1 and len(fields(last) or []) < len(HEADERS[file.kind]):
        raise UnreadableSourceError(
            f"{file} breaks off in line {number}, so rows are missing. Download it again."
        )


def _degrees(column: Any, most: int) -> Any:
    numeric = pc.match_substring_regex(column, _DEGREES)
    value = pc.if_else(numeric, column, None).cast(pa.float64())
    return pc.if_else(pc.less_equal(pc.abs(value), float(most)), value, None)
