"""A protected layer as people get it: its title, what is drawn, the list that says the same, and its files."""

import json
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from vulncore.domain.arrays import Floats
from vulncore.domain.blur import is_blurred
from vulncore.domain.periods import format_month
from vulncore.findings.shared.layer import Layer
from vulncore.findings.shared.words import PLACES_BLURRED, capital_first, file_note, small_first
from vulncore.findings.where.area import across, name_together, zone_names
from vulncore.findings.where.layers import QUIET, layer_name
from vulncore.findings.where.sentences import judged_groups
from vulncore.findings.where.view import LayerView, MapView, WhereSummary, WhereView
from vulncore.metrics.hotspots.zones import Zones, geojson
from vulncore.store.manifest import Publish

LISTED: Final = 10
NAMED: Final = 6  # hot places, on the map


def map_view(view: WhereView, layer_view: LayerView, publish: Publish) -> MapView:
    """Return a layer with its title, its features, its list and its files."""
    zones, layer = layer_view.zones, layer_view.layer
    names = zone_names(zones, layer_view.names)
    rows = export_rows(view, layer_view, names, publish)
    title = _title(view, layer_view)
    counts = {entry.key: int((layer.frame["key"] == entry.key).sum()) for entry in layer.legend}
    listing = _listing(layer_view, names)
    called = layer_name(Layer.WARDS, view.ground) if layer_view.resolution is None else "Cells"
    return MapView(
        choice=layer_view.choice,
        resolution=layer_view.resolution,
        title=title,
        legend=layer.legend,
        counts=counts,
        features=tuple(_features(layer_view, names)),
        outline={"type": "Feature", "properties": {}, "geometry": geojson(zones.area)},
        bounds=zones.area.bounds,
        listing=listing,
        rows=rows,
        geojson=as_geojson(rows, zones),
        alt=_alt(title, listing, layer_view, counts, called),
    )


def export_rows(
    view: WhereView, layer_view: LayerView, names: Sequence[str], publish: Publish
) -> pd.DataFrame:
    """Return a layer as rows: each zone, what is shown of it, and in every row what it is of and from.

    Returns:
        One row per zone: `cell` (its H3 index, or the ward), `place`, the layer's own columns (numbers missing where
        hidden), `meaning`, then `layer`, `force`, `records_of`, `first_month`, `last_month`, `dataset`, `version`, `note`.
    """
    frame = layer_view.layer.frame
    figures = frame.drop(columns=["key", "mark", "words"]).round(4)
    places = pd.DataFrame({"cell": layer_view.zones.names, "place": names})
    return pd.concat([places, figures], axis=1).assign(
        meaning=frame["words"],
        layer=layer_view.choice.layer.value,
        force=view.force,
        records_of=view.question.about,
        first_month=format_month(view.window.start),
        last_month=format_month(view.window.end),
        dataset=publish.dataset,
        version=publish.number,
        note=file_note(publish, PLACES_BLURRED if is_blurred(view.smallest) else ""),
    )


def hot_outline(summary: WhereSummary) -> str:
    """Return the shape of all that is hot as a GeoJSON feature, with the `names` of the most urgent places, each at its north.

    What has no street or town of its own is not named: the towns of the map are near it. It is "" where nothing is hot. The map outlines what the page opens with.
    """
    if summary.hot is None:
        return ""
    zones = summary.hot.zones
    hot = (summary.hot.layer.frame["state"] == "hot").to_numpy()
    if not hot.any():
        return ""
    named: dict[str, tuple[float, float]] = {}
    for _, group in judged_groups(summary)[:NAMED]:
        if name := name_together(summary.hot.names, group):
            together = shapely.union_all(zones.shapes[group])
            named.setdefault(name, (together.centroid.x, together.bounds[3]))
    names = [
        {"name": name, "longitude": round(x, 5), "latitude": round(y, 5)} for name, (x, y) in named.items()
    ]
    shape = geojson(shapely.union_all(zones.shapes[hot]))
    return json.dumps({"type": "Feature", "properties": {"names": names}, "geometry": shape})


def as_geojson(rows: pd.DataFrame, zones: Zones) -> str:
    """Return rows, one per zone, as a GeoJSON document in longitude and latitude (WGS 84)."""
    known = (
        {name: None if pd.isna(value) else value for name, value in row.items()}
        for row in rows.to_dict("records")
    )
    features = [
        {"type": "Feature", "properties": row, "geometry": shape}
        for row, shape in zip(known, zones.geometries, strict=True)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def _title(view: WhereView, layer_view: LayerView) -> str:
    question, layer, width = view.question, layer_view.choice.layer, across(layer_view.zones)
    records = f"{question.about}, {view.window}"
    cells = f"cells about {width} across"
    if layer is Layer.DENSITY:
        return f"Density of {records}: within {layer_view.bandwidth_m:,} m"
    if layer is Layer.STANDS_OUT:
        return f"Hotter than surroundings explain: {records}, {cells}"
    if layer is Layer.CHANGE:
        return f"What changed: {records} against {question.before}, {cells}"
    if layer is Layer.CLASS:
        months = len(question.periods[0].months)
        periods = "months" if months == 1 else f"periods of {months} months"
        last = f"{question.periods[-1].months[-1]:%B %Y}"
        return f"How hotspots developed: {question.about}, {len(question.periods)} {periods} to {last}"
    return f"{records}, by {view.ground.part}" if layer is Layer.WARDS else f"{records}, {cells}"


def _features(layer_view: LayerView, names: Sequence[str]) -> list[dict[str, Any]]:
    zones, frame = layer_view.zones, layer_view.layer.frame
    middles = _middles(zones)
    rows = zip(zones.names, zones.geometries, names, middles, frame.to_dict("records"), strict=True)
    return [
        {
            "geometry": shape,
            "properties": {
                "cell": cell,
                "place": name,
                "words": capital_first(str(row["words"])),
                "key": row["key"],
                "mark": row["mark"],
                "middle": [round(float(degree), 6) for degree in middle],
            },
        }
        for cell, shape, name, middle, row in rows
    ]


def _middles(zones: Zones) -> Floats:
    """Return where each zone's mark is set, in degrees: its centre of gravity, or a point within it where that lies in another."""
    middles: Floats = zones.centres_m / zones.scale
    outside = ~shapely.contains_xy(zones.shapes, *middles.T)
    middles[outside] = shapely.get_coordinates(shapely.point_on_surface(zones.shapes[outside]))
    return middles


def _listing(layer_view: LayerView, names: Sequence[str]) -> pd.DataFrame:
    """Return the zones that have something to say: by their kind, or by how much is shown of them."""
    layer = layer_view.layer
    order_of_kinds = {entry.key: at if entry.mark else 0 for at, entry in enumerate(layer.legend)}
    keys = layer.frame["key"].tolist()
    numbers = np.nan_to_num(layer_view.list_by)
    order = sorted(
        (zone for zone, key in enumerate(keys) if key not in QUIET),
        key=lambda zone: (order_of_kinds[keys[zone]], -numbers[zone], names[zone]),
    )
    return pd.DataFrame(
        {
            "cell": [layer_view.zones.names[zone] for zone in order],
            "Place": [names[zone] for zone in order],
            "What": [str(layer.frame["words"].iloc[zone]) for zone in order],
        }
    )


def _alt(title: str, listing: pd.DataFrame, layer_view: LayerView, counts: dict[str, int], zones: str) -> str:
    kinds = "; ".join(
        f"{counts[entry.key]:,} {small_first(entry.words)}"
        for entry in layer_view.layer.legend
        if counts[entry.key]
    )
    first = "; ".join(f"{row.Place}: {row.What}" for row in listing.head(LISTED).itertuples())
    return f"Map. {title}. {zones}: {kinds}. First: {first or 'none'}."
