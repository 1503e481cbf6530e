"""What vulncore.sources.extract promises of workbooks that are no XLSX: ODS as it is written, XLS as it was."""

import struct
import zipfile
from pathlib import Path

import pytest

from vulncore.domain.errors import UnreadableSourceError
from vulncore.sources.extract import read_extract

NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"'
    for prefix in ("manifest", "office", "table", "text")
)
KIND = "application/vnd.oasis.opendocument.spreadsheet"
SECTOR, FREE, END, FAT = 512, -1, -2, -3


def open_document(folder: Path, rows: str, more: str = "") -> Path:
    """Return an ODS with a sheet of these rows, and others."""
    path = folder / "crimes.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", KIND, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", f"<manifest:manifest {NAMES}/>")
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {NAMES}><office:body><office:spreadsheet>'
            f'<table:table table:name="Data">{rows}</table:table>{more}'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path


def row(*cells: str) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def cell(kind: str, value: str = "", text: str = "") -> str:
    name = {"float": "value", "string": "string-value"}.get(kind, f"{kind}-value")
    held = f' office:{name}="{value}"' if value else ""
    return f'<table:table-cell office:value-type="{kind}"{held}><text:p>{text}</text:p></table:table-cell>'


def named(*names: str) -> str:
    return row(*(cell("string", text=name) for name in names))


def old_workbook(folder: Path, *rows: list[str | float]) -> Path:
    """Return an XLS as Excel 97 wrote it: records (BIFF8) in the one stream of a compound file."""

    def record(kind: int, content: bytes) -> bytes:
        return struct.pack("<HH", kind, len(content)) + content

    def text(value: str) -> bytes:
        return struct.pack("<HB", len(value), 0) + value.encode("latin-1")

    begin = struct.pack("<HHHHII", 0x600, 5, 0, 1997, 0, 6)
    name = b"Data"
    sheet_at = len(record(0x809, begin)) + 4 + 8 + len(name) + 4
    stream = record(0x809, begin)
    stream += record(0x85, struct.pack("<IBBBB", sheet_at, 0, 0, len(name), 0) + name) + record(0x0A, b"")
    stream += record(0x809, begin[:2] + struct.pack("<H", 0x10) + begin[4:])
    for line, cells in enumerate(rows):
        for column, value in enumerate(cells):
            where = struct.pack("<HHH", line, column, 0)
            is_text = isinstance(value, str)
            stream += (
                record(0x204, where + text(value))
                if is_text
                else record(0x203, where + struct.pack("<d", value))
            )
    stream += record(0x0A, b"")
    stream = stream.ljust(8 * SECTOR, b"\0")

    def entry(title: str, kind: int, child: int, start: int, size: int) -> bytes:
        title_bytes = title.encode("utf-16-le")
        length = len(title_bytes) + 2 if title else 0
        return (
            title_bytes.ljust(64, b"\0")
            + struct.pack("<HBBiii", length, kind, 1, FREE, FREE, child)
            + bytes(36)
            + struct.pack("<iQ", start, size)
        )

    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIIiIIiIiI", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, END, 0, END, 0)
    header += struct.pack("<109i", 0, *[FREE] * 108)
    chains = [FAT, END, *range(3, 10), END]
    fat = struct.pack("<128i", *chains, *[FREE] * (128 - len(chains)))
    folder_entries = entry("Root Entry", 5, 1, END, 0) + entry("Workbook", 2, FREE, 2, len(stream))
    folder_entries += 2 * entry("", 0, FREE, 0, 0)
    (folder / "crimes.xls").write_bytes(header + fat + folder_entries + stream)
    return folder / "crimes.xls"


def test_an_open_document_is_read_as_text(tmp_path):
    heading = ("Ref", "Day", "When", "Clock", "East", "Share", "Yes", "Void", "Code")
    record = row(
        cell("string", text=" Café &amp; &lt;b&gt; "),
        cell("date", "2024-03-05", "05/03/24"),
        cell("date", "2024-03-05T14:30:00", "05/03/24 14:30"),
        cell("time", "PT14H30M00S", "14:30"),
        cell("float", "532650", "532,650.00"),
        cell("float", "0.30000000000000004", "0.3"),
        cell("boolean", "true", "TRUE"),
        "<table:table-cell/>",
        cell("string", text="007"),
    )
    extract = read_extract(open_document(tmp_path, named(*heading) + record))
    values = (
        "Café & <b>",
        "2024-03-05",
        "2024-03-05 14:30:00",
        "14:30:00",
        "532650",
        "0.3",
        "TRUE",
        "",
        "007",
    )
    assert extract.table.to_pylist() == [dict(zip(heading, values, strict=True))]
    assert (extract.kind, extract.sheet, extract.lines.to_pylist()) == ("ODS", "Data", [2])


def test_lines_of_an_open_document_are_its_sheets_own(tmp_path):
    blank = '<table:table-row table:number-rows-repeated="7"><table:table-cell/></table:table-row>'
    records = named("A1", "01/10/2024", "Bank") + blank + named("A2", "02/10/2024", "Bank")
    extract = read_extract(open_document(tmp_path, named("Ref", "Recorded", "Place") + records))
    assert extract.lines.to_pylist() == [2, 10]


def test_other_sheets_of_an_open_document_are_named(tmp_path):
    notes = f'<table:table table:name="Notes">{named("Codes")}</table:table>'
    rows = named("Ref", "Recorded", "Place") + named("A1", "01/10/2024", "Bank")
    extract = read_extract(open_document(tmp_path, rows, notes))
    assert (extract.sheet, extract.sheets) == ("Data", ("Data", "Notes"))
    assert extract.notes == ("1 other sheet was not read: Notes.",)


def test_a_workbook_of_excel_97_is_read_as_text(tmp_path):
    path = old_workbook(
        tmp_path, ["Ref", "Recorded", "East"], ["007", "01/10/2024", 532_650.0], ["A2", "", 0.5]
    )
    extract = read_extract(path)
    assert extract.table.to_pylist() == [
        {"Ref": "007", "Recorded": "01/10/2024", "East": "532650"},
        {"Ref": "A2", "Recorded": "", "East": "0.5"},
    ]
    assert (extract.kind, extract.sheet, extract.lines.to_pylist()) == ("XLS", "Data", [2, 3])


@pytest.mark.parametrize("make", [old_workbook, lambda f, *_: open_document(f, named("Ref", "Day") * 9)])
def test_a_workbook_cut_short_is_refused(tmp_path, make):
    path = make(tmp_path, ["Ref", "Day"], ["A1", 1.0])
    content = path.read_bytes()
    for length in (9, 100, len(content) // 3, len(content) // 2):
        path.write_bytes(content[:length])
        with pytest.raises(UnreadableSourceError, match="breaks off, is damaged|breaks off or is damaged"):
            read_extract(path)


def filtered(*cells: str, how: str = "filter", times: int = 1) -> str:
    """Return rows as a spreadsheet program writes those that a filter hides, or somebody by hand (collapse)."""
    repeated = f' table:number-rows-repeated="{times}"' if times > 1 else ""
    return f'<table:table-row table:visibility="{how}"{repeated}>{"".join(cells)}</table:table-row>'


def test_rows_that_a_filter_hides_in_an_open_document_are_read_and_counted(tmp_path):
    record = [cell("string", text=text) for text in ("A1", "01/10/2024", "Bow Lane")]
    rows = (
        named("Ref", "Recorded", "Place")
        + row(*record)
        + filtered(*record)
        + filtered(*record, how="collapse")
    )
    rows += filtered(*record, times=3) + row(*record)
    rows += filtered("<table:table-cell/>", times=1_000_000)  # the empty rest of the sheet is no row
    extract = read_extract(
        open_document(tmp_path, rows, f'<table:table table:name="Other">{filtered(*record)}</table:table>')
    )
    assert (extract.read, extract.hidden_rows) == (7, 5)
    assert "5 rows are hidden by a filter or by hand and were read all the same." in extract.notes


def test_a_document_as_a_spreadsheet_program_saves_it_is_read(tmp_path):
    """Repeated cells and rows, merged cells, comments, links, spans and a filter's range, as LibreOffice and Excel write them."""
    heading = named("Ref", "Recorded", "Offence", "Place", "East")
    comment = (
        '<office:annotation xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:date>2024-10-02T09:00:00</dc:date>'
        "<text:p>to be checked</text:p></office:annotation>"
    )
    first = (
        "<table:table-row>"
        f'<table:table-cell office:value-type="string">{comment}<text:p>A<text:span>1</text:span></text:p></table:table-cell>'
        '<table:table-cell office:value-type="date" office:date-value="2024-10-01"><text:p>01/10/24</text:p></table:table-cell>'
        '<table:table-cell table:number-columns-repeated="2" office:value-type="string"><text:p>19C</text:p></table:table-cell>'
        '<table:table-cell table:formula="of:=[.A1]" office:value-type="float" office:value="532650"><text:p>532650</text:p></table:table-cell>'
        '<table:table-cell table:number-columns-repeated="16379"/></table:table-row>'
    )
    again = first.replace("<table:table-row>", '<table:table-row table:number-rows-repeated="2">', 1)
    empty = (
        '<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/>'
        "</table:table-row>"
    )
    columns = '<table:table-column table:number-columns-repeated="16384"/>'
    extract = read_extract(open_document(tmp_path, columns + heading + first + again + empty))
    assert extract.columns == ("Ref", "Recorded", "Offence", "Place", "East")
    assert extract.table.num_rows == 3
    assert set(extract.table["Recorded"].to_pylist()) == {"2024-10-01"}
    assert set(extract.table["Place"].to_pylist()) == {"19C"}
    assert set(extract.table["East"].to_pylist()) == {"532650"}


def test_a_zip_that_calls_itself_a_document_and_holds_no_sheet_is_refused(tmp_path):
    path = tmp_path / "crimes.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", KIND, zipfile.ZIP_STORED)
        archive.writestr("content.xml", "<x/>")
    with pytest.raises(UnreadableSourceError, match=r"crimes\.ods .* save it"):
        read_extract(path)
