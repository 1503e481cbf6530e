"""What vulncore.findings.shared.workbook promises."""

import io

import numpy as np
import openpyxl
import pandas as pd

from vulncore.findings.shared.workbook import workbook

ROWS = pd.DataFrame(
    {
        "Measure": ["Rape", "=HYPERLINK(1)", "@SUM"],
        "Now": pd.Series([27, None, 3], dtype="Int64"),
        "Share": [0.5, np.nan, 1.0],
    }
)


def opened(rows=ROWS, lines=("Strand table", "City", "Made data")):
    return openpyxl.load_workbook(io.BytesIO(workbook("Table", lines, rows)))["Table"]


def test_it_says_what_it_is_before_its_rows():
    sheet = opened()
    assert [sheet.cell(row, 1).value for row in range(1, 6)] == [
        "Strand table",
        "City",
        "Made data",
        None,
        "Measure",
    ]
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=6)] == [
        ["Rape", 27, 0.5],
        ["=HYPERLINK(1)", None, None],
        ["@SUM", 3, 1],
    ]


def test_signs_that_a_workbook_cannot_hold_are_marked():
    sheet = opened(lines=("Ci\x01ty\x0b",))
    assert sheet["A1"].value == "Ci?ty?"


def test_no_text_is_a_formula_whatever_it_begins_with():
    sheet = opened(lines=("=1+1", "+2", "-3"))
    texts = [cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert {cell.data_type for cell in texts} == {"s"}
    assert sheet["A1"].value == "=1+1"
