"""When and where each record happened, and what else the extract says of it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import pyarrow as pa

from vulncore.domain.arrays import Booleans, Floats
from vulncore.domain.delivery import printable
from vulncore.domain.errors import InvalidMappingError
from vulncore.domain.geography import EDGE_TOLERANCE_M, boundary, grid_reference, outside, to_wgs84
from vulncore.domain.identifiers import Secret, pseudonym
from vulncore.sources.records.mapping import COLUMN_LABELS, TEXT_COLUMNS, Mapping, Moment
from vulncore.sources.records.values import (
    DAY_S,
    column_dates,
    column_moments,
    filled_rows,
    parse_number,
    read_values,
)

FEW: Final = 5  # so many unreadable values are slips, whatever share of a short extract they are


@dataclass(frozen=True)
class Details:
    """Columns of the incidents table, row by row of the extract, and how many rows have a gap, by gap."""

    columns: dict[str, Any]
    noted: dict[str, int] = field(default_factory=dict)


def record_details(table: pa.Table, mapping: Mapping, secret: Secret) -> Details:
    """Return the times, places, outcomes and texts of each row, as a mapping reads them.

    A value that can't be read leaves a gap, and is noted. References of victims become pseudonyms.

    Raises:
        InvalidMappingError: So many values of a column can't be read that the mapping must be wrong.
    """
    details = Details({})
    for read in (_times, _places, _days):
        part = read(table, mapping)
        details = replace(details, columns=details.columns | part.columns, noted=details.noted | part.noted)
    # where no column says the offence in words, its code does
    named = {"offence": mapping.counts[0].column, **mapping.columns}
    texts: dict[str, Any] = {name: _text(table[named[name]]) for name in TEXT_COLUMNS if name in named}
    if "victim_key" in mapping.columns:
        column = table[mapping.columns["victim_key"]]
        key = secret()
        texts["victim_key"] = read_values(column, lambda text: pseudonym(key, text) or None, pa.string())
    return replace(details, columns=details.columns | texts)


def _times(table: pa.Table, mapping: Mapping) -> Details:
    """Return the earliest and the latest moment at which each record can have happened.

    Where the hour or the time of day is not known, what is known is that it happened within that hour or day:
    from its first second to its last.
    """
    if not mapping.occurred_from.columns and not mapping.occurred_to.columns:
        return Details({})
    order = mapping.date_order
    start, start_s, start_length = _moment(table, mapping.occurred_from, order)
    end, end_s, end_length = _moment(table, mapping.occurred_to, order)
    noted: dict[str, int] = {}
    for name, where, days, seconds in (
        ("occurred_from", mapping.occurred_from, start, start_s),
        ("occurred_to", mapping.occurred_to, end, end_s),
    ):
        if where.columns:
            noted |= _unread(table, where.at or where.date, np.isnat(days), name, mapping)
            clock = where.time or where.hour
            if clock:
                noted |= _unread(table, clock, np.isnan(seconds), f"{name} (time)", mapping)
    first = _stamp(start, np.nan_to_num(start_s, nan=0.0))
    last = _stamp(end, np.where(np.isnan(end_s), DAY_S - 1, end_s + max(end_length - 1, 0)))
    alone = np.isnat(last) & ~np.isnat(first)
    whole_day, within_hour = alone & np.isnan(start_s), alone & ~np.isnan(start_s) & (start_length > 0)
    last[whole_day] = _stamp(start, np.full(len(start), DAY_S - 1.0))[whole_day]
    last[within_hour] = (first + np.timedelta64(int(max(start_length - 1, 0)), "s"))[within_hour]
    noted["without a date when it happened"] = int((np.isnat(first) & np.isnat(last)).sum())
    noted["without a time of day, kept as the whole day"] = int((~np.isnat(first) & np.isnan(start_s)).sum())
    return Details({"occurred_from": _timestamps(first), "occurred_to": _timestamps(last)}, noted)


def _moment(table: pa.Table, where: Moment, order: Any) -> Any:
    if where.columns:
        return column_moments(table, where, order)
    return np.full(table.num_rows, np.datetime64("NaT", "D")), np.full(table.num_rows, np.nan), 0


def _stamp(days: Any, seconds: Any) -> Any:
    whole = np.nan_to_num(seconds, nan=0.0).astype("int64")
    return days.astype("datetime64[us]") + whole.astype("timedelta64[s]").astype("timedelta64[us]")


def _timestamps(stamps: Any) -> pa.Array:
    return pa.array(stamps, pa.timestamp("us"))


def _places(table: pa.Table, mapping: Mapping) -> Details:
    where = mapping.columns
    if "longitude" in where:
        used = [where["longitude"], where["latitude"]]
        longitudes, latitudes = (_numbers(table[column]) for column in used)
        off_earth = ~((np.abs(longitudes) <= 180) & (np.abs(latitudes) <= 90))
        nowhere = (longitudes == 0) & (latitudes == 0)  # what a system writes that has no place
        longitudes[off_earth | nowhere], latitudes[off_earth | nowhere] = np.nan, np.nan
    elif "easting" in where:
        used = [where["easting"], where["northing"]]
        longitudes, latitudes = to_wgs84(*(_numbers(table[column]) for column in used))
    elif "grid_reference" in where:
        used = [where["grid_reference"]]
        longitudes, latitudes = to_wgs84(*grid_reference(table[used[0]].to_pylist()))
    else:
        return Details({})
    placed = np.isfinite(longitudes) & np.isfinite(latitudes)
    noted = _unread(table, used[0], ~placed, "the place", mapping)
    noted["without a place"] = int((~placed).sum())
    columns = {
        name: pa.array(np.where(placed, values, np.nan), pa.float64(), from_pandas=True)
        for name, values in (("longitude", longitudes), ("latitude", latitudes))
    }
    area = boundary(mapping.force)
    if area is not None:
        lies_outside = outside(area, longitudes, latitudes)
        columns["outside_area"] = pa.array(lies_outside, pa.bool_(), mask=~placed)
        noted[f"more than {EDGE_TOLERANCE_M:.0f} m outside the force's boundary"] = int(
            lies_outside[placed].sum()
        )
    return Details(columns, noted)


def _days(table: pa.Table, mapping: Mapping) -> Details:
    columns: dict[str, pa.Array] = {}
    noted: dict[str, int] = {}
    for name in ("outcome_on", "no_crimed_on"):
        if name in mapping.columns:
            column = mapping.columns[name]
            days = column_dates(table[column], mapping.date_order)
            columns[name] = pa.array(days, pa.date32())
            noted |= _unread(table, column, np.isnat(days), name, mapping)
    if "no_crimed_on" in columns:
        noted["no-crimed, kept and not counted"] = (
            len(columns["no_crimed_on"]) - columns["no_crimed_on"].null_count
        )
    return Details(columns, noted)


def _unread(table: pa.Table, column: str, empty: Booleans, name: str, mapping: Mapping) -> dict[str, int]:
    """Return how many values that are there could not be read, under the words that say so."""
    there = filled_rows(table[column])
    unread = there & empty
    count = int(unread.sum())
    if not count:
        return {}
    what = COLUMN_LABELS.get(name, name)
    if count > max(FEW, mapping.most_rejected_percent / 100 * int(there.sum())):
        example = table[column][int(np.flatnonzero(unread)[0])].as_py()
        raise InvalidMappingError(
            f"{count:,} of {int(there.sum()):,} values of column {column[:60]} cannot be read as {what}, like "
            f"'{printable(example[:40])}'. Dates are read {mapping.date_order}. Correct the mapping, or take the column out."
        )
    return {f"with a value of {column[:60]} that cannot be read, left empty": count}


def _numbers(column: pa.ChunkedArray) -> Floats:
    values = read_values(column, parse_number, pa.float64()).to_numpy(zero_copy_only=False)
    return np.array(values, float)


def _text(column: pa.ChunkedArray) -> pa.Array:
    tidy: Callable[[str], str | None] = lambda text: " ".join(text.split())[:200] or None  # noqa: E731
    return read_values(column, tidy, pa.string())
