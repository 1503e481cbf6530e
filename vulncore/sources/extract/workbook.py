"""An XLSX workbook as raw rows: which sheet is the extract, and what its cells say.

Of its parts only those are unpacked that say how it hangs together, the texts, and the sheet that is read; macros,
pictures, links to other files and the rest are never touched. openpyxl is asked which numbers are dates; it does
not read the file, because it can't tell an empty cell from a formula without its value, and keeps parts as trees.
"""

import posixpath
import sys
import zipfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from vulncore.domain.delivery import printable
from vulncore.domain.errors import UnreadableSourceError, first_five
from vulncore.sources.extract.packed import (
    HEADING_SEARCHED,
    MAX_CELL_CHARACTERS,
    MAX_PART_BYTES,
    MAX_SHEETS,
    MAX_STRINGS_BYTES,
    MAX_STYLES,
    open_member,
)
from vulncore.sources.extract.record import RawRows, Row, SheetNotChosenError
from vulncore.sources.extract.sheet import (
    SheetReader,
    feed_xml,
    format_code,
    merged_ranges,
    moment_format,
    unescaped,
)

LEAST_COLUMNS: Final = 3  # a reference, a date and what it was: a sheet of two is a list of criteria
LEAST_ROWS: Final = 2

_WORKBOOK = "xl/workbook.xml"
_DAY_0: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - workbooks have local time
_DAY_0_OF_OLD_MACS: Final = datetime(1904, 1, 1)  # noqa: DTZ001


@dataclass(frozen=True)
class WorkbookParts:
    """Where a workbook keeps its sheets (by title, in order), texts and styles; "" where there is no such part."""

    sheets: dict[str, str]
    hidden: tuple[str, ...]
    strings: str
    styles: str
    first_day: datetime
    macros: bool


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Return whether a zip is a workbook of any kind, rather than files packed together."""
    names = set(archive.namelist())
    return "[Content_Types].xml" in names or "mimetype" in names or _WORKBOOK in names


def workbook_rows(archive: zipfile.ZipFile, name: str, sheet: str | None, closing: ExitStack) -> RawRows:
    """Return the raw rows of a sheet of a workbook.

    The sheet is the named sheet, or else the only visible sheet that looks like a table: at least three columns
    and two rows. Where several look so, none is chosen: half of the records would be left out in silence where
    each sheet holds a month.

    Raises:
        SheetNotChosenError: Several sheets could be it.
        UnreadableSourceError: It is no XLSX, is damaged, or has no such sheet.
    """
    parts = workbook_parts(archive, name)
    strings = shared_strings(archive, parts, name)
    shows = moments_by_style(archive, parts, name)

    def opened(title: str) -> tuple[SheetReader, zipfile.ZipInfo]:
        return SheetReader(strings, shows, parts.first_day, name), archive.getinfo(parts.sheets[title])

    def first_rows(title: str) -> list[Row]:
        reader, member = opened(title)
        with open_member(archive, member, name) as stream:
            return [row for row in islice(reader.rows(stream), HEADING_SEARCHED) if any(row.cells)]

    title = _named(parts, sheet, name) if sheet is not None else _only_table(parts, first_rows, name)
    reader, member = opened(title)
    with open_member(archive, member, name) as stream:
        merged = merged_ranges(stream, HEADING_SEARCHED)
    stream = closing.enter_context(open_member(archive, member, name))

    def notes() -> list[str]:
        visible = [other for other in parts.sheets if other != title and other not in parts.hidden]
        hidden = [other for other in parts.hidden if other != title]
        return [
            *(
                [f"{reader.formulas:,} cells are formulas and were read by the last value computed."]
                if reader.formulas
                else []
            ),
            *(["The workbook's macros were not run."] if parts.macros else []),
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


def _named(parts: WorkbookParts, sheet: str, name: str) -> str:
    if sheet not in parts.sheets:
        raise UnreadableSourceError(
            f"{name} has no sheet {printable(sheet)!r}. Choose one of {len(parts.sheets)}: {_names(parts.sheets)}."
        )
    return sheet


def _only_table(parts: WorkbookParts, first_rows: Callable[[str], list[Row]], name: str) -> str:
    visible = [title for title in parts.sheets if title not in parts.hidden]
    rows = {title: first_rows(title) for title in visible}
    tables = [title for title in visible if _is_table(rows[title])]
    filled = [title for title in visible if rows[title]]
    could_be = tables or filled
    if len(could_be) == 1:
        return could_be[0]
    if could_be:
        raise SheetNotChosenError(
            f"{len(could_be)} sheets of {name} could be the extract: {_names(could_be)}. Choose one (--sheet, or `sheet` in the mapping): each sheet is read by itself.",
            could_be,
        )
    hidden = f" Hidden sheets are read only by name: {_names(parts.hidden)}." if parts.hidden else ""
    raise UnreadableSourceError(
        f"The visible sheets of {name} are empty.{hidden} Check that you chose the right file."
    )


def _is_table(rows: list[Row]) -> bool:
    wide = sum(sum(map(bool, row.cells)) >= LEAST_COLUMNS for row in rows)
    return wide >= LEAST_ROWS


def _names(titles: Iterable[str]) -> str:
    return first_five(printable(title) for title in titles)


def workbook_parts(archive: zipfile.ZipFile, name: str) -> WorkbookParts:
    """Return where a workbook keeps its sheets, texts and styles.

    Raises:
        UnreadableSourceError: It is a workbook of another kind, is damaged, or has too many sheets or none.
    """
    _refuse_other_kinds(archive, name)
    package = _relations(archive, "_rels/.rels", "", name)
    main = next((target for kind, target in package.values() if kind == "officeDocument"), "xl/workbook.xml")
    sheets: list[tuple[str, str, str]] = []
    old_mac = [False]

    def started(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            relation = next((value for key, value in attributes.items() if key.endswith("}id")), "")
            sheets.append((attributes.get("name", ""), attributes.get("state", "visible"), relation))
            if len(sheets) > MAX_SHEETS:
                raise UnreadableSourceError(
                    f"{name} has more than {MAX_SHEETS} sheets. Check that you chose the right file."
                )
        elif tag == "workbookPr":
            old_mac[0] = attributes.get("date1904") in {"1", "true"}

    _read_part(archive, main, name, started)
    folder, file = posixpath.split(main)
    relations = _relations(archive, f"{folder}/_rels/{file}.rels", folder, name)
    relation_of_sheet = {title: relations.get(relation, ("", "")) for title, _, relation in sheets}
    members = set(archive.namelist())
    by_kind = {kind: target for kind, target in relations.values() if target in members}
    there = {
        title: part
        for title, (kind, part) in relation_of_sheet.items()
        if kind == "worksheet" and part in members
    }
    if not there:
        raise UnreadableSourceError(f"{name} has no sheet that can be read. Save the workbook as XLSX again.")
    return WorkbookParts(
        sheets=there,
        hidden=tuple(title for title, state, _ in sheets if state != "visible" and title in there),
        strings=by_kind.get("sharedStrings", ""),
        styles=by_kind.get("styles", ""),
        first_day=_DAY_0_OF_OLD_MACS if old_mac[0] else _DAY_0,
        macros="vbaProject" in by_kind,
    )


def _refuse_other_kinds(archive: zipfile.ZipFile, name: str) -> None:
    names = set(archive.namelist())
    if "xl/workbook.bin" in names:
        raise UnreadableSourceError(f"{name} is a binary workbook (.xlsb). Save the workbook as XLSX.")
    if "mimetype" in names:
        raise UnreadableSourceError(f"{name} is an OpenDocument file (.ods). Save the workbook as XLSX.")
    if "word/document.xml" in names or "ppt/presentation.xml" in names:
        raise UnreadableSourceError(
            f"{name} is a document, not a workbook. Ask for the extract as CSV or XLSX."
        )


def shared_strings(archive: zipfile.ZipFile, parts: WorkbookParts, name: str) -> list[str]:
    """Return the texts that cells point to.

    Raises:
        UnreadableSourceError: One is longer than a cell may be, or they are too many to keep.
    """
    strings: list[str] = []
    pieces: list[str] = []
    state = {"listening": False, "phonetic": False}
    room = [MAX_STRINGS_BYTES]
    length = [0]

    def started(tag: str, _: dict[str, str]) -> None:
        if tag == "si":
            pieces.clear()
            length[0] = 0
        elif tag == "rPh":  # how to pronounce the text, which is none of it
            state["phonetic"] = True
        elif tag == "t":
            state["listening"] = not state["phonetic"]

    def take_text(piece: str) -> None:
        if state["listening"]:
            pieces.append(piece)
            length[0] += len(piece)
            if length[0] > MAX_CELL_CHARACTERS:
                raise UnreadableSourceError(
                    f"Text {len(strings) + 1:,} of {name} has more than {MAX_CELL_CHARACTERS:,} characters, too many "
                    "for a cell of a spreadsheet. Check where the file came from."
                )

    def ended(tag: str) -> None:
        if tag == "t":
            state["listening"] = False
        elif tag == "rPh":
            state["phonetic"] = False
        elif tag == "si":
            text = unescaped("".join(pieces)).strip()
            strings.append(text)
            room[0] -= sys.getsizeof(text) + 8
            if room[0] < 0:
                raise UnreadableSourceError(
                    f"{name} holds more text than can be kept at once ({len(strings):,} texts so far). "
                    "Give fewer months at a time."
                )

    if parts.strings:
        _read_part(archive, parts.strings, name, started, ended, take_text, most=10 * MAX_PART_BYTES)
    return strings


def moments_by_style(archive: zipfile.ZipFile, parts: WorkbookParts, name: str) -> list[str]:
    """Return what each style of cells makes of a number, as `moment_format` says it.

    Raises:
        UnreadableSourceError: There are more styles than a spreadsheet has.
    """
    custom: dict[str, str] = {}
    used: list[str] = []
    within = [False]

    def started(tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt":
            custom[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")[:255]
        elif tag == "cellXfs":
            within[0] = True
        elif tag == "xf" and within[0]:
            used.append(attributes.get("numFmtId", "0")[:8])
        if len(custom) + len(used) > MAX_STYLES:
            raise UnreadableSourceError(
                f"{name} has more than {MAX_STYLES:,} styles. Save the values into a new workbook."
            )

    def ended(tag: str) -> None:
        if tag == "cellXfs":
            within[0] = False

    if parts.styles:
        _read_part(archive, parts.styles, name, started, ended)
    shows = {number: moment_format(format_code(number, custom)) for number in set(used)}
    return [shows[number] for number in used]


def _relations(archive: zipfile.ZipFile, part: str, folder: str, name: str) -> dict[str, tuple[str, str]]:
    """Return the kind and the target of each relation of a part; those that lead out of the file are not kept."""
    relations: dict[str, tuple[str, str]] = {}

    def started(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/")
            relations[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], target)
        if len(relations) > 10 * MAX_SHEETS:
            raise UnreadableSourceError(
                f"{name} has thousands of parts. Check that you chose the right file."
            )

    if part in archive.namelist():
        _read_part(archive, part, name, started)
    return relations


def _read_part(
    archive: zipfile.ZipFile,
    part: str,
    name: str,
    on_start: Callable[[str, dict[str, str]], None],
    on_end: Callable[[str], None] = lambda _: None,
    on_text: Callable[[str], None] | None = None,
    most: int = MAX_PART_BYTES,
) -> None:
    try:
        member = archive.getinfo(part)
    except KeyError as problem:
        raise UnreadableSourceError(
            f"{name} is not a whole workbook: {printable(part)} is missing. Export the file again, or save it as XLSX."
        ) from problem
    with open_member(archive, member, name, most) as stream:
        for _ in feed_xml(stream, name, on_start, on_end, on_text):
            pass
