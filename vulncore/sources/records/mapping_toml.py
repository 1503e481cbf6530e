"""A mapping as TOML that people read and change."""

import json
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Table
from typing import Final

from vulncore.domain.periods import format_month
from vulncore.domain.vocabulary import Measure
from vulncore.sources.records.mapping import MOMENTS, ONE_COLUMN, Coding, Mapping, Moment

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
                    yield f"{moment} = {_moment(where)}{_doubt(moment, doubts)}"


def _counts(mapping: Mapping, doubts: Table[str, str]) -> Iterator[str]:
    for coding in mapping.counts:
        yield f"\n[[counts]]{_doubt(coding.column, doubts)}"
        yield f"column = {_text(coding.column)}"
        if coding.separator:
            yield f"separator = {_text(coding.separator)}"
        yield from _codes(coding, doubts)
    for measure in mapping.measures:
        yield f"\n[[measure]]{_doubt(measure.key, doubts)}"
        yield from _measure(measure)


def _codes(coding: Coding, doubts: Table[str, str]) -> Iterator[str]:
    if coding.leave_out:
        yield f"leave_out = {_list(coding.leave_out)}{_doubt(f'{coding.column} left out', doubts)}"
    yield "[counts.codes]"
    for code, keys in coding.codes.items():
        value = _text(keys[0]) if len(keys) == 1 else _list(keys)
        yield f"{_text(code)} = {value}{_doubt(f'{coding.column}={code}', doubts)}"


def _measure(measure: Measure) -> Iterator[str]:
    for name in ("key", "name", "strand", "record_kind", "unit", "polarity"):
        yield f"{name} = {_text(str(getattr(measure, name)))}"
    yield f"serious = {'true' if measure.serious else 'false'}"
    yield f"definition = {_text(measure.definition)}"


def _moment(where: Moment) -> str:
    if where.at:
        return _text(where.at)
    parts = [("date", where.date), ("time", where.time), ("hour", where.hour)]
    return f"{{ {', '.join(f'{name} = {_text(column)}' for name, column in parts if column)} }}"


def _line(name: str, value: str, doubts: Table[str, str]) -> str:
    return f"{name} = {_text(value)}{_doubt(name, doubts)}"


def _doubt(name: str, doubts: Table[str, str]) -> str:
    return f"  {UNSURE}{' '.join(doubts[name].split())}" if name in doubts else ""


def _list(values: Iterable[str]) -> str:
    return f"[{', '.join(_text(value) for value in values)}]"


def _text(value: str) -> str:
    # JSON's strings are TOML's but for DEL, which TOML wants escaped
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
