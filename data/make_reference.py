"""Makes the files of data/reference, pages/static/geography and pages/static/forces that come from open data, again and the same.

Reads the published files under ../shared beside the repository; see data/README.md for their sources.
Run it from anywhere: `python data/make_reference.py`.
"""

import csv
import io
import json
import re
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import shapely
from make_basemap import features, write_basemap, write_wards
from make_forces import write_forces
from shapely.geometry.base import BaseGeometry

from vulncore.domain.geography import metres_per_degree
from vulncore.sources.police_uk import deliver

PUBLISHED = Path(__file__).parents[1].parent / "shared" / "data"
STREET_ZIP = PUBLISHED / "police-uk" / "city-of-london-street-2016-01-to-2024-12.zip"
REFERENCE = Path(__file__).parent / "reference"
STATIC_GEOGRAPHY = Path(__file__).parents[1] / "pages" / "static" / "geography"
STATIC_FORCES = STATIC_GEOGRAPHY.parent / "forces"

SIMPLIFICATION_M = 2  # finer than a pixel on a map of streets, and no street-data point changes sides
PREFIX = "On or near "

# Months whose street file has every category but this one, as it has a hundred records and more in each month around: not delivered
NOT_DELIVERED = {("anti-social-behaviour", date(2017, 5, 1)), ("anti-social-behaviour", date(2017, 9, 1))}

# data.police.uk names a kind of site where it doesn't name a street; the last five are stations by name
SITES = {
    "Bus/Coach Station",
    "Conference/Exhibition Centre",
    "Ferry Terminal",
    "Further/Higher Educational Building",
    "Hospital",
    "Nightclub",
    "Park/Open Space",
    "Parking Area",
    "Pedestrian Subway",
    "Police Station",
    "Shopping Area",
    "Sports/Recreation Area",
    "Supermarket",
    "Theatre/Concert Hall",
    "City Thameslink",
    "Farringdon",
    "London Cannon Street",
    "London Liverpool Street",
    "St Paul'S",
}


def main(
    folder: Path = REFERENCE, static_geography: Path = STATIC_GEOGRAPHY, static_forces: Path = STATIC_FORCES
) -> None:
    """Write every file: what the package reads, and what the browser fetches for the City and for other forces."""
    area = write_boundary(folder)
    write_places(folder, area)
    write_wards(folder)
    write_basemap(folder, static_geography, area)
    write_forces(folder, static_forces)
    write_counts(folder)


def write_boundary(folder: Path) -> BaseGeometry:
    """Write the City's boundary, simplified for a map at street scale, and return it."""
    ((_, whole),) = features("city-of-london-boundary.geojson", "LAD22NM")
    scale = metres_per_degree(whole.centroid.y)
    plane = shapely.transform(whole, lambda degrees: degrees * scale)
    simple = shapely.transform(plane.simplify(SIMPLIFICATION_M), lambda metres: metres / scale)
    simple = shapely.transform(simple, lambda degrees: np.round(degrees, 6)).normalize()
    feature = {
        "type": "Feature",
        "properties": {"name": "City of London", "code": "E09000001"},
        "geometry": json.loads(shapely.to_geojson(simple)),
    }
    document = {"type": "FeatureCollection", "features": [feature]}
    text = json.dumps(document, separators=(",", ":")) + "\n"
    (folder / "city-of-london-boundary.geojson").write_text(text, encoding="utf-8")
    return simple


def write_places(folder: Path, area: BaseGeometry) -> None:
    """Write the named anonymous points within the boundary, each with the ward that it lies in."""
    wards = features("city-of-london-wards.geojson", "NAME")
    places = set()
    for row in street_rows():
        name = row["Location"].removeprefix(PREFIX).strip()
        if not row["Longitude"] or not name:
            continue
        point = shapely.Point(float(row["Longitude"]), float(row["Latitude"]))
        if area.covers(point):
            # the nearest, because ward and boundary files don't meet to the metre
            ward = min(wards, key=lambda ward: ward[1].distance(point))[0]
            places.add((spelt(name), f"{point.x:.6f}", f"{point.y:.6f}", ward, kind(name)))
    write_csv(folder / "city-places.csv", ("place", "longitude", "latitude", "ward", "kind"), sorted(places))


def write_counts(folder: Path) -> None:
    """Write the monthly counts by category, with the zeros of delivered months and without what was not delivered."""
    tables = deliver([STREET_ZIP]).tables
    recorded = Counter(
        zip(
            tables.incidents["force"].to_pylist(),
            tables.incidents["measure"].to_pylist(),
            tables.incidents["recorded_on"].to_pylist(),
            strict=True,
        )
    )
    delivered = zip(
        *(tables.coverage[name].to_pylist() for name in ("force", "measure", "month")), strict=True
    )
    write_csv(
        folder / "city-open-counts.csv",
        ("force", "measure", "month", "count"),
        [
            (force, measure, f"{month:%Y-%m}", str(recorded[force, measure, month]))
            for force, measure, month in sorted(delivered)
            if (measure, month) not in NOT_DELIVERED
        ],
    )


def kind(name: str) -> str:
    """Return what a place's name is: a street's, a road's number, or a kind of site."""
    if name in SITES:
        return "site"
    return "road" if re.fullmatch(r"[AB]\d+", name) else "street"


def spelt(name: str) -> str:
    """Return a name as street signs have it: the source writes Alderman'S Walk."""
    return re.sub(r"'S\b", "'s", name)


def street_rows() -> list[dict[str, str]]:
    """Return every row of the City's street files."""
    with zipfile.ZipFile(STREET_ZIP) as archive:
        return [
            row
            for name in sorted(archive.namelist())
            for row in csv.DictReader(io.TextIOWrapper(archive.open(name), encoding="utf-8", newline=""))
        ]


def write_csv(path: Path, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Write a table with one line ending everywhere, so that its digest is the same everywhere."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([header, *rows])


if __name__ == "__main__":
    main()
