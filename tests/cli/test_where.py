"""What the commands about places promise."""

import io
import json
from pathlib import Path

import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner

from tests.sources.areas.test_reading import geojson, geopackage
from vulncore.cli import app
from vulncore.domain.disclosure import SETTING
from vulncore.findings.shared.words import PLACES_BLURRED
from vulncore.sources.areas.reading import GRID_ASSUMED
from vulncore.store.areas import area_of

SEXUAL = ("--measure", "rape", "--measure", "other-sexual-offences")


def run(*arguments: object):
    return CliRunner().invoke(app, [str(each) for each in arguments])


@pytest.mark.parametrize("layer", ["cells", "kde", "wards", "gi", "change", "class"])
def test_every_layer_is_printed_as_geojson_and_as_a_table_with_the_same_rows(layer, shipped_store):
    document = run("hotspots", *SEXUAL, "--layer", layer, "--store", shipped_store)
    table = run("hotspots", *SEXUAL, "--layer", layer, "--format", "csv", "--store", shipped_store)
    assert (document.exit_code, table.exit_code) == (0, 0)
    features = json.loads(document.stdout)["features"]
    rows = pd.read_csv(io.StringIO(table.stdout))
    assert [each["properties"]["cell"] for each in features] == rows["cell"].tolist()
    assert all(shapely.geometry.shape(each["geometry"]).is_valid for each in features)
    assert rows["note"].str.startswith("Made data").all()
    for column in {"records", "now", "before"} & set(rows.columns):
        assert rows[column].dropna().mod(5).eq(0).all()
        assert rows[column].min() >= 5


def test_what_the_map_says_goes_to_standard_error(shipped_store, monkeypatch):
    blurred = run("hotspots", *SEXUAL, "--format", "csv", "--store", shipped_store)
    assert "have no place and are on no map" in blurred.stderr
    assert f"{PLACES_BLURRED} The number of crimes with a place is about right." in blurred.stderr
    monkeypatch.setenv(SETTING, "1")
    exact = run("hotspots", *SEXUAL, "--format", "csv", "--store", shipped_store)
    assert "Hot: " in exact.stderr
    assert PLACES_BLURRED not in exact.stderr
    assert "Hot: " not in exact.stdout


def test_hours_of_the_week_narrow_the_map(shipped_store, monkeypatch):
    done = run("hotspots", *SEXUAL, "--hours", "night", "--format", "csv", "--store", shipped_store)
    assert "Night-time economy, 18:00 to 05:59" in done.stdout
    assert PLACES_BLURRED in done.stderr
    monkeypatch.setenv(SETTING, "1")
    stretch = run("hotspots", *SEXUAL, "--hours", "stretch-92-6", "--format", "csv", "--store", shipped_store)
    assert "Thursday 20:00 to Friday 01:59" in stretch.stdout


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--hours", "elevenses", "There are no hours 'elevenses'"),
        ("--resolution", "14", "There are no cells of resolution 14 here"),
        ("--bandwidth", "7", "A density can't reach 7 m"),
        ("--measure", "jaywalking", "jaywalking"),
        ("--night", "9-5", "A night can't run"),
        ("--from", "2026-13", "2026-13"),
    ],
)
def test_what_is_not_there_is_refused_in_a_sentence(option, value, said, shipped_store):
    done = run("hotspots", option, value, "--store", shipped_store)
    assert done.exit_code == 1
    assert said in done.stderr
    assert done.stdout == ""


def test_a_dataset_without_places_is_refused_in_a_sentence(shipped_store):
    done = run("hotspots", "--dataset", "city-open-counts", "--store", shipped_store)
    assert done.exit_code == 1
    assert "has no places for these records" in done.stderr


def test_a_type_of_place_that_no_record_has_is_refused(shipped_store):
    done = run("hotspots", "--location-type", "moon base", "--store", shipped_store)
    assert done.exit_code == 1
    assert "No type of place is called 'moon base' here" in done.stderr


def test_a_boundary_is_kept_for_a_force_and_another_is_untouched(tmp_path: Path):
    ring = [[0.5, 51.2], [0.6, 51.2], [0.6, 51.3], [0.5, 51.3], [0.5, 51.2]]
    feature = {
        "type": "Feature",
        "properties": {"WD": "East"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    file = tmp_path / "kent.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    done = run("boundary", file, "--force", "Kent Police", "--name-property", "WD", "--store", tmp_path)
    assert done.exit_code == 0
    assert done.stdout.startswith("Kent Police: 77.")
    assert "in 1 ward: East" in done.stdout
    kept = area_of(tmp_path, "Kent Police")
    assert list(kept.parts) == ["East"]
    assert area_of(tmp_path, "Essex Police").key == "shipped districts"


def test_a_boundary_in_another_format_is_kept_and_what_was_assumed_is_said(tmp_path: Path):
    wards = {"East": shapely.box(601_000, 142_000, 602_000, 143_000)}
    whole = run(
        "boundary", geopackage(tmp_path / "a.gpkg", wards), "--force", "Kent Police", "--store", tmp_path
    )
    assert whole.stdout == "Kent Police: 1.0 km².\n"
    assert "Its areas seem to have names. To map them, add: --name-property WD24NM\n" in whole.stderr
    file = geojson(tmp_path / "a.geojson", wards)
    named = run("boundary", file, "--force", "Kent Police", "--name-property", "name", "--store", tmp_path)
    assert named.stdout == "Kent Police: 1.0 km², in 1 ward: East.\n"
    assert named.stderr.startswith(f"{GRID_ASSUMED}\n")
    gone = run(
        "boundary", tmp_path / "a.gpkg", "--force", "Kent Police", "--layer", "beats", "--store", tmp_path
    )
    assert (gone.exit_code, "has no layer 'beats'. Its layers of areas are: wards" in gone.stderr) == (
        1,
        True,
    )


def test_a_file_that_is_no_boundary_is_refused_in_a_sentence(tmp_path: Path):
    file = tmp_path / "notes.txt"
    file.write_text("north of the river")
    done = run("boundary", file, "--force", "Kent Police", "--store", tmp_path)
    assert done.exit_code == 1
    assert "notes.txt is not a GeoJSON file of polygons" in done.stderr
    assert area_of(tmp_path, "Kent Police").key == "shipped districts"


def test_a_boundary_that_holds_few_of_the_force_s_records_is_refused(shipped_store, tmp_path: Path):
    file = tmp_path / "paris.geojson"
    ring = [[2.2, 48.8], [2.5, 48.8], [2.5, 48.9], [2.2, 48.9], [2.2, 48.8]]
    file.write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    done = run("boundary", file, "--force", "City of London Police", "--store", shipped_store)
    assert done.exit_code == 1
    assert "holds less than half of the" in done.stderr
    assert area_of(shipped_store, "City of London Police").km2 < 4


def test_a_boundary_can_be_forgotten(tmp_path: Path):
    ring = [[0.5, 51.2], [0.6, 51.2], [0.6, 51.3], [0.5, 51.3], [0.5, 51.2]]
    file = tmp_path / "kent.geojson"
    file.write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    kept = run("boundary", file, "--force", "Kent Police", "--store", tmp_path)
    assert "No dataset has records of Kent Police" in kept.stderr
    assert "forgotten" in run("boundary", "--force", "Kent Police", "--store", tmp_path).stdout
    assert area_of(tmp_path, "Kent Police").key == "shipped districts"
