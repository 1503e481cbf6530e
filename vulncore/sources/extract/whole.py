"""An extract read whole by the process that calls: raw rows, the heading over them, and what becomes of each row."""

from collections.abc import Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from vulncore.domain.delivery import Progress, printable, source_file
from vulncore.domain.errors import UnreadableSourceError, first_five
from vulncore.sources.extract.gathering import GatheredRows, gather_rows, without_empty_end
from vulncore.sources.extract.heading import column_names, find_heading, heading_rows
from vulncore.sources.extract.packed import (
    FIRST_BYTES,
    HEADING_SEARCHED,
    OLD_WORKBOOK,
    PARQUET,
    ZIP,
    TextBytes,
    refuse_other_kinds,
    zip_names,
)
from vulncore.sources.extract.parquet import drop_midnights, parquet_rows
from vulncore.sources.extract.record import Extract, RawRows, Row
from vulncore.sources.extract.text import text_rows
from vulncore.sources.extract.workbook import workbook_kind, workbook_rows


@dataclass(frozen=True)
class Question:
    """What is to be read: the arguments of `read_extract`."""

    path: Path
    sheet: str | None
    heading: tuple[int, int] | None
    wanted: Collection[str] | None
    most_rows: int | None


@dataclass(frozen=True)
class _Headed:
    heading: tuple[int, int]
    columns: tuple[str, ...]
    unnamed: frozenset[int]
    lines: list[list[str]]
    rows: Iterator[Row]
    passed_over: int


def read_whole(question: Question, progress: Progress | None = None) -> Extract:
    """Return an extract; `read_extract` says of what, and what it raises.

    Only for what can't swell, or in a process that is watched.
    """
    name = printable(question.path.name)
    with ExitStack() as closing:
        raw = _raw_rows(question, name, closing)
        headed = _under_heading(raw, question.heading, name)
        gathered = gather_rows(
            headed.rows,
            raw,
            headed.columns,
            headed.lines,
            name,
            wanted=question.wanted,
            unnamed=headed.unnamed,
            most_rows=question.most_rows,
            progress=progress,
        )
        notes = raw.notes()
    if gathered.complete and not gathered.rejects and not gathered.lines:
        left = f", only {gathered.read:,} empty or totals rows" if gathered.read else ""
        raise UnreadableSourceError(
            f"{name} has a heading but no records{left}. Check that the extract covers the right dates."
        )
    if headed.passed_over:
        notes.append(f"{headed.passed_over} lines above the heading were passed over.")
    table, only_dates = drop_midnights(gathered.table, raw.timestamps)
    if only_dates:
        notes.append(
            f"All times in {len(only_dates)} columns are midnight and were read as dates: {first_five(only_dates)}."
        )
    return _extract(question.path, raw, headed, replace(gathered, table=table), tuple(notes))


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


def _under_heading(raw: RawRows, heading: tuple[int, int] | None, name: str) -> _Headed:
    """Return the rows beneath the heading, and what it calls the columns."""
    if raw.names is not None:
        columns, unnamed = column_names([Row(1, list(raw.names))], (), name)
        return _Headed((1, 1), columns, unnamed, [], raw.rows, 0)
    most = max(HEADING_SEARCHED, heading[1] if heading and heading[1] <= 10 * HEADING_SEARCHED else 0)
    first = []
    for row in raw.rows:
        first.append(row._replace(cells=[cell.strip() for cell in row.cells]))
        if len(first) == most:
            break
    if not any(any(row.cells) for row in first):
        raise UnreadableSourceError(
            f"The first {len(first)} rows of {name} are empty. Check that you chose the right file."
        )
    if heading is None:
        heading = find_heading(first, raw.merged, name)
    lines = heading_rows(first, heading, name)
    columns, unnamed = column_names(lines, raw.merged, name)
    above = sum(any(row.cells) for row in first if row.line < heading[0])
    beneath = [row for row in first if row.line > lines[-1].line]
    headings = [without_empty_end(row.cells) for row in lines]
    return _Headed(heading, columns, unnamed, headings, chain(beneath, raw.rows), above)


def _extract(
    path: Path, raw: RawRows, headed: _Headed, gathered: GatheredRows, notes: tuple[str, ...]
) -> Extract:
    void = {headed.columns[index] for index in headed.unnamed - gathered.filled}
    return Extract(
        file=source_file(path),
        kind=raw.kind,
        encoding=raw.encoding,
        delimiter=raw.delimiter,
        sheet=raw.sheet,
        sheets=raw.sheets,
        heading=headed.heading,
        columns=tuple(column for column in headed.columns if column not in void),
        table=gathered.table.drop_columns(
            [column for column in gathered.table.column_names if column in void]
        ),
        lines=gathered.lines,
        read=gathered.read,
        left_out=dict(gathered.left_out),
        rejects=tuple(gathered.rejects),
        complete=gathered.complete,
        notes=notes,
    )
