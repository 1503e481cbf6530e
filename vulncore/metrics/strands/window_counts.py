"""How much of each measure a window holds, and how much of the window was delivered."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pandas as pd

from vulncore.domain.periods import Window, month_end, month_of
from vulncore.domain.vocabulary import Flow, Measure

Periods = Mapping[tuple[date, date], int]
"""Counts by the first and last day that they cover."""


def window_counts(
    months: pd.DataFrame,
    counts: pd.DataFrame,
    measures: Sequence[Measure],
    windows: Mapping[str, Window | None],
) -> pd.DataFrame:
    """Return each measure's count in each window, or how many of its months are known.

    Incidents answer where they were delivered for every month of the window; else totals whose
    periods tile it exactly; never a mix of both. A stock's window holds its last month's value alone.

    Args:
        months: One row per measure and delivered month, as `monthly_counts` returns.
        counts: The force's totals, as `vulncore.metrics.strands.counts.period_counts` returns them.
        measures: The measures wanted, in the order wanted.
        windows: Windows by name; None for one that does not apply.

    Returns:
        One row per measure, in order: `measure`, and for each window `<name>` (count; missing where
        the window is incomplete or does not apply), `<name>_months` (months of it that are known) and
        `<name>_provisional` (months of it that may still change).
    """
    by_month = {key: _by_month(rows) for key, rows in months.groupby("measure")}
    by_period = {key: _by_period(rows) for key, rows in counts.groupby("measure")}
    rows = []
    for measure in measures:
        row: dict[str, object] = {"measure": measure.key}
        for name, window in windows.items():
            asked = _asked(window, measure)
            delivered = by_month.get(measure.key, {})
            periods, unsettled = by_period.get(measure.key, ({}, {}))
            count, known, provisional = _answer(asked, delivered, periods, unsettled)
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


def _asked(window: Window | None, measure: Measure) -> Window | None:
    if window and measure.flow is Flow.STOCK:
        return Window(month_of(window.end), window.end)
    return window


def _answer(
    window: Window | None,
    delivered: Mapping[date, tuple[int, bool]],
    periods: Periods,
    unsettled: Mapping[date, bool],
) -> tuple[int | None, int, int]:
    if window is None:
        return None, 0, 0
    there = [delivered[month] for month in window.months if month in delivered]
    provisional = sum(flag for _, flag in there)
    if len(there) == len(window.months):
        return sum(count for count, _ in there), len(there), provisional
    known = [month for month in window.months if _holds(periods, month, window)]
    uncertain = sum(unsettled.get(month, False) for month in window.months)
    total = tiling_total(periods, window)
    if total is not None:
        return total, len(window.months), uncertain
    return None, max(len(there), len(known)), max(provisional, uncertain)


def _holds(periods: Periods, month: date, window: Window) -> bool:
    """Whether a period that lies within the window holds the whole month."""
    return any(
        window.start <= start <= month and month_end(month) <= end <= window.end for start, end in periods
    )


def _by_month(rows: pd.DataFrame) -> dict[date, tuple[int, bool]]:
    days = rows["month"].dt.date
    return {
        day: (int(count), bool(flag))
        for day, count, flag in zip(days, rows["count"], rows["provisional"], strict=True)
    }


def _by_period(rows: pd.DataFrame) -> tuple[Periods, Mapping[date, bool]]:
    starts, ends = (pd.to_datetime(rows[c]).dt.date for c in ("period_start", "period_end"))
    counts = {(start, end): int(count) for start, end, count in zip(starts, ends, rows["count"], strict=True)}
    flags = {start: bool(flag) for start, flag in zip(starts, rows["provisional"], strict=True)}
    return counts, flags
