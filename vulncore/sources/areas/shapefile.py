"""The layers of a zip of shapefiles: each is the files of one name that end in .shp, .dbf, .shx, .prj and .cpg."""

import codecs
import io
import struct
import zipfile
from pathlib import Path, PurePosixPath
from typing import Final

import shapefile
import shapely
import shapely.geometry
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.errors import ShapelyError

from vulncore.domain.delivery import printable
from vulncore.domain.errors import UnreadableSourceError, first_five
from vulncore.sources.areas.layer import MOST_PROPERTIES, AreaLayer, chosen_layer, refuse_too_many
from vulncore.sources.zip_members import DAMAGE, read_within, unsafe_members

MOST_FILES: Final = 1_000
MOST_BYTES: Final = 400_000_000  # of one file in a zip; what all may take is watched
SPOILT: Final = (
    *(shapefile.ShapefileException, shapefile.dbfFileException, struct.error, ShapelyError),
    *(KeyError, IndexError, TypeError, ArithmeticError, AttributeError),
)
"""What a spoilt shapefile raises while it is read."""
MOST_LETTERS: Final = 20_000  # of a file that names a system or an encoding


def shapefile_layer(path: Path, wanted: str | None) -> AreaLayer:
    """Return a layer of areas of a zip of shapefiles, the first one where none is named.

    Raises:
        UnreadableSourceError: It is no such zip or damaged, holds what isn't read, or has no such layer.
    """
    name = printable(path.name)
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            _refuse_unsafe(members, name)
            files = {member.filename.casefold(): member.filename for member in members}
            stems = {
                PurePosixPath(file).stem: file[: -len(".shp")]
                for file in files
                if file.endswith(".shp") and not PurePosixPath(file).name.startswith(".")
            }
            chosen = chosen_layer(sorted(stems), wanted, path.name)

            def content(ending: str, most: int = MOST_BYTES) -> bytes:
                member = files.get(f"{stems[chosen]}{ending}")
                if member is None:
                    return b""
                with archive.open(member) as stream:
                    return read_within(
                        stream,
                        most,
                        f"{name} swells to more than {MOST_BYTES:,} bytes. Check where it came from.",
                    )

            return _layer(
                chosen,
                tuple(sorted(stems)),
                content(".shp"),
                content(".dbf"),
                _encoding(content(".cpg", MOST_LETTERS)),
                _system(content(".prj", MOST_LETTERS)),
                path.name,
            )
    except (*DAMAGE, *SPOILT) as problem:
        raise UnreadableSourceError(
            f"{name} is not a zip of a shapefile that can be read. Zip the files .shp, .dbf, .shx and .prj of one name together, "
            "or save the areas as GeoJSON."
        ) from problem


def _layer(
    name: str,
    layers: tuple[str, ...],
    shp: bytes,
    dbf: bytes,
    encoding: str,
    system: CRS | None,
    file_name: str,
) -> AreaLayer:
    parts = {"shp": io.BytesIO(shp), **({"dbf": io.BytesIO(dbf)} if dbf else {})}
    shapes, properties = [], []
    with shapefile.Reader(**parts, encoding=encoding, encodingErrors="replace") as reader:
        for place, drawn in enumerate(reader.iterShapes()):
            if drawn.shapeTypeName.startswith("POLYGON"):
                shapes.append(shapely.geometry.shape(drawn.__geo_interface__))
                properties.append(
                    dict(list(reader.record(place).as_dict().items())[:MOST_PROPERTIES]) if dbf else {}
                )
                refuse_too_many(len(shapes), file_name)
    if not shapes:
        chosen_layer((), None, file_name)
    return AreaLayer(name, layers, shapes, properties, system)


def _refuse_unsafe(members: list[zipfile.ZipInfo], name: str) -> None:
    if len(members) > MOST_FILES:
        raise UnreadableSourceError(
            f"{name} has {len(members):,} files. Zip the files of one shapefile alone."
        )
    for what, names in unsafe_members(members).items():
        if names:
            raise UnreadableSourceError(
                f"{len(names)} files in {name} {what}: {first_five(names)}. Zip the files of the shapefile again, without a password."
            )


def _encoding(named: bytes) -> str:
    """Return the encoding that a file names; older ones name none and have Latin letters."""
    text = named.decode("ascii", "replace").strip()
    try:
        return codecs.lookup(text).name if text else "latin-1"
    except LookupError:
        return "latin-1"


def _system(text: bytes) -> CRS | None:
    try:
        return CRS.from_wkt(text.decode("utf-8", "replace")) if text.strip() else None
    except CRSError:
        return None
