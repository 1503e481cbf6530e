"""Mappings as people wrote them, read and checked."""

import json
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator
from collections.abc import Mapping as Table
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from vulncore.domain.delivery import printable
from vulncore.domain.errors import InvalidMappingError, InvalidPeriodError, first_five
from vulncore.domain.measures import known_measures
from vulncore.domain.periods import format_month, parse_month
from vulncore.domain.vocabulary import Measure, Polarity, strands
from vulncore.sources.records.mapping import (
    MOMENTS,
    ONE_COLUMN,
    Coding,
    Mapping,
    Moment,
    measure_of_its_own,
)
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


MOST_DOTS: Final = 8


def checked_mapping(mapping: Mapping) -> Mapping:
    """Return the mapping if it holds together, whatever its extract.

    Raises:
        InvalidMappingError: Something is missing or contradicts something else.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", mapping.source, re.ASCII):
        raise InvalidMappingError(
            f"'{mapping.source[:40]}' can't name the source. Use up to 40 small letters, digits and hyphens."
        )
    force = mapping.force
    if not force.strip() or len(force) > 80 or not force.isprintable():
        raise InvalidMappingError("There is no force's name in `force`. Write it there, up to 80 letters.")
    if "recorded_on" not in mapping.columns:
        raise InvalidMappingError(
            "No column is `recorded_on`, by which every figure is counted. Name it under [columns]."
        )
    if not any(coding.codes for coding in mapping.counts):
        raise InvalidMappingError(
            "No code counts towards a measure. Add a [[counts]] with the column and its codes."
        )
    _check_places(mapping)
    _check_measures(mapping)
    if mapping.first and mapping.last and mapping.first > mapping.last:
        raise InvalidMappingError("The first month under [coverage] lies after the last. Change one of them.")
    if len(mapping.months) > 1_200:
        raise InvalidMappingError("[coverage] spans over a hundred years. Correct its months.")
    if not 0 <= mapping.most_rejected_percent <= 100:
        raise InvalidMappingError("`most_rejected_percent` is not between 0 and 100. Change it.")
    return mapping


def _check_places(mapping: Mapping) -> None:
    for one, other in (("longitude", "latitude"), ("easting", "northing")):
        if (one in mapping.columns) != (other in mapping.columns):
            raise InvalidMappingError(f"A place needs both {one} and {other}. Name the other column too.")
    ways = [name for name in ("longitude", "easting", "grid_reference") if name in mapping.columns]
    if len(ways) > 1:
        raise InvalidMappingError(
            f"The place is given in {len(ways)} ways ({first_five(ways)}). Keep the best one."
        )


def _check_measures(mapping: Mapping) -> None:
    columns = [coding.column for coding in mapping.counts]
    if "" in columns or len(set(columns)) < len(columns):
        raise InvalidMappingError("Every [[counts]] needs a column, and no column two. Correct them.")
    own = [measure.key for measure in mapping.measures]
    known = {measure.key for measure in known_measures()}
    twice = sorted({key for key in own if own.count(key) > 1 or key in known})
    if twice:
        raise InvalidMappingError(
            f"{len(twice)} keys of [[measure]] are taken: {first_five(twice)}. Choose others."
        )
    names = [measure.name.casefold() for measure in (*known_measures(), *mapping.measures)]
    alike = sorted({measure.name for measure in mapping.measures if names.count(measure.name.casefold()) > 1})
    if alike:
        raise InvalidMappingError(
            f"{len(alike)} names of [[measure]] are taken: {first_five(alike)}. Choose others."
        )
    strange = sorted(set(mapping.counted) - known - set(own))
    if strange:
        raise InvalidMappingError(
            f"{len(strange)} measures are not known: {first_five(strange)}. Use a key that `vulncore measures` lists, "
            "or describe it in a [[measure]]."
        )
    for coding in mapping.counts:
        both = sorted(set(coding.codes) & set(coding.leave_out))
        if both:
            raise InvalidMappingError(
                f"{len(both)} codes of {coding.column[:40]} are counted and left out at once: {first_five(both)}. Choose."
            )


def check_columns(mapping: Mapping, columns: Collection[str], name: str) -> None:
    """Refuse a mapping that reads columns which an extract does not have.

    Args:
        mapping: The mapping.
        columns: The headings of the extract.
        name: What the refusal calls the extract.

    Raises:
        InvalidMappingError: Columns are absent.
    """
    absent = [column for column in mapping.wanted if column not in columns]
    if absent:
        raise InvalidMappingError(
            f"{len(absent)} columns that the mapping reads are not in {name}: {first_five(absent)}. "
            f"It has {len(columns)}: {first_five(columns)}. Correct the mapping, or say where the heading is."
        )


def refuse_dotted_keys(text: str, name: str) -> None:
    """Refuse a TOML text with keys of many parts: each part costs its reader all those before it.

    Raises:
        InvalidMappingError: A key has more than `MOST_DOTS` dots outside of quotation marks.
    """
    for line in text.splitlines():
        key = re.sub(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'', "", line).partition("#")[0]
        if key.count(".") > MOST_DOTS:
            raise InvalidMappingError(
                f"{name} has a name of over {MOST_DOTS} parts. Write it as `vulncore mapping` does."
            )


UNSURE: Final = "# ? "
"""What stands before a doubt: a line that has it wants looking at."""

HEAD: Final = """\
# How this extract is read. Every name on the right is a heading of the extract as it stands there.
# A line with "# ?" is a guess: look at it, correct it, and take the mark away.
# Columns that are not named here are not read, and nothing of them is kept.
"""


def mapping_toml(mapping: Mapping, doubts: Table[str, str] | None = None) -> str:
    """Return a mapping as TOML.

    Args:
        mapping: The mapping.
        doubts: What is unsure, by what it is about: the name of a setting (`force`, `coverage`), of one of
            our columns, `column` for a column of codes, `column=code` for a code, or a measure's key.
    """
    said = doubts or {}
    return (
        "\n".join([HEAD, *_settings(mapping, said), *_columns(mapping, said), *_counts(mapping, said)]) + "\n"
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
