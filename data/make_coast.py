"""Makes the coast beyond England and Wales: Scotland, Northern Ireland and the Isle of Man, from Natural Earth's countries.

    python data/make_coast.py countries-10m.json

The file is that of the package world-atlas 2.0.2 (npm). The result is the same to the byte.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from vulncore.domain.geography import district_shapes

COAST = Path(__file__).parent / "reference" / "scotland-and-northern-ireland.geojson"
ULSTER = shapely.Polygon([(-9, 53.9), (-5.3, 53.9), (-5.3, 54.9), (-5.9, 55.4), (-9, 55.4)])
BORDER = 0.03  # degrees: the two sources draw the border of Scotland up to this far apart
SIMPLER = 0.01  # degrees, a kilometre
LEAST = 2e-5  # square degrees: smaller islands, and Rockall, are left out


def main(path: Path) -> None:
    """Write the file."""
    topology = json.loads(path.read_text(encoding="utf-8"))
    kingdom = _country(topology, "United Kingdom")
    ulster = shapely.intersection(kingdom, ULSTER)
    north = shapely.difference(kingdom, shapely.union_all(district_shapes()).buffer(BORDER))
    north = shapely.difference(north, ulster.buffer(0.01))
    scotland = [part for part in shapely.get_parts(north) if part.centroid.y > 54.6 and part.centroid.x > -10]
    shapes = {
        "Northern Ireland": ulster,
        "Scotland": shapely.union_all(scotland),
        "Isle of Man": _country(topology, "Isle of Man"),
    }
    lines = ",\n".join(
        json.dumps(_feature(name, shape), separators=(",", ":")) for name, shape in shapes.items()
    )
    COAST.write_text(f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n', encoding="utf-8")


def _country(topology: dict[str, Any], name: str) -> BaseGeometry:
    scale, origin = np.array(topology["transform"]["scale"]), np.array(topology["transform"]["translate"])
    arcs = [np.cumsum(np.array(arc), axis=0) * scale + origin for arc in topology["arcs"]]
    countries = topology["objects"]["countries"]["geometries"]
    (country,) = [one for one in countries if one["properties"]["name"] == name]
    polygons = country["arcs"] if country["type"] == "MultiPolygon" else [country["arcs"]]
    return shapely.make_valid(
        shapely.union_all([shapely.Polygon(_ring(arcs, rings[0])) for rings in polygons])
    )


def _ring(arcs: Sequence[np.ndarray], which: Sequence[int]) -> np.ndarray:
    return np.concatenate([arcs[one] if one >= 0 else arcs[~one][::-1] for one in which])


def _feature(name: str, shape: BaseGeometry) -> dict[str, Any]:
    parts = [part for part in shapely.get_parts(shape.simplify(SIMPLER)) if part.area > LEAST]
    geometry = json.loads(shapely.to_geojson(shapely.set_precision(shapely.union_all(parts), 0.001)))
    geometry["coordinates"] = _rounded(geometry["coordinates"])
    return {"type": "Feature", "properties": {"name": name}, "geometry": geometry}


def _rounded(value: Any) -> Any:
    return [_rounded(part) for part in value] if isinstance(value, list) else round(value, 3)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
