"""Raw rows made into a table of text, each row of them kept, left out or rejected."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import pyarrow as pa

from vulncore.domain.delivery import Progress, printable
from vulncore.domain.errors import Reject, TooManyRejectsError, UnreadableSourceError
from vulncore.sources.extract.packed import (
    BATCH_CHARACTERS,
    BATCH_ROWS,
    MAX_CELL_CHARACTERS,
    MAX_KEPT_BYTES,
    MAX_REJECTS,
    MAX_ROWS,
)
from vulncore.sources.extract.record import UNCOMPUTED, RawRows, Row

EMPTY_ROW: Final = "empty row"
TOTALS_ROW: Final = "totals row"
HEADING_REPEATED: Final = "repeated heading"
TOO_MANY_FIELDS = "more fields than the heading"
TOO_FEW_FIELDS = "fewer fields than the heading"
TOO_LONG = f"a field of more than {MAX_CELL_CHARACTERS:,} characters"
NO_VALUE = "a formula without its computed value"

_TOTAL = re.compile(
    r"\(?(?:(?:grand |sub-? ?|overall |report )?totals?|sum|count|row count|no of records|number of (?:records|rows)"
    r"|total (?:records|rows|crimes|incidents|offences|number)|records|rows)\b\s*[:=(]?\s*[\d,.]*\s*\)?"
    r"|\(?[\d,]+ (?:rows?|records?)(?: (?:affected|returned|selected|found|listed))?\)?\.?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[-+(]?[£$€]?[\d,]*\.?\d+ ?%?\)?")


@dataclass
class GatheredRows:
    """The rows of a file that are kept, as a table, and what became of the others."""

    columns: tuple[str, ...]
    table: pa.Table
    lines: pa.Array
    wanted: list[int] = field(default_factory=list)
    read: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)
    complete: bool = True
    filled: set[int] = field(default_factory=set)


def gather_rows(
    rows: Iterable[Row],
    raw: RawRows,
    columns: tuple[str, ...],
    headings: Collection[Sequence[str]],
    name: str,
    *,
    wanted: Collection[str] | None = None,
    unnamed: Collection[int] = (),
    most_rows: int | None = None,
    progress: Progress | None = None,
) -> GatheredRows:
    """Return the rows beneath a heading as a table of text, with every row accounted for.

    Args:
        rows: The rows beneath the heading.
        raw: The file that they were read from.
        columns: The name of each column.
        headings: The lines of the heading, to recognise where it comes again.
        name: What to call the file.
        wanted: The columns to keep; all unless given. Where none of them is there, no row is read.
        unnamed: Which columns have no name in the heading; those that hold anything come back as `filled`.
        most_rows: Stop after so many.
        progress: Called now and then with how far the reading is.

    Raises:
        UnreadableSourceError: There are too many rows, more text than can be kept, or the file breaks off.
        TooManyRejectsError: So many rows can't be used that the file must be of another shape.
    """
    places = [i for i, column in enumerate(columns) if wanted is None or column in wanted]
    kept = _KeptRows(columns, places, name)
    gathered = GatheredRows(columns, kept.table, kept.lines, places)
    repeated = {tuple(cells) for cells in headings}
    why_not = ""
    gathered.complete = bool(places)
    for row in rows if places else ():
        if gathered.read == most_rows:
            gathered.complete = False
            break
        gathered.read += 1
        if gathered.read > MAX_ROWS:
            raise UnreadableSourceError(
                f"{name} has more than {MAX_ROWS:,} rows. Give fewer months at a time, or check that you chose the right file."
            )
        cells = [cell.strip() for cell in row.cells]
        if raw.end_with_what_is_filled:
            cells.extend([""] * (len(columns) - len(cells)))
        why_not = _judge_row(cells, row, gathered, repeated, name)
        if not why_not:
            gathered.filled.update(column for column in unnamed if cells[column])
            kept.add(row.line, cells)
        if progress and gathered.read % BATCH_ROWS == 0:
            progress(gathered.read, raw.share())
    if gathered.complete and why_not == TOO_FEW_FIELDS and raw.ends_in_a_line():
        raise UnreadableSourceError(
            f"{name} breaks off in its last row (line {gathered.rejects[-1].line:,}), so rows are missing. Export the file again."
        )
    if progress:
        progress(gathered.read, 1.0)
    return replace(gathered, table=kept.table, lines=kept.lines)


def _judge_row(
    cells: list[str], row: Row, gathered: GatheredRows, repeated: Collection[Sequence[str]], name: str
) -> str:
    """Return "" for a row to keep, its cells made as many as the columns; else why not, with that booked."""
    width = len(gathered.columns)
    if not any(cells):
        gathered.left_out[EMPTY_ROW] += 1
        return EMPTY_ROW
    if not row.fault:
        if tuple(without_empty_end(cells)) in repeated:
            gathered.left_out[HEADING_REPEATED] += 1
            return HEADING_REPEATED
        if is_totals_row(cells):
            gathered.left_out[TOTALS_ROW] += 1
            return TOTALS_ROW
    fault, value = row.fault or "", ""  # what stands there may be about somebody, and nobody asked for it
    if not fault and len(cells) != width:
        fault, value = _of_another_width(cells, width)
    if not fault:
        for index in gathered.wanted:
            if cells[index] == UNCOMPUTED:
                fault, value = NO_VALUE, gathered.columns[index]
            elif len(cells[index]) > MAX_CELL_CHARACTERS:
                fault, value = TOO_LONG, gathered.columns[index]
    if fault:
        gathered.rejects.append(Reject(name, row.line, fault, printable(value[:60])))
        if len(gathered.rejects) > MAX_REJECTS:
            raise TooManyRejectsError(
                f"More than {MAX_REJECTS:,} rows of {name} cannot be used. The last has {fault} (line {row.line:,}). "
                "Check which line is the heading, and that you chose the right file.",
                gathered.rejects,
            )
    return fault


def _of_another_width(cells: list[str], width: int) -> tuple[str, str]:
    beyond = [cell for cell in cells[width:] if cell]
    if beyond:
        return TOO_MANY_FIELDS, f"{len(cells)} of {width}"
    if len(cells) < width:
        return TOO_FEW_FIELDS, f"{len(cells)} of {width}"
    del cells[width:]
    return "", ""


def is_totals_row(cells: Sequence[str]) -> bool:
    """Return whether a row sums up others, and is no record.

    It is where its first filled cell says so and says nothing else ("Total", "Grand total: 5", "312 rows"), and
    each further cell is empty, a number, or says so again. A record always has a date or a text beside.

    >>> is_totals_row(["Total", "", "1,204"]), is_totals_row(["Total", "01/10/2024", "Bow Lane"])
    (True, False)
    """
    filled = [cell for cell in cells if cell]
    if not filled or not _TOTAL.fullmatch(filled[0]):
        return False
    return all(cell == UNCOMPUTED or _NUMBER.fullmatch(cell) or _TOTAL.fullmatch(cell) for cell in filled[1:])


def without_empty_end(cells: list[str]) -> list[str]:
    """Return the cells up to the last that is filled."""
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return cells[:end]


class _KeptRows:
    """The rows that are kept: in lists at first, in Arrow as soon as they are many or long."""

    def __init__(self, columns: Sequence[str], wanted: Sequence[int], name: str) -> None:
        self._wanted, self._name = wanted, name
        self._schema = pa.schema([(columns[index], pa.string()) for index in wanted])
        self._batches: list[pa.RecordBatch] = []
        self._line_batches: list[pa.Array] = []
        self._rows: list[list[str]] = []
        self._lines: list[int] = []
        self._characters = self._bytes = 0

    def add(self, line: int, cells: list[str]) -> None:
        self._rows.append(cells)
        self._lines.append(line)
        self._characters += sum(map(len, cells))
        if len(self._rows) == BATCH_ROWS or self._characters > BATCH_CHARACTERS:
            self._pack()

    @property
    def table(self) -> pa.Table:
        self._pack()
        return pa.Table.from_batches(self._batches, self._schema)

    @property
    def lines(self) -> pa.Array:
        self._pack()
        return pa.concat_arrays([pa.array([], pa.int64()), *self._line_batches])

    def _pack(self) -> None:
        if not self._rows:
            return
        by_column = list(zip(*self._rows, strict=True))
        arrays = [pa.array(by_column[index], pa.string()) for index in self._wanted]
        self._batches.append(pa.RecordBatch.from_arrays(arrays, schema=self._schema))
        self._line_batches.append(pa.array(self._lines, pa.int64()))
        self._rows, self._lines, self._characters = [], [], 0
        self._bytes += self._batches[-1].nbytes
        if self._bytes > MAX_KEPT_BYTES:
            raise UnreadableSourceError(
                f"{self._name} holds more than {MAX_KEPT_BYTES:,} bytes of text in the columns to read. "
                "Give fewer months at a time, or leave long columns out."
            )
