"""What a valid annotation is."""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final

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


def valid_annotations(annotations: pa.Table, tables: Tables) -> pa.Table:
    """Return annotations conformed to their schema, their rules checked against a dataset's tables.

    Raises:
        InvalidRowsError: The kind is none of `NoteKind`; a series break or a level change has no month; a
            month is not given by its first day; a text or an author is empty, too long or holds what
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
        f"are of no known kind. There are {len(kinds)}: {', '.join(kinds)}",
    )
    _refuse(
        (row["kind"] for row in rows if row["kind"] in kinds[:2] and not row["month"]),
        "have no month and mean nothing without. Name the month from which they hold",
    )
    _refuse(
        (row["month"] for row in rows if not _is_month(row)),
        "have a month that is not given by its first day. Give it so",
    )
    _refuse(
        (row["force"] for row in rows if row["force"] not in {None, *forces}),
        f"are about a force that the dataset does not have. It has {first_five(sorted(forces))}",
    )
    _refuse(
        (row["measure"] for row in rows if row["measure"] not in {None, *measures}),
        f"are about a measure that the dataset does not have. It has {first_five(sorted(measures))}",
    )
    for column, letters in (("text", TEXT_LETTERS), ("author", AUTHOR_LETTERS)):
        _refuse(
            (repr(row[column][:40]) for row in rows if not _is_text(row[column], letters)),
            f"have no {column}, or one that can't be printed or is longer than {letters:,} letters. Correct it",
        )
    return checked


def _refuse(faulty: Iterable[object], what: str) -> None:
    which = [str(name)[:60] for name in faulty]
    if which:
        raise InvalidRowsError(f"{len(which)} annotations {what}. At fault: {first_five(which)}.")


def _is_month(row: Mapping[str, Any]) -> bool:
    month: date | None = row["month"]
    return month is None or month.day == 1


def _is_text(text: str, letters: int) -> bool:
    return bool(text.strip()) and len(text) <= letters and text.replace("\n", " ").isprintable()
