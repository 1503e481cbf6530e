"""A file that draws areas, as GeoJSON in longitude and latitude: read by a process of its own, since it comes from anywhere."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import shapely
from pyproj.exceptions import ProjError
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from vulncore.domain.arrays import Booleans
from vulncore.domain.delivery import printable
from vulncore.domain.errors import UnreadableSourceError
from vulncore.domain.geography import boundary
from vulncore.sources.areas.degrees import in_degrees
from vulncore.sources.areas.geojson import geojson_layer
from vulncore.sources.areas.geopackage import DATABASE, geopackage_layer
from vulncore.sources.areas.layer import AreaLayer
from vulncore.sources.areas.shapefile import shapefile_layer
from vulncore.sources.extract.watched import READY, watched

LARGEST_FILE: Final = 200_000_000  # bytes: the wards of a country, unsimplified
ZIP: Final = b"PK"
EXAMPLES: Final = 3
ADVICE: Final = "Keep this force's areas alone, simplify them first, or check where the file came from."
LETTERS: Final = 80  # of a value, and of a property's name
NAMES: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(ward|wd|beat|sector|neighbourhood|nhood|district|lad).*(name|nm)",
        r"^name$",
        r"name|nm$",
        "ward|beat|sector|district|division|neighbourhood",
    )
)
"""Properties that name areas, the likeliest first: `WD24NM`, `BEAT_NAME`, `name`."""
GRID_ASSUMED: Final = (
    "The file names no system of coordinates. Its numbers were read as the British National Grid's."
)
UNKNOWN: Final = (NotImplementedError, ShapelyError, ProjError, ArithmeticError, ValueError, TypeError)
"""What is raised where a shape is of a kind that the libraries don't know."""
_QUESTION, _AREAS = "question.json", "areas"


@dataclass(frozen=True)
class DrawnAreas:
    """What a file draws, as a GeoJSON `file` in longitude and latitude that lasts as long as it is looked at, of the same name.

    `layers` are those that can be chosen ("" of GeoJSON), `layer` the one that was, `properties` what its areas have with
    examples, and `naming` the one that seems to name them, or "". `assumed_grid` says that no system of coordinates is named, and
    the numbers were taken for the British National Grid's. `left_out` is how many areas lie outside the force's, of a file that draws
    more of those.
    """

    file: Path
    layers: tuple[str, ...]
    layer: str
    properties: Mapping[str, tuple[str, ...]]
    naming: str
    assumed_grid: bool
    left_out: int

    @property
    def notes(self) -> tuple[str, ...]:
        """What there is to know of how the file was read, in sentences."""
        many = "areas lie" if self.left_out != 1 else "area lies"
        outside = f"{self.left_out:,} {many} outside the force's area and {'are' if self.left_out != 1 else 'is'} left out."
        return (*([GRID_ASSUMED] if self.assumed_grid else []), *([outside] if self.left_out else []))


@contextmanager
def drawn_areas(path: Path, force: str, layer: str | None = None) -> Iterator[DrawnAreas]:
    """Yield what a layer of a file draws, of the first one where none is named: GeoJSON, GeoPackage or a shapefile in a zip.

    Of a file that draws a country, what lies in the area that ships for the force is kept.

    Raises:
        UnreadableSourceError: The file can't be read as one of these, has no such layer, is too large, or takes too much
            memory or time to read.
    """
    name = printable(path.name)
    if not path.is_file():
        raise UnreadableSourceError(f"There is no file {printable(str(path))}. Check the name.")
    file_bytes = path.stat().st_size
    if file_bytes > LARGEST_FILE:
        raise UnreadableSourceError(
            f"{name} is larger than {LARGEST_FILE / 1e6:.0f} MB. Keep this force's areas alone, or simplify them first."
        )
    with TemporaryDirectory(prefix="vulncore-areas-") as made:
        folder = Path(made)
        (folder / _QUESTION).write_text(
            json.dumps({"path": str(path.absolute()), "layer": layer, "force": force}), "ascii"
        )
        with closing(watched(__name__, write_areas.__name__, folder, file_bytes, name, ADVICE)) as messages:
            message = next(messages, None)
        if message is None:
            raise AssertionError(f"nothing was said of {name}")
        if "refusal" in message:
            raise UnreadableSourceError(message["refusal"])
        yield DrawnAreas(
            file=folder / _AREAS / path.name,
            layers=tuple(message["layers"]),
            layer=message["layer"],
            properties={key: tuple(values) for key, values in message["properties"].items()},
            naming=message["naming"],
            assumed_grid=message["assumed_grid"],
            left_out=message["left_out"],
        )


def write_areas(folder: str) -> None:
    """Write the areas that the question in a folder is about, and say what they are: the other side of `drawn_areas`."""
    question = json.loads((Path(folder) / _QUESTION).read_text("ascii"))
    path = Path(question["path"])
    print(READY, flush=True)  # noqa: T201 - what the other side listens to
    try:
        message = _written(Path(folder), path, question)
    except UnreadableSourceError as refusal:
        message = {"refusal": str(refusal)}
    except UNKNOWN:
        message = {
            "refusal": f"{printable(path.name)} has shapes that can't be read, such as curves. Save the areas as GeoJSON, with straight lines."
        }
    print(json.dumps(message), flush=True)  # noqa: T201


def _written(folder: Path, path: Path, question: Mapping[str, Any]) -> dict[str, Any]:
    """Write the areas of a file into a folder, and return what `DrawnAreas` says of them."""
    layer = _layer(path, question["layer"])
    shapes, assumed_grid = in_degrees(layer.shapes, layer.system, path.name)
    within = _within(shapes, boundary(question["force"]))
    properties = [
        {str(key)[:LETTERS]: None if value is None else str(value)[:LETTERS] for key, value in values.items()}
        for values in compress(layer.properties, within)
    ]
    features = [
        {"type": "Feature", "properties": values, "geometry": json.loads(shapely.to_geojson(shape))}
        for values, shape in zip(properties, compress(shapes, within), strict=True)
    ]
    written = folder / _AREAS / path.name
    written.parent.mkdir()
    written.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "ascii")
    examples = _examples(properties)
    return {
        "layers": layer.layers,
        "layer": layer.name,
        "properties": examples,
        "naming": _naming(properties, examples),
        "assumed_grid": assumed_grid,
        "left_out": int((~within).sum()),
    }


def _layer(path: Path, wanted: str | None) -> AreaLayer:
    with path.open("rb") as stream:
        first = stream.read(len(DATABASE))
    if first == DATABASE:
        return geopackage_layer(path, wanted)
    if first.startswith(ZIP):
        return shapefile_layer(path, wanted)
    return geojson_layer(path)


def _within(shapes: Sequence[BaseGeometry], area: BaseGeometry | None) -> Booleans:
    """Return which shapes are of a force's area: all of them, unless most of them lie elsewhere and some there."""
    every = np.ones(len(shapes), dtype=bool)
    if area is None:
        return every
    shapely.prepare(area)
    inside: Booleans = shapely.intersects(
        area, shapely.point_on_surface(shapely.make_valid(np.array(shapes, dtype=object)))
    )
    return inside if 0 < inside.sum() < len(shapes) / 2 else every


def _examples(properties: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return a few values of each property that any area has."""
    examples: dict[str, dict[str, None]] = {}
    for values in properties:
        for key, value in values.items():
            if value and len(shown := examples.setdefault(key, {})) < EXAMPLES:
                shown[value] = None
    return {key: list(shown) for key, shown in examples.items()}


def _naming(properties: Sequence[Mapping[str, Any]], examples: Mapping[str, Sequence[str]]) -> str:
    """Return the property that seems to name the areas: called so, with words in it, and not the same for all of several."""
    telling = [
        key
        for key, values in examples.items()
        if any(letter.isalpha() for letter in "".join(values)) and (len(values) > 1 or len(properties) == 1)
    ]
    return next((key for pattern in NAMES for key in telling if pattern.search(key)), "")
