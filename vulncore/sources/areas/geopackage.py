"""The layers of a GeoPackage: a database of SQLite whose geometries are WKB behind a short header.

Source: Open Geospatial Consortium, GeoPackage Encoding Standard 12-128r19.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.errors import ShapelyError

from vulncore.domain.delivery import printable
from vulncore.domain.errors import UnreadableSourceError
from vulncore.sources.areas.layer import MOST_AREAS, MOST_PROPERTIES, AreaLayer, chosen_layer, refuse_too_many

DATABASE: Final = b"SQLite format 3\0"
AREAS: Final = ("POLYGON", "MULTIPOLYGON", "CURVEPOLYGON", "MULTISURFACE", "SURFACE", "GEOMETRY")
ENVELOPES: Final = (0, 32, 48, 48, 64)  # bytes, by the three bits of the header that say which
EMPTY: Final = 0b10000
ALLOWED: Final = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ)


def geopackage_layer(path: Path, wanted: str | None) -> AreaLayer:
    """Return a layer of areas of a GeoPackage, the first one where none is named. Views and functions in it are not run.

    Raises:
        UnreadableSourceError: It is no GeoPackage or damaged, or has no such layer.
    """
    try:
        with _opened(path) as database:
            layers = _layers(database)
            name = chosen_layer([*layers], wanted, path.name)
            column, system = layers[name]
            shapes, properties = [], []
            for row in database.execute(f"SELECT * FROM {_quoted(name)} LIMIT {MOST_AREAS + 1}"):  # noqa: S608
                values = dict(row)
                shape = _shape(values.pop(column))
                if shape is not None:
                    shapes.append(shape)
                    properties.append(dict(list(values.items())[:MOST_PROPERTIES]))
            refuse_too_many(len(shapes), path.name)
            return AreaLayer(name, tuple(layers), shapes, properties, _system(database, system))
    except (sqlite3.Error, KeyError, IndexError, ValueError, TypeError, ShapelyError) as problem:
        raise UnreadableSourceError(
            f"{printable(path.name)} is not a GeoPackage that can be read. Export it again, or save the areas as GeoJSON."
        ) from problem


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database that nobody trusts: nothing is written, and only tables are read."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        database.execute("PRAGMA trusted_schema = OFF")
        database.row_factory = sqlite3.Row
        database.text_factory = lambda text: text.decode("utf-8", "replace")
        database.set_authorizer(
            lambda action, *_: sqlite3.SQLITE_OK if action in ALLOWED else sqlite3.SQLITE_DENY
        )
        yield database


def _layers(database: sqlite3.Connection) -> dict[str, tuple[str, int]]:
    """Return the tables that may hold areas, each with the column of its geometry and the number of its system."""
    rows = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    tables = {row["name"] for row in rows if not str(row["sql"]).upper().startswith("CREATE VIRTUAL")}
    columns = database.execute(
        "SELECT table_name, column_name, geometry_type_name, srs_id FROM gpkg_geometry_columns"
    )
    return {
        row["table_name"]: (row["column_name"], int(row["srs_id"]))
        for row in columns
        if row["table_name"] in tables and str(row["geometry_type_name"]).upper() in AREAS
    }


def _shape(blob: Any) -> Any:
    """Return the geometry of a cell; None where it has none."""
    if blob is None:
        return None
    if blob[:2] != b"GP":
        raise ValueError("no geometry of a GeoPackage")
    flags = blob[3]
    return None if flags & EMPTY else shapely.from_wkb(bytes(blob[8 + ENVELOPES[flags >> 1 & 0b111] :]))


def _system(database: sqlite3.Connection, number: int) -> CRS | None:
    rows = database.execute(
        "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?",
        (number,),
    ).fetchall()
    if number in (0, -1) or not rows:
        return None
    for name in (f"{rows[0][0]}:{rows[0][1]}", str(rows[0][2])):
        try:
            return CRS.from_user_input(name)
        except CRSError:
            continue
    return None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
