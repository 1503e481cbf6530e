"""Makes what the map of any force is drawn on: districts with their force, land, the lines between, and names.

`make_reference.py` runs it; see data/README.md for the sources. The published districts are simplified one by one: neighbours
overlap here and leave a gap there. All of them are put on one grid, of a ten-thousandth of a degree, and made to meet.
"""

import csv
import itertools
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import shapely
from make_basemap import GEOGRAPHY, features, on_plane
from shapely.geometry.base import BaseGeometry

from vulncore.domain.geography import metres_per_degree

GRID = 10_000  # steps of the grid in a degree: 7 m from west to east, 11 m from south to north
SNAP = 1.5  # steps: vertices nearer than this become one
GAP = (
    200  # steps: what is narrower and lies within the land is no water, but where two districts' lines differ
)
CITY = "City of London"

WITHIN_M = 2_000  # of the land: a pier, and a port that the coast leaves out
SEEN_BEYOND = 0.12  # of a force's width and height: how much of its neighbours a map shows at first
OFF_THE_EDGE_M = 1_500  # a neighbour's name stands no nearer to the force
DISTRICT_PRIORITY, TOWN_PRIORITY, NEIGHBOUR_PRIORITY, FIRST_TOWN = 50, 100, 150, 400

SCOTLAND = (
    ("Cumbria Constabulary", -3.2, 55.12),
    ("Northumbria Police", -2.6, 55.55),
)  # its land is in no source

# The source names some towns of Wales in Welsh alone; these are the names that the English forms of the same places have.
IN_ENGLISH = {
    "Abertawe": "Swansea",
    "Bae Colwyn": "Colwyn Bay",
    "Barri": "Barry",
    "Caergybi": "Holyhead",
    "Casnewydd": "Newport",
    "Castell-nedd": "Neath",
    "Glyn Ebwy": "Ebbw Vale",
    "Hwlffordd": "Haverfordwest",
    "Merthyr Tudful": "Merthyr Tydfil",
    "Pen-y-bont ar Ogwr": "Bridgend",
    "Weston-Super-Mare": "Weston-super-Mare",
    "Wrecsam": "Wrexham",
    "Y Drenewydd": "Newtown",
}

# The source doesn't say how large a town is. What people steer by comes first.
BEST_KNOWN = (
    "London", "Birmingham", "Leeds", "Sheffield", "Manchester", "Liverpool", "Bristol", "Cardiff", "Leicester", "Nottingham",
    "Newcastle upon Tyne", "Bradford", "Coventry", "Kingston upon Hull", "Plymouth", "Stoke-on-Trent", "Wolverhampton", "Derby",
    "Southampton", "Portsmouth", "Swansea", "Norwich", "Luton", "Reading", "Northampton", "Milton Keynes", "Sunderland",
    "Bournemouth", "Brighton", "Middlesbrough", "Peterborough", "Blackpool", "Ipswich", "York", "Oxford", "Cambridge",
    "Gloucester", "Exeter", "Preston", "Bolton", "Huddersfield", "Blackburn", "Swindon", "Southend-on-Sea", "Telford", "Slough",
    "Warrington", "Stockport", "Rotherham", "Doncaster", "Wigan", "Colchester", "Chelmsford", "Basildon", "Watford",
    "Maidstone", "Cheltenham", "Lincoln", "Worcester", "Bath", "Chester", "Carlisle", "Darlington", "Hartlepool", "Burnley",
    "Halifax", "Wakefield", "Barnsley", "Grimsby", "Scunthorpe", "Mansfield", "Chesterfield", "Stafford", "Shrewsbury",
    "Hereford", "Worthing", "Eastbourne", "Hastings", "Crawley", "Guildford", "Woking", "Basingstoke", "High Wycombe",
    "Aylesbury", "Bedford", "Stevenage", "Harlow", "St Albans", "Hemel Hempstead", "Ashford", "Canterbury", "Dover",
    "Folkestone", "Margate", "Royal Tunbridge Wells", "Gillingham", "Dartford", "Great Yarmouth", "Lowestoft", "King's Lynn",
    "Bury St Edmunds", "Boston", "Grantham", "Scarborough", "Harrogate", "Durham", "Lancaster", "Barrow-in-Furness", "Kendal",
    "Workington", "Wrexham", "Bangor", "Llanelli", "Haverfordwest", "Newtown", "Bridgend", "Barry", "Merthyr Tydfil", "Neath",
    "Port Talbot", "Pontypridd", "Holyhead", "Colwyn Bay", "Ebbw Vale", "Cwmbran", "Taunton", "Weston-super-Mare", "Yeovil",
    "Salisbury", "Trowbridge", "Weymouth", "Dorchester", "Poole", "Torquay", "Truro", "Barnstaple", "Newquay", "Winchester",
    "Andover", "Newbury", "Banbury", "Chichester", "Berwick-upon-Tweed", "Crewe", "Macclesfield", "Rugby", "Warwick",
    "Stratford-upon-Avon", "Nuneaton", "Kettering", "Corby", "Loughborough", "Redditch", "Kidderminster", "Burton upon Trent",
    "Tamworth", "Cannock", "Newark-on-Trent", "Worksop", "Skegness", "Bridlington", "Southport", "Birkenhead", "St Helens",
    "Redhill", "Farnborough", "Ryde", "Clacton-on-Sea", "Felixstowe", "March", "Stroud",
)  # fmt: skip


class District(NamedTuple):
    """A district, the force that polices it, and its shape in longitude and latitude."""

    name: str
    force: str
    shape: BaseGeometry


class PlaceName(NamedTuple):
    """A name on a map: where it stands, how early it is placed, and on which force's map alone ("" for any)."""

    name: str
    kind: str
    force: str
    longitude: float
    latitude: float
    priority: int


def write_forces(reference: Path, ground: Path) -> None:
    """Write the districts and names that the package reads, and the land and lines that the browser fetches."""
    districts = districts_that_meet(reference)
    write_lines(
        reference / "police-districts.geojson",
        [({"name": name, "force": force}, shape) for name, force, shape in districts],
    )
    land = shapely.coverage_union_all([shape for _, _, shape in districts])
    write_names(reference / "place-names.csv", place_names(districts, land))
    between_forces, between_districts = lines_between(districts)
    for name, shape in (("land", land), ("forces", between_forces), ("districts", between_districts)):
        write_lines(ground / f"{name}.geojson", [({}, shape)])


def districts_that_meet(reference: Path) -> list[District]:
    """Return the districts, by force and name, so that neighbours share an edge; the City's is its own boundary."""
    document = json.loads((GEOGRAPHY / "districts-england-wales-2013.geojson").read_text("utf-8"))
    of_force = {
        feature["properties"]["district"]: feature["properties"]["force"] for feature in document["features"]
    }
    drawn = dict(features("districts-england-wales-2013.geojson", "district"))
    ((_, drawn[CITY]),) = features(reference / "city-of-london-boundary.geojson", "name")
    order = sorted(drawn, key=lambda name: (name != CITY, of_force[name], name))
    # where two overlap the first has it, and so the City keeps its boundary
    meeting = shapely.coverage_clean(
        [on_the_grid(drawn[name]) for name in order],
        gap_width=GAP,
        snapping_distance=SNAP,
        merge_strategy="min_index",
    )
    shapes = shapely.transform(meeting, lambda steps: np.round(np.round(steps) / GRID, 4))
    if not (shapely.is_valid(shapes).all() and shapely.coverage_is_valid(shapes)):
        raise ValueError("The districts don't meet on this grid. Choose another GRID or SNAP.")
    return [
        District(name.partition(",")[0], of_force[name], shape.normalize())  # Bristol, City of
        for name, shape in zip(order, shapes, strict=True)
    ]


def on_the_grid(shape: BaseGeometry) -> BaseGeometry:
    """Return what of a shape is polygons, in steps of the grid; lines that cross themselves are undone."""
    valid = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    snapped = shapely.set_precision(shapely.transform(valid, lambda degrees: degrees * GRID), 1)
    parts = shapely.get_parts(shapely.get_parts([snapped]))
    return shapely.multipolygons([part for part in parts if part.geom_type == "Polygon"])


def lines_between(districts: Sequence[District]) -> tuple[BaseGeometry, BaseGeometry]:
    """Return the lines between forces, and those between districts of one force: each once, and no coast."""
    beside = defaultdict(list)  # of each stretch between two vertices, the forces on its sides
    for district in districts:
        for ring in shapely.get_rings(shapely.get_parts(district.shape)):
            vertices = [tuple(vertex) for vertex in shapely.get_coordinates(ring).tolist()]
            for ends in itertools.pairwise(vertices):
                beside[tuple(sorted(ends))].append(district.force)
    shared = [(ends, forces) for ends, forces in sorted(beside.items()) if len(forces) > 1]
    between = [
        [ends for ends, forces in shared if (len(set(forces)) > 1) is apart] for apart in (True, False)
    ]
    of_forces, of_districts = (
        shapely.line_merge(shapely.multilinestrings(lines)).normalize() for lines in between
    )
    return of_forces, of_districts


def place_names(districts: Sequence[District], land: BaseGeometry) -> list[PlaceName]:
    """Return every name, in the order of the file."""
    towns = towns_on(land)
    at = shapely.points([(town.longitude, town.latitude) for town in towns])
    names = [
        *towns,
        *(PlaceName("Scotland", "neighbour", *place, NEIGHBOUR_PRIORITY) for place in SCOTLAND),
    ]
    for name, force, shape in districts:
        inside = {town.name for town, point in zip(towns, at, strict=True) if shape.covers(point)}
        if name not in inside:  # the town's name says it
            names.append(PlaceName(name, "district", force, *middle_of(shape), DISTRICT_PRIORITY))
    forces = {district.force for district in districts}
    shapes = {
        force: shapely.coverage_union_all(
            [district.shape for district in districts if district.force == force]
        )
        for force in forces
    }
    for force in sorted(forces):
        names += neighbours_of(force, shapes)
    return sorted(names, key=lambda name: (name.kind, name.force, -name.priority, name.name, name.longitude))


def towns_on(land: BaseGeometry) -> list[PlaceName]:
    """Return the towns of England and Wales, as people there call them in English."""
    scale = metres_per_degree(land.centroid.y)
    near = on_plane(land, scale).buffer(WITHIN_M)
    with (GEOGRAPHY / "towns-great-britain.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    towns = []
    for row in rows:
        place = float(row["longitude"]), float(row["latitude"])
        name = IN_ENGLISH.get(row["name"], row["name"])
        if near.covers(shapely.Point(np.array(place) * scale)):
            known = FIRST_TOWN - BEST_KNOWN.index(name) if name in BEST_KNOWN else TOWN_PRIORITY
            towns.append(PlaceName(name, "town", "", *place, known))
    return towns


def neighbours_of(force: str, shapes: dict[str, BaseGeometry]) -> list[PlaceName]:
    """Return the names of the forces around one, each in the middle of what a map of that one shows of it."""
    scale = metres_per_degree(shapes[force].centroid.y)
    middle = on_plane(shapes[force], scale)
    west, south, east, north = middle.bounds
    beyond = SEEN_BEYOND * max(east - west, north - south)
    seen = shapely.box(west - beyond, south - beyond, east + beyond, north + beyond)
    around = seen.difference(middle.buffer(OFF_THE_EDGE_M))
    names = []
    for other in sorted(shapes.keys() - {force}):
        ground = on_plane(shapes[other], scale).intersection(around)
        if not ground.is_empty and ground.area > 0:
            place = np.array(shapely.maximum_inscribed_circle(ground, 100).coords[0]) / scale
            names.append(
                PlaceName(other, "neighbour", force, *np.round(place, 4).tolist(), NEIGHBOUR_PRIORITY)
            )
    return names


def middle_of(shape: BaseGeometry) -> tuple[float, float]:
    """Return the point of a shape that lies farthest from its edge, in degrees."""
    scale = metres_per_degree(shape.centroid.y)
    middle = shapely.maximum_inscribed_circle(on_plane(shape, scale), 50).coords[0]
    longitude, latitude = np.round(np.array(middle) / scale, 4).tolist()
    return longitude, latitude


def write_lines(path: Path, shapes: Sequence[tuple[dict[str, str], BaseGeometry]]) -> None:
    """Write shapes as GeoJSON with a line for each, so that one can be read without the others."""
    lines = []
    for properties, shape in shapes:
        geometry = json.loads(shapely.to_geojson(shapely.orient_polygons(shape)))
        feature = {"type": "Feature", "properties": properties, "geometry": geometry}
        lines.append(json.dumps(feature, separators=(",", ":"), ensure_ascii=False))
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def write_names(path: Path, names: Sequence[PlaceName]) -> None:
    """Write the names as a table; coordinates to four decimals, as the shapes have them."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(PlaceName._fields)
        table.writerows(
            (*name[:3], f"{name.longitude:.4f}", f"{name.latitude:.4f}", name.priority) for name in names
        )
