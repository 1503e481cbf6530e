"""The way in: any extract read whole, or refused in a sentence."""

from collections.abc import Callable, Collection, Iterator
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
    GZIP,
    HEADING_SEARCHED,
    MAX_BYTES,
    PARQUET,
    ZIP,
    BoundedStream,
    open_checked_zip,
    open_gzip,
    open_member,
    open_plain,
    refuse_other_kinds,
    text_member,
)
from vulncore.sources.extract.parquet import drop_midnights, parquet_rows
from vulncore.sources.extract.record import Extract, RawRows, Row
from vulncore.sources.extract.text import text_rows
from vulncore.sources.extract.workbook import is_workbook, workbook_rows


@dataclass(frozen=True)
class _Headed:
    heading: tuple[int, int]
    columns: tuple[str, ...]
    unnamed: frozenset[int]
    lines: list[list[str]]
    rows: Iterator[Row]
    passed_over: int


def read_extract(
    path: Path,
    *,
    sheet: str | None = None,
    heading: tuple[int, int] | None = None,
    wanted: Collection[str] | None = None,
    most_rows: int | None = None,
    progress: Progress | None = None,
) -> Extract:
    r"""Return an extract's rows as text, with every row accounted for; the format is recognised by the content.

    Args:
        path: CSV (comma, semicolon, tab or bar), alone or in a gz or a zip of it alone; XLSX; or Parquet.
        sheet: The sheet of a workbook; not needed where only one could be the extract.
        heading: The first and the last line of the heading, where it isn't found by rule.
        wanted: The columns to keep, by name; all unless given. Where none of them is there, no row is read.
        most_rows: Stop after so many rows beneath the heading, as for a preview.
        progress: Called every ten thousand rows with the rows so far and their share of the file.

    Returns:
        The extract. Dates and times of cells are ISO text, whole numbers have no decimals, booleans are TRUE
        and FALSE, formulas the values computed last.

    Raises:
        SheetNotChosenError: Several sheets could be the extract.
        TooManyRejectsError: So many rows can't be used that the file must be of another shape.
        UnreadableSourceError: The file is missing, empty, damaged, cut off, too large, of another kind, or has
            no heading that can be found or no row beneath it.

    Misleads when:
        a text is cut off exactly at the end of a row: nothing in it then says that rows are missing.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "crimes.csv"
    ...     _ = path.write_text("Ref;Recorded\nA1;01/10/2024\n;\nTotal;1\n")
    ...     extract = read_extract(path)
    >>> extract.table.to_pylist(), extract.left_out
    ([{'Ref': 'A1', 'Recorded': '01/10/2024'}], {'empty row': 1, 'totals row': 1})
    """
    name = printable(path.name)
    _refuse_by_size(path, name)
    with ExitStack() as closing:
        raw = _raw_rows(path, name, sheet, wanted, closing)
        headed = _under_heading(raw, heading, name)
        gathered = gather_rows(
            headed.rows,
            raw,
            headed.columns,
            headed.lines,
            name,
            wanted=wanted,
            unnamed=headed.unnamed,
            most_rows=most_rows,
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
    return _extract(path, raw, headed, replace(gathered, table=table), tuple(notes))


def _refuse_by_size(path: Path, name: str) -> None:
    if not path.is_file():
        raise UnreadableSourceError(f"There is no file {printable(str(path))}. Check the name.")
    if path.stat().st_size > MAX_BYTES:
        raise UnreadableSourceError(
            f"{name} has {path.stat().st_size:,} bytes. An extract has at most {MAX_BYTES:,}. "
            "Give fewer months at a time, or check that you chose the right file."
        )


def _raw_rows(
    path: Path, name: str, sheet: str | None, wanted: Collection[str] | None, closing: ExitStack
) -> RawRows:
    try:
        with path.open("rb") as stream:
            first = stream.read(FIRST_BYTES)
    except OSError as problem:
        raise UnreadableSourceError(
            f"{name} cannot be opened: {problem.strerror}. Check who may read the file."
        ) from problem
    if first.startswith(PARQUET):
        return parquet_rows(path, name, wanted, closing)
    if first.startswith(ZIP):
        archive = closing.enter_context(open_checked_zip(path))
        if is_workbook(archive):
            return workbook_rows(archive, name, sheet, closing)
        member = text_member(archive, name)
        return _text_rows(lambda: open_member(archive, member, name), name, closing)
    opens = open_gzip if first.startswith(GZIP) else open_plain
    return _text_rows(lambda: opens(path, name), name, closing)


def _text_rows(opened: Callable[[], BoundedStream], name: str, closing: ExitStack) -> RawRows:
    with opened() as stream:
        first = stream.read(FIRST_BYTES)
    refuse_other_kinds(first, name)
    return text_rows(opened, name, closing)


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
