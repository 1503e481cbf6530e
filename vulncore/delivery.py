"""What a reader hands over: canonical tables, and an account of every row that it read."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from vulncore.schemas import MEASURES, Tables
from vulncore.vocabulary import Measure


@dataclass(frozen=True)
class SourceFile:
    """A file that a delivery was read from: its name without folders, its size and its digest."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class RowAccount:
    """Rows read, and what became of each: `read == accepted + sum(rejected.values())`.

    `noted` counts accepted rows that have something odd about them, by what it is.
    """

    read: int
    accepted: int
    rejected: dict[str, int] = field(default_factory=dict)
    noted: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.read != self.accepted + sum(self.rejected.values()):
            raise AssertionError(f"rows unaccounted for: {self}")


@dataclass(frozen=True)
class Delivery:
    """One source's files as canonical tables. `source` is the reader's name, as on the command line.

    `made` says that the figures are made, not found: every screen and file that shows them says so.
    `attribution` is the licence line that has to stand wherever the figures do.
    """

    source: str
    tables: Tables
    files: tuple[SourceFile, ...]
    rows: RowAccount
    attribution: str = ""
    made: bool = False


def source_file(path: Path) -> SourceFile:
    """Return a file's name, size and SHA-256 digest, read in pieces."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256")
        return SourceFile(path.name, stream.tell(), digest.hexdigest())


def measures_table(measures: Iterable[Measure]) -> pa.Table:
    """Return measures as the canonical `measures` table."""
    return pa.Table.from_pylist([asdict(measure) for measure in measures], schema=MEASURES)


def provisional(delivery: Delivery, first: date) -> Delivery:
    """Return the delivery with its covered months from `first` on marked as provisional."""
    coverage = delivery.tables.coverage
    flags = pc.or_(coverage.column("provisional"), pc.greater_equal(coverage.column("month"), first))
    position = coverage.schema.get_field_index("provisional")
    marked = coverage.set_column(position, coverage.schema.field(position), flags)
    return replace(delivery, tables=replace(delivery.tables, coverage=marked))
