"""The months to check: how many rows each force, measure and month has, and whether coverage names it."""

from collections.abc import Hashable, Iterator
from datetime import date
from typing import Final

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats
from vulncore.domain.periods import FIRST_YEAR, LAST_YEAR
from vulncore.metrics.statistics.dispersion import dispersion

KEYS: Final = ["force", "measure", "month"]
FIRST_MONTH, LAST_MONTH = FIRST_YEAR * 12, LAST_YEAR * 12 + 11  # others are slips, no part of a series
FEW_ROWS: Final = 10
"""A count below this can come out as nothing by chance (Poisson: once in 22,000 at ten)."""


def month_rows(incidents: ir.Table, counts: ir.Table, coverage: ir.Table) -> pd.DataFrame:
    """Return one row per force, measure and month that coverage names or that has rows.

    Only counts of one whole month are used. A month that is known as part of a longer period alone, as of a quarter, has no row.

    Returns:
        `force`, `measure`, `month` (`month_number`), `source` (of the coverage; missing where coverage does not
        name the month), `covered`, `rows` (incidents with that month, no-crimed ones included), `count` (what
        counts on screen; 0 where incidents were delivered without a row; missing where a total was declared
        and is not there).

    Misleads when:
        records of the month are still to come: coverage says delivered, and the count is a part.
    """
    held: pd.DataFrame = (
        incidents.mutate(month=number_of_month(incidents.recorded_on))
        .group_by(KEYS)
        .agg(rows=lambda rows: rows.count(), live=lambda rows: rows.no_crimed_on.isnull().sum())
        .to_pandas()
    )
    total = counts.filter(
        counts.period_start.day() == 1,
        number_of_month(counts.period_start) == number_of_month(counts.period_end),
        (counts.period_end.cast("timestamp") + ibis.interval(days=1)).day() == 1,
    )
    totals = total.select("force", "measure", month=number_of_month(total.period_start), total=total["count"])
    declared = coverage.select("force", "measure", "source", "table", month=number_of_month(coverage.month))
    named = _without_parts(declared.to_pandas(), counts)
    every = named.merge(held, "outer", KEYS).merge(totals.to_pandas(), "left", KEYS)
    covered = every["source"].notna()
    live = every["live"].where(every["table"].ne("incidents"), every["live"].fillna(0))
    count = live.where(every["table"].ne("counts"), every["total"]).astype(float)
    whole: pd.DataFrame = every.assign(
        covered=covered, count=count, rows=every["rows"].fillna(0).astype("int64")
    )
    wanted = whole[[*KEYS, "source", "covered", "rows", "count"]]
    return wanted.sort_values(KEYS, ignore_index=True)


def series_by_month(
    months: pd.DataFrame, by: list[str]
) -> Iterator[tuple[tuple[Hashable, ...], pd.DataFrame]]:
    """Return the months of `month_rows` that were delivered as grids, for all values of some columns.

    A grid has a row for each measure, and a column for each month from the first to the last; missing where not delivered.
    """
    covered = months["covered"] & months["count"].notna() & months["month"].between(FIRST_MONTH, LAST_MONTH)
    for key, rows in months[covered].groupby(by):
        grid = rows.pivot_table(index="measure", columns="month", values="count", aggfunc="sum")
        yield key, grid.reindex(columns=range(int(grid.columns.min()), int(grid.columns.max()) + 1))


def scatter(grid: pd.DataFrame, assumed: float) -> Floats:
    """Return each row's dispersion in a grid of months, 1 or more; `assumed` where its history is too short to tell."""
    stacked = grid.rename_axis("measure").melt(ignore_index=False, var_name="month", value_name="count")
    stacked = stacked.dropna().reset_index()
    stacked["month"] = pd.to_datetime([month_date(month) for month in stacked["month"]])
    estimates = dispersion(stacked).set_index("measure")["dispersion"].reindex(grid.index)
    known: Floats = np.maximum(estimates.fillna(assumed).to_numpy(dtype=float), 1.0)
    return known


def _without_parts(named: pd.DataFrame, counts: ir.Table) -> pd.DataFrame:
    """Return coverage without the months that a longer period's total holds."""
    start, end = number_of_month(counts.period_start), number_of_month(counts.period_end)
    longer = counts.filter(start != end).select("force", "measure", start=start, end=end).to_pandas()
    within = named.merge(longer, on=["force", "measure"])
    parts = within[within["month"].between(within["start"], within["end"]) & within["table"].eq("counts")]
    kept = named.merge(parts[KEYS].drop_duplicates(), on=KEYS, how="left", indicator=True)
    return kept[kept["_merge"] == "left_only"].drop(columns="_merge")


def number_of_month(day: ir.DateValue) -> ir.IntegerValue:
    """Return a day's month as the engine counts it: twelve times the year, and the months before it."""
    return (day.year().cast("int64") * 12 + day.month().cast("int64") - 1).cast("int64")


def month_number(day: date) -> int:
    """Return the number of a day's month.

    >>> month_number(date(2024, 1, 31)) - month_number(date(2023, 12, 1))
    1
    """
    return day.year * 12 + day.month - 1


def month_date(number: int) -> date:
    """Return the first day of a numbered month; of the first or the last there is where it lies beyond them.

    >>> month_date(month_number(date(2024, 10, 9)))
    datetime.date(2024, 10, 1)
    """
    return date(min(max(int(number) // 12, date.min.year), date.max.year), int(number) % 12 + 1, 1)


RESTRICTED_MONTHS: Final = range(month_number(date(2020, 3, 1)), month_number(date(2021, 7, 1)) + 1)
"""March 2020 to July 2021.

Source: the Health Protection (Coronavirus, Restrictions) (England) Regulations, in force from 26 March
2020; the last restrictions on gatherings ended on 19 July 2021."""
