"""A layer of a map with all that is said of it: its title, its pieces, the list that says the same, and its files."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from vulncore.domain.disclosure import rounded
from vulncore.domain.errors import UnknownNameError, VulncoreError
from vulncore.domain.periods import Window, format_month
from vulncore.findings.shared.words import capital_first, made_note, small_first
from vulncore.findings.where.layers import (
    QUIET,
    Layer,
    LegendEntry,
    Shown,
    across,
    density,
    fitting_bandwidth_m,
    fitting_resolution,
    how_many,
)
from vulncore.findings.where.names import every_name
from vulncore.findings.where.place import ranked
from vulncore.findings.where.read import Placed
from vulncore.findings.where.tested_layers import change, over_time, stands_out
from vulncore.findings.where.where import Where
from vulncore.metrics.hotspots.zones import Zones
from vulncore.store.manifest import Publish

LISTED: Final = 10


@dataclass(frozen=True)
class MapChosen:
    """Which layer, in cells of which resolution of H3 (what suits it unless told), how wide the density's kernel."""

    layer: Layer = Layer.CELLS
    resolution: int | None = None
    bandwidth_m: int | None = None


@dataclass(frozen=True)
class MapShown:
    """A layer as it may be seen: nothing else of it leaves the server.

    `listing` has one row per piece that has something to say, the first of them first: `cell`, `Place`, `What`. `rows` is
    the layer as a table, `geojson` as a file; `counts` how many pieces are of each kind, by key. `resolution` is None for
    wards.
    """

    chosen: MapChosen
    resolution: int | None
    across: str
    title: str
    kinds: tuple[LegendEntry, ...]
    counts: dict[str, int]
    features: tuple[dict[str, Any], ...]
    outline: dict[str, Any]
    bounds: tuple[float, float, float, float]
    listing: pd.DataFrame
    rows: pd.DataFrame
    geojson: str
    alt: str


def layers_offered(found: Where) -> list[Layer]:
    """Return the layers that the data can serve."""
    there = {
        Layer.WARDS: bool(found.read.area.parts),
        Layer.CHANGE: found.before is not None,
        Layer.CLASS: bool(found.periods),
    }
    return [layer for layer in Layer if there.get(layer, True)]


def map_shown(found: Where, chosen: MapChosen, publish: Publish) -> MapShown:
    """Return a layer of a map, in protected form.

    Raises:
        VulncoreError: The data can't serve the layer, or there are too few records for a map.
        UnknownNameError: There are no cells of that resolution here.
    """
    _check(found, chosen)
    resolution = (
        chosen.resolution if chosen.resolution is not None else fitting_resolution(found, chosen.layer)
    )
    if chosen.layer is Layer.WARDS:
        resolution = None
    placed = found.placed(resolution)
    zones = placed.zones
    bandwidth_m = chosen.bandwidth_m or fitting_bandwidth_m(zones)
    shown = _shown(found, placed, chosen.layer, bandwidth_m)
    names = every_name(zones, found.names(zones))
    rows = where_export(found, chosen.layer, zones, shown, publish)
    title = _title(found, chosen.layer, zones, bandwidth_m)
    counts = {kind.key: int((shown.frame["key"] == kind.key).sum()) for kind in shown.kinds}
    listing = _listing(placed, found.read.window, found.smallest, shown, names)
    return MapShown(
        chosen=chosen,
        resolution=resolution,
        across=across(zones),
        title=title,
        kinds=shown.kinds,
        counts=counts,
        features=tuple(_features(zones, shown, names)),
        outline={"type": "Feature", "properties": {}, "geometry": geometry(zones.area)},
        bounds=zones.area.bounds,
        listing=listing,
        rows=rows,
        geojson=as_geojson(rows, zones),
        alt=_alt(title, listing, shown.kinds, counts),
    )


def _check(found: Where, chosen: MapChosen) -> None:
    if found.too_few:
        raise VulncoreError(
            f"Too few {found.unit} with a place for a map: it would show each of them. Choose a longer period or more measures."
        )
    if chosen.layer not in layers_offered(found):
        why = {
            Layer.WARDS: f"No wards of {found.read.asked.records.force} are known. Bring them with its boundary: vulncore boundary.",
            Layer.CHANGE: found.not_compared,
        }
        raise VulncoreError(
            why.get(
                chosen.layer,
                "How hotspots developed takes six months without a gap or a change of recording, and there are fewer.",
            )
        )
    if chosen.resolution is not None and chosen.resolution not in found.resolutions:
        offered = ", ".join(str(size) for size in found.resolutions)
        raise UnknownNameError(
            f"There are no cells of resolution {chosen.resolution} here. There are: {offered}."
        )


def _shown(found: Where, placed: Placed, layer: Layer, bandwidth_m: int) -> Shown:
    window, smallest = found.read.window, found.smallest
    if layer is Layer.DENSITY:
        return density(found.read, placed, bandwidth_m, smallest)
    if layer is Layer.STANDS_OUT:
        return stands_out(placed, window, smallest)
    if layer is Layer.CHANGE and found.before is not None:
        return change(placed, window, found.before, smallest)
    if layer is Layer.CLASS:
        return over_time(placed, found.periods, smallest)
    return how_many(placed, window, smallest)


def _title(found: Where, layer: Layer, zones: Zones, bandwidth_m: int) -> str:
    of = f"{found.about}, {found.read.window}"
    cells = f"cells about {across(zones)} across"
    if layer is Layer.DENSITY:
        return f"Density of {of}: within {bandwidth_m:,} m"
    if layer is Layer.STANDS_OUT:
        return f"Hotter than surroundings explain: {of}, {cells}"
    if layer is Layer.CHANGE:
        return f"What changed: {of} against {found.before}, {cells}"
    if layer is Layer.CLASS:
        months = len(found.periods[0].months)
        each = "months" if months == 1 else f"periods of {months} months"
        return f"How hotspots developed: {found.about}, {len(found.periods)} {each} to {found.periods[-1].months[-1]:%B %Y}"
    return f"{of}, by ward" if layer is Layer.WARDS else f"{of}, {cells}"


def _features(zones: Zones, shown: Shown, names: Sequence[str]) -> list[dict[str, Any]]:
    middles = zones.centres_m / zones.scale
    rows = zip(zones.names, geometries(zones), names, middles, shown.frame.to_dict("records"), strict=True)
    return [
        {
            "geometry": drawn,
            "properties": {
                "cell": cell,
                "place": name,
                "said": capital_first(str(row["words"])),
                "key": row["key"],
                "mark": row["mark"],
                "middle": [round(float(degree), 6) for degree in middle],
            },
        }
        for cell, drawn, name, middle, row in rows
    ]


def _listing(
    placed: Placed, window: Window, smallest: int, shown: Shown, names: Sequence[str]
) -> pd.DataFrame:
    """Return the pieces that have something to say: by their kind, or by how much is shown of them."""
    counts = placed.within(window)
    number = rounded(counts, smallest, float(counts.sum()))
    if "fifth" in shown.frame:
        number = shown.frame["fifth"].to_numpy(dtype=float)
    kinds = {kind.key: at if kind.mark else 0 for at, kind in enumerate(shown.kinds)}
    keys = shown.frame["key"].tolist()
    by_number = [at for at in ranked(names, number) if keys[at] not in QUIET]
    order = sorted(by_number, key=lambda at: kinds[keys[at]])
    return pd.DataFrame(
        {
            "cell": [placed.zones.names[at] for at in order],
            "Place": [names[at] for at in order],
            "What": [str(shown.frame["words"].iloc[at]) for at in order],
        }
    )


def _alt(title: str, listing: pd.DataFrame, kinds: Sequence[LegendEntry], counts: dict[str, int]) -> str:
    parts = [f"{counts[kind.key]:,} {small_first(kind.words)}" for kind in kinds if counts[kind.key]]
    first = "; ".join(f"{row.Place}: {row.What}" for row in listing.head(LISTED).itertuples())
    return f"Map. {title}. Pieces: {'; '.join(parts)}. First: {first or 'none'}."


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
        note=made_note(publish),
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
