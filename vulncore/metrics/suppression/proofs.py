"""Which figures have to be hidden besides the small ones: as few as leave no proof that too much is known of a hidden one.

In turns: a linear program for each hidden figure, whose dual says which shown ones prove its limits, and an integer program that says
which of these to hide. The sources are named in `leaving`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, lil_array

from vulncore.domain.arrays import Booleans, Floats, Integers
from vulncore.metrics.suppression.program import EASE, FiguresProgram
from vulncore.metrics.suppression.tables import TINY

DUAL: Final = 1e-7  # of a record for each record that a limit gives way: less is what the solver leaves
TURNS: Final = 60
"""After so many what was hidden stays so: it takes 2 to 25 until nothing is proven, and must not take for ever."""
NODES: Final = 2_000  # of the search for the least loss: then the best so far is taken


@dataclass
class _Reach:
    """The least and the most that rows were seen to be, by what they are alike to, and the points at which they were."""

    alike: Integers
    points: list[Floats]

    def __post_init__(self) -> None:
        self.by_kind = np.full((2, int(self.alike.max()) + 1), np.inf)
        for point in self.points:
            self._widen(point)

    def add(self, point: Floats) -> None:
        """Take in a point."""
        self.points.append(point)
        self._widen(point)

    @classmethod
    def within(cls, limits: Floats, alike: Integers, points: Iterable[Floats]) -> "_Reach":
        """Return what is seen at those of some points that lie within limits."""
        low, high = limits[:, 0] - EASE, limits[:, 1] + EASE
        return cls(alike, [point for point in points if ((point >= low) & (point <= high)).all()])

    @property
    def ends(self) -> Floats:
        """The least and the most of each row."""
        return np.column_stack([self.by_kind[0], -self.by_kind[1]])[self.alike]

    def _widen(self, point: Floats) -> None:
        np.minimum.at(self.by_kind[0], self.alike, point)
        np.minimum.at(self.by_kind[1], self.alike, -point)


@dataclass(frozen=True)
class _Promise:
    """What must stay possible of hidden rows: a `goal` as in `FiguresProgram`, lowered to what is possible when all rows are hidden."""

    goal: Floats
    widest: _Reach

    def lacking(self, reach: _Reach) -> Booleans:
        """Return which ends of which rows are not as far out as they have to be: two columns."""
        low, high = reach.ends.T
        narrow = high - low < self.goal[:, 2] - TINY
        return np.column_stack(
            [narrow & ~(low <= self.goal[:, 0] + TINY), narrow & ~(high >= self.goal[:, 1] - TINY)]
        )


class _Proof(NamedTuple):
    """That a `row` isn't safe follows from what is shown of `candidates`: if it is hidden, one of these has to be."""

    row: int
    candidates: Integers


def hidden_and_unprotectable(program: FiguresProgram) -> tuple[Booleans, Booleans]:
    """Return which rows are hidden in the end, and of which too much is known whatever is hidden."""
    hidden, turn = program.secret, 0
    points = [program.real]
    promise = _Promise(program.goal.copy(), _Reach(program.alike, [program.real]))
    _stretch(program, program.hidden, promise, promise.widest, hidden)
    proofs: list[_Proof] = []
    while True:
        reach = _Reach.within(program.limits(hidden), program.alike, points)
        old = len(reach.points)
        new = _proofs(program, hidden, promise, reach)
        if not new:
            return hidden, hidden & (promise.goal != program.goal).any(axis=1)
        points += reach.points[old:]
        proofs += new
        hidden = (program.secret if turn < TURNS else hidden) | _settling(program, proofs)
        turn += 1


def _proofs(program: FiguresProgram, hidden: Booleans, promise: _Promise, reach: _Reach) -> list[_Proof]:
    """Return how it is proven of each hidden row that isn't safe, but of one alone of those alike; nothing if all are safe.

    What a row can be is seen at points at which it is as small, or as large, as it gets. Most points serve many rows, so
    that few rows need a program of their own.
    """
    limits = program.limits(hidden)
    _stretch(program, limits, promise, reach, hidden)
    guarded = np.flatnonzero(hidden)
    _, first = np.unique(program.alike[guarded], return_index=True)
    shown = program.free & ~hidden
    proofs = []
    for row in guarded[first].tolist():
        if promise.lacking(reach)[row].any():
            proving = _proving(program, limits, promise, reach, row) & shown
            if promise.lacking(reach)[row].any() and shown.any():
                proofs.append(_Proof(row, np.flatnonzero(proving if proving.any() else shown)))
    return proofs


def _stretch(
    program: FiguresProgram, limits: Floats, promise: _Promise, reach: _Reach, rows: Booleans
) -> None:
    """Add points at which many rows at a time are as small, or as large, as they have to be, as long as that helps."""
    for kind in (program.small, ~program.small):
        for side, direction in enumerate((1.0, -1.0)):
            lacking = promise.lacking(reach)[:, side] & rows & kind
            while lacking.any():
                solved = program.least(limits, np.where(lacking, direction, 0.0))
                if solved is not None:
                    reach.add(solved[0])
                still = promise.lacking(reach)[:, side] & rows & kind
                if still.sum() == lacking.sum():
                    break
                lacking = still


def _proving(program: FiguresProgram, limits: Floats, promise: _Promise, reach: _Reach, row: int) -> Booleans:
    """Add the points at which a row is least and most, and return which rows prove that it can be no less or no more.

    Where it could be no less or no more with everything hidden, no more is asked of it and of what is alike.
    """
    only = np.zeros(len(limits))
    only[row] = 1.0
    proving = np.zeros(len(limits), dtype=bool)
    farthest = np.zeros(2, dtype=bool)
    for side, direction in enumerate((1.0, -1.0)):
        solved = program.least(limits, direction * only) if promise.lacking(reach)[row, side] else None
        if solved is None:
            continue
        point, duals = solved
        reach.add(point)
        promise.widest.add(point)
        proving |= np.abs(duals) > DUAL
        if abs(promise.widest.ends[row, side] - point[row]) <= TINY:
            anywhere = program.least(program.hidden, direction * only)
            if anywhere is not None:
                promise.widest.add(anywhere[0])
                farthest[side] = abs(promise.widest.ends[row, side] - point[row]) <= TINY
    alike, ends = program.alike == program.alike[row], reach.ends[row]
    farthest &= promise.lacking(reach)[row]
    if program.small[row]:
        low, high = np.where(farthest, ends, [-np.inf, np.inf])
        promise.goal[alike, 0] = max(promise.goal[row, 0], low)
        promise.goal[alike, 1] = min(promise.goal[row, 1], high)
    elif farthest.all():
        promise.goal[alike, 2] = min(promise.goal[row, 2], ends[1] - ends[0])
    return proving


def _settling(program: FiguresProgram, proofs: Sequence[_Proof]) -> Booleans:
    """Return what to hide so that no proof holds: the rows with the least loss of which each proof has one."""
    free = np.flatnonzero(program.free)
    column = np.cumsum(program.free) - 1
    settled = lil_array((len(proofs), len(free)))
    for number, proof in enumerate(proofs):
        settled[number, column[proof.candidates]] = 1.0
        if program.free[proof.row]:
            settled[number, column[proof.row]] = -1.0  # while that is shown, nothing need be hidden for it
    needed = [0.0 if program.free[proof.row] else 1.0 for proof in proofs]
    solved = milp(
        program.loss[free],
        integrality=np.ones(len(free), dtype=np.int64),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(csr_array(settled), needed, np.inf),
        options={"node_limit": NODES},
    )
    hidden = np.zeros(len(program.free), dtype=bool)
    hidden[free] = True if solved.x is None else solved.x > 0.5
    return hidden
