"""Mappings as people wrote them, read and checked."""

import re
import tomllib
from collections.abc import Mapping as Table
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from vulncore.domain.delivery import printable
from vulncore.domain.errors import InvalidMappingError, InvalidPeriodError, first_five
from vulncore.domain.periods import parse_month
from vulncore.domain.vocabulary import Measure, Polarity, strands
from vulncore.sources.records.mapping import (
    MOMENTS,
    ONE_COLUMN,
    Coding,
    Mapping,
    Moment,
    measure_of_its_own,
)
from vulncore.sources.records.mapping_checks import checked_mapping, refuse_dotted_keys
from vulncore.sources.records.moments import DateOrder

MAX_MAPPING_BYTES: Final = 1_000_000  # ten thousand codes
OWN_FROM: Final = 1_001  # after every measure that is known
SETTINGS: Final = {
    "source",
    "force",
    "dates",
    "sheet",
    "heading",
    "most_rejected_percent",
    "coverage",
    "columns",
    "counts",
    "measure",
}


def read_mapping(path: Path) -> Mapping:
    """Return the mapping in a TOML file.

    Raises:
        InvalidMappingError: It is missing, too large, no TOML or no mapping; the sentence says what to change.
    """
    name = printable(path.name)
    if not path.is_file():
        raise InvalidMappingError(
            f"There is no mapping {printable(str(path))}. Draft one: vulncore mapping FILE"
        )
    if path.stat().st_size > MAX_MAPPING_BYTES:
        raise InvalidMappingError(
            f"{name} has over {MAX_MAPPING_BYTES:,} bytes: it is no mapping. Give the TOML file."
        )
    return parsed_mapping(path.read_bytes(), name)


def parsed_mapping(content: bytes, name: str = "the mapping") -> Mapping:
    """Return the mapping in the bytes of a TOML file; `name` is what refusals call it.

    Raises:
        InvalidMappingError: They are no TOML or no mapping; the sentence says what to change.
    """
    try:
        text = content.decode("utf-8-sig")
        refuse_dotted_keys(text, name)
        given = tomllib.loads(text)
    except (ValueError, OverflowError, RecursionError) as problem:
        raise InvalidMappingError(
            f"{name} is not TOML: {printable(str(problem))}. Correct it there."
        ) from problem
    try:
        return checked_mapping(_mapping(given))
    except InvalidMappingError as problem:
        raise InvalidMappingError(f"{name}: {problem}") from problem


def _mapping(given: dict[str, Any]) -> Mapping:
    _only(given, SETTINGS, "settings")
    columns = _table(given.get("columns", {}), "[columns]")
    _only(columns, {*ONE_COLUMN, *MOMENTS}, "names under [columns]")
    coverage = _table(given.get("coverage", {}), "[coverage]")
    _only(coverage, {"first", "last"}, "settings under [coverage]")
    if len(coverage) == 1:
        raise InvalidMappingError("[coverage] needs both its first month and its last. Add the other.")
    order = _text(given.get("dates", DateOrder.DAY_FIRST), "dates")
    if order not in tuple(DateOrder):
        raise InvalidMappingError(f'`dates` is \'{order[:20]}\'. Write "day first" or "month first".')
    try:
        months = {name: parse_month(_text(month, name)) for name, month in coverage.items()}
    except InvalidPeriodError as problem:
        raise InvalidMappingError(f"[coverage]: {problem}") from problem
    return Mapping(
        source=_text(given.get("source", ""), "source"),
        force=_text(given.get("force", ""), "force"),
        counts=tuple(
            _coding(_table(item, "[[counts]]")) for item in _items(given.get("counts", []), "[[counts]]")
        ),
        columns={name: _text(column, name) for name, column in columns.items() if name in ONE_COLUMN},
        first=months.get("first"),
        last=months.get("last"),
        date_order=DateOrder(order),
        occurred_from=_moment(columns.get("occurred_from", ""), "occurred_from"),
        occurred_to=_moment(columns.get("occurred_to", ""), "occurred_to"),
        measures=tuple(
            _measure(_table(item, "[[measure]]"), order)
            for order, item in enumerate(_items(given.get("measure", []), "[[measure]]"), start=OWN_FROM)
        ),
        sheet=_text(given.get("sheet", ""), "sheet"),
        heading=_heading(given.get("heading")),
        most_rejected_percent=_number(given.get("most_rejected_percent", 5.0), "most_rejected_percent"),
    )


def _coding(given: dict[str, Any]) -> Coding:
    _only(given, {"column", "codes", "leave_out", "separator"}, "settings of [[counts]]")
    codes = _table(given.get("codes", {}), "[counts.codes]")
    return Coding(
        column=_text(given.get("column", ""), "column"),
        codes={
            code: tuple(_text(key, code) for key in (keys if isinstance(keys, list) else [keys]))
            for code, keys in codes.items()
        },
        leave_out=tuple(_text(code, "leave_out") for code in _items(given.get("leave_out", []), "leave_out")),
        separator=_text(given.get("separator", ""), "separator"),
    )


def _moment(given: Any, name: str) -> Moment:
    if isinstance(given, str):
        return Moment(at=given)
    parts = _table(given, name)
    _only(parts, {"date", "time", "hour"}, f"parts of {name}")
    if "date" not in parts or ("time" in parts and "hour" in parts):
        raise InvalidMappingError(
            f'`{name}` is a column, or a {{ date = "…", time = "…" }} or with an hour. Write it so.'
        )
    return Moment(**{part: _text(column, part) for part, column in parts.items()})


def _measure(given: dict[str, Any], order: int) -> Measure:
    known = {"key", "name", "strand", "record_kind", "unit", "polarity", "serious", "definition"}
    _only(given, known, "settings of [[measure]]")
    absent = sorted({"key", "name"} - set(given))
    if absent:
        raise InvalidMappingError(f"A [[measure]] lacks its {' and '.join(absent)}. Add what is missing.")
    key, polarity = _text(given["key"], "key"), _text(given.get("polarity", "harm"), "polarity")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", key, re.ASCII):
        raise InvalidMappingError(
            f"'{key[:40]}' can't be a measure's key. Use small letters, digits and hyphens."
        )
    if polarity not in tuple(Polarity):
        raise InvalidMappingError(
            f"The polarity of '{key}' is '{polarity[:20]}'. It is one of {first_five(Polarity)}."
        )
    strand = _text(given.get("strand", ""), "strand")
    if strand and strand not in {known.key for known in strands()}:
        raise InvalidMappingError(
            f"'{strand[:40]}' is no strand's key. Leave it empty, or use {', '.join(s.key for s in strands())}."
        )
    name = _text(given["name"], "name")
    if not name.strip() or len(name) > 80 or not name.isprintable():
        raise InvalidMappingError(f"The measure '{key}' has no name of up to 80 letters. Give it one.")
    own = measure_of_its_own(key, name, order)
    return replace(
        own,
        strand=strand,
        record_kind=_text(given.get("record_kind", own.record_kind), "record_kind"),
        unit=_text(given.get("unit", own.unit), "unit"),
        polarity=Polarity(polarity),
        serious=given.get("serious", False) is True,
        definition=_text(given.get("definition", ""), "definition") or own.definition,
    )


def _heading(given: Any) -> tuple[int, int] | None:
    if given is None:
        return None
    lines = _items(given, "heading")
    if len(lines) != 2 or not all(type(line) is int and line > 0 for line in lines) or lines[0] > lines[1]:
        raise InvalidMappingError(
            "`heading` is the first and the last line of the heading, like [3, 4]. Write it so."
        )
    return lines[0], lines[1]


def _only(given: Table[str, Any], known: set[str], what: str) -> None:
    strange = sorted(set(given) - known)
    if strange:
        raise InvalidMappingError(
            f"{len(strange)} {what} are not known: {first_five(printable(name)[:40] for name in strange)}. "
            f"There are: {', '.join(sorted(known))}."
        )


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise InvalidMappingError(f"`{name[:40]}` is not in quotation marks. Write it as text.")
    return value


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidMappingError(f"`{name}` is not a number. Write one.")
    return float(value) if abs(value) <= 100 else -1.0  # which the checks refuse


def _table(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidMappingError(f"{name} is not a table. Write it as `vulncore mapping` does.")
    return value


def _items(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise InvalidMappingError(f"{name} is not a list. Write it as `vulncore mapping` does.")
    return value
