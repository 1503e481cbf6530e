"""What vulncore.sources.extract promises of CSV and its kin."""

import csv
import gzip
import io
import os
import zipfile
from pathlib import Path

import pytest

from tests.conftest import SHARED
from vulncore.domain.errors import TooManyRejectsError, UnreadableSourceError
from vulncore.sources.extract import Extract, gathering, read_extract
from vulncore.sources.extract.whole import Question, read_whole

HEADING = "Ref,Recorded,Place"
ROW = "A1,01/10/2024,Bow Lane"


def written(
    folder: Path, *lines: str, name: str = "crimes.csv", encoding: str = "utf-8", end: str = "\n"
) -> Path:
    path = folder / name
    path.write_bytes((end.join(lines) + end).encode(encoding))
    return path


def read(folder: Path, *lines: str, **options: object) -> Extract:
    return read_extract(written(folder, *lines), **options)


def refused(folder: Path, *lines: str, match: str) -> None:
    with pytest.raises(UnreadableSourceError, match=match):
        read(folder, *lines)


def test_rows_are_text_trimmed_and_never_null_each_with_its_line(tmp_path):
    extract = read(tmp_path, HEADING, " A1 ,01/10/2024, Bow Lane ", "007,,")
    assert extract.table.to_pylist() == [
        {"Ref": "A1", "Recorded": "01/10/2024", "Place": "Bow Lane"},
        {"Ref": "007", "Recorded": "", "Place": ""},
    ]
    assert extract.lines.to_pylist() == [2, 3]
    assert (extract.kind, extract.encoding, extract.delimiter, extract.heading) == (
        "CSV",
        "UTF-8",
        ",",
        (1, 1),
    )
    assert (extract.read, extract.complete, extract.notes) == (2, True, ())


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_ends_are_found(tmp_path, delimiter, end):
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
    writer.writerows([["Ref", "Recorded", "Place"], ["A1", "01/10/2024", "Bank, Poultry; | \t x"]])
    path = written(tmp_path, *stream.getvalue().splitlines(), end=end)
    extract = read_extract(path)
    assert extract.delimiter == delimiter
    assert extract.table["Place"].to_pylist() == ["Bank, Poultry; | \t x"]


def test_a_delimiter_that_the_first_line_declares_is_taken(tmp_path):
    extract = read(tmp_path, "sep=;", "Ref;Recorded;Place", "A1;01/10/2024;a,b")
    assert (extract.delimiter, extract.heading, extract.lines.to_pylist()) == (";", (2, 2), [3])


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8 with a mark"),
        ("utf-16", "UTF-16"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_the_encoding_is_found(tmp_path, codec, name):
    path = written(tmp_path, HEADING, "A1,01/10/2024,Café “Zürich” £5", encoding=codec)
    extract = read_extract(path)
    assert (extract.encoding, extract.columns[0]) == (name, "Ref")
    assert extract.table["Place"].to_pylist() == ["Café “Zürich” £5"]


def test_a_guessed_encoding_is_said(tmp_path):
    path = written(tmp_path, HEADING, "A1,01/10/2024,Café £5", encoding="cp1252")
    (note,) = read_extract(path).notes
    assert note.startswith("The file is not UTF-8 and was read as Windows-1252. 2 characters depend on that")


@pytest.mark.parametrize(
    "content",
    [
        HEADING.encode() + b"\nA1,01/10/2024,\x81\x8d\n",
        HEADING.encode() + b"\nA1,01/10/2024,\xe9\x02\n",
        os.urandom(5_000).replace(b"\0", b"x"),
    ],
    ids=["bytes without meaning", "control characters", "noise"],
)
def test_bytes_that_make_sense_in_no_encoding_are_refused(tmp_path, content):
    path = tmp_path / "crimes.csv"
    path.write_bytes(b"x" + content)
    with pytest.raises(
        UnreadableSourceError, match=r"neither UTF-8 nor Windows-1252 text.*Save the file as CSV UTF-8"
    ):
        read_extract(path)


def test_a_field_may_hold_line_breaks_and_lines_stay_right(tmp_path):
    extract = read(tmp_path, HEADING, 'A1,01/10/2024,"Flat 2', 'Bow Lane"', "A2,02/10/2024,Bank")
    assert extract.lines.to_pylist() == [2, 4]
    assert extract.table["Place"].to_pylist() == ["Flat 2\nBow Lane", "Bank"]


def test_a_quotation_mark_that_never_closes_is_refused_by_its_line(tmp_path):
    refused(
        tmp_path,
        HEADING,
        ROW,
        'A2,02/10/2024,"Bow',
        *[ROW] * 9,
        match=r"row at line 3 of crimes\.csv never closes",
    )


def test_a_quotation_mark_that_never_closes_in_a_long_file_is_refused_by_its_line(tmp_path):
    refused(
        tmp_path,
        HEADING,
        'A2,02/10/2024,"Bow',
        *["x" * 60] * 20_000,
        match=r"row at line 2 of .* never closes",
    )


def test_two_lost_quotation_marks_do_not_hide_the_rows_between_them(tmp_path):
    rows = [f"REF{number:04d},01/10/2024,Bow Lane" for number in range(5)]
    broken = ['REF0100,01/10/2024,"Bow Lane', *rows, 'REF0101,01/10/2024,Bank"']
    refused(tmp_path, HEADING, *broken, match=r"row at line 2 .* runs on over 6 lines that look like rows")


def test_a_stray_quotation_mark_within_a_row_rejects_that_row_alone(tmp_path):
    extract = read(tmp_path, HEADING, 'A1,01/10/2024,"the "King" pub",', ROW)
    assert [(reject.line, reject.reason) for reject in extract.rejects] == [
        (2, "a quotation mark out of place")
    ]
    assert extract.table["Ref"].to_pylist() == ["A1"]


def test_rows_of_another_width_are_rejected_with_line_and_reason(tmp_path):
    extract = read(
        tmp_path, HEADING, "A1,01/10/2024,Bow Lane,x", "A2,02/10/2024", ROW, "A4,04/10/2024,Bank,,"
    )
    assert [(reject.line, reject.reason, reject.value) for reject in extract.rejects] == [
        (2, "more fields than the heading", "4 of 3"),
        (3, "fewer fields than the heading", "2 of 3"),
    ]
    assert extract.lines.to_pylist() == [4, 5]
    assert extract.read == 4


def test_a_field_longer_than_any_spreadsheets_rejects_its_row(tmp_path):
    extract = read(tmp_path, HEADING, f"A1,01/10/2024,{'x' * 32_768}", ROW)
    assert extract.rejects[0].reason == "a field of more than 32,767 characters"
    assert extract.rejects[0].value == extract.columns[2]


def test_rows_that_are_no_records_are_left_out_and_counted(tmp_path):
    lines = [
        HEADING,
        ROW,
        "",
        ",,",
        HEADING,
        "Total,2,",
        "Grand total: 2,,",
        "2 rows,,",
        "Total,02/10/2024,Bank",
    ]
    extract = read(tmp_path, *lines)
    assert extract.left_out == {"empty row": 2, "repeated heading": 1, "totals row": 3}
    assert extract.lines.to_pylist() == [2, 9]


@pytest.mark.parametrize("first", ["Total", "total theft", "Sum", "Count", "Records"])
def test_a_record_that_speaks_of_a_total_is_a_record(tmp_path, first):
    extract = read(tmp_path, HEADING, f"{first},01/10/2024,the total was £5")
    assert (extract.left_out, extract.read) == ({}, 1)


def test_only_wanted_columns_are_kept_and_all_are_named(tmp_path):
    extract = read(tmp_path, HEADING, ROW, wanted=["Place", "Nowhere"])
    assert (extract.table.column_names, extract.columns) == (["Place"], ("Ref", "Recorded", "Place"))


def test_where_no_wanted_column_is_there_no_row_is_read(tmp_path):
    extract = read(tmp_path, HEADING, ROW, wanted=["Nowhere"])
    assert (extract.read, extract.complete, extract.table.num_columns) == (0, False, 0)


@pytest.mark.parametrize(("most", "complete"), [(1, False), (2, True), (3, True)])
def test_a_preview_stops_and_says_so(tmp_path, most, complete):
    extract = read(tmp_path, HEADING, ROW, "A2,02/10/2024,Bank", most_rows=most)
    assert (extract.read, extract.complete) == (min(most, 2), complete)


def test_cells_written_as_formulas_of_text_are_read_as_that_text_and_others_stay(tmp_path):
    extract = read(tmp_path, HEADING, '="00123",01/10/2024,=1+1')
    assert extract.table.to_pylist() == [{"Ref": "00123", "Recorded": "01/10/2024", "Place": "=1+1"}]
    assert extract.notes == (
        '1 cell is written like ="00123" and was read without the marks around the text.',
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty: it has not even a heading"),
        (b"\xef\xbb\xbf\r\n\r\n", "is empty: it has not even a heading"),
        (b"Ref,Recorded,Place\n", "has a heading but no records"),
        (b"Ref,Recorded,Place\n\n,,\nTotal,0,\n", "but no records, only 3 empty or totals rows"),
        (b"<!DOCTYPE html><html>Sign in</html>", "is a web page, perhaps a sign-in page"),
        (b"<html><table><tr><td>Ref</td></tr></table></html>", "is a web page under another name"),
        (b'<?xml version="1.0"?><Workbook/>', "is an XML file"),
        (b"%PDF-1.7\n", "is a PDF"),
        (b"\x89PNG\r\n\x1a\n", "is a picture"),
        (b'{"rows": []}', "is JSON"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            "is locked by a password or is no workbook",
        ),
        (b"Dear colleague\nplease find attached\n", "has no columns: no comma"),
        (b"Ref,Recorded,Place\nA1,01/10/2024,B\0nk\n", r"holds NUL bytes \(the first is byte 35\)"),
        (b"R\0e\0f\0,\0P\0\n\0", "holds NUL bytes.*or UTF-16 without a mark"),
        (b"\xff\xfeR\0e\0f", "begins as UTF-16 and breaks off"),
        (b"Ref,Recorded,Place\nA1,01/10/2024,Bank\nA2,02/1", r"breaks off in its last row \(line 3\)"),
    ],
)
def test_what_is_no_extract_is_refused_in_a_sentence(tmp_path, content, message):
    path = tmp_path / "crimes.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableSourceError, match=message):
        read_extract(path)


def test_a_last_row_without_line_end_that_is_whole_is_read(tmp_path):
    path = tmp_path / "crimes.csv"
    path.write_text(f"{HEADING}\n{ROW}")
    assert read_extract(path).read == 1


def test_a_file_that_is_not_there_and_a_folder_are_named(tmp_path):
    for path in (tmp_path / "gone.csv", tmp_path):
        with pytest.raises(UnreadableSourceError, match=r"There is no file .*Check the name"):
            read_extract(path)


def test_gz_and_zip_of_one_text_are_read_alike(tmp_path):
    plain = written(tmp_path, HEADING, ROW)
    packed = tmp_path / "crimes.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    archive = tmp_path / "crimes.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as members:
        members.write(plain, "export/crimes.csv")
        members.writestr("__MACOSX/._crimes.csv", b"\0")
    tables = [read_extract(path).table.to_pylist() for path in (plain, packed, archive)]
    assert tables[0] == tables[1] == tables[2]
    assert len(list(tmp_path.iterdir())) == 3  # nothing was unpacked beside them


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"a.csv": ROW, "b.csv": ROW}, r"holds 2 text files \(a\.csv, b\.csv\)\. An extract is one"),
        ({"a.jpg": "x"}, r"holds 0 text files \(a\.jpg\)"),
        ({"../a.csv": ROW}, r"1 names in crimes\.zip lead out of the zip: \.\./a\.csv"),
        ({"C:/a.csv": ROW}, "lead out of the zip"),
        ({"word/document.xml": "x", "[Content_Types].xml": "x"}, "is a document, not a workbook"),
        ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}, "is damaged or is no workbook"),
        ({"xl/workbook.bin": "x", "[Content_Types].xml": "x"}, "is damaged or is no workbook"),
    ],
)
def test_a_zip_of_anything_else_is_refused(tmp_path, members, message):
    path = tmp_path / "crimes.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(UnreadableSourceError, match=message):
        read_extract(path)


def test_a_packed_file_cut_short_anywhere_is_refused_or_never_said_to_be_whole(tmp_path):
    rows = [f"A{number},01/10/2024,{os.urandom(9).hex()}" for number in range(200)]
    plain = written(tmp_path, HEADING, *rows)
    packed, archive = gzip.compress(plain.read_bytes()), tmp_path / "z.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as members:
        members.write(plain, "crimes.csv")
    path = tmp_path / "cut.csv"
    for content in (packed, archive.read_bytes()):
        for length in range(4, len(content) - 1, 97):  # by this process: a hundred others would take a minute
            path.write_bytes(content[:length])
            with pytest.raises(UnreadableSourceError, match="breaks off"):
                read_whole(Question(path, None, None, None, None))


def test_a_file_of_nothing_but_faulty_rows_is_given_up_with_those_it_has(tmp_path, monkeypatch):
    monkeypatch.setattr(gathering, "MAX_REJECTS", 100)
    with pytest.raises(
        TooManyRejectsError, match=r"More than 100 rows .* The last has more fields than the heading"
    ) as refusal:
        read(tmp_path, HEADING, *["a,b,c,d"] * 500)
    assert len(refusal.value.rejects) == 101


def test_more_rows_than_bound_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(gathering, "MAX_ROWS", 10)
    refused(tmp_path, HEADING, *[ROW] * 11, match="has more than 10 rows. Give fewer months")


def test_progress_ends_with_all_rows_and_never_goes_back(tmp_path):
    calls: list[tuple[int, float]] = []
    read(tmp_path, HEADING, *[ROW] * 25_000, progress=lambda rows, share: calls.append((rows, share)))
    assert [rows for rows, _ in calls] == [10_000, 20_000, 25_000]
    shares = [share for _, share in calls]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert 0.3 < shares[0] < 0.5


def test_the_real_incidents_of_houston_are_read_whole():
    path = SHARED / "data" / "incidents" / "houston-2010-01-to-08.csv.gz"
    if not path.exists():
        pytest.skip("the incidents of Houston are not beside this checkout (../shared/data/incidents)")
    extract = read_extract(path)
    with gzip.open(path, "rt", newline="") as stream:
        expected = list(csv.DictReader(stream))
    assert (extract.read, len(expected)) == (86_314, 86_314)
    assert extract.table.to_pylist() == expected
    assert extract.lines[-1].as_py() == 86_315
