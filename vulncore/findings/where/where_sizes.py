"""How large a map's cells are."""

import numpy as np

from vulncore.domain.disclosure import rounded
from vulncore.findings.where.layers import Layer
from vulncore.findings.where.where import Where
from vulncore.metrics.hotspots.zones import Zones


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
