"""Raw rows made into a table of text, each row of them kept, left out or rejected."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

import pyarrow as pa

from vulncore.domain.delivery import Progress, printable
from vulncore.domain.errors import Reject, TooManyRejectsError, UnreadableSourceError
from vulncore.sources.extract.heading import Headed, without_empty_end
from vulncore.sources.extract.packed import (
    BATCH_CHARACTERS,
    BATCH_ROWS,
    MAX_CELL_CHARACTERS,
    MAX_KEPT_BYTES,
    MAX_REJECTS,
    MAX_ROWS,
)
from vulncore.sources.extract.record import LINES, UNCOMPUTED, Question, RawRows, Row, clean_cell

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


class GatheredRows:
    """The rows of a file that are kept, in lists at first and in Arrow as soon as they are many or long; and the others.

    `wanted` are the places of the columns that are kept, `filled` those of columns without a name that hold anything.
    """

    def __init__(self, columns: Sequence[str], wanted: Sequence[int], name: str) -> None:
        self.wanted, self._name = wanted, name
        self.read = 0
        self.left_out: Counter[str] = Counter()
        self.rejects: list[Reject] = []
        self.complete = bool(wanted)
        self.filled: set[int] = set()
        self._schema = pa.schema([(LINES, pa.int64()), *((columns[place], pa.string()) for place in wanted)])
        self._batches: list[pa.RecordBatch] = []
        self._rows: list[list[str]] = []
        self._lines: list[int] = []
        self._characters = self._bytes = 0

    @property
    def table(self) -> pa.Table:
        """The rows that are kept; in `LINES` the line of each."""
        self._pack()
        return pa.Table.from_batches(self._batches, self._schema)

    def keep(self, line: int, cells: list[str]) -> None:
        """Keep a row."""
        self._rows.append(cells)
        self._lines.append(line)
        self._characters += sum(map(len, cells))
        if len(self._rows) == BATCH_ROWS or self._characters > BATCH_CHARACTERS:
            self._pack()

    def _pack(self) -> None:
        if not self._rows:
            return
        by_column = list(zip(*self._rows, strict=True))
        arrays = [pa.array(by_column[place], pa.string()) for place in self.wanted]
        self._batches.append(
            pa.RecordBatch.from_arrays([pa.array(self._lines), *arrays], schema=self._schema)
        )
        self._bytes += sum(array.nbytes for array in arrays)
        self._rows, self._lines, self._characters = [], [], 0
        if self._bytes > MAX_KEPT_BYTES:
            raise UnreadableSourceError(
                f"{self._name} holds more than {MAX_KEPT_BYTES:,} bytes of text in the columns to read. "
                "Give fewer months at a time, or leave long columns out."
            )


def gather_rows(
    headed: Headed, raw: RawRows, question: Question, name: str, progress: Progress | None
) -> GatheredRows:
    """Return the rows beneath a heading as a table of text, with every row accounted for.

    Raises:
        UnreadableSourceError: There are too many rows, more text than can be kept, or the file breaks off.
        TooManyRejectsError: So many rows can't be used that the file must be of another shape.
    """
    columns, wanted = headed.columns, question.wanted
    places = [place for place, column in enumerate(columns) if wanted is None or column in wanted]
    gathered = GatheredRows(columns, places, name)
    why_not = ""
    for row in headed.rows if places else ():
        if gathered.read == question.most_rows:
            gathered.complete = False
            break
        gathered.read += 1
        if gathered.read > MAX_ROWS:
            raise UnreadableSourceError(
                f"{name} has more than {MAX_ROWS:,} rows. Give fewer months at a time, or check that you chose the right file."
            )
        cells = [clean_cell(cell) for cell in row.cells]
        if raw.end_with_what_is_filled:
            cells.extend([""] * (len(columns) - len(cells)))
        why_not = _judge_row(cells, row, headed, gathered, name)
        if not why_not:
            gathered.filled.update(place for place in headed.unnamed if cells[place])
            gathered.keep(row.line, cells)
        if progress and gathered.read % BATCH_ROWS == 0:
            progress(gathered.read, raw.share())
    if gathered.complete and why_not == TOO_FEW_FIELDS and raw.ends_in_a_line():
        raise UnreadableSourceError(
            f"{name} breaks off in its last row (line {gathered.rejects[-1].line:,}), so rows are missing. Export the file again."
        )
    if progress:
        progress(gathered.read, 1.0)
    return gathered


def _judge_row(cells: list[str], row: Row, headed: Headed, gathered: GatheredRows, name: str) -> str:
    """Return "" for a row to keep, its cells made as many as the columns; else why not, with that booked."""
    width = len(headed.columns)
    left = "" if any(cells) else EMPTY_ROW
    if not left and not row.fault:
        repeated = tuple(without_empty_end(cells)) in headed.lines
        left = HEADING_REPEATED if repeated else TOTALS_ROW if is_totals_row(cells) else ""
    if left:
        gathered.left_out[left] += 1
        return left
    fault, value = row.fault, ""  # what stands there may be about somebody, and nobody asked for it
    if not fault and len(cells) != width:
        fault = TOO_MANY_FIELDS if any(cells[width:]) else TOO_FEW_FIELDS if len(cells) < width else ""
        value = f"{len(cells)} of {width}"
        del cells[width:]
    if not fault:
        for place in gathered.wanted:
            if cells[place] == UNCOMPUTED:
                fault, value = NO_VALUE, headed.columns[place]
            elif len(cells[place]) > MAX_CELL_CHARACTERS:
                fault, value = TOO_LONG, headed.columns[place]
    if fault:
        gathered.rejects.append(Reject(name, row.line, fault, printable(value[:60])))
        if len(gathered.rejects) > MAX_REJECTS:
            raise TooManyRejectsError(
                f"More than {MAX_REJECTS:,} rows of {name} cannot be used. The last has {fault} (line {row.line:,}). "
                "Check which line is the heading, and that you chose the right file.",
                gathered.rejects,
            )
    return fault


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
