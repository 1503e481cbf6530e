"""Notes on the data: their kinds, and what a valid annotation is."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from vulncore.domain.errors import InvalidPeriodError, InvalidRowsError, first_five
from vulncore.domain.periods import add_months, month_name, months_between, parse_month
from vulncore.domain.schemas import ANNOTATIONS, Tables, conform
from vulncore.domain.strands.strand_file import KEY

TEXT_LETTERS: Final = 1_000
MONTH_NAMES: Final = tuple(month_name(date(2020, month, 1)).split()[0] for month in range(1, 13))
AUTHOR_LETTERS: Final = 80


class NoteKind(StrEnum):
    """What people can know about the data."""

    SERIES_BREAK = "series break"  # from its month on, nothing is compared with what came before
    LEVEL_CHANGE = "level change"  # from its month on, the current process is another: somebody approved it
    LEVEL_KEPT = (
        "level kept"  # what looked like another level from its month on is none: somebody declined it
    )
    ONE_OFF = "one-off month"  # it counts, and nothing about the usual level is learnt from it
    MONTH_RIGHT = (
        "month is right"  # a month that looks odd, short or half delivered is as it was: it is learnt from
    )
    TARGET = "target"
    COMMENTARY = "commentary"  # what an analyst says of a strand and month
    COMMENT = "comment"
    TIMES_REAL = "times are real"  # times that look like a form's, or a 12-hour clock's, count in their hours all the same
    SET_ASIDE = "month set aside"  # this month is no part of any figure: missing, and not zero
    PANDEMIC = "pandemic months"  # its text says which months count, and teach nothing of the usual level


FROM_A_MONTH: Final = (
    *(NoteKind.SERIES_BREAK, NoteKind.LEVEL_CHANGE, NoteKind.LEVEL_KEPT),
    *(NoteKind.ONE_OFF, NoteKind.MONTH_RIGHT, NoteKind.COMMENTARY, NoteKind.SET_ASIDE),
)
"""Kinds that are about one month and have to name it."""
OF_A_STRAND: Final = (
    *(NoteKind.LEVEL_CHANGE, NoteKind.LEVEL_KEPT, NoteKind.ONE_OFF),
    *(NoteKind.TARGET, NoteKind.COMMENTARY),
)
"""Kinds that can be about a strand, or a view across strands, all of its records together: then its key stands where a measure's
would. Lists of strands change, and notes outlive them: any key will do."""
PANDEMIC_TEXT: Final = re.compile(r"(?i)(.{1,800}?)\sset aside[.:,;](.*?\w.*)", re.DOTALL)
PANDEMIC_YEARS: Final = range(2020, 2024)
"""Source: World Health Organization, the emergency of international concern lasted from 30 January 2020 to 5 May 2023."""
NO_MONTHS: Final = "no months"
MOST_PANDEMIC: Final = 36
"""Months: with more than three years set aside too few are left to learn from."""
TARGET_TEXT: Final = re.compile(
    r"(?i)\s*at (most|least) (\d{1,6}(?:\.\d{1,2})?) a month\b[.:,;]?\s*(.*)", re.DOTALL
)


@dataclass(frozen=True)
class Target:
    """What a measure's months are to stay within: at most so many records a month, or at least; and why."""

    records: float
    at_most: bool
    why: str = ""

    @property
    def text(self) -> str:
        """The target as its note says it.

        >>> Target(20, at_most=True, why="As in 2019.").text
        'At most 20 a month. As in 2019.'
        """
        return f"{self.limit.capitalize()}. {self.why}".strip()

    @property
    def limit(self) -> str:
        """What months are to stay within, in words.

        >>> Target(12_345.6, at_most=False).limit, Target(1_000_000, at_most=True).limit
        ('at least 12345.6 a month', 'at most 1000000 a month')
        """
        number = f"{self.records:f}".rstrip("0").rstrip(".")
        return f"at {'most' if self.at_most else 'least'} {number} a month"


def target_of(text: str) -> Target | None:
    """Return the target that a note says; None where it says none that can be told from its months.

    >>> target_of("At least 4.5 a month: agreed by the board")
    Target(records=4.5, at_most=False, why='agreed by the board')
    >>> target_of("Fewer victims") is None
    True
    """
    match = TARGET_TEXT.fullmatch(text)
    return Target(float(match[2]), match[1].casefold() == "most", match[3].strip()) if match else None


@dataclass(frozen=True)
class PandemicMonths:
    """The months of the pandemic from which nothing is learnt of the usual level, in order, and why."""

    months: tuple[date, ...]
    why: str = ""


def pandemic_of(text: str) -> PandemicMonths | None:
    """Return the months of the pandemic that a note sets aside; None where it says none that can be told, or no reason.

    >>> pandemic_of("April 2020 to June 2020, November 2020 set aside. Venues were closed.")
    PandemicMonths(months=(datetime.date(2020, 4, 1), datetime.date(2020, 5, 1), datetime.date(2020, 6, 1), datetime.date(2020, 11, 1)), why='Venues were closed.')
    >>> pandemic_of("2020-03 to 2020-04 set aside: lockdown").why, pandemic_of("No months set aside. All went on.").months
    ('lockdown', ())
    >>> pandemic_of("May 2020 to March 2020 set aside. Why."), pandemic_of("March 2020 set aside."), pandemic_of("May 1920 set aside. Why.")
    (None, None, None)
    """
    match = PANDEMIC_TEXT.fullmatch(text.strip())
    if not match:
        return None
    which, why = match[1].strip().casefold(), match[2].strip()
    if which == NO_MONTHS:
        return PandemicMonths((), why)
    months: set[date] = set()
    for stretch in re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", which):
        ends = [_month_written(end) for end in re.split(r"\s+to\s+", stretch)]
        first, last = ends[0], ends[-1]
        if (
            len(ends) > 2
            or first is None
            or last is None
            or not 0 <= months_between(first, last) < MOST_PANDEMIC
        ):
            return None
        months |= {add_months(first, step) for step in range(months_between(first, last) + 1)}
    if len(months) > MOST_PANDEMIC or any(month.year not in PANDEMIC_YEARS for month in months):
        return None
    return PandemicMonths(tuple(sorted(months)), why)


def _month_written(text: str) -> date | None:
    """Return the month that is written like March 2020 or 2020-03; None where it is none."""
    named = re.fullmatch(r"([A-Za-z]+) (\d{4})", text.strip(), flags=re.ASCII)
    if named and named[1].capitalize() in MONTH_NAMES:
        text = f"{named[2]}-{MONTH_NAMES.index(named[1].capitalize()) + 1:02}"
    try:
        return parse_month(text)
    except InvalidPeriodError:
        return None


def valid_annotations(annotations: pa.Table, tables: Tables) -> pa.Table:
    """Return annotations conformed to their schema, their rules checked against a dataset's tables.

    Raises:
        InvalidRowsError: The kind is none of `NoteKind`; one of `FROM_A_MONTH` has no month; a month is not given by its
            first day; a text or an author is empty, too long or holds what can't be printed; the dataset has no such
            force or measure, or for `OF_A_STRAND` it is no key.
    """
    checked = conform(annotations, ANNOTATIONS)
    rows = checked.to_pylist()
    _refuse(
        (
            row["text"]
            for row in rows
            if row["kind"] == NoteKind.PANDEMIC and pandemic_of(row["text"]) is None
        ),
        "of months of the pandemic that can't be told from their text",
        f"Write up to {MOST_PANDEMIC} months of {PANDEMIC_YEARS[0]} to {PANDEMIC_YEARS[-1]} and why, like 'March 2020 to July 2021 set aside. Venues were closed.'",
    )
    _refuse(
        (row["measure"] for row in rows if row["kind"] == NoteKind.PANDEMIC and row["measure"]),
        "of months of the pandemic that are about one measure",
        "Choose all measures",
    )
    forces = {
        name
        for table in (tables.coverage, tables.counts, tables.incidents)
        for name in pc.unique(table.column("force")).to_pylist()
    }
    measures = set(tables.measures.column("key").to_pylist())
    kinds = [kind.value for kind in NoteKind]
    _refuse(
        (row["kind"] for row in rows if row["kind"] not in kinds),
        "of an unknown kind",
        f"Choose one of {len(kinds)} kinds: {', '.join(kinds)}",
    )
    _refuse(
        (row["kind"] for row in rows if row["kind"] in FROM_A_MONTH and not row["month"]),
        "that need a month and have none",
        "Name the month from which the note holds",
    )
    _refuse(
        (row["month"] for row in rows if row["month"] and row["month"].day != 1),
        "with a day that is not the first of a month",
        "Write the month by its first day",
    )
    for column, names in (("force", forces), ("measure", measures)):
        _refuse(
            (
                row[column]
                for row in rows
                if row[column] not in {None, *names}
                and not (column == "measure" and row["kind"] in OF_A_STRAND and KEY.fullmatch(row[column]))
            ),
            f"about a {column} that the dataset does not have",
            f"The dataset has {first_five(sorted(names))}",
        )
    for column, letters in (("text", TEXT_LETTERS), ("author", AUTHOR_LETTERS)):
        _refuse(
            (repr(row[column][:40]) for row in rows if not _is_text(row[column], letters)),
            f"whose {column} is empty, too long or can't be printed",
            f"Write 1 to {letters:,} printable characters",
        )
    return checked


def _refuse(faulty: Iterable[object], fault: str, advice: str) -> None:
    values = [str(value)[:60] for value in faulty]
    if values:
        raise InvalidRowsError(f"Notes {fault}: {len(values)} ({first_five(values)}). {advice}.")


def _is_text(text: str, letters: int) -> bool:
    return bool(text.strip()) and len(text) <= letters and text.replace("\n", " ").isprintable()
