"""Which months begin late or end early, as a file does that was downloaded by half."""

from collections.abc import Iterator
from typing import Final

import ibis.expr.types as ir
import numpy as np
import pandas as pd
from scipy.stats import poisson

from vulncore.metrics.data_quality.month_rows import month_date, number_of_month

RARE: Final = 1e-6  # once in a million: a force has at most a few hundred month's ends


def month_edges(incidents: ir.Table, coverage: ir.Table) -> pd.DataFrame:
    """Return the months whose first or last days hold no record, beyond what chance leaves empty.

    A run of empty days has to be longer than any between a source's days with records, so that a unit that does
    not record at weekends raises nothing. Sources that give the month alone are passed over.

    Returns:
        One row per such edge: `force`, `source`, `month`, `edge` ("first" or "last"), `days` (how many are
        empty), `expected` (records on so many of the month's other days), `count` (of the month).

    Misleads when:
        the month is not over yet, or the unit began or ended its work in it.
    """
    dated = incidents.select("force", "measure", "recorded_on", month=number_of_month(incidents.recorded_on))
    named = coverage.select("force", "measure", "source", month=number_of_month(coverage.month))
    daily = (
        dated.inner_join(named, ["force", "measure", "month"])
        .group_by("force", "source", "month", day=lambda rows: rows.recorded_on.day())
        .agg(rows=lambda rows: rows.count())
        .order_by("force", "source", "month", "day")
        .to_pandas()
    )
    found = [
        {"force": force, "source": source, **edge}
        for (force, source), days in daily.groupby(["force", "source"])
        if (days["day"] != 1).any()
        for edge in _edges(days)
    ]
    return pd.DataFrame(found, columns=["force", "source", "month", "edge", "days", "expected", "count"])


def _edges(days: pd.DataFrame) -> Iterator[dict[str, object]]:
    position = np.array(
        [
            month_date(month).toordinal() + day - 1
            for month, day in zip(days["month"], days["day"], strict=True)
        ]
    )
    steps = pd.Series(np.diff(position) - 1)
    within = steps[(days["month"].to_numpy()[1:] == days["month"].to_numpy()[:-1])]
    longest = int(within.max()) if len(within) else 0
    for month in sorted({int(number) for number in days["month"]}):
        rows = days[days["month"] == month]
        length = pd.Period(month_date(month), "M").days_in_month
        total, first, last = int(rows["rows"].sum()), int(rows["day"].min()), int(rows["day"].max())
        for edge, empty in (("first", first - 1), ("last", length - last)):
            expected = total / (last - first + 1) * empty
            if empty > longest and poisson.pmf(0, expected) < RARE:
                yield {
                    "month": month,
                    "edge": edge,
                    "days": empty,
                    "expected": expected,
                    "count": total,
                }
