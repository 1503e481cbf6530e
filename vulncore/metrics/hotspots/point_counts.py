"""How many records lie at each point, month by month."""

from collections.abc import Collection

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from vulncore.metrics.week.counted import NO_DAY, Chosen


def point_counts(chosen: Chosen, hours: Collection[int] = ()) -> pd.DataFrame:
    """Return where the records lie, by the month in which they were recorded.

    Args:
        chosen: The records, each once.
        hours: Hours of the week, 0 is Monday 00:00; all, timed or not, where none is named. A record known to lie
            between two times counts with the share of the minutes in between that fell into them.

    Returns:
        One row per record that counts: `longitude`, `latitude` (WGS 84; missing where the record has no point), `point`
        (its number among all records' points; -1 without one), `month` (its first day), `records` (0 to 1). These are
        records' own places: never to be shown.
    """
    weights = np.ones(len(chosen.at))
    if hours:
        counts, cell, share = chosen.hours()
        row, inside = np.repeat(np.arange(len(counts)), counts), np.isin(cell, sorted(hours))
        weights = np.asarray(np.bincount(row[inside], share[inside], len(chosen.at)).round(9), dtype=float)
    held = np.flatnonzero(weights > 0)
    return pd.DataFrame(
        {
            **{name: chosen.numbers(name)[held] for name in ("longitude", "latitude", "point")},
            "month": chosen.numbers("month")[held].astype("datetime64[M]").astype("datetime64[us]"),
            "records": weights[held],
        }
    )


def every_point(incidents: ir.Table, force: str) -> pd.DataFrame:
    """Return how many records of a force lie at each point, of every measure and month: where it works at all.

    Returns:
        One row per point: `longitude`, `latitude`, `records` (distinct).
    """
    rows = incidents.filter(incidents.force == force, incidents.longitude.notnull())
    points: pd.DataFrame = (
        rows.group_by("longitude", "latitude")
        .agg(records=lambda every: every.record_id.nunique())
        .to_pandas()
    )
    return points


def records_known(chosen: Chosen) -> pd.Series:
    """Return how many records there are, and of how many the place and the hour are recorded.

    Returns:
        `records`, `placed` (with a point), `timed` (of those placed, with an hour of the week).
    """
    placed = chosen.numbers("point") >= 0
    return pd.Series(
        {"records": len(placed), "placed": placed.sum(), "timed": (placed & chosen.timed).sum()},
        dtype="int64",
    )


def dated_points(chosen: Chosen) -> pd.DataFrame:
    """Return where and on which day each record happened, of those known to within a day.

    Returns:
        One row per record: `longitude`, `latitude`, `day` (on which it began). Never to be shown.
    """
    day = chosen.numbers("day")
    kept = np.flatnonzero((day != NO_DAY) & (chosen.numbers("point") >= 0))
    return pd.DataFrame(
        {
            **{name: chosen.numbers(name)[kept] for name in ("longitude", "latitude")},
            "day": day[kept].astype("datetime64[D]"),
        }
    )
