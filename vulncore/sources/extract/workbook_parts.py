"""How a workbook hangs together: its sheets, its texts, and what its styles make of numbers."""

import posixpath
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from vulncore.domain.delivery import printable
from vulncore.domain.errors import UnreadableSourceError
from vulncore.sources.extract.bounds import (
    MAX_CELL_CHARACTERS,
    MAX_PART_BYTES,
    MAX_SHEETS,
    MAX_STRINGS_BYTES,
    MAX_STYLES,
)
from vulncore.sources.extract.cell_text import format_code, moment_format, unescaped
from vulncore.sources.extract.packed import member_of
from vulncore.sources.extract.xml_events import fed

_DAY_0: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - workbooks have local time
_DAY_0_OF_OLD_MACS: Final = datetime(1904, 1, 1)  # noqa: DTZ001


@dataclass(frozen=True)
class Parts:
    """Where a workbook keeps what: each sheet's part by its title, in order; "" where there is no such part."""

    sheets: dict[str, str]
    hidden: tuple[str, ...]
    strings: str
    styles: str
    first_day: datetime
    macros: bool


def parts_of(archive: zipfile.ZipFile, name: str) -> Parts:
    """Return where a workbook keeps what.

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
                    f"{name} has more than {MAX_SHEETS} sheets. Check that it is the right file."
                )
        elif tag == "workbookPr":
            old_mac[0] = attributes.get("date1904") in {"1", "true"}

    _read(archive, main, name, started)
    folder, file = posixpath.split(main)
    relations = _relations(archive, f"{folder}/_rels/{file}.rels", folder, name)
    found = {title: relations.get(relation, ("", "")) for title, _, relation in sheets}
    members = set(archive.namelist())
    by_kind = {kind: target for kind, target in relations.values() if target in members}
    there = {title: part for title, (kind, part) in found.items() if kind == "worksheet" and part in members}
    if not there:
        raise UnreadableSourceError(
            f"{name} is no workbook with a sheet that can be read. Save it as XLSX again."
        )
    return Parts(
        sheets=there,
        hidden=tuple(title for title, state, _ in sheets if state != "visible" and title in there),
        strings=by_kind.get("sharedStrings", ""),
        styles=by_kind.get("styles", ""),
        first_day=_DAY_0_OF_OLD_MACS if old_mac[0] else _DAY_0,
        macros="vbaProject" in by_kind,
    )


def shared_strings(archive: zipfile.ZipFile, parts: Parts, name: str) -> list[str]:
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

    def said(piece: str) -> None:
        if state["listening"]:
            pieces.append(piece)
            length[0] += len(piece)
            if length[0] > MAX_CELL_CHARACTERS:
                raise UnreadableSourceError(
                    f"Text {len(strings) + 1:,} of {name} has more than {MAX_CELL_CHARACTERS:,} characters, which no cell "
                    "of a spreadsheet has. Check where it came from."
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
        _read(archive, parts.strings, name, started, ended, said, most=10 * MAX_PART_BYTES)
    return strings


def shown_by_style(archive: zipfile.ZipFile, parts: Parts, name: str) -> list[str]:
    """Return what each style of cells makes of a number, as `moment_format` says it.

    Raises:
        UnreadableSourceError: There are more styles than a spreadsheet has.
    """
    own: dict[str, str] = {}
    used: list[str] = []
    within = [False]

    def started(tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt":
            own[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")[:255]
        elif tag == "cellXfs":
            within[0] = True
        elif tag == "xf" and within[0]:
            used.append(attributes.get("numFmtId", "0")[:8])
        if len(own) + len(used) > MAX_STYLES:
            raise UnreadableSourceError(
                f"{name} has more than {MAX_STYLES:,} styles. Save its values into a new workbook."
            )

    def ended(tag: str) -> None:
        if tag == "cellXfs":
            within[0] = False

    if parts.styles:
        _read(archive, parts.styles, name, started, ended)
    shows = {number: moment_format(format_code(number, own)) for number in set(used)}
    return [shows[number] for number in used]


def _relations(archive: zipfile.ZipFile, part: str, folder: str, name: str) -> dict[str, tuple[str, str]]:
    """Return the kind and the target of each relation of a part; those that lead out of the file are not kept."""
    found: dict[str, tuple[str, str]] = {}

    def started(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/")
            found[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], target)
        if len(found) > 10 * MAX_SHEETS:
            raise UnreadableSourceError(f"{name} has thousands of parts. Check that it is the right file.")

    if part in archive.namelist():
        _read(archive, part, name, started)
    return found


def _read(
    archive: zipfile.ZipFile,
    part: str,
    name: str,
    started: Callable[[str, dict[str, str]], None],
    ended: Callable[[str], None] = lambda _: None,
    said: Callable[[str], None] | None = None,
    most: int = MAX_PART_BYTES,
) -> None:
    try:
        member = archive.getinfo(part)
    except KeyError as problem:
        raise UnreadableSourceError(
            f"{name} is no whole workbook: {printable(part)} is not in it. Fetch it again, or save it as XLSX."
        ) from problem
    with member_of(archive, member, name, most) as stream:
        for _ in fed(stream, name, started, ended, said):
            pass


def _refuse_other_kinds(archive: zipfile.ZipFile, name: str) -> None:
    names = set(archive.namelist())
    if "xl/workbook.bin" in names:
        raise UnreadableSourceError(f"{name} is a binary workbook (.xlsb). Save it as XLSX.")
    if "mimetype" in names:
        raise UnreadableSourceError(f"{name} is an OpenDocument file (.ods). Save it as XLSX.")
    if "word/document.xml" in names or "ppt/presentation.xml" in names:
        raise UnreadableSourceError(f"{name} is a document, no workbook. Ask for the extract as CSV or XLSX.")
