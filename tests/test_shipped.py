"""What data/README.md and vulncore.shipped promise."""

import csv
import hashlib
import json
import re
import runpy
from pathlib import Path

import pytest

from vulncore.shipped import shipped
from vulncore.sources import monthly_counts

DATA = Path(__file__).parents[1] / "data"
PUBLISHED = DATA.parents[1] / "shared"
MADE = ["city-of-london-boundary.geojson", "city-open-counts.csv", "city-places.csv"]


def listed() -> dict[str, list[str]]:
    """Return the cells of each row of the list in data/README.md, by the file's name."""
    rows = re.findall(r"^\| `([^`]+)` \|(.+)\|$", (DATA / "README.md").read_text("utf-8"), flags=re.MULTILINE)
    return {name: [cell.strip() for cell in cells.split("|")] for name, cells in rows}


def test_the_list_and_the_folder_hold_the_same_files():
    assert sorted(listed()) == sorted(path.name for path in (DATA / "reference").iterdir())


@pytest.mark.parametrize("name", sorted(listed()))
def test_each_file_has_the_digest_that_the_list_gives(name):
    digest = listed()[name][-1].strip("`")
    assert hashlib.sha256((DATA / "reference" / name).read_bytes()).hexdigest() == digest


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


def test_the_shipped_files_are_made_again_byte_for_byte(tmp_path):
    if not (PUBLISHED / "data" / "police-uk").is_dir():
        pytest.skip("the published files are not beside this checkout")
    runpy.run_path(str(DATA / "make_reference.py"))["main"](tmp_path)
    again = {name: (tmp_path / name).read_bytes() for name in MADE}
    assert again == {name: shipped(name).read_bytes() for name in MADE}


def test_the_open_counts_leave_october_and_november_2017_out():
    coverage = monthly_counts.deliver(shipped("city-open-counts.csv")).tables.coverage
    months = {f"{month:%Y-%m}" for month in coverage["month"].to_pylist()}
    every = {f"{year}-{month:02d}" for year in range(2016, 2025) for month in range(1, 13)}
    assert every - months == {"2017-10", "2017-11"}
    assert months - every == set()
    assert coverage.num_rows == 106 * 14  # categories that a delivered month is without count nought


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
