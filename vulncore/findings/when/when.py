"""When do these things happen, and which shifts meet most of them? What pages and commands ask of a version.

Each answer goes one way: `counts` counts blurred records, `protection` sharpens and hides what is small, and a view comes
out.
"""

from collections.abc import Sequence
from typing import Final

import pandas as pd

from vulncore.domain.disclosure import SMALLEST_SHOWN
from vulncore.domain.errors import VulncoreError
from vulncore.domain.vocabulary import Measure
from vulncore.findings.shared.compared import breaks_by_name, missing_in_words
from vulncore.findings.shared.sides import Side, measures_sharing
from vulncore.findings.shared.which_records import COLUMNS, measures_with_times, records_named, unit_of
from vulncore.findings.when.beside import weeks_compared
from vulncore.findings.when.counts import read_counts, read_week
from vulncore.findings.when.protection import (
    protected_change,
    protected_difference,
    protected_patrols,
    protected_week,
)
from vulncore.findings.when.sentences import not_taken_in_words, week_headline, when_briefing
from vulncore.findings.when.view import Patrols, WeeksBeside, When
from vulncore.metrics.week.counted import RecordFilter
from vulncore.metrics.week.night_time import DEFAULT, Night
from vulncore.store import Snapshot

HIDE_NOTHING: Final = 0


def when(
    snapshot: Snapshot,
    record_filter: RecordFilter,
    measures: Sequence[Measure],
    night: Night = DEFAULT,
    smallest: int = SMALLEST_SHOWN,
) -> When:
    """Return when in the week the records happened; numbers by hour under `smallest`, which is 1 or more, are hidden.

    `measures` are all of the version's, for their names.

    Raises:
        NoTimesError: No record of these measures has a time of day.
        UnknownNameError: No measure is named, or records can't be narrowed in this way.
        VulncoreError: `smallest` would hide nothing.
    """
    return _when(snapshot, record_filter, measures, night, _hiding(smallest))


def patrol_hours(
    snapshot: Snapshot,
    record_filter: RecordFilter,
    measures: Sequence[Measure],
    shifts: int,
    hours: int,
    night: Night = DEFAULT,
    smallest: int = SMALLEST_SHOWN,
) -> Patrols:
    """Return so many `shifts` a week of so many `hours` that meet most of what happens, small numbers hidden.

    The filter says what a record of each measure weighs, too; all else is as `when` takes it.

    Raises:
        InvalidPeriodError: The week has no room for them.
        VulncoreError: There are too few times to choose by, or too few that weigh anything.
    """
    counts = read_counts(snapshot, record_filter, measures, _hiding(smallest))
    return protected_patrols(counts, shifts, hours, night, _unit(record_filter, measures), smallest)


def weeks_beside(
    pinned: tuple[Snapshot, When], shown: tuple[Snapshot, When], measures: Sequence[Measure]
) -> WeeksBeside:
    """Return what tells one week from another, small numbers hidden: each a version and its week, `measures` those of both."""

    def compare(alike: bool) -> pd.DataFrame:
        before, now = (
            read_week(snapshot, week.now.record_filter, week.now.smallest)
            for snapshot, week in (pinned, shown)
        )
        return protected_difference(before, now, (pinned[1].now, shown[1].now), alike=alike)

    sides = _side(*pinned, measures), _side(*shown, measures)
    return weeks_compared(sides, (pinned[1], shown[1]), compare)


def _side(snapshot: Snapshot, week: When, measures: Sequence[Measure]) -> Side:
    records = week.now.record_filter
    broken = breaks_by_name(snapshot, records, measures).values()
    return Side(
        snapshot.publish,
        records.force,
        records.measures,
        week.about,
        records.window,
        records.where,
        broken=tuple(month for months in broken for month in months),
        sharing=measures_sharing(snapshot, records.force),
    )


def unprotected_when(
    snapshot: Snapshot, record_filter: RecordFilter, measures: Sequence[Measure], night: Night = DEFAULT
) -> When:
    """Return the same as `when` with nothing hidden: for who may read the records and gives `--unprotected` alone."""
    return _when(snapshot, record_filter, measures, night, HIDE_NOTHING)


def unprotected_patrol_hours(
    snapshot: Snapshot,
    record_filter: RecordFilter,
    measures: Sequence[Measure],
    shifts: int,
    hours: int,
    night: Night = DEFAULT,
) -> Patrols:
    """Return the same as `patrol_hours` with nothing hidden: for `--unprotected` alone."""
    counts = read_counts(snapshot, record_filter, measures, HIDE_NOTHING)
    return protected_patrols(counts, shifts, hours, night, _unit(record_filter, measures), HIDE_NOTHING)


def _hiding(smallest: int) -> int:
    if smallest < 1:
        raise VulncoreError(f"A smallest number of {smallest} would hide nothing. It has to be 1 or more.")
    return smallest


def _when(
    snapshot: Snapshot, record_filter: RecordFilter, measures: Sequence[Measure], night: Night, smallest: int
) -> When:
    counts = read_counts(snapshot, record_filter, measures, smallest)
    now = protected_week(counts.now, night, smallest)
    before = protected_week(counts.before, night, smallest, stretches_wanted=False) if counts.before else None
    timed = measures_with_times(snapshot, record_filter.force)
    about = records_named(record_filter, measures, timed, snapshot.publish.strand_list)
    about += "".join(f", {COLUMNS[column]} {value}" for column, value in record_filter.where)
    unit = _unit(record_filter, measures)
    return When(
        question=f"{record_filter.force}: {about}, {record_filter.window}",
        about=about,
        unit=unit,
        now=now,
        before=before,
        change=protected_change(counts, now, before) if before else None,
        not_compared=counts.not_compared,
        briefing=when_briefing(now, unit),
        headline=week_headline(now, before, unit),
        notes=(*missing_in_words(record_filter.window, now.missing_months), *not_taken_in_words(now, unit)),
    )


def _unit(record_filter: RecordFilter, measures: Sequence[Measure]) -> str:
    return unit_of(measure for measure in measures if measure.key in record_filter.measures)
