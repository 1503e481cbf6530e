"""Boundaries: the area that a force polices and its wards or districts, from the force's own file or as they ship."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from vulncore.domain.disk import write_whole
from vulncore.domain.errors import UnreadableSourceError, first_five
from vulncore.domain.geography import boundary, districts, metres_per_degree
from vulncore.domain.shipped import shipped

FOLDER: Final = "boundaries"
LARGEST_FILE: Final = 50_000_000  # bytes; Great Britain's districts, unsimplified, have fewer
MOST_PARTS: Final = 5_000  # the largest force has under 700 wards
MOST_KM2: Final = 100_000.0  # more than any force in Europe polices
SLIT_M: Final = 20.0  # how wide a gap may be that is none: two districts' lines differ by so much where they were drawn apart
FINEST_M: Final = 2.0  # a map of streets shows nothing finer
DISTRICTS: Final = "shipped districts"
"""The key of an area whose parts are the districts that ship, not wards."""
WARD_FILES: Final = {"City of London Police": "city-of-london-wards.geojson"}


@dataclass(frozen=True)
class Area:
    """A force's area and its named parts (wards or districts; none where nobody named them), in longitude and latitude.

    `key` tells two versions of it apart.
    """

    shape: BaseGeometry
    parts: Mapping[str, BaseGeometry]
    key: str

    @property
    def km2(self) -> float:
        """Its size."""
        scale = metres_per_degree(self.shape.centroid.y)
        return float(self.shape.area * scale[0] * scale[1] / 1e6)


def area_of(store: Path, force: str) -> Area | None:
    """Return a force's area: the one kept in the store, else the one that ships, else None.

    Raises:
        UnreadableSourceError: What the store keeps is damaged.
    """
    kept = _file_of(store, force)
    if kept.is_file():
        stat = kept.stat()
        return _kept_area(kept, (stat.st_mtime_ns, stat.st_ino))
    return _shipped_area(force)


def area_kept_on(store: Path, force: str) -> date | None:
    """Return the day on which the area that is kept for a force was brought; None where none is."""
    kept = _file_of(store, force)
    return datetime.fromtimestamp(kept.stat().st_mtime, UTC).date() if kept.is_file() else None


def boundaries_kept(store: Path) -> tuple[tuple[str, int, int], ...]:
    """Return what tells whether any boundary that the store keeps was brought, changed or forgotten."""
    files = sorted((store / FOLDER).glob("*.geojson"))
    return tuple((file.name, file.stat().st_mtime_ns, file.stat().st_ino) for file in files)


def keep_area(store: Path, force: str, path: Path, naming: str | None = None) -> Area:
    """Keep a force's area in the store, in place of any other, and return it.

    Args:
        store: Where the data lives.
        force: Whose area it is, as its data name it.
        path: A GeoJSON file in longitude and latitude: one polygon or many.
        naming: The property that names each part, `WD24NM` say; without it only the whole is kept.

    Raises:
        UnreadableSourceError: The file is no such thing.
    """
    area = read_area(path, naming)
    tolerance = FINEST_M / metres_per_degree(area.shape.centroid.y)[1]
    names, shapes = [*area.parts], [*area.parts.values()]
    nameless = shapely.difference(area.shape, shapely.union_all(shapes))
    if nameless.area > tolerance**2 or not shapes:
        names, shapes = [*names, ""], [*shapes, nameless]
    simple = shapely.coverage_simplify(shapes, tolerance)  # parts that share an edge still share it
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": json.loads(shapely.to_geojson(shape))}
        for name, shape in zip(names, simple, strict=True)
    ]
    text = json.dumps({"type": "FeatureCollection", "force": force, "features": features})
    write_whole(_file_of(store, force), text.encode())
    return area


def forget_area(store: Path, force: str) -> bool:
    """Delete the area that is kept for a force, so that the one that ships counts again; return whether one was."""
    kept = _file_of(store, force)
    was_kept = kept.is_file()
    kept.unlink(missing_ok=True)
    return was_kept


@np.errstate(
    over="ignore", invalid="ignore"
)  # of coordinates beyond all bounds, which are refused in the end
def read_area(path: Path, naming: str | None = None) -> Area:
    """Return the area that a GeoJSON file draws, simplified to what a map of streets shows.

    Raises:
        UnreadableSourceError: It can't be read, holds no polygon, lies off the Earth, or is larger than a force.
    """
    text = _text(path)
    try:
        document = json.loads(text)
        features = [_polygons(feature, path) for feature in _features(document)]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, ShapelyError) as problem:
        raise UnreadableSourceError(
            f"{path.name} is not a GeoJSON file of polygons. Save the boundary as GeoJSON, in longitude and latitude (WGS 84)."
        ) from problem
    if not features:
        raise UnreadableSourceError(f"{path.name} has no polygon. Choose a file with the force's boundary.")
    shapes, properties = [shape for shape, _ in features], [values for _, values in features]
    return _area(path, shapes, properties, naming, text)


def _area(
    path: Path, shapes: list[BaseGeometry], properties: list[dict[str, Any]], naming: str | None, text: str
) -> Area:
    whole = shapely.union_all(shapes)
    west, south, east, north = whole.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise UnreadableSourceError(
            f"{path.name} has coordinates from {west:,.0f} to {east:,.0f}, which are not degrees. Save the boundary in "
            "longitude and latitude (WGS 84, EPSG 4326), not in metres."
        )
    parts: dict[str, BaseGeometry] = {}
    if naming is not None:
        names = [_name(values.get(naming)) for values in properties]
        if not any(naming in values for values in properties):
            keys = sorted({str(key)[:40] for values in properties for key in values})
            raise UnreadableSourceError(
                f"No area in {path.name} has a property '{naming[:40]}'. "
                f"Its properties are: {first_five(keys) or 'none'}."
            )
        for name, shape in zip(names, shapes, strict=True):
            if name:
                parts[name] = shapely.union(parts[name], shape) if name in parts else shape
    if len(parts) > MOST_PARTS:
        raise UnreadableSourceError(
            f"{path.name} has {len(parts):,} parts by '{naming}', more than {MOST_PARTS:,}. Name a property of fewer, such as wards."
        )
    area = Area(_without_slits(whole), parts, hashlib.sha256(text.encode()).hexdigest()[:16])
    if not 0 < area.km2 <= MOST_KM2:
        raise UnreadableSourceError(
            f"{path.name} covers {area.km2:,.0f} km². One force covers up to {MOST_KM2:,.0f} km². "
            "Choose a file with one force's boundary."
        )
    return area


def _without_slits(whole: BaseGeometry) -> BaseGeometry:
    """Return an area without holes so narrow that they lie between two parts whose lines differ."""
    scale = metres_per_degree(whole.centroid.y)
    rings = [hole for part in shapely.get_parts(whole) for hole in part.interiors]
    if not rings:
        return whole
    holes = shapely.polygons(rings)
    metres = shapely.transform(holes, lambda points: points * scale)
    slits = holes[2 * shapely.area(metres) < SLIT_M * shapely.length(metres)]
    return shapely.union_all([whole, *slits])


def _name(value: Any) -> str:
    text = "" if value is None else str(value)
    return text.encode(errors="replace").decode().strip()[:80]  # half a surrogate pair can't be written


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise UnreadableSourceError(
                f"{path.name} is larger than {LARGEST_FILE / 1e6:.0f} MB. Simplify the boundary first."
            )
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as problem:
        raise UnreadableSourceError(
            f"{path.name} is not a text file in UTF-8. Save the boundary as GeoJSON."
        ) from problem
    except OSError as problem:
        raise UnreadableSourceError(
            f"{path.name} can't be read: {problem.strerror}. Choose a GeoJSON file."
        ) from problem


def _features(document: Any) -> list[Any]:
    if document["type"] == "FeatureCollection":
        return list(document["features"])
    return [document if document["type"] == "Feature" else {"geometry": document}]


def _polygons(feature: Any, path: Path) -> tuple[BaseGeometry, dict[str, Any]]:
    shape = shapely.make_valid(shapely.from_geojson(json.dumps(feature["geometry"])))
    parts = shapely.get_parts([shape])
    while any(hasattr(part, "geoms") for part in parts):  # collections may hold collections
        parts = shapely.get_parts(parts)
    faces = [part for part in parts if part.geom_type == "Polygon" and part.area > 0]
    if not faces:
        raise UnreadableSourceError(
            f"{path.name} has a {shape.geom_type} where a polygon should be. Keep only polygons in the file."
        )
    properties = feature.get("properties")
    return shapely.union_all(faces), properties if isinstance(properties, dict) else {}


def _file_of(store: Path, force: str) -> Path:
    return store / FOLDER / f"{hashlib.sha256(force.encode()).hexdigest()[:16]}.geojson"


@lru_cache(maxsize=32)
def _kept_area(path: Path, _version: tuple[int, int]) -> Area:
    return read_area(path, "name")


@cache
def _shipped_area(force: str) -> Area | None:
    whole = boundary(force)
    if whole is None:
        return None
    if force in WARD_FILES:
        return Area(whole, read_area(shipped(WARD_FILES[force]), "name").parts, "shipped")
    return Area(whole, districts(force), DISTRICTS)
