"""Months that no forecast learns from until somebody says that they are right: odd ones, and a last one that was delivered in part."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

import numpy as np
import pandas as pd

from vulncore.domain.periods import month_name
from vulncore.findings.shared.by_version import MANY, once_a_version
from vulncore.metrics.data_quality.month_gaps import empty_months, month_edges, short_months, without_empty
from vulncore.metrics.data_quality.month_rows import RESTRICTED_MONTHS, month_number, month_rows
from vulncore.metrics.data_quality.odd_months import nearly_empty_at_the_end, odd_months, standing_out
from vulncore.store import Snapshot

MONTHS_TO_ONE: Final = 24
"""Known months to each odd one. Where there are more of them, they are how the series goes."""


class HeldWhy(StrEnum):
    """Why a month is held back."""

    ODD = "holds far more than the months around"
    PART = "looks short or delivered in part"


@dataclass(frozen=True)
class HeldMonth:
    """A month that is counted and not learnt from, and why."""

    month: date
    why: HeldWhy

    @property
    def in_words(self) -> str:
        """What is odd about the month.

        >>> HeldMonth(date(2022, 8, 1), HeldWhy.ODD).in_words
        'August 2022 holds far more than the months around'
        """
        return f"{month_name(self.month)} {self.why.value}"

    @property
    def until(self) -> str:
        """What becomes of the month until somebody answers."""
        return "It counts, but nothing is learnt from it until somebody calls it right on the Data page."


def held_back(
    snapshot: Snapshot,
    force: str,
    months: pd.DataFrame,
    right: Mapping[str, Collection[date]],
) -> tuple[HeldMonth, ...]:
    """Return the months of a subject that are held back, in order.

    A month that the months around don't explain is; so is the last one if it is nearly empty, or if the data checks call it cut off, short or
    empty for a measure of the subject. Of older months that came in part nothing is held back: models bear them.

    Args:
        snapshot: The version.
        force: The force.
        months: One row per calendar month: `month`, `count`, `set_aside` (not learnt from anyway).
        right: The months that notes call right, for each of the measures that are counted together. Where checks doubt
            some of these in a month, it is right if all that they doubt are.
    """
    seen = months["count"].mask(months["set_aside"]).to_numpy(dtype=float)
    known = np.flatnonzero(~np.isnan(seen))
    if not len(known):
        return ()
    first, odd, part = month_number(months["month"].iloc[0].date()), *doubted_months(snapshot, force)
    spared = np.isin(np.arange(first, first + len(seen)), list(RESTRICTED_MONTHS))
    high, _ = standing_out(np.where(spared, np.nan, seen), first)
    held = dict.fromkeys(np.flatnonzero(high).tolist(), HeldWhy.ODD)
    if len(held) > max(len(known) // MONTHS_TO_ONE, 1):
        held = {}
    last = int(known[-1])
    if nearly_empty_at_the_end(seen, first) or any((key, first + last) in part for key in right):
        held.setdefault(last, HeldWhy.PART)
    days = months["month"].dt.date

    def is_right(place: int) -> bool:
        blamed = [key for key in right if (key, first + place) in odd | part]
        if not blamed:
            return any(days[place] in of_measure for of_measure in right.values())
        return all(days[place] in right[key] for key in blamed)

    return tuple(HeldMonth(days[place], held[place]) for place in sorted(held) if not is_right(place))


Doubted = frozenset[tuple[str, int]]


@once_a_version(MANY)
def doubted_months(snapshot: Snapshot, force: str) -> tuple[Doubted, Doubted]:
    """Return the measures and months of a force that the data checks call odd, and those that they call cut off, short or empty."""
    incidents, counts, coverage = (
        table.filter(table.force == force)
        for table in (snapshot.incidents, snapshot.counts, snapshot.coverage)
    )
    months = month_rows(incidents, counts, coverage)
    empty = empty_months(months)
    of_sources = (month_edges(incidents, coverage), short_months(without_empty(months, empty)))
    part = [months.merge(rows[["source", "month"]], on=["source", "month"]) for rows in of_sources]
    return _named(odd_months(months)), frozenset().union(*map(_named, [empty, *part]))


def _named(rows: pd.DataFrame) -> Doubted:
    return frozenset(zip(rows["measure"].astype(str), rows["month"].astype(int), strict=True))
