"""What the page Strand says and does, as its server draws it."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from tests.findings.strand.stores import publish_months
from tests.pages.visiting import visit
from tests.store.test_notes import note, notes
from vulncore.store import annotate, open_version, versions
from vulncore.store.notes import NoteKind

HATE = {"strand": "hate-crime"}


@pytest.fixture
def own_store(shipped_store, tmp_path) -> Path:
    """Return the shipped store, to write into."""
    return Path(shutil.copytree(shipped_store, tmp_path / "store"))


@pytest.fixture
def strand(own_store, monkeypatch):
    """Visits the page on a server that may publish."""
    monkeypatch.setenv("VULNCORE_PUBLISHING", "on")
    return lambda link=HATE: visit(own_store, monkeypatch, "strand", link)


def notes_of(store: Path) -> list[tuple[str, str, str]]:
    rows = open_version(store, "demo").annotations.to_pyarrow().to_pylist()
    return [(row["kind"], row["measure"], row["author"]) for row in rows]


def test_a_level_that_somebody_approves_begins_a_phase_and_the_next_proposal_comes(strand, own_store):
    page = strand()
    assert "Hate crime: level seems higher since November 2023, at 28 a month." in page.said
    page.fill("Why: what changed then, or what did not", "Third-party reports are recorded since.")
    page.fill("Your name", "An inspector")
    page.press("Approve")
    assert versions(own_store, "demo")[-1].number == 2
    assert (NoteKind.LEVEL_CHANGE, "hate-crime", "An inspector") in notes_of(own_store)
    assert "Level change, November 2023: Third-party reports are recorded since. (An inspector," in page.said
    assert "since November 2023, at 28" not in page.said
    assert page.choices["version"] == "2"


def test_a_level_that_somebody_declines_is_not_proposed_again(strand, own_store):
    page = strand()
    page.fill("Why: what changed then, or what did not", "The old level still holds.")
    page.fill("Your name", "An inspector")
    page.press("Decline")
    assert (NoteKind.LEVEL_KEPT, "hate-crime", "An inspector") in notes_of(own_store)
    assert "since November 2023" not in page.said.partition("Working")[0]


@pytest.mark.parametrize(("why", "name"), [("", "An inspector"), ("Because.", "")])
def test_nothing_is_approved_without_a_reason_and_a_name(strand, own_store, why, name):
    page = strand()
    page.fill("Why: what changed then, or what did not", why)
    page.fill("Your name", name)
    page.press("Approve")
    assert len(versions(own_store, "demo")) == 1
    assert "needs its text and its author" in page.said


def test_where_nobody_may_publish_nothing_can_be_approved_or_noted_and_the_command_is_said(
    shipped_store, monkeypatch
):
    monkeypatch.setenv("VULNCORE_PUBLISHING", "off")
    page = visit(shipped_store, monkeypatch, "strand", {**HATE, "part": "notes"})
    assert not page.can_press("Approve")
    assert not page.can_press("Add to the strand")
    assert "vulncore level-change approve --measure hate-crime --month 2023-11" in page.said


def test_of_an_earlier_version_nothing_is_approved_or_noted_and_the_newest_is_a_press_away(strand, own_store):
    row = note(kind="commentary", measure="hate-crime", month=date(2024, 1, 1), text="Quiet.")
    annotate(own_store, "demo", notes(row), "me")
    page = strand({**HATE, "part": "notes", "version": "1"})
    assert page.said.count("You see an earlier version.") == 2
    assert not page.can_press("Approve")
    assert not page.can_press("Add to the strand")
    page.press("Show the newest")
    assert page.choices["version"] == "2"
    assert page.can_press("Add to the strand")


def test_a_level_can_change_in_a_delivered_month_after_the_first_and_commentary_is_of_any(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("VULNCORE_PUBLISHING", "on")
    publish_months(tmp_path, [20, 21, None, 19, *[20] * 12])
    page = visit(tmp_path, monkeypatch, "strand", {**HATE, "dataset": "city", "part": "notes"})

    def offered() -> list[str]:
        return next(list(box.options) for box in page.app.selectbox if box.label == "Month")

    every = offered()
    assert (every[0], every[-1], len(every)) == ("April 2023", "January 2022", 16)
    page.pick("What you add", "One-off month: counts, and nothing is learnt from it")
    assert offered() == [month for month in every if month != "March 2022"]
    page.pick("What you add", "Level change: the usual level is another from a month on")
    assert offered() == [month for month in every if month not in ("January 2022", "March 2022")]


def test_commentary_stands_dated_and_signed_beneath_the_chart_and_a_target_is_judged(strand, own_store):
    page = strand({**HATE, "part": "notes"})
    page.fill("Commentary", "Two large events in the month.")
    page.fill("Your name", "An analyst", last=True)
    page.press("Add to the strand")
    assert "October 2024: Two large events in the month. (An analyst," in page.said
    page.pick("What you add", "Target")
    page.fill("Records a month", "60")
    page.fill("Why", "As agreed by the board.")
    page.press("Add to the strand")
    assert "Target of at most 60 a month: judged once the change of level is decided" in page.said
    assert [kind for kind, *_ in notes_of(own_store)].count(NoteKind.TARGET) == 1


def test_a_strand_of_which_too_little_is_recorded_has_a_sentence_and_no_chart(strand):
    page = strand({"strand": "harmful-practices", "part": "own"})
    assert "Harmful practices: too few records for a trend." in page.said
    assert "Volumes are too low for trend analysis, so no chart is drawn." in page.said
    assert not page.app.get("vega_lite_chart")


def test_violence_against_women_and_girls_has_the_same_parts_and_counts_each_record_once(strand):
    page = strand({"strand": "vawg"})
    assert "each record is counted once" in page.said.casefold()
    assert "259 to 280 crimes" in page.said  # 281 and 311 where each row of the table counts


def test_what_the_dataset_lacks_is_named_with_what_to_do(strand):
    said = strand({"strand": "domestic-abuse", "part": "own"}).said
    assert "Bring them in under Data as the measure domestic-abuse-non-crime." in said


def test_open_counts_show_missing_months_the_break_and_no_parts_of_a_change(shipped_store, monkeypatch):
    link = {"dataset": "city-open-counts", "strand": "/anti-social-behaviour"}
    page = visit(shipped_store, monkeypatch, "strand", link)
    assert "Series break, January 2023" in page.said
    assert "Only totals are published, and no records, so a change can't be taken apart." in page.said
    table = page.table("City of London Police: Anti-social behaviour")
    status = {row[0]: row[-1] for row in table}
    assert (status["October 2017"], status["November 2017"]) == ("Not delivered", "Not delivered")
    assert status["April 2020"] == "Set aside"
