"""What a reader can work out of tables, as a linear program: what figures can be, and which limits prove it."""

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import block_array, csr_array, eye_array, vstack
from scipy.sparse.csgraph import connected_components

from vulncore.domain.arrays import Booleans, Floats, Integers
from vulncore.domain.errors import VulncoreError
from vulncore.metrics.suppression.tables import TINY, HidingRule, JoinedTables, numbers_in_words

EASE: Final = 1e-6
"""Of a record: limits are wider by so much, so that sums of fractions never contradict one another."""
LOCAL: Final = 16
"""Groups of atoms: a row of more is a total of many cells. What is alike can be exchanged without touching those."""


@dataclass(frozen=True)
class FiguresProgram:
    """Rows that hang together, as a linear program: `equal` times groups and figures is 0, figures lie between limits.

    `goal` is for each row what must be possible of it if it is hidden: from where to where, and how wide: only a small figure has
    the former, only others have the latter. Rows that are `alike` can be the same: what one can be, the other can be. `real`
    is what the figures are, `off` by how much statements of earlier tables had to be widened for that.
    """

    equal: csr_array
    shown: Floats
    hidden: Floats
    secret: Booleans
    free: Booleans
    loss: Floats
    goal: Floats
    alike: Integers
    real: Floats
    off: float

    @property
    def small(self) -> Booleans:
        """Which can only be hidden for themselves."""
        return np.isinf(self.goal[:, 2])

    def limits(self, hidden: Booleans) -> Floats:
        """Return between which numbers each row lies if some are hidden: one row each."""
        return np.where(hidden[:, None], self.hidden, self.shown)

    def least(self, limits: Floats, cost: Floats) -> tuple[Floats, Floats] | None:
        """Return what all rows are where their cost is least, and what it would fall by if each limit gave way by one."""
        rows, groups = len(limits), self.equal.shape[1] - len(limits)
        solved = _solved(
            np.concatenate([np.zeros(groups), cost]),
            A_eq=self.equal,
            b_eq=np.zeros(rows),
            bounds=np.concatenate([np.tile([0.0, np.inf], (groups, 1)), limits]),
        )
        if solved.status != 0:
            return None
        return solved.x[groups:], (solved.lower.marginals + solved.upper.marginals)[groups:]


def rows_hanging_together(matrix: csr_array) -> list[Integers]:
    """Return the rows of each set of rows that share groups with one another and with no others."""
    count, labels = connected_components(matrix @ matrix.T, directed=False)
    return [np.flatnonzero(labels == label) for label in range(count)]


def figures_program(tables: JoinedTables, rows: Integers, rule: HidingRule) -> FiguresProgram:
    """Return rows that hang together as a program that what is real fits."""
    matrix = tables.matrix[rows]
    matrix = matrix[:, np.unique(matrix.indices)]
    values, secret = tables.values[rows], tables.secret[rows]
    before = np.isnan(values)
    fitting = _fitting(matrix, values, tables.shown[rows])
    if fitting is None:
        wrong = tables.first_figure[rows[~before][_contradicting(matrix[~before], values[~before])]]
        raise VulncoreError(
            f"{len(wrong):,} figures are not the sums of their parts: {numbers_in_words(wrong)}. "
            "Add up the numbers that are given here, before they are rounded."
        )
    real, off = fitting
    small = np.isfinite(tables.hidden[rows, 1])
    most = 10.0 * (rule.smallest + 1) + float(np.nansum(values) + tables.hidden[rows[small], 1].sum())
    wider = np.where(before, off, 0.0) + EASE
    shown, hidden = (
        np.column_stack([limits[:, 0] - wider, np.minimum(limits[:, 1] + wider, most)])
        for limits in (tables.shown[rows], tables.hidden[rows])
    )
    goal = np.where(small[:, None], [-np.inf, np.inf, np.inf], [-np.inf, np.inf, max(rule.small[1], 0.0)])
    goal[small, :2] = tables.hidden[rows[small]]
    return FiguresProgram(
        equal=csr_array(block_array([[matrix, -eye_array(len(rows))]])),
        shown=shown,
        hidden=hidden,
        secret=secret,
        free=tables.free[rows],
        loss=tables.loss[rows],
        goal=goal,
        alike=_alike(matrix, hidden, ~tables.free[rows], before),
        real=real,
        off=off,
    )


def _fitting(matrix: csr_array, values: Floats, stated: Floats) -> tuple[Floats, float] | None:
    """Return what all rows can be, and by how much those of earlier tables are then beyond their limits, at most.

    That is as little as it can be. None where figures are not the sums of their parts.
    """
    before, groups = np.isnan(values), matrix.shape[1]
    beyond = np.where(before, -1.0, 0.0)[:, None]
    low, high = np.where(before[:, None], stated, values[:, None] + np.array([-EASE, EASE])).T
    above = csr_array(block_array([[matrix, csr_array(beyond)]]))
    below = csr_array(block_array([[-matrix, csr_array(beyond)]]))
    bounded = np.isfinite(high)
    solved = _solved(
        np.append(np.zeros(groups), 1.0),
        A_ub=csr_array(vstack([above[bounded], below])),
        b_ub=np.concatenate([high[bounded], -low]),
        bounds=(0, None),
    )
    if solved.status != 0:
        return None
    off = float(solved.x[-1])
    return matrix @ solved.x[:-1], off if off > TINY else 0.0


def _contradicting(matrix: csr_array, values: Floats) -> Integers:
    """Return few rows that would have to be other numbers for all to be the sums of their parts."""
    rows, groups = matrix.shape
    apart = eye_array(rows)
    solved = _solved(
        np.append(np.zeros(groups), np.ones(2 * rows)),
        A_eq=csr_array(block_array([[matrix, apart, -apart]])),
        b_eq=values,
        bounds=(0, None),
    )
    return np.flatnonzero(np.abs(matrix @ solved.x[:groups] - values) > EASE)


def _alike(matrix: csr_array, limits: Floats, fixed: Booleans, before: Booleans) -> Integers:
    """Return a number for each row: the same for rows that can be exchanged, with what hangs on them, and nothing else changes.

    Cells of a map that are all small are such: what one can be, the other can be. Rows of more groups than `LOCAL` stay what
    they are; what hangs together without these is exchanged as a whole, if all limits in it are `fixed`.
    """
    local = np.diff(matrix.indptr) <= LOCAL
    narrow = matrix[local]
    _, piece_of = connected_components(narrow.T @ narrow, directed=False)
    piece = np.where(local, piece_of[matrix.indices[matrix.indptr[:-1]]], -1).tolist()
    keys: list[Hashable] = [
        (bool(earlier), low, high) if is_local else row
        for row, (is_local, earlier, (low, high)) in enumerate(
            zip(local, before, limits.tolist(), strict=True)
        )
    ]
    rows_in: dict[int, list[int]] = defaultdict(list)
    for row, at in enumerate(piece):
        rows_in[at].append(row)
    by_group = matrix.tocsc()
    groups_in: dict[int, list[frozenset[Hashable]]] = defaultdict(list)
    for group, at in enumerate(piece_of.tolist()):
        added_to = by_group.indices[by_group.indptr[group] : by_group.indptr[group + 1]].tolist()
        groups_in[at].append(frozenset(keys[row] for row in added_to))
    numbers: dict[Hashable, int] = {}
    alike = np.zeros(len(keys), dtype=np.int64)
    for at, rows in rows_in.items():
        exchangeable = at >= 0 and fixed[rows].all() and len({keys[row] for row in rows}) == len(rows)
        form = frozenset(groups_in[at]) if exchangeable else None
        for row in rows:
            kind: Hashable = (form, keys[row]) if exchangeable else row
            alike[row] = numbers.setdefault(kind, len(numbers))
    return alike


def _solved(cost: Floats, **program: Any) -> Any:
    """Return the outcome of a linear program; its matrices are sparse, of which the types of SciPy know nothing."""
    return linprog(cost, **program, method="highs")
