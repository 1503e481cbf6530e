"""What the Data page promises of a second month: it is read as the first was, and only what is new is asked."""

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests import county_extract
from tests.county_extract import FORCE, CountyRecord, county_records, write_county_workbook
from tests.pages.visiting import Visit, visit
from vulncore.sources.records.mapping_file import parse_mapping
from vulncore.store import open_version, versions

OCTOBER = county_records(date(2024, 10, 1), date(2024, 10, 31), 160)
NOVEMBER = county_records(date(2024, 11, 1), date(2024, 11, 30), 140, seed=12)
LAST_MONTH = "Read as last month: dataset county, version 1"
BEFORE = "As last month: 11 columns and 6 codes"


@pytest.fixture
def county(tmp_path, monkeypatch) -> Visit:
    """The page after its first month was described and published."""
    page = visit(tmp_path / "store", monkeypatch, "data", {}, {"data part": "Bring in data"})
    bring(page, tmp_path / "Vulnerability Oct 2024.xlsx", OCTOBER)
    force = next(box for box in page.app.selectbox if box.label == "Force")
    assert (force.value, "100 % of them lie in this force's area" in page.said) == (FORCE, True)
    page.fill("Dataset", "county")
    page.fill("Your name", "An analyst")
    page.press("Dry run")
    page.press("Publish")
    assert "Published 'county' version 1" in page.said
    return visit(tmp_path / "store", monkeypatch, "data", {}, {"data part": "Bring in data"})


def bring(page: Visit, path: Path, every: list[CountyRecord], renamed: str = "") -> None:
    write_county_workbook(path, every)
    if renamed:
        book = load_workbook(path)
        sheet = book.active
        next(cell for cell in sheet[5] if cell.value == "Offence Type").value = renamed
        book.save(path)
    page.upload(path.name, path.read_bytes())


def recoded(every: list[CountyRecord], code: str) -> list[CountyRecord]:
    return [replace(one, code=code) if place % 10 == 0 else one for place, one in enumerate(every)]


def folded(page: Visit) -> Any:
    """What is as last month, with its label."""
    every = [one for one in page.app.expander if one.label.startswith("As last month")]
    return every[0] if every else None


def boxes(page: Visit) -> list[str]:
    return [box.label.replace("\\", "") for box in page.app.multiselect]


def counts(store: Path) -> Counter[str]:
    return Counter(open_version(store, "county").incidents.to_pandas()["measure"])


def test_a_second_month_takes_three_clicks_whatever_its_file_is_called(county, tmp_path):
    bring(county, tmp_path / "report_7731.xlsx", NOVEMBER)
    assert county.shown_in("How to read it") == LAST_MONTH
    assert "The file is taken as whole for November 2024." in county.said
    assert "nothing is to be filled in" in county.said
    assert folded(county).label.replace("\\", "") == BEFORE
    county.press("Dry run")
    county.press("Publish")
    assert "Published 'county' version 2" in county.said
    first, second = versions(tmp_path / "store", "county")
    assert (second.published_by, second.dataset) == ("An analyst", "county")
    known = [county_extract.CODES[one.code] for one in (*OCTOBER, *NOVEMBER)]
    assert counts(tmp_path / "store") == Counter(known)
    before, after = (parse_mapping(one.mapping.encode()) for one in (first, second))
    assert after == replace(before, first=date(2024, 11, 1), last=date(2024, 11, 1))


def test_a_new_code_is_asked_about_in_the_open_with_a_draft_and_counts_as_it_is_answered(county, tmp_path):
    bring(county, tmp_path / "Nov.xlsx", recoded(NOVEMBER, "VAWG"))
    assert "Crime: Offence Type: 1 new code, in 14 rows. Say below what each counts towards" in county.said
    inside = {box.label for box in folded(county).multiselect}
    (new,) = [
        box for box in county.app.multiselect if box.label not in inside and box.label.startswith("VAWG")
    ]
    assert new.label.replace("\\", "") == "VAWG, 14 rows, to be checked"
    assert new.value == ["VAWG (a measure of its own)"]
    new.set_value(["Domestic abuse crime"])
    county.run()
    county.press("Dry run")
    assert "140 of 141 rows would be counted" in county.said
    county.press("Publish")
    known = Counter(
        county_extract.CODES.get(one.code, "domestic-abuse-crime") for one in recoded(NOVEMBER, "VAWG")
    )
    assert counts(tmp_path / "store") == known + Counter(county_extract.CODES[one.code] for one in OCTOBER)
    assert parse_mapping(versions(tmp_path / "store", "county")[-1].mapping.encode()).counts[0].codes[
        "VAWG"
    ] == ("domestic-abuse-crime",)


def test_a_column_with_another_heading_is_asked_about_and_keeps_its_codes(county, tmp_path):
    bring(county, tmp_path / "Nov.xlsx", NOVEMBER, renamed="Offence Class")
    assert (
        "Crime: Offence Class: the column Crime: Offence Type of the last file is not in this one"
        in county.said
    )
    label = "Columns that say what a record is"
    assert label not in {box.label for box in folded(county).multiselect}
    assert county.box(label).value == ["Crime: Offence Class"]
    county.press("Dry run")
    county.press("Publish")
    assert counts(tmp_path / "store").total() == len(OCTOBER) + len(NOVEMBER)


def test_a_file_can_be_described_anew(county, tmp_path):
    bring(county, tmp_path / "Nov.xlsx", NOVEMBER)
    county.pick("How to read it", "Begin anew, from its headings and values")
    assert "Filled in from the headings and values." in county.said
    assert folded(county) is None
    county.fill("Force", FORCE)
    assert "Fill in the empty fields to make a dry run." in county.said  # whose name it is, is asked again


def test_a_file_of_another_extract_is_not_read_as_last_month(county, tmp_path):
    path = tmp_path / "crimes.csv"
    path.write_text("Ref,Recorded,Offence\n1,05/11/2024,Rape\n")
    county.upload(path.name, path.read_bytes())
    assert "How to read it" not in [box.label for box in county.app.selectbox]


def test_of_hundreds_of_codes_a_page_is_shown_the_unsure_first_and_others_are_searched_for(
    tmp_path, monkeypatch
):
    codes = ["19C"] * 5 + [f"Z{number:02d}" for number in range(30)] + ["8Q"] * 3
    path = tmp_path / "many.csv"
    path.write_text(
        "Ref,Recorded,Offence Code\n" + "".join(f"{n},05/11/2024,{code}\n" for n, code in enumerate(codes))
    )
    page = visit(tmp_path / "store", monkeypatch, "data", {}, {"data part": "Bring in data"})
    page.upload(path.name, path.read_bytes())
    shown = [label for label in boxes(page) if "to be checked" in label or label.startswith("19C")]
    assert (len(shown), shown[0]) == (20, "Z00, 1 row, to be checked")
    assert not [label for label in shown if label.startswith("19C")]
    next(box for box in page.app.multiselect if box.label.startswith("Z00")).set_value(["Rape"])
    page.run()
    page.fill("Find a code of Offence Code", "19c")
    assert [label for label in boxes(page) if ", 5 rows" in label] == ["19C, 5 rows"]
    page.fill("Find a code of Offence Code", "")
    assert next(box for box in page.app.multiselect if box.label.startswith("Z00")).value == ["Rape"]
    page.fill("Force", FORCE)
    page.fill("Your name", "An analyst")
    page.press("Dry run")
    assert "38 of 38 rows would be counted" in page.said
    page.press("Publish")
    held = Counter(open_version(tmp_path / "store", "many").incidents.to_pandas()["measure"])
    assert (held["rape"], held["stalking-and-harassment"]) == (6, 3)
