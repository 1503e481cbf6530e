"""Counts by hour of the week, read from a version, of blurred records unless nothing is hidden.

Nothing here leaves the package but through `vulncore.findings.when.protection`, which sharpens them and hides what is
small. A page, a chart, a sentence or a file takes a view (`vulncore.findings.when.view`) and never one of these classes.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats
from vulncore.domain.blur import is_blurred, sharpening
from vulncore.domain.vocabulary import Measure
from vulncore.findings.shared.blurred import made_from
from vulncore.findings.shared.by_version import MANY, once_a_version
from vulncore.findings.shared.compared import months_missing, why_not_compared
from vulncore.findings.shared.counted import counted_of, no_times_among
from vulncore.findings.shared.which_records import (
    NoTimesError,
    check_records,
    measures_with_times,
    window_before,
)
from vulncore.metrics.week.counted import RecordFilter
from vulncore.metrics.week.day_hour import day_hour, shapes, week_of
from vulncore.metrics.week.known_times import USED, Known
from vulncore.metrics.week.no_times import NoTime
from vulncore.store import Snapshot


@dataclass(frozen=True)
class WeekCounts:
    """What each hour of the week holds of some records, small numbers and all.

    `by_hour` and `harm_by_hour` are the 168 hours from Monday 00:00, in records and weighed by harm, of blurred records
    where `blurred`; `known` the records by what is known of their time; `shapes` how their windows lie to the hours;
    `missing_months` how many months of the window were not delivered for every measure; `no_times` which times of these measures
    are none.
    """

    record_filter: RecordFilter
    blurred: bool
    by_hour: Floats
    harm_by_hour: Floats
    known: Mapping[Known, float]
    shapes: pd.DataFrame
    missing_months: int
    no_times: tuple[NoTime, ...] = ()

    def sharpening(self, steps: int = 1) -> Floats:
        """Return what undoes the blur of the hours, if they are blurred (`vulncore.domain.blur.sharpening`)."""
        return sharpening(steps if self.blurred else 0)

    @property
    def sharpened(self) -> Floats:
        """About what each hour held before the blur."""
        return self.sharpening() @ self.by_hour

    @property
    def harm_sharpened(self) -> Floats:
        """About what each hour held before the blur, weighed by harm; never below 0."""
        return np.maximum(self.sharpening() @ self.harm_by_hour, 0.0)

    def worth(self, hours: Floats, steps: int = 1) -> float:
        """Return of how many records, none of them blurred, the share in some hours would be as sure as of these."""
        weights, records = hours @ self.sharpening(steps), self.timed
        share, squares = (float(by_hour @ self.by_hour) / records for by_hour in (weights, weights**2))
        scatter, even = squares - share**2, min(max(share, 1 / records), 1 - 1 / records)
        return max(min(records, records * even * (1 - even) / scatter), 1.0) if scatter > 0 else records

    @property
    def timed(self) -> float:
        """How many records have an hour."""
        return float(sum(self.known.get(known, 0.0) for known in USED))

    @property
    def spread(self) -> int:
        """How many records are spread over more than one hour."""
        several = self.shapes["first_minute"] + self.shapes["minutes"] > 60
        return int(self.shapes.loc[several, "records"].sum())

    @property
    def records(self) -> float:
        """How many records there are."""
        return float(sum(self.known.values()))


@dataclass(frozen=True)
class ComparedCounts:
    """The counts of a period and of the one before it, which is None where `not_compared` says why."""

    now: WeekCounts
    before: WeekCounts | None
    not_compared: str


def read_counts(
    snapshot: Snapshot, record_filter: RecordFilter, measures: Sequence[Measure], smallest: int
) -> ComparedCounts:
    """Return the counts of a period, and of the same months of an earlier year.

    With a `smallest` number shown of up to 1 the records are counted as they are, else blurred; `measures` are all of the
    version's, for their names.

    Raises:
        NoTimesError: No record of the force, of these measures, has a time.
        UnknownNameError: No measure is named, or records can't be narrowed in this way.
    """
    return _read_both(snapshot, record_filter, tuple(measures), smallest, made_from(snapshot, smallest))


@once_a_version(MANY)  # patrol hours are asked for many times over the same counts
def _read_both(
    snapshot: Snapshot,
    record_filter: RecordFilter,
    measures: tuple[Measure, ...],
    smallest: int,
    _made_from: Hashable,
) -> ComparedCounts:
    now = read_week(snapshot, record_filter, smallest)
    earlier = window_before(record_filter.window)
    why = why_not_compared(snapshot, record_filter, earlier, measures)
    before = None if why else read_week(snapshot, replace(record_filter, window=earlier), smallest)
    return ComparedCounts(now, before, not_compared=why)


def read_week(snapshot: Snapshot, record_filter: RecordFilter, smallest: int) -> WeekCounts:
    """Return the counts of one period; refuses what `read_counts` refuses."""
    check_records(snapshot, record_filter, smallest)
    if not set(measures_with_times(snapshot, record_filter.force)) & set(record_filter.measures):
        raise NoTimesError(
            f"Dataset '{snapshot.publish.dataset}' has the month of these records of {record_filter.force} and no time of "
            "day. Weekdays and hours can't be shown. Choose a dataset or measures with times, such as a force's own extract."
        )
    chosen = counted_of(snapshot, record_filter.force, smallest).chosen(record_filter)
    weights = day_hour(chosen)
    by_kind = weights.groupby("known")["weight"].sum()
    return WeekCounts(
        record_filter=record_filter,
        blurred=is_blurred(smallest),
        by_hour=week_of(weights),
        harm_by_hour=week_of(weights, "harm"),
        known={Known(str(known)): round(float(weight), 6) for known, weight in by_kind.items()},
        shapes=shapes(chosen),
        missing_months=months_missing(snapshot, record_filter),
        no_times=no_times_among(snapshot, record_filter, smallest),
    )
