"""Which records a command's options choose."""

from collections.abc import Callable
from pathlib import Path

from vulncore.domain.errors import InvalidPeriodError
from vulncore.domain.periods import format_month, parse_month
from vulncore.domain.vocabulary import Measure, find_measure
from vulncore.findings.shared.contents import as_at_or_latest, dataset_contents, force_or_first
from vulncore.findings.shared.which_records import YEAR, period_window
from vulncore.metrics.week.counted import RecordFilter
from vulncore.metrics.week.night_time import Night
from vulncore.store import Snapshot, open_version


def chosen_records(
    store: Path,
    dataset: str,
    version: int | None,
    force: str | None,
    measures: list[str] | None,
    months: tuple[str | None, str | None],
    usable_measures: Callable[[Snapshot, str], tuple[str, ...]],
    **narrowing: str | None,
) -> tuple[Snapshot, RecordFilter, tuple[Measure, ...]]:
    """Return a version, the records of it that options choose, and its measures.

    Without names of `measures` they are those of the force that a command can use, as `usable_measures` says: those with
    a time, or with a place. `months` are the first and the last, as `YYYY-MM`; `narrowing` gives columns of the incidents
    the value that each has to have, if any.
    """
    snapshot = open_version(store, dataset, version)
    choice = dataset_contents(snapshot)
    name = force_or_first(choice, force)
    if measures:
        keys = tuple(dict.fromkeys(find_measure(choice.measures, label).key for label in measures))
    else:
        keys = usable_measures(snapshot, name) or tuple(measure.key for measure in choice.measures)
    first, last = months
    as_at = as_at_or_latest(choice, name, parse_month(last) if last else None)
    begin = format_month(parse_month(first)) if first else YEAR
    where = tuple((column, value) for column, value in narrowing.items() if value is not None)
    window = period_window(begin, as_at, choice.months[name])
    return snapshot, RecordFilter(name, keys, window, where), choice.measures


def night_hours(text: str) -> Night:
    """Return a night from its first hour and its end, like 18-06."""
    first, _, end = text.partition("-")
    if not all(part.isascii() and part.isdigit() and len(part) <= 2 for part in (first, end)):
        raise InvalidPeriodError(
            f"'{text[:20]}' is not a night. Write the first hour and the end of the night, like 18-06."
        )
    return Night(int(first), int(end))
