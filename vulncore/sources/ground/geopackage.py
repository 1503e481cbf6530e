"""Layers of a GeoPackage made into vector tiles: roads, water and green, as far as their layers are named as usual."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from pyproj import Transformer
from pyproj.exceptions import ProjError
from shapely.errors import ShapelyError

from vulncore.domain.errors import UnreadableSourceError
from vulncore.domain.tiles.archive import check_archive, read_archive
from vulncore.domain.tiles.writing import lay_together
from vulncore.sources.extract.watched import READY
from vulncore.sources.ground.tiles import QUESTION, TILES, Bounds

FINEST: Final = 14  # zoom; browsers enlarge its tiles to see more closely
MOST_FEATURES: Final = 2_000_000  # of a layer: Greater London has half as many roads
OS_CREDIT: Final = "Contains OS data © Crown copyright and database right (OGL)"
OSM_CREDIT: Final = "© OpenStreetMap contributors (ODbL)"
MAJOR: Final = ("motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link")
MAIN: Final = ("secondary", "secondary_link", "tertiary", "tertiary_link")
GREEN: Final = (
    "park",
    "forest",
    "grass",
    "meadow",
    "nature_reserve",
    "recreation_ground",
    "cemetery",
    "heath",
    "scrub",
    "allotments",
)


@dataclass(frozen=True)
class Part:
    """What becomes a layer of the tiles: its name, from which zoom on, and of which values of which column, if not all."""

    layer: str
    from_zoom: int
    column: str = ""
    values: tuple[str, ...] = ()
    others: bool = False  # all values but these


ROADS: Final = (
    Part("roads_national", 7, "fclass", MAJOR),
    Part("roads_regional", 9, "fclass", MAIN),
    Part("roads_local", 12, "fclass", (*MAJOR, *MAIN), others=True),
)
PARTS: Final[dict[str, tuple[Part, ...]]] = {
    "roads_national": (Part("roads_national", 7),),
    "roads_regional": (Part("roads_regional", 9),),
    "roads_local": (Part("roads_local", 12),),
    "surfacewater": (Part("surfacewater", 7),),
    "waterlines": (Part("waterlines", 11),),
    "greenspace": (Part("greenspace", 10),),
    "woodland": (Part("woodland", 9),),
    "osm_roads": ROADS,
    "osm_water_a": (Part("surfacewater", 7),),
    "osm_waterways": (Part("waterlines", 11),),
    "osm_landuse_a": (Part("greenspace", 10, "fclass", GREEN),),
}
"""By the name of a layer, as OS Open Zoomstack and the usual extracts of OpenStreetMap have it, what is drawn of it."""
NAMES: Final = ("name1", "name", "name_1")
DECORATION: Final = re.compile(r"^gis_|_free(_\d+)?$")  # around an extract's names of layers


def answer(folder: str) -> None:
    """Make the tiles that the question in a folder asks for, and say why where it can't be done."""
    import pyogrio  # noqa: PLC0415 - it is not installed everywhere

    wording = json.loads((Path(folder) / QUESTION).read_text("ascii"))
    print(READY, flush=True)  # noqa: T201 - what the other side listens to
    try:
        refusal = _make(Path(wording["path"]), wording["within"], Path(folder))
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyogrio.errors.CRSError,
        pyogrio.errors.FeatureError,
        pyogrio.errors.FieldError,
        pyogrio.errors.GeometryError,
        pa.ArrowException,
        ProjError,
        ShapelyError,
        NotImplementedError,  # curves
        UnicodeError,
        UnreadableSourceError,  # GDAL made tiles of nonsense that are none
    ):
        refusal = "is damaged, or its layers can't be read. Save it again, or fetch it again."
    print(json.dumps({"refusal": refusal}), flush=True)  # noqa: T201


def _make(path: Path, within: Bounds, folder: Path) -> str:
    from pyogrio import list_layers, read_info  # noqa: PLC0415 - it is not installed everywhere
    from pyogrio.raw import write_arrow  # noqa: PLC0415

    layers = {str(layer): DECORATION.sub("", str(layer).lower()) for layer in list_layers(path)[:, 0]}
    drawn = [layer for layer, known in layers.items() if known in PARTS]
    if not drawn:
        return "has no layer of roads, water or green by its usual name. Choose OS Open Zoomstack or an extract of OpenStreetMap."
    archives = {}
    for layer in drawn:
        info = read_info(path, layer=layer)
        if info["driver"] != "GPKG" or not info["crs"]:
            return "does not say which coordinates its layers have. Save it again with them."
        for part in PARTS[layers[layer]]:
            table = _rows(path, layer, info, part, within)
            if table is None or part.layer in archives:
                continue
            if table.num_rows == MOST_FEATURES:
                return f"has more than {MOST_FEATURES:,} features in its layer {layer[:40]}. Cut it to the force's area first."
            target = folder / f"{part.layer}.pmtiles"
            options = {"MINZOOM": part.from_zoom, "MAXZOOM": FINEST}
            write_arrow(
                table,
                target,
                layer=part.layer,
                driver="PMTiles",
                geometry_name="geometry",
                geometry_type="Unknown",
                crs=info["crs"],
                dataset_options=options,
            )
            archives[part.layer] = read_archive(target)
    if not archives:
        return "has nothing to draw in the force's area. Choose a file of this area."
    attribution = OSM_CREDIT if any(known.startswith("osm_") for known in layers.values()) else OS_CREDIT
    lay_together([*archives.values()], folder / TILES, attribution)
    check_archive(read_archive(folder / TILES))
    return ""


def _rows(path: Path, layer: str, info: dict[str, Any], part: Part, within: Bounds) -> pa.Table | None:
    """Return what a part draws of a layer within an area, shapes cut off there and with their names; None where that is nothing."""
    from pyogrio.errors import DataSourceError  # noqa: PLC0415 - it is not installed everywhere
    from pyogrio.raw import read_arrow  # noqa: PLC0415

    box = Transformer.from_crs("EPSG:4326", info["crs"], always_xy=True).transform_bounds(*within)
    if not all(np.isfinite(box)):
        return None
    fields = {str(field) for field in info["fields"]}
    naming = next((name for name in NAMES if name in fields), None)
    columns = [name for name in (naming, part.column) if name in fields]
    try:
        about, table = read_arrow(
            path,
            layer=layer,
            columns=list(dict.fromkeys(columns)),
            bbox=box,
            max_features=MOST_FEATURES,
        )
    except OSError as problem:  # what SQLite says of a page that is not as it should be
        raise DataSourceError(str(problem)) from problem
    if part.column and part.column in table.column_names:
        chosen = pc.is_in(table[part.column], pa.array(part.values))
        table = table.filter(pc.invert(chosen) if part.others else chosen)
    shapes = shapely.clip_by_rect(_shapes(table[about["geometry_name"] or "wkb_geometry"]), *box)
    there = ~shapely.is_empty(shapes)
    if not there.any():
        return None
    named = table[naming].cast(pa.string()) if naming else pa.nulls(table.num_rows, pa.string())
    drawn = pa.table({"name": named, "geometry": pa.array(shapely.to_wkb(shapes), pa.binary())})
    return drawn.filter(pa.array(there))


def _shapes(column: pa.ChunkedArray) -> Any:
    shapes = shapely.force_2d(
        shapely.from_wkb(np.array(list(_bytes_of(column)), dtype=object), on_invalid="ignore")
    )
    return np.where(shapely.is_missing(shapes), shapely.Point(), shapes)


def _bytes_of(column: pa.ChunkedArray) -> Iterator[bytes]:
    for value in column:
        yield value.as_py() or b""
