"""Which records lie at a point, how much of each counts, and how many there are."""

from collections.abc import Collection
from typing import NamedTuple

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats
from vulncore.metrics.week.counted import NO_DAY, Chosen
from vulncore.metrics.week.hours import HOURS


class PlacedRecords(NamedTuple):
    """Records with a point, and how much of each counts (0 to 1). Their places are never to be shown."""

    rows: Chosen
    records: Floats


def placed_records(chosen: Chosen, hours: Collection[int] = ()) -> PlacedRecords:
    """Return the records that lie at a point.

    Args:
        chosen: The records, each once.
        hours: Hours of the week, 0 is Monday 00:00; all, timed or not, where none is named. A record known to lie
            between two times counts with the share of the minutes in between that fell into them.
    """
    placed = chosen.only(chosen.numbers("point") >= 0)
    if not hours:
        return PlacedRecords(placed, np.ones(len(placed.at)))
    counts, cell, share = placed.hours()
    inside = np.isin(np.arange(HOURS), sorted(hours))[cell]
    row = np.repeat(np.arange(len(counts)), counts)[inside]
    records: Floats = np.bincount(row, share[inside], len(counts)).astype(float).round(9)
    there = records > 0
    return PlacedRecords(placed.only(there), records[there])


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


def dated_points(chosen: Chosen) -> Chosen:
    """Return those of records that have a point and are known to within a day: see `day` of `COUNTED`."""
    return chosen.only((chosen.numbers("day") != NO_DAY) & (chosen.numbers("point") >= 0))
