"""How many records several measures have together, each record counted once: by month, by day, by team.

Of canonical incidents and coverage those of one force are counted; measures are given by their keys, and a record that is in
one of `without` is not counted.
"""

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd


def monthly_records(
    incidents: ir.Table, coverage: ir.Table, force: str, measures: Sequence[str], without: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the distinct records of some measures in each month that was delivered for all of them.

    Returns:
        One row per month whose incidents were delivered for every measure: `month` (its first day), `count`,
        `provisional` (for any of them). Records later found not to be crimes don't count.
    """
    counted = (
        counted_rows(incidents, force, measures, without)
        .group_by(month=lambda rows: rows.recorded_on.truncate("M"))
        .agg(count=lambda rows: rows.record_id.nunique())
    )
    delivered = (
        coverage.filter(
            coverage.force == force, coverage.table == "incidents", coverage.measure.isin(list(measures))
        )
        .group_by("month")
        .agg(measures=lambda rows: rows.measure.nunique(), provisional=lambda rows: rows.provisional.any())
    )
    whole = delivered.filter(delivered.measures == len(set(measures)))
    months: pd.DataFrame = (
        whole.left_join(counted, "month")
        .select("month", count=ibis.coalesce(counted["count"], 0), provisional=whole.provisional)
        .order_by("month")
        .to_pandas()
    )
    return months.assign(month=pd.to_datetime(months["month"]), count=months["count"].astype("int64"))


def daily_records(
    incidents: ir.Table,
    force: str,
    measures: Sequence[str],
    months: pd.DatetimeIndex,
    without: Sequence[str] = (),
) -> pd.Series:
    """Return the distinct records of some measures on each day of some months, days without a record too.

    Months are given by their first days, and all delivered.
    """
    counted = (
        counted_rows(incidents, force, measures, without)
        .group_by(day=lambda rows: rows.recorded_on)
        .agg(count=lambda rows: rows.record_id.nunique())
        .to_pandas()
    )
    every = [pd.date_range(month, month + pd.offsets.MonthEnd(0)) for month in months]
    days = every[0].append(every[1:]) if every else pd.DatetimeIndex([])
    by_day = pd.Series(counted["count"].to_numpy(), index=pd.to_datetime(counted["day"]), dtype="int64")
    return by_day.reindex(days, fill_value=0)


def counted_rows(
    incidents: ir.Table, force: str, measures: Sequence[str], without: Sequence[str] = ()
) -> ir.Table:
    """Return a force's rows of some measures, without no-crimed rows and without records of the other measures."""
    rows = incidents.filter(
        incidents.force == force, incidents.no_crimed_on.isnull(), incidents.measure.isin(list(measures))
    )
    if not without:
        return rows
    others = incidents.filter(incidents.force == force, incidents.measure.isin(list(without)))
    return rows.anti_join(others.select("record_id").distinct(), "record_id")


def records_by_team(
    incidents: ir.Table, force: str, measures: Sequence[str], without: Sequence[str], first: date, last: date
) -> pd.DataFrame:
    """Return the distinct records of some measures by the team that they were allocated to, recorded from `first` to `last`.

    Returns:
        One row per team: `team` (as the extract writes it), `records`. Records without a team are left out. The numbers are
        small: under the threshold of `vulncore.domain.disclosure` they must not be shown.
    """
    rows = counted_rows(incidents, force, measures, without)
    allocated = rows.filter(rows.recorded_on.between(first, last), rows.allocated_to.notnull())
    teams: pd.DataFrame = (
        allocated.group_by(team=allocated.allocated_to)
        .agg(records=allocated.record_id.nunique())
        .order_by("team")
        .to_pandas()
    )
    return teams
