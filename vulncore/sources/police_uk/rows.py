"""The rows of one file of data.police.uk: each one read, typed, and accepted or rejected with its reason."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from vulncore.domain.errors import TooManyRejectsError, UnreadableSourceError, first_five
from vulncore.sources.csv_text import line_batches, require_end
from vulncore.sources.police_uk.files import (
    HEADERS,
    TYPE_COLUMNS,
    UNKNOWN_TYPES,
    FileKind,
    MonthFile,
    force_names,
    kind_measures,
)
from vulncore.sources.row_tally import MAX_REJECTS, MOST_REJECTED, Fault, RowTally

MAX_LINES: Final = 1_000_000  # ten times what the largest force has in a month
OTHER_MONTH: Final = "another month than the file name gives"
NOT_SHOWN: Final = "(not shown: the line may describe a person)"
ASB: Final = "Anti-social behaviour"
LONDON: Final = ZoneInfo("Europe/London")

_BATCH_LINES = 20_000  # what is parsed at once: small beside the file itself
_DEGREES: Final = r"^[+-]?\d{1,3}(\.\d+)?([eE][+-]?\d{1,2})?$"  # 5.1e-05 stands by the Greenwich meridian
_OFFSET: Final = r"(Z|[+-]\d{2}:\d{2})"
_STAMP: Final = re.compile(rf"\d{{4}}-\d{{2}}-\d{{2}}T\d{{2}}:\d{{2}}(:\d{{2}})?{_OFFSET}?", flags=re.ASCII)


def month_rows(
    file: MonthFile, content: bytes, most_rejected: float = MOST_REJECTED, room: int = MAX_REJECTS
) -> tuple[pa.Table, RowTally]:
    """Return the accepted rows of a file, in columns as `typed_columns` has them, and what became of the others.

    Every line after the header is one row read, and is accepted or rejected for the first reason that applies: a share of
    rows (0 to 1) may be, and no more than there is `room` for. Empty lines at the end are no rows; a header alone is a file of no
    rows.

    Raises:
        TooManyRejectsError: More rows are rejected than may be, or all of them: then nobody knows what is
            missing, and the month would look quieter than it was.
        UnreadableSourceError: The file is not UTF-8 text or far too long, its header is another, or it breaks
            off in the middle of a line.
    """
    tally = RowTally(file.name)
    accepted = []
    bearable = min(most_rejected * content.count(b"\n"), room)
    for lines in line_batches(content, str(file), MAX_LINES, _BATCH_LINES):
        require_columns(file, lines.heading)
        require_end(lines)
        tally.read += lines.read
        for misfit in lines.misfits:
            # searches describe the person searched in words, and such a line may hold them anywhere
            text = NOT_SHOWN if file.kind is FileKind.STOP_AND_SEARCH else misfit.text
            tally.reject(misfit.line, misfit.reason, text)
        table = typed_columns(file.kind, lines.rows)
        accepted.append(table.filter(pa.array(tally.sift(table["line"], row_faults(file, table)))))
        if len(tally.rejects) > bearable:  # the lines to come can't make it fewer
            break
    rows = pa.concat_tables(accepted)
    if len(tally.rejects) > min(most_rejected * tally.read, room) or (tally.read and not rows.num_rows):
        reason, _, values = tally.commonest()
        raise TooManyRejectsError(
            f"{len(tally.rejects):,} of {tally.read:,} rows read from {file} cannot be used. The commonest reason is "
            f"{reason}: '{values[0]}'. Download the file again. If the rows are still refused, data.police.uk has "
            "changed its files: update the lists in vulncore/reference.",
            tally.in_order,
        )
    return rows, tally


def require_columns(file: MonthFile, heading: list[str]) -> None:
    """Refuse (UnreadableSourceError) a file whose columns are not those of its kind in their order."""
    header = HEADERS[file.kind]
    if heading != list(header):
        absent = [name for name in header if name not in heading]
        wrong = f"lacks {first_five(absent)}" if absent else "has more columns, or another order"
        raise UnreadableSourceError(
            f"{file} does not have the columns of {file.kind} files: the first line {wrong}. "
            "Give the file as data.police.uk publishes it."
        )


def typed_columns(kind: FileKind, rows: Mapping[int, Sequence[str]]) -> pa.Table:
    """Return rows as a table: the columns of their kind as text, and their lines, places and moments read from these.

    Rows have as many fields as their kind has columns, and are given by the numbers of their lines.

    Returns:
        Each column without the spaces around its texts; `line`; `longitude` and `latitude` (degrees,
        missing where they can't be read); for stop and search also `moment` (civil time of London, missing
        where it can't be read) and `zoned` (whether the text says how far it is from universal time).
    """
    columns = zip(*rows.values(), strict=True) if rows else [()] * len(HEADERS[kind])
    table = {
        name: pc.utf8_trim_whitespace(pa.array(column, pa.string()))
        for name, column in zip(HEADERS[kind], columns, strict=True)
    }
    table["line"] = pa.array(rows, pa.int64())
    table["longitude"] = _degrees(table["Longitude"], 180)
    table["latitude"] = _degrees(table["Latitude"], 90)
    if kind is FileKind.STOP_AND_SEARCH:
        table["moment"] = pa.array(map(civil_moment, table["Date"].to_pylist()), pa.timestamp("us"))
        table["zoned"] = pc.match_substring_regex(table["Date"], f"{_OFFSET}$")
    return pa.table(table)


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


def _degrees(column: Any, most: int) -> Any:
    numeric = pc.match_substring_regex(column, _DEGREES)
    value = pc.if_else(numeric, column, None).cast(pa.float64())
    return pc.if_else(pc.less_equal(pc.abs(value), float(most)), value, None)


def row_faults(file: MonthFile, table: pa.Table) -> list[Fault]:
    """Return the faults that reject rows, in the order of judging: the reason, the values and which rows."""
    unplaced = pc.and_(pc.equal(table["Longitude"], ""), pc.equal(table["Latitude"], ""))
    readable = pc.and_(pc.is_valid(table["longitude"]), pc.is_valid(table["latitude"]))
    point = pc.binary_join_element_wise(table["Longitude"], table["Latitude"], " ")
    misplaced = ("coordinates that cannot be read", point, pc.invert(pc.or_(unplaced, readable)))
    if file.kind is FileKind.STOP_AND_SEARCH:
        month = pc.floor_temporal(table["moment"], unit="month").cast(pa.date32())
        outside = pc.fill_null(pc.not_equal(month, pa.scalar(file.month, pa.date32())), fill_value=False)
        undated = ("a date that cannot be read", table["Date"], pc.is_null(table["moment"]))
        return [undated, (OTHER_MONTH, table["Date"], outside), misplaced]
    force, month, named = (table[name] for name in ("Reported by", "Month", TYPE_COLUMNS[file.kind]))
    labels = [measure.label for measure in kind_measures(file.kind)]
    return [
        ("no force named", force, pc.equal(force, "")),
        ("another force than the file name gives", force, pc.invert(_among(force, force_names()[file.slug]))),
        (OTHER_MONTH, month, pc.not_equal(month, f"{file.month:%Y-%m}")),
        (UNKNOWN_TYPES[file.kind], named, pc.invert(_among(named, labels))),
        misplaced,
    ]


def _among(column: Any, names: Any) -> Any:
    return pc.is_in(column, value_set=pa.array(names, pa.string()))


def oddity_counts(kind: FileKind, accepted: pa.Table) -> dict[str, int]:
    """Return how many accepted rows of a file have something odd about them, by oddity."""
    noted = {"without a location": accepted["longitude"].null_count}
    if kind is FileKind.STREET:
        repeats = _repeats(kind, accepted.filter(pc.equal(accepted["Crime type"], ASB)))
        noted["anti-social behaviour identical to an earlier row, kept as separate events"] = repeats
    if kind is FileKind.STOP_AND_SEARCH:
        noted["identical to an earlier row, kept as separate searches"] = _repeats(kind, accepted)
        for oddity, flags in (
            ("without an object of search", pc.equal(accepted["Object of search"], "")),
            ("without an outcome", pc.equal(accepted["Outcome"], "")),
            ("without a time zone, read as UK time", pc.invert(accepted["zoned"])),
        ):
            noted[oddity] = pc.sum(flags).as_py() or 0
    return noted


def shared_id_counts(kind: FileKind, incidents: pa.Table) -> dict[str, int]:
    """Return how many rows of a delivery share a Crime ID, as it matters in their kind.

    A crime can have several outcomes, and then each of them is counted here. In a street file it is the
    later rows alone: they may be one crime that was published twice.
    """
    identified = incidents.filter(pc.field("record_id") != pc.field("row_id"))["record_id"]
    sizes = pc.value_counts(identified).field("counts").to_numpy()
    return {
        FileKind.STREET: {"repeating an earlier row's Crime ID": int((sizes - 1).sum())},
        FileKind.OUTCOMES: {"naming a crime that has another outcome": int(sizes[sizes > 1].sum())},
    }.get(kind, {})


def _repeats(kind: FileKind, accepted: pa.Table) -> int:
    return int(accepted.num_rows - accepted.group_by(list(HEADERS[kind])).aggregate([]).num_rows)
