"""What the overview says and does, as its server draws it."""

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from tests.pages.visiting import visit
from vulncore.domain.shipped import shipped
from vulncore.sources import monthly_counts, published_table
from vulncore.store import publish

TABLE = "Last 36 months"


@pytest.fixture
def overview(shipped_store, monkeypatch):
    """Visits the overview of what ships by a link."""
    return lambda **link: visit(shipped_store, monkeypatch, "overview", link)


@pytest.fixture
def own(shipped_store, tmp_path) -> Path:
    """A store to publish to."""
    shutil.copytree(shipped_store / "city-open-counts", tmp_path / "store" / "city-open-counts")
    return tmp_path / "store"


def measures(page) -> list[str]:
    return [row[0] for row in page.table(TABLE) if len(row) > 1]


def counts(folder: Path, of: Sequence[tuple[str, int]], more: int = 0, force: str = "Kent Police") -> Path:
    """Write a file of two years of months, each with the same counts, and those of robbery with some more."""
    lines = [
        f"{force},{measure},{year}-{month:02d},{count + (more if measure == 'robbery' else 0)}"
        for measure, count in of
        for year in (2022, 2023)
        for month in range(1, 13)
    ]
    path = folder / f"{force.replace('*', '')} {more}.csv"
    path.write_text("\n".join(["force,measure,month,count", *lines, ""]), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["overview", "when", "where", "data", "methods"])
def test_made_data_are_marked_on_every_page(shipped_store, monkeypatch, name):
    assert "Made data: for demonstration, not real records" in visit(shipped_store, monkeypatch, name).said


def test_the_sentences_say_what_changed(overview):
    said = overview().said
    assert "Hate crime up 43\u202f%, from 131 to 187." in said
    assert "Rape up 80\u202f%, from 15 to 27." in said
    assert "Attempted suicides down 100\u202f%, from 90 to 0." in said


def test_a_colleague_who_opens_the_link_sees_the_same_screen(overview):
    mine = overview(strand="sexual-violence", measure="other-sexual-offences")
    mine.pick("Figures to the end of", "March 2022")
    assert mine.choices == {
        "dataset": "demo",
        "version": "1",
        "month": "2022-03",
        "strand": "sexual-violence",
        "measure": "other-sexual-offences",
    }
    theirs = overview(**mine.choices)
    assert measures(theirs) == ["Other sexual offences", "Rape"]
    assert theirs.said == mine.said


def test_choices_survive_the_way_to_another_page_and_back(overview):
    page = overview(dataset="city-open-counts", month="2018-03")
    page.follow("Methods")
    assert page.choices["month"] == "2018-03"
    assert "April 2017 to March 2018" in page.said
    page.follow("Overview")
    assert {"dataset": "city-open-counts", "month": "2018-03"}.items() <= page.choices.items()


def test_another_dataset_changes_the_whole_app(overview):
    page = overview(strand="sexual-violence", measure="rape")
    page.pick("Dataset", "City open counts")
    assert len(measures(page)) == 14
    assert page.choices["month"] == "2024-12"
    assert "Made data" not in page.said
    assert "Open Government Licence v3.0" in page.said


def test_months_never_published_are_visibly_missing(overview):
    page = overview(dataset="city-open-counts", month="2018-03", measure="robbery")
    assert page.row(TABLE, "Robbery")[2] == "10 of 12 months"
    assert (
        "8 to 10 of 12 months delivered, all without October 2017, November 2017. The period is not compared"
        in page.said
    )
    assert "2 of 27 months were not delivered" in page.said


@pytest.mark.parametrize(
    ("link", "sentences"),
    [
        (
            {"dataset": "city-open-counts", "month": "2017-10"},
            ["October 2017 was not delivered for City of London Police"],
        ),
        (
            {"month": "2031-01", "version": "7", "strand": "<img src=x>", "measure": "<script>"},
            [
                "January 2031 was not delivered",
                "There is no version '7' here",
                "There is no strand",
                "Hate crime up 43",
            ],
        ),
        (
            {"month": "yesterday", "dataset": "nope"},
            ["'yesterday' is not a month", "There is no dataset 'nope' here"],
        ),
        ({"dataset": "[Sign in](https://example.org)"}, ["There is no dataset '[Sign in]"]),
    ],
)
def test_a_link_that_names_what_is_not_there_is_told_so_and_shows_what_is(overview, link, sentences):
    page = overview(**link)
    for sentence in sentences:
        assert sentence in page.said
    assert len(measures(page)) > 10
    assert not [said.value for said in page.app.warning if "](" in said.value]


def test_totals_without_months_are_said_and_not_drawn(own, monkeypatch):
    table = shipped("strand-table-2024-10.csv")
    publish(own, "totals", published_table.deliver(table, date(2024, 10, 1)), "tests")
    page = visit(own, monkeypatch, "overview", {"dataset": "totals"})
    assert page.row(TABLE, "Hate crime")[:3] == ["only totals", "131", "187"]
    assert "Only totals are published for this measure" in page.said
    assert page.charts == 0


def test_a_store_laid_anew_under_the_same_path_is_read_anew(own, tmp_path, monkeypatch):
    publish(own, "anew", monthly_counts.deliver(counts(tmp_path, [("robbery", 5)])), "tests")
    assert visit(own, monkeypatch, "overview", {"dataset": "anew"}).row(TABLE, "Robbery")[2] == "45"
    shutil.rmtree(own / "anew")
    publish(own, "anew", monthly_counts.deliver(counts(tmp_path, [("robbery", 5)], 100)), "tests")
    assert visit(own, monkeypatch, "overview", {"dataset": "anew"}).row(TABLE, "Robbery")[2] == "945"


def test_newer_figures_are_offered_and_the_link_keeps_the_old(own, tmp_path, monkeypatch):
    publish(own, "newer", monthly_counts.deliver(counts(tmp_path, [("robbery", 5)])), "tests")
    page = visit(own, monkeypatch, "overview", {"dataset": "newer"})
    old = page.choices
    publish(own, "newer", monthly_counts.deliver(counts(tmp_path, [("robbery", 5)], 100)), "tests")
    page.run()
    assert "Newer figures were published on" in page.said
    assert (page.choices["version"], page.row(TABLE, "Robbery")[2]) == ("1", "45")
    page.press("Show the newest")
    assert "Newer figures were published on" not in page.said
    assert (page.choices["version"], page.row(TABLE, "Robbery")[2]) == ("2", "945")
    assert visit(own, monkeypatch, "overview", old).row(TABLE, "Robbery")[2] == "45"


def test_a_newest_version_that_is_only_half_there_is_said_and_the_one_before_is_shown(
    own, tmp_path, monkeypatch
):
    for more in (0, 100):
        newest = publish(
            own, "newer", monthly_counts.deliver(counts(tmp_path, [("robbery", 5)], more)), "tests"
        )
    (file, *_) = newest.stored["counts"]
    (own / "newer" / "counts" / file.name).write_bytes(b"")
    page = visit(own, monkeypatch, "overview", {"dataset": "newer"})
    assert (
        "Version 2 was only half written, perhaps because the power failed. It cannot be shown." in page.said
    )
    assert (page.choices["version"], page.row(TABLE, "Robbery")[2]) == ("1", "45")
    assert "Version 1, published" in page.said


def test_one_force_is_on_screen_at_a_time_and_the_link_names_it(own, tmp_path, monkeypatch):
    both = counts(tmp_path, [("rape", 5)])
    other = counts(tmp_path, [("rape", 3)], force="Ruritania *Police*").read_text().partition("\n")[2]
    both.write_text(both.read_text() + other)
    publish(own, "two", monthly_counts.deliver(both), "tests")
    page = visit(own, monkeypatch, "overview", {"dataset": "two"})
    assert page.row(TABLE, "Rape")[2] == "45"
    page.pick("Force", "Ruritania *Police*")
    assert "Ruritania *Police*: April 2023 to December 2023" in page.said
    assert page.row(TABLE, "Rape")[2] == "27"
    assert page.choices["force"] == "Ruritania *Police*"
