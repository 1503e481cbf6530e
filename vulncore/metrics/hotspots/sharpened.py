"""How many records zones held before the blur (`vulncore.domain.blur`), as far as the moved ones tell."""

from typing import Final

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.spatial import KDTree

from vulncore.domain.arrays import Floats
from vulncore.domain.blur import FARTHEST_M, SHARPENING_STEPS, STAYING, density_of_moves
from vulncore.metrics.hotspots.zones import Zones

POINTS_OF_A_ZONE: Final = np.array(
    [[0.0, 0.0], *([np.cos(angle), np.sin(angle)] for angle in np.arange(6) * np.pi / 3)]
)
"""Where two zones, taken as discs, are measured from one another: from middle to middle, and to six points around that."""
RING: Final = 2 / 3  # of both radii, added as chance is: how far these points lie from the middle


def moves(zones: Zones) -> csr_array:
    """Return how likely a record that moves goes from one zone to another: rows (from) add up to 1.

    Each zone is taken as a disc of its area with records all over it. No record leaves all of them.
    """
    tree = KDTree(zones.centres_m)
    pairs = tree.sparse_distance_matrix(tree, FARTHEST_M, output_type="coo_matrix")
    start, end = np.asarray(pairs.row), np.asarray(pairs.col)
    apart = zones.centres_m[end] - zones.centres_m[start]
    radius = RING * np.sqrt((zones.areas_m2[start] + zones.areas_m2[end]) / np.pi)
    odds = np.zeros(len(end))
    for point in POINTS_OF_A_ZONE:
        distance = np.hypot(*(apart + radius[:, None] * point).T)
        odds += zones.areas_m2[end] * density_of_moves(distance)
    count = len(zones.names)
    from_each = np.bincount(start, weights=odds, minlength=count)
    return coo_array((odds / from_each[start], (start, end)), shape=(count, count)).tocsr()


def sharpened(counts: Floats, between: csr_array) -> Floats:
    """Return about how many records each zone held before the blur: at least 0, as many as there are altogether.

    `counts` are blurred records by zone, `between` is what `moves` returns.

    Source:
        Of counts of at least 0 with this sum, those nearest to `unbiased` by least squares: Duchi and others (2008),
        Efficient projections onto the l1-ball. What lies below 0 is taken from all zones alike, and not from the fullest
        most, as it would be if they were scaled.

    Misleads when:
        zones hold few records: half of those seen have come from elsewhere, and the chance of that is the larger part.

    >>> moving = csr_array(np.array([[0.6, 0.4, 0.0], [0.2, 0.6, 0.2], [0.0, 0.4, 0.6]]))
    >>> held = np.array([100.0, 0.0, 20.0])
    >>> counted = STAYING * held + (1 - STAYING) * (held @ moving)
    >>> counted.tolist(), sharpened(counted, moving).round(1).tolist()
    ([80.0, 24.0, 16.0], [100.0, 0.0, 20.0])
    """
    about, total = unbiased(counts, between), float(counts.sum())
    if total <= 0:
        return np.zeros_like(about)
    falling = np.sort(about)[::-1]
    too_much = (np.cumsum(falling) - total) / np.arange(1, len(falling) + 1)
    taken = too_much[np.flatnonzero(falling > too_much)[-1]]
    nearest: Floats = np.maximum(about - taken, 0.0)
    return nearest


def unbiased(counts: Floats, between: csr_array) -> Floats:
    """Return the same without the bound of 0: right on average over zones and months, so that it can be added up.

    Source:
        van Cittert's (1931) iteration: what a guess would look like blurred is set against what was counted, and the
        difference is added to the guess.
    """
    about = counts.astype(float)
    to_each = between.T.tocsr()
    for _ in range(SHARPENING_STEPS):
        about = about + counts - STAYING * about - (1 - STAYING) * (to_each @ about)
    return about
