"""Which pieces of an area are hot beyond chance and surroundings, now and over time, as it may be seen."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vulncore.domain.periods import Window
from vulncore.findings.where.layers import Kind, Shown, of_kinds
from vulncore.findings.where.read import Placed
from vulncore.metrics.hotspots.classes import HotspotClass, hotspot_classes
from vulncore.metrics.hotspots.getis_ord import getis_ord, hot_and_cold
from vulncore.metrics.hotspots.zones import Zones

Floats = NDArray[np.float64]
States = NDArray[np.int8]

FALSE_RATE: Final = 0.05
"""Of the pieces said to be hot or cold, how many may be so by chance, on average."""
MARKS: Final = {
    HotspotClass.NEW: "★",
    HotspotClass.PERSISTENT: "■",
    HotspotClass.INTENSIFYING: "▲",
    HotspotClass.FADING: "▽",
    HotspotClass.SPORADIC: "◆",
    HotspotClass.COLD: "○",
}


def stands_out(placed: Placed, window: Window, smallest: int) -> Shown:
    """Return which pieces have more, or fewer, around them than chance and the rest of the area explain.

    Returns:
        A frame with `state` ("hot", "cold", "neither").
    """
    states = hot_states(placed, window, smallest)
    kinds = (
        Kind("hot", "Hot: more than its surroundings explain", "▲"),
        Kind("even", "Neither"),
        Kind("cold", "Cold: fewer than its surroundings explain", "▽"),
    )
    keys = np.select([states > 0, states < 0], ["hot", "cold"], "even").tolist()
    state = ["neither" if key == "even" else key for key in keys]
    return Shown(of_kinds(keys, kinds).assign(words=state, state=state), kinds)


def hot_states(placed: Placed, window: Window, smallest: int) -> States:
    """Return 1 for each piece that is hot in a window, -1 for a cold one, else 0, judged together.

    Where under `smallest` records lie in a piece and those around it, it is not hot whatever the test says.
    """
    return _states(placed.zones, placed.within(window), smallest)


def over_time(placed: Placed, periods: Sequence[Window], smallest: int) -> Shown:
    """Return each piece's class of hotspot over equal periods, the last of which is the newest.

    Returns:
        A frame with `class`.
    """
    counts = np.column_stack([placed.within(period) for period in periods])
    states = np.column_stack([_states(placed.zones, counts[:, at], smallest) for at in range(len(periods))])
    classes = [
        HotspotClass(each) for each in hotspot_classes(states, placed.zones.near @ counts, counts.sum(axis=0))
    ]
    kinds = tuple(Kind(each.value, each.value.capitalize(), MARKS.get(each, "")) for each in HotspotClass)
    keys = [each.value for each in classes]
    return Shown(of_kinds(keys, kinds).assign(**{"class": keys}), kinds)


def _states(zones: Zones, counts: Floats, smallest: int) -> States:
    if not counts.sum():
        return np.zeros(len(counts), dtype=np.int8)
    per_area = counts / zones.areas_m2 * float(np.median(zones.areas_m2))
    states: States = hot_and_cold(getis_ord(per_area, zones.near), FALSE_RATE)
    around = zones.near @ counts
    return np.where((states > 0) & (around < max(smallest, 1)), 0, states).astype(np.int8)
