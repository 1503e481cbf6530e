"""A workbook holds every table of a pack as numbers and texts, says of itself what it is, and runs nothing."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import datetime

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from tests.packs.documents.content import (
    FORCE,
    HOSTILE,
    MADE,
    MARKING,
    definitions,
    hostile,
    pack,
    strands_table,
)
from vulncore.packs.audience import Marking
from vulncore.packs.documents.book import book, sheet_names
from vulncore.packs.part import PackPart, PackTable

SHEETS = ["About", "Hate crime by month", "Patrols", "Strand table", "Definitions"]
FOOT = f"{FORCE}, to October 2024. Dataset demo, version 3, published 5 November 2024. {MADE}."


@pytest.fixture(scope="module")
def data():
    return book(pack())


@pytest.fixture(scope="module")
def made(data):
    return openpyxl.load_workbook(io.BytesIO(data))


def of_table(table):
    """The sheet of a table, and the row of its heading."""
    made = openpyxl.load_workbook(io.BytesIO(book(pack([PackPart("One", "One.", tables=(table,))]))))
    return made.worksheets[1], 6


def test_it_begins_with_what_it_is_and_ends_with_what_words_mean(made):
    assert made.sheetnames == SHEETS
    about = {row[0].value: row[1].value for row in made["About"].iter_rows() if row[0].value}
    assert next(iter(about)) == "Vulnerability: tasking"
    assert {name: about[name] for name in ("Force", "Figures to", "Dataset", "Version", "Source", "Made data", "Made for", "Marking", "Protection")} == {
        "Force": FORCE,
        "Figures to": "October 2024",
        "Dataset": "demo",
        "Version": "3, published 5 November 2024",
        "Source": MADE,
        "Made data": MADE,
        "Made for": "This force: officers and staff",
        "Marking": MARKING,
        "Protection": "Figures by hour or place are hidden below 5 and rounded to 5.",
    }  # fmt: skip
    assert "Forecast: the dataset has too few months." in [row[1].value for row in made["About"].iter_rows()]


def test_its_list_of_sheets_leads_to_them(made):
    links = {
        cell.value: cell.hyperlink.location
        for row in made["About"].iter_rows()
        for cell in row
        if cell.hyperlink
    }
    assert links == {name: f"'{name}'!A1" for name in SHEETS[1:]}


def test_every_sheet_says_whose_figures_it_has_and_how_they_are_handled(made):
    for sheet, caption in zip(
        made.worksheets[1:],
        ["Hate crime a month", "When to patrol", "Vulnerability strands, to October 2024", "What is counted"],
        strict=True,
    ):
        assert [sheet.cell(place, 1).value for place in range(1, 6)] == [caption, MARKING, FOOT, MADE, None]
    assert {sheet.oddHeader.center.text for sheet in made.worksheets} == {MARKING}
    assert {sheet.oddFooter.center.text for sheet in made.worksheets} == {MARKING}
    assert {sheet.oddFooter.right.text for sheet in made.worksheets} == {"Page &P of &N"}


def test_real_data_is_not_called_made():
    real = pack()
    about = replace(
        real.about, publish=replace(real.about.publish, made=False, attribution="Source: the force")
    )
    made = openpyxl.load_workbook(io.BytesIO(book(replace(real, about=about))))
    texts = [str(cell.value) for sheet in made.worksheets for row in sheet.iter_rows() for cell in row]
    assert not [text for text in texts if "Made data" in text]
    assert made["Patrols"]["A5"].value == "When"


def test_figures_are_numbers_and_what_is_hidden_stays_hidden(made):
    months, patrols = made["Hate crime by month"], made["Patrols"]
    assert [[cell.value for cell in row] for row in months.iter_rows(min_row=6)] == [
        ["Month", "Count", "Mean"],
        ["2024-09", 1_048, 26.25],
        ["2024-10", 12, None],
    ]
    assert [months.cell(7, column).number_format for column in (1, 2, 3)] == ["General", "#,##0", "#,##0.00"]
    assert [patrols.cell(place, 2).value for place in (7, 8)] == [25, "–"]
    assert patrols.cell(8, 2).alignment.horizontal == "right"


def test_another_reader_finds_the_same(data):
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert book.sheet_names == SHEETS
    rows = book.get_sheet_by_name("Strand table").to_python()
    frame = strands_table().frame
    assert rows[5] == list(frame.columns)
    assert [row[0] for row in rows[6 : 6 + len(frame)]] == list(frame["Strand"])
    assert rows[6][1:5] == [1001, 900, -101, "↓ −10\u202f%"]
    assert rows[-1][0].startswith("Red: up by more than 10 %.")


@pytest.mark.parametrize(
    ("values", "shown"),
    [([1.0, 2.0], "#,##0"), ([0.5, 2.0], "#,##0.0"), ([0.125, 1.5], "#,##0.000"), ([1 / 3], "#,##0.000"), (["12 %", 7], "#,##0")],
)  # fmt: skip
def test_a_column_has_as_many_decimals_as_its_numbers_need(values, shown):
    sheet, heading = of_table(PackTable("T", "T", pd.DataFrame({"Share": values}), ("Share",)))
    assert sheet.cell(heading + len(values), 1).number_format == shown


def test_a_number_that_is_no_figure_has_no_thousands():
    sheet, heading = of_table(
        PackTable("T", "T", pd.DataFrame({"Year": [2024], "Count": [2024]}), ("Count",))
    )
    assert [sheet.cell(heading + 1, column).number_format for column in (1, 2)] == ["General", "#,##0"]


def test_groups_and_tints_are_as_in_the_table(made):
    sheet, table = made["Strand table"], strands_table()
    bold = {place for place in range(len(table.frame)) if sheet.cell(7 + place, 1).font.bold}
    assert bold == table.groups
    assert {sheet.cell(7 + place, 5).fill.fgColor.rgb[2:] for place in (0, 1, 2)} == {
        "F8D7DA",
        "FDE8CC",
        "D5EBD8",
    }


def test_headings_stay_in_sight_and_on_each_printed_page(made):
    for sheet in made.worksheets[1:]:
        assert (sheet.freeze_panes, sheet.print_title_rows) == ("B7", "$6:$6")
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (
            "landscape",
            1,
            0,
        )
        assert sheet.auto_filter.ref is None


def test_nothing_is_hidden_named_or_remembered_beyond_what_it_needs(data, made):
    assert not made.defined_names
    assert {sheet.sheet_state for sheet in made.worksheets} == {"visible"}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name).lower() for name in archive.namelist()}
    assert not [name for name in parts if re.search("comment|calcchain|external|custom|vba|drawing|pivot|connection", name.lower())]  # fmt: skip
    assert not [name for name, part in parts.items() if b"openpyxl" in part or b"<f>" in part or b"microsoft excel" in part]  # fmt: skip


def test_properties_name_the_force_alone(made):
    about = made.properties
    assert (about.title, about.subject) == (f"Vulnerability: tasking, {FORCE}, to October 2024", MARKING)
    assert (about.creator, about.lastModifiedBy, about.revision) == (FORCE, FORCE, "1")
    assert (about.description or "", about.keywords or "") == ("", "")
    assert about.created == about.modified == datetime(2024, 11, 5, 9, 30)


def test_the_same_pack_gives_the_same_bytes(data):
    assert book(pack()) == data


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_whatever_somebody_wrote_stays_a_text(text):
    data = book(hostile(text))
    made = openpyxl.load_workbook(io.BytesIO(data))
    cells = [
        cell
        for sheet in made.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    held = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\uffff]", "?", text)
    assert not text.strip() or held in [cell.value for cell in cells]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert not [name for name in archive.namelist() if b"<f>" in archive.read(name)]
    assert len(CalamineWorkbook.from_filelike(io.BytesIO(data)).sheet_names) == 5


def test_a_sign_that_commands_the_printer_is_printed():
    marked = pack(marking=Marking("OFFICIAL", "police & partners, &D &Z"))
    data = book(marked)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<oddHeader>&amp;COFFICIAL: police &amp;&amp; partners, &amp;&amp;D &amp;&amp;Z&amp;R" in sheet


def test_a_table_without_rows_keeps_its_heading():
    sheet, heading = of_table(replace(definitions(), frame=definitions().frame.head(0)))
    assert sheet.cell(heading, 1).value == "Measure"


@given(st.lists(st.text(st.characters(codec=None), max_size=40), max_size=12))
def test_any_names_become_names_of_sheets(names):
    given_names = sheet_names(names)
    assert len({name.casefold() for name in given_names} | {"about", "definitions"}) == len(names) + 2
    for name in given_names:
        assert 1 <= len(name.encode("utf-16-le", "surrogatepass")) / 2 <= 31
        assert not re.search(r"[\[\]:*?/\\\x00-\x1f]", name)
        assert name.strip("'") == name
        name.encode()
