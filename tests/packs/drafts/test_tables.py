"""What checking a draft's own tables promises: a copy of the strand table differs nowhere, and one changed cell alone is pointed at."""

import csv
from pathlib import Path

import pytest

from tests.packs.drafts.word_files import WINDOWS
from vulncore.packs.drafts.blocks import DraftCell, DraftTable, DraftText, RawParagraph, numbered
from vulncore.packs.drafts.checking import check_draft

PUBLISHED = Path(__file__).parents[3] / "data" / "reference" / "strand-table-2024-10.csv"
COLUMNS = (
    "fytd_previous", "fytd_current", "fytd_change", "fytd_change_pct",
    "fytd_2019_20", "baseline_change", "baseline_change_pct",
    "rolling12_previous", "rolling12_current", "rolling12_change", "rolling12_change_pct",
)  # fmt: skip


def published_cells() -> list[list[str]]:
    """The published table as a report prints it: names of groups on rows of their own, per cent with their sign."""
    with PUBLISHED.open(encoding="utf-8") as file:
        every = list(csv.DictReader(file))
    cells, group = [["Strand", *WINDOWS]], ""
    for row in every:
        if row["group"] not in ("", group):
            cells.append([row["group"], *[""] * len(COLUMNS)])
        group = row["group"]
        cells.append(
            [row["measure"], *[f"{row[name]}%" if name.endswith("pct") else row[name] for name in COLUMNS]]
        )
    return cells


def checked(demo, cells, *around: RawParagraph):
    table = tuple(tuple(DraftCell(text) for text in texts) for texts in cells)
    return check_draft(DraftText("draft.docx", numbered((*around, table))), demo).checks


def shown(checks) -> list[tuple[str, str, str]]:
    return [(one.where, one.written, one.verdict.value) for one in checks]


def test_every_cell_of_the_published_table_matches(demo):
    checks = checked(demo, published_cells())
    assert len(checks) == 19 * 11
    assert {one.verdict.value for one in checks} == {"matches"}


@pytest.mark.parametrize(
    "row", [place for place, cells in enumerate(published_cells()) if place and cells[1]]
)
@pytest.mark.parametrize("column", [1, 4, 6, 9, 11])
def test_one_changed_cell_alone_is_pointed_at(demo, row, column):
    cells = published_cells()
    is_percent = cells[row][column].endswith("%")
    number = int(cells[row][column].rstrip("%")) + (3 if row % 2 else -7)
    cells[row][column] = f"{number}%" if is_percent else str(number)
    differing = [one for one in checked(demo, cells) if one.verdict.value == "differs"]
    assert [(one.cell, one.written) for one in differing] == [((row, column), cells[row][column])]


def test_a_cell_is_named_by_its_table_its_row_and_its_column_and_says_what_the_table_has(demo):
    cells = [["Strand", *WINDOWS[:4]], ["Hate Crime", "131", "188", "+56", "43%"]]
    differing = [one for one in checked(demo, cells) if one.verdict.value == "differs"]
    (one,) = differing
    assert (one.where, one.passage) == ("table 1, Hate Crime, Current FYTD", "Hate Crime, Current FYTD: 188")
    assert one.why == "The table has 187 this financial year to date."
    assert "hate crime 131 to 187, +56, +43 %" in one.table_has


@pytest.mark.parametrize(
    ("cell", "verdict"),
    [
        ("-9%", "matches"),
        ("−9 %", "matches"),
        ("–9%", "matches"),
        ("(9%)", "matches"),
        ("↓ 9%", "matches"),
        ("9% ↓", "matches"),
        ("-9.2%", "matches"),
        ("-9", "matches"),
        ("9%", "differs"),
        ("↑ 9%", "differs"),
        ("-9.3%", "differs"),
        ("-9% (54)", "not checkable"),
    ],
)
def test_signs_arrows_brackets_and_decimals_are_read_as_the_table_means_them(demo, cell, verdict):
    (one,) = checked(demo, [["", "% change YTD"], ["Adults at risk (PPNs)", cell]])
    assert one.verdict.value == verdict


@pytest.mark.parametrize("cell", ["", "-", "–", "n/a", "none", "see note"])
def test_a_cell_without_a_number_states_nothing(demo, cell):
    assert checked(demo, [["", "FYTD", "YTD"], ["Rape", "27", cell]])[1:] == ()


@pytest.mark.parametrize(
    ("headings", "cells"),
    [
        (("Measure", "2023/24", "2024/25", "Difference"), ("Rape", "15", "27", "12")),
        (("Measure", "Apr-Oct 2023", "Apr-Oct 2024", "Change, %"), ("Rape", "15", "27", "80")),
        (("Strand", "Last year", "This year", "+/-"), ("Rape", "15", "27", "+12")),
        (("Strand", "Twelve months to October 2023", "Twelve months to October 2024", "% change"), ("Rape", "33", "49", "48%")),
        (("measure", "fytd_previous", "fytd_current", "fytd_change_pct"), ("Rape", "15", "27", "80")),
        (("measure", "fytd_2019_20", "baseline_change", "baseline_change_pct"), ("Rape", "10", "17", "170")),
        (("measure", "rolling12_previous", "rolling12_current", "rolling12_change"), ("Rape", "33", "49", "16")),
        (("", "Baseline", "Change since the baseline", "Change since the baseline, %"), ("Rape", "10", "17", "170")),
        (("Strand", "Previous 12 months", "Last 12 months", "% change"), ("Sexual offences", "166", "190", "14%")),
    ],
)  # fmt: skip
def test_headings_name_windows_in_many_words(demo, headings, cells):
    assert [one.verdict.value for one in checked(demo, [headings, cells])] == ["matches"] * 3
    wrong = [cells[0], *(f"{int(cell.strip('+%')) + 1}" for cell in cells[1:])]
    assert [one.verdict.value for one in checked(demo, [headings, wrong])] == ["differs"] * 3


def test_two_rows_of_headings_are_read_together(demo):
    cells = [["", "Year to date", "Year to date", "Rolling 12 months", "Rolling 12 months"], ["Strand", "Previous", "Current", "Previous", "Current"], ["Rape", "15", "27", "33", "50"]]  # fmt: skip
    assert [one.verdict.value for one in checked(demo, cells)] == ["matches", "matches", "matches", "differs"]


def test_rows_and_columns_that_the_table_lacks_are_listed_with_the_reason(demo):
    cells = [["Strand", "FYTD", "2021/22", "Officers"], ["Rape", "27", "50", "9"], ["Burglary", "5", "6", "9"], ["Total", "32", "56", "18"]]  # fmt: skip
    checks = checked(demo, cells)
    assert shown(checks)[:2] == [
        ("table 1, Rape, FYTD", "27", "matches"),
        ("table 1, Rape, 2021/22", "50", "not checkable"),
    ]
    assert {one.verdict.value for one in checks[1:]} == {"not checkable"}
    assert checks[1].why == "The table has nothing for 2021/22."
    assert checks[2].why == "The table has no measure of burglary."
    assert checks[4].why == "No measure of the table is named in its row."


def test_a_table_of_something_else_is_one_line_and_its_prose_is_read(demo):
    rota = [["Team", "Early", "Late"], ["PPU", "4", "6"], ["MASH", "3", "2"]]
    (one,) = checked(demo, rota)
    assert (one.where, one.written, one.verdict.value) == ("table 1", "4 numbers", "not checkable")
    layout = [["Summary", "Hate crime rose by 44% this financial year to date."]]
    (one,) = checked(demo, layout)
    assert (one.written, one.verdict.value, one.cell) == ("44%", "differs", (0, 1))


def test_numbers_in_a_table_are_known_by_the_paragraph_that_it_stands_after(demo):
    cells = [["Strand", "FYTD"], ["Rape", "28"]]
    (one,) = checked(demo, cells, RawParagraph("7. The table shows it."))
    assert one.under == "7"
    assert isinstance(numbered((RawParagraph("7. It"), ((DraftCell("a"),),)))[1], DraftTable)
