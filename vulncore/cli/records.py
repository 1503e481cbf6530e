"""Which records a command's options choose."""

from collections.abc import Callable

from vulncore.domain.errors import InvalidPeriodError
from vulncore.domain.periods import Window, format_month, parse_month
from vulncore.domain.vocabulary import find_measure
from vulncore.findings.shared.contents import (
    DatasetContents,
    as_at_or_latest,
    dataset_contents,
    force_or_first,
)
from vulncore.findings.shared.which_records import YEAR, period_window
from vulncore.metrics.week.counted import RecordFilter
from vulncore.metrics.week.night_time import Night
from vulncore.store import Snapshot


def record_filter(
    snapshot: Snapshot,
    force: str | None,
    measures: list[str] | None,
    months: tuple[str | None, str | None],
    where: tuple[tuple[str, str], ...],
    usable_measures: Callable[[Snapshot, str], tuple[str, ...]],
) -> RecordFilter:
    """Return the records that options choose.

    Args:
        snapshot: A published version.
        force: The force's name; the first, where none is given.
        measures: Names of measures; where none is given, those that the command can use.
        months: The first month and the last, as `YYYY-MM`.
        where: Columns of the incidents and the value that each has to have.
        usable_measures: Returns the keys of a force's measures that the command can use: those with a time, or with
            a place.
    """
    choice = dataset_contents(snapshot)
    name = force_or_first(choice, force)
    if measures:
        keys = tuple(dict.fromkeys(find_measure(choice.measures, label).key for label in measures))
    else:
        keys = usable_measures(snapshot, name) or tuple(measure.key for measure in choice.measures)
    return RecordFilter(name, keys, _window(choice, name, *months), where)


def column_values(**values: str | None) -> tuple[tuple[str, str], ...]:
    """Return the columns by which options narrow records, each with the value that it has to have."""
    return tuple((column, value) for column, value in values.items() if value is not None)


def night_hours(text: str) -> Night:
    """Return a night from its first hour and its end, like 18-06."""
    first, _, end = text.partition("-")
    if not all(part.isascii() and part.isdigit() and len(part) <= 2 for part in (first, end)):
        raise InvalidPeriodError(
            f"'{text[:20]}' is not a night. Write the first hour and the end of the night, like 18-06."
        )
    return Night(int(first), int(end))


def _window(choice: DatasetContents, force: str, first: str | None, last: str | None) -> Window:
    as_at = as_at_or_latest(choice, force, parse_month(last) if last else None)
    return period_window(format_month(parse_month(first)) if first else YEAR, as_at, choice.months[force])
