"""What the Data page promises: what is published, what is odd about it, and a way in for any force's extract."""

import csv
import io
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import rms_extract
from tests.charts.test_theme import contrast
from tests.pages.choosing import pick
from tests.pages.conftest import PAGE_MS, Server, settled
from vulncore.store import datasets, open_version, versions

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


def fill(page, label: str, text: str) -> None:
    box = page.get_by_role("textbox", name=label, exact=True)
    box = box.or_(page.get_by_role("combobox", name=label, exact=True)).first
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


def test_the_months_never_published_are_in_the_sentence_in_the_picture_in_the_table_and_in_the_file(
    server, page
):
    open_data(page, server, "?dataset=city-open-counts")
    sentence = "2 of 108 months were not delivered (October 2017, November 2017)"
    page.get_by_text(sentence).first.wait_for()
    page.locator(CHART).wait_for(timeout=PAGE_MS)
    labels = page.locator(f"{CHART} [aria-label], {CHART}[aria-label]").evaluate_all(
        "every => every.map(element => element.getAttribute('aria-label'))"
    )
    assert any(sentence in label for label in labels)
    page.get_by_text("Show as table").click()
    rows = page.locator("table.plain tr", has_text="not delivered").all()
    gaps = [row.locator("td").all_inner_texts() for row in rows]
    assert ["October 2017", "November 2017", "2", "not delivered"] in [cells[2:] for cells in gaps]
    of_one = {cells[2] for cells in gaps if "Anti-social behaviour" in cells}
    assert of_one == {"May 2017", "September 2017"}  # a category that two files lack
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


def test_the_way_in_is_not_cut_off_sideways_and_words_on_the_accent_can_be_read_in_the_dark(
    own_server, tmp_path, page
):
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
    for width, height in ((1920, 1080), (1440, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(500)
        settled(page)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{wide} pixels stick out at {width}"


def test_what_a_code_counts_towards_is_chosen_by_keyboard_alone(own_server, own_store, tmp_path, page):
    path = tmp_path / "codes.csv"
    rows = [f"{day},{day:02d}/03/2024,{'ZQ' if day % 4 else 'STK'}" for day in range(1, 29)]
    path.write_text("\n".join(["Ref,Recorded,Offence Code", *rows]) + "\n")
    open_data(page, own_server)
    part(page, "Bring in data")
    upload(page, path)
    fill(page, "Force", "Ruritania Police")
    page.get_by_role("textbox", name="to (YYYY-MM)").focus()
    box = page.get_by_role("combobox", name=re.compile("^ZQ, 21 rows, to be checked"))
    for _ in range(12):
        page.keyboard.press("Tab")
        if box.evaluate("box => box === document.activeElement"):
            break
    assert box.evaluate("box => box === document.activeElement")
    page.keyboard.press("Backspace")  # takes away the measure that was drafted
    page.wait_for_timeout(300)
    settled(page)
    page.keyboard.type("Domestic abuse c")
    page.get_by_role("option", name="Domestic abuse crime", exact=True).wait_for(timeout=PAGE_MS)
    page.wait_for_timeout(300)
    page.keyboard.press("ArrowDown")  # past the choice of every measure that has these letters
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    settled(page)
    page.keyboard.press("Escape")
    fill(page, "Your name", "An analyst")
    press(page, "Dry run")
    page.get_by_text("28 of 28 rows would be counted").wait_for(timeout=PAGE_MS)
    press(page, "Publish")
    page.get_by_text("Published 'codes' version 1").wait_for(timeout=PAGE_MS)
    held = open_version(own_store, "codes").incidents.to_pandas()["measure"].value_counts().to_dict()
    assert held == {"domestic-abuse-crime": 21, "stalking-and-harassment": 7}
