"""Repeats: whether a record's victim, or its place, had another record in the twelve months before."""

from collections.abc import Mapping
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

from vulncore.domain.arrays import Booleans, Integers, Moments
from vulncore.domain.errors import InvalidRowsError, first_five

MONTHS_BACK: Final = 12
COLUMNS: Final = ("record_id", "recorded_on", "occurred_from", "measure", "no_crimed_on")


def repeat_victims(
    incidents: pd.DataFrame | pa.Table, strand_of: Mapping[str, str], known_from: date
) -> pd.DataFrame:
    """Return for each row whether its victim was harmed before, in the twelve months before it was recorded.

    A record comes before another if it was recorded on an earlier day; on the same day, if it is known to have begun to
    happen earlier. A record that counts towards several measures is one, recorded on the first of its days, and no repeat of itself.
    One that was no-crimed is nobody's harm.

    Args:
        incidents: One row per record and measure, of one force or several: `record_id`, `victim_key`, `recorded_on`,
            `occurred_from`, `measure`, `no_crimed_on`, and `force` where ids of several may be alike.
        strand_of: The strand that each measure belongs to; a measure without one is a strand of its own.
        known_from: The day from which all records are known.

    Returns:
        One row per row, in the same order: `same_strand` (harmed before in the same strand) and `any_strand` (harmed before at
        all). Missing, and not false, where the victim isn't known, where the row was no-crimed, and where no
        earlier record is known but the twelve months begin before `known_from`.

    Raises:
        InvalidRowsError: A column is absent, or a row has no day on which it was recorded.

    Misleads when:
        a victim has several keys, or few rows have one: a repeat is then missed. What is reported late is recorded late.

    >>> rows = pd.DataFrame({"record_id": ["1", "2", "3"], "victim_key": ["a", "a", None], "measure": ["rape", "stalking", "rape"],
    ...     "recorded_on": pd.to_datetime(["2024-01-05", "2024-03-01", "2024-03-02"]), "occurred_from": pd.NaT,
    ...     "no_crimed_on": pd.NaT})
    >>> repeat_victims(rows, {}, date(2022, 1, 1)).values.tolist()
    [[False, False], [False, True], [<NA>, <NA>]]
    """
    rows = _read(incidents, "victim_key")
    strands = rows["measure"].map(strand_of).fillna(rows["measure"])
    return pd.DataFrame(
        {
            "same_strand": _before(rows, ["victim_key"], strands, known_from),
            "any_strand": _before(rows, ["victim_key"], None, known_from),
        },
        index=rows.index,
    )


def repeat_places(
    incidents: pd.DataFrame | pa.Table, strand_of: Mapping[str, str], known_from: date
) -> pd.Series:
    """Return for each row whether its place had a record of the same strand in the twelve months before it was recorded.

    What comes before, and what is missing, is as in `repeat_victims`, with `place` (text, of the same force) for the victim.

    Raises:
        InvalidRowsError: A column is absent, or a row has no day on which it was recorded.

    Misleads when:
        a place is a whole street, or a station where much is recorded: nearly all there is then a repeat.

    >>> rows = pd.DataFrame({"record_id": ["1", "2"], "place": ["Cheapside", "Cheapside"], "measure": ["rape", "rape"],
    ...     "recorded_on": pd.to_datetime(["2024-01-05", "2025-01-05"]), "occurred_from": pd.NaT, "no_crimed_on": pd.NaT})
    >>> repeat_places(rows, {}, date(2024, 1, 1)).tolist()
    [<NA>, True]
    """
    rows = _read(incidents, "place")
    strands = rows["measure"].map(strand_of).fillna(rows["measure"])
    return _before(rows, ["place", "force"], strands, known_from).rename("same_strand")


def _read(incidents: pd.DataFrame | pa.Table, key: str) -> pd.DataFrame:
    """Return the columns that are needed, with moments as numpy has them; refuses what can't be read."""
    names = incidents.column_names if isinstance(incidents, pa.Table) else incidents.columns
    absent = [name for name in (*COLUMNS, key) if name not in names]
    if absent:
        raise InvalidRowsError(f"{len(absent)} columns of the incidents are absent: {first_five(absent)}.")
    columns = [*COLUMNS, key, *(["force"] if "force" in names else [])]
    rows = (
        incidents.select(columns).to_pandas(date_as_object=False)
        if isinstance(incidents, pa.Table)
        else incidents[columns].copy()
    )
    for name in ("recorded_on", "occurred_from"):
        rows[name] = pd.to_datetime(rows[name])
    undated = rows["recorded_on"].isna()
    if undated.any():
        raise InvalidRowsError(
            f"{undated.sum()} of {len(rows)} rows have no day on which they were recorded: "
            f"{first_five(rows.loc[undated, 'record_id'])}. Give each its day."
        )
    return rows if "force" in rows else rows.assign(force="")


def _before(rows: pd.DataFrame, keys: list[str], strands: pd.Series | None, known_from: date) -> pd.Series:
    """Return whether a record of the same keys, and strand, comes before each row; missing where that isn't known."""
    counted = (rows[keys].notna().all(axis=1) & rows["no_crimed_on"].isna()).to_numpy(dtype=bool)
    at = np.flatnonzero(counted)
    some = rows.iloc[at]
    records = _codes(some, ["force", "record_id"])
    group = _codes(
        some if strands is None else some.assign(strand=strands.iloc[at]),
        [*keys, *([] if strands is None else ["strand"])],
    )
    day, minute = _first_of_record(records, some)
    earlier = _day_before(group, day) >= _months_back(day)
    earlier |= _first_known(group, day, minute) < minute
    whole = _months_back(day) >= np.datetime64(known_from, "D")
    answers = pd.array([pd.NA] * len(rows), dtype="boolean")
    answers[at[earlier]] = True
    answers[at[~earlier & whole]] = False
    return pd.Series(answers, index=rows.index)


def _codes(rows: pd.DataFrame, columns: list[str]) -> Integers:
    """Return numbers that are the same where all of some columns are."""
    codes: Integers = np.zeros(len(rows), dtype=np.int64)
    for column in columns:
        numbers, values = pd.factorize(rows[column])
        codes = pd.factorize(codes * (len(values) + 1) + numbers)[0].astype(np.int64)
    return codes


def _first_of_record(records: Integers, rows: pd.DataFrame) -> tuple[Moments, Moments]:
    """Return the day on which each row's record was first recorded, and when it began to happen, missing where not known."""
    day: Moments = rows["recorded_on"].to_numpy(dtype="datetime64[D]")
    began: Moments = rows["occurred_from"].to_numpy(dtype="datetime64[s]")
    order: Integers = np.lexsort((began, day, records))  # missing moments come last
    first = np.flatnonzero(_starts(records[order]))
    row_of_first = order[first]
    which = np.empty(len(records), dtype=np.int64)
    which[order] = np.repeat(row_of_first, np.diff(np.append(first, len(records))))
    return day[which], began[which]


def _day_before(group: Integers, day: Moments) -> Moments:
    """Return the last earlier day on which each row's group has a row; long ago where there is none."""
    order: Integers = np.lexsort((day, group))
    new_group = _starts(group[order])
    new_day = new_group | _starts(day[order].astype(np.int64))
    days, first = day[order][new_day], new_group[new_day]
    before = np.where(first, np.datetime64("0001-01-01", "D"), np.roll(days, 1))
    result: Moments = np.empty(len(day), dtype="datetime64[D]")
    result[order] = before[np.cumsum(new_day) - 1]
    return result


def _first_known(group: Integers, day: Moments, minute: Moments) -> Moments:
    """Return when the first of the rows of the same group and day began to happen; a comparison with a missing one is false."""
    order: Integers = np.lexsort((minute, day, group))
    starts = _starts(group[order]) | _starts(day[order].astype(np.int64))
    result: Moments = np.empty(len(day), dtype=minute.dtype)
    result[order] = minute[order][starts][np.cumsum(starts) - 1]
    return result


def _starts(values: Integers) -> Booleans:
    """Return where a value differs from the one before it, the first included."""
    starts: Booleans = np.ones(len(values), dtype=bool)
    starts[1:] = values[1:] != values[:-1]
    return starts


def _months_back(day: Moments) -> Moments:
    """Return the same day twelve months before, or the month's last where it is shorter."""
    month = day.astype("datetime64[M]")
    earlier = month - MONTHS_BACK
    last = (earlier + 1).astype("datetime64[D]") - 1
    return np.asarray(
        np.minimum(earlier.astype("datetime64[D]") + (day - month.astype("datetime64[D]")), last)
    )
