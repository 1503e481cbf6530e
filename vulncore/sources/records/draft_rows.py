"""Which rows of an unknown extract seem to count, and for how many records each seems to stand."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from vulncore.domain.errors import first_five
from vulncore.sources.records.draft_codes import MOST_CODES, YES
from vulncore.sources.records.draft_columns import (
    Column,
    Content,
    heading_patterns,
    is_personal,
    likeness,
    plain_heading,
)
from vulncore.sources.records.mapping import Coding, LeaveOut, split_cell
from vulncore.sources.written import written_count

LEAST_NUMBERS: Final = 1 / 2  # of the rows of a column of counts: the others are hidden ones, such as <5
MOST_LEFT_OUT: Final = 1 / 2  # of the rows: beyond, somebody has to have looked
HIDDEN: Final = re.compile(
    r"[<\u2264] ?\d{1,2}|\*{1,3}|\.{2}|\[?[cxz]\]?"
)  # what a table writes for a number too small to show
LEAST_LINES: Final = 3  # so many numbers one after the other are those of lines


def is_called_a_count(heading: str, *, maybe: bool) -> bool:
    """Return whether a heading says that numbers count records, or, if `maybe`, that they might.

    >>> is_called_a_count("Number of offences", maybe=False), is_called_a_count("Victim count", maybe=False)
    (True, False)
    """
    kinds = ("always", "maybe") if maybe else ("always",)
    plain = plain_heading(heading)
    return any(pattern.search(plain) for kind in kinds for pattern in heading_patterns()["count"][kind])


def holds_counts(column: Column) -> bool:
    """Return whether what a column holds could be counts, of which one at least is not 1: whole numbers, or signs that hide them.

    Numbers of lines are none, unless the heading says that they count.
    """
    numbers = {text: count for text in column.values if (count := written_count(text)) is not None}
    hidden = sum(rows for text, rows in column.values.items() if HIDDEN.fullmatch(text.strip()))
    read = sum(column.values[text] for text in numbers)
    if (
        not numbers
        or read + hidden < LEAST_NUMBERS * column.filled
        or not (hidden or set(numbers.values()) - {1})
    ):
        return False
    lines = {float(place) for place in range(len(numbers))}
    in_order = {number - min(numbers.values()) for number in numbers.values()} == lines
    is_of_lines = in_order and LEAST_LINES <= len(numbers) == column.filled
    return not is_of_lines or is_called_a_count(column.headings[-1], maybe=False)


def counting_columns(columns: Iterable[Column], *, maybe: bool) -> tuple[Column, ...]:
    """Return the columns that seem to say how many records a row stands for, or, if `maybe`, that might; the likeliest first."""
    named = [
        column
        for column in columns
        if is_called_a_count(column.headings[-1], maybe=maybe) and holds_counts(column)
    ]
    return tuple(
        sorted(
            named,
            key=lambda column: (-likeness(column, "count", "always"), -likeness(column, "count", "maybe")),
        )
    )


def count_question(column: Column) -> str:
    """Return what to ask about a column that may say how many records a row stands for."""
    records = sum(column.values[text] * (written_count(text) or 0) for text in column.values)
    return (
        f"Does a row stand for several records? Column {column.name[:60]} holds numbers, {records:,.0f} in all in {column.filled:,} rows. "
        f'If it says how many, write count = "{column.name}" under [columns]. If not, write not_read = ["{column.name}"] above.'
    )


def left_out_question(
    columns: Sequence[Column], counts: Sequence[Coding], leave_out: Sequence[LeaveOut]
) -> str:
    """Return what to ask where most rows would count towards nothing, for their codes or for what takes them out; "" elsewhere."""
    values_of = {column.name: column.values for column in columns}
    by_code = [
        (coding.column, [value for value in values_of[coding.column] if not _counts(value, coding)])
        for coding in counts
    ]
    by_code.sort(key=lambda one: sum(values_of[one[0]][value] for value in one[1]))
    for name, names in [*by_code[:1], *((out.column, out.values) for out in leave_out)]:
        values = {value: values_of[name].get(value, 0) for value in names}
        left, rows = sum(values.values()), sum(values_of[name].values())
        if left > MOST_LEFT_OUT * rows:
            commonest = sorted(values, key=lambda value: (-values[value], value))
            return (
                f"Should most rows count towards nothing? {left:,} of {rows:,} rows ({100 * left / rows:.0f} %) would, because of "
                f"{name[:60]}: {first_five(value[:40] for value in commonest)}. If they should count, choose what towards."
            )
    return ""


def _counts(cell: str, coding: Coding) -> bool:
    return any(part in coding.codes for part in split_cell(cell, coding.separator))


def draft_leave_out(
    columns: Iterable[Column], rows: int, doubts: dict[str, str], *, of_counts: bool
) -> tuple[LeaveOut, ...]:
    """Return the columns, each with its values, that seem to take rows out, as a status "No crime" does; adds to `doubts`.

    In a table `of_counts` they are also those of which something else is counted, or all other rows together.
    """
    drafted = []
    for column in columns:
        values, what = values_taken_out(column), "a record does not count"
        if not values and of_counts:
            values, what = _counted_otherwise(column), "something else is counted, or all together"
        if values:
            drafted.append(LeaveOut(column.name, values))
            out = sum(column.values[value] for value in values)
            share = f"{out:,} of {rows:,} rows ({100 * out / rows:.0f} %)"
            doubts[f"{column.name} takes out"] = f"these values seem to say that {what}: {share}"
    return tuple(drafted)


def _counted_otherwise(column: Column) -> tuple[str, ...]:
    """Return the values of a column of a table of counts that say so; none where all do, for then they are what the table is of."""
    if column.content is not Content.TEXT or len(column.values) > MOST_CODES:
        return ()
    values = tuple(value for value in column.values if is_counted_otherwise(value))
    return values if len(values) < len(column.values) else ()


def is_counted_otherwise(value: str) -> bool:
    """Return whether a value of a table of counts says that something else is counted, or all other rows together.

    >>> is_counted_otherwise("Total"), is_counted_otherwise("Positive Outcomes"), is_counted_otherwise("No suspect identified")
    (True, True, False)
    """
    return any(pattern.search(plain_heading(value)) for pattern in heading_patterns()["counted"]["else"])


def without_totals(coding: Coding, doubts: dict[str, str]) -> Coding:
    """Return the codes of a table of counts without those that count all others together; adds to `doubts`."""
    together = [code for code in coding.codes if is_counted_otherwise(code)]
    if not together or len(together) == len(coding.codes):
        return coding
    for code in together:
        doubts.pop(f"{coding.column}={code}", None)
    left = f"{coding.column} left out"
    words = f"{', '.join(together)}: all together, or something else"
    doubts[left] = "; ".join(filter(None, (doubts.get(left, ""), words)))
    codes = {code: keys for code, keys in coding.codes.items() if code not in together}
    return replace(coding, codes=codes, leave_out=(*coding.leave_out, *together))


def is_called_a_status(heading: str) -> bool:
    """Return whether a heading says that values might take records out."""
    plain = plain_heading(heading)
    return any(
        pattern.search(plain) for kind in ("heading", "out") for pattern in heading_patterns()["status"][kind]
    )


def values_taken_out(column: Column) -> tuple[str, ...]:
    """Return the values of a column that seem to say that a record does not count: a status, or a yes below such a heading."""
    out = heading_patterns()["status"]["out"]
    if column.content is Content.YES_OR_NO:
        called = any(pattern.search(heading) for pattern in out for heading in column.headings)
        return tuple(value for value in column.values if called and value.casefold() in YES)
    if column.content is not Content.TEXT or len(column.values) > MOST_CODES or is_personal(column):
        return ()
    if not any(map(is_called_a_status, (column.name, column.headings[-1]))):
        return ()
    return tuple(value for value in column.values if any(pattern.search(value.casefold()) for pattern in out))
