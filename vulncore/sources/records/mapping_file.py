"""Mappings as TOML: read and refused in a sentence, or written with doubts marked."""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Table
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from vulncore.domain.delivery import printable
from vulncore.domain.errors import InvalidMappingError, InvalidPeriodError, first_five
from vulncore.domain.periods import format_month, parse_month
from vulncore.domain.vocabulary import Measure, Polarity, strands
from vulncore.sources.records.mapping import (
    MOMENTS,
    ONE_COLUMN,
    Coding,
    Mapping,
    Moment,
    checked_mapping,
    mapped_measure,
)
from vulncore.sources.records.moments import DateOrder

MAX_MAPPING_BYTES: Final = 1_000_000  # ten thousand codes
FIRST_MAPPED_ORDER: Final = 1_001  # after every measure that is known
MOST_DOTS: Final = 8
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

UNSURE: Final = "# ? "
"""The mark before a doubt: somebody has to check the line."""

HEAD: Final = """\
# How this extract is read. Every name on the right is a heading of the extract, letter for letter.
# A line with "# ?" is a guess: check the line, correct it, and delete the mark.
# Columns that are not named here are not read, and nothing of them is kept.
"""


def read_mapping(path: Path) -> Mapping:
    """Return the mapping in a TOML file.

    Raises:
        InvalidMappingError: It is missing, too large, no TOML or no mapping; the sentence says what to change.
    """
    name = printable(path.name)
    if not path.is_file():
        raise InvalidMappingError(
            f"There is no mapping {printable(str(path))}. Draft a mapping: vulncore mapping FILE"
        )
    if path.stat().st_size > MAX_MAPPING_BYTES:
        raise InvalidMappingError(
            f"{name} has over {MAX_MAPPING_BYTES:,} bytes, too many for a mapping. Choose the TOML file."
        )
    return parse_mapping(path.read_bytes(), name)


def parse_mapping(content: bytes, name: str = "the mapping") -> Mapping:
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
            f"{name} is not TOML: {printable(str(problem))}. Correct the file there."
        ) from problem
    try:
        return checked_mapping(_mapping(given))
    except InvalidMappingError as problem:
        raise InvalidMappingError(f"{name}: {problem}") from problem


def refuse_dotted_keys(text: str, name: str) -> None:
    """Refuse a TOML text with keys of many parts: each part costs its reader all those before it.

    Raises:
        InvalidMappingError: A key has more than `MOST_DOTS` dots outside of quotation marks.
    """
    for line in text.splitlines():
        key = re.sub(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'', "", line).partition("#")[0]
        if key.count(".") > MOST_DOTS:
            raise InvalidMappingError(
                f"{name} has a name of over {MOST_DOTS} parts. Write names as `vulncore mapping` does."
            )


def _mapping(given: dict[str, Any]) -> Mapping:
    _only(given, SETTINGS, "settings")
    columns = _table(given.get("columns", {}), "[columns]")
    _only(columns, {*ONE_COLUMN, *MOMENTS}, "names under [columns]")
    coverage = _table(given.get("coverage", {}), "[coverage]")
    _only(coverage, {"first", "last"}, "settings under [coverage]")
    if len(coverage) == 1:
        raise InvalidMappingError("[coverage] needs a first and a last month. Add the missing month.")
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
            for order, item in enumerate(
                _items(given.get("measure", []), "[[measure]]"), start=FIRST_MAPPED_ORDER
            )
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
            f'Write `{name}` as a column, or as {{ date = "…", time = "…" }} or {{ date = "…", hour = "…" }}.'
        )
    return Moment(**{part: _text(column, part) for part, column in parts.items()})


def _measure(given: dict[str, Any], order: int) -> Measure:
    known = {"key", "name", "strand", "record_kind", "unit", "polarity", "serious", "definition"}
    _only(given, known, "settings of [[measure]]")
    absent = sorted({"key", "name"} - set(given))
    if absent:
        raise InvalidMappingError(
            f"A [[measure]] has no {' and no '.join(absent)}. Add {' and '.join(absent)}."
        )
    key, polarity = _text(given["key"], "key"), _text(given.get("polarity", "harm"), "polarity")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", key, re.ASCII):
        raise InvalidMappingError(
            f"'{key[:40]}' can't be a measure's key. Use small letters, digits and hyphens."
        )
    if polarity not in tuple(Polarity):
        raise InvalidMappingError(
            f"The polarity of '{key}' is '{polarity[:20]}'. Choose one of {first_five(Polarity)}."
        )
    strand = _text(given.get("strand", ""), "strand")
    if strand and strand not in {known.key for known in strands()}:
        raise InvalidMappingError(
            f"'{strand[:40]}' is not the key of a strand. Leave the strand empty, or use {', '.join(s.key for s in strands())}."
        )
    name = _text(given["name"], "name")
    if not name.strip() or len(name) > 80 or not name.isprintable():
        raise InvalidMappingError(f"The measure '{key}' has no name of up to 80 letters. Write a name.")
    measure = mapped_measure(key, name, order)
    unit = _text(given.get("unit", measure.unit), "unit")
    if not re.fullmatch(r"[^\W\d_][\w '\u2019-]{0,39}", unit):
        raise InvalidMappingError(
            f"The unit of '{key}' can't be used. Write up to 40 letters for what is counted, in the plural, such as crimes."
        )
    return replace(
        measure,
        strand=strand,
        record_kind=_text(given.get("record_kind", measure.record_kind), "record_kind"),
        unit=unit,
        polarity=Polarity(polarity),
        serious=given.get("serious", False) is True,
        definition=_text(given.get("definition", ""), "definition") or measure.definition,
    )


def _heading(given: Any) -> tuple[int, int] | None:
    if given is None:
        return None
    lines = _items(given, "heading")
    if len(lines) != 2 or not all(type(line) is int and line > 0 for line in lines) or lines[0] > lines[1]:
        raise InvalidMappingError(
            "Write `heading` as the first and the last line of the heading, like [3, 4]."
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
        raise InvalidMappingError(f"`{name[:40]}` is not text. Write the value in quotation marks.")
    return value


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidMappingError(f"`{name}` is not a number. Write a number.")
    return float(value) if abs(value) <= 100 else -1.0  # which the checks refuse


def _table(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidMappingError(f"{name} is not a table. Write the table as `vulncore mapping` does.")
    return value


def _items(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise InvalidMappingError(f"{name} is not a list. Write the list as `vulncore mapping` does.")
    return value


def mapping_toml(mapping: Mapping, doubts: Table[str, str] | None = None) -> str:
    """Return a mapping as TOML.

    Args:
        mapping: The mapping.
        doubts: What is unsure, by what it is about: the name of a setting (`force`, `coverage`), of one of
            our columns, `column` for a column of codes, `column=code` for a code, or a measure's key.
    """
    noted_doubts = doubts or {}
    return (
        "\n".join(
            [
                HEAD,
                *_settings(mapping, noted_doubts),
                *_columns(mapping, noted_doubts),
                *_counts(mapping, noted_doubts),
            ]
        )
        + "\n"
    )


def _settings(mapping: Mapping, doubts: Table[str, str]) -> Iterator[str]:
    yield _line("source", mapping.source, doubts)
    yield _line("force", mapping.force, doubts)
    yield _line("dates", mapping.date_order.value, doubts)
    if mapping.sheet:
        yield _line("sheet", mapping.sheet, doubts)
    if mapping.heading:
        yield f"heading = [{mapping.heading[0]}, {mapping.heading[1]}]{_doubt('heading', doubts)}"
    yield f"most_rejected_percent = {mapping.most_rejected_percent:g}"
    if mapping.first and mapping.last:
        yield f"\n[coverage]{_doubt('coverage', doubts)}"
        yield f'first = "{format_month(mapping.first)}"'
        yield f'last = "{format_month(mapping.last)}"'


def _columns(mapping: Mapping, doubts: Table[str, str]) -> Iterator[str]:
    yield "\n[columns]"
    for name in ONE_COLUMN:
        if name in mapping.columns:
            yield _line(name, mapping.columns[name], doubts)
        if name == "recorded_on":
            for moment in MOMENTS:
                where: Moment = getattr(mapping, moment)
                if where.columns:
                    yield f"{moment} = {_moment_text(where)}{_doubt(moment, doubts)}"


def _counts(mapping: Mapping, doubts: Table[str, str]) -> Iterator[str]:
    for coding in mapping.counts:
        yield f"\n[[counts]]{_doubt(coding.column, doubts)}"
        yield f"column = {_quoted(coding.column)}"
        if coding.separator:
            yield f"separator = {_quoted(coding.separator)}"
        yield from _codes(coding, doubts)
    for measure in mapping.measures:
        yield f"\n[[measure]]{_doubt(measure.key, doubts)}"
        yield from _measure_lines(measure)


def _codes(coding: Coding, doubts: Table[str, str]) -> Iterator[str]:
    if coding.leave_out:
        yield f"leave_out = {_list(coding.leave_out)}{_doubt(f'{coding.column} left out', doubts)}"
    yield "[counts.codes]"
    for code, keys in coding.codes.items():
        value = _quoted(keys[0]) if len(keys) == 1 else _list(keys)
        yield f"{_quoted(code)} = {value}{_doubt(f'{coding.column}={code}', doubts)}"


def _measure_lines(measure: Measure) -> Iterator[str]:
    for name in ("key", "name", "strand", "record_kind", "unit", "polarity"):
        yield f"{name} = {_quoted(str(getattr(measure, name)))}"
    yield f"serious = {'true' if measure.serious else 'false'}"
    yield f"definition = {_quoted(measure.definition)}"


def _moment_text(where: Moment) -> str:
    if where.at:
        return _quoted(where.at)
    parts = [("date", where.date), ("time", where.time), ("hour", where.hour)]
    return f"{{ {', '.join(f'{name} = {_quoted(column)}' for name, column in parts if column)} }}"


def _line(name: str, value: str, doubts: Table[str, str]) -> str:
    return f"{name} = {_quoted(value)}{_doubt(name, doubts)}"


def _doubt(name: str, doubts: Table[str, str]) -> str:
    return f"  {UNSURE}{' '.join(doubts[name].split())}" if name in doubts else ""


def _list(values: Iterable[str]) -> str:
    return f"[{', '.join(_quoted(value) for value in values)}]"


def _quoted(value: str) -> str:
    # JSON's strings are TOML's but for DEL, which TOML wants escaped
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
