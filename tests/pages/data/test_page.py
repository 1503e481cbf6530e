"""What the Data page promises: what is published, what is odd about it, and a way in for any force's extract."""

import csv
import io
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests import rms_extract
from tests.charts.test_theme import contrast
from tests.pages.conftest import PAGE_MS, Server, settled
from vulncore.sources.extract import read_extract
from vulncore.sources.records.deliver import deliver
from vulncore.sources.records.draft import draft_mapping
from vulncore.sources.records.mapping import Coding
from vulncore.store import datasets, open_version, publish, versions

pytestmark = pytest.mark.browser

CHART = '[data-testid="stVegaLiteChart"]'
STRANGE = [
    "colour;dag;soort;wie",
    *(
        f"blue;{day:02d}.{month:02d}.2024;{kind};person {day}"
        for month in (1, 2)
        for day in (3, 14, 25)
        for kind in ("zz", "qq") * 4
    ),
    ";;;",
    "blue;99.99.2024;zz;person",
]


@pytest.fixture(scope="module")
def own_store(store, tmp_path_factory) -> Path:
    """A store that tests may publish into, each into datasets of its own; with little in it, so that pages open soon."""
    folder = tmp_path_factory.mktemp("own")
    shutil.copytree(store / "city-open-counts", folder / "city-open-counts")
    return folder


@pytest.fixture(scope="module")
def own_server(serving, own_store) -> Iterator[Server]:
    """A server of that store."""
    with serving(own_store) as running:
        yield running


def open_data(page, server, link="", width=1440, height=900):
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{server.url}/data{link}")
    settled(page)
    page.get_by_role("heading", level=1, name="Data").wait_for(timeout=PAGE_MS)
    return page


def part(page, name: str) -> None:
    page.get_by_role("tab", name=name).click()
    settled(page)


def pick(page, label: str, option: str, place: int = 0) -> None:
    box = page.get_by_role("combobox", name=re.compile(label)).nth(place)
    box.click()
    box.fill(option)
    page.get_by_role("option", name=option, exact=True).first.click()
    settled(page)


def fill(page, label: str, text: str) -> None:
    box = page.get_by_role("textbox", name=label, exact=True)
    box.fill(text)
    box.press("Enter")
    page.wait_for_timeout(300)  # until the run that it starts has begun
    settled(page)


def upload(page, path: Path) -> None:
    page.locator('input[type="file"]').first.set_input_files(path)
    page.get_by_text(re.compile(r"^What it is")).first.wait_for(timeout=PAGE_MS)
    settled(page)


def press(page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_timeout(300)  # until the run that it starts has begun
    settled(page)


def kept_uploads() -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob("vulncore-*"))


def test_the_months_never_published_are_in_the_sentence_in_the_picture_and_in_the_table(server, page):
    open_data(page, server, "?dataset=city-open-counts")
    sentence = "2 of 108 months were not delivered (October 2017, November 2017)"
    page.get_by_text(sentence).first.wait_for()
    page.locator(CHART).wait_for(timeout=PAGE_MS)
    labels = page.locator(f"{CHART} [aria-label], {CHART}[aria-label]").evaluate_all(
        "every => every.map(element => element.getAttribute('aria-label'))"
    )
    assert any(sentence in label for label in labels)
    page.get_by_text("Show as table").click()
    row = page.locator("table.plain tr", has_text="not delivered")
    assert row.locator("td").all_inner_texts()[2:] == ["October 2017", "November 2017", "2", "not delivered"]


def test_what_is_odd_is_said_unasked_with_why_and_what_to_do(server, page):
    open_data(page, server, "?dataset=city-open-counts")
    said = page.locator("body").inner_text()
    assert "Why it matters." in said
    assert "What to do." in said
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the findings as CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8"))))
    assert any("October and November 2017" in row["What"] for row in rows)


def test_a_strange_file_is_mapped_by_choosing_columns_tried_and_published(
    own_server, own_store, tmp_path, page
):
    path = tmp_path / "vreemd.csv"
    path.write_text("\n".join(STRANGE) + "\n", encoding="utf-8")
    open_data(page, own_server)
    part(page, "Bring in data")
    upload(page, path)
    fill(page, "Force", "Ruritania Police")
    pick(page, "Date recorded", "dag")
    pick(page, "Columns that say what a record is", "soort")
    page.keyboard.press("Escape")
    fill(page, "Covers from (YYYY-MM)", "2024-01")
    fill(page, "to (YYYY-MM)", "2024-02")
    fill(page, "Your name", "An analyst")
    press(page, "Dry run")
    page.get_by_text("48 of 50 rows would be counted").wait_for(timeout=PAGE_MS)
    assert "vreemd" not in datasets(own_store)
    press(page, "Publish")
    page.get_by_text("Published 'vreemd' version 1").wait_for(timeout=PAGE_MS)
    line = versions(own_store, "vreemd")[-1]
    assert (line.published_by, line.rows.read, line.rows.accepted) == ("An analyst", 50, 48)
    page.get_by_role("link", name="Overview").click()
    settled(page)
    page.locator("table.strands").wait_for(timeout=PAGE_MS)
    assert "Ruritania Police" in page.locator("body").inner_text()
    assert kept_uploads() == []


def test_a_workbook_needs_nothing_but_names_and_a_second_time_changes_nothing(
    own_server, own_store, tmp_path, page
):
    every = rms_extract.records(60)
    path = rms_extract.write_workbook(tmp_path / "Crime export.xlsx", every)
    open_data(page, own_server)
    for expected in (
        "Published 'crime-export' version 1",
        "holds exactly these figures already, as version 1",
    ):
        part(page, "Bring in data")
        upload(page, path)
        fill(page, "Force", "Ruritania Police")
        fill(page, "Dataset", "crime-export")
        fill(page, "Your name", "An analyst")
        press(page, "Dry run")
        if "Published" in expected:
            page.get_by_text("60 of 62 rows would be counted").wait_for(timeout=PAGE_MS)
            press(page, "Publish")
        page.get_by_text(expected).wait_for(timeout=PAGE_MS)
    held = open_version(own_store, "crime-export").incidents.to_pandas()
    assert set(held["record_id"]) == {record.number for record in every}
    assert len(versions(own_store, "crime-export")) == 1


NO_EXTRACTS = [
    ("page.csv", b"<!DOCTYPE html><html><body>Not found</body></html>", "page.csv"),
    ("empty.csv", b"", "empty"),
    ("nulls.csv", b"\0" * 5_000, "NUL"),
    ("broken.zip", b"PK\x03\x04broken", "broken.zip"),
    ("../../climb.xlsx", b"not a workbook", "climb.xlsx"),
]


def test_a_file_that_is_no_extract_gets_a_sentence_and_leaves_nothing(own_server, own_store, page):
    before = datasets(own_store), kept_uploads()
    for name, content, sentence in NO_EXTRACTS:
        open_data(page, own_server)
        part(page, "Bring in data")
        page.locator('input[type="file"]').first.set_input_files(
            {"name": name, "mimeType": "text/csv", "buffer": content}
        )
        page.get_by_text(re.compile(r"^What it is")).first.wait_for(timeout=PAGE_MS)
        settled(page)
        page.get_by_text(re.compile(re.escape(sentence))).last.wait_for(timeout=PAGE_MS)
        assert "Traceback" not in page.locator("body").inner_text()
        assert "Traceback" not in own_server.log()
        assert (datasets(own_store), kept_uploads()) == before


def test_a_note_is_added_shows_on_the_overview_and_is_taken_away_again(own_server, own_store, page):
    open_data(page, own_server, "?dataset=city-open-counts")
    part(page, "Notes on the data")
    pick(page, "Kind", "comment")
    pick(page, "Measure", "Robbery")
    fill(page, "Month, like 2023-04", "2024-09")
    page.get_by_role("textbox", name="What is known, and why").fill("A new unit records <b>robberies</b>.")
    page.get_by_role("textbox", name="Your name").first.fill("An analyst")
    press(page, "Add the note")
    page.locator("table.plain", has_text="A new unit").wait_for(timeout=PAGE_MS)
    page.get_by_role("link", name="Overview").click()
    settled(page)
    page.get_by_text("Robbery, September 2024: A new unit records <b>robberies</b>.").wait_for(
        timeout=PAGE_MS
    )
    assert len(versions(own_store, "city-open-counts")) == 2
    page.get_by_role("link", name="Data").click()
    settled(page)
    part(page, "Notes on the data")
    pick(page, "Note$", "A new unit records <b>robberies</b>.")
    page.get_by_role("textbox", name="Your name").last.fill("An analyst")
    press(page, "Take it away")
    page.locator("table.plain", has_text="A new unit").wait_for(state="detached", timeout=PAGE_MS)
    assert open_version(own_store, "city-open-counts").annotations.count().execute() == 2


def test_a_server_that_others_may_reach_does_not_let_browsers_publish(serving, own_store, page, monkeypatch):
    monkeypatch.setenv("VULNCORE_PUBLISHING", "off")
    with serving(own_store) as server:
        open_data(page, server)
        part(page, "Bring in data")
        page.get_by_text("Publishing from a browser is off on this server").wait_for(timeout=PAGE_MS)
        assert page.locator('input[type="file"]').count() == 0
        part(page, "Notes on the data")
        assert page.get_by_role("button", name="Add the note").count() == 0


def two_sheets(path: Path) -> Path:
    book = Workbook()
    for sheet, measure in ((book.active, "Rape"), (book.create_sheet("Second"), "Hate crime")):
        sheet.append(["Ref", "Recorded", "Offence", "Victim Name"])
        for day in range(1, 29):
            sheet.append([f"{measure}-{day}", f"{day:02d}/03/2024", measure, "Jane Ruritania"])
    book.active.title = "First"
    book.save(path)
    return path


def test_the_sheet_that_is_shown_is_the_sheet_that_is_published_and_names_are_not_shown(
    own_server, own_store, tmp_path, page
):
    path = two_sheets(tmp_path / "both.xlsx")
    open_data(page, own_server)
    part(page, "Bring in data")
    upload(page, path)
    pick(page, "Sheet", "Second")
    page.get_by_text("sheet 'Second'").wait_for(timeout=PAGE_MS)
    assert "Jane Ruritania" not in page.locator("body").inner_text()
    fill(page, "Force", "Ruritania Police")
    fill(page, "Your name", "An analyst")
    press(page, "Dry run")
    page.get_by_text("28 of 28 rows would be counted").wait_for(timeout=PAGE_MS)
    press(page, "Publish")
    page.get_by_text("Published 'both-second' version 1").wait_for(timeout=PAGE_MS)
    held = open_version(own_store, "both-second").incidents.to_pandas()
    assert set(held["measure"]) == {"hate-crime"}


def test_figures_that_would_go_have_to_be_agreed_to_and_a_stale_dry_run_does_not_publish(
    own_server, own_store, tmp_path, page
):
    def extract(*days: int) -> Path:
        path = tmp_path / "crimes.csv"
        rows = [
            f"{day},{day:02d}/0{month}/2024,Rape" for month in (1, 2) if month in days for day in range(1, 29)
        ]
        path.write_text(
            "\n".join(
                ["Ref,Recorded,Offence", *(row.replace(",", f"-{n},", 1) for n, row in enumerate(rows))]
            )
        )
        return path

    mapping = replace(draft_mapping(read_extract(extract(1, 2))).mapping, force="Ruritania Police")
    publish(own_store, "crimes", deliver(extract(1, 2), mapping, bytes), "tests")
    other = deliver(
        extract(1, 2), replace(mapping, counts=(Coding("Offence", {"Rape": ("hate-crime",)}),)), bytes
    )
    open_data(page, own_server, "?dataset=crimes")
    part(page, "Bring in data")
    upload(page, extract(2))
    fill(page, "Force", "Ruritania Police")
    fill(page, "Covers from (YYYY-MM)", "2024-01")
    fill(page, "Your name", "An analyst")
    press(page, "Dry run")
    page.get_by_text("Rape, January 2024: 28 to 0").wait_for(timeout=PAGE_MS)
    publish(own_store, "crimes", other, "a colleague")
    press(page, "Publish")
    page.get_by_text("Somebody published 'crimes' since your dry run").wait_for(timeout=PAGE_MS)
    press(page, "Dry run")
    page.get_by_text("would be gone from the newest version").wait_for(timeout=PAGE_MS)
    assert page.get_by_role("button", name="Publish", exact=True).is_disabled()
    assert len(versions(own_store, "crimes")) == 2
    page.get_by_text("Yes, remove these figures from the newest version").click()
    settled(page)
    press(page, "Publish")
    page.get_by_text("Published 'crimes' version 3").wait_for(timeout=PAGE_MS)
    part(page, "Versions and changes")
    table = page.locator("table.plain", has_text="SHA-256")
    table.wait_for(timeout=PAGE_MS)
    changed = page.get_by_role("tabpanel", name="Versions and changes").inner_text()
    assert "What version 3 changed" in changed
    assert "Hate crime" in changed
    assert table.locator("tbody tr td:nth-child(3)").all_inner_texts() == [
        "An analyst",
        "a colleague",
        "tests",
    ]


def test_a_long_reading_shows_how_many_rows_were_read(own_server, own_store, tmp_path, page):
    path = tmp_path / "long.csv"
    with path.open("w") as stream:
        stream.write("Ref,Recorded,Offence\n")
        stream.writelines(f"{number},05/03/2024,Rape\n" for number in range(250_000))
    open_data(page, own_server)
    part(page, "Bring in data")
    page.locator('input[type="file"]').first.set_input_files(path)
    page.get_by_text(re.compile(r"\d rows read")).wait_for(timeout=PAGE_MS)
    page.get_by_text("250,000 rows, 3 columns").wait_for(timeout=PAGE_MS)


def test_words_on_the_accent_can_be_read_in_the_dark(own_server, tmp_path, page):
    path = rms_extract.write_workbook(tmp_path / "Crime export.xlsx", rms_extract.records(30))
    page.emulate_media(color_scheme="dark")
    open_data(page, own_server)
    part(page, "Bring in data")
    upload(page, path)
    ink, ground = page.locator("[data-tag] span").first.evaluate(
        "tag => [getComputedStyle(tag).color, getComputedStyle(tag.parentElement).backgroundColor]"
    )
    colours = [
        "#{:02x}{:02x}{:02x}".format(*map(int, re.findall(r"\d+", colour)[:3])) for colour in (ink, ground)
    ]
    assert contrast(*colours) >= 4.5


def test_the_way_in_is_not_cut_off_sideways(own_server, tmp_path, page):
    path = rms_extract.write_workbook(tmp_path / "Crime export.xlsx", rms_extract.records(30))
    open_data(page, own_server)
    part(page, "Bring in data")
    upload(page, path)
    for width, height in ((1920, 1080), (1440, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(500)
        settled(page)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{wide} pixels stick out at {width}"
