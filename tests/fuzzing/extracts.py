"""Extracts as text, workbooks, Parquet and packed, the mapping of one, and the whole way to a published version."""

import gzip
import io
import struct
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from tests import rms_extract
from tests.fuzzing import hostile
from tests.fuzzing.kinds import GivenFile, Kind
from tests.sources.extract.test_other_workbooks import KIND, cell, named, old_workbook, open_document, row
from vulncore import store as stores
from vulncore.domain.delivery import Delivery
from vulncore.domain.schemas import validated
from vulncore.findings.data.changes import changes_between
from vulncore.findings.data.checks import data_checks
from vulncore.sources.deliveries import Settings, Source, likely_source, read_delivery
from vulncore.sources.extract import read_extract
from vulncore.sources.records.draft import draft_mapping
from vulncore.sources.records.draft_columns import describe_columns
from vulncore.sources.records.mapping import Moment, checked_mapping
from vulncore.sources.records.mapping_file import mapping_toml, parse_mapping
from vulncore.sources.records.rewriting import rewritten_mapping

HEADING = "Crime No,Date Recorded,HO Code,Date From,Time From,Easting,Northing,Victim URN,Offence".split(",")  # noqa: SIM905
OFFENCES = ("Rape of a female aged 16 or over", "Stalking", "Hate crime", "Criminal damage")
CLIMBING = ("../x.csv", "/x.csv", "C:\\x.csv", "a/../../x.csv", "x.csv/", ".x.csv", "\x1b.csv", "é.csv")
LONG_AGO = (1980, 1, 1, 0, 0, 0)
COLUMN_FIELDS = ("recorded_on", "record_id", "grid_reference", "victim_key", "place")
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
BOOK, STYLES = "xl/workbook.xml", "xl/styles.xml"
RELATIONS, CONTENTS = "xl/_rels/workbook.xml.rels", "[Content_Types].xml"
HOSTILE_XML = (
    *('"99999999999999999999"', '"-1"', '""', '"A0"', '"XFE1"', '"ZZZZ9"', '"s"', '"e"', '"d"', '"inlineStr"', '"1e400"', '"true"'),
    *("&b;", "&#0;", "&#xD800;", "&#x110000;", "_xD800_", "<![CDATA[x]]>", "<!--", "<?x ?>", "<v>", "</c>", "<row>", "<x>" * 3_000),
    *('<!DOCTYPE x [<!ENTITY b "ha">]>', '<!DOCTYPE x SYSTEM "file:///etc/passwd">', "2958466", "-5", "1e400", "0.99999999999"),
)  # fmt: skip
HOSTILE_ODS = (
    *('"2024-13-05"', '"PT99999999999H"', '"-P1D"', '"percentage"', '"office:value"', '"urn:x"', "<text:s/>", "</table:table-row>"),
    *('<table:table-row table:number-rows-repeated="1048576">', '<table:table-cell table:number-columns-repeated="16384"/>'),
)  # fmt: skip
OF_XML = r'"[^"]*"|(?<=>)[^<]+|<[^>]*>'
OF_TOML = r'"[^"\n]*"|[\w.-]+|[\[\]{}=,#]|\n'
HOSTILE_TOML = (
    *("inf", "nan", "-1", "1e400", "2024-01-01", "2024-13-01", "0x_", "1_0", "true", '""', '"\\ud800"', '"\\u0000"', '"\\', "'''", '"""'),
    *("[[", "]]", "[x]", "[[x]]", "{", "}", "= =", "a.b.c.d.e.f.g", "a=1\na=2", "[" * 2_000, "{x=" * 2_000, "a." * 2_000, "9" * 5_000),
)  # fmt: skip


def _rows(draw: Random) -> list[list[str]]:
    """Return a heading and some records, now and then beneath a title."""
    rows = [list(HEADING)] if draw.random() < 0.9 else [["RESTRICTED"], [], list(HEADING)]
    wide = draw.choice((0, 0, 0, 3))
    for number in range(draw.choice((1, 5, 12, 40))):
        day, month = draw.randrange(1, 29), draw.randrange(1, 5)
        recorded = f"{day:02d}/{month:02d}/2024" if wide else f"2024-{month:02d}-{day:02d}"
        rows.append(
            [
                f"48X/{number}/24",
                recorded,
                draw.choice(list(rms_extract.CODES)),
                recorded,
                f"{draw.randrange(24):02d}:15",
                str(532_000 + draw.randrange(900)),
                str(181_000 + draw.randrange(600)),
                f"V{number % 7}",
                draw.choice(OFFENCES),
            ]
        )
    return rows


def text_extract(draw: Random) -> GivenFile:
    """Return an extract as text in some encoding."""
    rows = _rows(draw) if draw.random() < 0.2 else hostile.damaged_rows(draw, _rows(draw))
    content = hostile.encoded(hostile.csv_text(draw, rows, ",,,;\t|"), draw.choice(hostile.ENCODINGS))
    if draw.random() < 0.25:
        content = hostile.damaged(draw, content)
    return GivenFile(hostile.odd_name(draw, "crimes.csv"), content)


def packed_extract(draw: Random) -> GivenFile:
    """Return an extract in a gz or in a zip that lies, climbs, or holds another."""
    inner = text_extract(draw).content
    if draw.random() < 0.3:
        content = gzip.compress(inner, mtime=0)
        content = draw.choice(
            (content, content, content * 2, content + b"\0x", gzip.compress(content, mtime=0))
        )
        name = "crimes.csv.gz"
    else:
        content, name = lying_zip(draw, {"crimes.csv": inner}), "crimes.zip"
    return GivenFile(
        hostile.odd_name(draw, name), hostile.damaged(draw, content) if draw.random() < 0.25 else content
    )


def lying_zip(draw: Random, members: Mapping[str, bytes]) -> bytes:
    """Return a zip of members, mostly with something about it that no honest zip has."""
    out = io.BytesIO()
    odd = "name link twice nested mac method flag size bomb many comment".split()  # noqa: SIM905
    how = draw.choice(["plain"] * 8 + odd)
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            first = zipfile.ZipInfo(name, LONG_AGO)
            first.compress_type = draw.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
            if how == "name":
                first.filename = draw.choice(CLIMBING)
            if how == "link":
                first.external_attr = 0o120777 << 16
            if how == "method":
                first.compress_type = draw.choice((zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
            nested = zipped({name: content}) if how == "nested" else content
            archive.writestr(first, {"link": b"/etc/passwd", "bomb": b"x,y\n" * 60_000}.get(how, nested))
        if how == "mac":
            archive.writestr(zipfile.ZipInfo("__MACOSX/._crimes.csv", LONG_AGO), b"\0")
        for number in range({"twice": 1, "many": 300}.get(how, 0)):
            archive.writestr(zipfile.ZipInfo(f"{number}.csv", LONG_AGO), b"a,b\n")
        if how == "comment":
            archive.comment = hostile.encoded(hostile.token(draw))[:60_000]
    content = bytearray(out.getvalue())
    start = content.rfind(b"PK\x01\x02")
    if start >= 0 and how == "flag":
        content[start + 8] |= 1
    if start >= 0 and how == "size":
        struct.pack_into(
            "<I", content, start + draw.choice((20, 24, 42)), draw.choice((0, 1, 2**31, 2**32 - 1))
        )
    return bytes(content)


def zipped(members: Mapping[str, bytes]) -> bytes:
    """Return members as a zip that is the same whenever it is made."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


@cache
def _workbooks() -> tuple[dict[str, bytes], ...]:
    """Return the parts of a workbook with titles and dates, and of one whose cells share their texts."""
    with tempfile.TemporaryDirectory() as folder:
        large = rms_extract.write_workbook(Path(folder) / "large.xlsx", rms_extract.records(24))
        book = openpyxl.Workbook()
        for row in (
            ["Ref", "Recorded", "Offence"],
            *([f"A{n}", datetime(2024, 1, n, 14, 30), "Rape"] for n in range(1, 9)),
        ):
            book.active.append(row)
        book.save(Path(folder) / "small.xlsx")
        every = []
        for path in (large, Path(folder) / "small.xlsx"):
            with zipfile.ZipFile(path) as archive:
                every.append(
                    {
                        name: archive.read(name)
                        for name in archive.namelist()
                        if not name.startswith("docProps")
                    }
                )
    shared = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>Ref</t></si><si><r><t>A</t></r></si></sst>'
    cells = '<c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c><c r="C2"><f>1+1</f><v>2</v></c>'
    sheet = every[1][SHEET].decode().replace('<row r="2"', f'<row r="2" x="1">{cells}</row><row r="3"', 1)
    return (*every, {**every[1], STRINGS: shared.encode(), SHEET: sheet.encode()})


def workbook(draw: Random) -> GivenFile:
    """Return a workbook, mostly with one of its parts spoilt within an otherwise whole zip."""
    parts = dict(draw.choice(_workbooks()))
    for _ in range(draw.choice((1, 1, 2))):
        part = draw.choice(
            (SHEET, SHEET, SHEET, STRINGS, BOOK, STYLES, RELATIONS, CONTENTS, "xl/vbaProject.bin")
        )
        content = parts.get(part, b"<x/>")
        chance = draw.random()
        if chance < 0.6:
            parts[part] = hostile.encoded(
                hostile.damaged_words(draw, content.decode("utf-8", "replace"), OF_XML, HOSTILE_XML)
            )
        elif chance < 0.85:
            parts[part] = hostile.damaged(draw, content)
        elif chance < 0.95:
            parts.pop(part, None)
        else:
            parts[part] = b""
    content = zipped(parts)
    return GivenFile(
        hostile.odd_name(draw, "crimes.xlsx"),
        hostile.damaged(draw, content) if draw.random() < 0.2 else content,
    )


@cache
def _other_workbooks() -> tuple[bytes, bytes]:
    """Return the sheets of an ODS, and an XLS."""
    with tempfile.TemporaryDirectory() as folder:
        rows = ["Ref", "Recorded", "East"], *([f"A{n}", "01/10/2024", 532_000.0 + n] for n in range(9))
        old = old_workbook(Path(folder), *rows).read_bytes()
        cells = (
            cell("date", "2024-03-05T14:30:00"),
            cell("float", "5"),
            cell("boolean", "true"),
            cell("time", "PT1H"),
        )
        path = open_document(Path(folder), named(*HEADING[:4]) + row(*cells) * 5)
        with zipfile.ZipFile(path) as archive:
            return archive.read("content.xml"), old


def other_workbook(draw: Random) -> GivenFile:
    """Return an ODS whose sheet is mostly spoilt, or a spoilt XLS."""
    sheets, old = _other_workbooks()
    if draw.random() < 0.5:
        return GivenFile(hostile.odd_name(draw, "crimes.xls"), hostile.damaged(draw, old))
    text = hostile.damaged_words(draw, sheets.decode(), OF_XML, (*HOSTILE_XML, *HOSTILE_ODS))
    parts = {
        "mimetype": hostile.encoded(draw.choice((KIND, KIND, KIND, hostile.token(draw)))),
        "META-INF/manifest.xml": b"<x/>",
        "content.xml": hostile.encoded(text),
    }
    if draw.random() < 0.2:
        del parts[draw.choice(list(parts))]
    return GivenFile(hostile.odd_name(draw, "crimes.ods"), zipped(parts))


def parquet(draw: Random) -> GivenFile:
    """Return a Parquet file of many types, mostly spoilt, mostly in its footer."""
    rows = draw.choice((0, 1, 3, 30))
    kinds = draw.sample(list(COLUMNS), draw.choice((1, 3, 6)))
    if draw.random() < 0.6:
        kinds = ["text", "day", *kinds]
    names = [hostile.token(draw)[:300] if draw.random() < 0.1 else f"c{place}" for place in range(len(kinds))]
    out = io.BytesIO()
    columns = [COLUMNS[kind](draw, rows) for kind in kinds]
    table = pa.Table.from_arrays(
        columns, [hostile.encoded(name).decode("utf-8", "replace") for name in names]
    )
    pq.write_table(
        table,
        out,
        compression=draw.choice(("none", "snappy", "gzip", "zstd", "brotli")),
        data_page_version=draw.choice(("1.0", "2.0")),
        use_dictionary=draw.random() < 0.5,
        row_group_size=draw.choice((1, 7, 1_000)),
    )
    content = out.getvalue()
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    chance = draw.random()
    if chance < 0.5:
        content = content[:footer] + hostile.damaged(draw, content[footer:-8]) + content[-8:]
    elif chance < 0.6:
        content = content[:-8] + struct.pack("<I", draw.choice((0, 1, 2**31 - 1, 2**32 - 1))) + content[-4:]
    elif chance < 0.85:
        content = content[:4] + hostile.damaged(draw, content[4:footer]) + content[footer:]
    return GivenFile(hostile.odd_name(draw, "crimes.parquet"), content)


def _some(*values: Any, kind: pa.DataType | None = None) -> Callable[[Random, int], pa.Array]:
    return lambda draw, rows: pa.array([draw.choice((*values, None)) for _ in range(rows)], kind)


def _texts(draw: Random, rows: int) -> pa.Array:
    return pa.array(
        [hostile.encoded(hostile.token(draw)).decode("utf-8", "replace") for _ in range(rows)], pa.string()
    )


COLUMNS: dict[str, Callable[[Random, int], pa.Array]] = {
    "text": _some("48X/1/24", "rape", "=1+1", kind=pa.string()),
    "hostile": _texts,
    "large": _some("a", "", kind=pa.large_string()),
    "codes": lambda draw, rows: _texts(draw, rows).dictionary_encode(),
    "bytes": _some(b"\xff\x00", b"x", kind=pa.binary()),
    "fixed": _some(b"1234", kind=pa.binary(4)),
    "day": _some(0, 19_800, 2**31 - 1, -(2**31), kind=pa.date32()),
    "day of ms": _some(0, 2**62, -(2**62), 86_400_000, kind=pa.date64()),
    "second": _some(0, 2**62, -(2**62), kind=pa.timestamp("ms")),
    "nano": _some(0, 2**63 - 1, -(2**63), kind=pa.timestamp("ns")),
    "micro zoned": _some(0, 2**62, -(2**62), 1_700_000_000_000_000, kind=pa.timestamp("us", "UTC")),
    "zone": _some(0, 2**62, kind=pa.timestamp("ms", "Etc/GMT+14")),
    "no zone": _some(0, kind=pa.timestamp("ms", "Nowhere/Else")),
    "offset": _some(0, kind=pa.timestamp("ms", "+99:99")),
    "time": _some(0, 2**31 - 1, -1, 86_400_000, kind=pa.time32("ms")),
    "time of ns": _some(0, 2**62, -1, kind=pa.time64("ns")),
    "lasted": _some(0, 2**62, kind=pa.duration("us")),
    "whole": _some(0, 2**64 - 1, kind=pa.uint64()),
    "number": _some(0.0, float("nan"), float("inf"), 1e308, -0.0, 5e-324, kind=pa.float64()),
    "half": _some(0.0, float("nan"), float("inf"), kind=pa.float16()),
    "decimal": _some(Decimal(0), Decimal("1E-30"), Decimal(10**7), kind=pa.decimal128(38, 30)),
    "wide decimal": _some(Decimal(0), Decimal(10**75), kind=pa.decimal256(76, 0)),
    "yes": _some(True, False, kind=pa.bool_()),
    "void": lambda draw, rows: pa.nulls(rows),
    "list": _some(["x"], [], kind=pa.list_(pa.string())),
    "structure": _some({"a": 1}, kind=pa.struct({"a": pa.int8()})),
    "map": _some([("a", 1)], kind=pa.map_(pa.string(), pa.int8())),
    "whole day": _some(date(2024, 1, 5), date(9999, 12, 31), date(1, 1, 1), kind=pa.date32()),
}


def look(given: GivenFile, folder: Path) -> str:
    """Do all that is done with a file of records before somebody says what its columns mean."""
    path = given.written(folder)
    likely_source(path)
    extract = read_extract(path)
    describe_columns(extract)
    draft = draft_mapping(extract)
    mapping_toml(draft.mapping, draft.doubts)
    return "read"


def mapped_extract(draw: Random) -> tuple[GivenFile, dict[str, str]]:
    """Return an extract and what is put into the drafted mapping's fields."""
    file = draw.choice((text_extract, text_extract, packed_extract, workbook))(draw)
    names = ("force", "source", "occurred_from", *COLUMN_FIELDS)
    return file, {name: draw.choice((hostile.token(draw), *HEADING)) for name in names if draw.random() < 0.1}


def _delivery(given: tuple[GivenFile, dict[str, str]], folder: Path) -> Delivery:
    """Read, draft, map, judge and deliver."""
    file, fields = given
    path = file.written(folder)
    drafted = draft_mapping(read_extract(path)).mapping
    mapping = replace(
        drafted,
        columns={**drafted.columns, **{name: fields[name] for name in COLUMN_FIELDS if name in fields}},
        force=fields.get("force", "Kent Police"),
        source=fields.get("source", drafted.source),
        occurred_from=Moment(at=fields["occurred_from"])
        if "occurred_from" in fields
        else drafted.occurred_from,
        most_rejected_percent=100,
    )
    mapping = parse_mapping(hostile.encoded(mapping_toml(checked_mapping(mapping))))
    return read_delivery(Source.RECORDS, [path], Settings(mapping=mapping), lambda: b"k" * 32)


def _deliver(given: tuple[GivenFile, dict[str, str]], folder: Path) -> str:
    validated(_delivery(given, folder).tables)
    return "read"


def _publish(given: tuple[GivenFile, dict[str, str]], folder: Path) -> str:
    delivery, store = _delivery(given, folder), folder / "store"
    preview = stores.preview(store, "fuzz", delivery, "somebody")
    changes_between(None, preview)
    data_checks(preview, brought=delivery.tables.incidents)
    publish = stores.publish(store, "fuzz", delivery, "somebody")
    stores.open_version(store, "fuzz", publish.number)
    return "published"


@cache
def _mappings() -> tuple[str, ...]:
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / "crimes.csv", Path(folder) / "crimes.xlsx"]
        paths[0].write_text(hostile.csv_text(Random(1), _rows(Random(4))))
        rms_extract.write_workbook(paths[1], rms_extract.records(24))
        drafts = [draft_mapping(read_extract(path)) for path in paths]
    return tuple(mapping_toml(draft.mapping, draft.doubts) for draft in drafts)


def mapping(draw: Random) -> bytes:
    """Return a mapping's TOML, spoilt."""
    text = hostile.damaged_words(draw, draw.choice(_mappings()), OF_TOML, HOSTILE_TOML)
    content = hostile.encoded(text, draw.choice(("utf-8",) * 8 + ("utf-16", "utf-8-sig", "latin-1")))
    return hostile.damaged(draw, content, *map(str.encode, _mappings())) if draw.random() < 0.25 else content


def read_back(content: bytes, _: Path) -> str:
    """Read a mapping, and read again what it would be written as, anew and over itself."""
    read = parse_mapping(content, "crimes.toml")
    later = replace(
        read, sheet="Export 2", columns={"recorded_on": "Date", "offence": "#"}, counts=read.counts[:1]
    )
    for now, text in (
        (read, mapping_toml(read)),
        (read, rewritten_mapping(read, content)),
        (later, rewritten_mapping(later, content)),
    ):
        if parse_mapping(hostile.encoded(text)) != now:
            raise AssertionError("a mapping is not what it was once it has been written")
    return "read"


KINDS = (
    Kind("extract as text", 230, text_extract, look),
    Kind("extract packed", 60, packed_extract, look),
    Kind("workbook", 60, workbook, look),
    Kind("other workbook", 30, other_workbook, look),
    Kind("Parquet", 12, parquet, look),
    Kind("mapping", 110, mapping, read_back),
    Kind("delivered extract", 60, mapped_extract, _deliver),
    Kind("published extract", 8, mapped_extract, _publish),
)
