"""The Home Office's police recorded crime by force and quarter: its newest workbook, as tables that the reader takes.

Source: https://www.gov.uk/government/statistical-data-sets/police-recorded-crime-and-outcomes-open-data-tables, whose
links change with every release, read by the GOV.UK content API, https://content-api.publishing.service.gov.uk/
(`details.attachments`). A workbook (ODS) has a sheet for each financial year.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from python_calamine import CalamineError, CalamineWorkbook

from vulncore.domain.delivery import printable
from vulncore.domain.errors import NotThereError, UnreachableSiteError, UnreadableSourceError, first_five
from vulncore.fetching.ledger import Ledger
from vulncore.fetching.police_uk import force_slug
from vulncore.fetching.web import ByteProgress, Web
from vulncore.sources.police_uk.files import force_names
from vulncore.sources.recorded_crime.quarters import HEADER, force_name

CONTENT: Final = "https://www.gov.uk/api/content/"
PAGES: Final = (
    "government/statistical-data-sets/police-recorded-crime-and-outcomes-open-data-tables",
    "government/statistics/police-recorded-crime-open-data-tables",
)
"""Where the tables are, and where they were before."""
MAX_WORKBOOK_BYTES: Final = 200 * 1024**2
MAX_UNPACKED_BYTES: Final = 3 * 1024**3  # an ODS is XML that shrinks twentyfold and more
HEADING_SEARCHED: Final = 30  # rows

_TABLE: Final = re.compile(r"prc-pfa-[\w.-]{1,100}\.(ods|xlsx|csv)", flags=re.ASCII | re.IGNORECASE)
_LINK: Final = re.compile(r"https://[\w./%-]{1,300}", flags=re.ASCII)
_FINANCIAL_YEAR: Final = re.compile(r"\d{4}/\d{2}", flags=re.ASCII)
_YEAR: Final = re.compile(r"mar-?(20\d\d|\d\d)(?!\d)", flags=re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class FetchedTables:
    """What was fetched, or was here: workbooks, and the tables made of them, by their names in the folder."""

    workbooks: tuple[str, ...]
    tables: tuple[str, ...]
    new: int


def fetch_tables(
    web: Web, folder: Path, force: str | None, earlier: bool, progress: ByteProgress
) -> FetchedTables:
    """Fetch recorded crime by force and quarter into a folder, as tables that `vulncore publish recorded-crime` takes.

    With a force it is one table of that force's rows of all years, without it one of all forces for each year; `earlier`
    has the closed workbooks of earlier years fetched, too.

    Raises:
        UnknownNameError: There is no such force.
        UnreachableSiteError: The site can't be reached, or has no such table any more.
        UnreadableSourceError: A workbook can't be read, or has no sheet with the columns that are known.

    Misleads when:
        tables of two releases are mixed: each release revises the figures of the one before.
    """
    name = force_names()[force_slug(force)][0] if force else None
    links = table_links(_page(web))
    if not links:
        raise UnreachableSiteError(
            f"{web.host(CONTENT)} lists no table of recorded crime by police force area. The page may have changed: "
            f"look at https://www.gov.uk/{PAGES[0]}"
        )
    ledger = Ledger(folder)
    links = links if earlier else links[:1]
    files = {_file_name(url): url for url in links}
    workbooks = {
        file: ledger.download(web, url, file, MAX_WORKBOOK_BYTES, progress) for file, url in files.items()
    }
    texts: dict[str, str] = {}
    for file in workbooks:
        of_file: dict[str, str] = {}
        for year, rows in _years(folder / file):
            kept = [row for row in rows if name is None or force_name(row[2]) == name]
            of_file[year] = of_file.get(year, "") + _csv(kept)
        texts = of_file | texts  # a year of several releases is taken from the newest
    if name is not None:
        texts = {force_slug(name): "".join(texts[year] for year in sorted(texts))}
    tables = {f"recorded-crime-{part}.csv": text for part, text in sorted(texts.items()) if text}
    if not tables:
        raise UnreachableSiteError(
            f"{first_five(workbooks)} has no row of {name or 'any force'}. Fetch all forces, without --force."
        )
    version = " ".join(map(ledger.digest, workbooks))
    for file, text in tables.items():
        ledger.keep(file, (_csv([list(HEADER)]) + text).encode(), "; ".join(links), version)
    return FetchedTables(tuple(workbooks), tuple(tables), sum(workbooks.values()))


def table_links(page: Any) -> list[str]:
    """Return the addresses of tables by police force area that a page of GOV.UK links to, the newest first.

    >>> media = "https://assets.publishing.service.gov.uk/media/1/prc-pfa-mar2013-onwards-tables-230426.ods"
    >>> table_links({"details": {"attachments": [{"url": media}], "body": "https://example.org/prc-pfa-x.ods"}}) == [media]
    True
    """
    links = dict.fromkeys(_LINK.findall(json.dumps(page)))
    tables = [
        link
        for link in links
        if _TABLE.fullmatch(_file_name(link)) and (urlsplit(link).hostname or "").endswith(".gov.uk")
    ]
    first_years = {link: [int(year[-2:]) for year in _YEAR.findall(_file_name(link))] for link in tables}
    return sorted(tables, key=lambda link: (-min(first_years[link], default=0), link))


def _file_name(link: str) -> str:
    return unquote(urlsplit(link).path.rpartition("/")[2])


def _page(web: Web) -> Any:
    now, before = PAGES
    with suppress(NotThereError):
        answer = web.json(CONTENT + now)
        if table_links(answer):
            return answer
    return web.json(CONTENT + before)


def _years(path: Path) -> Iterator[tuple[str, list[list[str]]]]:
    """Yield each financial year of a table, like 2024-25, with its rows in the order of `HEADER`."""
    name = printable(path.name)
    sheets = _csv_sheet(path) if path.suffix.casefold() == ".csv" else _workbook_sheets(path, name)
    any_heading = False
    for rows in sheets:
        columns = None
        years: dict[str, list[list[str]]] = {}
        year = ""
        for number, cells in enumerate(rows):
            if columns is None:
                columns = _columns(cells)
                if number >= HEADING_SEARCHED:
                    break
            elif any(cells):
                row = [cells[at] if at < len(cells) else "" for at in columns]
                # a row that names no year stays with those before it: the reader says what is wrong with it
                year = row[0] if _FINANCIAL_YEAR.fullmatch(row[0]) else year
                years.setdefault(year, []).append(row)
        any_heading |= columns is not None
        for year, kept in years.items():
            yield year.replace("/", "-") or "unknown-year", kept
    if not any_heading:
        raise UnreadableSourceError(
            f"No sheet of {name} has the columns {', '.join(HEADER)}. The Home Office has changed its table: "
            "save the sheet with the figures as CSV, and look at its heading."
        )


def _columns(cells: list[str]) -> list[int] | None:
    names = [cell.casefold() for cell in cells]
    known = [column.casefold() for column in HEADER]
    return [names.index(column) for column in known] if set(known) <= set(names) else None


def _csv_sheet(path: Path) -> Iterator[Iterator[list[str]]]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        yield ([cell.strip() for cell in cells] for cells in csv.reader(file))


def _workbook_sheets(path: Path, name: str) -> Iterator[Iterator[list[str]]]:
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(member.file_size for member in packed.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as problem:
        raise UnreadableSourceError(
            f"{name} is not a workbook. Delete it, and run the command again."
        ) from problem
    if unpacked > MAX_UNPACKED_BYTES:
        raise UnreadableSourceError(
            f"{name} unpacks to {unpacked / 1e9:,.0f} GB, more than such a table has. Check where it came from."
        )
    try:
        with CalamineWorkbook.from_path(path) as workbook:
            for sheet in workbook.sheet_names:
                yield ([_cell(cell) for cell in row] for row in workbook.get_sheet_by_name(sheet).iter_rows())
    except CalamineError as problem:
        raise UnreadableSourceError(
            f"{name} is not a workbook that can be read. Delete it, and run the command again."
        ) from problem


def _cell(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _csv(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
