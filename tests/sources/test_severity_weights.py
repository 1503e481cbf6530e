"""What vulncore.sources.severity_weights promises."""

from pathlib import Path

import openpyxl
import pytest

from vulncore.domain.errors import VulncoreError
from vulncore.sources.severity_weights import is_heading, read_weights

NAMED = {"name": "Ruritania Harm Index", "unit": "days of prison", "source": "Ruritania Police"}


def written(folder: Path, text: str | bytes, name: str = "weights.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def workbook(folder: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(folder / "weights.xlsx")
    return folder / "weights.xlsx"


def test_a_weight_belongs_to_an_offence_a_code_or_both(tmp_path):
    read = read_weights(
        written(tmp_path, "Code,Offence,Weight\n8Q,Stalking,56.3\n,Theft,\n19/08,,1825\n"), **NAMED
    )
    assert [(row.code, row.offence, row.weight) for row in read.table.rows] == [
        ("8Q", "Stalking", 56.3),
        ("19/08", "", 1825.0),
    ]
    assert read.without_weight == 1
    assert (read.table.name, read.table.unit, read.table.source) == tuple(NAMED.values())


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_columns_are_known_by_what_people_call_them_and_others_are_not_read(tmp_path, separator):
    rows = [
        ["Notes", "Home Office Classification", "Full Offence Title", "CCHI score"],
        ["x", "8/30", "Harassment", "10"],
    ]
    text = "\n".join(separator.join(row) for row in rows) + "\n"
    (row,) = read_weights(written(tmp_path, text), **NAMED).table.rows
    assert (row.code, row.offence, row.weight) == ("8/30", "Harassment", 10.0)


def test_the_one_sheet_of_a_workbook_that_is_a_table_is_read_beneath_its_title(tmp_path):
    path = workbook(
        tmp_path,
        About=[["Made by us"], ["Do not pass on"]],
        Values=[["Weights 2026"], ["Offence", "Weight"], ["Rape", 1825], ["Theft", 2.5]],
    )
    assert [(row.offence, row.weight) for row in read_weights(path, **NAMED).table.rows] == [
        ("Rape", 1825.0),
        ("Theft", 2.5),
    ]


def test_thousands_may_have_commas_in_quotation_marks(tmp_path):
    (row,) = read_weights(written(tmp_path, 'Offence,Weight\nMurder,"5,475.5"\n'), **NAMED).table.rows
    assert row.weight == 5475.5


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty"),
        ("Offence,Weight\n", "has a heading and no rows"),
        ("Offence,Count\nRape,3\n", "has not the columns of severity weights"),
        ("Offence,Weight,Weight\nRape,3,4\n", "has not the columns of severity weights"),
        ("Offence,Weight\nRape,3,4\n", "1 lines of weights.csv do not have the heading's 2 fields: line 2"),
        ("Offence,Weight\nRape,heavy\nTheft,-2\n", "2 of 2 weights .*: line 2: 'heavy', line 3: '-2'"),
        ("Offence,Weight\nRape,1e9\n", "1 of 1 weights"),
        ("Offence,Weight\nRape,nan\n", "1 of 1 weights"),
        ("Offence,Weight\nRape,1.825,5\n", "line 2"),
        ("Offence,Weight\nRape,٣\n", "1 of 1 weights"),
        ("Offence,Weight\n,3\n", "have neither a code nor a wording"),
        ("Offence,Weight\n<b>Rape</b>\x1b[2J,3\n", "can't be printed"),
        ("Offence,Weight\nRape,3\nRAPE,4\n", "have two weights: rape"),
        ("Offence,Weight\n" + "x" * 300 + ",3\n", "too long"),
        ("Offence,Weight\n" + "".join(f"o{n},1\n" for n in range(20_001)), "has 20,001 weights"),
        (b"Offence,Weight\n\xff\xfe,3\n", "not UTF-8"),
        (b"Offence,Weight\0\nRape,3\n", "NUL"),
        (b"PK\x03\x04 no workbook", "breaks off or is damaged"),
    ],
)  # fmt: skip
def test_what_is_no_table_of_weights_is_refused_in_a_sentence(tmp_path, text, sentence):
    with pytest.raises(VulncoreError, match=sentence):
        read_weights(written(tmp_path, text), **NAMED)


def test_two_tables_in_one_workbook_are_refused(tmp_path):
    rows = [["Offence", "Weight"], ["Rape", 1825]]
    with pytest.raises(VulncoreError, match=r"2 sheets of weights\.xlsx have the columns"):
        read_weights(workbook(tmp_path, One=rows, Two=rows), **NAMED)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(VulncoreError, match="There is no file"):
        read_weights(tmp_path / "gone.csv", **NAMED)


@pytest.mark.parametrize("missing", ["name", "unit", "source"])
def test_whose_weights_they_are_and_what_they_mean_has_to_be_named(tmp_path, missing):
    with pytest.raises(VulncoreError, match=f"The {missing}.* of .*weights is missing"):
        read_weights(written(tmp_path, "Offence,Weight\nRape,3\n"), **{**NAMED, missing: ""})


def test_a_heading_needs_a_weight_and_something_to_weigh():
    assert is_heading(["Offence code", "Severity weight"])
    assert not is_heading(["Weight"])
    assert not is_heading([])
