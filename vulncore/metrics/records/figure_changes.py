"""Which figures differ between two versions of a dataset."""

import ibis
import ibis.expr.types as ir
import pandas as pd

KEYS = ["force", "measure", "period_start", "period_end", "table"]


def figure_changes(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return the figures that are new, withdrawn or changed.

    Args:
        before: The figures of the earlier version, as `figures` returns them.
        after: Those of the later one.

    Returns:
        One row per force, measure, period and table whose figure differs, in the order of these: `force`,
        `measure`, `period_start`, `period_end`, `table`, `before` and `after` (counts; missing where the version
        has no such figure), `change` ("new", "withdrawn" or "changed"). A figure of 0 is a figure.

    >>> from datetime import date
    >>> rows = pd.DataFrame({"force": "F", "measure": "rape", "period_start": [date(2024, 9, 1)],
    ...     "period_end": [date(2024, 9, 30)], "table": "incidents", "count": [3]})
    >>> figure_changes(rows, rows.assign(count=2))[["before", "after", "change"]].values.tolist()
    [[3, 2, 'changed']]
    """
    both = before.rename(columns={"count": "before"}).merge(
        after.rename(columns={"count": "after"}), on=KEYS, how="outer", validate="one_to_one"
    )
    both = both.astype({"before": "Int64", "after": "Int64"})
    change = pd.Series("changed", index=both.index, dtype="object")
    change[both["before"].isna()] = "new"
    change[both["after"].isna()] = "withdrawn"
    differs = both["before"].ne(both["after"]).fillna(True).astype(bool)
    found: pd.DataFrame = both.assign(change=change)[differs].sort_values(KEYS, ignore_index=True)
    return found


def figures(incidents: ir.Table, coverage: ir.Table, counts: ir.Table) -> pd.DataFrame:
    """Return every figure that a version publishes: each month of incidents delivered, and each total.

    Returns:
        One row per force, measure, period and table: `force`, `measure`, `period_start`, `period_end` (dates),
        `table` ("incidents" or "counts"), `count`. A month delivered without a record has 0; rows that were
        no-crimed do not count, nor do those of a month that was not delivered.
    """
    month = ["force", "measure", "month"]
    counted = (
        incidents.filter(incidents.no_crimed_on.isnull())
        .mutate(month=incidents.recorded_on.truncate("M").cast("date"))
        .group_by(month)
        .agg(count=lambda rows: rows.count())
    )
    delivered = coverage.filter(coverage.table == "incidents").select(month)
    months = delivered.left_join(counted, month).select(*month, count=ibis.coalesce(counted["count"], 0))
    by_month = months.to_pandas()
    start = pd.to_datetime(by_month["month"])
    by_record = by_month.drop(columns="month").assign(
        period_start=start, period_end=start + pd.offsets.MonthEnd(0), table="incidents"
    )
    totals = counts.select("force", "measure", "period_start", "period_end", "count").to_pandas()
    every = pd.concat([by_record[[*KEYS, "count"]], totals.assign(table="counts")[[*KEYS, "count"]]])
    days = {name: pd.to_datetime(every[name]).dt.date for name in ("period_start", "period_end")}
    known: pd.DataFrame = every.assign(**days).astype({"count": "int64"}).reset_index(drop=True)
    return known
