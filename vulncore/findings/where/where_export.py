"""A map as a file: GeoJSON that a geographic information system opens, or a table, in the form that is on screen."""

import json
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from vulncore.domain.periods import format_month
from vulncore.findings.overview.overview import MADE
from vulncore.findings.where.layers import Layer, Shown
from vulncore.findings.where.names import every_name
from vulncore.findings.where.where import Where
from vulncore.metrics.hotspots.zones import Zones
from vulncore.store.manifest import Publish

DECIMALS: Final = 6  # of a degree: a tenth of a metre


def where_export(found: Where, layer: Layer, zones: Zones, shown: Shown, publish: Publish) -> pd.DataFrame:
    """Return a layer as rows: each piece, what is shown of it, and in every row what it is of and from.

    Returns:
        One row per piece: `cell` (its H3 index, or the ward), `place`, the layer's own columns (numbers missing where
        hidden), `meaning`, then `layer`, `force`, `records_of`, `first_month`, `last_month`, `dataset`, `version`, `note`.
    """
    window = found.read.window
    own = shown.frame.drop(columns=["key", "mark", "words"])
    frame = pd.DataFrame({"cell": zones.names, "place": every_name(zones, found.names(zones))})
    return pd.concat([frame, own.round(4)], axis=1).assign(
        meaning=shown.frame["words"],
        layer=layer.value,
        force=found.read.asked.records.force,
        records_of=found.about,
        first_month=format_month(window.start),
        last_month=format_month(window.end),
        dataset=publish.dataset,
        version=publish.number,
        note=MADE if publish.made else "",
    )


def as_geojson(rows: pd.DataFrame, zones: Zones) -> str:
    """Return rows, one per piece, as a GeoJSON document in longitude and latitude (WGS 84)."""
    features = [
        {"type": "Feature", "properties": _plain(row), "geometry": shape}
        for row, shape in zip(rows.to_dict("records"), geometries(zones), strict=True)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def geometries(zones: Zones) -> list[Any]:
    """Return the pieces' shapes as GeoJSON has them, to a tenth of a metre."""
    return [geometry(shape) for shape in zones.shapes]


def geometry(shape: BaseGeometry) -> Any:
    """Return a shape as GeoJSON has it, to a tenth of a metre."""
    return json.loads(
        shapely.to_geojson(shapely.transform(shape, lambda degrees: np.round(degrees, DECIMALS)))
    )


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    return {str(key): None if pd.isna(value) else value for key, value in row.items()}
