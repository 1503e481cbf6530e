"""An XLSX workbook as raw rows: which sheet is the extract, and what its cells say.

Of its parts only those are unpacked that say how it hangs together, the texts, and the sheet that is read; macros,
pictures, links to other files and the rest are never touched. openpyxl is asked which numbers are dates; it does
not read the file, because it can't tell an empty cell from a formula without its value, and keeps parts as trees.
"""

import zipfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from itertools import islice
from typing import Final

from vulncore.domain.delivery import printable
from vulncore.domain.errors import UnreadableSourceError, first_five
from vulncore.sources.extract.bounds import HEADING_SEARCHED
from vulncore.sources.extract.packed import member_of
from vulncore.sources.extract.record import RawRows, Row, SheetNotSaidError
from vulncore.sources.extract.sheet import Sheet, merged_ranges
from vulncore.sources.extract.workbook_parts import Parts, parts_of, shared_strings, shown_by_style

LEAST_COLUMNS: Final = 3  # a reference, a date and what it was: a sheet of two is a list of criteria
LEAST_ROWS: Final = 2

_WORKBOOK = "xl/workbook.xml"


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Return whether a zip is a workbook of any kind, rather than files packed together."""
    names = set(archive.namelist())
    return "[Content_Types].xml" in names or "mimetype" in names or _WORKBOOK in names


def workbook_rows(archive: zipfile.ZipFile, name: str, sheet: str | None, closing: ExitStack) -> RawRows:
    """Return the raw rows of a sheet of a workbook.

    The sheet is the one named; else the only visible one that looks like a table: at least three columns and
    two rows. Where several do, none is taken for the analyst, because half of the records would be left out
    in silence where each sheet holds a month.

    Raises:
        SheetNotSaidError: Several sheets could be it.
        UnreadableSourceError: It is no XLSX, is damaged, or has no such sheet.
    """
    parts = parts_of(archive, name)
    strings = shared_strings(archive, parts, name)
    shows = shown_by_style(archive, parts, name)

    def opened(title: str) -> tuple[Sheet, zipfile.ZipInfo]:
        return Sheet(strings, shows, parts.first_day, name), archive.getinfo(parts.sheets[title])

    def first_rows(title: str) -> list[Row]:
        reader, member = opened(title)
        with member_of(archive, member, name) as stream:
            return [row for row in islice(reader.rows(stream), HEADING_SEARCHED) if any(row.cells)]

    title = _named(parts, sheet, name) if sheet is not None else _only_table(parts, first_rows, name)
    reader, member = opened(title)
    with member_of(archive, member, name) as stream:
        merged = merged_ranges(stream, HEADING_SEARCHED)
    stream = closing.enter_context(member_of(archive, member, name))

    def notes() -> list[str]:
        visible = [other for other in parts.sheets if other != title and other not in parts.hidden]
        hidden = [other for other in parts.hidden if other != title]
        return [
            *(
                [f"{reader.formulas:,} cells are formulas; the values computed last were read."]
                if reader.formulas
                else []
            ),
            *(["Its macros were not run."] if parts.macros else []),
            *([f"{len(visible)} other sheets were not read: {_names(visible)}."] if visible else []),
            *([f"{len(hidden)} hidden sheets were not read: {_names(hidden)}."] if hidden else []),
        ]

    return RawRows(
        kind="XLSX",
        rows=reader.rows(stream),
        share=stream.share,
        sheet=title,
        sheets=tuple(parts.sheets),
        merged=merged,
        end_with_what_is_filled=True,
        notes=notes,
    )


def _named(parts: Parts, sheet: str, name: str) -> str:
    if sheet not in parts.sheets:
        raise UnreadableSourceError(
            f"{name} has no sheet {printable(sheet)!r}. It has {len(parts.sheets)}: {_names(parts.sheets)}."
        )
    return sheet


def _only_table(parts: Parts, first_rows: Callable[[str], list[Row]], name: str) -> str:
    visible = [title for title in parts.sheets if title not in parts.hidden]
    rows = {title: first_rows(title) for title in visible}
    tables = [title for title in visible if _is_table(rows[title])]
    filled = [title for title in visible if rows[title]]
    could_be = tables or filled
    if len(could_be) == 1:
        return could_be[0]
    if could_be:
        raise SheetNotSaidError(
            f"{len(could_be)} sheets of {name} could be the extract: {_names(could_be)}. Say which (--sheet, or `sheet` in the mapping); each is read by itself.",
            could_be,
        )
    hidden = f" Hidden ones are read only by name: {_names(parts.hidden)}." if parts.hidden else ""
    raise UnreadableSourceError(
        f"No visible sheet of {name} has anything in it.{hidden} Check that it is the right file."
    )


def _is_table(rows: list[Row]) -> bool:
    wide = sum(sum(map(bool, row.cells)) >= LEAST_COLUMNS for row in rows)
    return wide >= LEAST_ROWS


def _names(titles: Iterable[str]) -> str:
    return first_five(printable(title) for title in titles)
