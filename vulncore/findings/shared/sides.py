"""Two views beside each other: what tells them apart, and whether chance can be judged between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, product
from operator import attrgetter
from typing import Final

from vulncore.domain.periods import Window, month_name
from vulncore.findings.shared.by_version import MANY, once_a_version
from vulncore.findings.shared.words import capital_first, listed
from vulncore.store import Snapshot
from vulncore.store.manifest import Publish

Sharing = frozenset[frozenset[str]]
"""Pairs of measures under which the same record is counted."""

SAME_RECORDS: Final = "Both have some of the same records, so chance can't be judged."
BLURRED_HOURS: Final = "Hours are blurred, so smaller differences can't be told."
BLURRED_PLACES: Final = "Places are blurred, so smaller differences can't be told."


@dataclass(frozen=True)
class Side:
    """What one of two views shows: whose records, of which measures, of when, narrowed to which values of which columns.

    `about` is what they are called, `hours` the hours of the week chosen ("" for all). `broken` are months from which its measures
    can't be compared with what came before, `sharing` the measures that share records, as its version has both.
    """

    publish: Publish
    force: str
    measures: tuple[str, ...]
    about: str
    window: Window
    narrowed: tuple[tuple[str, str], ...] = ()
    hours: str = ""
    broken: tuple[date, ...] = ()
    sharing: Sharing = frozenset()

    @property
    def when(self) -> str:
        """The window, short.

        >>> Side(None, "", (), "", Window(date(2024, 1, 1), date(2024, 12, 31))).when
        'Jan 2024 to Dec 2024'
        """
        first, last = f"{self.window.start:%b %Y}", f"{self.window.end:%b %Y}"
        return first if first == last else f"{first} to {last}"

    def is_like(self, other: "Side") -> bool:
        """Return whether both are of the same kind of records, so that what tells them apart is when they are from."""
        kind = attrgetter("measures", "narrowed", "force", "hours")
        return bool(kind(self) == kind(other))


@once_a_version(MANY)
def measures_sharing(snapshot: Snapshot, force: str) -> Sharing:
    """Return which measures of a force share records."""
    incidents = snapshot.incidents.filter(snapshot.incidents.force == force)
    rows = incidents.select("record_id", "measure").distinct()
    by_record = rows.group_by("record_id").agg(measures=rows.measure.collect())
    several = by_record.filter(by_record.measures.length() > 1)
    together = several.select("measures").distinct().to_pandas()["measures"]
    return frozenset(frozenset(pair) for measures in together for pair in combinations(sorted(measures), 2))


def names_of(sides: Sequence[Side]) -> tuple[str, ...]:
    """Return what to call each side: by all that differs, or by what it is about where nothing does."""
    traits = [
        (side.about, side.when, side.force, side.publish.dataset, f"version {side.publish.number}")
        for side in sides
    ]
    differs = [len(set(trait)) > 1 for trait in zip(*traits, strict=True)]
    if not any(differs):
        return tuple(side.about for side in sides)
    return tuple(
        capital_first(", ".join(part for part, tells in zip(trait, differs, strict=True) if tells))
        for trait in traits
    )


def why_not_judged(pinned: Side, shown: Side) -> str:
    """Return why chance can't be judged between two sides; "" where it can.

    A test needs counts that don't depend on each other, and that were counted in the same way. Records of one force, of a month that
    both have, are the same records where both have their measure, or measures that share records, whatever dataset or version they
    come from; unless both are narrowed to different values of one column.
    """
    if pinned.publish.made != shown.publish.made:
        made = names_of((pinned, shown))[0 if pinned.publish.made else 1]
        return f"{made} is made data and the other is not, so they are not compared."
    first, last = min(pinned.window.start, shown.window.start), max(pinned.window.end, shown.window.end)
    across = sorted(month for month in (*pinned.broken, *shown.broken) if first < month <= last)
    if across:
        return f"Recording changed in {month_name(across[0])}, so chance isn't judged."
    return SAME_RECORDS if _share_records(pinned, shown) else ""


def _share_records(pinned: Side, shown: Side) -> bool:
    its_values, sharing = dict(shown.narrowed), pinned.sharing | shown.sharing
    apart = any(its_values.get(column, value) != value for column, value in pinned.narrowed)
    pairs = map(frozenset, product(pinned.measures, shown.measures))
    return (
        not apart
        and pinned.force == shown.force
        and pinned.window.start <= shown.window.end
        and shown.window.start <= pinned.window.end
        and any(len(pair) == 1 or pair in sharing for pair in pairs)
    )


def missing_beside(names: Sequence[str], lacks_months: Sequence[bool]) -> str:
    """Return which sides lack months, so that chance isn't judged; "" where none does."""
    short = [name for name, lacks in zip(names, lacks_months, strict=True) if lacks]
    return f"Months are missing ({listed(short)}), so chance isn't judged." if short else ""


def not_compared(names: Sequence[str], why: str) -> tuple[str, str]:
    """Return what is said of two views of which nothing is compared, and why."""
    return f"{names[1]} and {names[0]} side by side.", why
