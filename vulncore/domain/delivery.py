"""Deliveries: what a reader of files hands over, as canonical tables and an account of every row that it read."""

import csv
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from vulncore.domain.disk import NamedFile, named_file
from vulncore.domain.errors import InvalidPeriodError, Reject
from vulncore.domain.periods import format_month, parse_month
from vulncore.domain.schemas import ANNOTATIONS, MEASURES, Tables
from vulncore.domain.vocabulary import Flow, Measure, Polarity

Progress = Callable[[int, float], None]
"""Called now and then while a file is read, with the rows so far and the share of the file read (0 to 1)."""


@dataclass(frozen=True)
class RowAccount:
    """Rows read, and what became of each: accepted, rejected or left out, and nothing else.

    `rejected` counts rows that can't be used and `left_out` those that are not meant to be, both by reason:
    a totals row is left out, and a row whose date can't be read is rejected. `noted` counts accepted rows
    that have something odd about them, by what it is.
    """

    read: int
    accepted: int
    rejected: dict[str, int] = field(default_factory=dict)
    noted: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.read != self.accepted + sum(self.rejected.values()) + sum(self.left_out.values()):
            raise AssertionError(f"rows unaccounted for: {self}")


@dataclass(frozen=True)
class LateRows:
    """What an extract says of records in months that it does not cover.

    Attributes:
        source: The extract's name, as coverage has it.
        force: Whose records they are.
        incidents: Their rows, as the canonical table has them.
        lines: The line of the extract that each of them comes from.
        taken_out: References of records that its rows take out.
        update: Whether they update what is published; None where nobody said it.
    """

    source: str
    force: str
    incidents: pa.Table
    lines: pa.Array
    taken_out: pa.Array
    update: bool | None


@dataclass(frozen=True)
class WholeMonths:
    """The months that an extract is whole for, of records or `of_counts`: what was published of it in them as the other is replaced, too."""

    source: str
    force: str
    months: tuple[date, ...]
    of_counts: bool


@dataclass(frozen=True)
class Delivery:
    """One source's files as canonical tables. `source` is the reader's name, as on the command line.

    `rejects` holds a line for every rejected row that `rows` counts.
    `made` says that the figures are made, not found: every screen and file that shows them says so.
    `attribution` is the licence line that has to stand wherever the figures do.
    `mapping` says in TOML how records were read, `late` what an extract of records says of months that it does not cover, `whole` which months of it are replaced whole.
    """

    source: str
    tables: Tables
    files: tuple[NamedFile, ...]
    rows: RowAccount
    attribution: str = ""
    made: bool = False
    rejects: tuple[Reject, ...] = ()
    mapping: str = ""
    late: LateRows | None = None
    whole: WholeMonths | None = None


def source_file(path: Path) -> NamedFile:
    """Return a file that a delivery is read from, by a name that can be printed."""
    return replace(named_file(path), name=printable(path.name))


def printable(name: str) -> str:
    r"""Return the end of a name with nothing in it that could command a terminal or is no character.

    >>> printable("a\x1b[2Jb"), printable("caf\udce9.csv")
    ('a?[2Jb', 'caf?.csv')
    """
    return "".join(letter if letter.isprintable() else "?" for letter in name[-120:])


def measures_table(measures: Iterable[Measure]) -> pa.Table:
    """Return measures as the canonical `measures` table."""
    return pa.Table.from_pylist([asdict(measure) for measure in measures], schema=MEASURES)


def measures_in(table: pa.Table) -> tuple[Measure, ...]:
    """Return the measures of a canonical `measures` table, in their order."""
    rows = table.select(MEASURES.names).sort_by([("order", "ascending"), ("key", "ascending")]).to_pylist()
    return tuple(
        Measure(**{**row, "flow": Flow(row["flow"]), "polarity": Polarity(row["polarity"])}) for row in rows
    )


def annotated(delivery: Delivery, path: Path) -> Delivery:
    """Return the delivery with annotations from a CSV whose columns are those of the canonical table.

    The month is written YYYY-MM; an empty force, measure or month means all of them.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [
            {
                **{name: value or None for name, value in row.items()},
                "month": parse_month(row["month"]) if row["month"] else None,
                "written_on": date.fromisoformat(row["written_on"]),
            }
            for row in csv.DictReader(stream)
        ]
    table = pa.Table.from_pylist(rows, schema=ANNOTATIONS)
    return replace(delivery, tables=replace(delivery.tables, annotations=table))


def provisional(delivery: Delivery, first: date) -> Delivery:
    """Return the delivery with its covered months from `first` on marked as provisional.

    Raises:
        InvalidPeriodError: No month from then on is covered, as with a published table, which covers none.
    """
    coverage = delivery.tables.coverage
    late = pc.greater_equal(coverage.column("month"), pa.scalar(first, pa.date32()))
    if not pc.any(late).as_py():
        raise InvalidPeriodError(
            f"This delivery has no month from {format_month(first)} on, so none was marked as provisional. "
            "Name a month of the delivery, or publish without that mark."
        )
    flags = pc.or_(coverage.column("provisional"), late)
    position = coverage.schema.get_field_index("provisional")
    marked = coverage.set_column(position, coverage.schema.field(position), flags)
    return replace(delivery, tables=replace(delivery.tables, coverage=marked))
