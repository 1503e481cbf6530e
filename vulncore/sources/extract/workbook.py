"""A workbook as raw rows, XLSX, XLSM, XLSB, XLS or ODS: which sheet is the extract, and what its cells say."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, time, timedelta
from functools import cache, partial
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum, load_workbook

from vulncore.domain.delivery import printable
from vulncore.domain.errors import UnreadableSourceError, first_five
from vulncore.domain.words import agree, number_of
from vulncore.sources.extract.ods import hidden_rows_of_ods
from vulncore.sources.extract.packed import HEADING_SEARCHED, MAX_COLUMNS
from vulncore.sources.extract.record import RawRows, Row, SheetNotChosenError, number_text
from vulncore.sources.extract.xlsx import WITH_CLOCK, RowDetails, SheetDetails

LEAST_COLUMNS: Final = 3  # a reference, a date and what it was: a sheet of two is a list of criteria
LEAST_ROWS: Final = 2

_KINDS: Final = {
    "word/document.xml": "",
    "ppt/presentation.xml": "",
    "xl/workbook.bin": "XLSB",
    "mimetype": "ODS",
    "[Content_Types].xml": "XLSX",
    "xl/workbook.xml": "XLSX",
}
_HALF_A_SECOND: Final = timedelta(milliseconds=500)


def workbook_kind(names: Iterable[str], name: str) -> str | None:
    """Return what kind of workbook a zip is by the names in it, or None for files packed together.

    Raises:
        UnreadableSourceError: It is a document.

    >>> workbook_kind(["xl/workbook.bin", "[Content_Types].xml"], "x.zip"), workbook_kind(["crimes.csv"], "x.zip")
    ('XLSB', None)
    """
    there = set(names)
    kind = next((kind for mark, kind in _KINDS.items() if mark in there), None)
    if kind == "":
        raise UnreadableSourceError(
            f"{name} is a document, not a workbook. Ask for the extract as CSV or XLSX."
        )
    return kind


def workbook_rows(path: Path, kind: str, name: str, sheet: str | None, closing: ExitStack) -> RawRows:
    """Return the raw rows of a sheet of a workbook; a row in which nothing stands is none.

    The sheet is the named sheet, or else the only visible sheet that looks like a table: at least three columns
    and two rows. Where several look so, none is chosen: half of the records would be left out in silence where
    each sheet holds a month.

    Raises:
        SheetNotChosenError: Several sheets could be it.
        UnreadableSourceError: It is no workbook, is damaged or locked, or has no such sheet.
    """
    book = Workbook(path, kind, name, closing)
    if sheet is not None and sheet not in book.titles:
        raise UnreadableSourceError(
            f"{name} has no sheet {printable(sheet)!r}. Choose one of {len(book.titles)}: {_names(book.titles)}."
        )
    title = _only_table(book) if sheet is None else sheet
    chosen, details = book.sheet(title), book.details(title)
    done = [0]
    hidden_rows = book.hidden_rows(title, details)

    def notes() -> list[str]:
        visible = [other for other in book.visible if other != title]
        hidden = [other for other in book.hidden if other != title]
        sentences = {
            f"{number_of(details.formulas, 'cell')} {agree(details.formulas, 'is a formula and was', 'are formulas and were')} read by the last value computed.": details.formulas,
            hidden_in_words(hidden_rows()): hidden_rows(),
            "The workbook's macros were not run.": details.macros,
            "The workbook counts days from 1904. A day in a cell that is not formatted as a date is read four years too early.": details.from_1904,
            f"{number_of(len(visible), 'other sheet')} {agree(len(visible), 'was', 'were')} not read: {_names(visible)}.": visible,
            f"{number_of(len(hidden), 'hidden sheet')} {agree(len(hidden), 'was', 'were')} not read: {_names(hidden)}.": hidden,
        }
        return [sentence for sentence, there in sentences.items() if there]

    return RawRows(
        kind=kind,
        rows=_rows(chosen, details, done, name, kind),
        share=lambda: min(1.0, done[0] / max(chosen.total_height, 1)),
        sheet=title,
        sheets=tuple(book.titles),
        merged=tuple(
            sorted(
                (top + 1, left + 1, bottom + 1, right + 1)
                for (top, left), (bottom, right) in chosen.merged_cell_ranges or ()
                if top < HEADING_SEARCHED
            )
        ),
        end_with_what_is_filled=True,
        notes=notes,
        hidden_rows=hidden_rows,
    )


def hidden_in_words(count: int) -> str:
    """Return the sentence about rows that are hidden: whoever looked at the sheet didn't see them.

    >>> hidden_in_words(1)
    '1 row is hidden by a filter or by hand and was read all the same.'
    """
    is_, was = agree(count, "is", "are"), agree(count, "was", "were")
    return f"{number_of(count, 'row')} {is_} hidden by a filter or by hand and {was} read all the same."


class Workbook:
    """A workbook and its sheets, each read when it is needed and then kept. `titles` names them all."""

    def __init__(self, path: Path, kind: str, name: str, closing: ExitStack) -> None:
        self.name, self._path, self._kind, self._closing = name, path, kind, closing
        with path.open("rb") as stream, damage_as_refusal(name, kind):
            self._book: CalamineWorkbook = load_workbook(stream)
        every = self._book.sheets_metadata
        self._places = {
            sheet.name: place for place, sheet in enumerate(every) if sheet.typ == SheetTypeEnum.WorkSheet
        }
        self.titles = list(self._places)
        self.hidden = [
            title for title, at in self._places.items() if every[at].visible != SheetVisibleEnum.Visible
        ]
        self.visible = [title for title in self.titles if title not in self.hidden]
        self._sheets: dict[str, CalamineSheet] = {}

    def sheet(self, title: str) -> CalamineSheet:
        """Return a sheet by its name."""
        if title not in self._sheets:
            with damage_as_refusal(self.name, self._kind):
                self._sheets[title] = self._book.get_sheet_by_name(title)
        return self._sheets[title]

    def details(self, title: str) -> SheetDetails:
        """Return what the library doesn't say of a sheet, to be asked for its rows once."""
        if self._kind != "XLSX":
            return SheetDetails(self.name)
        return SheetDetails.of(self._path, self._places[title], self.name, self._closing)

    def rows(self, title: str) -> tuple[Iterator[Row], Callable[[], int]]:
        """Return the rows of a sheet, and what says how many of them are hidden once they are read."""
        details = self.details(title)
        rows = _rows(self.sheet(title), details, [0], self.name, self._kind)
        return rows, self.hidden_rows(title, details)

    def hidden_rows(self, title: str, details: SheetDetails) -> Callable[[], int]:
        """Return what says how many rows are hidden, once they are read; of an XLS or XLSB it isn't known."""
        if self._kind == "ODS":
            return cache(partial(hidden_rows_of_ods, self._path, self._places[title], self.name))
        return lambda: details.hidden_rows

    def first_rows(self, title: str) -> list[Row]:
        """Return the rows in which a heading is looked for."""
        rows = _rows(self.sheet(title), self.details(title), [0], self.name, self._kind)
        return list(islice(rows, HEADING_SEARCHED))


@contextmanager
def damage_as_refusal(name: str, kind: str) -> Iterator[None]:
    """Turn whatever the library for workbooks raises into a sentence; it may panic, which is no `Exception`.

    Raises:
        UnreadableSourceError: It raised something.
    """
    try:
        yield
    except BaseException as problem:
        if not type(problem).__module__.startswith(("python_calamine", "_python_calamine", "pyo3_runtime")):
            raise
        locked = ", is locked by a password" if kind == "XLS" else ""
        raise UnreadableSourceError(
            f"{name} breaks off, is damaged{locked} or is no workbook. Open the file in a spreadsheet program and save "
            "it again, as XLSX without a password."
        ) from problem


def _only_table(book: Workbook) -> str:
    rows = {title: book.first_rows(title) for title in book.visible}
    wide = {
        title: sum(sum(map(bool, row.cells)) >= LEAST_COLUMNS for row in first)
        for title, first in rows.items()
    }
    tables = [title for title in rows if wide[title] >= LEAST_ROWS]
    could_be = tables or [title for title in rows if rows[title]]
    if len(could_be) == 1:
        return could_be[0]
    if could_be:
        raise SheetNotChosenError(
            f"{len(could_be)} sheets of {book.name} could be the extract: {_names(could_be)}. Choose one (--sheet, or "
            "`sheet` in the mapping): each sheet is read by itself.",
            could_be,
        )
    hidden = f" Hidden sheets are read only by name: {_names(book.hidden)}." if book.hidden else ""
    raise UnreadableSourceError(
        f"The visible sheets of {book.name} are empty.{hidden} Check that you chose the right file."
    )


def _names(titles: Iterable[str]) -> str:
    return first_five(printable(title) for title in titles)


def _values(sheet: CalamineSheet, name: str, kind: str) -> Iterator[list[Any]]:
    """Yield the values of each row; one that is no time at all is refused where it stands."""
    rows, line = iter(sheet.iter_rows()), 0
    while True:
        line += 1
        try:
            with damage_as_refusal(name, kind):
                values = next(rows, None)
        except OverflowError as problem:
            raise UnreadableSourceError(
                f"Row {line:,} of {name} has a duration that is longer than any. Format that cell as a number, or empty it."
            ) from problem
        if values is None:
            return
        yield values


def _rows(
    sheet: CalamineSheet, details: SheetDetails, done: list[int], name: str, kind: str
) -> Iterator[Row]:
    """Yield the rows in which anything stands, with what the library doesn't say of their cells put in."""
    aside = [""] * (sheet.start[1] if sheet.start else 0)
    ahead = details.rows()
    waiting = next(ahead, None)
    for line, values in enumerate(_values(sheet, name, kind), start=1):
        done[0] = line
        cells = aside + [TEXTS[type(value)](value) for value in values]
        if waiting and waiting.line == line:
            _put_in(waiting, cells)
            waiting = next(ahead, None)
        if any(cells):
            yield Row(line, _within_bounds(cells))
    for beyond in chain(
        [waiting] if waiting else [], ahead
    ):  # all values: formulas that were saved without any
        cells = []
        _put_in(beyond, cells)
        if any(cells):
            yield Row(beyond.line, _within_bounds(cells))


def _put_in(details: RowDetails, cells: list[str]) -> None:
    for column, text in details.cells:
        cells.extend([""] * (column - len(cells)))
        day = cells[column - 1]
        if text != WITH_CLOCK:
            cells[column - 1] = text
        elif len(day) == 10 and day[4] == day[7] == "-":
            cells[column - 1] += " 00:00:00"


def _within_bounds(cells: list[str]) -> list[str]:
    """Return cells of which those beyond the last column that may be are one."""
    beyond = next((cell for cell in reversed(cells[MAX_COLUMNS:]) if cell), "")
    return [*cells[:MAX_COLUMNS], beyond] if beyond else cells[:MAX_COLUMNS]


def _moment(value: datetime) -> str:
    late = value.microsecond and value.year < 9999
    return (value + _HALF_A_SECOND if late else value).replace(microsecond=0).isoformat(" ")


def _elapsed(value: timedelta) -> str:
    seconds = round(abs(value.total_seconds()))
    sign = "-" if value < timedelta(0) else ""
    return f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


TEXTS: Final[dict[type, Callable[[Any], str]]] = {
    str: lambda value: value.replace("\0", ""),
    bool: lambda value: str(value).upper(),
    int: number_text,
    float: number_text,
    date: date.isoformat,
    datetime: _moment,
    time: lambda value: value.isoformat("seconds"),
    timedelta: _elapsed,
}
