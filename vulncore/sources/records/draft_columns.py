"""What each column of an unknown extract seems to be, from its heading and from what stands in it."""

import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from functools import cache
from typing import Any, Final

import pyarrow.compute as pc

from vulncore.domain.vocabulary import REFERENCE
from vulncore.sources.extract import Extract
from vulncore.sources.records.mapping import Moment
from vulncore.sources.records.moments import (
    DateOrder,
    parse_date,
    parse_hour,
    parse_moment,
    parse_month_alone,
    parse_time,
    swapped_in_part,
)
from vulncore.sources.records.values import number_reader

NEARLY_ALL: Final = 0.95  # of a column's values: what is beyond are slips
MOST_KINDS: Final = 80  # kinds of place that a list to choose from has
MOSTLY: Final = 0.8  # of the rows: a few streets are called Park Road, too
LONGEST_CODE: Final = (
    60  # letters of the middle one: wordings of offences are shorter, accounts of them longer
)
FEW_TEXTS: Final = 20  # of a small file all may differ and be codes
SWAPPED: Final = "so a spreadsheet may have swapped days and months. Export the extract again"
ONE_DATE: Final = (
    "one date for both times: where the end is earlier than the beginning, it is read as the next day"
)
DATE_WORDS: Final = frozenset({"date", "dt", "when", "month", "period"})
MONTH_WORDS: Final = frozenset({"month", "period"})
YES_OR_NO: Final = frozenset({"y", "n", "yes", "no", "true", "false", "1", "0", "t", "f"})
ROLES: Final = ("birth", "no_crimed_on", "outcome_on", "recorded_on", "occurred_to", "occurred_from")


class Content(StrEnum):
    """What a column's values are, nearly all of them."""

    NOTHING = "nothing"
    MOMENT = "moment"
    DATE = "date"
    TIME = "time"
    HOUR = "hour"
    NUMBER = "number"
    YES_OR_NO = "yes or no"
    TEXT = "text"


DATED: Final = (Content.DATE, Content.MOMENT)


@dataclass(frozen=True)
class Column:
    """A column: its heading, how often each of its values occurs, and what they are."""

    name: str
    values: dict[str, int]
    content: Content

    @property
    def headings(self) -> tuple[str, ...]:
        """The heading in plain words, and its last part alone where a merged cell stands above it."""
        return tuple(
            dict.fromkeys(plain_heading(part) for part in (self.name, self.name.rpartition(": ")[2]))
        )

    @property
    def filled(self) -> int:
        """How many rows have something in it."""
        return sum(self.values.values())


def describe_columns(extract: Extract) -> tuple[Column, ...]:
    """Return what each column of an extract that was read seems to be, in the extract's order."""
    described = []
    for name in extract.table.column_names:
        counted = pc.value_counts(extract.table[name].combine_chunks())
        values = dict(zip(counted.field(0).to_pylist(), counted.field(1).to_pylist(), strict=True))
        values.pop("", None)
        described.append(Column(name, values, _content(plain_heading(name), values)))
    return tuple(described)


def _content(heading: str, values: dict[str, int]) -> Content:
    sample = list(values)[:2_000]
    if not sample:
        return Content.NOTHING
    if {text.casefold() for text in sample} <= YES_OR_NO and "hour" not in heading:
        return Content.YES_OR_NO
    words = set(heading.split())
    is_dated = bool(words & DATE_WORDS) or any(
        pattern.search(heading) for patterns in heading_patterns()["moment"].values() for pattern in patterns
    )
    tests: dict[Content, Callable[[str], Any]] = {
        **({Content.HOUR: parse_hour} if "hour" in words else {}),
        Content.DATE: _any_month if words & MONTH_WORDS else _any_date_or_month if is_dated else _any_date,
        Content.MOMENT: _any_moment,
        **({Content.TIME: parse_time} if {"time", "tm"} & words or ":" in sample[0] else {}),
        Content.NUMBER: number_reader(sample),
    }
    for content, read in tests.items():
        values_read = [value for value in map(read, sample) if value is not None]
        if len(values_read) >= NEARLY_ALL * len(sample):
            # a spreadsheet writes a date as its first second: where no row has another, it is a date
            dated = content is Content.MOMENT and all(clock in (None, time.min) for _, clock in values_read)
            return Content.DATE if dated else content
    return Content.TEXT


def _any_date(text: str) -> Any:
    # a bare number is a date only where a heading says so, and then it is read as one
    if text.isdigit() and len(text) == 5:
        return None
    return parse_date(text, DateOrder.DAY_FIRST) or parse_date(text, DateOrder.MONTH_FIRST)


def _any_date_or_month(text: str) -> Any:
    return _any_date(text) or (None if text.isdigit() else parse_month_alone(text))


def _any_month(text: str) -> Any:
    return _any_date(text) or parse_month_alone(text)


def _any_moment(text: str) -> Any:
    if re.fullmatch(r"[\d.]+", text) and len(text) != len("20240930233000"):
        return None
    return parse_moment(text, DateOrder.DAY_FIRST) or parse_moment(text, DateOrder.MONTH_FIRST)


def is_personal(column: Column) -> bool:
    """Return whether a column says who somebody is, or holds free text that may."""
    return any(pattern.search(column.headings[-1]) for pattern in heading_patterns()["personal"]["any"])


def likeness(column: Column, table: str, name: str) -> int:
    """Return how strongly a column's heading suggests a role: 0 not at all."""
    patterns = heading_patterns()[table].get(name, ())
    for place, pattern in enumerate(patterns):
        if any(pattern.search(heading) for heading in column.headings):
            return len(patterns) - place
    return 0


def is_kind_of_place(column: Column) -> bool:
    """Return whether nearly all that a column holds are kinds of place, as "Street with Residence", and no places."""
    patterns = heading_patterns()["kind_of_place"]["words"]
    kinds = sum(
        count
        for value, count in list(column.values.items())[:MOST_KINDS]
        if all(any(pattern.match(word) for pattern in patterns) for word in plain_heading(value).split())
    )
    return len(column.values) <= MOST_KINDS and kinds >= MOSTLY * column.filled > 0


def is_free_text(column: Column) -> bool:
    """Return whether a column's texts are sentences, or nearly as many as its rows: no codes."""
    lengths = sorted(map(len, column.values))
    long = bool(lengths) and lengths[len(lengths) // 2] > LONGEST_CODE
    return long or len(column.values) > max(FEW_TEXTS, column.filled / 2)


def plain_heading(name: str) -> str:
    """Return a heading in small letters, with single spaces for whatever stands between words.

    >>> plain_heading("Occurrence: DateFrom"), plain_heading("HO_Code")
    ('occurrence date from', 'ho code')
    """
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(re.sub(r"[\W_]+", " ", apart).casefold().split())


@cache
def heading_patterns() -> dict[str, dict[str, tuple[re.Pattern[str], ...]]]:
    """Return the patterns of `reference/extract_columns.toml`."""
    given: dict[str, Any] = tomllib.loads((REFERENCE / "extract_columns.toml").read_text(encoding="utf-8"))
    return {
        table: {name: tuple(re.compile(pattern) for pattern in patterns) for name, patterns in names.items()}
        for table, names in given.items()
    }


def date_order(columns: Sequence[Column]) -> tuple[DateOrder, str]:
    """Return the order that reads more of the dates, and a doubt where nothing tells the two apart."""
    dated = [column for column in columns if column.content in DATED]
    texts = [text for column in dated for text in column.values]
    moments = {order: [parse_moment(text, order) for text in texts] for order in DateOrder}
    day_first, month_first = moments.values()
    doubt = ""
    if day_first != month_first and day_first.count(None) == month_first.count(None):
        doubt = "no day above 12 occurs, so day and month could be the other way round"
    order = min(DateOrder, key=lambda order: moments[order].count(None))
    if shown := next(filter(None, (swapped_in_part(column.values, order) for column in dated)), ""):
        doubt = f"{shown}, {SWAPPED}"
    return order, doubt


def draft_moments(columns: Sequence[Column], doubts: dict[str, str]) -> tuple[dict[str, Moment], str]:
    """Return the columns for when things happened, and the column of the date recorded; adds to `doubts`."""
    days = {c.name: moment_role(c) for c in columns if c.content in DATED}
    clocks = {c.name: moment_role(c) for c in columns if c.content in (Content.TIME, Content.HOUR)}
    content = {column.name: column.content for column in columns}
    recorded = _first(days, "recorded_on")
    if not recorded:
        recorded = _first(days, "") or _first(days, "occurred_from")
        doubts["recorded_on"] = (
            "no heading says which date is the date recorded" if recorded else "no date was found"
        )
    start = _first(days, "occurred_from") or _first(days, "")
    clock_there = bool(_first(clocks, "occurred_from") or _first(clocks, ""))
    if start == recorded and content.get(start) is Content.DATE and not clock_there:
        start = ""  # one date and nothing more: it says when it was recorded
    moments = {}
    for name, day in (("occurred_from", start), ("occurred_to", _first(days, "occurred_to"))):
        clock = _first(clocks, name) or (_first(clocks, "") if name == "occurred_from" else "")
        kind = "hour" if content.get(clock) is Content.HOUR else "time"
        whole = Moment(at=day) if content.get(day) is Content.MOMENT else Moment(date=day, **{kind: clock})
        moments[name] = whole if day else Moment()
    end_clock = _first(clocks, "occurred_to")
    if start and end_clock and not moments["occurred_to"].columns and _says_time(moments["occurred_from"]):
        kind = "hour" if content[end_clock] is Content.HOUR else "time"
        moments["occurred_to"] = Moment(date=start, **{kind: end_clock})
        doubts["occurred_to"] = ONE_DATE
    if start and not _first(days, "occurred_from"):
        doubts["occurred_from"] = "no heading says when the record happened"
    return moments, recorded


def _says_time(where: Moment) -> bool:
    return bool(where.at or where.time or where.hour)


def is_dated(column: Column) -> bool:
    """Return whether a heading says that it is a date's."""
    return any(set(heading.split()) & DATE_WORDS for heading in column.headings)


def moment_role(column: Column) -> str:
    """Return what a date or a time is of, by its heading; empty where it does not say."""
    return next((role for role in ROLES if likeness(column, "moment", role)), "")


def _first(roles: dict[str, str], wanted: str) -> str:
    return next((name for name, role in roles.items() if role == wanted), "")
