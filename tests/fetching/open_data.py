"""Open data as its sites have it, in small: archives of data.police.uk, workbooks of the Home Office, areas of ONS."""

import hashlib
import io
import json
import zipfile
from html import escape

from tests.fetching.local_site import LocalSite, Served
from vulncore.sources.police_uk.files import HEADERS, FileKind
from vulncore.sources.recorded_crime.quarters import HEADER

ARCHIVES = "/data.police.uk/data/archive/"
MONTHS = "/data.police.uk/api/crimes-street-dates"
CONTENT = "/www.gov.uk/api/content/government/statistical-data-sets/police-recorded-crime-and-outcomes-open-data-tables"
FORMER_CONTENT = "/www.gov.uk/api/content/government/statistics/police-recorded-crime-open-data-tables"
MEDIA = "https://assets.publishing.service.gov.uk/media/5f"
SERVICES = "/services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services/"
LAYER = "Police_Force_Areas_December_2023_EW_BGC"


def month_csv(
    month: str, force: str = "Kent Police", kind: FileKind = FileKind.STREET, rows: int = 3
) -> bytes:
    """Return a month's file, each row a crime of another Crime ID."""
    ends = {FileKind.STREET: "Burglary,Under investigation,", FileKind.OUTCOMES: "Offender given a caution"}
    lines = [",".join(HEADERS[kind])]
    for number in range(rows):
        crime = hashlib.sha256(f"{month}{force}{number}".encode()).hexdigest()
        lines.append(
            f"{crime},{month},{force},{force},0.52{number},51.27{number},On or near High Street,E01024{number:03},Maidstone 001A,{ends[kind]}"
        )
    return ("\n".join(lines) + "\n").encode()


def archive(members: dict[str, bytes]) -> bytes:
    """Return a zip of these files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, member in members.items():
            packed.writestr(name, member)
    return content.getvalue()


def member_names(months: list[str], slugs: tuple[str, ...] = ("kent", "essex")) -> list[str]:
    return [f"{month}/{month}-{slug}-street.csv" for month in months for slug in slugs]


def months_up_to(last: str, count: int = 36) -> list[str]:
    """Return the months that an archive holds."""
    year, month = map(int, last.split("-"))
    ends = year * 12 + month - 1
    return [f"{at // 12}-{at % 12 + 1:02}" for at in range(ends - count + 1, ends + 1)]


def serve_archives(site: LocalSite, archives: dict[str, bytes], newest: str = "2024-12") -> None:
    """Let a site have archives, the page that lists them, and the list of months."""
    page = "".join(
        f'<li><a href="/data/archive/{month}.zip">{month}</a> <code>{hashlib.md5(content).hexdigest()}</code></li>\n'
        for month, content in archives.items()
    )
    site.served[ARCHIVES] = Served(
        f"<html><a href='latest.zip'>latest</a>{page}</html>".encode(), "text/html"
    )
    months = [{"date": month, "stop-and-search": ["kent"]} for month in months_up_to(newest)]
    site.served[MONTHS] = Served(json.dumps(months).encode(), "application/json")
    for month, content in archives.items():
        tag = f'"{hashlib.sha256(content).hexdigest()[:8]}"'
        site.served[f"{ARCHIVES}{month}.zip"] = Served(content, "application/zip", tag)


def offences(year: str, force: str = "Kent", count: int = 2) -> list[list[object]]:
    """Return rows of the Home Office's table, for all quarters of a year."""
    return [
        [
            year,
            quarter,
            force,
            "Rape of a female aged 16 and over",
            "Sexual offences",
            "Rape offences",
            "19C",
            count + quarter,
        ]
        for quarter in (1, 2, 3, 4)
    ]


def workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    """Return an OpenDocument spreadsheet."""

    def cell(value: object) -> str:
        text = f"<text:p>{escape(str(value))}</text:p>"
        if isinstance(value, int):
            return f'<table:table-cell office:value-type="float" office:value="{value}">{text}</table:table-cell>'
        return f'<table:table-cell office:value-type="string">{text}</table:table-cell>'

    def table(name: str, rows: list[list[object]]) -> str:
        lines = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
        return f'<table:table table:name="{name}">{lines}</table:table>'

    spaces = "".join(
        f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text")
    )
    body = "".join(table(name, rows) for name, rows in sheets.items())
    return archive(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": (
                b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
            ),
            "content.xml": (
                f'<?xml version="1.0"?><office:document-content{spaces}><office:body><office:spreadsheet>{body}'
                "</office:spreadsheet></office:body></office:document-content>"
            ).encode(),
        }
    )


def published_workbook(
    years: list[str], forces: tuple[str, ...] = ("Kent", "London, City of"), count: int = 2
) -> bytes:
    """Return a workbook as the Home Office publishes it: a cover, then a sheet for each financial year."""
    sheets: dict[str, list[list[object]]] = {"Cover_sheet": [["Police recorded crime"], ["Published", 2026]]}
    for year in years:
        rows = [row for force in forces for row in offences(year, force, count)]
        sheets[year.replace("/", "_")] = [list(HEADER), *rows]
    return workbook(sheets)


def serve_tables(site: LocalSite, workbooks: dict[str, bytes], page: str = CONTENT) -> None:
    """Let a site have workbooks, and the page of GOV.UK that links to them."""
    attachments = [
        {"title": f"Police recorded crime {name}", "url": f"{MEDIA}/{name}", "content_type": "x"}
        for name in [*workbooks, "prc-csp-mar2021-mar2026-tables.ods", "user-guide.pdf"]
    ]
    answer = {
        "details": {"attachments": attachments, "body": "<p><a href='https://example.org/prc-pfa-evil.ods'>"}
    }
    site.served[page] = Served(json.dumps(answer).encode(), "application/json")
    for name, content in workbooks.items():
        tag = f'"{hashlib.sha256(content).hexdigest()[:8]}"'
        site.served[f"/assets.publishing.service.gov.uk/media/5f/{name}"] = Served(content, tag=tag)


def area(name: str, west: float, south: float = 51.0, size: float = 0.5) -> dict[str, object]:
    """Return a square area as the portal gives it."""
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "id": 1,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"PFA23CD": "E23000001", "PFA23NM": name},
    }


def serve_areas(site: LocalSite, areas: list[dict[str, object]], layer: str = LAYER) -> None:
    """Let a site have a layer of areas, in pages."""

    def page(query: dict[str, str]) -> bytes:
        begin, count = int(query["resultOffset"]), int(query["resultRecordCount"])
        more = {"properties": {"exceededTransferLimit": True}} if begin + count < len(areas) else {}
        return json.dumps(
            {"type": "FeatureCollection", "features": areas[begin : begin + count]} | more
        ).encode()

    site.served[f"{SERVICES}{layer}/FeatureServer/0/query"] = Served(
        kind="application/geo+json", made_for=page
    )
