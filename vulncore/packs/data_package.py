"""Figures as files that Power BI, Excel, R and Python open as they are, with a description that they can read."""

import hashlib
import json
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pandas as pd

from vulncore.domain.disk import write_whole
from vulncore.domain.periods import format_month, month_name
from vulncore.findings.overview.overview import Overview
from vulncore.findings.shared.file_names import file_name_of
from vulncore.findings.shared.words import made_note
from vulncore.packs import TableFormat
from vulncore.packs.csv_table import csv_text
from vulncore.packs.tidy import FieldType, TidyField, TidyTable, tidy_tables
from vulncore.store.manifest import Publish

DESCRIPTION: Final = "datapackage.json"
OGL: Final = "Open Government Licence v3.0"
LICENCES: Final = {
    OGL: {
        "name": "OGL-UK-3.0",
        "title": OGL,
        "path": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    }
}
MEDIA: Final = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
FORMATS: Final[dict[FieldType, str]] = {"date": "default"}  # which is ISO 8601


@dataclass(frozen=True)
class DataFile:
    """A file of a package: its name, and its content."""

    name: str
    content: bytes


def data_package(overview: Overview, how: TableFormat) -> tuple[DataFile, ...]:
    """Return the figures of an overview as the files of a Frictionless data package: the description first, then a table each.

    The same version, force and month give the same bytes.

    Source:
        Frictionless Data: Data Package, Tabular Data Resource and Table Schema, version 1 (specs.frictionlessdata.io).
    """
    tables = tidy_tables(overview)
    files = [DataFile(f"{table.name}.{how}", _content(table.rows, how)) for table in tables]
    resources = [
        {**_resource(table), **_of_file(file, how)} for table, file in zip(tables, files, strict=True)
    ]
    text = json.dumps(_described(overview, resources), ensure_ascii=False, indent=2)
    return (DataFile(DESCRIPTION, f"{text}\n".encode()), *files)


def figures_json(overview: Overview) -> bytes:
    """Return the same as one JSON text: the description, with each table's rows in it as `data`."""
    resources = []
    for table in tidy_tables(overview):
        rows = table.rows.assign(
            **{
                str(name): table.rows[name].dt.strftime("%Y-%m-%d")
                for name in table.rows.select_dtypes("datetime")
            }
        )
        data = json.loads(rows.to_json(orient="records", double_precision=15))
        resources.append({**_resource(table), "data": data})
    return json.dumps(_described(overview, resources), ensure_ascii=False).encode()


def write_data_package(files: tuple[DataFile, ...], folder: Path) -> None:
    """Write the files of a package into a folder, the description last: where it is, the others are whole.

    Raises:
        OSError: The folder can't be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / DESCRIPTION).unlink(missing_ok=True)
    for file in reversed(files):
        write_whole(folder / file.name, file.content, mode=0o644)


def _content(rows: pd.DataFrame, how: TableFormat) -> bytes:
    """Return rows as the bytes of a file; days have no hour, and what is true or not is written so."""
    days = {str(name): rows[name].dt.date for name in rows.select_dtypes("datetime")}
    if how is TableFormat.CSV:
        truths = {
            str(name): rows[name].map({True: "true", False: "false"})
            for name in rows.select_dtypes("boolean")
        }
        return csv_text(rows.assign(**days, **truths)).encode()
    held = BytesIO()
    rows.assign(**days).to_parquet(held, index=False)
    return held.getvalue()


def _described(overview: Overview, resources: list[dict[str, Any]]) -> dict[str, Any]:
    publish, month = overview.publish, format_month(overview.as_at)
    source = publish.attribution or publish.source
    made = made_note(publish)
    to = month_name(overview.as_at)
    return {
        "profile": "tabular-data-package",
        "name": file_name_of("vulnerability", publish.dataset, overview.force, month),
        "title": f"Vulnerability figures of {overview.force} to {to}",
        "description": f"{f'{made}. ' if made else ''}Totals of the force by measure and period, of version {publish.number} of the dataset '{publish.dataset}'.",
        "version": f"{publish.number}.0.0",
        "created": publish.published_at.isoformat(),
        **_licences(publish),
        "sources": [{"title": source}],
        "made": publish.made,
        "force": overview.force,
        "as_at": month,
        "resources": resources,
    }


def _licences(publish: Publish) -> dict[str, list[dict[str, str]]]:
    """Return the licence that a version's source names; made data has none, whatever its places derive from."""
    named = [
        licence for text, licence in LICENCES.items() if text in publish.attribution and not publish.made
    ]
    return {"licenses": named} if named else {}


def _resource(table: TidyTable) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "title": table.title,
        "description": f"A row: {table.row[0].lower()}{table.row[1:]}",
        "schema": {
            "fields": [_field(field) for field in table.fields],
            "primaryKey": list(table.key),
            "missingValues": [""],
            **(
                {"foreignKeys": [{"fields": ["measure"], "reference": {"resource": "measures", "fields": ["measure"]}}]}
                if table.name != "measures"
                else {}
            ),
        },
    }  # fmt: skip


def _of_file(file: DataFile, how: TableFormat) -> dict[str, Any]:
    """Return where a table's file is, what it is, and what tells whether it arrived whole: Parquet has checks of its own."""
    kind = {"path": file.name, "format": str(how), "mediatype": MEDIA[how]}
    if how is TableFormat.PARQUET:
        return kind
    digest = hashlib.sha256(file.content).hexdigest()
    return {**kind, "encoding": "utf-8", "bytes": len(file.content), "hash": f"sha256:{digest}"}


def _field(field: TidyField) -> dict[str, Any]:
    constraints = {
        **({"required": True} if field.is_needed else {}),
        **({"enum": list(field.values)} if field.values else {}),
    }
    return {
        "name": field.name,
        "type": field.type,
        **({"format": FORMATS[field.type]} if field.type in FORMATS else {}),
        "description": field.description,
        **({"unit": field.unit} if field.unit else {}),
        **({"constraints": constraints} if constraints else {}),
    }
