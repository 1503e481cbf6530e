"""Any force's extract, whole or refused in a sentence."""

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from vulncore.domain.delivery import Progress, printable, source_file
from vulncore.domain.errors import UnreadableSourceError, first_five
from vulncore.sources.extract.gathering import Gathered, gathered, without_end
from vulncore.sources.extract.heading import column_names, found_heading, given_heading
from vulncore.sources.extract.packed import (
    HEADING_SEARCHED,
    MAX_BYTES,
    Bounded,
    checked_zip,
    gunzipped,
    member_of,
    plain,
    text_member,
)
from vulncore.sources.extract.parquet import dates_where_all_is_midnight, parquet_rows
from vulncore.sources.extract.record import (
    FIRST_BYTES,
    GZIP,
    PARQUET,
    ZIP,
    Extract,
    RawRows,
    Row,
    refuse_other_kinds,
)
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
    r"""Return an extract's rows as text, with every row accounted for. What it is shows by its content.

    Args:
        path: CSV (comma, semicolon, tab or bar), alone or in a gz or a zip of it alone; XLSX; or Parquet.
        sheet: The sheet of a workbook; not needed where only one could be the extract.
        heading: The first and the last line of the heading, where it isn't found by rule.
        wanted: The columns to keep, by name; all if not said. Where there is none of them, no row is read.
        most_rows: Stop after so many rows beneath the heading, as for a preview.
        progress: Told the rows so far and the share of the file that they are, every ten thousand rows.

    Returns:
        The extract. Dates and times of cells are ISO text, whole numbers have no decimals, booleans are TRUE
        and FALSE, formulas the values computed last.

    Raises:
        SheetNotSaidError: Several sheets could be the extract.
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
        headed = _headed(raw, heading, name)
        done = gathered(
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
    if done.complete and not done.rejects and not done.lines:
        left = f" but {done.read:,} rows that are none" if done.read else ""
        raise UnreadableSourceError(
            f"{name} has a heading and no record beneath it{left}. Check that the extract was made for the right dates."
        )
    if headed.passed_over:
        notes.append(f"{headed.passed_over} lines above the heading were passed over.")
    table, only_dates = dates_where_all_is_midnight(done.table, raw.timestamps)
    if only_dates:
        notes.append(
            f"All times of {len(only_dates)} columns are midnight, so they are dates: {first_five(only_dates)}."
        )
    return _extract(path, raw, headed, replace(done, table=table), tuple(notes))


def _extract(path: Path, raw: RawRows, headed: _Headed, done: Gathered, notes: tuple[str, ...]) -> Extract:
    void = {headed.columns[index] for index in headed.unnamed - done.filled}
    return Extract(
        file=source_file(path),
        kind=raw.kind,
        encoding=raw.encoding,
        delimiter=raw.delimiter,
        sheet=raw.sheet,
        sheets=raw.sheets,
        heading=headed.heading,
        columns=tuple(column for column in headed.columns if column not in void),
        table=done.table.drop_columns([column for column in done.table.column_names if column in void]),
        lines=done.lines,
        read=done.read,
        left_out=dict(done.left_out),
        rejects=tuple(done.rejects),
        complete=done.complete,
        notes=notes,
    )


def _refuse_by_size(path: Path, name: str) -> None:
    if not path.is_file():
        raise UnreadableSourceError(f"There is no file {printable(str(path))}. Check its name.")
    if path.stat().st_size > MAX_BYTES:
        raise UnreadableSourceError(
            f"{name} has {path.stat().st_size:,} bytes, and an extract has at most {MAX_BYTES:,}. "
            "Give fewer months at a time, or check that it is the right file."
        )


def _raw_rows(
    path: Path, name: str, sheet: str | None, wanted: Collection[str] | None, closing: ExitStack
) -> RawRows:
    try:
        with path.open("rb") as stream:
            first = stream.read(FIRST_BYTES)
    except OSError as problem:
        raise UnreadableSourceError(
            f"{name} can't be opened: {problem.strerror}. Check who may read it."
        ) from problem
    if first.startswith(PARQUET):
        return parquet_rows(path, name, wanted, closing)
    if first.startswith(ZIP):
        archive = closing.enter_context(checked_zip(path))
        if is_workbook(archive):
            return workbook_rows(archive, name, sheet, closing)
        member = text_member(archive, name)
        return _text(lambda: member_of(archive, member, name), name, closing)
    opens = gunzipped if first.startswith(GZIP) else plain
    return _text(lambda: opens(path, name), name, closing)


def _text(opened: Callable[[], Bounded], name: str, closing: ExitStack) -> RawRows:
    with opened() as stream:
        first = stream.read(FIRST_BYTES)
    refuse_other_kinds(first, name)
    return text_rows(opened, name, closing)


def _headed(raw: RawRows, heading: tuple[int, int] | None, name: str) -> _Headed:
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
            f"{name} has nothing in its first {len(first)} rows. Check that it is the right file."
        )
    if heading is None:
        heading = found_heading(first, raw.merged, name)
    lines = given_heading(first, heading, name)
    columns, unnamed = column_names(lines, raw.merged, name)
    above = sum(any(row.cells) for row in first if row.line < heading[0])
    beneath = [row for row in first if row.line > lines[-1].line]
    headings = [without_end(row.cells) for row in lines]
    return _Headed(heading, columns, unnamed, headings, chain(beneath, raw.rows), above)
