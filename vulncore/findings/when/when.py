"""When do these things happen? The week of a period, the one that it is set against, and what they say."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from vulncore.domain.disclosure import SMALLEST_SHOWN
from vulncore.domain.periods import format_month
from vulncore.domain.vocabulary import Measure
from vulncore.findings.shared.compared import missing_in_words, why_not_compared
from vulncore.findings.shared.headline import Headline
from vulncore.findings.shared.which_records import COLUMNS, unit_of, week_reads, window_before
from vulncore.findings.shared.words import listed, made_note
from vulncore.findings.when.map import Layout, map_export
from vulncore.findings.when.sentences import week_headline
from vulncore.findings.when.week import Week, week
from vulncore.metrics.week.day_hour import RecordFilter
from vulncore.metrics.week.night_time import DEFAULT, Night
from vulncore.store import Snapshot
from vulncore.store.manifest import Publish

MOST_NAMED = 4


@dataclass(frozen=True)
class When:
    """The week of a period, and the week that it is set against: None where `not_compared` says why.

    `about` says which records, `question` also whose and from when, `unit` what they are, in the plural.
    """

    question: str
    about: str
    unit: str
    now: Week
    before: Week | None
    not_compared: str
    headline: tuple[Headline, ...]
    notes: tuple[str, ...]


def when(
    snapshot: Snapshot,
    asked: RecordFilter,
    measures: Sequence[Measure],
    night: Night = DEFAULT,
    smallest: int = SMALLEST_SHOWN,
) -> When:
    """Return when in the week the records asked for happened.

    Args:
        snapshot: A published version.
        asked: Which records.
        measures: The measures of the version, for their names.
        night: The hours of the night-time economy.
        smallest: The smallest number by hour that is shown.

    Raises:
        NoTimesError: No record of these measures has a time of day.
        UnknownNameError: No measure is named, or records can't be narrowed to what is asked.
    """
    read, earlier = week_reads(snapshot, asked, (asked.window, window_before(asked.window)))
    now = week(read, night, smallest)
    why = why_not_compared(snapshot, asked, earlier.asked.window, measures)
    before = None if why else week(earlier, night, smallest)
    by_key = {measure.key: measure for measure in measures}
    unit = unit_of(by_key, asked.measures)
    about = _about(asked, measures)
    return When(
        question=f"{asked.force}: {about}, {asked.window}",
        about=about,
        unit=unit,
        now=now,
        before=before,
        not_compared=why,
        headline=week_headline(now, before, unit),
        notes=missing_in_words(read.asked.window, read.missing),
    )


def week_export(found: When, layout: Layout, publish: Publish) -> pd.DataFrame:
    """Return the map as a file: its cells, how many hours each has, and in every row what they are of and from."""
    asked = found.now.read.asked
    cells = map_export(found.now, layout)
    cells.insert(2, "hours", layout.step)
    return cells.assign(
        force=asked.force,
        records=found.about,
        first_month=format_month(asked.window.start),
        last_month=format_month(asked.window.end),
        dataset=publish.dataset,
        version=publish.number,
        note=made_note(publish),
    )


def _about(asked: RecordFilter, measures: Sequence[Measure]) -> str:
    names = [measure.name for measure in measures if measure.key in asked.measures]
    said = listed(names) if len(names) <= MOST_NAMED else f"{len(names)} measures"
    return said + "".join(f", {COLUMNS[column]} {value}" for column, value in asked.where)
