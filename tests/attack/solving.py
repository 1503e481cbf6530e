"""What anybody can work out of published statements: the least and the most that each unknown count can be.

A statement says that a weighted sum of unknown counts lies between two limits. Bounds follow by linear programming
over all statements together, and by integer programming where counts are whole. Counts that hang together by narrow
statements (an hour's, a band's, a cell's) are solved first, for these are small problems; the wide ones (a day's
total) are taken in only for what is still open.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

Atom = Hashable
"""The name of an unknown count of which all that is published is made: a month's records of a measure in an hour, say."""

SLACK: Final = 1e-6  # of a record: what the solver leaves
FEW_VALUES: Final = 4
"""A count is narrowed where it can be told to fewer values than these."""
SECONDS: Final = (
    10.0  # of integer programming for one bound; when they are over, the bound proven so far is taken
)


@dataclass(frozen=True)
class Statement:
    """A sum of unknown counts, each times its weight, lies between `low` and `high`."""

    parts: Mapping[Atom, float]
    low: float = 0.0
    high: float = np.inf


class Range(NamedTuple):
    """The least and the most that a sum can be."""

    low: float
    high: float

    @property
    def pinned(self) -> bool:
        """Whether it can be one value alone (a tenth of a record is one: more is not shown of it)."""
        return self.high - self.low < 0.2

    @property
    def narrowed(self) -> bool:
        """Whether it can be fewer than four values."""
        return self.high - self.low < FEW_VALUES - 1 - SLACK


def sum_of(atoms: Iterable[Atom]) -> dict[Atom, float]:
    """Return a plain sum of counts."""
    return dict.fromkeys(atoms, 1.0)


def ranges(
    statements: Sequence[Statement],
    targets: Sequence[Mapping[Atom, float]],
    whole: bool = True,
    widest: Sequence[int | None] = (None,),
) -> list[Range]:
    """Return the range of each target that all statements leave it; no count is below 0.

    Args:
        statements: What is published.
        targets: Sums that somebody wants to know.
        whole: Whether all counts are whole numbers.
        widest: How many counts a statement may have to be taken in, in turn: what is open after one pass is solved again
            with wider statements. None takes all.

    Raises:
        ValueError: The statements contradict one another: one of them is wrong.
    """
    found = [Range(0.0, np.inf) for _ in targets]
    for most in widest:
        taken = [one for one in statements if most is None or len(one.parts) <= most]
        problems = _problems(taken, targets)
        for at in range(len(targets)):
            if not found[at].pinned:
                lows, highs = [], []
                for problem, part in problems[at]:
                    low, high = problem.range_of(part, whole)
                    lows.append(low)
                    highs.append(high)
                found[at] = Range(max(found[at].low, sum(lows)), min(found[at].high, sum(highs)))
    return found


@dataclass(frozen=True)
class _Problem:
    """Statements that hang together, as a matrix."""

    places: Mapping[Atom, int]
    matrix: csr_array
    low: np.ndarray
    high: np.ndarray

    def range_of(self, target: Mapping[Atom, float], whole: bool) -> Range:
        cost = np.zeros(len(self.places))
        for atom, weight in target.items():
            cost[self.places[atom]] = weight
        low, high = self._least(cost), -self._least(-cost)
        if whole:
            low, high = np.ceil(low - SLACK), np.floor(high + SLACK)
            if SLACK < high - low < FEW_VALUES + 1:
                low, high = max(low, self._least_whole(cost)), min(high, -self._least_whole(-cost))
        return Range(float(low), float(high))

    def _least(self, cost: np.ndarray) -> float:
        even = self.low == self.high
        upper, lower = np.isfinite(self.high) & ~even, (self.low > 0) & ~even
        rows = [self.matrix[upper], -self.matrix[lower]]
        limits = np.concatenate([self.high[upper], -self.low[lower]])
        solved = linprog(
            cost,
            A_ub=_stacked(rows) if len(limits) else None,
            b_ub=limits if len(limits) else None,
            A_eq=self.matrix[even] if even.any() else None,
            b_eq=self.low[even] if even.any() else None,
            bounds=(0, None),
            method="highs",
        )
        if solved.status == 2:
            raise ValueError("The statements contradict one another.")
        return -np.inf if solved.status == 3 else float(solved.fun)

    def _least_whole(self, cost: np.ndarray) -> float:
        solved = milp(
            cost,
            integrality=np.ones(len(cost)),
            bounds=Bounds(0, np.inf),
            constraints=LinearConstraint(self.matrix, self.low, self.high),
            options={"time_limit": SECONDS},
        )
        if solved.status == 2:
            raise ValueError("The statements contradict one another: no whole counts fit them.")
        proven = solved.mip_dual_bound
        return -np.inf if proven is None else float(np.ceil(proven - SLACK))


def _stacked(rows: Sequence[csr_array]) -> csr_array:
    data, columns = (
        np.concatenate([part.data for part in rows]),
        np.concatenate([part.indices for part in rows]),
    )
    lengths = np.concatenate([np.diff(part.indptr) for part in rows])
    starts = np.concatenate([[0], np.cumsum(lengths)])
    return csr_array((data, columns, starts), shape=(len(lengths), rows[0].shape[1]))


def _problems(
    statements: Sequence[Statement], targets: Sequence[Mapping[Atom, float]]
) -> list[list[tuple[_Problem, Mapping[Atom, float]]]]:
    """Return for each target the problems that hold its counts, each with the part of the target that lies in it."""
    places: dict[Atom, int] = {}
    for parts in [*(one.parts for one in statements), *targets]:
        for atom in parts:
            places.setdefault(atom, len(places))
    matrix = _matrix([one.parts for one in statements], places)
    component = _components(matrix)
    rows_of, atoms_of = defaultdict(list), defaultdict(list)
    for row in range(matrix.shape[0]):
        if matrix.indptr[row] < matrix.indptr[row + 1]:
            rows_of[component[matrix.indices[matrix.indptr[row]]]].append(row)
    for atom, place in places.items():
        atoms_of[component[place]].append(atom)
    made: dict[int, _Problem] = {}

    def problem(which: int) -> _Problem:
        if which not in made:
            within = {atom: at for at, atom in enumerate(atoms_of[which])}
            here = [statements[row] for row in rows_of[which]]
            limits = np.array([(one.low, one.high) for one in here], dtype=float).reshape(-1, 2)
            made[which] = _Problem(within, _matrix([one.parts for one in here], within), *limits.T)
        return made[which]

    split = []
    for target in targets:
        by_component: dict[int, dict[Atom, float]] = defaultdict(dict)
        for atom, weight in target.items():
            by_component[component[places[atom]]][atom] = weight
        split.append([(problem(which), part) for which, part in by_component.items()])
    return split


def _matrix(rows: Sequence[Mapping[Atom, float]], places: Mapping[Atom, int]) -> csr_array:
    columns = [places[atom] for parts in rows for atom in parts]
    weights = [weight for parts in rows for weight in parts.values()]
    starts = np.concatenate([[0], np.cumsum([len(parts) for parts in rows])]).astype(int)
    return csr_array(
        (np.array(weights, dtype=float), np.array(columns, dtype=int), starts), shape=(len(rows), len(places))
    )


def _components(matrix: csr_array) -> np.ndarray:
    """Return which atoms hang together through statements."""
    lengths = np.diff(matrix.indptr)
    first = np.repeat(matrix.indices[np.minimum(matrix.indptr[:-1], max(matrix.nnz - 1, 0))], lengths)
    links = csr_array((np.ones(matrix.nnz), (first, matrix.indices)), shape=(matrix.shape[1],) * 2)
    return connected_components(links, directed=False)[1]
