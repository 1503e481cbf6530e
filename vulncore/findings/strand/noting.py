"""The notes that people write on a strand: what is approved, declined, aimed at, or said of a month."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from shlex import quote

import pyarrow as pa

from vulncore.domain.errors import InvalidPeriodError, VulncoreError
from vulncore.domain.periods import format_month, month_name
from vulncore.domain.schemas import ANNOTATIONS
from vulncore.findings.shared.subject import Subject
from vulncore.findings.strand.standing import Standing
from vulncore.store import annotate, open_version
from vulncore.store.manifest import Publish
from vulncore.store.notes import FROM_A_MONTH, NoteKind, target_of


def strand_note(
    kind: NoteKind, force: str, subject: Subject, month: date | None, text: str, author: str
) -> dict[str, object]:
    """Return a row of the canonical annotations on a strand or measure, written today.

    Raises:
        VulncoreError: The text or the author is empty, or a target says no number that a chart can be set against.
        InvalidPeriodError: The note needs a month and has none.
    """
    if not text.strip() or not author.strip():
        what = (
            "Say why, and who says so"
            if kind is not NoteKind.COMMENTARY
            else "Write the commentary, and who says so"
        )
        raise VulncoreError(f"A note needs its text and its author. {what}.")
    if kind is NoteKind.TARGET and target_of(text) is None:
        raise VulncoreError(
            f"'{text.strip()[:60]}' says no target that a chart can be set against. "
            "Give a number of records a month under 1,000,000, with two decimals at most."
        )
    if kind in FROM_A_MONTH and month is None:
        raise InvalidPeriodError("This note is about a month and names none. Name the month, like 2024-03.")
    return {
        "kind": kind.value,
        "force": force,
        "measure": subject.note_key,
        "month": month,
        "text": text.strip(),
        "author": author.strip(),
        "written_on": datetime.now(UTC).date(),
    }


def notes_with(rows: Sequence[dict[str, object]], note: dict[str, object]) -> list[dict[str, object]]:
    """Return notes with another one: a target takes the place of the one before, an approval that of a refusal, and the other way round."""
    instead = {NoteKind.LEVEL_CHANGE.value, NoteKind.LEVEL_KEPT.value}

    def gives_way(row: dict[str, object]) -> bool:
        same = all(row[name] == note[name] for name in ("force", "measure"))
        if note["kind"] == NoteKind.TARGET.value:
            return same and row["kind"] == note["kind"]
        return same and note["kind"] in instead and row["kind"] in instead and row["month"] == note["month"]

    return [*(row for row in rows if not gives_way(row)), note]


def approving_command(of: Standing, month: date) -> str:
    """Return the command that approves a change of level, of this dataset and force and of no other."""
    whose = f"--dataset {quote(of.publish.dataset)} --force {quote(of.force)}"
    about = f"--measure {of.subject.note_key} --month {format_month(month)}"
    return f"vulncore level-change approve {about} {whose} --why '…'"


def add_note(
    store: Path, dataset: str, note: dict[str, object], by: str, number: int | None = None
) -> Publish:
    """Publish a dataset's newest version with one more note.

    Raises:
        VulncoreError: As `vulncore.store.annotate`.
    """
    standing = open_version(store, dataset, number, forces=())
    rows = standing.annotations.to_pyarrow().to_pylist()
    table = pa.Table.from_pylist(notes_with(rows, note), schema=ANNOTATIONS)
    return annotate(store, dataset, table, by, standing.publish.number)


def check_level_month(month: date, months: Sequence[date]) -> None:
    """Refuse a change of level in a month that isn't there, or with which the series begins.

    Raises:
        InvalidPeriodError: It is one of these.
    """
    if month not in months[1:]:
        span = f"{month_name(months[1])} to {month_name(months[-1])}" if len(months) > 1 else "none"
        raise InvalidPeriodError(
            f"The level can't change in {month_name(month)}: no month of the series lies before it, or it was not delivered. "
            f"Choose a month of {span}."
        )
