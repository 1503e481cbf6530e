"""What vulncore.sources.extract promises of files made to swell: a sentence, and little memory."""

import gzip
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.sources.extract.test_other_workbooks import open_document
from tests.sources.extract.test_workbook import (
    HEADING,
    MAIN,
    NAMES,
    RECORD,
    RELATIONS,
    book_of,
    with_part,
)

MOST_KIB = 300_000
MIB = 1024**2

FEWER = 5
"""What reading may take is cut to a fifth, and some files with it: it is the bound that is tested, not its height."""

READER = f"""
import os, re, resource, sys
from pathlib import Path
from vulncore.domain.errors import VulncoreError
from vulncore.sources.extract import read_extract, watched
watched.MEMORY //= {FEWER}
for line in sys.stdin:
    child = os.fork()  # every file is asked for by a process of its own, which has loaded all that it needs
    if child:
        os.waitpid(child, 0)
        continue
    try:
        try:
            answer = f"read {{read_extract(Path(line[:-1])).read}}"
        except VulncoreError as refusal:
            answer = str(refusal)
        status = Path("/proc/self/status").read_text()
        reader = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        print(max(int(re.search(r"VmHWM:\\s+(\\d+) kB", status)[1]), reader), answer, flush=True)
    finally:
        os._exit(0)
"""


@pytest.fixture(scope="module")
def answer_and_peak_kib() -> Iterator[Callable[[Path], tuple[str, int]]]:
    """Return what says of a file what is said of it, and the peak memory in KiB of the process that reads it."""
    if not Path("/proc/self/status").exists():
        pytest.skip("this system does not tell a process its peak memory")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", READER], text=True, **pipes) as reader:

        def read(path: Path) -> tuple[str, int]:
            print(path, file=reader.stdin, flush=True)
            kib, answer = reader.stdout.readline().split(" ", 1)
            return answer.rstrip("\n"), int(kib)

        yield read


def gz(folder: Path, first: bytes, repeated: bytes, mib: int) -> Path:
    piece = repeated * (MIB // len(repeated))
    with gzip.open(folder / "x.csv.gz", "wb", compresslevel=1) as stream:
        stream.write(first)
        for _ in range(mib):
            stream.write(piece)
    return folder / "x.csv.gz"


def book(folder: Path, part: str, first: str, repeated: bytes, mib: int, last: str = "") -> Path:
    path = book_of(folder, NAMES, RECORD)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name != part}
    if part == "xl/sharedStrings.xml":  # openpyxl writes texts into their cells, and so no such part
        parts["xl/_rels/workbook.xml.rels"] = RELATIONS.encode()
    piece = repeated * (MIB // len(repeated))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        with archive.open(part, "w", force_zip64=True) as stream:
            stream.write(first.encode())
            for _ in range(mib):
                stream.write(piece)
            stream.write(last.encode())
    return path


def sheet(folder: Path, repeated: bytes, mib: int, first: str = "") -> Path:
    start = f'<worksheet xmlns="{MAIN}"><sheetData>{HEADING}{first}'
    return book(folder, "xl/worksheets/sheet1.xml", start, repeated, mib)


def strings(folder: Path, repeated: bytes, mib: int) -> Path:
    return book(folder, "xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">', repeated, mib)


def sparse(folder: Path) -> Path:
    path = folder / "x.csv"
    with path.open("wb") as stream:
        stream.truncate(990_000_000)
    return path


def one_long_text_over_and_over(folder: Path) -> Path:
    words = pa.DictionaryArray.from_arrays(pa.array([0] * 100, pa.int32()), pa.array(["y" * 65 * MIB]))
    pq.write_table(pa.table({"Ref": words}), folder / "x.parquet", compression="zstd")
    return folder / "x.parquet"


def nulls_by_the_million(folder: Path) -> Path:
    pq.write_table(pa.table({"Ref": pa.nulls(50_000_000, pa.string())}), folder / "x.parquet")
    return folder / "x.parquet"


def a_page_that_lies(folder: Path) -> Path:
    """Return a file whose page claims 2 GB, where its footer claims what it really has."""
    path = folder / "x.parquet"
    pq.write_table(pa.table({"Ref": ["y" * 100_000]}), path, compression="gzip", use_dictionary=False)
    content = path.read_bytes()
    honest = next(_zigzag(size) for size in (100_010, 100_004) if _zigzag(size) in content[:60])
    lie = _zigzag(2_000_000)  # as many bytes as the honest number takes
    path.write_bytes(content.replace(honest, _zigzag(1_000_000) if len(lie) > len(honest) else lie, 1))
    return path


def _zigzag(number: int) -> bytes:
    number, out = number << 1, bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


BOMBS: dict[str, tuple[Callable[[Path], Path], str]] = {
    "nulls, a gigabyte of them": (sparse, "holds NUL bytes"),
    "nulls in a gz": (lambda f: gz(f, b"Ref,Date\n", b"\0", 320), "holds NUL bytes"),
    "commas": (
        lambda f: gz(f, b"Ref,Date\nA1,1/2/24\n", b"," * 4095 + b"\n", 1_000),
        "more than 1,000,000,000 bytes",
    ),
    "commas without end": (
        lambda f: gz(f, b"Ref,Date\nA1,1/2/24\n", b",", 100),
        "more than 1,000,000 characters",
    ),
    "a quotation mark": (lambda f: gz(f, b'Ref,Date\nA1,"', b"x\n", 100), "never closes"),
    "quoted fields without end": (
        lambda f: gz(f, b"Ref,Date\nA1", b',"' + b"x\n" * 511 + b'"', 100),
        "more than 1,000,000 characters",
    ),
    "one letter": (lambda f: gz(f, b"", b"x", 100), "more than 1,000,000 characters"),
    "long fields": (
        lambda f: gz(f, b"a,b\n1,2\n", b"1," + b"x" * 1_020 + b"\n", 900 // FEWER),
        "takes more memory to read",
    ),
    "rejects": (lambda f: gz(f, b"a,b\n1,2\n", b"1,2,3\n", 100), "More than 100,000 rows"),
    "a sheet of spaces": (lambda f: sheet(f, b" ", 320), "takes more memory to read"),
    "a sheet of rows": (
        lambda f: sheet(f, b"<row/>", 320),
        "is damaged or is no workbook",
    ),
    "a sheet of cells": (
        lambda f: sheet(f, b"<c/>", 320, '<row r="2">'),
        "is damaged or is no workbook",
    ),
    "a cell without end": (
        lambda f: sheet(f, b"x", 320, '<row r="2"><c r="A2" t="str"><v>'),
        "takes more memory to read",
    ),
    "a tag without end": (lambda f: sheet(f, b"x", 320, '<row r="2" x="'), "takes more memory to read"),
    "tags within tags": (lambda f: sheet(f, b"<x>", 320), "takes more memory to read"),
    "a comment without end": (lambda f: sheet(f, b"x", 320, "<!--"), "takes more memory to read"),
    "strings, tiny": (
        lambda f: strings(f, b"<si><t>ab</t></si>", 250 // FEWER),
        "takes more memory to read",
    ),
    "strings, empty": (lambda f: strings(f, b"<si/>", 250 // FEWER), "takes more memory to read"),
    "strings, large": (
        lambda f: strings(f, b"<si><t>" + b"x" * 32_000 + b"</t></si>", 250 // FEWER),
        "is damaged or is no workbook",
    ),
    "a string without end": (
        lambda f: book(f, "xl/sharedStrings.xml", f'<sst xmlns="{MAIN}"><si><t>', b"x", 1),
        "is damaged or is no workbook",
    ),
    "styles": (
        lambda f: book(f, "xl/styles.xml", f'<styleSheet xmlns="{MAIN}"><cellXfs>', b"<xf/>", 40),
        "is damaged or is no workbook",
    ),
    "sheets": (
        lambda f: book(f, "xl/workbook.xml", f'<workbook xmlns="{MAIN}"><sheets>', b'<sheet name="a"/>', 40),
        "is damaged or is no workbook",
    ),
    "a long text over and over": (one_long_text_over_and_over, "takes more memory to read"),
    "nulls in Parquet": (nulls_by_the_million, "has 50,000,000 rows"),
}


@pytest.mark.parametrize(("make", "message"), BOMBS.values(), ids=BOMBS)
def test_a_file_made_to_swell_is_refused_at_little_cost(answer_and_peak_kib, tmp_path, make, message):
    answer, kib = answer_and_peak_kib(make(tmp_path))
    assert re.search(message, answer)
    assert kib < MOST_KIB


def test_a_sheet_that_claims_every_cell_costs_no_memory(answer_and_peak_kib, tmp_path):
    path = book_of(tmp_path, NAMES, RECORD)
    with zipfile.ZipFile(path) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
    xml = xml.replace("A1:C2", "A1:XFD1048576")
    answer, kib = answer_and_peak_kib(with_part(path, "xl/worksheets/sheet1.xml", xml))
    assert answer == "read 1"
    assert kib < 250_000


def test_a_cell_as_far_as_a_sheet_goes_is_refused_at_little_cost(answer_and_peak_kib, tmp_path):
    path = book_of(tmp_path, NAMES, RECORD)
    with zipfile.ZipFile(path) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
    far = '<row r="209715"><c r="XFD209715" t="str"><v>far</v></c></row></sheetData>'
    xml = xml.replace("</sheetData>", far)
    answer, kib = answer_and_peak_kib(with_part(path, "xl/worksheets/sheet1.xml", xml))
    assert re.search("takes more memory to read.* delete what stands far below or beside", answer)
    assert kib < MOST_KIB


def test_cells_that_an_open_document_repeats_are_refused_at_little_cost(answer_and_peak_kib, tmp_path):
    cell = (
        '<table:table-cell table:number-columns-repeated="16384" office:value-type="float" office:value="1"/>'
    )
    rows = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    answer, kib = answer_and_peak_kib(open_document(tmp_path, rows))
    assert re.search("takes more memory to read|is damaged or is no workbook", answer)
    assert kib < MOST_KIB


def test_parts_that_are_not_read_are_not_unpacked(answer_and_peak_kib, tmp_path):
    answer, kib = answer_and_peak_kib(book(tmp_path, "xl/media/image1.png", "", b"\0", 400))
    assert answer == "read 1"
    assert kib < 250_000


def test_a_zip_that_lists_members_by_the_ten_thousand_is_refused(answer_and_peak_kib, tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(10_001):
            archive.writestr(f"{number}.csv", b"")
    answer, kib = answer_and_peak_kib(path)
    assert "10,001 names in x.zip are more than an extract has" in answer
    assert kib < MOST_KIB


def test_a_page_of_parquet_that_lies_about_its_size_is_not_believed_by_its_footer(
    answer_and_peak_kib, tmp_path
):
    path = a_page_that_lies(tmp_path)
    assert pq.read_metadata(path).row_group(0).column(0).total_uncompressed_size < 110_000
    answer, kib = answer_and_peak_kib(path)
    assert "breaks off or is damaged" in answer or "takes more memory to read" in answer
    assert kib < MOST_KIB
