"""What the Data page says and does, as its server draws it."""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests import rms_extract
from tests.pages.visiting import Visit, visit
from tests.sources.police_uk.test_street import HEADER as STREET_HEADER
from tests.sources.police_uk.test_street import line
from vulncore.sources.extract import read_extract
from vulncore.sources.records.deliver import deliver
from vulncore.sources.records.draft import draft_mapping
from vulncore.sources.records.mapping import Coding
from vulncore.sources.records.mapping_file import mapping_toml
from vulncore.store import datasets, open_version, publish, versions

BRING_IN, NOTES = "Bring in data", "Notes on the data"
NO_EXTRACTS = [
    ("page.csv", b"<!DOCTYPE html><html><body>Not found</body></html>", "page.csv"),
    ("empty.csv", b"", "empty"),
    ("nulls.csv", b"\0" * 5_000, "NUL"),
    ("broken.zip", b"PK\x03\x04broken", "broken.zip"),
    ("../../climb.xlsx", b"not a workbook", "climb.xlsx"),
]


@pytest.fixture
def own(shipped_store, tmp_path) -> Path:
    """A store to publish to."""
    shutil.copytree(shipped_store / "city-open-counts", tmp_path / "store" / "city-open-counts")
    return tmp_path / "store"


@pytest.fixture
def data(own, monkeypatch):
    """Visits a part of the page, with a file brought in where one is given."""

    def visited(part: str, file: Path | None = None, **link: str) -> Visit:
        page = visit(own, monkeypatch, "data", link, {"data part": part})
        if file:
            page.upload(file.name, file.read_bytes())
        return page

    return visited


def kept_uploads() -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob("vulncore-*"))


def workbook(path: Path, measures: tuple[str, ...]) -> Path:
    """Write a sheet of 28 records for each measure."""
    book = Workbook()
    book.remove(book.active)
    for place, measure in zip(("First", "Second"), measures, strict=True):
        sheet = book.create_sheet(place)
        sheet.append(["Ref", "Recorded", "Offence", "Victim Name"])
        for day in range(1, 29):
            sheet.append([f"{measure}-{day}", f"{day:02d}/03/2024", measure, "Jane Ruritania"])
    book.save(path)
    return path


def crimes(folder: Path, *included: int) -> Path:
    """Write 28 rapes in each of the months."""
    path = folder / "crimes.csv"
    rows = [f"{month}-{day},{day:02d}/0{month}/2024,Rape" for month in included for day in range(1, 29)]
    path.write_text("\n".join(["Ref,Recorded,Offence", *rows, ""]))
    return path


def test_what_is_odd_is_said_unasked_with_why_and_what_to_do(shipped_store, monkeypatch):
    said = visit(shipped_store, monkeypatch, "data", {"dataset": "city-open-counts"}).said
    assert "2 of 108 months were not delivered (October 2017, November 2017)" in said
    assert "Why it matters." in said
    assert "What to do." in said


def test_a_workbook_needs_nothing_but_names_and_a_second_time_changes_nothing(own, data, tmp_path):
    every = rms_extract.records(60)
    path = rms_extract.write_workbook(tmp_path / "Crime export.xlsx", every)
    before = kept_uploads()
    for expected in (
        "Published 'crime-export' version 1",
        "holds exactly these figures already, as version 1",
    ):
        page = data(BRING_IN, path)
        page.fill("Force", "Ruritania Police")
        page.fill("Dataset", "crime-export")
        page.fill("Your name", "An analyst")
        page.press("Dry run")
        if "Published" in expected:
            assert "60 of 62 rows would be counted" in page.said
            page.press("Publish")
        assert expected in page.said
    held = open_version(own, "crime-export").incidents.to_pandas()
    assert set(held["record_id"]) == {record.number for record in every}
    assert len(versions(own, "crime-export")) == 1
    assert kept_uploads() == before


def test_a_file_that_is_no_extract_gets_a_sentence_and_leaves_nothing(own, data):
    before = datasets(own), kept_uploads()
    page = data(BRING_IN)
    for name, content, sentence in NO_EXTRACTS:
        page.upload(name, content)
        assert sentence in page.said
        assert (datasets(own), kept_uploads()) == before


def test_months_of_the_pandemic_are_noted_with_their_reason_and_charts_follow(own, data):
    page = data(NOTES)
    page.pick("Kind", "pandemic months")
    page.fill("What is known, and why", "The pandemic.")
    page.fill("Your name", "An analyst")
    page.press("Add the note")
    assert "of months of the pandemic that can't be told from their text: 1" in page.said
    page.fill("What is known, and why", "March 2020 to July 2021 set aside. Venues were closed.")
    page.press("Add the note")
    assert page.table("Venues were closed")
    page.follow("Overview")
    assert "Venues were closed" not in page.said  # figures count these months as before
    page.follow("Strand")
    assert "17 months of the pandemic" in page.said
    page.follow("Forecast")
    set_aside = "March 2020 to July 2021 were set aside as months of the pandemic: venues were closed."
    assert set_aside in page.said
    page.pick("Months of the pandemic", "Used like any other")
    assert set_aside not in page.said


def test_a_note_is_added_shows_on_the_overview_and_is_taken_away_again(own, data):
    page = data(NOTES, dataset="city-open-counts")
    page.pick("Kind", "comment")
    page.pick("Measure", "Robbery")
    page.fill("Month, like 2023-04", "2024-09")
    page.fill("What is known, and why", "A new unit records <b>robberies</b>.")
    page.fill("Your name", "An analyst")
    page.press("Add the note")
    assert page.table("A new unit")
    page.follow("Overview")
    assert "Robbery, September 2024: A new unit records <b>robberies</b>." in page.said
    assert len(versions(own, "city-open-counts")) == 2
    page.follow("Data")
    page.open("data part", NOTES)
    page.pick("Note", "A new unit records <b>robberies</b>.")
    page.fill("Your name", "An analyst", last=True)
    page.press("Take it away")
    assert "A new unit" not in page.said
    assert open_version(own, "city-open-counts").annotations.count().execute() == 2


def test_a_server_that_others_may_reach_does_not_let_browsers_publish(data, monkeypatch):
    monkeypatch.setenv("VULNCORE_PUBLISHING", "off")
    page = data(BRING_IN)
    assert "Publishing from a browser is off on this server" in page.said
    assert len(page.app.file_uploader) == 0
    page.open("data part", NOTES)
    assert not page.can_press("Add the note")


def test_the_sheet_that_is_shown_is_the_sheet_that_is_published_and_names_are_not_shown(own, data, tmp_path):
    page = data(BRING_IN, workbook(tmp_path / "both.xlsx", ("Rape", "Hate crime")))
    page.pick("Sheet", "Second")
    assert "sheet 'Second'" in page.said
    assert "Jane Ruritania" not in page.said
    page.fill("Force", "Ruritania Police")
    page.fill("Your name", "An analyst")
    page.press("Dry run")
    assert "28 of 28 rows would be counted" in page.said
    page.press("Publish")
    assert "Published 'both-second' version 1" in page.said
    held = open_version(own, "both-second").incidents.to_pandas()
    assert set(held["measure"]) == {"hate-crime"}


def test_a_mapping_brought_along_is_given_back_with_its_comments(data, tmp_path, monkeypatch):
    kept, extract = [], crimes(tmp_path, 2, 3)
    monkeypatch.setattr("streamlit.download_button", lambda label, text="", **_: kept.append((label, text)))
    mapping = mapping_toml(draft_mapping(read_extract(extract), "Ruritania Police").mapping)
    page = data(BRING_IN, extract)
    page.upload("ours.toml", mapping.replace('"Recorded"', '"Recorded" # first').encode(), "Mapping (TOML)")
    texts = [text for label, text in kept if label == "Keep this mapping as a file"]
    assert "# first\n" in texts[-1]


def test_figures_that_would_go_have_to_be_agreed_to_and_a_stale_dry_run_does_not_publish(own, data, tmp_path):
    both = crimes(tmp_path, 1, 2)
    mapping = draft_mapping(read_extract(both), "Ruritania Police").mapping
    publish(own, "crimes", deliver(both, mapping, bytes), "tests")
    other = deliver(both, replace(mapping, counts=(Coding("Offence", {"Rape": ("hate-crime",)}),)), bytes)
    page = data(BRING_IN, crimes(tmp_path, 2), dataset="crimes")
    page.fill("Force", "Ruritania Police")
    page.fill("Covers from (YYYY-MM)", "2024-01")
    page.fill("Your name", "An analyst")
    page.press("Dry run")
    assert "January 2024 would keep 0 of 28 records" in page.said
    page.pick("The file holds", "Whole months")
    page.press("Dry run")
    assert "Rape, January 2024: 28 to 0" in page.said
    publish(own, "crimes", other, "a colleague")
    page.press("Publish")
    assert "Somebody published 'crimes' since your dry run" in page.said
    page.press("Dry run")
    assert "would be gone from the newest version" in page.said
    assert not page.can_press("Publish")
    assert len(versions(own, "crimes")) == 2
    page.tick("Yes, remove these figures from the newest version")
    page.press("Publish")
    assert "Published 'crimes' version 3" in page.said
    page.open("data part", "Versions and changes")
    assert "What version 3 changed" in page.said
    assert "Hate crime" in page.said
    assert [row[2] for row in page.table("Published versions")] == ["An analyst", "a colleague", "tests"]


def test_a_merged_download_is_published_once_its_months_are_said(own, data, tmp_path):
    path = tmp_path / "city 2024 all.csv"
    lines = [line(f"{month}-{number}", month=f"2024-0{month}") for month in (5, 6) for number in range(30)]
    path.write_text("\n".join([STREET_HEADER, *lines, ""]), encoding="utf-8")
    page = data(BRING_IN, path)
    assert "gives no month. Its rows are of 2 months, May 2024 to June 2024" in page.said
    page.fill("Dataset", "city-street")
    page.fill("Your name", "An analyst")
    assert "Fill in the empty fields" in page.said
    page.pick("Covers from", "May 2024")
    page.pick("to", "June 2024")
    page.press("Dry run")
    assert "60 of 60 rows would be counted" in page.said
    page.press("Publish")
    assert set(open_version(own, "city-street").coverage.month.to_pandas().dt.month) == {5, 6}


def test_counts_of_a_spreadsheet_are_known_for_what_they_are(own, data, tmp_path):
    path = tmp_path / "counts.csv"
    path.write_text("FORCE;MEASURE;Apr-24;May-24\nKent Police;Rape;1,200;1,201\n")
    page = data(BRING_IN, path)
    page.fill("Your name", "An analyst")
    page.press("Dry run")
    assert "1 of 1 rows would be counted" in page.said


def test_rows_that_a_filter_hides_are_told(own, data, tmp_path):
    book = Workbook()
    book.active.append(["Ref", "Recorded", "Offence"])
    for day in range(1, 29):
        book.active.append([f"A{day}", f"{day:02d}/03/2024", "Rape"])
        book.active.row_dimensions[day + 1].hidden = day > 20
    book.save(tmp_path / "crimes.xlsx")
    assert (
        "8 rows are hidden by a filter or by hand and were read all the same"
        in data(BRING_IN, tmp_path / "crimes.xlsx").said
    )
