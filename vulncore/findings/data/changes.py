"""What a version of a dataset changed: every figure that differs from the version before, and the sentences."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pandas as pd

from vulncore.domain.engine import arrow_table, connect
from vulncore.domain.errors import InvalidPeriodError, first_five
from vulncore.domain.periods import Window, day_name
from vulncore.domain.strands.strand_list import entries, spelt_out
from vulncore.findings.shared.contents import listed_measures
from vulncore.findings.shared.words import agree, number_of
from vulncore.metrics.records.changes import RecordChanges, figure_changes, figures, record_changes
from vulncore.store import Snapshot, open_version, versions
from vulncore.store.snapshots import same_incidents
from vulncore.store.stubs import ERASED

COUNTED_FROM = {"incidents": "records", "counts": "totals"}
HEADINGS = {
    "force": "Force",
    "name": "Measure",
    "period": "Period",
    "table": "Counted from",
    "before": "Before",
    "after": "After",
    "change": "Change",
}
NAMED = 4  # figures that have a sentence of their own; the table has them all
WHAT_BECAME = {
    "added": "added",
    "gone": "no longer there",
    "no_crimed": "no-crimed since",
    "counted_again": "counted again after being no-crimed",
    "reclassified": "counted towards another measure",
    "moved": "moved to another month",
}


@dataclass(frozen=True)
class Changes:
    """The figures and records that differ between two versions.

    `frame` has one row per figure that is new, withdrawn or changed, named for people: `Force`, `Measure`,
    `Period`, `Counted from` ("records" or "totals"), `Before` and `After` (missing where there was or is no
    figure), `Change`. `sentences` say so: a summary first, then the figures that changed most. `records` counts
    what became of records that have ids of their own.
    """

    frame: pd.DataFrame
    sentences: tuple[str, ...]
    records: RecordChanges


def changes(store: Path, dataset: str, number: int | None = None) -> Changes:
    """Return what changed from the version before to a version, the newest where no number is given.

    Raises:
        UnknownNameError: There is no such dataset or version.
        DamagedStoreError: A file of either version is damaged or gone.
    """
    after = open_version(store, dataset, number, forces=()).publish.number
    earlier = [publish.number for publish in versions(store, dataset) if publish.number < after]
    if not earlier:
        return changes_between(None, open_version(store, dataset, after))
    return published_changes(store, dataset, earlier[-1], after)


def published_changes(store: Path, dataset: str, before: int, after: int) -> Changes:
    """Return what one version has otherwise than another; the incidents of forces that have the same in both are not read.

    Raises:
        UnknownNameError: There is no such dataset or version.
        DamagedStoreError: A file of either version is damaged or gone.
    """
    sides = [open_version(store, dataset, number, forces=()) for number in (before, after)]
    alike = _alike(*sides)
    return changes_between(
        *(open_version(store, dataset, number, without=alike) for number in (before, after))
    )


def changes_between(before: Snapshot | None, after: Snapshot) -> Changes:
    """Return what changed between two versions; without an earlier version, that this is the first.

    Misleads when:
        a month was delivered from another source, or counted by other rules, than before: its figures then
        differ without a record having changed.
    """
    several_forces = len(_forces(after)) > 1
    if before is None:
        later = _figures(after)
        earlier = later.head(0)
    else:
        alike = _alike(before, after)
        before, after = _without(alike, before), _without(alike, after)
        earlier, later = _figures(before), _figures(after)
    changed = figure_changes(earlier, later)
    periods = [_period(*days) for days in zip(changed["period_start"], changed["period_end"], strict=True)]
    changed = changed.assign(period=periods, name=changed["measure"].map(_names(before, after)))
    frame = changed.assign(table=changed["table"].map(COUNTED_FROM))[list(HEADINGS)].rename(columns=HEADINGS)
    if before is None:
        size = f"{number_of(len(changed), 'figure')}, {_span(changed)}" if len(changed) else "no figures"
        return Changes(frame, (f"This is the first version: {size}.",), RecordChanges())
    records = RecordChanges()
    if _other_incidents(before, after):
        records = record_changes(before.incidents, after.incidents)
    became = [
        f"{getattr(records, key):,} {words}" for key, words in WHAT_BECAME.items() if getattr(records, key)
    ]
    again, undone = after.publish.again, before.publish.number
    sentences = (
        *(
            [f"This is version {again} again: version {undone} was undone."]
            if again and undone < after.publish.number
            else []
        ),
        _summary(changed),
        *_most_changed(changed, several_forces),
        *([f"Records: {', '.join(became)}."] if became else []),
        *_besides(before, after),
    )
    return Changes(frame, sentences, records)


def _alike(before: Snapshot, after: Snapshot) -> frozenset[str]:
    """Return the forces of which two versions are known to say the same."""
    engine, differing = connect(), set()
    for name in ("coverage", "counts"):
        old, new = (arrow_table(engine, getattr(side, name).to_pyarrow()) for side in (before, after))
        apart = ibis.union(old.difference(new), new.difference(old)).select("force").distinct()
        differing |= set(apart.to_pandas()["force"])
    shared = (_forces(before) & _forces(after)) - differing
    return frozenset(force for force in shared if same_incidents(before.publish, after.publish, force))


def _forces(snapshot: Snapshot) -> set[str]:
    delivered = (snapshot.coverage.select("force"), snapshot.counts.select("force"))
    return set(ibis.union(*delivered, distinct=True).to_pandas()["force"])


def _without(forces: Collection[str], snapshot: Snapshot) -> Snapshot:
    """Return a version without what some forces recorded; what it notes and defines stays."""
    tables = {name: getattr(snapshot, name) for name in ("incidents", "counts", "coverage")}
    return replace(
        snapshot, **{name: table.filter(table.force.notin(sorted(forces))) for name, table in tables.items()}
    )


def _figures(snapshot: Snapshot) -> pd.DataFrame:
    return figures(snapshot.incidents, snapshot.coverage, snapshot.counts)


def _most_changed(figures_changed: pd.DataFrame, several_forces: bool) -> Iterator[str]:
    """Yield a sentence for each of the figures that changed most, and how many more there are; of several forces each says whose it is."""
    changed = figures_changed[figures_changed["change"] == "changed"]
    difference = (changed["after"] - changed["before"]).abs()
    changed = changed.loc[difference.sort_values(ascending=False, kind="stable").index]
    for row in changed.head(NAMED).to_dict("records"):
        whose = f"{row['force']}, " if several_forces else ""
        yield f"{whose}{row['name']}, {row['period']}: {row['before']:,} to {row['after']:,}."
    rest = len(changed) - NAMED
    if rest > 0:
        yield f"{rest:,} more {agree(rest, 'figure', 'figures')} changed, by as much or less."


def _period(start: date, end: date) -> str:
    try:
        return str(Window(start, end))
    except InvalidPeriodError:  # a total over parts of months
        return f"{day_name(start)} to {day_name(end)}"


def _names(*snapshots: Snapshot | None) -> dict[str, str]:
    measures = [row for snapshot in snapshots if snapshot for row in listed_measures(snapshot)]
    return {measure.key: measure.name for measure in measures}


def _strands_changed(before: Snapshot, after: Snapshot) -> str:
    """Return which strands and views the list of one version has otherwise than that of another, as a sentence; "" where none."""
    old, new = (
        {one.key: one for one in entries(spelt_out(side.publish.strand_list, listed_measures(side)))}
        for side in (before, after)
    )
    names = [{one.key: one.name for one in listed_measures(side)} for side in (before, after)]
    changed = [
        *(one.name for key, one in (old | new).items() if old.get(key) != new.get(key)),
        *(name for key, name in names[1].items() if names[0].get(key, name) != name),
    ]
    if changed:
        return f"The list of strands changed: {first_five(changed)}."
    return "" if list(old) == list(new) else "The order of the strands changed."


def _other_incidents(before: Snapshot, after: Snapshot) -> bool:
    versions_named = [snapshot.publish.table_versions.get("incidents") for snapshot in (before, after)]
    return None in versions_named or versions_named[0] != versions_named[1]


def _besides(before: Snapshot, after: Snapshot) -> tuple[str, ...]:
    """Return the sentences about what differs besides figures: notes, provisional months, definitions, erasure."""
    sentences = []
    old, new = (Counter(_rows(snapshot, "annotations")) for snapshot in (before, after))
    for count, verb in (((new - old).total(), "added"), ((old - new).total(), "removed")):
        if count:
            sentences.append(f"{number_of(count, 'note')} on the data {agree(count, 'was', 'were')} {verb}.")
    flags = [{row[:3]: row[5] for row in _rows(snapshot, "coverage")} for snapshot in (before, after)]
    for was, what in ((False, "marked as provisional"), (True, "no longer marked as provisional")):
        count = sum(flags[0].get(key) is was and flag is not was for key, flag in flags[1].items())
        if count:
            sentences.append(f"{number_of(count, 'monthly figure')} {agree(count, 'is', 'are')} {what}.")
    definitions = [{row[0]: row for row in _rows(snapshot, "measures")} for snapshot in (before, after)]
    redefined = [row[2] for key, row in definitions[1].items() if definitions[0].get(key, row) != row]
    if redefined:
        sentences.append(f"The name or definition of {first_five(redefined)} changed.")
    if before.publish.strands != after.publish.strands and (what := _strands_changed(before, after)):
        sentences.append(what)
    for reason, count in after.publish.rows.left_out.items():
        if reason.startswith(ERASED) and not after.publish.again:
            sentences.append(f"{number_of(count, 'row')} of records {agree(count, 'was', 'were')} {reason}.")
    return tuple(sentences)


def _rows(snapshot: Snapshot, table: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in getattr(snapshot, table).to_pyarrow().to_pylist()]


def _summary(figures_changed: pd.DataFrame) -> str:
    parts = []
    for kind, rows in figures_changed.groupby("change"):  # changed, new, withdrawn
        figures_of = number_of(len(rows), "figure")
        if kind == "changed":
            parts.append(f"{figures_of} changed")
            continue
        verb, whose = "new", ""
        if kind == "withdrawn":
            verb, whose = "no longer there", f"{first_five(rows['name'].unique())}: "
        parts.append(f"{figures_of} {agree(len(rows), 'is', 'are')} {verb} ({whose}{_span(rows)})")
    return f"{', '.join(parts) or 'No figure changed'}."


def _span(rows: pd.DataFrame) -> str:
    """Return the periods of figures in words: from the first to the last, where they are more than one."""
    periods = rows.sort_values(["period_start", "period_end"])["period"]
    starts, ends = (str(periods.iloc[end]) for end in (0, -1))
    return starts if starts == ends else f"{starts.split(' to ')[0]} to {ends.split(' to ')[-1]}"
