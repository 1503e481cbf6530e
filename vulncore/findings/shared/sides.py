"""Two views beside each other: what tells them apart, and whether chance can be judged between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from vulncore.domain.periods import Window
from vulncore.findings.shared.words import capital_first, listed
from vulncore.store.manifest import Publish

SAME_RECORDS: Final = "Both have some of the same records, so chance can't be judged."
ONE_IS_MADE: Final = "One of the two is made data, so they are not compared."


@dataclass(frozen=True)
class Side:
    """What one of two views shows: whose records, of which measures, of when, narrowed to which values of which columns.

    `about` is what they are called.
    """

    publish: Publish
    force: str
    measures: tuple[str, ...]
    about: str
    window: Window
    narrowed: tuple[tuple[str, str], ...] = ()

    @property
    def when(self) -> str:
        """The window, short.

        >>> from datetime import date
        >>> Side(None, "", (), "", Window(date(2024, 1, 1), date(2024, 12, 31))).when
        'Jan 2024 to Dec 2024'
        """
        first, last = f"{self.window.start:%b %Y}", f"{self.window.end:%b %Y}"
        return first if first == last else f"{first} to {last}"

    def is_like(self, other: "Side") -> bool:
        """Return whether both are of the same kind of records, so that what tells them apart is when they are from."""
        return (self.measures, self.narrowed, self.force) == (other.measures, other.narrowed, other.force)


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

    A test needs counts that don't depend on each other. Records of one force, of a measure that both have, of a month that both have
    are the same records, whatever dataset or version they come from, unless both are narrowed to different values of one column.
    """
    if pinned.publish.made != shown.publish.made:
        return ONE_IS_MADE
    apart = any(
        column == other and value != its_value
        for column, value in pinned.narrowed
        for other, its_value in shown.narrowed
    )
    shared = (
        pinned.force == shown.force
        and set(pinned.measures) & set(shown.measures)
        and pinned.window.start <= shown.window.end
        and shown.window.start <= pinned.window.end
    )
    return SAME_RECORDS if shared and not apart else ""


def missing_beside(names: Sequence[str], lacks_months: Sequence[bool]) -> str:
    """Return which sides lack months, so that chance isn't judged; "" where none does."""
    short = [name for name, lacks in zip(names, lacks_months, strict=True) if lacks]
    return f"Months are missing ({listed(short)}), so chance isn't judged." if short else ""
