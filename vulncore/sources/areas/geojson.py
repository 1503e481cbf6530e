"""The features of a GeoJSON file."""

import json
from pathlib import Path
from typing import Any

import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.errors import ShapelyError

from vulncore.domain.delivery import printable
from vulncore.domain.errors import UnreadableSourceError
from vulncore.sources.areas.layer import AreaLayer, refuse_too_many


def geojson_layer(path: Path) -> AreaLayer:
    """Return what a GeoJSON file draws: a collection of features, one feature or one geometry.

    Raises:
        UnreadableSourceError: It is no such file.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
        features = [document if document["type"] == "Feature" else {"geometry": document}]
        if document["type"] == "FeatureCollection":
            features = list(document["features"])
        refuse_too_many(len(features), path.name)
        drawn = [feature for feature in features if feature["geometry"] is not None]
        shapes = [shapely.from_geojson(json.dumps(feature["geometry"])) for feature in drawn]
        properties = [dict(feature.get("properties") or {}) for feature in drawn]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, ShapelyError) as problem:
        raise UnreadableSourceError(
            f"{printable(path.name)} is not a GeoJSON file of polygons. Save the boundary as GeoJSON, in longitude and latitude "
            "(WGS 84), as GeoPackage, or as a shapefile in a zip."
        ) from problem
    return AreaLayer("", (), shapes, properties, _system(document))


def _system(document: dict[str, Any]) -> CRS | None:
    """Return the system that an older GeoJSON file names; the standard has longitude and latitude alone."""
    try:
        return CRS.from_user_input(str(document["crs"]["properties"]["name"])[:200])
    except (KeyError, TypeError, CRSError):
        return None
