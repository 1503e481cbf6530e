"""What vulncore.sources.areas promises: the same areas whatever the format and the system, and a sentence for whatever is none."""

import io
import json
import sqlite3
import struct
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import shapefile
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from vulncore.domain.errors import UnreadableSourceError
from vulncore.sources.areas import layer as layers
from vulncore.sources.areas.geopackage import geopackage_layer
from vulncore.sources.areas.reading import drawn_areas
from vulncore.sources.areas.shapefile import shapefile_layer
from vulncore.sources.extract import watched

EAST, WEST = shapely.box(601_000, 142_000, 602_000, 143_000), shapely.box(600_000, 142_000, 601_000, 143_000)
KENT = "Kent Police"
NAMES = {"East Ward": EAST, "Tŷ-Nant": WEST}
TO_DEGREES = Transformer.from_crs(27700, 4326, always_xy=True)


def geopackage(
    path: Path, shapes: dict[str, shapely.Geometry] = NAMES, srs: int = 27700, kind: str = "POLYGON"
) -> Path:
    """Write a GeoPackage with a layer `wards`, and one of lines beside it."""
    with sqlite3.connect(path) as database:
        database.executescript(
            """
            CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT,
                organization_coordsys_id INTEGER, definition TEXT);
            CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, identifier TEXT, srs_id INTEGER);
            CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER,
                z INTEGER, m INTEGER);
            CREATE TABLE wards (fid INTEGER PRIMARY KEY, geom BLOB, WD24NM TEXT, WD24CD TEXT);
            CREATE TABLE roads (fid INTEGER PRIMARY KEY, geom BLOB);
            """
        )
        database.execute(
            "INSERT INTO gpkg_spatial_ref_sys VALUES ('x', ?, ?, ?, ?)",
            (
                srs,
                "EPSG" if srs > 0 else "NONE",
                srs,
                CRS.from_epsg(srs).to_wkt() if srs > 0 else "undefined",
            ),
        )
        for table, geometry in (("wards", kind), ("roads", "LINESTRING")):
            database.execute("INSERT INTO gpkg_contents VALUES (?, 'features', ?, ?)", (table, table, srs))
            database.execute(
                "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, ?, 0, 0)", (table, geometry, srs)
            )
        for place, (name, shape) in enumerate(shapes.items()):
            envelope = b"" if place % 2 else struct.pack("<4d", *np.array(shape.bounds)[[0, 2, 1, 3]])
            header = b"GP\0" + bytes([0b1 | (0b10 if envelope else 0)]) + struct.pack("<i", srs)
            database.execute(
                "INSERT INTO wards VALUES (?, ?, ?, ?)",
                (place, header + envelope + shapely.to_wkb(shape), name, f"E0500{place}"),
            )
    database.close()
    return path


def zipped(
    path: Path,
    shapes: dict[str, shapely.Geometry] = NAMES,
    system: str | None = "EPSG:27700",
    kind=shapefile.POLYGON,
) -> Path:
    parts = {ending: io.BytesIO() for ending in ("shp", "shx", "dbf")}
    with shapefile.Writer(**parts, shapeType=kind, encoding="utf-8") as writer:
        writer.field("BEAT_CODE", "C", 10)
        writer.field("BEAT_NAME", "C", 40)
        for place, (name, shape) in enumerate(shapes.items()):
            writer.shape(shapely.geometry.mapping(shape))
            writer.record(f"B{place}", name)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for ending, stream in parts.items():
            archive.writestr(f"export/beats.{ending}", stream.getvalue())
        archive.writestr("export/beats.cpg", "UTF-8")
        if system:
            archive.writestr("export/beats.prj", CRS.from_user_input(system).to_wkt("WKT1_ESRI"))
    return path


def geojson(path: Path, shapes: dict[str, shapely.Geometry] = NAMES, **more) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {"id": place, "name": name},
            "geometry": shapely.geometry.mapping(shape),
        }
        for place, (name, shape) in enumerate(shapes.items())
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", **more, "features": features}), encoding="utf-8")
    return path


WRITERS = {"a.gpkg": geopackage, "a.zip": zipped, "a.geojson": geojson}


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_in_metres_draws_the_same_areas_in_degrees(name, tmp_path):
    with drawn_areas(WRITERS[name](tmp_path / name), KENT) as drawn:
        document = json.loads(drawn.file.read_text())
        assert drawn.file.name == name
        assert drawn.assumed_grid is (name == "a.geojson")
        assert drawn.properties[drawn.naming] == tuple(NAMES)
    assert not drawn.file.exists()
    for feature, (called, shape) in zip(document["features"], NAMES.items(), strict=True):
        assert feature["properties"][drawn.naming] == called
        moved = shapely.transform(shape, lambda at: np.column_stack(TO_DEGREES.transform(at[:, 0], at[:, 1])))
        assert (
            shapely.hausdorff_distance(shapely.geometry.shape(feature["geometry"]), moved) < 5e-5
        )  # of a degree: 5 m


@pytest.mark.parametrize("system", ["EPSG:4326", "EPSG:3857", "EPSG:25830"])
def test_a_system_that_is_named_is_obeyed(system, tmp_path):
    degrees = shapely.box(0.8, 51.1, 0.9, 51.2)
    move = Transformer.from_crs(4326, system, always_xy=True)
    shape = shapely.transform(degrees, lambda at: np.column_stack(move.transform(at[:, 0], at[:, 1])))
    for path in (
        zipped(tmp_path / "a.zip", {"Ashford": shape}, system),
        geopackage(tmp_path / "a.gpkg", {"Ashford": shape}, int(system.partition(":")[2])),
        geojson(
            tmp_path / "a.geojson", {"Ashford": shape}, crs={"type": "name", "properties": {"name": system}}
        ),
    ):
        with drawn_areas(path, KENT) as drawn:
            ((feature,),) = (json.loads(drawn.file.read_text())["features"],)
            assert not drawn.assumed_grid
        assert shapely.hausdorff_distance(shapely.geometry.shape(feature["geometry"]), degrees) < 1e-6


def test_of_several_layers_the_first_is_read_or_the_one_that_is_named(tmp_path):
    path = zipped(tmp_path / "a.zip")
    with zipfile.ZipFile(path) as archive:
        files = {Path(name).suffix: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for stem in ("wards", "beats"):
            for ending, content in files.items():
                archive.writestr(f"{stem}{ending}", content)
    for wanted, read in ((None, "beats"), ("wards", "wards")):
        with drawn_areas(path, KENT, wanted) as drawn:
            assert (drawn.layers, drawn.layer) == (("beats", "wards"), read)
    with (
        pytest.raises(
            UnreadableSourceError,
            match=r"a\.zip has no layer 'lanes'\. Its layers of areas are: beats, wards",
        ),
        drawn_areas(path, KENT, "lanes"),
    ):
        pass


def test_of_a_country_what_lies_in_the_force_s_area_is_kept_and_a_few_across_the_edge_stay(tmp_path):
    leeds = {
        f"Leeds {place}": shapely.box(430_000 + place, 433_000, 430_500 + place, 433_500)
        for place in range(3)
    }
    for others, kept, left in ((leeds, [*NAMES], 3), ({"Leeds": leeds["Leeds 0"]}, [*NAMES, "Leeds"], 0)):
        with drawn_areas(geopackage(tmp_path / f"{left}.gpkg", {**NAMES, **others}), KENT) as drawn:
            features = json.loads(drawn.file.read_text())["features"]
        assert [feature["properties"]["WD24NM"] for feature in features] == kept
        assert drawn.notes == (("3 areas lie outside the force's area and are left out.",) if left else ())
    with drawn_areas(geopackage(tmp_path / "x.gpkg", {**NAMES, **leeds}), "Ruritania Police") as drawn:
        assert drawn.left_out == 0


def test_lines_and_views_are_no_layers_and_nothing_in_a_database_is_run(tmp_path):
    path = geopackage(tmp_path / "a.gpkg")
    with sqlite3.connect(path) as database:
        database.executescript(
            """
            CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS geom FROM n;
            INSERT INTO gpkg_geometry_columns VALUES ('endless', 'geom', 'POLYGON', 27700, 0, 0);
            CREATE TRIGGER spy AFTER INSERT ON wards BEGIN DELETE FROM roads; END;
            """
        )
    database.close()
    before = path.read_bytes()
    read = geopackage_layer(path, None)
    assert (read.layers, len(read.shapes), path.read_bytes()) == (("wards",), 2, before)
    with pytest.raises(UnreadableSourceError, match="no layer 'endless'"):
        geopackage_layer(path, "endless")


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (
            lambda path: path.write_bytes(b"SQLite format 3\0" + b"x" * 5_000),
            "is not a GeoPackage that can be read",
        ),
        (
            lambda path: sqlite3.connect(path).executescript("CREATE TABLE a (b)").connection.close(),
            "is not a GeoPackage that can be read",
        ),
        (lambda path: geopackage(path, kind="LINESTRING"), "has no layer of areas"),
        (
            lambda path: geopackage(path, {"Off": shapely.box(9e6, 9e6, 9.1e6, 9.1e6)}),
            "outside its own system",
        ),
        (
            lambda path: geopackage(path, {"Off": shapely.box(9e6, 9e6, 9.1e6, 9.1e6)}, srs=-1),
            "neither degrees nor the British National Grid",
        ),
        (lambda path: geopackage(path, {}), "no numbers, or none"),
        (lambda path: path.write_bytes(b"PK\3\4" + b"x" * 500), "is not a zip of a shapefile"),
        (
            lambda path: zipfile.ZipFile(path, "w").writestr("readme.txt", "x") or None,
            "is not a zip|has no layer of areas",
        ),
        (
            lambda path: zipped(path, {"A": shapely.LineString([(1, 1), (2, 2)])}, kind=shapefile.POLYLINE),
            "has no layer of areas",
        ),
        (lambda path: path.write_text("north of the river"), "is not a GeoJSON file of polygons"),
        (lambda path: path.write_text("[" * 100_000), "is not a GeoJSON file of polygons"),
        (
            lambda path: path.write_text('{"type": "FeatureCollection", "features": []}'),
            "no numbers, or none",
        ),
    ],
)
def test_what_draws_no_areas_is_one_sentence(make, sentence, tmp_path):
    path = tmp_path / "a b.file"
    make(path)
    with pytest.raises(UnreadableSourceError, match=sentence) as refusal, drawn_areas(path, KENT):
        pass
    assert "a b.file" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_curves_are_refused_in_a_sentence_and_heights_are_left_out(tmp_path):
    path = geopackage(tmp_path / "a.gpkg", {"A": WEST})
    corners = [(600_000, 142_000), (601_000, 142_000), (601_000, 143_000), (600_000, 142_000)]
    heights = struct.pack("<BIII", 1, 1003, 1, 4) + b"".join(struct.pack("<3d", x, y, 5) for x, y in corners)
    arcs = struct.pack("<BII", 1, 8, 5) + b"".join(
        struct.pack("<2d", *corner) for corner in [*corners[:2], *corners[1:]]
    )
    for shape, refusal in (
        (heights, ""),
        (struct.pack("<BII", 1, 10, 1) + arcs, "has shapes that can't be read, such as curves"),
    ):
        with sqlite3.connect(path) as database:
            database.execute("UPDATE wards SET geom = ?", (b"GP\0\1" + struct.pack("<i", 27700) + shape,))
        database.close()
        if refusal:
            with pytest.raises(UnreadableSourceError, match=rf"a\.gpkg {refusal}"), drawn_areas(path, KENT):
                pass
        else:
            with drawn_areas(path, KENT) as drawn:
                (feature,) = json.loads(drawn.file.read_text())["features"]
            assert {len(point) for point in feature["geometry"]["coordinates"][0]} == {2}


def test_a_zip_that_leads_out_of_itself_or_swells_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../a.shp", b"x")
    with pytest.raises(UnreadableSourceError, match=r"1 files in a\.zip lead out of the zip"):
        shapefile_layer(path, None)
    zipped(path)
    monkeypatch.setattr("vulncore.sources.areas.shapefile.MOST_BYTES", 100)
    with pytest.raises(UnreadableSourceError, match="swells to more than 100 bytes"):
        shapefile_layer(path, None)


def test_more_areas_than_any_force_has_are_refused(tmp_path, monkeypatch):
    for module in ("layer", "geopackage"):
        monkeypatch.setattr(f"vulncore.sources.areas.{module}.MOST_AREAS", 1)
    assert layers.MOST_AREAS == 1
    for read, path in (
        (geopackage_layer, geopackage(tmp_path / "a.gpkg")),
        (shapefile_layer, zipped(tmp_path / "a.zip")),
    ):
        with pytest.raises(UnreadableSourceError, match="draws more than 1 areas"):
            read(path, None)


def test_what_takes_too_much_time_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(watched, "SECONDS", 0)
    monkeypatch.setattr(watched, "SECONDS_A_MEGABYTE", 0)
    many = {
        str(place): shapely.Point(600_000 + place * 40, 150_000).buffer(30, quad_segs=64)
        for place in range(600)
    }
    with (
        pytest.raises(
            UnreadableSourceError,
            match="takes longer to read than a file of its size may: 0 seconds. Keep this force",
        ),
        drawn_areas(geojson(tmp_path / "a.geojson", many), KENT),
    ):
        pass


@given(
    cut=st.integers(0, 2_000),
    change=st.binary(min_size=1, max_size=4),
    name=st.sampled_from(["a.gpkg", "a.zip"]),
)
def test_a_spoilt_file_is_a_sentence_or_areas(cut, change, name, tmp_path_factory):
    folder = tmp_path_factory.mktemp("spoilt")
    path = WRITERS[name](folder / name)
    content = path.read_bytes()
    at = cut * len(content) // 2_000
    path.write_bytes(content[:at] + change + content[at + len(change) :])
    with suppress(UnreadableSourceError):
        {"a.gpkg": geopackage_layer, "a.zip": shapefile_layer}[name](path, None)
