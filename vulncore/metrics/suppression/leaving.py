"""Tables that leave the dashboard: which figures are hidden so that no hidden number can be worked out of the others.

A figure is a sum over atoms: counts that are published nowhere by themselves, such as what a three-hour band holds of a month.
Tables hang together by atoms that they share: a row and its total, two tables with the same row totals, this month's twelve
months and last month's. `leaving` hides small figures, and with them as few others as it takes until of a small figure nothing
is known but that it is small: not even by a reader who has all tables, and knows the rule and which figures are small.

Source:
    Cox (1980), Suppression methodology and statistical disclosure control, Journal of the American Statistical Association
    75(370): small figures need others hidden beside them. Fischetti and Salazar (2001), Solving the cell suppression problem on
    tabular data with linear constraints, Management Science 47(7): what a reader can work out is a linear program; its dual says
    which figures prove it, so one of them has to go, and an integer program says which. Moreno-Centeno and Karp (2013), The
    implicit hitting set approach, Operations Research 61(2): why it can go on in turns. Hundepool and others (2012), Statistical
    Disclosure Control, chapter 4: an overview.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vulncore.domain.arrays import Booleans, Floats
from vulncore.domain.errors import VulncoreError
from vulncore.metrics.suppression.program import figures_program, rows_hanging_together
from vulncore.metrics.suppression.proofs import hidden_and_unprotectable
from vulncore.metrics.suppression.tables import (
    DECIMALS,
    HidingRule,
    Stated,
    TableFigure,
    joined_tables,
    numbers_in_words,
)


@dataclass(frozen=True)
class Leaving:
    """What leaves: one place for each figure that came in, in the same order.

    `shown` are the numbers, missing where hidden; `small` are hidden because they are small, `hidden` for that or for others.
    Of an `unprotectable` one exact totals, or earlier tables, already tell more than is promised: no table could take that
    back, and this one adds nothing to it. `stated` is what a later table has to reckon with. `earlier_off` is by how many records
    what earlier tables say can't be true of these figures, as after a correction: it was taken to be off by as much.
    """

    shown: Floats
    hidden: Booleans
    small: Booleans
    unprotectable: Booleans
    stated: tuple[Stated, ...]
    earlier_off: float = 0.0

    @property
    def for_others(self) -> Booleans:
        """Which are hidden for the sake of others."""
        return self.hidden & ~self.small


def leaving(
    figures: Sequence[TableFigure], smallest: int, rounding: int = 1, earlier: Sequence[Stated] = ()
) -> Leaving:
    """Return what can be shown of figures so that no hidden one can be worked out.

    A figure under `smallest` is hidden, 0 as well. Others are shown to the nearest multiple of `rounding` (halves go up), and
    published ones as they are. Then others are hidden until what is shown, here and in `earlier` tables, leaves

    - a small figure everything from 0 to `smallest`: nothing is known of it but that it is small;
    - a figure that is hidden for others, here or earlier, a range that is as wide.

    The reader is taken to know that no count is below 0, which figures are small, that all others are not, and where all figures
    are whole numbers that they are. A width alone would not do for small figures: who learns that a figure is 2 to 5 knows that
    something happened. For others it would: that they are not small is no secret.

    Of all sets of others that would do, the one with the least loss is hidden. A figure loses its value, a total the value of its
    average part, but at least twice `smallest`: so cells of hardly more than `smallest` go first, then totals, then busy cells.
    Published figures are never hidden. If nothing less helps, everything else is.

    Args:
        figures: Those of all tables that leave together, totals among them, and numbers that are published exactly elsewhere.
        smallest: Records: smaller figures are hidden; 0 hides nothing.
        rounding: Records: 1 for whole numbers.
        earlier: What tables that left before say of figures that share atoms with these.

    Raises:
        VulncoreError: A figure is no number of at least 0 or has no parts, figures are not the sums of their parts, or
            `rounding` could show a figure as 0.

    Misleads when:
        the reader knows some of the counts, or which figures this very rule would have hidden had others been small.

    >>> cells = {"early": 2.0, "late": 14.0, "night": 40.0}
    >>> table = [TableFigure(frozenset([band]), records) for band, records in cells.items()]
    >>> week = leaving([*table, TableFigure(frozenset(cells), 56.0, published=True)], smallest=5)
    >>> week.shown.tolist(), week.for_others.tolist()
    ([nan, nan, 40.0, 56.0], [False, True, False, False])
    """
    _refuse(figures, smallest, rounding)
    values = np.array([figure.value for figure in figures], dtype=float).round(DECIMALS) + 0.0
    rule = HidingRule(smallest, rounding, whole=bool((values == np.rint(values)).all()))
    tables, row_of = joined_tables(figures, values, rule, earlier)
    hidden, unprotectable, off = tables.secret.copy(), np.zeros(len(tables.secret), dtype=bool), 0.0
    for rows in rows_hanging_together(tables.matrix):
        if not (tables.first_figure[rows] >= 0).any():
            continue  # earlier tables that share nothing with these
        program = figures_program(tables, rows, rule)
        hidden[rows], unprotectable[rows] = hidden_and_unprotectable(program)
        off = max(off, program.off)
    published = np.array([figure.published for figure in figures], dtype=bool)
    small = (values < smallest) & ~published
    limits = np.where(hidden[:, None], tables.hidden, tables.shown)[row_of]
    return Leaving(
        shown=np.where(hidden[row_of] | small, np.nan, np.where(published, values, rule.shown(values))),
        hidden=hidden[row_of] | small,
        small=small,
        unprotectable=unprotectable[row_of] | (small & ~hidden[row_of]),  # the same sum is published
        stated=tuple(
            Stated(figure.parts, low, high, is_hidden)
            for figure, (low, high), is_hidden in zip(
                figures, limits.tolist(), hidden[row_of].tolist(), strict=True
            )
        ),
        earlier_off=off,
    )


def _refuse(figures: Sequence[TableFigure], smallest: int, rounding: int) -> None:
    if smallest < 0 or rounding < 1 or 0 < 2 * smallest < rounding:
        raise VulncoreError(
            f"Figures under {smallest:,} can't be hidden where others are rounded to {rounding:,}: some would be shown as 0. "
            "Round to 1 or more, and to at most twice the smallest figure."
        )
    wrong = {
        "are no numbers of at least 0": [not 0 <= figure.value < np.inf for figure in figures],
        "are sums of nothing": [not figure.parts for figure in figures],
    }
    for what, are_so in wrong.items():
        if any(are_so):
            raise VulncoreError(
                f"{sum(are_so):,} of {len(figures):,} figures {what}: {numbers_in_words(np.flatnonzero(are_so))}. "
                "Correct them or leave them out."
            )
