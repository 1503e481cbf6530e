"""The sentences that say what a version changed."""

from collections.abc import Sequence

import pandas as pd

from vulncore.domain.errors import first_five
from vulncore.metrics.records.changes import RecordChanges

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
        found: What `vulncore.metrics.records.figure_changes.figure_changes` returns, with `name` (the measure's) and
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
        held = f"{many(len(found), 'figure')}, {_span(found)}" if len(found) else "no figures"
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


def many(count: int, what: str) -> str:
    """Return a number with its noun.

    >>> many(1, "note"), many(1_200, "note")
    ('1 note', '1,200 notes')
    """
    return f"{count:,} {what}" + ("" if count == 1 else "s")


def _summary(found: pd.DataFrame) -> str:
    parts = []
    for kind, verb in (("changed", ""), ("new", "new"), ("withdrawn", "no longer there")):
        rows = found[found["change"] == kind]
        if kind == "changed" and len(rows):
            parts.append(f"{many(len(rows), 'figure')} changed")
        elif len(rows):
            be = "is" if len(rows) == 1 else "are"
            whose = f"{first_five(rows['name'].unique())}: " if kind == "withdrawn" else ""
            parts.append(f"{many(len(rows), 'figure')} {be} {verb} ({whose}{_span(rows)})")
    return f"{', '.join(parts) or 'No figure changed'}."


def _span(rows: pd.DataFrame) -> str:
    """Return the periods of figures in words: from the first to the last, where they are more than one."""
    ordered = rows.sort_values(["period_start", "period_end"] if "period_end" in rows else ["period_start"])
    starts, ends = (str(ordered["period"].iloc[end]) for end in (0, -1))
    return starts if starts == ends else f"{starts.split(' to ')[0]} to {ends.split(' to ')[-1]}"
