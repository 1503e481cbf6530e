"""The data checks of a version: every finding once, the gravest first."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Final

import pyarrow as pa

from vulncore.domain.disclosure import smallest_shown
from vulncore.domain.engine import arrow_table
from vulncore.findings.data.finding import DataFinding, Sureness, findings_frame, findings_sentence
from vulncore.findings.data.kept_mappings import mapping_read
from vulncore.findings.data.months import (
    gap_findings,
    gaps_left,
    is_noted,
    is_set_aside,
    month_findings,
    odd_findings,
    shift_findings,
)
from vulncore.findings.data.records import point_findings, record_findings
from vulncore.findings.data.times import time_findings
from vulncore.findings.shared.blurred import swapped_records
from vulncore.findings.shared.contents import listed_measures
from vulncore.metrics.data_quality.month_gaps import month_edges
from vulncore.metrics.data_quality.month_rows import month_rows
from vulncore.store import Snapshot
from vulncore.store.notes import NoteKind

__all__ = [
    "CHECKS",
    "DataFinding",
    "Sureness",
    "data_checks",
    "findings_frame",
    "findings_sentence",
    "gravest_first",
]

CHECKS: Final = (
    "codes-not-mapped",
    "month-empty",
    "declared-in-future",
    "recorded-in-future",
    "rows-not-declared",
    "half-delivered-month",
    "months-not-delivered",
    "month-short",
    "declared-without-figure",
    "measure-month-empty",
    "level-fall",
    "twelve-hour-clock",
    "record-in-two-months",
    "record-repeated",
    "rows-identical",
    "level-rise",
    "month-odd",
    "swapped-degrees",
    "misread-points",
    "zero-degrees",
    "default-time",
    "points-piled",
    "outside-area",
    "far-points",
    "happens-in-future",
    "happened-after-recording",
    "ended-before-beginning",
    "began-a-century-ago",
    "spans-over-a-year",
    "known-level-fall",
    "known-level-rise",
    "never-a-row",
    "date-only",
    "points-snapped",
)
"""Every check's key: what makes the figures of the whole force wrong, then those of a measure, then hours and places,
then what is known or no fault."""
NO_FAULT: Final = frozenset({"known-level-fall", "known-level-rise", "points-snapped"})

MOST_OF_A_CHECK: Final = 12  # findings; nobody reads on, and the CSV of one force seldom has more


def data_checks(
    snapshot: Snapshot,
    force: str | None = None,
    today: date | None = None,
    smallest: int | None = None,
    brought: pa.Table | None = None,
) -> tuple[DataFinding, ...]:
    """Return the findings of every check on a version's data, as `gravest_first` orders them.

    What is one fact is one finding: rows at 0, 0, swapped or piled on one point are not counted as far or outside again, a
    month that was delivered in part is not short as well, a month that a note sets aside and times that a note says are real are not
    found at all, and measures that fall or rise in the same month stand together.

    Args:
        snapshot: A published version, or the preview of one: only its tables are read.
        force: The force to look at; all of them, unless given.
        today: The last day that anything can be of; the day of the publish, unless given.
        smallest: Numbers by hour and by place are to the nearest of this, and of swapped records; up to 1 as they are.
            `smallest_shown`, unless given.
        brought: Of a preview the incidents that would come in: of these alone, as whoever brings them knows them, hours and
            places are checked.

    Returns:
        Findings; none where nothing is odd. Of a check with more than `MOST_OF_A_CHECK` findings the first are
        given, and the last says how many more there are.

    Misleads when:
        nothing odd is taken as proof that the data are sound: no check sees an error that every row shares.
    """
    smallest = smallest_shown() if smallest is None else smallest
    alone = (
        swapped_records(snapshot, smallest, force)
        if brought is None
        else arrow_table(snapshot.incidents.get_backend(), brought)
    )
    delivered = snapshot.delivered
    incidents, counts, coverage, by_place_or_hour = (
        table if force is None else table.filter(table.force == force)
        for table in (
            snapshot.incidents,
            delivered.get("counts", snapshot.counts),
            delivered.get("coverage", snapshot.coverage),
            alone,
        )
    )
    names = {measure.key: measure.name for measure in listed_measures(snapshot)}
    every = month_rows(incidents, counts, coverage)
    aside = is_set_aside(every, snapshot.annotations)
    right = is_noted(every, snapshot.annotations, NoteKind.MONTH_RIGHT)
    months = every[~aside]
    last_day = today or snapshot.publish.published_at.date()
    gaps, edges = gaps_left(every, snapshot.annotations), month_edges(incidents, coverage)
    notes = snapshot.annotations.filter(snapshot.annotations.kind == NoteKind.TIMES_REAL.value)
    real = [
        (row["force"], row["measure"]) for row in notes.select("force", "measure").to_pyarrow().to_pylist()
    ]
    findings = [
        *gap_findings(gaps, every, names),
        *month_findings(every, aside, right, gaps, edges, names, last_day),
        *odd_findings(months, snapshot.annotations, names),
        *shift_findings(months, snapshot.annotations, names),
        *time_findings(
            by_place_or_hour,
            months,
            names,
            last_day,
            smallest,
            is_swapped=brought is None,
            mapping=mapping_read(snapshot.publish.mapping),
            real=real,
        ),
        *record_findings(incidents, names),
        *point_findings(by_place_or_hour, smallest),
    ]
    return gravest_first(_bounded(findings))


def gravest_first(findings: Iterable[DataFinding]) -> tuple[DataFinding, ...]:
    """Return findings in the order in which they want looking at.

    What is certain comes before what is likely, and that before what is possible; among these what bears on most records;
    among these again the order of `CHECKS`. What is known already or no fault comes last.
    """
    sureness = list(Sureness)
    return tuple(
        sorted(
            findings,
            key=lambda finding: (
                finding.check in NO_FAULT,
                sureness.index(finding.sure),
                -finding.records,
                CHECKS.index(finding.check),
            ),
        )
    )


def _bounded(findings: Iterable[DataFinding]) -> Iterator[DataFinding]:
    """Yield the gravest findings of each check; the last of them counts those left out."""
    by_check = sorted(gravest_first(findings), key=lambda finding: CHECKS.index(finding.check))
    for _, alike in groupby(by_check, key=lambda finding: finding.check):
        shown = list(alike)
        more = len(shown) - MOST_OF_A_CHECK
        if more > 0:
            last = shown[MOST_OF_A_CHECK - 1]
            shown[MOST_OF_A_CHECK - 1 :] = [
                replace(last, what=f"{last.what} There are {more:,} more like this.")
            ]
        yield from shown
