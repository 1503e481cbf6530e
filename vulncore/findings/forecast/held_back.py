"""Months that no forecast learns from until somebody says that they are right: odd ones, and a last one that was delivered in part."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

import numpy as np
import pandas as pd

from vulncore.domain.periods import month_name
from vulncore.findings.shared.by_version import MANY, once_a_version
from vulncore.metrics.data_quality.month_gaps import empty_months, month_edges, short_months
from vulncore.metrics.data_quality.month_rows import month_number, month_rows
from vulncore.metrics.data_quality.odd_months import nearly_empty_at_the_end, standing_out
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


def held_back(
    snapshot: Snapshot, force: str, keys: Collection[str], months: pd.DataFrame, right: Collection[date]
) -> tuple[HeldMonth, ...]:
    """Return the months of a subject that are held back, in order.

    A month that the months around don't explain is; so is the last one if it is nearly empty, or if the data checks call it cut off, short or
    empty for a measure of the subject. Of older months that came in part nothing is held back: models bear them.

    Args:
        snapshot: The version.
        force: The force.
        keys: The measures that are counted together.
        months: One row per calendar month: `month`, `count`, `set_aside` (not learnt from anyway).
        right: Months that a note calls right.
    """
    seen = months["count"].mask(months["set_aside"]).to_numpy(dtype=float)
    known = np.flatnonzero(~np.isnan(seen))
    if not len(known):
        return ()
    first = month_number(months["month"].iloc[0].date())
    high, _ = standing_out(seen, first)
    held = dict.fromkeys(np.flatnonzero(high).tolist(), HeldWhy.ODD)
    if len(held) > max(len(known) // MONTHS_TO_ONE, 1):
        held = {}
    last = int(known[-1])
    doubted = doubted_months(snapshot, force)
    if nearly_empty_at_the_end(seen, first) or any((key, first + last) in doubted for key in keys):
        held[last] = HeldWhy.PART
    days = months["month"].dt.date
    return tuple(HeldMonth(days[place], held[place]) for place in sorted(held) if days[place] not in right)


@once_a_version(MANY)
def doubted_months(snapshot: Snapshot, force: str) -> frozenset[tuple[str, int]]:
    """Return the measures and months of a force of which the data checks say that they are cut off, short or empty."""
    incidents, counts, coverage = (
        table.filter(table.force == force)
        for table in (snapshot.incidents, snapshot.counts, snapshot.coverage)
    )
    months = month_rows(incidents, counts, coverage)
    empty = empty_months(months)
    of_sources = [month_edges(incidents, coverage), short_months(months)]
    doubted = set(empty[["measure", "month"]].itertuples(index=False, name=None))
    for rows in of_sources:
        of_measures = months.merge(rows[["source", "month"]], on=["source", "month"])
        doubted |= set(of_measures[["measure", "month"]].itertuples(index=False, name=None))
    return frozenset((str(measure), int(month)) for measure, month in doubted)
