"""When and where each record happened, and what else the extract says of it."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pyarrow as pa

from vulncore.domain.arrays import Booleans, Floats, Moments
from vulncore.domain.delivery import printable
from vulncore.domain.errors import InvalidMappingError
from vulncore.domain.geography import boundary, edge_tolerance_m, grid_reference, outside, to_wgs84
from vulncore.domain.identifiers import Secret, pseudonym
from vulncore.domain.places.misread import better_reading
from vulncore.domain.places.written import Reading
from vulncore.sources.records.mapping import COLUMN_LABELS, DEGREES, GRID, TEXT_COLUMNS, Mapping, Moment
from vulncore.sources.records.mapping_file import reading_line
from vulncore.sources.records.values import (
    column_dates,
    column_moments,
    filled_rows,
    months_alone,
    place_numbers,
    read_values,
)
from vulncore.sources.row_tally import RowTally

DAY_S: Final = 86_400
SAME_POINT: Final = 6e-6  # degrees, half a metre: points are written with five decimals
AROUND_0: Final = (
    1e-3  # degrees: a reference of the British grid that stands for none is the middle of its square
)
NEXT_DAY: Final = "with an end earlier than its beginning on the one date given, read as the next day"
FEW: Final = 5  # so many unreadable values are slips, whatever share of a short extract they are

NO_PLACE: Final = " If 0, 0 stands for no place, say so in the mapping: no_place = [[0, 0]]."

Columns = dict[str, Any]
"""Columns of the incidents table, row by row of the extract."""


def record_details(table: pa.Table, mapping: Mapping, secret: Secret, tally: RowTally) -> Columns:
    """Return the times, places, outcomes and texts of each row, as a mapping reads them.

    A value that can't be read leaves a gap, and is noted. References of victims become pseudonyms.

    Raises:
        InvalidMappingError: So many values of a column can't be read that the mapping must be wrong.
    """
    columns = {
        **_times(table, mapping, tally),
        **_places(table, mapping, tally),
        **_days(table, mapping, tally),
    }
    # where no column says the offence in words, its code does
    named = {**({"offence": mapping.counts[0].column} if mapping.counts else {}), **mapping.columns}
    for name in TEXT_COLUMNS:
        if name in named:
            column = table[named[name]]
            columns[name] = read_values(
                column, lambda text: " ".join(text.split())[:200] or None, pa.string()
            )
    if "victim_key" in mapping.columns:
        column = table[mapping.columns["victim_key"]]
        key = secret()
        columns["victim_key"] = read_values(column, lambda text: pseudonym(key, text) or None, pa.string())
    return columns


def _times(table: pa.Table, mapping: Mapping, tally: RowTally) -> Columns:
    """Return the earliest and the latest moment at which each record can have happened.

    Where the hour or the time of day is not known, what is known is that it happened within that hour or day:
    from its first second to its last.
    """
    if not mapping.occurred_from.columns and not mapping.occurred_to.columns:
        return {}
    start, start_s, start_length, start_stands = _moments(table, "occurred_from", mapping, tally)
    end, end_s, end_length, end_stands = _moments(table, "occurred_to", mapping, tally)
    end_s[start_stands] = np.nan  # an end alone would still make it an hour of the day
    if mapping.ends_next_day:
        next_day = end_s + max(end_length - 1, 0) < start_s
        end[next_day] += np.timedelta64(1, "D")
        tally.noted[NEXT_DAY] = int((next_day & ~np.isnat(end)).sum())
    first = _stamp(start, np.nan_to_num(start_s, nan=0.0))
    last = _last_second(_last_day(table, mapping.occurred_to, end), end_s, end_length)
    alone = np.isnat(last) & ~np.isnat(first) & (np.isnan(start_s) | (start_length > 0))
    last[alone] = _last_second(_last_day(table, mapping.occurred_from, start), start_s, start_length)[alone]
    tally.noted["without a date when it happened"] = int((np.isnat(first) & np.isnat(last)).sum())
    untimed = ~np.isnat(first) & np.isnan(start_s) & ~start_stands
    tally.noted["without a time of day, kept as the whole day"] = int(untimed.sum())
    tally.noted["with a time that stands for no time, kept without the hour"] = int(
        (start_stands | end_stands).sum()
    )
    return {"occurred_from": pa.array(first), "occurred_to": pa.array(last)}


def _last_day(table: pa.Table, where: Moment, days: Moments) -> Moments:
    """Return the days of moments, the last of the month for those that give a month and no day."""
    column = where.at or where.date
    if not column:
        return days
    months = months_alone(table[column])
    ends = (days.astype("datetime64[M]") + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
    return np.where(months, ends, days)


def _moments(
    table: pa.Table, name: str, mapping: Mapping, tally: RowTally
) -> tuple[Moments, Floats, float, Booleans]:
    """Return what `column_moments` returns, without times that stand for none, and which rows have one of these."""
    where: Moment = getattr(mapping, name)
    days, seconds, length = column_moments(table, where, mapping.date_order)
    if where.columns:
        _note_unread(table, where.at or where.date, np.isnat(days), name, mapping, tally)
    if where.time or where.hour:
        _note_unread(table, where.time or where.hour, np.isnan(seconds), f"{name} (time)", mapping, tally)
    minutes = [clock.hour * 60 + clock.minute for clock in mapping.no_time]
    stands = np.isin(seconds // 60, minutes)
    return days, np.where(stands, np.nan, seconds), length, stands


def _last_second(days: Any, seconds: Any, length: float) -> Any:
    return _stamp(days, np.where(np.isnan(seconds), DAY_S - 1, seconds + max(length - 1, 0)))


def _stamp(days: Any, seconds: Any) -> Any:
    return days.astype("datetime64[us]") + seconds.astype("timedelta64[s]").astype("timedelta64[us]")


def _places(table: pa.Table, mapping: Mapping, tally: RowTally) -> Columns:
    where, way = mapping.columns, mapping.reading
    x = y = np.full(table.num_rows, np.nan)
    if way:
        used = [where[name] for name in (GRID if way.is_grid else DEGREES)]
        x, y = (place_numbers(table[column], degrees=not way.is_grid) for column in used)
        longitudes, latitudes = way.degrees(x, y)
        if way == Reading(is_grid=True):  # so near the grid's origin, out at sea, are degrees
            as_degrees = (np.abs(x) <= 180) & (np.abs(y) <= 180) & ((x != 0) | (y != 0))
            longitudes[as_degrees], latitudes[as_degrees] = np.nan, np.nan
    elif "grid_reference" in where:
        used = [where["grid_reference"]]
        longitudes, latitudes = to_wgs84(*grid_reference(table[used[0]].to_pylist()))
    else:
        return {}
    stands = _stand_for_no_place(longitudes, latitudes, mapping)
    longitudes[stands], latitudes[stands] = np.nan, np.nan
    zero = (longitudes == 0) & (latitudes == 0)  # what a system writes that has no place
    longitudes[zero], latitudes[zero] = np.nan, np.nan
    placed = np.isfinite(longitudes) & np.isfinite(latitudes)
    _note_unread(table, used[0], ~(placed | stands), "the place", mapping, tally, _remedy_for(x, y, mapping))
    if mapping.no_place:
        tally.noted["with a point that stands for no place, kept without it"] = int(stands.sum())
    tally.noted["without a place"] = int((~placed).sum())
    columns = {
        name: pa.array(np.where(placed, values, np.nan), pa.float64(), from_pandas=True)
        for name, values in (("longitude", longitudes), ("latitude", latitudes))
    }
    area = boundary(mapping.force)
    if area is not None:
        tolerance_m = edge_tolerance_m(mapping.force)
        lies_outside = outside(area, longitudes, latitudes, tolerance_m)
        columns["outside_area"] = pa.array(lies_outside, pa.bool_(), mask=~placed)
        tally.noted[f"more than {tolerance_m:.0f} m outside the force's boundary"] = int(
            lies_outside[placed].sum()
        )
    return columns


def _remedy_for(x: Floats, y: Floats, mapping: Mapping) -> Callable[[], str]:
    """Return what says how numbers that are no places as they are read would be some, and else what nought stands for."""

    def remedy() -> str:
        way = mapping.reading
        better = better_reading(x, y, mapping.force, way) if way else None
        if better is None:
            return "Correct the mapping, or take the column out." + NO_PLACE
        return f"The points lie where the force's records may be once {better.words}. {reading_line(mapping, better)}"

    return remedy


def _stand_for_no_place(longitudes: Floats, latitudes: Floats, mapping: Mapping) -> Booleans:
    """Return which points are among those that stand for no place."""
    stands = np.zeros(len(longitudes), bool)
    for x, y in mapping.no_place:
        reach, points = SAME_POINT, [(x, y)]
        if x == y == 0:
            reach, points = AROUND_0, [(0.0, 0.0), _on_the_grid(0.0, 0.0)]
        elif abs(x) > 180 or abs(y) > 90:
            points = [_on_the_grid(x, y)]
        for longitude, latitude in points:
            stands |= (np.abs(longitudes - longitude) < reach) & (np.abs(latitudes - latitude) < reach)
    return stands


def _on_the_grid(easting: float, northing: float) -> tuple[float, float]:
    longitude, latitude = to_wgs84(np.array([easting]), np.array([northing]))
    return float(longitude[0]), float(latitude[0])


def _days(table: pa.Table, mapping: Mapping, tally: RowTally) -> Columns:
    columns: Columns = {}
    for name in ("outcome_on", "no_crimed_on"):
        if name in mapping.columns:
            column = mapping.columns[name]
            days = column_dates(table[column], mapping.date_order)
            columns[name] = pa.array(days, pa.date32())
            _note_unread(table, column, np.isnat(days), name, mapping, tally)
    if "no_crimed_on" in columns:
        no_crimed = columns["no_crimed_on"]
        tally.noted["no-crimed, kept and not counted"] = len(no_crimed) - no_crimed.null_count
    return columns


def _note_unread(
    table: pa.Table,
    column: str,
    empty: Booleans,
    name: str,
    mapping: Mapping,
    tally: RowTally,
    remedy: Callable[[], str] | None = None,
) -> None:
    """Note how many values that are there could not be read, or refuse so many and say what to do."""
    there = filled_rows(table[column])
    unread = table[column].filter(pa.array(there & empty))
    if not len(unread):
        return
    if len(unread) > max(FEW, mapping.most_rejected_percent / 100 * int(there.sum())):
        dates = f"Dates are read {mapping.date_order}. Correct the mapping, or take the column out."
        clocks = "Correct the mapping, or take the column out."
        raise InvalidMappingError(
            f"{len(unread):,} of {int(there.sum()):,} values of column {column[:60]} cannot be read as "
            f"{COLUMN_LABELS.get(name, name)}, like '{printable(unread[0].as_py()[:40])}'. "
            f"{remedy() if remedy else clocks if name.endswith('(time)') else dates}"
        )
    tally.noted[f"with a value of {column[:60]} that cannot be read, left empty"] = len(unread)
