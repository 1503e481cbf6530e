"""Geography: a force's boundary and the names around it, metres on the ground, and the British National Grid.

Distances are metres on a plane laid through the middle of the area. Within an area of a city's size
they are right to a few parts in ten thousand; hundreds of kilometres away only to about one in a hundred.
Points of the British National Grid, and its references like TQ 326 812, become longitudes and latitudes.
"""

import csv
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final, NamedTuple

import numpy as np
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from vulncore.domain.arrays import Booleans, Floats
from vulncore.domain.shipped import shipped
from vulncore.domain.vocabulary import REFERENCE

EDGE_TOLERANCE_M: Final = 50.0
"""How far beyond the boundary a point still counts as within the area.

data.police.uk moves every record to an anonymous point in the middle of a street, each standing for at
least eight addresses. What happened on the force's own side of a boundary street may so be shown across
it. 50 m takes in the width of such a street and part of its length."""

COARSE_TOLERANCE_M: Final = 250.0
"""The same of a boundary that is made of districts. Their published lines are drawn to 120 m."""

BOUNDARY_FILES: Final = {"City of London Police": "city-of-london-boundary.geojson"}
DISTRICTS_FILE: Final = "police-districts.geojson"
NAMES_FILE: Final = "place-names.csv"

EAST_END_M: Final = 700_000.0  # the grid's rectangle, from its false origin south-west of Scilly
NORTH_END_M: Final = 1_300_000.0

# EPSG 27700 back to its ellipsoid, then EPSG 1314, the seven parameters that Ordnance Survey publishes, to WGS 84
_TO_WGS84: Final = (
    "+proj=pipeline "
    "+step +inv +proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy "
    "+step +proj=push +v_3 "
    "+step +proj=cart +ellps=airy "
    "+step +proj=helmert +x=446.448 +y=-125.157 +z=542.06 +rx=0.15 +ry=0.247 +rz=0.842 +s=-20.489 "
    "+convention=position_vector "
    "+step +inv +proj=cart +ellps=WGS84 "
    "+step +proj=pop +v_3 "
    "+step +proj=unitconvert +xy_in=rad +xy_out=deg"
)
_REFERENCE: Final = re.compile(r"([HJNOST])([A-HJ-Z])((?:\d\d)*)")
_APART: Final = re.compile(r"[\s,./:-]+")
_LETTERS: Final = (
    "ABCDEFGHJKLMNOPQRSTUVWXYZ"  # a square of five by five, from its north-west; the grid has no I
)
_MOST_LETTERS: Final = 40  # of a text that could be a reference, spaces and all


class PlaceName(NamedTuple):
    """A name on a map: a `town`, a `district`, or a `neighbour` of the force; the greatest priority stays where two overlap."""

    name: str
    kind: str
    longitude: float
    latitude: float
    priority: int


@cache
def boundary(force: str) -> BaseGeometry | None:
    """Return a force's area as one geometry in longitude and latitude; None where no boundary ships.

    The 43 territorial forces of England and Wales have one, under any name that data.police.uk has given them.

    >>> boundary("City of London Police").geom_type, boundary("Police Scotland")
    ('Polygon', None)
    """
    if force in BOUNDARY_FILES:
        document = json.loads(shipped(BOUNDARY_FILES[force]).read_text(encoding="utf-8"))
        return shapely.union_all(
            [shapely.geometry.shape(feature["geometry"]) for feature in document["features"]]
        )
    parts = districts(force)
    return shapely.coverage_union_all([*parts.values()]) if parts else None


@cache
def districts(force: str) -> Mapping[str, BaseGeometry]:
    """Return the local authority districts that a force polices, by name, in longitude and latitude; none of an unknown force.

    Together they are its boundary, and neighbours share their edge. Of the file only what is the force's is parsed.

    >>> sorted(districts("Gwent Police"))
    ['Blaenau Gwent', 'Caerphilly', 'Monmouthshire', 'Newport', 'Torfaen']
    """
    mark = f'"force":{json.dumps(_first_name().get(force, force), ensure_ascii=False)}'
    with shipped(DISTRICTS_FILE).open(encoding="utf-8") as stream:
        features = [json.loads(line.rstrip(",\n")) for line in stream if mark in line]
    return {
        feature["properties"]["name"]: shapely.geometry.shape(feature["geometry"]) for feature in features
    }


def district_of(longitudes: Floats, latitudes: Floats) -> list[str]:
    """Return the district of England and Wales that each point lies in, "" where in none.

    >>> district_of(np.array([0.8707, -95.4]), np.array([51.1465, 29.8]))
    ['Ashford', '']
    """
    names, tree = _every_district()
    points, holding = tree.query(shapely.points(longitudes, latitudes), predicate="intersects")
    district = dict(zip(points.tolist(), holding.tolist(), strict=True))
    return [names[district[point]][0] if point in district else "" for point in range(len(longitudes))]


def district_shapes() -> tuple[BaseGeometry, ...]:
    """Return the shape of every district of England and Wales."""
    return tuple(_every_district()[1].geometries)


def forces() -> tuple[str, ...]:
    """Return the forces whose boundary ships, in order of the alphabet.

    >>> len(forces()), forces()[0]
    (43, 'Avon and Somerset Constabulary')
    """
    return tuple(sorted({force for _, force in _every_district()[0]}))


def force_around(longitudes: Floats, latitudes: Floats) -> tuple[str, float, int]:
    """Return the force in whose area most points lie, their share of the points in any force's area, and how many those are.

    >>> force_around(np.array([0.8707, 0.9, -95.4]), np.array([51.1465, 51.2, 29.8]))
    ('Kent Police', 1.0, 2)
    >>> force_around(np.array([np.nan]), np.array([np.nan]))
    ('', 0.0, 0)
    """
    names, tree = _every_district()
    placed = np.isfinite(longitudes) & np.isfinite(latitudes)
    _, holding = tree.query(shapely.points(longitudes[placed], latitudes[placed]), predicate="within")
    counted = Counter(names[district][1] for district in holding)
    (force, most), *_ = counted.most_common(1) or [("", 0)]
    return force, most / max(counted.total(), 1), counted.total()


@cache
def place_names(force: str) -> tuple[PlaceName, ...]:
    """Return the towns of England and Wales, and the districts and neighbours of a force, as a map of it names them.

    >>> [place.name for place in place_names("Gwent Police") if place.kind == "district"]
    ['Blaenau Gwent', 'Caerphilly', 'Monmouthshire', 'Torfaen']
    """
    force = _first_name().get(force, force)
    with shipped(NAMES_FILE).open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["force"] in ("", force)]
    return tuple(
        PlaceName(
            row["name"],
            row["kind"],
            float(row["longitude"]),
            float(row["latitude"]),
            int(row["priority"]),
        )
        for row in rows
    )


def edge_tolerance_m(force: str) -> float:
    """Return how far beyond the boundary that ships for a force a point still counts as within, in metres.

    >>> edge_tolerance_m("City of London Police"), edge_tolerance_m("Kent Police")
    (50.0, 250.0)
    """
    return EDGE_TOLERANCE_M if force in BOUNDARY_FILES else COARSE_TOLERANCE_M


def outside(
    area: BaseGeometry, longitudes: Floats, latitudes: Floats, tolerance_m: float = EDGE_TOLERANCE_M
) -> Booleans:
    """Return which points lie outside an area by more than a tolerance.

    Args:
        area: The area, in longitude and latitude (WGS 84).
        longitudes: Degrees; NaN where a point has no place.
        latitudes: Degrees, in the same order.
        tolerance_m: Metres beyond the edge that still count as within.

    Returns:
        True where the point lies outside. A point without a place is False: ask for its place first.

    Misleads when:
        points stand for streets, as those of data.police.uk do: near the edge it is the street that
        lies outside, not the event.

    >>> city = boundary("City of London Police")
    >>> outside(city, np.array([-0.0922, -0.1276]), np.array([51.5155, 51.5072])).tolist()
    [False, True]
    """
    return np.nan_to_num(metres_from(area, longitudes, latitudes), nan=0.0) > tolerance_m


def metres_from(area: BaseGeometry, longitudes: Floats, latitudes: Floats) -> Floats:
    """Return each point's distance in metres from an area: 0 within, NaN without a place.

    >>> city = boundary("City of London Police")
    >>> metres_from(city, np.array([-0.0922, -0.1276]), np.array([51.5155, 51.5072])).round(-2).tolist()
    [0.0, 1200.0]
    """
    scale = metres_per_degree(area.centroid.y)
    plane = shapely.transform(area, lambda degrees: degrees * scale)
    shapely.prepare(plane)
    points = np.column_stack([longitudes, latitudes]) * scale
    placed = np.isfinite(longitudes) & np.isfinite(latitudes)
    distances = np.where(placed, 0.0, np.nan)
    beyond = placed & ~shapely.intersects_xy(
        plane, points
    )  # by an index: a distance is measured to every edge
    distances[beyond] = shapely.distance(plane, shapely.points(points[beyond]))
    return distances


def metres_per_degree(latitude: float | Floats) -> Floats:
    """Return the metres in one degree of longitude and in one of latitude, at a latitude; a column for each of several.

    Source: series for the meridian and the parallel on the WGS 84 ellipsoid, to a metre.

    >>> metres_per_degree(51.5155).round().tolist()
    [69417.0, 111258.0]
    """
    phi = np.radians(latitude)
    return np.array(
        [
            111_412.84 * np.cos(phi) - 93.5 * np.cos(3 * phi) + 0.118 * np.cos(5 * phi),
            111_132.954 - 559.822 * np.cos(2 * phi) + 1.175 * np.cos(4 * phi),
        ]
    )


def to_wgs84(eastings: Floats, northings: Floats) -> tuple[Floats, Floats]:
    """Return longitudes and latitudes of points of the British National Grid.

    Args:
        eastings: Metres east of the grid's origin; NaN where a point has no place.
        northings: Metres north of it, in the same order.

    Returns:
        Degrees on WGS 84, each NaN where either is missing or the point lies outside the grid's rectangle
        of 700 km by 1,300 km.

    Source:
        EPSG 1314 (OSGB36 to WGS 84), whose stated accuracy is 2 m; checked against Ordnance Survey's OSTN15
        test points.

    Misleads when:
        metres matter: to tell two sides of a street apart, use coordinates that the force itself transformed by OSTN15.

    >>> longitudes, latitudes = to_wgs84(np.array([532_650.0, np.nan]), np.array([181_200.0, 0.0]))
    >>> longitudes.round(4).tolist(), latitudes.round(4).tolist()
    ([-0.0897, nan], [51.5142, nan])
    """
    east, north = np.asarray(eastings, dtype=np.float64), np.asarray(northings, dtype=np.float64)
    within = (east >= 0) & (east <= EAST_END_M) & (north >= 0) & (north <= NORTH_END_M)
    longitudes, latitudes = np.full(east.shape, np.nan), np.full(east.shape, np.nan)
    if within.any():
        longitudes[within], latitudes[within] = _transformer().transform(east[within], north[within])
    return longitudes, latitudes


def to_grid(longitudes: Floats, latitudes: Floats) -> tuple[Floats, Floats]:
    """Return eastings and northings on the British National Grid of points: what `to_wgs84` turns back into them.

    >>> [round(float(metres[0])) for metres in to_grid(*to_wgs84(np.array([532_650.0]), np.array([181_200.0])))]
    [532650, 181200]
    """
    eastings, northings = _transformer().transform(longitudes, latitudes, direction="INVERSE")
    return np.asarray(eastings), np.asarray(northings)


def grid_reference(texts: Iterable[str]) -> tuple[Floats, Floats]:
    """Return eastings and northings in metres of grid references like TQ 326 812, NaN where one can't be read.

    A reference names a square, and the point is its middle: half a square's side from each edge, 50 m for six
    figures, 5 m for eight, half a metre for ten. (Its south-west corner would shift every record the same way.)
    Letters may be small; spaces, commas, points, dashes, slashes and colons between the parts don't matter.
    Fewer than four figures are no place: a square of ten kilometres or more.

    Source: Ordnance Survey, A guide to coordinate systems in Great Britain.

    >>> eastings, northings = grid_reference(["TG 51409 13177", "tq326812", "EC2"])
    >>> eastings.tolist(), northings.tolist()
    ([651409.5, 532650.0, nan], [313177.5, 181250.0, nan])
    """
    points = np.array([_middle(text) for text in texts], dtype=np.float64).reshape(-1, 2)
    return points[:, 0], points[:, 1]


def _middle(text: str) -> tuple[float, float]:
    nowhere = (np.nan, np.nan)
    if len(text) > _MOST_LETTERS:
        return nowhere
    reference = _REFERENCE.fullmatch(_APART.sub("", text).upper())
    if not reference:
        return nowhere
    outer, inner, figures = reference.groups()
    if not 4 <= len(figures) <= 10 or not figures.isascii():
        return nowhere
    half = len(figures) // 2
    side = 10.0 ** (5 - half)
    east, north = _corner(outer, inner)
    east += int(figures[:half]) * side + side / 2
    north += int(figures[half:]) * side + side / 2
    return (east, north) if 0 <= east <= EAST_END_M and 0 <= north <= NORTH_END_M else nowhere


def _corner(outer: str, inner: str) -> tuple[float, float]:
    """Return the south-west corner of a square of 100 km: the outer letter's 500 km, counted from square S."""
    row, column = divmod(_LETTERS.index(outer), 5)
    inner_row, inner_column = divmod(_LETTERS.index(inner), 5)
    return (column - 2) * 500_000.0 + inner_column * 100_000.0, (3 - row) * 500_000.0 + (
        4 - inner_row
    ) * 100_000.0


@cache
def _every_district() -> tuple[list[tuple[str, str]], shapely.STRtree]:
    """Return each district's name and its force's, and an index of their shapes in the same order."""
    features = json.loads(shipped(DISTRICTS_FILE).read_text(encoding="utf-8"))["features"]
    names = [(feature["properties"]["name"], feature["properties"]["force"]) for feature in features]
    return names, shapely.STRtree([shapely.geometry.shape(feature["geometry"]) for feature in features])


@cache
def _first_name() -> dict[str, str]:
    """Return what the districts call a force that was renamed."""
    rows = tomllib.loads((REFERENCE / "police_uk_forces.toml").read_text(encoding="utf-8"))["force"]
    return {other: row["name"] for row in rows for other in row.get("also", ())}


@cache
def _transformer() -> Transformer:
    return Transformer.from_pipeline(_TO_WGS84)
