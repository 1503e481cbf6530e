"""How many records lie at each point, month by month."""

from collections.abc import Collection, Mapping

import ibis.expr.types as ir
import pandas as pd

from vulncore.metrics.week.day_hour import RecordFilter, by_hour, matching_records
from vulncore.metrics.week.known_times import USED, Known, known_times

COLUMNS = ["longitude", "latitude", "month"]
DAY_S = 86_400


def point_counts(
    incidents: ir.Table,
    coverage: ir.Table,
    selection: RecordFilter,
    hours: Collection[int] = (),
    midnights: Mapping[str, Known] | None = None,
) -> pd.DataFrame:
    """Return how many of the selected records lie at each point, by the month in which they were recorded.

    Args:
        incidents: The canonical incidents.
        coverage: The canonical coverage.
        selection: Which records.
        hours: Hours of the week, 0 is Monday 00:00; all, timed or not, where none is named. A record known to lie
            between two times counts with the share of the minutes in between that fell into them.
        midnights: What 00:00 is in some measures, as `known_times.midnights` says; needed where hours are named.

    Returns:
        One row per point and month that hold something: `longitude`, `latitude` (WGS 84; missing where the records
        have no point), `month` (its first day), `records` (>= 0). These are records' own places: never to be shown.
    """
    records = matching_records(incidents, coverage, selection, midnights)
    if hours:
        spread = by_hour(known_times(records))
        counted = spread.filter(spread.cell.isin(sorted(hours))).group_by(COLUMNS)
        counts: pd.DataFrame = counted.agg(records=lambda rows: rows.weight.sum()).to_pandas()
    else:
        counts = records.group_by(COLUMNS).agg(records=lambda rows: rows.count()).to_pandas()
    return counts.assign(
        records=counts["records"].astype(float).round(9), month=pd.to_datetime(counts["month"])
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


def records_known(
    incidents: ir.Table,
    coverage: ir.Table,
    selection: RecordFilter,
    midnights: Mapping[str, Known] | None = None,
) -> pd.Series:
    """Return how many records are selected, and of how many the place and the hour are recorded.

    Returns:
        `records`, `placed` (with a point), `timed` (of those placed, with an hour of the week; 0 without `midnights`,
        where no hour is selected).
    """
    records = matching_records(incidents, coverage, selection, midnights)
    rows = records.mutate(timed=False) if midnights is None else known_times(records)
    timed = rows.timed if midnights is None else rows.known.isin([known.value for known in USED])
    placed = rows.longitude.notnull()
    totals = rows.agg(records=rows.count(), placed=placed.sum(), timed=(placed & timed).sum()).to_pandas()
    counted: pd.Series = totals.iloc[0].astype(float).fillna(0).astype("int64")
    return counted


def dated_points(incidents: ir.Table, coverage: ir.Table, selection: RecordFilter) -> pd.DataFrame:
    """Return where and on which day each record happened, of those known to within a day.

    Returns:
        One row per record: `longitude`, `latitude`, `day` (on which it began). Never to be shown.
    """
    records = matching_records(incidents, coverage, selection)
    lasts_s = records.occurred_to.epoch_seconds() - records.occurred_from.epoch_seconds()
    rows = records.filter(
        records.longitude.notnull(),
        records.occurred_from.notnull(),
        (lasts_s <= DAY_S).fill_null(True),
    )
    points: pd.DataFrame = rows.select(
        "longitude", "latitude", day=rows.occurred_from.truncate("D")
    ).to_pandas()
    return points
