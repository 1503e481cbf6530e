"""An extract read whole by the process that calls: raw rows, the heading over them, and what becomes of each row."""

from contextlib import ExitStack
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from vulncore.domain.delivery import Progress, printable, source_file
from vulncore.domain.errors import UnreadableSourceError, first_five
from vulncore.domain.words import agree, number_of
from vulncore.sources.extract.gathering import gather_rows
from vulncore.sources.extract.heading import under_heading
from vulncore.sources.extract.packed import (
    FIRST_BYTES,
    OLD_WORKBOOK,
    PARQUET,
    ZIP,
    TextBytes,
    refuse_other_kinds,
    zip_names,
)
from vulncore.sources.extract.parquet import drop_midnights, parquet_rows
from vulncore.sources.extract.record import LINES, Extract, Question, RawRows
from vulncore.sources.extract.text import text_rows
from vulncore.sources.extract.workbook import workbook_kind, workbook_rows


def read_whole(question: Question, progress: Progress | None = None) -> Extract:
    """Return an extract; `read_extract` says of what, and what it raises.

    Only for what can't swell, or in a process that is watched.
    """
    name = printable(question.path.name)
    with ExitStack() as closing:
        raw = _raw_rows(question, name, closing)
        headed = under_heading(raw, question.heading, name)
        gathered = gather_rows(headed, raw, question, name, progress)
        notes, hidden_rows = raw.notes(), raw.hidden_rows()
    table, only_dates = drop_midnights(without_text_marks(gathered.table), raw.timestamps)
    if gathered.complete and not gathered.rejects and not table.num_rows:
        left = f", only {gathered.read:,} empty or totals rows" if gathered.read else ""
        raise UnreadableSourceError(
            f"{name} has a heading but no records{left}. Check that the extract covers the right dates."
        )
    if headed.passed_over:
        lines = number_of(headed.passed_over, "line")
        notes.append(f"{lines} above the heading {agree(headed.passed_over, 'was', 'were')} passed over.")
    if only_dates:
        notes.append(
            f"All times in {number_of(len(only_dates), 'column')} are midnight and were read as dates: {first_five(only_dates)}."
        )
    void = {headed.columns[place] for place in headed.unnamed - gathered.filled}
    return Extract(
        file=source_file(question.path),
        kind=raw.kind,
        encoding=raw.encoding,
        delimiter=raw.delimiter,
        sheet=raw.sheet,
        sheets=raw.sheets,
        heading=headed.heading,
        columns=tuple(column for column in headed.columns if column not in void),
        table=table.drop_columns([LINES, *void.intersection(table.column_names)]),
        lines=table[LINES].combine_chunks(),
        read=gathered.read,
        left_out=dict(gathered.left_out),
        rejects=tuple(gathered.rejects),
        complete=gathered.complete,
        notes=tuple(notes),
        hidden_rows=hidden_rows,
    )


def without_text_marks(table: pa.Table) -> pa.Table:
    """Return a table without the apostrophe before words where it stands before every one of a column."""
    for place, name in enumerate(table.column_names):
        column = table[name]
        if name == LINES or not pc.any(pc.starts_with(column, "'")).as_py():
            continue
        if pc.all(pc.or_(pc.starts_with(column, "'"), pc.equal(column, ""))).as_py():
            table = table.set_column(place, name, pc.utf8_trim_whitespace(pc.utf8_trim(column, "'")))
    return table


def _raw_rows(question: Question, name: str, closing: ExitStack) -> RawRows:
    path = question.path
    first = first_bytes(path, name)
    if first.startswith(PARQUET):
        return parquet_rows(path, name, question.wanted, closing)
    kind = "XLS" if first.startswith(OLD_WORKBOOK) else None
    if first.startswith(ZIP):
        kind = workbook_kind(zip_names(path, name), name)
    if kind:
        return workbook_rows(path, kind, name, question.sheet, closing)
    with TextBytes(path, name, first) as stream:
        refuse_other_kinds(stream.read(FIRST_BYTES), name)
    return text_rows(lambda: TextBytes(path, name, first), name, closing)


def first_bytes(path: Path, name: str) -> bytes:
    """Return how a file begins.

    Raises:
        UnreadableSourceError: It may not be opened.
    """
    try:
        with path.open("rb") as stream:
            return stream.read(FIRST_BYTES)
    except OSError as problem:
        raise UnreadableSourceError(
            f"{name} cannot be opened: {problem.strerror}. Check who may read the file."
        ) from problem
