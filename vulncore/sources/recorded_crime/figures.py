"""What both tables of recorded crime come to: totals as canonical counts and the months they cover."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from vulncore.domain.arrays import Integers
from vulncore.domain.errors import Reject
from vulncore.domain.periods import Window
from vulncore.domain.schemas import COUNTS, COVERAGE
from vulncore.domain.vocabulary import Measure

Positions: TypeAlias = Sequence[int] | Integers


@dataclass(frozen=True)
class Figures:
    """A table's totals and the months they cover, the measures they are of, and what became of each row."""

    source: str
    counts: pa.Table
    coverage: pa.Table
    measures: tuple[Measure, ...]
    accepted: int
    rejects: tuple[Reject, ...]
    attribution: str
    left_out: Mapping[str, int] = field(default_factory=dict)
    noted: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Totals:
    """Totals in columns: force and measure of each, as positions in `forces` and `measures`; period and count."""

    source: str
    forces: Sequence[str]
    measures: Sequence[Measure]
    periods: Sequence[Window]
    force: Positions
    measure: Positions
    period: Positions
    count: Positions


def counts_and_coverage(totals: Totals) -> tuple[pa.Table, pa.Table]:
    """Return the canonical `counts` of totals, and their `coverage`: one row for each month of each period."""
    forces = pa.array(totals.forces, pa.string())
    keys = pa.array([measure.key for measure in totals.measures], pa.string())
    starts, ends = (
        pa.array([getattr(period, name) for period in totals.periods], pa.date32())
        for name in ("start", "end")
    )
    force, measure, period = (
        pa.array(column, pa.int32()) for column in (totals.force, totals.measure, totals.period)
    )
    counts = pa.table(
        {
            "force": forces.take(force),
            "measure": keys.take(measure),
            "period_start": starts.take(period),
            "period_end": ends.take(period),
            "count": pa.array(totals.count, pa.int64()),
            "source": pa.repeat(totals.source, len(force)),
        },
        schema=COUNTS,
    )
    months = pa.array([month for window in totals.periods for month in window.months], pa.date32())
    lengths = np.array([len(window.months) for window in totals.periods], np.int64)
    firsts = np.cumsum(lengths) - lengths
    chosen = np.asarray(totals.period, np.int64)
    row = np.repeat(np.arange(len(chosen)), lengths[chosen])
    step = np.arange(len(row)) - np.repeat(np.cumsum(lengths[chosen]) - lengths[chosen], lengths[chosen])
    coverage = pa.table(
        {
            "force": counts["force"].take(row),
            "measure": counts["measure"].take(row),
            "month": months.take(pa.array(firsts[chosen[row]] + step)),
            "table": pa.repeat("counts", len(row)),
            "source": counts["source"].take(row),
            "provisional": pa.repeat(False, len(row)),
        },
        schema=COVERAGE,
    )
    return counts, coverage
