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

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import block_array, csr_array, eye_array, lil_array, vstack
from scipy.sparse.csgraph import connected_components

from vulncore.domain.arrays import Booleans, Floats, Integers
from vulncore.domain.errors import VulncoreError

Atom = Hashable
"""The name of an unknown count of which figures are sums, such as (band, month). Its `repr` is the same in every run."""

TINY: Final = 1e-3
"""Of a record: a range that is narrower by less is not narrowed. Nobody can read as much off a table."""
EASE: Final = 1e-6
"""Of a record: limits are wider by so much, so that sums of fractions never contradict one another."""
DUAL: Final = 1e-7  # of a record for each record that a limit gives way: less is what the solver leaves
DECIMALS: Final = 9
"""Figures are taken to so many: the rest of a fraction must not decide whether 5 is under 5."""
BUSY: Final = 2
"""Times `smallest`: a figure of so much is hidden after totals, and a smaller one before them."""
LOCAL: Final = 16
"""Groups of atoms: a row of more is a total of many cells. What is alike can be exchanged without touching those."""
TURNS: Final = 60
"""After so many what was hidden stays so: it takes 2 to 25 until nothing is proven, and must not take for ever."""
NODES: Final = 2_000  # of the search for the least loss: then the best so far is taken
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
    rule = _Rule(smallest, rounding, whole=bool((values == np.rint(values)).all()))
    tables, row_of = _joined(figures, values, rule, earlier)
    hidden, unprotectable, off = tables.secret.copy(), np.zeros(len(tables.secret), dtype=bool), 0.0
    for rows in _hanging_together(tables.matrix):
        if not (tables.first_figure[rows] >= 0).any():
            continue  # earlier tables that share nothing with these
        program = _program(tables, rows, rule)
        hidden[rows], unprotectable[rows] = _hidden_and_unprotectable(program)
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


@dataclass(frozen=True)
class _Rule:
    """How figures are hidden and rounded, and whether everybody knows that they are `whole`."""

    smallest: int
    rounding: int
    whole: bool

    def shown(self, values: Floats) -> Floats:
        """Return figures to the nearest multiple of the rounding."""
        multiples: Floats = np.floor(values / self.rounding + 0.5) * self.rounding
        return multiples

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
class _Tables:
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


@dataclass(frozen=True)
class _Program:
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
    """What must stay possible of hidden rows: a `goal` as in `_Program`, lowered to what is possible when all rows are hidden."""

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
                f"{sum(are_so):,} of {len(figures):,} figures {what}: {_numbers(np.flatnonzero(are_so))}. "
                "Correct them or leave them out."
            )


def _numbers(at: Iterable[int]) -> str:
    return ", ".join(f"number {place + 1:,}" for place in sorted(at)[:NAMED])


def _joined(
    figures: Sequence[TableFigure], values: Floats, rule: _Rule, earlier: Sequence[Stated]
) -> tuple[_Tables, Integers]:
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
            f"{_numbers(contradicting)}. Give all tables the same number."
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
    tables = _Tables(
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


def _hanging_together(matrix: csr_array) -> list[Integers]:
    """Return the rows of each set of rows that share groups with one another and with no others."""
    count, labels = connected_components(matrix @ matrix.T, directed=False)
    return [np.flatnonzero(labels == label) for label in range(count)]


def _program(tables: _Tables, rows: Integers, rule: _Rule) -> _Program:
    """Return rows that hang together as a program that what is real fits."""
    matrix = tables.matrix[rows]
    matrix = matrix[:, np.unique(matrix.indices)]
    values, secret = tables.values[rows], tables.secret[rows]
    before = np.isnan(values)
    fitting = _fitting(matrix, values, tables.shown[rows])
    if fitting is None:
        wrong = tables.first_figure[rows[~before][_contradicting(matrix[~before], values[~before])]]
        raise VulncoreError(
            f"{len(wrong):,} figures are not the sums of their parts: {_numbers(wrong)}. "
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
    return _Program(
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


def _hidden_and_unprotectable(program: _Program) -> tuple[Booleans, Booleans]:
    """Return which rows are hidden in the end, and of which too much is known whatever is hidden."""
    hidden, turn = program.secret, 0
    points = [program.real]
    promise = _Promise(program.goal.copy(), _Reach(program.alike, [program.real]))
    _stretch(program, program.hidden, promise, promise.widest, hidden)
    proofs: list[_Proof] = []
    while True:
        reach = _Reach.within(_limits(program, hidden), program.alike, points)
        old = len(reach.points)
        new = _proofs(program, hidden, promise, reach)
        if not new:
            return hidden, hidden & (promise.goal != program.goal).any(axis=1)
        points += reach.points[old:]
        proofs += new
        hidden = (program.secret if turn < TURNS else hidden) | _settling(program, proofs)
        turn += 1


def _proofs(program: _Program, hidden: Booleans, promise: _Promise, reach: _Reach) -> list[_Proof]:
    """Return how it is proven of each hidden row that isn't safe, but of one alone of those alike; nothing if all are safe.

    What a row can be is seen at points at which it is as small, or as large, as it gets. Most points serve many rows, so
    that few rows need a program of their own.
    """
    limits = _limits(program, hidden)
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


def _stretch(program: _Program, limits: Floats, promise: _Promise, reach: _Reach, rows: Booleans) -> None:
    """Add points at which many rows at a time are as small, or as large, as they have to be, as long as that helps."""
    for kind in (program.small, ~program.small):
        for side, direction in enumerate((1.0, -1.0)):
            lacking = promise.lacking(reach)[:, side] & rows & kind
            while lacking.any():
                solved = _least(program, limits, np.where(lacking, direction, 0.0))
                if solved is not None:
                    reach.add(solved[0])
                still = promise.lacking(reach)[:, side] & rows & kind
                if still.sum() == lacking.sum():
                    break
                lacking = still


def _proving(program: _Program, limits: Floats, promise: _Promise, reach: _Reach, row: int) -> Booleans:
    """Add the points at which a row is least and most, and return which rows prove that it can be no less or no more.

    Where it could be no less or no more with everything hidden, no more is asked of it and of what is alike.
    """
    only = np.zeros(len(limits))
    only[row] = 1.0
    proving = np.zeros(len(limits), dtype=bool)
    farthest = np.zeros(2, dtype=bool)
    for side, direction in enumerate((1.0, -1.0)):
        solved = _least(program, limits, direction * only) if promise.lacking(reach)[row, side] else None
        if solved is None:
            continue
        point, duals = solved
        reach.add(point)
        promise.widest.add(point)
        proving |= np.abs(duals) > DUAL
        if abs(promise.widest.ends[row, side] - point[row]) <= TINY:
            anywhere = _least(program, program.hidden, direction * only)
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


def _settling(program: _Program, proofs: Sequence[_Proof]) -> Booleans:
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


def _limits(program: _Program, hidden: Booleans) -> Floats:
    return np.where(hidden[:, None], program.hidden, program.shown)


def _least(program: _Program, limits: Floats, cost: Floats) -> tuple[Floats, Floats] | None:
    """Return what all rows are where their cost is least, and what it would fall by if each limit gave way by one."""
    rows, groups = len(limits), program.equal.shape[1] - len(limits)
    solved = _solved(
        np.concatenate([np.zeros(groups), cost]),
        A_eq=program.equal,
        b_eq=np.zeros(rows),
        bounds=np.concatenate([np.tile([0.0, np.inf], (groups, 1)), limits]),
    )
    if solved.status != 0:
        return None
    return solved.x[groups:], (solved.lower.marginals + solved.upper.marginals)[groups:]


def _solved(cost: Floats, **program: Any) -> Any:
    """Return the outcome of a linear program; its matrices are sparse, of which the types of SciPy know nothing."""
    return linprog(cost, **program, method="highs")
