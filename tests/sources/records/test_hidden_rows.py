"""What vulncore.sources.records promises of rows that a filter of the sheet hides: read all the same, and said."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from vulncore.sources.extract import read_extract
from vulncore.sources.records.deliver import deliver
from vulncore.sources.records.draft import draft_mapping

FAULT = Path(__file__).parents[3].parent / "shared" / "faults" / "hidden-rows" / "crimes.xlsx"
HIDDEN = "hidden in the sheet by a filter or by hand, and read all the same"


def delivered(path: Path):
    extract = read_extract(path)
    return extract, deliver(path, draft_mapping(extract, "Kent Police").mapping, bytes)


@pytest.mark.parametrize("hidden", [0, 3, 7])
def test_the_account_of_rows_says_how_many_are_hidden(tmp_path, hidden):
    book = openpyxl.Workbook()
    book.active.append(["Crime Ref", "Date Recorded", "Offence Code"])
    for number in range(10):
        book.active.append([f"A{number}", date(2024, 10, 1 + number), "19C"])
        book.active.row_dimensions[number + 2].hidden = number < hidden
    book.save(tmp_path / "crimes.xlsx")
    extract, delivery = delivered(tmp_path / "crimes.xlsx")
    assert (extract.hidden_rows, delivery.rows.accepted) == (hidden, 10)
    assert delivery.rows.noted == ({HIDDEN: hidden} if hidden else {})
    assert bool(extract.notes) == bool(hidden)


def test_the_filtered_workbook_is_read_whole_and_says_so():
    if not FAULT.exists():
        pytest.skip("the faults are not beside this checkout (../shared/faults)")
    extract, delivery = delivered(FAULT)
    assert extract.notes == ("20 rows are hidden by a filter or by hand and were read all the same.",)
    assert (delivery.rows.accepted, delivery.rows.noted) == (40, {HIDDEN: 20})
