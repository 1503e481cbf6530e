"""What the Data page asks of rows: whether each is one record, which do not count, and what every record is."""

import pytest

from tests.pages.visiting import Visit, visit
from vulncore.store import open_version

LINES = {
    "december": [
        "Ref,Date Recorded,Offence,Status",
        *(f"D{day},{day:02d}/12/2023,Rape,Open" for day in range(1, 21)),
    ],
    "january": ["Ref,Date Recorded,Offence,Status"]
    + [f"J{day},{day:02d}/01/2024,Rape,{'No crime' if day < 4 else 'Open'}" for day in range(1, 21)],
    "october": ["Ref,Date Recorded,Offence", *(f"A{day},{day:02d}/10/2024,Rape" for day in range(1, 21))],
    "november": ["Ref,Date Recorded,Offence", *(f"A{day},{day:02d}/11/2024,Rape" for day in range(18, 29))],
    "counts": ["Date Recorded,Offence,Number of offences", "01/01/2024,Rape,12", "01/02/2024,Rape,15"],
    "perhaps": ["Date Recorded,Offence,Value", "01/01/2024,Rape,12", "01/02/2024,Rape,15"],
    "status": ["Ref,Date Recorded,Offence,Crime Status"]
    + [f"A{day},{day:02d}/01/2024,Rape,{'No crime' if day < 4 else 'Open'}" for day in range(1, 21)],
    "rapes": ["Ref,Date Recorded", *(f"A{day},{day:02d}/01/2024" for day in range(1, 21))],
}


@pytest.fixture
def data(tmp_path, monkeypatch):
    def bring(name: str, force: bool = True) -> Visit:
        page = visit(tmp_path / "store", monkeypatch, "data", {}, {"data part": "Bring in data"})
        page.upload(f"{name}.csv", ("\n".join(LINES[name]) + "\n").encode())
        if force:  # a later file is read as the last one
            page.fill("Force", "Kent Police")
        return page

    return bring


def published(page: Visit, tmp_path, dataset: str, table: str):
    page.fill("Your name", "An analyst")
    page.press("Dry run")
    page.press("Publish")
    assert f"Published '{dataset}' version 1" in page.said
    return getattr(open_version(tmp_path / "store", dataset), table).to_pandas()


def test_a_table_of_counts_is_counted_by_its_numbers(data, tmp_path):
    page = data("counts")
    assert page.shown_in("A row of the file is") == "As many records as Number of offences says"
    assert published(page, tmp_path, "counts", "counts")["count"].tolist() == [12, 15]


def test_numbers_that_may_be_counts_have_to_be_explained(data, tmp_path):
    page = data("perhaps")
    assert "choose whether a row of the file is one record" in page.said
    assert not page.can_press("Dry run")
    page.pick("A row of the file is", "One record")
    assert len(published(page, tmp_path, "perhaps", "incidents")) == 2


def test_a_status_takes_rows_out_unless_that_is_emptied(data, tmp_path):
    page = data("status")
    assert "3 of 20 rows (15 %)" in page.said
    assert len(published(page, tmp_path, "status", "incidents")) == 17
    again = data("status")
    next(
        box for box in again.app.multiselect if box.label == "Values of Crime Status that take a row out"
    ).set_value([])
    again.run()
    again.fill("Your name", "An analyst")
    again.press("Dry run")
    assert "20 of 20 rows would be counted" in again.said


def test_an_extract_of_one_offence_says_it_once(data, tmp_path):
    page = data("rapes")
    assert "say what a record counts towards, by a column or for every record" in page.said
    page.pick("Every record counts towards", "Rape")
    assert published(page, tmp_path, "rapes", "incidents")["measure"].tolist() == ["rape"] * 20


@pytest.mark.parametrize(("holds", "october"), [("Created or changed", 17), ("Whole months", 20)])
def test_records_that_moved_since_are_asked_about(data, tmp_path, holds, october):
    page = data("october")
    page.fill("Name of this extract", "crimes")
    page.fill("Dataset", "kent")
    published(page, tmp_path, "kent", "incidents")
    page = data("november", force=False)
    page.fill("Your name", "An analyst")
    page.press("Dry run")
    assert "3 records in november.csv were published before, in other months, and have changed" in page.said
    assert "What does the file hold?" in page.said
    assert not page.can_press("Publish")
    page.press(holds)  # which makes the dry run again
    page.press("Publish")
    assert "Published 'kent' version 2" in page.said
    rows = open_version(tmp_path / "store", "kent").incidents.to_pandas()
    assert sorted(rows.groupby(rows["recorded_on"].astype(str).str[:7]).size()) == [11, october]


def test_a_file_of_changes_is_not_said_to_be_whole(data, tmp_path):
    page = data("october")
    page.fill("Name of this extract", "crimes")
    page.fill("Dataset", "kent")
    page.pick("The file holds", "Created or changed")
    published(page, tmp_path, "kent", "incidents")
    page = data("november", force=False)
    assert "The file has what was created or changed. Its new months: November 2024." in page.said
    assert "is taken as whole" not in page.said


def test_a_status_that_first_takes_rows_out_in_a_later_file_is_asked_about_in_the_open(data, tmp_path):
    page = data("december")
    page.fill("Name of this extract", "crimes")
    page.fill("Dataset", "kent")
    published(page, tmp_path, "kent", "incidents")
    page = data("january", force=False)
    assert "Status: these values seem to say that a record does not count: 3 of 20 rows (15 %)" in page.said
    (folded,) = [one for one in page.app.expander if one.label.startswith("As last month")]
    label = "Values of Status that take a row out"
    assert label in [box.label for box in page.app.multiselect]
    assert label not in [box.label for box in folded.multiselect]
    page.fill("Your name", "An analyst")
    page.press("Dry run")
    assert "17 of 20 rows would be counted" in page.said
