"""What the Data page promises of a dataset's list of strands."""

from datetime import date

import pytest

from tests.making import FORCE, covered, delivery, incident, months
from tests.pages.visiting import visit
from vulncore.domain.strands.strand_file import parse_strands, strands_toml
from vulncore.domain.strands.strand_list import shipped_list
from vulncore.store import publish, versions

KEYS = ("rape", "other-sexual-offences", "prevent")
RENAMED = (
    strands_toml(shipped_list())
    .replace('key = "prevent"', 'key = "radicalisation"\nwas = ["prevent"]')
    .replace('name = "Prevent"', 'name = "Radicalisation"')
    .encode()
)


@pytest.fixture
def own(tmp_path):
    every = months(date(2024, 1, 1), 12)
    rows = [
        incident(place * 100 + number, month, measure)
        for place, measure in enumerate(KEYS)
        for number, month in enumerate(every)
    ]
    coverage = [row for measure in KEYS for row in covered(every, measure)]
    publish(tmp_path, "ruritania", delivery(rows, coverage, made=True), "one")
    return tmp_path


@pytest.fixture
def strands(own, monkeypatch):
    """Visits the list of strands of the dataset."""

    def visited(**link):
        return visit(own, monkeypatch, "data", {"dataset": "ruritania", **link}, {"data part": "Strands"})

    return visited


def test_an_edited_list_is_shown_first_and_published_by_name(own, strands):
    page = strands()
    assert page.row("Strands and views of this dataset", "Sexual violence") == [
        "Strand",
        "Other sexual offences, Rape",
    ]
    page.upload("list.toml", RENAMED, "Edited list")
    assert page.row("with the edited list", "Radicalisation") == ["Strand", "Prevent"]
    page.press("Publish this list")
    assert "Write your name" in page.said
    assert len(versions(own, "ruritania")) == 1
    page.fill("Your name", "Somebody", last=True)
    page.press("Publish this list")
    newest = versions(own, "ruritania")[-1]
    assert (newest.number, newest.published_by) == (2, "Somebody")
    assert newest.strand_list == parse_strands(RENAMED)
    assert "Published 'ruritania' version 2" in page.said
    assert page.row("Strands and views of this dataset", "Radicalisation")[0] == "Strand"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe\x00", "The file is not TOML"),
        (b"#" * 70_000, "over 60,000 bytes"),
        (
            b'[[strand]]\nkey = "a"\nname = "<img src=x>"',
            "Texts that cannot be used: 1 (name of [[strand]] a)",
        ),
        (b'[[strand]]\nkey = "a"\nname = "A"', "Measures whose strand is not in the list: 19"),
    ],
    ids=["no text", "huge", "HTML", "strands left out"],
)
def test_what_is_no_list_is_refused_in_a_sentence_and_publishes_nothing(own, strands, content, words):
    page = strands()
    page.upload("list.toml", content, "Edited list")
    assert "The list was not changed." in page.said
    assert words in page.said
    assert not page.can_press("Publish this list")
    assert len(versions(own, "ruritania")) == 1


def test_a_server_that_lets_no_browser_publish_shows_the_list_and_takes_none(strands, monkeypatch):
    monkeypatch.setenv("VULNCORE_PUBLISHING", "off")
    page = strands()
    assert page.row("Strands and views of this dataset", "Prevent")[0] == "Strand"
    assert not list(page.app.file_uploader)
    assert "vulncore strands --set" in page.said


def test_an_earlier_version_shows_the_list_that_it_was_published_with(own, strands):
    page = strands()
    page.upload("list.toml", RENAMED, "Edited list")
    page.fill("Your name", "Somebody", last=True)
    page.press("Publish this list")
    earlier = strands(version="1")
    assert earlier.row("Strands and views of this dataset", "Prevent")[0] == "Strand"
    assert "newest version only" in earlier.said
    assert FORCE in earlier.said
