"""A force's own table of severity weights: a CSV or a workbook with an offence, a code or both, and a weight in each row."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from vulncore.domain.delivery import printable
from vulncore.domain.errors import InvalidWeightsError, UnreadableSourceError, first_five
from vulncore.domain.severity.table import OffenceWeight, WeightTable, checked_table
from vulncore.sources.csv_text import Lines
from vulncore.sources.table_files import read_tables

COLUMNS: Final = {
    "code": ("code", "home office code", "ho code", "offence code", "home office classification", "ho class"),
    "offence": ("offence", "offence title", "full offence title", "description", "offence description"),
    "weight": ("weight", "score", "days", "harm score", "severity score", "severity weight", "cchi score", "chi score"),
}  # fmt: skip
"""What headings call each column; the first is what a message asks for."""
NO_WEIGHT: Final = ("", "-", "n/a", "na")

_NUMBER: Final = re.compile(r"(?:\d{1,9}|\d{1,3}(?:,\d{3}){1,2})(?:\.\d{1,12})?", re.ASCII)


class WeightsRead(NamedTuple):
    """A table of weights as a file has it, and how many of its rows have no weight and are left out."""

    table: WeightTable
    without_weight: int


def read_weights(path: Path, name: str, unit: str, source: str) -> WeightsRead:
    """Return the weights of a file: a CSV by comma, semicolon, tab or bar, or the only such sheet of a workbook.

    Args:
        path: The file. `COLUMNS` says how its columns may be called; others are not read. A weight is a number from 0, with or
            without commas between thousands.
        name: What the table is called.
        unit: What a weight is in, such as "days of prison".
        source: Whose table it is.

    Raises:
        UnreadableSourceError: The file is missing, damaged, too large or of another kind, or no sheet or several are such a table.
        InvalidWeightsError: A weight is no such number, or `checked_table` refuses the rows.
    """
    lines = _table(path)
    at = {column: place for place, column in enumerate(map(_column, lines.heading)) if column}
    rows, strange, without = [], [], 0
    for number, cells in lines.rows.items():
        code, offence, weight = (cells[at[column]] if column in at else "" for column in COLUMNS)
        if weight.casefold() in NO_WEIGHT:
            without += 1
        elif _NUMBER.fullmatch(weight):
            rows.append(OffenceWeight(code, offence, float(weight.replace(",", ""))))
        else:
            strange.append(f"line {number}: '{printable(weight[:20])}'")
    if strange:
        raise InvalidWeightsError(
            f"{len(strange):,} of {len(lines.rows):,} weights of {lines.name} are not numbers from 0: {first_five(strange)}. "
            "Write each weight in plain digits, like 182.5."
        )
    return WeightsRead(checked_table(name, source, unit, rows, lines.name), without)


def is_heading(heading: Sequence[str]) -> bool:
    """Return whether a heading has a weight, and an offence or a code, each once.

    >>> is_heading(["Home Office code", "Weight"]), is_heading(["Offence", "Count"])
    (True, False)
    """
    columns = [column for column in map(_column, heading) if column]
    return "weight" in columns and len(columns) > 1 and len(columns) == len(set(columns))


def _table(path: Path) -> Lines:
    tables = [table for table in read_tables(path, is_heading) if is_heading(table.heading)]
    if len(tables) != 1:
        which = (
            f"{len(tables)} sheets of {printable(path.name)} have"
            if tables
            else f"{printable(path.name)} has not"
        )
        raise UnreadableSourceError(
            f"{which} the columns of severity weights. Give one table with the heading offence, code and weight; "
            "the offence or the code may be left out."
        )
    (lines,) = tables
    if lines.misfits:
        raise UnreadableSourceError(
            f"{len(lines.misfits):,} lines of {lines.name} do not have the heading's {len(lines.heading)} fields: "
            f"line {first_five(misfit.line for misfit in lines.misfits)}. Correct these lines."
        )
    return lines


def _column(name: str) -> str:
    plain = " ".join(name.casefold().replace("_", " ").split())
    return next((column for column, names in COLUMNS.items() if plain in names), "")
