"""What data/README.md and vulncore.domain.shipped promise."""

import csv
import hashlib
import json
import re
import runpy
from pathlib import Path

import pytest

from vulncore.domain.shipped import shipped
from vulncore.sources import monthly_counts

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
STATIC = ROOT / "pages" / "static"
PUBLISHED = ROOT.parent / "shared"
MADE = [
    "city-of-london-boundary.geojson",
    "city-of-london-wards.geojson",
    "city-open-counts.csv",
    "city-places.csv",
    "place-names.csv",
    "police-districts.geojson",
]


def listed() -> dict[str, list[str]]:
    """Return the cells of each row of the list in data/README.md, by the file's name."""
    rows = re.findall(r"^\| `([^`]+)` \|(.+)\|$", (DATA / "README.md").read_text("utf-8"), flags=re.MULTILINE)
    return {name: [cell.strip() for cell in cells.split("|")] for name, cells in rows}


def path_of(name: str) -> Path:
    return ROOT / name if "/" in name else DATA / "reference" / name


def test_the_list_and_the_folders_hold_the_same_files():
    reference = (path.name for path in (DATA / "reference").iterdir())
    static = (path.relative_to(ROOT).as_posix() for path in STATIC.rglob("*") if path.is_file())
    assert sorted(listed()) == sorted([*reference, *static])


def test_the_terms_name_openstreetmap_for_its_streets():
    readme = (DATA / "README.md").read_text("utf-8")
    assert "© OpenStreetMap contributors" in readme.partition("## Terms")[2]
    assert "OpenStreetMap contributors" in listed()["pages/static/geography/streets.geojson"][2]


@pytest.mark.parametrize("name", sorted(listed()))
def test_each_file_has_the_digest_that_the_list_gives(name):
    digest = listed()[name][-1].strip("`")
    assert hashlib.sha256(path_of(name).read_bytes()).hexdigest() == digest


@pytest.mark.parametrize("name", sorted(listed()))
def test_each_file_says_what_it_is_where_from_and_on_what_terms(name):
    cells = listed()[name]
    assert len(cells) == 6
    assert all(cells)


def test_a_file_that_does_not_ship_is_named():
    with pytest.raises(FileNotFoundError, match=r"atlantis\.csv does not ship .* Install it again"):
        shipped("atlantis.csv")


def test_the_shipped_strand_table_is_the_published_one():
    published = PUBLISHED / "published" / "strand_table.csv"
    if not published.is_file():
        pytest.skip("the published strand table is not beside this checkout")
    assert shipped("strand-table-2024-10.csv").read_bytes() == published.read_bytes()


def test_the_shipped_files_are_made_again_byte_for_byte(tmp_path, monkeypatch):
    if not all((PUBLISHED / "data" / folder).is_dir() for folder in ("police-uk", "geography")):
        pytest.skip("the published files are not beside this checkout")
    reference, geography, forces = (tmp_path / name for name in ("reference", "geography", "forces"))
    for folder in (reference, geography, forces):
        folder.mkdir()
    monkeypatch.syspath_prepend(str(DATA))  # the script's own parts lie beside it
    runpy.run_path(str(DATA / "make_reference.py"))["main"](reference, geography, forces)
    for made, ours, names in (
        (reference, DATA / "reference", MADE),
        (geography, STATIC / "geography", sorted(path.name for path in (STATIC / "geography").iterdir())),
        (forces, STATIC / "forces", sorted(path.name for path in (STATIC / "forces").iterdir())),
    ):
        assert sorted(path.name for path in made.iterdir()) == names
        assert {name: (made / name).read_bytes() for name in names} == {
            name: (ours / name).read_bytes() for name in names
        }


def test_the_open_counts_leave_october_and_november_2017_out():
    coverage = monthly_counts.deliver(shipped("city-open-counts.csv")).tables.coverage
    months = {f"{month:%Y-%m}" for month in coverage["month"].to_pylist()}
    every = {f"{year}-{month:02d}" for year in range(2016, 2025) for month in range(1, 13)}
    assert every - months == {"2017-10", "2017-11"}
    assert months - every == set()
    # categories that a delivered month is without count nought, but for one that two months' files lack among dozens
    assert coverage.num_rows == 106 * 14 - 2
    asb = [row["month"] for row in coverage.to_pylist() if row["measure"] == "anti-social-behaviour"]
    assert {"2017-05", "2017-09"} == months - {f"{month:%Y-%m}" for month in asb}


def test_places_are_one_row_per_name_and_point():
    with shipped("city-places.csv").open(encoding="utf-8", newline="") as stream:
        places = list(csv.DictReader(stream))
    assert len({(p["place"], p["longitude"], p["latitude"]) for p in places}) == len(places)
    assert {p["kind"] for p in places} == {"street", "road", "site"}
    assert len({p["ward"] for p in places}) == 25  # the City has 25 wards
    assert all(re.fullmatch(r"-?\d+\.\d{6}", p[name]) for p in places for name in ("longitude", "latitude"))


def test_the_boundary_is_geojson_of_one_area():
    document = json.loads(shipped("city-of-london-boundary.geojson").read_text("utf-8"))
    assert [feature["geometry"]["type"] for feature in document["features"]] == ["Polygon"]
