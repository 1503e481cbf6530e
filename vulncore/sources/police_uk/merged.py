"""Files of data.police.uk that somebody merged into one: its columns say month and force of each row, not its name.

Which of its months are whole nobody can read from it, so it is asked. Each month of a force is then read as if it were a file
of its own, and its rows have the ids that they had there.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import gcd
from pathlib import Path
from typing import Final

import pyarrow as pa

from vulncore.domain.delivery import printable
from vulncore.domain.errors import UnreadableSourceError, first_five
from vulncore.domain.periods import Window, add_months, format_month, month_end, month_name
from vulncore.sources.csv_text import fields, line_batches, require_end
from vulncore.sources.police_uk.files import (
    HEADERS,
    MAX_FILE_BYTES,
    NAME_IT,
    FileKind,
    MonthFile,
    force_names,
    is_file_name,
    paths_within,
)
from vulncore.sources.police_uk.rows import row_faults, typed_columns
from vulncore.sources.row_tally import MAX_REJECTS, RowTally
from vulncore.sources.written import written_month
from vulncore.sources.zip_members import is_zip, read_within, too_large

MAX_MERGED_LINES: Final = 3_000_000  # three years of the largest force
HEADING_AGAIN: Final = "a heading that comes again"
EMPTY: Final = "an empty row"
NOT_COVERED: Final = "of a month that is not among those covered"
NO_MONTH: Final = "no month that can be read"
NO_FORCE: Final = "a force that data.police.uk does not list"
_BATCH_LINES: Final = 20_000
_FIRST_BYTES: Final = 4_096


TWICE: Final = 0.4  # of the rows with a Crime ID, beyond the first of each: half are where all come twice


@dataclass
class MergedFile:
    """A file of several months: its rows by month and force, each with its line, and what became of the others."""

    path: Path
    kind: FileKind
    tally: RowTally
    rows: dict[tuple[date, str], dict[int, Sequence[str]]] = field(default_factory=dict)

    @property
    def months(self) -> list[date]:
        """The months that have a row, in order."""
        return sorted({month for month, _ in self.rows})

    def files(self) -> list[MonthFile]:
        """Return its months of each force as files."""
        return [MonthFile(month, slug, self.kind, self.path) for month, slug in sorted(self.rows)]

    def month_rows(self, file: MonthFile) -> pa.Table:
        """Return the accepted rows of a month of a force, as `rows.month_rows` does of a file; others are booked in `tally`."""
        rows = self.rows[file.month, file.slug]
        table = typed_columns(self.kind, rows)
        standing = pa.array(self.tally.sift(table["line"], row_faults(file, table)))
        within = pa.array(
            range(2, len(rows) + 2), pa.int64()
        )  # the lines that they had in a file of their own
        at = table.column_names.index("line")
        return table.set_column(at, "line", within).filter(standing)


def is_heading(heading: Sequence[str]) -> bool:
    """Return whether a heading is that of files of data.police.uk.

    >>> is_heading(HEADERS[FileKind.OUTCOMES]), is_heading(["Crime ID", "Month"])
    (True, False)
    """
    return tuple(heading) in HEADERS.values()


def merged_paths(paths: Iterable[Path]) -> dict[Path, FileKind]:
    """Return the CSVs whose name gives no month and force, but whose heading is that of files of data.police.uk."""
    merged = {}
    for path in paths_within(paths):
        named = is_file_name(path.name) or path.name.startswith(".") or path.name.endswith(".rejects.csv")
        if named or is_zip(path) or path.suffix.casefold() != ".csv":
            continue
        with path.open("rb") as stream:
            first = stream.read(_FIRST_BYTES).decode("utf-8-sig", errors="replace").partition("\n")[0]
        heading = tuple(cell.strip() for cell in fields(first.strip()) or [])
        kinds = [kind for kind, header in HEADERS.items() if heading == header]
        if kinds:
            merged[path] = kinds[0]
    return merged


def merged_months(path: Path) -> list[date]:
    """Return the months that have a row in a file whose name gives none; none of any other file.

    Raises:
        UnreadableSourceError: It can't be read, or its rows don't say which force they are of.
    """
    return [
        month for merged, kind in merged_paths([path]).items() for month in read_merged(merged, kind).months
    ]


def read_merged(path: Path, kind: FileKind, covers: tuple[date, date] | None = None) -> MergedFile:
    """Return a merged file's rows by month and force; with `covers` those of its months alone.

    Raises:
        UnreadableSourceError: It can't be read, its rows don't say which force they are of, or a month was merged in twice.
    """
    name = printable(path.name)
    if kind is FileKind.STOP_AND_SEARCH:
        raise UnreadableSourceError(
            f"The file name {name} does not give a month and a force, and rows of stop and search name no force. {NAME_IT}"
        )
    with path.open("rb") as stream:
        content = read_within(stream, MAX_FILE_BYTES, too_large(name, MAX_FILE_BYTES))
    file = MergedFile(path, kind, RowTally(name))
    months, slugs = _Written(), {label: slug for slug, labels in force_names().items() for label in labels}
    month_at, force_at = (HEADERS[kind].index(column) for column in ("Month", "Reported by"))
    for lines in line_batches(content, name, MAX_MERGED_LINES, _BATCH_LINES):
        require_end(lines)
        file.tally.read += lines.read
        for misfit in lines.misfits:
            if misfit.text.strip(" ,\t"):
                file.tally.reject(misfit.line, misfit.reason, misfit.text)
            else:
                file.tally.left_out[EMPTY] += 1
        for line, cells in lines.rows.items():
            month, slug = months[cells[month_at]], slugs.get(cells[force_at].strip())
            if month and slug and covers and not covers[0] <= month <= covers[1]:
                file.tally.left_out[NOT_COVERED] += 1
            elif month and slug:
                named = [*cells[:month_at], format_month(month), *cells[month_at + 1 :]]
                file.rows.setdefault((month, slug), {})[line] = named
            elif not any(cell.strip() for cell in cells):
                file.tally.left_out[EMPTY] += 1
            elif [cell.strip() for cell in cells] == lines.heading:
                file.tally.left_out[HEADING_AGAIN] += 1
            else:
                file.tally.reject(
                    line, NO_FORCE if month else NO_MONTH, cells[force_at if month else month_at]
                )
        if len(file.tally.rejects) > MAX_REJECTS:
            break
    file.tally.rejects = file.tally.rejects[: MAX_REJECTS + 1]
    _refuse_months_twice(file)
    return file


def merged_files(
    paths: Iterable[Path], kind: FileKind | None, covers: tuple[date, date] | None
) -> list[MergedFile]:
    """Return the merged files among some, for the months that they cover.

    Raises:
        UnreadableSourceError: As `read_merged`; or nobody said which months they cover, none of which has a row then, or
            months were said and no file is merged.
    """
    there = merged_paths(paths)
    if covers and not there:
        raise UnreadableSourceError(
            "The names of these files give their months, so --covers means nothing here. Leave --covers out."
        )
    files = []
    for path, of_kind in there.items():
        if kind in (None, of_kind):
            file = read_merged(path, of_kind, covers)
            if covers is None or not file.rows:
                raise UnreadableSourceError(_which_months(file, covers))
            files.append(file)
    return files


def _which_months(file: MergedFile, covers: tuple[date, date] | None) -> str:
    if covers:
        return f"{file.tally.name} has no row of the months from {month_name(covers[0])} to {month_name(covers[1])}."
    if not file.rows:
        return f"The file name {file.tally.name} does not give a month and a force, and no row of it does. {NAME_IT}"
    first, last = format_month(file.months[0]), format_month(file.months[-1])
    forces = first_five(sorted({force_names()[slug][0] for _, slug in file.rows}))
    return (
        f"The file name {file.tally.name} does not give a month and a force. Its rows are of {first_five(map(str, _runs(file.months)))} "
        f"({forces}). If it is whole for these months, add --covers {first}:{last}. Otherwise give each month by itself. {NAME_IT}"
    )


def _runs(months: Sequence[date]) -> Iterator[Window]:
    start = before = months[0]
    for month in [*months[1:], None]:
        if month is None or month != add_months(before, 1):
            yield Window(start, month_end(before))
            start = month or start
        before = month or before


def _refuse_months_twice(file: MergedFile) -> None:
    """Refuse a file into which a month went twice: all its rows come twice, those with a Crime ID among them, or nearly all with one do."""
    twice = []
    for (month, slug), rows in sorted(file.rows.items()):
        times = Counter(map(tuple, rows.values()))
        identified = any(cells[0].strip() for cells in times)
        references = Counter(cells[0].strip() for cells in rows.values() if cells[0].strip())
        again = references.total() - len(references)
        if identified and (gcd(*times.values()) > 1 or again > TWICE * references.total()):
            twice.append(f"{month_name(month)} of {force_names()[slug][0]}")
    if twice:
        raise UnreadableSourceError(
            f"{len(twice)} months are in {file.tally.name} more than once, with all their rows: {first_five(twice)}. Keep each once."
        )


class _Written(dict[str, date | None]):
    """Months by how they are written, each read once; of what is no month no more is kept than a file can have."""

    def __missing__(self, text: str) -> date | None:
        month = written_month(text)
        if len(self) < MAX_REJECTS:
            self[text] = month
        return month
