"""What vulncore.sources.extract promises of headings: found by rule, joined, named each by another name."""

import csv
from pathlib import Path

import openpyxl
import pytest

from vulncore.domain.errors import UnreadableSourceError
from vulncore.sources.extract import read_extract
from vulncore.sources.extract.gathering import is_totals_row

RECORDS = [
    ["A1", "01/10/2024", "14:30", "Theft", "Bow Lane"],
    ["A2", "02/10/2024", "09:15", "Robbery", "Bank"],
]
NAMES = ["Ref", "Date", "Time", "Offence", "Place"]
TWO_LINES = [
    ["Crime ref", "Offence", "Occurrence", "", "", "", "Team"],
    ["", "", "Date from", "Time from", "Date to", "Time to", ""],
    ["A1", "Theft", "01/10/2024", "14:30", "01/10/2024", "15:00", "PPU"],
    ["A2", "Theft", "02/10/2024", "", "", "", "PPU"],
]
JOINED = (
    "Crime ref",
    "Offence",
    "Occurrence: Date from",
    "Occurrence: Time from",
    "Occurrence: Date to",
    "Occurrence: Time to",
    "Team",
)


def as_csv(folder: Path, rows: list[list[str]]) -> Path:
    path = folder / "crimes.csv"
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


def as_xlsx(folder: Path, rows: list[list[str]], *merged: str) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append([cell or None for cell in row])
    for cells in merged:
        book.active.merge_cells(cells)
    book.save(folder / "crimes.xlsx")
    return folder / "crimes.xlsx"


@pytest.mark.parametrize("write", [as_csv, as_xlsx])
@pytest.mark.parametrize(
    "titles",
    [
        [],
        [["Crimes recorded"], []],
        [["Crimes recorded"], ["From", "01/10/2024"], ["To", "31/10/2024"], [""]],
        [["Force", "City of London"], ["Made by", "Records"]],
    ],
    ids=["none", "a title", "criteria with dates", "criteria in words"],
)
def test_a_heading_is_found_beneath_title_lines(tmp_path, write, titles):
    extract = read_extract(write(tmp_path, [*titles, NAMES, *RECORDS]))
    line = len(titles) + 1
    assert (extract.columns, extract.heading) == (tuple(NAMES), (line, line))
    assert extract.lines.to_pylist() == [line + 1, line + 2]
    assert extract.read == 2
    above = sum(any(row) for row in titles)
    were = "1 line above the heading was" if above == 1 else f"{above} lines above the heading were"
    assert extract.notes == ((f"{were} passed over.",) if above else ())


def test_a_heading_of_two_lines_is_joined_in_a_text(tmp_path):
    extract = read_extract(as_csv(tmp_path, TWO_LINES))
    assert (extract.columns, extract.heading, extract.lines.to_pylist()) == (JOINED, (1, 2), [3, 4])


def test_a_heading_of_merged_cells_is_joined_in_a_workbook(tmp_path):
    merged = ["C1:F1", "A1:A2", "B1:B2", "G1:G2"]
    extract = read_extract(as_xlsx(tmp_path, TWO_LINES, *merged))
    assert (extract.columns, extract.heading, extract.lines.to_pylist()) == (JOINED, (1, 2), [3, 4])


def test_a_merged_cell_names_only_the_columns_that_it_is_merged_across(tmp_path):
    rows = [
        ["Ref", "Occurrence", "", "", ""],
        ["", "From", "To", "Offence", "Place"],
        ["A1", "1/2/24", "1/2/24", "Theft", "x"],
    ]
    extract = read_extract(as_xlsx(tmp_path, rows, "B1:C1", "A1:A2"))
    assert extract.columns == ("Ref", "Occurrence: From", "Occurrence: To", "Offence", "Place")


def test_groups_over_a_whole_second_line_are_joined_where_they_are_merged(tmp_path):
    rows = [
        ["", "When", "", "Where", ""],
        ["Ref", "Date", "Time", "Street", "Ward"],
        ["A1", "1/2/24", "9:00", "Bank", "Cheap"],
    ]
    extract = read_extract(as_xlsx(tmp_path, rows, "B1:C1", "D1:E1"))
    assert extract.columns == ("Ref", "When: Date", "When: Time", "Where: Street", "Where: Ward")


def test_a_title_merged_across_everything_is_no_heading(tmp_path):
    rows = [["Crimes recorded", "", "", "", ""], NAMES, *RECORDS]
    extract = read_extract(as_xlsx(tmp_path, rows, "A1:E1"))
    assert (extract.columns, extract.heading) == (tuple(NAMES), (2, 2))


def test_a_heading_that_is_given_is_taken(tmp_path):
    rows = [["2022", "2023", "2024"], ["1", "2", "3"]]
    with pytest.raises(
        UnreadableSourceError, match=r"has no heading: every full row of the first 2 rows .*give the line"
    ):
        read_extract(as_csv(tmp_path, rows))
    assert read_extract(as_csv(tmp_path, rows), heading=(1, 1)).columns == ("2022", "2023", "2024")


@pytest.mark.parametrize("heading", [(9, 9), (2, 1), (0, 1), (1, 6), (1, 10**9)])
def test_a_heading_that_is_not_there_is_refused(tmp_path, heading):
    with pytest.raises(
        UnreadableSourceError,
        match=r"cannot be the heading: the lines are (empty|out of order or too many)",
    ):
        read_extract(as_csv(tmp_path, [NAMES, *RECORDS]), heading=heading)


def test_records_above_what_looks_like_a_heading_are_never_passed_over(tmp_path):
    with pytest.raises(
        UnreadableSourceError,
        match=r"2 lines .* above the likely heading \(line 3\) look like records: line 1, 2",
    ):
        read_extract(as_csv(tmp_path, [*RECORDS, NAMES, *RECORDS]))


def test_columns_without_name_are_called_by_letter_and_repeated_names_numbered(tmp_path):
    rows = [["Ref", "Date", "Date", "", "Date (2)"], ["A1", "01/10/2024", "02/10/2024", "x", "y"]]
    extract = read_extract(as_csv(tmp_path, rows))
    assert extract.columns == ("Ref", "Date", "Date (3)", "Column D", "Date (2)")
    assert extract.table.column_names == list(extract.columns)


def test_a_column_without_name_or_value_is_none(tmp_path):
    extract = read_extract(as_csv(tmp_path, [["Ref", "", "Date", ""], ["A1", "", "01/10/2024", ""]]))
    assert extract.columns == ("Ref", "Date")


def test_names_over_several_lines_or_without_end_are_made_plain(tmp_path):
    extract = read_extract(
        as_csv(tmp_path, [["Crime\n  ref", "D" * 500, "\x1b[Jot"], ["A1", "01/10/2024", "x"]])
    )
    assert extract.columns == ("Crime ref", "D" * 120, "?[Jot")


def test_a_heading_that_each_printed_page_repeats_is_left_out(tmp_path):
    extract = read_extract(as_csv(tmp_path, [*TWO_LINES, *TWO_LINES]))
    assert (extract.left_out, extract.table.num_rows) == ({"repeated heading": 2}, 4)


def test_thousands_of_columns_are_refused_with_their_number(tmp_path):
    rows = [[f"Name {'abcdefghij'[i % 10]}" for i in range(3_000)], ["1"] * 3_000]
    with pytest.raises(UnreadableSourceError, match=r"has 3,000 columns\. An extract has at most 500"):
        read_extract(as_csv(tmp_path, rows))


@pytest.mark.parametrize(
    "cells",
    [
        ["Total", "12", ""],
        ["", "TOTAL:", "1,204"],
        ["Grand Total", "", "£5.00"],
        ["Sub-total", "Total", "3"],
        ["Number of records: 86,314"],
        ["(12 rows affected)"],
        ["Sum", "\0", "12 %"],
    ],
)
def test_a_row_that_sums_up_is_told(cells):
    assert is_totals_row(cells)


@pytest.mark.parametrize(
    "cells",
    [
        ["Total", "01/10/2024"],
        ["A1", "Total"],
        ["Totals Ltd"],
        ["12"],
        ["Total loss"],
        ["", ""],
        ["Sum", "Bow Lane", "5"],
    ],
)
def test_a_row_that_only_speaks_of_a_total_is_no_totals_row(cells):
    assert not is_totals_row(cells)
