"""Times that can't be in the order they are in."""

from datetime import date
from typing import Final

import ibis
import ibis.expr.types as ir
import pandas as pd

LONGEST_DAYS: Final = 366  # between earliest and latest moment; beyond a year it says little of when
OLDEST_YEARS: Final = 100  # between event and record: nobody alive reports what is longer ago


def time_order(incidents: ir.Table, today: date) -> pd.DataFrame:
    """Return how many of each force's rows have times out of order.

    Where every record of a force is dated the first of a month, its source gives the month alone, and a row counts
    as recorded on the month's last day.

    Args:
        incidents: The canonical incidents.
        today: The last day that records can be of.

    Returns:
        One row per force: `force`, `rows`, `timed` (with a time), `before_recording` (happened on a later day than
        it was recorded), `backwards` (ended before it began), `long` (more than a year between both), `ancient`
        (began over a century before it was recorded), `future_recorded` and `future_occurred` (after today).
    """
    began, ended, recorded = incidents.occurred_from, incidents.occurred_to, incidents.recorded_on
    happened = ibis.greatest(began, ended).cast("date")
    happened = ibis.coalesce(happened, began.cast("date"), ended.cast("date"))
    limit = ibis.literal(today)
    month_later = happened.truncate("M") > recorded.truncate("M")
    found: pd.DataFrame = (
        incidents.group_by("force")
        .agg(
            rows=incidents.count(),
            timed=began.count(),
            by_month=(recorded.day() == 1).all(),
            later_day=(happened > recorded).fill_null(False).sum(),
            later_month=month_later.fill_null(False).sum(),
            backwards=(ended < began).fill_null(False).sum(),
            long=(ended.epoch_seconds() - began.epoch_seconds() > LONGEST_DAYS * 86_400)
            .fill_null(False)
            .sum(),
            ancient=(began.year() < recorded.year() - OLDEST_YEARS).fill_null(False).sum(),
            future_recorded=(recorded > limit).fill_null(False).sum(),
            future_occurred=(happened > limit).fill_null(False).sum(),
        )
        .order_by("force")
        .to_pandas()
    )
    before = found["later_day"].where(~found["by_month"].astype(bool), found["later_month"])
    counts = found.assign(before_recording=before).drop(columns=["by_month", "later_day", "later_month"])
    return counts.astype({name: "int64" for name in counts.columns if name != "force"})
