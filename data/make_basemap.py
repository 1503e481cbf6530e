"""Makes the files of the map's ground: wards, boundary, streets, river, neighbours, stations, names.

`make_reference.py` runs it; see data/README.md for the sources. Lengths are metres on a plane laid
through the middle of the City.
"""

import itertools
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import shapely
from make_labels import names_on_the_map, street_name_places, write_labels
from shapely.geometry.base import BaseGeometry

from vulncore.domain.geography import metres_per_degree

GEOGRAPHY = Path(__file__).parents[1].parent / "shared" / "data" / "geography"

AROUND_M = 250  # streets drawn beyond the boundary, so that edge streets lead somewhere
FAR_M = 6_000  # where the river and the neighbours end
STATIONS_WITHIN_M = 1_000
SAME_LINE_M = 1  # two boroughs' copies of one line differ by less
SAME_BOUNDARY_M = 25  # the boroughs' file and the boundary's draw one line this far apart
STATION_NAMES = {"St. Paul's": "St Paul's"}  # as its signs have it


def write_wards(folder: Path) -> None:
    """Write the wards, simplified together so that neighbours keep one edge between them."""
    named = features("city-of-london-wards.geojson", "NAME")
    scale = metres_per_degree(shapely.union_all([shape for _, shape in named]).centroid.y)
    simple = shapely.coverage_simplify([on_plane(shape, scale) for _, shape in named], 2)
    wards = sorted((name, shape) for (name, _), shape in zip(named, simple, strict=True))
    write_shapes(folder / "city-of-london-wards.geojson", wards, scale, decimals=6)


def write_basemap(reference: Path, geography: Path, area: BaseGeometry) -> None:
    """Write what the browser fetches, from the published files and from those of data/reference."""
    scale = metres_per_degree(area.centroid.y)
    city = on_plane(area, scale)

    def plane(file_name: str, naming: str | None = None) -> list[tuple[str, BaseGeometry]]:
        return [(name, on_plane(shape, scale)) for name, shape in features(file_name, naming)]

    segments = shapely.get_parts([shape for _, shape in plane("city-of-london-streets-osm.geojson")])
    # one piece: the bank of each of the file's tiles would be drawn as a line across the water
    river = shapely.union_all([shape for _, shape in plane("thames.geojson")], grid_size=0.01)
    boroughs = plane("london-boroughs.geojson", "name")
    stations = stations_near(city, plane("london-stations.geojson", "name"))
    wards = features(reference / "city-of-london-wards.geojson", "name")

    def write(file_name: str, shapes: Iterable[tuple[str, BaseGeometry]]) -> None:
        write_shapes(geography / file_name, shapes, scale, decimals=5)

    labels = names_on_the_map(
        city, stations, river, boroughs, street_name_places(reference / "city-places.csv", segments, scale)
    )

    write("boundary.geojson", [("City of London", city)])
    write("wards.geojson", [("", ward_lines([on_plane(ward, scale) for _, ward in wards], city))])
    write("streets.geojson", [("", drawn(segments, city.buffer(AROUND_M), 2))])
    write("river.geojson", [("River Thames", river.intersection(city.buffer(FAR_M)).simplify(5))])
    write("neighbours.geojson", neighbour_lines(boroughs, city))
    write("stations.geojson", stations)

    write_labels(geography / "labels.json", labels, scale)


def stations_near(
    city: BaseGeometry, stations: list[tuple[str, BaseGeometry]]
) -> list[tuple[str, BaseGeometry]]:
    """Return the stations within a walk of the City, one point per name, in the order of their names."""
    near = {
        STATION_NAMES.get(name, name): point
        for name, point in sorted(stations, key=lambda station: station[0])
        if point.distance(city) <= STATIONS_WITHIN_M
    }
    return sorted(near.items())


def ward_lines(wards: list[BaseGeometry], city: BaseGeometry) -> BaseGeometry:
    """Return the lines between wards, each once, within the boundary."""
    outer = shapely.coverage_union_all(wards).boundary
    inner = shapely.union_all([ward.boundary for ward in wards]).difference(outer)
    return shapely.line_merge(inner.intersection(city)).normalize()


def neighbour_lines(
    boroughs: list[tuple[str, BaseGeometry]], city: BaseGeometry
) -> list[tuple[str, BaseGeometry]]:
    """Return the line between each two boroughs, where it isn't the City's own boundary."""
    reach = city.buffer(FAR_M).difference(city.boundary.buffer(SAME_BOUNDARY_M))
    lines = []
    for (name, shape), (other, neighbour) in itertools.combinations(sorted(boroughs), 2):
        shared = shape.boundary.intersection(neighbour.boundary.buffer(SAME_LINE_M))
        line = drawn([shared], reach, 10)
        if not line.is_empty:
            lines.append((f"{name} and {other}", line))
    return lines


def drawn(lines: Sequence[BaseGeometry], within: BaseGeometry, tolerance_m: float) -> BaseGeometry:
    """Return lines clipped, joined where one goes on as another, and simplified."""
    pieces = shapely.get_parts(shapely.intersection(lines, within))
    pieces = pieces[shapely.get_type_id(pieces) == shapely.GeometryType.LINESTRING]
    joined = shapely.line_merge(shapely.multilinestrings(pieces)).simplify(tolerance_m)
    kept = [line for line in shapely.get_parts(joined) if line.length > tolerance_m]
    return shapely.MultiLineString(kept).normalize()


def features(file: str | Path, naming: str | None) -> list[tuple[str, BaseGeometry]]:
    """Return the name and the shape of each feature of a file."""
    document = json.loads((GEOGRAPHY / file).read_text(encoding="utf-8"))
    return [
        (feature["properties"][naming] if naming else "", shapely.geometry.shape(feature["geometry"]))
        for feature in document["features"]
    ]


def on_plane(shape: BaseGeometry, scale: np.ndarray) -> BaseGeometry:
    """Return a shape in metres."""
    return shapely.transform(shape, lambda degrees: degrees * scale)


def write_shapes(
    path: Path, shapes: Iterable[tuple[str, BaseGeometry]], scale: np.ndarray, decimals: int
) -> None:
    """Write shapes of the plane as GeoJSON in longitude and latitude, the same on every machine."""
    written = []
    for name, shape in shapes:
        degrees = shapely.transform(shape, lambda metres: np.round(metres / scale, decimals)).normalize()
        geometry = json.loads(shapely.to_geojson(shapely.orient_polygons(degrees)))
        written.append(
            {"type": "Feature", "properties": {"name": name} if name else {}, "geometry": geometry}
        )
    document = {"type": "FeatureCollection", "features": written}
    path.write_text(json.dumps(document, separators=(",", ":")) + "\n", encoding="utf-8", newline="\n")
