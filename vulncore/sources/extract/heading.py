"""Where a heading stands, and what its columns are called.

The rule. A line could be a heading where it fills at least six in ten of the columns, and no cell of it looks
like a number, a date or a code. The heading is the first such line that has values beneath. It has two lines where
they complete each other: each fills a column that the other leaves empty, or the file says that cells of the
first are merged across. Lines above it that look like records themselves are never passed over as titles.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, islice, zip_longest
from typing import Final, NamedTuple

from vulncore.domain.delivery import printable
from vulncore.domain.errors import UnreadableSourceError, first_five
from vulncore.sources.extract.packed import HEADING_LINES, HEADING_SEARCHED, MAX_COLUMNS, MAX_NAME_CHARACTERS
from vulncore.sources.extract.record import (
    MOST_OF_A_CODE,
    MOSTLY_DIGITS,
    UNCOMPUTED,
    RawRows,
    Row,
    clean_cell,
    without_invisible,
)

WIDE_ENOUGH: Final = 0.6  # of the columns: titles and criteria fill one or two

Merged = Sequence[tuple[int, int, int, int]]


class Headed(NamedTuple):
    """Rows beneath a heading: its first and last line, what it calls the columns, and the places of those without a name.

    `lines` are the heading's own, to be known where they come again; `passed_over` lines stand above it.
    """

    heading: tuple[int, int]
    columns: tuple[str, ...]
    unnamed: frozenset[int]
    lines: set[tuple[str, ...]]
    rows: Iterator[Row]
    passed_over: int


def under_heading(raw: RawRows, heading: tuple[int, int] | None, name: str) -> Headed:
    """Return the rows beneath the heading, and what it calls the columns."""
    if raw.names is not None:
        columns, unnamed = column_names([Row(1, list(raw.names))], (), name)
        return Headed((1, 1), columns, unnamed, set(), raw.rows, 0)
    most = max(HEADING_SEARCHED, heading[1] if heading and heading[1] <= 10 * HEADING_SEARCHED else 0)
    first = [row._replace(cells=[clean_cell(cell) for cell in row.cells]) for row in islice(raw.rows, most)]
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
    headings = {tuple(without_empty_end(row.cells)) for row in lines}
    return Headed(heading, columns, unnamed, headings, chain(beneath, raw.rows), above)


def find_heading(rows: Sequence[Row], merged: Merged, name: str) -> tuple[int, int]:
    """Return the first and the last line of the heading, found by the rule above.

    Raises:
        UnreadableSourceError: No line could be one, or there are records above it.
    """
    width = _width(rows)
    filled = [row for row in rows if any(row.cells)]
    heading = _first_that_could_be(filled, merged, width)
    if heading is None:
        raise UnreadableSourceError(
            f"{name} has no heading: every full row of the first {len(filled)} rows holds numbers or dates. "
            "Add a line of column names, or give the line of the heading."
        )
    first, last = heading
    above = [
        row.line for row in filled if row.line < first and _wide(row.cells, width) and not _wordy(row.cells)
    ]
    if above:
        raise UnreadableSourceError(
            f"{len(above)} lines of {name} above the likely heading (line {first}) look like records: "
            f"line {first_five(above)}. Give the line of the heading."
        )
    return first, last


def heading_rows(rows: Sequence[Row], heading: tuple[int, int], name: str) -> list[Row]:
    """Return the rows of a heading whose first and last line are given.

    Raises:
        UnreadableSourceError: Nothing stands there, or it would have too many lines.
    """
    first, last = heading
    within = [row for row in rows if first <= row.line <= last]
    in_order = 1 <= first <= last < first + HEADING_LINES
    if not in_order or not any(any(row.cells) for row in within):
        why = "the lines are empty" if in_order else "the lines are out of order or too many"
        raise UnreadableSourceError(
            f"Lines {first} to {last} of {name} cannot be the heading: {why}. "
            f"Give the first and the last line of the heading, at most {HEADING_LINES} lines."
        )
    return within


def column_names(lines: Sequence[Row], merged: Merged, name: str) -> tuple[tuple[str, ...], frozenset[int]]:
    """Return a unique name for every column, and which columns have no name in the heading.

    Names that stand above each other are joined ("Occurrence: Date from"), a merged cell's for each column
    beneath. A column without name is called by its letter, and a name that comes again is numbered.

    >>> column_names([Row(1, ["Ref", "Occurrence", ""]), Row(2, ["", "From", "To"])], (), "x.csv")[0]
    ('Ref', 'Occurrence: From', 'Occurrence: To')
    """
    width = max((len(without_empty_end(row.cells)) for row in lines), default=0)
    if width > MAX_COLUMNS:
        raise UnreadableSourceError(
            f"{name} has {'more than ' if width == MAX_COLUMNS + 1 else ''}{width - (width == MAX_COLUMNS + 1):,} "
            f"columns. An extract has at most {MAX_COLUMNS}. Check that you chose the right file, or leave columns out."
        )
    parts: list[list[str]] = [[] for _ in range(width)]
    for position, row in enumerate(lines):
        padded = [*row.cells, *[""] * width][:width]
        for column, part in enumerate(_spread(padded, lines[position + 1 :], row.line, merged)):
            if part and part not in parts[column][-1:]:
                parts[column].append(part)
    headings = [printable(": ".join(pieces)[:MAX_NAME_CHARACTERS]) for pieces in parts]
    unnamed = frozenset(column for column, heading in enumerate(headings) if not heading)
    return _unique(headings), unnamed


def is_value(cell: str) -> bool:
    """Return whether a cell looks like a number, a date, a time or a code, and so like no heading.

    >>> [is_value(cell) for cell in ("5 March 2024", "14:30", "42A/1234/24", "Address line 1", "Date from")]
    [True, True, True, False, False]
    """
    if cell == UNCOMPUTED:
        return True
    signs = [letter for letter in cell[:MOST_OF_A_CODE] if letter.isalnum()]
    return bool(signs) and sum(letter.isdigit() for letter in signs) >= MOSTLY_DIGITS * len(signs)


def _first_that_could_be(filled: Sequence[Row], merged: Merged, width: int) -> tuple[int, int] | None:
    fallback = None
    for row, second, third in zip(filled, [*filled[1:], None], [*filled[2:], None, None], strict=False):
        two = second is not None and _are_two(row, second, third, merged)
        union = [a or b for a, b in _beside(row.cells, second.cells)] if two and second else row.cells
        if not _wordy(row.cells) or not _wide(union, width):
            continue
        last = second.line if two and second else row.line
        fallback = fallback or (row.line, last)
        beneath = third if two else second
        if beneath and not _wordy(beneath.cells):
            return row.line, last
    return fallback


def _are_two(first: Row, second: Row, beneath: Row | None, merged: Merged) -> bool:
    if not _wordy(first.cells) or not _wordy(second.cells) or second.line != first.line + 1:
        return False
    across = [
        right - left
        for top, left, bottom, right in merged
        if top == bottom == first.line and sum(bool(cell) for cell in second.cells[left - 1 : right]) >= 2
    ]
    whole = len(without_empty_end(second.cells)) - 1  # a title merged across everything heads nothing
    if any(0 < wide < whole for wide in across):
        return True
    pairs = _beside(first.cells, second.cells)
    complete = any(a and not b for a, b in pairs) and any(b and not a for a, b in pairs)
    values = beneath is not None and any(
        under and is_value(under) for name, under in _beside(second.cells, beneath.cells) if name
    )
    return complete and values


def _spread(cells: list[str], beneath: Sequence[Row], line: int, merged: Merged) -> list[str]:
    """Return a heading line with each name over all the columns that it is merged across."""
    spread = [" ".join(without_invisible(cell).split()) for cell in cells]
    if not beneath:
        return spread
    touching = [(left, right) for top, left, bottom, right in merged if top <= line <= bottom]
    for left, right in touching:
        for column in range(left, min(right, len(spread))):
            spread[column] = spread[left - 1]
    if not touching:  # a text says nothing of merging: a name reaches over the empty cells to its right
        named = [any(i < len(row.cells) and row.cells[i] for row in beneath) for i in range(len(spread))]
        for column in range(1, len(spread)):
            if named[column] and named[column - 1]:
                spread[column] = spread[column] or spread[column - 1]
    return spread


def column_letters(number: int) -> str:
    """Return what a spreadsheet calls a column, the first being 1.

    >>> column_letters(1), column_letters(26), column_letters(703)
    ('A', 'Z', 'AAA')
    """
    letters = ""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


def _unique(headings: Sequence[str]) -> tuple[str, ...]:
    names: list[str] = []
    taken = set(headings)
    for column, heading in enumerate(headings):
        wanted = heading or f"Column {column_letters(column + 1)}"
        name, number = wanted, 2
        while name in names or (name in taken and name != heading):
            name, number = f"{wanted} ({number})", number + 1
        names.append(name)
    return tuple(names)


def _beside(first: Sequence[str], second: Sequence[str]) -> list[tuple[str, str]]:
    return list(zip_longest(first, second, fillvalue=""))


def _wordy(cells: Sequence[str]) -> bool:
    return any(cells) and not any(cell and is_value(cell) for cell in cells)


def _wide(cells: Sequence[str], width: int) -> bool:
    return sum(map(bool, cells)) >= max(min(2, width), WIDE_ENOUGH * width)


def without_empty_end(cells: list[str]) -> list[str]:
    """Return the cells up to the last that is filled."""
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return cells[:end]


def _width(rows: Sequence[Row]) -> int:
    """Return how many columns there are: what at least two rows reach, so that one long row decides nothing."""
    reached = sorted((len(without_empty_end(row.cells)) for row in rows[:HEADING_SEARCHED]), reverse=True)
    return reached[1] if len(reached) > 1 else reached[0] if reached else 0
