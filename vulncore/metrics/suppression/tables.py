"""All tables as one: a row for each figure, a column for each group of atoms that always come together.

A figure is hidden, shown or published by a rule, and earlier tables say what they say. Nothing is decided here.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import csr_array

from vulncore.domain.arrays import Booleans, Floats, Integers
from vulncore.domain.disclosure import to_nearest
from vulncore.domain.errors import VulncoreError

Atom = Hashable
"""The name of an unknown count of which figures are sums, such as (band, month). Its `repr` is the same in every run."""
SHARED, NEW, GONE = "shared", "new", "gone"
"""By which months atoms are told apart: those of this document and of last month's, of this one alone, of last month's alone: the two are set against each other."""
TINY: Final = 1e-3
"""Of a record: a range that is narrower by less is not narrowed. Nobody can read as much off a table."""
DECIMALS: Final = 9
"""Figures are taken to so many: the rest of a fraction must not decide whether 5 is under 5."""
BUSY: Final = 2
"""Times `smallest`: a figure of so much is hidden after totals, and a smaller one before them."""
NAMED: Final = 5  # figures in a message


@dataclass(frozen=True)
class TableFigure:
    """A figure of a table: the sum of `parts`, 0 or more; it stays as it is where it is `published` exactly elsewhere."""

    parts: frozenset[Atom]
    value: float
    published: bool = False


@dataclass(frozen=True)
class Stated:
    """What a table says of a figure: the sum of `parts` lies between two limits, and whether its number is `hidden`.

    A figure that is hidden for itself lies between 0 and the smallest number that is shown; one that is hidden for others
    has no upper limit.
    """

    parts: frozenset[Atom]
    low: float
    high: float
    hidden: bool


@dataclass(frozen=True)
class HidingRule:
    """How figures are hidden and rounded, and whether everybody knows that they are `whole`."""

    smallest: int
    rounding: int
    whole: bool

    def shown(self, values: Floats) -> Floats:
        """Return figures to the nearest multiple of the rounding."""
        return to_nearest(values, self.rounding)

    def limits(self, values: Floats) -> Floats:
        """Return between which numbers each figure lies if it is shown: one row each."""
        down, up = self.rounding / 2, self.rounding / 2
        if self.whole:
            down, up = float(self.rounding // 2), float((self.rounding - 1) // 2)
        shown = self.shown(values)
        return np.column_stack([np.maximum(shown - down, self.smallest), shown + up])

    @property
    def small(self) -> tuple[float, float]:
        """Between which numbers a figure lies that is hidden for itself."""
        return 0.0, float(self.smallest - 1 if self.whole else self.smallest)


@dataclass(frozen=True)
class JoinedTables:
    """What all tables say: a row for each figure that came in, equal ones once, and for each statement of an earlier table.

    `matrix` has a column for each group of atoms that always come together. `values` are missing of earlier tables. `shown` and
    `hidden` are the limits of each row in either case, the same where there is no choice. `secret` is what is hidden from the
    start, `free` what may be hidden, `loss` what that loses.
    """

    matrix: csr_array
    values: Floats
    shown: Floats
    hidden: Floats
    secret: Booleans
    free: Booleans
    loss: Floats
    first_figure: Integers


def numbers_in_words(at: Iterable[int]) -> str:
    """Return which figures are meant, by their place in the order in which they came, the first few."""
    return ", ".join(f"number {place + 1:,}" for place in sorted(at)[:NAMED])


def joined_tables(
    figures: Sequence[TableFigure], values: Floats, rule: HidingRule, earlier: Sequence[Stated]
) -> tuple[JoinedTables, Integers]:
    """Return all tables, in an order that doesn't depend on that in which they came, and the row of each figure."""
    earlier = [one for one in earlier if one.parts]
    sums = [*(figure.parts for figure in figures), *(one.parts for one in earlier)]
    atoms = sorted({atom for parts in sums for atom in parts}, key=repr)
    place = {atom: at for at, atom in enumerate(atoms)}

    def places(parts: Iterable[Atom]) -> tuple[int, ...]:
        return tuple(sorted(place[atom] for atom in parts))

    equal: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for at, figure in enumerate(figures):
        equal[places(figure.parts)].append(at)
    contradicting = [at[0] for at in equal.values() if np.ptp(values[at]) > TINY]
    if contradicting:
        raise VulncoreError(
            f"{len(contradicting):,} of {len(figures):,} figures have the parts of another figure and not its number: "
            f"{numbers_in_words(contradicting)}. Give all tables the same number."
        )
    row_of = np.zeros(len(figures), dtype=np.int64)
    in_order = sorted(equal)
    for row, parts in enumerate(in_order):
        row_of[equal[parts]] = row
    value = np.array([values[equal[parts]].min() for parts in in_order], dtype=float)
    published = np.array(
        [any(figures[at].published for at in equal[parts]) for parts in in_order], dtype=bool
    )
    small = (value < rule.smallest) & ~published
    shown = np.where(published[:, None], value[:, None], rule.limits(value))
    shown[small] = rule.small
    hidden = np.where((published | small)[:, None], shown, [rule.smallest, np.inf])
    before = sorted((places(one.parts), one.low, one.high, one.hidden) for one in earlier)
    stated = np.array([limits for _, *limits, _ in before], dtype=float).reshape(-1, 2)
    matrix = _by_group([*in_order, *(parts for parts, *_ in before)], len(atoms))
    none = np.zeros(len(before))
    tables = JoinedTables(
        matrix=matrix,
        values=np.concatenate([value, none + np.nan]),
        shown=np.concatenate([shown, stated]),
        hidden=np.concatenate([hidden, stated]),
        secret=np.concatenate([small, np.array([is_hidden for *_, is_hidden in before], dtype=bool)]),
        free=np.concatenate([~published & ~small, none > 0]),
        loss=np.concatenate([_loss(value, matrix[: len(value)], rule.smallest), none + np.inf]),
        first_figure=np.array(
            [*(equal[parts][0] for parts in in_order), *(-1 for _ in before)], dtype=np.int64
        ),
    )
    return tables, row_of


def _by_group(rows: Sequence[tuple[int, ...]], atoms: int) -> csr_array:
    """Return which groups of atoms each row adds up: atoms that come in the same rows make one group."""
    rows_of: list[list[int]] = [[] for _ in range(atoms)]
    for row, parts in enumerate(rows):
        for atom in parts:
            rows_of[atom].append(row)
    groups = sorted({tuple(some) for some in rows_of})
    at = np.array([row for some in groups for row in some], dtype=np.int64)
    group = np.repeat(np.arange(len(groups)), [len(some) for some in groups])
    return csr_array((np.ones(len(at)), (at, group)), shape=(len(rows), len(groups)))


def _loss(values: Floats, matrix: csr_array, smallest: int) -> Floats:
    """Return what is lost with each figure: its value, or of a total that of its average part and at least `BUSY` times `smallest`."""
    sizes = matrix.sum(axis=1)
    shared = (matrix @ matrix.T).tocoo()
    part, whole = np.asarray(shared.row), np.asarray(shared.col)
    inside = (shared.data == sizes[part]) & (sizes[part] < sizes[whole])
    part, whole = part[inside], whole[inside]
    is_leaf = np.bincount(whole, minlength=len(values)) == 0
    leaves = np.bincount(whole, weights=is_leaf[part], minlength=len(values))
    of_totals = np.maximum(values / np.maximum(leaves, 1), BUSY * smallest)
    return np.maximum(np.where(is_leaf, values, of_totals), TINY)
