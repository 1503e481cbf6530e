"""What a map of an area shows of each of its pieces, in the form in which it may be seen."""

import math
from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from scipy.spatial import KDTree

from vulncore.domain.arrays import Floats
from vulncore.domain.disclosure import rounded
from vulncore.domain.periods import Window
from vulncore.findings.shared.words import capital_first, hidden_as, percent
from vulncore.findings.where.read import Placed, WhereRead, in_window
from vulncore.findings.where.where import Where
from vulncore.metrics.hotspots.density import kernel_density, share_inside
from vulncore.metrics.hotspots.zones import Zones

STEPS: Final = 5
BANDWIDTHS_M: Final = (100, 150, 200, 300, 500, 750, 1_000, 1_500, 2_000, 3_000)
AT_A_KM_M: Final = 150.0
"""The bandwidth of an area one kilometre wide; it grows with the root of the width: 200 m in the City, 1 km in a city
of 1,300 km²."""


class Layer(StrEnum):
    """What a map can show."""

    CELLS = "cells"
    DENSITY = "kde"
    WARDS = "wards"
    STANDS_OUT = "gi"
    CHANGE = "change"
    CLASS = "class"


class LegendEntry(NamedTuple):
    """One of the few things that a piece can be: its key, what that means, and the mark it has on the map."""

    key: str
    words: str
    mark: str = ""


class Shown(NamedTuple):
    """A layer: one row per piece, in the order of the pieces, and what its keys mean.

    `frame` has `key` (of one of `kinds`), `mark` (a word or number on the map, "" for none), `words` (the piece in a
    sentence), and what is known of it in figures, all in protected form.
    """

    frame: pd.DataFrame
    kinds: tuple[LegendEntry, ...]


def how_many(placed: Placed, window: Window, smallest: int) -> Shown:
    """Return how many records each piece has, to the nearest `smallest`.

    Returns:
        A frame with `records` (missing where hidden) and `share` (of all placed in the area, 0 to 1).
    """
    counts = placed.within(window)
    shown = rounded(counts, smallest, float(counts.sum()))
    share = np.minimum(shown / max(counts.sum(), 1.0), 1.0)
    kinds, keys = _steps(shown, max(smallest, 1), smallest)
    marks = ["" if math.isnan(each) else f"{each:,.0f}" for each in shown]
    words = [
        hidden_as(smallest) if math.isnan(many) else f"about {many:,.0f}, {percent(part)} of all"
        for many, part in zip(shown, share, strict=True)
    ]
    return Shown(
        pd.DataFrame({"key": keys, "mark": marks, "words": words, "records": shown, "share": share}), kinds
    )


def density(read: WhereRead, placed: Placed, bandwidth_m: int, smallest: int) -> Shown:
    """Return how dense records lie around the middle of each piece, in fifths of the densest.

    Returns:
        A frame with `fifth` (of the densest, 1 to 5; missing where under `smallest` records lie within the bandwidth).
    """
    zones, rows = placed.zones, in_window(read.month, read.window)
    points = np.column_stack([read.longitudes, read.latitudes])[rows] * zones.scale
    inside = share_inside(zones.centres_m, zones.plane(zones.area), bandwidth_m)
    per_km2 = np.nan_to_num(kernel_density(points, read.records[rows], zones.centres_m, bandwidth_m, inside))
    few = _nearby(placed, read.window, bandwidth_m) < max(smallest, 1)
    fifths = np.clip(np.ceil(STEPS * per_km2 / max(float(per_km2.max()), 1e-12)), 1, STEPS)
    fifth = np.where(few, np.nan, fifths)
    part = 100 // STEPS
    kinds = [LegendEntry("few", f"Fewer than {max(smallest, 1)} within {bandwidth_m:,} m")]
    kinds += [
        LegendEntry(f"s{step}", f"{part * (step - 1)} to {part * step} % of the densest")
        for step in range(1, STEPS + 1)
    ]
    keys = ["few" if math.isnan(each) else f"s{each:.0f}" for each in fifth]
    meaning = {kind.key: kind.words for kind in kinds}
    words = [meaning[key] for key in keys]
    return Shown(pd.DataFrame({"key": keys, "mark": "", "words": words, "fifth": fifth}), tuple(kinds))


def of_kinds(keys: Sequence[str], kinds: Sequence[LegendEntry]) -> pd.DataFrame:
    """Return the mark and the words of each piece's key."""
    by_key = {kind.key: kind for kind in kinds}
    return pd.DataFrame(
        {
            "key": keys,
            "mark": [by_key[key].mark for key in keys],
            "words": [by_key[key].words for key in keys],
        }
    )


def fitting_bandwidth_m(zones: Zones) -> int:
    """Return the bandwidth that suits an area's size."""
    width_km = math.sqrt(float(zones.areas_m2.sum())) / 1_000
    wanted = AT_A_KM_M * math.sqrt(max(width_km, 0.01))
    return min(BANDWIDTHS_M, key=lambda each: abs(math.log(each / wanted)))


def _nearby(placed: Placed, window: Window, reach_m: float) -> Floats:
    """Return how many records lie in the pieces whose middles lie so near to each piece's, its own included."""
    tree = KDTree(placed.zones.centres_m)
    near = tree.sparse_distance_matrix(tree, reach_m, output_type="coo_matrix")
    counts = placed.within(window)
    apart = near.row != near.col
    others = np.bincount(near.row[apart], weights=counts[near.col[apart]], minlength=len(counts))
    return counts + others


def _growing_steps(
    shown: Floats, base: int, most: float, smallest: int
) -> tuple[tuple[LegendEntry, ...], list[str]]:
    """Return five kinds of which each reaches so many times as far as the one before: one outlier leaves the rest apart."""
    ratio = (most / base) ** (1 / STEPS)
    ends = [base * round(base * ratio**step / base) for step in range(1, STEPS)] + [round(most)]
    ends = [max(end, base * (at + 1)) for at, end in enumerate(ends)]
    starts = [base, *(end + base for end in ends[:-1])]
    kinds = [
        LegendEntry(f"s{step}", f"{low:,}" if low == high else f"{low:,} to {high:,}")
        for step, (low, high) in enumerate(zip(starts, ends, strict=True), start=1)
    ]
    hidden = [] if smallest <= 1 else [LegendEntry("hidden", capital_first(hidden_as(smallest)))]
    at = np.searchsorted(ends, np.nan_to_num(shown))
    keys = ["hidden" if math.isnan(each) else f"s{step + 1}" for each, step in zip(shown, at, strict=True)]
    return (*hidden, *kinds), keys


def _steps(shown: Floats, base: int, smallest: int) -> tuple[tuple[LegendEntry, ...], list[str]]:
    """Return up to five kinds of equal width that hold the numbers shown, and which each belongs to."""
    most = float(np.nanmax(shown)) if not np.isnan(shown).all() else 0.0
    if most >= 2 * STEPS * base:
        return _growing_steps(shown, base, most, smallest)
    width = base * math.ceil(most / STEPS / base) if most else base
    steps = range(1, max(1, math.ceil(most / width)) + 1) if most else range(0)
    numbers = [(width * (step - 1) + base, width * step) for step in steps]
    kinds = [
        LegendEntry(f"s{step}", f"{low:,}" if low == high else f"{low:,} to {high:,}")
        for step, (low, high) in zip(steps, numbers, strict=True)
    ]
    hidden = [] if smallest <= 1 else [LegendEntry("hidden", capital_first(hidden_as(smallest)))]
    keys = ["hidden" if math.isnan(each) else f"s{max(1, math.ceil(each / width))}" for each in shown]
    return (*hidden, *kinds), keys


QUIET: Final = ("hidden", "few", "even", "same", "not a hotspot")
"""Kinds of piece that a list of places leaves out."""
NOTHING: Final = {
    Layer.CELLS: "Every number here is too small to be shown: choose larger cells, or the density.",
    Layer.WARDS: "Every number here is too small to be shown: choose a longer period.",
    Layer.DENSITY: "Nowhere do enough lie near one another.",
    Layer.STANDS_OUT: "No place is hot or cold beyond chance.",
    Layer.CHANGE: "No place changed beyond chance.",
    Layer.CLASS: "No place is or was a hotspot for long enough.",
}
"""What a list says that has no place."""
NAMES: Final = {
    Layer.CELLS: "How many",
    Layer.DENSITY: "Density",
    Layer.WARDS: "Wards",
    Layer.STANDS_OUT: "Hot",
    Layer.CHANGE: "Changed",
    Layer.CLASS: "New or fading",
}
"""What a layer is called on screen."""


def fitting_resolution(found: Where, layer: Layer) -> int | None:
    """Return the size of cells that suits a layer: the finest of which at least half of the records can be shown.

    What is computed over surroundings is drawn as fine as there are cells; None stands for wards.
    """
    if layer is Layer.WARDS:
        return None
    if layer not in (Layer.CELLS, Layer.CHANGE):
        return found.finest
    for size in found.resolutions:
        counts = found.placed(size).within(found.read.window)
        shown = ~np.isnan(rounded(counts, found.smallest, float(counts.sum())))
        if 2 * counts[shown].sum() >= counts.sum():
            return size
    return found.resolutions[-1]


def spread_thin(found: Where) -> bool:
    """Return whether no cell, however large, has enough to be shown: then a map of densities says more."""
    counts = found.placed(found.resolutions[-1]).within(found.read.window)
    return bool(np.isnan(rounded(counts, found.smallest, float(counts.sum()))).all())


def across(zones: Zones) -> str:
    """Return how wide most pieces are, in words.

    >>> from vulncore.domain.geography import boundary
    >>> from vulncore.metrics.hotspots.cells import cells
    >>> across(cells(boundary("City of London Police"), 9))
    '350 m'
    """
    metres = 2 * float(np.median(zones.areas_m2) / np.pi) ** 0.5
    return f"{round(metres, -1):,.0f} m" if metres < 950 else f"{metres / 1_000:,.1f} km"
