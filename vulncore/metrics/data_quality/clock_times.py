"""Times of events: at which minutes of the day, afternoons that never come, and dates out of order."""

from collections.abc import Hashable
from datetime import date, time
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from scipy.special import bdtr

from vulncore.metrics.data_quality.default_times import default_times
from vulncore.metrics.data_quality.month_rows import number_of_month

AFTERNOON_FROM: Final = 13  # a 12-hour clock never shows 13 to 23
NEVER: Final = 0.02  # share: a few rows typed by hand don't hide a clock that was read wrongly
LEAST_AFTERNOON: Final = 0.2
"""Share of events from 13:00 that any pattern of work or leisure leaves; evenly spread hours give 0.46, and
Houston's and the City's real ones over half."""
RARE: Final = 1e-6
DAY_S: Final = 86_400
MIDNIGHT, LAST_SECOND = time(0), time(23, 59, 59)
LONGEST_DAYS: Final = 366  # between earliest and latest moment; beyond a year it says little of when
OLDEST_YEARS: Final = 100  # between event and record: nobody alive reports what is longer ago


def clock_times(incidents: ir.Table) -> pd.DataFrame:
    """Return how many rows began at each minute of the day, by force and measure.

    Returns:
        `force`, `measure`, `minute` (of the day, 0 to 1439), `rows`. Rows without a time are left out.
    """
    timed = _timed(incidents)
    times: pd.DataFrame = timed.group_by("force", "measure", "minute").agg(rows=timed.count()).to_pandas()
    return times


def missing_afternoons(incidents: ir.Table, clock: pd.DataFrame, swapped: float = 0.0) -> pd.DataFrame:
    """Return where almost nothing happened from 13:00 to midnight: a 12-hour clock read as one of 24.

    A force as a whole is judged first; where it passes, each month of it, then each measure. Rows at 00:00
    exactly, and those at default times, are left out, for many of them have no time.

    It takes what `clock_times` returns, too, and of which share of rows the times were `swapped` within the force. What
    afternoons these bring is taken off; what chance may add to that, three standard deviations, is no reason to pass.

    Returns:
        `force`, `kind` ("all", "month" or "measure"), `which` (month number or measure key), `rows` (with a time),
        `afternoon` (of them from 13:00), `chance` (of so few, were one in five of them after 13:00).

    Misleads when:
        a unit works mornings alone.
    """
    minutes = _timed(incidents)
    timed = minutes.filter(minutes.minute > 0)
    past = clock[clock["minute"] > 0]
    for heap in default_times(clock).to_dict("records"):  # what a form fills in says nothing of the clock
        of_heap = (timed.force == heap["force"]) & (timed.minute == heap["minute"])
        of_past = (past["force"] == heap["force"]) & (past["minute"] == heap["minute"])
        if heap["measure"]:
            of_heap, of_past = (
                of_heap & (timed.measure == heap["measure"]),
                of_past & (past["measure"] == heap["measure"]),
            )
        timed, past = timed.filter(~of_heap), past[~of_past]
    by_month = (
        timed.group_by("force", "month")
        .agg(rows=timed.count(), afternoon=(timed.minute >= AFTERNOON_FROM * 60).sum())
        .to_pandas()
    )
    late = past["rows"].where(past["minute"] >= AFTERNOON_FROM * 60, 0)
    sized = past.assign(afternoon=late)
    by_force = sized.groupby("force", as_index=False)[["rows", "afternoon"]].sum()
    usual = pd.Series(by_force["afternoon"] / by_force["rows"]).set_axis(by_force["force"])
    by_measure = sized.groupby(["force", "measure"], as_index=False)[["rows", "afternoon"]].sum()
    columns = ["force", "kind", "which", "rows", "afternoon", "chance"]
    missing: list[dict[Hashable, Any]] = []
    for kind, part in (("all", by_force.assign(all="")), ("month", by_month), ("measure", by_measure)):
        others = part[~part["force"].isin([row["force"] for row in missing])]
        never = _never(others, usual, swapped)
        missing += never.assign(kind=kind, which=never[kind])[columns].to_dict("records")
    return pd.DataFrame(missing, columns=columns)


def time_order(incidents: ir.Table, today: date, *, ends_next_day: bool = False) -> pd.DataFrame:
    """Return how many of each force's rows have times out of order.

    Where every record of a force is dated the first of a month, its source gives the month alone, and a row counts
    as recorded on the month's last day. `ends_next_day` is for ends that were given without a date, and read as the next day's
    where they are earlier than the beginning: a night that began on the day when it was recorded is then in order.

    Returns:
        One row per force: `force`, `rows`, `timed` (with a time), `before_recording` (happened on a later day than
        it was recorded, and not after today; no whole months of which one holds that day), `backwards` (ended before it began), `long` (more than a year between both, and not ancient), `ancient`
        (began over a century before it was recorded), `future_recorded` (after today) and `future_occurred` (after today, recorded before). A row's date that can't be is counted once.
    """
    began, ended, recorded = incidents.occurred_from, incidents.occurred_to, incidents.recorded_on
    happened = ibis.greatest(began, ended).cast("date")
    happened = ibis.coalesce(happened, began.cast("date"), ended.cast("date"))
    night = (happened == recorded + ibis.interval(days=1)) & ibis.literal(ends_next_day)
    night &= ended.epoch_seconds() - began.epoch_seconds() < DAY_S
    past = ended + ibis.interval(seconds=1)
    whole_months = (
        (began.day() == 1) & (began.time() == MIDNIGHT) & (past.day() == 1) & (past.time() == MIDNIGHT)
    )
    may_be = (began.cast("date") <= recorded) & (whole_months | night)
    limit = ibis.literal(today)
    later = ibis.ifelse(
        (recorded.day() == 1).all(),
        incidents.count(where=(happened <= limit) & (happened.truncate("M") > recorded.truncate("M"))),
        incidents.count(where=(happened <= limit) & (happened > recorded) & ~may_be.fill_null(False)),
    )
    ancient = began.year() < recorded.year() - OLDEST_YEARS
    counts: pd.DataFrame = (
        incidents.group_by("force")
        .agg(
            rows=incidents.count(),
            timed=began.count(),
            before_recording=later,
            backwards=incidents.count(where=ended < began),
            long=incidents.count(
                where=~ancient & (ended.epoch_seconds() - began.epoch_seconds() > LONGEST_DAYS * 86_400)
            ),
            ancient=incidents.count(where=ancient),
            future_recorded=incidents.count(where=recorded > limit),
            future_occurred=incidents.count(where=(happened > limit) & (recorded <= limit)),
        )
        .order_by("force")
        .to_pandas()
    )
    return counts


def _never(sized: pd.DataFrame, usual: pd.Series, swapped: float) -> pd.DataFrame:
    """Return the rows of `sized` with hardly an afternoon, `afternoon` without what was swapped in."""
    rows, share = sized["rows"].to_numpy(), sized["force"].map(usual).to_numpy(float)
    its_own = (sized["afternoon"] - swapped * share * rows) / (1 - swapped)
    late = its_own.clip(lower=0).round().astype("int64")
    chance = bdtr(late.to_numpy(float), rows, LEAST_AFTERNOON)
    scatter = np.sqrt(swapped * rows * share * (1 - share)) / (1 - swapped)
    never = (late <= NEVER * rows + 3 * scatter) & (chance < RARE)
    hardly: pd.DataFrame = sized.assign(afternoon=late, chance=chance).loc[never]
    return hardly


def _timed(incidents: ir.Table) -> ir.Table:
    began = incidents.occurred_from
    # a day from its first second to its last is known as a whole day, and says no time
    whole_days = (began.time() == MIDNIGHT) & (incidents.occurred_to.time() == LAST_SECOND)
    timed = incidents.filter(began.notnull(), ~whole_days.fill_null(False))
    return timed.select(
        "force",
        "measure",
        month=number_of_month(timed.recorded_on),
        minute=timed.occurred_from.hour().cast("int64") * 60 + timed.occurred_from.minute(),
    )
