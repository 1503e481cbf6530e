"""How much happened in each hour of the week, and how that changed between two periods.

Many times are known only roughly: a record that lies between two of them gives each hour in between its share.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats
from vulncore.domain.blur import MOVED_HOURS
from vulncore.domain.periods import Window
from vulncore.metrics.statistics.false_discovery import discoveries
from vulncore.metrics.statistics.intervals import rate_ratio_interval, rate_ratio_p_value
from vulncore.metrics.week.hours import HOURS
from vulncore.metrics.week.known_times import USED, Known, known_times

USED_VALUES: Final = [known.value for known in USED]
DECIMALS: Final = 9  # of a weight: adding up in another order moves the digits after these
FROM_A_MONDAY: Final = 3 * 24 + HOURS * 100_000
"""Hours added to those since 1970, which began on a Thursday: a multiple of the week from Monday 00:00, and so far
back that none is negative."""
FALSE_DISCOVERIES: Final = 0.05


@dataclass(frozen=True)
class RecordFilter:
    """Which records are wanted: a force's, of these measures, recorded in a window of whole months.

    `where` names columns of the incidents and the value that each has to have; `harm` what a record of a measure
    weighs, 1 unless given. A record of several measures counts once, as the heaviest of them.
    """

    force: str
    measures: tuple[str, ...]
    window: Window
    where: tuple[tuple[str, str], ...] = ()
    harm: tuple[tuple[str, float], ...] = ()


def day_hour(timed: ir.Table) -> pd.DataFrame:
    """Return each hour of the week's weight: of a record known to lie between two times, each hour gets its share.

    The share is that of the minutes in between which fell into the hour, as the clocks in London ran: an hour that
    they skipped gets nothing, one that they showed twice gets both. Every record adds up to 1, in the hours or as
    unknown.

    Args:
        timed: One row per record, as `vulncore.metrics.week.known_times.known_times` returns, with `harm`.

    Returns:
        One row per kind of `Known` and hour of the week that holds something: `known`, `cell` (0 is Monday 00:00 to
        00:59, 167 Sunday 23:00; missing where the hour is unknown), `weight` (records), `harm` (weight x harm).

    Source:
        Ratcliffe (2002), Aoristic signatures and the spatio-temporal analysis of high volume crime patterns.

    Misleads when:
        windows are long: a burglary found after a weekend spreads evenly over it, and flattens peaks.
    """
    spread = by_hour(timed)
    unknown = timed.filter(~timed.known.isin(USED_VALUES)).select(
        "known", cell=ibis.null("int64"), weight=ibis.literal(1.0), harm="harm"
    )
    summed = (
        spread.select("known", "cell", "weight", "harm")
        .union(unknown)
        .group_by("known", "cell")
        .agg(weight=lambda rows: rows.weight.sum(), harm=lambda rows: (rows.weight * rows.harm).sum())
        .order_by("known", "cell")
        .to_pandas()
    )
    weights: pd.DataFrame = summed.assign(
        cell=summed["cell"].astype("Int64"),
        weight=summed["weight"].round(DECIMALS),
        harm=summed["harm"].round(DECIMALS),
    )
    return weights


def by_hour(timed: ir.Table) -> ir.Table:
    """Return the hours of each record whose time is known, and the share of the record that fell into each.

    A blurred record's hours are moved about the week once all else is known of them (`vulncore.domain.blur`).

    Args:
        timed: As for `day_hour`.

    Returns:
        One row per record and hour that it may have happened in: all columns of the record, `cell` (of the week, as
        in `day_hour`), `weight` (its share; a record's add up to 1).
    """
    rows = timed.filter(timed.known.isin(USED_VALUES))
    hours = rows.mutate(hour=ibis.range(rows.start // 60, (rows.end - 1) // 60 + 1, 1).unnest())
    begins = hours.hour * 60
    minutes = ibis.least(hours.end, begins + 60) - ibis.greatest(hours.start, begins)
    summer = ((begins >= hours.summer_start) & (begins < hours.summer_end)).fill_null(False)
    moved = hours.moved_hours if MOVED_HOURS in hours.columns else 0
    return hours.mutate(
        cell=((hours.hour + ibis.ifelse(summer, 1, 0) + moved + FROM_A_MONDAY) % HOURS).cast("int64"),
        weight=minutes / (hours.end - hours.start),
    )


def shapes(timed: ir.Table) -> pd.DataFrame:
    """Return how the windows lie to the hours: what is needed to move them about the week.

    Returns:
        One row per shape: `first_minute` (of its first hour, 0 to 59), `minutes` (that it lasts), `records`. Those
        that lie within one hour are one shape, with 0 and 1.
    """
    rows = timed.filter(timed.known.isin(USED_VALUES))
    several = rows.start // 60 != (rows.end - 1) // 60
    by_shape: pd.DataFrame = (
        rows.select(
            first_minute=ibis.ifelse(several, rows.start - rows.start // 60 * 60, 0),
            minutes=ibis.ifelse(several, rows.end - rows.start, 1),
        )
        .group_by("first_minute", "minutes")
        .agg(records=lambda windows: windows.count())
        .order_by("first_minute", "minutes")
        .to_pandas()
    )
    return by_shape


def timed_records(
    incidents: ir.Table, coverage: ir.Table, record_filter: RecordFilter, midnights: Mapping[str, Known]
) -> ir.Table:
    """Return the records that a filter wants, one row each, with what is known of their times.

    Args:
        incidents: The canonical incidents.
        coverage: The canonical coverage.
        record_filter: Which records.
        midnights: What 00:00 is in some measures, as `known_times.midnights` says.

    Returns:
        What `known_times.known_times` returns, with `harm`.
    """
    return known_times(matching_records(incidents, coverage, record_filter, midnights))


def matching_records(
    incidents: ir.Table,
    coverage: ir.Table,
    record_filter: RecordFilter,
    midnights: Mapping[str, Known] | None = None,
) -> ir.Table:
    """Return the records that a filter wants, one row each.

    Counted as `vulncore.metrics.strands.counts` counts: by `recorded_on`, in months that were delivered, without
    those that turned out to be no crime. A record of several measures is there once.

    Returns:
        One row per record: `record_id`, `measure`, `month` (in which it was recorded), `occurred_from`, `occurred_to`,
        `longitude`, `latitude`, `moved_hours` (where the incidents are blurred), `harm`, `midnight`.
    """
    delivered = coverage.filter(coverage.table == "incidents").select("force", "measure", "month")
    rows = incidents.filter(
        incidents.force == record_filter.force,
        incidents.measure.isin(record_filter.measures),
        incidents.recorded_on.between(record_filter.window.start, record_filter.window.end),
        incidents.no_crimed_on.isnull(),
        *(incidents[column] == value for column, value in record_filter.where),
    )
    rows = rows.mutate(month=rows.recorded_on.truncate("M")).semi_join(
        delivered, ["force", "measure", "month"]
    )
    rows = rows.select(
        "record_id",
        "measure",
        "month",
        "occurred_from",
        "occurred_to",
        "longitude",
        "latitude",
        *([MOVED_HOURS] if MOVED_HOURS in rows.columns else []),
        harm=_by_measure(rows.measure, dict(record_filter.harm), 1.0),
        midnight=_by_measure(
            rows.measure, {key: known.value for key, known in (midnights or {}).items()}, None
        ),
    )
    if len(record_filter.measures) > 1:
        of_record = ibis.window(group_by=rows.record_id)
        led = rows.mutate(lead=rows.measure.min().over(of_record), harm=rows.harm.max().over(of_record))
        rows = led.filter(led.measure == led.lead).drop("lead")
    return rows


def week_of(weights: pd.DataFrame, column: str = "weight") -> np.ndarray:
    """Return the 168 hours' totals over every way of knowing, from Monday 00:00.

    >>> weights = pd.DataFrame({"known": ["a", "b", "c"], "cell": [0, 0, None], "weight": [1.0, 0.5, 9.0]})
    >>> week_of(weights)[:2].tolist()
    [1.5, 0.0]
    """
    timed = weights[weights["cell"].notna()]
    return np.bincount(timed["cell"].astype(int), weights=timed[column].astype(float), minlength=HOURS)


def day_hour_change(now: Floats, before: Floats, days_now: int, days_before: int) -> pd.DataFrame:
    """Return how each part of the week changed, and where by more than chance explains.

    Args:
        now: What the parts weigh in the current period, in any order.
        before: The same in the earlier period.
        days_now: How long the current period is.
        days_before: How long the earlier one is.

    Returns:
        One row per part, in order: `now`, `before` (weights), `expected` (`before`, as long as the current period),
        `ratio` (of the daily rates, current to earlier; missing from 0), `low`, `high` (limits that agree with the
        verdict), `p_value`, `clear` (stands when all parts are judged together, 5 % of those found false).

    Source:
        The exact conditional test of `vulncore.metrics.statistics.intervals`; Benjamini and Hochberg (1995).

    Misleads when:
        the share of unknown times changed, or recording did: the whole week then seems to change.

    >>> day_hour_change(np.array([30.0, 9.0]), np.array([8.0, 10.0]), 366, 365)[["clear"]].values.tolist()
    [[True], [False]]
    """
    p_value = rate_ratio_p_value(now, before, days_now, days_before)
    judged = discoveries(p_value, FALSE_DISCOVERIES)
    low, high = rate_ratio_interval(now, before, days_now, days_before, alpha=judged.alpha)
    expected = before * days_now / days_before
    ratio = np.divide(now, expected, out=np.full_like(expected, np.nan), where=expected > 0)
    return pd.DataFrame(
        {
            "now": now,
            "before": before,
            "expected": expected,
            "ratio": ratio,
            "low": low,
            "high": high,
            "p_value": p_value,
            "clear": judged.stands,
        }
    )


def _by_measure(measure: ir.StringValue, values: Mapping[str, object], otherwise: object) -> ir.Value:
    if not values:
        return ibis.null("string") if otherwise is None else ibis.literal(otherwise)
    return ibis.cases(*((measure == key, value) for key, value in values.items()), else_=otherwise)
