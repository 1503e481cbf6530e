"""Why a row of a data.police.uk file can't stand."""

from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from vulncore.sources.police_uk.police_uk_kinds import HEADERS, TYPE_COLUMNS, UNKNOWN_TYPES, Kind, measures_of
from vulncore.sources.police_uk.police_uk_names import MonthFile, force_names

Faults = dict[str, tuple[Any, Any]]

OTHER_MONTH: Final = "a month that is not the file's"
NOT_SHOWN: Final = "(not shown: the line may describe a person)"


def line_fault(kind: Kind, row: list[str] | None) -> str:
    """Return why a line is no row of its kind; nothing where it is one.

    >>> line_fault(Kind.OUTCOMES, ["a1", "2024-05"]), line_fault(Kind.OUTCOMES, [""] * 10)
    ('too few fields', '')
    """
    width = len(HEADERS[kind])
    if row is None:
        return "a quotation mark out of place"
    if len(row) == width:
        return ""
    return "too few fields" if len(row) < width else "too many fields"


def shown(kind: Kind, line: str) -> str:
    """Return what a reject may show of a line whose fields can't be told apart.

    Searches describe the person searched in words, and such a line may hold them anywhere.
    """
    return NOT_SHOWN if kind is Kind.STOP_AND_SEARCH else line


def faults(file: MonthFile, table: pa.Table) -> Faults:
    """Return, by reason, the column that says it and which rows have it, in the order of judging."""
    unplaced = pc.and_(pc.equal(table["Longitude"], ""), pc.equal(table["Latitude"], ""))
    readable = pc.and_(pc.is_valid(table["longitude"]), pc.is_valid(table["latitude"]))
    point = pc.binary_join_element_wise(table["Longitude"], table["Latitude"], " ")
    of_its_kind = _search_faults if file.kind is Kind.STOP_AND_SEARCH else _crime_faults
    return of_its_kind(file, table) | {
        "coordinates that cannot be read": (point, pc.invert(pc.or_(unplaced, readable))),
    }


def _crime_faults(file: MonthFile, table: pa.Table) -> Faults:
    force, month, named = (table[name] for name in ("Reported by", "Month", TYPE_COLUMNS[file.kind]))
    labels = [measure.label for measure in measures_of(file.kind)]
    return {
        "no force named": (force, pc.equal(force, "")),
        "a force that is not the file's": (force, pc.invert(_among(force, force_names()[file.slug]))),
        OTHER_MONTH: (month, pc.not_equal(month, f"{file.month:%Y-%m}")),
        UNKNOWN_TYPES[file.kind]: (named, pc.invert(_among(named, labels))),
    }


def _search_faults(file: MonthFile, table: pa.Table) -> Faults:
    month = pc.floor_temporal(table["moment"], unit="month").cast(pa.date32())
    outside = pc.fill_null(pc.not_equal(month, pa.scalar(file.month, pa.date32())), fill_value=False)
    return {
        "a date that cannot be read": (table["Date"], pc.is_null(table["moment"])),
        OTHER_MONTH: (table["Date"], outside),
    }


def _among(column: Any, names: Any) -> Any:
    return pc.is_in(column, value_set=pa.array(names, pa.string()))
