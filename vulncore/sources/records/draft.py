"""A first mapping of an extract that nobody has described yet, with what is unsure marked."""

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePath
from typing import Final

import numpy as np

from vulncore.sources.extract import Extract
from vulncore.sources.records.draft_codes import draft_codes
from vulncore.sources.records.draft_columns import (
    Column,
    Content,
    date_order,
    describe_columns,
    draft_moments,
    is_personal,
    likeness,
    moment_role,
)
from vulncore.sources.records.mapping import Mapping
from vulncore.sources.records.moments import DateOrder
from vulncore.sources.records.values import column_dates, parse_number

UNNAMED_FORCE: Final = "Name of the force"
STRAY_SHARE: Final = 0.01  # of a usual month: so few records at either end are slips of the keyboard
PLAIN: Final = (
    *("record_id", "location_type", "place", "victim_key", "victim_residency", "hate_strand", "risk_level"),
    *("allocated_to", "outcome"),
)
PLACES: Final = (("longitude", "latitude"), ("easting", "northing"), ("grid_reference",))

_MONTH_WORDS = {"to", *(name.casefold() for name in (*calendar.month_name, *calendar.month_abbr))}


@dataclass(frozen=True)
class Draft:
    """A mapping, what is unsure about it (see `mapping_toml`), and the columns that it does not read."""

    mapping: Mapping
    doubts: dict[str, str] = field(default_factory=dict)
    not_read: tuple[str, ...] = ()


def draft_mapping(extract: Extract, force: str = "") -> Draft:
    """Return a draft of an extract's mapping.

    Args:
        extract: The whole extract, with all its columns.
        force: Whose it is, if that is known; a column that names one force says so too.

    Returns:
        A mapping that the extract loads with, wherever a date recorded and codes were found. Whatever is not
        told by headings or values beyond doubt has a doubt.
    """
    columns = describe_columns(extract)
    order, order_doubt = date_order(columns)
    doubts: dict[str, str] = {"dates": order_doubt} if order_doubt else {}
    moments, recorded = draft_moments(columns, doubts)
    codes = draft_codes(columns)
    doubts |= codes.doubts
    used = {coding.column for coding in codes.counts} | {
        c for moment in moments.values() for c in moment.columns
    }
    chosen = ({"recorded_on": recorded} if recorded else {}) | _dates_beside(columns, used | {recorded})
    chosen |= _places(columns, used) | _plain(columns, used | set(chosen.values()))
    if "record_id" not in chosen:
        doubts["recorded_on"] = "; ".join(
            filter(None, [doubts.get("recorded_on"), "no column is the reference of the record"])
        )
    named, force_doubt = (force, "") if force else _force(columns)
    if force_doubt:
        doubts["force"] = force_doubt
    first, last = months_of_records(extract, recorded, order)
    if first:
        doubts["coverage"] = (
            "taken from the first and the last records. Is the extract whole for all these months?"
        )
    mapping = Mapping(
        source=source_name(extract.file.name, extract.sheet if len(extract.sheets) > 1 else ""),
        force=named,
        counts=codes.counts,
        columns=chosen,
        first=first,
        last=last,
        date_order=order,
        occurred_from=moments["occurred_from"],
        occurred_to=moments["occurred_to"],
        measures=codes.measures,
        sheet=extract.sheet if len(extract.sheets) > 1 else "",
        heading=extract.heading if extract.heading != (1, 1) else None,
    )
    return Draft(mapping, doubts, tuple(name for name in extract.columns if name not in mapping.wanted))


def _dates_beside(columns: Sequence[Column], used: set[str]) -> dict[str, str]:
    chosen: dict[str, str] = {}
    for column in columns:
        role = moment_role(column)
        if (
            column.content in (Content.DATE, Content.MOMENT)
            and role in ("outcome_on", "no_crimed_on")
            and column.name not in used
        ):
            chosen.setdefault(role, column.name)
    return chosen


def _places(columns: Sequence[Column], used: set[str]) -> dict[str, str]:
    for names in PLACES:
        kinds = (Content.TEXT,) if names == ("grid_reference",) else (Content.NUMBER,)
        chosen = {name: _best([c for c in columns if c.content in kinds], name, used) for name in names}
        if all(chosen.values()) and len(set(chosen.values())) == len(names) and _plausible(columns, chosen):
            return chosen
    return {}


def _plausible(columns: Sequence[Column], chosen: dict[str, str]) -> bool:
    """Whether columns named x and y hold what they are taken for: degrees are small, metres of the grid are not."""
    if "grid_reference" in chosen:
        return True
    texts = [text for c in columns if c.name in chosen.values() for text in list(c.values)[:200]]
    values = [value for text in texts if (value := parse_number(text)) is not None]
    return bool(values) and (np.median(np.abs(values)) > 1_000) == ("easting" in chosen)


def _plain(columns: Sequence[Column], used: set[str]) -> dict[str, str]:
    chosen: dict[str, str] = {}
    text = [c for c in columns if c.content in (Content.TEXT, Content.NUMBER) and not is_personal(c)]
    for name in PLAIN:
        best = _best(text, name, used | set(chosen.values()))
        if best:
            chosen[name] = best
    return chosen


def _best(columns: Sequence[Column], name: str, used: set[str]) -> str:
    free = [column for column in columns if column.name not in used]
    best = max(free, key=lambda column: likeness(column, "column", name), default=None)
    return best.name if best and likeness(best, "column", name) else ""


def _force(columns: Sequence[Column]) -> tuple[str, str]:
    for column in columns:
        if (
            column.headings[-1] in ("force", "force name", "police force", "reported by")
            and len(column.values) == 1
        ):
            return next(iter(column.values)), ""
    return UNNAMED_FORCE, "the extract does not name one force"


def months_of_records(extract: Extract, recorded: str, order: DateOrder) -> tuple[date | None, date | None]:
    """Return the first and the last month in which records were recorded, without months that hold slips alone."""
    if not recorded:
        return None, None
    days = column_dates(extract.table[recorded], order)
    months, counts = np.unique(days[~np.isnat(days)].astype("datetime64[M]"), return_counts=True)
    usual = months[counts >= STRAY_SHARE * np.median(counts)] if len(months) else months
    if not len(usual):
        return None, None
    first, last = usual[[0, -1]].astype("datetime64[D]").astype(object)
    return first, last


def source_name(file_name: str, sheet: str = "") -> str:
    """Return a name for a source that stays the same from month to month: the file's, without dates, and the sheet's.

    >>> source_name("Crime extract 2024-10 (v2).xlsx"), source_name("2024_11.csv"), source_name("All.xlsx", "Crimes")
    ('crime-extract-v2', 'extract', 'all-crimes')
    """
    stem = f"{PurePath(file_name.casefold().removesuffix('.gz')).stem} {sheet.casefold()}"
    words = [
        word
        for word in re.split(r"[^a-z0-9]+", stem)
        if word and not word.isdigit() and word not in _MONTH_WORDS
    ]
    return "-".join(words)[:40].strip("-") or "extract"
