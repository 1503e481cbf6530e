"""Tables to protect, and the attack on what leaves of them, which knows `vulncore.metrics.suppression.leaving` by its promise alone."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from tests.attack.solving import Range, Statement, ranges, sum_of
from vulncore.domain.arrays import Booleans, Floats
from vulncore.metrics.suppression.leaving import Leaving, leaving
from vulncore.metrics.suppression.tables import TableFigure

NEAR = 0.002
"""Of a record: what the promise (a thousandth) and the solver leave, added up."""
RECORDS = st.one_of(st.just(0.0), st.floats(0, 5), st.floats(4, 7), st.floats(5, 60)).map(
    lambda records: round(records, 2)
)
"""Sharpened numbers: none, small ones, those about the smallest that is shown, and busy ones."""


@dataclass(frozen=True)
class Pack:
    """Figures that left together, and how."""

    figures: Sequence[TableFigure]
    outcome: Leaving
    smallest: int
    rounding: int
    whole: bool = False

    def says(self, hidden: Booleans | None = None) -> list[Statement]:
        """Return what a reader knows who is told which hidden figures are small; of other `hidden` ones than are, if given."""
        hidden = self.outcome.hidden if hidden is None else hidden
        down, up = self.rounding / 2, self.rounding / 2
        if self.whole:
            down, up = self.rounding // 2, (self.rounding - 1) // 2
        statements = []
        for at, figure in enumerate(self.figures):
            shown = self.rounding * np.floor(figure.value / self.rounding + 0.5)
            low, high = max(shown - down, self.smallest), shown + up
            if figure.published:
                low = high = figure.value
            elif self.outcome.small[at]:
                low, high = 0.0, self.smallest - (1 if self.whole else 0)
            elif hidden[at]:
                low, high = self.smallest, np.inf
            statements.append(Statement(sum_of(figure.parts), low, high))
        return statements

    @property
    def may_hide(self) -> Booleans:
        """Which figures are published nowhere else."""
        return np.array([not figure.published for figure in self.figures])

    def keeps(self, figure: int, known: Range) -> bool:
        """Return whether no more is known of a hidden figure than is promised."""
        width = self.smallest - (1 if self.whole else 0) - NEAR
        if self.outcome.small[figure]:
            return known.low <= NEAR and known.high >= width
        return known.high - known.low >= width


def packed(
    figures: Sequence[TableFigure], smallest: int = 5, rounding: int = 1, before: Pack | None = None
) -> Pack:
    """Return what leaves of figures."""
    outcome = leaving(figures, smallest, rounding, earlier=() if before is None else before.outcome.stated)
    whole = all(float(figure.value).is_integer() for figure in figures)
    return Pack(figures, outcome, smallest, rounding, whole)


def too_much_known(
    packs: Sequence[Pack], hidden: Booleans | None = None, whole: bool = False
) -> dict[tuple[int, int], Range]:
    """Return by pack and figure the hidden ones of which the attack learns more than is promised, and what it learns.

    Args:
        packs: All that left, the newest last.
        hidden: What is hidden of the newest, if it is not what its outcome says.
        whole: Whether the attack looks for whole counts.
    """
    *before, newest = packs
    statements = [one for pack in before for one in pack.says()] + newest.says(hidden)
    hidden_of = [
        *(pack.outcome.hidden for pack in before),
        newest.outcome.hidden if hidden is None else hidden,
    ]
    targets = [(at, figure) for at, of in enumerate(hidden_of) for figure in np.flatnonzero(of).tolist()]
    learnt = ranges(statements, [sum_of(packs[at].figures[figure].parts) for at, figure in targets], whole)
    return {
        (at, figure): known
        for (at, figure), known in zip(targets, learnt, strict=True)
        if not packs[at].keeps(figure, known)
    }


def kept(packs: Sequence[Pack], whole: bool = False) -> bool:
    """Return whether the newest pack keeps what is promised of it and of those before.

    Where a hidden figure is narrower than promised, it has to be as narrow with everything hidden, and the outcome to say so.
    """
    newest = packs[-1]
    learnt = too_much_known(packs, whole=whole)
    anyway = too_much_known(packs, newest.may_hide, whole) if learnt else {}
    said_so = {(len(packs) - 1, at) for at in np.flatnonzero(newest.outcome.unprotectable).tolist()}
    return said_so == {target for target in learnt if target[0] == len(packs) - 1} and all(
        target in anyway
        and known.low <= anyway[target].low + NEAR
        and known.high >= anyway[target].high - NEAR
        for target, known in learnt.items()
    )


def tables_of(
    values: Floats, names: Sequence[Hashable], months: Sequence[str] = ("now",), published: bool = False
) -> list[TableFigure]:
    """Return a table's cells, its totals by row and by column if it has several, and that of all, which may be `published`.

    `values` are rows x columns, `names` what its rows are called; each figure is a sum of `months`.
    """
    rows, columns = (list(range(length)) for length in values.shape)

    def figure(some: Sequence[int], others: Sequence[int], published: bool = False) -> TableFigure:
        parts = frozenset(
            (names[row], column, month) for row in some for column in others for month in months
        )
        return TableFigure(parts, float(values[np.ix_(some, others)].sum()), published)

    cells = [figure([row], [column]) for row in rows for column in columns]
    totals = [figure([row], columns) for row in rows] + [figure(rows, [column]) for column in columns]
    return [*cells, *(totals if len(rows) > 1 else []), figure(rows, columns, published)]


def random_tables(
    rows: int, columns: int, records: st.SearchStrategy[float] = RECORDS
) -> st.SearchStrategy[Floats]:
    """Return tables of so many rows and columns."""
    return st.lists(records, min_size=rows * columns, max_size=rows * columns).map(
        lambda numbers: np.array(numbers, dtype=float).reshape(rows, columns)
    )
