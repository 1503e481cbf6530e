"""At which minutes of the day things are said to have happened, and afternoons that never come."""

from datetime import time
from typing import Final

import ibis.expr.types as ir
import pandas as pd
from scipy.stats import binom

AFTERNOON_FROM: Final = 13  # a 12-hour clock never shows 13 to 23
NEVER: Final = 0.02  # share: a few rows typed by hand don't hide a clock that was read wrongly
LEAST_AFTERNOON: Final = 0.2
"""Share of events from 13:00 that any pattern of work or leisure leaves; evenly spread hours give 0.46, and
Houston's and the City's real ones over half."""
RARE: Final = 1e-6
MIDNIGHT, LAST_SECOND = time(0), time(23, 59, 59)


def clock_times(incidents: ir.Table) -> pd.DataFrame:
    """Return how many rows began at each minute of the day, by force and measure.

    Returns:
        `force`, `measure`, `minute` (of the day, 0 to 1439), `rows`. Rows without a time are left out.
    """
    counted = _timed(incidents).group_by("force", "measure", "minute").agg(rows=_count)
    times: pd.DataFrame = counted.to_pandas()
    return times


def missing_afternoons(incidents: ir.Table, clock: pd.DataFrame) -> pd.DataFrame:
    """Return where almost nothing happened from 13:00 to midnight: a 12-hour clock read as one of 24.

    A force as a whole is judged first; where it passes, each month of it, then each measure. Rows at 00:00
    exactly are left out, for many of them have no time.

    Args:
        incidents: The canonical incidents.
        clock: What `clock_times` returns.

    Returns:
        `force`, `kind` ("all", "month" or "measure"), `which` (month number or measure key), `rows` (with a time),
        `afternoon` (of them from 13:00), `chance` (of so few, were one in five of them after 13:00).

    Misleads when:
        a unit works mornings alone.
    """
    told = _timed(incidents)
    timed = told.filter(told.minute > 0)
    by_month = (
        timed.group_by("force", "month")
        .agg(rows=_count, afternoon=lambda rows: (rows.minute >= AFTERNOON_FROM * 60).sum())
        .to_pandas()
    )
    past = clock[clock["minute"] > 0]
    late = past["rows"].where(past["minute"] >= AFTERNOON_FROM * 60, 0)
    sized = past.assign(afternoon=late)
    whole = _never(sized.groupby("force", as_index=False)[["rows", "afternoon"]].sum())
    kinds = [whole.assign(kind="all", which="")]
    months = _never(by_month[~by_month["force"].isin(whole["force"])])
    kinds.append(months.assign(kind="month", which=months["month"]))
    rest = sized[~sized["force"].isin([*whole["force"], *months["force"]])]
    measures = _never(rest.groupby(["force", "measure"], as_index=False)[["rows", "afternoon"]].sum())
    kinds.append(measures.assign(kind="measure", which=measures["measure"]))
    columns = ["force", "kind", "which", "rows", "afternoon", "chance"]
    return pd.DataFrame(
        [row for frame in kinds for row in frame[columns].to_dict("records")], columns=columns
    )


def _never(sized: pd.DataFrame) -> pd.DataFrame:
    chance = binom.cdf(sized["afternoon"], sized["rows"], LEAST_AFTERNOON)
    never = (sized["afternoon"] <= NEVER * sized["rows"]) & (chance < RARE)
    return sized.assign(chance=chance)[never]


def _timed(incidents: ir.Table) -> ir.Table:
    began = incidents.occurred_from
    # a day from its first second to its last is known as a whole day, and says no time
    whole_days = (began.time() == MIDNIGHT) & (incidents.occurred_to.time() == LAST_SECOND)
    timed = incidents.filter(began.notnull(), ~whole_days.fill_null(False))
    return timed.select(
        "force",
        "measure",
        month=timed.recorded_on.year().cast("int64") * 12 + timed.recorded_on.month() - 1,
        minute=timed.occurred_from.hour().cast("int64") * 60 + timed.occurred_from.minute(),
    )


def _count(rows: ir.Table) -> ir.IntegerScalar:
    return rows.count()
