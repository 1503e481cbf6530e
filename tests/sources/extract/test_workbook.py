"""What vulncore.sources.extract promises of XLSX workbooks."""

import contextlib
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from vulncore.domain.errors import UnreadableSourceError
from vulncore.sources.extract import read_extract
from vulncore.sources.extract.record import SheetNotChosenError
from vulncore.sources.extract.whole import Question, read_whole

NAMES = ["Ref", "Recorded", "Place"]
RECORD = ["A1", "01/10/2024", "Bow Lane"]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def filled(sheet: Worksheet, *rows: list[object]) -> None:
    for row in rows:
        sheet.append(row)


def book_of(folder: Path, *rows: list[object]) -> Path:
    book = openpyxl.Workbook()
    filled(book.active, *rows)
    book.save(folder / "crimes.xlsx")
    return folder / "crimes.xlsx"


def with_part(path: Path, part: str, content: str | bytes) -> Path:
    """Return the workbook with one of its parts replaced."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, old in {**parts, part: content}.items():
            archive.writestr(name, content if name == part else old)
    return path


def with_sheet(path: Path, rows: str, before: str = "") -> Path:
    xml = f'<?xml version="1.0"?>{before}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    return with_part(path, "xl/worksheets/sheet1.xml", xml)


RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="x/worksheet" Target="/xl/worksheets/sheet1.xml"/>'
    '<Relationship Id="rId2" Type="x/sharedStrings" Target="sharedStrings.xml"/>'
    '<Relationship Id="rId3" Type="x/vbaProject" Target="vbaProject.bin"/>'
    '<Relationship Id="rId4" Type="x/styles" Target="styles.xml"/>'
    '<Relationship Id="rId5" Type="x/externalLink" TargetMode="External" Target="http://example.org/x"/>'
    "</Relationships>"
)
HEADING = '<row r="1"><c r="A1" t="inlineStr"><is><t>Ref</t></is></c><c r="B1" t="inlineStr"><is><t>Date</t></is></c></row>'


def test_cells_are_text_as_the_spreadsheet_shows_them(tmp_path):
    book = openpyxl.Workbook()
    first = book.active
    values = {
        "Date": (date(2024, 3, 5), "dd/mm/yyyy", "2024-03-05"),
        "Last": (date(9999, 12, 31), "dd/mm/yyyy", "9999-12-31"),
        "When": (datetime(2024, 3, 5, 14, 30), "dd/mm/yyyy hh:mm", "2024-03-05 14:30:00"),
        "Midnight": (datetime(2024, 3, 5), "dd/mm/yyyy hh:mm", "2024-03-05 00:00:00"),
        "Hidden": (datetime(2024, 3, 5, 14, 30), "dd/mm/yyyy", "2024-03-05 14:30:00"),
        "Time": (time(14, 30), "hh:mm", "14:30:00"),
        "Lasted": (timedelta(hours=36, minutes=5), "[h]:mm", "36:05:00"),
        "East": (532650.0, "0.00", "532650"),
        "Long": (0.1 + 0.2, "General", "0.3"),
        "Whole": (7, "0", "7"),
        "Yes": (True, "General", "TRUE"),
        "Error": ("#N/A", "General", "#N/A"),
        "Text": (" Café & <b> ", "@", "Café & <b>"),
        "Code": ("007", "@", "007"),
        "Void": (None, "General", ""),
    }
    first.append(list(values))
    for column, (value, shown, _) in enumerate(values.values(), start=1):
        cell = first.cell(2, column, value)
        cell.number_format = shown
    book.save(tmp_path / "crimes.xlsx")
    extract = read_extract(tmp_path / "crimes.xlsx")
    assert extract.table.to_pylist() == [{name: text for name, (_, _, text) in values.items()}]
    assert (extract.kind, extract.sheet, extract.sheets, extract.notes) == ("XLSX", "Sheet", ("Sheet",), ())


def test_dates_are_those_that_openpyxl_reads(tmp_path):
    serials = [1, 59, 61, 366, 36_526, 45_356, 45_356.604166666664, 2_958_465]
    book = openpyxl.Workbook()
    filled(book.active, ["Ref", "When"])
    for row, serial in enumerate(serials, start=2):
        book.active.cell(row, 1, f"A{row}")
        book.active.cell(row, 2, serial).number_format = "dd/mm/yyyy hh:mm"
    path = tmp_path / "crimes.xlsx"
    book.save(path)
    read = [row[1] for row in openpyxl.load_workbook(path).active.iter_rows(min_row=2, values_only=True)]
    assert read_extract(path).table["When"].to_pylist() == [f"{moment:%Y-%m-%d %H:%M:%S}" for moment in read]


def test_dates_of_workbooks_from_old_macs_are_right(tmp_path):
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    filled(book.active, ["Ref", "Date"], ["A1", date(2024, 3, 5)])
    book.save(tmp_path / "crimes.xlsx")
    extract = read_extract(tmp_path / "crimes.xlsx")
    assert extract.table["Date"].to_pylist() == ["2024-03-05"]
    assert any("counts days from 1904" in note for note in extract.notes)
    assert not any(
        "1904" in note for note in read_extract(book_of(tmp_path, ["Ref", "Date"], ["A1", 1])).notes
    )


def test_of_a_reference_that_a_spreadsheet_cannot_hold_no_digit_is_made_up(tmp_path):
    cells = "".join(
        f'<row r="{line}"><c r="A{line}"><v>{number}</v></c><c r="B{line}"><v>5</v></c></row>'
        for line, number in enumerate((1234567890123456, 12345678901234567, 12345678901234568), start=2)
    )
    extract = read_extract(with_sheet(book_of(tmp_path, ["Ref", "Date"]), HEADING + cells))
    assert extract.table["Ref"].to_pylist() == ["1234567890123456", *["1.23456789012346e+16"] * 2]


@pytest.mark.parametrize("number", ["1e10", "-1e300"])
def test_a_duration_longer_than_any_is_refused_in_a_sentence(tmp_path, number):
    path = book_of(tmp_path, ["Ref", "Date"], ["A1", timedelta(hours=30)])
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<v>1.25</v>" in sheet
    path = with_part(path, "xl/worksheets/sheet1.xml", sheet.replace("<v>1.25</v>", f"<v>{number}</v>"))
    with pytest.raises(
        UnreadableSourceError, match="duration that is longer than any|is damaged or is no workbook"
    ):
        read_extract(path)


def test_a_number_that_is_no_date_stays_a_number(tmp_path):
    path = book_of(tmp_path, ["Ref", "Date"])
    for serial in ("-1", "2958466", "1E300"):
        with_sheet(
            path,
            HEADING + f'<row r="2"><c r="A2" s="0"><v>1</v></c><c r="B2" s="1"><v>{serial}</v></c></row>',
        )
        assert read_extract(path).table["Date"].to_pylist() == [serial.replace("E300", "e+300")]


@pytest.mark.parametrize(
    ("code", "midnight", "six"),
    [
        ("mmm-yy", "2024-03-05", "2024-03-05 06:00:00"),
        ("h:mm AM/PM", "2024-03-05 00:00:00", "2024-03-05 06:00:00"),
        ("mm:ss.0", "2024-03-05 00:00:00", "2024-03-05 06:00:00"),
        ("m/d/yy h:mm", "2024-03-05 00:00:00", "2024-03-05 06:00:00"),
        ("[Red]0.0", "45356", "45356.25"),
        ("[$-F800]dddd, mmmm dd, yyyy", "2024-03-05", "2024-03-05 06:00:00"),
        ("yyyy\\-mm\\-dd\\Thh:mm", "2024-03-05 00:00:00", "2024-03-05 06:00:00"),
        ('0 "days"', "45356", "45356.25"),
        ("General", "45356", "45356.25"),
    ],
)
def test_a_format_says_whether_a_number_is_a_date_or_a_time(tmp_path, code, midnight, six):
    book = openpyxl.Workbook()
    filled(book.active, ["Ref", "Midnight", "Six"], ["A1", 45_356, 45_356.25])
    for column in (2, 3):
        book.active.cell(2, column).number_format = code
    book.save(tmp_path / "crimes.xlsx")
    assert read_extract(tmp_path / "crimes.xlsx").table.to_pylist() == [
        {"Ref": "A1", "Midnight": midnight, "Six": six}
    ]


def test_formulas_are_read_by_the_value_computed_last_and_said(tmp_path):
    path = book_of(tmp_path, NAMES)
    cells = '<c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="str"><f>""</f><v></v></c>'
    extract = read_extract(with_sheet(path, HEADING + f'<row r="2">{cells}</row>'))
    assert extract.table.to_pylist() == [{"Ref": "2", "Date": ""}]
    assert extract.notes == ("2 cells are formulas and were read by the last value computed.",)


def test_a_formula_without_its_value_rejects_its_row_where_its_column_is_wanted(tmp_path):
    path = book_of(tmp_path, NAMES, RECORD, ["A2", "02/10/2024", '=HYPERLINK("http://example.org")'])
    extract = read_extract(path)
    assert [(reject.line, reject.reason, reject.value) for reject in extract.rejects] == [
        (3, "a formula without its computed value", "Place")
    ]
    assert read_extract(path, wanted=["Ref", "Recorded"]).table["Ref"].to_pylist() == ["A1", "A2"]


def test_rows_of_nothing_but_formulas_without_values_are_rejected_wherever_they_stand(tmp_path):
    unsaved = ["=A2", "=B2", "=C2"]
    extract = read_extract(book_of(tmp_path, NAMES, RECORD, unsaved, RECORD, unsaved))
    assert [reject.line for reject in extract.rejects] == [3, 5]
    assert extract.lines.to_pylist() == [2, 4]


def test_rows_that_a_filter_hides_are_read_and_counted(tmp_path):
    book = openpyxl.Workbook()
    filled(book.active, NAMES, *[RECORD] * 4)
    for row in (3, 5):
        book.active.row_dimensions[row].hidden = True
    book.save(tmp_path / "crimes.xlsx")
    extract = read_extract(tmp_path / "crimes.xlsx")
    assert (extract.read, extract.notes) == (
        4,
        ("2 rows are hidden by a filter or by hand and were read all the same.",),
    )


def test_cells_whose_names_have_a_prefix_are_read_alike(tmp_path):
    path = book_of(tmp_path, NAMES)
    cell = '<x:c r="A2"><x:f>1+1</x:f></x:c><x:c r="B2" t="e"><x:v>#N/A</x:v></x:c>'
    heading = HEADING.replace("</", "</x:").replace("<", "<x:").replace("<x:/", "</")
    rows = f'<x:sheetData>{heading}<x:row r="2">{cell}</x:row></x:sheetData>'
    with_part(path, "xl/worksheets/sheet1.xml", f'<x:worksheet xmlns:x="{MAIN}">{rows}</x:worksheet>')
    assert read_extract(path, wanted=["Date"]).table["Date"].to_pylist() == ["#N/A"]
    assert [reject.value for reject in read_extract(path).rejects] == ["Ref"]


def test_a_totals_row_of_formulas_without_values_is_left_out(tmp_path):
    extract = read_extract(book_of(tmp_path, NAMES, RECORD, ["Total", "=COUNTA(B2:B2)", None]))
    assert (extract.left_out, extract.rejects) == ({"totals row": 1}, ())


def test_lines_are_the_sheets_own_row_numbers(tmp_path):
    book = openpyxl.Workbook()
    filled(book.active, NAMES, RECORD)
    book.active["A9"], book.active["B9"] = "A2", "02/10/2024"
    book.save(tmp_path / "crimes.xlsx")
    extract = read_extract(tmp_path / "crimes.xlsx")
    assert extract.lines.to_pylist() == [2, 9]


def test_values_beyond_the_heading_reject_their_row(tmp_path):
    book = openpyxl.Workbook()
    filled(book.active, NAMES, RECORD, RECORD)
    book.active["XFD3"] = "far"
    book.save(tmp_path / "crimes.xlsx")
    extract = read_extract(tmp_path / "crimes.xlsx")
    assert [(reject.line, reject.reason, reject.value) for reject in extract.rejects] == [
        (3, "more fields than the heading", "501 of 3")
    ]


def test_the_one_sheet_that_looks_like_a_table_is_taken_and_the_others_are_named(tmp_path):
    book = openpyxl.Workbook()
    filled(book.active, ["Made by", "Records"], ["From", "01/10/2024"])
    filled(book.create_sheet("Data"), NAMES, RECORD)
    hidden = book.create_sheet("Lists")
    filled(hidden, NAMES, RECORD)
    hidden.sheet_state = "veryHidden"
    book.save(tmp_path / "crimes.xlsx")
    extract = read_extract(tmp_path / "crimes.xlsx")
    assert (extract.sheet, extract.sheets) == ("Data", ("Sheet", "Data", "Lists"))
    assert extract.notes == ("1 other sheet was not read: Sheet.", "1 hidden sheet was not read: Lists.")
    assert read_extract(tmp_path / "crimes.xlsx", sheet="Lists").sheet == "Lists"


def test_where_several_sheets_could_be_the_extract_none_is_taken(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "October"
    filled(book.active, NAMES, RECORD)
    filled(book.create_sheet("November"), NAMES, RECORD)
    book.save(tmp_path / "crimes.xlsx")
    with pytest.raises(
        SheetNotChosenError, match=r"2 sheets .* could be the extract: October, November\. Choose one"
    ) as refusal:
        read_extract(tmp_path / "crimes.xlsx")
    assert refusal.value.sheets == ("October", "November")
    assert read_extract(tmp_path / "crimes.xlsx", sheet="November").read == 1


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(tmp_path):
    with pytest.raises(UnreadableSourceError, match=r"has no sheet 'Data'\. Choose one of 1: Sheet"):
        read_extract(book_of(tmp_path, NAMES, RECORD), sheet="Data")


def test_a_workbook_with_nothing_in_it_is_refused(tmp_path):
    with pytest.raises(UnreadableSourceError, match="The visible sheets of .* are empty"):
        read_extract(book_of(tmp_path))


def test_macros_and_links_are_not_touched(tmp_path):
    path = book_of(tmp_path, NAMES, RECORD)
    with_part(with_part(path, "xl/vbaProject.bin", b"\0"), "xl/_rels/workbook.xml.rels", RELATIONS)
    extract = read_extract(path)
    assert (extract.read, extract.notes) == (1, ("The workbook's macros were not run.",))


def test_texts_that_cells_share_are_read_with_all_their_pieces(tmp_path):
    path = book_of(tmp_path, NAMES)
    shared = (
        f'<sst xmlns="{MAIN}"><si><t xml:space="preserve"> Bow Lane </t></si><si/>'
        "<si><r><rPr><b/></rPr><t>Ba</t></r><rPh><t>no</t></rPh><r><t>nk &amp; x_x000A_y</t></r></si></sst>"
    )
    with_part(with_part(path, "xl/sharedStrings.xml", shared), "xl/_rels/workbook.xml.rels", RELATIONS)
    rows = "".join(
        f'<row r="{row}"><c r="A{row}" t="s"><v>{index}</v></c><c r="B{row}"><v>{row}</v></c></row>'
        for row, index in ((2, 0), (3, 2), (4, 1))
    )
    extract = read_extract(with_sheet(path, HEADING + rows))
    assert extract.table["Ref"].to_pylist() == ["Bow Lane", "Bank & x\ny", ""]


def test_a_document_type_and_so_any_entity_is_refused(tmp_path):
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    path = with_sheet(book_of(tmp_path, NAMES), HEADING.replace("Ref", "&b;"), before=bomb)
    with pytest.raises(UnreadableSourceError, match="is damaged or is no workbook"):
        read_extract(path)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ('<row r="2"><c r="A2" t="s"><v>99</v></c></row>', "breaks off, is damaged or is no workbook"),
        ('<row r="2"><c r="A2" t="s"><v>-1</v></c></row>', "breaks off, is damaged or is no workbook"),
        (
            '<row r="2"/><row r="2"/>',
            "After row 2 a sheet of .* has row 2, which is out of order or beyond the end",
        ),
        ('<row r="1048577"/>', "has row 1048577, which is out of order or beyond the end"),
        ('<row r="99999999999999999999"/>', "which is out of order or beyond the end"),
        ('<row r="2"><c r="A2" t="zz"><v>1</v></c></row>', "breaks off, is damaged or is no workbook"),
        ('<row r="2"><c r="A2"><v>1</v>', "breaks off, is damaged or is no workbook"),
    ],
)
def test_a_sheet_that_is_not_as_a_sheet_is_refused_in_a_sentence(tmp_path, rows, message):
    with pytest.raises(UnreadableSourceError, match=message):
        read_extract(with_sheet(book_of(tmp_path, NAMES), HEADING + rows))


def test_half_characters_and_what_stands_for_none_never_stop_the_reading(tmp_path):
    cells = '<c r="A2" t="str"><v>_xD800_a_x0000_b_x000A_c</v></c><c r="B2" s="999"><v>1</v></c>'
    extract = read_extract(with_sheet(book_of(tmp_path, NAMES), HEADING + f'<row r="2">{cells}</row>'))
    assert extract.table.to_pylist() == [{"Ref": "_xD800_ab\nc", "Date": "1"}]


def test_comments_and_pronunciations_are_no_text(tmp_path):
    cells = '<c r="A2" t="inlineStr"><is><r><t>Bo<!-- no -->w</t></r><rPh><t>no</t></rPh><r><t xml:space="preserve"> Lane</t></r></is></c>'
    extract = read_extract(with_sheet(book_of(tmp_path, NAMES), HEADING + f'<row r="2">{cells}</row>'))
    assert extract.table["Ref"].to_pylist() == ["Bow Lane"]


def test_workbooks_of_the_strict_kind_are_read(tmp_path):
    path = book_of(tmp_path, NAMES, RECORD)
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    with_part(
        path, "xl/worksheets/sheet1.xml", sheet.replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main")
    )
    assert read_extract(path).table.to_pylist() == [dict(zip(NAMES, RECORD, strict=True))]


def test_a_workbook_with_any_byte_of_its_lists_spoilt_is_refused_or_read_whole(tmp_path):
    path = book_of(tmp_path, NAMES, RECORD)
    content = path.read_bytes()
    for position in range(4, len(content), 3):  # by this process: a thousand others would take minutes
        path.write_bytes(content[:position] + bytes([content[position] ^ 0xFF]) + content[position + 1 :])
        with contextlib.suppress(UnreadableSourceError):
            extract = read_whole(Question(path, None, None, None, None))
            assert extract.table.to_pylist() == [dict(zip(NAMES, RECORD, strict=True))]
