"""Which months of a period were delivered, and why a period can't be compared with an earlier one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import pandas as pd

from vulncore.domain.errors import InvalidPeriodError, first_five
from vulncore.domain.periods import Window, month_name
from vulncore.domain.vocabulary import Measure
from vulncore.findings.shared.annotations import annotations_of, series_breaks
from vulncore.findings.shared.by_version import MANY, once_a_version
from vulncore.findings.shared.words import number_of
from vulncore.metrics.week.counted import RecordFilter
from vulncore.store import Snapshot


def months_delivered(snapshot: Snapshot, record_filter: RecordFilter) -> set[date]:
    """Return the months of which incidents of every measure chosen were delivered, within the window or not.

    Raises:
        InvalidPeriodError: Records of these measures were never delivered.
    """
    by_measure = _months_by_measure(snapshot, record_filter.force)
    delivered = [by_measure.get(key, frozenset()) for key in record_filter.measures]
    if not any(delivered):
        raise InvalidPeriodError("Records of these measures were never delivered. Choose other measures.")
    return set(frozenset.intersection(*delivered))


@once_a_version(MANY)
def _months_by_measure(snapshot: Snapshot, force: str) -> Mapping[str, frozenset[date]]:
    table = snapshot.coverage
    covered = table.filter(table.force == force, table.table == "incidents")
    rows = covered.select("measure", "month").to_pandas()
    months = pd.to_datetime(rows["month"]).dt.date
    return {str(key): frozenset(months[of.index]) for key, of in rows.groupby("measure")}


def months_missing(snapshot: Snapshot, record_filter: RecordFilter) -> int:
    """Return how many months of the window were not delivered for every measure chosen."""
    delivered = months_delivered(snapshot, record_filter)
    return sum(month not in delivered for month in record_filter.window.months)


def missing_in_words(window: Window, missing: int) -> tuple[str, ...]:
    """Return the sentence that says which share of a window is there, or none where all is."""
    if not missing:
        return ()
    return (f"{_there_of(window, missing)} The other months were not delivered. They are not zero.",)


def _there_of(window: Window, missing: int) -> str:
    months = len(window.months)
    return f"{window} has {months - missing} of {number_of(months, 'month')} for every measure chosen."


def why_not_compared(
    snapshot: Snapshot, record_filter: RecordFilter, before: Window, measures: Sequence[Measure]
) -> str:
    """Return why a filter's window can't be compared with an earlier one, `before`; "" where it can."""
    for window in (before, record_filter.window):
        missing = months_missing(snapshot, replace(record_filter, window=window))
        if missing:
            return f"{_there_of(window, missing)} Only whole periods are compared."
    broken = {
        name: f"{name} from {month_name(month)}"
        for name, months in breaks_by_name(snapshot, record_filter, measures).items()
        for month in months
        if before.start < month <= record_filter.window.end
    }
    if broken:
        changes = first_five(broken.values())
        return f"Recording changed in between ({changes}), so {record_filter.window} is not compared with {before}."
    return ""


def breaks_by_name(
    snapshot: Snapshot, record_filter: RecordFilter, measures: Sequence[Measure]
) -> dict[str, tuple[date, ...]]:
    """Return the months from which each measure chosen can't be compared with what came before, by its name."""
    chosen = [measure for measure in measures if measure.key in record_filter.measures]
    breaks = series_breaks(annotations_of(snapshot, record_filter.force), chosen)
    return {measure.name: tuple(sorted(breaks[measure.key])) for measure in chosen}
