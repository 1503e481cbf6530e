"""What the command promises that keeps what a force's map is drawn on."""

import gzip
import sqlite3
import struct
from pathlib import Path

import pyarrow as pa
import pytest
import shapely

from tests.cli.test_cli import run
from tests.domain.tiles.test_archive import TILE, tiled
from vulncore.domain.geography import boundary
from vulncore.store.grounds import ground_of, tile_of

KENT = "Kent Police"
PLACE = (5, 16, 10)
MAIDSTONE = (9, 256, 170)  # the tile of zoom 9 in which it lies


def geopackage(path: Path, layers: dict[str, dict], crs: str | None = "EPSG:4326") -> Path:
    """Write a GeoPackage of lines in Kent and one in Cornwall, by layer with these columns."""
    raw = pytest.importorskip("pyogrio.raw", reason="GDAL is not installed here")
    lines = [shapely.LineString([(0.4, 51.2), (0.6, 51.3)]), shapely.LineString([(-5.1, 50.2), (-5.0, 50.3)])]
    for layer, columns in layers.items():
        table = pa.table({**columns, "geometry": [shapely.to_wkb(line) for line in lines]})
        form = {"geometry_name": "geometry", "geometry_type": "Unknown", "crs": crs}
        raw.write_arrow(table, path, layer=layer, driver="GPKG", append=path.exists(), **form)
    return path


def test_pmtiles_are_kept_and_said_and_forgotten_again(tmp_path):
    file = tiled(tmp_path / "kent.pmtiles", {PLACE: TILE}, attribution="© Somebody")
    done = run("basemap", file, "--force", KENT, "--by", "A. Analyst", store=tmp_path / "store")
    assert done.exit_code == 0, done.stderr
    assert "1 tile of kent.pmtiles kept" in done.stdout
    assert "© Somebody" in done.stdout
    assert ground_of(tmp_path / "store", KENT).kept_by == "A. Analyst"
    done = run("basemap", "--forget", "--force", KENT, store=tmp_path / "store")
    assert "the ground is forgotten" in done.stdout
    assert ground_of(tmp_path / "store", KENT) is None


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--forget",), "The force is not named"),
        (("--force", KENT), "Name a file to keep, or add --forget"),
        (("{file}", "--forget", "--force", KENT), "Name a file to keep, or add --forget"),
        (("{other}", "--force", KENT), "is neither PMTiles nor a GeoPackage"),
        (("{database}", "--force", KENT), "is neither PMTiles nor a GeoPackage"),
    ],
)
def test_what_can_t_be_done_is_refused_in_a_sentence(arguments, sentence, tmp_path):
    names = {name: tmp_path / name for name in ("file", "other", "database")}
    tiled(names["file"], {PLACE: TILE})
    names["other"].write_bytes(b"streets")
    with sqlite3.connect(names["database"]) as database:
        database.execute("create table roads_local (name text)")
    database.close()
    done = run("basemap", *(part.format(**names) for part in arguments), store=tmp_path / "store")
    assert done.exit_code == 1
    assert sentence in done.stderr
    assert not (tmp_path / "store" / "grounds").exists()


def test_a_geopackage_becomes_tiles_of_what_lies_in_the_area_with_a_credit(tmp_path):
    layers = {"roads_national": {"type": ["A Road", "A Road"]}, "woodland": {}, "contours": {}}
    file = geopackage(tmp_path / "zoomstack.gpkg", layers)
    done = run("basemap", file, "--force", KENT, store=tmp_path / "store")
    assert done.exit_code == 0, done.stderr
    kept = ground_of(tmp_path / "store", KENT)
    assert set(kept.layers) == {"roads_national", "woodland"}
    assert "Crown copyright" in kept.credit
    west, south, east, north = boundary(KENT).bounds
    assert west < kept.bounds[0] < kept.bounds[2] < east
    assert south < kept.bounds[1] < kept.bounds[3] < north
    data, packed = tile_of(tmp_path / "store", kept, *MAIDSTONE)
    assert packed
    assert gzip.decompress(data).count(b"roads_national") == 1


def test_roads_of_openstreetmap_are_told_apart_by_their_class(tmp_path):
    file = geopackage(tmp_path / "osm.gpkg", {"gis_osm_roads_free": {"fclass": ["primary", "primary"]}})
    assert run("basemap", file, "--force", KENT, store=tmp_path / "store").exit_code == 0
    kept = ground_of(tmp_path / "store", KENT)
    assert kept.layers == ("roads_national",)
    assert "OpenStreetMap" in kept.credit


@pytest.mark.parametrize(
    ("layers", "sentence"),
    [({"contours": {}}, "has no layer of roads, water or green"), ({"roads_local": {}}, "not known")],
    ids=["other layers", "no area"],
)
def test_a_geopackage_of_which_nothing_can_be_drawn_is_refused(layers, sentence, tmp_path):
    force = "Police Scotland" if "roads_local" in layers else KENT
    done = run("basemap", geopackage(tmp_path / "a.gpkg", layers), "--force", force, store=tmp_path / "store")
    assert done.exit_code == 1
    assert sentence in done.stderr


def test_a_damaged_geopackage_is_refused_in_a_sentence(tmp_path):
    file = geopackage(tmp_path / "a.gpkg", {"roads_local": {}})
    whole = file.read_bytes()
    for kept in (4_096, 20_000, len(whole) - 9_000):
        file.write_bytes(whole[:kept] + b"\xff" * (len(whole) - kept))
        done = run("basemap", file, "--force", KENT, store=tmp_path / "store")
        assert done.exit_code == 1
        assert "is damaged" in done.stderr or "has no" in done.stderr
        assert ground_of(tmp_path / "store", KENT) is None


def test_a_geopackage_of_curves_is_refused_in_a_sentence(tmp_path):
    file = geopackage(tmp_path / "a.gpkg", {"roads_local": {}})
    corners = [(0.4, 51.2), (0.5, 51.3), (0.6, 51.2)]
    arc = struct.pack("<BII", 1, 8, 3) + b"".join(struct.pack("<2d", *corner) for corner in corners)
    with sqlite3.connect(file) as database:
        (header,) = database.execute("SELECT substr(geom, 1, 40) FROM roads_local LIMIT 1").fetchone()
        for trigger in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{trigger[0]}"')
        database.execute("UPDATE roads_local SET geom = ?", (bytes(header) + arc,))
    database.close()
    done = run("basemap", file, "--force", KENT, store=tmp_path / "store")
    assert done.exit_code == 1
    assert "is damaged, or its layers can't be read" in done.stderr
    assert ground_of(tmp_path / "store", KENT) is None
