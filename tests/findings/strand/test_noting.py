"""What vulncore.findings.strand.noting promises."""

from datetime import UTC, date, datetime

import pytest

from tests.findings.strand.stores import publish_months, stands
from tests.making import FORCE, months
from tests.store.test_notes import note
from vulncore.domain.errors import InvalidPeriodError, InvalidRowsError, PublishRefusedError, VulncoreError
from vulncore.findings.strand.noting import add_note, check_level_month, notes_with, strand_note
from vulncore.store import open_version
from vulncore.store.notes import NoteKind

JANUARY, FEBRUARY, MARCH = months(date(2024, 1, 1), 3)
TARGET, COMMENTARY = {"kind": "target", "month": None}, {"kind": "commentary"}


@pytest.fixture
def store(tmp_path):
    publish_months(tmp_path, [20] * 14)
    return tmp_path


def held(store) -> list[tuple[str, str]]:
    rows = open_version(store, "city").annotations.to_pyarrow().to_pylist()
    return sorted((row["kind"], row["text"]) for row in rows)


def test_a_note_is_on_the_strand_signed_trimmed_and_of_today(store):
    subject = stands(store).subject
    row = strand_note(NoteKind.COMMENTARY, FORCE, subject, JANUARY, "  Quiet \n", " Analyst ")
    assert row == {
        "kind": "commentary",
        "force": FORCE,
        "measure": "hate-crime",
        "month": JANUARY,
        "text": "Quiet",
        "author": "Analyst",
        "written_on": datetime.now(UTC).date(),
    }


@pytest.mark.parametrize(
    ("kind", "text", "author", "sentence"),
    [
        (NoteKind.LEVEL_CHANGE, " ", "A", "needs its text and its author. Say why, and who says so"),
        (NoteKind.LEVEL_KEPT, "Because", "\n", "needs its text and its author. Say why, and who says so"),
        (NoteKind.COMMENTARY, "", "A", "needs its text and its author. Write the commentary"),
    ],
)
def test_a_note_without_text_or_author_is_refused(store, kind, text, author, sentence):
    with pytest.raises(VulncoreError, match=sentence):
        strand_note(kind, FORCE, stands(store).subject, JANUARY, text, author)


def test_a_change_of_level_without_its_month_is_refused_and_a_target_needs_none(store):
    subject = stands(store).subject
    with pytest.raises(InvalidPeriodError, match="names none. Name the month, like 2024-03"):
        strand_note(NoteKind.LEVEL_CHANGE, FORCE, subject, None, "Why", "A")
    assert strand_note(NoteKind.TARGET, FORCE, subject, None, "At most 20 a month", "A")["month"] is None


@pytest.mark.parametrize(
    ("there", "new", "left"),
    [
        (TARGET, TARGET, 1),
        (TARGET, {**TARGET, "measure": "prevent"}, 2),
        (TARGET, {**TARGET, "force": FORCE}, 2),
        ({"kind": "level change"}, {"kind": "level kept"}, 1),
        ({"kind": "level kept"}, {"kind": "level change"}, 1),
        ({"kind": "level change"}, {"kind": "level change", "month": FEBRUARY}, 2),
        ({"kind": "series break"}, {"kind": "level kept"}, 2),
        (COMMENTARY, COMMENTARY, 2),
        (COMMENTARY, {"kind": "level change"}, 2),
    ],
)
def test_a_target_or_a_decision_takes_the_place_of_the_one_before_and_nothing_else_goes(there, new, left):
    rows = notes_with([note(**there, text="before")], note(**new, text="after"))
    assert len(rows) == left
    assert rows[-1]["text"] == "after"


def test_a_note_is_published_with_all_that_were_there(store):
    subject = stands(store).subject
    for text in ("First", "Second"):
        line = add_note(
            store, "city", strand_note(NoteKind.COMMENTARY, FORCE, subject, JANUARY, text, "A"), "A"
        )
    assert (line.number, line.published_by) == (3, "A")
    assert held(store) == [("commentary", "First"), ("commentary", "Second")]


def test_a_decision_taken_back_leaves_one_decision(store):
    subject = stands(store).subject
    for kind in (NoteKind.LEVEL_CHANGE, NoteKind.LEVEL_KEPT, NoteKind.LEVEL_CHANGE):
        add_note(store, "city", strand_note(kind, FORCE, subject, JANUARY, kind.value, "A"), "A")
    assert held(store) == [("level change", "level change")]


def test_a_note_on_an_older_version_is_refused_and_nothing_is_lost(store):
    subject = stands(store).subject
    add_note(store, "city", strand_note(NoteKind.COMMENTARY, FORCE, subject, JANUARY, "Theirs", "B"), "B", 1)
    with pytest.raises(PublishRefusedError, match="since version 1"):
        add_note(
            store, "city", strand_note(NoteKind.COMMENTARY, FORCE, subject, JANUARY, "Mine", "A"), "A", 1
        )
    assert held(store) == [("commentary", "Theirs")]


def test_a_text_that_is_too_long_or_can_not_be_printed_is_refused(store):
    subject = stands(store).subject
    for text in ("x" * 1_001, "\x1b[2J"):
        with pytest.raises(InvalidRowsError, match="too long or can't be printed"):
            add_note(store, "city", strand_note(NoteKind.COMMENTARY, FORCE, subject, JANUARY, text, "A"), "A")


@pytest.mark.parametrize("month", [JANUARY, date(2023, 12, 1), date(2024, 4, 1)])
def test_no_level_changes_where_no_month_lies_before(month):
    with pytest.raises(InvalidPeriodError, match="Choose a month of February 2024 to March 2024"):
        check_level_month(month, [JANUARY, FEBRUARY, MARCH])


def test_a_level_changes_in_any_later_month_and_in_none_of_a_single_one():
    check_level_month(FEBRUARY, [JANUARY, FEBRUARY])
    for few in ([], [JANUARY]):
        with pytest.raises(InvalidPeriodError, match="Choose a month of none"):
            check_level_month(JANUARY, few)
