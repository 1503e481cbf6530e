"""The records of a strand that may be counted by group: blurred, each once, with what is told of them."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from vulncore.domain.arrays import Floats
from vulncore.domain.blur import GROUP_KEPT, GROUPS, is_blurred
from vulncore.domain.periods import Window
from vulncore.findings.shared.blurred import made_from
from vulncore.findings.shared.by_version import MANY, once_a_version
from vulncore.findings.shared.counted import counted_of
from vulncore.metrics.records.groups import group_scores
from vulncore.metrics.week.counted import WORDS, Chosen, CountedRecords, RecordFilter
from vulncore.metrics.week.night_time import DEFAULT
from vulncore.store import Snapshot

NIGHT: Final = "night"


@dataclass(frozen=True, eq=False)
class StrandRecords:
    """A strand's records as they are blurred, each once; no row is to be shown.

    `frame` has one row per record: `month` (its first day), `measure`, the columns of words, and `night` (the share of its
    possible hours in the night-time economy, missing where it has no hour). `groups` has by column and measure the groups
    that blurred records are spread over; `kept` is the share of records that keep theirs, 1 where nothing is blurred.
    """

    frame: pd.DataFrame
    groups: Mapping[str, Mapping[str, tuple[str, ...]]]
    kept: float

    def within(self, window: Window) -> pd.DataFrame:
        """Return the rows that were recorded in a window."""
        first, last = pd.Timestamp(window.start), pd.Timestamp(window.end)
        return self.frame[self.frame["month"].between(first, last)]

    def scores(self, rows: pd.DataFrame, column: str) -> pd.DataFrame:
        """Return how much of each of some rows lies in each group of a column (`group_scores`)."""
        return group_scores(rows, column, self.groups[column], self.kept)


def strand_records(
    snapshot: Snapshot, force: str, measures: Sequence[str], window: Window, smallest: int
) -> StrandRecords:
    """Return the records of some measures in a window, each once, blurred unless nothing is hidden."""
    return _strand_records(
        snapshot, force, tuple(measures), window.start, window.end, smallest, made_from(snapshot, smallest)
    )


@once_a_version(MANY)
def _strand_records(
    snapshot: Snapshot,
    force: str,
    measures: tuple[str, ...],
    first: date,
    last: date,
    smallest: int,
    _made: Hashable,
) -> StrandRecords:
    counted = counted_of(snapshot, force, smallest)
    chosen = counted.chosen(RecordFilter(force, measures, Window(first, last)))
    columns = {name: _words(counted, chosen, name) for name in ("measure", *WORDS)}
    months = chosen.numbers("month").astype("datetime64[M]").astype("datetime64[ns]")
    frame = pd.DataFrame({"month": months, **columns, NIGHT: night_shares(chosen)})
    return StrandRecords(
        frame=frame,
        groups={name: _groups(counted, name, measures) for name in WORDS},
        kept=GROUP_KEPT if is_blurred(smallest) else 1.0,
    )


def night_shares(chosen: Chosen) -> Floats:
    """Return which share of each record's possible hours lies in the night-time economy; missing where it has none."""
    counts, cells, shares = chosen.hours()
    rows = np.repeat(np.arange(len(counts)), counts)
    at_night = np.bincount(rows, weights=shares * DEFAULT.mask[cells], minlength=len(counts))
    return np.where(chosen.timed, np.minimum(at_night, 1.0), np.nan)


def _words(counted: CountedRecords, chosen: Chosen, name: str) -> pd.Categorical:
    return pd.Categorical.from_codes(
        chosen.numbers(name).tolist(), pd.Index(counted.words(name), dtype=object)
    )


def _groups(counted: CountedRecords, name: str, measures: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return by measure the words over which its blurred records are spread: those of the force, or of the measure alone."""
    words, of_row = counted.words(name), counted.numbers("measure")
    if name in GROUPS:
        return dict.fromkeys(measures, words)
    codes = counted.numbers(name)
    return {
        measure: tuple(words[code] for code in np.unique(codes[of_row == at]) if code >= 0)
        for at, measure in enumerate(counted.words("measure"))
        if measure in measures
    }
