"""How many records the measures of a view across strands have together, each record once."""

from datetime import date

from vulncore.domain.periods import Window, comparison_windows
from vulncore.findings.shared.contents import dataset_contents
from vulncore.findings.shared.words import number_of
from vulncore.metrics.records.counts import monthly_records
from vulncore.store import Snapshot


def records_once(snapshot: Snapshot, force: str, as_at: date, across: str) -> str:
    """Return how many records a view across strands has in the year to date and a year before, as sentences; "" where nobody can say.

    A record of several measures is counted once. That takes records of every measure of the view in every month: totals alone
    can't tell which records they share. A key that is no view's has no sentence.

    Misleads when:
        the two numbers are read as a change that is more than chance: the signals of the measures say that.
    """
    contents = dataset_contents(snapshot)
    if across not in {view.key for view in contents.views}:
        return ""
    keys = [measure.key for measure in contents.measures_of(across)]
    months = monthly_records(snapshot.incidents, snapshot.coverage, force, keys)
    by_month = dict(zip(months["month"].dt.date, months["count"], strict=True))
    windows = comparison_windows(as_at)
    current, before = (_total(by_month, windows[name]) for name in ("fytd_current", "fytd_previous"))
    if current is None:
        return ""
    earlier = "" if before is None else f" The same months a year before have {before:,}."
    return (
        f"Together these measures have {number_of(current, 'record')}, {windows['fytd_current']}. "
        f"Each record is counted once.{earlier}"
    )


def _total(by_month: dict[date, int], window: Window | None) -> int | None:
    """Return the records of a window of whole months; None where one of them is missing."""
    if window is None or not all(month in by_month for month in window.months):
        return None
    return int(sum(by_month[month] for month in window.months))
