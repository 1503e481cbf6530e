"""How many records each measure has in each month."""

import ibis
import ibis.expr.types as ir
import pandas as pd

KEYS = ["measure", "month"]


def monthly_counts(incidents: ir.Table, coverage: ir.Table, force: str) -> pd.DataFrame:
    """Return each delivered month's count of each measure, in one pass over the incidents.

    A month belongs to a count by `recorded_on`. Records that were later found not to be crimes
    (`no_crimed_on`) do not count.

    Args:
        incidents: The canonical incidents.
        coverage: The canonical coverage, which says what was delivered.
        force: The force to count.

    Returns:
        One row per measure and month whose incidents were delivered: `measure`, `month` (its first
        day), `count` (0 where the month was delivered without a record), `provisional`. A month that
        was not delivered has no row, whatever records carry its date.
    """
    counted = (
        incidents.filter(incidents.force == force, incidents.no_crimed_on.isnull())
        .mutate(month=incidents.recorded_on.truncate("M"))
        .group_by(KEYS)
        .agg(count=lambda rows: rows.count())
    )
    delivered = coverage.filter(coverage.force == force, coverage.table == "incidents").select(
        *KEYS, "provisional"
    )
    months = (
        delivered.left_join(counted, KEYS)
        .select(*KEYS, count=ibis.coalesce(counted["count"], 0), provisional=delivered.provisional)
        .order_by(KEYS)
    )
    return _with_month_as_time(months.to_pandas())


def period_counts(counts: ir.Table, coverage: ir.Table, force: str) -> pd.DataFrame:
    """Return a force's totals by period, with whether coverage declares their month provisional.

    Returns:
        One row per measure and period: `measure`, `period_start`, `period_end`, `count`, `provisional`.
    """
    flags = coverage.filter(coverage.force == force, coverage.table == "counts", coverage.provisional).select(
        "measure", "provisional", period_start="month"
    )
    keys = ["measure", "period_start"]
    totals = counts.filter(counts.force == force)
    known: pd.DataFrame = (
        totals.left_join(flags, keys)
        .select(*keys, "period_end", "count", provisional=ibis.coalesce(flags.provisional, False))
        .order_by(*keys, "period_end")
        .to_pandas()
    )
    return known


def monthly_series(months: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Return each measure's monthly counts: from incidents where delivered, else from monthly totals.

    Args:
        months: What `monthly_counts` returns.
        counts: What `period_counts` returns.

    Returns:
        One row per measure and month known: `measure`, `month`, `count`, `provisional`.
    """
    start, end = pd.to_datetime(counts["period_start"]), pd.to_datetime(counts["period_end"])
    whole_month = (start.dt.day == 1) & (end == start + pd.offsets.MonthEnd(0))
    totals = counts.assign(month=start)[[*KEYS, "count", "provisional"]][whole_month]
    every = pd.concat([months, totals]) if len(totals) else months
    return every.drop_duplicates(KEYS, keep="first").sort_values(KEYS, ignore_index=True)


def _with_month_as_time(months: pd.DataFrame) -> pd.DataFrame:
    return months.assign(month=pd.to_datetime(months["month"]), count=months["count"].astype("int64"))
