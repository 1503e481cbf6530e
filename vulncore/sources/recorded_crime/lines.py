"""A table of recorded crime as lines: which of them have the heading's fields, and why the others have not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import pyarrow as pa

from vulncore.domain.arrays import Integers
from vulncore.domain.delivery import printable
from vulncore.domain.errors import Reject, UnreadableSourceError
from vulncore.domain.periods import Window
from vulncore.domain.schemas import COUNTS, COVERAGE
from vulncore.domain.vocabulary import Measure
from vulncore.sources.csv_text import MAX_TABLE_BYTES, MAX_TABLE_LINES, fields, text_lines
from vulncore.sources.zip_members import read_within

MISSHAPEN: Final = "not the heading's fields"
UNCLOSED: Final = "a quotation mark out of place"
EMPTY: Final = "an empty row"

_ZIP: Final = b"PK\x03\x04"  # what every workbook begins with: ODS and XLSX are zips

Row = tuple[int, list[str]]
"""A line's number, the first being 1, and its fields, stripped."""


@dataclass(frozen=True)
class Lines:
    """A file's heading, the rows that have its fields, those that have not, and how many are empty."""

    name: str
    heading: list[str]
    rows: list[Row]
    rejects: tuple[Reject, ...]
    empty: int

    @property
    def read(self) -> int:
        """Rows read: every line after the heading."""
        return len(self.rows) + len(self.rejects) + self.empty


def table_lines(path: Path) -> Lines:
    """Return a table's heading and its rows, every line after the heading accounted for.

    Raises:
        UnreadableSourceError: The file is missing, empty, too large, a workbook, not UTF-8, has no rows, or
            breaks off in the middle of a line.
    """
    name = printable(path.name)
    content = _content(path, name)
    lines = text_lines(content, name, MAX_TABLE_LINES)
    heading = [cell.strip() for cell in fields(next(lines)) or []]
    rows: list[Row] = []
    rejects: list[Reject] = []
    empty, number = 0, 1
    for number, line in enumerate(lines, start=2):
        cells = fields(line)
        if not line.strip(" ,\t"):
            empty += 1
        elif cells is None or len(cells) != len(heading):
            reason = UNCLOSED if cells is None else MISSHAPEN
            rejects.append(Reject(name, number, reason, printable(line[:60])))
        else:
            rows.append((number, [cell.strip() for cell in cells]))
    if number == 1:
        raise UnreadableSourceError(f"{name} has a heading and no rows.")
    if rejects and rejects[-1].line == number and not content.endswith((b"\n", b"\r")):
        raise UnreadableSourceError(
            f"{name} breaks off in line {number}, so rows are missing. Download it again."
        )
    return Lines(name, heading, rows, tuple(rejects), empty)


def _content(path: Path, name: str) -> bytes:
    if not path.is_file():
        raise UnreadableSourceError(f"There is no file {printable(str(path))}. Check its name.")
    with path.open("rb") as stream:
        content = read_within(
            stream,
            MAX_TABLE_BYTES,
            f"{name} has more than {MAX_TABLE_BYTES:,} bytes, which no table of recorded crime does. "
            "Check that it is the right file.",
        )
    if content.startswith(_ZIP):
        raise UnreadableSourceError(
            f"{name} is a workbook or a zip, and not a CSV. Open it, choose the sheet with the figures and save "
            "that as CSV UTF-8."
        )
    return content


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
