"""What a version of a dataset changed, figure by figure, of the one before."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from vulncore.domain.errors import InvalidPeriodError, first_five
from vulncore.domain.periods import Window
from vulncore.findings.shared.words import agree, number_of
from vulncore.metrics.records.changes import RecordChanges, figure_changes, figures, record_changes
from vulncore.store import Snapshot, open_version, versions
from vulncore.store.stubs import ERASED

COUNTED_FROM = {"incidents": "records", "counts": "totals"}


@dataclass(frozen=True)
class Changes:
    """What differs between two versions.

    `frame` has one row per figure that is new, withdrawn or changed, named for people: `Force`, `Measure`,
    `Period`, `Counted from` ("records" or "totals"), `Before` and `After` (missing where there was or is no
    figure), `Change`. `sentences` say it: a summary first, then the figures that changed most. `records` counts
    what became of records that have ids of their own.
    """

    frame: pd.DataFrame
    sentences: tuple[str, ...]
    records: RecordChanges


def changes(store: Path, dataset: str, number: int | None = None) -> Changes:
    """Return what a version changed of the one before it.

    Args:
        store: The folder of the store.
        dataset: The dataset's name.
        number: The version; the newest where none is given.

    Raises:
        UnknownNameError: There is no such dataset or version.
        DamagedStoreError: A file of either version is damaged or gone.
    """
    after = open_version(store, dataset, number)
    earlier = [line.number for line in versions(store, dataset) if line.number < after.publish.number]
    return changes_between(open_version(store, dataset, earlier[-1]) if earlier else None, after)


def changes_between(before: Snapshot | None, after: Snapshot) -> Changes:
    """Return what differs between two versions; without an earlier one, that this is the first.

    Misleads when:
        a month was delivered from another source, or counted by other rules, than before: its figures then
        differ without a record having changed.
    """
    known = figures(after.incidents, after.coverage, after.counts)
    forces = known["force"].nunique()
    earlier = figures(before.incidents, before.coverage, before.counts) if before else known.head(0)
    found = figure_changes(earlier, known)
    found = found.assign(
        period=[_period(*days) for days in zip(found["period_start"], found["period_end"], strict=True)]
    )
    found["name"] = found["measure"].map(_names(before, after))
    records = RecordChanges()
    if before and _other_incidents(before, after):
        records = record_changes(before.incidents, after.incidents)
    told = change_sentences(
        found,
        records,
        several_forces=forces > 1,
        first=before is None,
        besides=_besides(before, after) if before else (),
    )
    return Changes(_named_for_people(found), told, records)


def _named_for_people(found: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Force": found["force"],
            "Measure": found["name"],
            "Period": found["period"],
            "Counted from": found["table"].map(COUNTED_FROM),
            "Before": found["before"],
            "After": found["after"],
            "Change": found["change"],
        }
    )


def _period(start: date, end: date) -> str:
    try:
        return str(Window(start, end))
    except InvalidPeriodError:  # a total over parts of months
        return f"{start:%-d %B %Y} to {end:%-d %B %Y}"


def _names(*snapshots: Snapshot | None) -> dict[str, str]:
    return {
        row["key"]: row["name"]
        for snapshot in snapshots
        if snapshot
        for row in snapshot.measures.select("key", "name").to_pyarrow().to_pylist()
    }


def _other_incidents(before: Snapshot, after: Snapshot) -> bool:
    versions_named = [each.publish.table_versions.get("incidents") for each in (before, after)]
    return None in versions_named or versions_named[0] != versions_named[1]


def _besides(before: Snapshot, after: Snapshot) -> tuple[str, ...]:
    """Say what differs that is no figure."""
    said = []
    old, new = (Counter(_rows(each, "annotations")) for each in (before, after))
    for count, what in (((new - old).total(), "added"), ((old - new).total(), "taken away")):
        if count:
            said.append(f"{number_of(count, 'note')} on the data {agree(count, 'was', 'were')} {what}.")
    flags = [{row[:3]: row[5] for row in _rows(each, "coverage")} for each in (before, after)]
    for was, what in ((False, "marked as provisional"), (True, "no longer marked as provisional")):
        count = sum(flags[0].get(key) is was and flag is not was for key, flag in flags[1].items())
        if count:
            said.append(f"{number_of(count, 'monthly figure')} {agree(count, 'is', 'are')} {what}.")
    words = [{row[0]: row for row in _rows(each, "measures")} for each in (before, after)]
    changed = [row[2] for key, row in words[1].items() if words[0].get(key, row) != row]
    if changed:
        said.append(f"How {first_five(changed)} {agree(len(changed), 'is', 'are')} named or defined changed.")
    for reason, count in after.publish.rows.left_out.items():
        if reason.startswith(ERASED):
            said.append(f"{number_of(count, 'row')} of records {agree(count, 'was', 'were')} {reason}.")
    return tuple(said)


def _rows(snapshot: Snapshot, table: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in getattr(snapshot, table).to_pyarrow().to_pylist()]


NAMED = 4  # figures that have a sentence of their own; the table has them all

WHAT_BECAME = {
    "added": "added",
    "gone": "no longer there",
    "no_crimed": "no-crimed since",
    "counted_again": "counted again after being no-crimed",
    "reclassified": "counted towards another measure",
    "moved": "moved to another month",
}


def change_sentences(
    found: pd.DataFrame,
    records: RecordChanges,
    first: bool = False,
    several_forces: bool = False,
    besides: Sequence[str] = (),
) -> tuple[str, ...]:
    """Return what a version changed, in sentences: a summary, the figures that changed most, the records.

    Args:
        found: What `vulncore.metrics.records.changes.figure_changes` returns, with `name` (the measure's) and
            `period` (in words).
        records: What became of records.
        first: There is no earlier version.
        several_forces: The dataset has more than one, so that each figure names its force.
        besides: Sentences about what is no figure.

    >>> from datetime import date
    >>> found = pd.DataFrame({"force": "F", "name": ["Rape"], "period": ["September 2024"],
    ...     "period_start": [date(2024, 9, 1)], "before": [3], "after": [2], "change": ["changed"]})
    >>> change_sentences(found, RecordChanges(no_crimed=1))
    ('1 figure changed.', 'Rape, September 2024: 3 to 2.', 'Records: 1 no-crimed since.')
    """
    if first:
        held = f"{number_of(len(found), 'figure')}, {_span(found)}" if len(found) else "no figures"
        return (f"This is the first version: {held}.",)
    changed = found[found["change"] == "changed"]
    size = (changed["after"] - changed["before"]).abs()
    changed = changed.loc[size.sort_values(ascending=False, kind="stable").index]
    said = [_summary(found)]
    for row in changed.head(NAMED).to_dict("records"):
        whose = f"{row['force']}, " if several_forces else ""
        said.append(f"{whose}{row['name']}, {row['period']}: {row['before']:,} to {row['after']:,}.")
    if len(changed) > NAMED:
        said.append(f"{len(changed) - NAMED:,} more changed, each by as much or less.")
    became = [
        f"{getattr(records, key):,} {words}" for key, words in WHAT_BECAME.items() if getattr(records, key)
    ]
    if became:
        said.append(f"Records: {', '.join(became)}.")
    return (*said, *besides)


def _summary(found: pd.DataFrame) -> str:
    parts = []
    for kind, verb in (("changed", ""), ("new", "new"), ("withdrawn", "no longer there")):
        rows = found[found["change"] == kind]
        if kind == "changed" and len(rows):
            parts.append(f"{number_of(len(rows), 'figure')} changed")
        elif len(rows):
            be = agree(len(rows), "is", "are")
            whose = f"{first_five(rows['name'].unique())}: " if kind == "withdrawn" else ""
            parts.append(f"{number_of(len(rows), 'figure')} {be} {verb} ({whose}{_span(rows)})")
    return f"{', '.join(parts) or 'No figure changed'}."


def _span(rows: pd.DataFrame) -> str:
    """Return the periods of figures in words: from the first to the last, where they are more than one."""
    ordered = rows.sort_values(["period_start", "period_end"] if "period_end" in rows else ["period_start"])
    starts, ends = (str(ordered["period"].iloc[end]) for end in (0, -1))
    return starts if starts == ends else f"{starts.split(' to ')[0]} to {ends.split(' to ')[-1]}"
