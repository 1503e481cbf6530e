"""How many records each measure has: by month, by period, and in the windows of the strand table."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from vulncore.domain.periods import Window, month_end, month_of
from vulncore.domain.vocabulary import Flow, Measure

KEYS = ["measure", "month"]
Periods = Mapping[tuple[date, date], int]
"""Counts by the first and last day that they cover."""


def monthly_counts(incidents: ir.Table, coverage: ir.Table, force: str) -> pd.DataFrame:
    """Return each measure's count of records in each delivered month.

    A month belongs to a count by `recorded_on`. Records that were later found not to be crimes
    (`no_crimed_on`) do not count.

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
    months: pd.DataFrame = (
        delivered.left_join(counted, KEYS)
        .select(*KEYS, count=ibis.coalesce(counted["count"], 0), provisional=delivered.provisional)
        .order_by(KEYS)
        .to_pandas()
    )
    return months.assign(month=pd.to_datetime(months["month"]), count=months["count"].astype("int64"))


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
    """Return each measure's series of months: of `monthly_counts` where delivered, else of `period_counts` of a month.

    Returns:
        One row per measure and month known: `measure`, `month`, `count`, `provisional`.
    """
    start, end = pd.to_datetime(counts["period_start"]), pd.to_datetime(counts["period_end"])
    whole_month = (start.dt.day == 1) & (end == start + pd.offsets.MonthEnd(0))
    totals = counts.assign(month=start)[[*KEYS, "count", "provisional"]][whole_month]
    every = pd.concat([months, totals]) if len(totals) else months
    return every.drop_duplicates(KEYS, keep="first").sort_values(KEYS, ignore_index=True)


def window_counts(
    months: pd.DataFrame,
    counts: pd.DataFrame,
    measures: Sequence[Measure],
    windows: Mapping[str, Window | None],
) -> pd.DataFrame:
    """Return each measure's count in each window of the strand table, and how many of its months are known.

    Incidents answer where they were delivered for every month of the window; else totals whose
    periods tile it exactly; never a mix of both. A stock's window holds its last month's value alone.

    The first two are what `monthly_counts` and `period_counts` return; a window that does not apply is None.

    Returns:
        One row per measure, in the order given: `measure`, and for each window `<name>` (count; missing where
        the window is incomplete or does not apply), `<name>_months` (months of it that are known) and
        `<name>_provisional` (months of it that may still change).
    """
    by_month = {key: _by_month(rows) for key, rows in months.groupby("measure")}
    by_period = {key: _by_period(rows) for key, rows in counts.groupby("measure")}
    rows = []
    for measure in measures:
        row: dict[str, object] = {"measure": measure.key}
        of_stock = measure.flow is Flow.STOCK
        for name, window in windows.items():
            counted = Window(month_of(window.end), window.end) if window and of_stock else window
            delivered = by_month.get(measure.key, {})
            periods, unsettled = by_period.get(measure.key, ({}, {}))
            count, known, provisional = _answer(counted, delivered, periods, unsettled)
            row |= {name: count, f"{name}_months": known, f"{name}_provisional": provisional}
        rows.append(row)
    return pd.DataFrame(rows).astype(dict.fromkeys(windows, "Int64"))


def tiling_total(periods: Periods, window: Window) -> int | None:
    """Return the total of the fewest disjoint periods that tile a window exactly; None if none do.

    >>> year = {(date(2024, 1, 1), date(2024, 12, 31)): 12}
    >>> tiling_total(year, Window(date(2024, 1, 1), date(2024, 12, 31)))
    12
    >>> tiling_total(year, Window(date(2024, 1, 1), date(2024, 6, 30)))
    """
    reached: dict[date, int] = {window.start: 0}
    fringe = [window.start]
    while fringe:
        day = fringe.pop(0)
        if day > window.end:
            return reached[day]
        for (start, end), count in periods.items():
            after = end + timedelta(days=1)
            if start == day and end <= window.end and after not in reached:
                reached[after] = reached[day] + count
                fringe.append(after)
    return None


def _answer(
    window: Window | None,
    delivered: Mapping[date, tuple[int, bool]],
    periods: Periods,
    unsettled: Mapping[date, bool],
) -> tuple[int | None, int, int]:
    if window is None:
        return None, 0, 0
    by_month = [delivered[month] for month in window.months if month in delivered]
    provisional = sum(flag for _, flag in by_month)
    if len(by_month) == len(window.months):
        return sum(count for count, _ in by_month), len(by_month), provisional
    within = [period for period in periods if window.start <= period[0] and period[1] <= window.end]
    in_totals = [
        month
        for month in window.months
        if any(start <= month and month_end(month) <= end for start, end in within)
    ]
    uncertain = sum(unsettled.get(month, False) for month in window.months)
    total = tiling_total(periods, window)
    if total is not None:
        return total, len(window.months), uncertain
    return None, max(len(by_month), len(in_totals)), max(provisional, uncertain)


def _by_month(rows: pd.DataFrame) -> dict[date, tuple[int, bool]]:
    counted = zip(rows["count"].tolist(), rows["provisional"].tolist(), strict=True)
    return dict(zip(rows["month"].dt.date, counted, strict=True))


def _by_period(rows: pd.DataFrame) -> tuple[Periods, Mapping[date, bool]]:
    starts, ends = (pd.to_datetime(rows[c]).dt.date for c in ("period_start", "period_end"))
    periods = dict(zip(zip(starts, ends, strict=True), rows["count"].tolist(), strict=True))
    return periods, dict(zip(starts, rows["provisional"].tolist(), strict=True))
