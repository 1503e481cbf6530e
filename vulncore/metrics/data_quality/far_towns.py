"""Far towns: points far from all others that are places of their own, told from slips of a digit."""

from typing import Final

import numpy as np
from h3ronpy.vector import coordinates_to_cells

from vulncore.domain.arrays import Booleans, Floats

RESOLUTION: Final = 5
"""Of H3: a cell is 250 km², which holds a town with the villages around it."""
FEWEST_RECORDS: Final = 20
FEWEST_POINTS: Final = 10


def in_far_towns(longitudes: Floats, latitudes: Floats, records: Floats) -> Booleans:
    """Return which of the points that are far from all others lie in a town.

    Distance alone can't tell a slip of a digit from a force's far town. Many records at many points close together can:
    slips lie one here and one there, and a blank that was read as a number, or a default, is one point.

    Args:
        longitudes: Degrees, one per point; no point occurs twice.
        latitudes: Degrees, in the same order.
        records: How many records lie there.

    Returns:
        True where the point's cell has at least `FEWEST_RECORDS` records at `FEWEST_POINTS` points.

    Misleads when:
        many records of another town, or of another force, were brought as this one's.

    >>> street = np.arange(10) / 1_000
    >>> bool(in_far_towns(-2.0 + street, 55.77 + street, np.full(10, 2.0)).all())
    True
    >>> in_far_towns(np.array([-2.0, 3.0]), np.array([55.77, 50.0]), np.array([90.0, 1.0])).tolist()
    [False, False]
    """
    cells = np.asarray(coordinates_to_cells(latitudes, longitudes, RESOLUTION))
    _, at, points = np.unique(cells, return_inverse=True, return_counts=True)
    many = (np.bincount(at, weights=records, minlength=len(points)) >= FEWEST_RECORDS) & (
        points >= FEWEST_POINTS
    )
    return np.asarray(many[at])
