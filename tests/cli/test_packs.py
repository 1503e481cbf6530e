"""What `check-text` promises: a short answer first, the numbers that differ, those that can't be checked, and a status that scripts can use."""

import csv
import io
import json

import docx
import pytest
from typer.testing import CliRunner

from tests.packs.drafts.word_files import word_draft
from vulncore.cli import app

TRUE = "7. Hate crime rose by 43% YTD, from 131 to 187."
WRONG = (
    "19. Domestic abuse has seen only a 5% (n107) increase YTD. To date 800 officers have received training."
)


@pytest.fixture
def draft(tmp_path):
    path = tmp_path / "draft.docx"
    path.write_bytes(word_draft(TRUE, WRONG, "43. Rape rose by 79% YTD."))
    return path


def run(*words: object, store):
    return CliRunner().invoke(app, ["check-text", *map(str, words), "--store", str(store)])


def test_the_answer_comes_first_then_what_differs_then_what_can_not_be_checked(shipped_store, draft):
    done = run(draft, "--as-at", "2024-10", store=shipped_store)
    assert done.exit_code == 1
    texts = done.stdout.splitlines()
    assert texts[0] == "2 paragraphs have numbers that differ from the table: 19 and 43."
    assert texts[1].startswith("Table: City of London Police, dataset demo, version 1, to 2024-10. Made data")
    assert done.stdout.index("Differs:") < done.stdout.index("Not checkable:") < done.stdout.index("Matches:")
    assert "  19: “Domestic abuse has seen only a 5% (n107) increase YTD.”" in texts
    assert "    n107: The table has 109 or a change of +4 this financial year to date." in texts
    assert (
        "  19: 800. It counts officers, which the table does not. “To date 800 officers have received training.”"
        in texts
    )
    assert texts[-1] == "Matches: 3 numbers. --all lists them."
    assert max(map(len, texts)) < 250


def test_all_lists_what_matches_too(shipped_store, draft):
    done = run(draft, "--as-at", "2024-10", "--all", store=shipped_store)
    assert "  7: 43%. The table has +43 %. This financial year to date." in done.stdout


def test_a_draft_without_a_difference_ends_with_0(shipped_store, tmp_path):
    path = tmp_path / "draft.txt"
    path.write_text(TRUE, encoding="utf-8")
    done = run(path, "--as-at", "2024-10", store=shipped_store)
    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, "No number differs from the table.")
    path.write_text("800 officers were trained.", encoding="utf-8")
    done = run(path, store=shipped_store)
    assert (done.exit_code, done.stdout.splitlines()[0]) == (
        0,
        "No number could be checked against the table.",
    )
    path.write_text("All is well.", encoding="utf-8")
    done = run(path, store=shipped_store)
    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, "The draft has no numbers to check.")


def test_only_some_paragraphs_can_be_asked_for(shipped_store, draft):
    words = (draft, "--as-at", "2024-10", "--paragraphs")
    assert run(*words, "1-18", store=shipped_store).exit_code == 0
    done = run(*words, "20-43", store=shipped_store)
    assert done.stdout.startswith("1 paragraph has numbers that differ from the table: 43.\n")
    none = run(*words, "90", store=shipped_store)
    assert (none.exit_code, none.stdout) == (1, "")
    assert "draft.docx has no paragraphs 90. It has 3 numbered paragraphs, from 7 to 43." in none.stderr


def test_tables_and_scripts_get_a_row_a_number(shipped_store, draft):
    done = run(draft, "--as-at", "2024-10", "--format", "csv", store=shipped_store)
    assert done.exit_code == 1
    kept = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(one["paragraph"], one["number"], one["verdict"]) for one in kept] == [
        ("7", "43%", "matches"),
        ("7", "131", "matches"),
        ("7", "187", "matches"),
        ("19", "5%", "differs"),
        ("19", "n107", "differs"),
        ("19", "800", "not checkable"),
        ("43", "79%", "differs"),
    ]
    as_json = json.loads(run(draft, "--as-at", "2024-10", "--format", "json", store=shipped_store).stdout)
    assert [one["why"] for one in as_json] == [one["why"] for one in kept]


def test_a_copy_with_comments_is_written_and_the_draft_stays(shipped_store, draft):
    before, out = draft.read_bytes(), draft.with_name("checked.docx")
    done = run(draft, "--as-at", "2024-10", "--comments", out, store=shipped_store)
    assert done.exit_code == 1
    assert f"{out}: 3 comments" in done.stderr
    assert draft.read_bytes() == before
    comments = list(docx.Document(str(out)).comments)
    assert [comment.author for comment in comments] == ["vulncore"] * 3


@pytest.mark.parametrize("name", ["draft.docx", "link.docx", "there.docx"])
def test_no_file_that_is_there_is_written_over(shipped_store, draft, name):
    draft.with_name("link.docx").symlink_to(draft)
    draft.with_name("there.docx").write_bytes(b"mine")
    before, out = draft.read_bytes(), draft.with_name(name)
    done = run(draft, "--comments", out, store=shipped_store)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "is there already. Give the copy another name." in done.stderr
    assert draft.read_bytes() == before
    assert draft.with_name("there.docx").read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("gone.docx",), "There is no file gone.docx. Check the name."),
        (("draft.txt", "--comments", "out.docx"), "Comments need a draft and a copy in Word."),
        (("draft.docx", "--comments", "out.pdf"), "Comments need a draft and a copy in Word."),
        (("draft.docx", "--as-at", "2031-01"), "January 2031 was not delivered"),
        (("draft.docx", "--as-at", "soon"), "'soon' is not a month"),
        (("draft.docx", "--force", "Nowhere"), "has no force called 'Nowhere'"),
        (("draft.docx", "--dataset", "none"), "none"),
        (("draft.docx", "--paragraphs", "some"), "'some' names no paragraphs."),
        (("broken.docx",), "broken.docx is not a Word file that can be read."),
    ],
)
def test_what_can_not_be_is_refused_in_one_sentence_and_nothing_is_written(
    shipped_store, draft, monkeypatch, words, sentence
):
    monkeypatch.chdir(draft.parent)
    draft.with_name("draft.txt").write_text(TRUE, encoding="utf-8")
    draft.with_name("broken.docx").write_bytes(draft.read_bytes()[:2_000])
    before = sorted(path.name for path in draft.parent.iterdir())
    done = run(*words, store=shipped_store)
    assert (done.exit_code, done.stdout) == (1, "")
    assert sentence in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in draft.parent.iterdir()) == before


def test_letters_that_command_a_terminal_are_not_printed(shipped_store, tmp_path):
    path = tmp_path / "draft.txt"
    path.write_text("Rape\u202e rose by 79% YTD \u0085.", encoding="utf-8")
    done = run(path, "--as-at", "2024-10", store=shipped_store)
    assert done.exit_code == 1
    assert "\u202e" not in done.stdout
