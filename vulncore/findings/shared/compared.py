"""Which months of a window were delivered, and why a window can't be set against an earlier one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pandas as pd

from vulncore.domain.errors import InvalidPeriodError, first_five
from vulncore.domain.periods import Window, month_name
from vulncore.domain.vocabulary import Measure
from vulncore.findings.shared.annotations import annotations_of, series_breaks
from vulncore.metrics.week.day_hour import RecordFilter
from vulncore.store import Snapshot


def months_delivered(snapshot: Snapshot, asked: RecordFilter) -> set[date]:
    """Return the months of which incidents of every measure asked for were delivered, within the window or not.

    Raises:
        InvalidPeriodError: Records of these measures were never delivered.
    """
    table = snapshot.coverage
    delivered = (
        table.filter(
            table.force == asked.force, table.table == "incidents", table.measure.isin(asked.measures)
        )
        .select("measure", "month")
        .to_pandas()
    )
    if delivered.empty:
        raise InvalidPeriodError("Records of these measures were never delivered. Choose others.")
    months = pd.to_datetime(delivered["month"]).dt.date
    return set.intersection(*(set(months[delivered["measure"] == key]) for key in asked.measures))


def months_missing(snapshot: Snapshot, asked: RecordFilter) -> int:
    """Return how many months of the window were not delivered for every measure asked for."""
    delivered = months_delivered(snapshot, asked)
    return sum(month not in delivered for month in asked.window.months)


def missing_in_words(window: Window, missing: int) -> tuple[str, ...]:
    """Return the sentence that says which share of a window is there, or none where all is."""
    if not missing:
        return ()
    months = len(window.months)
    known = f"{window} has {months - missing} of {months} months for every measure chosen"
    return (f"{known}: the others are missing, not zero.",)


def why_not_compared(
    snapshot: Snapshot, asked: RecordFilter, before: Window, measures: Sequence[Measure]
) -> str:
    """Return why the window asked for can't be set against an earlier one; "" where it can.

    Args:
        snapshot: A published version.
        asked: Which records.
        before: The earlier window.
        measures: The measures of the version.
    """
    for window in (before, asked.window):
        missing = months_missing(snapshot, replace(asked, window=window))
        if missing:
            months = len(window.months)
            return (
                f"{window} has {months - missing} of {months} months for every measure chosen, "
                "so nothing is compared with it as if it were whole."
            )
    broken = {
        name: month
        for name, months in breaks_by_name(snapshot, asked, measures).items()
        for month in months
        if before.start < month <= asked.window.end
    }
    if broken:
        said = first_five(f"{name} from {month_name(month)}" for name, month in broken.items())
        return f"Recording changed in between ({said}), so {asked.window} is not compared with {before}."
    return ""


def breaks_by_name(
    snapshot: Snapshot, asked: RecordFilter, measures: Sequence[Measure]
) -> dict[str, tuple[date, ...]]:
    """Return the months from which each measure asked for can't be compared with what came before, by its name."""
    chosen = [measure for measure in measures if measure.key in asked.measures]
    breaks = series_breaks(annotations_of(snapshot, asked.force), chosen)
    return {measure.name: tuple(sorted(breaks[measure.key])) for measure in chosen}
