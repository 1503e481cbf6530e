"""The way in: a file of vector tiles as it is, and a GeoPackage made into one by a process that is watched."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from vulncore.domain.delivery import printable
from vulncore.domain.errors import MissingPartError, UnreadableSourceError
from vulncore.domain.tiles.archive import MAGIC
from vulncore.sources.extract.watched import watched

Bounds = tuple[float, float, float, float]
"""West, south, east and north in degrees."""
SQLITE: Final = b"SQLite format 3\0"
GEOPACKAGE: Final = (b"GPKG", b"GP10", b"GP11")
APPLICATION: Final = slice(68, 72)  # where SQLite keeps whose file it is
ADVICE: Final = "Cut it to the force's area first, or check where the file came from."
MARGIN: Final = 0.1  # of the area's width and height beyond each edge
QUESTION, TILES = "question.json", "ground.pmtiles"


@contextmanager
def as_tiles(path: Path, bounds: Bounds | None) -> Iterator[Path]:
    """Yield a PMTiles file of a file: itself, or one that is made of a GeoPackage's layers and gone afterwards.

    Args:
        path: PMTiles, or a GeoPackage whose layers are named as OS Open Zoomstack or extracts of OpenStreetMap name them.
        bounds: The force's area. Of a GeoPackage only what lies in it, or a tenth of its width and height beyond, is read.

    Raises:
        UnreadableSourceError: It is neither, holds nothing to draw there, or takes too much memory or time to read.
        MissingPartError: It is a GeoPackage, and what reads these is not installed.
    """
    name = printable(path.name)
    with path.open("rb") as file:
        beginning = file.read(100)
    if beginning.startswith(MAGIC):
        yield path
        return
    if not beginning.startswith(SQLITE) or beginning[APPLICATION] not in GEOPACKAGE:
        raise UnreadableSourceError(
            f"{name} is neither PMTiles nor a GeoPackage. Choose a file of one of these kinds."
        )
    if bounds is None:
        raise UnreadableSourceError(
            f"{name} can't be cut to the force's area, which is not known. Keep its boundary first, with: vulncore boundary"
        )
    if find_spec("pyogrio") is None:
        raise MissingPartError(
            "GeoPackages are read with pyogrio, which is not installed here: pip install vulncore[ground]"
        )
    with TemporaryDirectory(prefix="vulncore-ground-") as made:
        folder = Path(made)
        wider, higher = MARGIN * (bounds[2] - bounds[0]), MARGIN * (bounds[3] - bounds[1])
        within = (bounds[0] - wider, bounds[1] - higher, bounds[2] + wider, bounds[3] + higher)
        (folder / QUESTION).write_text(json.dumps({"path": str(path.absolute()), "within": within}), "ascii")
        refusal = "nothing was said"
        parts = watched(
            "vulncore.sources.ground.geopackage", "answer", folder, path.stat().st_size, name, ADVICE
        )
        with closing(parts) as messages:
            for message in messages:
                refusal = str(message["refusal"])
        if refusal:
            raise UnreadableSourceError(f"{name} {refusal}")
        yield folder / TILES
