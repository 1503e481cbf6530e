"""What a version of a dataset changed, figure by figure, of the one before."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from vulncore.domain.errors import InvalidPeriodError, first_five
from vulncore.domain.periods import Window
from vulncore.findings.data.change_sentences import change_sentences, many
from vulncore.metrics.records.changes import RecordChanges, record_changes
from vulncore.metrics.records.figure_changes import figure_changes, figures
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
            said.append(f"{many(count, 'note')} on the data {'was' if count == 1 else 'were'} {what}.")
    flags = [{row[:3]: row[5] for row in _rows(each, "coverage")} for each in (before, after)]
    for was, what in ((False, "marked as provisional"), (True, "no longer marked as provisional")):
        count = sum(flags[0].get(key) is was and flag is not was for key, flag in flags[1].items())
        if count:
            said.append(f"{many(count, 'monthly figure')} {'is' if count == 1 else 'are'} {what}.")
    words = [{row[0]: row for row in _rows(each, "measures")} for each in (before, after)]
    changed = [row[2] for key, row in words[1].items() if words[0].get(key, row) != row]
    if changed:
        said.append(
            f"How {first_five(changed)} {'is' if len(changed) == 1 else 'are'} named or defined changed."
        )
    for reason, count in after.publish.rows.left_out.items():
        if reason.startswith(ERASED):
            said.append(f"{many(count, 'row')} of records {'was' if count == 1 else 'were'} {reason}.")
    return tuple(said)


def _rows(snapshot: Snapshot, table: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in getattr(snapshot, table).to_pyarrow().to_pylist()]
