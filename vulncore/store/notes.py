"""Notes on the data: their kinds, and what a valid annotation is."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from vulncore.domain.errors import InvalidRowsError, first_five
from vulncore.domain.schemas import ANNOTATIONS, Tables, conform

TEXT_LETTERS: Final = 1_000
AUTHOR_LETTERS: Final = 80


class NoteKind(StrEnum):
    """What people can know about the data."""

    SERIES_BREAK = "series break"  # from its month on, nothing is compared with what came before
    LEVEL_CHANGE = "level change"  # from its month on, the current process is another
    TARGET = "target"
    COMMENT = "comment"
    TIMES_REAL = "times are real"  # times that look like a form's, or a 12-hour clock's, count in their hours all the same
    SET_ASIDE = "month set aside"  # this month is no part of any figure: missing, and not zero


FROM_A_MONTH: Final = (NoteKind.SERIES_BREAK, NoteKind.LEVEL_CHANGE, NoteKind.SET_ASIDE)
"""Kinds that are about one month and have to name it."""


def valid_annotations(annotations: pa.Table, tables: Tables) -> pa.Table:
    """Return annotations conformed to their schema, their rules checked against a dataset's tables.

    Raises:
        InvalidRowsError: The kind is none of `NoteKind`; a series break, a level change or a month set aside has no
            month; a month is not given by its first day; a text or an author is empty, too long or holds what
            can't be printed; the dataset has no such force or measure.
    """
    checked = conform(annotations, ANNOTATIONS)
    rows = checked.to_pylist()
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
            (row[column] for row in rows if row[column] not in {None, *names}),
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
