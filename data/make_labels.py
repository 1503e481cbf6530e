"""Chooses the names that stand on the map and where, so that none lies on another.

`make_basemap.py` runs it. Lengths are metres on its plane.
"""

import csv
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

NEIGHBOUR_NAMES_WITHIN_M = 1_500  # names stand near the City, or nobody who looks at it would see them
NEAR_M = 80  # a segment whose middle is further away is likely another street's
CLEAR_M = 10  # no name stands nearer than this to a point at which records are shown
MOST_STREETS = 40
STATION_PRIORITY, RIVER_PRIORITY, BOROUGH_PRIORITY = 300, 200, 100  # streets: 0 and less

# Names are placed for a map on which the City is 900 pixels wide.
CITY_WIDTH_PX = 900
LETTER_PX, LINE_PX = 7, 14
LIFT_PX = 11  # a station's name stands above its dot
SPACE_PX = 4

# What people steer by comes first, whatever its length.
BEST_KNOWN = (
    "Bishopsgate", "Fleet Street", "Cheapside", "Leadenhall Street", "Cornhill", "Moorgate", "Fenchurch Street",
    "Queen Victoria Street", "London Wall", "Ludgate Hill", "Cannon Street", "Gracechurch Street",
    "Upper Thames Street", "Lower Thames Street", "Aldersgate Street", "Threadneedle Street", "Houndsditch",
    "Gresham Street", "Farringdon Street", "King William Street", "Minories", "Middlesex Street",
    "Old Broad Street", "Newgate Street", "New Bridge Street", "Chancery Lane",
    "Fetter Lane", "West Smithfield", "Beech Street", "Wood Street",
    "Lime Street", "St Mary Axe", "Great Tower Street", "Lombard Street", "Mansell Street",
)  # fmt: skip


class Label(NamedTuple):
    """A name on the map: where it stands on the plane, and how early it is placed (the greatest first)."""

    name: str
    kind: str
    x_m: float
    y_m: float
    priority: int


def names_on_the_map(
    city: BaseGeometry,
    stations: list[tuple[str, BaseGeometry]],
    river: BaseGeometry,
    boroughs: list[tuple[str, BaseGeometry]],
    streets: list[list[Label]],
) -> list[Label]:
    """Return the names that fit, none on another: stations, then the river, the boroughs, and streets."""
    fixed = [
        *(Label(name, "station", point.x, point.y, STATION_PRIORITY) for name, point in stations),
        river_label(river, city),
        *borough_labels(boroughs, river, city),
    ]
    return placed(fixed, streets, CITY_WIDTH_PX / (city.bounds[2] - city.bounds[0]))


def river_label(river: BaseGeometry, city: BaseGeometry) -> Label:
    """Return the river's name on the widest water south of the middle of the City."""
    beside = river.intersection(city.centroid.buffer(900))
    middle = shapely.maximum_inscribed_circle(beside, 1).coords[0]
    return Label("River Thames", "river", *middle, RIVER_PRIORITY)


def borough_labels(
    boroughs: list[tuple[str, BaseGeometry]], river: BaseGeometry, city: BaseGeometry
) -> list[Label]:
    """Return each neighbour's name in the middle of its ground near the City."""
    around = city.buffer(NEIGHBOUR_NAMES_WITHIN_M).difference(city.buffer(250)).difference(river)
    labels = []
    for name, shape in sorted(boroughs):
        ground = shape.intersection(around)
        if name != "City of London" and not ground.is_empty:
            middle = shapely.maximum_inscribed_circle(ground, 1).coords[0]
            labels.append(Label(name, "borough", *middle, BOROUGH_PRIORITY))
    return labels


def street_name_places(
    places: Path, segments: Sequence[BaseGeometry], scale: np.ndarray
) -> list[list[Label]]:
    """Return for each street where its name may stand, best first: mid-street, then near each of its points.

    The places are the middles of street segments, and none is a point at which records are shown. Streets
    come in the order in which they are placed.
    """
    with places.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    at = np.array([[float(row["longitude"]), float(row["latitude"])] for row in rows]) * scale
    shown = shapely.MultiPoint(at)
    points = defaultdict(list)
    for row, point in zip(rows, at, strict=True):
        if row["kind"] == "street":
            points[row["place"]].append(point)

    def worth(name: str) -> tuple[int, int, float, str]:
        known = BEST_KNOWN.index(name) if name in BEST_KNOWN else len(BEST_KNOWN)
        return known, -len(points[name]), -shapely.MultiPoint(points[name]).envelope.length, name

    middles = shapely.line_interpolate_point(segments, 0.5, normalized=True)
    middles = shapely.STRtree(middles[shapely.distance(middles, shown) >= CLEAR_M])
    streets = []
    for rank, name in enumerate(sorted(points, key=worth)):
        mean, *starts = shapely.points([np.mean(points[name], axis=0), *points[name]])
        spots = middles_near(mean, middles)
        if not spots and mean.distance(shown) >= CLEAR_M:
            spots = [mean]  # the file has no streets here: between the points, and at none of them
        spots += [spot for start in starts for spot in middles_near(start, middles)]
        streets.append([Label(name, "street", spot.x, spot.y, -rank) for spot in spots])
    return streets


def middles_near(start: BaseGeometry, middles: shapely.STRtree) -> list[BaseGeometry]:
    """Return the middles of the street segments at a point, the nearest first."""
    near = middles.geometries[middles.query(start, predicate="dwithin", distance=NEAR_M)]
    return sorted(near, key=start.distance)


def placed(fixed: list[Label], streets: list[list[Label]], px_per_m: float) -> list[Label]:
    """Return the labels that fit, none on another: each at the first of its places that is free."""
    kept: list[Label] = []
    taken: list[BaseGeometry] = []
    for places in [*([label] for label in fixed), *streets]:
        if sum(label.kind == "street" for label in kept) == MOST_STREETS:
            break
        free = (label for label in places if not any(text_box(label, px_per_m).intersects(t) for t in taken))
        if label := next(free, None):
            kept.append(label)
            taken.append(text_box(label, px_per_m).buffer(SPACE_PX, cap_style="square"))
    return kept


def text_box(label: Label, px_per_m: float) -> BaseGeometry:
    """Return the pixels that a label's text takes."""
    x_px, y_px = label.x_m * px_per_m, label.y_m * px_per_m
    half_px = len(label.name) * LETTER_PX / 2
    foot_px = y_px - LINE_PX / 2 + (LIFT_PX if label.kind == "station" else 0)
    return shapely.box(x_px - half_px, foot_px, x_px + half_px, foot_px + LINE_PX)


def write_labels(path: Path, labels: list[Label], scale: np.ndarray) -> None:
    """Write the labels as a plain list, a line each."""
    lines = []
    for label in labels:
        longitude, latitude = np.round(np.array([label.x_m, label.y_m]) / scale, 4).tolist()
        record = {"name": label.name, "kind": label.kind, "longitude": longitude, "latitude": latitude}
        lines.append(json.dumps({**record, "priority": label.priority}, ensure_ascii=False))
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8", newline="\n")
